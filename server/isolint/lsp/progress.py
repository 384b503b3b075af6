"""Work done progress: what the client shows of work that takes long, under a token of its own or one of ours.

Reports come from the analysis thread, the client's word that it takes a token from the loop thread, the end from
either; nothing is sent after it. What the work is, is none of this module's business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from isolint.lsp.convert import Json

# Seconds after which a client that gave no token is asked to show something.
PATIENCE = 0.3


class Progress:
    """The progress of one piece of work. `token` is the client's, None where it gave none; `offer` asks it to take one,
    where that makes sense: not before the work has lasted a while. `cancels` ends the work, where it is `cancellable`
    by the user."""

    def __init__(
        self,
        title: str,
        token: object,
        notify: Callable[[Json], None],
        offer: Callable[[Progress], None] | None = None,
        *,
        cancellable: bool = False,
    ) -> None:
        self.token = token
        self.cancels: Callable[[], object] | None = None
        self._cancellable = cancellable
        self._title = title
        self._notify = notify
        self._offer = offer
        self._since = time.monotonic()
        self._lock = threading.Lock()
        self._last: Json | None = None  # None: not begun
        self._over = False

    def take(self, token: object) -> None:
        """The client took a token that it was asked to take."""
        with self._lock:
            self.token = token

    def lasts(self) -> None:
        """The work goes on: by and by that is shown, or the client is asked to show it."""
        if self._over or self._last is not None or time.monotonic() - self._since < PATIENCE:
            return
        if self.token is not None:
            self._say({})
        elif self._offer is not None:
            offer, self._offer = self._offer, None
            offer(self)

    def report(self, message: str, percentage: int | None = None) -> None:
        """So far it is. What shows the same as before is not sent."""
        self.lasts()
        self._say({"message": message} if percentage is None else {"message": message, "percentage": percentage})

    def _say(self, said: Json) -> None:
        with self._lock:
            before, shown = self._last, said.get("percentage")
            if self.token is None or self._over or (before and shown is not None and shown == before.get("percentage")):
                return
            self._last = said
            value: Json = {"kind": "report"}
            if before is None:
                value = {"kind": "begin", "title": self._title, "cancellable": self._cancellable}
            self._notify({"token": self.token, "value": {**value, **said}})

    def end(self) -> None:
        """The work is done, or nobody waits any more."""
        with self._lock:
            if self._last is not None and not self._over:
                self._notify({"token": self.token, "value": {"kind": "end"}})
            self._over = True
