"""The program of a worker process: judges the files that it is told, and asks its parent what jedi would answer.

Run as `python -I -S worker.py NAME=FOLDER ...`, as the child of `inference` is: nothing but our bundled packages can be
imported besides the standard library, so nothing of the project that is checked ever is. Which files a worker gets, and
what becomes of what it says, is decided in `pool`.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isolint.check.report import FileReport
    from isolint.check.session import Session
    from isolint.cli import messages
    from isolint.inference.client import JediOrigin
    from isolint.rules.finding import Finding


class Worker:
    """One session, and what it said of each file so far."""

    def __init__(self, start: messages.Start) -> None:
        from isolint.cli.engine import open_session
        from isolint.cli.messages import decode_overrides

        self._origins: list[JediOrigin] = []
        overrides = decode_overrides(start.overrides)
        self._session: Session = open_session(start.root, overrides, start.cache, self._origins)
        self._files: dict[str, None] = {}
        self._reports: dict[str, FileReport] = {}
        self._elsewhere: dict[str, tuple[Finding, ...]] = {}

    def judge(self, message: messages.Judge) -> messages.Judged:
        """Judge some more files."""
        self._files.update(dict.fromkeys(message.files))
        return self._judged(message.files)

    def learn(self, message: messages.Learn) -> messages.Judged:
        """Take answers over, and judge everything again."""
        for question, answer in message.answers:
            self._origins[-1].learn(question, answer)
        self._session.origin_changed()
        return self._judged(self._files)

    def collect(self) -> messages.Collected:
        """What was said last."""
        from isolint.check.last_run import ground_of
        from isolint.cli.messages import Collected

        reports = tuple(self._reports.values())
        told = ground_of(self._session, reports)
        return Collected(reports, self._elsewhere, self._session.unread, self._session.read_stamps(), told)

    def _judged(self, files: Sequence[str] | dict[str, None]) -> messages.Judged:
        from isolint.cli.engine import failure
        from isolint.cli.messages import Judged

        for path in files:
            try:
                self._reports[path] = self._session.report(path)
                self._elsewhere[path] = self._session.elsewhere(path)
            except Exception as error:  # noqa: BLE001 - one file's defect must not hide the findings of all others
                self._reports.pop(path, None)
                self._elsewhere.pop(path, None)
                failure(error)  # the parent will judge this file, and meet the same
        return Judged(self._origins[-1].wanted() if self._origins else ())


def main(arguments: Sequence[str]) -> int:
    """Do what is said on stdin until it ends. Each argument is NAME=FOLDER. Returns the exit code."""
    # Whatever is printed by accident must not land between two frames. An interrupted run is ended by the parent.
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _find_bundled(arguments)
    gc.disable()  # as in the parent: what is read is kept until the end

    from isolint.cli import messages
    from isolint.inference.wire import read_frame, write_frame

    worker: Worker | None = None
    while (payload := read_frame(incoming)) is not None:
        message = messages.decode_message(payload)
        if isinstance(message, messages.Start):
            worker = Worker(message)
            continue
        assert worker is not None
        reply: messages.Judged | messages.Collected
        if isinstance(message, messages.Judge):
            reply = worker.judge(message)
        elif isinstance(message, messages.Learn):
            reply = worker.learn(message)
        else:
            reply = worker.collect()
        try:
            write_frame(outgoing, messages.encode(reply))
        except OSError:
            return 0
    return 0


def _find_bundled(arguments: Sequence[str]) -> None:
    """Let our packages be found, by the finder of the other child: its file imports nothing of ours."""
    path = Path(__file__).parent.parent / "inference" / "child.py"
    spec = importlib.util.spec_from_file_location("isolint_bundled", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.meta_path.append(module.BundledFinder(dict(argument.split("=", 1) for argument in arguments)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
