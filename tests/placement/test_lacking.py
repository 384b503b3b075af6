"""Collaborators that are made where they are lacking: what an object was made with comes before them."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

HEAD = """\
from models import Order


class Rows:
    async def add(self):
        await Order.objects.acreate()


class Memory:
    async def add(self):
        return None


"""

WAYS = {
    "if_not": """
    async def work(self):
        if not self.rows:
            self.rows = Rows()
        await self.rows.add()
""",
    "if_none": """
    async def work(self):
        if self.rows is None:
            self.rows = Rows()
        await self.rows.add()
""",
    "or": """
    async def work(self):
        self.rows = self.rows or Rows()
        await self.rows.add()
""",
    "choice": """
    async def work(self):
        self.rows = self.rows if self.rows is not None else Rows()
        await self.rows.add()
""",
    "walrus": """
    async def work(self):
        if (rows := self.rows) is None:
            rows = self.rows = Rows()
        await rows.add()
""",
    "another_condition": """
    async def work(self):
        if len("x") > 0 and getattr(self, "rows", None) is None:
            self.rows = Rows()
        await self.rows.add()
""",
    "early_return": """
    def get(self):
        if self.rows:
            return self.rows
        self.rows = Rows()
        return self.rows

    async def work(self):
        await self.get().add()
""",
    "property": """
    @property
    def used(self):
        if not self.rows:
            self.rows = Rows()
        return self.rows

    async def work(self):
        await self.used.add()
""",
    "before": """
    def ensure(self):
        if not self.rows:
            self.rows = Rows()

    async def work(self):
        self.ensure()
        await self.rows.add()
""",
}
GIVEN = """
class Desk:
    def __init__(self, rows=None):
        self.rows = rows
"""
IN_INIT = """
class Desk:
    def __init__(self, rows=None):
        self.rows = rows
        if self.rows is None:
            self.rows = Rows()

    async def work(self):
        await self.rows.add()
"""
ONE_LINE = """
class Desk:
    def __init__(self, rows=None):
        self.rows = rows or Rows()

    async def work(self):
        await self.rows.add()
"""
DESKS = {**{name: GIVEN + way for name, way in WAYS.items()}, "init": IN_INIT, "one_line": ONE_LINE}


@pytest.mark.parametrize("name", DESKS)
def test_what_is_given_comes_first(name: str) -> None:
    check(
        """
from desks import Desk, Memory, Rows

async def test_nothing_is_given():  #= leaks
    await Desk().work()  #: ISO102

async def test_none_is_given():  #= leaks
    await Desk(rows=None).work()  #: ISO102

async def test_it_is_given():  #= safe
    await Desk(Memory()).work()
    await Desk(rows=Memory()).work()

async def test_the_other_is_given():  #= leaks
    await Desk(Rows()).work()  #: ISO102
""",
        {"desks.py": HEAD + DESKS[name]},
    )


def test_what_may_be_false_is_replaced() -> None:
    check(
        """
from desks import Desk, Several, Memory

async def test_its_truth_is_not_known():  #= leaks
    await Desk(Several()).work()  #: ISO102

async def test_it_is_set_afterwards():  #= safe
    desk = Desk()
    desk.rows = Memory()
    await desk.work()
""",
        {
            "desks.py": HEAD
            + "class Several(Memory):\n    def __len__(self):\n        return 0\n"
            + GIVEN
            + WAYS["if_not"]
        },
    )
