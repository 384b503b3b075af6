"""Signals: which functions are connected to one, and what sending it calls.

Connecting is noted like a patch, so what a fixture, a helper or a test connects belongs to the world in which the test
is evaluated again. What the project connects when Django starts stands for all tests: in the modules of signals and
models, and in what the project's `AppConfig`s import and do when they are ready. A receiver whose sender is another
one, or cannot be told, is left out; so is one that nobody can name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from isolint.catalog.places import BRIDGE, IDENTITY, IN_LOOP, Route
from isolint.catalog.rows import Connects, Sends
from isolint.names.inputs import FACTS, MEMBERS, PROJECT, STATEMENTS
from isolint.names.scopes import bound, walk_statements
from isolint.names.symbols import ClassSymbol, FunctionRef, FunctionSymbol, Site
from isolint.placement import members, queries
from isolint.placement.context import Context, Keywords
from isolint.placement.functions import find_node, function_operation
from isolint.placement.inputs import TABLE
from isolint.placement.registering import REGISTERED, connections, home_of, imported, key_of
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    CutKey,
    Deferred,
    Derived,
    Instance,
    Items,
    Literally,
    Outside,
    Param,
    Patch,
    Plain,
    Unknown,
    Value,
    World,
)
from isolint.placement.values import NOTHING, PLAIN, in_order, join, one
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

RECEIVERS = f"{REGISTERED}receivers of a signal"
"""The name under which a patch, and a world, has what is connected."""

# --- connecting ------------------------------------------------------------------------------------------------------


def connect(
    m: Machine,
    row: Connects,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    args: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """A function is connected to a signal, or to several; gives the function. What is still without one waits for it,
    as a decorator does."""
    named = dict(keywords)
    at = _position(row, named)
    receiver = args[at] if len(args) > at else named.get("receiver", NOTHING)
    if row.signal is None:
        signals = one(atom.receiver) if atom.receiver is not None else NOTHING
        sender = args[at + 1] if len(args) > at + 1 else named.get("sender", NOTHING)
    else:
        signals = named.get("signal") or (args[row.signal] if len(args) > row.signal else NOTHING)
        sender = named.get("sender", NOTHING)
    inside = join(a.element for a in signals if isinstance(a, Items))
    value = one(Items(receiver, (("sender", sender),)))
    for signal in (*signals, *inside):
        if isinstance(signal, Outside | Instance | Param | Derived):
            m.patch(Patch(one(signal), one(Literally(RECEIVERS)), value, site, ctx.always, cuts=False))
    return receiver


def is_without_receiver(row: Connects, args: tuple[Value, ...], named: Mapping[str, Value]) -> bool:
    """Whether the function is still to come."""
    return len(args) <= _position(row, named) and "receiver" not in named


def _position(row: Connects, named: Mapping[str, Value]) -> int:
    return row.receiver - (row.signal is not None and "signal" in named)


# --- what the project connects ---------------------------------------------------------------------------------------


def _connected_in(store: Store, path: str) -> World:
    from isolint.placement import body  # evaluation asks these questions in turn
    from isolint.placement.machine import Machine

    machine = Machine(store, path)
    methods = {row.name.rpartition(".")[2] for row in store.get(TABLE, "").rows() if isinstance(row, Connects)}
    for item in store.get(STATEMENTS, (path, ())):
        statements = tuple(s for s in store.get(FACTS, (path, item.key)) if _calls(s, methods))
        if statements:
            body.execute_module(machine, FunctionRef(path, item.key, -1, ""), statements)
    for item in store.get(MEMBERS, (path, ())):
        for symbol in bound(store, path, item.name) if item.kind == "function" and item.name else ():
            if isinstance(symbol, FunctionSymbol) and _connects(store, symbol.ref):
                for patch in queries.decorator_patches(store, symbol.ref):
                    machine.patch(patch)
    return connections(machine.patches.values())


connected_in: Query[str, World] = Query("connected in module", _connected_in, bottom=lambda path: ())
"""Key: a module of the project. What importing it connects to signals."""


def _calls(statement: f.Stmt, methods: set[str]) -> bool:
    """Whether a statement calls a method of one of these names."""
    match statement:
        case f.Evaluate(value=f.Call(func=f.Attribute(attr=name))):
            return name in methods
        case f.If() | f.For() | f.With() | f.Try():
            return any(_calls(inner, methods) for inner in walk_statements((statement,)) if inner is not statement)
    return False


def _connects(store: Store, ref: FunctionRef) -> bool:
    """Whether a decorator of a function connects it."""
    table = store.get(TABLE, "")
    return any(isinstance(table.get(name), Connects) for name in queries.decorators(store, ref))


def _connected_at_start(store: Store, _: str) -> World:
    from isolint.placement.machine import Machine

    found: dict[CutKey, Value] = {}
    for path in sorted(path for path in store.get(PROJECT, "").files if path.endswith("/apps.py")):
        machine = Machine(store, path)
        for item in store.get(MEMBERS, (path, ())):
            for symbol in bound(store, path, item.name) if item.kind == "class" and item.name else ():
                if isinstance(symbol, ClassSymbol):
                    ready = members.attribute(machine, one(Instance(symbol.ref)), "ready", Context(muted=True), None)
                    for atom in ready:
                        if isinstance(atom, Callable_):
                            machine.replay(queries.summary(store, atom.ref), {}, Context(muted=True), "call")
        worlds = [connections(machine.patches.values())]
        worlds += [connected_in(store, module) for module in (path, *imported(store, path))]
        for key, value in (part for world in worlds for part in world):
            found[key] = join([found.get(key, NOTHING), value])
    return tuple(sorted(found.items(), key=repr))


connected_at_start: Query[str, World] = Query("connected at start", _connected_at_start, bottom=lambda _: ())
"""Key: the empty string. What the project's `AppConfig`s connect, or what they import does (django/apps/config.py)."""


# --- sending ---------------------------------------------------------------------------------------------------------


def send(
    m: Machine,
    row: Sends,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    label: str,
    args: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """What sending a signal calls: at once, or when the result is awaited."""
    named = dict(keywords)
    sender = args[0] if args else named.get("sender", NOTHING)
    if atom.receiver is None:
        return PLAIN
    given = (("signal", one(atom.receiver)), *sorted((named | {"sender": sender}).items()))
    found = list(_receivers(m, atom.receiver, sender, home_of(atom.receiver)[0]))
    if row.when == "call":
        for receiver in found:
            m._run(_work(m, receiver, given, row.route, BRIDGE, row.name, "call"), ctx, site, label)
        return PLAIN
    made = [one(_work(m, receiver, given, row.route, IN_LOOP, row.name, "await")) for receiver in found]
    return join(made) if made else PLAIN


def sent(m: Machine, signal: str, route: Route, coroutine: Route, row: str) -> list[Value]:
    """What waits to be awaited where Django itself sends one of its signals, whose sender nobody names."""
    outside = Outside(signal, signal)
    given = (("signal", one(outside)), ("sender", PLAIN))
    return [
        one(_work(m, receiver, given, route, coroutine, row, "await"))
        for receiver in _receivers(m, outside, NOTHING, "")
    ]


def sent_by_model(
    m: Machine, signals: tuple[str, ...], model: Atom | None, created: bool, ctx: Context, site: Site | None
) -> None:
    """What a model's own signals call. What stays where the model's own work is adds nothing to that work: receivers
    that do not go elsewhere are not followed."""
    if not isinstance(model, Class_) or ctx.muted:
        return
    for name in signals:
        outside = Outside(name, name)
        given = (
            ("signal", one(outside)),
            ("sender", one(model)),
            ("instance", one(Instance(model.ref))),
            ("created", one(Literally(True)) if created else PLAIN),
            ("raw", one(Literally(False))),
            ("using", PLAIN),
            ("update_fields", PLAIN),
        )
        for receiver in _receivers(m, outside, one(model), model.ref.path):
            if _goes_elsewhere(m, receiver):
                work = _work(m, receiver, given, IDENTITY, BRIDGE, "", "call")
                m._run(work, ctx, site, name.rpartition(".")[2])


def _goes_elsewhere(m: Machine, receiver: Callable_) -> bool:
    summary = queries.summary_of(m.store, receiver.ref, m.world)
    return any(effect.route != IDENTITY for effect in summary.effects) or any(use.hop for use in summary.uses)


def _receivers(m: Machine, signal: Atom, sender: Value, home: str) -> Iterator[Callable_]:
    """The functions that are called for this sender."""
    key = key_of(signal, RECEIVERS)
    if key is None:
        return
    worlds = [connected_at_start(m.store, ""), m.world]
    if home:
        worlds.append(connected_in(m.store, home))
    found = dict.fromkeys(atom for world in worlds for atom in in_order(dict(world).get(key, NOTHING)))
    seen: set[Callable_] = set()
    for atom in found:
        if not isinstance(atom, Items) or not _is_of(dict(atom.keys).get("sender", NOTHING), sender):
            continue
        for receiver in in_order(atom.element):
            if isinstance(receiver, Callable_) and receiver not in seen:
                seen.add(receiver)
                yield receiver


def _is_of(wanted: Value, sender: Value) -> bool:
    """Whether what is connected for one sender is called for another."""
    if not wanted or wanted == one(Literally(None)):
        return True
    if any(isinstance(atom, Unknown | Plain | Param | Derived) for atom in (*wanted, *sender)):
        return False
    return bool(wanted & sender)


def _work(
    m: Machine,
    receiver: Callable_,
    given: Keywords,
    plain: Route,
    coroutine: Route,
    row: str,
    when: Literal["call", "await"],
) -> Deferred:
    """A receiver that is called, or awaited, when the signal is sent."""
    operated: Literal["call", "await"] = when
    work = Deferred(operated, one(receiver), "call", (), given, plain, row)
    if function_operation(find_node(m.store, receiver.ref)) == "await":
        return replace(work, then="call-await", route=coroutine, row="")
    return work
