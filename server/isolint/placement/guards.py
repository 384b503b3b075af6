"""Conditions of work: what must hold for it to happen, as far as that is about values that calls decide.

A condition is read where a branch stands (`body`), carried with effects, uses and unknown callees in a summary, and
settled where the arguments of a call are known: it is dropped with its work when it is contradicted, forgotten when
it holds, and makes the work likely when nobody can tell. Only literals, and containers that are written out in full,
decide anything. What is not about such values is the caller's: no statement is known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from isolint.names.symbols import ClassRef
from isolint.placement import choices, filling, lineage, members, mocks, queries
from isolint.placement.context import SPREAD, Context
from isolint.placement.functions import find_node, function_operation
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Deferred,
    Derived,
    Guard,
    Hop,
    Instance,
    Items,
    Literally,
    Mock,
    Module,
    Outside,
    Param,
    Partial,
    Predicate,
    Value,
    World,
)
from isolint.placement.values import NOTHING, depth, in_order, iterated, join, literals, one, unknown
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

MAX_GUARDS = 6
"""Conditions of one piece of work that are kept; what has more of them is likely at best."""
MAX_RAISED = 3
"""Guards up to which one more is added for an exception that may have been raised before."""
MAX_STEPS = 4
"""Steps from a parameter to a function whose result is a condition."""
MAX_PREDICATES = 4
"""Alternatives of one condition that are kept; one with more may hold for other reasons."""


class Condition(Struct, frozen=True, gc=False):
    """Guards that all must hold. `sure`: nothing else has to."""

    guards: tuple[Guard, ...] = ()
    sure: bool = True


_CALLED = unknown("the result of a call")
ALWAYS = Condition()
UNSURE = Condition((), False)
NEVER = None

# --- conditions of conditions ----------------------------------------------------------------------------------------


def both(*parts: Condition | None) -> Condition | None:
    """All of these hold."""
    guards: list[Guard] = []
    sure = True
    for part in parts:
        if part is None:
            return NEVER
        guards += [guard for guard in part.guards if guard not in guards]
        sure = sure and part.sure
    if len(guards) > MAX_GUARDS:
        guards = [guard for guard in guards if guard.predicates[0].check != "raised"]
    return Condition(tuple(guards[:MAX_GUARDS]), sure and len(guards) <= MAX_GUARDS)


def either(*parts: Condition | None) -> Condition | None:
    """One of these holds: in conjunctive form, each guard of the one beside each of the other."""
    joined: Condition | None = NEVER
    for part in parts:
        joined = _either(joined, part)
    return joined


def _either(one_way: Condition | None, other: Condition | None) -> Condition | None:
    if one_way is None or other is None:
        return other if one_way is None else one_way
    if ALWAYS in (one_way, other):
        return ALWAYS
    clauses = [_alternative(a, b) for a in one_way.guards for b in other.guards]
    # What is not known of the one side is an open alternative of the other.
    if not one_way.sure:
        clauses += [replace(guard, open=True) for guard in other.guards]
    if not other.sure:
        clauses += [replace(guard, open=True) for guard in one_way.guards]
    guards = tuple(dict.fromkeys(clause for clause in clauses if clause is not None))
    return Condition(guards[:MAX_GUARDS], (one_way.sure or other.sure) and len(guards) <= MAX_GUARDS)


def _alternative(a: Guard, b: Guard) -> Guard | None:
    """One of two guards; None when one of them always holds."""
    predicates = tuple(dict.fromkeys((*a.predicates, *b.predicates)))
    if any(replace(predicate, holds=not predicate.holds) in predicates for predicate in predicates):
        return None
    more = len(predicates) > MAX_PREDICATES
    return Guard(predicates[:MAX_PREDICATES], a.open or b.open or more, a.assumed or b.assumed)


def merged(guards: tuple[Guard, ...], more: tuple[Guard, ...]) -> Condition:
    """Guards and further ones."""
    if not more:
        return Condition(guards)
    all_of_them = both(Condition(guards), Condition(more))
    return all_of_them or UNSURE


def weaker(guards: tuple[Guard, ...], than: tuple[Guard, ...]) -> bool:
    """Whether work under `guards` happens wherever work under `than` does."""
    return all(guard in than for guard in guards)


# --- asking ----------------------------------------------------------------------------------------------------------


def asked(m: Machine, predicate: Predicate) -> Condition | None:
    """The condition that a predicate holds."""
    if any(isinstance(atom, Param | Derived) for atom in predicate.subject):
        return Condition((Guard((predicate,)),))
    holds = decided(m, predicate)
    return UNSURE if holds is None else ALWAYS if holds else NEVER


def decided(m: Machine, predicate: Predicate) -> bool | None:
    """Whether a predicate holds for all that its subject may be; None when that cannot be told."""
    answers = {_answer(m, atom, predicate) for atom in predicate.subject}
    if len(answers) != 1 or None in answers:
        return None
    return (True in answers) == predicate.holds


def _answer(m: Machine, atom: Atom, predicate: Predicate) -> bool | None:
    if predicate.check == "callable":
        return _can_be_called(m, atom)
    if isinstance(atom, Literally):
        return _answer_literal(atom.value, predicate)
    if predicate.check == "equals" and isinstance(atom, Mock) and mocks.is_true(atom):
        return False
    if predicate.check == "is" and (isinstance(atom, Items) or _is_object(m, atom)):
        return False
    if predicate.check == "truthy" and _is_object(m, atom):
        return True if not isinstance(atom, Instance) or members.is_true(m, atom) else None
    if not isinstance(atom, Items) or not atom.complete:
        return None
    match predicate.check:
        case "truthy":
            return bool(atom.keys or atom.element)
        case "contains":
            return _holds(atom, predicate.against[0])
    return False  # a container is no literal, and equals none


def _is_object(m: Machine, atom: Atom) -> bool:
    """Whether this is certainly an object, a class, a function or something else that is there: none of these is None
    or another literal. What is said to be a model's object may be None: a query that finds nothing gives that."""
    match atom:
        case Callable_() | Class_() | Partial() | Hop() | Deferred() | Module():
            return True
        case Mock():
            return mocks.is_true(atom)
        case Instance(cls=ClassRef() as cls):
            return not lineage.inherits(m, cls, _MODEL)
    return False


_MODEL = "django.db.models.base.Model"


def _can_be_called(m: Machine, atom: Atom) -> bool | None:
    match atom:
        case Callable_() | Class_() | Partial() | Hop():
            return True
        case Mock():
            return mocks.is_true(atom) or None
        case Literally() | Items():
            return False
        case Instance(cls=ClassRef() as cls):
            if lineage.has_project_attribute(m, lineage.lineage_of(m, cls), "__call__"):
                return True
            return False if members.lacks(m, atom, "__call__") else None
    return None


def _answer_literal(value: str | float | bool | None, predicate: Predicate) -> bool | None:
    match predicate.check:
        case "truthy":
            return bool(value)
        case "is":
            return any(type(value) is type(other) and value == other for other in predicate.against)
        case "equals":
            return any(value == other for other in predicate.against)
    part = predicate.against[0]
    return part in value if isinstance(value, str) and isinstance(part, str) else None


def _holds(items: Items, what: str | float | bool | None) -> bool | None:
    """Whether a complete container holds a literal: a mapping among its keys, another one among its elements."""
    if items.mapping:
        return any(key == what for key, _ in items.keys)
    if not items.element:
        return False
    known = [literals(value) for _, value in items.keys]
    if not known or any(one_of_them is None or len(one_of_them) != 1 for one_of_them in known):
        return None
    return any(one_of_them == (what,) for one_of_them in known)


def attribute(m: Machine, value: Value, name: str, default: Value = NOTHING) -> Value:
    """`value.name` where that is something the object was made with or a method, and Unknown otherwise: anybody may set
    others, and what a class says of all its instances may be the default of a field. `default` is what `getattr` gives
    of that which certainly has no such attribute."""
    found: list[Value] = []
    for atom in value:
        if default and isinstance(atom, Param | Derived):
            found.append(one(Derived(atom, "attribute", name, (default,))))
        else:
            found.append(default if default and members.lacks(m, atom, name) else _attribute(m, atom, name))
    return join(found)


def _attribute(m: Machine, atom: Atom, name: str) -> Value:
    match atom:
        case Param() | Derived():
            return one(Derived(atom, "attribute", name))
        case Instance(cls=ClassRef() as cls):
            held = dict(atom.held).get(name)
            if held is not None and not lineage.has_project_attribute(m, lineage.lineage_of(m, cls), name):
                return members.held_or_later(m, atom, cls, name, held)
            if held is None:
                return members.method(m, atom, name) or unknown("not decided by an argument")
    return unknown("not decided by an argument")


def item(value: Value, key: Value, default: Value | None) -> Value:
    """`value[key]`, or with a default `value.get(key, default)`, of containers that are written out in full."""
    return join(_item(atom, key, default) for atom in value)


def _item(atom: Atom, key: Value, default: Value | None) -> Value:
    match atom:
        case Param() | Derived():
            if default is None:
                return one(Derived(atom, "item", "", (key,)))
            return one(Derived(Derived(atom, "attribute", "get"), "call", "", (key, default)))
        case Items(complete=True):
            wanted = literals(key)
            if wanted is not None and len(wanted) == len(key):
                written = dict(atom.keys)
                otherwise = unknown("no such key") if default is None else default
                return join(written.get(k, otherwise) for k in wanted)  # type: ignore[call-overload]
    return unknown("not written out")


def _each(value: Value, name: str) -> Value:
    """What the elements of containers may be that are written out in full."""
    found: list[Value] = []
    for atom in value:
        if isinstance(atom, Param | Derived):
            found.append(one(Derived(atom, "item", name)))
        elif isinstance(atom, Items) and atom.complete:
            found.append(iterated(atom))
        else:
            found.append(unknown("not written out"))
    return join(found)


def result_of_method(m: Machine, value: Value, name: str) -> Value:
    """`value.name()`, as `result`."""
    symbolic = [Derived(atom, "attribute", name) for atom in value if isinstance(atom, Param | Derived)]
    known = frozenset(atom for atom in value if isinstance(atom, Instance | Class_ | Module))
    methods = members.attribute(m, known, name, Context(muted=True), None)
    return join(
        [result(m, frozenset(symbolic) | methods), NOTHING if len(symbolic) + len(known) == len(value) else _CALLED]
    )


def result(m: Machine, callee: Value, awaited: bool = False) -> Value:
    """What a call gives where that is the same whatever it is given: all that the function may return is written out in
    it. A coroutine function that is not `awaited` gives none of that."""
    return join(_result(m, atom, awaited) for atom in callee)


def _result(m: Machine, atom: Atom, awaited: bool) -> Value:
    match atom:
        case Param() | Derived() if depth(atom) <= MAX_STEPS and not _is_part(atom):
            return one(Derived(atom, "call"))
        case Callable_():
            node = find_node(m.store, atom.ref)
            ends = isinstance(node, f.Lambda) or (node is not None and isinstance(node.body[-1], f.Return))
            if ends and function_operation(node) == ("await" if awaited else "call"):
                returns = queries.summary_of(m.store, atom.ref, m.world).returns
                if returns and all(isinstance(found, Literally) for found in returns):
                    return returns
    return _CALLED


def _is_part(atom: Atom) -> bool:
    """Whether this is read from an element of a container: a function that calls itself with parts of what it was given
    would ask about parts of parts without end."""
    while isinstance(atom, Derived):
        if atom.step == "item":
            return True
        atom = atom.base
    return False


def awaited(made: Value) -> Value:
    """What awaiting the result of a call gives, as `result`."""
    return join(one(Derived(atom, "await")) if isinstance(atom, Param | Derived) else _CALLED for atom in made)


def decides(m: Machine, world: World) -> bool:
    """Whether names are replaced in a world whose calls may decide a condition."""
    for kind, holder, name in (key for key, _ in world):
        if isinstance(holder, ClassRef) or kind == "module":
            value = one(Class_(holder)) if isinstance(holder, ClassRef) else one(Module("", str(holder)))
        elif isinstance(holder, Instance) and isinstance(holder.cls, ClassRef):
            value = one(Class_(holder.cls))
        else:
            continue
        found = members.attribute(m, value, name, Context(muted=True), None)
        if result(m, found) != _CALLED or result(m, found, awaited=True) != _CALLED:
            return True
    return False


# --- settling --------------------------------------------------------------------------------------------------------


def settle(m: Machine, guard: Guard, bound: dict[tuple[str, str], Value]) -> Condition | None:
    """A guard of a summary where the arguments are known: it holds, never does, is about our caller's values, or is
    nobody's to tell."""
    left: list[Predicate] = []
    is_open = guard.open
    for predicate in guard.predicates:
        if predicate.check == "raised":
            if not expected(m, predicate.subject):
                left.append(predicate)
            continue
        filled = replace(predicate, subject=resolved(m, predicate.subject, bound))
        if any(isinstance(atom, Param | Derived) for atom in filled.subject):
            if touched(m, filled):
                is_open = True
            else:
                left.append(filled)
            continue
        holds = decided(m, filled)
        if holds:
            return ALWAYS
        is_open = is_open or holds is None
    if left:
        return Condition((Guard(tuple(left), is_open, guard.assumed),))
    return (ALWAYS if guard.assumed else UNSURE) if is_open else NEVER


def unraised(raised: Value, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """The guards behind something that may have raised these exceptions. They are taken to hold, for what may raise
    seldom does, unless a test says that it expects one; where there are many, one less is no harm."""
    new = (Guard((Predicate(frozenset({atom}), "raised", (), False),), False, True) for atom in in_order(raised))
    return (*guards, *(guard for guard in new if guard not in guards))[: max(MAX_RAISED, len(guards))]


def expected(m: Machine, raised: Value) -> bool:
    """Whether the test under evaluation expects this exception where the machine is."""
    return any(is_one_of(m, atom, m.expected) for atom in raised)


def is_one_of(m: Machine, raised: Atom, classes: Value) -> bool:
    """Whether an exception is of one of these classes."""
    cls = raised.ref if isinstance(raised, Class_) else raised.canonical if isinstance(raised, Outside) else ""
    line = lineage.lineage_of(m, cls) if cls and classes else ()
    return any(
        (isinstance(atom, Class_) and atom.ref in line) or (isinstance(atom, Outside) and atom.canonical in line)
        for atom in classes
    )


def touched(m: Machine, predicate: Predicate) -> bool:
    """Whether the predicate asks for the contents of something that was changed, or may have been, since the function
    was entered."""
    if not m.touched:
        return False
    for atom in predicate.subject:
        root, steps = atom, 0
        while isinstance(root, Derived):
            root, steps = root.base, steps + 1
        if isinstance(atom, Derived) and (atom.step == "await" or (atom.step, atom.args) == ("call", ())):
            continue  # the result of a call: only one counts that is the same whatever the contents are
        if isinstance(root, Param) and root.name in m.touched and (steps or predicate.check in ("truthy", "contains")):
            return True
    return False


def resolved(m: Machine, value: Value, bound: dict[tuple[str, str], Value]) -> Value:
    """What conditions may ask of a value where the arguments are known; Unknown where they decide nothing."""
    return join(_resolved_atom(m, atom, bound) for atom in value)


def _resolved_atom(m: Machine, atom: Atom, bound: dict[tuple[str, str], Value]) -> Value:
    match atom:
        case Param():
            return filling.fill_atom(m, atom, bound)
        case Derived(step="attribute"):
            return _read(m, atom, _resolved_atom(m, atom.base, bound), bound)
        case Derived(step="call", base=Derived(step="attribute", name="get") as getter) if len(atom.args) in (1, 2):
            default = atom.args[1] if len(atom.args) == 2 else one(Literally(None))
            return item(_resolved_atom(m, getter.base, bound), _filled(m, atom.args[0], bound), default)
        case Derived(step="item", name=""):
            index = atom.args[0] if atom.args else NOTHING
            return item(_resolved_atom(m, atom.base, bound), _filled(m, index, bound), None)
        case Derived(step="item", name="iterate" | "aiterate"):
            return _each(_resolved_atom(m, atom.base, bound), atom.name)
        case Derived(step="item") if atom.name == SPREAD:
            return filling.fill_atom(m, atom, bound)
        case Derived(step="pick"):
            key = _resolved_atom(m, atom.base, bound)
            symbolic = _only(key)
            if symbolic is not None:
                return one(replace(atom, base=symbolic))
            return item(_filled(m, atom.args[0], bound), key, atom.args[1] if len(atom.args) > 1 else None)
        case Derived(step="as"):
            return _resolved_atom(m, atom.base, bound)
        case Derived(step="having"):
            return members.having(m, _resolved_atom(m, atom.base, bound), atom.name, atom.args[0])
        case Derived(step="choose"):
            return choices.settled(
                m,
                atom,
                _resolved_atom(m, atom.base, bound),
                tuple(_filled(m, value, bound) for value in atom.args),
                bound,
            )
        case Derived(step="has"):
            return members.has(m, _resolved_atom(m, atom.base, bound), atom.name)
        case Derived(step="call"):
            return result(m, filling.fill_atom(m, atom.base, bound))
        case Derived(step="await", base=Derived(step="call") as call):
            return result(m, filling.fill_atom(m, call.base, bound), awaited=True)
        case Derived():
            return _CALLED
    return frozenset({atom})


def _read(m: Machine, atom: Derived, base: Value, bound: dict[tuple[str, str], Value]) -> Value:
    """An attribute of what is known of the base now; for `getattr`, the default where it certainly has none."""
    if not atom.args:
        return attribute(m, base, atom.name)
    return attribute(m, base, atom.name, _filled(m, atom.args[0], bound))


def _only(value: Value) -> Param | Derived | None:
    found = [atom for atom in value if isinstance(atom, Param | Derived)]
    return found[0] if len(found) == len(value) == 1 else None


def _filled(m: Machine, value: Value, bound: dict[tuple[str, str], Value]) -> Value:
    return filling.fill(m, value, bound)


def settled(
    m: Machine, guards: Iterable[Guard], bound: dict[tuple[str, str], Value], known: dict[Guard, Condition | None]
) -> Condition | None:
    """All guards of some work, settled; `known` remembers them for one call."""
    parts: list[Condition | None] = []
    for guard in guards:
        if guard not in known:
            known[guard] = settle(m, guard, bound)
        parts.append(known[guard])
    return both(*parts) if parts else ALWAYS
