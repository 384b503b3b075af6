"""Which lines of a half-typed chunk cannot be read, so that the others can.

The grammar recovers from an error by skipping or joining what follows, over many lines. Here the lines at fault are
found, one by one; `parse` puts a stand-in of the same length in their place. Nothing here knows node names or facts:
whether a line reads is asked of the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from isolint.syntax.scan import LogicalLine, logical_lines

_WANTS_MORE = (
    rb"(?:[-.=+*/%|&^<>~@]|\b(?:and|or|not|in|is|else|if|from|import|as|assert|await|del|global|nonlocal|lambda))"
)
_ANNOTATION = rb"[ \t]*+(?!(?:else|try|finally|except)[ \t:])[A-Za-z_][\w.]*+:"
_MAYBE = re.compile(rb"(?:" + _WANTS_MORE + rb"|(?:\A|[\r\n])" + _ANNOTATION + rb")[ \t]*+[\r\n]")
_SIGNS = bytes.maketrans(b"-.=+*/%|&^<>~@\t\r", b".............." + b" \n")  # all operators become dots
_ENDS_OPEN = re.compile(_WANTS_MORE + rb"\Z")
_ONLY_ANNOTATION = re.compile(_ANNOTATION + rb"\Z")
_ENDS_WELL = re.compile(rb"\bimport[ \t]*+\*\Z|\.\.\.\Z|(?<![\w.])[0-9][0-9_]*+\.\Z")
_PHYSICAL = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r)?")
_MOST_LINES = 120  # lines of one chunk that are tried on their own; behind them, errors stay where the grammar put them
_MOST_BAD = 40  # lines at fault after which a chunk is not half-typed but something else

# A header, or a clause that cannot stand alone, is tried together with the least that makes it whole.
_BEFORE = {
    b"elif": b"if x: pass\n",
    b"else": b"if x: pass\n",
    b"except": b"try: pass\n",
    b"finally": b"try: pass\n",
    b"case": b"match x:\n ",
}
_BEHIND = {b"try": b" pass\nfinally: pass\n", b"match": b"\n case _: pass\n", b"@": b"\ndef f(): pass\n"}


def maybe_left_open(text: bytes) -> bool:
    """Whether some line may end with an operator: the grammar would read the next line as its operand, without an
    error. Quick, and asked of every chunk; True says only that `bad_lines` must be asked."""
    signs = text.translate(_SIGNS)
    return b".\n" in signs or (b" \n" in signs and _MAYBE.search(text) is not None)


def bad_lines(text: bytes, reads: Callable[[bytes], bool], errors: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines at fault, as (start, end) without indentation and line end, in order.

    `errors` are the ranges where the grammar found an error; `reads` says whether a text is free of errors. At fault
    are lines with an open bracket or string (their first physical line), lines that end with an operator, and those
    lines in and next to an error that do not read on their own.
    """
    found: list[tuple[int, int]] = []
    tried = 0
    for line, stop in _lines(text):
        if len(found) == _MOST_BAD:
            break
        start = line.start + line.margin
        if not line.clean:
            found.append((start, max(stop, start + 1)))
            continue
        code = text[start:stop]
        open_end = _left_open(code)
        if not open_end and tried < _MOST_LINES and any(low <= line.end and line.start <= high for low, high in errors):
            tried += 1
            open_end = not reads(_whole(code, line.word))
        if open_end:
            found.append((start, stop))
    return found


def _lines(text: bytes) -> Iterator[tuple[LogicalLine, int]]:
    """The logical lines and where their code ends; of a line that is open only the first physical one, and then on."""
    position, size = 0, len(text)
    while position < size:
        for line in logical_lines(text, position, size):
            position = line.end
            if not line.clean:
                physical = _PHYSICAL.match(text, line.start, size)
                end = max(physical.end() if physical else size, line.start + 1)
                position = min(end, size)
                yield line, line.start + len(text[line.start : end].rstrip())
                break
            yield line, line.start + len(text[line.start : line.end].rstrip())
        else:
            return


def _left_open(code: bytes) -> bool:
    """Whether a logical line ends with an operator or a word that wants more."""
    last = code.splitlines()[-1] if code else b""
    comment = last.find(b"#")
    if comment >= 0:
        if b'"' in last or b"'" in last:
            return False  # the `#` may stand in a string: better no repair than a wrong one
        last = last[:comment].rstrip()
    if _ENDS_OPEN.search(last):
        return _ENDS_WELL.search(last) is None
    return _ONLY_ANNOTATION.match(code) is not None


def _whole(code: bytes, word: bytes) -> bytes:
    """The line as a text that reads when the line is right."""
    header = code.endswith(b":") or (b"#" in code and b":" in code)
    before = _BEFORE.get(word, b"")
    if word == b"match" and not header:
        return code + b"\n"
    behind = _BEHIND.get(word, b"\n pass\n" if header else b"\n")
    return before + code + behind
