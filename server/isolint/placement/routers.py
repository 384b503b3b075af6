"""Routers: which functions are registered at one, below which paths, and which of them answers a request.

A router is an object that is told from its like by where it was made. What is registered at it is collected like the
receivers of signals: from the module that made it, what that imports, and what the module imports that asks; where a
function made it, from that function; and from the world of the test. Where such functions run is said by rows
(`Dispatches`), what calls them is `requests`' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isolint.catalog.routers import DEPENDS, MOUNT, ROUTE
from isolint.catalog.rows import Answers, Dispatches, Mounts
from isolint.names.inputs import FACTS, SCOPE, STATEMENTS
from isolint.names.scopes import class_facts, class_scope, owner_of, walk_statements
from isolint.names.symbols import ClassRef, FunctionRef, FunctionSymbol, Site, ValueSymbol
from isolint.placement import lineage, queries, urls
from isolint.placement.context import Context
from isolint.placement.functions import find_node, function_operation
from isolint.placement.inputs import TABLE
from isolint.placement.registering import OVERRIDDEN, REGISTERED, connections, home_of, imported, key_of
from isolint.placement.shapes import (
    Callable_,
    Class_,
    CutKey,
    Hop,
    Instance,
    Items,
    Literally,
    Outside,
    Patch,
    Text,
    Value,
    World,
)
from isolint.placement.values import NOTHING, bind, in_order, join, literals, one
from isolint.pytest_model.functions import header
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

ANSWERED = f"{REGISTERED}function of a router"
MOUNTED = f"{REGISTERED}router of a router"
"""The beginnings of the names under which a patch, and a world, has what is registered at a router."""
HERE: Value = one(Outside(REGISTERED, REGISTERED))
"""The holder of what functions in the body of a class are registered for."""
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
MAX_MOUNTED = 8
"""Routers within routers that are followed."""
_STAYS: Dispatches = Dispatches("")


@dataclass(frozen=True, slots=True)
class Operation:
    """What answers below a path: `function`, or, `mounted`, an application. `path` is None where it is not written out,
    `methods` empty where any will do; `before` is called first; `beside`: a coroutine function answers at the same
    path."""

    path: str | None
    methods: frozenset[str]
    function: Value
    before: tuple[Value, ...] = ()
    by: Dispatches = _STAYS
    mounted: bool = False
    beside: bool = False


# --- registering -----------------------------------------------------------------------------------------------------


def answer(
    m: Machine,
    row: Answers,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    args: tuple[Value, ...],
    named: Mapping[str, Value],
) -> Value:
    """A function is registered at a router; gives the function."""
    if row.applied:
        args, function = args[:-1], args[-1] if args else NOTHING
    else:
        assert row.function is not None
        function = args[row.function] if len(args) > row.function else named.get(row.keyword, NOTHING)
    verb = row.name.removesuffix("()").rpartition(".")[2].removeprefix("http_")
    if verb in VERBS:
        methods = one(Literally(verb))
    else:
        methods = args[row.methods] if 0 <= row.methods < len(args) else named.get("methods", NOTHING)
    path = args[row.path] if len(args) > row.path else named.get("path", NOTHING)
    given = (("methods", methods), ("path", path), *_before(named))
    holder = one(atom.receiver) if isinstance(atom.receiver, Instance) else HERE if row.of_class else NOTHING
    if holder:
        name = one(Literally(f"{ANSWERED} {sorted(map(str, literals(path) or ()))} {_methods(methods)} {_at(site)}"))
        m.patch(Patch(holder, name, one(Items(function, given)), site, ctx.always, cuts=False))
    return function


def mount(
    m: Machine,
    row: Mounts,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    args: tuple[Value, ...],
    named: Mapping[str, Value],
) -> Value:
    """A router, or an application, is put below a path of another one."""
    given_here = args[row.what] if 0 <= row.what < len(args) else named.get(row.keyword, NOTHING)
    what = join(args) if row.what < 0 else given_here
    prefix = args[row.prefix] if 0 <= row.prefix < len(args) else named.get("prefix", named.get("path", NOTHING))
    given = (("path", prefix or one(Literally(""))), *_before(named))
    if atom.receiver is not None:
        name = one(Literally(f"{MOUNTED} {_at(site)}"))
        m.patch(Patch(one(atom.receiver), name, one(Items(what, given)), site, ctx.always, cuts=False))
    return one(Literally(None))


def _before(named: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    return tuple((name, named[name]) for name in ("auth", "dependencies") if name in named)


def _at(site: Site | None) -> str:
    return f"{site.path} {site.chunk} {site.start}" if site is not None else ""


def _methods(value: Value) -> frozenset[str]:
    """The names of methods, alone or in a list, in small letters."""
    found: set[str] = set()
    for atom in value:
        inside = (v for _, v in atom.keys) if isinstance(atom, Items) else (one(atom),)
        found |= {str(text).lower() for inner in inside for text in literals(inner) or ()}
    return frozenset(found)


def _registered_in(store: Store, path: str) -> World:
    from isolint.placement import body  # evaluation asks these questions in turn
    from isolint.placement.machine import Machine

    machine = Machine(store, path)
    rows = [row for row in store.get(TABLE, "").rows() if isinstance(row, Answers | Mounts)]
    words = frozenset(row.name.removesuffix("()").rpartition(".")[2] for row in rows)
    for item in store.get(STATEMENTS, (path, ())):
        statements = tuple(s for s in store.get(FACTS, (path, item.key)) if _registers(s, words))
        if statements:
            body.execute_module(machine, FunctionRef(path, item.key, -1, ""), statements)
    scope = store.get(SCOPE, path)
    for binding in scope.bindings if scope is not None else ():
        symbol = binding.bound
        if not isinstance(symbol, FunctionSymbol) or symbol.ref.path != path:
            continue
        function = header(store, symbol.ref)
        written = tuple(d for d in (() if function is None else function.decorators) if _is_call_of(d, words))
        if written:
            value = queries.decorated(store, symbol)
            for patch in body.patches_of_decorators(store, path, symbol.ref.chunk, written, None, value):
                machine.patch(patch)
    return connections(machine.patches.values())


registered_in: Query[str, World] = Query("registered in module", _registered_in, bottom=lambda path: ())
"""Key: a module of the project. What importing it registers at routers."""


def _registers(statement: f.Stmt, words: frozenset[str]) -> bool:
    """Whether a statement calls a method of one of these names."""
    match statement:
        case f.Evaluate(value=f.Call() as call):
            return _is_call_of(call, words) or any(isinstance(arg, f.Name) for arg in call.args)
        case f.If() | f.For() | f.With() | f.Try():
            return any(_registers(inner, words) for inner in walk_statements((statement,)) if inner is not statement)
    return False


def _is_call_of(expr: f.Expr, words: frozenset[str]) -> bool:
    match expr:
        case f.Call(func=f.Attribute(attr=name)):
            return name in words
        case f.Call(func=f.Call() as made):
            return _is_call_of(made, words)
    return False


def _registered_by(store: Store, key: tuple[str, str]) -> World:
    path, chunk = key
    found: dict[CutKey, Value] = {}
    scope = store.get(SCOPE, path)
    for binding in scope.bindings if scope is not None else ():
        symbol = binding.bound
        if isinstance(symbol, FunctionSymbol) and symbol.ref.chunk == chunk:
            for part, value in connections(queries.summary(store, symbol.ref).patches):
                found[part] = join([found.get(part, NOTHING), value])
    return tuple(sorted(found.items(), key=repr))


registered_by: Query[tuple[str, str], World] = Query("registered by function", _registered_by, bottom=lambda key: ())
"""Key: a chunk. What the function in it registers at routers."""


# --- what answers ----------------------------------------------------------------------------------------------------


def dispatcher(m: Machine, atom: object) -> Dispatches | None:
    """The row of a router; None for what is none."""
    match atom:
        case Instance(cls=cls):
            names = [name for name in lineage.lineage_of(m, cls) if isinstance(name, str)]
        case Class_(ref=ref):
            line = lineage.lineage_of(m, ref)
            names = [name for name in line if isinstance(name, str)]
            names += [
                name for cls in line if isinstance(cls, ClassRef) for name in queries.class_decorators(m.store, cls)
            ]
        case _:
            return None
    return next((m.table.dispatches[name] for name in names if name in m.table.dispatches), None)


def answering(
    m: Machine, router: Instance | Class_, path: Value, verbs: tuple[str, ...]
) -> list[tuple[Operation, str]] | str:
    """What may answer a request, each with the path that is left for it; or why that is not known."""
    known = list(_operations(m, router, "", (), {m.path: None}, 0))
    if not known:
        return "what its router answers is not known"
    found: dict[int, tuple[Operation, str]] = {}
    for atom in in_order(path):
        match atom:
            case Literally(value=str() as text):
                texts: tuple[str, ...] = (text,)
            case Text():
                texts = tuple(sample.join(atom.parts) for sample in urls.SAMPLES)
            case _:
                only = [operation for operation in known if _takes(operation, verbs)]
                if len(only) != 1 or only[0].mounted:
                    return "its path is not written out"
                found[id(only[0])] = (only[0], "")
                continue
        matches = [_matching(known, text, verbs) for text in texts]
        for matched in matches:
            for operation, rest in matched or ():
                found.setdefault(id(operation), (operation, rest))
        if len(texts) > 1 and len(found) > 1:
            return "more than one function may answer its path"
        if all(matched is None for matched in matches):
            return "no function that answers its path is known"
    return list(found.values())


def _takes(operation: Operation, verbs: tuple[str, ...]) -> bool:
    return not operation.methods or bool(operation.methods & set(verbs))


def _matching(known: list[Operation], text: str, verbs: tuple[str, ...]) -> list[tuple[Operation, str]] | None:
    """The operations of the pattern that fits a path best, None where none does. In which order patterns stand is not
    known; where they overlap, the one with fewer holes stands first, or would never answer."""
    path = re.sub(r"^[a-z]+://[^/]*", "", text).partition("?")[0].partition("#")[0].lstrip("/")
    if len(path) > urls.MAX_PATH:
        return None
    turned = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    for tried in (path, turned):
        fitting: list[tuple[int, Operation, str]] = []
        for operation in known:
            holes, rest = _fit(operation, tried)
            if holes >= 0:
                fitting.append((holes, operation, rest))
        for mounted in (False, True):
            some = [part for part in fitting if part[1].mounted is mounted]
            least = min((holes for holes, _, _ in some), default=-1)
            best = [(operation, rest) for holes, operation, rest in some if holes == least]
            taking = [(operation, rest) for operation, rest in best if _takes(operation, verbs)]
            if taking:
                return taking
            others = [
                (operation, rest) for _, operation, rest in some if operation.by.adds and _takes(operation, verbs)
            ]
            if best:
                return others  # none: another method answers there (405)
    return None


def _fit(operation: Operation, path: str) -> tuple[int, str]:
    """How many holes a pattern has that fits a path, -1 where it does not; and what it leaves of the path."""
    if operation.path is None:
        return -1, ""
    pattern = operation.path.lstrip("/")
    try:
        if operation.mounted:
            found = re.match(urls.of_route(pattern.rstrip("/")) + r"(?:/|\Z)", path)
        else:
            found = re.match(urls.of_route(pattern) + r"\Z", path)
    except re.error:
        return -1, ""
    if found is None and operation.mounted and not pattern.rstrip("/"):
        return pattern.count("<"), path
    return (-1, "") if found is None else (pattern.count("<"), path[found.end() :])


def _operations(
    m: Machine,
    router: Instance | Class_,
    prefix: str | None,
    before: tuple[Value, ...],
    around: dict[str, None],
    depth: int,
) -> Iterator[Operation]:
    """All that a router answers, and the routers below it. `around`: the modules of whoever asks."""
    row = dispatcher(m, router)
    if row is None or depth > MAX_MOUNTED:
        return
    if isinstance(router, Class_):
        found = [_operation(row, value, prefix, before) for value in _of_class(m, router)]
        yield from _told_apart(m, found)
        return
    around = {**around, home_of(router)[0]: None}
    held = dict(router.held)
    if row.prefix:
        prefix = _below(prefix, _text(held.get(row.prefix, one(Literally("")))))
    before = _with(row, before, held.get(row.before))
    found = [
        *_written(m, row, held.get(row.routes, NOTHING), prefix, before),
        *(_operation(row, value, prefix, before) for value in _registered(m, router, ANSWERED, around)),
    ]
    yield from _told_apart(m, found)
    for value in _registered(m, router, MOUNTED, around):
        keys = dict(value.keys)
        below = _below(prefix, _text(keys.get("path", NOTHING)))
        inner = _with(row, before, keys.get(row.before))
        for atom in in_order(value.element):
            if isinstance(atom, Class_) and dispatcher(m, atom) is not None:
                yield from _operations(m, atom, _below(below, _prefix(m, atom)), inner, around, depth + 1)
            elif isinstance(atom, Instance) and dispatcher(m, atom) is not None:
                yield from _operations(m, atom, below, inner, around, depth + 1)
            else:
                yield Operation(below, frozenset(), one(atom), inner, row, mounted=True)


def _told_apart(m: Machine, found: list[Operation]) -> Iterator[Operation]:
    """The same, each knowing whether a coroutine function answers at its path."""
    coroutines = {operation.path for operation in found if _has_coroutine(m, operation.function)}
    for operation in found:
        yield replace(operation, beside=operation.path in coroutines)


def _of_class(m: Machine, router: Class_) -> Iterator[Items]:
    """What the functions in the body of a class are registered for; of one that is overridden the nearest counts."""
    seen: set[str] = set()
    for cls in lineage.lineage_of(m, router.ref):
        for binding in class_scope(m.store, cls).bindings if isinstance(cls, ClassRef) else ():
            if isinstance(binding.bound, FunctionSymbol) and binding.name not in seen:
                seen.add(binding.name)
                yield from _decorated(m, binding.bound, router)


def _decorated(m: Machine, symbol: FunctionSymbol, router: Class_) -> Iterator[Items]:
    from isolint.placement import body

    function = header(m.store, symbol.ref)
    decorators = () if function is None else function.decorators
    value = bind(queries.decorated(m.store, symbol), one(Instance(router.ref)))
    for patch in body.patches_of_decorators(
        m.store, symbol.ref.path, symbol.ref.chunk, decorators, symbol.owner, value
    ):
        if patch.holder == HERE:
            yield from (atom for atom in patch.value if isinstance(atom, Items))


def _prefix(m: Machine, router: Class_) -> str | None:
    """What stands before all paths of a class, by its decorator."""
    facts = class_facts(m.store, router.ref)
    for decorator in facts.decorators if facts is not None else ():
        match decorator:
            case f.Call(args=(f.Constant(value=str() as text), *_)):
                return _text(one(Literally(text)))
            case f.Call(args=(_, *_)):
                return None
    return ""


def _with(row: Dispatches, before: tuple[Value, ...], own: Value | None) -> tuple[Value, ...]:
    """What is called first, with a router's or a registration's own."""
    if own is None:
        return before
    return (*before, own) if row.adds else (own,)


def _operation(row: Dispatches, value: Items, prefix: str | None, before: tuple[Value, ...]) -> Operation:
    keys = dict(value.keys)
    path = _below(prefix, _text(keys.get("path", NOTHING)))
    return Operation(
        path, _methods(keys.get("methods", NOTHING)), value.element, _with(row, before, keys.get(row.before)), row
    )


def _written(
    m: Machine, row: Dispatches, routes: Value, prefix: str | None, before: tuple[Value, ...]
) -> Iterator[Operation]:
    """Routes that are written out in a list."""
    for atom in in_order(routes):
        for _, value in atom.keys if isinstance(atom, Items) else ():
            for route in in_order(value):
                held = dict(route.held) if isinstance(route, Instance) else {}
                path = _below(prefix, _text(held.get("path", NOTHING)))
                if isinstance(route, Instance) and route.cls == ROUTE:
                    methods = _methods(held.get("methods", one(Literally("get"))))
                    yield Operation(path, methods, held.get("endpoint", NOTHING), before, row)
                elif isinstance(route, Instance) and route.cls == MOUNT:
                    yield from _written(m, row, held.get("routes", NOTHING), path, before)
                    if "app" in held:
                        yield Operation(path, frozenset(), held["app"], before, row, mounted=True)


def _registered(m: Machine, router: Instance, kind: str, around: dict[str, None]) -> Iterator[Items]:
    """What is registered at a router in the world of the test, and by these modules and what they import."""
    wanted = key_of(router, kind)
    if wanted is None:
        return
    modules = dict.fromkeys((*around, *(path for module in around for path in imported(m.store, module))))
    worlds = [m.world, registered_by(m.store, home_of(router))]
    worlds += [registered_in(m.store, path) for path in modules]
    seen: set[str] = set()
    for world in worlds:
        for (how, holder, name), value in world:
            if (how, holder) != wanted[:2] or not name.startswith(kind) or name in seen:
                continue
            seen.add(name)
            yield from (atom for atom in in_order(value) if isinstance(atom, Items))


def _below(prefix: str | None, path: str | None) -> str | None:
    """A path below a prefix."""
    if prefix is None or path is None:
        return None
    between = "/" if prefix and path and not prefix.endswith("/") and not path.startswith("/") else ""
    return re.sub("/{2,}", "/", f"{prefix}{between}{path}")


def _text(value: Value) -> str | None:
    """A path as Django writes it; None where it is not written out."""
    found = literals(value)
    if not found or len(found) != 1:
        return None
    return re.sub(r"\{(?:(?P<converter>int|slug|path|uuid|str):)?([^}]+)\}", _hole, str(found[0]))


def _hole(found: re.Match[str]) -> str:
    name, _, converter = found[2].partition(":")
    converter = found["converter"] or converter
    return f"<{converter}:{name}>" if converter else f"<{name}>"


def _has_coroutine(m: Machine, function: Value) -> bool:
    return any(
        (isinstance(atom, Callable_) and function_operation(find_node(m.store, atom.ref)) != "call")
        or (isinstance(atom, Hop) and atom.when == "await")
        for atom in function
    )


# --- what a function depends on --------------------------------------------------------------------------------------


def dependencies(m: Machine, ref: FunctionRef) -> Iterator[tuple[str, Value]]:
    """The functions that give parameters of a function their values (`Depends`), by parameter."""
    node = find_node(m.store, ref)
    for param in node.params if node is not None else ():
        for expr in (param.default, *_annotations(param.annotation)):
            if isinstance(expr, f.Call):
                owner = owner_of(m.store, ref.path, ref.chunk)
                made = queries.named_value(m.store, ValueSymbol(ref.path, ref.chunk, expr, owner))
                wanted = depended(made)
                if wanted:
                    yield param.name, wanted


def in_place_of(m: Machine, function: Value) -> Value:
    """What the world of the test has called in place of a function that others depend on; itself where nothing is."""
    found = [
        atom.element
        for (_, _, name), value in m.world
        if name == OVERRIDDEN
        for atom in in_order(value)
        if isinstance(atom, Items) and function & dict(atom.keys).get("of", NOTHING)
    ]
    return join(found) if found else function


def depended(value: Value) -> Value:
    """What `Depends(f)` holds, or several of them in a list."""
    inside = join(v for atom in value if isinstance(atom, Items) for _, v in atom.keys)
    return join(
        dict(atom.held).get("dependency", NOTHING)
        for atom in (*value, *inside)
        if isinstance(atom, Instance) and atom.cls == DEPENDS
    )


def _annotations(annotation: f.Expr | None) -> tuple[f.Expr, ...]:
    match annotation:
        case f.Subscript(index=f.Collection(items=items)):
            return tuple(items[1:])
    return ()
