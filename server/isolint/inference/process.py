"""One child process as the parent sees it: started, asked, ended.

Which questions are asked, what is kept and when a child is replaced is decided in `client`. jedi is found here, but
never imported: the parent stays free of it.
"""

from __future__ import annotations

import importlib.util
import logging
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

from isolint.inference import wire
from isolint.inference.wire import ChildEnded
from isolint.names.origin import Question

BUNDLED = ("isolint", "jedi", "parso", "msgspec")
"""The packages a child may import besides the standard library."""

_log = logging.getLogger("isolint.inference")


def child_command() -> list[str]:
    """The command line of a child. Raises ChildEnded when one of the bundled packages is not installed."""
    folders = [f"{name}={folder_of(name)}" for name in BUNDLED]
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name("child.py")), *folders]


def folder_of(package: str) -> str:
    """The folder in which a package lies. Raises ChildEnded when it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ChildEnded(f"{package} is not installed")
    return str(Path(spec.origin).parent.parent)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process, reap it and close its pipes; a second call does nothing."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue


class Child:
    """A running child. `memory` is its resident memory after the last answer, in bytes."""

    def __init__(self, hello: wire.Hello) -> None:
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        if hello.niceness:
            flags |= getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        try:
            self._process = subprocess.Popen(
                child_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if _log.isEnabledFor(logging.DEBUG) else subprocess.DEVNULL,
                creationflags=flags,
            )
        except OSError as error:
            raise ChildEnded(str(error)) from error
        self.memory = 0
        self.asked = 0
        try:
            wire.write_frame(self._stdin, wire.encode(hello))
        except OSError as error:
            self.end()
            raise ChildEnded(str(error)) from error

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def _stdin(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    @property
    def _stdout(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdout)

    def ask(self, question: Question) -> wire.Reply:
        """Ask and wait; the child's own watchdogs bound the time. Raises ChildEnded when no answer comes."""
        try:
            wire.write_frame(self._stdin, wire.encode(question))
            payload = wire.read_frame(self._stdout)
            if payload is None:
                raise ChildEnded("no answer")
            reply = wire.decode_reply(payload)
        except (OSError, ValueError) as error:
            raise ChildEnded(str(error)) from error
        self.memory = reply.memory
        self.asked += 1
        return reply

    def end(self) -> None:
        """End the process and reap it; a second call does nothing."""
        end_process(self._process)
