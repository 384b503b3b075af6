"""Which cure takes the work of other threads back to the test's connection, and whether that can be told.

A cure is known by what is done to Django's and asgiref's own objects (rows of `catalog/cures.py`), whoever does it: a
fixture, a conftest, a hook, a helper of these. Which escapes it takes away is for `trace`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from isolint.catalog.rows import Cures
from isolint.names.inputs import definition
from isolint.names.symbols import Site
from isolint.placement import lineage
from isolint.placement.machine import Machine
from isolint.placement.patching import places
from isolint.placement.shapes import Atom, Class_, Cure, Cured, Instance, Mock, Outside, Patch, Value
from isolint.pytest_model.inputs import ENVIRONMENT

_OWN_TO_A_THREAD = frozenset({"asgiref.local.Local", "_thread._local", "threading.local", "_threading_local.local"})
"""Storage that differs from thread to thread: putting it elsewhere shares nothing."""


def cures(m: Machine, patches: Iterable[Patch], called: Iterable[Cure], fixtures: Mapping[Site, str]) -> list[Cured]:
    """The cures among what was replaced and called; those that settle the matter first. `fixtures` tells which fixture
    did what is done at a site."""
    done = {cure.row for cure in called if cure.always}
    found: list[Cured] = []
    for patch in patches:
        for row in _replaced(m, patch):
            certain = row.settled_by in done and patch.always and _is_shared(m, patch.value)
            found.append(_cured(row, patch.site, certain, fixtures))
    for cure in called:
        known = m.table.get(cure.row)
        if isinstance(known, Cures):
            found.append(_cured(known, cure.site, False, fixtures))
    environment = m.store.get(ENVIRONMENT, "")
    found += [
        Cured(f"{row.name} {row.what}", None, "", False, row.threads)
        for row in m.table.cures.values()
        if row.by == "installation" and environment.version(row.name) is not None
    ]
    return sorted(found, key=lambda cured: not cured.certain)


def _cured(row: Cures, site: Site | None, certain: bool, fixtures: Mapping[Site, str]) -> Cured:
    name = row.name.rpartition(".")[2]
    return Cured(f"{row.what} ({name})", site, fixtures.get(site, "") if site else "", certain, row.threads)


def _replaced(m: Machine, patch: Patch) -> Iterator[Cures]:
    """The rows of what a patch replaces, each once."""
    seen: dict[str, Cures] = {}
    for atom, name in places(m, patch):
        if name in m.table.cure_words:
            for dotted in _names(m, atom, name):
                row = m.table.cures.get(dotted)
                if row is not None and row.by == "replacement":
                    seen.setdefault(dotted, row)
    yield from seen.values()


def _names(m: Machine, atom: Atom, name: str) -> Iterator[str]:
    """The canonical names of an attribute: of the module, the class, or the class of the object that has it."""
    match atom:
        case Instance():
            yield from (f"{cls}.{name}" for cls in lineage.lineage_of(m, atom.cls) if isinstance(cls, str))
        case Outside():
            yield f"{atom.dotted}.{name}"
            known = definition(m.store, atom.dotted)
            if known is not None and known.kind in ("class", "instance"):
                of = known.canonical if known.kind == "class" else known.type
                yield from (f"{cls}.{name}" for cls in lineage.lineage_of(m, of) if isinstance(cls, str))
            elif known is not None and known.kind == "module":
                inner = definition(m.store, f"{atom.dotted}.{name}")
                if inner is not None:
                    yield inner.canonical


def _is_shared(m: Machine, value: Value) -> bool:
    """Whether something is known to be the same for all threads."""
    return bool(value) and all(
        isinstance(atom, Mock | Class_)
        or (isinstance(atom, Instance) and not _OWN_TO_A_THREAD.intersection(map(str, lineage.lineage_of(m, atom.cls))))
        for atom in value
    )
