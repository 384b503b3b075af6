"""Tests that pass and leave rows behind: data of `tests/fixes/test_run.py`, which converts them and runs them again."""

# ruff: noqa: I001, PERF401, PT018
# fmt: off

import uuid
from functools import partial

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.shortcuts import aget_object_or_404
from unittest.mock import AsyncMock, patch

from shop.models import Customer, Order
from shop.services import Warehouse, count, greet, open_order, refuse, ship, store

pytestmark = pytest.mark.django_db


def unique():
    return uuid.uuid4().hex


@pytest.mark.asyncio
async def test_factory_fixture_and_service(make_order):
    order = await sync_to_async(make_order)(total=3)
    result = await ship(order)
    assert result.total == 3
    assert order.shipped


@pytest.mark.asyncio
async def test_async_orm_alone():
    order = await Order.objects.acreate(total=4)
    order.total = 5
    await order.asave()
    await order.arefresh_from_db()
    assert order.total == 5
    assert await Order.objects.filter(pk=order.pk).aexists()
    assert (await Order.objects.aget(pk=order.pk)).total == 5


@pytest.mark.asyncio
async def test_lambda_and_comparison():
    name = unique()
    await sync_to_async(lambda: Customer.objects.create(name=name))()
    assert await sync_to_async(lambda: Customer.objects.filter(name=name).count())() == 1
    assert await sync_to_async(lambda: 1 + 1)() * 2 == 4


@pytest.mark.asyncio
async def test_lambda_over_lines():
    name = unique()
    customer = await sync_to_async(lambda: Customer.objects.create(name=name))()
    assert customer.name == name


@pytest.mark.asyncio
async def test_partial_and_channels():
    order = await database_sync_to_async(partial(store, 6))()
    assert order.total == 6
    assert (await database_sync_to_async(store)(7)).total == 7


@pytest.mark.asyncio
async def test_iteration():
    name = unique()
    customer = await Customer.objects.acreate(name=name)
    for total in (1, 2, 3):
        await Order.objects.acreate(customer=customer, total=total)
    seen = 0
    async for order in Order.objects.filter(customer=customer).order_by("total"):
        seen += 1
        assert order.total == seen
    assert [o.total async for o in Order.objects.filter(customer=customer).aiterator()]
    assert {o.pk async for o in Order.objects.filter(customer=customer) if o.total > 1}


@pytest.mark.asyncio
async def test_hop_in_the_arguments_of_the_call():
    result = await ship(
        # the order comes first
        await sync_to_async(store)(8),
    )
    assert result.total == 8


@pytest.mark.asyncio
async def test_helper_that_hops():
    order = await open_order(9)
    assert order.total == 9


@pytest.mark.asyncio
async def test_attribute_of_the_awaited():
    order = await sync_to_async(store)(10)
    assert (await ship(order)).order.pk == order.pk


@pytest.mark.asyncio
async def test_raises():
    order = await sync_to_async(store)(11)
    with pytest.raises(ValueError, match="is refused"):
        await refuse(order)
    assert order.total == 11


@pytest.mark.asyncio
@pytest.mark.parametrize("total", [1, 2])
async def test_parametrized(total):
    order = await Order.objects.acreate(total=total)
    assert order.total == total


@pytest.mark.asyncio
async def test_shortcut():
    order = await Order.objects.acreate(total=12)
    found = await aget_object_or_404(Order, pk=order.pk)
    assert found == order


@pytest.mark.asyncio
async def test_users():
    user = await User.objects.acreate_user(unique(), password="x")
    assert not await user.ahas_perm("shop.add_order")
    assert get_user_model() is User


@pytest.mark.asyncio
async def test_patched():
    with patch("shop.services.greet", new_callable=AsyncMock) as mock:
        mock.return_value = "hi"
        order = await Order.objects.acreate(total=13)
        assert await mock("Ada") == "hi"
        mock.assert_awaited_once_with("Ada")
    assert order.total == 13


@pytest.mark.asyncio
async def test_bound_method():
    order = Order(total=14)
    await sync_to_async(order.save)()
    assert order.pk
    await sync_to_async(order.refresh_from_db)()
    assert order.total == 14


@pytest.mark.asyncio
async def test_inside_a_block_and_a_loop(tmp_path):
    orders = []
    for total in range(3):
        orders.append(await sync_to_async(store)(total))
    if orders:
        try:
            name = await greet(unique())
        finally:
            await sync_to_async(count)()
    assert name.startswith("hello")
    assert [await sync_to_async(store)(n) for n in (1, 2)]
    assert len(orders) == 3


@pytest.mark.asyncio(loop_scope="function")  # its own loop
async def test_related(customer):
    customer.name = unique()
    await customer.asave()
    order = await customer.orders.acreate(total=15)
    assert await customer.orders.acount() == 1
    assert order.customer_id == customer.pk


@pytest.mark.asyncio
class TestWarehouse:
    """All its tests are async."""

    async def test_packs(self, make_order):
        order = await sync_to_async(make_order)(total=16)
        warehouse = await Warehouse().pack(order)
        assert warehouse.describe() == "a warehouse"
        assert order.shipped

    async def test_packs_again(self):
        order = await sync_to_async(store)(17)
        assert (await Warehouse().pack(order)).describe()


class TestUpdates:
    value = 18

    @pytest.mark.asyncio
    async def test_update(self):
        order = await sync_to_async(store)(self.value)
        assert await Order.objects.filter(pk=order.pk).aupdate(total=19) == 1
        await order.arefresh_from_db()
        assert order.total == 19

    @pytest.mark.asyncio
    async def test_get_or_create(self):
        name = unique()
        customer, made = await Customer.objects.aget_or_create(name=name)
        again, twice = await Customer.objects.aget_or_create(name=name)
        assert made and not twice
        assert customer == again
        assert await greet(customer.name) == f"hello {name}"
