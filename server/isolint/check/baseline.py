"""The baseline: a file of findings that a project has accepted for now, so that only new ones are reported.

An entry names test, rule and callee, and no line: it holds while code moves. Paths in it are relative to the folder of
the file, so that it does not matter where the command is started. The file is JSON, sorted, with an entry a line, so
that two branches merge. What is found is decided elsewhere, and so is who reads or writes the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from isolint.check.report import FileReport, Location, PlacedFinding
from isolint.rules.registry import Rule, find
from isolint.workspace.shapes import Severity

VERSION = 1
_UNUSED = "ISO901"


class Key(NamedTuple):
    """What tells one accepted finding from another: the test (or the file, for what stands at a fixture or a module),
    the rule's name, and what leaks."""

    test: str
    rule: str
    callee: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A key, and where it stands in the file."""

    key: Key
    location: Location


@dataclass(frozen=True, slots=True)
class Baseline:
    """The file at the absolute `path`, with the entries that it has. `root` is the folder that node ids begin at."""

    path: str
    root: str
    entries: tuple[Entry, ...] = ()

    def key(self, finding: PlacedFinding) -> Key:
        """What a finding is called in this file."""
        if finding.test is None:
            return Key(self._relative(finding.location.path), finding.name, finding.cause_name)
        return Key(self._relative_id(finding.test), finding.name, finding.cause_name)

    def keys(self, finding: PlacedFinding) -> tuple[Key, ...]:
        """What it may be called here: by the rule whose finding it takes the place of, too."""
        key = self.key(finding)
        general = find(finding.instead_of) if finding.instead_of else None
        return (key,) if general is None else (key, key._replace(rule=general.name))

    def file_of(self, key: Key) -> str:
        """The absolute path of the file that a key is about."""
        return os.path.normpath(os.path.join(os.path.dirname(self.path), key.test.partition("::")[0]))

    def without_accepted(self, reports: Mapping[str, FileReport]) -> tuple[dict[str, FileReport], set[Key]]:
        """The reports without what is accepted, and the keys that accepted something."""
        known = {entry.key for entry in self.entries}
        used: set[Key] = set()
        result = {}
        for path, report in reports.items():
            kept = []
            for finding in report.findings:
                accepting = known.intersection(self.keys(finding))
                if accepting and finding.code != _UNUSED:
                    used |= accepting
                else:
                    kept.append(finding)
            result[path] = report if len(kept) == len(report.findings) else replace(report, findings=tuple(kept))
        return result, used

    def with_accepted(
        self, reports: Mapping[str, FileReport], wanted: Callable[[PlacedFinding], bool], gone: Collection[str]
    ) -> set[Key]:
        """The keys to be written: those of what is found now and `wanted`, and those of files that nobody has looked at
        this time; not those of the files `gone`, which are not there any more."""
        found = (finding for report in reports.values() for finding in report.findings)
        keys = {self.key(finding) for finding in found if finding.code != _UNUSED and wanted(finding)}
        others = {entry.key for entry in self.entries if self.file_of(entry.key) not in {*reports, *gone}}
        return keys | others

    def unused(
        self,
        used: Collection[Key],
        reports: Mapping[str, FileReport],
        gone: Collection[str],
        severity: Callable[[Rule, str], Severity],
    ) -> tuple[PlacedFinding, ...]:
        """A finding at each entry that accepts nothing, though what it is about was looked at and everything is known
        of it. `gone` are files that are not there any more; `severity` gives that of a rule in a file."""
        rule = find(_UNUSED)
        shown = "off" if rule is None else severity(rule, self.path)
        if rule is None or shown == "off":
            return ()
        undecided = {test.test for report in reports.values() for test in report.tests if test.verdict == "undecided"}
        names = {self._relative_id(test) for test in undecided}
        found = []
        for entry in self.entries:
            path = self.file_of(entry.key)
            meant = find(entry.key.rule)
            if entry.key in used or (path not in reports and path not in gone):
                continue
            if meant is not None and path not in gone:
                is_test = "::" in entry.key.test
                if severity(meant, path) == "off" or reports[path].problems:
                    continue
                # A finding may be hidden in what is not known.
                if entry.key.test in names or (undecided and not is_test):
                    continue
            found.append(_finding(entry, rule, shown, self.entries[0].location))
        return tuple(found)

    def _relative_id(self, test: str) -> str:
        path, separator, name = test.partition("::")
        return self._relative(os.path.join(self.root, path)) + separator + name

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, os.path.dirname(self.path)).replace(os.sep, "/")


class BadBaselineError(Exception):
    """The file is no baseline: why, and on which line (0 when no line is to blame)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def parse(path: str, data: bytes) -> tuple[Entry, ...]:
    """The entries of a baseline file with these bytes. Raises BadBaselineError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadBaselineError("it is not UTF-8", data.count(b"\n", 0, error.start) + 1) from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadBaselineError(f"it is not JSON: {error.msg}", error.lineno) from error
    except RecursionError as error:
        raise BadBaselineError("it is nested too deeply") from error
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise BadBaselineError('it has no list of "findings", so isolint did not write it')
    if document.get("version") != VERSION:
        raise BadBaselineError(f"it has version {document.get('version')!r}, and this isolint reads {VERSION}")
    return tuple(_entries(path, text))


def _entries(path: str, text: str) -> Iterator[Entry]:
    decoder = json.JSONDecoder()
    at = text.index("[", text.index('"findings"')) + 1
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return
        found, end = decoder.raw_decode(text, at)
        where = _location(path, text, at, end)
        match found:
            case {"test": str(test), "rule": str(rule), "callee": str(callee)}:
                yield Entry(Key(test, rule, callee), where)
            case _:
                raise BadBaselineError('an entry has to have a "test", a "rule" and a "callee"', where.line)
        at = end


def _location(path: str, text: str, start: int, end: int) -> Location:
    def at(offset: int) -> tuple[int, int]:
        return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)

    return Location(path, len(text[:start].encode()), len(text[:end].encode()), *at(start), *at(end))


def dump(keys: Iterable[Key]) -> bytes:
    """The file with these entries."""
    lines = ",\n".join(f"    {json.dumps(key._asdict(), ensure_ascii=False)}" for key in sorted(keys))
    inside = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {inside}\n}}\n'.encode("utf-8", "backslashreplace")


def _finding(
    entry: Entry, rule: Rule, severity: Literal["error", "warning", "info", "hint"], top: Location
) -> PlacedFinding:
    """The finding at an entry. All have one cause, that the file is not up to date, and so are shown together."""
    key = entry.key
    said = f"{key.callee} in {key.test}" if key.callee else key.test
    return PlacedFinding(
        location=entry.location,
        code=rule.code,
        name=rule.name,
        severity=severity,
        confidence="certain",
        message=f"nothing to suppress any more: {key.rule}, {said}",
        note="accepts no finding",
        test=None,
        effect=None,
        place=None,
        cause=top,
        cause_name=key.rule,
        related=(),
        tests=(),
        fix=None,
        url=rule.url,
        key="|".join((rule.code, *key)),
    )
