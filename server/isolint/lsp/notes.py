"""What clients were given to show in the text (inlay hints, code lenses), and whether it is still true.

Clients ask again by themselves when they have edited a document. What becomes wrong otherwise, by an edit of another
file or an answer of jedi, they have to be told. Knows no message and no kind of note.
"""

from __future__ import annotations

from collections.abc import Callable

from isolint.lsp.buffers import Buffer

Flag = Callable[[], bool]
Make = Callable[[Flag], object]
_Given = tuple[Buffer, Make, object]


class Notes:
    """Lives on the analysis thread. `refresh` lets the client ask again for one kind of note; `current` gives the
    buffer of an open file."""

    def __init__(self, refresh: Callable[[str], None], current: Callable[[str], Buffer | None]) -> None:
        self._refresh = refresh
        self._current = current
        self._last: dict[tuple[str, str], _Given] = {}
        self._doubtful: list[tuple[str, str]] = []

    def given(self, kind: str, buffer: Buffer, cancelled: Flag, make: Make) -> object:
        """What `make` gives, remembered as what the client shows in a document."""
        made = make(cancelled)
        self._last[kind, buffer.path] = (buffer, make, made)
        return made

    def doubt(self) -> None:
        """Something changed: what was given may be wrong."""
        self._doubtful = list(self._last)

    @property
    def has_work(self) -> bool:
        """Whether anything is to be looked at again."""
        return bool(self._doubtful)

    def look_next(self, cancelled: Flag) -> None:
        """Look at one of them again. What is given up because of `cancelled` is looked at later."""
        key = self._doubtful[0]
        buffer, make, before = self._last.get(key, (None, None, None))
        if buffer is None or make is None or self._current(key[1]) is not buffer:
            self._last.pop(key, None)  # closed, or edited: then the client asks by itself
            self._doubtful.pop(0)
            return
        try:
            now = make(cancelled)
        except Exception:
            if cancelled():
                return
            self._doubtful.pop(0)
            raise
        self._doubtful.pop(0)
        if now != before:
            self._last[key] = (buffer, make, now)
            self._refresh(key[0])
