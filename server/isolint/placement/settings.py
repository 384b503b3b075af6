"""Django's settings, as far as they are written out: the value of one, and what a dotted name in one stands for.

They are those of the module that pytest's configuration names, and what a test puts in their place. What a setting
means is the business of who asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isolint.catalog.others import SETTINGS
from isolint.catalog.rows import Chosen
from isolint.names.resolve import base_directory, find_module, lookup
from isolint.names.symbols import ModuleSymbol
from isolint.placement import members
from isolint.placement.shapes import Class_, Instance, Items, Literally, Mock, Value
from isolint.placement.values import NOTHING, in_order, join, literals, one, unknown
from isolint.pytest_model.inputs import CONFIG

if TYPE_CHECKING:
    from isolint.placement.machine import Machine


def module(m: Machine) -> ModuleSymbol | str:
    """The settings module; or why it is not known."""
    dotted = m.store.get(CONFIG, m.path).django_settings
    if not dotted:
        return "Django's settings are not named in pytest's configuration"
    settings = find_module(m.store, (dotted, base_directory(m.store, m.path)))
    if isinstance(settings, ModuleSymbol) and settings.path:
        return settings
    return f"the settings module {dotted} is not in the project"


def setting(m: Machine, name: str) -> Value | None:
    """What the settings module says, or what stands in for that; empty when it does not say it, None when it is not
    known."""
    replaced = m.cuts.get(("outside", SETTINGS, name))
    if replaced is not None:
        return None if any(isinstance(atom, Mock) for atom in replaced) else replaced
    found = module(m)
    if isinstance(found, str):
        return None
    return members.symbols_value(m, lookup(m.store, (found.path, name)))


def named(m: Machine, dotted: str) -> Value:
    """What a dotted name in the settings stands for in the project; empty for what lies outside."""
    holder, _, name = dotted.rpartition(".")
    settings = module(m)
    base = base_directory(m.store, m.path if isinstance(settings, str) else settings.path)
    home = find_module(m.store, (holder, base))
    if isinstance(home, ModuleSymbol) and home.path:
        return members.symbols_value(m, lookup(m.store, (home.path, name)))
    return NOTHING


def chosen(m: Machine, row: Chosen, key: Value | None = None) -> Value:
    """The object whose class a setting chooses; `key` tells which entry of it, where the row does not."""
    value = setting(m, row.setting)
    if value is None:
        return unknown(f"{row.setting} is not known")
    if not value:
        return _object(m, row.otherwise, row.suffix)
    texts = value
    for step in row.path:
        wanted = literals(key) if step == "" else (step,)
        if wanted is None or len(wanted) != 1 or not all(isinstance(a, Items) for a in texts):
            return unknown(f"{row.setting} is not written out")
        texts = join(dict(a.keys).get(str(wanted[0]), NOTHING) for a in texts if isinstance(a, Items))
    if not texts or not all(isinstance(a, Literally) and isinstance(a.value, str) for a in texts):
        return unknown(f"{row.setting} is not written out")
    return join(_object(m, str(a.value), row.suffix) for a in in_order(texts) if isinstance(a, Literally))


def _object(m: Machine, dotted: str, suffix: str) -> Value:
    """An object of the class of this name."""
    name = f"{dotted}{suffix}"
    for atom in named(m, name):
        if isinstance(atom, Class_):
            return one(Instance(atom.ref))
    return one(Instance(name))
