"""What tests made at random call: numbers in, numbers out, each of them through the database; `note` writes down what a
test saw."""

import asyncio
import os

from asgiref.sync import sync_to_async

from shop.models import Order


def note(*values):
    path = os.environ.get("SHOP_NOTES")
    if path:
        with open(path, "a") as file:
            file.write(f"{os.environ['PYTEST_CURRENT_TEST'].partition(' ')[0]} {values!r}\n")
    return values[0]


def double(number=1):
    Order.objects.create(total=number)
    return 2 * number


def orders():
    return Order.objects.count()


async def plus(a, b=1):
    order = await Order.objects.acreate(total=a + b)
    return order.total


async def later(number):
    return await sync_to_async(Order.objects.create)(total=number)


async def numbers(count):
    for number in range(count):
        await Order.objects.acreate(total=number)
        yield number


async def turns(number):
    await asyncio.sleep(0)
    return await plus(number)


class Till:
    """What is entered in a loop, and used in the same one."""

    async def __aenter__(self):
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()
        return self

    async def __aexit__(self, *error):
        assert self.loop is asyncio.get_running_loop()

    async def take(self, number):
        assert self.loop is asyncio.get_running_loop()
        async with self.lock:
            return await plus(number)
