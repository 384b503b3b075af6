"""Edits of a test's `django_db` mark: `transaction=True`, so that its tables are flushed and nothing is left of what
any thread wrote; and taking the mark away where nothing uses the database.

The nearest mark counts as a whole (facts: pytest-model), so a test whose mark stands at its class or module gets one of
its own that says the same. Where no text can say that, the reason is given.
"""

from __future__ import annotations

from isolint.fixes.awaits import RefusedError
from isolint.fixes.imports import Wanted, import_edits, pytest_in
from isolint.fixes.marks import decorator_edits
from isolint.fixes.walk import walk
from isolint.names.resolve import canonical, lookup
from isolint.placement.functions import find as find_function
from isolint.placement.trace import is_idle
from isolint.pytest_model.database import database
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.shapes import Mark, TestItem
from isolint.store.memo import Store
from isolint.syntax import facts as f
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit
from isolint.text.lines import line_end

MARK = "django_db"


def transaction_title(item: TestItem) -> str:
    """What the action is called."""
    return f"Add transaction=True to {item.id.name} (slower: all tables are flushed)"


def can_flush(store: Store, item: TestItem) -> bool:
    """Whether a test could be flushed in the place of being rolled back, by a mark."""
    return item.family in ("function", "method") and database(store, item.id).mode == "rollback"


def transaction_edits(store: Store, source: SourceFile, item: TestItem) -> tuple[Edit, ...] | str:
    """The edits that make the test's own mark ask for `transaction=True`."""
    if not can_flush(store, item):
        return "it is not rolled back by a django_db mark or fixture"
    if item.ref.path != source.path:
        return "the test is written in another file, and the fix belongs there"
    mark = _mark(store, item)
    own = mark is not None and mark.level == "function" and mark.site is not None and mark.site.chunk == item.ref.chunk
    try:
        made = _changed(source, mark) if mark is not None and own else _added(store, source, item, mark)
    except RefusedError as refused:
        return str(refused)
    return tuple(sorted(made))


def unused_title() -> str:
    """What the action is called."""
    return "Remove django_db: nothing here uses it"


def is_unused(store: Store, item: TestItem) -> bool:
    """Whether a test has a mark of its own that it does not need."""
    mark = _mark(store, item)
    if mark is None or mark.level != "function" or mark.site is None or mark.site.chunk != item.ref.chunk:
        return False
    return mark.certain and database(store, item.id).mode in ("rollback", "flush") and is_idle(store, item)


def unused_edits(store: Store, source: SourceFile, item: TestItem) -> tuple[Edit, ...] | str:
    """The edits that take the mark away."""
    mark = _mark(store, item)
    if mark is None or mark.site is None or not is_unused(store, item):
        return "the test may use the database"
    try:
        made = decorator_edits(source, source.absolute(mark.site.chunk, (mark.site.start, mark.site.end)))
        made += import_edits(source, item.ref.chunk, made, ())
    except RefusedError as refused:
        return str(refused)
    return tuple(sorted(made))


def _mark(store: Store, item: TestItem) -> Mark | None:
    return next((mark for mark in marks_of(store, item.id) if mark.name == MARK), None)


def _changed(source: SourceFile, mark: Mark) -> list[Edit]:
    """The test's own mark with the option."""
    assert mark.site is not None
    written = _written(source, mark)
    offset = source.start(mark.site.chunk)
    if not isinstance(written, f.Call):
        return [Edit(offset + mark.site.end, offset + mark.site.end, b"(transaction=True)")]
    option = next((k.value for k in written.keywords if k.name == "transaction"), None)
    if option is None and written.args:
        option = written.args[0]
    if option is not None:
        return [Edit(offset + option.span[0], offset + option.span[1], b"True")]
    if not written.keywords:
        at = offset + written.span[1] - 1
        return [Edit(at, at, b"transaction=True")]
    at = offset + max(k.span[1] for k in written.keywords)
    return [Edit(at, at, b", transaction=True")]


def _written(source: SourceFile, mark: Mark) -> f.Expr:
    assert mark.site is not None
    chunk = source.chunk(mark.site.chunk)
    for statement in chunk.facts if chunk is not None else ():
        for node in walk(statement):
            if isinstance(node, f.Function):
                for one in node.decorators:
                    called = one.func if isinstance(one, f.Call) else one
                    if one.span == (mark.site.start, mark.site.end) and isinstance(called, f.Attribute):
                        return one
    raise RefusedError("its mark is made by a decorator of the project")


def _added(store: Store, source: SourceFile, item: TestItem, mark: Mark | None) -> list[Edit]:
    """A mark of its own above the function, with what the mark that counts so far says."""
    found = find_function(store, item.ref)
    if found is None or not isinstance(found.node, f.Function):
        raise RefusedError("its source has changed")
    name = pytest_in(source)
    if not name and any(canonical(store, symbol) != "pytest" for symbol in lookup(store, (source.path, "pytest"))):
        raise RefusedError("the name pytest stands for something else in this file")
    options = []
    if mark is not None:
        if mark.args or not mark.certain:
            raise RefusedError("the options of its mark cannot be read")
        for keyword, value in mark.keywords:
            if keyword != "transaction":
                options.append(f"{keyword}={_literal(value)}")
    key = item.ref.chunk
    line = source.lines.line(source.absolute(key, found.node.span)[0])
    at = source.lines.start(line)
    text = source.text[at : source.lines.content_end(line)]
    indent = text[: len(text) - len(text.lstrip(b" \t"))]
    arguments = ", ".join(["transaction=True", *options])
    added = indent + f"@{name or 'pytest'}.mark.{MARK}({arguments})".encode() + line_end(source.text)
    made = [Edit(at, at, added)]
    return [*made, *import_edits(source, key, made, [] if name else [Wanted("", "pytest")])]


def _literal(value: f.Expr) -> str:
    """A literal as source: names mean something else, or nothing, where they would stand then."""
    match value:
        case f.Constant():
            return repr(value.value)
        case f.Collection(kind="list" | "set" as kind):
            opened, closed = ("[", "]") if kind == "list" else ("{", "}")
            return opened + ", ".join(_literal(item) for item in value.items) + closed
        case f.Collection(kind="tuple"):
            return "(" + "".join(f"{_literal(item)}, " for item in value.items).rstrip() + ")"
    raise RefusedError("the options of its mark are not all literals")
