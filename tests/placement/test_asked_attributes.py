"""`hasattr`: what an object certainly lacks is not done, and what nobody can tell stays open."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
import shop
from elsewhere import Base


class Plain:
    pass


class Saves:
    async def save(self):
        return await shop.amake()


class Inherits(Base):
    pass


class Asks:
    def __init__(self, what):
        self.what = what

    async def go(self):
        if not hasattr(self.what, "save"):
            return None
        return await self.what.save()


async def go(what):
    if hasattr(what, "save"):
        await what.save()


async def otherwise(what):
    if hasattr(what, "save"):
        return None
    return await shop.amake()
"""
}


def test_a_class_decides() -> None:
    check(
        """
from service import Asks, Plain, Saves, go, otherwise

async def test_lacks():  #= safe
    await go(Plain())

async def test_has():  #= leaks
    await go(Saves())  #: ISO102

async def test_kept_without():  #= safe
    await Asks(Plain()).go()

async def test_kept_with():  #= leaks
    await Asks(Saves()).go()  #: ISO102

async def test_what_follows():  #= leaks
    await otherwise(Plain())  #: ISO102

async def test_what_does_not_follow():  #= safe
    await otherwise(Saves())
""",
        SERVICE,
    )


def test_a_base_that_is_not_known_may_have_it() -> None:
    check(
        """
from service import Inherits, go, otherwise

async def test_may_have():  #= undecided
    await go(Inherits())

async def test_may_lack():  #= leaks
    await otherwise(Inherits())  #~ ISO102
""",
        SERVICE,
    )


def test_what_is_set_from_outside_is_there() -> None:
    check(
        """
from service import Plain, go
from shop import amake

async def test_given():  #= leaks
    what = Plain()
    what.save = amake
    await go(what)  #: ISO102
""",
        SERVICE,
    )
