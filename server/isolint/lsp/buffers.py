"""The open documents: text as the client sent it, spliced by its changes, one immutable `Buffer` per version.

Owned by the loop thread; other threads are handed `Buffer`s and may ask which one is current. pygls' own documents are
not used: their line table ends lines at form feeds and U+2028, as no editor does, and is rebuilt for every conversion.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from isolint.lsp.uris import to_path
from isolint.text.lines import LineTable, Unit

_SUFFIXES = frozenset({"", ".py", ".pyi", ".pyw"})


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """One version of an open Python file, its text held by the line table. Two are the same only if they are one."""

    uri: str
    path: str
    version: int
    lines: LineTable

    @property
    def text(self) -> bytes:
        """The text as UTF-8."""
        return self.lines.text


@dataclass(frozen=True, slots=True)
class Splice:
    """A change as the client describes it: (line, column) from 0 in its units, or None for the whole text."""

    start: tuple[int, int] | None
    end: tuple[int, int] | None
    text: str


def to_bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair becomes "?", which is as wide in the client's units."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def is_analysed(uri: str, language: str) -> bool:
    """Whether a document is a Python file on disk. Both must agree: clients also send `pyproject.toml` as documents,
    and notebooks' cells share the path of their notebook."""
    path = to_path(uri)
    return path is not None and language.lower() == "python" and os.path.splitext(path)[1] in _SUFFIXES


class Documents:
    """The open documents by URI."""

    def __init__(self) -> None:
        self.encoding: Unit = "utf-16"
        self._open: dict[str, Buffer | None] = {}

    def open(self, uri: str, language: str, version: int, text: str) -> Buffer | None:
        """A document was opened; None if it is none of ours (it is remembered, so that its changes are no surprise)."""
        path = to_path(uri)
        if path is None or not is_analysed(uri, language):
            self._open[uri] = None
            return None
        buffer = Buffer(uri, path, version, LineTable.of(to_bytes(text)))
        self._open[uri] = buffer
        return buffer

    def change(self, uri: str, version: int, splices: Iterable[Splice]) -> Buffer | None:
        """The next version of an open document; None if it is none of ours or not open."""
        buffer = self._open.get(uri)
        if buffer is None:
            return None
        lines = buffer.lines
        for splice in splices:
            new = to_bytes(splice.text)
            if splice.start is None or splice.end is None:
                lines = LineTable.of(new)
                continue
            start = lines.offset(*splice.start, self.encoding)
            end = max(start, lines.offset(*splice.end, self.encoding))
            lines = lines.spliced(start, end, new)
        changed = Buffer(uri, buffer.path, version, lines)
        self._open[uri] = changed
        return changed

    def close(self, uri: str) -> Buffer | None:
        """The last version of a document that was closed; None if it was none of ours."""
        return self._open.pop(uri, None)

    def get(self, uri: str) -> Buffer | None:
        """The current version, from any thread."""
        return self._open.get(uri)

    def is_current(self, buffer: Buffer) -> bool:
        """Whether a buffer is still what the client shows, from any thread."""
        return self._open.get(buffer.uri) is buffer
