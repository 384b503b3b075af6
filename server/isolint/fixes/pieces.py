"""Small questions about the bytes of a chunk that every rewriting asks: where a line or a string ends, whether an
expression needs brackets, what may be taken away."""

from __future__ import annotations

import re

from isolint.fixes.awaits import RefusedError
from isolint.syntax import facts as f
from isolint.text.edits import Edit

COMMENT = "a comment stands where something is taken away"
SPACE = b" \t\f\r\n"
WORD = re.compile(rb"[\w\x80-\xff]")


def line_starts(text: bytes, start: int, end: int) -> list[int]:
    """The starts of the lines behind the first one, but for empty ones and those inside of a string."""
    found: list[int] = []
    position = start
    while position < end:
        byte = text[position : position + 1]
        if byte in b"'\"":
            position = string_end(text, position)
            continue
        if byte == b"#":
            position = line_stop(text, position)
            continue
        position += 2 if byte == b"\\" and text[position + 1 : position + 2] not in b"\r\n" else 1
        ends = byte == b"\n" or (byte == b"\r" and text[position : position + 1] != b"\n")
        if ends and position < end and text[position : line_stop(text, position)].strip():
            found.append(position)
    return found


def line_start(text: bytes, offset: int) -> int:
    """The start of the line that an offset is on."""
    return max(text.rfind(b"\n", 0, offset), text.rfind(b"\r", 0, offset)) + 1


def line_stop(text: bytes, offset: int) -> int:
    """The end of the line that an offset is on, in front of its line end."""
    return next((i for i in range(offset, len(text)) if text[i : i + 1] in b"\r\n"), len(text))


def behind_line(text: bytes, offset: int) -> int:
    """Behind the line end that stands at an offset."""
    return min(offset + (2 if text[offset : offset + 2] == b"\r\n" else 1), len(text))


def before_line(text: bytes, offset: int) -> int:
    """The end of the line in front of the one that starts at an offset."""
    return offset - (2 if text[max(offset - 2, 0) : offset] == b"\r\n" else 1)


def indent_at(text: bytes, offset: int) -> bytes:
    """The space at the start of the line that an offset is on."""
    line = text[line_start(text, offset) :]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def replace(span: f.Span, name: str) -> Edit:
    """Another name at a span."""
    return Edit(span[0], span[1], name.encode())


def with_text(edit: Edit, text: bytes) -> Edit:
    """An edit of the same bytes that puts a text there."""
    return Edit(edit.start, edit.end, text)


def delete(text: bytes, start: int, end: int) -> Edit:
    """Take bytes away that hold no comment."""
    if b"#" in text[start:end]:
        raise RefusedError(COMMENT)
    return Edit(start, end, b"")


def is_empty(text: bytes) -> bool:
    """Whether there is nothing but space, brackets and commas."""
    return not text.translate(None, b"() \t\f\r\n\\,")


def is_open(text: bytes) -> bool:
    """Whether an expression breaks a line outside of brackets and strings, so that it needs brackets around it."""
    depth = position = 0
    while position < len(text):
        byte = text[position : position + 1]
        if byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth -= 1
        elif byte in b"\r\n" and depth <= 0:
            return True
        elif byte == b"#":
            end = text.find(b"\n", position)
            position = len(text) if end < 0 else end
            continue
        elif byte in b"'\"":
            position = string_end(text, position)
            continue
        elif byte == b"\\":
            position += 2 if text[position + 1 : position + 3] == b"\r\n" else 1
        position += 1
    return False


def string_end(text: bytes, start: int) -> int:
    """The offset behind a string literal that begins at `start` (its prefix left out)."""
    quote = text[start : start + 1]
    if text[start : start + 3] == quote * 3:
        quote *= 3
    position = start + len(quote)
    while position < len(text):
        if text[position : position + 1] == b"\\":
            position += 2
        elif text.startswith(quote, position):
            return position + len(quote)
        else:
            position += 1
    return position
