"""The comments of one chunk, found by the grammar: what looks like one in a string is none. No meaning here."""

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


def comment_may_follow(text: bytes, at: int) -> bool:
    """Whether a comment may be written at the end of a line of a chunk: not where the line goes on in a string, or
    behind a backslash."""
    if text[at - 1 : at] == b"\\":
        return False
    node = PARSER.parse(text).root_node.descendant_for_byte_range(at, at)
    while node is not None:
        if node.type == "string" and node.start_byte < at < node.end_byte:
            return False
        node = node.parent
    return True
