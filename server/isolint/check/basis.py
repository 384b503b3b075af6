"""What reports rest on, part by part, so that each can be taken for true while its own parts are what they were.

A part is a piece of a file as somebody reads it: its whole text, its outline, what one chunk says, where a chunk
stands. Which parts a report rests on is not argued about: the store recorded what was read. What has no parts
(settings, configuration, environment, which files there are) is compared as a whole by `last_run`; nothing is analysed
here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from isolint.check.report import FileReport, Location
from isolint.check.session import Session
from isolint.names.inputs import ANSWER, BOUND, FACTS, ITEM, MEMBERS, SCOPE, STATEMENTS, SURFACE
from isolint.names.origin import definitions_of
from isolint.store.disk import digest
from isolint.store.memo import Handle, Rests

Part = tuple[str, str, str]
"""What is read of a file: its kind, the path, and the key of a chunk where it is one."""

TEXT, OUTLINE, SAYS, PLACE, INSTALLED = "text", "outline", "says", "place", "installed"
"""`INSTALLED`: what jedi read of a folder on the path that is worked on."""

_OUTLINES = frozenset({ITEM, MEMBERS, STATEMENTS, SCOPE, SURFACE, BOUND})
_INSTALLATION = frozenset({"site-packages", "dist-packages"})
_encode = msgspec.msgpack.Encoder().encode


class Basis(msgspec.Struct, frozen=True, array_like=True):
    """Parts with digests of what they were; by file the parts (as numbers) that its report rests on, and those that
    `reach` read besides the file itself to understand its text."""

    parts: tuple[Part, ...] = ()
    values: tuple[bytes, ...] = ()
    reports: dict[str, tuple[int, ...]] = {}
    texts: dict[str, tuple[int, ...]] = {}


class Bases:
    """Several `Basis` put together."""

    def __init__(self) -> None:
        self._numbers: dict[Part, int] = {}
        self._values: list[bytes] = []
        self._reports: dict[str, tuple[int, ...]] = {}
        self._texts: dict[str, set[int]] = {}

    def add(
        self,
        basis: Basis,
        reported: Callable[[str], bool] = lambda _: True,
        understood: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """Take over what some reports, and the texts of some files, rest on."""
        reports = {path: parts for path, parts in basis.reports.items() if reported(path)}
        texts = {path: parts for path, parts in basis.texts.items() if understood(path)}
        used = set().union(*reports.values(), *texts.values())
        numbers = {}
        for old in sorted(used):
            part = basis.parts[old]
            number = self._numbers.get(part)
            if number is None:
                number = self._numbers[part] = len(self._values)
                self._values.append(basis.values[old])
            numbers[old] = number
        for path, parts in reports.items():
            self._reports[path] = tuple([numbers[part] for part in parts])
        for path, parts in texts.items():
            self._texts.setdefault(path, set()).update([numbers[part] for part in parts])

    def basis(self) -> Basis:
        """All of it."""
        texts = {path: tuple(sorted(parts)) for path, parts in self._texts.items()}
        return Basis(tuple(self._numbers), tuple(self._values), self._reports, texts)


def basis_of(session: Session, reports: Iterable[FileReport]) -> Basis:
    """What these reports rest on, which this session has made, and what `reach` understood for them."""
    store = session.store
    numbers = _Numbers(session)
    known = Rests[int]()
    of_reports = {}
    for report in reports:
        rests = session.rests(report.path)
        parts = set(store.rests_on((*rests.reads, *session.start_reads(report.path)), numbers.of_input, known))
        parts.add(numbers.of((TEXT, report.path, "")))
        parts.update(numbers.of((PLACE, path, key)) for path, key in rests.located)
        parts.update(map(numbers.of, _placed(session, report)))
        of_reports[report.path] = tuple(sorted(parts))
    of_texts = {
        path: tuple(sorted(store.rests_on(reads, numbers.of_input, known)))
        for path, reads in session.reach.reads.items()
    }
    values = tuple([value_of(session, part) for part in numbers.parts])
    return Basis(tuple(numbers.parts), values, of_reports, of_texts)


def value_of(session: Session, part: Part) -> bytes:
    """A digest of what a part is now."""
    kind, path, key = part
    if kind == INSTALLED:
        return b""
    source = session.source_file(path)
    if source is None:
        return b""
    if kind == TEXT:
        return digest(source.text)
    if kind == OUTLINE:
        return digest(_encode(session.outline(path)))
    chunk = source.chunk(key)
    if chunk is None:
        return b""
    start = source.start(key)
    where = repr((start, source.lines.line(start)) if kind == PLACE else (chunk.kind, chunk.indent)).encode()
    return digest(where, source.source(key))


def changed_parts(session: Session, basis: Basis, changed: Iterable[str]) -> set[int]:
    """The parts that are others now that these files have another text."""
    files = frozenset(changed)
    folders = {os.path.dirname(path) for path in files}
    found = set()
    for number, part in enumerate(basis.parts):
        if part[0] == INSTALLED:
            if any(f"{folder}{os.sep}".startswith(f"{part[1]}{os.sep}") for folder in folders):
                found.add(number)
        elif part[1] in files and (part[0] == TEXT or value_of(session, part) != basis.values[number]):
            found.add(number)
    return found


def loose_folders(session: Session) -> list[str]:
    """The folders on the path that are not those of an installation: checkouts that are worked on."""
    return [path for path in session.environment.site_packages if os.path.basename(path) not in _INSTALLATION]


class _Numbers:
    """Numbers the parts that inputs of the store are."""

    def __init__(self, session: Session) -> None:
        self.parts: dict[Part, int] = {}
        self._loose = loose_folders(session)

    def of(self, part: Part) -> int:
        """The number of a part."""
        return self.parts.setdefault(part, len(self.parts))

    def of_input(self, entry: Handle) -> int | None:
        """The number of the part that an input is; None for what is compared as a whole."""
        query: Any = entry.query
        if query in _OUTLINES:
            return self.of((OUTLINE, entry.key if isinstance(entry.key, str) else entry.key[0], ""))
        if query is FACTS:
            return self.of((SAYS, *entry.key))
        if query is ANSWER and self._loose and entry.value is not None:
            for definition in definitions_of(entry.value):
                for folder in self._loose:
                    if definition.path.startswith(folder + os.sep):
                        return self.of((INSTALLED, folder, ""))
        return None


def _placed(session: Session, report: FileReport) -> Iterable[Part]:
    """The places that findings tell of."""
    for finding in report.findings:
        locations: Sequence[Location | None] = (
            finding.location,
            finding.cause,
            *[related.location for related in finding.related],
        )
        for location in locations:
            if location is None or location.end == 0:  # a line of a file that is no source of ours
                continue
            source = session.source_file(location.path)
            chunk = None if source is None else source.chunk_at(location.start)
            if chunk is not None:
                yield PLACE, location.path, chunk.key


__all__ = ["Bases", "Basis", "Part", "basis_of", "changed_parts", "loose_folders", "value_of"]
