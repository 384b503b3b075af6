"""`isinstance` with a type of data: going through what is then a list or a table reaches no database."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
from asgiref.sync import sync_to_async
from elsewhere import load
from models import Order

defaults: dict[str, "Keeper"] = {}


class Keeper:
    async def keep(self):
        await Order.objects.acreate(total=1)


def branch(value):
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return value.lower()
    return None


def returned_early(value):
    value = load()
    if not isinstance(value, dict):
        return {}
    return dict(value.items())


def chosen(value):
    return list(value) if isinstance(value, list) else []


def behind(value):
    if isinstance(value, list):
        pass
    return list(value)


def other_type(value):
    if isinstance(value, Keeper):
        return list(value)


def given(value):
    if isinstance(value, dict) and value.get("save"):
        Order.objects.create(total=1)


async def all_of_them():
    for keeper in defaults.values():
        await keeper.keep()
"""
}


HOPS = {
    "hops.py": "from asgiref.sync import sync_to_async\nfrom elsewhere import load\nimport service\n\n\n"
    + "".join(
        f"async def {name}():\n    value = load()\n    return await sync_to_async(service.{name})(value)\n\n\n"
        for name in ("branch", "returned_early", "chosen", "behind", "other_type")
    )
    + "async def given(value):\n    return await sync_to_async(service.given)(value)\n"
}


def test_what_nobody_knows_is_data_where_the_code_says_so() -> None:
    check(
        """
import hops

async def test_branch():  #= safe
    await hops.branch()

async def test_returned_early():  #= safe
    await hops.returned_early()

async def test_chosen():  #= safe
    await hops.chosen()

async def test_behind_it_is_anything():  #= undecided
    await hops.behind()

async def test_another_type():  #= undecided
    await hops.other_type()
""",
        {**SERVICE, **HOPS},
    )


def test_what_a_call_gives_still_decides() -> None:
    check(
        """
import hops
import service

async def test_not_done():  #= safe
    await hops.given({"save": False})

async def test_done():  #= leaks
    await hops.given({"save": True})  #~ ISO101

async def test_a_declared_table():  #= leaks
    await service.all_of_them()  #: ISO102
""",
        {**SERVICE, **HOPS},
    )
