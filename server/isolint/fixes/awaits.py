"""What becomes of each `await` and `async for`: a hop is unwrapped, an a-method loses its `a`, a call is bridged, and
what needs one event loop for several of them stays as it is in a coroutine of its own (`inner`).

Decided from facts, the rows of the catalogue and the test's Trace; no text is read here. A sentence instead of a step
says why a place cannot be rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from isolint.catalog.rows import Acts, Runs, Wraps
from isolint.fixes.inner import Inner, inner
from isolint.fixes.reach import body, is_known_await, is_loop_free
from isolint.fixes.refusals import belongs_to_loops, of_loops
from isolint.fixes.walk import Node, children, root, walk
from isolint.names.inputs import definition
from isolint.names.resolve import canonical_names
from isolint.names.symbols import ClassRef, FunctionRef
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
class Unrun:
    """`await run(payload, *arguments)`, on a thread, becomes `payload(*arguments)`: `first` is the position of the
    payload among the arguments of `node.value`."""

    node: f.Await
    payload: f.Expr
    first: int
    parent: Node


@dataclass(frozen=True, slots=True)
class Bridge:
    """`await call` becomes a call through `async_to_sync`. `alone`: a loop of its own is all it needs."""

    node: f.Await
    call: f.Call
    parent: Node
    alone: bool


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
class Forget:
    """A statement goes: it names an event loop that nothing asks any more."""

    statement: f.Assign


@dataclass(frozen=True, slots=True)
class Undecorate:
    """A `def` in the test loses its decorator, which is a hop."""

    decorator: f.Expr


@dataclass(frozen=True, slots=True)
class Rebridge:
    """`run(coroutine)`, which starts an event loop, becomes a call through `async_to_sync`, or the plain call of
    Django's sync form: `renamed` are the span and new name."""

    call: f.Call
    coroutine: f.Call
    renamed: tuple[f.Span, str] | None


@dataclass(frozen=True, slots=True)
class Rerun:
    """`run(function, *arguments)`, which starts an event loop, becomes a call through `async_to_sync`; `renamed` as
    above. The keywords of `call` say nothing that counts."""

    call: f.Call
    function: f.Expr
    renamed: tuple[f.Span, str] | None


Step = Unwrap | Rename | Unrun | Bridge | Iterate | Plain | Unhop | Forget | Undecorate | Rebridge | Rerun


@dataclass(slots=True)
class Found:
    """All steps of a body in order, and the sites (spans) of escapes that they take care of; `inner` are the statements
    that stay in one loop, with no steps in them."""

    steps: list[Step] = field(default_factory=list)
    covered: list[f.Span] = field(default_factory=list)
    inner: Inner | None = None


class RefusedError(Exception):
    """The body cannot be rewritten; the text is the reason. Never leaves this room's `conversion`."""


@dataclass(slots=True)
class _Part:
    """One statement of the body: its steps, the escapes in it, why it needs a loop ("" when it does not), and how many
    awaits in it may need the loop of others."""

    steps: list[Step] = field(default_factory=list)
    covered: list[f.Span] = field(default_factory=list)
    need: str = ""
    doubtful: int = 0


def find(
    store: Store,
    ref: FunctionRef,
    owner: ClassRef | None,
    function: f.Function,
    escapes: Mapping[f.Span, Escape],
    together: bool,
) -> Found:
    """The steps for a test function, a method of `owner`. `escapes` are those of its own body by their site's span.
    `together`: coroutines run at a time in it, so that whatever awaits does so in one loop. Raises RefusedError."""
    finder = _Finder(store, ref, owner, function, escapes)
    rows: set[int] = set()
    while True:
        parts = finder.parts(function)
        rows |= _needs(parts, together)
        if not rows:
            return _joined(finder, parts, None)
        region = inner(function, rows)
        if isinstance(region, str):
            raise RefusedError(region)
        rows.update(range(region.first, region.last + 1))
        # A hop with a name that is used in the row stays a hop, and that changes what its other uses need.
        if not finder.keep(function, region):
            return _joined(finder, parts, region)


def _needs(parts: Sequence[_Part], together: bool) -> set[int]:
    """The positions of the statements that must share one event loop; none when every await can have its own."""
    needs = {i for i, part in enumerate(parts) if part.need}
    doubtful = {i for i, part in enumerate(parts) if part.doubtful}
    if needs and together:
        return needs | {i for i, part in enumerate(parts) if part.covered}
    if needs or sum(part.doubtful for part in parts) > 1:
        return needs | doubtful
    return set()


def _joined(finder: _Finder, parts: Sequence[_Part], region: Inner | None) -> Found:
    found = Found(inner=region)
    for index, part in enumerate(parts):
        if region is not None and region.first <= index <= region.last:
            continue
        found.steps += part.steps
        found.covered += part.covered
    if region is not None:
        found.covered.append(region.span)
    for span, name in finder.on_threads():
        if region is not None and region.span[0] <= span[0] < region.span[1]:
            raise RefusedError(f"{name} starts a thread of its own among what needs one event loop")
        if span not in finder.threads:
            raise RefusedError(f"{name} starts a thread of its own, which async_to_sync does not bring back")
    found.steps += [*finder.hops.values(), *finder.forgotten(region)]
    return found


class _Finder:
    def __init__(
        self,
        store: Store,
        ref: FunctionRef,
        owner: ClassRef | None,
        function: f.Function,
        escapes: Mapping[f.Span, Escape],
    ) -> None:
        self.store = store
        self.path = ref.path
        self.table = store.get(TABLE, "")
        self.escapes = escapes
        self.function = function
        self.local = bound_names(function)
        self.here = body(store, ref.path, function, owner)
        self.nested = {s.name: s for s in own_statements(function.body) if isinstance(s, f.Function) and s.is_async}
        self.imports = _local_imports(function)
        self.replaced = _replaced(function)
        self.hops = self.local_hops(function)
        self.loops = self.loop_names(function)
        self.threads: list[f.Span] = []
        self.now = _Part()

    def parts(self, function: f.Function) -> list[_Part]:
        """What becomes of each statement of the body."""
        found: list[_Part] = []
        self.threads = []
        for statement in function.body:
            self.now = _Part()
            self.visit(statement, function, False)
            found.append(self.now)
        return found

    def need(self, reason: str) -> None:
        """The statement must stay in a loop."""
        self.now.need = self.now.need or reason

    def visit(self, node: Node, parent: Node, repeated: bool) -> None:
        match node:
            case f.Function(is_async=True):
                # It stays a coroutine function: who awaits it does so through a bridge.
                self.now.covered.append(node.span)
                if any(isinstance(part, f.Await) for part in _header(node)):
                    self.need("an await in the header of a coroutine function")
                return
            case f.With(is_async=True):
                self.need("an async with block")
                self.now.covered.append(node.span)
            case f.For(is_async=True):
                self.iterate(node.iterable, node.span[0], False)
            case f.Comprehension():
                self.comprehension(node)
            case f.Await():
                self.awaited(node, parent, repeated)
                return
            case f.Assign(targets=(f.Name(id=name),)) if name in self.loops:
                return
            case f.Name(id=name) if name in self.imports:
                if belongs_to_loops(self.imports[name]):
                    self.need(self.imports[name])
            case f.Name() | f.Attribute() if (first := root(node)) is not None:
                dotted = of_loops(self.store, self.path, node, self.local)
                if dotted:
                    self.need(dotted)
                if first.id not in self.imports:
                    return  # what leads to it has been looked at with it
            case f.Import() | f.ImportFrom() if parent is self.function:
                return  # an import inside the test; what it binds is looked at where it is used
        for child in children(node):
            self.visit(child, node, repeated or _repeats(node, child))

    # --- awaits --------------------------------------------------------------------------------------------------

    def awaited(self, node: f.Await, parent: Node, repeated: bool) -> None:
        call = node.value
        self.now.covered.append(node.span)
        if not isinstance(call, f.Call):
            self.need("an await of something that is not a call")
            self.visit(call, node, repeated)
            return
        self.now.covered.append(call.span)
        hop = self.hop(call)
        if hop is not None:
            inner, row = hop
            payload = _payload(inner, row)
            self.now.steps.append(Unwrap(node, inner, payload, parent))
            self.visit(payload, inner, repeated)
            rest: tuple[Node, ...] = (*call.args, *call.keywords)
            for child in rest:
                self.visit(child, call, repeated)
            return
        unrun = self.unrun(node, call, parent)
        if unrun is not None:
            self.now.steps.append(unrun)
            self.threads.append(call.span)
            for child in (*call.args[unrun.first :], *call.keywords):
                self.visit(child, call, repeated)
            return
        renamed = self.renamed(node, call, parent)
        if isinstance(call.func, f.Name) and call.func.id in self.hops:
            self.now.steps.append(Plain(node, parent))
        elif renamed is not None:
            self.now.steps.append(renamed)
        else:
            alone = self.is_alone(node, call)
            self.now.steps.append(Bridge(node, call, parent, alone))
            if not alone:
                self.now.doubtful += 2 if repeated else 1
        for child in children(call):
            self.visit(child, call, repeated)

    def is_alone(self, node: f.Await, call: f.Call) -> bool:
        """Whether what is awaited is known to work in a loop of its own."""
        if isinstance(call.func, f.Name) and call.func.id in self.nested:
            nested = self.nested[call.func.id]
            # What it reads of the test may be anything.
            free = {n.id for n in walk(nested) if isinstance(n, f.Name)} & self.local - bound_names(nested)
            return not free & self.awaited_names(nested) and is_loop_free(
                self.store, body(self.store, self.path, nested, None)
            )
        return is_known_await(self.store, self.here, node)

    @staticmethod
    def awaited_names(function: f.Function) -> frozenset[str]:
        """The names that stand in what a function awaits."""
        return frozenset(
            n.id for a in walk(function) if isinstance(a, f.Await) for n in walk(a) if isinstance(n, f.Name)
        )

    def unrun(self, node: f.Await, call: f.Call, parent: Node) -> Unrun | None:
        """The step for database work that the test hands to a thread: `to_thread(f, x)`, `run_in_executor(None, f, x)`,
        when the Trace says that it is such a call."""
        escape = self.escapes.get(call.span)
        row = self.table.get(escape.via[0].row) if escape is not None and escape.via else None
        if not isinstance(row, Runs) or row.rule != "ISO103" or row.when != "await" or not isinstance(row.payload, int):
            return None
        leading = call.args[: row.payload]
        if not all(isinstance(arg, f.Constant) and arg.value is None for arg in leading):
            raise RefusedError(f"{_words(call.func)} is given an executor of its own")
        if len(call.args) <= row.payload or isinstance(call.args[row.payload], f.Starred):
            raise RefusedError(f"the arguments of {_words(call.func)} cannot be read")
        return Unrun(node, call.args[row.payload], row.payload, parent)

    def on_threads(self) -> Iterator[tuple[f.Span, str]]:
        """The calls of the test that hand database work to a thread, by span, with the name of what does it."""
        for span, escape in self.escapes.items():
            row = self.table.get(escape.via[0].row) if escape.via else None
            if isinstance(row, Runs) and row.rule == "ISO103":
                yield span, row.name.rpartition(".")[2]

    def loop_names(self, function: f.Function) -> dict[str, f.Assign]:
        """The names that the test binds once to the running loop and uses only to run database work on threads."""
        found: dict[str, f.Assign] = {}
        for statement in function.body:
            match statement:
                case f.Assign(
                    targets=(f.Name(id=name),), value=f.Call(func=func, args=(), keywords=()), annotation=None
                ):
                    if set(self.canonical(func)) & _RUNNING:
                        found[name] = statement
        used: dict[str, int] = {}
        unrun: dict[str, int] = {}
        for node in walk(function):
            match node:
                case f.Name(id=word) if word in found:
                    used[word] = used.get(word, 0) + 1
                case f.Await(value=f.Call(func=f.Attribute(value=f.Name(id=word), attr="run_in_executor")) as call):
                    if word in found and call.span in self.escapes:
                        unrun[word] = unrun.get(word, 0) + 1
        return {name: s for name, s in found.items() if unrun.get(name, 0) and used[name] == unrun[name] + 1}

    def forgotten(self, region: Inner | None) -> list[Step]:
        """The statements that name a loop for nothing any more."""
        return [
            Forget(s) for s in self.loops.values() if region is None or not region.span[0] <= s.span[0] < region.span[1]
        ]

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

    def keep(self, function: f.Function, region: Inner) -> bool:
        """Forget the local hops that are used in the statements of `region`; whether there are any."""
        inside = {
            n.id for s in function.body[region.first : region.last + 1] for n in walk(s) if isinstance(n, f.Name)
        } | {s.name for s in function.body[region.first : region.last + 1] if isinstance(s, f.Function)}
        kept = [name for name in self.hops if name in inside]
        for name in kept:
            del self.hops[name]
        return bool(kept)

    def local_hops(self, function: f.Function) -> dict[str, Unhop | Undecorate]:
        """The names that the test binds once to a hop (`make = sync_to_async(f)`, `@sync_to_async def make`) and uses
        only as `await make(...)` in its own body, with the step of each."""
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
        elsewhere = {
            n.id
            for s in own_statements(function.body)
            if isinstance(s, f.Function) and s.is_async
            for n in walk(s)
            if isinstance(n, f.Name)
        }
        return {n: step for n, step in steps.items() if n not in elsewhere and _is_only_awaited(function, n)}

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
            self.need("an async generator expression")
        for clause in node.clauses:
            if clause.is_async:
                self.iterate(clause.iterable, clause.target.span[0], True)

    def iterate(self, iterable: f.Expr, at: int, clause: bool) -> None:
        self.now.covered.append(iterable.span)
        escape = self.escapes.get(iterable.span)
        row = self.table.get(escape.row) if escape is not None and escape.via[0].row == escape.row else None
        if not isinstance(row, Acts) or not row.name.endswith((".__aiter__", ".aiterator")):
            self.need("an async for")
            return
        rename = None
        if row.name.endswith(".aiterator"):
            func = iterable.func if isinstance(iterable, f.Call) else None
            if not isinstance(func, f.Attribute) or func.attr != "aiterator":
                self.need("an async for")
                return
            rename = (func.attr_span, "iterator")
        self.now.steps.append(Iterate(at, clause, rename))


_RUNNING = frozenset(
    {
        "_asyncio.get_running_loop",
        "_asyncio.get_event_loop",
        "asyncio.get_running_loop",
        "asyncio.get_event_loop",
        "asyncio.events.get_event_loop",
        "asyncio.events.get_running_loop",
    }
)


def _header(function: f.Function) -> Iterator[Node]:
    """Everything in decorators and defaults."""
    for part in (*function.decorators, *(p.default for p in function.params if p.default is not None)):
        yield from walk(part)


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
