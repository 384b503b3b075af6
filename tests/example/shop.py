"""The example's own pytest, run for real: in a copy, in a process of its own, on the database that is asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT, analysed_environment

SHOP = ROOT / "examples" / "shop"

# Counts the rows of every model when the last test is over and the test database still exists. Then it closes the
# worker's connection, which would make PostgreSQL wait five seconds before it refuses to drop the database.
PROBE = """
import asyncio
import json
import os

import pytest
from asgiref.sync import sync_to_async


@pytest.fixture(scope="session", autouse=True)
def _count_what_is_left(django_db_setup, django_db_blocker):
    yield
    from django.apps import apps
    from django.db import connections

    with django_db_blocker.unblock():
        rows = {model.__name__: model._default_manager.count() for model in apps.get_models()}
    with open(os.environ["ROWS_LEFT"], "w") as file:
        json.dump(rows, file)
    asyncio.run(sync_to_async(connections.close_all)())
"""


@dataclass(frozen=True)
class Outcome:
    """One run: the names of tests that passed and failed, the rows left per model, everything that was printed."""

    passed: frozenset[str]
    failed: frozenset[str]
    left: Mapping[str, int]
    output: str


def python() -> str | None:
    """The Python that runs the example: ISOLINT_EXAMPLE_PYTHON, else one that has Django; None where there is none."""
    named = os.environ.get("ISOLINT_EXAMPLE_PYTHON")
    if named:
        return named
    environment = analysed_environment()
    if environment:
        return str(environment / "bin" / "python")
    has_django = subprocess.run(
        [sys.executable, "-c", "import django, pytest_django"], capture_output=True, check=False
    )
    return sys.executable if has_django.returncode == 0 else None


def copy(folder: Path) -> Path:
    """A copy of the example without what running it leaves behind."""
    where = folder / "shop"
    shutil.copytree(SHOP, where, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3", ".pytest_cache"))
    return where


def run(project: Path, *tests: str, interpreter: str, variables: Mapping[str, str]) -> Outcome:
    """Run pytest on these files or node ids, in this order."""
    (project / "rows_left_probe.py").write_text(PROBE)
    rows = project / "rows_left.json"
    rows.unlink(missing_ok=True)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "DJANGO", "SHOP", "PG"))}
    command = [
        interpreter,
        "-m",
        "pytest",
        "-p",
        "rows_left_probe",
        "-p",
        "no:cacheprovider",
        "-v",
        "--color=no",
        *tests,
    ]
    done = subprocess.run(
        command,
        cwd=project,
        env={**clean, "PYTHONPATH": str(project), "ROWS_LEFT": str(rows), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode in (0, 1), output
    lines = re.findall(r"^(tests/\S+) (PASSED|FAILED)", output, re.MULTILINE)
    return Outcome(
        passed=frozenset(name for name, what in lines if what == "PASSED"),
        failed=frozenset(name for name, what in lines if what == "FAILED"),
        left=json.loads(rows.read_text()),
        output=output,
    )
