"""Strings in, results out: run the command line's own `main` in this process on a project given as text.

The environment that is analysed (Django, pytest, pytest-django as users have them) is not the one that runs the tests;
`analysed_environment` finds it. No fixture lives here.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RUN_CACHE = "ISOLINT_TESTS_CACHE"

INI = """[pytest]
DJANGO_SETTINGS_MODULE = settings
python_files = test_*.py
asyncio_default_fixture_loop_scope = function
"""

Finding = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """What one run of the command line gave: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    def findings(self) -> list[Finding]:
        """The findings of a run with `--output-format json`; anything but JSON there fails the test, with stderr."""
        try:
            found: list[Finding] = json.loads(self.out)
        except ValueError:
            raise AssertionError(f"no JSON from isolint (exit code {self.code}): {self.err or self.out}") from None
        return found


def analysed_environment() -> Path | None:
    """The environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT, else `.venv-truth` of this checkout, else
    the active environment where that has Django; None where there is none."""
    candidates = [os.environ.get("ISOLINT_TRUTH_ENVIRONMENT"), str(ROOT / ".venv-truth"), os.environ.get("VIRTUAL_ENV")]
    for candidate in candidates:
        if candidate and any(Path(candidate).glob("lib/python3*/site-packages/django")):
            return Path(candidate).resolve()
    return None


@cache
def _own_cache() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="isolint-cache-")


def cache_home() -> str:
    """The cache folder of this run of the tests, shared by its processes: what jedi answered once is not asked again
    for every project, and nothing comes from, or stays for, another run. `conftest.py` makes it; elsewhere it is this
    process's own."""
    return os.environ.get(RUN_CACHE) or _own_cache().name


@contextlib.contextmanager
def surroundings(folder: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """The working directory and the environment variables as if the command line had been started there."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def isolint(*arguments: str, folder: Path, variables: Mapping[str, str] | None = None) -> Run:
    """Run `isolint ARGUMENTS` in a folder, in this process."""
    from isolint.cli.main import main

    environment = analysed_environment()
    seen = {"XDG_CACHE_HOME": cache_home(), **({"VIRTUAL_ENV": str(environment)} if environment else {})}
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    # The real streams are replaced, not redirected by name: code that writes bytes uses `sys.stdout.buffer`.
    with surroundings(folder, {**seen, **(variables or {})}):
        kept = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = out, err
        try:
            code = main(list(arguments))
        except SystemExit as end:  # an argument parser's way of saying "usage"
            code = end.code if isinstance(end.code, int) else 2
        finally:
            sys.stdout, sys.stderr = kept
    text = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    return Run(code, *text)


def lay_out(folder: Path, files: Mapping[str, str], ini: str = INI) -> None:
    """Write a project: its files by relative path, and its pytest.ini unless it brings one."""
    for name, text in {"pytest.ini": ini, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def check(
    files: Mapping[str, str],
    ini: str = INI,
    *,
    arguments: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
) -> list[Finding]:
    """The findings of `isolint check` on a project given as text, in the shape of the JSON output (DESIGN.md 10)."""
    with tempfile.TemporaryDirectory(prefix="isolint-") as name:
        lay_out(Path(name), files, ini)
        run = isolint("check", "--output-format", "json", *arguments, ".", folder=Path(name), variables=variables)
    return run.findings()
