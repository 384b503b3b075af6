"""The marks of the metamorphic cases are what happens: all of them run for real, on SQLite and on PostgreSQL.

A probe in that pytest notes every statement that is run on another thread than the one that holds the test's
transaction. It cannot say for which line of the test that was, so marks are compared case by case.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.truth.judge import marks_of
from tests.truth.test_metamorphic import CASES, HERE

PROBE = """
import json
import os
import threading

import pytest

elsewhere = {}
outcomes = {}
running = None


def note(execute, sql, params, many, context):
    if running and threading.current_thread() is not threading.main_thread():
        elsewhere.setdefault(running, []).append(sql.split()[0])
    return execute(sql, params, many, context)


def install(connection, **kwargs):
    if note not in connection.execute_wrappers:
        connection.execute_wrappers.append(note)


@pytest.hookimpl(trylast=True)
def pytest_configure():
    from django.db.backends.signals import connection_created

    connection_created.connect(install, weak=False)


@pytest.fixture(scope="session", autouse=True)
def _database(django_db_setup):
    pass


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    global running
    running = item.path.stem.removeprefix("test_")
    yield
    running = None
    from django.apps import apps
    from pytest_django.plugin import blocking_manager_key

    with item.config.stash[blocking_manager_key].unblock():
        for model in apps.get_models():
            model._base_manager.all().delete()
    return True


def pytest_runtest_logreport(report):
    if report.when == "call":
        outcomes[running] = report.outcome


def pytest_sessionfinish():
    with open(os.environ["PROBED"], "w") as file:
        json.dump({"elsewhere": elsewhere, "outcomes": outcomes}, file)
"""


def probed(folder: Path, interpreter: str, variables: dict[str, str]) -> dict[str, Any]:
    """Run all cases in one pytest: per case its outcome, and the verbs of the statements that ran elsewhere."""
    project = folder / "project"
    shutil.copytree(HERE / "project", project, ignore=shutil.ignore_patterns("__pycache__"))
    for case in CASES:
        shutil.copy(HERE / "cases" / f"{case}.py", project / f"test_{case}.py")
    (project / "pytest.ini").write_text("[pytest]\nDJANGO_SETTINGS_MODULE = settings\n")
    (project / "case_probe.py").write_text(PROBE)
    result = folder / "probed.json"
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "DJANGO", "PG"))}
    done = subprocess.run(
        [interpreter, "-m", "pytest", "-q", "-p", "case_probe", "-p", "no:cacheprovider", "-p", "no:trio"],
        cwd=project,
        env={**clean, "PYTHONPATH": str(project), "PROBED": str(result), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.exists(), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(result.read_text())
    found["output"] = done.stdout
    return found


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_marks_are_what_happens(
    tmp_path: Path, interpreter: str, database: str, request: pytest.FixtureRequest
) -> None:
    variables = {} if database == "sqlite" else {"ENGINE": "pg", **request.getfixturevalue("postgres_database")}
    found = probed(tmp_path, interpreter, variables)
    assert found["outcomes"] == dict.fromkeys(CASES, "passed"), found["output"]
    happened = {}
    for case in CASES:
        verbs = set(found["elsewhere"].get(case, ()))
        happened[case] = (
            "write" if verbs & {"INSERT", "UPDATE", "DELETE"} else "read" if "SELECT" in verbs else "nothing"
        )
    claimed = {}
    for case in CASES:
        kinds = set().union(*marks_of({"case.py": (HERE / "cases" / f"{case}.py").read_text()}).values())
        claimed[case] = "write" if kinds & {"LEAK", "SLOW"} else "read" if "READ" in kinds else "nothing"
    assert happened == claimed
