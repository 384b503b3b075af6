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
