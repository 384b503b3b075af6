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
