"""What classes inherit, with the bases and members that only rows know. No effects and no evaluation here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isolint.catalog.rows import Attribute, Lends, Refuses, Row
from isolint.names.inputs import definition
from isolint.names.resolve import external_mro, mro
from isolint.names.scopes import class_scope
from isolint.names.symbols import ClassRef
from isolint.placement.shapes import Atom, Instance, Outside, Value

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

_QUERYSET = "django.db.models.query.QuerySet"
_MANAGER = "django.db.models.manager.Manager"


def lineage_of(m: Machine, cls: ClassRef | str) -> tuple[ClassRef | str, ...]:
    """The MRO of a project or installed class, with the bases that rows add."""
    if isinstance(cls, ClassRef):
        known: tuple[ClassRef | str, ...] = mro(m.store, cls).classes
    else:
        found = external_mro(m.store, cls)
        known = found.classes if found is not None else (cls,)
    added = [b for c in known if isinstance(c, str) for b in m.table.bases(c)]
    return tuple(dict.fromkeys((*known, *added))) if added else known


def inherits(m: Machine, cls: ClassRef | str, base: str) -> bool:
    """Whether a class is `base` (canonical) or inherits from it."""
    return base in lineage_of(m, cls)


def is_manager(m: Machine, cls: ClassRef | str) -> bool:
    """Whether a class is a manager or a queryset."""
    lineage = lineage_of(m, cls)
    return _QUERYSET in lineage or _MANAGER in lineage


def queryset_class(m: Machine, receiver: Atom | None) -> ClassRef | str:
    """The class of what a lazy method gives: a queryset its own kind, a manager the kind it was made
    of (`from_queryset`), else plain querysets."""
    if isinstance(receiver, Instance):
        for cls in lineage_of(m, receiver.cls):
            ours = isinstance(cls, ClassRef) or cls == receiver.cls
            if ours and inherits(m, cls, _QUERYSET) and not inherits(m, cls, _MANAGER):
                return cls
    return _QUERYSET


def has_project_attribute(m: Machine, lineage: tuple[ClassRef | str, ...], name: str) -> bool:
    """Whether a class of the project in this lineage defines the attribute."""
    return any(isinstance(cls, ClassRef) and class_scope(m.store, cls).get(name) for cls in lineage)


def member_row(m: Machine, lineage: tuple[ClassRef | str, ...], name: str) -> Row | None:
    """The row of a member inherited from installed classes. A nearer class that defines the member itself, without
    a row, hides the row of one further away."""
    before: list[str] = []
    for cls in lineage:
        if not isinstance(cls, str):
            continue
        row = m.table.get(f"{cls}.{name}")
        if row is not None:
            made_at_run_time = any(cls in m.table.bases(nearer) for nearer in before)
            if not before or made_at_run_time or isinstance(row, Attribute):
                return row
            known = definition(m.store, f"{before[0]}.{name}")
            if known is not None and owner_of(known.canonical) in before:
                return m.table.get(known.canonical)
            return row
        before.append(cls)
    return None


def is_lazy(m: Machine, atom: Atom) -> bool:
    """Whether this is a queryset: its truth, its length and its items are queries."""
    return isinstance(atom, Instance) and inherits(m, atom.cls, _QUERYSET) and not inherits(m, atom.cls, _MANAGER)


def lends(m: Machine, value: Value) -> bool:
    """Whether assigning an item of this hands a connection to the running thread."""
    return any(isinstance(a, Outside) and isinstance(m.table.get(a.canonical), Lends) for a in value)


def refuses_loops(m: Machine, value: Value) -> bool:
    """Whether entering this raises where a loop runs."""
    return bool(value) and all(
        isinstance(a, Instance)
        and any(isinstance(c, str) and isinstance(m.table.get(c), Refuses) for c in lineage_of(m, a.cls))
        for a in value
    )


def behind(lineage: tuple[ClassRef | str, ...], cls: ClassRef) -> tuple[ClassRef | str, ...]:
    """What follows a class in an MRO; nothing when it is not in it."""
    return lineage[lineage.index(cls) + 1 :] if cls in lineage else ()


def owner_of(dotted: str) -> str:
    """A dotted name without its last part."""
    return dotted.rpartition(".")[0]
