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
