"""The two JSON documents that other programs rely on: findings of `check`, tests of `explain`.

The shapes are a contract (see the documentation of the command line): keys and their order stay, lines and columns
count from 1, columns in code points. Everything beyond ASCII is escaped, so that no console encoding can break it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from isolint.check.report import FileReport, Location, PlacedFinding, TestVerdict
from isolint.cli.output.findings import ordered
from isolint.cli.paths import ShowPath


def render_findings(reports: Sequence[FileReport], show: ShowPath) -> str:
    """Findings of every severity as one array, ordered by path, line, column. Ends with a newline."""
    return _array([_finding(finding, show) for finding in ordered(reports, show)])


def render_tests(tests: Iterable[TestVerdict], show: ShowPath) -> str:
    """An array with an object for each test, in the order given. Ends with a newline."""
    return _array([_test(test, show) for test in tests])


def _array(items: Sequence[object]) -> str:
    # One object a line: a diff of two results stays readable, and the text stays small.
    if not items:
        return "[]\n"
    return "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]\n"


def _finding(finding: PlacedFinding, show: ShowPath) -> dict[str, object]:
    place = finding.location
    result: dict[str, object] = {
        "path": show(place.path),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "url": finding.url,
        "test": finding.test,
    }
    if finding.test is None:
        result["tests"] = list(finding.tests)
    fix = finding.fix
    result |= {
        "effect": finding.effect,
        "place": finding.place,
        "cause": f"{show(finding.cause.path)}:{finding.cause.line}" if finding.cause else None,
        "related": [
            {"path": show(at.path), "line": at.line, "column": at.column, "message": item.message}
            for item in finding.related
            for at in (item.location,)
        ],
        "fix": None
        if fix is None or fix.applicability == "none"
        else {"applicability": fix.applicability, "title": fix.title},
    }
    return result


def _test(test: TestVerdict, show: ShowPath) -> dict[str, object]:
    return {
        "test": test.test,
        "path": show(test.location.path),
        "line": test.name.line,
        "runner": test.runner,
        "database": {
            "mode": test.mode,
            "databases": list(test.databases),
            "reason": [_place(item.location, show) | {"message": item.message} for item in test.mode_reason],
        },
        "marks": [{"name": name, "args": args} | _place(at, show) for name, args, at in test.marks],
        "fixtures": {name: [_place(at, show) for at in definitions] for name, definitions in test.fixtures},
        "verdict": test.verdict,
        "reasons": list(test.reasons),
    }


def _place(location: Location, show: ShowPath) -> dict[str, object]:
    return {"path": show(location.path), "line": location.line}
