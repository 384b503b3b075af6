"""From where a definition of a fixture is seen, and what its own parameters stand for there.

The bindings are those of `pytest_model`. Files that see the same are looked at once: a question about a fixture of the
root's conftest would else read every test of the project.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isolint.check.session import Session
from isolint.features.binding import binds, binds_within_class, defined
from isolint.names.symbols import FunctionRef, Site
from isolint.pytest_model.closures import closure
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.plugins import Surroundings, surroundings
from isolint.pytest_model.registry import Node, node_of, visible
from isolint.pytest_model.shapes import FixtureDef
from isolint.workspace.discovery import is_conftest

Key = tuple[str, FunctionRef | str | Site | None]
"""What a definition is, wherever it is held: an import of a fixture registers the same one again."""


def key_of(one: FixtureDef) -> Key:
    """The identity of a definition."""
    if one.ref is not None:
        return one.name, one.ref
    return one.name, one.canonical or one.site


def targets(session: Session, one: FixtureDef, name: str) -> tuple[FixtureDef, ...]:
    """The definitions of `name` that the users of a fixture get when it asks for it, the nearest first. Of a fixture
    that nobody uses, what a test beside it would get."""
    found: dict[Key, FixtureDef] = {}
    views: dict[Key, list[View]] = {}
    alone = name != one.name and _bound_once(session, name)
    for view in views_of(session, one, name):
        asked = _asked(session, one, name, view.chain, view.node)
        if asked is not None:
            # Nobody else binds the name, and no plugin has it that all would see: elsewhere there can be no other.
            if alone and asked.ref is not None and len(visible(session.store, (name, view.node))) == 1:
                return (asked,)
            found.setdefault(key_of(asked), asked)
            views.setdefault(key_of(asked), []).append(view)
    if len(found) > 1:
        used = {key for key in found if _is_used(session, one, views[key])}
        found = {key: target for key, target in found.items() if not used or key in used}
    if not found and one.ref is not None:
        node = Node(one.ref.path, () if one.owner is None else (one.owner,))
        asked = _asked(session, one, name, visible(session.store, (one.name, node)), node)
        found = {} if asked is None else {key_of(asked): asked}
    near = "" if one.ref is None else one.ref.path
    return tuple(sorted(found.values(), key=lambda target: distance(near, target)))


@dataclass(frozen=True, slots=True)
class View:
    """A place in the collection tree and the definitions of a name that are seen from it, furthest to closest. `files`
    are those from all of which the same is seen, where it stands for them as a whole."""

    node: Node
    chain: tuple[FixtureDef, ...]
    files: tuple[str, ...] = ()


def views_of(session: Session, one: FixtureDef, *names: str) -> Iterator[View]:
    """The places from which a definition is seen, those in its own file first.

    Files that bind neither it nor one of `names`, and for which the same conftests count that may, see the same of
    them: one stands for all, so that not every test of the project has to be read."""
    key = key_of(one)
    own = "" if one.ref is None else one.ref.path
    attribute = one.name if one.ref is None else one.ref.name
    files = session.listing.tests | ({own} if session.listing.is_test_file(own) else set())
    said = dict.fromkeys((one.name, attribute, *names))
    if one.owner is None:
        apart = {own, *_apart(session, said, files)}
    else:
        apart = {own, *session.search.files_with(one.owner.name, among=files)}
        files &= apart
    for path in sorted(files & apart, key=lambda path: (path != own, path)):
        for node in dict.fromkeys(node_of(item) for item in tests_of(session.store, path)):
            chain = visible(session.store, (one.name, node))
            if any(key_of(each) == key for each in chain):
                yield View(node, chain)
    for group in _alike(session, said, files - apart):
        chain = visible(session.store, (one.name, Node(group[0])))
        if any(key_of(each) == key for each in chain):
            yield View(Node(group[0]), chain, tuple(group))


_OTHERWISE = ("pytest_plugins", "import *")
"""By these a file may see fixtures that it does not name and that its neighbours do not see."""

_MADE = ("pytest_factoryboy", "register")
"""By these a conftest may have fixtures whose names nobody wrote."""


def _alike(session: Session, names: Iterable[str], files: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Files that bind none of these names, in groups that see the same under them."""
    # pytest_factoryboy makes `author__name` of `author`.
    words = {*names, *(name.partition("__")[0] for name in names if not name.startswith("_"))}
    deciding = frozenset(filter(is_conftest, session.search.files_with(*_OTHERWISE, *_MADE, *words)))
    by_folder: dict[str, list[str]] = {}
    for path in sorted(files):
        by_folder.setdefault(os.path.dirname(path), []).append(path)
    groups: dict[Surroundings, list[str]] = {}
    for found in by_folder.values():
        groups.setdefault(surroundings(session.store, found[0], deciding), []).extend(found)
    yield from map(tuple, groups.values())


def _apart(session: Session, names: Iterable[str], files: frozenset[str] | set[str]) -> set[str]:
    """The files that may see something else under one of these names than their neighbours in the folder do."""
    names = tuple(names)
    found = set(session.search.files_with(*_OTHERWISE, among=files))
    # A class may inherit it from another file: then whoever uses it may have it from there.
    for name in names:
        if any(binds_within_class(session, path, name) for path in session.search.files_with(name, outside=True)):
            return found | set(session.search.files_with(*names, among=files))
    binding = session.search.files_with(*names, among=files, outside=True)
    return found | {path for path in binding if any(binds(session, path, name) for name in names)}


def _bound_once(session: Session, name: str) -> bool:
    """Whether only one file of the project may bind a name, and that only once: most fixtures are defined once. Who
    makes fixtures of the names of classes writes no name for it."""
    if next(session.search.files_with("pytest_factoryboy"), None) is not None:
        return False
    binding = [path for path in session.search.files_with(name, outside=True) if binds(session, path, name)]
    return len(binding) == 1 and defined(session, binding[0], name) == 1


def _asked(
    session: Session, one: FixtureDef, name: str, chain: tuple[FixtureDef, ...], node: Node
) -> FixtureDef | None:
    """What a fixture gets for a name: its own name means the next definition up."""
    if name != one.name:
        return next(reversed(visible(session.store, (name, node))), None)
    index = next((i for i, each in enumerate(chain) if key_of(each) == key_of(one)), 0)
    return chain[index - 1] if index > 0 else None


def _is_used(session: Session, one: FixtureDef, views: Iterable[View]) -> bool:
    """Whether a test uses a definition as it is seen from somewhere. Files that name it are looked at first: who asks
    for it through another fixture may be anywhere."""
    views = tuple(views)
    naming = set(session.search.files_with(one.name))
    key = key_of(one)
    for first in (True, False):
        for view in views:
            for path in view.files or (view.node.path,):
                if (path in naming) is first and any(
                    (view.files or node_of(item) == view.node)
                    and any(key_of(each) == key for each in closure(session.store, item.id).used)
                    for item in tests_of(session.store, path)
                ):
                    return True
    return False


def distance(path: str, one: FixtureDef) -> tuple[int, int]:
    """How far a definition is from a file: installed ones are furthest, then the longer way through the folders."""
    where = one.ref.path if one.ref is not None else one.site.path if one.site is not None else ""
    if not where:
        return 2, 0
    if where == path:
        return 0, 0
    return 1, os.path.relpath(os.path.dirname(where), os.path.dirname(path) or os.sep).count(os.sep) + (
        os.path.dirname(where) != os.path.dirname(path)
    )
