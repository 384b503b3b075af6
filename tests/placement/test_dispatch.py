"""Dispatch through a table: which entry runs is decided by the key that the test gives."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

TABLE = """
from shop import amake, pure


async def describe(name):
    return pure()


async def create(name):
    return await amake()


HANDLERS = {"describe": describe, "create": create}


async def by_get(action):
    handler = HANDLERS.get(action)
    return await handler("x")


async def by_key(action):
    return await HANDLERS[action]("x")


async def by_part(name):
    action, model = name.split("_", 1)
    handler = HANDLERS.get(action)
    return await handler(model)


async def by_lower(name):
    return await HANDLERS[name.lower()](name)


async def outer(name, extra=None):
    return await by_part(name)
"""

CALLS = {
    "get": ("await by_get('create')  #: ISO102", "leaks"),
    "get, another": ("await by_get('describe')", "safe"),
    "get, missing": ("await by_get('unheard of')", "safe"),
    "key": ("await by_key('create')  #: ISO102", "leaks"),
    "key, another": ("await by_key('describe')", "safe"),
    "part": ("await by_part('create_order')  #: ISO102", "leaks"),
    "part, another": ("await by_part('describe_order')", "safe"),
    "lower": ("await by_lower('CREATE')  #: ISO102", "leaks"),
    "lower, another": ("await by_lower('DESCRIBE')", "safe"),
    "through another function": ("await outer('create_order')  #: ISO102", "leaks"),
    "through another function, another": ("await outer('describe_order')", "safe"),
    "through a local": ("name = 'describe'\n    await by_get(name)", "safe"),
    "any": ("await by_get(str(monkeypatch))  #: ISO102", "leaks"),
}


@pytest.mark.parametrize("call, verdict", CALLS.values(), ids=CALLS)
def test_dispatch(call: str, verdict: str) -> None:
    imports = "from table import by_get, by_key, by_lower, by_part, outer"
    check(f"{imports}\n\n\nasync def test_it(monkeypatch):  #= {verdict}\n    {call}", {"table.py": TABLE})
