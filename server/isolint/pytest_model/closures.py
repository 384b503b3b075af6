"""Which fixtures a test gets, in which order, and who runs them.

pytest's closure (_pytest.fixtures.FixtureManager.getfixtureclosure) as pure functions. What a fixture does to the
database is for `database` and `placement`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from isolint.names.symbols import FunctionRef
from isolint.pytest_model.collect import item_of
from isolint.pytest_model.evaluate import strings
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.item_marks import ANYIO_PLUGIN, ASYNCIO_PLUGIN, TRIO_PLUGIN, asking_marks, keyword, made_anew
from isolint.pytest_model.objects import Context
from isolint.pytest_model.plugins import Plugins, plugins
from isolint.pytest_model.registry import Node, generated, node_of, node_registry, visible, why_missing
from isolint.pytest_model.requests import requests_of
from isolint.pytest_model.shapes import SCOPES, Closure, FixtureDef, Mark, Requested, Taker, TestRef
from isolint.pytest_model.versions import pytest_since, since
from isolint.store.memo import Query, Store
from isolint.workspace.shapes import PytestConfig


def definitions(store: Store, name: str, ref: TestRef) -> tuple[FixtureDef, ...]:
    """The definitions of a fixture visible to a test, furthest to closest; empty for a test that does not exist."""
    item = item_of(store, ref)
    return () if item is None else visible(store, (name, node_of(item)))


# --- what a test asks for ---------------------------------------------------------------------------------------------


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


# --- the closure ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What decides a closure; tests that want the same share it. `late` and `trio` are what the marks say to anyio and
    pytest-trio."""

    node: Node
    initial: tuple[str, ...]
    direct: frozenset[str]
    late: bool
    trio: bool


def _closure_of(store: Store, wanted: _Wanted) -> Closure:
    node = wanted.node
    config = store.get(CONFIG, node.path)
    loaded = plugins(store, node.path)
    found: dict[str, tuple[FixtureDef, ...]] = {}
    names: list[str] = []
    indices: dict[str, int] = {}
    made = generated(store, node)
    # A hook that parametrizes a name directly leaves nothing of its fixture, nor of what only that one requested
    # (_pytest.fixtures.FuncFixtureInfo.prune_dependency_tree).
    direct = wanted.direct | made.surely

    chains = pytest_since(store, 9, 0)
    # Before 1.0 pytest-asyncio made its fixtures request the loop.
    loop = () if since(store, "pytest-asyncio", 1, 0) else ("event_loop",)

    def visit(name: str, depth: int) -> None:
        """_pytest.fixtures.traverse_fixture_closure: a fixture that asks for its own name gets the next one up; before
        pytest 9 only what the closest definition requests was looked at."""
        index = indices.get(name)
        if index == -1 or depth > 200:
            return
        if index is None:
            names.append(name)
            indices[name] = -1
            defs = () if name in direct else visible(store, (name, node))
            if defs:
                found[name] = defs
        defs = found.get(name, ())
        index = indices[name]
        if -index > len(defs):
            return
        indices[name] = index - 1
        one = defs[index]
        looped = loop if one.is_async and taker(one, names, wanted.trio, loaded, config) == "pytest-asyncio" else ()
        for needed in (*one.params, *looped):
            if chains or needed not in indices:
                visit(needed, depth + 1)
        indices[name] = index

    for name in dict.fromkeys((*config.usefixtures, *node_registry(store, node).autouse, *wanted.initial)):
        visit(name, 0)

    names.sort(key=lambda name: SCOPES.index((found[name][-1].scope if name in found else None) or "function"))
    fine = {"request", *direct, *made.maybe}
    if wanted.late and "anyio_backend" not in names:
        # anyio.pytest_plugin.pytest_collection_finish: an item that its mark reached after it was made.
        names.append("anyio_backend")
        fine.add("anyio_backend")
    unknown: dict[str, str] = {}
    for name in names:
        known = found.get(name)
        if known is None and name not in fine:
            unknown[name] = why_missing(store, node)
        elif known is not None and known[-1].scope is None:
            unknown[name] = "its scope is computed at run time"
    fixtures = tuple((n, found[n]) for n in names if n in found)
    return Closure(
        fixtures=fixtures,
        names=tuple(names),
        takers=tuple((n, taker(defs[-1], names, wanted.trio, loaded, config)) for n, defs in fixtures),
        unknown=tuple(unknown.items()),
        dynamic=tuple(_asked_by_fixtures(store, fixtures)),
        direct=direct & frozenset(names),
    )


_shared: Query[_Wanted, Closure] = Query("closure", _closure_of)


def _closure(store: Store, ref: TestRef) -> Closure:
    item = item_of(store, ref)
    if item is None:
        return Closure()
    marks = asking_marks(store, ref)
    used = tuple(_used_names(store, marks))
    wanted = _Wanted(
        node_of(item),
        tuple(dict.fromkeys((*(name for name, certain in used if certain), *item.params))),
        direct_parameters(store, marks),
        made_anew(store, ref) is not None,
        any(m.name == "trio" and m.certain for m in marks),
    )
    shared = _shared(store, wanted)
    asked = requests_of(store, item.ref)
    doubtful = tuple((n, "usefixtures under a condition") for n, sure in used if not sure and n not in shared.names)
    if not asked and not doubtful:
        return shared
    return replace(shared, dynamic=(*asked, *shared.dynamic), unknown=(*doubtful, *shared.unknown))


closure: Query[TestRef, Closure] = Query("closure of test", _closure)
"""The fixtures of a test (_pytest.fixtures.FixtureManager.getfixtureinfo): ini `usefixtures`, autouse from the session
down to the class, `usefixtures` marks, parameters; then depth first through what they request, sorted stably by scope.
Everything is looked up from the test, wherever the requesting fixture is defined."""


def taker(one: FixtureDef, names: list[str], trio: bool, loaded: Plugins, config: PytestConfig) -> Taker:
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
        trio_test = config.trio_mode or trio
        if one.maker == "trio" or (trio_test and one.scope == "function"):
            return "trio"
    return "nobody"


def _asked_by_fixtures(store: Store, fixtures: tuple[tuple[str, tuple[FixtureDef, ...]], ...]) -> Iterator[Requested]:
    """The requests at run time in the bodies of a closure's fixtures, those that an override asks for included."""
    seen: set[FunctionRef] = set()
    for name, defs in fixtures:
        for one in reversed(defs):
            for ref in (one.ref, *(one.xunit or ())):
                if ref is not None and ref not in seen:
                    seen.add(ref)
                    for asked in requests_of(store, ref):
                        yield replace(asked, by=name)
            if name not in one.params:
                break
