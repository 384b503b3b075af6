"""What must become of a test when fixtures that it gets are converted: the rows that they make come home, and whatever
still runs elsewhere does not see them there (facts: threads, section 4).

So a test that works on another connection itself is converted with its fixtures, and they are left alone where it
cannot be. Which tests share a fixture is for `check` to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from isolint.fixes.conversion import conversion
from isolint.fixes.fixture import fixture_conversion, leaking
from isolint.fixes.loops import of_test
from isolint.fixes.plan import Plan
from isolint.fixes.refusals import of_errors
from isolint.names.symbols import FunctionRef
from isolint.placement.functions import find_node
from isolint.placement.trace import trace
from isolint.pytest_model.closures import closure
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


@dataclass(frozen=True, slots=True)
class Part:
    """A test's part in the conversion of its fixtures: it stays, becomes a sync test, or its loops become bridges; why
    that is not safe ("" when it is)."""

    kind: Literal["stays", "test", "loops"]
    unsafe: str = ""


def _part(store: Store, item: TestItem) -> Part | str:
    result = trace(store, item)
    if result.verdict == "not-rollback":
        return Part("stays")
    own = [e for e in result.escapes if e.fixture is None]
    if own and item.is_async:
        found = conversion(store, item)
        return found if isinstance(found, str) else Part("test", found.unsafe)
    if own:
        loops = of_test(store, (item, -1))
        return loops if isinstance(loops, str) else Part("loops", loops.unsafe)
    if result.undecided:
        # It stays where it is, and nobody knows whether it looks for the rows from there.
        why = result.undecided[0][1]
        return Part("stays", f"what {item.id.name} does is not all known ({why}), and it may not see the rows any more")
    node = find_node(store, item.ref)
    if not item.is_async and isinstance(node, f.Function):
        # What a fixture does after such a test it would then do in the broken transaction.
        return of_errors(store, item.ref.path, node, (f.Call,)) or Part("stays")
    return Part("stays")


part: Query[TestItem, Part | str] = Query("part in a conversion", _part)
"""The part of a test that gets a leaking fixture; or why the fixture cannot be converted for its sake."""


def fixture_title(name: str) -> str:
    """What the action is called."""
    return f"Convert fixture {name}, and the tests that need it, to sync"


def _plan(store: Store, key: tuple[TestItem, FunctionRef]) -> Plan:
    item, ref = key
    title = fixture_title(next((one.name for one in leaking(store, item) if one.ref == ref), ref.name))
    unsafe = ""
    for one in leaking(store, item):
        found = fixture_conversion(store, (item, one.ref)) if one.ref is not None else "it is not the project's"
        if isinstance(found, str):
            return Plan("none", title, found if one.ref == ref else f"fixture {one.name} stays async: {found}")
        unsafe = unsafe or found.unsafe
    own = part(store, item)
    if isinstance(own, str):
        return Plan("none", title, f"{item.id.name}, which requests it, cannot be converted: {own}")
    unsafe = unsafe or own.unsafe
    return Plan("unsafe" if unsafe else "safe", title, unsafe)


fixture_plan: Query[tuple[TestItem, FunctionRef], Plan] = Query("plan of a fixture", _plan)
"""Key: a test, and the function of a leaking fixture that it gets: what can be done about the fixture as far as this
test is concerned."""


def asks_at_run_time(store: Store, item: TestItem, name: str) -> bool:
    """Whether a test gets a fixture by `getfixturevalue`: then nothing is known of what it does with it."""
    return any(asked.name == name for asked in closure(store, item.id).dynamic)
