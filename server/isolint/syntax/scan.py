"""Where the logical lines and the chunks of a file begin and end, found without a parser.

A lexical scan: strings, brackets, comments, continuation lines, indentation. Nothing here knows what a statement means,
and nothing is parsed. Only \\n, \\r\\n and \\r end a line. The scan never fails: an open bracket or string ends at the
next line that can only be the start of a statement (`def`, `class`, `@name`, `import` at the same or a smaller
indentation), and the line is marked as not clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

ChunkKind = Literal["function", "class", "statements"]
"""What a chunk is: an outermost function or a method, a class header alone, or one other statement with its blocks."""


class LogicalLine(NamedTuple):
    """One logical line: from its indentation to behind its line end, in bytes of the whole text.

    `margin` is the indentation in bytes, `indent` in columns (tabs to eight, a form feed starts again). `word` is the
    first word: "def" for `async def` too, "class", "@", any other word, or empty. `clean` is False when a bracket or
    string in it was still open.
    """

    start: int
    end: int
    margin: int
    indent: int
    word: bytes
    clean: bool


class Frame(NamedTuple):
    """A class that is open where a chunk stands, and its indentation."""

    name: str
    indent: int


class Piece(NamedTuple):
    """One chunk as the scan sees it. `head` is the length of its first logical line, `frames` the open classes, `word`
    the first word of a chunk of kind "statements"."""

    kind: ChunkKind
    name: str | None
    indent: int
    start: int
    end: int
    head: int
    frames: tuple[Frame, ...]
    clean: bool
    word: bytes


# --- logical lines ---------------------------------------------------------------------------------------------------

# Groups are repeated inside an atomic group, `(?>(?:...)*)`. To repeat them possessively means the same, but before
# Python 3.11.5 that keeps what the last, failing round has read (CPython issue 106052; Debian 12 has 3.11.2).

# In f-strings (and t-strings) a quote may stand inside the braces, so they have a pattern of their own.
_NOT_FORMATTED = rb"(?<![fFtT])(?<![fFtT][rR])"
_STRING = (
    _NOT_FORMATTED + rb'"(?!"")(?>(?:[^"\\\r\n]++|\\(?:\r\n|[\s\S]))*)"|' + _NOT_FORMATTED + rb"'(?!'')"
    rb"(?>(?:[^'\\\r\n]++|\\(?:\r\n|[\s\S]))*)'|"
    rb'(?<=[fFtTrR])"(?!"")(?>(?:[^"\\\r\n{}]++|\\[^\r\n{}]|\{\{|\}\}|\{(?>(?:[^"' + rb"'" + rb"{}\\\r\n#]++|'[^'"
    rb'"{}\\\r\n]*+' + rb"')*)\})*)" + rb'"|'
    rb"(?<=[fFtTrR])'(?!'')"
    rb"(?>(?:[^'\\\r\n{}]++|\\[^\r\n{}]|\{\{|\}\}|\{(?>(?:[^'" + rb'"' + rb"{}\\\r\n#]++|" + rb'"[^"'
    rb"'{}\\\r\n]*+" + rb'"' + rb")*)\})*)'"
)
_PLAIN = rb"[^\"'#()\[\]{}\\\r\n]++|" + _STRING
_NESTED = rb"(?>(?:" + _PLAIN + rb")*)"
_FLAT = rb"(?>(?:" + _PLAIN + rb"|\(" + _NESTED + rb"\)|\[" + _NESTED + rb"\]|\{" + _NESTED + rb"\})*)"
_LINE_END = rb"(?:\r\n|\n|\r|\Z)"

_BLANK = re.compile(rb"(?>(?:[ \t\f]*+(?:#[^\r\n]*+)?(?:\r\n|\n|\r))*)(?:[ \t\f]*+(?:#[^\r\n]*+)?\Z)?")
_START = re.compile(rb"([ \t\f]*+)(async[ \t]++def\b|@|[A-Za-z_\x80-\xff][\w\x80-\xff]*+)?")
_SIMPLE = re.compile(_FLAT + rb"(?:#[^\r\n]*+)?" + _LINE_END)
_OUTSIDE = re.compile(_FLAT)
# Behind a newline in a bracket: anything but a word that can only start a statement is read on.
_INSIDE = re.compile(
    rb"(?>(?:" + _PLAIN + rb"|#[^\r\n]*+|(?:\r\n|\n|\r)(?![ \t\f]*+(?:def|class|async|@|import|from)))*)"
)
_RECOVERY = re.compile(
    rb"([ \t\f]*+)(?:(?:async[ \t]++)?def[ \t]++[\w\x80-\xff]|class[ \t]++[\w\x80-\xff]|@[ \t]*+[\w\x80-\xff]"
    rb"|import[ \t]++[\w\x80-\xff]|from[ \t]++[.\w\x80-\xff]++[ \t]++import\b)"
)
_NEWLINE = re.compile(rb"\r\n|\n|\r")
_TO_NEWLINE = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r)?")
_WORD = re.compile(rb"[\w\x80-\xff]")
_COMMENT = re.compile(rb"#[^\r\n]*+")
_TRIPLE = {
    b'"': re.compile(rb'(?>(?:[^"\\]++|\\[\s\S]|"(?!""))*)"""'),
    b"'": re.compile(rb"(?>(?:[^'\\]++|\\[\s\S]|'(?!''))*)'''"),
}
_SINGLE = {
    b'"': re.compile(rb'(?>(?:[^"\\\r\n]++|\\(?:\r\n|[\s\S]))*)"'),
    b"'": re.compile(rb"(?>(?:[^'\\\r\n]++|\\(?:\r\n|[\s\S]))*)'"),
}
_PREFIX = re.compile(rb"[fFtT][rR]?\Z|[rR][fFtT]\Z")
_FIELD_ESCAPE = rb"\\(?:N\{[^{}\r\n]*+\}|\r\n|[^{}]|(?=[{}]))"  # a backslash does not escape a brace
_FIELD_TEXT = {
    b'"': re.compile(rb'(?>(?:[^"\\\r\n{}]++|' + _FIELD_ESCAPE + rb"|\{\{|\}\})*)"),
    b"'": re.compile(rb"(?>(?:[^'\\\r\n{}]++|" + _FIELD_ESCAPE + rb"|\{\{|\}\})*)"),
}
_FIELD_CODE = re.compile(rb"[^\"'#()\[\]{}:\r\n]++")
_NAME = re.compile(rb"(?:async[ \t]++)?(?:def|class)[ \t]++([A-Za-z_\x80-\xff][\w\x80-\xff]*+)")

_CLOSERS = {b"(": b")", b"[": b"]", b"{": b"}"}
_MAX_BRACKETS = 200  # Python refuses more, too
_MAX_FIELDS = 20  # f-strings nested deeper than this are taken as not closed


def indent_width(blanks: bytes) -> int:
    """The column that an indentation reaches: tabs go to the next multiple of eight, a form feed starts at zero
    (language reference, 2.1.8)."""
    if b"\t" not in blanks and b"\f" not in blanks:
        return len(blanks)
    column = 0
    for byte in blanks:
        if byte == 0x09:
            column = column // 8 * 8 + 8
        elif byte == 0x0C:
            column = 0
        else:
            column += 1
    return column


def logical_lines(text: bytes, start: int, stop: int) -> Iterator[LogicalLine]:
    """The logical lines of `text[start:stop]`; blank lines and lines with only a comment are left out.

    `start` must be the start of a line. The last line is not clean when it is still open at `stop`.
    """
    position = start
    while True:
        blank = _BLANK.match(text, position, stop)
        position = blank.end() if blank else position
        if position >= stop:
            return
        line_start = position
        opening = _START.match(text, position, stop)
        blanks, word = opening.groups() if opening else (b"", None)
        position = opening.end() if opening else position
        indent = indent_width(blanks)
        if word is None:
            word = b""
        elif word.startswith(b"async") and word != b"async" and word.endswith(b"def"):
            word = b"def" if word[5:6] in b" \t" else word
        simple = _SIMPLE.match(text, position, stop)
        if simple is not None:
            position = simple.end()
            yield LogicalLine(line_start, position, len(blanks), indent, word, True)
            continue
        position, clean = _line_end(text, position, stop, indent)
        yield LogicalLine(line_start, position, len(blanks), indent, word, clean)


def _line_end(text: bytes, position: int, stop: int, indent: int) -> tuple[int, bool]:
    """Where the logical line ends that `position` is in, outside every bracket and string, and whether it is clean."""
    clean = True
    closers: list[bytes] = []
    while True:
        match = (_INSIDE if closers else _OUTSIDE).match(text, position, stop)
        position = match.end() if match else position
        if position >= stop:
            return stop, clean and not closers
        char = text[position : position + 1]
        if char in b"([{":
            if len(closers) == _MAX_BRACKETS:
                return stop, False
            closers.append(_CLOSERS[char])
            position += 1
        elif char in b")]}":
            if char in closers:
                while closers.pop() != char:
                    clean = False
            position += 1
        elif char in b"\r\n":
            newline = _NEWLINE.match(text, position, stop)
            after = newline.end() if newline else stop
            if not closers:
                return after, clean
            if _recovers(text, after, stop, indent):
                return after, False
            position = after
        elif char == b"#":
            comment = _COMMENT.match(text, position, stop)
            position = comment.end() if comment else stop
        elif char == b"\\":
            newline = _NEWLINE.match(text, position + 1, stop)
            position = newline.end() if newline else position + 1
            if newline and position >= stop:
                return stop, False
        else:  # a quote
            end = _string_end(text, position, stop, 0)
            if end >= 0 and _WORD.match(text, end, stop) and text[position : position + 3] == char * 3:
                # No word follows a string. With a definition inside, what closed it was meant to open another one.
                inside = _recovered(text, position + 3, end, indent)
                if inside < end:
                    return inside, False
            if end >= 0:
                position = end
            elif text[position : position + 3] == char * 3:
                return _recovered(text, position + 3, stop, indent), False
            else:
                clean = False
                rest = _TO_NEWLINE.match(text, position, stop)
                position = rest.end() if rest else stop
                if not closers:
                    return position, False
                if _recovers(text, position, stop, indent):
                    return position, False


def _recovers(text: bytes, position: int, stop: int, indent: int) -> bool:
    """Whether the line at `position` can only be a statement of its own, not deeper than the open line."""
    match = _RECOVERY.match(text, position, stop)
    return match is not None and indent_width(match.group(1)) <= indent


def _recovered(text: bytes, position: int, stop: int, indent: int) -> int:
    """The start of the next line that can only be a statement of its own; `stop` when there is none."""
    while position < stop:
        line = _TO_NEWLINE.match(text, position, stop)
        position = line.end() if line else stop
        if _recovers(text, position, stop, indent):
            return position
    return stop


def _string_end(text: bytes, position: int, stop: int, depth: int) -> int:
    """Behind the string that opens at `position` (a quote); -1 when it is not closed."""
    quote = text[position : position + 1]
    if text[position : position + 3] == quote * 3:
        match = _TRIPLE[quote].match(text, position + 3, stop)
        return match.end() if match else -1
    if _PREFIX.search(text, max(0, position - 2), position):
        end = _formatted_end(text, position + 1, stop, quote, depth)
        if end >= 0 or depth:  # trying again inside of what is tried already would take for ever
            return end
    match = _SINGLE[quote].match(text, position + 1, stop)
    return match.end() if match else -1


def _formatted_end(text: bytes, position: int, stop: int, quote: bytes, depth: int) -> int:
    """Behind an f-string in single quotes, `position` being behind its opening quote; -1 when it is not closed.

    The fields may hold the same quotes and line ends (PEP 701).
    """
    while depth < _MAX_FIELDS:
        match = _FIELD_TEXT[quote].match(text, position, stop)
        position = match.end() if match else position
        char = text[position : position + 1]
        if position >= stop or char in b"\r\n":
            return -1
        position += 1
        if char == quote:
            return position
        if char == b"{":
            position = _field_end(text, position, stop, quote, depth + 1)
            if position < 0:
                return -1
    return -1


def _field_end(text: bytes, position: int, stop: int, quote: bytes, depth: int) -> int:
    """Behind the `}` of a replacement field, `position` being behind its `{`; -1 when it is not closed."""
    closers: list[bytes] = []
    while depth < _MAX_FIELDS:
        match = _FIELD_CODE.match(text, position, stop)
        position = match.end() if match else position
        if position >= stop:
            return -1
        char = text[position : position + 1]
        if char in b"([{":
            if len(closers) == _MAX_BRACKETS:
                return -1
            closers.append(_CLOSERS[char])
        elif char in b")]}":
            if not closers:
                return position + 1 if char == b"}" else -1
            if closers.pop() != char:
                return -1
        elif char in b"\"'":
            end = _string_end(text, position, stop, depth)
            if end < 0:
                return -1
            position = end
            continue
        elif char == b"#":
            comment = _COMMENT.match(text, position, stop)
            position = comment.end() if comment else stop
            continue
        elif char == b":" and not closers:  # the format specification: text with fields again, up to the `}`
            position += 1
            while True:
                match = _FIELD_TEXT[quote].match(text, position, stop)
                position = match.end() if match else position
                char = text[position : position + 1]
                if char == b"}":
                    return position + 1
                if char != b"{":
                    return -1
                position = _field_end(text, position + 1, stop, quote, depth + 1)
                if position < 0:
                    return -1
        elif char in b"\r\n" and _RECOVERY.match(text, position + 1, stop):
            return -1
        position += 1
    return -1


# --- chunks ----------------------------------------------------------------------------------------------------------


class State(NamedTuple):
    """Where the cutting stands after a line: the open classes, and the chunk that is being read.

    `kind` is "@" while only decorators were read, "" before the first line. `indent` is the chunk's own. `name` is what
    a function or class is called.
    """

    frames: tuple[Frame, ...]
    kind: str = ""
    indent: int = 0
    name: str = ""


def step(state: State, indent: int, word: bytes, name: str) -> tuple[State, bool]:
    """The state after a line with that indentation and first word (`name` is what a def or class defines), and
    whether a chunk begins there."""
    frames, kind, own, own_name = state
    if kind and indent > own:
        if kind != "class":
            return state, False
        frames = (*frames, Frame(own_name, own))
    elif kind:
        while frames and indent <= frames[-1].indent:
            frames = frames[:-1]
        if len(frames) == len(state.frames):
            if kind == "@":
                if word == b"@":
                    return state, False
                began = "function" if word == b"def" else "class" if word == b"class" else "statements"
                return State(frames, began, own, name), False
            if kind == "statements" and word in _CONTINUING:
                return (state if indent == own else State(frames, kind, indent)), False
    return State(frames, _OPENERS.get(word, "statements"), indent, name), True


_OPENERS = {b"def": "function", b"class": "class", b"@": "@"}
_CONTINUING = frozenset({b"elif", b"else", b"except", b"finally"})
"""What goes on with the statement before it."""


def pieces(text: bytes, start: int, stop: int, frames: tuple[Frame, ...] = ()) -> tuple[list[Piece], State]:
    """The chunks of `text[start:stop]`, and the state behind them.

    They tile it, and each begins with its first logical line, save the very first, which also holds the blanks and
    comments before it. `frames` are the classes open at the first line. Text without any logical line is one chunk of
    statements.
    """
    found: list[Piece] = []
    state = State(frames)
    begin, head, first_indent, clean, word = start, 0, 0, True, b""
    for line in logical_lines(text, start, stop):
        name = ""
        if line.word in {b"def", b"class"}:
            match = _NAME.match(text, line.start + line.margin, stop)
            name = match.group(1).decode("utf-8", "replace") if match else ""
        following, begins = step(state, line.indent, line.word, name)
        if begins:
            if state.kind:
                found.append(_piece(state, first_indent, begin, line.start, head, clean, word))
                begin = line.start
            head, first_indent, clean, word = line.end - begin, line.indent, True, line.word
        state = following
        clean = clean and line.clean
    if start < stop:
        found.append(_piece(state, first_indent, begin, stop, head if state.kind else stop - start, clean, word))
    return found, state


def _piece(state: State, indent: int, start: int, end: int, head: int, clean: bool, word: bytes) -> Piece:
    kind: ChunkKind = "function" if state.kind == "function" else "class" if state.kind == "class" else "statements"
    if kind == "statements":
        return Piece(kind, None, indent, start, end, head, state.frames, clean, word)
    return Piece(kind, state.name, indent, start, end, head, state.frames, clean, b"")
