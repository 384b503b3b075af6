"""False warnings: a guard on a parameter is not decided where the argument is a variable of the test that is None, or a
default that the constructor keeps in an attribute.

Cause: guards are discharged for literals at the call only. taiga: `user_id = None; await get_role(user_id=user_id)`;
github-app: `async with AsyncGitHubAPI("test")` (3), where `__init__` keeps `installation_id=None`.
"""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
from shop import amake


async def role(user_id):
    if not user_id:
        return "none"
    return await amake(user_id)


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
"""
}


def test_a_variable_that_is_none() -> None:
    check(
        """
from service import role

async def test_literal():  #= safe
    await role(None)

async def test_variable():  #= safe
    user_id = None
    await role(user_id=user_id)
""",
        SERVICE,
    )


def test_a_default_kept_in_an_attribute() -> None:
    check(
        """
from service import Api

async def test_without():  #= safe
    async with Api("test"):
        pass

async def test_with():  #= leaks
    async with Api("test", installation_id=1):  #: ISO102
        pass
""",
        SERVICE,
    )
