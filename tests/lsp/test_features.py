"""What editors ask about code, over the wire: positions, shapes by the client's abilities, switches, errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.standin import Engines
from tests.lsp.wire import FULL, Inside, apply, at

REQUEST_FAILED, CONTENT_MODIFIED = -32803, -32801

# A character of two UTF-16 units before the word, and of four bytes.
TEXT = "x = '😀'; word(word)\n"
CONFTEST = "'😀' + word\n"
CONTEXT = {"includeDeclaration": True, "triggerKind": 1}


def abilities(**more: Any) -> dict[str, Any]:
    """The full capabilities and some more of `textDocument` and `workspace`."""
    result: dict[str, Any] = json.loads(json.dumps(FULL))
    for name, values in more.items():
        for key, value in values.items():
            result.setdefault(name, {}).setdefault(key, {}).update(value)
    return result


def opened(inside: Inside, folder: Path, text: str = TEXT) -> str:
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    uri = inside.open(folder / "test_a.py", text)
    inside.published(uri, 1)
    return uri


def starts(found: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [
        (one["uri"].rpartition("/")[2], one["range"]["start"]["character"], one["range"]["end"]["character"])
        for one in found
    ]


def test_definition_and_references_in_the_clients_units(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = opened(inside, tmp_path)
    assert starts(inside.result("textDocument/definition", at(uri, 0, 12))) == [("conftest.py", 7, 11)]
    asked = {**at(uri, 0, 12), "context": {"includeDeclaration": True}}
    everywhere = [("conftest.py", 7, 11), ("test_a.py", 10, 14), ("test_a.py", 15, 19)]
    assert starts(inside.result("textDocument/references", asked)) == everywhere
    asked = {**at(uri, 0, 12), "context": {"includeDeclaration": False}}
    assert starts(inside.result("textDocument/references", asked)) == everywhere[1:]
    assert inside.result("textDocument/definition", at(uri, 0, 3)) == []


def test_completion_replaces_the_word(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = opened(inside, tmp_path)
    (item,) = inside.result("textDocument/completion", at(uri, 0, 12))
    assert item["label"] == "leak"
    assert item["detail"] == "function scope (isolint)"
    assert apply(TEXT, [item["textEdit"]]) == "x = '😀'; leak(word)\n"


def test_symbols(inside: Inside, tmp_path: Path) -> None:
    inside.start(
        tmp_path, capabilities=abilities(textDocument={"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}})
    )
    uri = opened(inside, tmp_path, "def test_a():\n    pass\n")
    (outer,) = inside.result("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    (test,) = outer["children"]
    assert (test["name"], test["detail"], test["kind"]) == ("test_a", "rollback", 12)
    assert test["selectionRange"] == {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 10}}
    (found,) = inside.result("workspace/symbol", {"query": "test_a"})
    assert found["location"]["uri"] == uri


def test_symbols_for_a_client_that_knows_no_outlines(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = opened(inside, tmp_path, "def test_a():\n    pass\n")
    outer, test = inside.result("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert (outer["name"], test["name"], test["containerName"]) == ("All", "test_a", "All")
    assert test["location"]["uri"] == uri


ANNOTATES = {"workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": True}}}


def test_a_rename_over_files_is_to_be_looked_at(inside: Inside, tmp_path: Path) -> None:
    inside.start(
        tmp_path, capabilities=abilities(workspace=ANNOTATES, textDocument={"rename": {"prepareSupport": True}})
    )
    uri = opened(inside, tmp_path)
    place = inside.result("textDocument/prepareRename", at(uri, 0, 12))
    assert place["placeholder"] == "word"
    assert place["range"]["start"] == {"line": 0, "character": 10}
    edit = inside.result("textDocument/rename", {**at(uri, 0, 12), "newName": "new"})
    conftest, test = edit["documentChanges"]
    assert test["textDocument"] == {"uri": uri, "version": 1}
    assert conftest["textDocument"]["version"] is None
    assert apply(TEXT, test["edits"]) == "x = '😀'; new(new)\n"
    assert apply(CONFTEST, conftest["edits"]) == "'😀' + new\n"
    assert {one["annotationId"] for one in test["edits"]} == {"parameter"}
    assert edit["changeAnnotations"]["parameter"]["needsConfirmation"] is True


@pytest.mark.parametrize("text, look", [("only(1)\n", False), ("only() # doubtful\n", True)])
def test_a_rename_in_one_file_is_done_unless_there_is_a_doubt(
    inside: Inside, tmp_path: Path, text: str, look: bool
) -> None:
    inside.start(tmp_path, capabilities=abilities(workspace=ANNOTATES))
    uri = opened(inside, tmp_path, text)
    edit = inside.result("textDocument/rename", {**at(uri, 0, 1), "newName": "new"})
    said = edit["changeAnnotations"]["parameter"]
    assert said["needsConfirmation"] is look
    assert said["description"] == ("look at it" if look else "only becomes new")


def test_a_rename_for_a_client_without_document_changes(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities={})
    uri = opened(inside, tmp_path)
    edit = inside.result("textDocument/rename", {**at(uri, 0, 12), "newName": "new"})
    assert set(edit) == {"changes"}
    assert apply(TEXT, edit["changes"][uri]) == "x = '😀'; new(new)\n"


def test_a_rename_is_refused_with_its_reason(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = opened(inside, tmp_path, "fixed = 1\n")
    for method, more in (("textDocument/prepareRename", {}), ("textDocument/rename", {"newName": "x"})):
        error = inside.answer(inside.ask(method, {**at(uri, 0, 2), **more}))["error"]
        assert error == {"code": REQUEST_FAILED, "message": "it is fixed"}
    assert inside.result("textDocument/prepareRename", at(uri, 0, 6)) is None


FEATURES = {
    "codeLens": ("codeLensProvider", "textDocument/codeLens", []),
    "completion": ("completionProvider", "textDocument/completion", []),
    "definition": ("definitionProvider", "textDocument/definition", []),
    "documentSymbol": ("documentSymbolProvider", "textDocument/documentSymbol", []),
    "hover": ("hoverProvider", "textDocument/hover", None),
    "inlayHint": ("inlayHintProvider", "textDocument/inlayHint", []),
    "references": ("referencesProvider", "textDocument/references", []),
    "rename": ("renameProvider", "textDocument/prepareRename", None),
    "workspaceSymbol": ("workspaceSymbolProvider", "workspace/symbol", []),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_that_is_switched_off(inside: Inside, tmp_path: Path, feature: str, engines: Engines) -> None:
    capability, method, nothing = FEATURES[feature]
    said = inside.start(tmp_path, initializationOptions={"features": {feature: False}})
    assert capability not in said["capabilities"]
    assert {key for key, _, _ in FEATURES.values()} - {capability} <= set(said["capabilities"])
    uri = opened(inside, tmp_path, "def word():\n    word, leak\n")
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    params = {**at(uri, 0, 5), "context": CONTEXT, "query": "word", "range": whole}
    asked = len(engines.log)
    assert inside.result(method, params) == nothing
    assert engines.log[asked:] == []
    # What the client says later counts, whatever was said at the start.
    inside.notify("workspace/didChangeConfiguration", {"settings": {"isolint": {"features": {feature: True}}}})
    assert inside.result(method, params) not in (None, [])


def test_switches_belong_to_folders(inside: Inside, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    inside.start(one, two, capabilities=abilities(workspace={}) | {"workspace": {"configuration": True}})
    question = inside.wait(lambda m: m.get("method") == "workspace/configuration")
    inside.send(id=question["id"], result=[{"features": {"hover": False}}, {}, None])
    first, second = (inside.open(folder / "test_a.py", TEXT) for folder in (one, two))
    inside.published(second, 1)
    assert inside.answer(inside.hover(first, 0, 12))["result"] is None
    assert inside.answer(inside.hover(second, 0, 12))["result"] is not None


def test_an_edit_of_any_file_ends_what_looks_at_the_whole_project(
    inside: Inside, engines: Engines, tmp_path: Path
) -> None:
    inside.start(tmp_path)
    uri = opened(inside, tmp_path)
    other = inside.open(tmp_path / "test_b.py", "1\n")
    inside.published(other, 1)
    working = threading.Event()

    def work(what: str, cancelled: Callable[[], bool]) -> None:
        if what == "references":
            working.set()
            while not cancelled():
                pass

    engines.before_report = work
    asked = inside.ask("textDocument/references", {**at(uri, 0, 12), "context": {"includeDeclaration": True}})
    assert working.wait(30)
    inside.change(other, 2, "2\n")
    assert inside.answer(asked)["error"]["code"] == CONTENT_MODIFIED
    inside.published(other, 2)


def test_what_is_asked_of_a_document_that_is_not_open(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    params = {**at((tmp_path / "test_b.py").as_uri(), 0, 0), "context": CONTEXT, "newName": "x"}
    for feature in ("completion", "definition", "documentSymbol", "references"):
        assert inside.result(FEATURES[feature][1], params) == []
    assert inside.result("textDocument/rename", params) is None


def test_a_question_without_an_answer_waits_for_jedis(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "soon ()\n")
    waiting = inside.hover(uri, 0, 1)
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert engines.count("hover") == 1
    engines.built[0].on_answers()
    assert inside.answer(waiting)["result"]["contents"]["value"] == "**soon**"
    assert inside.answer(inside.hover(uri, 0, 6))["result"] is None


def test_an_edit_ends_a_question_that_waits(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "soon\n")
    waiting = inside.hover(uri, 0, 1)
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert engines.count("hover") == 1
    inside.change(uri, 2, "soon too\n")
    assert inside.answer(waiting)["error"]["code"] == -32801


def test_a_question_waits_only_so_long(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isolint.lsp.asking._GRACE", 0.05)
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "soon\n")
    assert inside.answer(inside.hover(uri, 0, 1))["result"] is None


def asked_about(engines: Engines, inside: Inside) -> int:
    """How often jedi was asked about a place, once all messages so far are done."""
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    return engines.count("pointed")


def test_what_isolint_does_not_know_is_asked_of_jedi(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak abroad\n")
    inside.published(uri, 1)
    hover = inside.hover(uri, 0, 7)
    place = inside.ask("textDocument/definition", at(uri, 0, 7))
    assert asked_about(engines, inside) == 2
    # Neither waits for the other, nor keeps anything else from being answered.
    assert inside.answer(inside.hover(uri, 0, 1))["result"]["contents"]["value"] == "**leak**"
    looked = engines.count("report")
    engines.built[0].on_answers()
    found = inside.answer(hover)["result"]
    assert found["contents"]["value"] == "*abroad*"
    assert found["range"] == {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 11}}
    assert starts(inside.answer(place)["result"]) == [("test_a.py", 0, 1)]
    assert (engines.count("report"), engines.count("affected")) == (looked, 0)


def test_where_isolint_has_an_answer_jedi_is_not_asked(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = opened(inside, tmp_path)
    inside.answer(inside.hover(uri, 0, 12))
    inside.result("textDocument/definition", at(uri, 0, 12))
    assert asked_about(engines, inside) == 0


def test_nobody_waits_long_for_jedi(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isolint.lsp.asking._GRACE", 0.05)
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "abroad\n")
    assert inside.answer(inside.hover(uri, 0, 1))["result"] is None
    assert inside.result("textDocument/definition", at(uri, 0, 1)) == []


def test_a_parameter_waits_for_isolints_own_answer(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    other = inside.open(tmp_path / "test_b.py", "leak\n")
    inside.published(other, 1)
    uri = inside.open(tmp_path / "test_a.py", "abroad_too\n")
    engine = engines.built[0]
    engine.answers, engine.waiting = 1, 1
    hover = inside.hover(uri, 0, 1)
    assert asked_about(engines, inside) == 1
    engine.waiting = 0
    engine.on_answers()
    assert inside.answer(hover)["result"]["contents"]["value"] == "*abroad_too*"


def test_names_that_are_not_ours_can_be_left_to_another_server(
    inside: Inside, engines: Engines, tmp_path: Path
) -> None:
    inside.start(tmp_path, initializationOptions={"features": {"expressions": False}})
    uri = inside.open(tmp_path / "test_a.py", "leak abroad\n")
    assert inside.answer(inside.hover(uri, 0, 7))["result"] is None
    assert inside.result("textDocument/definition", at(uri, 0, 7)) == []
    assert asked_about(engines, inside) == 0
    assert inside.answer(inside.hover(uri, 0, 1))["result"]["contents"]["value"] == "**leak**"
