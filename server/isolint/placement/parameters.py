"""What `parametrize` gives a test's parameters: any of the values that are written out.

Which names are filled directly is pytest's rule and stands in `pytest_model.closures`; only the values are found here.
"""

from __future__ import annotations

from isolint.catalog.others import PARAMETER_SET
from isolint.names.symbols import ValueSymbol
from isolint.placement import queries
from isolint.placement.shapes import Instance, Items, Literally, Unknown, Value
from isolint.placement.values import in_order, join, one, subscript, unknown
from isolint.pytest_model.closures import parameter_names
from isolint.pytest_model.item_marks import asking_marks
from isolint.pytest_model.shapes import Mark, TestRef
from isolint.store.memo import Query, Store


def _parameter(store: Store, key: tuple[TestRef, str]) -> Value:
    ref, name = key
    found = [
        _of_mark(store, mark, names.index(name), len(names))
        for mark in asking_marks(store, ref)
        if mark.name == "parametrize" and name in (names := parameter_names(store, mark))
    ]
    return join(found) if found else unknown(f"parameter {name}")


parameter: Query[tuple[TestRef, str], Value] = Query("parameter", _parameter)
"""Key: (test, name of a parameter): what its `parametrize` marks give it."""


def _of_mark(store: Store, mark: Mark, position: int, count: int) -> Value:
    written = mark.args[1] if len(mark.args) > 1 else dict(mark.keywords).get("argvalues")
    if written is None or mark.site is None:
        return unknown("parametrize")
    value = queries.named_value(store, ValueSymbol(mark.path, mark.site.chunk, written, mark.owner))
    found: list[Value] = []
    for atom in in_order(value):
        if not isinstance(atom, Items):
            found.append(unknown("the values of parametrize are not written out"))
            continue
        for _, element in atom.keys or (("", atom.element),):
            found += [_of_element(one_value, position, count) for one_value in map(one, in_order(element))]
    return join(found)


def _of_element(element: Value, position: int, count: int) -> Value:
    """One argument out of a set of them: `pytest.param(a, b)`, a tuple, or the only one itself."""
    for atom in element:
        if isinstance(atom, Instance) and atom.cls == PARAMETER_SET:
            return dict(atom.held).get(str(position), frozenset({Unknown("pytest.param")}))
    return element if count == 1 else subscript(element, one(Literally(position)))
