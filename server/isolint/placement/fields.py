"""Constructors that nobody wrote: what a class is made of when a decorator or base writes its `__init__` from the
annotated names of its body (`dataclass`, attrs, pydantic, NamedTuple).

Which decorators and bases do is the catalogue's business; what an object holds afterwards is `applying.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isolint.catalog.rows import MakesInit
from isolint.names.scopes import class_scope
from isolint.names.symbols import ClassRef, ValueSymbol
from isolint.placement import queries
from isolint.placement.context import Keywords
from isolint.placement.shapes import Value
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine


def maker(m: Machine, classes: tuple[ClassRef | str, ...]) -> MakesInit | None:
    """The row of what writes the `__init__` of the first of these classes; the others are its bases in their order."""
    first = classes[0]
    rows = (
        [m.table.get(name) for name in queries.class_decorators(m.store, first)] if not isinstance(first, str) else []
    )
    rows += [m.table.get(name) for name in classes if isinstance(name, str)]
    return next((row for row in rows if isinstance(row, MakesInit)), None)


def given(
    m: Machine, row: MakesInit, classes: tuple[ClassRef | str, ...], args: tuple[Value, ...], keywords: Keywords
) -> dict[str, Value]:
    """What the made `__init__` puts into the attributes of an object, of what it is given. Fields of bases come first
    (dataclasses._process_class)."""
    names: dict[str, None] = {}
    for position in range(len(classes) - 1, -1, -1):
        cls = classes[position]
        if isinstance(cls, ClassRef) and maker(m, classes[position:]) is not None:
            names |= dict.fromkeys(_fields(m, cls))
    held = dict(zip(names, args, strict=False)) if row.positional else {}
    return held | {name: value for name, value in keywords if name in names}


def _fields(m: Machine, cls: ClassRef) -> list[str]:
    return [
        binding.name
        for binding in class_scope(m.store, cls).bindings
        if isinstance(binding.bound, ValueSymbol) and binding.bound.annotation is not None and _is_field(binding.bound)
    ]


def _is_field(symbol: ValueSymbol) -> bool:
    """Whether an annotated name is a parameter: no class variable, and not `field(init=False)`."""
    annotation = symbol.annotation
    if isinstance(annotation, f.Subscript):
        annotation = annotation.value
    name = annotation.id if isinstance(annotation, f.Name) else getattr(annotation, "attr", "")
    left_out = isinstance(symbol.expr, f.Call) and any(
        k.name == "init" and isinstance(k.value, f.Constant) and k.value.value is False for k in symbol.expr.keywords
    )
    return name != "ClassVar" and not left_out
