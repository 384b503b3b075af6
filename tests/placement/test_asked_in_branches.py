"""`hasattr` and `callable` in a condition: what does not answer it is not what a branch works on."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
import shop


class Plain:
    note = None


class Saves:
    async def save(self):
        return await shop.amake()


class Keeps:
    def __init__(self, save):
        self.save = save


async def each(parts):
    for part in parts:
        if hasattr(part, "save"):
            await part.save()


async def others(parts):
    for part in parts:
        if not hasattr(part, "save"):
            continue
        await part.save()


async def chosen(first, second, flag):
    part = first if flag else second
    if hasattr(part, "save"):
        await part.save()


async def called(part):
    if callable(getattr(part, "save", None)):
        await part.save()


async def noted(part):
    if callable(getattr(part, "note", None)):
        await part.note()
        await shop.amake()


async def hooked(part):
    hook = getattr(part, "save", None)
    if callable(hook):
        await hook()


async def given(hook=None):
    if callable(hook):
        await hook()
    else:
        await shop.amake()


async def has_it(part):
    if part.save:
        return
    await shop.amake()


async def nothing():
    pass
"""
}


def test_what_lacks_it_is_left_out() -> None:
    check(
        """
from service import Plain, Saves, chosen, each, others

async def test_each():  #= leaks
    await each([Plain(), Saves()])  #~ ISO102

async def test_none_of_them():  #= safe
    await each([Plain(), Plain()])

async def test_others():  #= leaks
    await others([Plain(), Saves()])  #~ ISO102

async def test_one_of_two(request):  #= leaks
    await chosen(Plain(), Saves(), request.param)  #~ ISO102

async def test_in_the_test():  #= leaks
    for part in [Plain(), Saves()]:
        if hasattr(part, "save"):
            await part.save()  #: ISO102
""",
        SERVICE,
    )


def test_what_can_be_called() -> None:
    check(
        """
from service import Keeps, Plain, Saves, called, given, has_it, hooked, noted, nothing

async def test_method():  #= leaks
    await called(Saves())  #: ISO102

async def test_lacking():  #= safe
    await called(Plain())

async def test_data_of_a_class():  #= leaks
    await noted(Plain())  #~ ISO102

async def test_kept():  #= safe
    await called(Keeps(nothing))

async def test_kept_none():  #= safe
    await called(Keeps(None))

async def test_variable():  #= leaks
    await hooked(Saves())  #: ISO102

async def test_variable_lacking():  #= safe
    await hooked(Plain())

async def test_function():  #= safe
    await given(nothing)

async def test_text():  #= leaks
    await given("nothing")  #: ISO102

async def test_default():  #= leaks
    await given()  #: ISO102

async def test_mock():  #= safe
    await given(AsyncMock())

async def test_a_method_is_there():  #= safe
    await has_it(Saves())
""",
        SERVICE,
    )


def test_who_is_not_known_may_have_it() -> None:
    check(
        """
from elsewhere import Strange
from service import Plain, Saves, called, each

async def test_called():  #= undecided
    await called(Strange())

async def test_each():  #= undecided
    await each([Strange()])
""",
        SERVICE,
    )
