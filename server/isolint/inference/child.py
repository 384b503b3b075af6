"""The program of the child process: reads questions from stdin, answers them with jedi on stdout.

Run as `python -I -S child.py NAME=FOLDER ...`, where each NAME is one of our bundled packages. Only these packages can
be imported besides the standard library, and no folder is put on `sys.path`: jedi imports extension modules that it
finds on the *interpreter's* path, so anything there would be executed. Only the way in and the loop live here; what a
question means is `lookup`, how jedi is tamed is `tame`.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib.machinery
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class BundledFinder(MetaPathFinder):
    """Finds the given top-level packages in their folders, and nothing else in those folders."""

    def __init__(self, folders: Mapping[str, str]) -> None:
        self._folders = folders

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002 (the protocol of finders)
    ) -> importlib.machinery.ModuleSpec | None:
        """As the protocol wants it: the spec of one of our packages, or None."""
        folder = self._folders.get(fullname)
        if folder is None or path is not None:
            return None
        return importlib.machinery.PathFinder.find_spec(fullname, [folder])


def resident_memory() -> int:
    """The resident memory of this process in bytes, 0 when the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    except (ImportError, OSError):
        return 0
    return peak if sys.platform == "darwin" else peak * 1024


def watch_processor_time() -> bool:
    """Let `signal.setitimer(ITIMER_PROF, seconds)` end this process after so much processor time of its own, whatever
    Python does then; a traceback goes to stderr first. Returns False where the system has no such timer.

    Processor time, because what an answer is must not depend on what else the machine does."""
    if not hasattr(signal, "setitimer"):
        return False
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    faulthandler.register(signal.SIGPROF, file=sys.stderr, all_threads=False, chain=True)
    return True


def main(arguments: Sequence[str]) -> int:
    """Answer questions until stdin ends. Each argument is NAME=FOLDER. Returns the exit code."""
    # Whatever is printed by accident must not land between two frames.
    questions = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    # Syntax trees are cyclic and live long: the default threshold spends a third of the time on walking them.
    gc.set_threshold(100_000, 20, 50)

    folders = dict(argument.split("=", 1) for argument in arguments)
    finder = BundledFinder(folders)
    sys.meta_path.append(finder)
    from isolint.inference import lookup, wire
    from isolint.names.origin import PlaceQuestion

    # From here on submodules are found through the `__path__` of their packages; the analysed environment's own copy
    # of such a package must be found by jedi, not ours.
    sys.meta_path.remove(finder)

    first = wire.read_frame(questions)
    if first is None:
        return 0
    hello = wire.decode_hello(first)
    if hello.niceness and hasattr(os, "nice"):
        os.nice(hello.niceness)
    world = lookup.open_world(hello.sys_path, hello.roots, hello.python_version)
    parent = os.getppid()
    measured = watch_processor_time()
    while True:
        payload = wire.read_frame(questions)
        if payload is None or os.getppid() != parent:
            return 0
        question = wire.decode_question(payload)
        limit = min(hello.limit, wire.LONGEST_LOOK) if isinstance(question, PlaceQuestion) else hello.limit
        # The watchdogs end the process, one in the kernel and one in a C thread; the parent notices and starts another.
        if measured:
            signal.setitimer(signal.ITIMER_PROF, limit)
        faulthandler.dump_traceback_later(limit * wire.PATIENCE, exit=True, file=sys.stderr)
        before = time.process_time()
        answer, error = lookup.answer(world, question)
        if measured:
            signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
        reply = wire.Reply(answer, resident_memory(), time.process_time() - before, error)
        try:
            wire.write_frame(replies, wire.encode(reply))
        except OSError:
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
