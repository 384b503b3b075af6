"""JUnit's XML, as CI servers read it: a suite for each file, a case for each test that was judged.

A test with an error or a warning fails, an undecided one is skipped, a safe one passes. Findings that belong to no one
test (a fixture, a mark, a comment) are cases of their own. Tests that do not rely on a rollback, and have no finding,
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from isolint.check.report import FileReport, PlacedFinding, TestVerdict
from isolint.cli.output.findings import explained, is_serious, ordered, shown
from isolint.cli.paths import ShowPath

# What XML 1.0 has no way to say, whatever the escape.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(reports: Sequence[FileReport], show: ShowPath, *, show_info: bool) -> str:
    """The whole document."""
    suites = [
        suite for report in sorted(reports, key=lambda r: show(r.path)) if (suite := _suite(report, show, show_info))
    ]
    totals = [sum(suite[1][number] for suite in suites) for number in range(3)]
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f"<testsuites {_counts('isolint', totals, skipped=False)}>"]
    for _, _, body in suites:
        lines += body
    return "\n".join([*lines, "</testsuites>"]) + "\n"


_Suite = tuple[str, list[int], list[str]]
"""A file's name; its cases, failures and skipped ones; its lines."""


def _suite(report: FileReport, show: ShowPath, show_info: bool) -> _Suite | None:
    name = show(report.path)
    findings = shown(ordered([report], show), show_info=show_info)
    of_test: dict[str, list[PlacedFinding]] = {}
    alone: list[PlacedFinding] = []
    known = {test.test for test in report.tests}
    for finding in findings:
        if finding.test in known:
            of_test.setdefault(str(finding.test), []).append(finding)
        else:
            alone.append(finding)
    counts = [0, 0, 0]
    lines: list[str] = []
    for test in report.tests:
        found = of_test.get(test.test, [])
        if not found and test.verdict == "not-rollback":
            continue
        _case(lines, counts, name, "::".join(test.test.split("::")[1:]), found, test, show)
    for finding in alone:
        title = f"{finding.name} at line {finding.location.line}"
        _case(lines, counts, name, f"{finding.test}: {title}" if finding.test else title, [finding], None, show)
    if not lines:
        return None
    return name, counts, [f"  <testsuite {_counts(name, counts, skipped=True)}>", *lines, "  </testsuite>"]


def _counts(name: str, counts: Sequence[int], *, skipped: bool) -> str:
    tests, failures, idle = counts
    written = f'name={_quoted(name)} tests="{tests}" failures="{failures}" errors="0"'
    return f'{written} skipped="{idle}" time="0"' if skipped else f'{written} time="0"'


def _case(
    lines: list[str],
    counts: list[int],
    file: str,
    name: str,
    findings: Sequence[PlacedFinding],
    test: TestVerdict | None,
    show: ShowPath,
) -> None:
    serious = [finding for finding in findings if is_serious(finding)]
    head = f'    <testcase classname={_quoted(file)} name={_quoted(name)} time="0"'
    inside: list[str] = []
    counts[0] += 1
    if serious:
        counts[1] += 1
        first = serious[0]
        text = "\n\n".join(f"{_place(one, show)} {one.name} ({one.code})\n{explained(one, show)}" for one in serious)
        inside.append(
            f"      <failure type={_quoted(first.name)} message={_quoted(first.message)}>{_text(text)}</failure>"
        )
    elif test is not None and test.verdict == "undecided":
        counts[2] += 1
        inside.append(f"      <skipped message={_quoted('; '.join(test.reasons) or 'undecided')}/>")
    mild = [finding for finding in findings if not is_serious(finding)]
    if mild:
        text = "\n\n".join(f"{_place(one, show)} {one.name} ({one.code})\n{explained(one, show)}" for one in mild)
        inside.append(f"      <system-out>{_text(text)}</system-out>")
    lines += [f"{head}>", *inside, "    </testcase>"] if inside else [f"{head}/>"]


def _place(finding: PlacedFinding, show: ShowPath) -> str:
    return f"{show(finding.location.path)}:{finding.location.line}:{finding.location.column}"


def _text(text: str) -> str:
    return escape(_IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", text))


def _quoted(text: str) -> str:
    return quoteattr(_IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
