"""Installed packages for the tests of `inference`: small trees written to a folder, asked about as an environment."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from isolint.inference.lookup import World, answer, open_world
from isolint.names.origin import (
    Answer,
    Definition,
    ExpressionQuestion,
    MembersQuestion,
    NameQuestion,
    PlaceQuestion,
    Target,
)

STDLIB = os.path.dirname(os.__file__)
OWN_SITE_PACKAGES = sysconfig.get_path("purelib")
VERSION = sys.version_info[:2]


def write_tree(folder: Path, files: dict[str, str]) -> Path:
    """Write the files (path below the folder -> text); the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def world_of(folder: Path, *more: str) -> World:
    """The world where `folder` is site-packages."""
    return open_world([str(folder), *more, STDLIB], [], VERSION)


def own_world() -> World:
    """The world of the interpreter that runs the tests."""
    return open_world([OWN_SITE_PACKAGES, STDLIB], [], VERSION)


def find(world: World, dotted: str) -> Definition:
    """The definition of a name that must be found, without anything going wrong."""
    found, error = answer(world, NameQuestion(dotted))
    assert not error
    assert found.found is not None, f"{dotted} was not found"
    return found.found


def unknown(world: World, dotted: str) -> bool:
    """Whether nothing is known of a name, without anything going wrong."""
    return answer(world, NameQuestion(dotted)) == (Answer(None), "")


def members(world: World, module: str) -> dict[str, Definition]:
    """The members of a module."""
    found, error = answer(world, MembersQuestion(module))
    assert not error
    assert list(found.members) == sorted(found.members, key=lambda each: each[0])
    return dict(found.members)


def type_at(world: World, source: str, mark: str = "^", path: str = "/project/test_it.py") -> Definition | None:
    """The type of the expression that ends where `mark` stands in the source."""
    found, error = answer(world, ExpressionQuestion(path, *_pointed(source, mark)))
    assert not error
    return found.found


def targets_at(world: World, source: str, mark: str = "^", path: str = "/project/test_it.py") -> tuple[Target, ...]:
    """What the name may stand for in which, or behind which, `mark` stands."""
    found, error = answer(world, PlaceQuestion(path, *_pointed(source, mark)))
    assert not error
    return found.targets


def _pointed(source: str, mark: str) -> tuple[str, int, int]:
    before, _, after = source.partition(mark)
    return before + after, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)
