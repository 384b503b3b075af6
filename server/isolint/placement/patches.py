"""Which names are replaced while a test runs: `unittest.mock.patch`, pytest-mock's `mocker`, `monkeypatch.setattr`.

A patch cuts by lookup path: `patch("a.f")` replaces the name `f` of module `a`, and nothing that another module
imported from there. The test is then evaluated again in the world where these names are mocks; no chain is filtered.
Patches count for the whole test. Where they are written is found here; what they replace is resolved like any other
name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from isolint.names.resolve import attribute, canonical_names, class_attribute, find_module, resolve
from isolint.names.scopes import class_facts
from isolint.names.symbols import ClassSymbol, External, FunctionRef, ModuleSymbol, Symbol, ValueSymbol
from isolint.placement.functions import find
from isolint.placement.shapes import CutKey, Mock, Value, World
from isolint.pytest_model.shapes import Closure, TestItem
from isolint.store.memo import Store
from isolint.syntax import facts as f

_PATCH = frozenset({"unittest.mock.patch", "mock.mock.patch", "mock.patch"})
_OBJECT = frozenset({f"{name}.object" for name in _PATCH})
_MOCK: Value = frozenset({Mock()})


def world_of(store: Store, item: TestItem, fixtures: Closure) -> World:
    """What is replaced during a test: by its decorators and body, its classes' decorators, and the bodies of its
    fixtures."""
    cuts: dict[CutKey, Value] = {}
    refs: list[FunctionRef] = [item.ref]
    for _, definitions in fixtures.fixtures:
        refs += [d.ref for d in definitions if d.ref is not None]
    for ref in refs:
        found = find(store, ref)
        if found is not None:
            for key in _cuts(store, ref.path, (found.node, *found.around[:1]), fixtures):
                cuts[key] = _MOCK
    for cls in item.classes:
        facts = class_facts(store, cls)
        if facts is not None:
            for key in _cuts(store, cls.path, facts.decorators, fixtures):
                cuts[key] = _MOCK
    return tuple(sorted(cuts.items(), key=repr))


def _cuts(store: Store, path: str, nodes: object, fixtures: Closure) -> Iterator[CutKey]:
    for call in _calls(nodes):
        kind = _kind(store, path, call.func, fixtures)
        if kind in ("target", "both") and call.args and isinstance(call.args[0], f.Constant):
            yield from _of_dotted(store, path, str(call.args[0].value))
        elif kind in ("object", "both") and len(call.args) >= 2 and isinstance(call.args[1], f.Constant):
            yield from _of_object(store, path, call.args[0], str(call.args[1].value))


def _calls(node: object) -> Iterator[f.Call]:
    if isinstance(node, tuple):
        for part in node:
            yield from _calls(part)
    elif isinstance(node, msgspec.Struct):
        if isinstance(node, f.Call):
            yield node
        fields: Iterable[str] = node.__struct_fields__
        for name in fields:
            value: Any = getattr(node, name)
            if isinstance(value, tuple | msgspec.Struct):
                yield from _calls(value)


def _kind(store: Store, path: str, func: f.Expr, fixtures: Closure) -> str:
    """ "target" for patch("a.b"), "object" for patch.object(a, "b"), "both" for a call of either form, "" for
    others."""
    match func:
        case f.Attribute(value=f.Name(id=name), attr="setattr") if _is_fixture(fixtures, name, "_pytest.monkeypatch."):
            return "both"
        case f.Attribute(value=f.Name(id=name), attr="patch") if _is_fixture(fixtures, name, "pytest_mock."):
            return "target"
        case f.Attribute(value=f.Attribute(value=f.Name(id=name), attr="patch"), attr="object") if _is_fixture(
            fixtures, name, "pytest_mock."
        ):
            return "object"
        case f.Attribute(value=inner, attr="object") if _PATCH.intersection(canonical_names(store, path, inner)):
            return "object"
        case f.Name() | f.Attribute():
            names = canonical_names(store, path, func)
            return "target" if _PATCH.intersection(names) else "object" if _OBJECT.intersection(names) else ""
    return ""


def _is_fixture(fixtures: Closure, name: str, package: str) -> bool:
    definitions = fixtures.definitions(name)
    return bool(definitions) and definitions[-1].canonical.startswith(package)


def _of_dotted(store: Store, path: str, target: str) -> Iterator[CutKey]:
    """The names that `patch("a.b.c")` replaces: attribute `c` of what `a.b` is."""
    holder, _, name = target.rpartition(".")
    if not holder:
        return
    parts = holder.split(".")
    symbols: tuple[Symbol, ...] = ()
    for size in range(len(parts), 0, -1):
        module = find_module(store, (".".join(parts[:size]), ""))
        if isinstance(module, ModuleSymbol) or size == 1:
            symbols = (module,)
            for part in parts[size:]:
                symbols = tuple(s for symbol in symbols for s in _member(store, symbol, part))
            break
    for symbol in symbols:
        yield from _key(store, symbol, name)


def _of_object(store: Store, path: str, expr: f.Expr, name: str) -> Iterator[CutKey]:
    for symbol in resolve(store, path, expr) if isinstance(expr, f.Name | f.Attribute) else ():
        yield from _key(store, symbol, name)
    if isinstance(expr, f.Attribute):
        # patch.object(Model.objects, "create"): the manager that is read from the class
        for symbol in resolve(store, path, expr.value) if isinstance(expr.value, f.Name | f.Attribute) else ():
            if isinstance(symbol, ClassSymbol):
                yield ("member", symbol.ref, f"{expr.attr}.{name}")


def _member(store: Store, symbol: Symbol, name: str) -> tuple[Symbol, ...]:
    if isinstance(symbol, ClassSymbol):
        return tuple(s for _, s in class_attribute(store, symbol.ref, name))
    return attribute(store, symbol, name)


def _key(store: Store, symbol: Symbol, name: str) -> Iterator[CutKey]:
    match symbol:
        case ModuleSymbol():
            yield ("module", symbol.path, name)
        case ClassSymbol():
            yield ("class", symbol.ref, name)
        case External():
            yield ("outside", symbol.dotted, name)
        case ValueSymbol():
            if symbol.owner is not None:
                yield ("member", symbol.owner, name)
