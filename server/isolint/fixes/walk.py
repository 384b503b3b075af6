"""Walking over facts: every node of a function, in the order of the source. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec

from isolint.syntax import facts as f

Node = msgspec.Struct
"""Any fact."""

_SPANS = frozenset({"span", "attr_span", "name_span", "keyword", "header"})


@cache
def _fields(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a kind of fact that may hold other facts."""
    if issubclass(kind, f.Constant | f.ScopeNames | f.Simple | f.Name):
        return ()
    return tuple(name for name in kind.__struct_fields__ if name not in _SPANS)


def children(node: Node) -> Iterator[Node]:
    """The facts directly inside another."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _within(value)


def _within(parts: tuple[object, ...]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            yield from _within(part)


def walk(node: Node) -> Iterator[Node]:
    """A fact and everything in it."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        todo += reversed(tuple(children(current)))


def root(expr: f.Expr) -> f.Name | None:
    """The name that a dotted expression begins with: `a` of `a.b.c`."""
    while isinstance(expr, f.Attribute):
        expr = expr.value
    return expr if isinstance(expr, f.Name) else None
