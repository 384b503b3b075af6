"""What is registered at objects: receivers at signals, functions at routers.

Registering is noted like a patch, so what a fixture, a helper or a test registers belongs to the world in which the
test is evaluated again. An object is told from its like by where it was made. What is registered where, and what comes
of it, is known by who asks (`signals`, `routers`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from isolint.names.inputs import FACTS, MEMBERS, STATEMENTS
from isolint.names.resolve import import_target
from isolint.names.scopes import walk_statements
from isolint.names.symbols import ModuleSymbol, Site
from isolint.placement.shapes import Atom, CutKey, Instance, Literally, Outside, Patch, Value, World
from isolint.placement.values import NOTHING, join, one
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

REGISTERED = "registered: "
"""How the names begin under which a patch, and a world, has what is registered: no attribute has a name like that."""
OVERRIDDEN = f"{REGISTERED}in place of what functions depend on"
"""The name under which a patch, and a world, has what an application calls in place of something else."""
MADE = "made at"
"""What tells one object from another of its class: where it was made."""
MAX_PACKAGES = 3
"""Packages that import from packages, followed from a module."""


def connections(patches: Iterable[Patch]) -> World:
    """What these register, as a part of a world."""
    found: dict[CutKey, Value] = {}
    for patch in patches:
        for name in patch.name:
            if not isinstance(name, Literally) or not str(name.value).startswith(REGISTERED):
                continue
            for atom in patch.holder:
                key = key_of(atom, str(name.value))
                if key is not None:
                    found[key] = join([found.get(key, NOTHING), patch.value])
    return tuple(sorted(found.items(), key=repr))


def is_connection(key: CutKey) -> bool:
    """Whether a part of a world says what is registered."""
    return key[2].startswith(REGISTERED)


def key_of(atom: Atom, name: str) -> CutKey | None:
    """Under what a world has something registered at an object; None for what cannot be told from its like."""
    match atom:
        case Outside():
            return "outside", atom.canonical or atom.dotted, name
        case Instance():
            made = tuple(part for part in atom.held if part[0] == MADE)
            return ("object", Instance(atom.cls, held=made), name) if made else None
    return None


def made_at(site: Site) -> Value:
    """What an object that is told from its like by where it was made holds of that."""
    return one(Literally(f"{site.path}\n{site.chunk}\n{site.start}"))


def home_of(atom: Atom) -> tuple[str, str]:
    """The module in which such an object was made, and the chunk of it; empty where that is not known."""
    if isinstance(atom, Instance):
        for made in dict(atom.held).get(MADE, NOTHING):
            if isinstance(made, Literally):
                path, chunk, _ = str(made.value).split("\n")
                return path, chunk
    return "", ""


def _imported(store: Store, path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_followed(store, path, 0)))


imported: Query[str, tuple[str, ...]] = Query("imported modules", _imported, bottom=lambda path: ())
"""Key: a module: those of the project that it imports, wherever in it; and through packages what these import."""


def _followed(store: Store, path: str, level: int) -> Iterator[str]:
    for symbol in _imports(store, path):
        if not symbol.path or symbol.path == path:
            continue
        yield symbol.path
        if os.path.basename(symbol.path) == "__init__.py" and level < MAX_PACKAGES:
            yield from _followed(store, symbol.path, level + 1)


def _imports(store: Store, path: str) -> Iterator[ModuleSymbol]:
    chunks: list[str] = [item.key for item in store.get(STATEMENTS, (path, ()))]
    for item in store.get(MEMBERS, (path, ())):
        chunks += [item.key, *(inner.key for inner in store.get(MEMBERS, (path, (*item.owner, item.name or ""))))]
    for key in chunks:
        statements: tuple[f.Stmt, ...] = store.get(FACTS, (path, key))
        for statement in walk_statements(statements):
            found = []
            if isinstance(statement, f.Import):
                found = [import_target(store, path, one_name.name, 0) for one_name in statement.names]
            elif isinstance(statement, f.ImportFrom):
                found = [import_target(store, path, statement.module, statement.level)]
                for one_name in statement.names:
                    dotted = f"{statement.module}.{one_name.name}" if statement.module else one_name.name
                    found.append(import_target(store, path, dotted, statement.level))
            yield from (symbol for symbol in found if isinstance(symbol, ModuleSymbol))
