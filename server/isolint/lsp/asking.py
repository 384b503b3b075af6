"""The questions of the client: which is answered now, which waits and for what, which is void.

Lives on the analysis thread. What an answer says is not known here, nor when files are checked: only what makes way for
what.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import InvalidStateError
from dataclasses import replace
from typing import Generic

from pygls.exceptions import JsonRpcContentModified, JsonRpcException

from isolint.lsp.buffers import Buffer
from isolint.lsp.engines import Engines
from isolint.lsp.mailbox import Mail, Mailbox, Question, Worker

# Seconds for which a question without an answer may wait for jedi.
_GRACE = 3.0


class NotYet(Exception):  # noqa: N818 - nothing is wrong
    """Raised by the answer to a question that somebody else is asked first: it is asked again when there is news.
    `meanwhile` gives (or raises) the answer when that takes too long. The question is about `buffer` from then on,
    where one is given: another version of it ends the wait."""

    def __init__(self, meanwhile: Callable[[], object], buffer: Buffer | None = None) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.buffer = buffer


class Questions(Generic[Worker]):
    """Those that wait, and who answers: `worker` is handed to each. `buffers` are the open files; `is_idle` says
    whether none of them is to be checked."""

    def __init__(
        self,
        worker: Worker,
        mailbox: Mailbox[Worker],
        engines: Engines,
        buffers: Mapping[str, Buffer],
        is_idle: Callable[[], bool],
    ) -> None:
        self._worker = worker
        self._mailbox = mailbox
        self._engines = engines
        self._buffers = buffers
        self._is_idle = is_idle
        self._early: list[Question[Worker]] = []  # asked before the settings are known
        self._unknown: list[Question[Worker]] = []  # something that may be known soon is needed for their answer
        self._long: list[Question[Worker]] = []  # the first of them may have begun, and made way
        self._begun: Question[Worker] | None = None
        self._late: list[Question[Worker]] = []  # they wait until nothing is to be checked

    @property
    def has_long(self) -> bool:
        """Whether one that may take seconds is to be answered."""
        return bool(self._long)

    @property
    def has_late(self) -> bool:
        """Whether any waits until nothing is to be checked."""
        return bool(self._late)

    def patience(self) -> float | None:
        """The seconds until the first question that waits for jedi waits no longer; None when there is none."""
        first = min((one.asked + _GRACE + one.manner.grace for one in self._unknown), default=None)
        return None if first is None else max(0.0, first - time.monotonic())

    def edited(self) -> None:
        """A document changed. What a long question has told so far may be about places that are others now."""
        if self._begun is not None:
            self._long.remove(self._begun)
            with contextlib.suppress(InvalidStateError):
                self._begun.future.set_exception(JsonRpcContentModified())
            self._begun = None

    def take(self, mail: Mail[Worker], *, ready: bool) -> None:
        """Answer what came and what waited for that: all short ones, then one of the long ones, then those that can
        wait, if nothing else is to be done. Before all is `ready`, patient ones wait."""
        asked = [*self._early, *mail.questions]
        # Answers of jedi are among the chores; when none came for long, nothing is the answer.
        if mail.chores or mail.buffers or not all(map(_has_time, self._unknown)):
            asked = [*self._unknown, *asked]
            self._unknown = []
        self._early = [] if ready else [one for one in asked if one.manner.patient]
        asked = [one for one in asked if one not in self._early]
        for question in asked:
            if question.manner.is_short:
                self._answer(question)
        self._long += [one for one in asked if one.manner.long]
        if self._long:
            self._begun = None
            self._answer(self._long.pop(0))
        late = [*self._late, *(one for one in asked if one.manner.late)]
        self._late = []
        for question in late:
            if self._long or self._late or not self._is_idle():
                self._late.append(question)  # in order: what one waits for, those behind it wait for
            else:
                self._answer(question)

    def cancel(self) -> None:
        """Nothing more will be answered."""
        for question in (*self._early, *self._unknown, *self._long, *self._late):
            question.future.cancel()

    def _answer(self, question: Question[Worker]) -> None:
        future, buffer, manner = question.future, question.buffer, question.manner

        def is_void() -> bool:
            return buffer is not None and (
                self._buffers.get(buffer.path) is not buffer or self._mailbox.has_edit(buffer.path)
            )

        def makes_way() -> bool:
            return self._mailbox.has_mail() if manner.late else manner.long and self._mailbox.has_short()

        def is_overtaken() -> bool:
            return manner.wide and self._mailbox.has_edits()

        def cancelled() -> bool:
            return is_overtaken() or makes_way() or future.cancelled() or self._mailbox.is_stopped() or is_void()

        if future.cancelled():
            return
        if manner.wide and buffer is not None:
            self._engines.asked_widely(buffer.path)
        result: object = None
        error: Exception | None = None
        if is_void():
            error = JsonRpcContentModified()
        else:
            try:
                result = question.answer(self._worker, cancelled)
            except NotYet as exc:
                if _has_time(question):
                    about = question.buffer if exc.buffer is None else exc.buffer
                    self._unknown.append(replace(question, buffer=about))
                    return
                try:
                    result = exc.meanwhile()
                except JsonRpcException as refused:
                    error = refused
            except JsonRpcException as exc:
                error = exc
            except Exception as exc:  # noqa: BLE001 - it becomes the answer
                if makes_way() and not is_void() and not is_overtaken():
                    self._make_way(question)
                    return
                error = JsonRpcContentModified() if cancelled() else exc
        if error is None and not result and self._may_know_soon(question):
            self._unknown.append(question)
            return
        if error is not None and self._mailbox.is_stopped():
            future.cancel()  # as everything that waits is: nothing was modified, the server stops
            return
        with contextlib.suppress(InvalidStateError):  # cancelled meanwhile, and answered so
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

    def _make_way(self, question: Question[Worker]) -> None:
        """Go on with a question later: what it has found out is remembered."""
        if question.manner.late:
            self._late.append(question)
        else:
            self._long.insert(0, question)
            self._begun = question

    def _may_know_soon(self, question: Question[Worker]) -> bool:
        """Whether nothing is the answer only because jedi has not said yet what some names are: in a project that is
        opened for the first time. Nobody waits long for it."""
        if not question.manner.again or question.buffer is None or not _has_time(question):
            return False
        return self._engines.of(question.buffer.path).wanted() > 0


def _has_time(question: Question[Worker]) -> bool:
    """Whether a question may wait for jedi still."""
    return time.monotonic() < question.asked + _GRACE + question.manner.grace
