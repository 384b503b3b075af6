"""The fix of a test that pytest drops because `@async_to_sync` decorates it: the bridge moves inside.

The decorator goes, the function becomes a plain one, and its one await goes through `async_to_sync`; where more needs
an event loop, the whole body becomes one coroutine in it, called once, as the decorator ran it.
"""

from __future__ import annotations

from isolint.fixes.awaits import Bridge, Step, Undecorate
from isolint.fixes.bridging import ASYNC_TO_SYNC
from isolint.fixes.inner import Inner, inner
from isolint.fixes.plan import Plan
from isolint.fixes.refusals import of_loops
from isolint.fixes.rewrite import body_edits
from isolint.fixes.rewriting import BRIDGE, Rewriting, rewritten
from isolint.fixes.walk import Node, children, walk
from isolint.names.resolve import canonical_names
from isolint.placement.functions import bound_names
from isolint.placement.functions import find as find_function
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Store
from isolint.syntax import facts as f
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit

RULE = "ISO203"


def plan(store: Store, item: TestItem) -> Plan:
    """What the fix offers. Never safe: what has not run so far may fail."""
    title = f"Move async_to_sync inside {item.id.name}"
    found = _found(store, item)
    if isinstance(found, str):
        return Plan("none", title, found)
    return Plan("unsafe", title, "it has never run, and does from then on")


def edits(store: Store, item: TestItem, source: SourceFile) -> tuple[Edit, ...] | str:
    """The edits in offsets of `source`, or why there are none."""
    found = _found(store, item)
    if isinstance(found, str):
        return found
    function, steps, region = found
    return rewritten(
        source,
        item.ref.chunk,
        function,
        lambda text: Rewriting(body_edits(text, function, steps, region, None), [BRIDGE]),
    )


def _found(store: Store, item: TestItem) -> tuple[f.Function, list[Step], Inner | None] | str:
    found = find_function(store, item.ref)
    function = found.node if found is not None else None
    if not isinstance(function, f.Function):
        return "its source has changed"
    path = item.ref.path
    written = [d for d in function.decorators if not isinstance(d, f.Call)]
    decorators = [d for d in written if ASYNC_TO_SYNC in canonical_names(store, path, d)]
    if len(decorators) != 1 or not function.is_async or item.opaque:
        return "async_to_sync does not stand among its own decorators alone"
    if function.is_generator:
        return "it yields"
    named = isinstance(decorators[0], f.Name) and decorators[0].id == "async_to_sync"
    if not named or "async_to_sync" in bound_names(function):
        return "async_to_sync has another name there"
    steps: list[Step] = [Undecorate(decorators[0])]
    bridge = _only_await(function)
    if bridge is not None and not of_loops(store, path, function, bound_names(function)):
        return function, [*steps, bridge], None
    rows = [i for i, s in enumerate(function.body) if i or not _is_text(s)]
    if not rows:
        return "it has no body"
    region = inner(function, rows)
    return region if isinstance(region, str) else (function, steps, region)


def _is_text(statement: f.Stmt) -> bool:
    return (
        isinstance(statement, f.Evaluate)
        and isinstance(statement.value, f.Constant)
        and isinstance(statement.value.value, str)
    )


def _only_await(function: f.Function) -> Bridge | None:
    """The one await of a body, of a plain call that is made once, where nothing else in it needs a loop."""
    found: list[Bridge] = []
    todo: list[tuple[Node, Node]] = [(s, function) for s in function.body]
    while todo:
        node, parent = todo.pop()
        match node:
            case f.Await(value=f.Call() as call) if not isinstance(call.func, f.Call):
                found.append(Bridge(node, call, parent, True))
            case f.Await():
                return None
            case f.With(is_async=True) | f.For(is_async=True) | f.Clause(is_async=True) | f.Function(is_async=True):
                return None
            case f.For() | f.While() | f.Comprehension() | f.Lambda() | f.Function() | f.Class():
                if any(isinstance(inside, f.Await) for inside in walk(node)):
                    return None
        todo += [(child, node) for child in children(node)]
    return found[0] if len(found) == 1 else None
