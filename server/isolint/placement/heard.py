"""What `reach` has heard in the texts of files, as plain data that can be kept and handed on.

Names are not spelled out in each row but stand in tables, as there are many rows that name the same. What a file's rows
rest on, and so for how long they are true, is known by who keeps them; nothing is read or decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, TypeVar

from msgspec import Struct

from isolint.names.symbols import ClassRef

V = TypeVar("V")

Piece = tuple[str, str]
"""A chunk: its file and its key."""


class Said(Struct, frozen=True, gc=False):
    """What a chunk's text names: chunks, classes, attributes; and whether a hop is among it."""

    pieces: tuple[Piece, ...]
    classes: tuple[ClassRef, ...]
    attributes: frozenset[str]
    hops: bool


Member = tuple[frozenset[str], Piece]
"""A chunk of a class, and the names by which it is reached once the class is named; without names it always is."""

Members = dict[tuple[str, ...], list[Member]]
"""The chunks in the classes of a file, by the names of those classes."""


class Start(Struct, frozen=True):
    """Where tests start that do not leave home."""

    pieces: tuple[Piece, ...]
    classes: tuple[ClassRef, ...]


class _Row(Struct, frozen=True, array_like=True, gc=False):
    pieces: tuple[int, ...]
    classes: tuple[int, ...]
    names: tuple[int, ...]
    hops: bool


class _File(Struct, frozen=True, array_like=True):
    rows: dict[str, _Row]
    members: tuple[tuple[tuple[str, ...], tuple[tuple[tuple[int, ...], int], ...]], ...] | None


class Heard(Struct, frozen=True, array_like=True):
    """The rows of files, and where the tests of files start."""

    paths: tuple[str, ...] = ()
    pieces: tuple[tuple[int, str], ...] = ()
    classes: tuple[ClassRef, ...] = ()
    names: tuple[str, ...] = ()
    files: dict[str, _File] = {}
    starts: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}


class Writer:
    """Makes `Heard` of rows: of those before, without some files, and new ones."""

    def __init__(
        self,
        before: Heard | None = None,
        trusted: Callable[[str], bool] = lambda _: True,
        starting: Callable[[str], bool] = lambda _: True,
    ) -> None:
        before = before or Heard()
        self._paths = _Table(before.paths)
        self._pieces = _Table(before.pieces)
        self._classes = _Table(before.classes)
        self._names = _Table(before.names)
        self._files = {path: file for path, file in before.files.items() if trusted(path)}
        self._starts = {path: start for path, start in before.starts.items() if starting(path)}

    def add(self, path: str, said: Mapping[str, Said], members: Members | None) -> None:
        """What was heard in a file: by chunk, and the chunks of its classes where somebody has asked for those. More
        of the same file is added to it."""
        before = self._files.get(path)
        rows = {} if before is None else dict(before.rows)
        for key, one in said.items():
            rows[key] = _Row(
                self._all(one.pieces), self._classes.all(one.classes), self._names.all(sorted(one.attributes)), one.hops
            )
        kept = None if before is None else before.members
        if members is not None:
            kept = tuple(
                (owner, tuple((self._names.all(sorted(names)), self._piece(piece)) for names, piece in found))
                for owner, found in members.items()
            )
        self._files[path] = _File(rows, kept)

    def start(self, path: str, start: Start) -> None:
        """Where the tests of a file start."""
        self._starts[path] = self._all(start.pieces), self._classes.all(start.classes)

    def merge(self, other: Heard) -> None:
        """What somebody else has heard of the same files."""
        reader = Reader(other)
        for path in other.files:
            said, members = reader.before(path)
            self.add(path, said, members)
        for path in other.starts:
            found = reader.start(path)
            if found is not None:
                self.start(path, found)

    def heard(self) -> Heard:
        """All of it."""
        return Heard(
            tuple(self._paths.values),
            tuple(self._pieces.values),
            tuple(self._classes.values),
            tuple(self._names.values),
            self._files,
            self._starts,
        )

    def _piece(self, piece: Piece) -> int:
        return self._pieces.index((self._paths.index(piece[0]), piece[1]))

    def _all(self, pieces: Iterable[Piece]) -> tuple[int, ...]:
        return tuple([self._piece(piece) for piece in pieces])


class Reader:
    """Gives the rows of `Heard`, those of the files that `trusted` accepts."""

    def __init__(self, heard: Heard, trusted: Callable[[str], bool] = lambda _: True) -> None:
        self._heard = heard
        self._files = {path: file for path, file in heard.files.items() if trusted(path)}
        self._pieces: list[Piece] = [(heard.paths[path], key) for path, key in heard.pieces]

    def said(self, piece: Piece) -> Said | None:
        """What a chunk says; None when that is not known."""
        file = self._files.get(piece[0])
        row = None if file is None else file.rows.get(piece[1])
        return None if row is None else self._read(row)

    def members(self, path: str) -> Members | None:
        """The chunks of a file's classes; None when they are not known."""
        file = self._files.get(path)
        return None if file is None else self._members(file)

    def _members(self, file: _File) -> Members | None:
        if file.members is None:
            return None
        names = self._heard.names
        return {
            owner: [(frozenset([names[name] for name in by]), self._pieces[piece]) for by, piece in found]
            for owner, found in file.members
        }

    def before(self, path: str) -> tuple[dict[str, Said], Members | None]:
        """What was known of a file, trusted or not: by chunk, and the chunks of its classes."""
        file = self._heard.files.get(path)
        if file is None:
            return {}, None
        return {key: self._read(row) for key, row in file.rows.items()}, self._members(file)

    def start(self, path: str) -> Start | None:
        """Where the tests of a file start; None when none of them was found to stay at home."""
        known = self._heard.starts.get(path)
        if known is None:
            return None
        pieces, classes = known
        return Start(tuple([self._pieces[one] for one in pieces]), tuple([self._heard.classes[one] for one in classes]))

    def are_named(self, paths: Collection[str], starting: Iterable[str]) -> bool:
        """Whether these files are named anywhere else: in a text that can still be trusted, or where the tests of the
        files in `starting` start."""
        heard = self._heard
        pieces = {number for number, (path, _) in enumerate(heard.pieces) if heard.paths[path] in paths}
        classes = {number for number, cls in enumerate(heard.classes) if cls.path in paths}
        rows = (row for path, file in self._files.items() if path not in paths for row in file.rows.values())
        if any(not pieces.isdisjoint(row.pieces) or not classes.isdisjoint(row.classes) for row in rows):
            return True
        starts = (heard.starts[path] for path in starting if path in heard.starts)
        return any(not pieces.isdisjoint(start[0]) or not classes.isdisjoint(start[1]) for start in starts)

    def _read(self, row: _Row) -> Said:
        heard = self._heard
        return Said(
            tuple([self._pieces[one] for one in row.pieces]),
            tuple([heard.classes[one] for one in row.classes]),
            frozenset([heard.names[one] for one in row.names]),
            row.hops,
        )


class _Table(Generic[V]):
    """Values by number, each once."""

    def __init__(self, values: Iterable[V] = ()) -> None:
        self.values = list(values)
        self._known = dict(zip(self.values, range(len(self.values)), strict=True))

    def index(self, value: V) -> int:
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = len(self.values)
            self.values.append(value)
        return found

    def all(self, values: Iterable[V]) -> tuple[int, ...]:
        return tuple([self.index(value) for value in values])
