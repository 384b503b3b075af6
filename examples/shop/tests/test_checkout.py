"""Two tests that pass and leave rows behind: their database work runs on asgiref's worker thread."""

import pytest
from asgiref.sync import sync_to_async

from orders.models import Customer, Order
from orders.services import confirm


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_confirming_gives_a_receipt(make_order):
    order = await sync_to_async(make_order)(total=40)
    receipt = await confirm(order)
    assert receipt.total == 40


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_confirming_changes_the_status():
    customer = await Customer.objects.acreate(name="Grace")
    order = await Order.objects.acreate(customer=customer, total=25)
    await confirm(order)
    assert order.status == Order.Status.CONFIRMED
