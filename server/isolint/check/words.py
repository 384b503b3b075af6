"""Which files have a word in their text: a filter for questions about a whole project, and nothing more.

Of each file the digests of its words are kept, with the stamp of the file they were read from: some kilobytes a file,
so that asking costs a look at the stamps instead of reading everything. So are those of the words outside of its
functions, once somebody asks: there a name is bound that others see, and most files only use it. A digest may stand for
two words, so a file that is named need not have the word; one that is not named has not. No file is parsed here, no
name gets a meaning.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from isolint.workspace.files import Stamp, stamp_of

_WORDS = re.compile(rb"[\w\x80-\xff]+")
_STAR = b"import *"
_STARS = re.compile(rb"\bimport[ \t]+\*")
_LARGE = 128 * 1024
"""A file of more bytes is read each time: to take in its words would hold up a keystroke, and there are few."""

Read = Callable[[str], "bytes | None"]


@dataclass(slots=True)
class _Known:
    """What is known of one state of a file: that with this stamp on disk, or this text that somebody has in memory.

    `words` is None where the text itself is looked into, `outside` where nobody has asked for it."""

    state: Stamp | bytes | None
    words: array[int] | None = None
    outside: array[int] | None = None


class Words:
    """The words of files. `read` gives the bytes of a file on disk as they are now, `held` the text of one that
    somebody has in memory, which counts before the disk; both None where there is none."""

    def __init__(self, read: Read, held: Read = lambda _: None) -> None:
        self._read = read
        self._held = held
        self._known: dict[str, _Known] = {}
        self._current: dict[str, _Known] = {}

    def look_again(self) -> None:
        """Files may be other ones than they were: each is looked at once from here on."""
        self._current.clear()

    def has(self, path: str, word: str, *, outside: bool = False) -> bool:
        """Whether a file may have a text in it; `outside`: outside of its functions. A word counts where it stands
        alone, a text of several words where all of them are there; `import *` is one. What was not known of the file
        is taken in."""
        known = self._current.get(path) or self._look_at(path)
        asked = word.encode()
        if known.words is None:
            if not has_word(self._text(path, known), asked):
                return False
        elif not all(_has(known.words, one) for one in _asked(asked)):
            return False
        if not outside:
            return True
        if known.outside is None:
            known.outside = _sorted(outside_functions(self._text(path, known)))
        return all(_has(known.outside, one) for one in _asked(asked))

    def take_in(self, path: str) -> None:
        """Know the words of a file."""
        self._look_at(path)

    def _look_at(self, path: str) -> _Known:
        state: Stamp | bytes | None = self._held(path)
        if state is None:
            state = stamp_of(path)
        known = self._known.get(path)
        # A text is the same one as long as nobody has another; it need not be compared.
        if known is None or (known.state is not state if isinstance(state, bytes) else known.state != state):
            # The stamp is the older of the two: of a file that is written just now it differs the next time.
            known = self._known[path] = _Known(state)
            if isinstance(state, Stamp) and state.size <= _LARGE:
                known.words = _sorted(self._read(path) or b"")
        self._current[path] = known
        return known

    def _text(self, path: str, known: _Known) -> bytes:
        return known.state if isinstance(known.state, bytes) else self._read(path) or b""


_FUNCTION = re.compile(
    rb"(?m)^(?P<start>(?P<indent>[ \t]*)(?:async[ \t]+)?def[ \t]+[\w\x80-\xff]+)[^\n]*(?:\n|\Z)"
    rb"(?:[ \t]*\r?\n|(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|(?P=indent)[)\]][^\n]*\n)*"
)


def outside_functions(text: bytes) -> bytes:
    """A text with nothing but the names of its functions, decorators included; one whose body goes to the margin keeps
    the rest of it."""
    return _FUNCTION.sub(rb"\g<start>\n", text)


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


@lru_cache(256)
def _asked(word: bytes) -> frozenset[int]:
    return frozenset({crc32(word)} if word == _STAR else {crc32(part) for part in _WORDS.findall(word)})


def _sorted(text: bytes) -> array[int]:
    """The digests of all words of a text, in order."""
    found = {crc32(word) for word in set(_WORDS.findall(text))}
    if _STARS.search(text) is not None:
        found.add(crc32(_STAR))
    return array("I", sorted(found))


def _has(digests: array[int], one: int) -> bool:
    at = bisect_left(digests, one)
    return at < len(digests) and digests[at] == one
