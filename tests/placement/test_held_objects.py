"""Objects that keep what they were made with: what their methods do depends on it."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = """
from asgiref.sync import sync_to_async

import shop


class Memory:
    async def add(self, total):
        return total


class Database:
    async def add(self, total):
        return await sync_to_async(shop.make)(total)


class Service:
    def __init__(self, store, *, name="service"):
        self._store = store
        self.name = name

    async def book(self, total):
        return await self._store.add(total)


class Loud(Service):
    async def shout(self, total):
        await self.book(total)


class Chain(Service):
    def __init__(self, store):
        super().__init__(store)
        self.inner = Service(store)

    async def through(self):
        await self.inner.book(1)


def made(kind):
    if kind == "memory":
        return Service(Memory())
    return Service(Database())


memory = Service(Memory())
database = Service(store=Database())
"""

USES = {
    "memory": ("await Service(Memory()).book(1)", "safe"),
    "database": ("await Service(Database()).book(1)  #: ISO101", "leaks"),
    "by keyword": ("await Service(store=Database(), name='x').book(1)  #: ISO101", "leaks"),
    "a mock": ("await Service(AsyncMock()).book(1)", "safe"),
    "in a name": ("service = Service(Memory())\n    await service.book(1)", "safe"),
    "inherited": ("await Loud(Database()).shout(1)  #: ISO101", "leaks"),
    "inherited, memory": ("await Loud(Memory()).shout(1)", "safe"),
    "an object inside": ("await Chain(Database()).through()  #: ISO101", "leaks"),
    "an object inside, memory": ("await Chain(Memory()).through()", "safe"),
    "of the module": ("await service.database.book(1)  #: ISO101", "leaks"),
    "of the module, memory": ("await service.memory.book(1)", "safe"),
    "made by a helper": ("await helper(Database()).book(1)  #: ISO101", "leaks"),
    "made by a helper, memory": ("await helper(Memory()).book(1)", "safe"),
    "handed on": ("await book(Service(Database()))  #: ISO101", "leaks"),
    "handed on, memory": ("await book(Service(Memory()))", "safe"),
    "one of two": ("await made('x').book(1)  #: ISO101", "leaks"),
}


@pytest.mark.parametrize("use, verdict", USES.values(), ids=USES)
def test_what_an_object_holds(use: str, verdict: str) -> None:
    check(
        "import service\nfrom service import Chain, Database, Loud, Memory, Service, made\n\n\n"
        "def helper(store):\n    return Service(store)\n\n\n"
        "async def book(one):\n    await one.book(1)\n\n\n"
        f"async def test_it():  #= {verdict}\n    {use}",
        {"service.py": SERVICE},
    )


TOLD = """
import importlib

import shop


class View:
    async def handle(self):
        pass


class Saving(View):
    async def handle(self):
        await shop.hop()


class Runtime:
    def __init__(self):
        self.view = None

    def mount(self, path):
        self.view = importlib.import_module(path).View()

    async def dispatch(self):
        if self.view is None:
            return
        await self.view.handle()


class Consumer:
    view = None

    def mount(self, path):
        self.view = importlib.import_module(path).View()

    async def receive(self):
        runtime = Runtime()
        runtime.view = self.view
        await runtime.dispatch()
"""

TELLING = {
    "nothing": ("await Consumer().receive()", "undecided"),
    "set": ("consumer = Consumer()\n    consumer.view = View()\n    await consumer.receive()", "safe"),
    "set, saving": (
        "consumer = Consumer()\n    consumer.view = Saving()\n    await consumer.receive()  #~ ISO101",
        "leaks",
    ),
    "set later": ("consumer = Consumer()\n    await consumer.receive()\n    consumer.view = View()", "undecided"),
    "by a helper": ("await told(View()).receive()", "safe"),
    "by a helper, saving": ("await told(Saving()).receive()  #~ ISO101", "leaks"),
    "inner": ("runtime = Runtime()\n    runtime.view = View()\n    await runtime.dispatch()", "safe"),
    "inner, saving": (
        "runtime = Runtime()\n    runtime.view = Saving()\n    await runtime.dispatch()  #: ISO101",
        "leaks",
    ),
}


@pytest.mark.parametrize("use, verdict", TELLING.values(), ids=TELLING)
def test_what_an_object_is_told(use: str, verdict: str) -> None:
    check(
        "from told import Consumer, Runtime, Saving, View\n\n\n"
        "def told(view):\n    consumer = Consumer()\n    consumer.view = view\n    return consumer\n\n\n"
        f"async def test_it():  #= {verdict}\n    {use}",
        {"told.py": TOLD},
    )


DUCK = """
import shop


class Transport:
    def __init__(self):
        self.kept = None

    async def send(self):
        pass


class Hooked(Transport):
    async def hook(self):
        await shop.hop()


class Runtime:
    def __init__(self, transport):
        self.transport = transport

    async def run(self):
        hook = getattr(self.transport, "hook", None)
        if hook is not None:
            await hook()
        await getattr(self.transport, "other", self.transport.send)()


class Strange(__import__("nowhere").Base):
    pass
"""

HOOKS = {
    "none": ("await Runtime(Transport()).run()", "safe"),
    "one": ("await Runtime(Hooked()).run()  #: ISO101", "leaks"),
    "a base that is not known": ("await Runtime(Strange()).run()", "undecided"),
    "given from outside": (
        "transport = Transport()\n    transport.hook = shop.hop\n    await Runtime(transport).run()  #: ISO101",
        "leaks",
    ),
}


@pytest.mark.parametrize("use, verdict", HOOKS.values(), ids=HOOKS)
def test_what_an_object_may_lack(use: str, verdict: str) -> None:
    check(
        f"from duck import Hooked, Runtime, Strange, Transport\n\n\nasync def test_it():  #= {verdict}\n    {use}",
        {"duck.py": DUCK},
    )


LISTENERS = """
import shop


class Bus:
    def __init__(self):
        self.listeners = []

    def on(self, listener):
        self.listeners.append(listener)

    async def emit(self, total):
        for listener in self.listeners:
            await listener(total)


class Log:
    def __init__(self):
        self.lines = []

    async def write(self, line):
        self.lines.append(line)

    async def all(self):
        return [line for line in self.lines]


class Audited(Bus):
    def __init__(self):
        super().__init__()
        self.on(sync_to_async(shop.make))

    def audit(self):
        self.listeners.append(self.store)

    async def store(self, total):
        await sync_to_async(shop.make)(total)
"""


def test_what_is_put_into_the_container_of_an_attribute() -> None:
    """A list that begins empty is filled by methods: what comes out of it is what was put in."""
    check(
        """
from bus import Audited, Log

async def test_its_own_method():  #= leaks
    bus = Audited()
    bus.audit()
    await bus.emit(1)  #: ISO101

async def test_lines():  #= safe
    log = Log()
    await log.write("a")
    assert await log.all() == ["a"]
""",
        {"bus.py": "from asgiref.sync import sync_to_async\n" + LISTENERS},
    )
