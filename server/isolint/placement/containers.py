"""What containers and objects hold, as values: spreading them over arguments, putting one thing more into them.

Nothing is evaluated or looked up here.
"""

from __future__ import annotations

from msgspec.structs import replace

from isolint.names.symbols import ClassRef
from isolint.placement.applying import MAX_HELD
from isolint.placement.shapes import Atom, Derived, Instance, Items, Literally, Param, Plain, Unknown, Value
from isolint.placement.values import NOTHING, PLAIN, in_order, join, one, subscript

MAX_KEYS = 16
"""Literal keys of a container that are kept apart."""


def is_empty(atom: Atom) -> bool:
    """Whether this is a container that nothing is known to be in."""
    return isinstance(atom, Items) and not atom.element and not atom.keys


def spread(value: Value) -> list[Value]:
    """The positional arguments that `*value` stands for, as far as they are known."""
    for atom in in_order(value):
        if isinstance(atom, Items):
            numbered = [v for k, v in atom.keys if isinstance(k, int)]
            return numbered or ([atom.element] if atom.element else [])
    return [one(Plain())] if not value or value <= {Plain()} else [subscript(value, NOTHING)]


def known_later(value: Value) -> Value:
    """What `**value` may give besides the keywords that are written out: symbolic values, tables that are not written
    out in full, and anything else."""
    symbolic = frozenset(a for a in value if isinstance(a, Param | Derived))
    tables = frozenset(a for a in value if isinstance(a, Items) and not a.complete)
    others = any(not isinstance(a, Param | Derived | Items) for a in value)
    return symbolic | tables | PLAIN if others else symbolic | tables


def with_attribute(value: Value, name: str, given: Value) -> Value:
    """Objects whose attribute `name` is set from outside. Of several that a name may stand for only one is meant."""
    tells = any(not isinstance(atom, Unknown | Plain | Literally) for atom in given)
    changed: list[Value] = []
    for atom in value:
        held = dict(atom.held) if isinstance(atom, Instance) else {}
        if isinstance(atom, Instance) and name in held and len(value) > 1:
            held[name] = join([held[name], given])
            changed.append(one(replace(atom, held=tuple(sorted(held.items())))))
        elif isinstance(atom, Instance) and (name in held or (tells and _keeps(atom, held))):
            held[name] = given if tells or name in atom.told else join([held[name], given])
            changed.append(one(replace(atom, held=tuple(sorted(held.items())), told=atom.told | {name})))
        else:
            changed.append(frozenset({atom}))
    return join(changed)


def _keeps(atom: Instance, held: dict[str, Value]) -> bool:
    """Whether one thing more is remembered with an object."""
    return isinstance(atom.cls, ClassRef) and len(held) < MAX_HELD


def holding(container: Value, value: Value, key: str | float | bool | None) -> Value:
    """A container that holds one thing more, under a literal key where there is one."""
    changed: list[Value] = []
    for atom in container:
        if not isinstance(atom, Items):
            changed.append(frozenset({atom}))
        elif isinstance(key, str | int):
            kept = tuple((k, v) for k, v in atom.keys if k != key)
            complete = atom.complete and len(kept) < MAX_KEYS
            keys = (*kept, (key, value))[-MAX_KEYS:]
            changed.append(one(Items(join([atom.element, value]), keys, complete, atom.mapping)))
        else:
            changed.append(
                one(
                    Items(
                        join([atom.element, value]),
                        () if any(isinstance(k, int) for k, _ in atom.keys) else atom.keys,
                        mapping=atom.mapping,
                    )
                )
            )
    return join(changed)
