"""Event loops that are started by hand, in sync tests, and tests that pytest drops: what becomes of the text."""

# ruff: noqa: E501 - a case is read best on one line

from __future__ import annotations

import pytest

from tests.fixes.support import fixed, several, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

HEAD = """\
import asyncio
from functools import partial

import anyio
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import IntegrityError

from shop.models import Customer, Order
from shop.services import Warehouse, greet, open_order, ship, store, store_in_a_thread, store_in_channels


@pytest.mark.django_db
def test_it(make_order):
    assert greet
"""


def of_body(body: str) -> str:
    """What follows the first statement of a test with this body when its first loop is bridged; or why it is not."""
    result = fixed({"test_it.py": HEAD + f"    {body}\n"}, "test_it.py", "ISO105")
    return result if isinstance(result, str) else result["test_it.py"].partition("    assert greet\n    ")[2].strip()


@pytest.mark.parametrize(
    "before, after",
    [
        ("x = asyncio.run(open_order(1))", "x = async_to_sync(open_order)(1)"),
        ("x = asyncio.run(open_order(\n        total=1,  # one\n    ))", "x = async_to_sync(open_order)(\n        total=1,  # one\n    )"),
        ("x = asyncio.run(\n        open_order(),\n    ).total", "x = async_to_sync(open_order)().total"),
        ("asyncio.run(Order.objects.acreate(total=1))", "Order.objects.create(total=1)"),
        ("asyncio.run(Order.objects.filter(\n        total=1).aget())", "Order.objects.filter(\n        total=1).get()"),
        (
            "x = asyncio.run(\n        Order.objects\n        .filter(total=1)\n        .acount()\n    )",
            "x = (Order.objects\n        .filter(total=1)\n        .count())",
        ),
        ("x = asyncio.run(Warehouse().pack(make_order()))", "x = async_to_sync(Warehouse().pack)(make_order())"),
        ("x = asyncio.get_event_loop().run_until_complete(open_order(1))", "x = async_to_sync(open_order)(1)"),
        (
            "async def main():\n        await Order.objects.acreate()\n\n    asyncio.run(main())",
            "async def main():\n        await Order.objects.acreate()\n\n    async_to_sync(main)()",
        ),
        # Every other spelling that is found.
        ("asyncio.run(main=open_order(1))", "async_to_sync(open_order)(1)"),
        ("x = asyncio.Runner().run(open_order(1))", "x = async_to_sync(open_order)(1)"),
        (
            "with asyncio.Runner() as runner:\n        x = runner.run(open_order(1))",
            "with asyncio.Runner() as runner:\n        x = async_to_sync(open_order)(1)",
        ),
        (
            "loop = asyncio.new_event_loop()\n    x = loop.run_until_complete(future=open_order(1))",
            "loop = asyncio.new_event_loop()\n    x = async_to_sync(open_order)(1)",
        ),
        ("x = anyio.run(open_order)", "x = async_to_sync(open_order)()"),
        ("x = anyio.run(open_order, 1).total", "x = async_to_sync(open_order)(1).total"),
        ("x = anyio.run(\n        open_order,\n        1,  # one\n    )", "x = async_to_sync(open_order)(\n        1,  # one\n    )"),
        ("anyio.run(Warehouse().pack, make_order())", "async_to_sync(Warehouse().pack)(make_order())"),
        ("anyio.run(open_order, *[1])", "async_to_sync(open_order)(*[1])"),
        ('anyio.run(open_order, backend="asyncio")', "async_to_sync(open_order)()"),
        ('anyio.run(open_order, 1, backend="asyncio")', "async_to_sync(open_order)(1)"),
        (
            'anyio.run(\n        open_order,\n        1,\n        backend="asyncio",\n    )',
            "async_to_sync(open_order)(\n        1,\n    )",
        ),
        ("anyio.run(Order.objects.acount)", "Order.objects.count()"),
        ("x = anyio.run(Order.objects\n        .filter(total=1)\n        .acount)", "x = (Order.objects\n        .filter(total=1)\n        .count())"),
    ],
)  # fmt: skip
def test_a_loop_that_becomes_a_bridge(before: str, after: str) -> None:
    assert of_body(before) == after


@pytest.mark.parametrize(
    "body, reason",
    [
        ("coroutine = open_order()\n    asyncio.run(coroutine)", "what asyncio.run is given is made elsewhere"),
        ("asyncio.run(open_order(), debug=True)", "asyncio.run has the option debug, which async_to_sync has not"),
        ("asyncio.run(sync_to_async(store)())", "what asyncio.run is given is no plain call"),
        ("anyio.run(lambda: open_order())", "what anyio.run is given is made elsewhere"),
        ("anyio.run(partial(open_order, 1))", "what anyio.run is given is made elsewhere"),
        ("anyio.run(open_order, backend=make_order())", "which loop anyio.run starts cannot be read"),
        ("anyio.run(open_order, backend_options={})", "anyio.run has the option backend_options, which async_to_sync has not"),
        ("anyio.run(open_order, backend='asyncio',  # why\n    )", "a comment stands where something is taken away"),
        ("asyncio.run(store_in_channels())", "store_in_channels uses Channels, which closes the test's connection under async_to_sync"),
        (
            "async def main():\n        await open_order()\n        await store_in_a_thread()\n\n    asyncio.run(main())",
            None,
        ),
        (
            "with pytest.raises(IntegrityError):\n        asyncio.run(open_order())",
            "IntegrityError may be the database's and is caught without an atomic block: it would break the test's transaction",
        ),
    ],
)  # fmt: skip
def test_a_loop_that_stays(body: str, reason: str | None) -> None:
    found = of_body(body)
    if reason is None:  # two things to say about one call, and either will do
        assert found in (
            "to_thread starts a thread of its own, which async_to_sync does not bring back",
            "the call would still have a finding",
        )
    else:
        assert found == reason


def test_the_import_of_asyncio_goes() -> None:
    text = (
        "import asyncio\n\nfrom shop.services import open_order\n\n\n"
        "def test_it(db):\n    order = asyncio.run(open_order(1))\n    assert order.total == 1\n"
    )
    assert fixed({"test_it.py": text}, "test_it.py", "ISO105") == {
        "test_it.py": "from asgiref.sync import async_to_sync\n\nfrom shop.services import open_order\n\n\n"
        "def test_it(db):\n    order = async_to_sync(open_order)(1)\n    assert order.total == 1\n"
    }


def test_a_trio_loop_is_not_in_question() -> None:
    text = HEAD + "    anyio.run(open_order, 1, backend='trio')\n"
    with several({"test_it.py": text}) as session:
        found = session.findings(f"{session.root}/tests/test_it.py").findings
        assert [f for f in found if f.code == "ISO105"] == []


def test_a_loop_that_may_be_needed_is_unsafe() -> None:
    text = HEAD + "    loop = asyncio.new_event_loop()\n    loop.run_until_complete(make_order.go(open_order()))\n"
    text += "    loop.run_until_complete(open_order())\n"
    with several({"test_it.py": text}) as session:
        found = session.findings(f"{session.root}/tests/test_it.py").findings
        assert [(f.fix.applicability, f.fix.title) for f in found if f.code == "ISO105" and f.fix] == [
            ("safe", "Run it on the connection of test_it, through async_to_sync")
        ]


# --- tests that are dropped ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "@async_to_sync\nasync def test_it(order):\n    await ship(order)\n    assert order.shipped\n",
            "def test_it(order):\n    async_to_sync(ship)(order)\n    assert order.shipped\n",
        ),
        (
            "@pytest.mark.django_db\n@async_to_sync  # why\nasync def test_it(order):\n    with pytest.raises(ValueError):\n        await ship(order)\n",
            "@pytest.mark.django_db\n# why\ndef test_it(order):\n    with pytest.raises(ValueError):\n        async_to_sync(ship)(order)\n",
        ),
        (
            "@async_to_sync\nasync def test_it(order):\n    '''Text.'''\n    await ship(order)\n    order = await open_order()\n    assert order\n",
            "def test_it(order):\n    '''Text.'''\n\n    async def run():\n        nonlocal order\n        await ship(order)\n        order = await open_order()\n        assert order\n\n    async_to_sync(run)()\n",
        ),
        (
            "@async_to_sync\nasync def test_it(order):\n    async with order:\n        pass\n",
            "def test_it(order):\n    async def run():\n        async with order:\n            pass\n\n    async_to_sync(run)()\n",
        ),
        (
            "@async_to_sync\nasync def test_it(order):\n    for n in (1, 2):\n        await ship(order)\n",
            "def test_it(order):\n    async def run():\n        for n in (1, 2):\n            await ship(order)\n\n    async_to_sync(run)()\n",
        ),
        (
            "class TestIt:\n    @async_to_sync\n    async def test_it(self):\n        assert await greet('x')\n",
            "class TestIt:\n    def test_it(self):\n        assert async_to_sync(greet)('x')\n",
        ),
    ],
)  # fmt: skip
def test_the_bridge_moves_inside(before: str, after: str) -> None:
    head = HEAD.partition("@pytest.mark")[0]
    result = fixed({"test_it.py": head + before}, "test_it.py", "ISO203")
    assert not isinstance(result, str), result
    assert result["test_it.py"] == head + after


def test_what_has_never_run_is_not_safe() -> None:
    text = HEAD.partition("@pytest.mark")[0] + "@async_to_sync\nasync def test_it(order):\n    await ship(order)\n"
    with several({"test_it.py": text}) as session:
        (finding,) = session.findings(f"{session.root}/tests/test_it.py").findings
        assert finding.fix is not None
        assert (finding.fix.applicability, finding.fix.title, finding.fix.reason) == (
            "unsafe",
            "Move async_to_sync inside test_it",
            "it has never run, and does from then on",
        )


@pytest.mark.parametrize(
    "test, reason",
    [
        ("@bridge\nasync def test_it(order):\n    await ship(order)\n", "async_to_sync has another name there"),
        ("@async_to_sync(force_new_loop=True)\nasync def test_it(order):\n    await ship(order)\n", "async_to_sync does not stand among its own decorators alone"),
    ],
)  # fmt: skip
def test_a_dropped_test_that_stays(test: str, reason: str) -> None:
    head = HEAD.partition("@pytest.mark")[0].replace(
        "import async_to_sync,", "import async_to_sync, async_to_sync as bridge,"
    )
    assert fixed({"test_it.py": head + test}, "test_it.py", "ISO203") == reason
