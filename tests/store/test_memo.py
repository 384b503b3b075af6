"""The memo: recorded reads, early cut-off, cycles, cancellation; compared with a store that remembers nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isolint.store.memo import Cancelled, CycleError, Input, Query, Store

NUMBER: Input[str, int] = Input("number", 0)
PARITY: Query[str, int] = Query("parity", lambda store, key: store.get(NUMBER, key) % 2)
NAME: Query[str, str] = Query("name", lambda store, key: "odd" if store.get(PARITY, key) else "even")


def test_equal_results_stop_the_wave() -> None:
    store = Store()
    store.set(NUMBER, "a", 2)
    assert store.get(NAME, "a") == "even"
    store.computed.clear()
    store.set(NUMBER, "a", 4)
    assert store.get(NAME, "a") == "even"
    assert store.computed == {"parity": 1}


def test_other_keys_stay_untouched() -> None:
    store = Store()
    store.set(NUMBER, "a", 1)
    store.set(NUMBER, "b", 1)
    assert (store.get(NAME, "a"), store.get(NAME, "b")) == ("odd", "odd")
    store.computed.clear()
    store.set(NUMBER, "a", 2)
    assert store.is_stale(NAME, "a")
    assert not store.is_stale(NAME, "b")
    assert (store.get(NAME, "a"), store.get(NAME, "b")) == ("even", "odd")
    assert store.computed == {"parity": 1, "name": 1}


def test_reads_that_are_no_longer_made_do_not_count() -> None:
    store = Store()
    pick: Query[str, int] = Query(
        "pick", lambda s, k: s.get(NUMBER, "left") if s.get(NUMBER, "which") else s.get(NUMBER, "right")
    )
    store.set(NUMBER, "which", 1)
    store.set(NUMBER, "left", 10)
    assert store.get(pick, "") == 10
    store.set(NUMBER, "which", 0)
    store.set(NUMBER, "right", 20)
    assert store.get(pick, "") == 20
    store.computed.clear()
    store.set(NUMBER, "left", 11)
    assert store.get(pick, "") == 20
    assert store.computed == {}


EDGES: Input[str, tuple[str, ...]] = Input("edges", ())
REACH: Query[str, frozenset[str]] = Query(
    "reach",
    lambda store, key: frozenset({key}).union(*(store.get(REACH, to) for to in store.get(EDGES, key))),
    bottom=lambda key: frozenset(),
)

graphs = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3).map(tuple))


def reach(graph: dict[str, tuple[str, ...]], start: str) -> frozenset[str]:
    seen, todo = {start}, [start]
    while todo:
        for to in graph.get(todo.pop(), ()):
            if to not in seen:
                seen.add(to)
                todo.append(to)
    return frozenset(seen)


@example([({"d": ("c", "e"), "e": ("d",), "a": ("e",), "b": (), "c": ("d", "a")}, ["c"])])  # a cycle inside a cycle
@example(
    [({"c": ("e", "b", "c"), "a": (), "e": ("a",)}, []), ({"c": ("e", "b", "c"), "a": (), "e": ("c",)}, [])]
)  # a read that became part of the cycle
@given(st.lists(st.tuples(graphs, st.lists(st.sampled_from("abcdef"), max_size=4)), max_size=6))
def test_cycles_give_the_least_fixpoint_and_incremental_equals_from_scratch(
    steps: list[tuple[dict[str, tuple[str, ...]], list[str]]],
) -> None:
    store = Store()
    for graph, asked in steps:
        for node in "abcdef":
            store.set(EDGES, node, graph.get(node, ()))
        for node in [*asked, *"abcdef"]:
            assert store.get(REACH, node) == reach(graph, node)


def test_a_cycle_without_bottom_is_named() -> None:
    store = Store()
    loop: Query[str, int] = Query("loop", lambda s, k: s.get(loop, k))
    with pytest.raises(CycleError, match=r"loop\(x\)"):
        store.get(loop, "x")


def test_a_climbing_cycle_ends_in_top() -> None:
    store = Store()
    climb: Query[str, int] = Query(
        "climb", lambda s, k: min(s.get(climb, k) + 1, 1000), bottom=lambda k: 0, top=lambda s, k: 1000
    )
    assert store.get(climb, "x") == 1000


# --- barriers ---------------------------------------------------------------------------------------------------------

SIGN: Query[str, int] = Query("sign", lambda store, key: store.get(NUMBER, key) % 2, barrier=True)
WORD: Query[str, str] = Query("word", lambda store, key: "odd" if store.get(SIGN, key) else "even")


def test_a_wave_stops_at_a_barrier_whose_value_stays() -> None:
    """What is beyond is not even looked at."""
    store = Store()
    store.set(NUMBER, "a", 2)
    assert store.get(WORD, "a") == "even"
    store.computed.clear()
    store.set(NUMBER, "a", 4)
    store.settle()
    assert not store.is_stale(WORD, "a")
    assert store.get(WORD, "a") == "even"
    assert store.computed == {"sign": 1}


def test_a_wave_goes_on_behind_a_barrier_whose_value_changed() -> None:
    store = Store()
    store.set(NUMBER, "a", 2)
    (handle,) = store.handles(WORD, ["a"])
    assert store.read_all([handle]) == ["even"]
    store.set(NUMBER, "a", 3)
    assert store.read_all([handle]) == ["odd"]
    store.set(NUMBER, "a", 4)
    assert store.is_stale(WORD, "a")
    assert store.get(WORD, "a") == "even"


def test_a_barrier_that_raises_lets_the_wave_through() -> None:
    """Nobody hears of it but who asks."""
    store = Store()
    div: Query[str, int] = Query("div", lambda s, k: 10 // s.get(NUMBER, k), barrier=True)
    more: Query[str, int] = Query("more", lambda s, k: s.get(div, k) + 1)
    store.set(NUMBER, "a", 5)
    assert store.get(more, "a") == 3
    store.set(NUMBER, "a", 0)
    assert store.get(NAME, "b") == "even"
    with pytest.raises(ZeroDivisionError):
        store.get(more, "a")
    store.set(NUMBER, "a", 2)
    assert store.get(more, "a") == 6


def test_a_barrier_that_is_cancelled_still_holds_its_wave() -> None:
    store = Store()
    store.set(NUMBER, "a", 2)
    assert store.get(WORD, "a") == "even"
    store.set(NUMBER, "a", 3)
    store.cancelled = lambda: True
    with pytest.raises(Cancelled):
        store.get(WORD, "a")
    store.cancelled = None
    assert store.get(WORD, "a") == "odd"


def layered(store: Store, node: int) -> int:
    """The sum, modulo three, of a node's own number and of those of the lower ones it points to; only as many of them
    as that number says are looked at."""
    total = store.get(NUMBER, str(node))
    for to in store.get(EDGES, str(node))[: 1 + total % 3]:
        if int(to) < node:
            total += store.get(LAYERS[int(to) % 2], int(to))
    return total % 3


LAYERS: tuple[Query[int, int], Query[int, int]] = (
    Query("plain", layered),
    Query("barrier", layered, barrier=True),
)
_NODES = 8
links = st.lists(st.sampled_from([str(n) for n in range(_NODES)]), max_size=4).map(tuple)
changes = st.lists(st.tuples(st.integers(0, _NODES - 1), st.integers(0, 4) | links), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(changes, st.sets(st.integers(0, _NODES - 1))), max_size=8))
def test_with_barriers_incremental_equals_from_scratch(
    steps: list[tuple[list[tuple[int, int | tuple[str, ...]]], set[int]]],
) -> None:
    store = Store()
    numbers: dict[str, int] = {}
    edges: dict[str, tuple[str, ...]] = {}
    for changed, asked in steps:
        for node, value in changed:
            if isinstance(value, int):
                numbers[str(node)] = value
                store.set(NUMBER, str(node), value)
            else:
                edges[str(node)] = value
                store.set(EDGES, str(node), value)
        fresh = Store()
        for key, number in numbers.items():
            fresh.set(NUMBER, key, number)
        for key, to in edges.items():
            fresh.set(EDGES, key, to)
        for node in sorted(asked, reverse=True):
            assert store.get(LAYERS[node % 2], node) == fresh.get(LAYERS[node % 2], node)


def test_cancelling_leaves_the_store_usable() -> None:
    store = Store()
    store.set(NUMBER, "a", 3)
    store.cancelled = lambda: store.computed["name"] > 0
    with pytest.raises(Cancelled):
        store.get(NAME, "a")
    store.cancelled = None
    assert store.get(NAME, "a") == "odd"


def test_an_exception_in_a_query_leaves_the_store_usable() -> None:
    store = Store()
    div: Query[str, int] = Query("div", lambda s, k: 10 // s.get(NUMBER, k))
    with pytest.raises(ZeroDivisionError):
        store.get(div, "a")
    store.set(NUMBER, "a", 5)
    assert store.get(div, "a") == 2


def test_a_provided_input_is_fetched_once_and_can_be_set_later() -> None:
    store = Store()
    asked: list[str] = []

    def provider(key: str) -> int:
        asked.append(key)
        return 7

    store.provide(NUMBER, provider)
    assert not store.is_loaded(NUMBER, "a")
    assert (store.get(NAME, "a"), store.get(NAME, "a"), asked) == ("odd", "odd", ["a"])
    assert store.is_loaded(NUMBER, "a")
    store.set(NUMBER, "a", 8)
    assert (store.get(NAME, "a"), asked) == ("even", ["a"])


def test_what_a_value_rests_on_is_known_through_everything_that_was_read() -> None:
    store = Store()
    other: Input[str, int] = Input("other", 0)
    inner: Query[str, int] = Query("inner", lambda s, k: s.get(NUMBER, k) + s.get(other, k))
    outer: Query[str, int] = Query("outer", lambda s, k: s.get(inner, k) + s.get(inner, "b") + s.get(NUMBER, k))
    assert sorted(store.inputs_of(NUMBER, outer, "a")) == ["a", "b"]
    before = store.computed.copy()
    assert sorted(store.inputs_of(other, outer, "a")) == ["a", "b"]
    assert store.inputs_of(NUMBER, inner, "b") == ["b"]
    assert store.computed == before
