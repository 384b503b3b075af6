"""A test file run for real, in a copy of `app/` and a process of its own: what passed, stayed, and was asserted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fixes.support import APP

# Counts the project's passed assertions by test (plugins have some too, and whether pytest tells of those depends on
# how they were compiled before), the queries of each test that went through another connection than that of the main
# thread (those of transactions, and those that make the database, are not among them), and the rows of every table in
# one more test at the very end, which is sync and sees what the others committed. The worker's connection is closed, or
# PostgreSQL would refuse to drop the database.
PROBE = """
import asyncio
import json
import os
import sys

import pytest
from asgiref.sync import sync_to_async

asserted = {}
elsewhere = {}
outcomes = {}
rows = {}


def pytest_assertion_pass(item, lineno, orig, expl):
    frame = sys._getframe(1)
    while frame.f_globals["__name__"].partition(".")[0] in ("pluggy", "_pytest"):
        frame = frame.f_back
    if frame.f_code.co_filename.startswith(os.getcwd() + os.sep):
        asserted[item.nodeid] = asserted.get(item.nodeid, 0) + 1


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        outcomes[report.nodeid] = report.outcome


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    from django.db import connections
    from django.db.backends.utils import CursorWrapper

    home = connections["default"]
    original = CursorWrapper._execute_with_wrappers

    def execute(self, *args, **kwargs):
        if self.db is not home and self.db.alias == home.alias:
            elsewhere[item.nodeid] = elsewhere.get(item.nodeid, 0) + 1
        return original(self, *args, **kwargs)

    CursorWrapper._execute_with_wrappers = execute
    try:
        return (yield)
    finally:
        CursorWrapper._execute_with_wrappers = original


@pytest.fixture(scope="session", autouse=True)
def _rows_at_the_end(django_db_setup, django_db_blocker):
    yield
    from django.apps import apps
    from django.db import connections

    with django_db_blocker.unblock():
        for model in apps.get_models():
            if model._meta.app_label in ("shop", "auth") and model.__name__ != "Permission":
                rows[model.__name__] = model._default_manager.count()
    asyncio.run(sync_to_async(connections.close_all)())


def pytest_sessionfinish(session):
    with open(os.environ["JUDGE_RESULT"], "w") as file:
        json.dump({"asserted": asserted, "elsewhere": elsewhere, "outcomes": outcomes, "rows": rows}, file)
"""

COUNTS = """
import pytest
from django.apps import apps


@pytest.mark.django_db
def test_no_row_is_left():
    models = [m for m in apps.get_models() if m._meta.app_label in ("shop", "auth") and m.__name__ != "Permission"]
    assert {m.__name__: m._default_manager.count() for m in models} == dict.fromkeys((m.__name__ for m in models), 0)
"""


@dataclass(frozen=True)
class Verdict:
    """One run: outcome, number of passed assertions and of queries on other connections by node id, rows left by model,
    all that was printed."""

    outcomes: Mapping[str, str]
    asserted: Mapping[str, int]
    elsewhere: Mapping[str, int]
    rows: Mapping[str, int]
    output: str

    def failed(self) -> list[str]:
        """The tests that did not pass."""
        return [node for node, outcome in self.outcomes.items() if outcome != "passed"]


def run(
    folder: Path, text: str, python: Path, variables: Mapping[str, str], product: Mapping[str, str] | None = None
) -> Verdict:
    """Run one test file, and after it a sync test that counts the rows of every table. `product` are other texts for
    files of the project."""
    project = folder / "project"
    shutil.copytree(APP, project, ignore=shutil.ignore_patterns("__pycache__"))
    for name, other in (product or {}).items():
        (project / name).write_text(other)
    (project / "tests" / "test_leaking.py").write_bytes(text.encode())
    (project / "tests" / "test_rows.py").write_text(COUNTS)
    (project / "judge_probe.py").write_text(PROBE)
    result = folder / "result.json"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO", "PG"))}
    command = [
        str(python),
        *("-m", "pytest", "-p", "judge_probe", "-p", "no:cacheprovider", "-q", "--color=no"),
        *("-W", "error::RuntimeWarning", "-o", "enable_assertion_pass_hook=true"),
        *("tests/test_leaking.py", "tests/test_rows.py"),
    ]
    done = subprocess.run(
        command,
        cwd=project,
        env={
            **clean,
            "PYTHONPATH": str(project),
            "PYTHONDONTWRITEBYTECODE": "1",
            "JUDGE_RESULT": str(result),
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = done.stdout + done.stderr
    assert result.exists(), output
    found = json.loads(result.read_text())
    return Verdict(found["outcomes"], found["asserted"], found["elsewhere"], found["rows"], output)
