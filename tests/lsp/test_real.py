"""The server with the real engine and jedi behind it, as `isolint server` starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.wire import Process, apply
from tests.support import analysed_environment

TEST = """\
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_one():
    await sync_to_async(User.objects.create)(username="a")
"""


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """`isolint server` without anything remembered from before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    process = Process("-m", "isolint", "server", "--stdio")
    yield process
    process.kill()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\n")
    return project


def test_the_engine_is_plugged_in(real: Process, project: Path) -> None:
    real.start(project, initializationOptions={"environment": sys.prefix})
    uri = real.open(project / "test_a.py", "def test_one():\n    pass\n")
    assert real.published(uri, 1) == []
    status = real.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert str(project / "pytest.ini") in status
    assert sys.prefix in status
    real.leave()
    assert real.code() == 0
    assert real.logged() == []
    assert real.errors == b""


def test_findings_follow_the_answers_of_jedi(real: Process, project: Path) -> None:
    environment = analysed_environment()
    if environment is None:
        pytest.skip("no environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT")
    real.start(project, initializationOptions={"environment": str(environment)})
    uri = real.open(project / "test_a.py", TEST)
    # Until jedi has said what the model's manager does, it is likely only, and a warning.
    shown = real.wait(
        lambda m: (
            m.get("method") == "textDocument/publishDiagnostics"
            and any(one["severity"] == 1 for one in m["params"]["diagnostics"])
        )
    )
    (found,) = shown["params"]["diagnostics"]
    assert found["code"] == "sync-to-async-in-db-test"
    assert found["range"]["start"]["line"] == 8
    assert "leaks" in real.answer(real.hover(uri, 7, 12))["result"]["contents"]["value"]
    action = real.actions(uri, 8, 12)[0]
    assert action["isPreferred"] is True
    (document,) = real.result("codeAction/resolve", action)["edit"]["documentChanges"]
    assert '\ndef test_one():\n    User.objects.create(username="a")\n' in apply(TEST, document["edits"])
    before = len(real.messages)
    real.change(uri, 2, "(transaction=True)", (5, 22, 5, 22))
    assert [one["severity"] for one in real.published(uri, 2, before)] == [3]
    real.leave()
    assert real.code() == 0
    assert real.errors == b""
