"""What a question means in jedi's terms: from a dotted name, a module or a position to a `Definition`.

Runs in the child. Everything is read from a fresh `Script` per question, so that an answer never depends on the
questions before it; only parso's syntax trees are shared, in memory. Nothing of the analysed code is imported.
"""

# ruff: noqa: SLF001 (jedi's public interface answers for an editor; decorators, bases and scopes are behind it)

from __future__ import annotations

import ast
import keyword
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from jedi import Project, Script
from jedi.api.classes import Name
from jedi.api.helpers import filter_follow_imports
from jedi.api.helpers import infer as infer_leaf
from jedi.inference.gradual.conversion import convert_names, convert_values
from jedi.inference.imports import Importer
from jedi.inference.names import TreeNameDefinition

from isolint.inference.source import with_source
from isolint.inference.tame import TamedEnvironment, tame
from isolint.names.origin import (
    Answer,
    Decorator,
    Definition,
    ExpressionQuestion,
    MembersQuestion,
    NameQuestion,
    Param,
    PlaceQuestion,
    Question,
    Target,
)

UNKNOWN = Answer(None)

_FOR_TYPE_CHECKERS = frozenset(
    {"typing.overload", "typing.final", "typing_extensions.deprecated", "typing_extensions.disjoint_base"}
)
"""Decorators that stand in stubs alone and change nothing at run time."""

_DEEPEST_ALIAS = 8
_LONGEST_MRO = 200


@dataclass(frozen=True, slots=True)
class World:
    """What is asked about: the installed packages alone, for names, and together with the project, for expressions."""

    installed: Project
    everything: Project
    skeleton: TamedEnvironment
    whole: TamedEnvironment


def open_world(sys_path: Iterable[str], roots: Iterable[str], python_version: tuple[int, int]) -> World:
    """A world of the given import roots (absolute folders; those of the environment, those of the project)."""
    tame()
    installed, own = tuple(sys_path), tuple(roots)
    base = Path(own[0] if own else (installed[0] if installed else "/"))
    return World(
        # Never `smart_sys_path`: it would add the folder of the project, and names are asked of the environment alone.
        installed=Project(base, sys_path=installed, smart_sys_path=False),
        everything=Project(base, sys_path=(*own, *installed), smart_sys_path=False),
        skeleton=TamedEnvironment(python_version, skeleton=True),
        whole=TamedEnvironment(python_version, skeleton=False),
    )


def answer(world: World, question: Question) -> tuple[Answer, str]:
    """The answer, and what went wrong inside jedi ("" when nothing did; then the answer is unknown). Never raises."""
    try:
        match question:
            case NameQuestion(dotted=dotted):
                return Answer(_find_name(world, dotted)), ""
            case MembersQuestion(module=module):
                return Answer(None, _find_members(world, module)), ""
            case ExpressionQuestion():
                return Answer(_find_type(world, question)), ""
            case PlaceQuestion():
                return Answer(targets=_find_targets(world, question)), ""
    except Exception as error:  # noqa: BLE001 (jedi raises anything on unusual code)
        return UNKNOWN, f"{type(error).__name__}: {error}"


# --- names -----------------------------------------------------------------------------------------------------------


def _find_name(world: World, dotted: str) -> Definition | None:
    parts = tuple(dotted.split("."))
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return None
    found, served = _find_in(world, world.skeleton, parts)
    doubtful = found is None or (found.kind == "unknown" and not served)
    if doubtful and len(_module_prefix(world, parts)) not in (0, len(parts)):
        # What a function body says (an attribute set in `__init__`, what a factory returns) is worth a whole parse.
        second, _ = _find_in(world, world.whole, parts)
        found = found if second is None or (found is not None and second.kind == "unknown") else second
    return found if found is None else with_source(found, world.installed.sys_path)


def _module_prefix(world: World, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The longest prefix that names a module; () when not even the first part does."""
    state = _script(world, world.skeleton, "")._inference_state
    for length in range(len(parts), 0, -1):
        if state.import_module(parts[:length]):
            return parts[:length]
    return ()


def _find_in(world: World, environment: TamedEnvironment, parts: tuple[str, ...]) -> tuple[Definition | None, bool]:
    """The definition, and whether a `__getattr__` serves it, so that no more can be known."""
    for length in range(len(parts) - 1, 0, -1):
        module, first, rest = ".".join(parts[:length]), parts[length], parts[length + 1 :]
        source = f"from {module} import {first} as _x\n" + ".".join(("_x", *rest)) + "\n"
        script = _script(world, environment, source)
        if not script._inference_state.import_module(parts[:length]):
            continue
        line = source.rstrip("\n").split("\n")[-1]
        names = script.goto(2, len(line), follow_imports=True)
        found = _best(describe(name._name) for name in names)
        if found is not None:
            return found, False
        if rest and (found := _served_attribute(script, 2, len(line), parts[-1])) is not None:
            return found, True
    script = _script(world, environment, f"import {'.'.join(parts)} as _x\n_x\n")
    return _best(describe(name._name) for name in script.goto(2, 2, follow_imports=True)), False


def _served_attribute(script: Script, line: int, column: int, attribute: str) -> Definition | None:
    """`owner.attribute` where the owner is an instance whose class has `__getattr__`: named after that class."""
    owner = _only(_infer(script, line, column - len(attribute) - 1))
    if owner is None or not owner.is_instance():
        return None
    served = [name for name in owner.py__class__().goto("__getattr__") if name.tree_name is not None]
    if not served:
        return None
    mro, _ = linearise(owner.py__class__())
    found = Definition(canonical=f"{mro[0]}.{attribute}", kind="unknown", **_place(served[0]))
    value = _only(_infer(script, line, column))
    if value is None or not value.is_instance():
        return found
    return msgspec.structs.replace(found, kind="instance", **_type_of(value))


def _script(world: World, environment: TamedEnvironment, source: str) -> Script:
    return Script(source, project=world.installed, environment=environment)


# --- members ---------------------------------------------------------------------------------------------------------


def _find_members(world: World, module: str) -> tuple[tuple[str, Definition], ...]:
    state = _script(world, world.skeleton, "")._inference_state
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
    return _best(_describe_member(each) for each in names)


def _describe_member(name: Any) -> Definition | None:
    """As `describe`, for what is or may be a function; no types are inferred, which would cost most of the time."""
    node = None if name.tree_name is None else name.tree_name.get_definition(import_name_always=True)
    if node is None or _is_from_standard_library(name):
        return None
    if node.type == "funcdef":
        return describe(name)
    if node.type != "expr_stmt" or not _may_be_function(node):
        return None
    if (wrapped := _decorated_by_call(name, node, 0)) is not None:
        return wrapped
    callee = _last_name(node.get_rhs())
    names = _follow(name.parent_context, callee) if callee is not None else []
    if node.get_rhs().get_last_leaf() is callee:
        return _best(_describe_member(each) for each in names if each.tree_name is not name.tree_name)
    if any(each.api_type == "class" for each in names):
        return None
    return Definition(canonical=_canonical(name), kind="unknown", **_place(name))


def _is_from_standard_library(name: Any) -> bool:
    module = name.get_root_context().string_names
    return bool(module) and (module[0] in sys.stdlib_module_names or module[0] == "typing_extensions")


# --- expressions -----------------------------------------------------------------------------------------------------


def _find_type(world: World, question: ExpressionQuestion) -> Definition | None:
    script = Script(question.source, path=question.path, project=world.everything, environment=world.whole)
    lines = question.source.split("\n")
    if not (0 < question.line <= len(lines) and 0 <= question.column <= len(lines[question.line - 1])):
        return None
    values = _infer(script, question.line, question.column)
    found = {definition.type or definition.canonical: definition for definition in map(_describe_value, values)}
    # Several types are no answer: the asker could take a wrong one for the truth.
    return next(iter(found.values())) if len(found) == 1 else None


def _describe_value(value: Any) -> Definition:
    if value.is_instance():
        fields = _type_of(value)
        return Definition(canonical=fields["type"], kind="instance", **fields, **_place(value.py__class__().name))
    return describe(value.name) or Definition(canonical=_canonical(value.name), kind="unknown")


_MOST_TARGETS = 8
_HAVE_VALUES = ("statement", "param", "instance", "property")
_LONGEST_DOC = 2_000


def _find_targets(world: World, question: PlaceQuestion) -> tuple[Target, ...]:
    script = Script(question.source, path=question.path, project=world.everything, environment=world.whole)
    # What callers hand over says little about a function, and to look for callers is to read the whole project.
    script._inference_state.do_dynamic_params_search = False
    lines = question.source.split("\n")
    if not (0 < question.line <= len(lines) and 0 <= question.column <= len(lines[question.line - 1])):
        return ()
    names = script.goto(question.line, question.column, follow_imports=True, follow_builtin_imports=True)
    found: dict[Target, None] = {}
    for name in names[:_MOST_TARGETS]:
        target = _target(world, name)
        if target.kind in _HAVE_VALUES:
            types = sorted({_canonical(value.name) for value in _without_none(name._name.infer())})
            target = msgspec.structs.replace(target, type=" | ".join(types[:_MOST_TARGETS]))
        found[target] = None
    return tuple(found)


def _target(world: World, name: Name) -> Target:
    # Of what a call goes to (`__call__` of an instance), under the name of that.
    signature = next((each.to_string() for each in name.get_signatures()), "")
    line, column, path = name.line or 0, name.column or 0, str(name.module_path or "")
    canonical = _canonical(name._name).removeprefix("__main__.")  # jedi's word for a file on no import root
    if path.endswith(".pyi") and name.type in ("function", "class"):
        stub = Definition(canonical=canonical, kind=name.type, path=path, line=line)
        real = with_source(stub, world.installed.sys_path)
        if real is not stub:
            path, line, column = real.path, real.line, 0
    return Target(
        name=name.name,
        kind=name.type,
        canonical=canonical,
        path=path,
        line=line,
        column=column,
        signature=" ".join(signature[signature.find("(") :].split()) if "(" in signature else "",
        doc=name.docstring(raw=True)[:_LONGEST_DOC].strip().split("\n\n")[0],
    )


def _infer(script: Script, line: int, column: int) -> list[Any]:
    """The values of the expression that ends at this position; `None` among several is left out."""
    script._inference_state.reset_recursion_limitations()
    position = (line, column)
    leaf = script._module_node.get_name_of_position(position) or script._module_node.get_leaf_for_position(position)
    if leaf is None or leaf.type in ("string", "newline", "endmarker"):
        return []
    context = script._get_module_context().create_context(leaf)
    return _without_none(convert_values(infer_leaf(script._inference_state, context, leaf)))


def _without_none(values: Iterable[Any]) -> list[Any]:
    kept = [value for value in values if value.py__name__() != "NoneType"]
    return sorted(kept, key=lambda value: (_canonical(value.name), value.name.start_pos or (0, 0)))


def _only(values: list[Any]) -> Any:
    return values[0] if len({_canonical(value.name) for value in values}) == 1 else None


# --- definitions -----------------------------------------------------------------------------------------------------


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
            canonical=_canonical(name),
            kind="class",
            mro=mro,
            complete=complete,
            decorators=_decorators(name.parent_context, node),
            **_place(name),
        )
    if node.type == "expr_stmt":
        return _describe_variable(name, node, depth)
    return Definition(canonical=_canonical(name), kind="unknown", **_place(name))


def _describe_without_tree(name: Any) -> Definition | None:
    """A module, or something that only exists compiled."""
    values = list(name.infer())
    if not values:
        return None
    value, place = values[0], _place(name)
    canonical = _canonical(name)
    if value.is_module() or value.is_namespace():
        path = value.py__file__() if hasattr(value, "py__file__") else None
        return Definition(canonical=".".join(value.string_names), kind="module", path=str(path or ""), line=1)
    if value.is_class():
        mro, complete = linearise(value)
        return Definition(canonical=canonical, kind="class", mro=mro, complete=complete, **place)
    if value.is_instance() or value.api_type == "instance":
        return Definition(canonical=canonical, kind="instance", **_type_of(value), **place)
    return Definition(canonical=canonical, kind="function" if value.is_function() else "unknown", **place)


def _describe_function(name: Any, node: Any) -> Definition:
    context = name.parent_context
    return Definition(
        canonical=_canonical(name),
        kind="function",
        is_async=node.parent.type in ("async_stmt", "async_funcdef"),
        is_generator=node.is_generator(),
        params=tuple(_params(node)),
        decorators=_decorators(context, node),
        returns=_annotation(context, node.annotation),
        **_place(name),
    )


def _describe_variable(name: Any, node: Any, depth: int) -> Definition:
    """A variable: the function or class it is another name for, else an instance, else unknown."""
    unknown = Definition(canonical=_canonical(name), kind="unknown", **_place(name))
    wrapped = _decorated_by_call(name, node, depth)
    if wrapped is not None:
        return wrapped
    values = _without_none(convert_values(name.infer()))
    value = _only(values)
    if value is None:
        return unknown
    if value.is_instance():
        return msgspec.structs.replace(unknown, kind="instance", **_type_of(value))
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
    place = _place(name)
    return msgspec.structs.replace(found, canonical=unknown.canonical, **place) if found.kind == "function" else unknown


def _decorated_by_call(name: Any, node: Any, depth: int) -> Definition | None:
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
    callee = _last_name(value, before=last)
    if callee is None:
        return None
    context = name.parent_context
    decorators = [each for each in map(describe, _follow(context, callee)) if each is not None]
    if not decorators or decorators[0].kind != "function":
        return None
    leaf = argument if argument.type == "name" else argument.children[-1].children[-1]
    functions = [describe(each, depth + 1) for each in _follow(context, leaf)]
    if len(functions) != 1 or functions[0] is None or functions[0].kind != "function":
        return None
    text = "".join(child.get_code() for child in value.children[:-1]).strip()
    outer = Decorator(decorators[0].canonical, text)
    return msgspec.structs.replace(
        functions[0], canonical=_canonical(name), decorators=(outer, *functions[0].decorators)
    )


def _best(candidates: Iterable[Definition | None]) -> Definition | None:
    """Of several definitions of one name (the branches of an `if` or `try`) the one that says most, first one first."""
    order = ("function", "class", "module", "instance", "unknown")
    found = [candidate for candidate in candidates if candidate is not None]
    foreign = "posixpath." if os.name == "nt" else "ntpath."  # `os.path` is both to jedi

    def rank(each: Definition) -> tuple[int, bool, str, int]:
        return order.index(each.kind), os.path.basename(each.path).startswith(foreign), each.path, each.line

    return min(found, key=rank, default=None)


def _canonical(name: Any) -> str:
    full = Name(None, name).full_name
    if full:
        return str(full)
    try:
        module = name.get_root_context().string_names or ()
    except AttributeError:
        module = ()
    return ".".join((*module, name.get_public_name()))


def _place(name: Any) -> dict[str, Any]:
    try:
        path = Name(None, name).module_path
    except AttributeError:
        path = None
    return {"path": str(path or ""), "line": name.start_pos[0] if path and name.start_pos else 0}


def _type_of(value: Any) -> dict[str, Any]:
    cls = value.py__class__()
    mro, complete = linearise(cls)
    return {"type": mro[0], "mro": mro, "complete": complete}


# --- functions -------------------------------------------------------------------------------------------------------


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
    leaf = _last_name(expression)
    if leaf is None:
        return Decorator("", text)
    names = _follow(context, leaf)
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
    found = _best(describe(each) for each in names)
    return Decorator(found.canonical if found is not None else _canonical(name), text)


def _is_class(context: Any, expression: Any) -> bool:
    leaf = _last_name(expression)
    found = _best(describe(each) for each in _follow(context, leaf)) if leaf is not None else None
    return found is not None and found.kind != "function"


def _last_name(expression: Any, before: Any = None) -> Any:
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


def _follow(context: Any, leaf: Any) -> list[Any]:
    names = convert_names(list(filter_follow_imports(TreeNameDefinition(context, leaf).goto())))
    return sorted(set(names), key=lambda name: (str(_place(name)["path"]), name.start_pos or (0, 0)))


def _annotation(context: Any, node: Any) -> str:
    """The canonical name where the annotation is a dotted name, else its source text."""
    if node is None:
        return ""
    text = " ".join(node.get_code(include_prefix=False).split())
    leaf = _last_name(node)
    if leaf is None or node.get_last_leaf() is not leaf:
        return text
    classes = [each for each in _follow(context, leaf) if each.tree_name is not None and each.api_type == "class"]
    return _canonical(classes[0]) if classes else text


# --- classes ---------------------------------------------------------------------------------------------------------


def linearise(cls: Any) -> tuple[tuple[str, ...], bool]:
    """The canonical names of a class and its bases in Python's order (C3), itself first, `object` left out; and whether
    every base was found. Where Python would refuse the order, the bases follow depth first."""
    return _linearise(cls, ())


def _linearise(cls: Any, below: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    own = _canonical(cls.name)
    if own in below or len(below) > _LONGEST_MRO:
        return (own,), False
    complete = True
    orders: list[tuple[str, ...]] = []
    for base in cls.py__bases__():
        values = base.infer() if hasattr(base, "infer") else [base]
        classes = [value for value in convert_values(values) if value.is_class()]
        if not classes:
            owner = _factory_owner(base)
            if owner is None:
                # In a stub an unknown base is `Any`, which means nothing at run time.
                complete = complete and _is_from_standard_library(cls.name)
                continue
            classes, complete = [owner], False
        order, whole = _linearise(classes[0], (*below, own))
        # typeshed gives builtins the abstract bases of `typing`, which they do not have at run time.
        if own.startswith("builtins."):
            order = tuple(name for name in order if name.startswith("builtins."))
        elif _is_from_standard_library(cls.name):
            order = tuple(name for name in order if not name.startswith("typing."))
        complete = complete and whole
        order = tuple(name for name in order if name != "builtins.object")
        if order:
            orders.append(order)
    complete = complete or own.startswith("builtins.")
    return (own, *_merge([*orders, tuple(order[0] for order in orders)])), complete


def _factory_owner(base: Any) -> Any:
    """`Owner` where a base is written `Owner.from_queryset(...)`: Django's class factory derives from it.

    It also copies the methods of the queryset, which is why the order stays incomplete."""
    node = getattr(base, "data", None)
    if node is None or node.type not in ("power", "atom_expr") or len(node.children) < 3:
        return None
    leaf = _last_name(node)
    if leaf is None or leaf.value != "from_queryset" or leaf.parent is not node.children[-2]:
        return None
    values = convert_values(base.context.infer_node(node.children[0])) if len(node.children) == 3 else []
    return next((value for value in values if value.is_class()), None)


def _merge(orders: list[tuple[str, ...]]) -> list[str]:
    merged: list[str] = []
    rest = [list(order) for order in orders if order]
    while rest:
        for order in rest:
            if not any(order[0] in other[1:] for other in rest):
                head = order[0]
                break
        else:
            head = rest[0][0]
        merged.append(head)
        rest = [shorter for order in rest if (shorter := [name for name in order if name != head])]
    return merged
