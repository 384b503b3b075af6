"""Where a function uses one of its own variables: the names in its body that stand for a parameter of it.

Python's scoping of nested functions, lambdas, comprehensions and classes, over facts; no name outside the function is
followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from isolint.names.scopes import target_names
from isolint.placement.functions import bound_names
from isolint.syntax import facts as f
from isolint.syntax.facts import Span


@dataclass(slots=True)
class Uses:
    """The spans of a variable's names in the body of a function, in order. `hidden` is a reason why there may be more,
    or why some of them can not be written otherwise: "" when there is none."""

    spans: list[Span] = field(default_factory=list)
    hidden: str = ""


def uses(function: f.Function, name: str) -> Uses:
    """The uses of a parameter (or another variable of its own) in a function's body."""
    found = Uses()
    _visit(function.body, name, found)
    found.spans.sort()
    return found


def _visit(node: object, name: str, found: Uses) -> None:
    if isinstance(node, tuple):
        for part in node:
            _visit(part, name, found)
        return
    if not isinstance(node, msgspec.Struct):
        return
    match node:
        case f.Name():
            if node.id == name:
                found.spans.append(node.span)
            return
        case f.Function():
            if node.name == name:
                found.hidden = "a function inside binds the name again"
            _visit(node.decorators, name, found)
            _visit(tuple((p.annotation, p.default) for p in node.params), name, found)
            _visit(node.returns, name, found)
            if name not in bound_names(node):
                _visit(node.body, name, found)
            return
        case f.Lambda():
            _visit(tuple((p.annotation, p.default) for p in node.params), name, found)
            if all(p.name != name for p in node.params):
                _visit(node.body, name, found)
            return
        case f.Comprehension():
            _visit(node.clauses[0].iterable if node.clauses else None, name, found)
            if not any(name in target_names(clause.target) for clause in node.clauses):
                _visit(node.elements, name, found)
                for clause in node.clauses:
                    _visit((clause.target, clause.conditions), name, found)
                for clause in node.clauses[1:]:
                    _visit(clause.iterable, name, found)
            return
        case f.Class():
            if node.name == name:
                found.hidden = "a class inside binds the name again"
        case f.Import() | f.ImportFrom():
            if any(name == (one.alias or one.name.partition(".")[0]) for one in node.names):
                found.hidden = "an import inside binds the name again"
        case f.ScopeNames():
            if name in node.names:
                found.hidden = f"a {node.kind} statement names it"
        case f.Handler() | f.Case():
            bound = {node.name} if isinstance(node, f.Handler) else set(node.binds)
            if name in bound:
                found.hidden = "an except or a case clause binds the name again"
        case f.Missing() | f.Simple(kind="missing"):
            found.hidden = found.hidden or "a part of the function cannot be read"
    for part in _fields(node):
        _visit(part, name, found)


def _fields(node: msgspec.Struct) -> Iterator[object]:
    for name in node.__struct_fields__:
        yield getattr(node, name)
