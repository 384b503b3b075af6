"""The text edits that take the marks of an async runner away from a test that becomes sync.

A decorator of the function goes, its comment stays. A mark of the class or module goes only when no other async test
gets it and it stands where taking it away is simple. One that is left does no harm where warnings are no errors:
pytest-asyncio warns about a sync test that has its mark.
"""

from __future__ import annotations

from collections.abc import Iterator

from isolint.fixes.awaits import RefusedError
from isolint.fixes.walk import walk
from isolint.names.inputs import FACTS
from isolint.names.symbols import Site
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.evaluate import evaluate
from isolint.pytest_model.filters import PYTEST_WARNING, is_error
from isolint.pytest_model.item_marks import ASYNCIO_PLUGIN
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.objects import Context, MarkMaker
from isolint.pytest_model.plugins import plugins
from isolint.pytest_model.shapes import Mark, TestItem
from isolint.pytest_model.versions import since
from isolint.store.memo import Store
from isolint.syntax import facts as f
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit
from isolint.text.lines import line_end

RUNNERS = frozenset({"asyncio", "anyio"})


def mark_edits(store: Store, source: SourceFile, item: TestItem) -> list[Edit]:
    """The edits for all marks of runners that go, in offsets of the file. Raises RefusedError."""
    edits: list[Edit] = []
    for mark in going(store, item):
        site = mark.site
        assert site is not None
        if mark.level == "function":
            made = decorator_edits(source, source.absolute(site.chunk, (site.start, site.end)))
        else:
            made = _outer(source, site.chunk, (site.start, site.end))
        if not made and _is_warned_of(store, item, mark):
            raise RefusedError(f"the mark {mark.name} cannot be taken away, {_HARM}")
        edits += made
    return list(dict.fromkeys(edits))


_HARM = "and pytest-asyncio's warning about it in a sync test is an error here"


def left_over(store: Store, item: TestItem) -> str:
    """Why a mark that stays would make the test fail when it is sync; "" when none does."""
    warned = [mark for mark in marks_of(store, item.id) if _is_warned_of(store, item, mark)]
    gone = going(store, item) if warned else []
    for mark in warned:
        if mark not in gone:
            return f"the mark {mark.name} stays for other tests or comes with other marks, {_HARM}"
    return ""


def _is_warned_of(store: Store, item: TestItem, mark: Mark) -> bool:
    """Whether a mark that was written down makes pytest-asyncio warn about a sync test, and the warning is an error
    (pytest_asyncio.plugin.pytest_pyfunc_call, since 0.18)."""
    if mark.name != "asyncio" or mark.level == "plugin":
        return False
    if not plugins(store, item.id.path).has(ASYNCIO_PLUGIN) or not since(store, "pytest-asyncio", 0, 18):
        return False
    message = (
        f"The test <Function {item.id.name}> is marked with '@pytest.mark.asyncio' but it is not an async function. "
        "Please remove the asyncio mark. If the test is not marked explicitly, check for global marks applied via "
        "'pytestmark'."
    )
    return is_error(store, item, PYTEST_WARNING, message)


def going(store: Store, item: TestItem) -> list[Mark]:
    """The marks of runners that can go with the conversion, as far as facts tell: those that are written down as a mark
    on their own, on the function or around it where no other async test of the file gets them."""
    found = [mark for mark in marks_of(store, item.id) if mark.site is not None]
    # One decorator or list element may bring several marks; then it stays for the sake of the others.
    shared = {mark.site for mark in found if mark.name not in RUNNERS}
    mine = [mark for mark in found if mark.name in RUNNERS and mark.site not in shared and _is_mark(store, item, mark)]
    outer = {mark.site for mark in mine if mark.level != "function"}
    if outer:
        for other in tests_of(store, item.id.path):
            if other.is_async and other.ref != item.ref:
                outer -= {mark.site for mark in marks_of(store, other.id)}
    return [mark for mark in mine if mark.level == "function" or mark.site in outer]


def _is_mark(store: Store, item: TestItem, mark: Mark) -> bool:
    """Whether it is written there as a mark or under a name for one, not made by a decorator that may do more, nor by a
    sequence of marks."""
    site = mark.site
    if site is None or site.path != item.id.path or mark.level not in ("function", "class", "module"):
        return False
    if mark.level == "function" and site.chunk != item.ref.chunk:
        return False
    for written in _written(store, site):
        named = written.func if isinstance(written, f.Call) else written
        if not isinstance(named, f.Attribute | f.Name):
            return False
        if isinstance(named, f.Attribute) and named.attr in RUNNERS:
            return True
        value = evaluate(store, Context(site.path, site.chunk, item.owner), named)
        return isinstance(value, MarkMaker) and value.mark.name == mark.name
    return False


def _written(store: Store, site: Site) -> Iterator[f.Expr]:
    """The decorator, the value of an assignment or the element of its list that stands at a site."""
    for statement in store.get(FACTS, (site.path, site.chunk)):
        for node in walk(statement):
            if isinstance(node, f.Class | f.Function | f.Assign):
                for written in node.decorators if not isinstance(node, f.Assign) else _elements(node.value):
                    if written.span == (site.start, site.end):
                        yield written


def _elements(value: f.Expr | None) -> tuple[f.Expr, ...]:
    if value is None:
        return ()
    return (value, *value.items) if isinstance(value, f.Collection) else (value,)


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
