"""An attribute that starts as an empty container: its annotation names the class of what others put there."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

MANAGER = """\
import asyncio
import collections
import typing
from asyncio import create_task
from typing import Dict

from shop import amake


class Subscriber:
    def __init__(self):
        self._queue: asyncio.Queue[int] = asyncio.Queue()

    async def put(self, response):
        await self._queue.put(response)

    async def store(self, response):
        await amake(response)


class Manager:
    def __init__(self, backend) -> None:
        self._backend = backend
        self._channels: ANNOTATION = {}

    async def _listener(self) -> None:
        while True:
            channel = await self._backend.get()
            subscribers = list(self._channels.get(channel, []))
            for subscriber in subscribers:
                await subscriber.METHOD(1)

    async def connect(self) -> None:
        self._task = create_task(self._listener())


manager = Manager(asyncio.Queue())
"""

TEST = """
@pytest.fixture(autouse=True)
async def connect():{mark}
    from manager import manager
    await manager.connect()
    yield

async def test_it():  #= {verdict}
    pass
"""


@pytest.mark.parametrize(
    "annotation", ["dict[str, set[Subscriber]]", "Dict[str, list[Subscriber]]", "typing.Dict[str, set[Subscriber]]"]
)
def test_items_of_an_annotated_attribute(annotation: str) -> None:
    manager = MANAGER.replace("ANNOTATION", annotation).replace("METHOD", "put")
    check(TEST.format(mark="", verdict="safe"), {"manager.py": manager})


def test_their_work() -> None:
    manager = MANAGER.replace("ANNOTATION", "dict[str, set[Subscriber]]").replace("METHOD", "store")
    check(TEST.format(mark="  #: ISO106", verdict="leaks"), {"manager.py": manager})


DECLARED = """\
import dataclasses
import datetime
from typing import Any, Callable, ClassVar, Optional

from shop import amake


async def nothing():
    pass


class Keeper:
    async def keep(self):
        await amake()


class Base:
    how: Callable[[], Any]
    name: str
    maybe: Optional[int]
    either: "str | None"
    at: datetime.datetime | None
    tags: list[str]
    keeper: Keeper

    async def run(self):
        await self.how()

    def describe(self):
        return self.name.upper() + str(self.maybe) + self.either.lower() + str(self.at.date()) + "".join(self.tags)

    async def keep(self):
        await self.keeper.keep()


class Making(Base):
    def __init__(self):
        self.how = amake


class Quiet(Base):
    def __init__(self):
        self.how = nothing


class Later(Base):
    def mount(self):
        self.how = amake


class Kept(Base):
    def __init__(self, keeper=None):
        self.keeper = load(keeper)
"""


def test_what_is_declared_and_set_elsewhere() -> None:
    check(
        """
from declared import Base, Kept, Later, Making, Quiet

def provide(one):
    setattr(one, "how", shop.amake)
    return one

async def test_made():  #= leaks
    await Making().run()  #: ISO102

async def test_quiet():  #= safe
    await Quiet().run()

async def test_later():  #= leaks
    later = Later()
    later.mount()
    await later.run()  #: ISO102

async def test_set_elsewhere():  #= leaks
    await provide(Base()).run()  #: ISO102

async def test_nobody_sets_it():  #= undecided
    await Base().run()

async def test_data():  #= safe
    await sync_to_async(Base().describe)()

async def test_class_of_the_project():  #= leaks
    await Base().keep()  #: ISO102

async def test_assigned_and_unknown():  #= leaks
    await Kept().keep()  #: ISO102
""",
        {"declared.py": DECLARED},
    )
