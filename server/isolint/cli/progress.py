"""A progress bar on stderr, for people who wait: shown when work takes long and somebody sees it.

The bar's library is imported only then. Nothing here knows what the work is.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from isolint.cli.terminal import is_terminal

if TYPE_CHECKING:
    import rich.progress

PATIENCE = 0.7
"""Seconds of work before a bar appears: shorter runs would only flicker."""


class Progress:
    """A context in which work is counted. On anything but a terminal it does nothing at all."""

    def __init__(self, *, wanted: bool = True, patience: float = PATIENCE) -> None:
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._timer = threading.Timer(patience, self._show) if wanted and is_terminal(sys.stderr) else None
        if self._timer is not None:
            self._timer.daemon = True

    def __enter__(self) -> Self:
        if self._timer is not None:
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away: from here on others may print."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._bar is not None:
                self._bar.stop()

    def start(self, label: str, total: int | None) -> None:
        """A new phase with `total` steps (None: nobody knows how many)."""
        with self._lock:  # the bar may be about to appear, with what was true when it was made
            self._label, self._total, self._done = label, total, 0
            if self._bar is not None and self._task is not None:
                self._bar.reset(self._task, description=label, total=total, count=self._count())

    @contextmanager
    def aside(self, label: str, total: int | None) -> Iterator[None]:
        """A phase in the middle of another, which then goes on where it was."""
        label_before, total_before, done_before = self._label, self._total, self._done
        self.start(label, total)
        yield
        self.start(label_before, total_before)
        self.advance(done_before)

    def advance(self, steps: int = 1) -> None:
        """So many steps of the phase are done."""
        with self._lock:
            self._done += steps
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, completed=self._done, count=self._count())

    def _count(self) -> str:
        return "" if self._total is None else f"{self._done:,}/{self._total:,}"

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        with self._lock:
            if self._closed:
                return
            bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[count]}"),
                console=Console(stderr=True),
                transient=True,
                # Nobody prints while the bar is there; the streams stay what the rest of the program thinks they are.
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._task = bar.add_task(self._label, total=self._total, completed=self._done, count=self._count())
            bar.start()
            self._bar = bar
