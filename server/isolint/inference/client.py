"""`JediOrigin`: what isolint knows of the world outside the project's source, asked of jedi in a child process.

`answer` only reads: from memory, then from the disk store; what is not there is remembered. The questions are sent
either in one batch that waits (`resolve`, for the command line) or by one plain background thread
(`start_background`, for the server). Crashed, slow and grown children are replaced here. jedi is not imported.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache as cache_calls
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from isolint.inference import wire
from isolint.inference.store import AnswerStore, fingerprint, key_of
from isolint.inference.wire import ChildEnded
from isolint.names.origin import (
    Answer,
    Definition,
    ExpressionQuestion,
    MembersQuestion,
    NameQuestion,
    PlaceQuestion,
    Question,
    Target,
    definitions_of,
)
from isolint.store.disk import cache_folder
from isolint.workspace.environment import distribution_of as record_owner
from isolint.workspace.shapes import Environment

if TYPE_CHECKING:
    from isolint.inference.process import Child

UNKNOWN = Answer(None)

LARGEST_CHILD = 150 * 1024 * 1024
"""Bytes of resident memory after which a child is replaced, at the end of a batch."""

LONGEST_QUESTION = 10.0
"""Processor seconds after which a question ends its child: a busy machine must not turn answers into unknowns."""

_ORDER = (PlaceQuestion, NameQuestion, MembersQuestion, ExpressionQuestion)
"""Which questions are asked first: somebody looks at the screen, then what most verdicts wait for."""

_ATTEMPTS = 2
_FRUITLESS_STARTS = 3
_SLICE = 0.25
_BACKGROUND_NICENESS = 10
_MOST_FLEETING = 4_000
_BUNDLED_STUBS = os.path.join("jedi", "third_party")

_log = logging.getLogger("isolint.inference")

D = TypeVar("D", Definition, Target)

DistributionOf = Callable[[str], "tuple[str, str] | None"]


class NullOrigin:
    """Knows nothing and says so at once: isolint without jedi."""

    def answer(self, question: Question) -> Answer:  # noqa: ARG002 (the protocol)
        """Always unknown."""
        return UNKNOWN

    def wanted(self) -> tuple[Question, ...]:
        """Always empty: everything is answered."""
        return ()

    def resolve(self, timeout: float | None = None) -> int:  # noqa: ARG002 (the protocol)
        """Always 0: there is nothing to ask."""
        return 0

    def start_background(self, on_answers: Callable[[], None]) -> None:
        """Nothing will ever be answered."""

    def project_changed(self, project_state: str = "") -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is open."""


class JediOrigin:
    """Implements `Origin`. All methods may be called from any thread.

    `hello` is the analysed world, `store` the answers on disk (None: none are kept), `distribution_of` says which
    installed distribution owns a path: (name, version), or None. `lasting` are the folders of `hello.sys_path` whose
    files change only with an installation (None: all); answers from elsewhere are neither stored nor kept when the
    project changes."""

    def __init__(
        self,
        hello: wire.Hello,
        *,
        store: AnswerStore | None = None,
        distribution_of: DistributionOf | None = None,
        lasting: Iterable[str] | None = None,
        largest_child: int = LARGEST_CHILD,
    ) -> None:
        self._hello = hello
        self._lasting = hello.sys_path if lasting is None else tuple(lasting)
        self._store = store
        self._distribution_of = distribution_of
        self._largest_child = largest_child
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._something_wanted = threading.Condition(self._lock)
        self._answers: dict[bytes, Answer] = {}
        self._fleeting: dict[bytes, Answer] = {}
        self._wanted: dict[bytes, Question] = {}
        self._attempts: dict[bytes, int] = {}
        self._project_state = ""
        self._child: Child | None = None
        self._fruitless = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._asked = self._starts = self._stored = 0
        self._largest = 0
        self.given_up = 0
        """Questions that are answered with "unknown" because the child ended on them: another run may do better."""
        self._seconds = 0.0

    # --- the protocol ------------------------------------------------------------------------------------------------

    def answer(self, question: Question) -> Answer | None:
        """The answer if it is known; else None, and the question is remembered. Never blocks on jedi."""
        with self._lock:
            fleeting = isinstance(question, (ExpressionQuestion, PlaceQuestion))
            kept = not fleeting or (isinstance(question, ExpressionQuestion) and self._project_state != "")
            key = key_of(question, self._project_state)
            found = self._answers.get(key) or self._fleeting.get(key)
            if found is None and self._store is not None and kept:
                found = self._store.get(key)
                if found is not None:
                    self._stored += 1
                    (self._fleeting if fleeting else self._answers)[key] = found
            if found is None and key not in self._wanted and not self._closed:
                self._drop_outdated(question)
                self._wanted[key] = question
                self._something_wanted.notify()
            return found

    def wanted(self) -> tuple[Question, ...]:
        """The questions asked so far that have no answer yet, in the order in which they will be asked."""
        with self._lock:
            return tuple(question for _, question in self._in_order())

    def project_changed(self, project_state: str = "") -> None:
        """The project's files changed: forget what may depend on any of them, the types of expressions above all.

        `project_state` is a digest of all these files, under which types of expressions may be kept on disk; ""
        (unknown) keeps them in memory only."""
        with self._lock:
            self._fleeting.clear()
            self._project_state = project_state
            outdated = (ExpressionQuestion, PlaceQuestion)
            for key in [key for key, question in self._wanted.items() if isinstance(question, outdated)]:
                del self._wanted[key]

    def learn(self, question: Question, answer: Answer) -> None:
        """Take over what another process was answered: nothing of it is kept on disk."""
        with self._lock:
            key = key_of(question, self._project_state)
            self._wanted.pop(key, None)
            self._answers[key] = answer

    # --- asking ------------------------------------------------------------------------------------------------------

    def resolve(self, timeout: float | None = None) -> int:
        """Ask all wanted questions and wait, at most about `timeout` seconds. Returns the number of new answers, the
        unknown ones included; what is left is still wanted. The answers are saved."""
        deadline = None if timeout is None else time.monotonic() + timeout
        count = self._ask_wanted(deadline)
        self._save()
        return count

    def start_background(self, on_answers: Callable[[], None]) -> None:
        """Ask wanted questions as they come, in one daemon thread, which calls `on_answers` after each slice of a
        quarter second that brought any. An error in `on_answers` is logged. Does nothing the second time."""
        with self._lock:
            if self._thread is not None or self._closed:
                return
            self._thread = threading.Thread(
                target=self._work, args=(on_answers,), name="isolint-inference", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """End the child and the thread, and save. A question under way is given up. May be called twice."""
        with self._lock:
            self._closed = True
            self._something_wanted.notify_all()
            child, thread = self._child, self._thread
        if child is not None:
            child.end()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        with self._asking:
            self._replace_child()
        self._save()

    @property
    def child_pid(self) -> int | None:
        """The process id of the running child, if there is one: for bug reports."""
        with self._lock:
            return None if self._child is None else self._child.pid

    def statistics(self) -> dict[str, float]:
        """Counts for people: answers in memory, how many came from the disk, questions wanted and asked, children
        started, the child's memory and the most that any had in MB, and the CPU seconds jedi used."""
        with self._lock:
            return {
                "answers": len(self._answers) + len(self._fleeting),
                "stored": self._stored,
                "wanted": len(self._wanted),
                "asked": self._asked,
                "children": self._starts,
                "memory_mb": round(self._child.memory / 1e6, 1) if self._child is not None else 0,
                "largest_mb": round(self._largest / 1e6, 1),
                "seconds": round(self._seconds, 3),
            }

    def _work(self, on_answers: Callable[[], None]) -> None:
        while True:
            with self._lock:
                while not self._wanted and not self._closed:
                    self._something_wanted.wait()
                if self._closed:
                    return
            count = self._ask_wanted(time.monotonic() + _SLICE)
            with self._lock:
                idle = not self._wanted
            if idle:
                self._save()
            if count and not self._closed:
                try:
                    on_answers()
                except Exception:  # noqa: BLE001 (the thread must go on whatever its listener does)
                    _log.exception("the listener for answers failed")

    def _ask_wanted(self, deadline: float | None) -> int:
        """Ask until nothing is wanted or the deadline passed; at least one question is asked."""
        count = 0
        with self._asking:
            over = self._closed
            while not over:
                with self._lock:
                    batch = self._in_order()
                over = not batch
                for key, question in batch:
                    count += self._ask(key, question)
                    # In the middle of a batch the syntax trees are worth keeping, but not at any price.
                    self._recycle(2 * self._largest_child)
                    over = self._is_over(deadline)
                    if over:
                        break
            self._recycle(self._largest_child)
        return count

    def _recycle(self, largest: int) -> None:
        """Replace a child that has grown beyond `largest` bytes; the next question starts another."""
        if self._child is not None and self._child.memory > largest:
            _log.info("child %d is replaced at %d MB", self._child.pid, self._child.memory // 1_000_000)
            self._replace_child()

    def _is_over(self, deadline: float | None) -> bool:
        return self._closed or (deadline is not None and time.monotonic() >= deadline)

    def _ask(self, key: bytes, question: Question) -> int:
        """Ask one question; the number of answers gained. Needs `_asking`."""
        with self._lock:
            if key not in self._wanted:  # outdated meanwhile
                return 0
        try:
            if self._child is None:
                self._start_child()
            assert self._child is not None
            reply = self._child.ask(question)
        except ChildEnded as error:
            if self._closed:
                return 0
            return self._after_crash(key, question, error)
        self._fruitless = 0
        self._asked += 1
        self._seconds += reply.seconds
        self._largest = max(self._largest, reply.memory)
        if reply.error:
            _log.debug("%s: %s", _subject(question), reply.error)
        self._finish(key, question, self._with_distributions(reply.answer))
        return 1

    def _after_crash(self, key: bytes, question: Question, error: ChildEnded) -> int:
        never_answered = self._child is None or self._child.asked == 0
        self._replace_child()
        looked = isinstance(question, PlaceQuestion)  # it may take less time than it needs, and is not asked twice
        self._fruitless += never_answered and not looked
        attempts = self._attempts[key] = self._attempts.get(key, 0) + 1
        _log.warning("jedi's process ended on %s (%s), attempt %d", _subject(question), error, attempts)
        if self._fruitless >= _FRUITLESS_STARTS * _ATTEMPTS:
            _log.error("jedi cannot be used: its process ended %d times without an answer", self._fruitless)
            with self._lock:
                rest = list(self._wanted.items())
            for other, asked in rest:
                self._finish(other, asked, UNKNOWN, keep=False)
            return len(rest)
        if attempts < _ATTEMPTS and not looked:
            return self._ask(key, question)
        self._finish(key, question, UNKNOWN, keep=False)
        return 1

    def _finish(self, key: bytes, question: Question, answer: Answer, *, keep: bool = True) -> None:
        with self._lock:
            if self._wanted.pop(key, None) is None:
                return
            self.given_up += not keep
            if isinstance(question, ExpressionQuestion):
                lasting = bool(self._project_state) and key == key_of(question, self._project_state)
                fleeting = True
            elif isinstance(question, PlaceQuestion):
                lasting, fleeting = False, True
            else:
                lasting = self._is_lasting(answer)
                fleeting = not lasting
            while len(self._fleeting) >= _MOST_FLEETING:
                del self._fleeting[next(iter(self._fleeting))]
            (self._fleeting if fleeting else self._answers)[key] = answer
            if self._store is not None and keep and lasting:
                self._store.add(key, answer)

    def _is_lasting(self, answer: Answer) -> bool:
        """Whether nothing but an installation can change the answer: not so for an editable package's source."""
        found = definitions_of(answer)
        if not found:
            return set(self._hello.sys_path) == set(self._lasting)
        return all(each.distribution or not each.path or self._is_installed(each.path) for each in found)

    def _is_installed(self, path: str) -> bool:
        return _BUNDLED_STUBS in path or any(path.startswith(folder + os.sep) for folder in self._lasting)

    # --- small parts, each needs the lock it is called under ---------------------------------------------------------

    def _in_order(self) -> list[tuple[bytes, Question]]:
        def rank(item: tuple[bytes, Question]) -> int:
            return _ORDER.index(type(item[1]))

        return sorted(self._wanted.items(), key=rank)

    def _drop_outdated(self, question: Question) -> None:
        """Nobody waits for what was asked about an older text of the same file, or looks at two places."""
        match question:
            case ExpressionQuestion(path=path, source=source):
                outdated = [
                    key
                    for key, other in self._wanted.items()
                    if isinstance(other, ExpressionQuestion)
                    and other.path == path
                    and other.source is not source
                    and other.source != source
                ]
            case PlaceQuestion():
                outdated = [key for key, other in self._wanted.items() if isinstance(other, PlaceQuestion)]
            case _:
                return
        for key in outdated:
            del self._wanted[key]

    def _with_distributions(self, answer: Answer) -> Answer:
        if self._distribution_of is None:
            return answer
        found = None if answer.found is None else self._with_distribution(answer.found)
        members = tuple((name, self._with_distribution(each)) for name, each in answer.members)
        return Answer(found, members, tuple(self._with_distribution(each) for each in answer.targets))

    def _with_distribution(self, definition: D) -> D:
        owner = self._distribution_of(definition.path) if self._distribution_of and definition.path else None
        if owner is None:
            return definition
        return msgspec.structs.replace(definition, distribution=owner[0], version=owner[1])

    def _start_child(self) -> None:
        from isolint.inference.process import Child  # with all answers stored, nothing is ever started

        # In the background jedi steps back for the keystrokes; a command line waits for it.
        niceness = _BACKGROUND_NICENESS if self._thread is not None else 0
        child = Child(msgspec.structs.replace(self._hello, niceness=niceness))
        with self._lock:
            self._child = child
            self._starts += 1
            closed = self._closed
        if closed:
            child.end()

    def _replace_child(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.end()

    def _save(self) -> None:
        with self._lock:
            if self._store is not None:
                self._store.save()


def _subject(question: Question) -> str:
    """What a question is about, in few words."""
    return str(msgspec.structs.astuple(question)[0])


def open_origin(
    environment: Environment,
    roots: Iterable[str] = (),
    *,
    cache: bool = True,
    distribution_of: DistributionOf | None = None,
) -> JediOrigin:
    """The origin of an environment. `roots` are the project's own import roots (absolute), for expressions;
    `distribution_of` by default reads the `RECORD`s of the environment.

    Nothing is started before the first question is asked. Without `cache` nothing is read from or written to disk."""
    stdlib = () if environment.stdlib is None else (environment.stdlib,)
    hello = wire.Hello(
        sys_path=(*environment.site_packages, *stdlib),
        roots=tuple(roots),
        python_version=environment.python_version or sys.version_info[:2],
        limit=LONGEST_QUESTION,
    )
    store = AnswerStore(cache_folder(), fingerprint(environment, *answering_versions())) if cache else None
    lasting = [
        folder
        for folder in hello.sys_path
        if folder in stdlib or os.path.basename(folder) in ("site-packages", "dist-packages")
    ]
    owner = distribution_of or _owner_by_record(environment)
    return JediOrigin(hello, store=store, distribution_of=owner, lasting=lasting)


def _owner_by_record(environment: Environment) -> DistributionOf:
    @cache_calls
    def owner(path: str) -> tuple[str, str] | None:
        found = record_owner(environment, path)
        return None if found is None else (found.name, found.version)

    return owner


def answering_versions() -> tuple[str, ...]:
    """The installed versions of what answers, from the names of their metadata folders (which is all that is needed of
    `importlib.metadata`, and costs no import)."""
    spec = importlib.util.find_spec("jedi")
    if spec is None or spec.origin is None:
        return ()
    site = Path(spec.origin).parent.parent
    return tuple(sorted(each.name for name in ("jedi", "parso") for each in site.glob(f"{name}-*-info")))
