"""The methods that unittest and Django call around a test method, which are no fixtures of pytest.

`setUpClass` and `tearDownClass` are not among them: pytest makes a fixture of these, see `fixtures.class_setups`.
"""

from __future__ import annotations

from dataclasses import dataclass

from isolint.names.resolve import mro
from isolint.names.symbols import FunctionRef
from isolint.pytest_model import library
from isolint.pytest_model.collect import item_of
from isolint.pytest_model.namespace import inherited
from isolint.pytest_model.objects import Func
from isolint.pytest_model.shapes import TestRef
from isolint.store.memo import Query, Store


@dataclass(frozen=True, slots=True)
class CaseMethod:
    """One method of a test case that runs around each test; `is_async` ones run in the loop of the test. `once` is True
    for what runs once a class."""

    name: str
    ref: FunctionRef
    is_async: bool
    once: bool = False


@dataclass(frozen=True, slots=True)
class CaseMethods:
    """What runs before and after a test method, in order; only methods written in the project."""

    before: tuple[CaseMethod, ...] = ()
    after: tuple[CaseMethod, ...] = ()


def _case_methods(store: Store, ref: TestRef) -> CaseMethods:
    item = item_of(store, ref)
    if item is None or item.cls is None or item.family in {"function", "method"}:
        return CaseMethods()
    before, after = ["setUp"], ["tearDown"]
    if mro(store, item.cls).has(library.DJANGO_TEST):
        before.insert(0, "setUpTestData")
    if item.family == "isolated":
        before.append("asyncSetUp")
        after.insert(0, "asyncTearDown")

    def found(names: list[str]) -> tuple[CaseMethod, ...]:
        methods: list[CaseMethod] = []
        for name in names:
            hit = inherited(store, item.cls, name) if item.cls is not None else None
            if hit is not None and isinstance(hit[1], Func):
                methods.append(CaseMethod(name, hit[1].ref, hit[1].is_async, name == "setUpTestData"))
        return tuple(methods)

    return CaseMethods(found(before), found(after))


case_methods: Query[TestRef, CaseMethods] = Query("case methods", _case_methods)
"""`setUpTestData` (django.test.TestCase.setUpClass), `setUp`, `asyncSetUp` and their counterparts
(unittest.case.TestCase.run, unittest.async_case.IsolatedAsyncioTestCase._callSetUp). Empty for functions and plain
classes."""
