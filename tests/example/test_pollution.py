"""The example tells the truth: its victim passes alone, fails after the leaking tests, passes once they are fixed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.example import shop
from tests.support import isolint

VICTIM = "tests/test_reports.py::test_turnover_counts_confirmed_orders_only"
LEAKS = (
    "tests/test_checkout.py::test_confirming_gives_a_receipt",
    "tests/test_checkout.py::test_confirming_changes_the_status",
)
SAFE = ("tests/test_checkout_sync.py", "tests/test_pricing.py")
NOTHING = {"Customer": 0, "Order": 0}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables that put the shop on a database of this test's own."""
    if request.param == "sqlite":
        return {}
    return {"SHOP_DATABASE": "postgresql", **request.getfixturevalue("postgres_database")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return shop.copy(tmp_path)


def test_the_victim_passes_alone(project: Path, interpreter: str, database: dict[str, str]) -> None:
    outcome = shop.run(project, VICTIM, interpreter=interpreter, variables=database)
    assert outcome.passed == {VICTIM}, outcome.output
    assert outcome.left == NOTHING


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leaking_test_passes_and_breaks_the_victim(
    project: Path, interpreter: str, database: dict[str, str], leak: str
) -> None:
    outcome = shop.run(project, leak, VICTIM, interpreter=interpreter, variables=database)
    assert outcome.passed == {leak}, outcome.output
    assert outcome.failed == {VICTIM}, outcome.output
    assert outcome.left == {"Customer": 1, "Order": 1}


def test_the_safe_forms_leave_nothing(project: Path, interpreter: str, database: dict[str, str]) -> None:
    outcome = shop.run(project, *SAFE, VICTIM, interpreter=interpreter, variables=database)
    assert not outcome.failed, outcome.output
    assert len(outcome.passed) == 5
    assert outcome.left == NOTHING


def test_the_slow_form_leaves_nothing(project: Path, interpreter: str, database: dict[str, str]) -> None:
    outcome = shop.run(project, "tests/test_payments.py", interpreter=interpreter, variables=database)
    assert len(outcome.passed) == 1, outcome.output
    assert outcome.left == NOTHING


def test_only_the_victim_fails_in_the_whole_suite(project: Path, interpreter: str, database: dict[str, str]) -> None:
    outcome = shop.run(project, interpreter=interpreter, variables=database)
    assert outcome.failed == {VICTIM}, outcome.output
    assert len(outcome.passed) == 7


def test_the_fix_makes_the_victim_pass(project: Path, interpreter: str, database: dict[str, str]) -> None:
    run = isolint("check", "--fix", ".", folder=project)
    assert run.code == 0, run.out + run.err
    outcome = shop.run(project, "tests/test_checkout.py", VICTIM, interpreter=interpreter, variables=database)
    assert outcome.passed == {*LEAKS, VICTIM}, outcome.output
    assert outcome.left == NOTHING
    again = isolint("check", "--diff", ".", folder=project)
    assert (again.code, again.out.strip().startswith("---")) == (0, False), again.out
