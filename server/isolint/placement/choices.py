"""A value that is one of two, as `given or Default()` and `x if x is not None else y` give it: which one is told where
the parameter is known that decides it.

Until then it is derived from that parameter. What answers a question is decided in `guards`; which expressions and
statements choose is for `expressions` and `body`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from isolint.placement import guards
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Deferred,
    Derived,
    Hop,
    Instance,
    Items,
    Literally,
    Outside,
    Param,
    Partial,
    Predicate,
    Value,
)
from isolint.placement.values import NOTHING, in_order, join, one

if TYPE_CHECKING:
    from isolint.placement.guards import Condition
    from isolint.placement.machine import Machine

_WORKING = Instance | Callable_ | Class_ | Outside | Partial | Hop | Deferred
"""What may do work: only between such things a choice is worth remembering."""


def between(condition: Condition | None, held: Value, failed: Value) -> Value:
    """What is `held` where a condition holds and `failed` where it does not, as one value that waits for the parameter
    that decides it; all that it may be, where no parameter does."""
    predicate = _deciding(condition)
    told = held | failed
    if predicate is None or held == failed or any(isinstance(atom, Items) for atom in told):
        return join([held, failed])
    (subject,) = predicate.subject
    assert isinstance(subject, Param | Derived)
    if not any(isinstance(atom, _WORKING) for atom in told):
        return join([held, failed])
    if not predicate.holds:
        held, failed = failed, held
    # Of the very thing that is asked only that is meant of which the answer is true.
    args = tuple(NOTHING if value == predicate.subject else value for value in (held, failed))
    against = frozenset(Literally(value) for value in predicate.against)
    return one(Derived(subject, "choose", predicate.check, args, (("against", against),) if against else ()))


def _deciding(condition: Condition | None) -> Predicate | None:
    """The one question about one parameter that a condition is."""
    if condition is None or not condition.sure or len(condition.guards) != 1:
        return None
    (guard,) = condition.guards
    if guard.open or len(guard.predicates) != 1 or guard.predicates[0].check == "raised":
        return None
    subject = guard.predicates[0].subject
    return guard.predicates[0] if len(subject) == 1 and isinstance(next(iter(subject)), Param | Derived) else None


def settled(
    m: Machine, atom: Derived, base: Value, args: tuple[Value, ...], bound: dict[tuple[str, str], Value]
) -> Value:
    """What was chosen, once something is known of what decides it: `base`. What is still a parameter waits further;
    both remain where nobody can tell."""
    predicate = predicate_of(atom)
    asked = None if isinstance(atom.base, Param) else guards.resolved(m, frozenset({atom.base}), bound)
    found: list[Value] = [] if base else list(args)
    for part in in_order(base):
        if isinstance(part, Param | Derived):
            found.append(one(replace(atom, base=part, args=args)))
            continue
        subject = frozenset({part}) if asked is None else frozenset(a for a in asked if not _is_open(a))
        answer = guards.decided(m, replace(predicate, subject=subject)) if subject else None
        for value, wanted in zip(args, (True, False), strict=True):
            if answer in (None, wanted):
                found.append(value or frozenset({part}))
    return join(found)


def predicate_of(atom: Derived) -> Predicate:
    """The question that decides a choice."""
    against = tuple(
        sorted((a.value for _, value in atom.keywords for a in value if isinstance(a, Literally)), key=repr)
    )
    return Predicate(frozenset({atom.base}), _CHECKS[atom.name], against)


_CHECKS: dict[str, Literal["truthy", "callable", "is", "equals", "contains"]] = {
    "truthy": "truthy",
    "callable": "callable",
    "is": "is",
    "equals": "equals",
    "contains": "contains",
}


def _is_open(atom: Atom) -> bool:
    return isinstance(atom, Param | Derived)
