"""Tests that expect an exception: work behind the place where it may be raised is not reached."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = """
from shop import amake


class Refused(Exception):
    pass


class Late(Refused):
    pass


def checked(event):
    try:
        return event.headers["kind"]
    except KeyError as error:
        raise Refused("no kind") from error


async def post(event):
    kind = checked(event)
    await amake(kind)


async def direct(event):
    if event.kind != "push":
        raise ValueError(f"not {event.kind}")
    await amake()


async def after(event):
    await amake()
    if event.kind != "push":
        raise ValueError(event.kind)


async def late(event):
    if not event.kind:
        raise Late
    await amake()


async def swallowed(event):
    try:
        checked(event)
    except Refused:
        pass
    await amake()
"""

USES = {
    "raised before": ("with pytest.raises(ValueError):\n        await service.direct(event)", "safe"),
    "raised by a helper": ("with pytest.raises(service.Refused):\n        await service.post(event)", "safe"),
    "raised behind": ("with pytest.raises(ValueError):\n        await service.after(event)  #: ISO101", "leaks"),
    "another one": ("with pytest.raises(KeyError):\n        await service.direct(event)  #~ ISO101", "leaks"),
    "one of two": ("with pytest.raises((KeyError, ValueError)):\n        await service.direct(event)", "safe"),
    "a base": ("with pytest.raises(service.Refused):\n        await service.late(event)", "safe"),
    "any": ("with pytest.raises(Exception, match='no'):\n        await service.late(event)", "safe"),
    "not expected": ("await service.direct(event)  #~ ISO101", "leaks"),
    "behind the block": (
        "with pytest.raises(ValueError):\n        await service.direct(event)\n    await make_one()  #: ISO101",
        "leaks",
    ),
    "swallowed": ("with pytest.raises(service.Refused):\n        await service.swallowed(event)  #: ISO101", "leaks"),
    "in a helper of the test": ("with pytest.raises(ValueError):\n        await sent(event)", "safe"),
}


@pytest.mark.parametrize("use, verdict", USES.values(), ids=USES)
def test_work_behind_what_is_raised(use: str, verdict: str) -> None:
    use = use.replace("ISO101", "ISO102")
    check(
        "import service\n\n\n"
        "async def make_one():\n    await Order.objects.acreate()\n\n\n"
        "async def sent(event):\n    await service.direct(event)\n\n\n"
        f"async def test_it(tmp_path):  #= {verdict}\n    event = tmp_path\n    {use}",
        {"service.py": SERVICE},
    )


def test_of_a_test_case() -> None:
    check(
        """
from django.test import TestCase

class TestIt(TestCase):
    def test_raised(self):  #= safe
        with self.assertRaises(service.Refused):
            asyncio.run(service.late(self))

    def test_behind(self):  #= leaks
        with self.assertRaisesMessage(ValueError, "x"):
            asyncio.run(service.after(self))  #: ISO105
""",
        {"service.py": SERVICE},
        head="import asyncio\nimport service",
    )
