"""One chunk of Python, parsed by tree-sitter and turned into facts: the way in.

The chunk is parsed alone, as it stands in the file: the grammar takes an indented first line without complaint, so
offsets need no correction. Where a line is half-typed, the others are read without it. Nothing here resolves names,
knows about files, or keeps a tree: a tree is read once and dropped. Bad code never raises.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from isolint.syntax.facts import (
    Assign,
    Evaluate,
    Expr,
    Facts,
    Missing,
    Simple,
    Span,
)
from isolint.syntax.grammar import (
    PARSER,
    ChunkText,
    span_of,
)
from isolint.syntax.repair import bad_lines, maybe_left_open
from isolint.syntax.scan import ChunkKind
from isolint.syntax.statements import read_statements


def parse(text: bytes, kind: ChunkKind, indent: int) -> Facts:
    """The facts of one chunk: `text` are its bytes in UTF-8, `indent` the width of its first line's indentation.

    Spans count bytes from the start of `text`. For kind "class" the text is the decorators and the header line; what a
    header without a body leaves open is no error. Never raises.
    """
    return parse_flawed(text, kind, indent)[0]


def parse_flawed(text: bytes, kind: ChunkKind, indent: int) -> tuple[Facts, bool]:
    """As `parse`, and whether the grammar found an error in the text."""
    del kind, indent  # the grammar needs neither; both stay in the signature, since other parsers would
    root = PARSER.parse(text).root_node
    if not root.has_error and not maybe_left_open(text):
        return read_statements(root, ChunkText(text, False, {}), 0), False
    lines = bad_lines(text, _reads, _errors(root))
    if not lines:
        return read_statements(root, ChunkText(text, root.has_error, {}), 0), root.has_error
    return _without(text, lines), True


def _reads(text: bytes) -> bool:
    return not PARSER.parse(text).root_node.has_error


def _errors(root: Node) -> list[Span]:
    """Where the grammar found errors: the outermost nodes."""
    found: list[Span] = []
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(span_of(node))
        else:
            waiting.extend(child for child in node.children if child.has_error or child.is_missing)
    return found


def _without(text: bytes, lines: list[Span]) -> Facts:
    """The facts of a text in which these lines cannot be read: a stand-in of the same length makes the others read,
    and what can be read of each line alone takes the stand-in's place."""
    kept: list[bytes] = []
    instead: dict[int, Facts] = {}
    position = 0
    for start, end in lines:
        kept += (text[position:start], b"0".ljust(end - start))
        position = end
        alone = PARSER.parse(b" " * start + text[start:end]).root_node  # in its place, so that its spans are right
        read = read_statements(alone, ChunkText(b" " * start + text[start:end], True, {}), 0)
        if alone.has_error or not read:
            instead[start] = read or (Simple("missing", (start, end)),)
        else:  # it reads, but wants more
            parts = tuple(_values(read))
            missing = Evaluate(Missing(parts, (start, end)), (start, end)) if parts else Simple("missing", (start, end))
            instead[start] = (missing,)
    kept.append(text[position:])
    standing = b"".join(kept)
    root = PARSER.parse(standing).root_node
    return read_statements(root, ChunkText(standing, root.has_error, instead), 0)


def _values(facts: Facts) -> Iterator[Expr]:
    """The expressions of simple statements."""
    for statement in facts:
        if isinstance(statement, Evaluate):
            yield statement.value
        elif isinstance(statement, Assign):
            yield from (
                part for part in (*statement.targets, statement.annotation, statement.value) if part is not None
            )
