"""What any name in the text is and where it is defined, as jedi tells: where isolint has nothing to say itself.

No verdict rests on it, and nothing is inferred here. Files are read from the disk for it, whatever other buffers say.
"""

from __future__ import annotations

import keyword
import os
import re
from dataclasses import dataclass

from isolint.check.report import Location, Resolved
from isolint.check.session import Session
from isolint.features.mentions import word_at
from isolint.names.origin import PlaceQuestion, Target
from isolint.text.lines import LineTable
from isolint.workspace.files import text_on_disk

_MOST = 4
_LONGEST_SIGNATURE = 400


@dataclass(frozen=True, slots=True)
class Pointed:
    """The name at some place, its span (bytes), and what it may stand for, the best first."""

    name: str
    start: int
    end: int
    targets: tuple[Target, ...]

    @property
    def is_parameter(self) -> bool:
        """Whether it stands for a parameter: of which a test or a fixture has more to say than jedi."""
        return any(one.kind == "param" for one in self.targets)


def pointed(session: Session, path: str, offset: int, revision: int) -> Pointed | None:
    """What jedi says of an offset; None as long as it has not answered. `revision` counts the changes of the project:
    an answer counts for one of them."""
    source = session.source_file(path)
    name = "" if source is None else word_at(source.text, offset)
    if source is None or not name.isidentifier() or keyword.iskeyword(name):
        return Pointed(name, offset, offset, ())
    line = source.lines.line(offset)
    before = source.text[source.lines.start(line) : offset].decode("utf-8", "replace")
    text = source.text.decode("utf-8", "replace")
    answer = session.origin.answer(PlaceQuestion(path, text, line + 1, len(before), revision))
    if answer is None:
        return None
    written = name.encode()
    start = source.text.rindex(written, 0, offset + len(written))
    return Pointed(name, start, start + len(written), answer.targets)


# --- shown -----------------------------------------------------------------------------------------------------------


def described(session: Session, found: Pointed) -> str | None:
    """What a name stands for, as Markdown; None where nothing is known."""
    parts = [_described(session, one) for one in found.targets[:_MOST]]
    return "\n\n---\n\n".join(dict.fromkeys(parts)) or None


def _described(session: Session, one: Target) -> str:
    kind = {"statement": "variable", "param": "parameter"}.get(one.kind, one.kind)
    lines = [_fenced(_written(one), "python"), ""]
    where = "" if not one.path or not one.line else f", `{_relative(one.path, session.root)}:{one.line}`"
    lines.append(f"{kind}{where}")
    if one.doc:
        lines += ["", _fenced(one.doc, "text")]
    said = Resolved(one.canonical or one.name, one.distribution, one.version)
    known = said.sentence() if one.distribution else said.canonical
    return "\n".join([*lines, "", f"resolved by jedi: {known}"])


def _written(one: Target) -> str:
    if one.kind == "module":
        return f"import {one.canonical}"
    if one.signature and one.kind in ("class", "function"):
        said = f"{one.name}{one.signature}"
        said = said if len(said) <= _LONGEST_SIGNATURE else f"{said[:_LONGEST_SIGNATURE]}..."
        return f"{'class' if one.kind == 'class' else 'def'} {said}"
    return f"{one.name}: {one.type}" if one.type else one.name


def _fenced(text: str, language: str) -> str:
    """A block of code that nothing in the text ends."""
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _relative(path: str, root: str) -> str:
    relative = os.path.relpath(path, root)
    return path if relative.startswith("..") else relative.replace(os.sep, "/")


# --- placed ----------------------------------------------------------------------------------------------------------


def places(session: Session, found: Pointed) -> tuple[Location, ...]:
    """Where a name is defined, each place once; what has no source is left out."""
    placed = [_place(session, one) for one in found.targets if one.path and one.line]
    return tuple(dict.fromkeys(place for place in placed if place is not None))


def _place(session: Session, one: Target) -> Location | None:
    lines = _lines(session, one.path)
    if lines is None:
        return None
    start = end = lines.offset(one.line - 1, one.column, "utf-32")
    if one.kind != "module":
        start, end = _nearest(lines.text, one.name, start)
    first, column = lines.position(start, "utf-32")
    last, end_column = lines.position(end, "utf-32")
    return Location(one.path, start, end, first + 1, column + 1, last + 1, end_column + 1)


def _lines(session: Session, path: str) -> LineTable | None:
    text = session.buffer(path)
    if text is None:
        text = text_on_disk(path)
    return None if text is None else LineTable.of(text)


def _nearest(text: bytes, name: str, near: int) -> tuple[int, int]:
    """Where a name stands nearest to an offset: a buffer may be ahead of the file that was read. The offset alone where
    it stands nowhere."""
    word = re.compile(rb"(?<![\w\x80-\xff])" + re.escape(name.encode()) + rb"(?![\w\x80-\xff])")
    found = [match.span() for match in word.finditer(text)]
    return min(found, key=lambda span: abs(span[0] - near), default=(near, near))
