"""Finding the facts of a function, nested ones and lambdas included. No evaluation here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from isolint.names.inputs import FACTS
from isolint.names.scopes import target_names
from isolint.names.symbols import FunctionRef
from isolint.placement.shapes import Operation
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

KEEPING = frozenset({"append", "appendleft", "add", "insert", "extend", "put_nowait"})
"""Methods of containers that put what they are given last into them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A function or lambda of a chunk and the functions around it, outermost first."""

    node: f.Function | f.Lambda
    around: tuple[f.Function | f.Lambda, ...]


def _index(store: Store, key: tuple[str, str]) -> dict[int, Found]:
    found: dict[int, Found] = {}
    _walk(store.get(FACTS, key), (), found)
    return found


def _walk(node: Any, around: tuple[f.Function | f.Lambda, ...], found: dict[int, Found]) -> None:
    if isinstance(node, tuple):
        for part in node:
            if isinstance(part, tuple | msgspec.Struct):
                _walk(part, around, found)
        return
    if isinstance(node, f.Function | f.Lambda):
        found[node.span[0]] = Found(node, around)
        around = (*around, node)
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, tuple | msgspec.Struct):
            _walk(value, around, found)


functions: Query[tuple[str, str], dict[int, Found]] = Query("functions", _index)
"""Key: (path, chunk): every function and lambda of the chunk by the start of its span."""


def find(store: Store, ref: FunctionRef) -> Found | None:
    """The facts of a function; None when the file changed under the reference."""
    return functions(store, (ref.path, ref.chunk)).get(ref.start)


def bound_names(node: f.Function | f.Lambda) -> frozenset[str]:
    """The names that a function binds itself: parameters, assignments, imports, definitions; `global`s left out."""
    names = {p.name for p in node.params}
    if isinstance(node, f.Function):
        outside: set[str] = set()
        for statement in own_statements(node.body):
            names.update(_bound_by(statement))
            if isinstance(statement, f.ScopeNames):
                outside.update(statement.names)
        names -= outside
    return frozenset(names)


def own_statements(body: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """The statements of a body, nested blocks included, bodies of nested functions and classes left out."""
    for statement in body:
        yield statement
        match statement:
            case f.With():
                yield from own_statements(statement.body)
            case f.If() | f.For() | f.While():
                yield from own_statements(statement.body)
                yield from own_statements(statement.orelse)
            case f.Try():
                yield from own_statements(statement.body)
                for handler in statement.handlers:
                    yield from own_statements(handler.body)
                yield from own_statements(statement.orelse)
                yield from own_statements(statement.final)
            case f.Match():
                for case in statement.cases:
                    yield from own_statements(case.body)


def own_parts(part: object) -> Iterator[msgspec.Struct]:
    """All facts below, nested functions and classes left out."""
    if isinstance(part, tuple):
        for one_part in part:
            yield from own_parts(one_part)
    elif isinstance(part, msgspec.Struct) and not isinstance(part, f.Function | f.Lambda | f.Class):
        yield part
        for name in part.__struct_fields__:
            value = getattr(part, name)
            if isinstance(value, tuple | msgspec.Struct):
                yield from own_parts(value)


def _assigned_attributes(store: Store, ref: FunctionRef) -> frozenset[str]:
    node = find_node(store, ref)
    if not isinstance(node, f.Function):
        return frozenset()
    return frozenset(
        part.attr
        for statement in own_statements(node.body)
        if isinstance(statement, f.Assign)
        for target in statement.targets
        for part in _parts(target)
        if isinstance(part, f.Attribute)
    )


assigned_attributes: Query[FunctionRef, frozenset[str]] = Query("assigned attributes", _assigned_attributes)
"""The names of the attributes, of whatever object, that a function assigns."""


def _filled_attributes(store: Store, ref: FunctionRef) -> frozenset[str]:
    node = find_node(store, ref)
    if not isinstance(node, f.Function):
        return frozenset()
    found: set[str] = set()
    for statement in own_statements(node.body):
        match statement:
            case f.Evaluate(value=f.Call(func=f.Attribute(value=f.Attribute(attr=name), attr=method))):
                found |= {name} if method in KEEPING else set()
            case f.Assign(targets=targets):
                found |= {
                    target.value.attr
                    for target in targets
                    if isinstance(target, f.Subscript) and isinstance(target.value, f.Attribute)
                }
    return frozenset(found)


filled_attributes: Query[FunctionRef, frozenset[str]] = Query("filled attributes", _filled_attributes)
"""The names of the attributes, of whatever object, into which a function puts something."""


def _parts(target: f.Expr) -> tuple[f.Expr, ...]:
    if isinstance(target, f.Collection):
        return tuple(part for item in target.items for part in _parts(item))
    return (target,)


def _bound_by(statement: f.Stmt) -> Iterator[str]:
    match statement:
        case f.Function() | f.Class():
            yield statement.name
        case f.Assign():
            for target in statement.targets:
                yield from target_names(target)
        case f.For():
            yield from target_names(statement.target)
        case f.With():
            for item in statement.items:
                if item.target is not None:
                    yield from target_names(item.target)
        case f.Import():
            for name in statement.names:
                yield name.alias or name.name.partition(".")[0]
        case f.ImportFrom():
            for name in statement.names:
                yield name.alias or name.name
        case f.Try():
            for handler in statement.handlers:
                if handler.name:
                    yield handler.name
        case f.Match():
            for case in statement.cases:
                yield from case.binds


def find_node(store: Store, ref: FunctionRef) -> f.Function | f.Lambda | None:
    """The facts of a function or lambda."""
    found = find(store, ref)
    return None if found is None else found.node


def function_operation(node: f.Function | f.Lambda | None) -> Operation:
    """What must be done to the result of calling a function for its body to run."""
    if not isinstance(node, f.Function):
        return "call"
    if node.is_async:
        return "aiterate" if node.is_generator else "await"
    return "iterate" if node.is_generator else "call"


def taken_by_nested(store: Store, ref: FunctionRef, found: Found | None) -> tuple[frozenset[str], frozenset[str]]:
    """The names of a function that functions nested in it read, and those that they bind anew."""
    if found is None:
        return frozenset(), frozenset()
    captured: set[str] = set()
    rebound: set[str] = set()
    for nested in functions(store, (ref.path, ref.chunk)).values():
        if any(around is found.node for around in nested.around):
            captured |= free_names(nested.node)
            if isinstance(nested.node, f.Function):
                for statement in own_statements(nested.node.body):
                    if isinstance(statement, f.ScopeNames) and statement.kind == "nonlocal":
                        rebound.update(statement.names)
    return frozenset(captured), frozenset(rebound)


def free_names(node: f.Function | f.Lambda) -> frozenset[str]:
    """Names that a function (or one nested in it) reads and does not bind itself."""
    read: set[str] = set()
    _collect_names(node, read)
    return frozenset(read - bound_names(node))


def _collect_names(node: object, read: set[str]) -> None:
    if isinstance(node, tuple):
        for part in node:
            _collect_names(part, read)
    elif isinstance(node, f.Name):
        read.add(node.id)
    elif hasattr(node, "__struct_fields__"):
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if not isinstance(value, str | int | float | bool | None):
                _collect_names(value, read)
