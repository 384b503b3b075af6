"""Conditions that are the result of a call: decided where all that the function gives is written out in it."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
from shop import amake


class Transport:
    def stores(self, order):
        return False

    async def allows(self, order):
        return False

    def maybe(self, order):
        if order:
            return True

    def either(self, order):
        return order is not None


class Storing(Transport):
    def stores(self, order):
        if order is None:
            return True
        return True

    async def allows(self, order):
        return True


class Bare:
    def ready(self):
        return True


class Runtime:
    def __init__(self, transport):
        self.transport = transport
        self.order = None

    async def dispatch(self, order):
        self.order = order
        if self.transport.stores(order):
            await amake()

    async def asked(self, order):
        stores = getattr(self.transport, "stores", None)
        if stores is not None and stores(order) and self.order:
            await amake()

    async def kept(self, order):
        stored = self.transport.stores(order)
        if not stored:
            return
        await amake()

    async def allowed(self, order):
        if not await self.transport.allows(order):
            return
        await amake()

    async def falls_through(self, order):
        if not self.transport.maybe(order):
            await amake()

    async def depends(self, order):
        if self.transport.either(order):
            await amake()
"""
}

IMPORTS = "from service import Bare, Runtime, Storing, Transport\n\n"


def service(text: str) -> None:
    check(IMPORTS + text, SERVICE)


def test_a_method_that_always_gives_the_same() -> None:
    service("""
async def test_never():  #= safe
    await Runtime(Transport()).dispatch(1)

async def test_always():  #= leaks
    await Runtime(Storing()).dispatch(1)  #: ISO102

async def test_left_before():  #= safe
    await Runtime(Transport()).kept(1)

async def test_not_left_before():  #= leaks
    await Runtime(Storing()).kept(1)  #: ISO102
""")


def test_a_method_that_is_read_first() -> None:
    service("""
async def test_never():  #= safe
    await Runtime(Transport()).asked(1)

async def test_has_none():  #= safe
    await Runtime(Bare()).asked(1)

async def test_always():  #= leaks
    await Runtime(Storing()).asked(1)  #~ ISO102
""")


def test_what_is_awaited() -> None:
    service("""
async def test_never():  #= safe
    await Runtime(Transport()).allowed(1)

async def test_always():  #= leaks
    await Runtime(Storing()).allowed(1)  #: ISO102
""")


def test_what_may_give_something_else() -> None:
    service("""
async def test_the_end_without_return():  #= leaks
    await Runtime(Transport()).falls_through(0)  #~ ISO102

async def test_a_computed_result():  #= leaks
    await Runtime(Transport()).depends(1)  #~ ISO102

async def test_replaced(monkeypatch):  #= leaks
    monkeypatch.setattr(Transport, "stores", lambda self, order: True)
    await Runtime(Transport()).dispatch(1)  #: ISO102
""")
