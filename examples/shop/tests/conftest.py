import pytest

from orders.models import Customer, Order


@pytest.fixture
def make_order(db):
    """A factory: each call makes an order of a customer of its own."""

    def make(total=10, name="Ada"):
        customer = Customer.objects.create(name=name)
        return Order.objects.create(customer=customer, total=total)

    return make
