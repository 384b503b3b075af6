"""Requests of test clients and communicators: what answers them, and by which route it runs.

Who answers (a view behind the project's URLs, a consumer, an application that wraps others) is found here, and handed
to the machine as work that waits; URLs are read by `urls`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from isolint.catalog.places import Route, compose
from isolint.catalog.rows import Dispatches, Requests, Serves
from isolint.catalog.web import CONSUMER, PROTOCOLS, REQUEST, ROUTES
from isolint.placement import lineage, members, routers, signals, urls
from isolint.placement.context import Context
from isolint.placement.functions import find_node, function_operation
from isolint.placement.shapes import (
    Callable_,
    Class_,
    Deferred,
    Derived,
    Hop,
    Instance,
    Items,
    Literally,
    Mock,
    Outside,
    Param,
    Partial,
    Plain,
    Unknown,
    Value,
)
from isolint.placement.values import NOTHING, PLAIN, held_by_receiver, in_order, join, literals, one, unknown

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

_VIEW = "django.views.generic.base.View"
_HANDLERS = (
    "websocket_connect",
    "connect",
    "websocket_receive",
    "receive",
    "receive_json",
    "websocket_disconnect",
    "disconnect",
)
"""What a consumer is called with over its life (channels/generic/websocket.py)."""
_STAGES = ("__call__", "process_request", "process_view", "process_template_response", "process_response")
"""What a middleware is called with for each request (django/core/handlers/base.py)."""
_GATES = "django.contrib.auth.mixins."
"""Bases that decide by the user whether a view runs at all."""
MAX_WRAPPED = 8
"""Applications within applications that are followed."""


def request(m: Machine, row: Requests, atom: Outside, args: tuple[Value, ...], named: dict[str, Value]) -> Value:
    """What a row says about a request: the work that awaiting it does, or why that is not known."""
    held = held_by_receiver(atom)
    if isinstance(row.path, int):
        url = args[row.path] if len(args) > row.path else named.get("path", named.get("url", NOTHING))
    else:
        url = held.get(row.path, NOTHING)
    verb = row.name.rpartition(".")[2]
    method = one(Literally(verb)) if verb in routers.VERBS else held.get("method", one(Literally("get")))
    if isinstance(row.path, int) and row.path > 0:
        method = args[row.path - 1] if len(args) >= row.path else named.get("method", NOTHING)
    sending = [
        work for name, plain, coroutine in row.sends for work in signals.sent(m, name, plain, coroutine, row.name)
    ]
    if row.application:
        return _answered(m, row, _within(held, row.application) or unknown("its application"), (url, method))
    return join([_answered(m, row, url or unknown("its URL"), (method,)), *sending])


def resumed(m: Machine, name: str, value: Value, rest: tuple[Value, ...]) -> Value:
    """The work of a request that had to wait for its application, or its URL, to be known."""
    row = m.table.get(name)
    return _answered(m, row, value, rest) if isinstance(row, Requests) else unknown(name)


def _answered(m: Machine, row: Requests, value: Value, rest: tuple[Value, ...]) -> Value:
    """The work of a request; `value` is its application, or its URL where the project itself answers. What is still
    symbolic waits."""
    waiting = [one(Derived(a, "request", row.name, rest)) for a in in_order(value) if isinstance(a, Param | Derived)]
    known = frozenset(a for a in value if not isinstance(a, Param | Derived))
    verbs = tuple(str(v).lower() for v in literals(rest[-1]) or ("get",))
    if known and row.application:
        waiting.append(_application(m, row, known, rest[0], verbs, 0))
    elif known:
        waiting.append(_views(m, row, row, known, verbs))
    made = join(waiting)
    if row.when == "await":
        return made
    # What nobody can name does not happen where the test is, either.
    hidden = frozenset(atom for atom in made if isinstance(atom, Unknown))
    work = [one(Deferred("await", one(atom), "await", route=row.coroutine, row=row.name)) for atom in hidden]
    return join([made - hidden, *work])


def _within(held: dict[str, Value], dotted: str) -> Value:
    """What an object holds under a dotted name."""
    first, _, rest = dotted.partition(".")
    value = held.get(first, NOTHING)
    if not rest:
        return value
    found: list[Value] = []
    for atom in value:
        if isinstance(atom, Instance):
            found.append(_within(dict(atom.held), rest))
        elif isinstance(atom, Param | Derived):
            read: Param | Derived = atom
            for name in rest.split("."):
                read = Derived(read, "attribute", name)
            found.append(one(read))
    return join(found)


def _application(m: Machine, row: Requests, app: Value, url: Value, verbs: tuple[str, ...], depth: int) -> Value:
    """What an ASGI application does with a request."""
    if depth > MAX_WRAPPED:
        return unknown("its application is nested too deeply")
    found: list[Value] = []
    for atom in in_order(app):
        serves = m.table.get(atom.cls) if isinstance(atom, Instance) and isinstance(atom.cls, str) else None
        match atom:
            case Instance() if isinstance(serves, Serves):
                found.append(_views(m, row, serves, _of_scope(url), verbs))
            case Instance(cls=cls) if cls == PROTOCOLS:
                table = dict(atom.held).get("protocols", NOTHING)
                inner = join(value for a in table if isinstance(a, Items) for _, value in a.keys)
                found.append(_application(m, row, inner, url, verbs, depth + 1))
            case Instance(cls=cls) if cls == ROUTES:
                matched = urls.matching(m, dict(atom.held).get("routes", NOTHING), url)
                if isinstance(matched, str):
                    found.append(unknown(matched))
                else:
                    found += [_application(m, row, one_match.view, url, verbs, depth + 1) for one_match in matched]
            case Class_() if lineage.inherits(m, atom.ref, CONSUMER):
                found.append(_consumer(m, row, atom))
            case Instance() | Class_() if routers.dispatcher(m, atom) is not None:
                found.append(_routed(m, row, row, atom, _of_scope(url), verbs, depth + 1))
            case Callable_():
                found.append(_waiting(m, row, row, one(atom), (PLAIN, one(Mock()), one(Mock()))))
            case Mock() | Plain():
                found.append(PLAIN)
            case _:
                found.append(unknown("its application is not known"))
    return join(found) if found else unknown("its application is not known")


def _routed(
    m: Machine,
    row: Requests,
    by: Requests | Serves,
    router: Instance | Class_,
    url: Value,
    verbs: tuple[str, ...],
    depth: int,
) -> Value:
    """The functions of a router that answer, with what is called before them."""
    matched = routers.answering(m, router, url, verbs)
    if isinstance(matched, str):
        return unknown(matched)
    found: list[Value] = []
    for operation, rest in matched:
        if operation.mounted:
            found.append(_application(m, row, operation.function, one(Literally(f"/{rest}")), verbs, depth))
            continue
        plain = by.plain
        if operation.by.plain is not None:
            plain = compose(by.coroutine, operation.by.plain)
        elif operation.beside and operation.by.beside is not None:
            plain = compose(by.coroutine, operation.by.beside)
        there = Serves(row.name, plain, by.coroutine, row.rule)
        found += [_called(m, row, there, function, operation.by, 0) for function in operation.before]
        answer = _called(m, row, there, operation.function, operation.by, 0)
        found.append(_read(answer) if operation.by.reads else answer)
    return join(found) if found else PLAIN


def _called(m: Machine, row: Requests, by: Serves, function: Value, router: Dispatches, depth: int) -> Value:
    """A function of a router, or one that is called before it, waiting."""
    depends = router.adds
    given_first = (one(Instance(REQUEST)),) if router.request else ()
    found: list[Value] = []
    for atom in in_order(function):
        match atom:
            case Items():
                found += [_called(m, row, by, inner, router, depth) for _, inner in atom.keys]
            case Instance() if depends:
                found.append(_called(m, row, by, routers.in_place_of(m, routers.depended(one(atom))), router, depth))
            case Callable_():
                given = dict(routers.dependencies(m, atom.ref)) if depends and depth < MAX_WRAPPED else {}
                found += [
                    _called(m, row, by, routers.in_place_of(m, needed), router, depth + 1) for needed in given.values()
                ]
                keywords = _parameters(m, atom, len(given_first))
                found.append(_waiting(m, row, by, one(atom), given_first, keywords))
            case Instance() | Literally():  # of a package, or None
                found.append(PLAIN)
            case _:
                found.append(_waiting(m, row, by, one(atom), given_first))
    return join(found) if found else PLAIN


def _read(work: Value) -> Value:
    """The same with what plain functions give read where they ran."""
    return frozenset(
        replace(atom, then="call-iterate") if isinstance(atom, Deferred) and atom.then == "call" else atom
        for atom in work
    )


def _parameters(m: Machine, function: Callable_, given: int) -> tuple[tuple[str, Value], ...]:
    """What a router gives a function besides: data of the request."""
    node = find_node(m.store, function.ref)
    taken = given + (function.receiver is not None)
    return tuple((param.name, PLAIN) for param in (node.params if node is not None else ())[taken:])


def _of_scope(url: Value) -> Value:
    """The path in a scope, or the path itself."""
    return join(dict(a.keys).get("path", NOTHING) if isinstance(a, Items) else one(a) for a in url)


def _views(m: Machine, row: Requests, by: Requests | Serves, url: Value, verbs: tuple[str, ...]) -> Value:
    """The views behind a URL, waiting to be called."""
    found = urls.find(m, url)
    if isinstance(found, str):
        return unknown(found)
    made: list[Value] = []
    for match in found:
        mounted = [atom for atom in match.view if isinstance(atom, Instance) and routers.dispatcher(m, atom)]
        made += [_routed(m, row, by, router, one(Literally(match.rest)), verbs, 0) for router in mounted]
        keywords = tuple((name, PLAIN) for name in match.names)
        made += [
            _waiting(m, row, by, view, (one(Instance(REQUEST)),), keywords)
            for view in _handlers(m, match.view.difference(mounted), verbs)
        ]
    made += [_waiting(m, row, by, stage, (one(Instance(REQUEST)), PLAIN, PLAIN, PLAIN)) for stage in _middleware(m)]
    return join(made) if made else PLAIN


def _handlers(m: Machine, view: Value, verbs: tuple[str, ...]) -> list[Value]:
    """The functions that answer: a view itself, or of a class the method named by the verb (View.dispatch)."""
    found: list[Value] = []
    for atom in in_order(view):
        if not isinstance(atom, Class_):
            found.append(one(atom))
            continue
        line = lineage.lineage_of(m, atom.ref)
        if _VIEW not in line or any(isinstance(cls, str) and cls.startswith(_GATES) for cls in line):
            found.append(unknown(f"whether {atom.ref.name} answers is not known"))
            continue
        made = one(Instance(atom.ref))
        for name in ("dispatch",) if lineage.has_project_attribute(m, line, "dispatch") else verbs:
            if lineage.has_project_attribute(m, line, name):
                found.append(members.attribute(m, made, name, Context(muted=True), None))
            else:
                found.append(unknown(f"{atom.ref.name}.{name} is not the project's"))
    return found


def _middleware(m: Machine) -> list[Value]:
    """The functions of the project's own middleware that see each request."""
    found: list[Value] = []
    for value in urls.middleware(m):
        for atom in in_order(value):
            if isinstance(atom, Callable_):
                found.append(m.perform(one(atom), "call", Context(muted=True), None, atom.ref.name, (one(Mock()),)))
            if not isinstance(atom, Class_):
                continue
            made = one(Instance(atom.ref, held=(("get_response", one(Mock())),)))
            line = lineage.lineage_of(m, atom.ref)
            found += [
                members.attribute(m, made, name, Context(muted=True), None)
                for name in _STAGES
                if lineage.has_project_attribute(m, line, name)
            ]
    return found


def _consumer(m: Machine, row: Requests, consumer: Class_) -> Value:
    """All that a consumer does from being connected on: it runs as a task, which answers whatever it is sent."""
    line = lineage.lineage_of(m, consumer.ref)
    made = one(Instance(consumer.ref))
    work = [
        _waiting(m, row, row, members.attribute(m, made, name, Context(muted=True), None), (PLAIN,))
        for name in _HANDLERS
        if lineage.has_project_attribute(m, line, name)
    ]
    return join(work) if work else PLAIN


def _waiting(
    m: Machine,
    row: Requests,
    by: Requests | Serves,
    functions: Value,
    args: tuple[Value, ...],
    keywords: tuple[tuple[str, Value], ...] = (),
) -> Value:
    """Functions that are called when the request is awaited, each by the route of its kind."""
    made: list[Value] = []
    for atom in in_order(functions):
        match atom:
            case Callable_():
                is_async = function_operation(find_node(m.store, atom.ref)) == "await"
                route: Route = by.coroutine if is_async else by.plain
                work = Deferred("await", one(atom), "call", args, keywords, route, by.name)
                made.append(one(replace(work, then="call-await") if is_async else work))
            case Hop(when="await"):
                made.append(one(Deferred("await", one(atom), "call-await", args, keywords, by.coroutine, by.name)))
            case Hop() | Partial():
                made.append(one(Deferred("await", one(atom), "call", args, keywords, by.plain, by.name)))
            case Mock() | Plain() | Literally():
                made.append(PLAIN)
            case Unknown():
                made.append(one(atom))
            case _:
                made.append(unknown("the view is not the project's"))
    return join(made)
