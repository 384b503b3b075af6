"""Nested functions take the names around them along, also inside decorators, partials and coroutines."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

WAYS = {
    "decorated": """
async def via(func):
    @sync_to_async
    def inner():
        return func()

    return await inner()
""",
    "decorated twice": """
async def via(func):
    @sync_to_async
    @functools.wraps(func)
    def inner():
        return func()

    return await inner()
""",
    "wrapped later": """
async def via(func):
    def inner():
        return func()

    run = sync_to_async(inner)
    return await run()
""",
    "in a partial": """
async def via(func):
    def inner(times):
        return func()

    return await sync_to_async(functools.partial(inner, 2))()
""",
    "a coroutine made here and awaited there": """
async def finish(coroutine):
    return await coroutine


async def via(func):
    async def inner():
        return await sync_to_async(func)()

    return await finish(inner())
""",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_closure(way: str) -> None:
    check(
        f"{way}\n\nasync def test_work():  #= leaks\n    await via(make)  #: ISO101\n\n\n"
        "async def test_none():  #= safe\n    await via(pure)\n"
    )
