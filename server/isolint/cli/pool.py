"""Several processes over the files of one project, with the same outcome as one.

Each worker has a session of its own and judges neighbouring files, so that conftests and what folders share are read in
few of them. A worker never asks jedi: it says what it wants to know, and the parent's one child answers. What tests say
of fixtures in other files comes back with their reports, and the parent puts it together at the fixture. How a session
is opened is `engine`'s business, what a worker does `worker`'s.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, cast

from isolint.cli import messages
from isolint.inference import wire
from isolint.inference.process import BUNDLED, end_process, folder_of
from isolint.inference.wire import ChildEnded

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from isolint.names.origin import Answer, Question

ROUNDS = 100
"""As many as in `engine`."""

SMALLEST_SHARE = 400_000
"""Bytes of tests below which another worker costs more than it takes over: it has to read the project first."""

_BATCHES = 8
"""Into so many parts the share of a worker is cut: who is done early takes the last part of another."""

_LIBRARIES = (*BUNDLED, "tree_sitter", "tree_sitter_python", "iniconfig", "packaging")

_log = logging.getLogger("isolint.pool")

Ask = Callable[[Sequence["Question"]], "list[tuple[Question, Answer]]"]
"""Answers questions as far as they can be answered, and waits for it."""


class Counts(Protocol):
    """Who is told how many files are done."""

    def advance(self, steps: int = 1) -> None:
        """So many more."""
        ...


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers_for(files: Sequence[str], jobs: int | None) -> int:
    """How many workers to start for these files; 1 means none: the work is done here. `jobs` is what the user wants."""
    if jobs is not None:
        return min(jobs, len(files))
    most = processors()
    return 1 if most == 1 else max(1, min(most, sum(map(_size, files)) // SMALLEST_SHARE))


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def judge(
    start: messages.Start, files: Sequence[str], count: int, ask: Ask, progress: Counts
) -> list[messages.Collected]:
    """What `count` workers say of the files. Of the files of a worker that ends, nothing is said. Whatever ends this
    ends them all. Raises ChildEnded when they cannot be started."""
    collected: list[messages.Collected] = []
    shares = _Shares(files, count)

    def converse(worker: _Worker, number: int) -> None:
        """One worker from its first file to its reports."""
        try:
            wanted: tuple[Question, ...] = ()
            while batch := shares.take(number):
                wanted = worker.judge(messages.Judge(batch)).wanted
                progress.advance(len(batch))
            for _ in range(ROUNDS):
                answers = ask(wanted) if wanted else []
                if not answers:
                    break
                wanted = worker.judge(messages.Learn(tuple(answers))).wanted
            collected.append(worker.collect())
        except ChildEnded as ended:
            _log.info("a worker ended: %s", ended)

    with ExitStack() as stack:
        workers = [stack.enter_context(_Worker(start)) for _ in range(count)]
        threads = [
            threading.Thread(target=converse, args=(worker, number), daemon=True)
            for number, worker in enumerate(workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return collected


class _Shares:
    """The files, cut into a contiguous share for each worker, and each share into batches."""

    def __init__(self, files: Sequence[str], count: int) -> None:
        self._lock = threading.Lock()
        size = max(1, -(-len(files) // (count * _BATCHES)))
        batches = [tuple(files[start : start + size]) for start in range(0, len(files), size)]
        each = -(-len(batches) // count)
        self._queues = [deque(batches[number * each : (number + 1) * each]) for number in range(count)]

    def take(self, number: int) -> tuple[str, ...]:
        """The next batch of a worker, or the last of who has most left; () when all is taken."""
        with self._lock:
            if self._queues[number]:
                return self._queues[number].popleft()
            fullest = max(self._queues, key=len)
            return fullest.pop() if fullest else ()


class _Worker:
    """A worker process as a context: it ends with it."""

    def __init__(self, start: messages.Start) -> None:
        folders = [f"{name}={folder_of(name)}" for name in _LIBRARIES]
        program = str(Path(__file__).with_name("worker.py"))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", program, *folders],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise ChildEnded(str(error)) from error
        self._start: messages.Start | None = start

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        end_process(self._process)

    def judge(self, message: messages.Judge | messages.Learn) -> messages.Judged:
        """Send, and wait for the reply. Raises ChildEnded when none comes."""
        return messages.decode_judged(self._asked(message))

    def collect(self) -> messages.Collected:
        """All it has said. Raises ChildEnded."""
        return messages.decode_collected(self._asked(messages.Collect()))

    def _asked(self, message: messages.Message) -> bytes:
        try:
            if self._start is not None:
                wire.write_frame(cast("IO[bytes]", self._process.stdin), messages.encode(self._start))
                self._start = None
            wire.write_frame(cast("IO[bytes]", self._process.stdin), messages.encode(message))
            payload = wire.read_frame(cast("IO[bytes]", self._process.stdout))
        except (OSError, ValueError) as error:
            raise ChildEnded(str(error)) from error
        if payload is None:
            raise ChildEnded("no reply")
        return payload
