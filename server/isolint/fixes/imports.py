"""The text edits of a module's imports: names that are needed come, names that nothing uses any more go.

Looks at imports at the top of the module, and in the test itself. What is still used is read from the facts of the
file, from `__all__` and from strings that are dotted names; a text search first spares most files that work.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from isolint.fixes.awaits import RefusedError
from isolint.fixes.walk import walk
from isolint.syntax import facts as f
from isolint.syntax.source import Chunk, SourceFile
from isolint.text.edits import Edit
from isolint.text.lines import line_end

_WORDS = re.compile(r"\w+")
_DOTTED = re.compile(r"[\w.]+\Z")
_INSTALLED = frozenset({"asgiref", "channels", "django", "pytest", "pytest_asyncio", "pytest_django"})
"""Packages that no project with such tests has as its own: other installed ones are imported beside them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name to import: `from module import name`, or `import name` where the module is ""."""

    module: str
    name: str

    @property
    def statement(self) -> str:
        """The import as a statement of its own."""
        return f"from {self.module} import {self.name}" if self.module else f"import {self.name}"


@dataclass(frozen=True, slots=True)
class _Statement:
    """An import of the module, or of the test's body, with absolute spans: of the whole, and of each name with what it
    binds."""

    node: f.Import | f.ImportFrom
    span: tuple[int, int]
    names: tuple[tuple[str, tuple[int, int]], ...]


def import_edits(source: SourceFile, key: str, edits: Collection[Edit], wanted: Collection[Wanted]) -> list[Edit]:
    """The edits of imports that go with other `edits` of the file: `wanted` names are added, and a name is taken away
    when it stood in something that those edits take away and nothing else uses it. Imports at the top of the module
    count, and those directly in the test's body, whose chunk is `key`."""
    removed = [(e.start, e.end) for e in edits if e.end > e.start]
    statements = [*_imports(source), *_inner_imports(source, key)]
    bound = {name for statement in statements for name, _ in statement.names}
    # What comes again, or stands in what is put there instead, has no need to go.
    kept = {one.name for one in wanted} | {w for e in edits for w in _WORDS.findall(e.text.decode())}
    gone = {name for name in bound - kept if _stood_in(source, name, removed) and not is_used(source, name, removed)}
    needed = [one for one in wanted if one.name not in bound - gone]
    made: list[Edit] = []
    taken: set[str] = set()
    for statement in statements:
        dropped = {name for name, _ in statement.names if name in gone}
        added = [
            w
            for w in needed
            if isinstance(statement.node, f.ImportFrom) and _is_from(statement.node, w.module) and w.name not in taken
        ]
        if dropped or added:
            found = _changed(source, statement, dropped, [w.name for w in added])
            if found is not None:
                made += found
                taken.update(w.name for w in added)
    left = [w for w in needed if w.name not in taken]
    if left:
        made = _placed(source, _imports(source), made, left)
    return made


def module_of(source: SourceFile, name: str) -> str:
    """The module from which the file imports a name. Raises RefusedError."""
    for chunk in source.chunks:
        if chunk.kind == "statements" and not chunk.owner:
            for statement in chunk.facts:
                if isinstance(statement, f.ImportFrom) and any(
                    n.name == name and n.alias is None for n in statement.names
                ):
                    return "." * statement.level + statement.module
    raise RefusedError(f"{name} is not imported by a plain from-import")


def pytest_in(source: SourceFile) -> str:
    """The name under which the module imports pytest itself; "" when it does not."""
    for chunk in source.chunks:
        if chunk.kind == "statements" and not chunk.owner:
            for statement in chunk.facts:
                for name in statement.names if isinstance(statement, f.Import) else ():
                    if name.name == "pytest":
                        return name.alias or name.name
    return ""


def _is_from(node: f.ImportFrom, module: str) -> bool:
    return node.module == module and node.level == 0 and not node.star


def _imports(source: SourceFile) -> list[_Statement]:
    found: list[_Statement] = []
    for chunk in source.chunks:
        if chunk.kind != "statements" or chunk.owner or chunk.flawed:
            continue
        imports = [s for s in chunk.facts if isinstance(s, f.Import | f.ImportFrom)]
        found += [_statement(source, chunk.key, one) for one in imports]
    return found


def _inner_imports(source: SourceFile, key: str) -> list[_Statement]:
    chunk = source.chunk(key)
    bodies = [s.body for s in chunk.facts if isinstance(s, f.Function)] if chunk is not None else []
    return [_statement(source, key, s) for body in bodies for s in body if isinstance(s, f.Import | f.ImportFrom)]


def _statement(source: SourceFile, key: str, node: f.Import | f.ImportFrom) -> _Statement:
    is_from = isinstance(node, f.ImportFrom)
    names = tuple(
        (n.alias or (n.name if is_from else n.name.partition(".")[0]), source.absolute(key, n.span)) for n in node.names
    )
    return _Statement(node, source.absolute(key, node.span), names)


# --- what is used ----------------------------------------------------------------------------------------------------


def _stood_in(source: SourceFile, name: str, removed: Iterable[tuple[int, int]]) -> bool:
    word = re.compile(rb"(?<![\w.])%s(?!\w)" % re.escape(name.encode()))
    return any(word.search(source.text, start, end) for start, end in removed)


def is_used(source: SourceFile, name: str, removed: list[tuple[int, int]]) -> bool:
    """Whether the module still uses a name that it imports, outside of the ranges that are taken away."""
    word = re.compile(rb"(?<!\w)%s(?!\w)" % re.escape(name.encode()))
    for index, chunk in enumerate(source.chunks):
        start = source.starts[index]
        hits = [m.start() for m in word.finditer(source.text, start, start + chunk.size)]
        hits = [at for at in hits if not any(low <= at < high for low, high in removed)]
        if hits and (chunk.flawed or _uses(chunk, name, start, removed)):
            return True
    return False


def _uses(chunk: Chunk, name: str, start: int, removed: list[tuple[int, int]]) -> bool:
    for statement in chunk.facts:
        for node in walk(statement):
            match node:
                case f.Name(id=word, span=span) if word == name:
                    if not any(low <= start + span[0] < high for low, high in removed):
                        return True
                case f.Constant(value=str(value)) if name in value:
                    if _DOTTED.match(value) and name in value.split("."):
                        return True
                case f.ScopeNames() if name in node.names:
                    return True
    return False


# --- changing a statement --------------------------------------------------------------------------------------------


def _changed(source: SourceFile, statement: _Statement, dropped: set[str], added: list[str]) -> list[Edit] | None:
    """The edits of one import statement; an empty list where a comment is in the way of taking something away, None
    where nothing can be added."""
    text = source.text
    kept = [(name, span) for name, span in statement.names if name not in dropped]
    if not kept and not added:
        return _whole(source, statement)
    if isinstance(statement.node, f.Import):
        return _dropped(text, statement, dropped)
    first, last = statement.names[0][1][0], statement.names[-1][1][1]
    region = text[first:last]
    if b"\n" not in region and b"\r" not in region and b"\\" not in region:
        parts = [text[span[0] : span[1]].decode() for _, span in kept]
        written = [text[span[0] : span[1]].decode() for _, span in statement.names]
        for name in added:
            parts.insert(_place(written, parts, name), name)
        return [Edit(first, last, ", ".join(parts).encode())]
    edits = _dropped(text, statement, dropped)
    for name in added:
        replaced = next((e for e in edits if e.text == b"" and len(dropped) == 1 and len(added) == 1), None)
        spans = [span for n, span in statement.names if n in dropped]
        if replaced is not None and len(spans) == 1 and len(statement.names) == 1:
            return [Edit(spans[0][0], spans[0][1], name.encode())]
        edits.append(_inserted(text, kept or list(statement.names), name))
    return edits


def _place(written: list[str], parts: list[str], name: str) -> int:
    """Where a name goes among sorted ones; behind the last where they are not sorted."""
    if written != sorted(written, key=str.lower) and written != sorted(written):
        return len(parts)
    return next((i for i, part in enumerate(parts) if part.lower() > name.lower()), len(parts))


def _inserted(text: bytes, names: list[tuple[str, tuple[int, int]]], name: str) -> Edit:
    """A name more in an import over several lines, in the layout of the names that are there."""
    sorted_names = [n for n, _ in names]
    index = _place(sorted_names, sorted_names, name)
    start = names[min(index, len(names) - 1)][1][0]
    line_start = max(text.rfind(b"\n", 0, start), text.rfind(b"\r", 0, start)) + 1
    before = text[line_start:start]
    separator = b", " if before.strip() else b"," + line_end(text) + before
    if index < len(names):
        return Edit(start, start, name.encode() + separator)
    end = names[-1][1][1]
    return Edit(end, end, separator + name.encode())


def _dropped(text: bytes, statement: _Statement, dropped: set[str]) -> list[Edit]:
    """Take names away, each with a comma; what has a comment beside it stays."""
    edits: list[Edit] = []
    spans = [span for _, span in statement.names]
    last_kept = max((i for i, (name, _) in enumerate(statement.names) if name not in dropped), default=-1)
    for index, (name, span) in enumerate(statement.names):
        if name not in dropped:
            continue
        if index < last_kept or last_kept < 0:
            start, end = span[0], spans[index + 1][0] if index + 1 < len(spans) else span[1]
        else:
            start, end = spans[index - 1][1], span[1]
        if b"#" in text[start:end]:
            return []
        edits.append(Edit(start, end, b""))
    return edits


def _whole(source: SourceFile, statement: _Statement) -> list[Edit]:
    """Take a statement away with its line; where something else stands on the line, or a comment, leave it."""
    text, lines = source.text, source.lines
    start, end = statement.span
    first, last = lines.line(start), lines.line(end)
    if text[lines.start(first) : start].strip(b" \t\f\xef\xbb\xbf") or text[end : lines.content_end(last)].strip():
        return []
    if b"#" in text[start:end] or text.startswith(b"\xef\xbb\xbf", lines.start(first)):
        return []
    above, below = first, last + 1
    while above > 0 and not _line(source, above - 1):
        above -= 1
    while below < lines.count - 1 and not _line(source, below):
        below += 1
    if above == 0 or _line(source, above - 1).endswith(b":"):
        return [Edit(lines.start(first), lines.start(below), b"")]
    if above == first or below == last + 1:
        return [Edit(lines.start(first), lines.start(last + 1), b"")]
    # A group of its own: between imports the empty lines before it are enough, before other code those behind it are.
    if _next_is_import(source, end):
        return [Edit(lines.start(first), lines.start(below), b"")]
    return [Edit(lines.start(above), lines.start(last + 1), b"")]


def _line(source: SourceFile, line: int) -> bytes:
    """A line without the space around it."""
    return source.text[source.lines.start(line) : source.lines.start(line + 1)].strip()


def _next_is_import(source: SourceFile, end: int) -> bool:
    for index, chunk in enumerate(source.chunks):
        for statement in chunk.facts:
            if source.starts[index] + statement.span[0] >= end:
                return isinstance(statement, f.Import | f.ImportFrom)
    return False


# --- a new statement -------------------------------------------------------------------------------------------------


def _placed(source: SourceFile, statements: list[_Statement], made: list[Edit], wanted: list[Wanted]) -> list[Edit]:
    """Add import statements: in the place of one that goes, else where a sorter would put them among what is installed,
    else behind the last import at the top."""
    end = line_end(source.text)
    lines = end.join(w.statement.encode() for w in wanted)
    top = _last_at_top(source, statements)
    group = _installed(source, statements, top)
    for index, edit in enumerate(made):
        inside = (s for s in group or statements if edit.start <= s.span[0] and s.span[1] <= edit.end)
        gone = next(inside, None)
        if gone is not None and edit.text == b"":
            return [*made[:index], Edit(gone.span[0], gone.span[1], lines), *made[index + 1 :]]
    following = _following(group, wanted[0].module) if group else None
    if following is not None:
        at = source.lines.start(source.lines.line(following.span[0]))
        return [*made, Edit(at, at, lines + end)]
    last = group[-1] if group else top
    if last is not None:
        line = source.lines.line(last.span[1])
        at = source.lines.content_end(line)
        return [*made, Edit(at, at, end + lines)]
    at, blank = _start_of_code(source)
    return [*made, Edit(at, at, lines + end + (end if blank else b""))]


def _installed(source: SourceFile, statements: list[_Statement], top: _Statement | None) -> list[_Statement]:
    """The imports at the top that stand together with one of a package that is certainly installed and no part of the
    project; each on a line of its own."""
    groups: list[list[_Statement]] = []
    for one in statements:
        first, lines = source.lines.line(one.span[0]), source.lines
        if top is None or one.span[0] > top.span[0] or source.text[lines.start(first) : one.span[0]].strip():
            continue
        if groups and lines.line(groups[-1][-1].span[1]) == first - 1:
            groups[-1].append(one)
        else:
            groups.append([one])
    return next((group for group in groups if any(_package(one) in _INSTALLED for one in group)), [])


def _following(group: list[_Statement], module: str) -> _Statement | None:
    """The import before which one from `module` goes: sorted by module, `import x` above `from x import` unless they
    are mixed."""
    kinds = [isinstance(one.node, f.ImportFrom) for one in group]
    mixed = kinds != sorted(kinds)
    behind = (one for one in group if (mixed or isinstance(one.node, f.ImportFrom)) and _sorts(one) > module.lower())
    return next(behind, None)


def _sorts(one: _Statement) -> str:
    if isinstance(one.node, f.ImportFrom):  # relative ones come last
        return "~" if one.node.level else one.node.module.lower()
    return one.node.names[0].name.lower()


def _package(one: _Statement) -> str:
    return "" if isinstance(one.node, f.ImportFrom) and one.node.level else _sorts(one).partition(".")[0]


def _last_at_top(source: SourceFile, statements: list[_Statement]) -> _Statement | None:
    """The last import before the first function or class; imports of `__future__` alone do not count as a place behind
    which others must stand."""
    first = next(
        (start for start, chunk in zip(source.starts, source.chunks, strict=True) if chunk.kind != "statements"), None
    )
    limit = len(source.text) if first is None else first
    found = [s for s in statements if s.span[1] <= limit]
    return found[-1] if found else None


def _start_of_code(source: SourceFile) -> tuple[int, bool]:
    """The offset of the line where a module without imports begins its code, behind its docstring, and whether an empty
    line is wanted behind what is put there."""
    previous = 0
    for statement, at in _statements(source):
        is_doc = previous == 0 and isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Constant)
        if is_doc and isinstance(statement.value, f.Constant) and isinstance(statement.value.value, str):  # type: ignore[union-attr]
            previous = at + statement.span[1] - statement.span[0]
            continue
        return source.lines.start(source.lines.line(at)), True
    return len(source.text), False


def _statements(source: SourceFile) -> Iterator[tuple[f.Stmt, int]]:
    for index, chunk in enumerate(source.chunks):
        for statement in chunk.facts:
            yield statement, source.starts[index] + statement.span[0]
