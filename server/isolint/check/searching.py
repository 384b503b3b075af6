"""The search for words over a whole project: which files a question has to look at.

Words are looked for once within a question; what is known of a file outlives it (`words`). What a name means is no
business of this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isolint.check.texts import Texts
from isolint.check.words import Words
from isolint.names.inputs import PROJECT
from isolint.store.memo import Cancelled, Store
from isolint.workspace.files import Files, reader


class Search:
    """The search over the files that a store and texts know."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts
        self._words = Words(reader(Files()), texts.held)
        self._found: dict[tuple[str, bool], frozenset[str]] = {}
        self._ahead: Iterator[str] | None = None

    def look_again(self) -> None:
        """Another question, or other files: what was found counts no more."""
        self._found.clear()
        self._words.look_again()

    def files_with(self, *words: str, among: Iterable[str] | None = None, outside: bool = False) -> Iterator[str]:
        """The files (of the project, or `among` some) whose text has one of these words in it, as a whole word: the
        others cannot name it. `outside`: outside of functions, so that it may be bound there for others to see. A few
        more may be among them. Raises Cancelled when the store is told so."""
        found = set().union(*(self._files_with(word, outside) for word in words))
        if among is not None:
            among = set(among)
            rest = among - self._store.peek(PROJECT, "").files
            found = found & among | {path for path in rest if any(self._has_word(path, one, outside) for one in words)}
        return iter(sorted(found))

    def read_ahead(self) -> bool:
        """Take in one more file for questions about the whole project: some milliseconds at most. False: no more is to
        be done."""
        if self._ahead is None:
            self._ahead = iter(sorted(self._store.peek(PROJECT, "").files))
        path = next(self._ahead, None)
        if path is not None and not self._texts.is_loaded(path):
            self._words.take_in(path)
        return path is not None

    def _files_with(self, word: str, outside: bool) -> frozenset[str]:
        found = self._found.get((word, outside))
        if found is None:
            files = self._files_with(word, False) if outside else self._store.peek(PROJECT, "").files
            found = frozenset([path for path in files if self._has_word(path, word, outside)])
            self._found[word, outside] = found
            self._ahead = iter(())  # all are known
        return found

    def _has_word(self, path: str, word: str, outside: bool) -> bool:
        if self._store.cancelled is not None and self._store.cancelled():
            raise Cancelled
        return self._words.has(path, word, outside=outside)
