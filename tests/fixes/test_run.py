"""The converted tests under real pytest: they pass, assert as much as before, and leave no row, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from isolint.fixes.to_sync import Form
from tests.fixes.judge import Verdict, run
from tests.fixes.support import APP, convert_all, truth_python

PYTHON = truth_python()
LEAKING = (APP / "tests" / "test_leaking.py").read_text()
ROWS = "tests/test_rows.py::test_no_row_is_left"

pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")


@pytest.fixture(params=["sqlite", "postgres"])
def variables(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The environment variables of the database."""
    if request.param == "sqlite":
        return {}
    found: dict[str, str] = request.getfixturevalue("postgres_database")
    return found


@cache
def converted(form: Form) -> str:
    """The leaking tests, all converted."""
    text, refused = convert_all(LEAKING, form)
    assert refused == {}
    assert "async def test" not in text
    return text


def judged(folder: Path, text: str, variables: Mapping[str, str]) -> Verdict:
    """One run in a folder of its own."""
    assert PYTHON is not None
    folder.mkdir()
    return run(folder, text, PYTHON, variables)


def test_they_pass_assert_the_same_and_leave_nothing(tmp_path: Path, variables: Mapping[str, str]) -> None:
    before = judged(tmp_path / "before", LEAKING, variables)
    assert before.failed() == [ROWS], before.output
    assert before.rows["Order"] > 15
    assert before.rows["Customer"] > 0
    assert before.rows["User"] > 0

    forms: tuple[Form, ...] = ("direct", "helper")
    for form in forms:
        after = judged(tmp_path / form, converted(form), variables)
        assert after.failed() == [], after.output
        assert set(after.rows.values()) == {0}
        assert after.outcomes.keys() == before.outcomes.keys()
        assert len(after.outcomes) > 20
        without = {node: n for node, n in after.asserted.items() if node != ROWS}
        assert without == before.asserted
        assert sum(without.values()) > 40
