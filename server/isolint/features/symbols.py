"""The tests and fixtures of a file, or of the project, as an outline. No protocol here.

Other names are left out: another Python server knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from isolint.check.locating import location
from isolint.check.report import Location
from isolint.check.session import Session, never
from isolint.features.mentions import fixtures_in, place_of
from isolint.names.symbols import FunctionRef
from isolint.pytest_model.collect import matches, tests_of
from isolint.pytest_model.database import database
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.runners import runner
from isolint.pytest_model.shapes import FixtureDef, TestItem
from isolint.syntax import facts as f
from isolint.syntax.source import Chunk, SourceFile


@dataclass(frozen=True, slots=True)
class Symbol:
    """A test, a fixture, or a class that has some. `place` is the whole of it, `name_place` its name."""

    name: str
    kind: Literal["test", "fixture", "class"]
    detail: str
    place: Location
    name_place: Location
    children: tuple[Symbol, ...] = ()


def document_symbols(session: Session, path: str, cancelled: Callable[[], bool] = never) -> tuple[Symbol, ...]:
    """The tests and fixtures of a file in their order, within their classes."""
    with session.asked(cancelled):
        return _document_symbols(session, path)


def _document_symbols(session: Session, path: str) -> tuple[Symbol, ...]:
    source = session.source_file(path)
    if source is None:
        return ()
    by_owner: dict[tuple[str, ...], list[Symbol]] = {}
    items = {
        item.ref: item
        for item in tests_of(session.store, path)
        if session.listing.is_test_file(path) and item.ref.path == path
    }
    fixtures = {one.ref: one for one in fixtures_in(session, path)}
    written: list[tuple[FunctionRef | None, TestItem | FixtureDef]] = [*items.items(), *fixtures.items()]
    for ref, one in written:
        chunk = None if ref is None else source.chunk(ref.chunk)
        name = session.locate(one.site) if one.site is not None else None
        if chunk is not None and name is not None:
            begin = source.start(chunk.key)
            symbol = Symbol(
                one.id.name if isinstance(one, TestItem) else one.name,
                "test" if isinstance(one, TestItem) else "fixture",
                _mode(session, one) if isinstance(one, TestItem) else _scope(one),
                location(source, begin, max(begin + len(source.source(chunk.key).rstrip()), name.end)),
                name,
            )
            by_owner.setdefault(chunk.owner, []).append(symbol)
    for chunk in source.chunks if session.listing.is_test_file(path) else ():
        half = _half_typed(session, source, chunk)
        if half is not None:
            by_owner.setdefault(chunk.owner, []).append(half)
    # Innermost classes first: each becomes a child of the one around it.
    for chunk in sorted(source.chunks, key=lambda chunk: -len(chunk.owner)):
        for statement in chunk.facts if chunk.kind == "class" else ():
            if isinstance(statement, f.Class):
                own = (*chunk.owner, statement.name)
                children = by_owner.pop(own, [])
                if children:
                    start, end = source.absolute(chunk.key, statement.name_span)
                    begin = source.start(chunk.key)
                    last = max(child.place.end for child in children)
                    whole = location(source, begin, max(last, end))
                    name_place = location(source, start, end)
                    symbol = Symbol(statement.name, "class", "", whole, name_place, _ordered(children))
                    by_owner.setdefault(chunk.owner, []).append(symbol)
    return _ordered([symbol for symbols in by_owner.values() for symbol in symbols])


_DEF = re.compile(rb"\bdef[ \t]+([\w\x80-\xff]+)")


def _half_typed(session: Session, source: SourceFile, chunk: Chunk) -> Symbol | None:
    """A test whose header is being typed: it cannot be collected yet, and is in the outline all the same."""
    if not chunk.broken or chunk.kind != "function" or any(isinstance(one, f.Function) for one in chunk.facts):
        return None
    begin = source.start(chunk.key)
    text = source.source(chunk.key)
    written = _DEF.search(text)
    name = "" if written is None else written[1].decode("utf-8", "replace")
    if written is None or not matches(session.store.get(CONFIG, source.path).python_functions, name):
        return None
    place = location(source, begin, begin + max(len(text.rstrip()), written.end()))
    return Symbol(name, "test", "half typed", place, location(source, begin + written.start(1), begin + written.end(1)))


def _ordered(symbols: list[Symbol]) -> tuple[Symbol, ...]:
    return tuple(sorted(symbols, key=lambda symbol: symbol.place.start))


def _mode(session: Session, item: TestItem) -> str:
    """The runner, unless it is plain pytest, and the database mode of a test."""
    who, mode = runner(session.store, item.id).kind, database(session.store, item.id).mode
    words = {"none": "no database", "unknown": "database mode not known"}.get(mode, mode)
    return words if who == "sync" else f"{words}, {who}"


def _scope(one: FixtureDef) -> str:
    return f"{one.scope or 'computed'} scope{', autouse' if one.autouse else ''}"


_MOST = 200


def workspace_symbols(session: Session, query: str, cancelled: Callable[[], bool] = never) -> tuple[Symbol, ...]:
    """The tests and fixtures of the project whose name has the letters of a query in their order; the first ones when
    there are many."""
    found: list[Symbol] = []
    with session.asked(cancelled) as store:
        for path in session.files([session.root]):
            for item in tests_of(store, path) if session.listing.is_test_file(path) else ():
                if _fits(item.id.name, query) and (where := session.locate(item.site)) is not None:
                    container = item.node_id.rpartition("::")[0]
                    found.append(Symbol(item.id.name, "test", container, where, where))
            fixtures = [one for one in fixtures_in(session, path) if _fits(one.name, query)]
            placed = [(one, where) for one in fixtures if (where := place_of(session, one)) is not None]
            found += [Symbol(one.name, "fixture", "", where, where) for one, where in placed]
            if len(found) >= _MOST:
                break
    return tuple(found[:_MOST])


def _fits(name: str, query: str) -> bool:
    letters = iter(name.lower())
    return all(letter in letters for letter in query.lower() if not letter.isspace())
