"""The marks of a test, in the order in which pytest's `iter_markers` gives them.

`item_marks`, and the marks in the parameter sets of its fixtures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isolint.pytest_model.alternatives import merged
from isolint.pytest_model.closures import closure, parameter_names
from isolint.pytest_model.item_marks import item_marks
from isolint.pytest_model.parameter_sets import NOT_ALL_SETS, empty_set_mark
from isolint.pytest_model.shapes import Mark, TestRef
from isolint.store.memo import Query, Store


def _marks_of(store: Store, ref: TestRef) -> tuple[Mark, ...]:
    found = item_marks(store, ref)
    if found.filled is None:
        return found.marks
    brought = tuple(_of_fixtures(store, ref, found.asking))
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
