"""The decision about one test: what would be rewritten, or why nothing is. Facts, marks and the Trace only, no text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from isolint.fixes.awaits import Bridge, RefusedError, Step, find
from isolint.fixes.bridging import may_bind, unmarked, unsafe_of
from isolint.fixes.channels import UNSAFE, WEBSOCKETS, closing, patch
from isolint.fixes.decorators import minding
from isolint.fixes.fixture import fixture_conversion, leaking
from isolint.fixes.inner import Inner
from isolint.fixes.marks import left_over
from isolint.fixes.reach import doubts_of, drivers_of, drivers_of_fixtures
from isolint.fixes.refusals import (
    async_fixture,
    concurrent,
    of_body,
    of_escapes,
    of_fixtures,
    of_item,
    reached_fixtures,
    uncovered,
)
from isolint.names.symbols import FunctionRef
from isolint.placement.functions import find as find_function
from isolint.placement.trace import trace
from isolint.pytest_model.closures import closure
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.runners import runner
from isolint.pytest_model.shapes import FixtureDef, TestItem
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


@dataclass(frozen=True, slots=True)
class Conversion:
    """A test that can be rewritten: its function, the steps in order, the statements that become a coroutine in it, why
    the result is not safe ("" when it is)."""

    function: f.Function
    steps: tuple[Step, ...]
    inner: Inner | None
    unsafe: str
    fixtures: tuple[str, ...] = ()
    """Those that must be converted with it."""
    patch: str = ""
    """Not empty where Channels must be kept from closing the test's connection: the name of `patch` in the file."""

    @property
    def is_bridged(self) -> bool:
        """Whether something goes through `async_to_sync`."""
        return self.inner is not None or any(isinstance(step, Bridge) for step in self.steps)


def _collected_often(store: Store, path: str) -> dict[FunctionRef, int]:
    counted = Counter(item.ref for item in tests_of(store, path))
    return {ref: times for ref, times in counted.items() if times > 1}


collected_often: Query[str, dict[FunctionRef, int]] = Query("collected often", _collected_often)
"""The functions of a test file that are collected more than once, by inheritance."""


def _conversion(store: Store, item: TestItem) -> Conversion | str:
    found = find_function(store, item.ref)
    if found is None or not isinstance(found.node, f.Function):
        return "its source has changed"
    function = found.node
    who = runner(store, item.id)
    reason = of_item(item, who, collected_often(store, item.id.path).get(item.ref, 1))
    if reason:
        return reason
    result = trace(store, item)
    if result.verdict == "not-rollback":
        return "it does not run in a transaction that is rolled back"
    own = tuple(e for e in result.escapes if e.fixture is None)
    if not own:
        return "no work of it leaves the test's connection"
    converted: dict[FixtureDef, str] = {}
    for one in leaking(store, item):
        made = fixture_conversion(store, (item, one.ref)) if one.ref is not None else "it is not the project's"
        if isinstance(made, str):
            return f"fixture {one.name} itself works on another connection, and stays async: {made}"
        converted[one] = made.unsafe
    reason = (
        of_escapes(store, own)
        or of_fixtures(store, item, closure(store, item.id), who, converted)
        or of_body(store, item.ref.path, function)
    )
    if reason:
        return reason
    try:
        together = concurrent(store, item.ref.path, function)
        escapes = {(e.site.start, e.site.end): e for e in own}
        steps = find(store, item.ref, item.cls, function, escapes, bool(together))
    except RefusedError as refused:
        return str(refused)
    reason = uncovered(own, steps.covered, item.site)
    if reason:
        return reason
    bridges = [step for step in steps.steps if isinstance(step, Bridge)]
    if (bridges or steps.inner) and not may_bind(store, item.ref.path):
        return "the name async_to_sync stands for something else in this file"
    fixtures = closure(store, item.id)
    reached = [
        one.ref
        for name in sorted(reached_fixtures(item, fixtures))
        for one in fixtures.definitions(name)
        if one.ref is not None
    ]
    drivers = drivers_of(store, item.ref.path, function) | drivers_of_fixtures(store, reached)
    if drivers - WEBSOCKETS:
        return f"it drives the application through a client or communicator ({min(drivers - WEBSOCKETS)})"
    closes = bool(drivers or closing(own))
    patched = patch(store, item.ref.path) if closes else ""
    if closes and not patched:
        return "Channels must be patched, and the name patch stands for something else in this file"
    targets = dict.fromkeys(s.target for e in own for s in e.via if s.target is not None)
    doubts = {doubt: name for target in targets for doubt, name in sorted(doubts_of(store, target))}
    if "close" in doubts:
        return f"{doubts['close']} closes database connections, which would be the test's own"
    unsafe = (
        unsafe_of(doubts)
        or (UNSAFE if closes else "")
        or (f"{together} runs coroutines at a time, and on one connection they take turns" if together else "")
        or next((r for b in bridges if (r := unmarked(store, item.ref.path, function, b.call.func))), "")
        or async_fixture(item, fixtures, converted)
        or next((r for r in converted.values() if r), "")
        or left_over(store, item)
        or minding(store, item, function)
    )
    return Conversion(function, tuple(steps.steps), steps.inner, unsafe, tuple(one.name for one in converted), patched)


conversion: Query[TestItem, Conversion | str] = Query("conversion", _conversion)
"""The rewriting of a test, or the reason why there is none."""
