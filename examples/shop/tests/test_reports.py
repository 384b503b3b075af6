"""The victim: right, green when it runs alone, and red after tests/test_checkout.py."""

import pytest

from orders.models import Order
from orders.reports import turnover


@pytest.mark.django_db
def test_turnover_counts_confirmed_orders_only(make_order):
    make_order(total=99)
    order = make_order(total=30)
    order.status = Order.Status.CONFIRMED
    order.save()
    assert turnover() == 30
