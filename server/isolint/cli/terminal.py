"""What a terminal can show: colours, its width, how wide a character is, and which characters must not reach it.

Knows streams and strings only. Source code and file names come from repositories that nobody vetted: whatever could
move the cursor, recolour or reorder a line is replaced before it is printed.
"""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from typing import TextIO

PIPE_WIDTH = 120
"""Columns to lay out for when the output is not a terminal: fixed, so that the text does not depend on who reads it."""

TAB = 4
"""Columns between tab stops in excerpts."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SEVERITY_COLOURS = {"error": "1;31", "warning": "1;33", "info": "1;36", "hint": "36"}
# Characters that reorder the text around them (Unicode's bidirectional controls).
_REORDERING = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))


@dataclass(frozen=True, slots=True)
class Style:
    """How to write to one stream: whether colours are wanted, and how many columns there are."""

    colour: bool
    width: int = PIPE_WIDTH

    def bold(self, text: str) -> str:
        """Headings and places."""
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        """Labels, line numbers: what the eye may skip."""
        return self._paint("2", text)

    def code(self, text: str) -> str:
        """A name or a piece of source."""
        return self._paint("36", text)

    def good(self, text: str) -> str:
        """A safe test, a fix."""
        return self._paint("32", text)

    def bad(self, text: str) -> str:
        """A leaking test."""
        return self._paint("31", text)

    def doubtful(self, text: str) -> str:
        """An undecided test."""
        return self._paint("33", text)

    def severity(self, severity: str, text: str) -> str:
        """`text` in the colour of a severity."""
        return self._paint(_SEVERITY_COLOURS.get(severity, "1"), text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def style_for(stream: TextIO) -> Style:
    """The style for a stream: colours on a terminal only; `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are respected, in
    this order (no-color.org, force-color.org)."""
    terminal = is_terminal(stream)
    width = max(60, shutil.get_terminal_size((PIPE_WIDTH, 24)).columns) if terminal else PIPE_WIDTH
    return Style(_wants_colour(terminal), width)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person reads this stream: a terminal that is not `TERM=dumb`."""
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


def _wants_colour(terminal: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if sys.platform == "win32" and not any(os.environ.get(name) for name in ("WT_SESSION", "ANSICON", "TERM")):
        return False  # an old console prints escapes as they are
    return terminal


def printable(text: str) -> str:
    """`text` on one line and without characters that a terminal obeys instead of showing."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def lay_out(line: str) -> tuple[str, tuple[int, ...]]:
    """A source line as shown, and the column (cells from 0) at which each of its code points starts; one more column
    stands for the end of the line. Tabs become spaces."""
    shown = []
    columns = []
    column = 0
    for character in line:
        columns.append(column)
        if character == "\t":
            step = TAB - column % TAB
            shown.append(" " * step)
        else:
            visible = _shown(character)
            step = cell_width(visible)
            shown.append(visible)
        column += step
    columns.append(column)
    return "".join(shown), tuple(columns)


def cell_width(text: str) -> int:
    """The columns that `text` takes on a terminal: two for East Asian wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    width = 0
    for character in text:
        if unicodedata.category(character) in ("Mn", "Me", "Cf"):
            continue
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return width


def _shown(character: str) -> str:
    if character in _REORDERING or unicodedata.category(character) in ("Cc", "Zl", "Zp"):
        return _REPLACEMENT
    return character
