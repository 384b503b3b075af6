"""jedi's names and values: what they are called, where they stand, where an expression's last name leads.

What isolint says of them is made in `definitions`. Runs in the child.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from jedi.api.classes import Name
from jedi.api.helpers import filter_follow_imports
from jedi.inference.gradual.conversion import convert_names
from jedi.inference.names import TreeNameDefinition


def canonical_name(name: Any) -> str:
    """The dotted name of what a name of jedi's stands for: by where it is defined."""
    full = Name(None, name).full_name
    if full:
        return str(full)
    try:
        module = name.get_root_context().string_names or ()
    except AttributeError:
        module = ()
    return ".".join((*module, name.get_public_name()))


def place_of(name: Any) -> dict[str, Any]:
    """Path and line of a name, as the fields of a `Definition`; an empty path where there is no file."""
    try:
        path = Name(None, name).module_path
    except AttributeError:
        path = None
    return {"path": str(path or ""), "line": name.start_pos[0] if path and name.start_pos else 0}


def is_from_standard_library(name: Any) -> bool:
    """Whether a name is defined in the standard library, or in what type checkers have beside it."""
    module = name.get_root_context().string_names
    return bool(module) and (module[0] in sys.stdlib_module_names or module[0] == "typing_extensions")


def last_name(expression: Any, before: Any = None) -> Any:
    """The name leaf that says what is called or named: `c` in `c`, `a.b.c` and `a.b.c(...)`; None for anything else."""
    if expression.type == "name":
        return expression
    if expression.type == "dotted_name":
        return expression.children[-1]
    if expression.type not in ("power", "atom_expr"):
        return None
    children = list(expression.children)
    if before is not None:
        children = children[: children.index(before)]
    while len(children) > 1 and children[-1].type == "trailer" and children[-1].children[0] == "(":
        children.pop()
    last = children[-1]
    if last.type == "name":
        return last
    return last.children[-1] if last.type == "trailer" and last.children[0] == "." else None


def meanings(context: Any, leaf: Any) -> list[Any]:
    """What the name leaf of an expression stands for, imports followed, in the order of their places."""
    names = convert_names(list(filter_follow_imports(TreeNameDefinition(context, leaf).goto())))
    return sorted(set(names), key=lambda name: (str(place_of(name)["path"]), name.start_pos or (0, 0)))


def without_none(values: Iterable[Any]) -> list[Any]:
    """The values without `None`, in the order of their names and places."""
    kept = [value for value in values if value.py__name__() != "NoneType"]
    return sorted(kept, key=lambda value: (canonical_name(value.name), value.name.start_pos or (0, 0)))


def only_one(values: list[Any]) -> Any:
    """The value, when there is one, or all are of one name; None else."""
    return values[0] if len({canonical_name(value.name) for value in values}) == 1 else None
