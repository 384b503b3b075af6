"""Work behind a `raise` or `return` that may come before it: likely, however the function is left; not reached, where
the test expects that exception."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
from shop import amake


class BadToken(Exception):
    pass


async def decode(token):
    return int(token)


async def by_token(token):
    try:
        total = await decode(token)
    except ValueError:
        raise BadToken("invalid")
    return await amake(total)


async def by_names(names):
    if len(names) > 0:
        if "x" in names:
            raise BadToken("invalid")
    for name in names:
        await amake(name)


async def by_number(token):
    if token < 0:
        raise BadToken("invalid")
    return await amake(token)


async def by_item(names):
    for name in names:
        if name == "x":
            raise BadToken("invalid")
    await amake()


async def by_match(token):
    match token:
        case "x":
            raise BadToken("invalid")
    await amake()


async def handled(token):
    try:
        await decode(token)
    except ValueError:
        token = 0
    finally:
        await amake(token)
    return await amake(token)


async def skipped(names):
    for name in names:
        if name == "x":
            continue
    await amake()
"""
}


def test_left_before() -> None:
    check(
        """
from service import by_item, by_match, by_names, by_number, by_token

async def test_handler():  #= leaks
    await by_token("x")  #~ ISO102

async def test_nested_condition():  #= leaks
    await by_names(["x"])  #~ ISO102

async def test_condition():  #= leaks
    await by_number(-1)  #~ ISO102

async def test_in_a_loop():  #= leaks
    await by_item(["x"])  #~ ISO102

async def test_match():  #= safe
    await by_match("x")

async def test_no_match():  #= leaks
    await by_match("y")  #: ISO102

async def test_who_knows():  #= leaks
    await by_match(pure())  #~ ISO102
""",
        SERVICE,
    )


def test_left_before_as_expected() -> None:
    check(
        """
from service import BadToken, by_item, by_match, by_names, by_number, by_token

async def test_handler():  #= safe
    with pytest.raises(BadToken):
        await by_token("x")

async def test_nested_condition():  #= safe
    with pytest.raises(BadToken):
        await by_names(["x"])

async def test_condition():  #= safe
    with pytest.raises(BadToken):
        await by_number(-1)

async def test_in_a_loop():  #= safe
    with pytest.raises(BadToken):
        await by_item(["x"])

async def test_match():  #= safe
    with pytest.raises(BadToken):
        await by_match("x")
""",
        SERVICE,
    )


def test_not_left() -> None:
    check(
        """
from service import handled, skipped

async def test_handled():  #= leaks
    await handled("x")  #: ISO102

async def test_continue():  #= leaks
    await skipped(["x"])  #: ISO102
""",
        SERVICE,
    )
