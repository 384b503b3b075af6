"""Which fixtures a test gets, which definition of each, in which order, and who runs them.

pytest's lookup and closure (_pytest.fixtures.FixtureManager) as pure functions. What a fixture does to the database is
for `database` and `placement`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from isolint.names.inputs import ANSWER, definition
from isolint.names.origin import MembersQuestion
from isolint.names.resolve import module_name
from isolint.names.scopes import class_scope, module_scope
from isolint.names.symbols import FunctionRef, FunctionSymbol
from isolint.pytest_model.collect import item_of
from isolint.pytest_model.evaluate import strings
from isolint.pytest_model.fixtures import (
    class_fixtures,
    class_setups,
    external_fixtures,
    from_definition,
    imported_fixture,
    module_fixtures,
    module_setups,
)
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT
from isolint.pytest_model.marks import ANYIO_PLUGIN, ASYNCIO_PLUGIN, TRIO_PLUGIN, closest, keyword, marks_of
from isolint.pytest_model.objects import Context
from isolint.pytest_model.plugins import Plugins, plugins
from isolint.pytest_model.requests import parametrized_names, requests_of
from isolint.pytest_model.shapes import (
    SCOPES,
    Closure,
    FixtureDef,
    Holder,
    Mark,
    Requested,
    Taker,
    TestItem,
    TestRef,
)
from isolint.store.memo import Query, Store
from isolint.workspace.shapes import PytestConfig


@dataclass(frozen=True, slots=True)
class Registry:
    """The definitions of some holders by name, furthest to closest, and their autouse names in order."""

    definitions: dict[str, tuple[FixtureDef, ...]] = field(default_factory=dict)
    autouse: tuple[str, ...] = ()
    unanswered: bool = False


def _registry(store: Store, holders: tuple[Holder, ...]) -> Registry:
    definitions: dict[str, list[FixtureDef]] = {}
    autouse: list[str] = []
    unanswered = False
    for holder in holders:
        if holder.path:
            found = module_fixtures(store, holder)
        else:
            found = external_fixtures(store, holder.module)
            unanswered = unanswered or store.get(ANSWER, MembersQuestion(holder.module)) is None
        for one in found:
            definitions.setdefault(one.name, []).append(one)
            if one.autouse:
                autouse.append(one.name)
    return Registry({name: tuple(defs) for name, defs in definitions.items()}, tuple(autouse), unanswered)


registry: Query[tuple[Holder, ...], Registry] = Query("fixture registry", _registry)
"""The fixtures of a row of holders, the later ones more specific."""


def _holders(store: Store, path: str) -> tuple[Holder, ...]:
    loaded = plugins(store, path)
    wide = loaded.session_conftests
    return (
        *(p.holder for p in loaded.session),
        *(Holder("conftest", c) for c in loaded.conftests[:wide]),
        *(p.holder for p in loaded.late),
        *(Holder("conftest", c) for c in loaded.conftests[wide:]),
    )


holders: Query[str, tuple[Holder, ...]] = Query("fixture holders", _holders)
"""What holds fixtures for a test file, the least specific first, the file itself left out. Plugins and the conftest of
the root belong to the session, a plugin named by the test module is registered after them
(_pytest.fixtures.FixtureManager._flush_pending_conftests_to_session)."""


def _node_fixtures(store: Store, item: TestItem) -> Iterator[tuple[FixtureDef, ...]]:
    """The fixtures of the module and of each collected class, in the order in which they are registered."""
    path = item.id.path
    module = Holder("module", path)
    yield (*module_setups(store, path, module_name(store, path)), *module_fixtures(store, module))
    for cls in item.classes:
        unittest = item.family not in {"function", "method"}
        yield (*class_setups(store, cls, unittest=unittest), *class_fixtures(store, cls))


def _visible(store: Store, key: tuple[str, TestRef]) -> tuple[FixtureDef, ...]:
    name, ref = key
    item = item_of(store, ref)
    if item is None:
        return ()
    found = list(registry(store, holders(store, ref.path)).definitions.get(name, ()))
    module_found = False
    for position, defs in enumerate(_node_fixtures(store, item)):
        same = [one for one in defs if one.name == name]
        found += same
        module_found = module_found or (position == 0 and bool(same))
    if not module_found:
        imported = imported_fixture(store, ref.path, name, Holder("module", ref.path))
        if imported is not None:
            depth = len([d for d in found if d.holder.kind != "class"])
            found.insert(depth, imported)
    if not found:
        loaded = plugins(store, ref.path)
        for needed, owner in _LEGACY_CLASSES:
            if loaded.has(_LEGACY) and loaded.has(needed):
                known = definition(store, f"{_LEGACY}.{owner}.{name}")
                legacy = from_definition(name, known, Holder("plugin", "", _LEGACY))
                if legacy is not None:
                    found.append(legacy)
    return tuple(found)


_LEGACY = "_pytest.legacypath"
_LEGACY_CLASSES = (("_pytest.tmpdir", "LegacyTmpdirPlugin"), ("_pytest.pytester", "LegacyTestdirPlugin"))
"""`tmpdir`, `testdir` and their like are methods of classes that this plugin registers when another one is there
(_pytest.legacypath.pytest_configure)."""

definitions: Query[tuple[str, TestRef], tuple[FixtureDef, ...]] = Query("fixture definitions", _visible)
"""Key: (fixture name, test): the definitions visible to the test, furthest to closest; pytest uses the last
(_pytest.fixtures.FixtureManager.getfixturedefs)."""


def direct_parameters(store: Store, marks: tuple[Mark, ...]) -> frozenset[str]:
    """The names that `parametrize` fills directly, which are then no fixtures
    (_pytest.fixtures._get_direct_parametrize_args)."""
    found: set[str] = set()
    for mark in marks:
        if mark.name != "parametrize":
            continue
        names = parameter_names(store, mark)
        indirect = keyword(store, mark, "indirect", 2)
        if indirect is True:
            continue
        found.update(n for n in names if not (isinstance(indirect, tuple) and n in indirect))
    return frozenset(found)


def parameter_names(store: Store, mark: Mark) -> tuple[str, ...]:
    """The argument names of a `parametrize` mark: a comma list or a sequence."""
    value = keyword(store, mark, "argnames", 0)
    if isinstance(value, str):
        return tuple(n.strip() for n in value.split(",") if n.strip())
    if isinstance(value, tuple):
        return tuple(n for n in value if isinstance(n, str))
    return ()


def _used_names(store: Store, marks: tuple[Mark, ...]) -> Iterator[tuple[str, bool]]:
    """The names in `usefixtures` marks, closest node first, and whether the mark is certain."""
    for mark in marks:
        if mark.name == "usefixtures":
            context = Context(mark.path, mark.site.chunk if mark.site is not None else "", mark.owner)
            for arg in mark.args:
                for name in strings(store, context, arg) or ():
                    yield name, mark.certain


def _closure(store: Store, ref: TestRef) -> Closure:
    item = item_of(store, ref)
    if item is None:
        return Closure()
    config = store.get(CONFIG, ref.path)
    loaded = plugins(store, ref.path)
    marks = marks_of(store, ref)
    direct = direct_parameters(store, marks)
    found: dict[str, tuple[FixtureDef, ...]] = {}

    def lookup(name: str) -> tuple[FixtureDef, ...]:
        if name in direct:
            return ()
        if name not in found:
            defs = definitions(store, (name, ref))
            if not defs:
                return ()
            found[name] = defs
        return found[name]

    initial = [*config.usefixtures, *registry(store, holders(store, ref.path)).autouse]
    for defs in _node_fixtures(store, item):
        initial += [one.name for one in defs if one.autouse]
    unknown: dict[str, str] = {}
    for name, certain in _used_names(store, marks):
        if certain:
            initial.append(name)
        else:
            unknown[name] = "usefixtures under a condition"
    initial += item.params

    names: list[str] = []
    indices: dict[str, int] = {}

    def visit(name: str, depth: int) -> None:
        """_pytest.fixtures.traverse_fixture_closure: a fixture that asks for its own name gets the next one up."""
        index = indices.get(name)
        if index == -1 or depth > 200:
            return
        if index is None:
            names.append(name)
            indices[name] = -1
        defs = lookup(name)
        if not defs:
            return
        index = indices.get(name, -1)
        if -index > len(defs):
            return
        indices[name] = index - 1
        for needed in defs[index].params:
            visit(needed, depth + 1)
        indices[name] = index

    for name in dict.fromkeys(initial):
        visit(name, 0)

    def rank(name: str) -> int:
        defs = found.get(name)
        scope = defs[-1].scope if defs else None
        return SCOPES.index(scope or "function")

    names.sort(key=rank)
    generated = _generated_names(store, item)
    late = (
        item.is_async
        and not item.is_generator
        and loaded.has(ANYIO_PLUGIN)
        and "anyio_backend" not in names
        and closest(marks, "anyio") is not None
    )
    if late:
        # anyio.pytest_plugin.pytest_collection_finish: an item that its mark reached after it was made.
        names.append("anyio_backend")
    for name in names:
        known = found.get(name)
        fine = name in direct or name == "request" or (late and name == "anyio_backend") or name in generated
        if known is None and not fine:
            unknown.setdefault(name, _why_unknown(store, ref, loaded))
        elif known is not None and known[-1].scope is None:
            unknown.setdefault(name, "its scope is computed at run time")
    takers = tuple((n, taker(found[n][-1], names, marks, loaded, config)) for n in names if n in found)
    return Closure(
        fixtures=tuple((n, found[n]) for n in names if n in found),
        names=tuple(names),
        takers=takers,
        unknown=tuple(unknown.items()),
        dynamic=tuple(_dynamic(store, item, [found[n] for n in names if n in found])),
        direct=direct,
    )


closure: Query[TestRef, Closure] = Query("closure", _closure)
"""The fixtures of a test (_pytest.fixtures.FixtureManager.getfixtureinfo): ini `usefixtures`, autouse from the session
down to the class, `usefixtures` marks, parameters; then depth first through what they request, sorted stably by scope.
Everything is looked up from the test, wherever the requesting fixture is defined."""


def _generated_names(store: Store, item: TestItem) -> frozenset[str]:
    """The names that `pytest_generate_tests` of the test's class, module or conftest files may parametrize: the calls
    `....parametrize("name", ...)` in its body."""
    found: set[str] = set()
    places = [(path, None) for path in (item.id.path, *plugins(store, item.id.path).conftests)]
    for path, cls in (*places, *((c.path, c) for c in item.classes)):
        scope = module_scope(store, path) if cls is None else class_scope(store, cls)
        for bound in scope.get("pytest_generate_tests") if scope is not None else ():
            if isinstance(bound, FunctionSymbol):
                found.update(parametrized_names(store, bound.ref))
    return frozenset(found)


def _why_unknown(store: Store, ref: TestRef, loaded: Plugins) -> str:
    if store.get(ENVIRONMENT, "").prefix is None:
        return "no environment was found, so plugins are not known"
    if registry(store, holders(store, ref.path)).unanswered:
        return "a plugin is not known yet"
    if loaded.unknown:
        return loaded.unknown[0]
    return "no fixture of this name is visible"


def taker(one: FixtureDef, names: list[str], marks: tuple[Mark, ...], loaded: Plugins, config: PytestConfig) -> Taker:
    """Who runs a fixture function. pytest-asyncio (pytest_asyncio.plugin.pytest_fixture_setup): its own decorator
    always, any coroutine function in auto mode; anyio (anyio.pytest_plugin.pytest_fixture_setup): when `anyio_backend`
    is requested; trio: its own decorator, or a trio test. Else nobody: an error at set-up."""
    if not one.is_async:
        return "unknown" if one.opaque else "pytest"
    if one.opaque:
        return "unknown"
    if loaded.has(ASYNCIO_PLUGIN) and (one.maker == "pytest-asyncio" or config.asyncio_mode == "auto"):
        return "pytest-asyncio"
    if loaded.has(ANYIO_PLUGIN) and "anyio_backend" in names:
        return "anyio"
    if loaded.has(TRIO_PLUGIN):
        trio_test = config.trio_mode or any(m.name == "trio" and m.certain for m in marks)
        if one.maker == "trio" or (trio_test and one.scope == "function"):
            return "trio"
    return "nobody"


def _dynamic(store: Store, item: TestItem, chains: list[tuple[FixtureDef, ...]]) -> Iterator[Requested]:
    for found in requests_of(store, item.ref):
        yield found
    seen: set[FunctionRef] = set()
    for defs in chains:
        one = defs[-1]
        for ref in (one.ref, *(one.xunit or ())):
            if ref is not None and ref not in seen:
                seen.add(ref)
                for found in requests_of(store, ref):
                    yield replace(found, by=one.name)
