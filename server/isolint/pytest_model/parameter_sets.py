"""The parameter sets of a test and the marks that `pytest.param` gives them.

What a whole test has is for `marks`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from isolint.pytest_model import library
from isolint.pytest_model.evaluate import evaluate
from isolint.pytest_model.objects import Context, Items, Library, Object, Written
from isolint.pytest_model.pytestmarks import marks_in
from isolint.pytest_model.shapes import Mark
from isolint.store.memo import Store
from isolint.syntax import facts as f

_EMPTY = "skip"
"""The mark of a test whose `parametrize` has no values; `empty_parameter_set_mark` is not read."""


def param_marks(store: Store, marks: Iterable[Mark]) -> list[Mark]:
    """The marks of `pytest.param(..., marks=...)` in all `parametrize` marks of a test, the closest first
    (_pytest.python.CallSpec2.marks): certain when every parameter set has them."""
    found: list[Mark] = []
    for mark in marks:
        if mark.name != "parametrize" or mark.site is None or not mark.certain:
            continue
        named = (expr for name, expr in mark.keywords if name == "argvalues")
        values = mark.args[1] if len(mark.args) > 1 else next(named, None)
        if values is None:
            continue
        context = Context(mark.path, mark.site.chunk, mark.owner)
        if not isinstance(values, f.Collection):
            value = evaluate(store, context, values)
            if not isinstance(value, Items):
                continue
            sets = [_marks_of_param(store, item) for item in value.items]
        else:
            sets = [_marks_of_param(store, evaluate(store, context, item)) for item in values.items]
        if not sets and not any(m.name == _EMPTY for m in found):
            # _pytest.mark.structures.get_empty_parameterset_mark: one set that is skipped, unless configured otherwise.
            found.append(Mark(_EMPTY, site=mark.site, level="param", path=mark.path))
        if not any(sets):
            continue
        everywhere = set.intersection(*({m.name for m in one} for one in sets))
        seen: set[str] = set()
        for one in sets:
            for written in one:
                if written.name not in seen:
                    seen.add(written.name)
                    found.append(
                        written
                        if written.name in everywhere
                        else replace(written, certain=False, reason="only some parameter sets have it")
                    )
    return found


def _marks_of_param(store: Store, value: Object) -> list[Mark]:
    if not isinstance(value, Written) or not isinstance(value.expr, f.Call):
        return []
    callee = evaluate(store, value.context, value.expr.func)
    if not isinstance(callee, Library) or callee.canonical != library.PARAM:
        return []
    for keyword in value.expr.keywords:
        if keyword.name == "marks":
            return marks_in(store, value.context, keyword.value, "param")
    return []
