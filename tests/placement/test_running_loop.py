"""Code that asks whether a loop runs before it decides where its work goes."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

WAYS = {
    "the handler leaves": """
def total():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return read()
    return pool.submit(read).result()
""",
    "imported by name": """
def total():
    try:
        get_running_loop()
    except RuntimeError:
        return read()
    return pool.submit(read).result()
""",
    "kept in a name, the rest in else": """
def total():
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError as error:
        return read()
    else:
        return pool.submit(read).result()
""",
    "all in the try": """
def total():
    try:
        asyncio.get_running_loop()
        return pool.submit(read).result()
    except RuntimeError:
        return read()
""",
    "among other errors": """
def total():
    try:
        asyncio.get_running_loop()
    except (ValueError, RuntimeError):
        return read()
    return pool.submit(read).result()
""",
}

TESTS = """
from places import total

def test_sync():  #= safe
    total()

async def test_async():  #= leaks
    total()  #: ISO103

async def test_on_the_worker():  #= leaks
    await sync_to_async(total)()  #: ISO101
"""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_pool_only_where_a_loop_runs(way: str) -> None:
    head = (
        "import asyncio\nfrom asyncio import get_running_loop\nfrom concurrent.futures import ThreadPoolExecutor\n\n"
        "from shop import read\n\npool = ThreadPoolExecutor()\n\n"
    )
    check(TESTS, {"places.py": head + way})


def test_what_follows_when_the_handler_goes_on() -> None:
    check(
        """
from places import total

def test_sync():  #= safe
    total()

async def test_async():  #= leaks
    await total()  #: ISO102
""",
        {
            "places.py": "import asyncio\n\nfrom models import Order\n\n\ndef total():\n    try:\n"
            "        asyncio.get_running_loop()\n    except RuntimeError:\n        pass\n"
            "    return Order.objects.acount()\n"
        },
    )
