"""Async fixtures that become sync ones together with the tests that need them, and the reasons why others stay."""

# ruff: noqa: E501 - a case is read best on one line

from __future__ import annotations

import pytest

from tests.fixes.support import fixed, several, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

HEAD = """\
import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async

from shop.models import Customer, Order
from shop.services import greet, open_order, ship, store


"""

SYNC_TEST = """

@pytest.mark.django_db
def test_it(order):
    assert order.pk
"""


def of_fixture(fixture: str, test: str = SYNC_TEST, mode: str = "strict") -> str:
    """What a file with this fixture becomes, without its head; or why it stays."""
    result = fixed({"test_it.py": HEAD + fixture + test}, "test_it.py", "ISO106", mode=mode)
    return result if isinstance(result, str) else result["test_it.py"].partition("store\n\n\n")[2]


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "@pytest_asyncio.fixture\nasync def order(db):\n    return await Order.objects.acreate(total=1)\n",
            "@pytest.fixture\ndef order(db):\n    return Order.objects.create(total=1)\n",
        ),
        (
            "@pytest_asyncio.fixture()\nasync def order(db):\n    return await sync_to_async(store)(2)\n",
            "@pytest.fixture()\ndef order(db):\n    return store(2)\n",
        ),
        (
            "@pytest_asyncio.fixture(loop_scope='function')\nasync def order(db):\n    return await open_order()\n",
            "@pytest.fixture\ndef order(db):\n    return async_to_sync(open_order)()\n",
        ),
        (
            "@pytest_asyncio.fixture(loop_scope='function', name='order')\nasync def an_order(db):\n    return await Order.objects.acreate()\n",
            "@pytest.fixture(name='order')\ndef an_order(db):\n    return Order.objects.create()\n",
        ),
        (
            "@pytest_asyncio.fixture(name='order', loop_scope='function')\nasync def an_order(db):\n    return await Order.objects.acreate()\n",
            "@pytest.fixture(name='order')\ndef an_order(db):\n    return Order.objects.create()\n",
        ),
        (
            "@pytest_asyncio.fixture\nasync def order(db) -> AsyncIterator[Order]:\n    order = await Order.objects.acreate()\n    yield order  # lent\n    await order.adelete()\n",
            "@pytest.fixture\ndef order(db) -> Iterator[Order]:\n    order = Order.objects.create()\n    yield order  # lent\n    order.delete()\n",
        ),
        (
            "@pytest_asyncio.fixture\nasync def order(db) -> AsyncGenerator[Order, None]:\n    try:\n        yield await Order.objects.acreate()\n    finally:\n        await Order.objects.all().adelete()\n",
            "@pytest.fixture\ndef order(db) -> Generator[Order, None, None]:\n    try:\n        yield Order.objects.create()\n    finally:\n        Order.objects.all().delete()\n",
        ),
        (
            "@pytest_asyncio.fixture\nasync def order(customer):\n    await customer.asave()\n    return [o async for o in customer.orders.all()] or customer\n",
            "@pytest.fixture\ndef order(customer):\n    customer.save()\n    return [o for o in customer.orders.all()] or customer\n",
        ),
        (
            "@pytest.fixture\ndef order(db):\n    return asyncio.run(open_order(3))\n",
            "@pytest.fixture\ndef order(db):\n    return async_to_sync(open_order)(3)\n",
        ),
    ],
)
def test_a_fixture_that_becomes_sync(before: str, after: str) -> None:
    assert of_fixture(before).partition("\n\n\n@pytest.mark")[0] + "\n" == after


def test_imports_are_tidied() -> None:
    text = (
        "import pytest_asyncio\n\nfrom shop.models import Order\n\n\n"
        "@pytest_asyncio.fixture\nasync def order(db):\n    return await Order.objects.acreate()\n\n\n"
        "def test_it(order):\n    assert order.pk\n"
    )
    result = fixed({"test_it.py": text}, "test_it.py", "ISO106")
    assert result == {
        "test_it.py": "import pytest\n\nfrom shop.models import Order\n\n\n"
        "@pytest.fixture\ndef order(db):\n    return Order.objects.create()\n\n\n"
        "def test_it(order):\n    assert order.pk\n"
    }


def test_auto_mode() -> None:
    text = "@pytest.fixture\nasync def order(db):\n    return await Order.objects.acreate()\n"
    test = "\n\nasync def test_it(order):\n    await order.arefresh_from_db()\n"
    assert of_fixture(text, test, "auto") == (
        "@pytest.fixture\ndef order(db):\n    return Order.objects.create()\n"
        "\n\ndef test_it(order):\n    order.refresh_from_db()\n"
    )


def test_a_decorator_under_a_name_of_its_own_stays() -> None:
    text = HEAD.replace("import pytest_asyncio", "from pytest_asyncio import fixture as make")
    text += "@make\nasync def order(db):\n    return await Order.objects.acreate()\n" + SYNC_TEST
    result = fixed({"test_it.py": text}, "test_it.py", "ISO106")
    assert not isinstance(result, str)
    assert "@make\ndef order(db):\n    return Order.objects.create()\n" in result["test_it.py"]


CONFTEST = """\
import pytest
import pytest_asyncio

from shop.models import Order


@pytest_asyncio.fixture
async def order(db):
    return await Order.objects.acreate(total=7)
"""

SYNC_CONFTEST = """\
import pytest

from shop.models import Order


@pytest.fixture
def order(db):
    return Order.objects.create(total=7)
"""

FIRST = """\
import pytest

from shop.models import Order


@pytest.mark.asyncio
async def test_reads(order):
    assert await Order.objects.aget(pk=order.pk) == order


def test_sync(order):
    assert Order.objects.get(pk=order.pk) == order
"""

SECOND = """\
import pytest


@pytest.mark.asyncio
async def test_looks(order):
    assert order.total == 7


@pytest.mark.asyncio
async def test_writes(order):
    order.total = 8
    await order.asave()


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_flushes(order):
    await order.arefresh_from_db()
"""


@pytest.mark.parametrize(
    "where, code", [("conftest.py", "ISO106"), ("test_first.py", "ISO102"), ("test_second.py", "ISO102")]
)
def test_the_fixture_and_its_tests_are_converted_together(where: str, code: str) -> None:
    texts = {"conftest.py": CONFTEST, "test_first.py": FIRST, "test_second.py": SECOND}
    result = fixed(texts, where, code)
    assert not isinstance(result, str)
    assert result["conftest.py"] == SYNC_CONFTEST
    assert result["test_first.py"] == (
        "from shop.models import Order\n\n\n"
        "def test_reads(order):\n    assert Order.objects.get(pk=order.pk) == order\n\n\n"
        "def test_sync(order):\n    assert Order.objects.get(pk=order.pk) == order\n"
    )
    # One that does not work on the database may stay async, and one whose rows are committed as well.
    assert result["test_second.py"] == SECOND.replace(
        "@pytest.mark.asyncio\nasync def test_writes(order):\n    order.total = 8\n    await order.asave()",
        "def test_writes(order):\n    order.total = 8\n    order.save()",
    )


def test_fixtures_that_share_a_test_are_converted_together() -> None:
    second = (
        "\n\n@pytest_asyncio.fixture\nasync def shipped(order):\n    order.shipped = True\n"
        "    await order.asave()\n    return order\n"
    )
    texts = {"conftest.py": CONFTEST + second, "test_first.py": FIRST + "\n\ndef test_two(shipped):\n    pass\n"}
    result = fixed(texts, "conftest.py", "ISO106")
    assert not isinstance(result, str)
    assert "async" not in result["conftest.py"]
    assert "async" not in result["test_first.py"]
    assert (
        "def shipped(order):\n    order.shipped = True\n    order.save()\n    return order\n" in result["conftest.py"]
    )


def test_the_plan_is_that_of_the_worst_test() -> None:
    worse = FIRST.replace("aget(pk=order.pk) == order", "aget(pk=order.pk) == order\n    transaction.on_commit(print)")
    with several({"conftest.py": CONFTEST, "test_first.py": worse, "test_second.py": SECOND}) as session:
        (finding,) = session.findings(f"{session.root}/tests/conftest.py").findings
        assert finding.fix is not None
        assert (finding.fix.applicability, finding.fix.title) == (
            "none",
            "Convert fixture order, and the tests that need it, to sync",
        )
        assert finding.fix.reason.startswith("test_reads, which requests it, cannot be converted: it uses on_commit")


def test_a_title_says_that_a_fixture_changes_with_the_test() -> None:
    with several({"conftest.py": CONFTEST, "test_first.py": FIRST}) as session:
        (finding,) = session.findings(f"{session.root}/tests/test_first.py").findings
        assert finding.fix is not None
        assert (finding.fix.applicability, finding.fix.title) == (
            "safe",
            "Convert test_reads and fixture order to sync",
        )


STAYS = {
    "a scope": (
        "@pytest_asyncio.fixture(scope='module', loop_scope='module')\nasync def order(django_db_blocker):\n    with django_db_blocker.unblock():\n        return await Order.objects.acreate()\n",
        SYNC_TEST,
        "it lives longer than one test, and so do its rows",
    ),
    "a decorator more": (
        "def same(f):\n    return f\n\n\n@same\n@pytest_asyncio.fixture\nasync def order(db):\n    return await Order.objects.acreate()\n",
        SYNC_TEST,
        "it has more decorators than the one that makes it a fixture",
    ),
    "a lock": (
        "@pytest_asyncio.fixture\nasync def order(db):\n    async with asyncio.Lock():\n        return await Order.objects.acreate()\n",
        SYNC_TEST,
        "what it makes may belong to the event loop (asyncio.Lock)",
    ),
    "an unknown await": (
        "@pytest_asyncio.fixture\nasync def order(db, make_order):\n    await make_order.start()\n    return await Order.objects.acreate()\n",
        SYNC_TEST,
        "what it awaits is not all known, and its value may belong to the event loop",
    ),
    "a task in a helper": (
        "def start():\n    return asyncio.create_task(greet('x'))\n\n\n@pytest_asyncio.fixture\nasync def order(db):\n    start()\n    return await Order.objects.acreate()\n",
        SYNC_TEST,
        "start may need the event loop that runs it",
    ),
    "a coroutine function that is its value": (
        "@pytest_asyncio.fixture\nasync def order(db):\n    await Order.objects.acreate()\n    async def make():\n        return await Order.objects.acreate()\n    return make\n",
        SYNC_TEST.replace("order.pk", "order"),
        "it has coroutine functions of its own, which its value may hold",
    ),
    "a thread": (
        "@pytest_asyncio.fixture\nasync def order(db):\n    import threading\n    return await asyncio.to_thread(store)\n",
        SYNC_TEST,
        "it works with threads (threading)",
    ),
    "an executor": (
        "@pytest_asyncio.fixture\nasync def order(db):\n    return await open_in_a_pool()\n\n\nasync def open_in_a_pool():\n    return await asyncio.to_thread(store)\n",
        SYNC_TEST,
        "to_thread starts a thread of its own, which async_to_sync does not bring back",
    ),
    "a test that cannot be converted": (
        "@pytest_asyncio.fixture\nasync def order(db):\n    return await Order.objects.acreate()\n",
        "\n\n@pytest.mark.asyncio\nasync def test_it(order):\n    await asyncio.get_running_loop().run_in_executor(order, store)\n",
        "test_it, which requests it, cannot be converted: asyncio.get_running_loop(...).run_in_executor is given an executor of its own",
    ),
    "a test that asks while it runs": (
        "@pytest_asyncio.fixture\nasync def order(db):\n    return await Order.objects.acreate()\n",
        SYNC_TEST
        + "\n\n@pytest.mark.asyncio\nasync def test_other(request, db):\n    request.getfixturevalue('order')\n",
        "test_other asks for order while it runs",
    ),
    "an error of the database before its tear-down": (
        "@pytest_asyncio.fixture\nasync def order(db):\n    order = await Order.objects.acreate()\n    yield order\n    await order.adelete()\n",
        "\n\nfrom django.db import IntegrityError\n\n\ndef test_it(order):\n    with pytest.raises(IntegrityError):\n        Order.objects.create(pk=order.pk)\n",
        "test_it, which requests it, cannot be converted: IntegrityError may be the database's",
    ),
    "a coroutine made elsewhere": (
        "@pytest.fixture\ndef order(db):\n    coroutine = open_order()\n    return asyncio.run(coroutine)\n",
        SYNC_TEST,
        "what asyncio.run is given is made elsewhere",
    ),
}


@pytest.mark.parametrize("name", STAYS)
def test_a_fixture_that_stays(name: str) -> None:
    fixture, test, reason = STAYS[name]
    assert of_fixture(fixture, test).startswith(reason)


def test_a_test_of_which_not_all_is_known_makes_it_unsafe() -> None:
    test = "\n\n@pytest.mark.asyncio\nasync def test_it(order, make_order):\n    await make_order.look(order)\n"
    with several({"conftest.py": CONFTEST, "test_it.py": HEAD + test}) as session:
        (finding,) = session.findings(f"{session.root}/tests/conftest.py").findings
        assert finding.fix is not None
        assert finding.fix.applicability == "unsafe"
        assert finding.fix.reason.startswith("what test_it does is not all known (make_order")
        assert finding.fix.reason.endswith("), and it may not see the rows any more")
        assert session.fix_all(f"{session.root}/tests/conftest.py") == "nothing to fix"
