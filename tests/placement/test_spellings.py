"""Every spelling of a hop is the same hop; what only looks like one is none."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment, verdicts
from tests.placement.marked import check

pytestmark = needs_environment

LEAKS = {
    "call": """
async def test_it():  #= leaks
    await sync_to_async(make)()  #: ISO101
""",
    "call in two steps": """
async def test_it():  #= leaks
    amake = sync_to_async(make)
    await amake()  #: ISO101
""",
    "keyword": """
async def test_it():  #= leaks
    await sync_to_async(func=make)()  #: ISO101
""",
    "options": """
async def test_it():  #= leaks
    await sync_to_async(make, thread_sensitive=True)()  #: ISO101
""",
    "the class": """
async def test_it():  #= leaks
    await SyncToAsync(make)()  #: ISO101
""",
    "decorator on a nested function": """
async def test_it():  #= leaks
    @sync_to_async
    def inner():
        return Order.objects.create()

    await inner()  #: ISO101
""",
    "decorator on a module function": """
@sync_to_async
def helper():
    return Order.objects.create()


async def test_it():  #= leaks
    await helper()  #: ISO101
""",
    "decorator factory": """
@sync_to_async(thread_sensitive=True)
def helper():
    return Order.objects.create()


async def test_it():  #= leaks
    await helper()  #: ISO101
""",
    "decorator factory of a pool": """
@sync_to_async(thread_sensitive=False)
def helper():
    return Order.objects.create()


async def test_it():  #= leaks
    await helper()  #: ISO103
""",
    "decorator on a method": """
class TestIn:
    @sync_to_async
    def helper(self):
        return Order.objects.create()

    async def test_it(self):  #= leaks
        await self.helper()  #: ISO101
""",
    "decorator above another": """
@sync_to_async
@functools.lru_cache
def helper():
    return Order.objects.create()


async def test_it():  #= leaks
    await helper()  #: ISO101
""",
    "alias of the import": """
from asgiref.sync import sync_to_async as off


async def test_it():  #= leaks
    await off(make)()  #: ISO101
""",
    "alias of the module": """
import asgiref.sync as s


async def test_it():  #= leaks
    await s.sync_to_async(make)()  #: ISO101
""",
    "module path": """
import asgiref.sync


async def test_it():  #= leaks
    await asgiref.sync.sync_to_async(make)()  #: ISO101
""",
    "import in the function": """
async def test_it():  #= leaks
    from asgiref.sync import sync_to_async as inside

    await inside(make)()  #: ISO101
""",
    "assigned alias": """
off = sync_to_async


async def test_it():  #= leaks
    await off(make)()  #: ISO101
""",
    "module variable": """
amake = sync_to_async(make)


async def test_it():  #= leaks
    await amake()  #: ISO101
""",
    "partial of the payload": """
async def test_it():  #= leaks
    await sync_to_async(functools.partial(make, 3))()  #: ISO101
""",
    "partial of the hop": """
hop = functools.partial(sync_to_async, thread_sensitive=True)


async def test_it():  #= leaks
    await hop(make)()  #: ISO101
""",
    "partial of the wrapped": """
async def test_it():  #= leaks
    await functools.partial(sync_to_async(make), 3)()  #: ISO101
""",
    "lambda": """
async def test_it():  #= leaks
    await sync_to_async(lambda: Order.objects.create())()  #: ISO101
""",
    "lambda around a helper": """
async def test_it():  #= leaks
    await sync_to_async(lambda total: make(total))(3)  #: ISO101
""",
    "lambda that hops": """
async def test_it():  #= leaks
    hop = lambda func: sync_to_async(func)()
    await hop(make)  #: ISO101
""",
    "manager method": """
async def test_it():  #= leaks
    await sync_to_async(Order.objects.create)(total=1)  #: ISO101
""",
    "bound method of an instance": """
async def test_it():  #= leaks
    order = Order()
    await sync_to_async(order.save)()  #: ISO101
""",
    "method in a variable": """
async def test_it():  #= leaks
    save = Order().save
    await sync_to_async(save)()  #: ISO101
""",
    "lazy queryset evaluated there": """
async def test_it():  #= leaks
    await sync_to_async(list)(Order.objects.all())  #: ISO101
""",
    "class attribute": """
class TestIn:
    amake = staticmethod(sync_to_async(make))

    async def test_it(self):  #= leaks
        await self.amake()  #: ISO101
""",
    "list": """
async def test_it():  #= leaks
    for func in [make, read]:
        await sync_to_async(func)()  #: ISO101
""",
    "dictionary": """
TABLE = {"make": sync_to_async(make), "pure": sync_to_async(pure)}


async def test_it():  #= leaks
    await TABLE["make"]()  #: ISO101
    await TABLE["pure"]()
""",
    "tuple unpacked": """
async def test_it():  #= leaks
    one, other = make, pure
    await sync_to_async(one)()  #: ISO101
    await sync_to_async(other)()
""",
    "getattr": """
async def test_it():  #= leaks
    await sync_to_async(getattr(Order.objects, "create"))()  #: ISO101
""",
    "conditional expression": """
async def test_it():  #= leaks
    func = make if Order else pure
    await sync_to_async(func)()  #: ISO101
""",
    "walrus": """
async def test_it():  #= leaks
    if (func := sync_to_async(make)):
        await func()  #: ISO101
""",
    "closure": """
async def test_it():  #= leaks
    total = 3

    def inner():
        return Order.objects.create(total=total)

    await sync_to_async(inner)()  #: ISO101
""",
    "a name of an enclosing function": """
def helper(func):
    async def inner():
        return await sync_to_async(func)()

    return inner


async def test_it():  #= leaks
    await helper(make)()  #: ISO101
    await helper(pure)()
""",
    "own decorator": """
def in_worker(func):
    @functools.wraps(func)
    async def inner(*args, **kwargs):
        return await sync_to_async(func)(*args, **kwargs)

    return inner


@in_worker
def helper():
    return Order.objects.create()


async def test_it():  #= leaks
    await helper()  #: ISO101
""",
    "own decorator with arguments": """
def in_worker(times):
    def decorate(func):
        async def inner(*args):
            for _ in range(times):
                await sync_to_async(func)(*args)

        return inner

    return decorate


@in_worker(3)
def helper(total):
    return Order.objects.create(total=total)


async def test_it():  #= leaks
    await helper(2)  #: ISO101
""",
    "gather": """
async def test_it():  #= leaks
    await asyncio.gather(sync_to_async(make)(), sync_to_async(pure)())  #: ISO101
""",
    "gather of a comprehension": """
async def test_it():  #= leaks
    await asyncio.gather(*[sync_to_async(make)(n) for n in range(3)])  #: ISO101
""",
    "gather of a generator": """
async def test_it():  #= leaks
    await asyncio.gather(*(sync_to_async(make)(n) for n in range(3)))  #: ISO101
""",
    "wait_for": """
async def test_it():  #= leaks
    await asyncio.wait_for(sync_to_async(make)(), 3)  #: ISO101
""",
    "shield": """
async def test_it():  #= leaks
    await asyncio.shield(sync_to_async(make)())  #: ISO101
""",
    "task": """
async def test_it():  #= leaks
    task = asyncio.create_task(sync_to_async(make)())  #: ISO101
    await task
""",
    "task group": """
async def test_it():  #= leaks
    async with asyncio.TaskGroup() as group:
        group.create_task(sync_to_async(make)())  #: ISO101
""",
    "stored, awaited later": """
async def test_it():  #= leaks
    coroutine = sync_to_async(make)()
    print("between")
    await coroutine  #: ISO101
""",
    "stored in a list": """
async def test_it():  #= leaks
    waiting = [sync_to_async(make)()]
    for one in waiting:
        await one  #: ISO101
""",
    "in an expression": """
async def test_it():  #= leaks
    assert (await sync_to_async(make)()).total == 1  #: ISO101
""",
    "in an f-string": """
async def test_it():  #= leaks
    print(f"{await sync_to_async(read)()}")  #: ISO101
""",
    "returned": """
async def helper():
    return await sync_to_async(make)()


async def test_it():  #= leaks
    return await helper()  #: ISO101
""",
    "thread": """
def test_it():  #= leaks
    thread = threading.Thread(target=make)
    thread.start()  #: ISO103
    thread.join()
""",
    "thread with arguments": """
def test_it():  #= leaks
    threading.Thread(target=lambda func: func(), args=(make,)).start()  #: ISO103
""",
    "thread of one's own": """
class Worker(threading.Thread):
    def run(self):
        Order.objects.create()


def test_it():  #= leaks
    Worker().start()  #: ISO103
""",
    "executor": """
def test_it():  #= leaks
    with ThreadPoolExecutor() as pool:
        pool.submit(make, 3).result()  #: ISO103
""",
    "executor map": """
def test_it():  #= leaks
    with ThreadPoolExecutor() as pool:
        list(pool.map(make, [1, 2]))  #: ISO103
""",
    "to_thread": """
async def test_it():  #= leaks
    await asyncio.to_thread(make, 3)  #: ISO103
""",
    "run_in_executor": """
async def test_it():  #= leaks
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, make)  #: ISO103
""",
    "asyncio.run": """
def test_it():  #= leaks
    asyncio.run(shop.amake())  #: ISO105
""",
    "asyncio.run of a hop": """
def test_it():  #= leaks
    asyncio.run(shop.hop())  #: ISO105
""",
    "runner": """
def test_it():  #= leaks
    with asyncio.Runner() as runner:
        runner.run(shop.amake())  #: ISO105
""",
    "run_until_complete": """
def test_it():  #= leaks
    loop = asyncio.new_event_loop()
    loop.run_until_complete(shop.amake())  #: ISO105
""",
    "a loop of the policy": """
def test_it():  #= leaks
    loop = asyncio.get_event_loop_policy().new_event_loop()
    loop.run_until_complete(shop.amake())  #: ISO105
""",
    "a loop of the policy at once": """
def test_it():  #= leaks
    asyncio.get_event_loop_policy().new_event_loop().run_until_complete(shop.amake())  #: ISO105
""",
    "anyio.run": """
import anyio

def test_it():  #= leaks
    anyio.run(shop.amake, 3)  #: ISO105

def test_a_hop():  #= leaks
    anyio.run(shop.hop)  #: ISO105

def test_by_name():  #= leaks
    anyio.run(functools.partial(shop.amake, total=3), backend="asyncio")  #: ISO105

async def nothing(value):
    return pure(value)

def test_nothing():  #= safe
    anyio.run(nothing, 1)
""",
    "anyio.run on trio": """
import anyio

async def at_home():
    make()

async def in_a_thread():
    await anyio.to_thread.run_sync(make)

# Django's async methods need asyncio, and raise.
def test_it():  #= safe
    anyio.run(shop.amake, backend="trio")

def test_sync_work():  #= safe
    anyio.run(at_home, backend="trio")

def test_a_thread():  #= leaks
    anyio.run(in_a_thread, backend="trio")  #: ISO103
""",
    "sync_to_async in a bridge in a bare loop": """
async def test_it():  #= leaks
    await sync_to_async(async_to_sync(shop.hop))()  #: ISO101
""",
    "a pool below the bridge": """
async def pooled():
    await asyncio.to_thread(make)


def test_it():  #= leaks
    async_to_sync(pooled)()  #: ISO103
""",
}

SILENT = {
    "never awaited": """
async def test_it():  #= safe
    sync_to_async(make)()
""",
    "never called": """
async def test_it():  #= safe
    print(sync_to_async(make))
""",
    "never called pool": """
def test_it():  #= safe
    threading.Thread(target=make)
""",
    "a pure payload": """
async def test_it():  #= safe
    assert await sync_to_async(pure)(3) == 4
""",
    "a pure lambda": """
async def test_it():  #= safe
    await sync_to_async(lambda: 1 + 1)()
""",
    "a lazy queryset that nobody evaluates": """
async def test_it():  #= safe
    await sync_to_async(lambda: Order.objects.filter(total=1))()
""",
    "an unsaved model": """
async def test_it():  #= safe
    await sync_to_async(lambda: Order(total=1))()
""",
    "a function of the same name": """
def sync_to_async(func):
    async def call(*args):
        return func(*args)

    return call


async def test_it():  #= safe
    await sync_to_async(pure)()
""",
    "a method of the same name": """
class Client:
    async def acreate(self):
        return 1

    def create(self):
        return 2


async def test_it():  #= safe
    client = Client()
    await client.acreate()
    await sync_to_async(client.create)()
""",
    "objects that are no manager": """
class Registry:
    def __init__(self):
        self.objects = Things()


class Things:
    async def acreate(self):
        return 1

    def create(self):
        return 2


async def test_it():  #= safe
    registry = Registry()
    await registry.objects.acreate()
    await sync_to_async(registry.objects.create)()
""",
    "mocks": """
async def test_it():  #= safe
    client = AsyncMock()
    await client.acreate()
    await sync_to_async(MagicMock(spec=Order).save)()
    mocked = Mock(return_value=3)
    await sync_to_async(mocked)()
    async with client.session() as session:
        await session.execute()
""",
    "mocks made of specs": """
async def test_it():  #= safe
    order = MagicMock(spec=Order)
    order.asave = AsyncMock()
    await order.asave()
""",
    "the bridge": """
def test_it():  #= safe
    async_to_sync(shop.hop)()
    async_to_sync(shop.amake)(3)
""",
    "the bridge on a nested function": """
def test_it():  #= safe
    async def inner():
        await sync_to_async(make)()
        return await Order.objects.acreate()

    assert async_to_sync(inner)()
""",
    "the bridge as a decorator": """
def test_it():  #= safe
    @async_to_sync
    async def inner():
        await sync_to_async(make)()

    inner()
""",
    "the bridge with gather and tasks": """
def test_it():  #= safe
    async def inner():
        await asyncio.gather(shop.amake(), shop.hop())
        await asyncio.create_task(shop.amake())
        async with asyncio.TaskGroup() as group:
            group.create_task(shop.hop())
        async for order in Order.objects.all():
            print(order)

    async_to_sync(inner)()
""",
    "the helper": """
class TestIn:
    def _run_async(self, coroutine):
        async def call():
            return await coroutine

        return async_to_sync(call)()

    def test_it(self):  #= safe
        assert self._run_async(shop.hop())
        self._run_async(shop.amake())
""",
    "the helper with a lambda": """
def run(coroutine):
    return async_to_sync(lambda: coroutine)()


def test_it():  #= safe
    run(shop.hop())
""",
    "plain sync code": """
def test_it():  #= safe
    make()
    assert read() == 1
""",
    "async code without a database": """
async def test_it():  #= safe
    await asyncio.sleep(0)
    queue = asyncio.Queue()
    await queue.put(1)
    await queue.get()
""",
    "a thread without a database": """
def test_it():  #= safe
    with ThreadPoolExecutor() as pool:
        pool.submit(pure, 3)
    threading.Thread(target=pure).start()
""",
}

UNDECIDED = {
    # What a constructor was given is not followed into other methods.
    "thread of one's own with a constructor": """
class Worker(threading.Thread):
    def __init__(self, func):
        super().__init__()
        self.func = func

    def run(self):
        self.func()


def test_it():  #= undecided
    Worker(make).start()
""",
    "an unknown payload": """
async def test_it():  #= undecided
    await sync_to_async(unheard_of)()  #~ ISO101
""",
    "an unknown module": """
import unheard_of


async def test_it():  #= undecided
    await sync_to_async(unheard_of.work)()  #~ ISO101
""",
    "an unknown hop": """
from unheard_of import hop


async def test_it():  #= undecided
    await hop(make)()
""",
    "an unknown coroutine": """
from unheard_of import work


async def test_it():  #= undecided
    await work()
""",
    "an unknown fixture": """
async def test_it(unheard_of):  #= undecided
    await unheard_of.work()
""",
    "a computed name": """
async def test_it():  #= undecided
    await sync_to_async(getattr(Order.objects, "cr" + "eate"))()  #~ ISO101
""",
    "an unknown context manager": """
from unheard_of import opened


async def test_it():  #= undecided
    async with opened():
        pass
""",
    "an unknown iterable": """
from unheard_of import rows


async def test_it():  #= undecided
    async for row in rows():
        pass
""",
    # A sync callee that nobody knows runs on the test's thread: it cannot leave without a hop of its own.
    "an unknown sync callee": """
from unheard_of import work


def test_it():  #= safe
    work()
""",
}


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
def test_every_spelling_leaks(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_silence(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", UNDECIDED.values(), ids=UNDECIDED)
def test_what_nobody_can_name(text: str) -> None:
    check(text)


def test_an_undecided_test_says_why() -> None:
    text = "from unheard_of import work\n\n\nasync def test_it():\n    await work()\n"
    ini = "[pytest]\nasyncio_mode = auto\nusefixtures = db\n"
    found = verdicts({"test_a.py": text}, ini)["test_it"]
    assert found.reasons == ("undecided: work: unheard_of.work is not known in the environment (line 5)",)
