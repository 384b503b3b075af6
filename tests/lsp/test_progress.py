"""Questions about the whole project that take long: what the client is shown of them, how they end early, and what is
answered while they run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.standin import Engines
from tests.lsp.test_features import CONTENT_MODIFIED, CONTEXT, opened, starts
from tests.lsp.wire import FULL, Inside, at

CANCELLED = -32800
SHOWS = {**FULL, "window": {"workDoneProgress": True}}


class Pause:
    """Holds a question in the middle of one file until it is let go on, or given up: then the file is never done."""

    def __init__(self, engines: Engines, where: str) -> None:
        self.where = where
        self.reached = threading.Event()
        self.go = threading.Event()
        self.seen: list[str] = []
        engines.before_report = self

    def __call__(self, what: str, cancelled: Callable[[], bool]) -> None:
        self.seen.append(what)
        if what == self.where:
            self.reached.set()
            while not cancelled() and not self.go.is_set():
                pass

    def wait(self) -> None:
        assert self.reached.wait(30)


def lay_out(inside: Inside, folder: Path) -> str:
    """Four files that say the word; the first test file is open."""
    for name in ("test_b.py", "test_c.py"):
        (folder / name).write_text("word\n")
    return opened(inside, folder)


def find(inside: Inside, uri: str, **more: Any) -> int:
    return inside.ask("textDocument/references", {**at(uri, 0, 12), "context": CONTEXT, **more})


def told(inside: Inside, token: object) -> list[Any]:
    """What was said under a token, in order; answers to requests are their ids."""
    found = [m["params"] for m in inside.messages if m.get("method") == "$/progress"]
    return [one["value"] for one in found if one["token"] == token]


def kinds(inside: Inside, token: object) -> list[str]:
    return [value["kind"] for value in told(inside, token)]


def index(inside: Inside, wanted: Callable[[dict[str, Any]], bool]) -> int:
    return max(number for number, message in enumerate(inside.messages) if wanted(message))


EVERYWHERE = ["conftest.py", "test_a.py", "test_a.py", "test_b.py", "test_c.py"]


def test_it_is_shown_how_far_references_are(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    asked = find(inside, lay_out(inside, tmp_path), workDoneToken="work")
    assert [name for name, _, _ in starts(inside.answer(asked)["result"])] == EVERYWHERE
    begin, *reports, end = told(inside, "work")
    assert (begin["kind"], begin["title"], begin["cancellable"]) == ("begin", "isolint: finding references", True)
    assert [(one["message"], one["percentage"]) for one in (begin, *reports)] == [
        ("1 of 4 files", 25),
        ("2 of 4 files", 50),
        ("3 of 4 files", 75),
        ("4 of 4 files", 100),
    ]
    assert end == {"kind": "end"}
    ended = index(inside, lambda m: m.get("method") == "$/progress")
    assert ended < index(inside, lambda m: m.get("id") == asked), "a token is of no use after the answer"


@pytest.mark.parametrize("request_name", ["rename", "prepareRename"])
def test_it_is_shown_that_a_rename_is_worked_on(
    inside: Inside, engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request_name: str
) -> None:
    monkeypatch.setattr("isolint.lsp.progress.PATIENCE", 0.0)
    inside.start(tmp_path)
    uri = lay_out(inside, tmp_path)
    inside.result(f"textDocument/{request_name}", {**at(uri, 0, 12), "newName": "other", "workDoneToken": 7})
    said = kinds(inside, 7)
    assert (said[0], said[-1]) == ("begin", "end")


def test_references_come_in_parts_for_a_client_that_takes_them(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    asked = find(inside, lay_out(inside, tmp_path), partialResultToken="part")
    assert inside.answer(asked)["result"] == []
    parts = [[name for name, _, _ in starts(part)] for part in told(inside, "part")]
    assert parts == [["conftest.py"], ["test_a.py", "test_a.py"], ["test_b.py"], ["test_c.py"]]


def test_a_client_is_asked_to_show_only_what_lasts(
    inside: Inside, engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.start(tmp_path, capabilities=SHOWS)
    uri = lay_out(inside, tmp_path)
    monkeypatch.setattr("isolint.lsp.progress.PATIENCE", 1000.0)
    inside.answer(find(inside, uri))
    assert not [m for m in inside.messages if m.get("method") == "window/workDoneProgress/create"]

    monkeypatch.setattr("isolint.lsp.progress.PATIENCE", 0.0)
    pause = Pause(engines, "references in test_b.py")
    asked = find(inside, uri)
    pause.wait()
    create = inside.wait(lambda m: m.get("method") == "window/workDoneProgress/create")
    inside.send(id=create["id"], result=None)
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})  # the answer was taken
    pause.go.set()
    inside.answer(asked)
    assert kinds(inside, create["params"]["token"])[0] == "begin"
    assert kinds(inside, create["params"]["token"])[-1] == "end"


@pytest.mark.parametrize("how", ["$/cancelRequest", "window/workDoneProgress/cancel"])
def test_it_ends_at_the_file_where_it_is_cancelled(inside: Inside, engines: Engines, tmp_path: Path, how: str) -> None:
    inside.start(tmp_path)
    uri = lay_out(inside, tmp_path)
    pause = Pause(engines, "references in test_b.py")
    asked = find(inside, uri, workDoneToken="work")
    pause.wait()
    inside.notify(how, {"id": asked} if how == "$/cancelRequest" else {"token": "work"})
    assert inside.answer(asked)["error"]["code"] == CANCELLED
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert "references in test_c.py" not in pause.seen
    assert kinds(inside, "work") == ["begin", "report", "end"]
    assert inside.server.following == []
    engines.before_report = None
    assert inside.answer(find(inside, uri))["result"]


def test_a_token_that_nobody_knows_cancels_nothing(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = lay_out(inside, tmp_path)
    pause = Pause(engines, "references in test_b.py")
    asked = find(inside, uri, workDoneToken="work")
    pause.wait()
    inside.notify("window/workDoneProgress/cancel", {"token": "another"})
    pause.go.set()
    assert len(inside.answer(asked)["result"]) == 5


def test_other_questions_are_answered_while_references_are_looked_for(
    inside: Inside, engines: Engines, tmp_path: Path
) -> None:
    inside.start(tmp_path)
    uri = lay_out(inside, tmp_path)
    pause = Pause(engines, "references in test_b.py")
    asked = find(inside, uri, workDoneToken="work", partialResultToken="part")
    pause.wait()
    assert inside.answer(inside.hover(uri, 0, 12))["result"] is not None
    assert inside.result("textDocument/completion", at(uri, 0, 12))
    assert inside.result("textDocument/definition", at(uri, 0, 12))
    assert not [m for m in inside.messages if m.get("id") == asked]
    pause.go.set()
    assert inside.answer(asked)["result"] == []
    # Nothing is told twice, though it began again.
    assert [name for part in told(inside, "part") for name, _, _ in starts(part)] == EVERYWHERE
    assert kinds(inside, "work").count("begin") == kinds(inside, "work").count("end") == 1


def test_an_edit_ends_references_that_have_made_way(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = lay_out(inside, tmp_path)
    other = inside.open(tmp_path / "test_b.py", "word\n")
    inside.published(other, 1)
    pause = Pause(engines, "references in test_c.py")
    asked = find(inside, uri, workDoneToken="work")
    pause.wait()
    held = threading.Event()

    def hold(what: str, cancelled: Callable[[], bool]) -> None:
        if what == "completions":
            held.set()
            assert pause.go.wait(30)

    engines.before_report = hold
    inside.ask("textDocument/completion", at(uri, 0, 12))
    assert held.wait(30)  # the references have made way for it
    inside.change(other, 2, "x = word\n")
    inside.error("textDocument/noSuchThing", {})  # the edit was read
    pause.go.set()
    assert inside.answer(asked)["error"]["code"] == CONTENT_MODIFIED
    assert kinds(inside, "work")[-1] == "end"


def test_long_questions_wait_for_one_another(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = lay_out(inside, tmp_path)
    pause = Pause(engines, "references in test_b.py")
    first = find(inside, uri)
    pause.wait()
    second = inside.ask("textDocument/rename", {**at(uri, 0, 12), "newName": "other"})
    inside.answer(inside.hover(uri, 0, 12))
    pause.go.set()
    assert inside.answer(second)["result"] is not None
    answered = [m["id"] for m in inside.messages if m.get("id") in (first, second)]
    assert answered == [first, second]


def test_the_end_cancels_what_is_still_looked_for(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = lay_out(inside, tmp_path)
    pause = Pause(engines, "references in test_b.py")
    asked = [find(inside, uri, workDoneToken=number) for number in range(3)]
    pause.wait()
    inside.result("shutdown")
    assert [inside.answer(one)["error"]["code"] for one in asked] == [CANCELLED] * 3
    assert inside.server.following == []
