"""The facts of a project's function, with and without its body. Nothing is resolved or judged here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from isolint.names.inputs import FACTS, ITEM
from isolint.names.scopes import walk_statements
from isolint.names.symbols import FunctionRef, Site
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def _header(store: Store, ref: FunctionRef) -> f.Function | None:
    item = store.get(ITEM, (ref.path, ref.chunk))
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
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting += node[::-1]
        elif isinstance(node, msgspec.Struct):
            yield node
            kind = type(node)
            names = _HOLDING.get(kind)
            if names is None:
                names = _HOLDING[kind] = _holding(kind)
            for name in names:
                waiting.append(getattr(node, name))


def _holding(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a fact that may hold other facts, the last first."""
    written = kind.__annotations__
    names = [name for name in kind.__struct_fields__ if not _PLAIN.fullmatch(str(written[name]))]
    return tuple(reversed(names))


_PLAIN = re.compile(r"Span|str|bool|int|str \| None|Literal\[.*\]")
_HOLDING: dict[type[msgspec.Struct], tuple[str, ...]] = {}


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
