"""What jedi knows of a name, as a `Definition`: its kind, parameters, decorators, bases, the type of its value.

Runs in the child. Which name is meant by a question is found in `lookup` and `members`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from jedi.inference.gradual.conversion import convert_values

from isolint.inference.jedi_names import canonical_name, last_name, meanings, only_one, place_of, without_none
from isolint.inference.lineage import linearise
from isolint.names.origin import Decorator, Definition, Param

_FOR_TYPE_CHECKERS = frozenset(
    {"typing.overload", "typing.final", "typing_extensions.deprecated", "typing_extensions.disjoint_base"}
)
"""Decorators that stand in stubs alone and change nothing at run time."""

_DEEPEST_ALIAS = 8


def describe(name: Any, depth: int = 0) -> Definition | None:
    """The definition behind jedi's `name` (imports already followed), or None when it is none of ours to describe."""
    if depth > _DEEPEST_ALIAS:
        return None
    node = None if name.tree_name is None else name.tree_name.get_definition(import_name_always=True)
    if node is None:
        return _describe_without_tree(name)
    if node.type == "funcdef":
        return _describe_function(name, node)
    if node.type == "classdef":
        value = name.get_root_context().create_value(node)
        mro, complete = linearise(value)
        return Definition(
            canonical=canonical_name(name),
            kind="class",
            mro=mro,
            complete=complete,
            decorators=_decorators(name.parent_context, node),
            **place_of(name),
        )
    if node.type == "expr_stmt":
        return _describe_variable(name, node, depth)
    return Definition(canonical=canonical_name(name), kind="unknown", **place_of(name))


def _describe_without_tree(name: Any) -> Definition | None:
    """A module, or something that only exists compiled."""
    values = list(name.infer())
    if not values:
        return None
    value, place = values[0], place_of(name)
    canonical = canonical_name(name)
    if value.is_module() or value.is_namespace():
        path = value.py__file__() if hasattr(value, "py__file__") else None
        return Definition(canonical=".".join(value.string_names), kind="module", path=str(path or ""), line=1)
    if value.is_class():
        mro, complete = linearise(value)
        return Definition(canonical=canonical, kind="class", mro=mro, complete=complete, **place)
    if value.is_instance() or value.api_type == "instance":
        return Definition(canonical=canonical, kind="instance", **type_of(value), **place)
    return Definition(canonical=canonical, kind="function" if value.is_function() else "unknown", **place)


def _describe_function(name: Any, node: Any) -> Definition:
    context = name.parent_context
    return Definition(
        canonical=canonical_name(name),
        kind="function",
        is_async=node.parent.type in ("async_stmt", "async_funcdef"),
        is_generator=node.is_generator(),
        params=tuple(_params(node)),
        decorators=_decorators(context, node),
        returns=_annotation(context, node.annotation),
        **place_of(name),
    )


def _describe_variable(name: Any, node: Any, depth: int) -> Definition:
    """A variable: the function or class it is another name for, else an instance, else unknown."""
    unknown = Definition(canonical=canonical_name(name), kind="unknown", **place_of(name))
    wrapped = decorated_by_call(name, node, depth)
    if wrapped is not None:
        return wrapped
    values = without_none(convert_values(name.infer()))
    value = only_one(values)
    if value is None:
        return unknown
    if value.is_instance():
        return msgspec.structs.replace(unknown, kind="instance", **type_of(value))
    if value.is_module():
        return unknown
    target = value.name
    if target.tree_name is None or target.tree_name is name.tree_name or value.api_type == "instance":
        return unknown
    found = describe(target, depth + 1) or unknown
    if node.get_rhs().get_last_leaf() != ")":
        return found
    # What a call returns is no other name for something: `get_user_model()` is said to give a `type[Model]`, and is
    # some subclass; a decorator gives its inner function.
    place = place_of(name)
    return msgspec.structs.replace(found, canonical=unknown.canonical, **place) if found.kind == "function" else unknown


def decorated_by_call(name: Any, node: Any, depth: int) -> Definition | None:
    """`x = decorator(function)` and `x = decorator(...)(function)`: the function, under the variable's name, decorated.

    pytest takes such variables for fixtures as it does decorated functions."""
    value = node.get_rhs()
    if value.type not in ("power", "atom_expr") or value.children[0] == "await":
        return None
    last = value.children[-1]
    if last.type != "trailer" or last.children[0] != "(" or len(last.children) != 3:
        return None
    argument = last.children[1]
    if argument.type != "name" and not (
        argument.type in ("power", "atom_expr") and argument.children[-1].children[0] == "."
    ):
        return None
    callee = last_name(value, before=last)
    if callee is None:
        return None
    context = name.parent_context
    decorators = [each for each in map(describe, meanings(context, callee)) if each is not None]
    if not decorators or decorators[0].kind != "function":
        return None
    leaf = argument if argument.type == "name" else argument.children[-1].children[-1]
    functions = [describe(each, depth + 1) for each in meanings(context, leaf)]
    if len(functions) != 1 or functions[0] is None or functions[0].kind != "function":
        return None
    text = "".join(child.get_code() for child in value.children[:-1]).strip()
    outer = Decorator(decorators[0].canonical, text)
    return msgspec.structs.replace(
        functions[0], canonical=canonical_name(name), decorators=(outer, *functions[0].decorators)
    )


def best(candidates: Iterable[Definition | None]) -> Definition | None:
    """Of several definitions of one name (the branches of an `if` or `try`) the one that says most, first one first."""
    order = ("function", "class", "module", "instance", "unknown")
    found = [candidate for candidate in candidates if candidate is not None]
    foreign = "posixpath." if os.name == "nt" else "ntpath."  # `os.path` is both to jedi

    def rank(each: Definition) -> tuple[int, bool, str, int]:
        return order.index(each.kind), os.path.basename(each.path).startswith(foreign), each.path, each.line

    return min(found, key=rank, default=None)


def type_of(value: Any) -> dict[str, Any]:
    """The type of an instance, as the fields of a `Definition`."""
    cls = value.py__class__()
    mro, complete = linearise(cls)
    return {"type": mro[0], "mro": mro, "complete": complete}


def _params(node: Any) -> Iterator[Param]:
    kind = "normal"
    positional: list[Param] = []
    for child in node.children[-3 if node.annotation is None else -5].children[1:-1]:
        if child == "*":
            kind = "keyword"
        elif child == "/":
            positional = [msgspec.structs.replace(each, kind="positional") for each in positional]
        elif child.type == "operator" and child.value == ",":
            continue
        elif child.type == "param":
            if child.star_count == 1:
                positional.append(Param(child.name.value, "args", False))
                kind = "keyword"
            elif child.star_count == 2:
                positional.append(Param(child.name.value, "kwargs", False))
            else:
                positional.append(Param(child.name.value, kind, child.default is not None))
    yield from positional


def _decorators(context: Any, node: Any) -> tuple[Decorator, ...]:
    found = tuple(_decorator(context, each.children[1]) for each in node.get_decorators())
    if not context.get_root_context().is_stub():
        return found
    return tuple(each for each in found if each.canonical and each.canonical not in _FOR_TYPE_CHECKERS)


def _decorator(context: Any, expression: Any, depth: int = 0) -> Decorator:
    text = expression.get_code(include_prefix=False)
    leaf = last_name(expression)
    if leaf is None:
        return Decorator("", text)
    names = meanings(context, leaf)
    if not names:
        return Decorator("", text)
    name = names[0]
    statement = None if name.tree_name is None else name.tree_name.get_definition()
    if statement is not None and statement.type == "expr_stmt" and depth < _DEEPEST_ALIAS:
        # `fix = pytest.fixture` and `fix = pytest.fixture(scope="session")`; an object of a class stays a variable.
        meant = _decorator(name.parent_context, statement.get_rhs(), depth + 1)
        called = statement.get_rhs().children[-1] if statement.get_rhs().type in ("power", "atom_expr") else None
        is_call = called is not None and called.children[0] == "("
        if meant.canonical and not (is_call and _is_class(name.parent_context, statement.get_rhs())):
            return Decorator(meant.canonical, meant.text if is_call else text)
    found = best(describe(each) for each in names)
    return Decorator(found.canonical if found is not None else canonical_name(name), text)


def _is_class(context: Any, expression: Any) -> bool:
    leaf = last_name(expression)
    found = best(describe(each) for each in meanings(context, leaf)) if leaf is not None else None
    return found is not None and found.kind != "function"


def _annotation(context: Any, node: Any) -> str:
    """The canonical name where the annotation is a dotted name, else its source text."""
    if node is None:
        return ""
    text = " ".join(node.get_code(include_prefix=False).split())
    leaf = last_name(node)
    if leaf is None or node.get_last_leaf() is not leaf:
        return text
    classes = [each for each in meanings(context, leaf) if each.tree_name is not None and each.api_type == "class"]
    return canonical_name(classes[0]) if classes else text
