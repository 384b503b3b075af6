"""Conditions that a call decides: by a literal, a variable that is one, a default, an attribute that `__init__` keeps.

What is contradicted is not found, what holds is certain, all else is likely. And what must not be taken for decided:
variables, containers and attributes that somebody may have changed.
"""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
from dataclasses import dataclass

from shop import amake, hop


async def role(user_id):
    if not user_id:
        return "none"
    return await amake(user_id)


async def save(total=1, commit=True, mode="full"):
    if commit and mode in ("full", "fast"):
        return await amake(total)


async def default(value=None):
    if value is None:
        return await amake()


async def unless(mode):
    if mode == "dry" or mode == "none":
        return None
    return await amake()


async def nested(a, b):
    if a:
        if b != "go":
            raise ValueError
    await amake()


async def passed_on(data, **options):
    return await handle(data, **options)


async def handle(data, strict=False):
    number = data.get("id")
    if strict and "id" not in data:
        raise ValueError
    if not number:
        return None
    return await amake(number)


async def fill(data):
    data["id"] = 1


async def filled(data):
    await fill(data)
    if data.get("id"):
        await amake()


def allowed(user):
    for name in user:
        if name == "root":
            return True


async def guarded(user):
    if not allowed(user):
        await amake()


async def through(flag):
    async def inner():
        if flag:
            await amake()
    await inner()


class Api:
    def __init__(self, name, installation_id=None):
        self.name = name
        self.installation_id = installation_id

    async def __aenter__(self):
        if self.installation_id:
            await amake()
        return self

    async def __aexit__(self, *args):
        pass


class Session:
    ready = False

    async def open(self):
        self.ready = True

    async def send(self):
        if self.ready:
            await amake()


@dataclass
class Options:
    dry: bool = True


async def run(options):
    if not options.dry:
        await amake()


async def apply(dry):
    if not dry:
        await amake()
"""
}


def guards(text: str) -> None:
    check(f"import service\nfrom service import Api, Options, Session\n\n{text}", SERVICE)


def test_literals() -> None:
    guards("""
async def test_none():  #= safe
    await service.role(None)

async def test_something():  #= leaks
    await service.role(3)  #: ISO102

async def test_a_variable_that_is_none():  #= safe
    user_id = None
    await service.role(user_id=user_id)

async def test_a_variable_that_is_something():  #= leaks
    user_id = 3
    await service.role(user_id=user_id)  #: ISO102

async def test_nobody_knows():  #= leaks
    await service.role(pure(2))  #~ ISO102

async def test_a_parameter_of_an_inner_function():  #= safe
    await service.through(False)

async def test_inside():  #= leaks
    await service.through(True)  #: ISO102
""")


def test_defaults() -> None:
    guards("""
async def test_missing():  #= leaks
    await service.save()  #: ISO102

async def test_keyword():  #= safe
    await service.save(commit=False)

async def test_membership():  #= safe
    await service.save(mode="none")

async def test_is_none():  #= leaks
    await service.default()  #: ISO102

async def test_is_not_none():  #= safe
    await service.default(0)
""")


def test_early_exits() -> None:
    guards("""
async def test_either():  #= safe
    await service.unless("none")

async def test_neither():  #= leaks
    await service.unless("full")  #: ISO102

async def test_nested():  #= safe
    with pytest.raises(ValueError):
        await service.nested(True, "stay")

async def test_not_entered():  #= leaks
    await service.nested(False, "stay")  #: ISO102

async def test_passed():  #= leaks
    await service.nested(True, "go")  #: ISO102

async def test_who_knows():  #= leaks
    await service.nested(pure(), "stay")  #~ ISO102
""")


def test_keys_of_a_literal() -> None:
    guards("""
async def test_none():  #= safe
    await service.handle({})

async def test_another():  #= safe
    await service.passed_on({"name": "x"})

async def test_there():  #= leaks
    await service.passed_on({"id": 3})  #: ISO102

async def test_strict():  #= safe
    with pytest.raises(ValueError):
        await service.passed_on({"name": "x"}, strict=True)

async def test_put_there():  #= leaks
    data = {}
    data["id"] = 3
    await service.handle(data)  #: ISO102

async def test_filled_by_somebody():  #= leaks
    data = {}
    await service.fill(data)
    await service.handle(data)  #~ ISO102

async def test_filled_on_the_way():  #= leaks
    await service.filled({})  #~ ISO102

async def test_another_name():  #= leaks
    data = {}
    alias = data
    alias["id"] = 1
    await service.handle(data)  #~ ISO102

async def test_updated():  #= leaks
    data = {}
    data.update(id=1)
    await service.handle(data)  #~ ISO102

@pytest.fixture
def data():
    return {}

@pytest.fixture
def filled(data):
    data["id"] = 1

async def test_a_fixture_that_another_fills(data, filled):  #= leaks
    await service.handle(data)  #~ ISO102
""")


def test_attributes_that_are_kept() -> None:
    guards("""
async def test_without():  #= safe
    async with Api("test"):
        pass

async def test_with():  #= leaks
    async with Api("test", installation_id=1):  #: ISO102
        pass

async def test_set_afterwards():  #= leaks
    api = Api("test")
    api.installation_id = 1
    async with api:  #~ ISO102
        pass

async def test_set_by_a_method():  #= leaks
    session = Session()
    await session.open()
    await session.send()  #~ ISO102

async def test_a_field():  #= leaks
    await service.run(Options(dry=False))  #~ ISO102

async def test_a_field_handed_on():  #= leaks
    options = Options(dry=False)
    await service.apply(options.dry)  #: ISO102
""")


def test_what_is_no_literal() -> None:
    guards("""
async def test_spread():  #= leaks
    await service.save(*pure())  #~ ISO102

OPTIONS = {"commit": True}

async def test_spread_keywords():  #= leaks
    await service.save(**OPTIONS)  #~ ISO102

async def test_rebound():  #= leaks
    user_id = None
    def choose():
        nonlocal user_id
        user_id = 3
    choose()
    await service.role(user_id)  #~ ISO102

async def test_no_round():  #= leaks
    total = 0
    for total in range(3):
        pass
    await service.role(total)  #~ ISO102

async def test_an_exception():  #= leaks
    total = 3
    try:
        pure()
        total = 0
    except ValueError:
        pass
    await service.role(total)  #~ ISO102

async def test_the_end_of_the_body():  #= leaks
    await service.guarded(["x"])  #~ ISO102
""")


def test_the_code_of_a_test() -> None:
    guards("""
async def order(total=1, save=True):
    if not save:
        return None
    return await shop.amake(total)

async def test_not_saved():  #= safe
    await order(save=False)

async def test_saved():  #= leaks
    await order()  #: ISO102

@pytest.mark.parametrize("save", [True, False])
async def test_either(save):  #= leaks
    await order(save=save)  #: ISO102

async def test_seen_by_a_callback():  #= leaks
    seen = []
    def callback(order):
        seen.append(order)
    pure(callback)
    if seen:
        await shop.amake()  #: ISO102
""")


def test_items_of_a_literal() -> None:
    check(
        """
import service

async def test_none_of_them():  #= safe
    await service.each([{"name": "x"}, {}])

async def test_all_of_them():  #= leaks
    await service.each([{"id": 3}])  #: ISO102

async def test_one_of_them():  #= leaks
    await service.each([{"id": 3}, {}])  #~ ISO102
""",
        {
            "service.py": """\
from shop import amake


async def each(items):
    for position, item in enumerate(items):
        number = item.get("id")
        if not number:
            continue
        await amake(number)
"""
        },
    )


def test_choices_in_expressions() -> None:
    check(
        """
import service

async def test_not_chosen():  #= safe
    await service.chosen(False)

async def test_chosen():  #= leaks
    await service.chosen(True)  #: ISO102

async def test_nobody_knows():  #= leaks
    await service.chosen(pure())  #: ISO102

async def test_and():  #= safe
    await service.if_wanted(None)

async def test_or():  #= safe
    await service.if_missing(3)

async def test_missing():  #= leaks
    await service.if_missing(None)  #: ISO102
""",
        {
            "service.py": """\
from shop import amake


async def chosen(wanted):
    return await amake() if wanted else None


async def if_wanted(wanted):
    return wanted and await amake()


async def if_missing(value=None):
    return value or await amake()
"""
        },
    )


def test_exceptions_that_are_swallowed() -> None:
    check("""
async def test_raised_at_the_end():  #= leaks
    with pytest.raises(ValueError):
        pure()
        raise ValueError
    await shop.amake()  #: ISO102

async def fail(really):
    with contextlib.suppress(ValueError):
        if really:
            raise ValueError
    await shop.amake()

async def test_raised_under_a_condition():  #= leaks
    await fail(True)  #: ISO102

async def test_raised_and_handled():  #= leaks
    try:
        raise ValueError
    except ValueError:
        pass
    await shop.amake()  #: ISO102

async def maybe(total):
    if total:
        await shop.amake()

async def test_not_reached():  #= leaks
    total = 1
    with contextlib.suppress(ValueError):
        pure()
        total = 0
    await maybe(total)  #: ISO102
""")


MATCHING = {
    "service.py": """\
from shop import amake


async def act(kind):
    match kind:
        case "make" | "build":
            return await amake()
        case None:
            return None
        case _:
            return kind


async def unless(kind):
    match kind:
        case "dry":
            return None
    return await amake()


async def captured(kind):
    match kind:
        case "make" as found:
            return await act(found)
        case other:
            return await act(other)


async def shaped(thing):
    match thing:
        case {"id": _}:
            await amake()


async def rebound(thing):
    match thing:
        case {"do": act}:
            await act()
        case act:
            return act


async def checked(kind, wanted):
    match kind:
        case "make" if wanted:
            await amake()
"""
}


def test_match() -> None:
    check(
        """import service

async def test_taken():  #= leaks
    await service.act("build")  #: ISO102

async def test_nothing():  #= safe
    await service.act("none")

async def test_none():  #= safe
    await service.act(None)

async def test_left():  #= safe
    await service.unless("dry")

async def test_behind():  #= leaks
    await service.unless("wet")  #: ISO102

async def test_as():  #= leaks
    await service.captured("make")  #: ISO102

async def test_captured():  #= leaks
    await service.captured("build")  #: ISO102

async def test_captured_nothing():  #= safe
    await service.captured("x")

async def test_of_a_shape():  #= leaks
    await service.shaped({})  #~ ISO102

async def test_one_name_in_two_cases():  #= undecided
    await service.rebound(shop.amake)

async def test_guard():  #= leaks
    await service.checked("make", True)  #: ISO102

async def test_guard_fails():  #= safe
    await service.checked("make", False)

async def test_who_knows():  #= leaks
    await service.act(pure())  #~ ISO102
""",
        MATCHING,
    )
