"""A whole project from the command line: isolint (jedi's answers unknown, then known) beside ruff and flake8.

Processor time counts children, so jedi's is in it; wall time is what a user waits.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: wall and processor seconds, exit code."""

    name: str
    wall: float
    processor: float
    code: int


def measure(
    root: Path, ruff: str | None, flake8: str | None, environ: Mapping[str, str], isolint: Sequence[str], limit: float
) -> list[Run]:
    """All commands once each on the project, in one run of the benchmark."""
    runs = []
    with tempfile.TemporaryDirectory() as cache:
        own = {**environ, "XDG_CACHE_HOME": cache}
        check = [*isolint, "check", "-q", "."]
        runs.append(_run("isolint check, nothing cached", check, root, own, limit))
        runs.append(_run("isolint check, jedi's answers cached", check, root, own, limit))
        if ruff:
            runs.append(_run("ruff check", [ruff, "check", "-q", "--no-cache", "."], root, environ, limit))
        if flake8:
            runs.append(_run("flake8", [flake8, "-q", "."], root, environ, limit))
    return runs


def _run(name: str, command: Sequence[str], root: Path, environ: Mapping[str, str], limit: float) -> Run:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    try:
        code = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limit,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        code = -1
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(name, time.perf_counter() - begun, used, code)
