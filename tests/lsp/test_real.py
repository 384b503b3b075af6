"""The server with the real engine and jedi behind it, as `isolint server` starts it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.wire import Process, apply, at
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
    (document,) = real.resolved(action)["documentChanges"]
    assert '\ndef test_one():\n    User.objects.create(username="a")\n' in apply(TEST, document["edits"])
    before = len(real.messages)
    real.change(uri, 2, "(transaction=True)", (5, 22, 5, 22))
    assert [one["severity"] for one in real.published(uri, 2, before)] == [3]
    real.leave()
    assert real.code() == 0
    assert real.errors == b""


SHARED = """\
import pytest
import pytest_asyncio
from django.contrib.auth.models import User


@pytest_asyncio.fixture
async def user(db):
    return await User.objects.acreate(username="a")
"""

ACTIONS = """\
import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User


@pytest.mark.django_db
class TestUsers:
    @pytest.mark.asyncio
    async def test_one(self):
        await User.objects.acreate(username="b")

    @pytest.mark.asyncio
    async def test_two(self):
        await User.objects.acreate(username="c")

    @pytest.mark.asyncio
    async def test_three(self, user):
        await user.arefresh_from_db()


@pytest.mark.django_db
def test_loop():
    asyncio.run(User.objects.acreate(username="d"))


@async_to_sync
async def test_dropped():
    await asyncio.sleep(0)


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_idle():
    assert True
"""


def test_every_action_over_the_wire(real: Process, project: Path) -> None:
    environment = analysed_environment()
    if environment is None:
        pytest.skip("no environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT")
    conftest = project / "conftest.py"
    conftest.write_text(SHARED)
    real.start(project, initializationOptions={"environment": str(environment)})
    uri = real.open(project / "test_a.py", ACTIONS, version=4)
    codes = ["async-orm-in-db-test"] * 3 + ["bare-event-loop-in-db-test", "async-to-sync-test-not-collected"]

    def shown(message: dict[str, Any], wanted: list[str]) -> bool:
        if message.get("method") != "textDocument/publishDiagnostics":
            return False
        return [one["code"] for one in message["params"]["diagnostics"] if one["severity"] == 1][
            : len(wanted)
        ] == wanted

    real.wait(lambda m: shown(m, codes[4:]))  # jedi's answers come in several rounds
    real.wait(lambda m: shown(m, codes[:3]))
    real.wait(lambda m: shown(m, codes))

    def resolved(action: dict[str, Any]) -> dict[str, str]:
        texts = {uri: ACTIONS, conftest.as_uri(): SHARED}
        changed = real.resolved(action)["documentChanges"]
        versions = {one["textDocument"]["uri"]: one["textDocument"]["version"] for one in changed}
        assert versions == {one: 4 if one == uri else None for one in versions}
        return {d["textDocument"]["uri"]: apply(texts[d["textDocument"]["uri"]], d["edits"]) for d in changed}

    def titled(title: str, line: int, character: int) -> dict[str, Any]:
        deadline = time.monotonic() + 60  # what a fix is worth may wait for further answers of jedi
        while True:
            offered = real.actions(uri, line, character)
            found = [a for a in offered if a["title"] == title]
            if found:
                return found[0]
            assert time.monotonic() < deadline, [a["title"] for a in offered]

    # on a finding
    one = titled("Convert test_one to a sync test", 11, 16)
    assert (one["kind"], one["isPreferred"]) == ("quickfix", True)
    assert "    def test_one(self):\n        User.objects.create(" in resolved(one)[uri]
    slow = titled("Add transaction=True to test_one (slower: all tables are flushed)", 11, 16)
    assert (slow["kind"], "isPreferred" in slow) == ("quickfix", False)
    added = "    @pytest.mark.django_db(transaction=True)\n    @pytest.mark.asyncio\n    async def test_one(self):\n"
    assert added in resolved(slow)[uri]
    # on a test's name, and on that of its class
    assert titled("Convert test_one to a sync test", 10, 16)["kind"] == "refactor.rewrite"
    for line, character in ((8, 8), (10, 16), (11, 16)):
        whole = titled("Fix all 3 tests of TestUsers that have a safe fix", line, character)
        assert whole["kind"] == "refactor.rewrite"
        result = resolved(whole)
        assert "async" not in result[uri].partition("class TestUsers")[2].partition("def test_loop")[0]
        assert "asyncio.run(" in result[uri]
        assert "def user(db):\n    return User.objects.create(" in result[conftest.as_uri()]
    # with a fixture
    shared = titled("Convert test_three and fixture user to sync", 19, 16)
    result = resolved(shared)
    assert "    def test_three(self, user):\n        user.refresh_from_db()\n" in result[uri]
    assert "import pytest\nfrom django" in result[conftest.as_uri()]
    # rules with a fix of their own
    loop = titled("Run it on the connection of test_loop, through async_to_sync", 24, 10)
    assert loop["isPreferred"]
    assert '\n    User.objects.create(username="d")\n' in resolved(loop)[uri]
    inside = titled("Move async_to_sync inside test_dropped (unsafe: it has never run, and does from then on)", 28, 12)
    assert "isPreferred" not in inside
    assert "\n\ndef test_dropped():\n    async def run():\n" in resolved(inside)[uri]
    idle = titled("Remove django_db: nothing here uses it", 34, 12)
    assert "\n\n@pytest.mark.asyncio\nasync def test_idle" in resolved(idle)[uri]
    # all that is safe
    (every,) = real.actions(uri, 0, 0, ["source.fixAll.isolint"])
    result = resolved(every)
    assert "asyncio.run(" not in result[uri]
    assert result[uri].count("async def") == 2
    assert "async" not in result[conftest.as_uri()]
    # in the fixture's file
    real.published(real.open(conftest, SHARED, version=4), 4)
    (fixture,) = [a for a in real.actions(conftest.as_uri(), 6, 12) if a["title"].startswith("Convert fixture user")]
    assert fixture["isPreferred"]
    assert {one["textDocument"]["uri"] for one in real.resolved(fixture)["documentChanges"]} == {uri, conftest.as_uri()}
    real.leave()
    assert real.code() == 0
    assert real.errors == b""


def test_fixtures_over_the_wire(real: Process, project: Path) -> None:
    environment = analysed_environment()
    if environment is None:
        pytest.skip("no environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT")
    conftest = (
        "import pytest\n\n\n@pytest.fixture\ndef thing(db):\n    return 1\n\n\n@pytest.fixture\ndef other(): ...\n"
    )
    (project / "conftest.py").write_text(conftest)
    real.start(project, initializationOptions={"environment": str(environment)})
    text = f"{TEST}\n\n@pytest.mark.usefixtures('thing')\ndef test_two(thing, ):\n    assert '😀', thing\n"
    uri = real.open(project / "test_a.py", text)
    # Nothing is a fixture before jedi has said what `pytest.fixture` is. By then it has, and of Django's manager too.
    real.wait(
        lambda m: (
            m.get("method") == "textDocument/publishDiagnostics"
            and any(one["severity"] == 1 for one in m["params"]["diagnostics"])
        )
    )
    place = at(uri, 12, 14)
    found = real.result("textDocument/definition", place)
    assert found == [{"uri": (project / "conftest.py").as_uri(), "range": _range(4, 4, 9)}]
    asked = {**place, "context": {"includeDeclaration": False}}
    assert [one["range"] for one in real.result("textDocument/references", asked)] == [
        _range(11, 26, 31),
        _range(12, 13, 18),
    ]
    labels = {one["label"] for one in real.result("textDocument/completion", at(uri, 12, 20))}
    assert "other" in labels
    assert "thing" not in labels
    edit = real.result("textDocument/rename", {**at(uri, 13, 19), "newName": "fresh"})
    changed = {one["textDocument"]["uri"]: one["edits"] for one in edit["documentChanges"]}
    assert apply(text, changed[uri]) == text.replace("thing", "fresh")
    assert apply(conftest, changed[(project / "conftest.py").as_uri()]) == conftest.replace("thing", "fresh")
    symbols = real.result("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert [one["name"] for one in symbols] == ["test_one", "test_two"]
    real.leave()
    assert real.code() == 0
    assert real.errors == b""


def test_any_name_is_resolved_by_jedi(real: Process, project: Path) -> None:
    environment = analysed_environment()
    if environment is None:
        pytest.skip("no environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT")
    (project / "app.py").write_text("class Thing:\n    def go(self, far: int): ...\n")
    (project / "conftest.py").write_text("import pytest\n\n\n@pytest.fixture\ndef thing(): ...\n")
    real.start(project, initializationOptions={"environment": str(environment)})
    text = (
        "from asyncio import to_thread\nfrom asgiref.sync import sync_to_async as away\nfrom app import Thing\n\n\n"
        "def test_one(thing, tmp_path):\n    one = Thing()\n    one.go(1)  # one\n    away(one.go)\n"
    )
    uri = real.open(project / "test_a.py", text)

    def said(line: int, character: int) -> str:
        found = real.answer(real.hover(uri, line, character))["result"]
        return "" if found is None else str(found["contents"]["value"])

    def told(line: int, character: int) -> str:
        """The same where there is an answer: one question waits for jedi some seconds only, which may be too few."""
        return next((text for _ in range(20) if (text := said(line, character))), "")

    asked = told(7, 9)
    assert "def go(far: int)" in asked
    assert "resolved by jedi: app.Thing.go" in asked
    assert "`app.py:2`" in asked
    assert "one: app.Thing" in told(7, 5)
    assert "resolved by jedi: asgiref.sync.sync_to_async (asgiref 3." in told(8, 5)
    assert said(7, 17) == ""  # a comment
    assert said(5, 1) == ""  # a keyword
    found = real.result("textDocument/definition", at(uri, 7, 9))
    assert found == [{"uri": (project / "app.py").as_uri(), "range": _range(1, 8, 10)}]
    # A buffer is ahead of its file.
    other = real.open(project / "app.py", "'😀'\n\nclass Thing:\n    def go(self, far: int): ...\n")
    real.published(other, 1)
    found = next(found for _ in range(20) if (found := real.result("textDocument/definition", at(uri, 7, 9))))
    assert found == [{"uri": other, "range": _range(3, 8, 10)}]
    # What is ours is told by isolint: the fixture, not the parameter.
    assert told(5, 14).startswith("**thing** · fixture")
    assert real.result("textDocument/definition", at(uri, 5, 14)) == [
        {"uri": (project / "conftest.py").as_uri(), "range": _range(4, 4, 9)}
    ]
    real.leave()
    assert real.code() == 0
    assert real.errors == b""


def _range(line: int, start: int, end: int) -> dict[str, dict[str, int]]:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
