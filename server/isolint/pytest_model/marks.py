"""The marks of a test, in the order in which pytest's `iter_markers` gives them.

`item_marks`, and the marks in the parameter sets of its fixtures and of `pytest_generate_tests`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isolint.pytest_model.alternatives import merged
from isolint.pytest_model.closures import closure, parameter_names
from isolint.pytest_model.collect import item_of
from isolint.pytest_model.item_marks import item_marks
from isolint.pytest_model.parameter_sets import NOT_ALL_SETS, empty_set_mark
from isolint.pytest_model.registry import generated, node_of
from isolint.pytest_model.shapes import Mark, TestRef
from isolint.store.memo import Query, Store

_PERHAPS = "pytest_generate_tests may give it"


def _marks_of(store: Store, ref: TestRef) -> tuple[Mark, ...]:
    found = item_marks(store, ref)
    if found.filled is None:
        return found.marks
    brought = (*_of_fixtures(store, ref, found.asking), *_of_hooks(store, ref))
    return (*found.marks[: found.filled], *brought, *found.marks[found.filled :]) if brought else found.marks


marks_of: Query[TestRef, tuple[Mark, ...]] = Query("marks", _marks_of)
"""All marks of a test in pytest's order of iteration (_pytest.nodes.Node.iter_markers_with_node): the function's own
from the bottom decorator up, those of its parameter sets, then those of the class, outer classes, the module. Empty for
a test that does not exist."""


def _of_fixtures(store: Store, ref: TestRef, asking: Iterable[Mark]) -> Iterator[Mark]:
    """The marks in `params` of the fixtures of a test, which stand before those of `parametrize`: the fixture manager
    comes to it first (_pytest.fixtures.FixtureManager.pytest_generate_tests). What a `parametrize` fills, directly or
    not, has no parameters of its own; an override that requests what it overrides has those of that."""
    filled: set[str] | None = None
    for name, one in closure(store, ref).marking:
        if filled is None:
            filled = {n for m in asking if m.name == "parametrize" for n in parameter_names(store, m)}
        if name in filled:
            continue
        if one.sets:
            yield from merged(store, one.sets, name, NOT_ALL_SETS)
        else:
            yield empty_set_mark(store, ref.path, one.site)


def _of_hooks(store: Store, ref: TestRef) -> Iterator[Mark]:
    """The marks in the sets of `metafunc.parametrize` in hooks: they come after those of fixtures and before those of
    marks, as the hooks do. Where the names are not written out, it may be any that nothing else fills."""
    item = item_of(store, ref)
    made = generated(store, node_of(item)).sets if item is not None else ()
    if not made:
        return
    fixtures = closure(store, ref)
    names = set(fixtures.names)
    left = names - fixtures.direct - {name for name, _ in fixtures.fixtures} - {"request"}
    for one in made:
        if not (one.names & names if one.names else left):
            continue
        for mark in merged(store, one.sets, one.site, NOT_ALL_SETS):
            sure = one.certain and bool(one.names)
            yield mark if sure else replace(mark, certain=False, reason=_PERHAPS, among=None)
