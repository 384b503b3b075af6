"""Rename of a fixture over the project: all its definitions that override one another, and every place that says them.

A rename is whole or refused with the reason: what it would leave behind would be another fixture, or none. Where code
asks for a fixture by a name that it computes, the rename says so and leaves it to the reader. No protocol here.
"""

from __future__ import annotations

import keyword
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from isolint.check.locating import location
from isolint.check.report import Location
from isolint.check.session import Session, never
from isolint.features.mentions import Mention, fixtures_in, mention_at, mentions, names_of, variable_sites
from isolint.features.progress import Step, Tell, nobody
from isolint.features.variables import uses
from isolint.features.views import Key, key_of, targets, views_of
from isolint.names.inputs import SURFACE
from isolint.names.resolve import lookup
from isolint.names.scopes import bound, class_scope
from isolint.names.symbols import FunctionRef, FunctionSymbol, Site
from isolint.placement.functions import bound_names
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.functions import walk, whole
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.registry import Node, node_of, visible
from isolint.pytest_model.requests import requests_of
from isolint.pytest_model.shapes import FixtureDef
from isolint.syntax import facts as f

Role = Literal["definition", "parameter", "string", "import"]


@dataclass(frozen=True, slots=True)
class Renamed:
    """One name that becomes the new one. A parameter comes with its uses in the body."""

    location: Location
    role: Role


@dataclass(frozen=True, slots=True)
class Rename:
    """All edits of a rename, in order of file and place. `doubts` are sentences about what only a reader can judge."""

    old: str
    new: str
    edits: tuple[Renamed, ...]
    doubts: tuple[str, ...]


class _Refused(Exception):  # noqa: N818 - it is the answer, not an error
    """Why there is no rename; the text is for people."""


def prepare(
    session: Session, path: str, offset: int, cancelled: Callable[[], bool] = never
) -> tuple[Location, str] | str | None:
    """The name to be renamed and where it stands, why it can not be, or None where no fixture is named."""
    with session.asked(cancelled):
        found = mention_at(session, path, offset)
        if found is None or not (found[0].definitions or found[0].direct):
            return None
        mention, where = found
        try:
            _family(session, mention)
        except _Refused as why:
            return str(why)
        return where, mention.name


def rename(
    session: Session,
    path: str,
    offset: int,
    new: str,
    cancelled: Callable[[], bool] = never,
    tell: Tell = nobody,
) -> Rename | str | None:
    """The rename of the fixture that is named at an offset, why there is none, or None where no fixture is named."""
    with session.asked(cancelled):
        found = mention_at(session, path, offset)
        if found is None or not (found[0].definitions or found[0].direct):
            return None
        try:
            return _Renaming(session, found[0], new, tell).whole()
        except _Refused as why:
            return str(why)


def _family(session: Session, mention: Mention) -> dict[Key, FixtureDef]:
    """The definitions that must keep one name: those that are seen together from some test, and those that one place
    stands for."""
    name = mention.name
    if mention.direct:
        raise _Refused(f"{name} is filled by parametrize here, it is no fixture")
    family: dict[Key, FixtureDef] = {}
    waiting = list(mention.definitions)
    while waiting:
        one = waiting.pop()
        if key_of(one) in family:
            continue
        if one.ref is None:
            owner = one.external.distribution or one.external.canonical if one.external is not None else "a call"
            raise _Refused(f"{name} is a fixture of {owner}: its name is not this project's")
        family[key_of(one)] = one
        for view in views_of(session, one):
            waiting += view.chain
        waiting += targets(session, one, name)
    return family


class _Renaming:
    """One rename on its way."""

    def __init__(self, session: Session, mention: Mention, new: str, tell: Tell) -> None:
        self.session = session
        self.store = session.store
        self.old, self.new = mention.name, new
        if not new.isidentifier() or keyword.iskeyword(new):
            raise _Refused(f"{new!r} is no name that a parameter can have")
        if new == self.old:
            raise _Refused(f"{new} is the name that it has")
        if new == "request":
            raise _Refused("request is pytest's own")
        self.family = _family(session, mention)
        self.said = self._all_mentions(tell)

    def _all_mentions(self, tell: Tell) -> list[Mention]:
        """Every mention of the family. One that stands for further definitions brings them in."""
        every: dict[tuple[Site, str], Mention] = {}
        files = tuple(self.session.search.files_with(self.old))
        for number, file in enumerate(files, 1):
            for one in mentions(self.session, file, self.old):
                every.setdefault((one.site, one.kind), one)
            tell(Step(number, len(files)))
        found: dict[tuple[Site, str], Mention] = {}
        grown = True
        while grown:
            grown = False
            for key, one in every.items():
                if key not in found and any(key_of(each) in self.family for each in one.definitions):
                    found[key] = one
                    for each in one.definitions:
                        if key_of(each) not in self.family:
                            self.family |= _family(self.session, Mention(one.name, one.site, True, one.kind, (each,)))
                            grown = True
        return list(found.values())

    def whole(self) -> Rename:
        """The rename, or _Refused."""
        self._refuse_half_typed()
        self._refuse_unwritten()
        nodes = self._nodes()
        self._refuse_collisions(nodes)
        edits: dict[Location, Role] = {}
        for one in self.said:
            if not one.exact or one.kind in ("use", "parametrize"):
                continue
            roles: dict[str, Role] = {"definition": "definition", "parameter": "parameter", "import": "import"}
            self._edit(edits, one.site, roles.get(one.kind, "string"))
            if one.kind == "parameter":
                for site in variable_sites(self.session, one):
                    self._edit(edits, site, "parameter")
        ordered = sorted(edits.items(), key=lambda item: (item[0].path, item[0].start))
        return Rename(
            self.old,
            self.new,
            tuple(Renamed(where, role) for where, role in ordered),
            tuple(self._doubts(set(edits))),
        )

    def _edit(self, edits: dict[Location, Role], site: Site, role: Role) -> None:
        where = self.session.locate(site)
        if where is None or self.session.text_at(site) != self.old:
            raise _Refused(f"{self._at(site)} can not be read")
        edits.setdefault(where, role)

    def _nodes(self) -> dict[Node, None]:
        return {view.node: None for one in self.family.values() for view in views_of(self.session, one, self.new)}

    # Why not.

    def _refuse_half_typed(self) -> None:
        """Half-typed code is read as it was, or not at all: what it says cannot be changed."""
        word = self.old.encode()
        for path in self.session.search.files_with(self.old):
            source = self.session.source_file(path)
            for chunk in () if source is None else source.chunks:
                if source is not None and chunk.flawed and word in source.source(chunk.key):
                    line = source.lines.line(source.start(chunk.key)) + 1
                    raise _Refused(f"{self._relative(path)}:{line} has an error, and {self.old} in it")

    def _refuse_unwritten(self) -> None:
        """Names that are bound otherwise than by `def`, a parameter, an import or a plain string."""
        written = {
            key_of(each) for one in self.said if one.kind == "definition" and one.exact for each in one.definitions
        }
        others = [name for name in names_of(self.session, self.family.values()) if name != self.old]
        if others:
            raise _Refused(f"{self.old} is a fixture under another name too, {others[0]}")
        for key, definition in self.family.items():
            if key not in written:
                raise _Refused(f"{self.old} gets its name otherwise than by def, at {self._at(definition.site)}")
        for one in self.said:
            if one.direct:
                raise _Refused(f"{self.old} is filled by parametrize in some tests, at {self._at(one.site)}")
            if not one.exact and not (one.kind == "definition" and self.session.text_at(one.site) != self.old):
                raise _Refused(f"{self.old} is written in a form that can not be changed, at {self._at(one.site)}")
        config = self.store.get(CONFIG, os.path.join(self.session.root, "test_.py"))
        if self.old in config.usefixtures:
            place = config.usefixtures_place
            at = f" at {self._relative(place.path)}:{place.line}" if place is not None else ""
            raise _Refused(f"{self.old} is named in pytest's configuration{at}")
        self._refuse_python_uses()

    def _refuse_python_uses(self) -> None:
        """A fixture function that is also used as a Python object: by an alias, a call, `__all__`."""
        refs = {one.ref for one in self.family.values() if one.ref is not None and one.ref.name == self.old}
        for path in self.session.search.files_with(self.old):
            symbols = lookup(self.store, (path, self.old))
            if not any(isinstance(s, FunctionSymbol) and s.ref in refs for s in symbols):
                continue
            surface = self.store.get(SURFACE, path)
            if surface is not None and self.old in (surface.exports or ()):
                raise _Refused(f"{self.old} is in __all__ of {self._relative(path)}")
            if len(bound(self.store, path, self.old)) > 1:
                raise _Refused(f"{self.old} is bound more than once in {self._relative(path)}")
            source = self.session.source_file(path)
            for chunk in () if source is None else source.chunks:
                for span in _free(chunk.facts, self.old):
                    raise _Refused(f"{self.old} is used as a Python name, at {self._at(Site(path, chunk.key, *span))}")

    def _refuse_collisions(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            for taken in visible(self.store, (self.new, node))[-1:]:
                where = taken.canonical or self._at(taken.site)
                raise _Refused(f"there is a fixture {self.new} already, {where}")
        for one in self.said:
            if one.kind == "parameter" and one.function is not None:
                self._refuse_variables(one, one.function)
            if one.kind == "import" and lookup(self.store, (one.site.path, self.new)):
                raise _Refused(f"{self._relative(one.site.path)} has the name {self.new} already")
        for each in self.family.values():
            if each.ref is None or each.ref.name != self.old:
                continue
            names = lookup(self.store, (each.ref.path, self.new)) if each.owner is None else ()
            if names or (each.owner is not None and class_scope(self.store, each.owner).get(self.new)):
                raise _Refused(f"{self._relative(each.ref.path)} has the name {self.new} already")

    def _refuse_variables(self, one: Mention, ref: FunctionRef) -> None:
        function = whole(self.store, ref)
        if function is None:
            return
        hidden = uses(function, self.old).hidden
        if hidden:
            raise _Refused(f"{hidden}, at {self._at(one.site)}")
        if self.new in bound_names(function) or uses(function, self.new).spans:
            raise _Refused(f"{ref.name} uses the name {self.new} already, at {self._at(one.site)}")

    # What only a reader can judge.

    def _doubts(self, edited: set[Location]) -> Iterator[str]:
        computed: set[Site] = set()
        for path in self.session.search.files_with("getfixturevalue"):
            refs = [one.ref for one in fixtures_in(self.session, path)]
            tests = tests_of(self.store, path) if self.session.listing.is_test_file(path) else ()
            refs += [item.runs for item in tests if self._is_seen(node_of(item))]
            asked = [one for ref in refs if ref is not None for one in requests_of(self.store, ref)]
            computed.update(one.site for one in asked if one.name is None)
        if computed:
            first = self._at(min(computed, key=lambda site: (site.path, site.start)))
            yield f"fixtures are asked for by a computed name, {first}{_further(len(computed))}"
        strings = [where for where in self._strings() if where not in edited]
        if strings:
            first = f"{self._relative(strings[0].path)}:{strings[0].line}"
            yield f"a string that says {self.old} is left as it is, {first}{_further(len(strings))}"

    def _is_seen(self, node: Node) -> bool:
        return any(key_of(one) in self.family for one in visible(self.store, (self.old, node)))

    def _strings(self) -> Iterator[Location]:
        """The strings in test code that are the old name: a hook may look for it."""
        for path in self.session.search.files_with(self.old):
            source = self.session.source_file(path)
            for chunk in () if source is None else source.chunks:
                for node in walk(chunk.facts):
                    if source is not None and isinstance(node, f.Constant) and node.value == self.old:
                        start, end = source.absolute(chunk.key, node.span)
                        text = source.text[start:end]
                        quote = text.find(self.old.encode())
                        if quote >= 0:
                            yield location(source, start + quote, start + quote + len(self.old.encode()))

    def _at(self, site: Site | None) -> str:
        where = None if site is None else self.session.locate(site)
        return "an unknown place" if where is None else f"{self._relative(where.path)}:{where.line}"

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self.session.root).replace(os.sep, "/")


def _free(facts: f.Facts, name: str) -> list[tuple[int, int]]:
    """Where the name of a module is used in a chunk, functions that bind it themselves left out."""
    module = f.Function("", (0, 0), (0, 0), (), None, (), facts, False, False, (0, 0))
    return uses(module, name).spans


def _further(number: int) -> str:
    return f" and {number - 1} more" if number > 1 else ""
