"""Fixtures, loops started by hand and tests that are dropped, fixed and run under real pytest on both databases: what
passed passes, what was never run runs, no query goes elsewhere and no row is left."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.fixes.judge import Verdict, run
from tests.fixes.support import APP, fixed_all, truth_python

PYTHON = truth_python()

pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

CONFTEST = (
    (APP / "tests" / "conftest.py").read_text()
    + '''

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from shop.services import open_order, ship, store


@pytest_asyncio.fixture
async def number() -> int:
    return 5


@pytest_asyncio.fixture
async def order(db, number):
    """An order that many tests ask for."""
    order = await Order.objects.acreate(total=number)
    assert order.pk
    return order


@pytest_asyncio.fixture(loop_scope="function")
async def lent(order: Order) -> AsyncIterator[Order]:
    order.total += 1
    await order.asave()  # seen by the next one
    yield order
    assert await Order.objects.filter(pk=order.pk).aexists()
    await order.adelete()


@pytest_asyncio.fixture
async def stored(db):
    return [await sync_to_async(store)(total) for total in (1, 2)]


@pytest_asyncio.fixture
async def opened(db):
    return await open_order(11)


@pytest.fixture
def by_hand(db):
    return asyncio.run(open_order(12))


@pytest.fixture
def of_order(order):
    return order.total
'''
)

TESTS = """\
import asyncio

import pytest
import pytest_asyncio
from asgiref.sync import async_to_sync, sync_to_async

from shop.models import Order
from shop.services import count, greet, open_order, ship, store


@pytest_asyncio.fixture
async def here(stored):
    return await ship(stored[0])


class TestOfAClass:
    @pytest_asyncio.fixture
    async def mine(self, db):
        return await self.make(21)

    async def make(self, total):
        return await Order.objects.acreate(total=total)

    @pytest.mark.asyncio
    async def test_mine(self, mine):
        assert (await Order.objects.aget(pk=mine.pk)).total == 21

    def test_mine_in_a_sync_test(self, mine):
        assert Order.objects.get(pk=mine.pk).total == 21


@pytest.mark.asyncio
async def test_reads(order):
    assert await Order.objects.aget(pk=order.pk) == order


@pytest.mark.asyncio
async def test_writes(order, make_order):
    await ship(order)
    assert (await sync_to_async(make_order)(3)).total == 3
    assert await sync_to_async(count)() >= 2


@pytest.mark.asyncio
async def test_looks_at_it_only(order, number):
    assert order.total == number


@pytest.mark.asyncio
async def test_through_a_sync_fixture(of_order):
    assert of_order == 5
    assert await Order.objects.filter(total=of_order).aexists()


@pytest.mark.asyncio
async def test_lent(lent):
    assert lent.total == 6
    assert (await Order.objects.aget(pk=lent.pk)).total == 6


@pytest.mark.parametrize("more", [1, 2])
@pytest.mark.asyncio
async def test_stored(stored, more):
    await stored[0].arefresh_from_db()
    assert stored[0].total + more in (2, 3)


@pytest.mark.asyncio
async def test_of_this_file(here, stored):
    assert here.order == stored[0]
    assert await Order.objects.filter(shipped=True).acount() >= 1


@pytest.mark.asyncio
async def test_several(opened, order):
    async with asyncio.Lock():
        await ship(opened)
        await ship(order)
    assert opened.shipped and order.shipped


@pytest.mark.asyncio
async def test_made_by_hand_elsewhere(make_order, db):
    assert (await sync_to_async(make_order)(9)).total == 9


def test_made_by_hand(by_hand):
    assert asyncio.run(ship(by_hand)).total == 12
    assert Order.objects.get(pk=by_hand.pk).shipped


@pytest.mark.django_db
def test_a_loop_by_hand():
    order = asyncio.run(open_order(total=13))
    assert asyncio.run(Order.objects.aget(pk=order.pk)) == order

    async def main(total):
        await Order.objects.acreate(total=total)
        return await greet("x")

    assert asyncio.run(main(14)) == "hello x"
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(open_order(15)).total == 15
    loop.close()


@pytest.mark.django_db
@async_to_sync
async def test_dropped():
    order = await open_order(16)
    assert (await ship(order)).total == 16


@pytest.mark.django_db
@async_to_sync
async def test_dropped_with_one_await(make_order):
    order = make_order
    assert (await greet(order.__name__)) == "hello make"
"""

DROPPED = {"tests/test_leaking.py::test_dropped", "tests/test_leaking.py::test_dropped_with_one_await"}


@cache
def after() -> Mapping[str, str]:
    """The two files with all their fixes."""
    texts, refused = fixed_all({"conftest.py": CONFTEST, "test_it.py": TESTS})
    assert refused == {}
    return texts


def judged(folder: Path, texts: Mapping[str, str], variables: Mapping[str, str]) -> Verdict:
    """One run in a folder of its own."""
    assert PYTHON is not None
    folder.mkdir()
    return run(folder, texts["test_it.py"], PYTHON, variables, {"tests/conftest.py": texts["conftest.py"]})


def test_they_pass_assert_the_same_and_leave_nothing(tmp_path: Path, variables: Mapping[str, str]) -> None:
    before = judged(tmp_path / "before", {"conftest.py": CONFTEST, "test_it.py": TESTS}, variables)
    assert before.failed() == [], before.output
    assert sum(rows["Order"] for rows in before.left.values()) > 15

    now = judged(tmp_path / "after", after(), variables)
    assert now.failed() == [], now.output
    assert now.elsewhere == {}
    assert now.left == {}
    assert now.outcomes.keys() == before.outcomes.keys() | DROPPED
    counted = {node: n for node, n in now.asserted.items() if node not in DROPPED}
    assert counted == before.asserted
    assert {node: now.asserted[node] for node in DROPPED} == dict.fromkeys(DROPPED, 1)


def test_a_second_run_changes_nothing() -> None:
    again, refused = fixed_all(after())
    assert (again, refused) == (after(), {})
