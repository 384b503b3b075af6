"""The judge itself: a judge that always nods would make every accuracy test green."""

from __future__ import annotations

from typing import Any

from tests.truth.judge import judge, marks_of

FILES = {"test_case.py": "one\nleak()  #: LEAK why\nfine()  #: OK\nslow()  #: SLOW\nboom()  #: ERROR|READ reason\n"}


def finding(line: int, severity: str = "error", code: str = "ISO101", related: tuple[int, ...] = ()) -> dict[str, Any]:
    places = [{"path": "test_case.py", "line": number} for number in related]
    return {"path": "p/test_case.py", "line": line, "severity": severity, "code": code, "related": places}


def verdict(line: int, said: str) -> dict[str, Any]:
    return {"path": "test_case.py", "line": line, "verdict": said}


def test_silence_misses_what_must_be_found() -> None:
    judged = judge(marks_of(FILES), [])
    assert judged.marks == {
        "test_case.py:2 LEAK": "missed",
        "test_case.py:3 OK": "right",
        "test_case.py:4 SLOW": "right",
        "test_case.py:5 READ|ERROR": "missed",
    }
    assert judged.counts()["LEAK", "missed"] == 1


def test_a_missed_mark_in_an_undecided_test_is_undecided() -> None:
    judged = judge(marks_of(FILES), [], [verdict(1, "undecided")])
    assert judged.marks["test_case.py:2 LEAK"] == "undecided"


def test_a_missed_mark_in_a_safe_test_below_an_undecided_one_is_missed() -> None:
    judged = judge(marks_of(FILES), [], [verdict(1, "undecided"), verdict(2, "safe")])
    assert judged.marks["test_case.py:2 LEAK"] == "missed"


def test_a_finding_on_the_line_or_related_to_it_is_right() -> None:
    assert judge(marks_of(FILES), [finding(2), finding(1, related=(5,))]).false == ()
    assert set(judge(marks_of(FILES), [finding(2), finding(1, related=(5,))]).marks.values()) == {"right"}


def test_findings_on_fine_slow_and_unmarked_lines_are_false() -> None:
    judged = judge(marks_of(FILES), [finding(1), finding(3, "warning"), finding(4)])
    assert judged.false == ("ISO101 test_case.py:1", "ISO101 test_case.py:3", "ISO101 test_case.py:4")
    assert judged.marks["test_case.py:3 OK"] == "false"
    assert judged.marks["test_case.py:4 SLOW"] == "false"
    assert judged.counts()["-", "false"] == 1


def test_info_claims_nothing() -> None:
    assert judge(marks_of(FILES), [finding(4, "info", "ISO301")]).false == ()


def test_a_test_that_runs_may_not_be_called_never_run() -> None:
    assert judge(marks_of(FILES), [finding(1, code="ISO203")]).false == ("ISO203 test_case.py:1",)
    assert judge(marks_of(FILES), [finding(1, code="ISO203")], never_runs=True).false == ()
