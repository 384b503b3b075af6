"""The places where the source says the name of a fixture, and which definitions each of them stands for.

What a name stands for is asked of `pytest_model`: the bindings are those that the diagnostics are made with. A word in
a text decides only which files are looked at, never what a name means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from isolint.check.report import Location
from isolint.check.session import Session
from isolint.features.binding import by_another_name, inheriting
from isolint.features.variables import uses
from isolint.features.views import Key, distance, key_of, targets
from isolint.names.resolve import lookup
from isolint.names.symbols import ClassRef, FunctionRef, FunctionSymbol, Site
from isolint.placement.functions import own_statements
from isolint.pytest_model.closures import direct_parameters, parameter_names
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.evaluate import decorated, string_sites
from isolint.pytest_model.fixtures import class_fixtures, from_object, imported_fixture, module_fixtures
from isolint.pytest_model.functions import header, name_site, whole
from isolint.pytest_model.item_marks import asking_marks
from isolint.pytest_model.objects import Context, Fixture
from isolint.pytest_model.registry import Node, node_of, visible
from isolint.pytest_model.requests import requests_of
from isolint.pytest_model.shapes import FixtureDef, Holder, Mark, TestItem
from isolint.syntax import facts as f
from isolint.text.lines import LineTable
from isolint.workspace.discovery import is_conftest
from isolint.workspace.files import text_on_disk

Kind = Literal["definition", "parameter", "string", "parametrize", "import", "use"]
"""How a name is said: after `def` or as `name=`; as a parameter; in a string; in the names of `parametrize` that it
fills itself; in an import; as the variable that a parameter is in the body."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that says the name of a fixture.

    `site` is the name alone where `exact`, else the literal that has it in another form. `definitions` are what it
    stands for, the nearest first; `direct` where `parametrize` fills it instead. `function` is whose parameter it is;
    `node` a place in the collection tree from which it is seen so."""

    name: str
    site: Site
    exact: bool
    kind: Kind
    definitions: tuple[FixtureDef, ...] = ()
    direct: tuple[Site, ...] = ()
    function: FunctionRef | None = None
    node: Node | None = None


def source_of(one: FixtureDef) -> FunctionRef | str | Site | None:
    """The function behind a definition, under whatever name it is a fixture."""
    return one.ref if one.ref is not None else one.canonical or one.site


def names_of(session: Session, wanted: Iterable[FixtureDef]) -> dict[str, None]:
    """All names under which the functions behind these definitions are fixtures: an import or an assignment may give
    one another name."""
    wanted = tuple(wanted)
    sources = {source_of(one) for one in wanted}
    found = {one.name: None for one in wanted}
    own = {one.ref.path for one in wanted if one.ref is not None}
    for word in dict.fromkeys(one.ref.name for one in wanted if one.ref is not None and one.owner is None):
        for path in session.search.files_with(word, outside=True):
            if path not in own and not by_another_name(session, path, word):
                continue
            held = module_fixtures(session.store, holder_of(session, path))
            found |= {one.name: None for one in held if source_of(one) in sources}
    return found


# --- what a position says ---------------------------------------------------------------------------------------------


def mention_at(session: Session, path: str, offset: int) -> tuple[Mention, Location] | None:
    """The mention at an offset and where it is; a variable in the body of a test or a fixture is a mention of the
    parameter that it is."""
    source = session.source_file(path)
    if source is None:
        return None
    word = word_at(source.text, offset)
    if not word:
        return None
    found = [one for one in mentions(session, path, word) if one.site.path == path]
    for exact in (True, False):
        for one in found:
            where = session.locate(one.site) if one.exact is exact else None
            if where is not None and where.start <= offset <= where.end:
                return one, where
    for one in found:
        if one.kind == "parameter" and one.function is not None and one.name == word:
            for site in variable_sites(session, one):
                where = session.locate(site)
                if where is not None and where.start <= offset <= where.end:
                    return Mention(
                        one.name, site, True, "use", one.definitions, one.direct, one.function, one.node
                    ), where
    return None


def variable_sites(session: Session, parameter: Mention) -> list[Site]:
    """Where the body uses the variable that a parameter is."""
    ref = parameter.function
    function = None if ref is None else whole(session.store, ref)
    if ref is None or function is None:
        return []
    return [Site(ref.path, ref.chunk, *span) for span in uses(function, parameter.name).spans]


_WORD = re.compile(rb"[^\W]+", re.ASCII)


def word_at(text: bytes, offset: int) -> str:
    """The identifier around an offset, "" where there is none."""
    start = end = min(max(offset, 0), len(text))
    while start > 0 and _is_word(text[start - 1]):
        start -= 1
    while end < len(text) and _is_word(text[end]):
        end += 1
    return text[start:end].decode("utf-8", "replace")


def _is_word(byte: int) -> bool:
    return byte >= 0x80 or byte == 0x5F or chr(byte).isalnum()


# --- what a file says -------------------------------------------------------------------------------------------------


def mentions(session: Session, path: str, only: str | None = None) -> list[Mention]:
    """All that the tests, fixtures and imports of a file say; a name may be written in another file. `only`: just
    mentions of one name, which costs less."""
    return session.recall(("mentions", path, only), lambda: _mentions(session, path, only))


def _mentions(session: Session, path: str, only: str | None) -> list[Mention]:
    found = _Found(session, path, only)
    for item in tests_in(session, path):
        found.test(item)
    for one in fixtures_in(session, path):
        found.fixture(one)
    found.imports()
    return found.all()


def tests_in(session: Session, path: str) -> tuple[TestItem, ...]:
    """The tests whose `def` a file has, those of its own collection first. A base class in a helper module is collected
    where it is inherited."""
    if session.listing.is_test_file(path):
        return tests_of(session.store, path)
    source = session.source_file(path)
    if source is None or b"def test" not in source.text or is_conftest(path):
        return ()
    collecting = (item for file in inheriting(session, source) for item in tests_of(session.store, file))
    return tuple(item for item in collecting if item.ref.path == path)


def holder_of(session: Session, path: str) -> Holder:
    """A file as a holder of fixtures."""
    if is_conftest(path):
        return Holder("conftest", path)
    return Holder("module" if session.listing.is_test_file(path) else "plugin", path)


def fixtures_in(session: Session, path: str) -> tuple[FixtureDef, ...]:
    """The fixtures whose `def` a file has, in order."""
    source = session.source_file(path)
    if source is None or b"fixture" not in source.text:
        return ()
    found = {key_of(one): one for one in module_fixtures(session.store, holder_of(session, path)) if _is_in(one, path)}
    for chunk in source.chunks:
        if chunk.kind == "class":
            for statement in chunk.facts:
                if isinstance(statement, f.Class):
                    qualname = ".".join((*chunk.owner, statement.name))
                    for one in class_fixtures(session.store, ClassRef(path, chunk.key, statement.span[0], qualname)):
                        if _is_in(one, path):
                            found.setdefault(key_of(one), one)
    starts = {chunk.key: start for chunk, start in zip(source.chunks, source.starts, strict=True)}
    return tuple(sorted(found.values(), key=lambda one: starts.get(one.ref.chunk, 0) if one.ref is not None else 0))


def _is_in(one: FixtureDef, path: str) -> bool:
    return one.ref is not None and one.ref.path == path and one.xunit is None


class _Found:
    """The mentions of one file as they are collected: those at one site are one, with all that they stand for."""

    def __init__(self, session: Session, path: str, only: str | None) -> None:
        self.session = session
        self.store = session.store
        self.path = path
        self.only = only
        self._found: dict[tuple[Site, Kind], Mention] = {}

    def all(self) -> list[Mention]:
        return list(self._found.values())

    def _add(
        self,
        name: str,
        site: Site,
        kind: Kind,
        definitions: Iterable[FixtureDef],
        *,
        exact: bool = True,
        direct: tuple[Site, ...] = (),
        function: FunctionRef | None = None,
        node: Node | None = None,
    ) -> None:
        before = self._found.get((site, kind))
        if before is not None:
            definitions = (*before.definitions, *definitions)
            direct = tuple(dict.fromkeys((*before.direct, *direct)))
            node = before.node
        distinct: dict[Key, FixtureDef] = {}
        for one in definitions:
            distinct.setdefault(key_of(one), one)
        ordered = tuple(sorted(distinct.values(), key=lambda one: distance(site.path, one)))
        self._found[site, kind] = Mention(name, site, exact, kind, ordered, direct, function, node)

    def _literal(
        self, name: str, literal: Site, kind: Kind, definitions: Iterable[FixtureDef], node: Node | None
    ) -> None:
        site = part_of_literal(self.session, literal, name)
        self._add(name, site or literal, kind, definitions, exact=site is not None, node=node)

    def _wants(self, *names: str) -> bool:
        return self.only is None or self.only in names

    def _parameters(self, ref: FunctionRef, names: tuple[str, ...]) -> Iterator[tuple[str, Site]]:
        function = header(self.store, ref)
        for one in function.params if function is not None else ():
            if one.name in names and self._wants(one.name):
                start = one.span[0]
                yield one.name, Site(ref.path, ref.chunk, start, start + len(one.name.encode()))

    def test(self, item: TestItem) -> None:
        node = node_of(item)
        marks = asking_marks(self.store, item.id)
        direct = direct_parameters(self.store, marks)
        filled: dict[str, list[Site]] = {}
        for mark in marks:
            if mark.site is None or mark.level == "plugin":
                continue
            if mark.name == "usefixtures":
                for argument in mark.args:
                    self._strings(mark, argument, node)
            elif mark.name == "parametrize":
                for name, site in self._parametrize(mark, direct, node):
                    filled.setdefault(name, []).append(site)
        for name, site in self._parameters(item.ref, item.params):
            if name in direct:
                self._add(name, site, "parameter", (), direct=tuple(filled.get(name, ())), function=item.ref, node=node)
            else:
                self._add(name, site, "parameter", self._seen(name, node), function=item.ref, node=node)
        for asked in requests_of(self.store, item.runs):
            if asked.name is not None and asked.literal is not None and self._wants(asked.name):
                self._literal(asked.name, asked.literal, "string", self._seen(asked.name, node), node)

    def _seen(self, name: str, node: Node) -> tuple[FixtureDef, ...]:
        return visible(self.store, (name, node))[-1:]

    def _strings(self, mark: Mark, argument: f.Expr, node: Node) -> None:
        for name, site in string_sites(self.store, context_of(mark), argument):
            if self._wants(name):
                self._literal(name, site, "string", self._seen(name, node), node)

    def _parametrize(self, mark: Mark, direct: frozenset[str], node: Node) -> Iterator[tuple[str, Site]]:
        """The names in a `parametrize`: fixtures where it is indirect; else it fills them itself, and they are given
        with the places where it says them."""
        named = dict(mark.keywords)
        argnames = named.get("argnames", mark.args[0] if mark.args else None)
        indirect = named.get("indirect", mark.args[2] if len(mark.args) > 2 else None)
        known = parameter_names(self.store, mark)
        if argnames is not None:
            for text, literal in string_sites(self.store, context_of(mark), argnames):
                for name in (part.strip() for part in text.split(",")):
                    if name not in known or not self._wants(name):
                        continue
                    site = part_of_literal(self.session, literal, name)
                    if name in direct:
                        where = site or literal
                        self._add(name, where, "parametrize", (), exact=site is not None, direct=(where,), node=node)
                        yield name, where
                    else:
                        self._literal(name, literal, "string", self._seen(name, node), node)
        if indirect is not None:
            self._strings(mark, indirect, node)

    def fixture(self, one: FixtureDef) -> None:
        assert one.ref is not None
        function = header(self.store, one.ref)
        if function is None:
            return
        if self._wants(one.name, function.name):
            self._definition(one, function)
        for name, site in self._parameters(one.ref, one.params):
            self._add(name, site, "parameter", targets(self.session, one, name), function=one.ref)
        for asked in requests_of(self.store, one.ref):
            if asked.name is not None and asked.literal is not None and self._wants(asked.name):
                self._literal(asked.name, asked.literal, "string", targets(self.session, one, asked.name), None)

    def _definition(self, one: FixtureDef, function: f.Function) -> None:
        ref = one.ref
        assert ref is not None
        site = name_site(self.store, ref)
        self._add(one.name, site, "definition", (one,), exact=function.name == one.name)
        if function.name == one.name:
            return
        for decorator in function.decorators:
            for keyword in decorator.keywords if isinstance(decorator, f.Call) else ():
                if keyword.name == "name":
                    context = Context(ref.path, ref.chunk, one.owner)
                    for name, literal in string_sites(self.store, context, keyword.value):
                        if name == one.name:
                            self._literal(name, literal, "definition", (one,), None)

    def imports(self) -> None:
        source = self.session.source_file(self.path)
        for chunk in () if source is None else source.chunks:
            if chunk.kind != "statements":
                continue
            for statement in own_statements(chunk.facts):
                if isinstance(statement, f.ImportFrom):
                    for name in statement.names:
                        self._import(chunk.key, name)

    def _import(self, chunk: str, name: f.ImportedName) -> None:
        bound = name.alias or name.name
        if not self._wants(bound, name.name):
            return
        site = Site(self.path, chunk, name.span[0], name.span[0] + len(name.name.encode()))
        holder = holder_of(self.session, self.path)
        for symbol in lookup(self.store, (self.path, bound)):
            if isinstance(symbol, FunctionSymbol):
                value = decorated(self.store, symbol)
                if isinstance(value, Fixture):
                    one = from_object(self.store, bound, value, holder, symbol.owner)
                    self._add(one.name, site, "import", (one,), exact=name.alias is None and name.name == one.name)
                return
        if self.only is not None:  # each costs a question about an installed name
            found = imported_fixture(self.store, self.path, bound, holder)
            if found is not None:
                self._add(found.name, site, "import", (found,), exact=name.alias is None)


def context_of(mark: Mark) -> Context:
    """Where the arguments of a mark stand."""
    where = mark.arguments or mark.site
    path = mark.path if where is None else where.path
    return Context(path, "" if where is None else where.chunk, mark.owner)


_QUOTED = re.compile(rb"[rRuUbBfF]{0,2}(\"\"\"|'''|\"|')(?P<text>.*)\1\Z", re.DOTALL)


def part_of_literal(session: Session, literal: Site, name: str) -> Site | None:
    """Where a name stands alone, or between commas, in a string literal; None when it is written otherwise: with
    escapes, or in parts."""
    text = session.text_at(literal).encode()
    quoted = _QUOTED.match(text)
    if quoted is None or quoted[1] in quoted["text"]:
        return None
    position = quoted.start("text")
    for part in quoted["text"].split(b","):
        if part.strip() == name.encode():
            start = position + len(part) - len(part.lstrip())
            return Site(literal.path, literal.chunk, literal.start + start, literal.start + start + len(name.encode()))
        position += len(part) + 1
    return None


# --- where a definition is --------------------------------------------------------------------------------------------


def place_of(session: Session, one: FixtureDef) -> Location | None:
    """Where the name of a definition stands, installed ones in their own files."""
    if one.ref is not None:
        return session.locate(name_site(session.store, one.ref))
    if one.external is not None and one.external.path:
        return _place_outside(one.external.path, one.external.line, one.external.canonical.rpartition(".")[2])
    return None if one.site is None else session.locate(one.site)


def _place_outside(path: str, line: int, name: str) -> Location | None:
    text = text_on_disk(path)
    if text is None:
        return None
    lines = LineTable.of(text)
    start = lines.start(line - 1)
    written = re.compile(rb"def[ \t]+(" + re.escape(name.encode()) + rb")\b").search(text, start)
    at, to = written.span(1) if written is not None else (start, start)
    first, column = lines.position(at, "utf-32")
    last, end_column = lines.position(to, "utf-32")
    return Location(path, at, to, first + 1, column + 1, last + 1, end_column + 1)
