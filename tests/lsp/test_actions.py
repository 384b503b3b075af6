"""Which actions are offered for what, to which client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.standin import Engines
from tests.lsp.wire import FULL, Inside, apply, without

TEXT = "def test_one():\n    x = 1\n    leak()\n\n\ndef test_two():\n    leak()\n"
NO_RESOLVE = without("textDocument", "codeAction", "resolveSupport")


def _titles(actions: list[dict[str, Any]]) -> list[str]:
    return [action["title"] for action in actions]


def test_the_quick_fix_of_a_finding(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TEXT, version=7)
    action = inside.actions(uri, 2, 5)[0]
    assert (action["title"], action["kind"], action["isPreferred"]) == ("Plug leak 0", "quickfix", True)
    assert action["diagnostics"] == inside.published(uri, 7)[:1]
    assert "edit" not in action
    resolved = inside.result("codeAction/resolve", action)
    (document,) = resolved["edit"]["documentChanges"]
    assert document["textDocument"] == {"uri": uri, "version": 7}
    assert apply(TEXT, document["edits"]) == TEXT.replace("leak", "safe", 1)
    assert {**resolved, "edit": None} == {**action, "edit": None}


def test_a_client_without_resolve_gets_the_edit_at_once(inside: Inside, tmp_path: Path) -> None:
    answer = inside.start(tmp_path, capabilities=NO_RESOLVE)
    assert answer["capabilities"]["codeActionProvider"]["resolveProvider"] is False
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    (document,) = inside.actions(uri, 2, 5)[0]["edit"]["documentChanges"]
    assert apply(TEXT, document["edits"]) == TEXT.replace("leak", "safe", 1)


def test_a_fix_over_two_files(inside: Inside, tmp_path: Path) -> None:
    conftest = tmp_path / "conftest.py"
    conftest.write_text("# é word: a\n")
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-both\n", version=3)
    action = inside.actions(uri, 0, 2)[0]
    first, second = inside.result("codeAction/resolve", action)["edit"]["documentChanges"]
    assert first["textDocument"] == {"uri": uri, "version": 3}
    assert second["textDocument"] == {"uri": conftest.as_uri(), "version": None}
    assert apply("leak-both\n", first["edits"]) == "safe\n"
    assert apply("# é word: a\n", second["edits"]) == "# é wort: a\n"
    inside.open(conftest, "# 😀 word: b\n", version=5)
    _, second = inside.result("codeAction/resolve", action)["edit"]["documentChanges"]
    assert second["textDocument"] == {"uri": conftest.as_uri(), "version": 5}
    assert apply("# 😀 word: b\n", second["edits"]) == "# 😀 wort: b\n"


def test_a_fix_over_two_files_for_a_client_without_document_changes(inside: Inside, tmp_path: Path) -> None:
    conftest = tmp_path / "conftest.py"
    conftest.write_text("# word: a\n")
    capabilities = without("textDocument", "codeAction", "resolveSupport")
    del capabilities["workspace"]["workspaceEdit"]
    inside.start(tmp_path, capabilities=capabilities)
    uri = inside.open(tmp_path / "test_a.py", "leak-both\n")
    changes = inside.actions(uri, 0, 2)[0]["edit"]["changes"]
    assert apply("leak-both\n", changes[uri]) == "safe\n"
    assert apply("# word: a\n", changes[conftest.as_uri()]) == "# wort: a\n"


def test_a_client_without_document_changes(inside: Inside, tmp_path: Path) -> None:
    capabilities = without("textDocument", "codeAction", "resolveSupport")
    del capabilities["workspace"]["workspaceEdit"]
    inside.start(tmp_path, capabilities=capabilities)
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    edit = inside.actions(uri, 2, 5)[0]["edit"]
    assert apply(TEXT, edit["changes"][uri]) == TEXT.replace("leak", "safe", 1)


def test_a_client_that_knows_commands_only(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities={"workspace": {"applyEdit": True}})
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    commands = inside.actions(uri, 2, 5)
    assert [command["command"] for command in commands] == ["isolint.applyFix", "isolint.fixAll"]
    for command, expected in zip(
        commands, (TEXT.replace("leak", "safe", 1), TEXT.replace("leak", "safe")), strict=True
    ):
        before = len(inside.messages)
        params = {"command": command["command"], "arguments": command["arguments"]}
        assert inside.result("workspace/executeCommand", params) is None
        request = inside.wait(lambda m: m.get("method") == "workspace/applyEdit", before)
        assert apply(TEXT, request["params"]["edit"]["changes"][uri]) == expected
        inside.send(id=request["id"], result={"applied": True})


def test_a_client_without_any_optional_capability(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities={})
    uri = inside.open(tmp_path / "test_a.py", TEXT.replace("leak", "leak-long", 1))
    first, _ = inside.published(uri, 1)
    assert "relatedInformation" not in first
    assert "codeDescription" not in first
    assert inside.actions(uri, 2, 5) == []
    contents = inside.answer(inside.hover(uri, 1, 4))["result"]["contents"]
    assert contents == {"kind": "plaintext", "value": "**x**"}
    assert {m["method"] for m in inside.messages if "method" in m} == {"textDocument/publishDiagnostics"}


def test_an_unsafe_fix_is_offered_but_not_preferred_and_says_why(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-unsafe\n")
    action = inside.actions(uri, 0, 1)[0]
    assert action["title"] == "Plug leak 0 (unsafe: because)"
    assert "isPreferred" not in action


@pytest.mark.parametrize("disabled", [True, False])
def test_no_fix_is_disabled_with_the_reason_or_absent(inside: Inside, tmp_path: Path, disabled: bool) -> None:
    inside.start(tmp_path, capabilities=FULL if disabled else without("textDocument", "codeAction", "disabledSupport"))
    uri = inside.open(tmp_path / "test_a.py", "leak-nofix\n")
    refused = [action for action in inside.actions(uri, 0, 1) if action["title"].startswith("Plug")]
    expected = {"title": "Plug leak 0", "kind": "refactor.rewrite", "disabled": {"reason": "because"}}
    assert refused == ([expected] if disabled else [])


@pytest.mark.parametrize("disabled", [True, False])
def test_a_fix_refused_when_it_is_made_is_not_offered(inside: Inside, tmp_path: Path, disabled: bool) -> None:
    capabilities = without("textDocument", "codeAction", "resolveSupport")
    capabilities["textDocument"]["codeAction"]["disabledSupport"] = disabled
    inside.start(tmp_path, capabilities=capabilities)
    uri = inside.open(tmp_path / "test_a.py", "leak-refused\n")
    refused = [action for action in inside.actions(uri, 0, 1) if action["title"].startswith("Plug")]
    assert [action["disabled"]["reason"] for action in refused] == (["refused on second thoughts"] if disabled else [])


def test_a_fix_refused_when_it_is_resolved_fails_with_the_reason(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-refused\n")
    action = inside.actions(uri, 0, 1)[0]
    answer = inside.answer(inside.ask("codeAction/resolve", action))
    assert answer["error"] == {"code": -32803, "message": "refused on second thoughts"}


def test_an_action_is_resolved_for_the_text_as_it_is_now(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    action = inside.actions(uri, 2, 5)[0]
    inside.change(uri, 2, "# new\n", (0, 0, 0, 0))
    (document,) = inside.result("codeAction/resolve", action)["edit"]["documentChanges"]
    assert document["textDocument"]["version"] == 2
    assert apply("# new\n" + TEXT, document["edits"]) == "# new\n" + TEXT.replace("leak", "safe", 1)


def test_an_action_of_a_document_that_was_closed_fails(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    action = inside.actions(uri, 2, 5)[0]
    inside.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert inside.error("codeAction/resolve", action) == -32803
    assert inside.error("codeAction/resolve", {"title": "x"}) == -32803


# --- fixes whose proof waits for jedi ---


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hardly waits for jedi. It has to be there before the server is started."""
    monkeypatch.setattr("isolint.lsp.asking._GRACE", 0.05)
    monkeypatch.setattr("isolint.lsp.server._PROVING", 0.0)


def waiting_for_a_proof(inside: Inside, tmp_path: Path) -> tuple[str, int]:
    """A file with a fix that waits for jedi's answers, and the question for its edits, which the server has taken."""
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-unproven\n")
    question = inside.ask("codeAction/resolve", inside.actions(uri, 0, 1)[0])
    # It keeps nothing else from being answered.
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    return uri, question


def test_a_fix_is_given_when_it_is_proven(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    _, question = waiting_for_a_proof(inside, tmp_path)
    assert engines.count("fix") == 1
    engines.built[0].on_answers()
    (document,) = inside.answer(question)["result"]["edit"]["documentChanges"]
    assert apply("leak-unproven\n", document["edits"]) == "safe\n"


def test_a_newer_version_ends_the_wait_for_a_proof(inside: Inside, tmp_path: Path) -> None:
    uri, question = waiting_for_a_proof(inside, tmp_path)
    inside.change(uri, 2, "leak-unproven too\n")
    assert inside.answer(question)["error"]["code"] == -32801


def test_a_cancel_ends_the_wait_for_a_proof(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    _, question = waiting_for_a_proof(inside, tmp_path)
    inside.notify("$/cancelRequest", {"id": question})
    assert inside.answer(question)["error"]["code"] == -32800
    engines.built[0].on_answers()
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert engines.count("fix") == 1


@pytest.mark.usefixtures("impatient")
def test_a_fix_that_is_not_proven_in_time_is_refused(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-unproven\n")
    answer = inside.answer(inside.ask("codeAction/resolve", inside.actions(uri, 0, 1)[0]))
    assert answer["error"] == {"code": -32803, "message": "not proven yet"}


@pytest.mark.usefixtures("impatient")
def test_of_all_fixes_those_are_given_in_time_that_are_proven(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    text = "leak\nleak-unproven\n"
    uri = inside.open(tmp_path / "test_a.py", text)
    (action,) = inside.actions(uri, 0, 1, only=["source.fixAll.isolint"])
    (document,) = inside.result("codeAction/resolve", action)["edit"]["documentChanges"]
    assert apply(text, document["edits"]) == "safe\nleak-unproven\n"


def test_a_client_without_resolve_is_told_that_a_fix_is_not_proven(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=without("textDocument", "codeAction", "resolveSupport"))
    uri = inside.open(tmp_path / "test_a.py", "leak-unproven\n")
    (action,) = [one for one in inside.actions(uri, 0, 1) if one["title"] == "Plug leak 0"]
    assert action["disabled"] == {"reason": "not proven yet"}


def test_nothing_is_offered_beside_a_test(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "x = 1\n\n\n" + TEXT)
    assert inside.actions(uri, 0, 1) == []


def test_the_rest_of_a_test_offers_the_conversion_as_a_rewrite(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    assert [(a["title"], a["kind"]) for a in inside.actions(uri, 0, 6)] == [("Plug leak 0", "refactor.rewrite")]


@pytest.mark.parametrize(
    "only, expected",
    [
        (["quickfix"], [("Plug leak 0", "quickfix"), ("Ignore sync-to-async-in-db-test on this line", "quickfix")]),
        (["refactor"], [("Plug leak 0", "refactor.rewrite")]),
        (["refactor.rewrite"], [("Plug leak 0", "refactor.rewrite")]),
        (["source.fixAll"], [("Fix all isolint findings that have a safe fix", "source.fixAll.isolint")]),
        (["source.fixAll.isolint"], [("Fix all isolint findings that have a safe fix", "source.fixAll.isolint")]),
        (["source.fixAll.other"], []),
        (["source.organizeImports"], []),
        (["refactor.extract"], []),
        ([], []),
    ],
)
def test_kinds_that_are_asked_for(
    inside: Inside, tmp_path: Path, only: list[str], expected: list[tuple[str, str]]
) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    assert [(action["title"], action["kind"]) for action in inside.actions(uri, 2, 5, only)] == expected


def test_fix_all_fixes_what_is_safe_wherever_the_cursor_is(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    text = TEXT + "leak-unsafe\n"
    uri = inside.open(tmp_path / "test_a.py", text)
    (action,) = inside.actions(uri, 0, 0, ["source.fixAll.isolint"])
    edits = inside.result("codeAction/resolve", action)["edit"]["documentChanges"][0]["edits"]
    assert apply(text, edits) == TEXT.replace("leak", "safe") + "leak-unsafe\n"


def test_fix_all_is_not_offered_without_a_safe_fix(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-unsafe leak-nofix\n")
    assert inside.actions(uri, 0, 0, ["source.fixAll.isolint"]) == []


def test_findings_that_share_a_fix_share_an_action(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "def test_one():\n    leak-nofix\n    leak-nofix\n")
    place = {"line": 1, "character": 0}, {"line": 2, "character": 12}
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": place[0], "end": place[1]},
        "context": {"diagnostics": []},
    }
    titles = _titles(inside.result("textDocument/codeAction", params))
    assert titles.count("Ignore sync-to-async-in-db-test on this line") == 2
    assert "Plug leak 0" in titles


def test_what_else_can_be_done_with_a_test(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TEXT + "# offer\n")
    (flush,) = [a for a in inside.actions(uri, 2, 5) if a["title"] == "Flush test_one"]
    assert flush["kind"] == "quickfix"
    assert "isPreferred" not in flush
    assert [one["message"] for one in flush["diagnostics"]] == ["leaks"]
    (document,) = inside.result("codeAction/resolve", flush)["edit"]["documentChanges"]
    assert apply(TEXT + "# offer\n", document["edits"]) == TEXT + "# transaction\n"
    (unmark,) = [a for a in inside.actions(uri, 0, 6) if a["title"] == "Unmark test_one"]
    assert unmark["kind"] == "refactor.rewrite"
    inside.change(uri, 2, "leak()\n")
    answer = inside.answer(inside.ask("codeAction/resolve", unmark))
    assert answer["error"] == {"code": -32803, "message": "it is gone"}


def test_what_else_can_be_done_for_a_client_without_resolve(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=NO_RESOLVE)
    uri = inside.open(tmp_path / "test_a.py", TEXT + "# offer\n")
    (unmark,) = [a for a in inside.actions(uri, 0, 6) if a["title"] == "Unmark test_one"]
    (document,) = unmark["edit"]["documentChanges"]
    assert apply(TEXT + "# offer\n", document["edits"]) == TEXT + "# unused-mark\n"


def test_the_ignore_action(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", TEXT)
    (action,) = [action for action in inside.actions(uri, 2, 5) if action["title"].startswith("Ignore")]
    (document,) = action["edit"]["documentChanges"]
    expected = TEXT.replace("leak()\n", "leak()  # isolint: ignore[sync-to-async-in-db-test]\n", 1)
    assert apply(TEXT, document["edits"]) == expected
    assert "isPreferred" not in action


def test_the_status_says_what_the_server_knows(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)
    text = inside.result("workspace/executeCommand", {"command": "isolint.showStatus", "arguments": []})
    assert str(tmp_path) in text
    assert "engine: stand-in" in text
    assert "utf-16" in text
