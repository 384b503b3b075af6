"""The analysis thread: owns all engines, follows the mailbox, answers questions first, then checks the open files.

One thread, so no engine needs a lock. It is interrupted by flags only, publishes through the writer, which drops what
is out of date by then, and never lets a fault end it: a fault is logged, and the next job runs.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import math
import os
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import InvalidStateError
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pygls.exceptions import JsonRpcContentModified, JsonRpcException

from isolint.check.report import FileReport
from isolint.features.causes import Causes
from isolint.lsp.buffers import Buffer
from isolint.lsp.capabilities import Client
from isolint.lsp.convert import Json, Places, publication
from isolint.lsp.engine import Engine, EngineFactory, Opened
from isolint.lsp.mailbox import Mail, Mailbox, Question
from isolint.lsp.notes import Notes
from isolint.lsp.pull import Sweep
from isolint.text.edits import difference

CONFIGURATION_FILES = ("pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
_ROOT_MARKERS = (*CONFIGURATION_FILES, "manage.py", ".git")
# How often a check of one file makes way for questions before it is let through: a client that asks without pause
# must not keep a file from ever being checked.
_PATIENCE = 3
_MOST_SAID = 1000
# Seconds for which a conftest is looked at before the open tests that depend on it.
_SLICE = 0.05
# Seconds for which a question without an answer may wait for jedi.
_GRACE = 3.0


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where the results go: `publish` a notification as long as the buffer is current, `log` a text for the user's
    log (kinds as the protocol numbers them: 1 error, 2 warning, 3 information), `progress` a part of a result or how
    far one is, `refresh` the wish that the client asks for its diagnostics again, `ask_again` the same for a kind of
    what is shown in the text."""

    publish: Callable[[bytes, Buffer], None]
    log: Callable[[int, str], None]
    progress: Callable[[Json], None]
    refresh: Callable[[], None]
    ask_again: Callable[[Any], None]


class NotYet(Exception):  # noqa: N818 - nothing is wrong
    """Raised by the answer to a question that somebody else is asked first: it is asked again when there is news.
    `meanwhile` gives (or raises) the answer when that takes too long. The question is about `buffer` from then on,
    where one is given: another version of it ends the wait."""

    def __init__(self, meanwhile: Callable[[], object], buffer: Buffer | None = None) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.buffer = buffer


class Analysis:
    """The state of the analysis thread. Nothing of it is touched by another thread once `run` has started."""

    def __init__(self, mailbox: Mailbox, make_engine: EngineFactory, outlet: Outlet, client: Client) -> None:
        self.client = client
        self._open: dict[str, Buffer] = {}  # in order of their last edit
        self.places = Places(client.encoding, self._open.get)
        self._mailbox = mailbox
        self._make_engine = make_engine
        self._outlet = outlet
        self._folders: tuple[str, ...] = ()
        self._engines: dict[str, Opened] = {}
        self._overrides: dict[str, dict[str, object]] = {}
        self._default_overrides: dict[str, object] = {}
        self._roots: dict[str, str] = {}
        self._stamps: dict[str, tuple[int, int] | None] = {}
        self._ready = False
        self._queue: list[str] = []
        self._doubtful: list[str] = []  # open files whose findings may have changed without an edit of their own
        self._yielded = 0
        self._slow = ""  # the file in front whose check took longer than `_SLICE`
        self._published: dict[str, tuple[Buffer, bytes]] = {}
        self._pulled: set[str] = set()  # open files whose diagnostics the client has asked for, and has as they are
        self._sweeps: list[Sweep] = []
        self._swept: list[Sweep] = []  # all is told: they wait for something to change
        self._sweeping = False
        self._has_swept = False
        self._asked: dict[str, Engine] = {}  # engines that were asked about more than one file, by their root
        self._ahead: list[str] = []  # those of them that still prepare for more
        self._early: list[Question] = []
        self._empty: list[Question] = []  # answered with nothing, while something was unknown that may be known soon
        self._long: list[Question] = []  # the first of them may have begun, and made way
        self._begun: Question | None = None
        self._late: list[Question] = []  # they wait until nothing is to be checked
        self.notes = Notes(outlet.ask_again, self._open.get)
        self._causes = Causes()
        self._tells_cause: Callable[[str], bool] = lambda _: True
        self._said: set[str] = set()
        self._has_news = True

    # The loop.

    def run(self) -> None:
        """Work until the mailbox says stop."""
        while (mail := self._mailbox.take(not self._is_busy(), self._patience())) is not None:
            self._has_news |= bool(mail.chores)
            self._settle(mail)
            questions = [*self._early, *mail.questions]
            # Answers of jedi are among the chores; when none came for long, nothing is the answer.
            if mail.chores or mail.buffers or not all(map(_has_time, self._empty)):
                questions = [*self._empty, *questions]
                self._empty = []
            self._early = [] if self._ready else [question for question in questions if question.manner.patient]
            self._answer_all([question for question in questions if question not in self._early])
            if self._has_work():
                self._guarded(self._check_next, "a check failed")
            elif self._has_news:
                self._has_news = False
                _settle_memory()
        sweeps = [one.future for one in (*self._sweeps, *self._swept)]
        waiting = [one.future for one in (*self._early, *self._empty, *self._long, *self._late)]
        for future in (*sweeps, *waiting):
            future.cancel()
        for opened in self._engines.values():
            self._guarded(opened.close, "an engine could not be closed")

    def _is_busy(self) -> bool:
        return self._has_work() or bool(self._long) or (self._ready and bool(self._late))

    def _patience(self) -> float | None:
        """The seconds until the first question that waits for jedi waits no longer; None when there is none."""
        first = min((one.asked + _GRACE + one.manner.grace for one in self._empty), default=None)
        return None if first is None else max(0.0, first - time.monotonic())

    def _has_work(self) -> bool:
        waiting = self._queue or self._doubtful or self.notes.has_work or self._sweeps or self._ahead
        return self._ready and bool(waiting)

    def _guarded(self, work: Callable[[], object], what: str) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - a fault in one job must not end the thread that does all of them
            self._say(1, f"isolint: {what}\n{traceback.format_exc()}")

    def _say(self, kind: int, text: str) -> None:
        """Log a text once: the same fault comes back with every keystroke."""
        if len(self._said) > _MOST_SAID:
            self._said.clear()
        if text not in self._said:
            self._said.add(text)
            self._outlet.log(kind, text)

    def _settle(self, mail: Mail) -> None:
        """Take in what changed. No engine computes here: they only hear that something is different."""
        if mail.buffers and self._begun is not None:
            # What it has told so far may be about places that are others now.
            self._long.remove(self._begun)
            with contextlib.suppress(InvalidStateError):
                self._begun.future.set_exception(JsonRpcContentModified())
            self._begun = None
        for path, buffer in mail.buffers.items():
            self._guarded(partial(self._take, path, buffer), f"a change of {path} could not be taken in")
        for chore in mail.chores:
            self._guarded(partial(chore, self), "a change could not be taken in")

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
        opened = self._engines.get(self.root_of(path))
        if opened is not None:
            try:
                opened.engine.set_buffer(path, buffer.text if buffer else None)
            except Exception:
                # It may know half of the edit now: better none than one that shows wrong lines.
                self._engines.pop(self.root_of(path)).close()
                raise

    # Chores: what the loop thread asks to be done, see `mailbox.Chore`.

    def start(self) -> None:
        """The settings are known: checking may begin."""
        self._ready = True

    def set_folders(self, folders: Iterable[str]) -> None:
        """The workspace folders. Engines of folders that are gone are closed; files find their engine anew."""
        self._folders = tuple(sorted(set(folders), key=len, reverse=True))
        self._roots.clear()
        wanted = {self.root_of(path) for path in self._open}
        for root in [root for root in self._engines if root not in wanted and root not in self._folders]:
            self._engines.pop(root).close()
        for path, buffer in self._open.items():
            root = self.root_of(path)
            for other, opened in self._engines.items():
                opened.engine.set_buffer(path, buffer.text if other == root else None)
        self._queue = []
        self._doubtful = []
        self._enqueue(list(reversed(self._open)))
        self._begin_sweeps()

    def set_sweeping(self, on: bool) -> None:
        """Whether the whole project is checked for a client that asks for it."""
        self._sweeping = on
        if not on:
            self._show_causes(self._causes.drop_others(self._open))
        self._begin_sweeps()

    def set_causes(self, tells: Callable[[str], bool]) -> None:
        """Whether a file shows how many tests leak through its helpers."""
        self._tells_cause = tells
        self._show_causes(set(self._causes.files()))

    def set_overrides(self, default: dict[str, object], by_folder: dict[str, dict[str, object]]) -> None:
        """The editor's settings. Only engines whose settings differ from before begin anew."""
        before = {root: self._overrides_of(root) for root in self._engines}
        self._default_overrides, self._overrides = default, by_folder
        for root, old in before.items():
            if self._overrides_of(root) != old:
                self._engines.pop(root).close()
                self._causes.clear()
                self._begin_sweeps()
                changed = [path for path in reversed(self._open) if self.root_of(path) == root]
                self._enqueue(changed, first=False)

    def touch(self, paths: Iterable[str]) -> None:
        """Files changed on disk."""
        paths = list(paths)
        for path in paths:
            self.places.forget(path)
        if any(os.path.basename(path) in _ROOT_MARKERS for path in paths):
            self._roots.clear()
        for opened in self._engines.values():
            self._guarded(partial(opened.engine.touch, paths), "changed files could not be taken in")
            self._tell_problems(opened.engine)
        self._doubt()

    def touch_configuration(self, path: str) -> None:
        """A file was opened or saved in a client that does not watch files: what decides about it may have changed
        too, namely the configuration files and conftests of its folder and those above, up to its root. Those that did
        since they were last looked at are touched."""
        root = self.root_of(path)
        folder = os.path.dirname(path)
        touched = [path]
        while True:
            for name in (*CONFIGURATION_FILES, "conftest.py"):
                other = os.path.join(folder, name)
                stamp = _stamp(other)
                if self._stamps.setdefault(other, stamp) != stamp:
                    self._stamps[other] = stamp
                    touched.append(other)
            if folder == root or folder == os.path.dirname(folder):
                break
            folder = os.path.dirname(folder)
        self.touch(touched)

    def answers_came(self, root: str) -> None:
        """Answers about installed names arrived for an engine."""
        # Some answers are to somebody who points at a name: no finding has to do with them.
        if root in self._engines and self._engines[root].engine.origin_changed():
            self._doubt()

    # Engines.

    def root_of(self, path: str) -> str:
        """The folder whose engine knows a file: the innermost workspace folder around it, else the nearest folder
        upwards that looks like a project, else its own."""
        for folder in self._folders:
            if path.startswith(folder.rstrip(os.sep) + os.sep):
                return folder
        start = os.path.dirname(path)
        if start not in self._roots:
            self._roots[start] = _find_root(start)
        return self._roots[start]

    def engine_for(self, path: str) -> Engine:
        """The engine that knows a file; built when it is first needed."""
        return self._engine_at(self.root_of(path))

    def _engine_at(self, root: str) -> Engine:
        if root not in self._engines:
            opened = self._make_engine(
                root, self._overrides_of(root), lambda: self._mailbox.put_chore(lambda it: it.answers_came(root))
            )
            self._engines[root] = opened
            for other, buffer in self._open.items():
                if self.root_of(other) == root:
                    give = partial(opened.engine.set_buffer, other, buffer.text)
                    self._guarded(give, f"{other} could not be taken in")
            self._tell_problems(opened.engine)
        return self._engines[root].engine

    def _tell_problems(self, engine: Engine) -> None:
        for problem in engine.problems:
            place = f"{problem.path}:{problem.line}" if problem.line else problem.path
            self._say(2, f"{place}: {problem.message}")

    def _overrides_of(self, root: str) -> dict[str, object]:
        return self._overrides.get(root, self._default_overrides)

    def statuses(self) -> dict[str, dict[str, object]]:
        """What each engine says about itself, by its root; those of the workspace folders are built for that."""
        for folder in self._folders:
            self._engine_at(folder)
        return {root: opened.engine.status() for root, opened in self._engines.items()}

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
        self._sweep_again()

    def _sweep_again(self) -> None:
        """What was told of the project may be different now: all of it is looked at again."""
        for sweep in self._sweeps:
            sweep.stale = sweep.left is not None
        for sweep in self._swept:
            sweep.again()
        self._sweeps += self._swept
        self._swept = []

    def _begin_sweeps(self) -> None:
        """Other folders, engines or settings: what was looked at counts no more."""
        self._sweep_again()
        for sweep in self._sweeps:
            sweep.again()

    def _check_next(self) -> None:
        if not self._queue and not self._doubtful:
            if self.notes.has_work:
                self.notes.look_next(self._mailbox.has_mail)
            elif self._sweeps:
                self._sweep_next()
            else:
                self._read_ahead(self._ahead[0])
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

    def _read_ahead(self, root: str) -> None:
        engine = self._asked[root]
        if root not in self._engines or self._engines[root].engine is not engine:
            self._asked.pop(root)  # closed meanwhile
            self._ahead.remove(root)
        elif not engine.read_ahead():
            self._ahead.remove(root)

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
        return self._sweeping and self.client.pulls

    def _show_causes(self, paths: set[str]) -> None:
        shown = [path for path in reversed(self._open) if path in paths]
        if shown:
            self._enqueue(shown, first=False)

    def _publish(self, found: FileReport, buffer: Buffer) -> None:
        report = self._with_causes(found)
        for problem in report.problems:
            self._say(2, problem)
        body = publication(report, buffer, self.client, self.places)
        if self._published.get(buffer.path) != (buffer, body):
            self._published[buffer.path] = (buffer, body)
            self._outlet.publish(body, buffer)

    # Pulled diagnostics, see `pull`.

    def report_for_pull(self, buffer: Buffer, cancelled: Callable[[], bool]) -> FileReport:
        """The findings of an open document for a client that asks for them."""
        report = self.engine_for(buffer.path).findings(buffer.path, cancelled)
        for problem in report.problems:
            self._say(2, problem)
        self._pulled.add(buffer.path)
        return self._with_causes(report)

    def engines(self) -> list[Engine]:
        """The engines of the workspace folders, or those that there are without one."""
        return [self._engine_at(root) for root in self._folders or tuple(self._engines)]

    def sweep(self, sweep: Sweep) -> None:
        """A client wants to know the diagnostics of the whole project."""
        self._sweeps = [*(one for one in self._sweeps if not one.scout), sweep]
        self._swept = [one for one in self._swept if not one.scout]

    def _sweep_next(self) -> None:
        """Look at one more file of the first sweep."""
        sweep = self._sweeps[0]
        if sweep.future.cancelled() or not self._sweeping:
            self._sweeps.pop(0)
            sweep.work.end()
            if not sweep.future.cancelled():
                self._swept.append(sweep)  # never answered while it is switched off
            return
        if sweep.left is None:
            sweep.left = (path for engine in self.engines() for path in engine.each_file())
        path = next(sweep.left, None)
        if path is None and not sweep.has_causes:
            # Helpers that many tests leak through are told of when all tests are known.
            sweep.has_causes = True
            sweep.left = iter([path for path in self._causes.files() if self._tells_cause(path)])
            return
        if path is None:
            self._finish(sweep)
            return
        if self.engine_for(path) not in self.engines():
            return  # of a folder within a folder, which has an engine of its own
        try:
            report = self.engine_for(path).findings(path, self._mailbox.has_mail)
        except Exception:
            if not self._mailbox.has_mail():
                raise
            sweep.left = itertools.chain([path], sweep.left)  # given up on purpose
            return
        self._tell(sweep, report)
        sweep.work.report(f"{len(sweep.seen)} files")

    def _tell(self, sweep: Sweep, found: FileReport) -> None:
        report = self._with_causes(found)
        buffer = self._open.get(report.path)
        part = sweep.take(report, buffer.version if buffer else None, self.client, self.places)
        if sweep.scout:
            if sweep.told and sweep in self._sweeps:
                self._sweeps.remove(sweep)
                self._outlet.refresh()
        elif part is not None:
            self._outlet.progress(part)

    def _finish(self, sweep: Sweep) -> None:
        """All files were looked at. When there is nothing to tell, the answer waits until there is: a client asks again
        as soon as it has one. The very first is given all the same."""
        for report in sweep.gone():
            self._tell(sweep, report)
        sweep.work.end()
        if sweep not in self._sweeps:
            return  # a scout that found something
        self._sweeps.remove(sweep)
        if not sweep.told and (self._has_swept or sweep.scout):
            if sweep.stale:
                sweep.again()
                self._sweeps.append(sweep)
            else:
                self._swept.append(sweep)
            return
        self._has_swept = True
        with contextlib.suppress(InvalidStateError):  # cancelled meanwhile, and answered so
            sweep.future.set_result({"items": sweep.items})
            self._swept.append(sweep.scouting())  # until the client asks again by itself
            if sweep.stale:
                self._sweep_again()

    # Questions.

    def _answer_all(self, questions: list[Question]) -> None:
        """Answer all short ones, then one of the long ones, then those that can wait, if nothing else is to be done."""
        for question in questions:
            if question.manner.is_short:
                self._answer(question)
        self._long += [question for question in questions if question.manner.long]
        if self._long:
            self._begun = None
            self._answer(self._long.pop(0))
        late = [*self._late, *(question for question in questions if question.manner.late)]
        self._late = []
        for question in late:
            if self._queue or self._long or self._late or not self._ready:
                self._late.append(question)  # in order: what one waits for, those behind it wait for
            else:
                self._answer(question)

    def buffer(self, path: str) -> Buffer | None:
        """The version of an open file that the engines know."""
        return self._open.get(path)

    def buffer_of_uri(self, uri: str) -> Buffer | None:
        """The same, by the client's name for it."""
        return next((buffer for buffer in self._open.values() if buffer.uri == uri), None)

    def _answer(self, question: Question) -> None:
        future, buffer = question.future, question.buffer

        def is_void() -> bool:
            return buffer is not None and (
                self._open.get(buffer.path) is not buffer or self._mailbox.has_edit(buffer.path)
            )

        def makes_way() -> bool:
            if question.manner.late:
                return self._mailbox.has_mail()
            return question.manner.long and self._mailbox.has_short()

        def cancelled() -> bool:
            if question.manner.wide and self._mailbox.has_edits():
                return True
            return makes_way() or future.cancelled() or self._mailbox.is_stopped() or is_void()

        if future.cancelled():
            return
        if question.manner.wide and buffer is not None:
            # Who asked one will ask more. They are made faster when there is nothing else to do.
            engine = self.engine_for(buffer.path)
            if self._asked.get(engine.root) is not engine:
                self._asked[engine.root] = engine
                self._ahead = [*(root for root in self._ahead if root != engine.root), engine.root]
        result: object = None
        error: Exception | None = None
        if is_void():
            error = JsonRpcContentModified()
        else:
            try:
                result = question.answer(self, cancelled)
            except NotYet as exc:
                if _has_time(question):
                    about = question.buffer if exc.buffer is None else exc.buffer
                    self._empty.append(replace(question, buffer=about))
                    return
                try:
                    result = exc.meanwhile()
                except JsonRpcException as refused:
                    error = refused
            except JsonRpcException as exc:
                error = exc
            except Exception as exc:  # noqa: BLE001 - it becomes the answer
                if makes_way() and not is_void() and not (question.manner.wide and self._mailbox.has_edits()):
                    self._make_way(question)
                    return
                error = JsonRpcContentModified() if cancelled() else exc
        if error is None and not result and self._may_know_soon(question):
            self._empty.append(question)
            return
        if error is not None and self._mailbox.is_stopped():
            future.cancel()  # as everything that waits is: nothing was modified, the server stops
            return
        with contextlib.suppress(InvalidStateError):  # cancelled meanwhile, and answered so
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

    def _make_way(self, question: Question) -> None:
        """Go on with a question later: what it has found out is remembered."""
        if question.manner.late:
            self._late.append(question)
        else:
            self._long.insert(0, question)
            self._begun = question

    def _may_know_soon(self, question: Question) -> bool:
        """Whether nothing is the answer only because jedi has not said yet what some names are: in a project that is
        opened for the first time. Nobody waits long for it."""
        if not question.manner.again or question.buffer is None or not _has_time(question):
            return False
        return self.engine_for(question.buffer.path).wanted() > 0


def _has_time(question: Question) -> bool:
    """Whether a question may wait for jedi still."""
    return time.monotonic() < question.asked + _GRACE + question.manner.grace


def _settle_memory() -> None:
    """Take what is known now out of the garbage collector's sight: going through all memos again and again, as it does,
    takes longer than a keystroke may."""
    gc.collect()
    gc.freeze()


def _stamp(path: str) -> tuple[int, int] | None:
    """What tells one state of a file from another, None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _find_root(folder: str) -> str:
    at = folder
    while True:
        if any(os.path.exists(os.path.join(at, name)) for name in _ROOT_MARKERS):
            return at
        above = os.path.dirname(at)
        if above == at:
            return folder
        at = above
