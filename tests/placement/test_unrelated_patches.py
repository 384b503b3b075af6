"""Conditional work of product code in tests that patch something: undecided only where a mock stands on the way."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": "import clock\nimport shop\n\n\ndef due(order):\n    return True\n\n\nasync def book(order=None):\n"
    "    if due(order):\n        return await shop.amake()\n",
    "clock.py": "def now():\n    return 1\n",
}


def test_a_patch_of_something_else_changes_nothing() -> None:
    check(
        """
from service import book

@patch("clock.now", return_value=2)
async def test_unrelated(now):  #= leaks
    await book()  #~ ISO102

async def test_unpatched():  #= leaks
    await book()  #~ ISO102
""",
        SERVICE,
    )


def test_a_condition_that_a_mock_answers() -> None:
    check(
        """
from service import book

@patch("service.due", return_value=False)
async def test_mocked(due):  #= undecided
    await book()
""",
        SERVICE,
    )


def test_a_patch_deeper_on_the_way() -> None:
    check(
        """
from outer import ship

@patch("service.due", return_value=False)
async def test_mocked(due):  #= undecided
    await ship()

@patch("clock.now", return_value=False)
async def test_unrelated(now):  #= leaks
    await ship()  #~ ISO102
""",
        {**SERVICE, "outer.py": "from service import book\n\n\nasync def ship():\n    await book()\n"},
    )
