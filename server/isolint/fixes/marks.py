"""The text edits that take the marks of an async runner away from a test that becomes sync.

A decorator of the function goes, its comment stays. A mark of the class or module goes only when no other async test
needs it and it stands where taking it away is simple; a mark that is left does no harm (it only warns).
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.fixes.awaits import RefusedError
from isolint.fixes.walk import walk
from isolint.names.symbols import Site
from isolint.pytest_model.shapes import Mark, TestItem
from isolint.syntax import facts as f
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit
from isolint.text.lines import line_end

RUNNERS = frozenset({"asyncio", "anyio"})


def mark_edits(source: SourceFile, item: TestItem, marks: Iterable[Mark], others: Iterable[TestItem]) -> list[Edit]:
    """The edits for all marks of runners, in offsets of the file. `others` are the async tests of the file that stay.
    Raises RefusedError."""
    edits: list[Edit] = []
    neighbours = tuple(others)
    found = tuple(marks)
    # One decorator or list element may bring several marks; then it stays for the sake of the others.
    shared = {mark.site for mark in found if mark.name not in RUNNERS}
    for mark in found:
        site = mark.site
        if mark.name not in RUNNERS or site is None or site in shared:
            continue
        if site.path != source.path or not _is_mark(source, site):
            continue
        if mark.level == "function" and site.chunk == item.ref.chunk:
            edits += decorator_edits(source, source.absolute(site.chunk, (site.start, site.end)))
        elif (mark.level == "class" and item.cls is not None and not _is_needed(item, neighbours)) or (
            mark.level == "module" and not neighbours
        ):
            edits += _outer(source, site.chunk, (site.start, site.end))
    return list(dict.fromkeys(edits))


def _is_mark(source: SourceFile, site: Site) -> bool:
    """Whether the mark is written there as a mark or under a name for one, not made by a decorator that may do more."""
    chunk = source.chunk(site.chunk)
    for statement in chunk.facts if chunk is not None else ():
        for node in walk(statement):
            if not isinstance(node, f.Class | f.Function | f.Assign):
                continue
            for written in node.decorators if not isinstance(node, f.Assign) else _elements(node.value):
                if written.span == (site.start, site.end):
                    named = written.func if isinstance(written, f.Call) else written
                    return isinstance(named, f.Attribute) and named.attr in RUNNERS
    return False


def _elements(value: f.Expr | None) -> tuple[f.Expr, ...]:
    if value is None:
        return ()
    return (value, *value.items) if isinstance(value, f.Collection) else (value,)


def _is_needed(item: TestItem, others: Iterable[TestItem]) -> bool:
    """Whether another async test is collected from the same class, one inside it or one derived from it."""
    return any(other.classes[:1] == item.classes[:1] or item.owner == other.owner for other in others)


def decorator_edits(source: SourceFile, span: tuple[int, int]) -> list[Edit]:
    """Take a decorator away with its lines; a comment behind it stays on a line of its own. Raises RefusedError."""
    text = source.text
    start, end = span
    if b"#" in text[start:end]:
        raise RefusedError("a comment stands inside the mark that would go")
    line_start = source.lines.start(source.lines.line(start))
    last = source.lines.line(end)
    rest = text[end : source.lines.content_end(last)]
    if text[line_start:start].strip(b" \t\f@") or text[line_start:start].count(b"@") != 1:
        raise RefusedError("the mark that would go does not stand on a line of its own")
    if not rest.strip():
        return [Edit(line_start, source.lines.start(last + 1), b"")]
    if not rest.lstrip().startswith(b"#"):
        raise RefusedError("the mark that would go does not stand on a line of its own")
    at = line_start + text[line_start:start].index(b"@")
    return [Edit(at, end + len(rest) - len(rest.lstrip()), b"")]


def decorator_above(text: bytes, function: f.Function, written: str) -> Edit:
    """A decorator more, right above the `def`, in offsets of `text`, the bytes of the function's chunk."""
    start = function.keyword[0]
    at = max(text.rfind(b"\n", 0, start), text.rfind(b"\r", 0, start)) + 1
    return Edit(at, at, text[at:start] + f"@{written}".encode() + line_end(text))


def _outer(source: SourceFile, chunk: str, span: f.Span) -> list[Edit]:
    """A mark of a class or module, where it can simply be taken away: a decorator, `pytestmark = mark`, or an element
    of a list. Nothing where it cannot."""
    found = source.chunk(chunk)
    if found is None or found.flawed:
        return []
    start, end = source.absolute(chunk, span)
    for statement in found.facts:
        match statement:
            case f.Class() if any(d.span == span for d in statement.decorators):
                try:
                    return decorator_edits(source, (start, end))
                except RefusedError:
                    return []
            case f.Assign(targets=(f.Name(id="pytestmark"),), augmented=False, value=value) if value is not None:
                if value.span == span or _is_only(value, span):
                    return _statement(source, source.absolute(chunk, statement.span))
                if isinstance(value, f.Collection) and any(i.span == span for i in value.items):
                    return _element(source, [source.absolute(chunk, i.span) for i in value.items], (start, end))
    return []


def _is_only(value: f.Expr, span: f.Span) -> bool:
    return isinstance(value, f.Collection) and len(value.items) == 1 and value.items[0].span == span


def _statement(source: SourceFile, span: tuple[int, int]) -> list[Edit]:
    """A statement's whole lines, with the empty lines before it where the ones behind it are enough."""
    text, lines = source.text, source.lines
    first, last = lines.line(span[0]), lines.line(span[1])
    start, end = lines.start(first), lines.start(last + 1)
    if (
        text[start : span[0]].strip()
        or text[span[1] : lines.content_end(last)].strip()
        or b"#" in text[span[0] : span[1]]
    ):
        return []
    above, below = first, last + 1
    while above > 0 and not _line(source, above - 1):
        above -= 1
    while below < lines.count - 1 and not _line(source, below):
        below += 1
    if above == 0 or _line(source, above - 1).endswith(b":"):
        return [Edit(start, lines.start(below), b"")]
    # Empty lines on both sides: those behind it, which a class or function needs two of, are enough.
    return [Edit(lines.start(above) if below > last + 1 else start, end, b"")]


def _line(source: SourceFile, line: int) -> bytes:
    """A line without the space around it."""
    return source.text[source.lines.start(line) : source.lines.start(line + 1)].strip()


def _element(source: SourceFile, spans: list[tuple[int, int]], span: tuple[int, int]) -> list[Edit]:
    """An element of a list with its comma, on one line or on a line of its own."""
    text, lines = source.text, source.lines
    index = spans.index(span)
    start, end = span
    line = lines.line(start)
    alone = text[lines.start(line) : start].strip() == b"" and lines.line(end) == line
    if alone and text[end : lines.content_end(line)].strip() in (b",", b""):
        if index == len(spans) - 1 and text[end : lines.content_end(line)].strip() == b"" and index > 0:
            return []  # the comma of the one before would be left behind or not, as the layout goes
        return [Edit(lines.start(line), lines.start(line + 1), b"")]
    start, end = (start, spans[index + 1][0]) if index + 1 < len(spans) else (spans[index - 1][1], end)
    if b"#" in text[start:end] or b"\n" in text[start:end] or b"\r" in text[start:end]:
        return []
    return [Edit(start, end, b"")]
