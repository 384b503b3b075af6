"""What of the shop lives in an event loop: locks, queues, tasks, sessions, streams."""

import asyncio
from contextlib import asynccontextmanager

from asgiref.sync import sync_to_async

from shop.models import Customer, Order
from shop.services import store


class Depot:
    """A session: what it holds belongs to the loop in which it was entered."""

    def __init__(self):
        self.orders = []
        self.is_open = False

    async def __aenter__(self):
        self.lock = asyncio.Lock()
        self.loop = asyncio.get_running_loop()
        self.is_open = True
        return self

    async def __aexit__(self, *error):
        self.is_open = False

    async def put(self, total):
        assert self.loop is asyncio.get_running_loop()
        async with self.lock:
            order = await Order.objects.acreate(total=total)
            self.orders.append(order)
            return order

    async def close(self):
        assert self.loop is asyncio.get_running_loop()
        self.is_open = False


class Line:
    """A queue with one worker; whoever puts something in and whoever waits share the loop of the worker."""

    async def start(self):
        self.queue = asyncio.Queue()
        self.done = asyncio.Event()
        self.task = asyncio.create_task(self.work())

    async def work(self):
        while True:
            total = await self.queue.get()
            if total is None:
                self.done.set()
                return
            await sync_to_async(store)(total)

    async def put(self, total):
        await self.queue.put(total)

    async def finish(self):
        await self.queue.put(None)
        await self.done.wait()
        await self.task
        return self.task.done()


@asynccontextmanager
async def opened(name):
    customer = await Customer.objects.acreate(name=name)
    yield customer
    await customer.adelete()


async def stream(count):
    for total in range(count):
        order = await Order.objects.acreate(total=total)
        await asyncio.sleep(0)
        yield order


async def numbers(count):
    for number in range(count):
        yield number


async def each(callback, count):
    return [await callback(number) for number in range(count)]


async def slow(total):
    await asyncio.sleep(0)
    return await sync_to_async(store)(total)


async def never():
    await asyncio.sleep(3600)
