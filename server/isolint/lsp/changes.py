"""The parameters of `textDocument/didChange`, which comes with every keystroke, as types that are read fast.

pygls' converter takes longer to read them than the text takes to be changed.
"""

from __future__ import annotations

from msgspec import Struct

from isolint.lsp.buffers import Splice


class Position(Struct, frozen=True):
    """A place as the client counts."""

    line: int
    character: int


class Range(Struct, frozen=True):
    """From one place to another."""

    start: Position
    end: Position


class ContentChange(Struct, frozen=True):
    """The new text of a range, or without one of the whole document."""

    text: str
    range: Range | None = None


class Document(Struct, frozen=True):
    """A version of a document."""

    uri: str
    version: int


class DidChange(Struct, frozen=True, rename="camel"):
    """The changes that lead to a version of a document, one after the other."""

    text_document: Document
    content_changes: tuple[ContentChange, ...]

    def splices(self) -> list[Splice]:
        """The changes, as documents take them."""
        return [_splice(change) for change in self.content_changes]


def _splice(change: ContentChange) -> Splice:
    if change.range is None:
        return Splice(None, None, change.text)
    start, end = change.range.start, change.range.end
    return Splice((start.line, start.character), (end.line, end.character), change.text)
