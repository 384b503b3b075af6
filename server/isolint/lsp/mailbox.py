"""What the loop thread hands to the analysis thread: the latest buffers, chores and questions, and the cancel flags.

One slot per file: an edit replaces the one that nobody has looked at yet. Chores (files changed on disk, new settings)
are small and all done; questions are requests of the client, answered in order and before any checking goes on.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from isolint.lsp.buffers import Buffer

Worker = TypeVar("Worker")
"""Who empties the mailbox: chores and answers are handed it."""

Chore = Callable[[Worker], None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question is to be answered.

    A `wide` one is about the whole project: any edit ends it. A `long` one may take seconds, too: it makes way for any
    question that does not, and goes on behind it. A `patient` one is not answered before the settings are known. One
    that can be asked `again` is, when its answer was empty while something about installed packages was still unknown;
    `grace` are the seconds that it may wait for that beyond the usual ones. A `late` one is about what is shown beside
    the findings: it is answered when the open files have been checked, and makes way for anything that comes."""

    wide: bool = False
    long: bool = False
    patient: bool = False
    again: bool = False
    late: bool = False
    grace: float = 0.0

    @property
    def is_short(self) -> bool:
        """Whether somebody waits for the answer and has it soon."""
        return not (self.long or self.late)


SHORT = Manner()
"""The usual manner."""


@dataclass(frozen=True, slots=True, eq=False)
class Question(Generic[Worker]):
    """A request: `answer` runs on the analysis thread and its result or exception goes to `future`, which stays
    cancellable until then, whatever runs. `buffer` is the document as it was when the client asked: if it is another
    one by then, the question is void."""

    answer: Callable[[Worker, Callable[[], bool]], object]
    buffer: Buffer | None
    future: Future[Any]
    manner: Manner = SHORT
    asked: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Mail(Generic[Worker]):
    """Everything that came since the last look."""

    buffers: dict[str, Buffer | None] = field(default_factory=dict)
    chores: list[Chore[Worker]] = field(default_factory=list)
    questions: deque[Question[Worker]] = field(default_factory=deque)
    is_urgent: bool = False
    """Whether any question is not a late one."""
    is_short: bool = False
    """Whether any question is a short one."""

    def __bool__(self) -> bool:
        return bool(self.buffers or self.chores or self.questions)


class Mailbox(Generic[Worker]):
    """The slot between the two threads. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._mail: Mail[Worker] = Mail()
        self._stopped = False

    def put_buffer(self, path: str, buffer: Buffer | None) -> None:
        """The newest version of a file; None when it was closed."""
        with self._changed:
            self._mail.buffers.pop(path, None)  # they stay in order of their last edit
            self._mail.buffers[path] = buffer
            self._changed.notify()

    def put_chore(self, chore: Chore[Worker]) -> None:
        """Something to do before anything else is looked at."""
        with self._changed:
            self._mail.chores.append(chore)
            self._changed.notify()

    def ask(
        self,
        answer: Callable[[Worker, Callable[[], bool]], object],
        buffer: Buffer | None,
        manner: Manner = SHORT,
    ) -> Future[Any]:
        """Put a question; the future gets the answer. It is cancelled at once when nobody is there any more."""
        future: Future[Any] = Future()
        with self._changed:
            if not self._stopped:
                self._mail.questions.append(Question(answer, buffer, future, manner))
                self._mail.is_urgent |= not manner.late
                self._mail.is_short |= manner.is_short
                self._changed.notify()
                return future
        future.cancel()
        return future

    def stop(self) -> None:
        """Nothing more will be answered: what waits is cancelled, `take` gives None, running work is to stop."""
        with self._changed:
            self._stopped = True
            waiting = list(self._mail.questions)
            self._mail = Mail()
            self._changed.notify()
        for question in waiting:
            question.future.cancel()

    def take(self, wait: bool, limit: float | None = None) -> Mail[Worker] | None:
        """What came in, emptying the slot; with `wait`, not before something came or `limit` seconds passed. None:
        stop."""
        with self._changed:
            while wait and not self._mail and not self._stopped:
                if not self._changed.wait(limit):
                    break
            if self._stopped:
                return None
            mail, self._mail = self._mail, Mail()
            return mail

    # The flags are read between any two functions of an analysis: without the lock, which a stale answer does not need.

    def is_stopped(self) -> bool:
        """Whether running work should be given up for good."""
        return self._stopped

    def has_changes(self) -> bool:
        """Whether something came that makes a running check pointless."""
        return self._stopped or bool(self._mail.buffers) or bool(self._mail.chores)

    def has_mail(self) -> bool:
        """Whether anything came that a running check should make way for."""
        return self.has_changes() or self._mail.is_urgent

    def has_short(self) -> bool:
        """Whether a question came that a long one should make way for."""
        return self._mail.is_short

    def has_edit(self, path: str) -> bool:
        """Whether this file was changed or closed meanwhile."""
        return self._stopped or path in self._mail.buffers

    def has_edits(self) -> bool:
        """Whether any file was changed or closed meanwhile."""
        return self._stopped or bool(self._mail.buffers)
