"""The analysis thread: follows the mailbox, answers questions first, then checks the open files.

One thread, so no engine needs a lock. It is interrupted by flags only, publishes through the writer, which drops what
is out of date by then, and never lets a fault end it: a fault is logged, and the next job runs. Here stands what is
done when, and what an edit makes doubtful; `engines` says whose a file is, `asking` which question waits, `sweeping`
checks the whole project.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from isolint.check.report import FileReport
from isolint.features.causes import Causes
from isolint.lsp.asking import Questions
from isolint.lsp.buffers import Buffer
from isolint.lsp.capabilities import Client
from isolint.lsp.convert import Places, publication
from isolint.lsp.engine import Engine, EngineFactory
from isolint.lsp.engines import Engines
from isolint.lsp.journal import WARNING, Journal
from isolint.lsp.mailbox import Mail, Mailbox
from isolint.lsp.notes import Notes
from isolint.lsp.outlet import Outlet
from isolint.lsp.pull import Sweep
from isolint.lsp.sweeping import Sweeps
from isolint.text.edits import difference

# How often a check of one file makes way for questions before it is let through: a client that asks without pause
# must not keep a file from ever being checked.
_PATIENCE = 3
# Seconds for which a conftest is looked at before the open tests that depend on it.
_SLICE = 0.05


class Analysis:
    """The state of the analysis thread. Nothing of it is touched by another thread once `run` has started."""

    def __init__(self, mailbox: Mailbox[Analysis], make_engine: EngineFactory, outlet: Outlet, client: Client) -> None:
        self.client = client
        self._open: dict[str, Buffer] = {}  # in order of their last edit
        self.places = Places(client.encoding, self._open.get)
        self._mailbox = mailbox
        self._outlet = outlet
        self._journal = Journal(outlet.log)
        self._engines = Engines(make_engine, self._hear, self._open, self._journal)
        self._questions = Questions(self, mailbox, self._engines, self._open, lambda: self._ready and not self._queue)
        self._sweeps = Sweeps(
            self._engines, self._open, outlet, client, self.places, self._with_causes, self._files_with_causes
        )
        self._ready = False
        self._queue: list[str] = []
        self._doubtful: list[str] = []  # open files whose findings may have changed without an edit of their own
        self._yielded = 0
        self._slow = ""  # the file in front whose check took longer than `_SLICE`
        self._published: dict[str, tuple[Buffer, bytes]] = {}
        self._pulled: set[str] = set()  # open files whose diagnostics the client has asked for, and has as they are
        self.notes = Notes(outlet.ask_again, self._open.get)
        self._causes = Causes()
        self._tells_cause: Callable[[str], bool] = lambda _: True
        self._has_news = True

    # The loop.

    def run(self) -> None:
        """Work until the mailbox says stop."""
        while (mail := self._mailbox.take(not self._is_busy(), self._questions.patience())) is not None:
            self._has_news |= bool(mail.chores)
            self._settle(mail)
            self._questions.take(mail, ready=self._ready)
            if self._has_work():
                self._journal.guard(self._check_next, "a check failed")
            elif self._has_news:
                self._has_news = False
                _settle_memory()
        self._sweeps.cancel()
        self._questions.cancel()
        self._engines.close()

    def _is_busy(self) -> bool:
        return self._has_work() or self._questions.has_long or (self._ready and self._questions.has_late)

    def _has_work(self) -> bool:
        further = self.notes.has_work or self._sweeps.has_work or self._engines.can_read_ahead
        return self._ready and bool(self._queue or self._doubtful or further)

    def _settle(self, mail: Mail[Analysis]) -> None:
        """Take in what changed. No engine computes here: they only hear that something is different."""
        if mail.buffers:
            self._questions.edited()
        for path, buffer in mail.buffers.items():
            self._journal.guard(partial(self._take, path, buffer), f"a change of {path} could not be taken in")
        for chore in mail.chores:
            self._journal.guard(partial(chore, self), "a change could not be taken in")

    def _take(self, path: str, buffer: Buffer | None) -> None:
        self.places.forget(path)
        self._published.pop(path, None)
        self._slow = ""
        before = self._open.pop(path, None)
        if buffer is None or before is None:
            self.places.forget_names()
        if path in self._queue:
            self._queue.remove(path)
        self._pulled.discard(path)
        if buffer is not None:
            self._open[path] = buffer
            self._enqueue([path])
            if before is not None and self._causes.has(path):
                edit = difference(before.text, buffer.text)
                if edit is not None:
                    self._causes.edited(path, edit, buffer.lines)
        elif not self._knows_all:
            self._show_causes(self._causes.drop(path))
        self._doubt()
        self._engines.set_buffer(path, buffer)

    # Chores: what the loop thread asks to be done, see `mailbox.Chore`.

    def start(self) -> None:
        """The settings are known: checking may begin."""
        self._ready = True

    def set_folders(self, folders: Iterable[str]) -> None:
        """The workspace folders."""
        self._engines.set_folders(folders)
        self._queue = []
        self._doubtful = []
        self._enqueue(list(reversed(self._open)))
        self._sweeps.begin_anew()

    def set_sweeping(self, on: bool) -> None:
        """Whether the whole project is checked for a client that asks for it."""
        self._sweeps.is_on = on
        if not on:
            self._show_causes(self._causes.drop_others(self._open))
        self._sweeps.begin_anew()

    def set_causes(self, tells: Callable[[str], bool]) -> None:
        """Whether a file shows how many tests leak through its helpers."""
        self._tells_cause = tells
        self._show_causes(set(self._causes.files()))

    def set_overrides(self, default: dict[str, object], by_folder: dict[str, dict[str, object]]) -> None:
        """The editor's settings. Only engines whose settings differ from before begin anew."""
        for root in self._engines.set_overrides(default, by_folder):
            self._causes.clear()
            self._sweeps.begin_anew()
            changed = [path for path in reversed(self._open) if self._engines.root_of(path) == root]
            self._enqueue(changed, first=False)

    def touch(self, paths: Iterable[str]) -> None:
        """Files changed on disk."""
        paths = list(paths)
        for path in paths:
            self.places.forget(path)
        self._engines.touch(paths)
        self._doubt()

    def touch_configuration(self, path: str) -> None:
        """A file was opened or saved in a client that does not watch files: what decides about it may have changed
        too."""
        self.touch([path, *self._engines.changed_around(path)])

    def sweep(self, sweep: Sweep) -> None:
        """A client wants to know the diagnostics of the whole project."""
        self._sweeps.add(sweep)

    def _hear(self, root: str) -> None:
        """Called by any thread when answers came for an engine."""
        self._mailbox.put_chore(lambda analysis: analysis.answers_came(root))

    def answers_came(self, root: str) -> None:
        """Answers about installed names arrived for an engine."""
        # Some answers are to somebody who points at a name: no finding has to do with them.
        engine = self._engines.at(root)
        if engine is not None and engine.origin_changed():
            self._doubt()

    # What answers are made of.

    def engine_for(self, path: str) -> Engine:
        """The engine that knows a file; built when it is first needed."""
        return self._engines.of(path)

    def engines(self) -> list[Engine]:
        """The engines of the workspace folders, or those that there are without one."""
        return self._engines.of_workspace()

    def statuses(self) -> dict[str, dict[str, object]]:
        """What each engine says about itself, by its root."""
        return self._engines.statuses()

    def buffer(self, path: str) -> Buffer | None:
        """The version of an open file that the engines know."""
        return self._open.get(path)

    def buffer_of_uri(self, uri: str) -> Buffer | None:
        """The same, by the client's name for it."""
        return next((buffer for buffer in self._open.values() if buffer.uri == uri), None)

    def report_for_pull(self, buffer: Buffer, cancelled: Callable[[], bool]) -> FileReport:
        """The findings of an open document for a client that asks for them."""
        report = self.engine_for(buffer.path).findings(buffer.path, cancelled)
        self._say_problems(report)
        self._pulled.add(buffer.path)
        return self._with_causes(report)

    # Checking.

    def _enqueue(self, paths: list[str], *, first: bool = True) -> None:
        """These open files are to be shown anew. A client that asks for its diagnostics is told to do so where it may
        not know by itself: it knows of its own edits. Told once, it asks for all that it shows: what else of that may
        be another by now need not be looked at before."""
        if self.client.pulls:
            if not self._pulled.isdisjoint(paths):
                self._pulled.clear()
                self._doubtful = []
                self._outlet.refresh()
            return
        others = [path for path in self._queue if path not in paths]
        self._queue = [*paths, *others] if first else [*others, *paths]

    def _doubt(self) -> None:
        """Something changed on which the findings of any open file may depend: look again, the last edited first."""
        self._doubtful = [path for path in reversed(self._open) if not self.client.pulls or path in self._pulled]
        self.notes.doubt()
        self._sweeps.look_again()

    def _check_next(self) -> None:
        if not self._queue and not self._doubtful:
            if self.notes.has_work:
                self.notes.look_next(self._mailbox.has_mail)
            elif self._sweeps.has_work:
                self._sweeps.look_next(self._mailbox.has_mail)
            else:
                self._engines.read_ahead()
            return
        if not self._queue:
            # One file at a time, the one edited last first: an edit waits for one of them, not for all.
            self._look_again(self._doubtful[0], first=False)
            return
        path = self._queue[0]
        users = self._doubtful_users(path)
        if users and self._slow == path:
            self._look_again(users[0], first=True)
            return
        interrupted = self._mailbox.has_mail if self._yielded < _PATIENCE else self._mailbox.has_changes
        limit = time.monotonic() + _SLICE if users else math.inf

        def gives_up() -> bool:
            return interrupted() or time.monotonic() >= limit

        try:
            report = self.engine_for(path).findings(path, gives_up)
        except Exception:
            if not interrupted() and gives_up():
                self._slow = path
                return
            if interrupted():  # given up on purpose: it stays first in the queue, and what it did is remembered
                self._yielded = 0 if self._mailbox.has_changes() else self._yielded + 1
                return
            self._queue.remove(path)
            self._yielded = 0
            raise
        self._yielded = 0
        self._queue.remove(path)
        if path in self._doubtful:
            self._doubtful.remove(path)
        self._publish(report, self._open[path])

    def _doubtful_users(self, path: str) -> list[str]:
        """The open files to be looked at again whose tests decide what is said of another file. What a conftest is told
        of rests on all tests below it, be they open or not: those in front of somebody need not wait for that."""
        if not self._doubtful:
            return []
        users = set(self.engine_for(path).users([path])) - {path}
        return [one for one in self._doubtful if one in users]

    def _look_again(self, path: str, *, first: bool) -> None:
        """See whether the findings of an open file are other ones now, and show them then."""
        self._doubtful.remove(path)
        if self.engine_for(path).affected([path]):
            self._enqueue([path], first=first)

    # What many tests leak through, see `features.causes`.

    def _with_causes(self, report: FileReport) -> FileReport:
        """A report with what is to be said of the helpers in its file. The notes of other files may be others now."""
        self._show_causes(self._causes.take(report) - {report.path})
        if not self._causes.has(report.path) or not self._tells_cause(report.path):
            return report
        notes = self._causes.notes(report.path, "" if self._knows_all else " (in open files)")
        return replace(report, findings=(*report.findings, *notes)) if notes else report

    @property
    def _knows_all(self) -> bool:
        """Whether all tests of the project are looked at, not only those of open files."""
        return self._sweeps.is_on and self.client.pulls

    def _files_with_causes(self) -> list[str]:
        """The files that say something of their helpers."""
        return [path for path in self._causes.files() if self._tells_cause(path)]

    def _show_causes(self, paths: set[str]) -> None:
        shown = [path for path in reversed(self._open) if path in paths]
        if shown:
            self._enqueue(shown, first=False)

    def _publish(self, found: FileReport, buffer: Buffer) -> None:
        report = self._with_causes(found)
        self._say_problems(report)
        body = publication(report, buffer, self.client, self.places)
        if self._published.get(buffer.path) != (buffer, body):
            self._published[buffer.path] = (buffer, body)
            self._outlet.publish(body, buffer)

    def _say_problems(self, report: FileReport) -> None:
        for problem in report.problems:
            self._journal.say(WARNING, problem)


def _settle_memory() -> None:
    """Take what is known now out of the garbage collector's sight: going through all memos again and again, as it does,
    takes longer than a keystroke may."""
    gc.collect()
    gc.freeze()
