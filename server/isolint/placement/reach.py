"""Which tests cannot leave home at all: a quick look before the machine runs one through.

Most tests of most projects are synchronous and never come near another thread. What such a test can reach is
over-approximated from words alone: the names in its text and in what they stand for, and every method of a class that
was named, when an attribute of that name is read anywhere on the way (rapid type analysis, with text instead of types).
Where nothing that was reached names a hop, the machine would find none. Words end where the project's source does: what
an installed name really is, is asked of `Origin`, as the machine does. Nothing else is decided here, and being wrong in
the one direction only costs the machine's time: a test in `tests/placement` compares both on every marked case.

Used where many tests are judged once. Nothing is recorded in the store: who asks sets what it says as an input. What
was heard in the text of a file can be handed on (`heard`), with what it rests on besides that text (`reads`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from isolint.catalog.places import Place, Route
from isolint.catalog.rows import Acts, Connects, Drains, Drives, Gives, Requests, Row, Runs, Sends, Serves, Wraps
from isolint.catalog.table import Table
from isolint.names.inputs import SCOPE, definition, is_answered
from isolint.names.resolve import attribute, import_target, lookup
from isolint.names.scopes import walk_statements
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionRef,
    FunctionSymbol,
    ModuleSymbol,
    Symbol,
    ValueSymbol,
)
from isolint.placement.heard import Member, Members, Piece, Reader, Said, Start, Writer
from isolint.placement.inputs import TABLE
from isolint.placement.process import unsafe
from isolint.placement.shapes import Callable_, Items, World
from isolint.placement.signals import connected_at_start, connected_in
from isolint.placement.trace import entry
from isolint.pytest_model.cases import case_methods
from isolint.pytest_model.closures import closure
from isolint.pytest_model.item_marks import asking_marks
from isolint.pytest_model.shapes import FixtureDef, TestItem
from isolint.store.memo import Handle, Store
from isolint.syntax import facts as f
from isolint.syntax.source import Chunk, SourceFile

_CHAIN = re.compile(rb"(\.\s*)?([^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*)".replace(rb"\w", rb"[\w\x80-\xff]"))
"""A dotted chain in a text; the first group tells that its beginning is not a name (`f(x).y`)."""
_SPOKEN = re.compile(
    rb"""([a-zA-Z]{0,2})(\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?''')"""
    rb"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#[^\n]*""",
    re.DOTALL,
)
"""Strings and comments. What is in a short string may name something (`ForeignKey("Order")`), and so may what stands in
a formatted one; comments and other long strings are for people."""
_SET = re.compile(rb"\.\s*([^\W\d]\w*)\s*(?::[^=\n]*)?=(?!=)")
_AT_HOME = frozenset({Place.HOME, Place.HOME_LOOP, Place.LENT})
_COMMON = frozenset({"run", "map", "start", "call"})
"""Last names of hops that anything may have: these count only as names of the hop's own package."""
_RUNS_CODE_ELSEWHERE = {"asyncio", "concurrent", "multiprocessing", "threading"}
_TOLD_BY_NAME = (sys.stdlib_module_names - _RUNS_CODE_ELSEWHERE) | {"builtins", "django"}
"""Packages that are not asked about: their own hops are rows, and no hop has a second name or a subclass there."""
_MOST_UNIVERSES = 2


@dataclass(slots=True)
class _Universe:
    """What a group of tests reaches together, closed, without a hop in it."""

    pieces: set[Piece] = field(default_factory=set)
    classes: set[ClassRef] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    waiting: dict[str, list[Piece]] = field(default_factory=dict)
    """By attribute name: the methods of the classes here that nothing has read yet."""


class Reach:
    """What tests reach, for one state of the project's files; made anew when one of them changed.

    Answers about installed packages change where a test starts (which fixtures it gets, who runs it) and what a name
    stands for. So tests are asked about again when answers came (`answered`); until then a name is only a name."""

    def __init__(self, store: Store, read: Callable[[str], SourceFile | None], heard: Reader | None = None) -> None:
        """`heard` is what is known already of some files, and still true."""
        self._store = store
        self._read = read
        self._heard = heard
        self.reads: dict[str, dict[Handle, None]] = {}
        """By file: what was asked of the store to understand its text."""
        self._words = _hop_words(store.get(TABLE, ""))
        self._said: dict[Piece, Said] = {}
        self._members: dict[str, Members] = {}
        self._starts: dict[str, dict[tuple[tuple[Piece, ...], tuple[ClassRef, ...]], None]] = {}
        self._symbols: dict[tuple[str, str], tuple[Symbol, ...]] = {}
        self._bound: dict[str, Collection[str] | None] = {}
        self._universes: list[_Universe] = []
        self._decided: dict[tuple[tuple[Piece, ...], tuple[ClassRef, ...]], bool] = {}
        self._installed: dict[str, tuple[bool, dict[Handle, None]]] = {}
        self._hearing: dict[str, tuple[Piece, ...]] = {}
        self._connected = _pieces_of(connected_at_start(store, ""))
        self._unanswered: set[Piece] = set()
        self._read_here: set[Piece] = set()
        self._indexed_here: set[str] = set()
        self._in_doubt = False

    def answered(self) -> None:
        """Answers about installed names came: forget what was said without them."""
        if not self._unanswered:
            return
        for piece in self._unanswered:
            self._said.pop(piece, None)
        self._read_here -= self._unanswered
        self._unanswered.clear()
        self._universes.clear()
        self._decided.clear()

    def may_leave(self, item: TestItem) -> bool:
        """Whether the machine has to look: False only when nothing the test reaches is a hop."""
        if entry(self._store, item) is not Place.HOME or unsafe(self._store, item.id.path):
            return True
        start = self._start(item)
        if start is None:
            return True
        known = self._decided.get(start)
        if known is None:
            known = self._decided[start] = self._meets_a_hop(*start)
        if not known:
            self._starts.setdefault(item.id.path, {})[start] = None
        return known

    def is_whole(self, start: Start) -> bool:
        """Whether what the project connects to signals when Django starts was among it then."""
        return set(self._connected) <= set(start.pieces)

    def stays(self, start: Start) -> bool:
        """Whether tests that start there still reach no hop, whatever the answers are that are still to come."""
        self._in_doubt = True
        try:
            return not self._meets_a_hop((*start.pieces, *self._connected), start.classes)
        finally:
            self._in_doubt = False

    def says(self, piece: Piece) -> Said:
        """What the text of a chunk says now."""
        return self._what_is_said(piece)

    def members(self, path: str) -> Members:
        """The chunks in the classes of a file, as they are now."""
        return self._index(path)

    def heard(self, writer: Writer) -> None:
        """Hand on what was heard here, but for what waits for answers."""
        files: dict[str, dict[str, Said]] = {path: {} for path in self._indexed_here}
        for piece in self._read_here - self._unanswered:
            files.setdefault(piece[0], {})[piece[1]] = self._said[piece]
        for path, found in files.items():
            writer.add(path, found, self._members[path] if path in self._indexed_here else None)
        for path, starts in self._starts.items():
            pieces = dict.fromkeys(piece for start in starts for piece in start[0])
            classes = dict.fromkeys(cls for start in starts for cls in start[1])
            writer.start(path, Start(tuple(pieces), tuple(classes)))

    def _meets_a_hop(self, pieces: Iterable[Piece], classes: Iterable[ClassRef]) -> bool:
        for position, universe in enumerate(self._universes):
            if self._extend(universe, pieces, classes):
                self._universes.insert(0, self._universes.pop(position))
                return False
        own = _Universe()
        if not self._extend(own, pieces, classes):
            return True
        self._universes.insert(0, own)
        del self._universes[_MOST_UNIVERSES:]
        return False

    # --- where a test starts -------------------------------------------------------------------------------------

    def _start(self, item: TestItem) -> tuple[tuple[Piece, ...], tuple[ClassRef, ...]] | None:
        """The chunks of a test, its fixtures and set-up methods; None when one of them does not start at home."""
        fixtures = closure(self._store, item.id)
        pieces = [_piece(item.runs), (item.id.path, item.runs.chunk), *self._connected]
        classes = [] if item.cls is None else [item.cls]
        for _, definitions in fixtures.fixtures:
            for fixture in definitions:
                if fixture.is_async or self._is_hop(fixture):
                    return None
                refs = (fixture.ref, *(fixture.xunit or ()))
                pieces += [_piece(ref) for ref in refs if ref is not None]
                if fixture.owner is not None:
                    classes.append(fixture.owner)
        for mark in asking_marks(self._store, item.id):
            if mark.name == "parametrize" and mark.site is not None:
                pieces.append((mark.site.path, mark.site.chunk))
        methods = case_methods(self._store, item.id)
        for method in (*methods.before, *methods.after):
            if method.is_async:
                return None
            pieces.append(_piece(method.ref))
        return tuple(pieces), tuple(classes)

    def _is_hop(self, fixture: FixtureDef) -> bool:
        return bool(fixture.canonical) and self._words.tell(fixture.canonical)

    # --- following -----------------------------------------------------------------------------------------------

    def _extend(self, universe: _Universe, pieces: Iterable[Piece], classes: Iterable[ClassRef]) -> bool:
        """Add what these reach to a universe; False, and the universe as it was, when a hop is among it."""
        new_pieces: list[Piece] = []
        new_classes: list[ClassRef] = []
        new_attributes: list[str] = []
        added: list[tuple[str, Piece]] = []
        todo: list[Piece] = []

        def reach(found: Iterable[Piece]) -> None:
            for piece in found:
                if piece not in universe.pieces:
                    universe.pieces.add(piece)
                    new_pieces.append(piece)
                    todo.append(piece)

        def name(found: Iterable[ClassRef]) -> None:
            for cls in found:
                if cls in universe.classes:
                    continue
                universe.classes.add(cls)
                new_classes.append(cls)
                for names, piece in self._members_of(cls):
                    if not names or not universe.attributes.isdisjoint(names):
                        reach((piece,))
                        continue
                    for one in names:
                        universe.waiting.setdefault(one, []).append(piece)
                        added.append((one, piece))

        reach(pieces)
        name(classes)
        cold = True
        while todo:
            piece = todo.pop()
            said = self._what_is_said(piece)
            if said.hops or (self._in_doubt and piece in self._unanswered):
                cold = False
                break
            reach(said.pieces)
            name(said.classes)
            for one in said.attributes:
                if one not in universe.attributes:
                    universe.attributes.add(one)
                    new_attributes.append(one)
                    reach(universe.waiting.get(one, ()))
        if not cold:
            universe.pieces.difference_update(new_pieces)
            universe.classes.difference_update(new_classes)
            universe.attributes.difference_update(new_attributes)
            for one, _ in reversed(added):
                universe.waiting[one].pop()
        return cold

    def _members_of(self, cls: ClassRef) -> list[Member]:
        """The chunks of a class with the names under which they are reached; no names: they always are."""
        if cls.inline:
            return [(frozenset(), (cls.path, cls.chunk))]
        owner = tuple(cls.qualname.split("."))
        found = [(frozenset[str](), (cls.path, cls.chunk))]
        for inside, members in self._index(cls.path).items():
            if inside[: len(owner)] == owner:
                found += members
        return found

    def _index(self, path: str) -> Members:
        """The chunks in the classes of a file."""
        known = self._members.get(path)
        if known is None and self._heard is not None:
            known = self._heard.members(path)
        if known is not None:
            self._members[path] = known
            return known
        self._indexed_here.add(path)
        known = self._members[path] = {}
        source = self._read(path)
        for index, chunk in enumerate(source.chunks if source is not None else ()):
            if chunk.owner and source is not None:
                known.setdefault(chunk.owner, []).append((_reached_by(chunk, _text(source, index)), (path, chunk.key)))
        return known

    # --- what a text says ----------------------------------------------------------------------------------------

    def _what_is_said(self, piece: Piece) -> Said:
        known = self._said.get(piece)
        if known is None and self._heard is not None:
            known = self._heard.said(piece)
        if known is None:
            with self._store.watched() as reads:
                known = self._listen(piece)
            self.reads.setdefault(piece[0], {}).update(reads)
            self._read_here.add(piece)
        self._said[piece] = known
        return known

    def _listen(self, piece: Piece) -> Said:
        path, key = piece
        source = self._read(path)
        index = None if source is None else source.indices.get(key)
        if source is None or index is None:
            return Said((), (), frozenset(), False)
        chunk, text = source.chunks[index], _code(source, index)
        imported = self._imports(path, chunk) if b"import" in text else {}
        words = self._words
        pieces: dict[Piece, None] = dict.fromkeys(self._receivers(path))
        classes: dict[ClassRef, None] = {}
        attributes: set[str] = set()
        for dotted, chain in set(_CHAIN.findall(text)):
            names = [part.strip() for part in chain.decode("utf-8", "replace").split(".")]
            if not words.names.isdisjoint(names) or not words.methods.isdisjoint(names[0 if dotted else 1 :]):
                return Said((), (), frozenset(), True)
            if dotted:
                attributes.update(names)
                continue
            attributes.update(names[1:])
            for symbol in self._stand_for(path, imported, names):
                match symbol:
                    case FunctionSymbol():
                        pieces[_piece(symbol.ref)] = None
                        if symbol.owner is not None:
                            classes[symbol.owner] = None
                    case ClassSymbol():
                        classes[symbol.ref] = None
                    case ValueSymbol() if symbol.chunk:
                        pieces[symbol.path, symbol.chunk] = None
                    case External() if self._moves(symbol.dotted, piece):
                        return Said((), (), frozenset(), True)
        return Said(tuple(pieces), tuple(classes), frozenset(attributes), False)

    def _receivers(self, path: str) -> tuple[Piece, ...]:
        """What is called when a signal of this module, or of a model in it, is sent."""
        known = self._hearing.get(path)
        if known is None:
            source = self._read(path)
            connects = source is not None and any(word in source.text for word in self._words.connecting)
            known = self._hearing[path] = _pieces_of(connected_in(self._store, path)) if connects else ()
        return known

    def _stand_for(self, path: str, imported: dict[str, tuple[Symbol, ...]], names: list[str]) -> Iterable[Symbol]:
        """What a dotted chain names, as far as modules and installed packages are read along it."""
        found = imported.get(names[0], ()) + self._lookup(path, names[0])
        for name in names[1:]:
            if not any(isinstance(symbol, ModuleSymbol | External) for symbol in found):
                break
            found = tuple(
                inner
                for symbol in found
                for inner in (
                    attribute(self._store, symbol, name) if isinstance(symbol, ModuleSymbol | External) else (symbol,)
                )
            )
        return found

    def _lookup(self, path: str, name: str) -> tuple[Symbol, ...]:
        """What a name of a module stands for. Most words of a text are no such name: the store is not asked for
        them."""
        if path not in self._bound:
            self._bound[path] = self._bound_in(path)
        bound = self._bound[path]
        if bound is not None and name not in bound:
            return ()
        key = (path, name)
        found = self._symbols.get(key)
        if found is None:
            found = self._symbols[key] = lookup(self._store, key)
        return found

    def _bound_in(self, path: str) -> Collection[str] | None:
        """The names that a module binds; None when others may come from star imports or be modules of the package."""
        scope = self._store.get(SCOPE, path)
        if scope is None:
            return ()
        is_open = bool(scope.surface.stars) or os.path.basename(path) == "__init__.py"
        return None if is_open else scope.by_name.keys()

    def _imports(self, path: str, chunk: Chunk) -> dict[str, tuple[Symbol, ...]]:
        """What the imports inside a chunk's functions bind."""
        found: dict[str, tuple[Symbol, ...]] = {}
        for statement in walk_statements(chunk.facts):
            if isinstance(statement, f.Import):
                for one in statement.names:
                    dotted = one.name if one.alias else one.name.partition(".")[0]
                    found[one.alias or dotted] = (import_target(self._store, path, dotted, 0),)
            elif isinstance(statement, f.ImportFrom):
                target = import_target(self._store, path, statement.module, statement.level)
                for one in statement.names:
                    found[one.alias or one.name] = attribute(self._store, target, one.name)
        return found

    def _moves(self, dotted: str, piece: Piece) -> bool:
        """Whether a name outside the project is, or may lead to, a hop. `piece` says it."""
        if self._words.tell(dotted):
            return True
        parts = dotted.split(".")
        if parts[0] in _TOLD_BY_NAME:
            return False
        stored = self._installed.get(dotted)
        if stored is not None:
            self.reads.setdefault(piece[0], {}).update(stored[1])
            return stored[0]
        with self._store.watched() as reads:
            # What is read from a class or an object may be its own (`vendor.pool.map`).
            names = [".".join(parts[:length]) for length in range(2, len(parts) + 1)]
            # All are looked at, whatever the first says: the questions are asked together.
            found = [self._is_known_to_move(name) for name in names]
            known = True if True in found else None if None in found else False
        self.reads.setdefault(piece[0], {}).update(reads)
        if known is None:
            self._unanswered.add(piece)
            return False
        self._installed[dotted] = known, reads
        return known

    def _is_known_to_move(self, dotted: str, *, returned: bool = False) -> bool | None:
        """What `Origin` says of one name: whether it is a hop, has one among its bases, or gives what has. None while
        there is no answer."""
        if not is_answered(self._store, dotted):
            return None
        known = definition(self._store, dotted)
        if known is None:
            return False
        if any(map(self._words.tell, (known.canonical, known.type, known.returns, *known.mro))):
            return True
        gives = known.returns
        if returned or gives.partition(".")[0] in {"", *_TOLD_BY_NAME} or not gives.replace(".", "").isidentifier():
            return False
        return self._is_known_to_move(gives, returned=True)


class _Words(NamedTuple):
    """The words that tell a hop: `names` anywhere, `methods` behind a dot, `common` as (package, name) alone; and those
    without which nothing is connected to a signal."""

    names: frozenset[str]
    methods: frozenset[str]
    common: frozenset[tuple[str, str]]
    connecting: tuple[bytes, ...]

    def tell(self, dotted: str) -> bool:
        """Whether a dotted name is one of them."""
        first, last = dotted.partition(".")[0], dotted.rpartition(".")[2]
        return last in self.names or (first, last) in self.common


def _hop_words(table: Table) -> _Words:
    """The words of all rows that lead away from home."""
    names: set[str] = set()
    methods: set[str] = set()
    common: set[tuple[str, str]] = set()
    for row in table.rows():
        if isinstance(row, Requests):
            # What is connected to such a signal is called away from home, whichever client has it sent.
            names.update(signal.rpartition(".")[2] for signal, plain, _ in row.sends if _is_away(plain))
        made = table.get(row.cls) if isinstance(row, Gives) else None
        if not _leads_away(row) and not isinstance(made, Serves):
            continue
        *_, holder, last = ("", *row.name.partition(" ")[0].split("."))
        if holder[:1].isupper():
            # Whoever has such an object got it by the name of its class, or from a function that nobody lists.
            names.add(holder)
            methods.add(last)
        elif last in _COMMON:
            common.add((row.name.partition(".")[0], last))
        else:
            names.add(last)
    connecting = sorted({row.name.rpartition(".")[2].encode() for row in table.rows() if isinstance(row, Connects)})
    return _Words(frozenset(names), frozenset(methods - _COMMON), frozenset(common), tuple(connecting))


def _leads_away(row: Row) -> bool:
    match row:
        case Wraps() | Runs() | Drives() | Acts() | Drains() | Sends():
            routes = [row.route]
        case Requests() | Serves():
            routes = [row.plain, row.coroutine]
        case _:
            return False
    return any(_is_away(route) for route in routes)


def _is_away(route: Route) -> bool:
    return any(place not in _AT_HOME for place in (route[at] for at in _AT_HOME) if place is not None)


def _pieces_of(connected: World) -> tuple[Piece, ...]:
    """The chunks of the functions that are connected to signals."""
    receivers = (atom for _, value in connected for part in value if isinstance(part, Items) for atom in part.element)
    return tuple(dict.fromkeys(_piece(atom.ref) for atom in receivers if isinstance(atom, Callable_)))


def _piece(ref: FunctionRef) -> Piece:
    return ref.path, ref.chunk


def _text(source: SourceFile, index: int) -> bytes:
    start = source.starts[index]
    return source.text[start : start + source.chunks[index].size]


def _code(source: SourceFile, index: int) -> bytes:
    """The text of a chunk without comments and long strings; of module-level statements without the imports, which say
    nothing before one of their names is used."""
    text = _text(source, index)
    chunk = source.chunks[index]
    if chunk.kind == "statements":
        for statement in reversed(chunk.facts):
            if isinstance(statement, f.Import | f.ImportFrom):
                start, end = statement.span
                text = text[:start] + text[end:]
    return _SPOKEN.sub(_unspoken, text)


def _unspoken(match: re.Match[bytes]) -> bytes:
    said = match.group()
    prefix, long = match.group(1, 2)
    is_for_people = said.startswith(b"#") or (long is not None and b"f" not in prefix.lower())
    return b" " if is_for_people else said


def _reached_by(chunk: Chunk, text: bytes) -> frozenset[str]:
    """The names by which a chunk of a class is reached once the class is named: a method's own, and the attributes that
    it sets. Statements, nested classes and what Python calls by itself always are."""
    if chunk.kind != "function" or chunk.name is None or chunk.name.startswith("__"):
        return frozenset()
    return frozenset({chunk.name, *(name.decode("utf-8", "replace") for name in _SET.findall(text))})


__all__ = ["Reach"]
