"""`*value` goes through the value where it stands: in a call, in a collection, and on the left of an assignment."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": """\
from models import Order


def take(*values):
    return len(values)


def each():
    for number in range(2):
        yield Order.objects.create(total=number)


def works():
    yield make_one
    yield make_one


def make_one():
    return Order.objects.create()


async def amake_one():
    return await Order.objects.acreate()


def coroutines():
    for _ in range(2):
        yield amake_one()


{made}
"""
}
SYNC = {
    "queryset, call": "take(*Order.objects.all())",
    "queryset, list": "[*Order.objects.all()]",
    "queryset, tuple": "first = 1, *Order.objects.all()",
    "queryset, set": "{*Order.objects.all()}",
    "queryset, print": "print(*Order.objects.all())",
    "queryset, outside": "max(*Order.objects.all())",
    "queryset, unpacked": "first, *rest = Order.objects.all()",
    "queryset, pair": "first, second = Order.objects.all()",
    "generator, call": "take(*each())",
    "generator, list": "[0, *each()]",
    "generator, print": "print(*each())",
    "generator, unpacked": "first, second = each()",
    "map, print": "print(*map(str, each()))",
    "map, call": "take(*map(make, [1, 2]))",
    "yielded": "for work in [*works()]:\n        work()",
    "joined": '", ".join(Order.objects.values_list("total", flat=True))',
    "joined, generator": '", ".join(each())',
    "extended": "rest = []\n    rest.extend(Order.objects.all())",
    "extended, generator": "rest = []\n    rest.extend(each())",
    "updated": "rest = set()\n    rest.update(Order.objects.all())",
    "added": "rest = []\n    rest += Order.objects.all()",
}


@pytest.mark.parametrize("line", SYNC.values(), ids=SYNC)
def test_it_is_gone_through_there(line: str) -> None:
    check(
        """
from service import work

async def test_it():  #= leaks
    await sync_to_async(work)()  #: ISO101
""",
        {"service.py": SERVICE["service.py"].replace("{made}", f"from shop import make\n\n\ndef work():\n    {line}")},
    )


def test_what_is_given_is_gone_through_by_who_spreads_it() -> None:
    check(
        """
from service import amake_one, coroutines, each, spread, take

async def test_queryset():  #= leaks
    await sync_to_async(spread)(Order.objects.all())  #: ISO101

async def test_generator():  #= leaks
    await sync_to_async(spread)(each())  #: ISO101

async def test_list():  #= safe
    await sync_to_async(spread)([1, 2])

async def test_gather():  #= leaks
    await asyncio.gather(*coroutines())  #: ISO102

async def test_gather_list():  #= leaks
    await asyncio.gather(*[amake_one(), amake_one()])  #: ISO102

async def test_gather_map():  #= leaks
    await asyncio.gather(*map(shop.amake, [1, 2]))  #: ISO102

async def test_not_spread():  #= safe
    await sync_to_async(take)(Order.objects.all())
""",
        {
            "service.py": SERVICE["service.py"].replace("{made}", "def spread(values):\n    return take(*values)"),
        },
    )
