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


PROXIES = {
    "proxies.py": """\
import shop
from service import Plain, Saves


class Proxy:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)


class Everything:
    def __getattribute__(self, name):
        return object.__getattribute__(self, "do")

    async def do(self):
        return await shop.amake()


class Computed:
    def __getattr__(self, name):
        return find(name)


class Endless:
    def __getattr__(self, name):
        return getattr(self.inner, name)


class Inherited(Proxy):
    pass


async def by_default(what):
    save = getattr(what, "save", None)
    if save is not None:
        await save()


async def write(what):
    await what.save()
"""
}


def test_a_class_that_answers_for_its_attributes_may_have_any() -> None:
    check(
        """
from proxies import Computed, Endless, Everything, Inherited, Plain, Proxy, Saves, by_default, write
from service import go

async def test_proxy():  #= leaks
    await go(Proxy(Saves()))  #~ ISO102

async def test_proxy_by_default():  #= leaks
    await by_default(Proxy(Saves()))  #~ ISO102

async def test_proxy_itself():  #= leaks
    await write(Proxy(Saves()))  #: ISO102

async def test_inherited():  #= leaks
    await go(Inherited(Saves()))  #~ ISO102

async def test_asks_itself_for_ever():  #= undecided
    await write(Endless())

async def test_everything():  #= undecided
    await go(Everything())

async def test_computed():  #= undecided
    await go(Computed())

async def test_computed_by_default():  #= undecided
    await by_default(Computed())

async def test_computed_itself():  #= undecided
    await write(Computed())
""",
        {**SERVICE, **PROXIES},
    )
