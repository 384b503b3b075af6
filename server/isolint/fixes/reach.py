"""What the code under test does that a bridge changes: found by following the names that it mentions.

Only names that resolve to functions and classes of the project are followed. A doubt is no verdict; that nothing of a
coroutine lives longer than the loop it runs in (`loop_free`) is said only where every await in it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from isolint.catalog.rows import Acts, Wraps
from isolint.fixes.refusals import handles_database_errors, is_driver, of_drivers, of_loops
from isolint.fixes.walk import root, walk
from isolint.names.resolve import canonical_names, class_attribute, mro, resolve
from isolint.names.scopes import class_facts
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


# --- what drives the application -------------------------------------------------------------------------------------


def _drives(store: Store, ref: FunctionRef) -> frozenset[str]:
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function):
        return frozenset()
    return drivers_of(store, ref.path, found.node)


_drivers: Query[FunctionRef, frozenset[str]] = Query("drivers", _drives, bottom=lambda _: frozenset())


def drivers_of(store: Store, path: str, function: f.Function) -> frozenset[str]:
    """The test clients and communicators that a function makes, itself or in the project functions that it names."""
    found = of_drivers(store, path, function, bound_names(function))
    for symbol in _named(store, path, function):
        found |= _drivers(store, symbol.ref) if isinstance(symbol, FunctionSymbol) else _bases(store, symbol.ref)
    return found


def _bases(store: Store, ref: ClassRef) -> frozenset[str]:
    """The test client or communicator that a class of the project is one of: the nearest, whose own bases say less."""
    for cls in mro(store, ref).classes:
        if isinstance(cls, str):
            if is_driver(cls):
                return frozenset({cls})
            continue
        facts = class_facts(store, cls)
        # A base that is not installed has no class to look up: then its name as it is imported tells.
        for base in facts.bases if facts is not None else ():
            found = of_drivers(store, cls.path, base, frozenset())
            if found:
                return found
    return frozenset()


def drivers_of_fixtures(store: Store, refs: Iterable[FunctionRef]) -> frozenset[str]:
    """The same of fixtures."""
    return frozenset().union(*(_drivers(store, ref) for ref in refs))


def _named(store: Store, path: str, function: f.Function) -> Iterator[FunctionSymbol | ClassSymbol]:
    """The functions and classes of the project that a function names."""
    local = bound_names(function)
    seen: set[FunctionRef | ClassRef] = set()
    for node in walk(function):
        if isinstance(node, f.Name | f.Attribute):
            first = root(node)
            if first is None or first.id in local:
                continue
            for symbol in resolve(store, path, node):
                if isinstance(symbol, FunctionSymbol | ClassSymbol) and symbol.ref not in seen:
                    seen.add(symbol.ref)
                    yield symbol


# --- what lives longer than a loop -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Body:
    """A function's facts with what is known of the names in it: `instances` are those of project classes."""

    path: str
    function: f.Function
    instances: Mapping[str, ClassRef]


def body(store: Store, path: str, function: f.Function, owner: ClassRef | None) -> Body:
    """A function with the names that it binds once to `Class(...)` of the project, and `self` as one of `owner`."""
    instances = _instances(store, path, function)
    static = any(isinstance(d, f.Name) and d.id in ("staticmethod", "classmethod") for d in function.decorators)
    if owner is not None and function.params and not static:
        instances = {function.params[0].name: owner, **instances}
    return Body(path, function, instances)


def _loop_free(store: Store, symbol: FunctionSymbol) -> bool:
    found = find(store, symbol.ref)
    if found is None or not isinstance(found.node, f.Function) or found.around:
        return False
    return is_loop_free(store, body(store, symbol.ref.path, found.node, symbol.owner))


loop_free: Query[FunctionSymbol, bool] = Query("loop free", _loop_free, bottom=lambda _: True)
"""Whether a project function works the same whatever loop runs it, and leaves nothing in it: it awaits database work
and functions of that kind alone, and names nothing that belongs to loops, clients or threads. `owner` is the class of
the receiver."""


def is_loop_free(store: Store, here: Body) -> bool:
    """`loop_free` for facts at hand; a function inside a test has no reference that others could follow."""
    if of_loops(store, here.path, here.function, bound_names(here.function)):
        return False
    is_async = here.function.is_async
    for node in walk(here.function):
        match node:
            case f.With(is_async=True) | f.For(is_async=True) | f.Clause(is_async=True):
                return False
            case f.Yield() if is_async:
                return False
            case f.Await():
                if not _awaits_bound_hop(store, here, node) and not is_known_await(store, here, node):
                    return False
    called: list[FunctionSymbol] = []
    for symbol in _named(store, here.path, here.function):
        if isinstance(symbol, FunctionSymbol):
            called.append(FunctionSymbol(symbol.ref))
        else:  # an object may take hold of the loop in which it is made
            made = (init for _, init in class_attribute(store, symbol.ref, "__init__"))
            called += (FunctionSymbol(init.ref, symbol.ref) for init in made if isinstance(init, FunctionSymbol))
    return all(loop_free(store, symbol) for symbol in called)


def needs_a_loop(store: Store, path: str, function: f.Function) -> str:
    """The function or class of the project that a function names and that may need a running loop; "" for none."""
    for symbol in _named(store, path, function):
        if isinstance(symbol, FunctionSymbol):
            methods = [FunctionSymbol(symbol.ref)]
        else:
            made = class_attribute(store, symbol.ref, "__init__")
            methods = [FunctionSymbol(m.ref, symbol.ref) for _, m in made if isinstance(m, FunctionSymbol)]
        if not all(loop_free(store, method) for method in methods):
            return symbol.ref.name
    return ""


def is_known_await(store: Store, here: Body, node: f.Await) -> bool:
    """Whether what is awaited in a function is database work of the catalogue or `loop_free`."""
    call = node.value
    if not isinstance(call, f.Call):
        return False
    if isinstance(call.func, f.Call):  # hop(f)(x)
        return _is_hop(store, here.path, call.func.func, bound_names(here.function))
    if isinstance(call.func, f.Attribute) and call.func.attr in _database_words(store, ""):
        return True
    found = _callees(store, here, call.func)
    return bool(found) and all(loop_free(store, callee) for callee in found)


def _awaits_bound_hop(store: Store, here: Body, node: f.Await) -> bool:
    """Whether a name is called that the function binds once: by a `def` whose decorators wrap it so that it is to be
    awaited, or to what such a wrapper gives."""
    if not isinstance(node.value, f.Call) or not isinstance(node.value.func, f.Name):
        return False
    local, name = bound_names(here.function), node.value.func.id
    if name not in local or any(p.name == name for p in here.function.params):
        return False
    bound = 0
    wraps = False
    for inside in walk(here.function):
        match inside:
            case f.Function() if inside.name == name:
                called = [d.func if isinstance(d, f.Call) else d for d in inside.decorators]
                wraps = bool(called) and all(_is_hop(store, here.path, one, local) for one in called)
                bound += 1
            case f.Assign(targets=(f.Name(id=word),), value=f.Call(func=func)) if word == name:
                wraps = _is_hop(store, here.path, func, local)
                bound += 1
            case f.Assign(targets=targets) | f.Delete(targets=targets):
                bound += sum(isinstance(n, f.Name) and n.id == name for t in targets for n in walk(t))
            case f.For() | f.Clause() | f.WithItem() | f.Walrus() if inside.target is not None:
                bound += sum(isinstance(n, f.Name) and n.id == name for n in walk(inside.target))
    return wraps and bound == 1


def _is_hop(store: Store, path: str, expr: f.Expr, local: frozenset[str]) -> bool:
    """Whether a callable is one of the catalogue's that wrap a function so that it is to be awaited."""
    first = root(expr)
    if first is None or first.id in local:
        return False
    table = store.get(TABLE, "")
    rows = [table.get(name) for name in canonical_names(store, path, expr)]
    return bool(rows) and all(isinstance(row, Wraps) and row.when == "await" and row.rule for row in rows)


def _callees(store: Store, here: Body, func: f.Expr) -> tuple[FunctionSymbol, ...]:
    """The functions of the project that `func` may stand for, when each gives something to await; else empty.

    Methods are looked up on `Class(...)`, and on names of such instances."""
    found: list[FunctionSymbol] = []
    first = root(func)
    if first is not None and first.id not in bound_names(here.function):
        for symbol in resolve(store, here.path, func):
            if not isinstance(symbol, FunctionSymbol):
                return ()
            found.append(symbol)
    elif isinstance(func, f.Attribute):
        cls = _class_of(store, here, func.value)
        for _, symbol in class_attribute(store, cls, func.attr) if cls is not None else ():
            if not isinstance(symbol, FunctionSymbol):
                return ()
            found.append(FunctionSymbol(symbol.ref, cls))
    return tuple(found) if all(_gives_awaitable(store, symbol.ref) for symbol in found) else ()


def _gives_awaitable(store: Store, ref: FunctionRef) -> bool:
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function):
        return False
    # What a class method makes of its class is not known.
    decorators = [d for d in found.node.decorators if not (isinstance(d, f.Name) and d.id == "staticmethod")]
    if not decorators:
        return found.node.is_async and not found.node.is_generator
    called = [d.func if isinstance(d, f.Call) else d for d in decorators]
    return all(_is_hop(store, ref.path, one, frozenset()) for one in called)


def _class_of(store: Store, here: Body, value: f.Expr) -> ClassRef | None:
    """The class of the project that a receiver is an instance of, where that is written out."""
    if isinstance(value, f.Name):
        return here.instances.get(value.id)
    if not isinstance(value, f.Call):
        return None
    first = root(value.func)
    if first is None or first.id in bound_names(here.function):
        return None
    symbols = resolve(store, here.path, value.func)
    if len(symbols) == 1 and isinstance(symbols[0], ClassSymbol):
        return symbols[0].ref
    return None


def _instances(store: Store, path: str, function: f.Function) -> dict[str, ClassRef]:
    times: dict[str, int] = {}
    classes: dict[str, ClassRef] = {}
    otherwise = {p.name for p in function.params}
    here = Body(path, function, {})
    for node in walk(function):
        match node:
            case f.Assign(targets=(f.Name(id=name),), value=value) if value is not None:
                times[name] = times.get(name, 0) + 1
                cls = _class_of(store, here, value)
                if cls is not None:
                    classes[name] = cls
            case f.Assign(targets=targets):
                otherwise |= {n.id for t in targets for n in walk(t) if isinstance(n, f.Name)}
            case f.For() | f.Clause() | f.WithItem() | f.Walrus() if node.target is not None:
                otherwise |= {n.id for n in walk(node.target) if isinstance(n, f.Name)}
    return {name: cls for name, cls in classes.items() if times[name] == 1 and name not in otherwise}


def _words_of_rows(store: Store, _: str) -> frozenset[str]:
    return frozenset(
        row.name.rpartition(".")[2]
        for row in store.get(TABLE, "").rows()
        if isinstance(row, Acts) and row.when == "await" and row.name.startswith("django.db.")
    )


_database_words: Query[str, frozenset[str]] = Query("database words", _words_of_rows)
"""The names of Django's async methods of querysets, managers and models."""
