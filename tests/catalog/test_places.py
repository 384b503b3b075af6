"""Places and routes: the laws of composition, and what was measured of each hop from each place."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolint.catalog.places import (
    BARE_LOOP,
    BRIDGE,
    IDENTITY,
    INSENSITIVE,
    NOWHERE,
    SCHEDULED,
    SENSITIVE,
    THREAD,
    WORKER_THREAD,
    Place,
    Route,
    compose,
)

HOPS: dict[str, Route] = {
    "sync_to_async": SENSITIVE,
    "async_to_sync": BRIDGE,
    "to_thread": THREAD,
    "asyncio.run": BARE_LOOP,
    "create_task": SCHEDULED,
    "thread_sensitive=False": INSENSITIVE,
}
"""The six main hops."""

routes = st.tuples(*[st.one_of(st.none(), st.sampled_from(Place)) for _ in Place])


@given(routes, routes, routes)
def test_composition_is_associative(first: Route, second: Route, third: Route) -> None:
    assert compose(compose(first, second), third) == compose(first, compose(second, third))


@given(routes)
def test_identity_and_nowhere(route: Route) -> None:
    assert compose(IDENTITY, route) == route == compose(route, IDENTITY)
    assert compose(NOWHERE, route) == NOWHERE == compose(route, NOWHERE)


@given(routes, routes)
def test_composition_follows_each_place(first: Route, second: Route) -> None:
    for place in Place:
        middle = first[place]
        assert compose(first, second)[place] == (None if middle is None else second[middle])


def generated() -> set[Route]:
    """Every route that some sequence of the six hops makes."""
    found = {IDENTITY}
    while True:
        more = {compose(one, hop) for one in found for hop in HOPS.values()} - found
        if not more:
            return found
        found |= more


def test_the_six_hops_make_few_routes() -> None:
    # The domain that summaries are made of is finite and small: this is why a fixpoint over them ends.
    assert len(generated()) == 48


def test_no_sequence_of_hops_comes_home_from_a_bare_loop() -> None:
    for route in generated():
        assert route[Place.WORKER_LOOP] not in (Place.HOME, Place.HOME_LOOP, Place.LENT)
        assert route[Place.POOL] not in (Place.HOME, Place.HOME_LOOP, Place.LENT)


def test_no_hop_invents_knowledge() -> None:
    # From an unknown thread only a hop with one target for all threads (a pool) leads to a known one.
    for name, route in HOPS.items():
        for place in (Place.UNKNOWN, Place.UNKNOWN_LOOP):
            there = route[place]
            assert there is None or there.thread in ("unknown", "pool"), name


# facts: threads, section 3. (from, hops in order, to); None: it raises or does not happen.
S, B, T, R, C, P = (SENSITIVE, BRIDGE, THREAD, BARE_LOOP, SCHEDULED, INSENSITIVE)
MEASURED: list[tuple[str, Place, tuple[Route, ...], Place | None]] = [
    ("sync_to_async from a bare loop", Place.WORKER_LOOP, (S,), Place.WORKER),
    ("sync_to_async under the bridge", Place.HOME, (B, S), Place.LENT),
    ("at any nesting", Place.HOME, (B, S, B, S, B, S), Place.LENT),
    ("in a task under the bridge", Place.HOME, (B, C, S), Place.LENT),
    ("in a task of a task", Place.HOME, (B, C, C, S), Place.LENT),
    ("in a task of a bare loop", Place.WORKER_LOOP, (C, S), Place.WORKER),
    ("the bridge inside sync_to_async from a bare loop", Place.WORKER_LOOP, (S, B), Place.WORKER_LOOP),
    ("then thread-sensitive again", Place.WORKER_LOOP, (S, B, S), Place.WORKER),
    ("the bridge in a pool", Place.HOME, (T, B), Place.POOL_LOOP),
    ("thread-sensitive below it", Place.HOME, (T, B, S), Place.POOL),
    ("the bridge where a loop runs", Place.WORKER_LOOP, (B,), None),
    ("the bridge in the bridge's loop", Place.HOME, (B, B), None),
    ("sync_to_async where no loop runs", Place.HOME, (S,), None),
    ("to_thread from home", Place.HOME, (T,), Place.POOL),
    ("to_thread under the bridge", Place.HOME, (B, T), Place.POOL),
    ("to_thread from a bare loop", Place.WORKER_LOOP, (T,), Place.POOL),
    ("to_thread from the worker", Place.WORKER, (T,), Place.POOL),
    ("a thread from home lent", Place.LENT, (T,), Place.POOL),
    ("thread_sensitive=False under the bridge", Place.HOME, (B, P), Place.POOL),
    ("thread_sensitive=False from a bare loop", Place.WORKER_LOOP, (P,), Place.POOL),
    ("asyncio.run in a sync test", Place.HOME, (R,), Place.WORKER_LOOP),
    ("thread-sensitive work in it", Place.HOME, (R, S), Place.WORKER),
    ("asyncio.run from home lent by a bridge", Place.LENT, (R,), None),
    ("asyncio.run reached through the bridge", Place.HOME, (B, S, R), None),
    ("asyncio.run where a loop runs", Place.WORKER_LOOP, (R,), None),
    ("asyncio.run in a pool", Place.HOME, (T, R, S), Place.WORKER),
    ("a task where no loop runs", Place.HOME, (C,), None),
    ("asgiref's worker by hand", Place.HOME, (WORKER_THREAD,), Place.WORKER),
    ("a sync method of Django's TestCase with a pool", Place.HOME_LOOP, (T,), Place.POOL),
    ("an async method of Django's TestCase", Place.HOME_LOOP, (S,), Place.LENT),
]


@pytest.mark.parametrize("start, hops, end", [row[1:] for row in MEASURED], ids=[row[0] for row in MEASURED])
def test_measured(start: Place, hops: tuple[Route, ...], end: Place | None) -> None:
    route = IDENTITY
    for hop in hops:
        route = compose(route, hop)
    assert route[start] == end


def test_only_home_and_loops_are_on_the_test_s_connection() -> None:
    assert {place for place in Place if place.thread == "home"} == {Place.HOME, Place.HOME_LOOP, Place.LENT}
    assert {place for place in Place if place.has_loop} == {
        Place.HOME_LOOP,
        Place.WORKER_LOOP,
        Place.POOL_LOOP,
        Place.UNKNOWN_LOOP,
    }


def test_the_order_of_two_hops_matters() -> None:
    pairs = [(a, b) for a, b in itertools.combinations(HOPS.values(), 2) if compose(a, b) != compose(b, a)]
    assert len(pairs) > 10
