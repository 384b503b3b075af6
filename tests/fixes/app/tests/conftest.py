import asyncio

import pytest
import pytest_asyncio
from asgiref.testing import ApplicationCommunicator
from shop.models import Customer, Order


@pytest.fixture
def make_order():
    def make(total=1, **rest):
        return Order.objects.create(total=total, **rest)

    return make


@pytest.fixture
def customer(db):
    return Customer(name="Ada")


@pytest_asyncio.fixture
async def async_value():
    return 3


@pytest_asyncio.fixture
async def async_order(db):
    return await Order.objects.acreate(total=7)


@pytest.fixture
def queue():
    return asyncio.Queue()


@pytest.fixture
def communicator():
    return ApplicationCommunicator(None, {"type": "http"})
