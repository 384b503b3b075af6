"""Which tests pytest collects from a file, and in which order.

The rules of `_pytest.python` and `_pytest.unittest`, parameters left out. What the tests do is nobody's business here.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator

from isolint.names.inputs import PROJECT
from isolint.names.resolve import class_attribute, lookup, mro, resolve
from isolint.names.scopes import class_facts, class_scope
from isolint.names.symbols import ClassRef, ClassSymbol, External, FunctionRef, FunctionSymbol, ValueSymbol
from isolint.pytest_model import library
from isolint.pytest_model.evaluate import class_object, function_of, literal
from isolint.pytest_model.fixtures import requested_names
from isolint.pytest_model.functions import header, name_site
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.namespace import (
    class_names,
    class_object_at,
    flag,
    inherited,
    module_names,
    module_object,
)
from isolint.pytest_model.objects import ClassObject, Context, Func
from isolint.pytest_model.shapes import Family, TestItem, TestRef
from isolint.pytest_model.versions import pytest_since
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f
from isolint.workspace.shapes import PytestConfig


def _named_like_tests(store: Store, path: str) -> tuple[TestItem, ...]:
    if flag_of_module(store, path) is False:
        return ()
    names = module_names(store, path)
    return tuple([item for name in names for item, _ in _named_items(store, (path, name))])


_named: Query[str, tuple[TestItem, ...]] = Query("named like tests", _named_like_tests)
"""Everything in a module that is named like a test: looked through once for the two below."""


def _tests_of(store: Store, path: str) -> tuple[TestItem, ...]:
    found: dict[TestRef, TestItem] = {}
    for item in _named(store, path):
        if not _is_dropped(item):
            found.setdefault(item.id, item)
    return tuple(found.values())


tests_of: Query[str, tuple[TestItem, ...]] = Query("tests", _tests_of)
"""The tests that pytest collects from a file when it is given (or matches `python_files`), in order of collection,
imported and inherited ones included (_pytest.python.PyCollector.collect). Key: an absolute path."""


def _dropped_of(store: Store, path: str) -> tuple[TestItem, ...]:
    return tuple([item for item in _named(store, path) if _is_dropped(item)])


dropped_of: Query[str, tuple[TestItem, ...]] = Query("dropped tests", _dropped_of)
"""What is named like a test and dropped by pytest with a warning, since a decorator made it something else than a
function. Key: an absolute path."""


def _is_dropped(item: TestItem) -> bool:
    """_pytest.python.pytest_pycollect_makeitem ("cannot collect ... because it is not a function"): an AsyncToSync is
    an object without `__code__` and `__wrapped__`. unittest takes whatever can be called, and calls it."""
    return item.refused == "async_to_sync" and item.family in {"function", "method"}


def _found(store: Store, ref: TestRef) -> tuple[TestItem, Func] | None:
    if flag_of_module(store, ref.path) is False:
        return None
    # Asked by its name, not looked up among all tests of the file: what they are need not be known.
    name = ref.classes[0] if ref.classes else ref.name
    named = _named_items(store, (ref.path, name))
    return next((one for one in named if one[0].id == ref and not _is_dropped(one[0])), None)


found_test: Query[TestRef, tuple[TestItem, Func] | None] = Query("found test", _found)
"""One test with its function object: who reads this is not asked again when other tests of the file change."""


def _item_of(store: Store, ref: TestRef) -> TestItem | None:
    found = found_test(store, ref)
    return None if found is None else found[0]


item_of: Query[TestRef, TestItem | None] = Query("test", _item_of)
"""One test; None when pytest would not collect it."""


def matches(patterns: Iterable[str], name: str) -> bool:
    """A prefix, or a glob when it looks like one (_pytest.python.PyCollector._matches_prefix_or_glob_option)."""
    for option in patterns:
        if name.startswith(option):
            return True
        if any(c in option for c in "*?[") and fnmatch.fnmatch(name, option):
            return True
    return False


# --- modules ---------------------------------------------------------------------------------------------------------


def flag_of_module(store: Store, path: str) -> bool | None:
    """The module's own `__test__`."""
    if not lookup(store, (path, "__test__")):
        return None
    value = literal(store, Context(path, ""), f.Name("__test__", (0, 0)))
    return value if isinstance(value, bool) else None


def _items_of_name(store: Store, key: tuple[str, str]) -> tuple[tuple[TestItem, Func], ...]:
    return tuple(_from_module(store, *key))


_named_items: Query[tuple[str, str], tuple[tuple[TestItem, Func], ...]] = Query("items of name", _items_of_name)


def _from_module(store: Store, path: str, name: str) -> Iterator[tuple[TestItem, Func]]:
    config = store.get(CONFIG, path)
    symbols = lookup(store, (path, name))
    wanted = matches(config.python_functions, name)
    if not any(isinstance(s, FunctionSymbol | ClassSymbol) or (isinstance(s, ValueSymbol) and s.expr) for s in symbols):
        return
    own = any(isinstance(s, FunctionSymbol | ClassSymbol) for s in symbols)
    if not own and not wanted and not matches(config.python_classes, name) and not _aliases(symbols):
        return
    if (
        all(isinstance(s, FunctionSymbol) for s in symbols)
        and not wanted
        and flag(store, path, None, name, "__test__") is None
    ):
        return
    value = module_object(store, path, name)
    if isinstance(value, ClassObject):
        if config.collect_imported_tests or value.ref.path == path:
            yield from class_items(store, (path, (name,), (value.ref,), None))
        return
    func = function_of(value, name)
    if func is None or not (config.collect_imported_tests or func.ref.path == path):
        return
    if _is_collected(store, func, name, config, path, None):
        ref = _written(symbols, func)
        yield _item(store, path, (), (), None, name, ref, func, "function")


def _aliases(symbols: Iterable[object]) -> bool:
    """A class under another name may be a unittest class, which needs no prefix."""
    return any(isinstance(s, ValueSymbol) and isinstance(s.expr, f.Name | f.Attribute) for s in symbols)


def _written(symbols: Iterable[object], func: Func) -> FunctionRef:
    """The `def` under this name; for an alias the function that runs."""
    return next((s.ref for s in symbols if isinstance(s, FunctionSymbol)), func.ref)


def _is_collected(store: Store, func: Func, name: str, config: PytestConfig, path: str, owner: ClassRef | None) -> bool:
    """_pytest.python.PyCollector.istestfunction and pytest_pycollect_makeitem, but for what `_is_dropped` says."""
    test = flag(store, path, owner, name, "__test__")
    if test is False or not (test is True or matches(config.python_functions, name)):
        return False
    # A sync generator is an error of the whole module since pytest 8.4; before, an item that is never run.
    return func.is_async or not func.is_generator or not pytest_since(store, 8, 4)


# --- classes ---------------------------------------------------------------------------------------------------------


_ClassKey = tuple[str, tuple[str, ...], tuple[ClassRef, ...], ClassRef | None]


def _class_items(store: Store, key: _ClassKey) -> tuple[tuple[TestItem, Func], ...]:
    return tuple(_from_class(store, *key))


class_items: Query[_ClassKey, tuple[tuple[TestItem, Func], ...]] = Query("class items", _class_items)
"""The items of one collected class, nested classes included. Key: (collecting file, names of the classes from the
outermost, the classes, the class whose body binds the last one)."""


def _from_class(
    store: Store,
    path: str,
    chain: tuple[str, ...],
    classes: tuple[ClassRef, ...],
    inside: ClassRef | None,
) -> Iterator[tuple[TestItem, Func]]:
    config = store.get(CONFIG, path)
    cls = classes[-1]
    if len(chain) > 8:
        return
    bases = mro(store, cls)
    test = _class_flag(store, path, cls, chain[-1], inside)
    if bases.has(library.UNITTEST, library.DJANGO_SIMPLE, library.ISOLATED):
        if test is not False and not _is_abstract(store, cls):
            yield from _from_unittest(store, path, chain, classes)
        return
    if not (test is True or matches(config.python_classes, chain[-1])) or test is False:
        return
    if _is_abstract(store, cls) or _has_constructor(store, cls):
        return
    # Base classes come first (their __dict__ is visited last and the lists are reversed), a name belongs to the first
    # class of the MRO that has it.
    seen: set[str] = set()
    groups: list[list[tuple[ClassRef, str]]] = []
    for one in bases.classes:
        if isinstance(one, ClassRef):
            names = [(one, n) for n in class_names(store, one) if n not in seen]
            if class_object(store, one).mocked:
                names += [pair for pair in _copied_by_mock(store, one) if pair[1] not in seen]
            seen.update(name for _, name in names)
            groups.append(names)
    for owner, name in (pair for group in reversed(groups) for pair in group):
        yield from _member(store, path, config, chain, classes, owner, name)


def _copied_by_mock(store: Store, cls: ClassRef) -> list[tuple[ClassRef, str]]:
    """The inherited test methods that `@patch` on a class sets on the class itself, in the order of `dir()`
    (unittest.mock._patch.decorate_class)."""
    own = set(class_names(store, cls))
    found: dict[str, ClassRef] = {}
    for one in mro(store, cls).classes[1:]:
        if isinstance(one, ClassRef):
            for name in class_names(store, one):
                if name.startswith("test") and name not in own:
                    found.setdefault(name, one)
    return [(found[name], name) for name in sorted(found)]


def _member(
    store: Store,
    path: str,
    config: PytestConfig,
    chain: tuple[str, ...],
    classes: tuple[ClassRef, ...],
    owner: ClassRef,
    name: str,
) -> Iterator[tuple[TestItem, Func]]:
    bound = class_scope(store, owner).get(name)
    if not (
        matches(config.python_functions, name)
        or any(isinstance(b, ClassSymbol) for b in bound)
        or _aliases(bound)
        or flag(store, owner.path, owner, name, "__test__") is not None
    ):
        return
    value = class_object_at(store, owner, name)
    if isinstance(value, ClassObject):
        yield from class_items(store, (path, (*chain, name), (*classes, value.ref), owner))
        return
    func = function_of(value, name)
    if func is not None and _is_collected(store, func, name, config, owner.path, owner):
        ref = next((b.ref for b in bound if isinstance(b, FunctionSymbol)), func.ref)
        yield _item(store, path, chain, classes, owner, name, ref, func, "method")


def _from_unittest(
    store: Store, path: str, chain: tuple[str, ...], classes: tuple[ClassRef, ...]
) -> Iterator[tuple[TestItem, Func]]:
    """_pytest.unittest.UnitTestCase.collect: the names of `unittest.TestLoader.getTestCaseNames`, alphabetical."""
    cls = classes[-1]
    bases = mro(store, cls)
    family: Family = "unittest"
    if bases.has(library.DJANGO_SIMPLE):
        family = "django"
    elif bases.has(library.ISOLATED):
        family = "isolated"
    names: set[str] = set()
    for one in bases.classes:
        if isinstance(one, ClassRef):
            names.update(class_names(store, one))
    found = False
    for name in (*sorted(n for n in names if n.startswith("test")), "runTest"):
        if name == "runTest" and (found or "runTest" not in names):
            continue
        hit = inherited(store, cls, name)
        func = function_of(hit[1], name) if hit is not None else None
        if hit is None or func is None or flag(store, hit[0].path, hit[0], name, "__test__") is False:
            continue
        found = True
        bound = class_scope(store, hit[0]).get(name)
        ref = next((b.ref for b in bound if isinstance(b, FunctionSymbol)), func.ref)
        yield _item(store, path, chain, classes, hit[0], name, ref, func, family)


def _class_flag(store: Store, path: str, cls: ClassRef, name: str, inside: ClassRef | None) -> bool | None:
    """`__test__` of a class: set from outside, or in the body of the class or a base."""
    outside = flag(store, path, inside, name, "__test__")
    if outside is not None:
        return outside
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef):
            for bound in class_scope(store, one).get("__test__"):
                if isinstance(bound, ValueSymbol) and bound.expr is not None:
                    value = literal(store, Context(one.path, bound.chunk, one), bound.expr)
                    return value if isinstance(value, bool) else None
    return None


def _has_constructor(store: Store, cls: ClassRef) -> bool:
    """_pytest.python.hasinit, hasnew: own or inherited, written or made by a decorator such as `dataclass`."""
    if any(class_attribute(store, cls, name) for name in ("__init__", "__new__")):
        return True
    project = [c for c in mro(store, cls).classes if isinstance(c, ClassRef)]
    return any(class_object(store, c).has_init or _is_protocol(store, c) for c in project)


def _is_protocol(store: Store, cls: ClassRef) -> bool:
    """typing gives each protocol an `__init__`, which its subclasses inherit (typing.Protocol.__init_subclass__)."""
    facts = class_facts(store, cls)
    for base in facts.bases if facts is not None else ():
        named = base.value if isinstance(base, f.Subscript) else base
        if _ends_with(named, "Protocol"):
            symbols = resolve(store, cls.path, named)
            if any(isinstance(one, External) and one.dotted in library.PROTOCOLS for one in symbols):
                return True
    return False


def _is_abstract(store: Store, cls: ClassRef) -> bool:
    """inspect.isabstract: an ABCMeta class with an abstract method that nothing overrides."""
    project = [c for c in mro(store, cls).classes if isinstance(c, ClassRef)]
    if not any(_has_abc(store, c) for c in project):
        return False
    seen: set[str] = set()
    for one in project:
        for name in class_names(store, one):
            if name in seen:
                continue
            seen.add(name)
            for bound in class_scope(store, one).get(name):
                if isinstance(bound, FunctionSymbol):
                    function = header(store, bound.ref)
                    if function is not None and any(_ends_with(d, "abstractmethod") for d in function.decorators):
                        return True
    return False


def _has_abc(store: Store, cls: ClassRef) -> bool:
    facts = class_facts(store, cls)
    if facts is None:
        return False
    return any(_ends_with(b, "ABC") for b in facts.bases) or any(
        k.name == "metaclass" and _ends_with(k.value, "ABCMeta") for k in facts.keywords
    )


def _ends_with(expr: f.Expr, name: str) -> bool:
    return (isinstance(expr, f.Name) and expr.id == name) or (isinstance(expr, f.Attribute) and expr.attr == name)


def _node_path(store: Store, path: str) -> str:
    root = store.get(PROJECT, "").root or store.get(CONFIG, path).rootdir
    return os.path.relpath(path, root).replace(os.sep, "/") if root else path


node_path: Query[str, str] = Query("node path", _node_path)
"""A file's path in node ids: relative to the project's root, with slashes."""


# --- items -----------------------------------------------------------------------------------------------------------


def _item(
    store: Store,
    path: str,
    chain: tuple[str, ...],
    classes: tuple[ClassRef, ...],
    owner: ClassRef | None,
    name: str,
    ref: FunctionRef,
    func: Func,
    family: Family,
) -> tuple[TestItem, Func]:
    cls = classes[-1] if classes else None
    params: tuple[str, ...] = ()
    if family in {"function", "method"}:
        given, mocked = _class_patches(store, cls, owner, name) if cls is not None else (0, False)
        # What `@patch` puts into the class is a plain function around the bound method: it drops one more.
        left = func.params[1:] if mocked and func.binding == "class" else func.params
        drop = cls is not None and (mocked or func.binding != "static")
        before = not pytest_since(store, 8, 4)
        params = requested_names(left, drop_first=drop, patched=func.patched + given, always=before)
    return (
        TestItem(
            id=TestRef(path, chain, name),
            ref=ref,
            runs=func.ref,
            cls=cls,
            classes=classes,
            owner=owner,
            node_id="::".join((node_path(store, path), *chain, name)),
            family=family,
            is_async=func.is_async,
            is_generator=func.is_generator,
            params=params,
            site=name_site(store, ref),
            binding=func.binding,
            refused=func.refused,
            opaque=func.opaque,
        ),
        func,
    )


def _class_patches(store: Store, cls: ClassRef, owner: ClassRef | None, name: str) -> tuple[int, bool]:
    """Mock arguments from `@patch` on a class, and whether there is one: unittest.mock decorates its methods with the
    prefix "test", inherited ones included, so the decorators of every class between the collected one and the one that
    has the method count."""
    if not name.startswith("test"):
        return 0, False
    count = 0
    mocked = False
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef):
            made = class_object(store, one)
            count += made.patched
            mocked = mocked or made.mocked
            if one == owner:
                break
    return count, mocked
