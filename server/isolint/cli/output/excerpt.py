"""A piece of source as shown below a finding: line numbers, the lines, carets under the span, a note.

Strings in, lines out; the text is cut and cleaned for the terminal here, and nothing about rules is known.
"""

from __future__ import annotations

import re

from isolint.check.report import Location
from isolint.cli.terminal import Style, cell_width, lay_out, printable

MAX_LINES = 4
"""Lines of a long span that are shown; the rest is said to be there."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_CUT = "..."


def split_lines(text: bytes) -> list[str]:
    """The lines of a UTF-8 text, split where Python and editors split source: not at form feeds or U+2028."""
    return _LINE_END.split(text.decode("utf-8", "replace"))


def excerpt(lines: list[str], location: Location, note: str, style: Style, severity: str) -> list[str]:
    """The lines of `location` with carets below its first line and `note` behind them; [] when the file has changed so
    that the place is gone. Not indented; at most `style.width - 3` columns wide as long as the note fits."""
    if not 1 <= location.line <= len(lines):
        return []
    last = min(location.end_line, len(lines), location.line + MAX_LINES - 1)
    gutter = len(str(last))
    room = style.width - 3 - gutter - 3
    result = []
    for number in range(location.line, last + 1):
        shown, columns = lay_out(lines[number - 1])
        if number > location.line:
            result.append(_row(style, str(number), gutter, _cut(shown, 0, room)[0]))
            continue
        start = columns[min(location.column - 1, len(columns) - 1)]
        if location.end_line == location.line:
            end = columns[min(location.end_column - 1, len(columns) - 1)]
        else:
            end = cell_width(shown.rstrip())
        end = max(end, start + 1)
        visible, dropped = _cut(shown, start, room)
        start, end = start - dropped, min(end - dropped, max(cell_width(visible), start - dropped + 1))
        result.append(_row(style, str(number), gutter, visible))
        carets = " " * start + style.severity(severity, "^" * (end - start))
        note = printable(note)
        if not note or end + 1 + cell_width(note) <= room:
            result.append(_row(style, "", gutter, f"{carets} {style.severity(severity, note)}".rstrip()))
        else:
            indent = max(0, min(start, room - cell_width(note)))
            result.append(_row(style, "", gutter, carets))
            result.append(_row(style, "", gutter, " " * indent + style.severity(severity, note)))
    if location.end_line > last:
        result.append(_row(style, _CUT[:gutter], gutter, f"({location.end_line - last} more lines)"))
    return result


def _row(style: Style, number: str, gutter: int, text: str) -> str:
    return f"{style.dim(f'{number:>{gutter}} |')} {text}".rstrip()


def _cut(text: str, start: int, room: int) -> tuple[str, int]:
    """`text` cut to `room` columns so that column `start` stays visible; and by how many columns it moved left."""
    if cell_width(text) <= room:
        return text, 0
    skip = 0 if start < room * 2 // 3 else start - room // 3
    head = ""
    if skip:
        # Wide characters may make the cut one column longer than asked for; what counts is what was really dropped.
        index = dropped = 0
        while dropped < skip + len(_CUT):
            dropped += cell_width(text[index])
            index += 1
        text, skip, head = text[index:], dropped - len(_CUT), _CUT
    body = head
    width = len(head)
    for character in text:
        width += cell_width(character)
        if width > room - len(_CUT):
            return body + _CUT, skip
        body += character
    return body, skip
