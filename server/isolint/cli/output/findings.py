"""What all formats share: which findings are shown, in which order, what belongs together, how each is told apart.

Plain data in, plain data out; nothing is written here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from isolint.check.report import FileReport, Location, PlacedFinding
from isolint.cli.paths import ShowPath

SEEN_TO = {"made": "made", "removal": "removed", "distinct": "distinct"}
"""What places of these roles are called: where rows were made, are removed, get values that no other row has."""

LONGEST_CHAIN = 8
"""Calls of a chain that are told; the middle of a longer one is counted."""


def ordered(reports: Iterable[FileReport], show: ShowPath) -> list[PlacedFinding]:
    """All findings in the order of the contract: by shown path, line, column, then code."""

    def key(finding: PlacedFinding) -> tuple[str, int, int, str, str]:
        place = finding.location
        return show(place.path), place.line, place.column, finding.code, finding.key

    return sorted((finding for report in reports for finding in report.findings), key=key)


def shown(findings: Iterable[PlacedFinding], *, show_info: bool) -> list[PlacedFinding]:
    """Those that are not only for who asks."""
    return [finding for finding in findings if show_info or is_serious(finding)]


def is_serious(finding: PlacedFinding) -> bool:
    """Whether a finding counts for the exit code."""
    return finding.severity in ("error", "warning")


def by_cause(findings: Iterable[PlacedFinding]) -> list[list[PlacedFinding]]:
    """Findings of one rule with one cause belong together; one without a cause stands alone. Keeps the order."""
    groups: dict[object, list[PlacedFinding]] = {}
    for finding in findings:
        cause = finding.cause
        key = (finding.code, finding.severity, cause.path, cause.start) if cause else finding
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def fingerprints(findings: Sequence[PlacedFinding], show: ShowPath) -> list[str]:
    """A name for each finding that stays while lines move: made of file, test, rule and what leaks. What is the same in
    all of these is numbered in its order."""
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        about = finding.test or ", ".join(finding.tests[:1])
        text = "\0".join((show(finding.location.path), about, finding.code, finding.cause_name))
        seen[text] += 1
        names.append(hashlib.sha256(f"{text}\0{seen[text]}".encode("utf-8", "surrogateescape")).hexdigest()[:32])
    return names


def explained(finding: PlacedFinding, show: ShowPath) -> str:
    """A finding in a few lines of plain text: what it says, why the test is transactional, the calls, the fix."""
    lines = [finding.message]
    for role, label in (("mode", "database"), ("runner", "runner"), ("fixture", "fixture")):
        lines += [
            f"{label}: {_told(item.message, item.location, show)}" for item in finding.related if item.role == role
        ]
    chain = [_told(item.message, item.location, show) for item in finding.related if item.role == "chain"]
    if chain:
        lines.append(f"chain: {' > '.join(elided_chain(chain))}")
    for role, name in SEEN_TO.items():
        lines += [f"{name}: {_told(i.message, i.location, show)}" for i in finding.related if i.role == role]
    besides = [_told(item.message, item.location, show) for item in finding.related if item.role == "besides"]
    if besides:
        lines.append(f"besides: {', '.join(besides)}")
    if finding.fix is not None and finding.fix.applicability != "none":
        unsafe = " --unsafe-fixes" if finding.fix.applicability == "unsafe" else ""
        lines.append(f"fix: {finding.fix.title}: isolint check --fix{unsafe}")
    return "\n".join(lines)


def elided_chain(calls: Sequence[str]) -> list[str]:
    """The calls of a chain, the middle of a long one as a number."""
    if len(calls) <= LONGEST_CHAIN:
        return list(calls)
    head = LONGEST_CHAIN // 2
    tail = LONGEST_CHAIN - head - 1
    return [*calls[:head], f"... {len(calls) - head - tail:,} calls ...", *calls[len(calls) - tail :]]


def _told(message: str, location: Location, show: ShowPath) -> str:
    return f"{message} ({show(location.path)}:{location.line})" if location.path else message
