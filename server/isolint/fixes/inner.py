"""The part of a test that stays in one event loop: which of its statements, and which names cross the border.

Each call of `async_to_sync` is a loop of its own, so what shares one (a lock, a task, a session, an async block) moves
into one coroutine inside the test, its text as it is. A coroutine is a scope of its own: a name that it binds and that
the rest of the test reads comes back by `return`; one that was bound before is `nonlocal`. No text is read here, and
nothing is said about which statements need the loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from isolint.fixes.walk import Node, children, walk
from isolint.names.scopes import target_names
from isolint.placement.functions import bound_names, own_statements
from isolint.syntax import facts as f

_NAMES = ("run", "run_in_loop", "run_in_one_loop", "_run_in_one_loop")
_FRAMES = frozenset({"locals", "vars", "eval", "exec", "super", "dir"})
_MAY_STOP = frozenset({"raises", "assertRaises", "assertRaisesMessage", "assertRaisesRegex", "suppress"})


@dataclass(frozen=True, slots=True)
class Inner:
    """Statements of a test's own body, `first` to `last` by position, that become the coroutine `name`, called once.

    `span` is that of the statements, `outer` the names that it binds and that are bound before, `returned` those that
    come back."""

    first: int
    last: int
    span: f.Span
    name: str
    outer: tuple[str, ...]
    returned: tuple[str, ...]


def inner(function: f.Function, needs: Iterable[int]) -> Inner | str:
    """The smallest row of statements with all those that need the loop that can be a scope of its own; or why there is
    none."""
    body, wanted = function.body, sorted(needs)
    first, last = wanted[0], wanted[-1]
    if any(isinstance(s, f.ScopeNames) and s.kind == "global" for s in own_statements(body)):
        return "it declares global names"
    parts = [_part(statement) for statement in body]
    params = {p.name for p in function.params}
    while True:
        rest = parts[first : last + 1]
        wider = _wider(parts, params, first, last)
        if wider == (first, last):
            break
        first, last = wider
    if any(part.frames for part in rest):
        word = next(iter(sorted(set().union(*(part.frames for part in rest)))))
        return f"it uses {word}(), which is another thing in a coroutine of its own"
    before = params.union(*(part.bound for part in parts[:first]))
    bound = set().union(*(part.bound for part in rest))
    read = set().union(*(part.read for part in (*rest, *parts[last + 1 :]))).union(*(p.captured for p in parts[:first]))
    after = _mentioned(parts[last + 1 :])
    outer = tuple(sorted(name for name in bound & before if name in read))
    returned = tuple(name for name in _in_order(body[first : last + 1], bound - before) if name in after)
    mentioned = _mentioned(parts) | params
    name = next((name for name in _NAMES if name not in mentioned), "")
    if not name:
        return "there is no name left for a coroutine in it"
    return Inner(first, last, (body[first].span[0], body[last].span[1]), name, outer, returned)


@dataclass(frozen=True, slots=True)
class _Part:
    """One statement: the names that it binds in the test, of these the ones that are bound whenever it ends; the names
    it reads, and those that functions in it read or bind again; whether it may return from the test."""

    bound: frozenset[str]
    sure: frozenset[str]
    read: frozenset[str]
    captured: frozenset[str]
    returns: bool
    frames: frozenset[str]


def _part(statement: f.Stmt) -> _Part:
    own = tuple(own_statements((statement,)))
    shell = f.Function("", (0, 0), (0, 0), (), None, (), (statement,), False, False, (0, 0))
    walruses = frozenset(n.target.id for n in _outside(statement) if isinstance(n, f.Walrus))
    targets = {t.span for s in own for t in _targets(s)}
    read: set[str] = set()
    captured: set[str] = set()
    for node in walk(statement):
        match node:
            case f.Name(id=word, span=span) if span not in targets:
                read.add(word)
            case f.Function() | f.Lambda() | f.Class():
                captured.update(n.id for n in walk(node) if isinstance(n, f.Name))
            case f.ScopeNames(kind="nonlocal", names=names):
                captured.update(names)
    gone = {t.id for s in own if isinstance(s, f.Delete) for t in s.targets if isinstance(t, f.Name)}
    return _Part(
        bound_names(shell) | walruses,
        frozenset(_sure(statement)) - gone,
        frozenset(read),
        frozenset(captured),
        any(isinstance(s, f.Return) for s in own),
        frozenset(
            n.func.id for n in walk(statement) if isinstance(n, f.Call) and isinstance(n.func, f.Name)
        ) & _FRAMES,
    )  # fmt: skip


def _wider(parts: Sequence[_Part], params: set[str], first: int, last: int) -> tuple[int, int]:
    """The row, or a wider one where that would change what a name stands for."""
    rest = parts[first : last + 1]
    if any(part.returns for part in rest):
        return first, len(parts) - 1
    before = params.union(*(part.bound for part in parts[:first]))
    sure = set().union(*(part.sure for part in rest))
    captured = set().union(*(part.captured for part in rest))
    for name in sorted(set().union(*(part.bound for part in rest)) - before):
        early = next((i for i, part in enumerate(parts[:first]) if name in part.read | part.captured), None)
        if early is not None:  # a function made before reads what is bound in the row
            return early, last
        late = [i for i in range(last + 1, len(parts)) if name in _mentioned((parts[i],))]
        if late and (name not in sure or name in captured):
            return first, late[-1]
    return first, last


def _mentioned(parts: Iterable[_Part]) -> set[str]:
    return {name for part in parts for name in (*part.read, *part.captured, *part.bound)}


def _sure(statement: f.Stmt) -> Iterator[str]:
    """The names that are bound whenever a statement ends without an exception."""
    match statement:
        case f.With():
            for item in statement.items:
                if item.target is not None:
                    yield from target_names(item.target)
            stops = any(
                isinstance(i.context, f.Call) and _last_word(i.context.func) in _MAY_STOP for i in statement.items
            )
            for inside in () if stops else statement.body:
                yield from _sure(inside)
        case f.Try(handlers=()):
            for inside in (*statement.body, *statement.final):
                yield from _sure(inside)
        case f.Assign() if statement.value is not None:
            for target in statement.targets:
                yield from target_names(target)
            yield from (n.target.id for n in _outside(statement.value) if isinstance(n, f.Walrus))
        case f.Function() | f.Class():
            yield statement.name
        case f.Import() | f.ImportFrom():
            for name in statement.names:
                yield name.alias or name.name.partition(".")[0]


def _in_order(body: Iterable[f.Stmt], names: set[str]) -> list[str]:
    """Names in the order in which they are bound."""
    found: dict[str, None] = {}
    for statement in own_statements(tuple(body)):
        for name in (*(n for t in _targets(statement) for n in target_names(t)), *_sure(statement)):
            if name in names:
                found[name] = None
    return [*found, *sorted(names - found.keys())]


def _targets(statement: f.Stmt) -> Iterator[f.Expr]:
    """The names that a statement itself binds, as they are written; an augmented assignment reads its own."""
    match statement:
        case f.Assign(augmented=False):
            todo = list(statement.targets)
        case f.For():
            todo = [statement.target]
        case f.With():
            todo = [item.target for item in statement.items if item.target is not None]
        case _:
            return
    while todo:
        target = todo.pop(0)
        if isinstance(target, f.Collection):
            todo = [*target.items, *todo]
        elif isinstance(target, f.Starred):
            todo.insert(0, target.value)
        elif isinstance(target, f.Name):
            yield target


def _outside(node: Node) -> Iterator[Node]:
    """A fact and everything in it, functions and classes left out."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        todo += [c for c in children(current) if not isinstance(c, f.Function | f.Lambda | f.Class)]


def _last_word(expr: f.Expr) -> str:
    return expr.id if isinstance(expr, f.Name) else expr.attr if isinstance(expr, f.Attribute) else ""
