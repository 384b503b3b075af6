"""Who runs the body of a test: pytest itself, pytest-asyncio, anyio, trio, Django, unittest, or nobody.

The rules of the plugins that handle `async def`; on which thread that puts the body is for `placement`.
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.names.resolve import mro
from isolint.names.symbols import FunctionRef, Site
from isolint.pytest_model.closures import closure, parameter_names
from isolint.pytest_model.collect import item_of
from isolint.pytest_model.evaluate import literal
from isolint.pytest_model.functions import header, whole
from isolint.pytest_model.hooks import own_runner
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT
from isolint.pytest_model.item_marks import (
    ANYIO_PLUGIN,
    ASYNCIO_PLUGIN,
    TRIO_PLUGIN,
    closest,
    is_bound_hop,
    keyword,
    made_anew,
    seen_as_async,
)
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.objects import Context
from isolint.pytest_model.plugins import plugins
from isolint.pytest_model.shapes import Closure, FixtureDef, Mark, Runner, TestItem, TestRef
from isolint.pytest_model.takers import other_taker
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_ASKING = (("asyncio", "pytest-asyncio"), ("anyio", "anyio"), ("trio", "pytest-trio"))
"""The marks that ask for a plugin, with the distribution that brings it."""


def _runner(store: Store, ref: TestRef) -> Runner:
    item = item_of(store, ref)
    if item is None:
        return Runner("unknown", "pytest does not collect it")
    written = header(store, item.ref)
    written_async = item.is_async or (written is not None and written.is_async)
    if item.opaque and written_async:
        return Runner("unknown", f"a decorator may run it: {item.opaque}", item.site)
    if item.cls is not None and item.family == "method" and written_async and not mro(store, item.cls).complete:
        return Runner("unknown", f"a base of {item.cls.name} is not known", item.site)
    if item.family in {"unittest", "isolated", "django"}:
        return _of_unittest(store, item)
    return _of_function(store, item)


runner: Query[TestRef, Runner] = Query("runner", _runner)
"""Who runs a test, by the matrix measured with pytest 9, pytest-asyncio 1.5, anyio 4.16 and pytest-trio 0.8."""


def _of_unittest(store: Store, item: TestItem) -> Runner:
    """`_pytest.unittest.TestCaseFunction` calls the method through its class. pytest-asyncio never converts it; anyio
    does, for any TestCase with its mark (anyio.pytest_plugin.pytest_collection_finish); Django's
    SimpleTestCase._setup_and_call wraps in async_to_sync."""
    if not item.is_async:
        return Runner("sync", "a plain method of a TestCase", item.site)
    marks = marks_of(store, item.id)
    loaded = plugins(store, item.id.path)
    anyio = made_anew(store, item.id)
    trio = closest(marks, "trio")
    # pytest-trio replaces an item's function. Django's item looks up its own method past that; anyio's has no other.
    if trio is not None and loaded.has(TRIO_PLUGIN) and (item.family != "django" or anyio is not None):
        return _by_trio(item, trio.site, "the trio mark")
    if anyio is not None:
        return Runner("anyio", "the anyio mark takes the method from its TestCase", anyio.site, _installed(store))
    if item.is_generator:
        return Runner("never", "an async generator: nothing iterates it", item.site)
    name = item.cls.name if item.cls is not None else ""
    if item.family == "django":
        return Runner("django", f"{name} is a Django test case, which wraps it in async_to_sync", item.site)
    if item.family == "isolated":
        return Runner("isolated-asyncio", f"{name} is an IsolatedAsyncioTestCase", item.site)
    return Runner("never", f"{name} is a plain unittest.TestCase: nothing awaits the coroutine", item.site)


def _by_trio(item: TestItem, site: Site | None, why: str) -> Runner:
    if item.refused == "sync_to_async":
        return Runner("never", "trio runs it, but sync_to_async needs a loop of asyncio", site or item.site)
    return Runner("trio", why, site)


def _of_function(store: Store, item: TestItem) -> Runner:
    if not item.is_async:
        return Runner("sync", "a plain function", item.site)
    environment = store.get(ENVIRONMENT, "")
    if environment.prefix is None or environment.version("pytest") is None:
        found = "no environment" if environment.prefix is None else "an environment without pytest"
        return Runner("unknown", f"{found} was found, so plugins are not known", item.site)
    path = item.id.path
    config = store.get(CONFIG, path)
    loaded = plugins(store, path)
    for holder in (*loaded.conftests, *(p.path for p in (*loaded.session, *loaded.late) if p.path)):
        own = own_runner(store, holder)
        if own is not None:
            return Runner("unknown", "a hook of the project may run it in its own way", own)
    marks = marks_of(store, item.id)
    # pytest-asyncio and anyio decide when the item is made: a mark that a hook adds later comes too late for them.
    collected = tuple(m for m in marks if m.level != "plugin" or m.site is None)
    asyncio = closest(collected, "asyncio")
    if item.is_generator:
        return Runner("never", "an async generator is no test", item.site)
    trio = closest(marks, "trio")
    hop = item.refused == "sync_to_async"
    if hop and not (is_bound_hop(item) or seen_as_async(store, item)):
        return Runner("never", "pytest alone sees that sync_to_async makes it async, and refuses it", item.site)
    if loaded.has(TRIO_PLUGIN) and trio is not None:
        # pytest_trio.plugin.pytest_runtest_call replaces the function whatever else applies. An item that anyio made
        # anew has lost the mark that trio_mode gave it.
        return _by_trio(item, trio.site, "the trio mark" if trio.site is not None else "trio_mode")
    late = made_anew(store, item.id)
    if late is not None and _is_without_backend(closure(store, item.id)):
        # A new item for each backend, a plain one without any other parameter.
        if any(m.name == "parametrize" for m in marks):
            return Runner("never", "anyio makes the item anew without its parameters: it fails at set-up", late.site)
        return Runner("anyio", "the anyio mark", late.site, _installed(store))
    if asyncio is not None and loaded.has(ASYNCIO_PLUGIN) and hop and not is_bound_hop(item):
        # What pytest-asyncio makes of it has its attributes (functools.wraps), so pytest takes that for async, too
        # (_pytest.python.pytest_pyfunc_call). anyio does so before.
        if "anyio_backend" in closure(store, item.id).names:
            return Runner("unknown", "pytest-asyncio and anyio both run it", item.site)
        return Runner("never", "pytest refuses what pytest-asyncio makes of sync_to_async", item.site)
    if asyncio is not None and loaded.has(ASYNCIO_PLUGIN):
        if asyncio.level == "plugin" and asyncio.site is None:
            return Runner("pytest-asyncio", "asyncio_mode = auto", config.asyncio_mode_place)
        return Runner("pytest-asyncio", "the asyncio mark", asyncio.site)
    fixtures = closure(store, item.id)
    if loaded.has(ANYIO_PLUGIN) and "anyio_backend" in fixtures.names and not _is_without_backend(fixtures):
        mark = closest(collected, "anyio")
        reason = "the anyio mark" if mark is not None else "it uses anyio_backend"
        return Runner("anyio", reason, mark.site if mark else item.site, _backends(store, fixtures, marks))
    doubtful = next((m for m in collected if not m.certain and m.name in {"", "asyncio", "anyio"}), None)
    doubtful = doubtful or next((m for m in marks if not m.certain and m.name in {"", "trio"}), None)
    if doubtful is not None:
        return Runner("unknown", f"a mark is not certain: {doubtful.reason}", doubtful.site)
    other = other_taker(store, path)
    if other:
        return Runner("unknown", other, item.site)
    return _of_nobody(store, item, collected)


def _is_without_backend(fixtures: Closure) -> bool:
    """Whether anyio put its name into the closure after the item was made: nothing gives the backend
    (anyio.pytest_plugin.pytest_collection_finish)."""
    brought = fixtures.definitions("anyio_backend") or "anyio_backend" in fixtures.direct
    return "anyio_backend" in fixtures.names and not brought


def _of_nobody(store: Store, item: TestItem, marks: Iterable[Mark]) -> Runner:
    for name, plugin in _ASKING:
        mark = closest(marks, name)
        if mark is not None and store.get(ENVIRONMENT, "").version(plugin) is None:
            return Runner("never", f"the {name} mark asks for {plugin}, which is not installed", mark.site, (), plugin)
    return Runner("never", "an async def that no plugin runs", item.site)


def _installed(store: Store) -> tuple[str, ...]:
    """anyio.get_available_backends."""
    trio = store.get(ENVIRONMENT, "").version("trio") is not None
    return ("asyncio", "trio") if trio else ("asyncio",)


def _backends(store: Store, fixtures: Closure, marks: tuple[Mark, ...]) -> tuple[str, ...]:
    """The backends that `anyio_backend` stands for here; empty when they are not written out."""
    for mark in marks:
        if mark.name == "parametrize" and parameter_names(store, mark) == ("anyio_backend",):
            return _names(keyword(store, mark, "argvalues", 1))
    defs = fixtures.definitions("anyio_backend")
    if not defs or defs[-1].ref is None:
        return _installed(store)
    return _overridden(store, defs[-1], defs[-1].ref)


def _overridden(store: Store, one: FixtureDef, ref: FunctionRef) -> tuple[str, ...]:
    function = whole(store, ref)
    if function is None:
        return ()
    context = Context(ref.path, ref.chunk, one.owner)
    for decorator in function.decorators:
        if isinstance(decorator, f.Call):
            for option in decorator.keywords:
                if option.name == "params":
                    return _names(literal(store, context, option.value))
    for statement in function.body:
        if isinstance(statement, f.Return) and statement.value is not None:
            return _names((literal(store, context, statement.value),))
    return ()


def _names(values: object) -> tuple[str, ...]:
    """Backends are names, or pairs of a name and options."""
    if not isinstance(values, tuple):
        return ()
    found = [v[0] if isinstance(v, tuple) and v else v for v in values]
    return tuple(v for v in found if isinstance(v, str)) if all(isinstance(v, str) for v in found) else ()
