"""The diagnostics of the whole project for a client that asks for them: one file after the other, when nothing better
is to be done.

Lives on the analysis thread. What one request has been told is kept by `pull.Sweep`; which findings there are, the
engines say.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import InvalidStateError

from isolint.check.report import FileReport
from isolint.lsp.buffers import Buffer
from isolint.lsp.capabilities import Client
from isolint.lsp.convert import Places
from isolint.lsp.engines import Engines
from isolint.lsp.outlet import Outlet
from isolint.lsp.pull import Sweep

Flag = Callable[[], bool]


class Sweeps:
    """The requests: those under way, and those that wait for something to change since all is told. `whole` adds to a
    file's report what is only known of the project, `last` are the files that have more of it when all were looked
    at."""

    def __init__(
        self,
        engines: Engines,
        buffers: Mapping[str, Buffer],
        outlet: Outlet,
        client: Client,
        places: Places,
        whole: Callable[[FileReport], FileReport],
        last: Callable[[], list[str]],
    ) -> None:
        self.is_on = False
        self._engines = engines
        self._buffers = buffers
        self._outlet = outlet
        self._client = client
        self._places = places
        self._whole = whole
        self._last = last
        self._running: list[Sweep] = []
        self._waiting: list[Sweep] = []
        self._has_answered = False

    @property
    def has_work(self) -> bool:
        """Whether a file is to be looked at."""
        return bool(self._running)

    def add(self, sweep: Sweep) -> None:
        """A client wants to know the diagnostics of the whole project."""
        self._running = [*(one for one in self._running if not one.scout), sweep]
        self._waiting = [one for one in self._waiting if not one.scout]

    def look_again(self) -> None:
        """What was told of the project may be different now: all of it is looked at again."""
        for sweep in self._running:
            sweep.stale = sweep.left is not None
        for sweep in self._waiting:
            sweep.again()
        self._running += self._waiting
        self._waiting = []

    def begin_anew(self) -> None:
        """Other folders, engines or settings: what was looked at counts no more."""
        self.look_again()
        for sweep in self._running:
            sweep.again()

    def cancel(self) -> None:
        """Nothing more will be told."""
        for sweep in (*self._running, *self._waiting):
            sweep.future.cancel()

    def look_next(self, interrupted: Flag) -> None:
        """Look at one more file of the first request. What is given up because of `interrupted` is looked at later."""
        sweep = self._running[0]
        if sweep.future.cancelled() or not self.is_on:
            self._running.pop(0)
            sweep.work.end()
            if not sweep.future.cancelled():
                self._waiting.append(sweep)  # never answered while it is switched off
            return
        if sweep.left is None:
            sweep.left = (path for engine in self._engines.of_workspace() for path in engine.each_file())
        path = next(sweep.left, None)
        if path is None and not sweep.has_causes:
            # Helpers that many tests leak through are told of when all tests are known.
            sweep.has_causes = True
            sweep.left = iter(self._last())
            return
        if path is None:
            self._finish(sweep)
            return
        if self._engines.of(path) not in self._engines.of_workspace():
            return  # of a folder within a folder, which has an engine of its own
        try:
            report = self._engines.of(path).findings(path, interrupted)
        except Exception:
            if not interrupted():
                raise
            sweep.left = itertools.chain([path], sweep.left)  # given up on purpose
            return
        self._tell(sweep, report)
        sweep.work.report(f"{len(sweep.seen)} files")

    def _tell(self, sweep: Sweep, found: FileReport) -> None:
        report = self._whole(found)
        buffer = self._buffers.get(report.path)
        part = sweep.take(report, buffer.version if buffer else None, self._client, self._places)
        if sweep.scout:
            if sweep.told and sweep in self._running:
                self._running.remove(sweep)
                self._outlet.refresh()
        elif part is not None:
            self._outlet.progress(part)

    def _finish(self, sweep: Sweep) -> None:
        """All files were looked at. When there is nothing to tell, the answer waits until there is: a client asks again
        as soon as it has one. The very first is given all the same."""
        for report in sweep.gone():
            self._tell(sweep, report)
        sweep.work.end()
        if sweep not in self._running:
            return  # a scout that found something
        self._running.remove(sweep)
        if not sweep.told and (self._has_answered or sweep.scout):
            if sweep.stale:
                sweep.again()
                self._running.append(sweep)
            else:
                self._waiting.append(sweep)
            return
        self._has_answered = True
        with contextlib.suppress(InvalidStateError):  # cancelled meanwhile, and answered so
            sweep.future.set_result({"items": sweep.items})
            self._waiting.append(sweep.scouting())  # until the client asks again by itself
            if sweep.stale:
                self.look_again()
