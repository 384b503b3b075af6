"""Which files have a word in their text: a filter for questions about a whole project, and nothing more.

Of each file the digests of its words are kept, with the stamp of the file they were read from: some kilobytes a file,
so that asking costs a look at the stamps instead of reading everything. A digest may stand for two words, so a file
that is named need not have the word; one that is not named has not. No file is parsed here, no name gets a meaning.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable
from zlib import crc32

from isolint.workspace.files import Stamp, stamp_of

_WORDS = re.compile(rb"[\w\x80-\xff]+")
_STAR = b"import *"
_STARS = re.compile(rb"\bimport[ \t]+\*")
_LARGE = 128 * 1024
"""A file of more bytes is read each time: to take in its words would hold up a keystroke, and there are few."""

_Known = tuple[Stamp, "array[int]"]


class Words:
    """The words of files on disk. `read` gives the bytes of a file as they are now, None where there is none."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._known: dict[str, _Known] = {}

    def has(self, path: str, word: str) -> bool:
        """Whether a file may have a text in it. A word counts where it stands alone, a text of several words where all
        of them are there; `import *` is one. What was not known of the file is taken in."""
        known = self.take_in(path)
        if known is None:
            text = self._read(path)
            return text is not None and has_word(text, word.encode())
        return all(_has(known, one) for one in _asked(word.encode()))

    def take_in(self, path: str) -> array[int] | None:
        """Know the words of a file; None where it is not to be remembered."""
        stamp = stamp_of(path)
        if stamp is None or stamp.size > _LARGE:
            self._known.pop(path, None)
            return None
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            # The stamp is the older of the two: of a file that is written just now it differs the next time.
            known = self._known[path] = stamp, array("I", sorted(_digests(self._read(path) or b"")))
        return known[1]


def has_word(text: bytes, word: bytes) -> bool:
    """Whether a text has a word that stands alone; see `Words.has`."""
    if word == _STAR:
        return _STARS.search(text) is not None
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        before = at > 0 and _is_word(text[at - 1]) and _is_word(word[0])
        after = end < len(text) and _is_word(text[end]) and _is_word(word[-1])
        if not before and not after:
            return True
        at = text.find(word, at + 1)
    return False


def _is_word(byte: int) -> bool:
    return byte >= 0x80 or byte == 0x5F or chr(byte).isalnum()


def _asked(word: bytes) -> set[int]:
    return {crc32(word)} if word == _STAR else {crc32(part) for part in _WORDS.findall(word)}


def _digests(text: bytes) -> set[int]:
    found = {crc32(word) for word in set(_WORDS.findall(text))}
    if _STARS.search(text) is not None:
        found.add(crc32(_STAR))
    return found


def _has(digests: array[int], one: int) -> bool:
    at = bisect_left(digests, one)
    return at < len(digests) and digests[at] == one
