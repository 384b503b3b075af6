"""Slow but safe: with transaction=True every table is emptied after the test, so nothing stays."""

import pytest
from asgiref.sync import sync_to_async

from orders.models import Order
from orders.services import confirm


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_confirming_is_committed(make_order):
    order = await sync_to_async(make_order)(total=15)
    await confirm(order)
    await order.arefresh_from_db()
    assert order.status == Order.Status.CONFIRMED
