"""What a question means in jedi's terms: from a dotted name, a module or a position to a `Definition`.

Runs in the child. Everything is read from a fresh `Script` per question, so that an answer never depends on the
questions before it; only parso's syntax trees are shared, in memory. Nothing of the analysed code is imported.
"""

# ruff: noqa: SLF001 (jedi's public interface answers for an editor; decorators, bases and scopes are behind it)

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from jedi import Project, Script
from jedi.api.classes import Name
from jedi.api.helpers import infer as infer_leaf
from jedi.inference.gradual.conversion import convert_values

from isolint.inference.definitions import best, describe, type_of
from isolint.inference.jedi_names import canonical_name, only_one, place_of, without_none
from isolint.inference.lineage import linearise
from isolint.inference.members import members_of
from isolint.inference.source import with_source
from isolint.inference.tame import TamedEnvironment, tame
from isolint.names.origin import (
    Answer,
    Definition,
    ExpressionQuestion,
    MembersQuestion,
    NameQuestion,
    PlaceQuestion,
    Question,
    Target,
)

UNKNOWN = Answer(None)

_MOST_TARGETS = 8
_HAVE_VALUES = ("statement", "param", "instance", "property")
_LONGEST_DOC = 2_000


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
                return Answer(None, members_of(_script(world, world.skeleton, "")._inference_state, module)), ""
            case ExpressionQuestion():
                return Answer(_find_type(world, question)), ""
            case PlaceQuestion():
                return Answer(targets=_find_targets(world, question)), ""
    except Exception as error:  # noqa: BLE001 (jedi raises anything on unusual code)
        return UNKNOWN, f"{type(error).__name__}: {error}"


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
        found = best(describe(name._name) for name in names)
        if found is not None:
            return found, False
        if rest and (found := _served_attribute(script, 2, len(line), parts[-1])) is not None:
            return found, True
    script = _script(world, environment, f"import {'.'.join(parts)} as _x\n_x\n")
    return best(describe(name._name) for name in script.goto(2, 2, follow_imports=True)), False


def _served_attribute(script: Script, line: int, column: int, attribute: str) -> Definition | None:
    """`owner.attribute` where the owner is an instance whose class has `__getattr__`: named after that class."""
    owner = only_one(_infer(script, line, column - len(attribute) - 1))
    if owner is None or not owner.is_instance():
        return None
    served = [name for name in owner.py__class__().goto("__getattr__") if name.tree_name is not None]
    if not served:
        return None
    mro, _ = linearise(owner.py__class__())
    found = Definition(canonical=f"{mro[0]}.{attribute}", kind="unknown", **place_of(served[0]))
    value = only_one(_infer(script, line, column))
    if value is None or not value.is_instance():
        return found
    return msgspec.structs.replace(found, kind="instance", **type_of(value))


def _script(world: World, environment: TamedEnvironment, source: str) -> Script:
    return Script(source, project=world.installed, environment=environment)


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
        fields = type_of(value)
        return Definition(canonical=fields["type"], kind="instance", **fields, **place_of(value.py__class__().name))
    return describe(value.name) or Definition(canonical=canonical_name(value.name), kind="unknown")


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
            types = sorted({canonical_name(value.name) for value in without_none(name._name.infer())})
            target = msgspec.structs.replace(target, type=" | ".join(types[:_MOST_TARGETS]))
        found[target] = None
    return tuple(found)


def _target(world: World, name: Name) -> Target:
    # Of what a call goes to (`__call__` of an instance), under the name of that.
    signature = next((each.to_string() for each in name.get_signatures()), "")
    line, column, path = name.line or 0, name.column or 0, str(name.module_path or "")
    canonical = canonical_name(name._name).removeprefix("__main__.")  # jedi's word for a file on no import root
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
    return without_none(convert_values(infer_leaf(script._inference_state, context, leaf)))
