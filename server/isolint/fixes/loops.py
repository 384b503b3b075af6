"""The fix of an event loop that is started by hand: `asyncio.run(f(x))` and `anyio.run(f, x)` become
`async_to_sync(f)(x)`.

Decided here: which of a sync function's calls that start a loop can be rewritten so, and why not. What the text looks
like then stands in `rewrite`; what the awaited code must not do is asked of `refusals` and `reach`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from isolint.catalog.rows import Acts, Drives, Runs
from isolint.fixes.awaits import Rebridge, RefusedError, Rerun
from isolint.fixes.bridging import may_bind, unmarked, unsafe_of
from isolint.fixes.channels import of_channels
from isolint.fixes.reach import Body, body, doubts_of, is_known_await
from isolint.fixes.refusals import of_errors, of_escapes
from isolint.fixes.walk import walk
from isolint.names.symbols import FunctionRef, Site
from isolint.placement.functions import find as find_function
from isolint.placement.inputs import TABLE
from isolint.placement.shapes import Escape
from isolint.placement.trace import trace
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

RULE = "ISO105"
_OWN_LOOPS = frozenset({"asyncio.runners.run", "anyio._core._eventloop.run"})
"""What starts a loop for one coroutine and ends it, as `async_to_sync` does."""


@dataclass(frozen=True, slots=True)
class Loops:
    """The calls of a function that can be rewritten; why the result is not safe ("" when it is)."""

    function: f.Function
    steps: tuple[Rebridge | Rerun, ...]
    unsafe: str


def is_started(store: Store, escape: Escape) -> bool:
    """Whether an escape is the work of a loop that is started right where it stands."""
    row = store.get(TABLE, "").get(escape.via[0].row) if escape.via else None
    return isinstance(row, Drives | Runs) and row.rule == RULE and row.when == "call"


def started(store: Store, ref: FunctionRef, function: f.Function, escapes: Iterable[Escape]) -> Loops:
    """The rewriting of the calls of a function at which these escapes stand. Raises RefusedError."""
    found = {(e.site.start, e.site.end): e for e in escapes}
    calls = {node.span: node for node in walk(function) if isinstance(node, f.Call) and node.span in found}
    if function.is_async:
        raise RefusedError("it starts an event loop where one runs")
    if not may_bind(store, ref.path):
        raise RefusedError("the name async_to_sync stands for something else in this file")
    here = body(store, ref.path, function, None)
    steps: list[Rebridge | Rerun] = []
    unsafe = ""
    for span, escape in found.items():
        call = calls.get(span)
        if call is None or escape.site.path != ref.path or not is_started(store, escape):
            raise RefusedError(f"{escape.payload} leaves the connection where no event loop is started")
        step = _step(store, call, escape)
        steps.append(step)
        unsafe = unsafe or _unsafe(store, here, step, escape)
    reason = (
        of_escapes(store, found.values(), behind=1)
        or of_channels(found.values(), behind=1)
        or of_errors(store, ref.path, function, (f.Call,))
    )
    if reason:
        raise RefusedError(reason)
    targets = dict.fromkeys(s.target for e in found.values() for s in e.via if s.target is not None)
    doubts = {doubt: name for target in targets for doubt, name in sorted(doubts_of(store, target))}
    if "close" in doubts:
        raise RefusedError(f"{doubts['close']} closes database connections, which would be the test's own")
    return Loops(function, tuple(sorted(steps, key=lambda s: s.call.span)), unsafe_of(doubts) or unsafe)


def _step(store: Store, call: f.Call, escape: Escape) -> Rebridge | Rerun:
    name = escape.via[0].label
    row = store.get(TABLE, "").get(escape.via[0].row)
    assert isinstance(row, Drives | Runs)
    given = [k for k in call.keywords if k.name == row.keyword]
    for keyword in call.keywords:
        if isinstance(row, Runs) and keyword.name == "backend":
            if not isinstance(keyword.value, f.Constant) or keyword.value.value != "asyncio":
                raise RefusedError(f"which loop {name} starts cannot be read")
        elif keyword not in given:
            raise RefusedError(f"{name} has the option {keyword.name or '**'}, which async_to_sync has not")
    if isinstance(row, Runs):
        return _rerun(store, call, escape)
    values = [*call.args, *(keyword.value for keyword in given)]
    if len(values) != 1 or isinstance(values[0], f.Starred):
        raise RefusedError(f"the arguments of {name} cannot be read")
    coroutine = values[0]
    if not isinstance(coroutine, f.Call):
        raise RefusedError(f"what {name} is given is made elsewhere")
    if isinstance(coroutine.func, f.Call):
        raise RefusedError(f"what {name} is given is no plain call")
    return Rebridge(call, coroutine, _renamed(store, coroutine.func, escape))


def _rerun(store: Store, call: f.Call, escape: Escape) -> Rerun:
    name = escape.via[0].label
    behind = max((arg.span[1] for arg in call.args), default=0)
    if not call.args or any(keyword.span[0] < behind for keyword in call.keywords):
        raise RefusedError(f"the arguments of {name} cannot be read")
    function = call.args[0]
    if not isinstance(function, f.Name | f.Attribute):
        raise RefusedError(f"what {name} is given is made elsewhere")
    return Rerun(call, function, _renamed(store, function, escape))


def _renamed(store: Store, func: f.Expr, escape: Escape) -> tuple[f.Span, str] | None:
    """For a method of Django's that has a sync form: the span of its name, and that form's name."""
    table = store.get(TABLE, "")
    name = escape.via[1].row if len(escape.via) == 2 else ""
    owner, _, word = name.rpartition(".")
    if not isinstance(func, f.Attribute) or func.attr != word or not word.startswith("a"):
        return None
    return (func.attr_span, word[1:]) if isinstance(table.get(f"{owner}.{word[1:]}"), Acts) else None


def _unsafe(store: Store, here: Body, step: Rebridge | Rerun, escape: Escape) -> str:
    func = step.function if isinstance(step, Rerun) else step.coroutine.func
    warned = unmarked(store, here.path, here.function, func) if step.renamed is None else ""
    if warned or isinstance(step, Rerun) or escape.via[0].row in _OWN_LOOPS:
        return warned
    awaited = f.Await(step.coroutine, step.call.span)
    if step.renamed is not None or is_known_await(store, here, awaited):
        return ""
    return f"what {escape.via[0].label} runs gets an event loop of its own, and may need the one it has"


def _of_test(store: Store, key: tuple[TestItem, int]) -> Loops | str:
    item, start = key
    found = find_function(store, item.ref)
    if found is None or not isinstance(found.node, f.Function):
        return "its source has changed"
    if item.runs != item.ref or item.opaque:
        return "a decorator of the project wraps the test"
    own = [e for e in trace(store, item).escapes if e.fixture is None and start in (-1, e.site.start)]
    if not all(_is_here(item, e.site) for e in own):
        return "an event loop is started outside the test's own body"
    try:
        return started(store, item.ref, found.node, own)
    except RefusedError as refused:
        return str(refused)


def _is_here(item: TestItem, site: Site) -> bool:
    return (site.path, site.chunk) == (item.ref.path, item.ref.chunk)


of_test: Query[tuple[TestItem, int], Loops | str] = Query("loops started by hand", _of_test)
"""Key: a sync test, and where in its chunk a call stands that starts a loop (-1: all that leaves its connection)."""
