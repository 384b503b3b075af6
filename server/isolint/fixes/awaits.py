"""What becomes of each `await` and `async for`: a hop is unwrapped, an a-method loses its `a`, one call is bridged.

Decided from facts, the rows of the catalogue and the test's Trace; no text is read here. A sentence instead of a step
says why a place cannot be rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isolint.catalog.rows import Acts, Wraps
from isolint.fixes.walk import Node, children, root, walk
from isolint.names.inputs import definition
from isolint.names.resolve import canonical_names
from isolint.names.symbols import FunctionRef
from isolint.placement.functions import bound_names, own_statements
from isolint.placement.inputs import TABLE
from isolint.placement.shapes import Escape
from isolint.store.memo import Store
from isolint.syntax import facts as f


@dataclass(frozen=True, slots=True)
class Unwrap:
    """`await hop(payload)(arguments)` becomes `payload(arguments)`: `node.value` is the outer call, `hop` the inner.
    `parent` is what the await stands in directly."""

    node: f.Await
    hop: f.Call
    payload: f.Expr
    parent: Node


@dataclass(frozen=True, slots=True)
class Rename:
    """`await x.aget(...)` becomes `x.get(...)`: `old` is the identifier's span, `imported` says that it is a name that
    the module imports under the catalogue's own name."""

    node: f.Await
    old: f.Span
    name: str
    imported: bool
    parent: Node


@dataclass(frozen=True, slots=True)
class Bridge:
    """`await call` becomes a call through `async_to_sync`."""

    node: f.Await
    call: f.Call
    parent: Node


@dataclass(frozen=True, slots=True)
class Iterate:
    """An `async for` over a queryset becomes a `for`: `async` stands at `at` in a statement, just before it (and `for`)
    in a comprehension. `rename` are the span and new name of `aiterator`."""

    at: int
    clause: bool
    rename: tuple[f.Span, str] | None


@dataclass(frozen=True, slots=True)
class Plain:
    """`await name(...)` becomes `name(...)`: what the name stands for in the test becomes a plain function."""

    node: f.Await
    parent: Node


@dataclass(frozen=True, slots=True)
class Unhop:
    """`name = hop(payload)` in the test becomes `name = payload`."""

    hop: f.Call
    payload: f.Expr


@dataclass(frozen=True, slots=True)
class Undecorate:
    """A `def` in the test loses its decorator, which is a hop."""

    decorator: f.Expr


Step = Unwrap | Rename | Bridge | Iterate | Plain | Unhop | Undecorate


@dataclass(slots=True)
class Found:
    """All steps of a body in order, and the sites (spans) of escapes that they take care of."""

    steps: list[Step] = field(default_factory=list)
    covered: list[f.Span] = field(default_factory=list)


class RefusedError(Exception):
    """The body cannot be rewritten; the text is the reason. Never leaves this room's `conversion`."""


def find(store: Store, ref: FunctionRef, function: f.Function, escapes: Mapping[f.Span, Escape]) -> Found:
    """The steps for a test function. `escapes` are those of its own body by their site's span. Raises RefusedError."""
    finder = _Finder(store, ref, function, escapes)
    for statement in function.body:
        finder.visit(statement, function, False)
    return finder.found


class _Finder:
    def __init__(self, store: Store, ref: FunctionRef, function: f.Function, escapes: Mapping[f.Span, Escape]) -> None:
        self.store = store
        self.path = ref.path
        self.table = store.get(TABLE, "")
        self.escapes = escapes
        self.local = bound_names(function)
        self.imports = _local_imports(function)
        self.found = Found()
        self.replaced = _replaced(function)
        self.plain = self.local_hops(function)

    def visit(self, node: Node, parent: Node, repeated: bool) -> None:
        match node:
            case f.Function(is_async=True):
                raise RefusedError(f"{node.name} is a coroutine function inside the test")
            case f.With(is_async=True):
                raise RefusedError("it has an async with block")
            case f.For(is_async=True):
                self.iterate(node.iterable, node.span[0], False)
            case f.Comprehension():
                self.comprehension(node)
            case f.Await():
                self.awaited(node, parent, repeated)
                return
        for child in children(node):
            self.visit(child, node, repeated or _repeats(node, child))

    # --- awaits --------------------------------------------------------------------------------------------------

    def awaited(self, node: f.Await, parent: Node, repeated: bool) -> None:
        call = node.value
        if not isinstance(call, f.Call):
            raise RefusedError("it awaits something that is not a call")
        hop = self.hop(call)
        if hop is not None:
            inner, row = hop
            payload = _payload(inner, row)
            self.found.steps.append(Unwrap(node, inner, payload, parent))
            self.found.covered.append(call.span)
            self.visit(payload, inner, repeated)
            rest: tuple[Node, ...] = (*call.args, *call.keywords)
            for child in rest:
                self.visit(child, call, repeated)
            return
        renamed = self.renamed(node, call, parent)
        if isinstance(call.func, f.Name) and call.func.id in self.plain:
            self.found.steps.append(Plain(node, parent))
        elif renamed is not None:
            self.found.steps.append(renamed)
        elif repeated:
            raise RefusedError(
                f"{_words(call.func)} is awaited in a loop, and each pass would be an event loop of its own"
            )
        else:
            self.found.steps.append(Bridge(node, call, parent))
        self.found.covered.append(call.span)
        for child in children(call):
            self.visit(child, call, repeated)

    def hop(self, call: f.Call) -> tuple[f.Call, Wraps] | None:
        """The inner call and the row of `hop(payload)(arguments)`."""
        inner = call.func
        if not isinstance(inner, f.Call):
            return None
        row = self.hop_row(inner.func)
        return None if row is None else (inner, row)

    def hop_row(self, expr: f.Expr) -> Wraps | None:
        """The row of a callable that is a hop to be awaited."""
        for name in self.canonical(expr):
            row = self.table.get(name)
            if isinstance(row, Wraps) and row.when == "await" and row.rule:
                return row
        return None

    def local_hops(self, function: f.Function) -> frozenset[str]:
        """The names that the test binds once to a hop (`make = sync_to_async(f)`, `@sync_to_async def make`) and uses
        only as `await make(...)`. Their steps are added."""
        steps: dict[str, Unhop | Undecorate] = {}
        for statement in own_statements(function.body):
            match statement:
                case f.Assign(targets=(f.Name(id=name),), value=f.Call() as call, augmented=False):
                    row = self.hop_row(call.func)
                    if row is not None and call.args:
                        steps[name] = Unhop(call, _payload(call, row))
                case f.Function(is_async=False, decorators=(decorator,)):
                    called = decorator.func if isinstance(decorator, f.Call) else decorator
                    row = self.hop_row(called)
                    if row is not None and (decorator is called or _is_sensitive(decorator)):
                        steps[statement.name] = Undecorate(decorator)
        if not steps:
            return frozenset()
        kept = {name: step for name, step in steps.items() if _is_only_awaited(function, name)}
        self.found.steps += kept.values()
        return frozenset(kept)

    def canonical(self, expr: f.Expr) -> tuple[str, ...]:
        """The canonical names of an installed callable as the test's body sees it; empty for what it binds itself."""
        first = root(expr)
        if first is None:
            return ()
        if first.id not in self.local:
            return canonical_names(self.store, self.path, expr)
        dotted = self.imports.get(first.id)
        if dotted is None:
            return ()
        known = definition(self.store, ".".join((dotted, *_attributes(expr))))
        return () if known is None else (known.canonical,)

    def renamed(self, node: f.Await, call: f.Call, parent: Node) -> Rename | None:
        """The step for an a-method or a-function of the catalogue, when the Trace says that this call is one."""
        escape = self.escapes.get(call.span)
        if escape is None or not escape.via or escape.via[0].row != escape.row:
            return None
        row = self.table.get(escape.row)
        owner, _, name = escape.row.rpartition(".")
        if not isinstance(row, Acts) or row.when != "await" or not name.startswith("a"):
            return None
        if not isinstance(self.table.get(f"{owner}.{name[1:]}"), Acts):
            return None
        func = call.func
        if name in self.replaced:
            raise RefusedError(f"{name} is replaced or looked at in the test itself")
        if isinstance(func, f.Attribute) and func.attr == name:
            return Rename(node, func.attr_span, name[1:], False, parent)
        if isinstance(func, f.Name):
            if func.id != name or func.id in self.local:
                raise RefusedError(f"{func.id} is {name} under another name")
            return Rename(node, func.span, name[1:], True, parent)
        return None

    # --- iteration -----------------------------------------------------------------------------------------------

    def comprehension(self, node: f.Comprehension) -> None:
        if node.kind == "generator" and _is_async(node):
            raise RefusedError("it has an async generator expression")
        for clause in node.clauses:
            if clause.is_async:
                self.iterate(clause.iterable, clause.target.span[0], True)

    def iterate(self, iterable: f.Expr, at: int, clause: bool) -> None:
        escape = self.escapes.get(iterable.span)
        row = self.table.get(escape.row) if escape is not None and escape.via[0].row == escape.row else None
        if not isinstance(row, Acts) or not row.name.endswith((".__aiter__", ".aiterator")):
            raise RefusedError(f"it has an async for over {_words(iterable)}, which is not known to be a queryset")
        rename = None
        if row.name.endswith(".aiterator"):
            func = iterable.func if isinstance(iterable, f.Call) else None
            if not isinstance(func, f.Attribute) or func.attr != "aiterator":
                raise RefusedError(
                    f"it has an async for over {_words(iterable)}, which is not the call of aiterator itself"
                )
            rename = (func.attr_span, "iterator")
        self.found.steps.append(Iterate(at, clause, rename))
        self.found.covered.append(iterable.span)


def _replaced(function: f.Function) -> frozenset[str]:
    """The attributes that a test names without calling them: assigned, patched by a string, looked at as a mock."""
    words: set[str] = set()
    called: set[f.Span] = set()
    for node in walk(function):
        match node:
            case f.Call(func=f.Attribute(attr_span=span)):
                called.add(span)
            case f.Attribute(attr=word, attr_span=span) if span not in called:
                words.add(word)
            case f.Constant(value=str(text)):
                words.add(text.rpartition(".")[2])
            case f.Keyword(name=str(word)):
                words.add(word)
    return frozenset(words)


def _payload(inner: f.Call, row: Wraps) -> f.Expr:
    """What a hop runs: `hop(f)`, `hop(func=f)`, `hop(f, thread_sensitive=True)`."""
    payload: f.Expr | None = None
    for arg in inner.args:
        if payload is not None or isinstance(arg, f.Starred):
            raise RefusedError(f"the arguments of {_words(inner.func)} cannot be read")
        payload = arg
    for keyword in inner.keywords:
        if keyword.name == row.keyword and payload is None:
            payload = keyword.value
        elif keyword.name == "thread_sensitive":
            if not (isinstance(keyword.value, f.Constant) and keyword.value.value is True):
                raise RefusedError(f"{_words(inner.func)} asks for a thread that is not the test's on purpose")
        else:
            raise RefusedError(
                f"{_words(inner.func)} has the option {keyword.name or '**'}, which a plain call has not"
            )
    if payload is None or isinstance(payload, f.Comprehension):
        raise RefusedError(f"the arguments of {_words(inner.func)} cannot be read")
    return payload


def _is_sensitive(decorator: f.Expr) -> bool:
    """Whether a called decorator has no options but the default one."""
    return (
        isinstance(decorator, f.Call)
        and not decorator.args
        and all(
            k.name == "thread_sensitive" and isinstance(k.value, f.Constant) and k.value.value is True
            for k in decorator.keywords
        )
    )


def _is_only_awaited(function: f.Function, name: str) -> bool:
    """Whether a name is bound once in a function, and read only where its call is awaited at once."""
    bound = mentioned = awaited = 0
    for node in walk(function):
        match node:
            case f.Function(name=word) if word == name:
                bound += 1
            case f.Assign(targets=(f.Name(id=word),)) if word == name:
                bound += 1
                mentioned -= 1
            case f.Await(value=f.Call(func=f.Name(id=word))) if word == name:
                awaited += 1
            case f.Name(id=word) if word == name:
                mentioned += 1
            case f.Parameter(name=word) | f.Handler(name=word) if word == name:
                return False
    return bound == 1 and mentioned == awaited


def _repeats(node: Node, child: Node) -> bool:
    """Whether a child is evaluated more than once for each evaluation of the node."""
    match node:
        case f.For():
            return child is not node.iterable and child not in node.orelse
        case f.While():
            return child not in node.orelse
        case f.Comprehension():
            return child is not node.clauses[0]
        case f.Clause():
            return child is not node.iterable
        case f.Function() | f.Lambda() | f.Class():
            return True
    return False


def _is_async(node: f.Comprehension) -> bool:
    if any(clause.is_async for clause in node.clauses):
        return True
    return any(isinstance(part, f.Await) for child in children(node) for part in walk(child))


def _local_imports(function: f.Function) -> dict[str, str]:
    """The dotted names that imports inside the function bind."""
    found: dict[str, str] = {}
    for node in walk(function):
        if isinstance(node, f.ImportFrom) and node.level == 0:
            for name in node.names:
                found[name.alias or name.name] = f"{node.module}.{name.name}"
        elif isinstance(node, f.Import):
            for name in node.names:
                first = name.name.partition(".")[0]
                found[name.alias or first] = name.name if name.alias else first
    return found


def _attributes(expr: f.Expr) -> tuple[str, ...]:
    names: list[str] = []
    while isinstance(expr, f.Attribute):
        names.append(expr.attr)
        expr = expr.value
    return tuple(reversed(names))


def _words(expr: f.Expr) -> str:
    """An expression for people: its dotted name, as far as it has one."""
    match expr:
        case f.Name():
            return expr.id
        case f.Attribute():
            return f"{_words(expr.value)}.{expr.attr}"
        case f.Call():
            return f"{_words(expr.func)}(...)"
    return "an expression"
