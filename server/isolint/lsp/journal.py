"""The log of the analysis thread: every text once, and a fault of one job as a text instead of the thread's end.

Knows no message of the protocol and nothing of what is done.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable

ERROR, WARNING = 1, 2
"""Kinds of text, as the protocol numbers them."""

_MOST_SAID = 1000


class Journal:
    """Writes to the user's log by `log`, which takes a kind and a text."""

    def __init__(self, log: Callable[[int, str], None]) -> None:
        self._log = log
        self._said: set[str] = set()

    def say(self, kind: int, text: str) -> None:
        """Log a text once: the same fault comes back with every keystroke."""
        if len(self._said) > _MOST_SAID:
            self._said.clear()
        if text not in self._said:
            self._said.add(text)
            self._log(kind, text)

    def guard(self, work: Callable[[], object], what: str) -> None:
        """Do something whose fault is logged and goes no further; `what` says what went wrong then."""
        try:
            work()
        except Exception:  # noqa: BLE001 - a fault in one job must not end the thread that does all of them
            self.say(ERROR, f"isolint: {what}\n{traceback.format_exc()}")
