"""Tests run for real, in a project and a process of their own: what passed, was asserted, worked elsewhere, stayed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fixes.support import APP

# Counts by test: the project's passed assertions (plugins have some too, and whether pytest tells of those depends on
# how they were compiled before), the exceptions that `pytest.raises` caught, the calls of a mock's own assertions, the
# queries through another connection than that of the main thread (those of transactions, and those that make the
# database, are not among them), and the rows that are there when the test and all its fixtures are over. Those are
# deleted, so that no test stands in the way of the next. The worker's connection is closed at the end, or PostgreSQL
# would refuse to drop the database.
PROBE = """
import asyncio
import json
import os
import sys
from unittest import mock

import pytest
from asgiref.sync import sync_to_async

asserted = {}
elsewhere = {}
outcomes = {}
left = {}
running = [None]


def pytest_assertion_pass(item, lineno, orig, expl):
    frame = sys._getframe(1)
    while frame.f_globals["__name__"].partition(".")[0] in ("pluggy", "_pytest"):
        frame = frame.f_back
    if frame.f_code.co_filename.startswith(os.getcwd() + os.sep):
        asserted[item.nodeid] = asserted.get(item.nodeid, 0) + 1


def _count_calls(cls, name, counts):
    original = getattr(cls, name)

    def counted(*args, **kwargs):
        result = original(*args, **kwargs)
        if counts(result):
            asserted[running[0]] = asserted.get(running[0], 0) + 1
        return result

    setattr(cls, name, counted)


_count_calls(type(pytest.raises(ValueError)), "__exit__", bool)
for name in ("assert_called_once_with", "assert_called_with", "assert_called_once", "assert_not_called"):
    _count_calls(mock.NonCallableMock, name, lambda result: True)
for name in ("assert_awaited_once_with", "assert_awaited_with", "assert_awaited_once", "assert_not_awaited"):
    _count_calls(mock.AsyncMock, name, lambda result: True)


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
    running[0] = item.nodeid
    try:
        return (yield)
    finally:
        CursorWrapper._execute_with_wrappers = original


@pytest.fixture(scope="session", autouse=True)
def _worker_closed(django_db_setup):
    yield
    from django.db import connections

    asyncio.run(sync_to_async(connections.close_all)())


@pytest.fixture(autouse=True)
def _rows_afterwards(request, django_db_setup, django_db_blocker):
    # Comes first (see below), so that it ends last: the transaction is rolled back, the tables are flushed.
    yield
    from django.apps import apps

    with django_db_blocker.unblock():
        for model in apps.get_models():
            if model.__name__ not in ("Permission", "ContentType"):
                rows = model._base_manager.all()
                count = rows.count()
                if count:
                    left.setdefault(request.node.nodeid, {})[model.__name__] = count
                    rows.delete()


def pytest_collection_modifyitems(items):
    # What pytest.ini requests stands even before what is requested automatically.
    for item in items:
        names = getattr(item, "fixturenames", [])
        if "db" in names and names.index("db") < names.index("_rows_afterwards"):
            names.remove("_rows_afterwards")
            names.insert(names.index("db"), "_rows_afterwards")


def pytest_sessionfinish(session):
    with open(os.environ["JUDGE_RESULT"], "w") as file:
        json.dump({"asserted": asserted, "elsewhere": elsewhere, "outcomes": outcomes, "left": left}, file)
"""


@dataclass(frozen=True)
class Verdict:
    """One run: outcome, number of passed assertions, of queries on other connections and of rows left (by model), by
    node id; and all that was printed."""

    outcomes: Mapping[str, str]
    asserted: Mapping[str, int]
    elsewhere: Mapping[str, int]
    left: Mapping[str, Mapping[str, int]]
    output: str

    def failed(self) -> list[str]:
        """The tests that did not pass."""
        return [node for node, outcome in self.outcomes.items() if outcome != "passed"]


def run(
    folder: Path, text: str, python: Path, variables: Mapping[str, str], product: Mapping[str, str] | None = None
) -> Verdict:
    """Run one test file in a copy of `app/`. `product` are other texts for files of the project."""
    project = folder / "project"
    shutil.copytree(APP, project, ignore=shutil.ignore_patterns("__pycache__"))
    for name, other in (product or {}).items():
        (project / name).write_text(other)
    (project / "tests" / "test_leaking.py").write_bytes(text.encode())
    return run_project(project, ["tests/test_leaking.py"], python, variables)


def run_project(project: Path, targets: Sequence[str], python: Path, variables: Mapping[str, str]) -> Verdict:
    """Run some tests of a project that lies there, in one process; the probe and its result are left beside it."""
    probe = project.parent / f"{project.name}-probe"
    probe.mkdir(exist_ok=True)
    (probe / "judge_probe.py").write_text(PROBE)
    result = probe / "result.json"
    result.unlink(missing_ok=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO", "PG"))}
    command = [
        str(python),
        *("-m", "pytest", "-p", "judge_probe", "-p", "no:cacheprovider", "-q", "--color=no"),
        *("-W", "error::RuntimeWarning", "-o", "enable_assertion_pass_hook=true"),
        *targets,
    ]
    done = subprocess.run(
        command,
        cwd=project,
        env={
            **clean,
            "PYTHONPATH": f"{project}{os.pathsep}{probe}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "JUDGE_RESULT": str(result),
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    output = done.stdout + done.stderr
    assert result.exists(), output
    found = json.loads(result.read_text())
    return Verdict(found["outcomes"], found["asserted"], found["elsewhere"], found["left"], output)
