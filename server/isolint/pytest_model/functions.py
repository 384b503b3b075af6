"""The facts of a project's function, with and without its body. Nothing is resolved or judged here."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from isolint.names.inputs import FACTS
from isolint.names.scopes import outline_item, walk_statements
from isolint.names.symbols import FunctionRef, Site
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def _header(store: Store, ref: FunctionRef) -> f.Function | None:
    item = outline_item(store, (ref.path, ref.chunk))
    found = _find(item.facts, ref.start) if item is not None else None
    if found is not None:
        return found
    found = _find(store.get(FACTS, (ref.path, ref.chunk)), ref.start)
    return None if found is None else _without_body(found)


header: Query[FunctionRef, f.Function | None] = Query("function header", _header)
"""A function without its body; None when it is gone."""


def whole(store: Store, ref: FunctionRef) -> f.Function | None:
    """A function with its body; None when it is gone."""
    return _find(store.get(FACTS, (ref.path, ref.chunk)), ref.start)


def name_site(store: Store, ref: FunctionRef) -> Site:
    """Where the name after `def` stands; the start of the function when it is gone."""
    found = header(store, ref)
    start, end = found.name_span if found is not None else (ref.start, ref.start)
    return Site(ref.path, ref.chunk, start, end)


def walk(body: object) -> Iterator[msgspec.Struct]:
    """All facts below, outermost first."""
    if isinstance(body, tuple):
        for part in body:
            yield from walk(part)
    elif isinstance(body, msgspec.Struct):
        yield body
        for name in body.__struct_fields__:
            value = getattr(body, name)
            if isinstance(value, tuple | msgspec.Struct):
                yield from walk(value)


def _find(body: f.Facts, start: int) -> f.Function | None:
    for statement in walk_statements(body):
        if isinstance(statement, f.Function) and statement.span[0] == start:
            return statement
    return None


def _without_body(function: f.Function) -> f.Function:
    return f.Function(
        function.name,
        function.name_span,
        function.keyword,
        function.params,
        function.returns,
        function.decorators,
        (),
        function.is_async,
        function.is_generator,
        function.span,
    )
