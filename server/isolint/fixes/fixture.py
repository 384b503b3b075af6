"""The decision about one fixture that works outside the transaction: what would be rewritten, or why nothing is.

An async fixture becomes a sync one, a sync fixture that starts an event loop uses `async_to_sync`. Only where nothing
that it makes can belong to an event loop: then the same work is done on the test's connection. What becomes of the
tests that request it is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from isolint.fixes.awaits import Bridge, RefusedError, Step, find
from isolint.fixes.bridging import may_bind, unanswered, unmarked, unsafe_of
from isolint.fixes.channels import of_channels
from isolint.fixes.loops import started
from isolint.fixes.reach import doubts_of, needs_a_loop
from isolint.fixes.refusals import of_errors, of_escapes, of_loops, of_words, uncovered
from isolint.fixes.walk import walk
from isolint.names.resolve import canonical_names
from isolint.names.symbols import FunctionRef
from isolint.placement.functions import bound_names
from isolint.placement.functions import find as find_function
from isolint.placement.shapes import Escape
from isolint.placement.trace import trace
from isolint.pytest_model.closures import closure
from isolint.pytest_model.functions import name_site
from isolint.pytest_model.shapes import FixtureDef, TestItem
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

FIXTURE_MAKERS = frozenset({"pytest_asyncio.plugin.fixture", "_pytest.fixtures.fixture"})


@dataclass(frozen=True, slots=True)
class FixtureConversion:
    """A fixture that can be rewritten: its definition and function, the steps in order, whether something goes through
    `async_to_sync`, why the result is not safe ("" when it is)."""

    definition: FixtureDef
    function: f.Function
    steps: tuple[Step, ...]
    is_bridged: bool
    unsafe: str


def leaking(store: Store, item: TestItem) -> tuple[FixtureDef, ...]:
    """The fixtures that a test gets and that work on another connection, in the order of their set-up."""
    sites = {e.site for e in trace(store, item).escapes if e.fixture is not None}
    if not sites:
        return ()
    return tuple(one for one in closure(store, item.id).used if one.site in sites)


def _conversion(store: Store, key: tuple[TestItem, FunctionRef]) -> FixtureConversion | str:
    item, ref = key
    found = find_function(store, ref)
    definition = next((one for one in leaking(store, item) if one.ref == ref), None)
    if definition is None or found is None or not isinstance(found.node, f.Function):
        return "its source has changed"
    function = found.node
    reason = _of_definition(store, definition, function)
    if reason:
        return reason
    escapes = _in_body(store, item, definition)
    if escapes is None:
        return "its work is done where it cannot be followed"
    try:
        return _steps(store, definition, function, escapes)
    except RefusedError as refused:
        return str(refused)


fixture_conversion: Query[tuple[TestItem, FunctionRef], FixtureConversion | str] = Query(
    "conversion of a fixture", _conversion
)
"""Key: a test that gets the fixture, and the fixture's function."""


def _of_definition(store: Store, one: FixtureDef, function: f.Function) -> str:
    if one.xunit is not None:
        return "it is a set-up method"
    if one.opaque:
        return f"a decorator cannot be followed: {one.opaque}"
    if one.scope != "function":
        return "it lives longer than one test, and so do its rows"
    if len(function.decorators) != 1:
        return "it has more decorators than the one that makes it a fixture"
    decorator = function.decorators[0]
    called = decorator.func if isinstance(decorator, f.Call) else decorator
    assert one.ref is not None
    if not set(canonical_names(store, one.ref.path, called)) & FIXTURE_MAKERS:
        return "its decorator is not pytest's or pytest-asyncio's own"
    if isinstance(decorator, f.Call) and any(k.name is None for k in decorator.keywords):
        return "the options of its decorator cannot be read"
    missing = unanswered(store)
    if missing:
        return f"what {missing} is, is not known yet"
    if "anyio_backend" in one.params or "event_loop" in one.params:
        return "it asks for the event loop itself"
    return ""


def _in_body(store: Store, item: TestItem, one: FixtureDef) -> tuple[Escape, ...] | None:
    """The work of a fixture that leaves the connection, as if its body were a test's; None where a piece of it does not
    stand in that body."""
    assert one.ref is not None
    found: list[Escape] = []
    for escape in trace(store, item).escapes:
        if escape.fixture is None or escape.site != name_site(store, one.ref):
            continue
        inner = escape.via[1:]
        site = inner[0].site if inner else None
        if site is None or (site.path, site.chunk) != (one.ref.path, one.ref.chunk):
            return None
        found.append(replace(escape, site=site, via=inner, fixture=None, payload=inner[0].label))
    return tuple(found)


def _steps(store: Store, one: FixtureDef, function: f.Function, escapes: Sequence[Escape]) -> FixtureConversion:
    ref = one.ref
    assert ref is not None
    if not function.is_async:
        loops = started(store, ref, function, escapes)
        return FixtureConversion(one, function, loops.steps, any(s.renamed is None for s in loops.steps), loops.unsafe)
    dotted = of_loops(store, ref.path, function, bound_names(function))
    reason = (
        of_words(store, ref.path, function)
        or of_escapes(store, escapes)
        or of_channels(escapes)
        or of_errors(store, ref.path, function)
    )
    if reason:
        raise RefusedError(reason)
    found = find(store, ref, one.owner, function, {(e.site.start, e.site.end): e for e in escapes}, False)
    if found.inner is not None:
        raise RefusedError(f"what it makes may belong to the event loop{f' ({dotted})' if dotted else ''}")
    reason = uncovered(escapes, found.covered, escapes[0].site)
    if reason:
        raise RefusedError(reason)
    bridges = [step for step in found.steps if isinstance(step, Bridge)]
    if any(not step.alone for step in bridges):
        raise RefusedError("what it awaits is not all known, and its value may belong to the event loop")
    if bridges and not may_bind(store, ref.path):
        raise RefusedError("the name async_to_sync stands for something else in its file")
    if any(
        isinstance(node, f.Function | f.Lambda) and _awaits(node) for node in walk(function) if node is not function
    ):
        raise RefusedError("it has coroutine functions of its own, which its value may hold")
    needs = needs_a_loop(store, ref.path, function)
    if needs:
        raise RefusedError(f"{needs} may need the event loop that runs it")
    targets = dict.fromkeys(s.target for e in escapes for s in e.via if s.target is not None)
    doubts = {doubt: name for target in targets for doubt, name in sorted(doubts_of(store, target))}
    if "close" in doubts:
        raise RefusedError(f"{doubts['close']} closes database connections, which would be the test's own")
    unsafe = unsafe_of(doubts) or next(
        (r for b in bridges if (r := unmarked(store, ref.path, function, b.call.func))), ""
    )
    return FixtureConversion(one, function, tuple(found.steps), bool(bridges), unsafe)


def _awaits(node: f.Function | f.Lambda) -> bool:
    return isinstance(node, f.Function) and node.is_async
