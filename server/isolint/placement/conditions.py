"""What must hold for a branch to be taken, as far as the expression of a test says it: conditions over the names of one
function and what calls give for them.

How conditions combine, and what a call decides about them, is `guards.py`; the branches themselves are `body.py`.
"""

from __future__ import annotations

from typing import Literal, Protocol

from isolint.names.resolve import lookup_or_builtin, resolve
from isolint.names.symbols import External
from isolint.placement import guards, members
from isolint.placement.guards import ALWAYS, NEVER, UNSURE, Condition, both, either
from isolint.placement.machine import Machine
from isolint.placement.shapes import Literally, Param, Predicate, Value
from isolint.placement.values import NOTHING, join, one
from isolint.placement.values import narrowed as narrowed_to
from isolint.syntax import facts as f

Check = Literal["truthy", "callable", "is", "equals", "contains"]


class Names(Protocol):
    """The names of a function that is being evaluated."""

    env: dict[str, Value]
    local: frozenset[str]
    around: frozenset[str]
    machine: Machine


def condition_of(names: Names, test: f.Expr, wanted: bool = True) -> Condition | None:
    """What must hold for a test to come out as `wanted`."""
    match test:
        case f.Constant():
            return ALWAYS if bool(test.value) == wanted else NEVER
        case f.Operation(kind="unary", operator="not", operands=(inner,)):
            return condition_of(names, inner, not wanted)
        case f.Choice(test=None):
            parts = [condition_of(names, option, wanted) for option in test.options]
            return both(*parts) if (test.operator == "and") == wanted else either(*parts)
        case f.Operation(kind="compare", operands=(left, right)):
            return _compared(names, test.operator, left, right, wanted)
        case f.Call(func=f.Name(id="callable") as asks, args=(inner,), keywords=()) if _is_builtin(names, asks.id):
            return _asks(names, inner, "callable", (), wanted)
    return _asks(names, test, "truthy", (), wanted)


def matched(names: Names, subject: f.Expr, case: f.Case, wanted: bool = True) -> Condition | None:
    """What must hold for a case of a `match` to be taken (or not) where it is come to."""
    parts: list[Condition | None] = [ALWAYS if wanted else NEVER]
    if case.values is None:
        parts.append(UNSURE)
    elif case.values:
        # None, True and False are matched by identity (language reference, 8.6.4.4), which is not kept of a mixture.
        check: Check = "is" if all(value is None or isinstance(value, bool) for value in case.values) else "equals"
        parts.append(_asks(names, subject, check, case.values, wanted))
    if case.guard is not None:
        parts.append(condition_of(names, case.guard, wanted))
    return both(*parts) if wanted else either(*parts)


def _compared(names: Names, operator: str, left: f.Expr, right: f.Expr, wanted: bool) -> Condition | None:
    """The condition of a comparison with literals."""
    holds = wanted == (operator in ("is", "==", "in"))
    if operator in ("in", "not in"):
        if isinstance(left, f.Constant):
            return _asks(names, right, "contains", (left.value,), holds)
        written = [i.value for i in right.items if isinstance(i, f.Constant)] if isinstance(right, f.Collection) else []
        if written and len(written) == len(right.items):  # type: ignore[union-attr]
            return _asks(names, left, "equals", tuple(written), holds)
    if operator in ("is", "is not", "==", "!="):
        if isinstance(left, f.Constant):
            left, right = right, left
        if isinstance(right, f.Constant):
            return _asks(names, left, "is" if operator.startswith("is") else "equals", (right.value,), holds)
    return UNSURE


def _asks(names: Names, expr: f.Expr, check: Check, against: tuple[f.Written, ...], wanted: bool) -> Condition | None:
    """The condition that what an expression stands for answers a question as wanted."""
    subject = _subject(names, expr)
    if subject is None:
        return UNSURE
    predicate = Predicate(subject, check, against, wanted)
    return UNSURE if guards.touched(names.machine, predicate) else guards.asked(names.machine, predicate)


def _subject(names: Names, expr: f.Expr) -> Value | None:
    """What an expression stands for, as far as it is about names of this function and what they were given: only
    that is decided by a call. None for everything else."""
    match expr:
        case f.Name() if expr.id in names.env:
            return names.env[expr.id]
        case f.Name() if expr.id in names.around and expr.id not in names.local:
            return one(Param(expr.id, "free"))
        case f.Walrus():
            return _subject(names, expr.target)
        case f.Attribute():
            base = _subject(names, expr.value)
            return None if base is None else guards.attribute(names.machine, base, expr.attr)
        case f.Subscript(index=f.Constant() as index):
            base = _subject(names, expr.value)
            return None if base is None else guards.item(base, one(Literally(index.value)), None)
        case f.Call(func=f.Name(id="hasattr") as asks, args=(object_, f.Constant(value=str() as name)), keywords=()):
            base = _subject(names, object_) if _is_builtin(names, asks.id) else None
            return None if base is None else members.has(names.machine, base, name)
        case f.Call(
            func=f.Name(id="getattr") as asks, args=(object_, f.Constant(value=str() as name), *rest), keywords=()
        ):
            base = _subject(names, object_) if _is_builtin(names, asks.id) else None
            default = _subject_or_literal(names, rest[0]) if rest else NOTHING
            return None if base is None or default is None else guards.attribute(names.machine, base, name, default)
        case f.Call(func=f.Attribute(attr="get") as getter, args=(f.Constant() as key, *rest), keywords=()):
            base = _subject(names, getter.value)
            default = one(Literally(None)) if not rest else _subject_or_literal(names, rest[0])
            return None if base is None or default is None else guards.item(base, one(Literally(key.value)), default)
        case f.Call(func=f.Attribute() as method):
            base = _subject(names, method.value)
            return None if base is None else guards.result_of_method(names.machine, base, method.attr)
        case f.Call(func=f.Name() as called):
            callee = _subject(names, called)
            return None if callee is None else guards.result(names.machine, callee)
        case f.Await(value=f.Call() as call):
            made = _subject(names, call)
            return None if made is None else guards.awaited(made)
    return None


def _is_builtin(names: Names, name: str) -> bool:
    """Whether a name is not bound by the function, those around it, or the module."""
    if name in names.local or name in names.around:
        return False
    machine = names.machine
    return lookup_or_builtin(machine.store, machine.path, name) == (External(f"builtins.{name}"),)


def narrowed(names: Names, test: f.Expr, wanted: bool = True) -> dict[str, Value]:
    """The names of which a test that comes out as `wanted` says something. That they are data (`isinstance(name,
    dict)`): working on it reaches no database, whatever it is. Or whether they have an attribute (`hasattr`)."""
    match test:
        case f.Operation(kind="unary", operator="not", operands=(inner,)):
            return narrowed(names, inner, not wanted)
        case f.Choice(test=None) if (test.operator == "and") == wanted:
            return {name: value for option in test.options for name, value in narrowed(names, option, wanted).items()}
        case f.Call(func=f.Name(id="isinstance") as asks, args=(f.Name(id=name), types), keywords=()) if wanted:
            kinds = _kinds(names, types) if name in names.env and _is_builtin(names, asks.id) else None
            if kinds:
                return {name: join(narrowed_to(names.env[name], kind) for kind in sorted(kinds))}
        case f.Call(
            func=f.Name(id="hasattr") as asks, args=(f.Name(id=name), f.Constant(value=str() as attr)), keywords=()
        ):
            if name in names.env and _is_builtin(names, asks.id):
                return {name: members.having(names.machine, names.env[name], attr, one(Literally(wanted)))}
        case f.Call(
            func=f.Name(id="callable") as asks,
            args=(f.Call(func=f.Name(id="getattr") as reads, args=(f.Name() as object_, f.Constant() as attr, *_)),),
        ) if wanted and _is_builtin(names, asks.id) and _is_builtin(names, reads.id):
            return narrowed(names, f.Call(f.Name("hasattr", asks.span), (object_, attr), (), test.span))
    return {}


def _kinds(names: Names, types: f.Expr) -> set[str] | None:
    """The kinds of data that these types are; None when one of them is something else."""
    written = types.items if isinstance(types, f.Collection) else (types,)
    kinds: set[str] = set()
    for one_type in written:
        known = one_type.id if isinstance(one_type, f.Name) and _is_builtin(names, one_type.id) else ""
        if isinstance(one_type, f.Name | f.Attribute) and not known:
            symbols = resolve(names.machine.store, names.machine.path, one_type)
            known = symbols[0].dotted if len(symbols) == 1 and isinstance(symbols[0], External) else ""
        if known not in DATA_TYPES:
            return None
        kinds.add(DATA_TYPES[known])
    return kinds


DATA_TYPES = {
    **dict.fromkeys(("str", "int", "float", "bool", "bytes", "bytearray", "complex", "decimal.Decimal"), "scalar"),
    **dict.fromkeys(("datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta"), "scalar"),
    **dict.fromkeys(("uuid.UUID", "pathlib.Path"), "scalar"),
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "collections.deque"), "sequence"),
    **dict.fromkeys(("dict", "collections.OrderedDict", "collections.defaultdict"), "mapping"),
}
"""Types whose objects hold what they hold, and fetch nothing."""


def _subject_or_literal(names: Names, expr: f.Expr) -> Value | None:
    return one(Literally(expr.value)) if isinstance(expr, f.Constant) else _subject(names, expr)
