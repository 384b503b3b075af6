"""Findings with absolute places, kept from one edit to the next.

A finding is placed again only when a chunk that it stands in, or tells of, is another one; where chunks have only moved
its places are moved with them. What a finding says and whether it is shown is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from isolint.check.report import Location, PlacedFinding
from isolint.names.symbols import Site
from isolint.rules.finding import Finding
from isolint.syntax.source import Chunk, SourceFile

Position = tuple[Chunk | None, int, int]
"""A chunk, the offset and the line (from 0) at which it begins; (None, 0, 0) when it is gone."""

_GONE: Position = (None, 0, 0)


class Positions:
    """Where chunks are now; each is looked up once. Good until the next edit."""

    def __init__(self, source_file: Callable[[str], SourceFile | None]) -> None:
        self._source_file = source_file
        self._known: dict[tuple[str, str], Position] = {}

    def of(self, name: tuple[str, str]) -> Position:
        """The position of a chunk, named by path and key."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._find(*name)
        return found

    def _find(self, path: str, key: str) -> Position:
        source = self._source_file(path)
        chunk = None if source is None else source.chunk(key)
        if source is None or chunk is None:
            return _GONE
        start = source.start(key)
        return chunk, start, source.lines.line(start)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a finding looked like when it was placed (None: it is not shown), and where its chunks were then."""

    finding: Finding
    anchors: tuple[tuple[tuple[str, str], Position], ...]
    placed: PlacedFinding | None


def keep(finding: Finding, placed: PlacedFinding | None, positions: Positions) -> Kept:
    """Remember a finding that was just placed."""
    sites: list[object] = [finding.site, finding.cause, *(part.site for part in finding.related)]
    chunks = dict.fromkeys((site.path, site.chunk) for site in sites if isinstance(site, Site))
    return Kept(finding, tuple([(name, positions.of(name)) for name in chunks]), placed)


def again(kept: Kept, positions: Positions) -> Kept | None:
    """The finding where it is now; None when it must be placed anew, since a chunk is another one."""
    moves: dict[tuple[str, str], tuple[int, int]] = {}
    for name, was in kept.anchors:
        now = positions.of(name)
        if now[0] is not was[0] or now[0] is None:
            return None
        if now != was:
            moves[name] = (now[1] - was[1], now[2] - was[2])
    if not moves:
        return kept
    placed = None if kept.placed is None else _moved(kept.finding, kept.placed, moves)
    return Kept(kept.finding, tuple([(name, positions.of(name)) for name, _ in kept.anchors]), placed)


def _moved(finding: Finding, placed: PlacedFinding, moves: dict[tuple[str, str], tuple[int, int]]) -> PlacedFinding:
    def at(site: object, location: Location) -> Location:
        move = moves.get((site.path, site.chunk)) if isinstance(site, Site) else None
        if move is None:
            return location
        offset, lines = move
        return Location(
            location.path,
            location.start + offset,
            location.end + offset,
            location.line + lines,
            location.column,
            location.end_line + lines,
            location.end_column,
        )

    related = tuple(
        [
            shown if (new := at(part.site, shown.location)) is shown.location else replace(shown, location=new)
            for part, shown in zip(finding.related, placed.related, strict=True)
        ]
    )
    return PlacedFinding(
        at(finding.site, placed.location),
        placed.code,
        placed.name,
        placed.severity,
        placed.confidence,
        placed.message,
        placed.note,
        placed.test,
        placed.effect,
        placed.place,
        None if placed.cause is None else at(finding.cause, placed.cause),
        placed.cause_name,
        related,
        placed.tests,
        placed.fix,
        placed.url,
        placed.key,
    )


def in_order(placed: Iterable[PlacedFinding]) -> tuple[PlacedFinding, ...]:
    """Findings of one file by position, and by rule and test where that is the same."""
    return tuple(sorted(placed, key=lambda f: (f.location.line, f.location.column, f.code, f.test or "")))
