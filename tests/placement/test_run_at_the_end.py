"""What exit stacks and the runner of the tests call at the end, and what `map` calls, whoever goes through it."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment


def test_callbacks_of_stacks() -> None:
    check("""
async def test_pushed():  #= leaks
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(shop.amake)  #: ISO102

async def test_quiet():  #= safe
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(print, 1)

def test_in_a_sync_test():  #= safe
    with contextlib.ExitStack() as stack:
        stack.callback(make)
""")


def test_finalizers_run_at_home() -> None:
    check("""
async def test_finalizer(request):  #= safe
    request.addfinalizer(make)
""")


def test_map_calls_whoever_goes_through_it() -> None:
    check("""
def gone_through():
    return list(map(make, [1]))

async def test_spread():  #= leaks
    await asyncio.gather(*map(shop.amake, [1]))  #: ISO102

async def test_joined():  #= leaks
    await asyncio.gather(*list(map(shop.amake, [1])))  #: ISO102

async def test_in_a_loop():  #= leaks
    for coroutine in map(shop.amake, [1]):
        await coroutine  #: ISO102

async def test_gone_through():  #= leaks
    await sync_to_async(gone_through)()  #: ISO101
""")


def test_cleanups_of_test_cases() -> None:
    check("""
from unittest import IsolatedAsyncioTestCase

from django.test import TestCase


class Plain(TestCase):
    async def test_sync(self):  #= safe
        self.addCleanup(make)

    def test_in_a_thread(self):  #= leaks
        thread = threading.Thread(target=make)
        self.addCleanup(thread.start)  #: ISO103


class Isolated(IsolatedAsyncioTestCase):
    async def test_sync(self):  #= safe
        self.addCleanup(make)

    async def test_async(self):  #= leaks
        self.addAsyncCleanup(shop.amake)  #: ISO102
""")
