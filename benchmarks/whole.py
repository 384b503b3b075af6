"""A whole project from the command line: isolint (jedi's answers unknown, then known, then nothing changed, then one
file) beside ruff and flake8.

Processor time counts children, so jedi's is in it; wall time is what a user waits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: wall and processor seconds, resident MiB of the largest of its processes, exit code."""

    name: str
    wall: float
    processor: float
    memory: float
    code: int


def measure(
    root: Path,
    ruff: str | None,
    flake8: str | None,
    environ: Mapping[str, str],
    isolint: Sequence[str],
    limit: float,
    edited: Sequence[Path] = (),
) -> list[Run]:
    """All commands once each on the project, in one run of the benchmark. A function is added to each file of `edited`,
    one after the other, and isolint run again."""
    runs = []
    with tempfile.TemporaryDirectory() as cache:
        own = {**environ, "XDG_CACHE_HOME": cache}
        check = [*isolint, "check", "-q", "."]
        runs.append(_run("isolint check, nothing cached", check, root, own, limit))
        for jobs in (["--jobs", "1"], []):
            _forget_runs(cache)
            processes = "one process" if jobs else "processes as it pays"
            runs.append(_run(f"jedi's answers cached, {processes}", [*check, *jobs], root, own, limit))
        runs.append(_run("unchanged since the last run", check, root, own, limit))
        for path in edited:
            path.write_text(f"{path.read_text('utf-8')}\n\ndef added():\n    return 1\n", "utf-8")
            runs.append(_run(f"{path.name} edited", check, root, own, limit))
        if ruff:
            runs.append(_run("ruff check", [ruff, "check", "-q", "--no-cache", "."], root, environ, limit))
        if flake8:
            runs.append(_run("flake8", [flake8, "-q", "."], root, environ, limit))
    return runs


def _forget_runs(cache: str) -> None:
    for path in Path(cache, "isolint").glob("run-*"):
        path.unlink()


def _run(name: str, command: Sequence[str], root: Path, environ: Mapping[str, str], limit: float) -> Run:
    begun = time.perf_counter()
    variables = {**os.environ, **environ}
    null = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=root, env=variables, stdout=null, stderr=null) as process:
        timer = threading.Timer(limit, process.kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)  # it has been reaped
    code = -1 if process.returncode < 0 else process.returncode
    wall = time.perf_counter() - begun
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(name, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / scale, code)
