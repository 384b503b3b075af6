"""Inlay hints, code lenses, and the note at a helper through which many tests leak: over the wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.standin import Engines
from tests.lsp.test_features import abilities
from tests.lsp.test_pull import pull
from tests.lsp.wire import Inside

REFRESHES = abilities(
    workspace={"inlayHint": {"refreshSupport": True}, "codeLens": {"refreshSupport": True}},
)
PULLS = abilities(textDocument={"diagnostic": {}}, workspace={"diagnostics": {"refreshSupport": True}})
WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
TESTS = "def test_a():\n    '😀'; leak\ndef test_b():\n    pass\n"


def hints(inside: Inside, uri: str, span: dict[str, Any] = WHOLE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = inside.result("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": span})
    return found


def lenses(inside: Inside, uri: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = inside.result("textDocument/codeLens", {"textDocument": {"uri": uri}})
    return found


def requests(inside: Inside, kind: str, since: int = 0) -> int:
    return sum(m.get("method") == f"workspace/{kind}/refresh" for m in inside.messages[since:])


def settled(inside: Inside) -> None:
    """Everything that came before is done, and nothing is looked at any more."""
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})


def test_hints_in_the_clients_units(inside: Inside, tmp_path: Path) -> None:
    said = inside.start(tmp_path)
    assert said["capabilities"]["inlayHintProvider"] is True
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    (hint,) = hints(inside, uri)
    assert (hint["label"], hint["position"]) == ("other connection", {"line": 1, "character": 14})
    assert hint["paddingLeft"] is True
    assert hints(inside, uri, {"start": {"line": 2, "character": 0}, "end": {"line": 3, "character": 0}}) == []


def test_a_lens_is_worked_out_when_it_is_seen(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    said = inside.start(tmp_path)
    assert said["capabilities"]["codeLensProvider"] == {"resolveProvider": True}
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    one, two = lenses(inside, uri)
    assert two["command"] == {"title": "ok", "command": ""}
    assert one["range"]["start"] == {"line": 0, "character": 4}
    assert "command" not in one
    assert engines.count("pollution") == 0
    assert inside.result("codeLens/resolve", one)["command"] == {"title": "may pollute 1 tests", "command": ""}
    assert inside.result("codeLens/resolve", two) == two


@pytest.mark.parametrize("method", ["textDocument/inlayHint", "textDocument/codeLens"])
def test_findings_come_first(inside: Inside, tmp_path: Path, method: str) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    asked = inside.ask(method, {"textDocument": {"uri": uri}, "range": WHOLE})
    inside.answer(asked)
    order = [m.get("method") or m.get("id") for m in inside.messages]
    assert order.index("textDocument/publishDiagnostics") < order.index(asked)


def test_what_was_asked_of_an_older_text_is_void(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    asked = inside.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
    inside.change(uri, 2, "def test_c():\n    pass\n")
    answer = inside.answer(asked)
    assert "error" not in answer or answer["error"]["code"] == -32801
    assert len(lenses(inside, uri)) == 1


def test_the_client_is_told_when_another_file_makes_them_wrong(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=REFRESHES)
    conftest = inside.open(tmp_path / "conftest.py", "# word: one\n")
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    (hint,) = hints(inside, uri)
    lenses(inside, uri)
    assert hint["tooltip"] == "one"
    before = len(inside.messages)
    inside.change(conftest, 2, "# word: two\n")
    inside.wait(lambda m: m.get("method") == "workspace/inlayHint/refresh", before)
    assert hints(inside, uri)[0]["tooltip"] == "two"
    settled(inside)
    assert requests(inside, "codeLens") == 0  # they say what they said


def test_the_client_asks_by_itself_after_its_own_edits(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=REFRESHES)
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    hints(inside, uri)
    inside.change(uri, 2, "")
    inside.published(uri, 2)
    assert hints(inside, uri) == []
    settled(inside)
    assert requests(inside, "inlayHint") == 0


def test_a_client_that_cannot_be_told_is_not(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    conftest = inside.open(tmp_path / "conftest.py", "# word: one\n")
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    hints(inside, uri)
    before = len(inside.messages)
    inside.change(conftest, 2, "# word: two\n")
    inside.published(conftest, 2, before)
    settled(inside)
    assert requests(inside, "inlayHint") == 0


def test_switching_them_on_and_off(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=REFRESHES)
    uri = inside.open(tmp_path / "test_a.py", TESTS)
    assert hints(inside, uri) != []
    settings = {"features": {"inlayHint": False, "codeLens": False}}
    inside.notify("workspace/didChangeConfiguration", {"settings": {"isolint": settings}})
    inside.wait(lambda m: m.get("method") == "workspace/codeLens/refresh")
    assert (hints(inside, uri), lenses(inside, uri)) == ([], [])


# --- causes -----------------------------------------------------------------------------------------------------------

SHARED = "def test_{0}():\n    leak-shared\ndef test_{0}2():\n    leak-shared\n"


def notes(found: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(one["message"], one["range"]["start"]["line"], one["severity"]) for one in found if one["severity"] == 3]


def told(inside: Inside, uri: str, message: str, since: int = 0) -> list[dict[str, Any]]:
    """The first diagnostics of a document that say this ("": that have no note)."""

    def is_it(message_: dict[str, Any]) -> bool:
        params = message_.get("params") or {}
        if message_.get("method") != "textDocument/publishDiagnostics" or params["uri"] != uri:
            return False
        said = [one["message"] for one in params["diagnostics"] if one["severity"] == 3]
        return any(one.startswith(message) for one in said) if message else not said

    found: list[dict[str, Any]] = inside.wait(is_it, since)["params"]["diagnostics"]
    return found


def test_a_helper_says_how_many_tests_leak_through_it(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    conftest = inside.open(tmp_path / "conftest.py", "x\nword\n")
    test = inside.open(tmp_path / "test_a.py", SHARED.format("a"))
    (note,) = told(inside, conftest, "2 tests leak here")
    assert notes([note]) == [("2 tests leak here (in open files): word writes on another connection", 1, 3)]
    assert [one["message"] for one in note["relatedInformation"]] == ["test_a", "test_a2"]
    assert {one["location"]["uri"] for one in note["relatedInformation"]} == {test}
    inside.open(tmp_path / "test_b.py", SHARED.format("b"))
    told(inside, conftest, "4 tests leak here")
    before = len(inside.messages)
    inside.change(test, 2, "")
    told(inside, conftest, "2 tests leak here", before)
    before = len(inside.messages)
    inside.notify("textDocument/didClose", {"textDocument": {"uri": (tmp_path / "test_b.py").as_uri()}})
    assert told(inside, conftest, "", before) == []


def test_only_open_files_count_when_the_workspace_is_not_checked_any_more(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "test_b.py").write_text(SHARED.format("b"))
    inside.start(tmp_path, capabilities=PULLS, initializationOptions={"diagnosticMode": "workspace"})
    conftest = inside.open(tmp_path / "conftest.py", "word\n")
    pull(inside, inside.open(tmp_path / "test_a.py", SHARED.format("a")))
    inside.result("workspace/diagnostic", {"previousResultIds": []})
    assert notes(pull(inside, conftest)["items"])[0][0].startswith("4 tests leak here: ")
    inside.notify("workspace/didChangeConfiguration", {"settings": {"isolint": {}}})
    assert notes(pull(inside, conftest)["items"])[0][0].startswith("2 tests leak here (in open files): ")


def test_it_moves_with_the_helper(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    conftest = inside.open(tmp_path / "conftest.py", "x\nword\n")
    inside.open(tmp_path / "test_a.py", SHARED.format("a"))
    told(inside, conftest, "2 tests leak here")
    before = len(inside.messages)
    inside.change(conftest, 2, "x\n\n\nword\n")
    assert [line for _, line, _ in notes(inside.published(conftest, 2, before))] == [3]


def test_one_test_is_no_note(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    conftest = inside.open(tmp_path / "conftest.py", "word\n")
    test = inside.open(tmp_path / "test_a.py", "def test_a():\n    leak-shared\n    leak-shared\n")
    assert len(inside.published(test, 1)) == 2
    settled(inside)
    assert all(notes(m["diagnostics"]) == [] for m in inside.publications(conftest))


def test_it_can_be_switched_off_and_on(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, initializationOptions={"features": {"cause": False}})
    conftest = inside.open(tmp_path / "conftest.py", "word\n")
    test = inside.open(tmp_path / "test_a.py", SHARED.format("a"))
    inside.published(test, 1)
    settled(inside)
    assert all(notes(m["diagnostics"]) == [] for m in inside.publications(conftest))
    inside.notify("workspace/didChangeConfiguration", {"settings": {"isolint": {"features": {"cause": True}}}})
    told(inside, conftest, "2 tests leak here")


def test_a_client_that_asks_is_told_to_ask_again(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=PULLS)
    conftest = inside.open(tmp_path / "conftest.py", "word\n")
    assert pull(inside, conftest)["items"] == []
    test = inside.open(tmp_path / "test_a.py", SHARED.format("a"))
    pull(inside, test)
    inside.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh")
    assert len(notes(pull(inside, conftest)["items"])) == 1


def test_of_the_whole_project_all_tests_are_counted(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("word\n")
    for name in ("a", "b"):
        (tmp_path / f"test_{name}.py").write_text(SHARED.format(name))
    inside.start(tmp_path, capabilities=PULLS, initializationOptions={"diagnosticMode": "workspace"})
    items = inside.result("workspace/diagnostic", {"previousResultIds": []})["items"]
    by_name = {one["uri"].rpartition("/")[2]: one["items"] for one in items}
    assert len(items) == len(by_name) == 3
    assert notes(by_name["conftest.py"]) == [("4 tests leak here: word writes on another connection", 0, 3)]
    known = [{"uri": one["uri"], "value": one["resultId"]} for one in items]
    asked = inside.ask("workspace/diagnostic", {"previousResultIds": known})
    (tmp_path / "test_b.py").write_text("")
    inside.notify(
        "workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "test_b.py").as_uri(), "type": 2}]}
    )
    items = inside.answer(asked)["result"]["items"]
    by_name = {one["uri"].rpartition("/")[2]: one["items"] for one in items}
    assert notes(by_name["conftest.py"]) == [("2 tests leak here: word writes on another connection", 0, 3)]
