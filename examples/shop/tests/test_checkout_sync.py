"""The same checks as sync tests: async_to_sync brings the database work back to the test's own connection."""

import pytest
from asgiref.sync import async_to_sync

from orders.models import Order
from orders.services import confirm


@pytest.mark.django_db
def test_confirming_gives_a_receipt(make_order):
    order = make_order(total=40)
    receipt = async_to_sync(confirm)(order)
    assert receipt.total == 40


@pytest.mark.django_db
class TestCheckout:
    def _run_async(self, coro):
        async def _wrapper():
            return await coro

        return async_to_sync(_wrapper)()

    def test_confirming_gives_a_receipt(self, make_order):
        order = make_order(total=40)
        receipt = self._run_async(confirm(order))
        assert receipt.total == 40

    def test_confirming_changes_the_status(self, make_order):
        order = make_order(total=25)
        self._run_async(confirm(order))
        order.refresh_from_db()
        assert order.status == Order.Status.CONFIRMED
