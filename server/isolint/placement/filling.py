"""Filling in: symbolic values become real ones when the arguments of a call, or the names around it, are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from isolint.catalog.rows import Finds
from isolint.placement import choices, members, named, requests
from isolint.placement.context import SPREAD, Context, Keywords
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Deferred,
    Derived,
    Done,
    Hop,
    Instance,
    Items,
    Literally,
    Mock,
    Param,
    Partial,
    Value,
)
from isolint.placement.values import NOTHING, PLAIN, is_open, join, joined_text, narrowed, one, pick, unknown

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

MAX_FILLING = 8
"""Calls that are followed, one inside the other, to tell what a symbolic result is; beyond that it is Unknown."""


def fill(m: Machine, value: Value, bound: dict[tuple[str, str], Value]) -> Value:
    """A value with its parameters and free names filled in."""
    if not any(is_open(a) for a in value):
        return value
    return join(fill_atom(m, a, bound) for a in value)


def fill_atom(m: Machine, atom: Atom, bound: dict[tuple[str, str], Value]) -> Value:
    """One atom with its parameters and free names filled in."""
    match atom:
        case Param():
            found = bound.get((atom.kind, atom.name))
            if found is not None:
                return found
            return frozenset({atom}) if atom.kind == "free" else unknown(f"parameter {atom.name}")
        case Derived():
            return fill_derived(m, atom, bound)
        case Callable_():
            free = tuple([(n, fill(m, v, bound)) for n, v in atom.free])
            receiver = None if atom.receiver is None else fill(m, atom.receiver, bound)
            if receiver is atom.receiver and all(new[1] is old[1] for new, old in zip(free, atom.free, strict=True)):
                return frozenset({atom})
            return one(Callable_(atom.ref, free, receiver))
        case Partial():
            return one(
                Partial(
                    fill(m, atom.func, bound),
                    tuple(fill(m, a, bound) for a in atom.args),
                    tuple((k, fill(m, v, bound)) for k, v in atom.keywords),
                )
            )
        case Hop():
            return one(replace(atom, payload=fill(m, atom.payload, bound)))
        case Deferred():
            return one(
                replace(
                    atom,
                    callee=fill(m, atom.callee, bound),
                    args=tuple(fill(m, a, bound) for a in atom.args),
                    keywords=tuple((k, fill(m, v, bound)) for k, v in atom.keywords),
                )
            )
        case Done():
            return one(Done(fill(m, atom.result, bound)))
        case Items():
            keys = tuple((k, fill(m, v, bound)) for k, v in atom.keys)
            return one(replace(atom, element=fill(m, atom.element, bound), keys=keys))
        case Instance() if atom.held:
            return one(replace(atom, held=tuple((k, fill(m, v, bound)) for k, v in atom.held)))
        case Mock() if atom.told:
            return one(replace(atom, told=tuple((k, fill(m, v, bound)) for k, v in atom.told)))
    return frozenset({atom})


def spread_into(atom: Atom, name: str, default: Value) -> Value:
    """What a parameter is given by `**atom`; its default when nothing."""
    match atom:
        case Items():
            found = dict(atom.keys)
            if name in found:
                return found[name]
            if SPREAD in found:
                return join(spread_into(a, name, default) for a in found[SPREAD])
            # What is not written out in full may hold a value all the same.
            return default if atom.complete or not default else default | PLAIN
        case Param() | Derived():
            return one(Derived(atom, "item", SPREAD, (one(Literally(name)), default)))
    return default | PLAIN if default else unknown(f"parameter {name}")


def fill_derived(m: Machine, atom: Derived, bound: dict[tuple[str, str], Value]) -> Value:
    """The uses of one function have most of their steps in common: each is followed once for one set of arguments,
    at each depth of following, since that is limited."""
    known = m._filled.get(id(bound))
    if known is None:
        return derive(m, atom, bound)
    key = (atom, m.filling)
    found = known.get(key)
    if found is None:
        found = known[key] = derive(m, atom, bound)
    return found


def derive(m: Machine, atom: Derived, bound: dict[tuple[str, str], Value]) -> Value:
    """A derived value once its base is filled in; deeper than MAX_FILLING it is Unknown."""
    base = fill_atom(m, atom.base, bound)
    args = tuple(fill(m, a, bound) for a in atom.args)
    keywords = tuple((k, fill(m, v, bound)) for k, v in atom.keywords)
    if base == frozenset({atom.base}):
        return one(replace(atom, args=args, keywords=keywords))
    if m.filling >= MAX_FILLING:
        return unknown("it takes too many calls to tell what this is")
    m.filling += 1
    try:
        return follow(m, atom, base, args, keywords, bound)
    finally:
        m.filling -= 1


def follow(
    m: Machine,
    atom: Derived,
    base: Value,
    args: tuple[Value, ...],
    keywords: Keywords,
    bound: dict[tuple[str, str], Value],
) -> Value:
    """What a step gives once its base is known; the work itself was accounted for where it was done."""
    muted = Context(muted=True)
    match atom.step:
        case "attribute":
            if args:
                return members.attribute_or(m, base, atom.name, args[0], muted, None)
            return members.attribute(m, base, atom.name, muted, None)
        case "call":
            return m.perform(base, "call", muted, None, atom.name, args, keywords)
        case "await":
            return m.perform(base, "await", muted, None, atom.name)
        case "item":
            if atom.name == SPREAD:
                names = [str(a.value) for a in args[0] if isinstance(a, Literally)]
                return join(spread_into(a, name, args[1]) for a in base for name in names)
            if atom.name in ("iterate", "aiterate"):
                return m.perform(base, "aiterate" if atom.name == "aiterate" else "iterate", muted, None, "")
            return m.element(base, args[0] if args else NOTHING, muted, None)
        case "pick":
            default = args[1] if len(args) > 1 else None
            return join(
                pick(table, base, default) if isinstance(table, Items) else unknown("an entry of a table")
                for table in args[0]
            )
        case "has":
            return members.has(m, base, atom.name)
        case "find":
            row = m.table.get(atom.name)
            return named.find(m, row, base) if isinstance(row, Finds) else unknown("what a text names")
        case "named":
            return named.attribute(m, args[0], base, args[1] if len(args) > 1 else None, muted, None)
        case "text":
            return joined_text(args)
        case "as":
            return narrowed(base, atom.name)
        case "choose":
            return choices.settled(m, atom, base, args, bound)
        case "having":
            return members.having(m, base, atom.name, args[0])
        case "request":
            return requests.resumed(m, atom.name, base, args)
        case "super":
            return join(members.super_of(m, base, a.ref) for a in join(args) if isinstance(a, Class_))
        case "enter":
            return m.perform(base, "aenter" if atom.name == "aenter" else "enter", muted, None, "")
