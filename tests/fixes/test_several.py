"""Tests with several awaits, threads of their own, or a loop that must stay one: what the text looks like afterwards."""

# ruff: noqa: E501 - a case is read best on one line

from __future__ import annotations

import pytest

from isolint.fixes.to_sync import Form
from tests.fixes.support import convert, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

HEAD = """\
import asyncio

import pytest
from asgiref.sync import sync_to_async

from shop.models import Order
from shop.services import Warehouse, greet, ship, store


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it(make_order):
    await Order.objects.acount()
    assert True
"""


def body_of(body: str, form: Form = "direct") -> str:
    """What follows the first two statements of a test with this body when it is converted."""
    result = convert(HEAD + body, form=form)
    assert (result.reason, result.plan.applicability) == ("", "safe")
    return result.text.partition("    Order.objects.count()\n    assert True\n")[2]


@pytest.mark.parametrize(
    "before, after",
    [
        ("x = await ship(1)\n    await greet('x')", "x = async_to_sync(ship)(1)\n    async_to_sync(greet)('x')"),
        ("for n in (1, 2):\n        await ship(n)", "for n in (1, 2):\n        async_to_sync(ship)(n)"),
        ("x = [await greet(n) for n in 'ab']", "x = [async_to_sync(greet)(n) for n in 'ab']"),
        ("x = await ship(await ship(1))", "x = async_to_sync(ship)(async_to_sync(ship)(1))"),
        (
            "house = Warehouse()\n    await house.pack(1)\n    await house.pack(2)",
            "house = Warehouse()\n    async_to_sync(house.pack)(1)\n    async_to_sync(house.pack)(2)",
        ),
        (
            "async def one():\n        return await greet('x')\n\n    await one()\n    await one()",
            "async def one():\n        return await greet('x')\n\n    async_to_sync(one)()\n    async_to_sync(one)()",
        ),
        # one that nobody knows, beside those that need nothing
        (
            "await make_order.send(1)\n    await ship(1)",
            "async_to_sync(make_order.send)(1)\n    async_to_sync(ship)(1)",
        ),
        # a coroutine that the code under test awaits stays one
        (
            "async def later():\n        await Order.objects.acount()\n\n    await ship(later)",
            "async def later():\n        await Order.objects.acount()\n\n    async_to_sync(ship)(later)",
        ),
        ("n = 1\n\n    def up():\n        nonlocal n\n\n    await ship(up)", "n = 1\n\n    def up():\n        nonlocal n\n\n    async_to_sync(ship)(up)"),
        ("x = await asyncio.to_thread(store, 1)", "x = store(1)"),
        ("x = (await asyncio.to_thread(store, total=1)).total", "x = store(total=1).total"),
        ("await asyncio.to_thread(store)", "store()"),
        ("await asyncio.to_thread(lambda n: store(n), 1)", "(lambda n: store(n))(1)"),
        ("x = await asyncio.get_event_loop().run_in_executor(None, store)", "x = store()"),
        (
            "x = await asyncio.get_event_loop().run_in_executor(\n        None,\n        lambda: Order.objects.filter(total=1).count(),\n    )",
            "x = Order.objects.filter(total=1).count()",
        ),
        (
            "x = await asyncio.get_running_loop().run_in_executor(\n        None,\n        store,\n        1,  # one\n    )",
            "x = store(\n        1,  # one\n    )",
        ),
        ("loop = asyncio.get_running_loop()\n    x = await loop.run_in_executor(None, store)", "x = store()"),
    ],
)  # fmt: skip
def test_several(before: str, after: str) -> None:
    assert body_of(f"    {before}\n") == f"    {after}\n"


def three_calls(helper: str) -> str:
    """A test that awaits three functions made like `helper`."""
    calls = "    x = await one(1)\n    y = await two(2)\n    z = await three(3)\n"
    return HEAD + calls + "".join("\n\n" + helper.replace("{name}", name) for name in ("one", "two", "three"))


@pytest.mark.parametrize(
    "helper",
    [
        "async def {name}(n):\n    @sync_to_async\n    def make():\n        return store(n)\n\n    return await make()\n",
        "async def {name}(n):\n    make = sync_to_async(store)\n    return await make(n)\n",
        "async def {name}(n):\n    make = sync_to_async(lambda: store(n))\n    return await make()\n",
        "class {name}Depot:\n    @staticmethod\n    async def put(n):\n        return await Order.objects.acreate(total=n)\n\n\n{name} = {name}Depot.put\n",
    ],
)
def test_hops_with_a_name_inside_a_helper_need_no_common_loop(helper: str) -> None:
    text = three_calls(helper)
    body = convert(text).text.partition("    assert True\n")[2].partition("\n\n\n")[0]
    assert body == "    x = async_to_sync(one)(1)\n    y = async_to_sync(two)(2)\n    z = async_to_sync(three)(3)"


@pytest.mark.parametrize(
    "helper",
    [
        "async def {name}(n):\n    async def make():\n        return await n.start()\n\n    return await make()\n",
        "async def {name}(n):\n    make = sync_to_async(store)\n    make = n.start\n    return await make(n)\n",
        "async def {name}(make):\n    if make:\n        make = sync_to_async(store)\n    return await make(1)\n",
        "class {name}Depot:\n    @classmethod\n    async def put(cls, n):\n        return await Order.objects.acreate(total=n)\n\n\n{name} = {name}Depot.put\n",
        "class {name}Depot:\n    def __init__(self):\n        self.loop = asyncio.get_running_loop()\n\n\nasync def {name}(n):\n    await Order.objects.acount()\n    return {name}Depot()\n",
    ],
)
def test_names_inside_a_helper_that_may_be_anything(helper: str) -> None:
    text = three_calls(helper)
    assert "async def run():\n        x = await one(1)\n        y = await two(2)\n" in convert(text).text


def test_methods_and_hops_of_the_project_need_no_common_loop() -> None:
    text = HEAD.replace(
        "@pytest.mark.django_db\n@pytest.mark.asyncio\nasync def test_it",
        """@sync_to_async
def make(total):
    return store(total)


class TestOrders:
    async def _ship(self, total):
        return await ship(await make(total))

    @pytest.mark.django_db
    @pytest.mark.asyncio
    async def test_it(self):
        first = await self._ship(1)
        second = await self._ship(2)
        third = await make(3)


async def other""",
    )
    assert (
        convert(text).text.count("""\
    def test_it(self):
        first = async_to_sync(self._ship)(1)
        second = async_to_sync(self._ship)(2)
        third = async_to_sync(make)(3)
""")
        == 1
    )


ONE_COROUTINE = {
    "nothing comes back": (
        """
    async with make_order:
        await ship(1)
""",
        """
    async def run():
        async with make_order:
            await ship(1)

    async_to_sync(run)()
""",
    ),
    "what is read afterwards comes back, what was bound before is the test's": (
        """
    order = await Order.objects.acreate()
    async with make_order as session:
        result, unread = await ship(session)
        order = result
    assert result.total == order.total
    assert await Order.objects.acount() == 1
""",
        """
    order = Order.objects.create()

    async def run():
        nonlocal order
        async with make_order as session:
            result, unread = await ship(session)
            order = result
        return result

    result = async_to_sync(run)()
    assert result.total == order.total
    assert Order.objects.count() == 1
""",
    ),
    "comments": (
        """
    # first
    x = 1

    # about it
    async for y in make_order():  # each
        z = y
        w = z
        # at the end
    # behind
    v = x
""",
        """
    # first
    x = 1

    async def run():
        # about it
        async for y in make_order():  # each
            z = y
            w = z
            # at the end

    async_to_sync(run)()
    # behind
    v = x
""",
    ),
    "bound on one way only": (
        """
    async for y in make_order():
        z = y
    print(z)
    x = 1
""",
        """
    async def run():
        async for y in make_order():
            z = y
        print(z)

    async_to_sync(run)()
    x = 1
""",
    ),
    "bound where it may be cut short": (
        """
    with pytest.raises(ValueError) as caught:
        x = await make_order.one()
        y = await make_order.two()
    assert caught
    z = y
    w = z
""",
        """
    async def run():
        with pytest.raises(ValueError) as caught:
            x = await make_order.one()
            y = await make_order.two()
        assert caught
        z = y
        return z

    z = async_to_sync(run)()
    w = z
""",
    ),
    "a function made before reads what is bound inside": (
        """
    def read():
        return x

    x = await make_order.one()
    x = await make_order.two()
    print(read())
""",
        """
    async def run():
        def read():
            return x

        x = await make_order.one()
        x = await make_order.two()
        return read

    read = async_to_sync(run)()
    print(read())
""",
    ),
    "early return": (
        """
    async with make_order:
        if make_order.off:
            return
    x = 1
    await ship(x)
""",
        """
    async def run():
        async with make_order:
            if make_order.off:
                return
        x = 1
        await ship(x)

    async_to_sync(run)()
""",
    ),
    "strings": (
        """
    async with make_order:
        x = '''
  a
    b'''
        y = f"{x!r}" 'it\\'s' \\
            "# no comment"
    print(x, y)
""",
        """
    async def run():
        async with make_order:
            x = '''
  a
    b'''
            y = f"{x!r}" 'it\\'s' \\
                "# no comment"
        return x, y

    x, y = async_to_sync(run)()
    print(x, y)
""",
    ),
    "what belongs to the loop": (
        """
    event = asyncio.Event()
    await make_order.take(event)
    assert await asyncio.wait_for(make_order.ready(), 3)
    print(event.is_set())
""",
        """
    async def run():
        event = asyncio.Event()
        await make_order.take(event)
        assert await asyncio.wait_for(make_order.ready(), 3)
        return event

    event = async_to_sync(run)()
    print(event.is_set())
""",
    ),
    "several that nobody knows, and the name is taken": (
        """
    run = await make_order.first()
    second = await make_order.second(run)
    assert second
""",
        """
    async def run_in_loop():
        run = await make_order.first()
        second = await make_order.second(run)
        return second

    second = async_to_sync(run_in_loop)()
    assert second
""",
    ),
    "a hop with a name that is used inside": (
        """
    make = sync_to_async(store)
    x = await make(1)
    async with make_order:
        await make(2)
""",
        """
    make = sync_to_async(store)

    async def run():
        x = await make(1)
        async with make_order:
            await make(2)

    async_to_sync(run)()
""",
    ),
    "an import inside": (
        """
    from asyncio import sleep
    await sleep(0)
    x = 1
""",
        """
    from asyncio import sleep

    async def run():
        await sleep(0)

    async_to_sync(run)()
    x = 1
""",
    ),
}


@pytest.mark.parametrize("name", ONE_COROUTINE)
def test_one_coroutine(name: str) -> None:
    before, after = ONE_COROUTINE[name]
    assert body_of(before) == after


@pytest.mark.parametrize("name", ONE_COROUTINE)
def test_one_coroutine_with_tabs_and_other_line_ends(name: str) -> None:
    before, _ = ONE_COROUTINE[name]
    expected = convert(HEAD + before).text
    for old, new in (("\n", "\r\n"), ("    ", "\t")):
        if "b'''" not in before:
            assert convert((HEAD + before).replace(old, new)).text == expected.replace(old, new)


def test_one_coroutine_through_the_helper() -> None:
    text = """\
import pytest
from shop.models import Order


@pytest.mark.django_db
class TestOrders:
    @pytest.mark.asyncio
    async def test_it(self):
        order = await Order.objects.acreate()
        async with self.lock:
            self.total = order.total
"""
    assert convert(text, form="helper").text.endswith("""\
    def test_it(self):
        order = Order.objects.create()

        async def run():
            async with self.lock:
                self.total = order.total

        self._run_async(run())
""")


def test_what_is_run_on_a_thread_keeps_its_import_beside_comments() -> None:
    text = """\
import asyncio

import pytest
from shop.services import store


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it():
    await asyncio.to_thread(  # why
        store,  # what
        1,
    )
"""
    expected = """\
import pytest
from shop.services import store


@pytest.mark.django_db
def test_it():
    store(  # why
        # what
        1,
    )
"""
    result = convert(text)
    assert result.reason == ""
    assert result.text.splitlines() == expected.splitlines()
