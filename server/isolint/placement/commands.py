"""Management commands: which one a call means, and that its `handle` runs. The project's own are followed; of Django's
own, the row says what they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isolint.catalog.rows import Commands
from isolint.names.inputs import PROJECT
from isolint.names.resolve import attribute as name_attribute
from isolint.names.resolve import module_name
from isolint.names.symbols import ModuleSymbol, Site
from isolint.placement import members
from isolint.placement.context import SPREAD, Context, Keywords
from isolint.placement.shapes import Class_, Instance, Literally, Value
from isolint.placement.values import NOTHING, PLAIN, unknown
from isolint.store.memo import Query, Store

if TYPE_CHECKING:
    from isolint.placement.machine import Machine


def run_command(
    m: Machine, row: Commands, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
) -> Value:
    """`call_command(...)`: the `handle` of what is meant; work that nobody can name where that is not known."""
    named = dict(keywords)
    meant = args[0] if args else named.get("command_name", NOTHING)
    # What the command makes of its arguments is its parser's affair.
    options: Keywords = ((SPREAD, unknown("options of a command")),)
    for atom in meant or unknown("a command"):
        if isinstance(atom, Instance):
            handle = members.attribute(m, frozenset({atom}), "handle", ctx, site)
            m.perform(handle, "call", ctx, site, label, (), options)
            continue
        name = atom.value if isinstance(atom, Literally) and isinstance(atom.value, str) else ""
        classes = _classes(m, name) if name else NOTHING
        if classes:
            for cls in classes:
                made = m.perform(frozenset({cls}), "call", ctx, site, label)
                handle = members.attribute(m, made, "handle", ctx, site)
                m.perform(handle, "call", ctx, site, label, (), options)
        elif name in row.writing:
            m.act(ctx, "write", None, row, site, label)
        elif name not in row.silent:
            m.perform(unknown(f"the command {name}" if name else "a command"), "call", ctx, site, label)
    return PLAIN


def _classes(m: Machine, name: str) -> Value:
    """The classes of the project's commands of this name."""
    found: Value = NOTHING
    for path in commands(m.store, name):
        module = ModuleSymbol(module_name(m.store, path), path)
        found |= members.symbols_value(m, name_attribute(m.store, module, "Command"))
    return frozenset(atom for atom in found if isinstance(atom, Class_))


def _commands(store: Store, name: str) -> tuple[str, ...]:
    end = f"/management/commands/{name}.py"
    return tuple(sorted(path for path in store.get(PROJECT, "").files if path.endswith(end)))


commands: Query[str, tuple[str, ...]] = Query("commands", _commands, barrier=True)
"""Key: the name of a management command. The project's modules of that name (django.core.management.find_commands)."""
