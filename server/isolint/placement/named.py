"""What texts name: modules and what stands in them, attributes by computed names, and the namespace of an object.

A text that only a call tells is kept as a derived value until it is filled in. Names written in source are `names`'
business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isolint.catalog.rows import Finds
from isolint.names.inputs import PROJECT, definition
from isolint.names.resolve import base_directory, find_module, lookup
from isolint.names.symbols import ClassSymbol, ModuleSymbol, Site
from isolint.placement import members
from isolint.placement.context import Context
from isolint.placement.shapes import Class_, Derived, Literally, Outside, Param, Value
from isolint.placement.values import NOTHING, held_by_receiver, join, one, unknown
from isolint.store.memo import Query, Store

if TYPE_CHECKING:
    from isolint.placement.machine import Machine


def find(m: Machine, row: Finds, text: Value) -> Value:
    """The module, or the object at a dotted path, that a text names."""
    found: list[Value] = []
    for atom in text:
        match atom:
            case Param() | Derived():
                found.append(one(Derived(atom, "find", row.name)))
            case Literally(value=str() as path) if row.what == "module":
                module = find_module(m.store, (path, base_directory(m.store, m.path)))
                found.append(members.symbol_value(m, module))
            case Literally(value=str() as path):
                found.append(at_path(m, path))
            case _:
                found.append(unknown("what a computed text names"))
    return join(found)


def model_named(m: Machine, label: str) -> Value:
    """The class of the model `app.Model`: of the project, where one app is called so, or one of Django's own."""
    app, _, name = label.partition(".")
    if not (app.isidentifier() and name.isidentifier()):
        return NOTHING
    found = {
        symbol.ref
        for path in models_of(m.store, app)
        for symbol in lookup(m.store, (path, name))
        if isinstance(symbol, ClassSymbol)
    }
    if len(found) == 1:
        return one(Class_(found.pop()))
    dotted = f"django.contrib.{app}.models.{name}"
    known = None if found else definition(m.store, dotted)
    return NOTHING if known is None else one(Outside(dotted, known.canonical))


def _models_of(store: Store, app: str) -> tuple[str, ...]:
    ends = (f"/{app}/models.py", f"/{app}/models/__init__.py")
    return tuple(sorted(path for path in store.get(PROJECT, "").files if path.endswith(ends)))


models_of: Query[str, tuple[str, ...]] = Query("models of apps", _models_of, barrier=True)
"""Key: the label of an app, which is the last part of its name unless its `AppConfig` says another: its models."""


def at_path(m: Machine, path: str) -> Value:
    """What a dotted path names: the longest module of it, and attributes from there."""
    parts = path.split(".")
    base = base_directory(m.store, m.path)
    for size in range(len(parts), 0, -1):
        module = find_module(m.store, (".".join(parts[:size]), base))
        if isinstance(module, ModuleSymbol) or size == 1:
            value = members.symbol_value(m, module)
            for part in parts[size:]:
                value = members.attribute(m, value, part, Context(muted=True), None)
            return value
    return NOTHING


def attribute(m: Machine, value: Value, name: Value, default: Value | None, ctx: Context, site: Site | None) -> Value:
    """`getattr(value, name)`, with a default or without."""
    found: list[Value] = []
    for atom in name:
        match atom:
            case Literally(value=str() as text):
                if default is None:
                    found.append(members.attribute(m, value, text, ctx, site))
                else:
                    found.append(members.attribute_or(m, value, text, default, ctx, site))
            case Param() | Derived():
                found.append(one(Derived(atom, "named", "", (value,) if default is None else (value, default))))
            case _:
                found.append(unknown("getattr of a computed name"))
    return join(found)


def entry(m: Machine, namespace: Outside, args: tuple[Value, ...], optional: bool, site: Site | None) -> Value:
    """`vars(value)[name]`, or `vars(value).get(name, default)`: what a namespace has under a name."""
    value = held_by_receiver(namespace).get("of", unknown("whose names these are"))
    default = (args[1] if len(args) > 1 else one(Literally(None))) if optional else None
    return attribute(m, value, args[0] if args else NOTHING, default, Context(muted=True), site)
