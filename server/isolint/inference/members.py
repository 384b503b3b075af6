"""What a module or a plugin's class offers to pytest: every function, and every name that may be one, without its type.

Runs in the child.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from jedi.api.helpers import filter_follow_imports
from jedi.inference.gradual.conversion import convert_names, convert_values
from jedi.inference.imports import Importer

from isolint.inference.definitions import best, decorated_by_call, describe
from isolint.inference.jedi_names import canonical_name, is_from_standard_library, last_name, meanings, place_of
from isolint.names.origin import Definition


def members_of(state: Any, module: str) -> tuple[tuple[str, Definition], ...]:
    """The members of a module, or of a class in one, with their names; `state` is jedi's, of a script in its world."""
    found: dict[str, Definition] = {}
    parts = tuple(module.split("."))
    values = convert_values(state.import_module(parts)) or _plugin_classes(state, parts)
    for value in values:
        if value.is_compiled() or getattr(value, "tree_node", None) is None:
            continue
        for name in _bound_names(value) if value.is_module() else _methods(value):
            if name not in found and (definition := _member(value, name)) is not None:
                found[name] = definition
    return tuple(sorted(found.items()))


def _plugin_classes(state: Any, parts: tuple[str, ...]) -> list[Any]:
    """The class of that name at the top level of a module: pytest registers some classes and objects as plugins."""
    found = []
    for module in convert_values(state.import_module(parts[:-1])) if len(parts) > 1 else ():
        for name in filter_follow_imports(module.goto(parts[-1])):
            node = None if name.tree_name is None else name.tree_name.get_definition()
            if node is not None and node.type == "classdef":
                found.append(name.get_root_context().create_value(node))
    return found


def _methods(cls: Any) -> set[str]:
    return {node.name.value for node in cls.tree_node.iter_funcdefs()}


def _bound_names(module: Any) -> set[str]:
    """What the module's top level binds, as `dir()` shows it and pytest sees it: star imports and underscores too."""
    names = {name.value for name in _top_level_definitions(module)}
    for node in module.tree_node.iter_imports():
        if not node.is_star_import() or _from_standard_library(node):
            continue
        path = node.get_paths()[-1]
        for star in Importer(module.inference_state, path, module.as_context(), node.level).follow():
            if getattr(star, "tree_node", None) is not None and star is not module:
                names.update(_public_names(star))
    return names


def _public_names(module: Any) -> set[str]:
    """What `from module import *` binds: the literal strings of `__all__`, else what has no underscore in front."""
    names = _bound_names(module)
    listed: set[str] = set()
    for leaf in module.tree_node.get_used_names().get("__all__", ()):
        statement = leaf.search_ancestor("expr_stmt")
        if statement is None or _enclosing_scope(statement) is not module.tree_node or leaf.parent is not statement:
            continue
        strings = _strings_in(statement.get_rhs())
        if strings is None:  # put together at run time: rather too many names than too few
            return names
        listed |= strings
    return names & listed if listed else {name for name in names if not name.startswith("_")}


def _strings_in(node: Any) -> set[str] | None:
    """The strings of a list or tuple display, or None for anything else."""
    if node.type != "atom" or node.children[0] not in ("[", "("):
        return None
    inner = node.children[1]
    items = inner.children if inner.type == "testlist_comp" else [inner]
    if any(item.type not in ("string", "operator") for item in items):
        return None
    return {str(ast.literal_eval(item.value)) for item in items if item.type == "string"}


def _top_level_definitions(module: Any) -> Iterator[Any]:
    for leaves in module.tree_node.get_used_names().values():
        for leaf in leaves:
            definition = leaf.get_definition(import_name_always=True, include_setitem=False)
            if definition is None or _enclosing_scope(definition) is not module.tree_node:
                continue
            if definition.type in ("classdef", "import_name"):
                continue
            if definition.type == "import_from" and _from_standard_library(definition):
                continue
            if definition.type == "expr_stmt" and not _may_be_function(definition):
                continue
            yield leaf


def _enclosing_scope(node: Any) -> Any:
    return node.search_ancestor("funcdef", "classdef", "file_input", "lambdef")


def _from_standard_library(node: Any) -> bool:
    names = node.get_from_names()
    return bool(names) and not node.level and names[0].value in sys.stdlib_module_names


def _may_be_function(statement: Any) -> bool:
    value = statement.get_rhs()
    return value.type in ("name", "power", "atom_expr")


def _member(module: Any, name: str) -> Definition | None:
    names = convert_names(list(filter_follow_imports(module.goto(name))))
    return best(_describe_member(each) for each in names)


def _describe_member(name: Any) -> Definition | None:
    """As `describe`, for what is or may be a function; no types are inferred, which would cost most of the time."""
    node = None if name.tree_name is None else name.tree_name.get_definition(import_name_always=True)
    if node is None or is_from_standard_library(name):
        return None
    if node.type == "funcdef":
        return describe(name)
    if node.type != "expr_stmt" or not _may_be_function(node):
        return None
    if (wrapped := decorated_by_call(name, node, 0)) is not None:
        return wrapped
    callee = last_name(node.get_rhs())
    names = meanings(name.parent_context, callee) if callee is not None else []
    if node.get_rhs().get_last_leaf() is callee:
        return best(_describe_member(each) for each in names if each.tree_name is not name.tree_name)
    if any(each.api_type == "class" for each in names):
        return None
    return Definition(canonical=canonical_name(name), kind="unknown", **place_of(name))
