"""The real engine over the wire, in a project that it knows: what is said of fixtures, suppressions and strings, and
which files a change elsewhere shows anew.

What jedi has to say of these projects is asked before the server starts, which then reads it from the disk: how late an
answer may be is no part of these tests.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.check.engine import INI, needs_environment, project
from tests.features.marked import Marked, marked
from tests.lsp.test_features import abilities
from tests.lsp.test_pull import PULLS
from tests.lsp.wire import FULL, Process, at
from tests.support import analysed_environment, cache_home

pytestmark = needs_environment


class Served:
    """A project as text, and a server that was greeted in it."""

    def __init__(self, said: Marked, root: Path, process: Process) -> None:
        self.said, self.root, self.process = said, root, process

    def open(self, name: str) -> str:
        return self.process.open(self.root / name, self.said.files[name])

    def at_cursor(self) -> dict[str, Any]:
        """The parameters of a request about the cursor, in its file, which is opened."""
        assert self.said.cursor is not None
        name, offset = self.said.cursor
        before = self.said.files[name].encode()[:offset].decode()
        return at(self.open(name), before.count("\n"), len(before) - (before.rfind("\n") + 1))


@contextlib.contextmanager
def served(text: str, capabilities: Any = FULL) -> Iterator[Served]:
    said = marked(text)
    with (
        project(said.files, said.files.get("pytest.ini", INI)) as (root, session),
        pytest.MonkeyPatch.context() as patch,
    ):
        for path in session.files([str(root)]):
            session.report(path)
        patch.setenv("XDG_CACHE_HOME", cache_home())
        process = Process("-m", "isolint", "server", "--stdio")
        try:
            process.start(
                root, capabilities=capabilities, initializationOptions={"environment": str(analysed_environment())}
            )
            yield Served(said, root, process)
            process.leave()
            assert process.code() == 0
            assert process.errors == b""
        finally:
            process.kill()


def hovered(text: str) -> str:
    with served(text) as it:
        found = it.process.result("textDocument/hover", it.at_cursor())
        return "" if found is None else str(found["contents"]["value"])


FIXTURES = """\
#- conftest.py
import pytest
@pytest.fixture(scope="session")
def wide(): pass
@pytest.fixture
def thing(db): pass
#- inner/conftest.py
import pytest
from models import Order
@pytest.fixture
def thing(thing):
    Order.objects.create()
"""


def test_hover_on_a_fixture_says_where_it_is_what_it_overrides_and_what_it_does_to_the_database() -> None:
    text = hovered(FIXTURES + "#- inner/test_a.py\ndef test_a(thi$0ng): pass\n")
    assert "**thing** · fixture, function scope" in text
    assert "- defined in `inner/conftest.py:4`" in text
    assert "- overrides `conftest.py:5`" in text
    assert "- database: writes Order on the test's connection" in text


def test_hover_on_a_suppression_shows_the_rule() -> None:
    text = hovered("#- test_a.py\nx = 1  # isolint: ignore[async-orm$0-in-db-test]\n")
    assert text.startswith("**async-orm-in-db-test** (ISO102)")


@pytest.mark.parametrize(
    "code, offered, not_offered",
    [
        ('@pytest.mark.usefixtures("$0")\ndef test_a(): pass\n', {"thing", "wide", "db"}, {"argument"}),
        ('def test_a(request):\n    request.getfixturevalue("th$0")\n', {"thing", "wide"}, {"argument"}),
        ('@pytest.mark.parametrize("thing", [1], indirect=["$0"])\ndef test_a(thing): pass\n', {"thing"}, {"argument"}),
        ('@pytest.mark.parametrize("$0", [1])\ndef test_a(argument): pass\n', {"argument"}, {"thing"}),
        ("def test_a(th$0): pass\n", {"thing", "wide"}, {"argument"}),
        ("@pytest.mark.djan$0\ndef test_a(): pass\n", {"django_db"}, {"thing"}),
        ("x = 1  # isolint: ignore[$0]\n", {"async-orm-in-db-test"}, {"thing"}),
        ('x = "$0"\n', set(), {"thing", "argument"}),
    ],
)
def test_completion(code: str, offered: set[str], not_offered: set[str]) -> None:
    with served(f"{FIXTURES}#- inner/test_a.py\nimport pytest\n{code}") as it:
        labels = {one["label"] for one in it.process.result("textDocument/completion", it.at_cursor())}
    assert offered <= labels
    assert labels.isdisjoint(not_offered)


def test_symbols_say_the_mode_of_a_test() -> None:
    outlines = abilities(textDocument={"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}})
    code = "import pytest\ndef test_a(db): pass\nclass TestB:\n    @pytest.mark.django_db(transaction=True)\n"
    with served(f"#- test_a.py\n{code}    def test_b(self): pass\ndef test_c(): pass\n", outlines) as it:
        uri = it.open("test_a.py")
        found = it.process.result("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert [(one["name"], one["detail"]) for one in found] == [
        ("test_a", "rollback"),
        ("TestB", ""),
        ("test_c", "no database"),
    ]
    assert [(one["name"], one["detail"]) for one in found[1]["children"]] == [("test_b", "flush")]


# --- what a change of a conftest shows anew ---------------------------------------------------------------------------

WORK = "    await sync_to_async(Order.objects.count)()\n"
HELPERS = f"""\
#- conftest.py
import pytest
from asgiref.sync import sync_to_async
from models import Order
@pytest.fixture
def made(db):
    Order.objects.create()
async def helper():
{WORK}
async def silent():
    pass
"""
DEPENDENT = """\
import pytest
from conftest import {}
pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]
async def test_one(made):
    await {}()
"""
PROJECT = f"""{HELPERS}
#- test_a.py
{DEPENDENT.format("helper", "helper")}
#- test_b.py
{DEPENDENT.format("silent", "silent")}
#- test_d.py
{DEPENDENT.format("helper", "helper")}
#- test_c.py
import pytest
from asgiref.sync import sync_to_async
from models import Order
@pytest.mark.django_db
@pytest.mark.asyncio
async def test_two():
{WORK}
"""


def test_a_change_of_a_conftest_is_published_for_the_tests_that_depend_on_it_alone() -> None:
    with served(PROJECT) as it:
        process = it.process
        # Of the files that may have changed the one opened last is looked at first: when the first is shown, all are.
        dependent, *others = (it.open(name) for name in ("test_a.py", "test_b.py", "test_c.py", "conftest.py"))
        assert [one["code"] for one in process.published(dependent, 1)] == ["row-invisible-to-async-test"]
        assert [len(process.published(uri, 1)) for uri in others] == [0, 1, 0]
        before = len(process.messages)
        changed = it.said.files["conftest.py"].replace(WORK, "    pass\n")
        process.change(others[-1], 2, changed)
        assert process.published(dependent, 1, before) == []
        told = [m["params"]["uri"] for m in process.messages[before:] if "textDocument/publish" in m.get("method", "")]
        assert told == [others[-1], dependent]


def test_a_change_of_a_conftest_lets_a_client_that_asks_for_documents_ask_again() -> None:
    with served(PROJECT, PULLS) as it:
        process = it.process

        def pull(uri: str, previous: str | None = None) -> dict[str, Any]:
            known = {} if previous is None else {"previousResultId": previous}
            return dict(process.result("textDocument/diagnostic", {"textDocument": {"uri": uri}, **known}))

        def refreshes() -> int:
            return sum(m.get("method") == "workspace/diagnostic/refresh" for m in process.messages)

        uris = [it.open(name) for name in ("test_a.py", "test_b.py", "test_c.py", "test_d.py")]
        known = [pull(uri)["resultId"] for uri in uris]
        before, count = len(process.messages), refreshes()
        # It never asks for the workspace, and the conftest is not even open.
        conftest = it.root / "conftest.py"
        conftest.write_text(it.said.files["conftest.py"].replace(WORK, "    pass\n"))
        process.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": conftest.as_uri(), "type": 2}]})
        process.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh", before)
        answers = [pull(uri, result) for uri, result in zip(uris, known, strict=True)]
        assert [one["kind"] for one in answers] == ["full", "unchanged", "unchanged", "full"]
        assert answers[0]["items"] == answers[3]["items"] == []
        # It is said once, however many files changed.
        assert refreshes() == count + 1
        # The configuration decides about all of them: these are no tests any more.
        before = len(process.messages)
        ini = it.root / "pytest.ini"
        ini.write_text("[pytest]\npython_functions = check_*\n")
        process.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": ini.as_uri(), "type": 2}]})
        process.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh", before)
        assert pull(uris[2], known[2])["items"] == []
        assert process.publications() == []
