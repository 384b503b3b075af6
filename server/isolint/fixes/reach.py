"""What the code under test does that a bridge changes: found by following the names that it mentions.

Only names that resolve to functions and classes of the project are followed. A doubt is no verdict; that nothing of a
coroutine lives longer than the loop it runs in (`loop_free`) is said only where every await in it is known.
"""

from __future__ import annotations

from isolint.catalog.rows import Acts, Wraps
from isolint.fixes.refusals import handles_database_errors, of_loops
from isolint.fixes.walk import root, walk
from isolint.names.resolve import canonical_names, class_attribute, resolve
from isolint.names.symbols import ClassRef, ClassSymbol, FunctionRef, FunctionSymbol
from isolint.placement.functions import bound_names, find
from isolint.placement.inputs import TABLE
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

Doubts = frozenset[tuple[str, str]]
"""Pairs of what is done ("on_commit", "close", "error") and the name of the function that does it."""

_WORDS = {"on_commit": "on_commit", "close_old_connections": "close"}


def _doubts(store: Store, ref: FunctionRef) -> Doubts:
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function):
        return frozenset()
    function = found.node
    local = bound_names(function)
    doubts: set[tuple[str, str]] = set()
    callees: dict[FunctionRef, None] = {}
    if handles_database_errors(store, ref, function):
        doubts.add(("error", ref.name))
    for node in walk(function):
        match node:
            case f.Call(func=f.Attribute(attr="close" | "close_all", value=f.Name(id="connection" | "connections"))):
                doubts.add(("close", ref.name))
            case f.Name(id=word) | f.Attribute(attr=word):
                if word in _WORDS:
                    doubts.add((_WORDS[word], ref.name))
                first = root(node)
                if first is None or first.id in local:
                    continue
                for symbol in resolve(store, ref.path, node):
                    if isinstance(symbol, FunctionSymbol):
                        callees[symbol.ref] = None
    for callee in callees:
        if callee != ref:
            doubts |= doubts_of(store, callee)
    return frozenset(doubts)


doubts_of: Query[FunctionRef, Doubts] = Query("doubts", _doubts, bottom=lambda _: frozenset())
"""What a project function, or one that it names, does to transactions and connections."""


# --- what lives longer than a loop -----------------------------------------------------------------------------------


def _loop_free(store: Store, ref: FunctionRef) -> bool:
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function) or found.around:
        return False
    return is_loop_free(store, ref, found.node)


loop_free: Query[FunctionRef, bool] = Query("loop free", _loop_free, bottom=lambda _: True)
"""Whether a project function works the same whatever loop runs it, and leaves nothing in it: it awaits database work
and functions of that kind alone, and names nothing that belongs to loops, clients or threads."""


def is_loop_free(store: Store, ref: FunctionRef, function: f.Function) -> bool:
    """`loop_free` for facts at hand; a function inside a test has no reference that others could follow."""
    if of_loops(store, ref.path, function, bound_names(function)):
        return False
    local = local_classes(store, ref.path, function)
    for node in walk(function):
        match node:
            case f.With(is_async=True) | f.For(is_async=True) | f.Clause(is_async=True) | f.Yield():
                return False
            case f.Await():
                if not is_known_await(store, ref, function, node, local):
                    return False
            case f.Name() | f.Attribute():
                first = root(node)
                if first is None or first.id in bound_names(function):
                    continue
                for symbol in resolve(store, ref.path, node):
                    if isinstance(symbol, FunctionSymbol) and symbol.ref != ref and not loop_free(store, symbol.ref):
                        return False
    return True


def is_known_await(
    store: Store, ref: FunctionRef, function: f.Function, node: f.Await, local: dict[str, ClassRef]
) -> bool:
    """Whether what is awaited in a function is database work of the catalogue or `loop_free`."""
    call = node.value
    if not isinstance(call, f.Call):
        return False
    bound = bound_names(function)
    if isinstance(call.func, f.Call):  # hop(f)(x)
        first = root(call.func.func)
        table = store.get(TABLE, "")
        names = canonical_names(store, ref.path, call.func.func) if first is not None and first.id not in bound else ()
        rows = [table.get(name) for name in names]
        return bool(rows) and all(isinstance(row, Wraps) and row.when == "await" and row.rule for row in rows)
    if isinstance(call.func, f.Attribute) and call.func.attr in database_words(store):
        return True
    return bool(callees(store, ref, function, call.func, local)) and all(
        loop_free(store, callee) for callee in callees(store, ref, function, call.func, local)
    )


def callees(
    store: Store, ref: FunctionRef, function: f.Function, func: f.Expr, local: dict[str, ClassRef]
) -> tuple[FunctionRef, ...]:
    """The coroutine functions of the project that `func` may stand for; empty when one is not known.

    Methods are looked up on `Class(...)`, and on a name that the function binds once to such a call."""
    found: list[FunctionRef] = []
    first = root(func)
    if first is not None and first.id not in bound_names(function):
        for symbol in resolve(store, ref.path, func):
            if not isinstance(symbol, FunctionSymbol):
                return ()
            found.append(symbol.ref)
    elif isinstance(func, f.Attribute):
        cls = class_of(store, ref.path, function, func.value, local)
        for _, symbol in class_attribute(store, cls, func.attr) if cls is not None else ():
            if not isinstance(symbol, FunctionSymbol):
                return ()
            found.append(symbol.ref)
    nodes = [find(store, one) for one in found]
    if any(n is None or not isinstance(n.node, f.Function) or not n.node.is_async for n in nodes):
        return ()
    return tuple(found)


def class_of(
    store: Store, path: str, function: f.Function, value: f.Expr, local: dict[str, ClassRef]
) -> ClassRef | None:
    """The class of the project that a receiver is an instance of, where that is written out."""
    if isinstance(value, f.Name):
        return local.get(value.id)
    if not isinstance(value, f.Call):
        return None
    first = root(value.func)
    if first is None or first.id in bound_names(function):
        return None
    symbols = resolve(store, path, value.func)
    if len(symbols) == 1 and isinstance(symbols[0], ClassSymbol):
        return symbols[0].ref
    return None


def local_classes(store: Store, path: str, function: f.Function) -> dict[str, ClassRef]:
    """The names that a function binds once, to `Class(...)` of the project."""
    times: dict[str, int] = {}
    classes: dict[str, ClassRef] = {}
    for node in walk(function):
        if isinstance(node, f.Name):
            continue
        if isinstance(node, f.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], f.Name):
            name = node.targets[0].id
            times[name] = times.get(name, 0) + 1
            cls = class_of(store, path, function, node.value, {}) if node.value is not None else None
            if cls is not None:
                classes[name] = cls
    bound_otherwise = {
        n.id
        for node in walk(function)
        if isinstance(node, f.For | f.Clause | f.WithItem | f.Walrus) and node.target is not None
        for n in walk(node.target)
        if isinstance(n, f.Name)
    } | {p.name for p in function.params}
    return {name: cls for name, cls in classes.items() if times[name] == 1 and name not in bound_otherwise}


def _database_words(store: Store, _: str) -> frozenset[str]:
    return frozenset(
        row.name.rpartition(".")[2]
        for row in store.get(TABLE, "").rows()
        if isinstance(row, Acts) and row.when == "await" and row.name.startswith("django.db.")
    )


_words: Query[str, frozenset[str]] = Query("database words", _database_words)


def database_words(store: Store) -> frozenset[str]:
    """The names of Django's async methods of querysets, managers and models."""
    return _words(store, "")
