"""`--statistics`: how many findings each rule has and how many each cause, as a table or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from isolint.check.report import FileReport, PlacedFinding
from isolint.cli.output.findings import ordered, shown
from isolint.cli.paths import ShowPath
from isolint.cli.terminal import Style, printable

SHOWN = 20
"""Causes in the table; the JSON has all of them."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """What leaks, where it is defined, and how many findings and tests it accounts for."""

    name: str
    path: str
    line: int
    findings: int
    tests: int


def as_text(reports: Sequence[FileReport], show: ShowPath, style: Style, *, show_info: bool) -> str:
    """A table of rules, most findings first, and one of causes, most tests first; empty without findings."""
    findings = shown(ordered(reports, show), show_info=show_info)
    rules = _rules(findings)
    if not rules:
        return ""
    width = max(len(f"{number:,}") for _, number in rules)
    names = max(len(one.name) for one, _ in rules)
    lines = []
    for one, number in rules:
        fixable = _fixable(findings, one)
        fix = f"  {fixable:,} fixable" if fixable else ""
        severity = style.severity(one.severity, f"{one.severity:<7}")
        lines.append(f"{number:>{width},}  {severity}  {style.bold(one.code)}  {one.name:<{names}}{fix}".rstrip())
    causes = _causes(findings, show)
    if causes:
        width = max(len(f"{cause.tests:,}") for cause in causes)
        lines += ["", style.dim("tests  through")]
        lines += [
            f"{cause.tests:>{max(width, 5)},}  {printable(cause.name)}, {printable(cause.path)}:{cause.line}"
            for cause in causes[:SHOWN]
        ]
        if len(causes) > SHOWN:
            lines.append(f"       and {len(causes) - SHOWN:,} more causes (--output-format json has them all)")
    return "\n".join(lines) + "\n"


def as_json(reports: Sequence[FileReport], show: ShowPath, *, show_info: bool) -> str:
    """The same as one object."""
    findings = shown(ordered(reports, show), show_info=show_info)
    rules = [
        {
            "code": one.code,
            "name": one.name,
            "severity": one.severity,
            "findings": number,
            "fixable": _fixable(findings, one),
        }
        for one, number in _rules(findings)
    ]
    causes = [
        {"name": c.name, "path": c.path, "line": c.line, "findings": c.findings, "tests": c.tests}
        for c in _causes(findings, show)
    ]
    return json.dumps({"rules": rules, "causes": causes}, indent=2) + "\n"


def _rules(findings: Sequence[PlacedFinding]) -> list[tuple[PlacedFinding, int]]:
    """A finding of each rule and severity, with their number."""
    counts = Counter((one.code, one.severity) for one in findings)
    first: dict[tuple[str, str], PlacedFinding] = {}
    for one in findings:
        first.setdefault((one.code, one.severity), one)
    return [(first[key], number) for key, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _fixable(findings: Iterable[PlacedFinding], like: PlacedFinding) -> int:
    same = (one for one in findings if (one.code, one.severity) == (like.code, like.severity))
    return sum(one.fix is not None and one.fix.applicability != "none" for one in same)


def _causes(findings: Iterable[PlacedFinding], show: ShowPath) -> list[_Cause]:
    """Of findings about work that leaves: rules about marks and comments have no cause."""
    of_cause: dict[tuple[str, str, int], list[PlacedFinding]] = {}
    for one in findings:
        if one.place is not None:
            at = one.cause or one.location
            of_cause.setdefault((one.cause_name, show(at.path), at.line), []).append(one)
    causes = []
    for (name, path, line), group in of_cause.items():
        tests = {test for one in group for test in ((one.test,) if one.test else one.tests)}
        causes.append(_Cause(name, path, line, len(group), len(tests)))
    return sorted(causes, key=lambda cause: (-cause.tests, cause.path, cause.line, cause.name))
