"""Diagnostics for clients that ask for them: result ids, the wish to be asked again, the whole project."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.standin import Engines
from tests.lsp.test_features import abilities
from tests.lsp.wire import Inside

PULLS = abilities(
    textDocument={"diagnostic": {"dynamicRegistration": False}}, workspace={"diagnostics": {"refreshSupport": True}}
)
CANCELLED = -32800


def pull(inside: Inside, uri: str, previous: str | None = None) -> dict[str, Any]:
    params: dict[str, Any] = {"textDocument": {"uri": uri}}
    if previous is not None:
        params["previousResultId"] = previous
    result: dict[str, Any] = inside.result("textDocument/diagnostic", params)
    return result


def refreshes(inside: Inside) -> int:
    return sum(m.get("method") == "workspace/diagnostic/refresh" for m in inside.messages)


def wait_refresh(inside: Inside, since: int) -> None:
    inside.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh", since)


def test_a_client_that_asks_is_not_sent_anything(inside: Inside, tmp_path: Path) -> None:
    said = inside.start(tmp_path, capabilities=PULLS)
    provider = said["capabilities"]["diagnosticProvider"]
    assert provider["interFileDependencies"] is True
    assert provider["workspaceDiagnostics"] is True
    uri = inside.open(tmp_path / "test_a.py", "'😀', leak\n")
    found = pull(inside, uri)
    assert found["kind"] == "full"
    assert found["items"][0]["range"]["start"] == {"line": 0, "character": 6}
    assert pull(inside, uri, found["resultId"]) == {"kind": "unchanged", "resultId": found["resultId"]}
    inside.change(uri, 2, "leak\n")
    again = pull(inside, uri, found["resultId"])
    assert again["kind"] == "full"
    assert again["resultId"] != found["resultId"]
    inside.change(uri, 3, "")
    assert pull(inside, uri, again["resultId"]) == {"kind": "full", "resultId": "", "items": []}
    assert inside.publications() == []
    assert refreshes(inside) == 0


def test_a_client_that_cannot_be_told_to_ask_again_is_sent_them(inside: Inside, tmp_path: Path) -> None:
    said = inside.start(tmp_path, capabilities=abilities(textDocument={"diagnostic": {}}))
    assert "diagnosticProvider" not in said["capabilities"]
    assert len(inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)) == 1


def test_a_change_elsewhere_lets_the_client_ask_again_where_it_matters(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=PULLS)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    other = inside.open(tmp_path / "other.py", "")
    first = pull(inside, uri)
    pull(inside, other)
    before = len(inside.messages)
    conftest = inside.open(tmp_path / "conftest.py", "# word: deep\n")
    # The stand-in reads the open conftest; the test file's finding says the word.
    wait_refresh(inside, before)
    second = pull(inside, uri, first["resultId"])
    assert second["items"][0]["message"] == "leaks deep"
    pull(inside, conftest)
    pull(inside, other)
    count = refreshes(inside)
    inside.change(conftest, 2, "# word: deep\n# and a comment\n")
    pull(inside, conftest)
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert pull(inside, uri, second["resultId"])["kind"] == "unchanged"
    assert refreshes(inside) == count


def test_other_settings_let_the_client_ask_again(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=PULLS)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    pull(inside, uri)
    before = len(inside.messages)
    inside.notify("workspace/didChangeConfiguration", {"settings": {"isolint": {"select": ["ISO1"]}}})
    wait_refresh(inside, before)
    assert len(pull(inside, uri)["items"]) == 1


def sweep(inside: Inside, previous: dict[str, str] | None = None, **more: Any) -> int:
    known = [{"uri": uri, "value": value} for uri, value in (previous or {}).items()]
    return inside.ask("workspace/diagnostic", {"previousResultIds": known, **more})


def parts(inside: Inside, token: str) -> list[dict[str, Any]]:
    found = [m["params"] for m in inside.messages if m.get("method") == "$/progress"]
    return [params["value"] for params in found if params["token"] == token]


def lay_out(folder: Path) -> None:
    for name, text in {"test_a.py": "leak\n", "test_b.py": "leak\nleak\n", "test_c.py": "\n"}.items():
        (folder / name).write_text(text)


ALL = {"diagnosticMode": "workspace"}


def test_the_whole_project(inside: Inside, tmp_path: Path) -> None:
    lay_out(tmp_path)
    inside.start(tmp_path, capabilities=PULLS, initializationOptions=ALL)
    items = inside.answer(sweep(inside))["result"]["items"]
    assert [(one["uri"].rpartition("/")[2], one["version"], len(one["items"])) for one in items] == [
        ("test_a.py", None, 1),
        ("test_b.py", None, 2),
    ]
    known = {one["uri"]: one["resultId"] for one in items}
    # Nothing changed: the answer waits for something to tell.
    waiting = sweep(inside, known)
    uri = inside.open(tmp_path / "test_b.py", "leak\n", version=7)
    (item,) = inside.answer(waiting)["result"]["items"]
    assert (item["uri"], item["version"], len(item["items"])) == (uri, 7, 1)


def test_a_client_that_asked_once_is_told_to_ask_again_when_a_closed_file_changes(
    inside: Inside, tmp_path: Path
) -> None:
    lay_out(tmp_path)
    (tmp_path / "conftest.py").write_text("")
    inside.start(tmp_path, capabilities=PULLS, initializationOptions=ALL)
    items = inside.answer(sweep(inside))["result"]["items"]
    before = len(inside.messages)
    # Nothing is asked any more, and the test files are not open.
    conftest = inside.open(tmp_path / "conftest.py", "# word: deep\n")
    wait_refresh(inside, before)
    again = inside.answer(sweep(inside, {one["uri"]: one["resultId"] for one in items}))["result"]["items"]
    assert [one["uri"].rpartition("/")[2] for one in again] == ["test_a.py", "test_b.py"]
    assert again[0]["items"][0]["message"] == "leaks deep"
    assert conftest not in {one["uri"] for one in again}


def test_a_file_that_goes_is_told(inside: Inside, tmp_path: Path) -> None:
    lay_out(tmp_path)
    inside.start(tmp_path, capabilities=PULLS, initializationOptions=ALL)
    items = inside.answer(sweep(inside))["result"]["items"]
    waiting = sweep(inside, {one["uri"]: one["resultId"] for one in items})
    gone = tmp_path / "test_a.py"
    gone.unlink()
    inside.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": gone.as_uri(), "type": 3}]})
    (item,) = inside.answer(waiting)["result"]["items"]
    assert (item["uri"], item["kind"], item["items"]) == (gone.as_uri(), "full", [])


def test_results_as_they_come_and_how_far_it_is(inside: Inside, tmp_path: Path) -> None:
    lay_out(tmp_path)
    inside.start(tmp_path, capabilities=PULLS, initializationOptions=ALL)
    asked = sweep(inside, partialResultToken="part", workDoneToken="work")
    assert inside.answer(asked)["result"] == {"items": []}
    assert [len(value["items"][0]["items"]) for value in parts(inside, "part")] == [1, 2]
    assert [value["kind"] for value in parts(inside, "work")] == ["begin", "report", "report", "end"]


def test_a_client_is_asked_to_show_how_far_it_is(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isolint.lsp.progress.PATIENCE", 0.0)
    lay_out(tmp_path)
    inside.start(tmp_path, capabilities={**PULLS, "window": {"workDoneProgress": True}}, initializationOptions=ALL)
    asked = sweep(inside)
    question = inside.wait(lambda m: m.get("method") == "window/workDoneProgress/create")
    inside.send(id=question["id"], result=None)
    inside.answer(asked)


def test_an_edit_is_answered_in_the_middle_of_a_sweep(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    lay_out(tmp_path)
    inside.start(tmp_path, capabilities=PULLS, initializationOptions=ALL)
    uri = inside.open(tmp_path / "test_d.py", "leak\n")
    pull(inside, uri)
    working = threading.Event()

    def work(path: str, cancelled: Callable[[], bool]) -> None:
        if path.endswith("test_b.py") and not working.is_set():
            working.set()
            while not cancelled():
                pass

    engines.before_report = work
    asked = sweep(inside)
    assert working.wait(30)
    inside.change(uri, 2, "leak leak\n")
    assert len(pull(inside, uri)["items"]) == 2
    items = inside.answer(asked)["result"]["items"]
    assert [len(one["items"]) for one in items] == [1, 2, 2]


def test_a_sweep_can_be_given_up(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    lay_out(tmp_path)
    inside.start(tmp_path, capabilities=PULLS, initializationOptions=ALL)
    items = inside.answer(sweep(inside))["result"]["items"]
    waiting = sweep(inside, {one["uri"]: one["resultId"] for one in items}, workDoneToken="work")
    inside.notify("$/cancelRequest", {"id": waiting})
    assert inside.answer(waiting)["error"]["code"] == CANCELLED
    inside.leave()


def test_the_project_is_not_looked_at_unless_the_settings_say_so(
    inside: Inside, engines: Engines, tmp_path: Path
) -> None:
    lay_out(tmp_path)
    inside.start(tmp_path, capabilities=PULLS)
    waiting = sweep(inside)
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert engines.count("report") == 0
    inside.notify("workspace/didChangeConfiguration", {"settings": {"isolint": ALL}})
    assert len(inside.answer(waiting)["result"]["items"]) == 2
