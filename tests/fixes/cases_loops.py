"""Cases of the judge: what belongs to one event loop, and the hops whose payload comes in every spelling."""

from __future__ import annotations

from tests.fixes.cases import Case

PAY = """
async def pay(total):
    await asyncio.sleep(0)
    return await Order.objects.acreate(total=total)
"""
STORE = """
def store(total=1):
    return Order.objects.create(total=total)
"""

CASES = [
    Case(
        "gather",
        PAY,
        """
        first, second = await asyncio.gather(pay(1), pay(2))
        assert (first.total, second.total) == (1, 2)
        assert await Order.objects.filter(pk__in=[first.pk, second.pk]).acount() == 2
        """,
        "total=total",
        "total=total + 1",
        applicability="unsafe",
    ),
    Case(
        "gather_of_many",
        PAY,
        """
        orders = await asyncio.gather(*[pay(n) for n in range(3)], return_exceptions=True)
        for number, order in enumerate(orders):
            assert order.total == number
        """,
        "total=total",
        "total=total // 2",
        applicability="unsafe",
    ),
    Case(
        "wait_for",
        """
        async def pay(total):
            await asyncio.sleep(0)
            return await Order.objects.acreate(total=total)

        async def forever():
            await asyncio.Event().wait()
        """,
        """
        order = await asyncio.wait_for(pay(3), timeout=60)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(forever(), timeout=0.01)
        assert order.total == 3
        """,
        "await asyncio.Event().wait()",
        "await asyncio.sleep(0)",
    ),
    Case(
        "timeout",
        PAY,
        """
        async with asyncio.timeout(60):
            order = await pay(3)
        assert order.total == 3
        assert await Order.objects.filter(pk=order.pk).aexists()
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "task_group",
        PAY,
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(pay(n)) for n in (1, 2)]
        assert [task.result().total for task in tasks] == [1, 2]
        """,
        "total=total",
        "total=3 - total",
        applicability="unsafe",
    ),
    Case(
        "create_task",
        PAY,
        """
        task = asyncio.create_task(pay(3))
        assert not task.done()
        order = await task
        assert task.done()
        assert order.total == 3
        """,
        "total=total",
        "total=total + 1",
        applicability="unsafe",
    ),
    Case(
        "as_completed",
        PAY,
        """
        seen = set()
        for coming in asyncio.as_completed([pay(1), pay(2)]):
            seen.add((await coming).total)
        assert seen == {1, 2}
        """,
        "total=total",
        "total=1",
        applicability="unsafe",
    ),
    Case(
        "lock",
        """
        async def pay(lock, total):
            async with lock:
                return await Order.objects.acreate(total=total)
        """,
        """
        lock = asyncio.Lock()
        first, second = await asyncio.gather(pay(lock, 1), pay(lock, 2))
        assert not lock.locked()
        async with lock:
            assert lock.locked()
        assert first.total + second.total == 3
        """,
        "total=total",
        "total=total + 1",
        applicability="unsafe",
    ),
    Case(
        "semaphore",
        """
        async def pay(semaphore, total):
            async with semaphore:
                assert semaphore.locked()
                return await Order.objects.acreate(total=total)
        """,
        """
        semaphore = asyncio.Semaphore(1)
        orders = await asyncio.gather(*(pay(semaphore, n) for n in range(3)))
        assert sorted(o.total for o in orders) == [0, 1, 2]
        """,
        "total=total",
        "total=0",
        applicability="unsafe",
    ),
    Case(
        "event",
        """
        async def announce(event, total):
            order = await Order.objects.acreate(total=total)
            event.set()
            return order
        """,
        """
        event = asyncio.Event()
        task = asyncio.create_task(announce(event, 3))
        await event.wait()
        order = await task
        assert event.is_set()
        assert order.total == 3
        """,
        "total=total",
        "total=total + 1",
        applicability="unsafe",
    ),
    Case(
        "condition",
        """
        async def fill(condition, rows):
            async with condition:
                rows.append(await Order.objects.acreate(total=3))
                condition.notify_all()
        """,
        """
        condition, rows = asyncio.Condition(), []
        task = asyncio.create_task(fill(condition, rows))
        async with condition:
            await condition.wait_for(lambda: rows)
        await task
        assert rows[0].total == 3
        """,
        "total=3",
        "total=4",
        applicability="unsafe",
    ),
    Case(
        "queue",
        """
        async def work(queue, done):
            while (total := await queue.get()) is not None:
                done.append(await Order.objects.acreate(total=total))
        """,
        """
        queue, done = asyncio.Queue(), []
        task = asyncio.create_task(work(queue, done))
        for total in (1, 2, None):
            await queue.put(total)
        await task
        assert queue.empty()
        assert [o.total for o in done] == [1, 2]
        """,
        "total=total",
        "total=total + 1",
        applicability="unsafe",
    ),
    Case(
        "future",
        """
        async def answer(future, total):
            future.set_result((await Order.objects.acreate(total=total)).total)
        """,
        """
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(answer(future, 3))
        assert await future == 3
        await task
        assert future.done()
        """,
        "total=total",
        "total=total + 1",
        applicability="unsafe",
    ),
    Case(
        "session",
        """
        class Session:
            async def __aenter__(self):
                self.loop = asyncio.get_running_loop()
                return self

            async def __aexit__(self, *error):
                assert self.loop is asyncio.get_running_loop()
                await Order.objects.acreate(total=9)

            async def put(self, total):
                assert self.loop is asyncio.get_running_loop()
                return await Order.objects.acreate(total=total)
        """,
        """
        session = Session()
        async with session:
            order = await session.put(3)
            again = await session.put(order.total + 1)
        assert (order.total, again.total) == (3, 4)
        assert await Order.objects.filter(total=9).acount() == 1
        """,
        "total=9",
        "total=8",
    ),
    Case(
        "session_by_hand",
        """
        class Session:
            async def open(self):
                self.loop = asyncio.get_running_loop()

            async def close(self):
                assert self.loop is asyncio.get_running_loop()
                self.loop = None

            async def put(self, total):
                assert self.loop is asyncio.get_running_loop()
                return await Order.objects.acreate(total=total)
        """,
        """
        session = Session()
        await session.open()
        try:
            order = await session.put(3)
        finally:
            await session.close()
        assert order.total == 3
        assert session.loop is None
        """,
        "self.loop = None",
        "pass",
    ),
    Case(
        "async_generator",
        """
        async def stream(log):
            try:
                for total in (1, 2, 3):
                    yield await Order.objects.acreate(total=total)
            finally:
                log.append("closed")
        """,
        """
        log = []
        rows = stream(log)
        first = await anext(rows)
        second = await rows.__anext__()
        await rows.aclose()
        assert (first.total, second.total) == (1, 2)
        assert log == ["closed"]
        """,
        '"closed"',
        '"open"',
    ),
    Case(
        "exit_stack",
        """
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def opened(log, total):
            yield await Order.objects.acreate(total=total)
            log.append(total)
        """,
        """
        from contextlib import AsyncExitStack

        log = []
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(opened(log, 1))
            second = await stack.enter_async_context(opened(log, 2))
            assert (first.total, second.total) == (1, 2)
        assert log == [2, 1]
        """,
        "log.append(total)",
        "log.insert(0, total)",
    ),
    Case(
        "callback",
        """
        async def each(callback, count):
            return [await callback(number) for number in range(count)]
        """,
        """
        async def callback(number):
            return (await Order.objects.acreate(total=number)).total

        assert await each(callback, 3) == [0, 1, 2]
        assert await Order.objects.acount() == 3
        """,
        "range(count)",
        "range(1, count)",
    ),
    Case(
        "nonlocal_callback",
        """
        async def each(callback, count):
            for number in range(count):
                await callback(await Order.objects.acreate(total=number))
        """,
        """
        seen = 0

        async def callback(order):
            nonlocal seen
            seen += order.total

        await each(callback, 3)
        assert seen == 3
        """,
        "total=number",
        "total=1 + number",
    ),
    Case(
        "nonlocal_sync",
        PAY,
        """
        seen = 0

        def add(number):
            nonlocal seen
            seen += number

        async with asyncio.timeout(60):
            add((await pay(2)).total)
            seen += 1
        add(1)
        assert seen == 4
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "own_coroutine",
        PAY,
        """
        async def both(total):
            return [await pay(total), await pay(total + 1)]

        first, second = await both(1)
        assert (first.total, second.total) == (1, 2)
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "side_effect",
        """
        class Shop:
            def __init__(self, notify):
                self.notify = notify

            async def sell(self, total):
                order = await Order.objects.acreate(total=total)
                return await self.notify(order.total)
        """,
        """
        async def answer(total):
            return (await Order.objects.aget(total=total)).total * 2

        notify = AsyncMock(side_effect=answer)
        assert await Shop(notify).sell(3) == 6
        notify.assert_awaited_once_with(3)
        """,
        "self.notify(order.total)",
        "self.notify(4)",
    ),
    Case(
        "nested_hop",
        STORE,
        """
        @sync_to_async
        def make(total):
            return store(total)

        order = await make(3)
        assert order.total == 3
        assert (await make(total=4)).total == 4
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "nested_hop_in_channels",
        STORE,
        """
        @database_sync_to_async
        def make():
            return store(3), Order.objects.count()

        order, count = await make()
        assert order.total == 3
        assert count == 1
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "lambdas",
        STORE,
        """
        order = await sync_to_async(lambda: store(3))()
        other = await sync_to_async(lambda total, more=1: store(total + more))(4)
        assert (order.total, other.total) == (3, 5)
        assert await sync_to_async(lambda: Order.objects.filter(total=3).count() + 1)() * 2 == 4
        assert not await sync_to_async(lambda: None or Order.objects.filter(total=9).exists())()
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "partials_and_methods",
        STORE,
        """
        order = await sync_to_async(partial(store, total=3))()
        order.total = 4
        await sync_to_async(order.save)(update_fields=["total"])
        await sync_to_async(order.refresh_from_db)()
        assert order.total == 4
        assert (await sync_to_async(partial(store, 5))()).total == 5
        """,
        "total=total",
        "total=total + total % 2",
    ),
    Case(
        "hop_in_a_variable",
        STORE,
        """
        make = sync_to_async(store)
        first, second = await make(1), await make(total=2)
        assert (first.total, second.total) == (1, 2)
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "to_thread",
        STORE,
        """
        order = await asyncio.to_thread(store, total=3)
        assert order.total == 3
        assert await asyncio.to_thread(lambda: Order.objects.count()) == 1
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "executor",
        STORE,
        """
        loop = asyncio.get_running_loop()
        order = await loop.run_in_executor(None, store, 3)
        count = await loop.run_in_executor(
            None,
            lambda: Order.objects.filter(total=3).count(),
        )
        assert (order.total, count) == (3, 1)
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "nested_generators",
        """
        async def total_of(stream):
            return sum([order.total async for order in stream])
        """,
        """
        def numbers():
            yield 1
            yield 2

        async def orders():
            for number in numbers():
                yield await Order.objects.acreate(total=number)

        assert await total_of(orders()) == 3
        assert [o.total async for o in orders()] == list(numbers())
        assert await Order.objects.acount() == 4
        """,
        "sum([",
        "len([",
    ),
    Case(
        "nested_context_manager",
        """
        async def sell(opened, total):
            async with opened() as till:
                till.append((await Order.objects.acreate(total=total)).total)
        """,
        """
        from contextlib import asynccontextmanager

        till = []

        @asynccontextmanager
        async def opened():
            yield till
            till.append(await Order.objects.acount())

        @asynccontextmanager
        async def broken():
            raise ValueError("broken")
            yield

        await sell(opened, 3)
        with pytest.raises(ValueError, match="broken"):
            await sell(broken, 4)
        assert till == [3, 1]
        """,
        "total=total",
        "total=total + 1",
    ),
]
