"""Why a test is left as it is: what a sync test under a bridge would do otherwise than the async test does.

The facts behind each check are measured (facts: threads, sections 3, 4, 6 and 7). Each function gives a reason, "" for
none; none of them reads text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from isolint.catalog.rows import Acts, Drives, Runs, Wraps
from isolint.fixes.channels import WEBSOCKETS
from isolint.fixes.walk import Node, root, walk
from isolint.names.inputs import definition
from isolint.names.resolve import canonical_names, lookup, mro, resolve
from isolint.names.symbols import ClassSymbol, External, FunctionRef, Site
from isolint.placement.functions import bound_names
from isolint.placement.functions import find as find_function
from isolint.placement.inputs import TABLE
from isolint.placement.shapes import Escape
from isolint.pytest_model.shapes import Closure, FixtureDef, Runner, TestItem
from isolint.store.memo import Store
from isolint.syntax import facts as f

DATABASE_ERRORS = frozenset(
    [
        "IntegrityError",
        "DatabaseError",
        "DataError",
        "OperationalError",
        "ProgrammingError",
        "InternalError",
        "InterfaceError",
        "NotSupportedError",
        "Error",
        "Exception",
        "BaseException",
    ]
)
"""Exceptions that a failed statement raises, and their bases: `django.db.utils` and the built-in ones above them."""

_LOOPS = ("asyncio", "anyio", "trio", "sniffio", "uvloop", "_asyncio")
_OWN_LOOPS = (
    "asyncio.run",
    "asyncio.Runner",
    "asyncio.new_event_loop",
    "asyncio.set_event_loop",
    "asyncio.get_event_loop_policy",
    "asyncio.set_event_loop_policy",
    "anyio.run",
    "trio",
    "uvloop",
)
_CONCURRENT = frozenset(
    "gather create_task ensure_future TaskGroup wait as_completed Barrier Lock Semaphore BoundedSemaphore Condition"
    " create_task_group start_soon call_soon call_later CapacityLimiter".split()
)
"""Functions and classes of event loops that are there because several coroutines run at a time."""
_THREADS = ("threading", "_thread", "concurrent", "multiprocessing")
_CLIENTS = (
    "channels.testing",
    "asgiref.testing",
    "httpx",
    "aiohttp",
)
"""Clients and communicators that start the application in a context of their own. Django's `AsyncClient` is none: it
awaits the view, and what the view hops to comes back under `async_to_sync` (django/test/client.py)."""
_TOLD = frozenset({"Request", "Response", "Headers", "URL", "QueryParams", "Cookies", "Timeout", "codes"})
_RAISED = ("Error", "Exception")
"""What the modules of clients have beside them: what is sent, answered or raised starts nothing."""
_DRIVERS = (
    "channels.testing",
    "asgiref.testing",
    "httpx.ASGITransport",
    "starlette.testclient",
    "fastapi.testclient",
)
"""Of these, what is there for tests alone: whoever makes one, in however many helpers, drives the application."""
_COUNTERS = frozenset({"django_assert_num_queries", "django_assert_max_num_queries", "CaptureQueriesContext"})
_COMMITS = frozenset({"on_commit", "django_capture_on_commit_callbacks", "captureOnCommitCallbacks"})
_CLOSES = frozenset({"close", "close_all", "close_if_unusable_or_obsolete"})
_RAISES = frozenset({"raises", "assertRaises", "assertRaisesMessage", "assertRaisesRegex", "suppress"})


# --- who runs it and where it stands ---------------------------------------------------------------------------------


def of_item(item: TestItem, who: Runner, again: int) -> str:
    """What the test is. `again` is how often its `def` is collected in its file."""
    if item.ref.path != item.id.path:
        return "the test is written in another file, and the fix belongs there"
    if item.opaque:
        return f"a decorator cannot be followed: {item.opaque}"
    if item.refused:
        return "its decorator is not for tests"
    if item.runs != item.ref:
        return "a decorator of the project wraps the test"
    if item.family == "django":
        return "Django's own test cases already run async methods on the test's connection"
    if item.family not in ("function", "method"):
        return "it is a method of a unittest test case"
    if item.owner != item.cls:
        return "it is inherited, and its base class may have other users"
    if again > 1:
        return f"it is collected {again} times, by classes that may run it differently"
    if not item.is_async:
        return "it is a sync test already"
    if item.is_generator:
        return "it yields"
    if who.kind == "anyio":
        if who.backends != ("asyncio",):
            listed = " and ".join(who.backends) or "backends that are not written out"
            return f"anyio runs it on {listed}, and a sync test runs once"
        if "anyio_backend" in item.params:
            return "it asks for anyio_backend itself"
        return ""
    if who.kind != "pytest-asyncio":
        return f"neither pytest-asyncio nor anyio runs it: {who.reason}"
    return ""


def of_fixtures(store: Store, item: TestItem, fixtures: Closure, who: Runner, converted: Collection[FixtureDef]) -> str:
    """Fixtures that work on the loop, or on connections in a way that a sync test changes. Those that are `converted`
    become sync as well."""
    reached = reached_fixtures(item, fixtures)
    for name, definitions in fixtures.fixtures:
        if not definitions:
            continue
        last = definitions[-1]
        if name in _COUNTERS and last.ref is None and name in reached:
            return f"{name} would count the queries of the awaited code as well"
        if name in _COMMITS and last.ref is None and name in reached:
            return f"{name} does not see the same callbacks in a sync test"
        for one in definitions:
            if one.is_async and who.kind == "anyio" and name != "anyio_backend" and one not in converted:
                return f"fixture {name} is async, and anyio runs it for async tests alone"
            if name in reached or one.xunit is not None:
                reason = _of_loop(store, one)
                if reason:
                    return reason
    if "event_loop" in item.params:
        return "it uses the event loop itself"
    return ""


def async_fixture(item: TestItem, fixtures: Closure, converted: Collection[FixtureDef]) -> str:
    """An async fixture whose value the test gets hold of: pytest-asyncio gives it to sync tests as well, but what it
    holds may belong to the loop that made it. Those that are `converted` make it in no loop any more."""
    reached = reached_fixtures(item, fixtures)
    for name, definitions in fixtures.fixtures:
        if name in reached and any(one.is_async and one not in converted for one in definitions):
            return f"fixture {name} is async, and its value may belong to the event loop that made it"
    return ""


def reached_fixtures(item: TestItem, fixtures: Closure) -> frozenset[str]:
    """The fixtures whose values the test may get hold of: those it asks for, and what these ask for."""
    reached: set[str] = set()
    todo = list(item.params)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += [p for one in fixtures.definitions(name) for p in one.params]
    return frozenset(reached)


def _of_loop(store: Store, one: FixtureDef) -> str:
    """Whether a sync fixture of the project makes something for the loop."""
    for ref in (one.ref, *(one.xunit or ())):
        found = find_function(store, ref) if ref is not None else None
        if ref is None or found is None or not isinstance(found.node, f.Function):
            continue
        modules = _modules(store, ref.path, found.node, bound_names(found.node))
        for dotted in modules:
            if _is_of(dotted, _LOOPS):
                return f"fixture {one.name} works with the event loop ({dotted})"
            if _is_client(dotted):
                return f"fixture {one.name} makes a client or communicator ({dotted})"
    return ""


# --- the escapes -----------------------------------------------------------------------------------------------------


def of_escapes(store: Store, escapes: Iterable[Escape], behind: int = 0) -> str:
    """Escapes that a bridge does not bring home: threads and pools, other loops. The first `behind` steps of each are
    taken away by the rewriting."""
    table = store.get(TABLE, "")
    for escape in escapes:
        for position, step in enumerate(escape.via):
            if position < behind:
                continue
            row = table.get(step.row) if step.row else None
            rule = row.rule if isinstance(row, Wraps | Runs | Drives | Acts) else ""
            if rule == "ISO103" and (position or not isinstance(row, Runs) or row.when != "await"):
                return f"{_last(step.row)} starts a thread of its own, which async_to_sync does not bring back"
            if rule == "ISO105":
                return f"{_last(step.row)} starts an event loop of its own"
        row = table.get(escape.via[0].row) if escape.via else None
        if escape.place.thread == "pool" and not (isinstance(row, Runs) and row.rule == "ISO103"):
            return f"{escape.payload} runs in a thread of its own, which async_to_sync does not bring back"
    return ""


def uncovered(escapes: Iterable[Escape], covered: Iterable[f.Span], site: Site) -> str:
    """An escape that stands in nothing that is rewritten: a call that leaves the thread without an await."""
    spans = tuple(covered)
    for escape in escapes:
        here = escape.site
        if (here.path, here.chunk) != (site.path, site.chunk):
            return f"{escape.payload} leaves the connection outside the test's own body"
        if not any(start <= here.start and here.end <= end for start, end in spans):
            return f"{escape.payload} leaves the connection without an await in the test"
    return ""


def _last(name: str) -> str:
    return name.partition(" ")[0].rpartition(".")[2]


# --- the body --------------------------------------------------------------------------------------------------------


def of_body(store: Store, path: str, function: f.Function) -> str:
    """Words and calls in the test itself that mean another thing in a sync test."""
    if function.is_generator:
        return "it yields"
    return of_words(store, path, function, WEBSOCKETS) or of_errors(store, path, function)


def of_words(store: Store, path: str, function: f.Function, but: Collection[str] = ()) -> str:
    """As `of_body`, of a fixture too: what it may mention. `but` are the clients and communicators that it may."""
    for node in walk(function):
        match node:
            case f.Missing() | f.Simple(kind="missing"):
                return "it has a syntax error"
            case f.Lambda() if any(isinstance(inside, f.Yield) for inside in walk(node)):
                return "a lambda in it yields"
            case f.Name(id=word) | f.Attribute(attr=word):
                reason = _of_word(word)
                if reason:
                    return reason
            case f.Call(func=f.Attribute(attr=method, value=receiver)) if method in _CLOSES:
                if _is_connection(receiver):
                    return "it closes a database connection, which would be the test's own"
    for dotted in _modules(store, path, function, bound_names(function)):
        if _is_of(dotted, _OWN_LOOPS):
            return f"it makes an event loop of its own ({dotted})"
        if _is_of(dotted, _THREADS):
            return f"it works with threads ({dotted})"
        if _is_client(dotted) and dotted not in but:
            return f"it drives the application through a client or communicator ({dotted})"
    return ""


def _of_word(word: str) -> str:
    if word in ("async_to_sync", "AsyncToSync"):
        return "it uses async_to_sync already"
    if word in _COMMITS:
        return f"it uses {word}, and its callbacks do not run inside the test's transaction"
    if word in _COUNTERS:
        return f"{word} would count the queries of the awaited code as well"
    if word == "close_old_connections":
        return "it closes database connections, which would be the test's own"
    if word == "SynchronousOnlyOperation":
        return "it is about Django's guard for event loops"
    if word in ("ThreadSensitiveContext", "run_until_complete"):
        return f"it uses {word}"
    return ""


def _is_connection(receiver: f.Expr) -> bool:
    match receiver:
        case f.Name(id=word) | f.Attribute(attr=word):
            return word in ("connection", "connections")
        case f.Subscript():
            return _is_connection(receiver.value)
    return False


def of_loops(store: Store, path: str, node: Node, local: frozenset[str]) -> str:
    """What in a piece of code belongs to an event loop, a client or a thread: its dotted name. `local` are the names
    that the function around it binds."""
    return next((dotted for dotted in _modules(store, path, node, local) if belongs_to_loops(dotted)), "")


def of_drivers(store: Store, path: str, node: Node, local: frozenset[str]) -> frozenset[str]:
    """The test clients and communicators that a piece of code mentions: their dotted names."""
    return frozenset(dotted for dotted in _modules(store, path, node, local) if is_driver(dotted))


def is_driver(dotted: str) -> bool:
    """Whether a name outside the project is of a test client or communicator."""
    return _is_of(dotted, _DRIVERS)


def belongs_to_loops(dotted: str) -> bool:
    """Whether a name outside the project is of event loops, of clients or of threads."""
    return _is_client(dotted) or _is_of(dotted, (*_LOOPS, *_THREADS))


def _is_client(dotted: str) -> bool:
    last = _last(dotted)
    return _is_of(dotted, _CLIENTS) and last not in _TOLD and not last.endswith(_RAISED)


def concurrent(store: Store, path: str, function: f.Function) -> str:
    """What in a test makes several coroutines run at a time, "" for nothing."""
    for dotted in _modules(store, path, function, bound_names(function)):
        if _is_of(dotted, _LOOPS) and _last(dotted) in _CONCURRENT:
            return _last(dotted)
    for node in walk(function):
        match node:
            case f.Call(func=f.Attribute(attr="create_task" | "start_soon" | "ensure_future" as word)):
                return word
    return ""


def _modules(store: Store, path: str, inside: Node, local: frozenset[str]) -> Iterator[str]:
    """The dotted names outside the project that a piece of code mentions, as written and as they are defined. A module
    that is only the way to something is not mentioned."""
    seen: set[tuple[str, ...]] = set()
    ways: set[int] = set()
    for node in walk(inside):
        match node:
            case f.Import():
                yield from (name.name for name in node.names)
            case f.ImportFrom() if node.level == 0:
                yield from (f"{node.module}.{name.name}" for name in node.names)
            case f.Name() | f.Attribute():
                first = root(node)
                if isinstance(node, f.Attribute):
                    ways.add(id(node.value))
                if first is None or first.id in local:
                    continue
                words = _dotted(node)
                if words in seen or (id(node) in ways and not _is_class_like(words[-1])):
                    continue
                seen.add(words)
                for symbol in lookup(store, (path, first.id)):
                    if isinstance(symbol, External):
                        dotted = ".".join((symbol.dotted, *words[1:]))
                        yield dotted
                        known = definition(store, dotted) if _is_class_like(words[-1]) else None
                        if known is not None:
                            yield known.canonical
                            if known.kind == "instance" and known.type:
                                yield known.type


def _is_class_like(word: str) -> bool:
    return word[:1].isupper()


def _dotted(expr: f.Expr) -> tuple[str, ...]:
    names: list[str] = []
    while isinstance(expr, f.Attribute):
        names.append(expr.attr)
        expr = expr.value
    assert isinstance(expr, f.Name)
    return (expr.id, *reversed(names))


def _is_of(dotted: str, prefixes: tuple[str, ...]) -> bool:
    return any(dotted == prefix or dotted.startswith(f"{prefix}.") for prefix in prefixes)


# --- errors of the database ------------------------------------------------------------------------------------------


def of_errors(store: Store, path: str, function: f.Function, where: tuple[type[Node], ...] = (f.Await, f.For)) -> str:
    """A database error that is caught outside an inner `atomic` breaks the test's transaction; on another connection,
    in autocommit, it broke nothing (facts: threads, section 6). `where` are the facts with which it may be raised."""
    for node in walk(function):
        caught: list[f.Expr] = []
        body: tuple[f.Stmt, ...] = ()
        if isinstance(node, f.With):
            body = node.body
            for item in node.items:
                context = item.context
                if isinstance(context, f.Call) and _word(context.func) in _RAISES:
                    caught += context.args
                    caught += [k.value for k in context.keywords if k.name in ("expected_exception", "exception")]
        elif isinstance(node, f.Try):
            body = node.body
            caught = [h.type for h in node.handlers if h.type is not None]
            if any(h.type is None for h in node.handlers):
                caught.append(f.Name("BaseException", (0, 0)))
        error = next((name for expr in caught for name in database_errors(store, path, function, expr)), "")
        if error and any(isinstance(part, where) for statement in body for part in walk(statement)):
            outcome = "it would break the test's transaction"
            return f"{error} may be the database's and is caught without an atomic block: {outcome}"
    return ""


def database_errors(store: Store, path: str, function: f.Function, expr: f.Expr) -> Iterator[str]:
    """The names in an expression of exceptions that a failed statement may raise."""
    if isinstance(expr, f.Collection):
        for item in expr.items:
            yield from database_errors(store, path, function, item)
        return
    word = _word(expr)
    first = root(expr)
    if word in DATABASE_ERRORS or (isinstance(expr, f.Name) and expr.id in bound_names(function)):
        yield word
    elif first is not None and first.id not in bound_names(function):
        names = set(canonical_names(store, path, expr))
        for symbol in resolve(store, path, expr):
            if isinstance(symbol, ClassSymbol):
                names.update(c for c in mro(store, symbol.ref).classes if isinstance(c, str))
        if any(name.startswith(("django.db.utils.", "sqlite3.", "psycopg")) for name in names):
            yield word


def _word(expr: f.Expr) -> str:
    return expr.id if isinstance(expr, f.Name) else expr.attr if isinstance(expr, f.Attribute) else ""


def handles_database_errors(store: Store, ref: FunctionRef, function: f.Function) -> bool:
    """Whether a project function catches a database error without an `atomic` block inside its `try`."""
    for node in walk(function):
        if isinstance(node, f.Try):
            caught = [h.type for h in node.handlers if h.type is not None]
            # A bare or general handler is everywhere; only one that names the database's errors expects them.
            named = {n for expr in caught for n in database_errors(store, ref.path, function, expr)}
            if named - {"Exception", "BaseException"} and not any(
                _mentions(part, "atomic") for statement in node.body for part in walk(statement)
            ):
                return True
    return False


def _mentions(node: Node, word: str) -> bool:
    return (isinstance(node, f.Name) and node.id == word) or (isinstance(node, f.Attribute) and node.attr == word)
