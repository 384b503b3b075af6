"""Findings with absolute places, kept from one edit to the next.

A finding is placed again only when a chunk that it stands in, or tells of, is another one; where chunks have only moved
its places are moved with them. What a finding says and whether it is shown is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from isolint.check.report import Location, PlacedFinding, RelatedPlace
from isolint.names.symbols import Site
from isolint.rules.finding import Finding
from isolint.syntax.source import Chunk, SourceFile

Name = tuple[str, str]
"""A chunk: the path of its file, and its key."""

_Moves = dict[Name, tuple[int, int]]
"""By how many bytes and lines chunks have moved."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A finding as it was placed (None: it is not shown), and the chunks that decided it."""

    finding: Finding
    names: tuple[Name, ...]
    placed: PlacedFinding | None


@dataclass(slots=True)
class _File:
    """A file as it was last looked at: for each chunk of interest itself, the offset and the line (from 0) at which it
    begins; None for one that was not there."""

    source: SourceFile | None
    chunks: dict[str, tuple[Chunk, int, int] | None] = field(default_factory=dict)


class Shown:
    """The findings shown in one file. `source_file` gives files as they are now, `place` a finding with its places,
    None when the settings or a comment turn it off."""

    def __init__(
        self,
        source_file: Callable[[str], SourceFile | None],
        place: Callable[[Finding], PlacedFinding | None],
    ) -> None:
        self._source_file = source_file
        self._place = place
        self._kept: dict[int, _Kept] = {}
        self._files: dict[str, _File] = {}

    def placed(self, found: Iterable[Finding]) -> tuple[PlacedFinding, ...]:
        """These findings with their places now, by position, and by rule and test where that is the same."""
        moves, changed = self._look()
        kept: dict[int, _Kept] = {}
        anew = False
        for finding in found:
            known = self._kept.get(id(finding))  # the finding is held there, so its id is no other's
            if known is None or (changed and not changed.isdisjoint(known.names)):
                known = self._keep(finding)
                anew = True
            elif moves and known.placed is not None:
                own = {name: moves[name] for name in known.names if name in moves}
                if own:
                    known = _Kept(finding, known.names, _moved(finding, known.placed, own))
            kept[id(finding)] = known
        if anew or len(kept) != len(self._kept):
            self._tidy(kept)
        self._kept = kept
        return _in_order([one.placed for one in kept.values() if one.placed is not None])

    def _look(self) -> tuple[_Moves, set[Name]]:
        """What happened to the chunks of interest since the last time: those that moved, those that are others now."""
        moves: _Moves = {}
        changed: set[Name] = set()
        for path, file in self._files.items():
            now = self._source_file(path)
            if now is file.source:
                continue
            file.source = now
            for key, was in file.chunks.items():
                at = file.chunks[key] = _position(now, key)
                if was is None or at is None or was[0] is not at[0]:
                    changed.add((path, key))
                elif was[1] != at[1] or was[2] != at[2]:
                    moves[path, key] = (at[1] - was[1], at[2] - was[2])
        return moves, changed

    def _keep(self, finding: Finding) -> _Kept:
        sites = (finding.site, finding.cause, *[part.site for part in finding.related])
        names = tuple(dict.fromkeys([(site.path, site.chunk) for site in sites if isinstance(site, Site)]))
        for path, key in names:
            file = self._files.get(path)
            if file is None:
                file = self._files[path] = _File(self._source_file(path))
            if key not in file.chunks:
                file.chunks[key] = _position(file.source, key)
        return _Kept(finding, names, self._place(finding))

    def _tidy(self, kept: dict[int, _Kept]) -> None:
        """Forget the chunks that no finding tells of any more."""
        used = {name for one in kept.values() for name in one.names}
        for path, file in list(self._files.items()):
            file.chunks = {key: at for key, at in file.chunks.items() if (path, key) in used}
            if not file.chunks:
                del self._files[path]


def _position(source: SourceFile | None, key: str) -> tuple[Chunk, int, int] | None:
    index = None if source is None else source.indices.get(key)
    if source is None or index is None:
        return None
    start = source.starts[index]
    return source.chunks[index], start, source.lines.line(start)


def _moved(finding: Finding, placed: PlacedFinding, moves: _Moves) -> PlacedFinding:
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

    related = [
        shown
        if (new := at(part.site, shown.location)) is shown.location
        else RelatedPlace(new, shown.message, shown.role)
        for part, shown in zip(finding.related, placed.related, strict=True)
    ]
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
        tuple(related),
        placed.tests,
        placed.fix,
        placed.url,
        placed.key,
        placed.instead_of,
    )


def _in_order(placed: list[PlacedFinding]) -> tuple[PlacedFinding, ...]:
    placed.sort(key=lambda f: (f.location.line, f.location.column, f.code, f.test or ""))
    return tuple(placed)
