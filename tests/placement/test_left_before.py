"""False errors: work behind a `try` whose handler raises is certain, though the test expects that very exception.

Cause: in product code a branch that may leave the function before the effect counts as a condition when it is an `if`, not
when it is `except: raise`, nor when the `if` stands in another. Three errors in taiga, all under `pytest.raises`.
Wanted: likely (a warning), as for `if bad: raise`.
"""

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
"""
}


def test_left_by_a_handler() -> None:
    check(
        """
from service import BadToken, by_names, by_number, by_token

async def test_handler():  #= leaks
    with pytest.raises(BadToken):
        await by_token("x")  #~ ISO102

async def test_nested_condition():  #= leaks
    with pytest.raises(BadToken):
        await by_names(["x"])  #~ ISO102

async def test_condition():  #= leaks
    with pytest.raises(BadToken):
        await by_number(-1)  #~ ISO102
""",
        SERVICE,
    )
