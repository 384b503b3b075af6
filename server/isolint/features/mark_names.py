"""The places where the source writes `pytest.mark.NAME`, under whatever name, and where a mark is registered.

What an expression is, is asked of `pytest_model`'s evaluation. What a mark does to a test is none of this.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from isolint.check.report import Location
from isolint.check.session import Session
from isolint.features.mentions import word_at
from isolint.features.progress import Step, Tell
from isolint.names.scopes import owner_of
from isolint.names.symbols import Site
from isolint.pytest_model.evaluate import evaluate
from isolint.pytest_model.functions import walk
from isolint.pytest_model.markers import Registered, registered_marks
from isolint.pytest_model.objects import Context, MarkMaker
from isolint.pytest_model.plugins import plugins
from isolint.syntax import facts as f
from isolint.syntax.source import Chunk, SourceFile
from isolint.text.lines import LineTable
from isolint.workspace.files import text_on_disk
from isolint.workspace.shapes import Place


def mark_at(session: Session, path: str, offset: int) -> tuple[str, Location] | None:
    """The mark whose name is at an offset."""
    source = session.source_file(path)
    chunk = None if source is None else source.chunk_at(offset)
    if source is None or chunk is None:
        return None
    word = word_at(source.text, offset)
    for site in _written(session, source, chunk, word) if word else ():
        where = session.locate(site)
        if where is not None and where.start <= offset <= where.end:
            return word, where
    return None


def mark_references(session: Session, name: str, tell: Tell) -> tuple[Location, ...]:
    """Every place where a mark is written, in order."""
    found: list[Location] = []
    files = tuple(session.search.files_with(name))
    for number, path in enumerate(files, 1):
        before = len(found)
        source = session.source_file(path)
        for chunk in () if source is None else source.chunks:
            sites = _written(session, source, chunk, name) if source is not None else ()
            found += [where for site in sites if (where := session.locate(site)) is not None]
        tell(Step(number, len(files), tuple(found[before:])))
    return tuple(found)


def _written(session: Session, source: SourceFile, chunk: Chunk, name: str) -> Iterator[Site]:
    for node in walk(chunk.facts):
        if isinstance(node, f.Attribute) and node.attr == name:
            owner = owner_of(session.store, source.path, chunk.key)
            made = evaluate(session.store, Context(source.path, chunk.key, owner), node)
            if isinstance(made, MarkMaker) and made.mark.name == name:
                yield Site(source.path, chunk.key, *node.attr_span)


def mark_definitions(session: Session, path: str, name: str) -> tuple[Location, ...]:
    """Where a mark is registered: in the configuration, in a conftest, or in the source of pytest or of an installed
    plugin that is loaded."""
    places = [_place(session, one) for one in registered(session, path, name) if one.where is not None]
    found = dict.fromkeys(place for place in places if place is not None)
    return tuple(found) or tuple(_in_plugins(session, path, name))


def _in_plugins(session: Session, path: str, name: str) -> Iterator[Location]:
    """`config.addinivalue_line("markers", "NAME...")` in the modules of installed plugins, read as text: which plugins
    are loaded is known, and what they register is written out."""
    written = re.compile(
        rb"\baddinivalue_line\(\s*[\"']markers[\"']\s*,\s*[rR]?[\"'](" + re.escape(name.encode()) + rb")(?=[\s(:\"'])"
    )
    loaded = plugins(session.store, path)
    for plugin in (*loaded.session, *loaded.late):
        file = "" if plugin.path else _file_of(session, plugin.module)
        text = text_on_disk(file) if file else None
        found = None if text is None else written.search(text)
        if text is not None and found is not None:
            yield _location(file, LineTable.of(text), *found.span(1))


def _file_of(session: Session, module: str) -> str:
    """The source of an installed module, "" where there is none."""
    for folder in session.environment.site_packages:
        base = os.path.join(folder, *module.split("."))
        for file in (os.path.join(base, "__init__.py"), f"{base}.py"):
            if os.path.isfile(file):
                return file
    return ""


def _location(path: str, lines: LineTable, start: int, end: int) -> Location:
    line, column = lines.position(start, "utf-32")
    last, end_column = lines.position(end, "utf-32")
    return Location(path, start, end, line + 1, column + 1, last + 1, end_column + 1)


def registered(session: Session, path: str, name: str) -> list[Registered]:
    """How a mark is registered for a file."""
    return [one for one in registered_marks(session.store, path) if one.name == name]


def _place(session: Session, one: Registered) -> Location | None:
    if not isinstance(one.where, Place):
        return None if one.where is None else session.locate(one.where)
    text = text_on_disk(one.where.path)
    if text is None:
        return session.locate(one.where)
    # The reader of the configuration knows the line of the option; the mark has one of its own, there or below.
    lines = LineTable.of(text)
    written = re.compile(rb"(?<![\w-])" + re.escape(one.name.encode()) + rb"(?![\w-])")
    found = written.search(text, lines.start(one.where.line - 1))
    return session.locate(one.where) if found is None else _location(one.where.path, lines, *found.span())
