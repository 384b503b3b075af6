"""Which definitions of a fixture are visible from a place in pytest's collection tree.

pytest registers fixtures at nodes and looks them up from the requesting item (_pytest.fixtures.FixtureManager). All
tests of one class, or of one module outside classes, see the same. What a test requests is for `closures`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from isolint.names.inputs import ANSWER, definition, is_answered
from isolint.names.origin import MembersQuestion
from isolint.names.resolve import module_name, mro
from isolint.names.scopes import bound, class_scope
from isolint.names.symbols import ClassRef, FunctionSymbol
from isolint.pytest_model import library
from isolint.pytest_model.factoryboy import attribute_of
from isolint.pytest_model.fixtures import (
    class_fixtures,
    class_setups,
    external_fixtures,
    from_definition,
    imperative,
    imported_fixture,
    module_fixtures,
    module_setups,
    written_fixtures,
)
from isolint.pytest_model.inputs import ENVIRONMENT
from isolint.pytest_model.plugins import plugins
from isolint.pytest_model.requests import Generated, generated_by
from isolint.pytest_model.shapes import FixtureDef, Holder, TestItem
from isolint.pytest_model.versions import pytest_since
from isolint.store.memo import Query, Store


@dataclass(frozen=True, slots=True)
class Registry:
    """The definitions of some holders by name, furthest to closest, and their autouse names in order."""

    definitions: dict[str, tuple[FixtureDef, ...]] = field(default_factory=dict)
    autouse: tuple[str, ...] = ()
    unanswered: bool = False
    unknown: tuple[str, ...] = ()
    """Installed plugins of which nothing is known: each may have any fixture."""


class Source(Struct, frozen=True, cache_hash=True, gc=False):
    """A holder of fixtures in the row of their registration: what is written in it, or what its hooks register."""

    holder: Holder
    by_hooks: bool = False


def _registry(store: Store, sources: tuple[Source, ...]) -> Registry:
    definitions: dict[str, list[FixtureDef]] = {}
    autouse: list[str] = []
    unanswered = False
    unknown: list[str] = []
    for source in sources:
        holder = source.holder
        if source.by_hooks:
            found = imperative(store, holder)
        elif holder.path:
            found = written_fixtures(store, holder)
        else:
            found = external_fixtures(store, holder.module)
            answer = store.get(ANSWER, MembersQuestion(holder.module))
            if answer is None or (not answer.members and not is_answered(store, holder.module)):
                unanswered = True
            elif not answer.members and definition(store, holder.module) is None:
                # A module without any function is known all the same.
                unknown.append(holder.module)
        for one in found:
            definitions.setdefault(one.name, []).append(one)
            if one.autouse:
                autouse.append(one.name)
    return Registry(
        {name: tuple(defs) for name, defs in definitions.items()}, tuple(autouse), unanswered, tuple(unknown)
    )


registry: Query[tuple[Source, ...], Registry] = Query("fixture registry", _registry, barrier=True)
"""The fixtures of a row of holders, the later ones more specific."""


def _holders(store: Store, path: str) -> tuple[Source, ...]:
    loaded = plugins(store, path)
    wide = loaded.session_conftests
    late = tuple(Source(p.holder) for p in loaded.late)
    flushed = pytest_since(store, 9, 1)
    session = [p.holder for p in loaded.session]
    conftests = [Holder("conftest", c) for c in loaded.conftests]
    return (
        *(Source(one) for one in session),
        *(() if flushed else late),
        *(Source(one) for one in conftests[:wide]),
        *(Source(one, by_hooks=True) for one in (*session, *conftests[:wide]) if one.path),
        *(late if flushed else ()),
        *(source for one in conftests[wide:] for source in (Source(one), Source(one, by_hooks=True))),
    )


holders: Query[str, tuple[Source, ...]] = Query("fixture holders", _holders, barrier=True)
"""What holds fixtures for a test file, the least specific first, the file itself left out. Plugins and the conftest of
the root belong to the session; their hooks run when it is there, and what they register comes after both. A plugin
named by the test module is registered after all of them
(_pytest.fixtures.FixtureManager._flush_pending_conftests_to_session); before pytest 9.1 no plugin came after a
conftest."""


class Node(Struct, frozen=True, cache_hash=True, gc=False):
    """A place in the collection tree: a test file and the collected classes from the outermost."""

    path: str
    classes: tuple[ClassRef, ...] = ()


def node_of(item: TestItem) -> Node:
    """Where a test stands."""
    return Node(item.id.path, item.classes)


def _node_registry(store: Store, node: Node) -> Registry:
    if node.classes:
        above = node_registry(store, Node(node.path, node.classes[:-1]))
        cls = node.classes[-1]
        unittest = mro(store, cls).has(library.UNITTEST)
        own = (*class_setups(store, cls, unittest=unittest), *class_fixtures(store, cls))
    else:
        above = registry(store, holders(store, node.path))
        module = Holder("module", node.path)
        own = (*module_setups(store, node.path, module_name(store, node.path)), *module_fixtures(store, module))
    if not own:
        return above
    merged = dict(above.definitions)
    for one in own:
        merged[one.name] = (*merged.get(one.name, ()), one)
    return Registry(
        merged, (*above.autouse, *(one.name for one in own if one.autouse)), above.unanswered, above.unknown
    )


node_registry: Query[Node, Registry] = Query("node registry", _node_registry, barrier=True)
"""All fixtures visible from a node; those that are only found by asking for their name are left to `visible`."""


def _visible(store: Store, key: tuple[str, Node]) -> tuple[FixtureDef, ...]:
    name, node = key
    found = node_registry(store, node).definitions.get(name, ())
    if not any(one.holder.kind == "module" for one in found):
        imported = imported_fixture(store, node.path, name, Holder("module", node.path))
        if imported is not None:
            wide = tuple(one for one in found if one.holder.kind != "class")
            return (*wide, imported, *found[len(wide) :])
    return found or attribute_of(node_registry(store, node).definitions, name) or _legacy(store, node.path, name)


visible: Query[tuple[str, Node], tuple[FixtureDef, ...]] = Query("fixture definitions", _visible)
"""Key: (fixture name, node): the definitions visible from the node, furthest to closest; pytest uses the last
(_pytest.fixtures.FixtureManager.getfixturedefs)."""

_LEGACY = "_pytest.legacypath"
_LEGACY_CLASSES = (("_pytest.tmpdir", "LegacyTmpdirPlugin"), ("_pytest.pytester", "LegacyTestdirPlugin"))
"""`tmpdir`, `testdir` and their like are methods of classes that this plugin registers when another one is there
(_pytest.legacypath.pytest_configure)."""


def _legacy(store: Store, path: str, name: str) -> tuple[FixtureDef, ...]:
    loaded = plugins(store, path)
    for needed, owner in _LEGACY_CLASSES:
        if loaded.has(_LEGACY) and loaded.has(needed):
            known = definition(store, f"{_LEGACY}.{owner}.{name}")
            legacy = from_definition(name, known, Holder("plugin", "", _LEGACY))
            if legacy is not None:
                return (legacy,)
    return ()


def generated(store: Store, node: Node) -> Generated:
    """The names that `pytest_generate_tests` of the classes, the module, its conftest files and plugins fills."""
    loaded = plugins(store, node.path)
    modules = (node.path, *loaded.conftests, *(p.path for p in (*loaded.session, *loaded.late) if p.path))
    name = "pytest_generate_tests"
    hooks = [hook for path in modules for hook in bound(store, path, name)]
    hooks += [hook for cls in node.classes for hook in class_scope(store, cls).get(name)]
    found = [generated_by(store, hook.ref) for hook in hooks if isinstance(hook, FunctionSymbol)]
    surely = frozenset(n for one in found for n in one.surely)
    maybe = frozenset(n for one in found for n in one.maybe) - surely
    return Generated(surely, maybe, tuple(sets for one in found for sets in one.sets))


def why_missing(store: Store, node: Node) -> str:
    """Why a fixture of which no definition is visible may be there all the same."""
    if store.get(ENVIRONMENT, "").prefix is None:
        return "no environment was found, so plugins are not known"
    if node_registry(store, node).unanswered:
        return "a plugin is not known yet"
    unknown = plugins(store, node.path).unknown
    if unknown:
        return unknown[0]
    modules = node_registry(store, node).unknown
    return f"plugin {modules[0]} is not known" if modules else NOT_VISIBLE


NOT_VISIBLE = "no fixture of this name is visible"
