"""The comments of one chunk, and where one can be added, found by the grammar: what looks like one in a string is none.
No meaning here."""

from __future__ import annotations

from collections.abc import Iterator

from isolint.syntax.facts import Span
from isolint.syntax.grammar import PARSER, span_of


def comments(text: bytes) -> Iterator[Span]:
    """The spans of the comments of a chunk, in order, in bytes from its start."""
    waiting = [PARSER.parse(text).root_node]
    while waiting:
        node = waiting.pop()
        if node.type == "comment":
            yield span_of(node)
        else:
            waiting += reversed(node.children)


def takes_comment(text: bytes, line_end: int) -> bool:
    """Whether a comment can be written at the end of a line of a chunk: at the offset of its line end, in front of it.

    Not where the line goes on behind a backslash, and not inside a string. What stands in the braces of a formatted
    string is taken for a part of it: older Pythons have no comments there."""
    if any(start < line_end <= end for start, end in comments(text)):
        return True
    if text[line_end - 1 : line_end] == b"\\":
        return False
    node = PARSER.parse(text).root_node
    while True:
        if node.type == "string" and node.start_byte < line_end < node.end_byte:
            return False
        inside = next((child for child in node.children if child.start_byte < line_end < child.end_byte), None)
        if inside is None:
            return node.type != "string_content"
        node = inside
