"""Loops over pairs: `enumerate`, `zip`, and the items, keys and values of a mapping."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment


def test_pairs() -> None:
    check("""
async def test_enumerate():  #= leaks
    for number, function in enumerate([make]):
        await sync_to_async(function)(number)  #: ISO101

async def test_zip():  #= leaks
    for number, function in zip([1], [make]):
        await sync_to_async(function)(number)  #: ISO101

async def test_items():  #= leaks
    for name, function in {"make": make}.items():
        await sync_to_async(function)()  #: ISO101

async def test_values():  #= leaks
    for function in {"make": make}.values():
        await sync_to_async(function)()  #: ISO101

async def test_keys():  #= leaks
    table = {"make": make, "pure": pure}
    for name in table:
        await sync_to_async(table[name])()  #: ISO101

async def test_pure():  #= safe
    for name, function in {"pure": pure}.items():
        await sync_to_async(function)()
""")
