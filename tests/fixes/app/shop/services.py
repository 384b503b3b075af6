"""What the shop does, async as its views are; and what of it a sync test must be careful with."""

import asyncio

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.db import IntegrityError, close_old_connections, transaction

from shop.models import Customer, Order


def store(total=1):
    return Order.objects.create(total=total)


def count():
    return Order.objects.count()


class Shipped:
    def __init__(self, order):
        self.order = order
        self.total = order.total


async def ship(order):
    order.shipped = True
    await order.asave()
    return Shipped(order)


async def open_order(total=1):
    return await sync_to_async(store)(total)


async def greet(name):
    return f"hello {name}"


async def refuse(order):
    await Order.objects.acount()
    raise ValueError(f"order {order.pk} is refused")


async def store_in_channels(total=1):
    return await database_sync_to_async(store)(total)


async def store_in_a_thread(total=1):
    return await asyncio.to_thread(store, total)


def store_and_notify(total=1):
    order = store(total)
    transaction.on_commit(lambda: None)
    return order


def store_and_close(total=1):
    order = store(total)
    close_old_connections()
    return order


def store_or_find(name):
    try:
        return Customer.objects.create(name=name)
    except IntegrityError:
        return Customer.objects.get(name=name)


class Warehouse:
    async def pack(self, order):
        order.shipped = True
        await order.asave()
        return self

    def describe(self):
        return "a warehouse"
