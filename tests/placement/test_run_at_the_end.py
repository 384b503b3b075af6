"""What exit stacks and the runner of the tests call at the end, and what `map` calls when it is gone through."""

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


def test_map_calls_when_it_is_gone_through() -> None:
    check("""
def lazy():
    return map(make, [1])

def gone_through():
    return list(map(make, [1]))

async def test_lazy():  #= safe
    await sync_to_async(lazy)()

async def test_gone_through():  #= leaks
    await sync_to_async(gone_through)()  #: ISO101
""")
