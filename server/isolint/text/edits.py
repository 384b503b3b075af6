"""Text edits over bytes: what they are, applying them, and finding the one between two texts.

Knows bytes and offsets alone: no lines, no positions of the protocol, no files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces the bytes from `start` to `end` (offsets, end exclusive) by `text`; an insertion has start == end."""

    start: int
    end: int
    text: bytes

    @property
    def shift(self) -> int:
        """How many bytes everything behind the edit moves."""
        return len(self.text) - (self.end - self.start)


def apply(text: bytes, edits: Iterable[Edit]) -> bytes:
    """`text` with all edits done at once: each counts in offsets of the text as given.

    The edits may come in any order. Two insertions at one offset are done in the order given. ValueError when two
    overlap, or one lies outside the text.
    """
    parts: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not position <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}-{edit.end} overlaps another or lies outside of {len(text)} bytes")
        parts += (text[position : edit.start], edit.text)
        position = edit.end
    parts.append(text[position:])
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Composed:
    """Edits done one after the other, as edits done at once: `pieces` are what the text consists of now, spans of the
    text that it was and what was put in."""

    pieces: tuple[tuple[int, int] | bytes, ...]

    @classmethod
    def of(cls, text: bytes) -> Composed:
        """No edits."""
        return cls(((0, len(text)),))

    def then(self, edits: Iterable[Edit]) -> Composed:
        """With these as well: each counts in offsets of the text as it is after those before. They must be disjoint."""
        made: list[tuple[int, int] | bytes] = []
        todo = sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True)
        position = 0
        for piece in (*self.pieces, b""):
            size = len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]
            done = 0
            while todo and todo[-1].start <= position + size:
                edit = todo[-1]
                made.append(_part(piece, done, max(done, edit.start - position)))
                done = min(max(done, edit.end - position), size)
                if edit.end > position + size:  # it goes on in the next piece
                    todo[-1] = Edit(position + size, edit.end, edit.text)
                    break
                made.append(edit.text)
                todo.pop()
            made.append(_part(piece, done, size))
            position += size
        return Composed(tuple(piece for piece in made if piece and (isinstance(piece, bytes) or piece[0] < piece[1])))

    def edits(self, size: int) -> tuple[Edit, ...]:
        """All that was done, in offsets of the text as it was, which is `size` bytes long: sorted and disjoint."""
        found: list[Edit] = []
        position, text = 0, b""
        for piece in (*self.pieces, (size, size)):
            if isinstance(piece, bytes):
                text += piece
                continue
            if text or piece[0] > position:
                found.append(Edit(position, piece[0], text))
            position, text = piece[1], b""
        return tuple(found)


def _part(piece: tuple[int, int] | bytes, start: int, end: int) -> tuple[int, int] | bytes:
    if isinstance(piece, bytes):
        return piece[start:end]
    return piece[0] + start, piece[0] + end


def difference(old: bytes, new: bytes) -> Edit | None:
    """The one edit that makes `new` of `old`; None when they are equal.

    It is what remains between the common beginning and the common end, widened so that no UTF-8 character is cut.
    """
    if old == new:
        return None
    shorter = min(len(old), len(new))
    start = _common(old, new, shorter)
    while start > 0 and (_inside_character(old, start) or _inside_character(new, start)):
        start -= 1
    behind = _common_end(old, new, shorter - start)
    while behind > 0 and (_inside_character(old, len(old) - behind) or _inside_character(new, len(new) - behind)):
        behind -= 1
    return Edit(start, len(old) - behind, new[start : len(new) - behind])


def _inside_character(text: bytes, offset: int) -> bool:
    """Whether the byte at `offset` continues a UTF-8 character."""
    return offset < len(text) and text[offset] & 0xC0 == 0x80


def _common(old: bytes, new: bytes, limit: int) -> int:
    """How many bytes the two begin with in common, at most `limit`; slices are compared, since that is C speed."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if new.startswith(old[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(old: bytes, new: bytes, limit: int) -> int:
    """How many bytes the two end with in common, at most `limit`."""
    low, high = 0, limit
    olds, news = len(old), len(new)
    while low < high:
        middle = (low + high + 1) // 2
        if new.startswith(old[olds - middle : olds - low], news - middle):
            low = middle
        else:
            high = middle - 1
    return low
