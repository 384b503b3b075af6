"""The same behaviour, spelled otherwise, gets the same verdict.

The cases in `metamorphic/cases` were run on SQLite and PostgreSQL with the probe of the truth cases: their marks are
what happened there. Each is checked as it is, and then in every rewriting of `metamorphic/transform.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.support import Finding, check
from tests.truth.judge import judge, marks_of, speaks
from tests.truth.metamorphic.transform import CASE, TRANSFORMATIONS

HERE = Path(__file__).parent / "metamorphic"
CASES = sorted(path.stem for path in (HERE / "cases").glob("*.py"))


@cache
def project() -> dict[str, str]:
    root = HERE / "project"
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.py"))}


def files_of(case: str) -> dict[str, str]:
    return {**project(), CASE: (HERE / "cases" / f"{case}.py").read_text()}


@cache
def verdicts_as_written(case: str) -> frozenset[tuple[str, int, str, str]]:
    return verdicts(check(files_of(case)))


def rewritings() -> list[tuple[str, str]]:
    """Each case with each rewriting that finds something to rewrite in it."""
    return [
        (case, how)
        for case in CASES
        for how, rewrite in TRANSFORMATIONS.items()
        if rewrite(files_of(case)) != files_of(case)
    ]


def verdicts(findings: list[Finding]) -> frozenset[tuple[str, int, str, str]]:
    return frozenset((f["path"], f["line"], f["code"], f["severity"]) for f in findings if speaks(f))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 25
    assert len(rewritings()) >= 5 * 25


@pytest.mark.parametrize("case", CASES)
def test_the_marks_are_right(case: str) -> None:
    files = files_of(case)
    judged = judge(marks_of(files), check(files))
    assert set(judged.marks.values()) <= {"right"}
    assert judged.false == ()


@pytest.mark.parametrize("case,how", rewritings())
def test_another_spelling_changes_no_verdict(case: str, how: str) -> None:
    changed = TRANSFORMATIONS[how](files_of(case))
    assert verdicts(check(changed)) == verdicts_as_written(case)
