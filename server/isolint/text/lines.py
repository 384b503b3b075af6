"""The line table: between byte offsets and (line, column) in every unit that anyone counts in.

All conversions of positions in the house are here. Text is UTF-8 bytes. Only \\n, \\r\\n and \\r end a line, as in
Python and in the protocol: not form feeds, not U+2028. Nothing here knows what the text says.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Unit = Literal["utf-8", "utf-16", "utf-32"]
"""What columns count: bytes, UTF-16 code units, code points; the names are the protocol's position encodings."""

_WINDOW = 8192  # bytes of changed lines that are kept beside the shared table before it is built anew
_CONTINUING = bytes(range(0x80, 0xC0))  # the bytes that continue a character


@dataclass(frozen=True, slots=True, eq=False)
class LineTable:
    """The line starts of one text. Immutable; `spliced` gives the table of the edited text and shares what it can.

    `base` are the starts of an earlier text. Lines before `low` are still there; `changed` are the starts of the lines
    that follow; after them come those of `base` from `high` on, moved by `shift` bytes.
    """

    text: bytes
    base: tuple[int, ...]
    low: int
    changed: tuple[int, ...]
    high: int
    shift: int

    @classmethod
    def of(cls, text: bytes) -> LineTable:
        """The table of a text; `bytes.splitlines` knows exactly the three line ends."""
        starts = _starts(text)
        return cls(text, starts, len(starts), (), len(starts), 0)

    @property
    def count(self) -> int:
        """The number of lines, at least one: behind the last line end is one more, maybe empty, line."""
        return self.low + len(self.changed) + len(self.base) - self.high

    def start(self, line: int) -> int:
        """The offset of the start of a line (from 0). Before the first it is 0, behind the last the end of the text."""
        if line <= 0:
            return 0
        if line < self.low:
            return self.base[line]
        inner = line - self.low
        if inner < len(self.changed):
            return self.changed[inner]
        index = inner - len(self.changed) + self.high
        return self.base[index] + self.shift if index < len(self.base) else len(self.text)

    def line(self, offset: int) -> int:
        """The line (from 0) that an offset is on; the line end belongs to its line. Clamped to the text."""
        if offset >= (self.base[self.high] + self.shift if self.high < len(self.base) else len(self.text) + 1):
            found = bisect_right(self.base, offset - self.shift, self.high) - self.high
            return self.low + len(self.changed) + found - 1
        if self.changed and offset >= self.changed[0]:
            return self.low + bisect_right(self.changed, offset) - 1
        return max(bisect_right(self.base, offset, 0, self.low) - 1, 0)

    def content_end(self, line: int) -> int:
        """The offset behind the last byte of a line that is not part of its line end."""
        start, end = self.start(line), self.start(line + 1)
        if end > start and self.text[end - 1] == 0x0A:
            end -= 1
            return end - 1 if end > start and self.text[end - 1] == 0x0D else end
        return end - 1 if end > start and self.text[end - 1] == 0x0D else end

    def position(self, offset: int, unit: Unit) -> tuple[int, int]:
        """(line, column), both from 0, of a byte offset; clamped to the text. An offset inside a line end is its start,
        one inside a character the character's start."""
        offset = min(max(offset, 0), len(self.text))
        line = self.line(offset)
        start = self.start(line)
        end = min(offset, self.content_end(line))
        return line, _width(self.text[start : _character_start(self.text, end, start)], unit)

    def offset(self, line: int, column: int, unit: Unit) -> int:
        """The byte offset of (line, column), both from 0.

        As the protocol demands, a column behind the end of the line is the end of the line (before its line end); a
        line behind the last is the end of the text; a column inside a character is the character's start.
        """
        if line < 0:
            return 0
        if line >= self.count:
            return len(self.text)
        start = self.start(line)
        content = self.text[start : self.content_end(line)]
        if column <= 0:
            return start
        if unit == "utf-8":
            return _character_start(self.text, start + min(column, len(content)), start)
        if content.isascii():
            return start + min(column, len(content))
        decoded = content.decode("utf-8", "surrogateescape")
        if unit == "utf-32":
            return start + len(decoded[:column].encode("utf-8", "surrogateescape"))
        units = 0
        for index, char in enumerate(decoded):
            units += 2 if char > "\uffff" else 1
            if units > column:
                return start + len(decoded[:index].encode("utf-8", "surrogateescape"))
        return start + len(content)

    def spliced(self, start: int, end: int, new: bytes) -> LineTable:
        """The table of the text in which the bytes from `start` to `end` are replaced by `new`.

        ValueError when they do not lie in the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"{start}-{end} does not lie in {len(self.text)} bytes")
        text = b"".join((self.text[:start], new, self.text[end:]))
        moved = len(new) - (end - start)
        # One line more on both sides: an edit between \\r and \\n changes the line before it.
        first = max(self.line(start) - 1, 0)
        last = min(self.line(end) + 1, self.count - 1)
        base, shift = self.base, self.shift
        if shift == 0 and not self.changed and self.low == self.high:  # nothing changed yet
            low, high = first, last + 1
        else:
            low, high = min(self.low, first), max(self.high, self._base_index(last + 1))
            if self.start(self.low + len(self.changed) + high - self.high) - self.start(low) > _WINDOW:
                # Edits far from each other: a shared table of the text as it is costs less than to split all between.
                base, shift, low, high = self._all(), 0, first, last + 1
        first_start = self.start(low)
        behind = base[high] + shift + moved if high < len(base) else len(text)
        region = _starts(text[first_start:behind])
        if high < len(base):
            region = region[:-1]  # the start behind the region's last line end is the first line after it
        changed = tuple([first_start + offset for offset in region]) if first_start else region
        return LineTable(text, base, low, changed, high, shift + moved)

    def _all(self) -> tuple[int, ...]:
        """The starts of all lines."""
        behind = self.base[self.high :]
        shift = self.shift
        return (*self.base[: self.low], *self.changed, *([start + shift for start in behind] if shift else behind))

    def _base_index(self, line: int) -> int:
        """The index in `base` of a line behind the changed ones, at least `high`."""
        return max(line - self.low - len(self.changed) + self.high, self.high)


def line_end(text: bytes) -> bytes:
    """The line end that a text uses, that of its first line."""
    at = text.find(b"\n")
    if at < 0:
        return b"\r" if b"\r" in text else b"\n"
    return b"\r\n" if text[at - 1 : at] == b"\r" else b"\n"


def _starts(text: bytes) -> tuple[int, ...]:
    """The offsets of all line starts."""
    lines = text.splitlines(keepends=True)
    starts = tuple(accumulate(map(len, lines), initial=0))
    # What follows the last line end is a line, even when it is empty; a last line without an end has none after it.
    return starts if not text or text.endswith((b"\n", b"\r")) else starts[:-1]


def _character_start(text: bytes, offset: int, limit: int) -> int:
    """`offset`, moved back to the start of the character it is in, not before `limit`."""
    while limit < offset < len(text) and text[offset] & 0xC0 == 0x80:
        offset -= 1
    return offset


def _width(text: bytes, unit: Unit) -> int:
    """How many units a piece of valid UTF-8 takes."""
    if unit == "utf-8" or text.isascii():
        return len(text)
    points = len(text.translate(None, _CONTINUING))
    if unit == "utf-32":
        return points
    return points + sum(map(text.count, _FOUR_BYTES))


_FOUR_BYTES = tuple(bytes((first,)) for first in range(0xF0, 0xF8))  # these begin a character of two UTF-16 units
