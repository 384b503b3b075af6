"""More tests that pass and leave rows behind: several awaits, threads, and whatever lives in one event loop. Data of
`tests/fixes/test_run.py`."""

# ruff: noqa: I001, PLW0108, PT006, PT011
# fmt: off

import asyncio
import uuid
from unittest.mock import AsyncMock, Mock, patch

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async

from shop.loops import Depot, Line, each, never, numbers, opened, slow, stream
from shop.models import Customer, Order
from shop.services import Shipped, Warehouse, count, greet, open_order, refuse, ship, store

pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]


def unique():
    return uuid.uuid4().hex


# --- several awaits, each in a loop of its own ---

async def test_two_services():
    order = await sync_to_async(store)(3)
    shipped = await ship(order)
    assert shipped.total == 3
    assert await greet("Ada") == "hello Ada"


async def test_three_services_over_one_row():
    order = await open_order(4)
    await ship(order)
    again = await ship(order)
    assert again.order.shipped
    assert await Order.objects.filter(pk=order.pk, shipped=True).acount() == 1


async def test_a_service_in_a_loop():
    orders = [await open_order(total) for total in (1, 2)]
    for order in orders:
        await ship(order)
    assert [o.shipped for o in orders] == [True, True]


async def test_a_service_in_a_while():
    done = []
    while len(done) < 3:
        done.append((await open_order(len(done))).total)
    assert done == [0, 1, 2]


async def test_arguments_and_attributes():
    assert (await ship(await open_order(5))).order.total == 5
    assert [(await open_order(n)).total for n in (6, 7)][1] == 7


async def test_indices():
    orders = {"first": await open_order(8)}
    assert (await Customer.objects.aget_or_create(name=unique()))[1]
    assert (await ship(orders["first"])).total == (await open_order(8)).total


async def test_two_methods():
    warehouse = Warehouse()
    order = await open_order(9)
    assert (await warehouse.pack(order)).describe()
    assert await warehouse.pack(await open_order(10)) is warehouse


async def test_raises_twice():
    order = await open_order(11)
    with pytest.raises(ValueError, match="is refused"):
        await refuse(order)
    with pytest.raises(ValueError) as caught:
        await refuse(await open_order(12))
    assert "refused" in str(caught.value)
    assert not order.shipped


async def test_sync_blocks_around_awaits(tmp_path):
    with patch("shop.services.greet") as mock, (tmp_path / "x").open("w") as file:
        order = await open_order(13)
        file.write(str((await ship(order)).total))
    assert (tmp_path / "x").read_text() == "13"
    assert not mock.called


async def test_finally():
    name = unique()
    customer = await Customer.objects.acreate(name=name)
    try:
        assert await greet(name) == f"hello {name}"
        order = await open_order(14)
    finally:
        customer.name = unique()
        await customer.asave()
    assert (await ship(order)).total == 14
    assert customer.name != name


async def test_finally_and_conditions():
    order = None
    try:
        order = await open_order(15) if count else None
        if await greet("x") == "hello x" and (await ship(order)).total == 15:
            order.total += 1
    finally:
        await order.asave()
    assert (await Order.objects.aget(pk=order.pk)).total == 16


# --- nested functions ---

async def test_a_coroutine_that_the_code_under_test_awaits():
    async def callback(number):
        return (await Order.objects.acreate(total=number)).total

    assert await each(callback, 3) == [0, 1, 2]
    assert await Order.objects.filter(total=2).aexists()


async def test_a_coroutine_as_side_effect():
    async def answer(name):
        order = await sync_to_async(store)(16)
        return f"{name} {order.total}"

    mock = AsyncMock(side_effect=answer)
    assert await mock("Ada") == "Ada 16"
    assert await Order.objects.filter(total=16).aexists()
    mock.assert_awaited_once_with("Ada")


async def test_a_coroutine_of_its_own():
    async def make(total):
        return await ship(await Order.objects.acreate(total=total))

    first = await make(17)
    second = await make(18)
    assert (first.total, second.total) == (17, 18)


async def test_nested_hop():
    @sync_to_async
    def make(total):
        return store(total)

    order = await make(19)
    assert (await ship(order)).total == 19
    assert (await make(20)).total == 20


async def test_nested_hop_inside_a_block():
    make = database_sync_to_async(store)
    assert (await make(21)).total == 21
    if True:
        assert (await make(22)).total == 22
    assert await greet("x")


async def test_nonlocal():
    seen = 0

    async def callback(number):
        nonlocal seen
        seen += (await open_order(number)).total
        return seen

    assert await each(callback, 3) == [0, 1, 3]
    assert seen == 3


async def test_nonlocal_in_a_block():
    total = 1

    def add(number):
        nonlocal total
        total += number

    async with Depot() as depot:
        add((await depot.put(2)).total)
        total += 1
    assert total == 4


# --- async blocks ---

async def test_async_with():
    order = await open_order(23)
    async with Depot() as depot:
        assert depot.is_open
        await depot.put(24)
        await depot.put(25)
    assert not depot.is_open
    assert [o.total for o in depot.orders] == [24, 25]
    assert (await ship(order)).total == 23


async def test_async_with_of_the_project():
    name = unique()
    async with opened(name) as customer:
        order = await Order.objects.acreate(total=26)
        assert customer.name == name
        assert await Customer.objects.filter(name=name).aexists()
    assert not await Customer.objects.filter(name=name).aexists()
    assert await Order.objects.filter(pk=order.pk).aexists()


async def test_async_for():
    totals = []
    async for order in stream(3):
        assert order.pk
        totals.append(order.total)
    assert totals == [0, 1, 2]


async def test_async_for_and_a_queryset():
    name = unique()
    customer = await Customer.objects.acreate(name=name)
    async for order in stream(2):
        order.customer = customer
        await order.asave()
    async for order in Order.objects.filter(customer=customer):
        assert order.total in (0, 1)
    assert await customer.orders.acount() == 2


async def test_async_comprehension():
    orders = [order async for order in stream(2)]
    assert {number async for number in numbers(3)} == {0, 1, 2}
    assert [o.total for o in orders] == [0, 1]
    assert all([o.pk async for o in Order.objects.filter(pk__in=[o.pk for o in orders])])


async def test_async_generator():
    generator = stream(3)
    first = await anext(generator)
    second = await anext(generator)
    await generator.aclose()
    assert (first.total, second.total) == (0, 1)
    assert await Order.objects.filter(pk=second.pk).aexists()


async def test_session_over_several_statements():
    depot = Depot()
    await depot.__aenter__()
    order = await depot.put(27)
    await depot.close()
    assert not depot.is_open
    assert order.total == 27


# --- what belongs to the loop ---

async def test_lock():
    lock = asyncio.Lock()
    async with lock:
        order = await open_order(28)
        assert lock.locked()
    assert not lock.locked()
    assert order.total == 28


async def test_event():
    event = asyncio.Event()

    async def later():
        await Order.objects.acreate(total=29)
        event.set()

    task = asyncio.create_task(later())
    await event.wait()
    await task
    assert event.is_set()
    assert await Order.objects.filter(total=29).aexists()


async def test_queue():
    queue = asyncio.Queue()
    await queue.put(await open_order(30))
    order = await queue.get()
    assert queue.empty()
    assert order.total == 30


async def test_worker():
    line = Line()
    await line.start()
    await line.put(31)
    await line.put(32)
    assert await line.finish()
    assert await Order.objects.filter(total__in=[31, 32]).acount() >= 2


async def test_task():
    task = asyncio.create_task(open_order(33))
    order = await task
    assert task.done()
    assert (await ship(order)).total == 33


async def test_gather():
    first, second = await asyncio.gather(open_order(34), Order.objects.acreate(total=35))
    assert (first.total, second.total) == (34, 35)
    assert await Order.objects.filter(pk__in=[first.pk, second.pk]).acount() == 2


async def test_gather_of_many():
    orders = await asyncio.gather(*(slow(n) for n in range(5)))
    assert [o.total for o in orders] == [0, 1, 2, 3, 4]


async def test_task_group():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(slow(36))
        second = group.create_task(open_order(37))
    assert first.result().total == 36
    assert second.result().total == 37


async def test_wait_for():
    order = await asyncio.wait_for(slow(38), timeout=20)
    assert order.total == 38
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(never(), timeout=0.01)
    assert await Order.objects.filter(pk=order.pk).aexists()


async def test_timeout():
    async with asyncio.timeout(20):
        order = await slow(39)
    assert order.total == 39
    assert (await ship(order)).total == 39


async def test_sleep():
    order = await open_order(40)
    await asyncio.sleep(0)
    order = await Order.objects.aget(pk=order.pk)
    assert order.total == 40


# --- threads of the test's own ---

async def test_executor():
    loop = asyncio.get_running_loop()
    order = await loop.run_in_executor(None, store, 41)
    number = await loop.run_in_executor(
        None,
        lambda: Order.objects.filter(pk=order.pk).count(),
    )
    assert number == 1


async def test_executor_of_the_loop():
    order = await asyncio.get_event_loop().run_in_executor(None, lambda: store(42))
    assert order.total == 42
    assert (await ship(order)).total == 42


async def test_to_thread():
    order = await asyncio.to_thread(store, total=43)
    assert order.total == 43
    assert await asyncio.to_thread(Order.objects.filter(pk=order.pk).exists)


async def test_to_thread_with_a_lambda():
    assert (await asyncio.to_thread(lambda total: store(total), 44)).total == 44
    assert await asyncio.to_thread(count) > 0


# --- around the test ---

@patch("shop.services.Shipped", side_effect=Shipped)
@patch("shop.loops.store", new_callable=Mock, side_effect=store)
async def test_stacked_patches(stored, shipped):
    order = await slow(45)
    stored.assert_called_once_with(45)
    await ship(order)
    shipped.assert_called_once_with(order)
    assert order.shipped
    assert (await open_order(45)).total == 45


@patch("shop.services.greet", new_callable=AsyncMock, return_value="hi")
async def test_async_mocks(mock):
    order = await open_order(46)
    other = AsyncMock(return_value=order)
    assert await mock("Ada") == "hi"
    assert await other(1) is order
    mock.assert_awaited_once_with("Ada")
    other.assert_awaited_once()


@pytest.mark.parametrize(("total", "more"), [(1, 2), (3, 4)])
async def test_parametrized_block(total, more):
    async with Depot() as depot:
        await depot.put(total)
        await depot.put(more)
    assert [o.total for o in depot.orders] == [total, more]


@pytest.mark.parametrize("total", [47, 48])
async def test_parametrized_services(total: int) -> None:
    order = await open_order(total)
    shipped = await ship(order)
    assert shipped.total == total
    total = (await open_order(49)).total
    assert total == 49


async def test_async_fixture(async_value):
    order = await open_order(async_value)
    assert order.total == 3


class TestDepot:
    """Methods, with a text that must stay as it is."""

    text = "depot"

    async def test_method(self, make_order):
        order = await sync_to_async(make_order)(total=50)
        async with Depot() as depot:
            text = f"""
  {self.text}
    {(await depot.put(51)).total}
"""
        assert text == "\n  depot\n    51\n"
        assert await Order.objects.filter(pk=order.pk).aexists()

    async def test_services(self):
        self.order = await open_order(52)
        await ship(self.order)
        self.again = await open_order(53)
        assert (self.order.shipped, self.again.shipped) == (True, False)
