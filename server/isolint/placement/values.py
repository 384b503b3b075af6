"""Helpers over values: joining, capping, labels. No resolution and no effects here."""

from __future__ import annotations

from collections.abc import Iterable

from isolint.names.symbols import ClassRef
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Deferred,
    Derived,
    Done,
    Hop,
    Items,
    Partial,
    Plain,
    Unknown,
    Value,
)
from isolint.syntax import facts as f

MAX_ATOMS = 16
"""More alternatives than this for one value end in Unknown."""
MAX_DEPTH = 6
"""Deeper nesting than this (a partial of a partial of ...) ends in Unknown."""

_NESTING = frozenset({Callable_, Partial, Hop, Deferred, Done, Items, Derived})

NOTHING: Value = frozenset()
PLAIN: Value = frozenset({Plain()})


def unknown(reason: str) -> Value:
    """A value that nobody can name."""
    return frozenset({Unknown(reason)})


def one(atom: Atom) -> Value:
    """A value of one atom; Unknown when it is nested too deeply."""
    if type(atom) in _NESTING and depth(atom) > MAX_DEPTH:
        return unknown("nested too deeply")
    return frozenset({atom})


def join(values: Iterable[Value]) -> Value:
    """The union of alternatives, capped."""
    joined: frozenset[Atom] = NOTHING.union(*values)
    reasons = [atom for atom in joined if isinstance(atom, Unknown)]
    if len(reasons) > 1:
        joined = joined.difference(reasons) | {min(reasons, key=lambda atom: atom.reason)}
    if len(joined) > MAX_ATOMS:
        return unknown("too many possible values")
    return joined


def depth(atom: Atom) -> int:
    """How deeply values are nested inside an atom."""
    match atom:
        case Callable_():
            inner: list[Value] = [v for _, v in atom.free]
            if atom.receiver is not None:
                inner.append(atom.receiver)
        case Partial():
            inner = [atom.func, *atom.args, *(v for _, v in atom.keywords)]
        case Hop():
            inner = [atom.payload]
        case Deferred():
            inner = [atom.callee, *atom.args, *(v for _, v in atom.keywords)]
        case Done():
            inner = [atom.result]
        case Items():
            inner = [atom.element, *(v for _, v in atom.keys)]
        case Derived():
            inner = [frozenset({atom.base}), *atom.args, *(v for _, v in atom.keywords)]
        case _:
            return 0
    deepest = 0
    for value in inner:
        for one_inside in value:
            if type(one_inside) in _NESTING:
                deepest = max(deepest, depth(one_inside))
    return 1 + deepest


def label(expr: f.Expr) -> str:
    """A short text of a callee for people: `Order.objects.create`, `sync_to_async(make_order)`."""
    match expr:
        case f.Name():
            return expr.id
        case f.Attribute():
            return f"{label(expr.value)}.{expr.attr}"
        case f.Call():
            first = ", ".join(label(a) for a in expr.args[:1])
            more = ", ..." if len(expr.args) > 1 or expr.keywords else ""
            return f"{label(expr.func)}({first}{more})" if first else f"{label(expr.func)}({more.lstrip(', ')})"
        case f.Subscript():
            return f"{label(expr.value)}[{label(expr.index)}]"
        case f.Constant():
            return repr(expr.value) if len(str(expr.value)) < 20 else "..."
        case f.Lambda():
            return "lambda"
        case f.Await():
            return label(expr.value)
    return "..."


def class_name(of: ClassRef | str | None) -> str | None:
    """The name of a class for people."""
    if of is None:
        return None
    return of.name if isinstance(of, ClassRef) else of.rpartition(".")[2]
