"""One information at each helper through which several tests leak: "280 tests leak here". No protocol here.

Made of the findings of the files that were checked, whichever they are. A finding that stands at a fixture tells of all
its tests already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from msgspec.structs import replace

from isolint.check.report import FileReport, Location, PlacedFinding, RelatedPlace
from isolint.text.edits import Edit
from isolint.text.lines import LineTable

LEAST = 2
"""Tests that make a helper worth a note: one is told at the test."""

_TOLD = 8


class Causes:
    """The findings with a cause elsewhere, by the file that was checked and by the file of the cause."""

    def __init__(self) -> None:
        self._by_report: dict[str, tuple[PlacedFinding, ...]] = {}
        self._by_cause: dict[str, dict[str, tuple[PlacedFinding, ...]]] = {}
        self._made: dict[str, tuple[str, tuple[PlacedFinding, ...]]] = {}

    def take(self, report: FileReport) -> set[str]:
        """A file was checked: the files whose notes may be other ones now."""
        return self._set(report.path, tuple(one for one in report.findings if one.cause and one.place and one.test))

    def drop(self, path: str) -> set[str]:
        """A file is not looked at any more."""
        return self._set(path, ())

    def drop_others(self, paths: Collection[str]) -> set[str]:
        """No file but these is looked at any more."""
        return set().union(*(self.drop(path) for path in list(self._by_report) if path not in paths))

    def clear(self) -> set[str]:
        """Nothing is known."""
        before = set(self._by_cause)
        self._by_report.clear()
        self._by_cause.clear()
        self._made.clear()
        return before

    def files(self) -> list[str]:
        """The files that have notes."""
        return sorted(path for path in self._by_cause if self.notes(path))

    def has(self, path: str) -> bool:
        """Whether anything is known to be caused in a file."""
        return path in self._by_cause

    def notes(self, path: str, where: str = "") -> tuple[PlacedFinding, ...]:
        """The notes of a file; `where` says in words which tests were looked at, unless it is all."""
        known = self._made.get(path)
        if known is None or known[0] != where:
            known = self._made[path] = (where, self._notes(path, where))
        return known[1]

    def _notes(self, path: str, where: str) -> tuple[PlacedFinding, ...]:
        groups: dict[int, list[PlacedFinding]] = {}
        for findings in self._by_cause.get(path, {}).values():
            for one in findings:
                assert one.cause is not None
                groups.setdefault(one.cause.start, []).append(one)
        made = (_note(group, where) for _, group in sorted(groups.items()))
        return tuple(note for note in made if note is not None)

    def edited(self, path: str, edit: Edit, lines: LineTable) -> None:
        """The text of a file was changed: its notes move with it; those in what was changed go, until the files of the
        tests have been looked at again. `lines` are those of the new text."""
        for report, findings in list(self._by_cause.get(path, {}).items()):
            kept = []
            for one in findings:
                assert one.cause is not None
                if one.cause.end <= edit.start:
                    kept.append(one)
                elif one.cause.start >= edit.end:
                    kept.append(replace(one, cause=_shifted(one.cause, edit.shift, lines)))
            others = tuple(f for f in self._by_report[report] if f.cause is not None and f.cause.path != path)
            self._set(report, (*others, *kept))

    def _set(self, path: str, findings: tuple[PlacedFinding, ...]) -> set[str]:
        before = self._by_report.pop(path, ())
        if findings:
            self._by_report[path] = findings
        touched = set()
        for cause in {one.cause.path for one in (*before, *findings) if one.cause is not None}:
            own = tuple(one for one in findings if one.cause is not None and one.cause.path == cause)
            reports = self._by_cause.setdefault(cause, {})
            if [_told(one) for one in reports.pop(path, ())] != [_told(one) for one in own]:
                touched.add(cause)
            if own:
                reports[path] = own
            self._made.pop(cause, None)
            if not reports:
                del self._by_cause[cause]
        return touched


def _told(one: PlacedFinding) -> tuple[object, ...]:
    """What a note tells of a finding: where on its line that stands is not told apart."""
    return one.test, one.code, one.effect, one.cause_name, one.cause, one.location.line


def _note(findings: list[PlacedFinding], where: str) -> PlacedFinding | None:
    tests = list(dict.fromkeys(one.test for one in findings if one.test is not None))
    if len(tests) < LEAST:
        return None
    # Several rules may be about it: the one that is said most is named.
    code = Counter(one.code for one in findings).most_common(1)[0][0]
    first = next(one for one in findings if one.code == code)
    assert first.cause is not None
    writes = any(one.effect == "write" for one in findings)
    what = "writes on another connection" if writes else "works on another connection"
    return replace(
        first,
        location=first.cause,
        severity="info",
        message=f"{len(tests):,} tests leak here{where}: {first.cause_name} {what}",
        note="",
        test=None,
        cause=None,
        related=tuple(RelatedPlace(one.location, str(one.test), "chain") for one in _one_a_test(findings)),
        tests=tuple(tests),
        fix=None,
        key=f"cause|{first.cause_name}|{first.cause.start}",
    )


def _one_a_test(findings: Iterable[PlacedFinding]) -> list[PlacedFinding]:
    first: dict[str | None, PlacedFinding] = {}
    for one in findings:
        first.setdefault(one.test, one)
    return list(first.values())[:_TOLD]


def _shifted(location: Location, shift: int, lines: LineTable) -> Location:
    start, end = location.start + shift, location.end + shift
    line, column = lines.position(start, "utf-32")
    end_line, end_column = lines.position(end, "utf-32")
    return Location(location.path, start, end, line + 1, column + 1, end_line + 1, end_column + 1)
