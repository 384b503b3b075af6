"""Every request is answered exactly once, whatever is wrong with it, and nothing is kept for nothing."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.standin import Engines
from tests.lsp.wire import Inside, at, without

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
NOT_INITIALIZED, CANCELLED, CONTENT_MODIFIED = -32002, -32800, -32801


def test_a_request_before_initialize_is_refused_and_a_second_initialize_too(inside: Inside, tmp_path: Path) -> None:
    assert inside.error("textDocument/hover", at("file:///a.py", 0, 0)) == NOT_INITIALIZED
    inside.start(tmp_path)
    assert inside.error("initialize", {"capabilities": {}}) == INVALID_REQUEST


def test_parameters_that_cannot_be_decoded_are_answered(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    assert inside.error("textDocument/hover", {"position": "here"}) == INVALID_PARAMS
    assert inside.error("textDocument/hover") == INVALID_PARAMS
    assert inside.error("textDocument/codeAction", {"textDocument": 5}) == INVALID_PARAMS
    assert inside.error("codeAction/resolve", []) == INVALID_PARAMS
    assert inside.error("workspace/executeCommand", {"command": "isolint.noSuchThing"}) == INVALID_PARAMS
    assert inside.error("initialize") == INVALID_REQUEST


def test_initialize_without_parameters_is_answered_and_may_be_tried_again(inside: Inside, tmp_path: Path) -> None:
    assert inside.error("initialize") == INVALID_PARAMS
    inside.start(tmp_path)


def test_unknown_methods(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    assert inside.error("textDocument/noSuchThing", {}) == METHOD_NOT_FOUND
    assert inside.error("$/noSuchThing", {}) == METHOD_NOT_FOUND
    inside.notify("textDocument/noSuchThing", {})
    inside.notify("$/setTrace", {"value": "off"})
    inside.notify("notebookDocument/didOpen", {"nonsense": True})
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert inside.logged() == []


@pytest.mark.parametrize(
    "body, code",
    [
        (b'{"jsonrpc": "2.0", "id": 7, ', PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (b"[" * 100_000, PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (b"5", INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": [1], "method": "shutdown"}', INVALID_REQUEST),
    ],
)
def test_a_message_that_is_none_is_answered_without_an_id(
    inside: Inside, tmp_path: Path, body: bytes, code: int
) -> None:
    inside.start(tmp_path)
    inside.raw(body)
    assert inside.wait(lambda m: "error" in m)["error"]["code"] == code
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})


@pytest.mark.parametrize("message", [{"id": 7, "method": "shutdown"}, {"jsonrpc": "2.0", "id": 7, "method": 5}])
def test_a_request_that_is_malformed_is_answered_with_its_id(inside: Inside, message: dict[str, object]) -> None:
    inside.raw(json.dumps(message).encode())
    assert inside.answer(7)["error"]["code"] == INVALID_REQUEST


def test_after_shutdown_requests_are_refused_and_notifications_ignored(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    inside.result("shutdown")
    assert inside.error("textDocument/hover", at("file:///a.py", 0, 0)) == INVALID_REQUEST
    assert inside.error("shutdown") == INVALID_REQUEST
    inside.open(tmp_path / "test_a.py", "leak\n")
    assert inside.error("shutdown") == INVALID_REQUEST
    assert inside.publications() == []


def test_identifiers_may_be_strings(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    inside.send(id="one", method="workspace/executeCommand", params={"command": "isolint.showStatus"})
    assert "isolint" in inside.answer("one")["result"]


def test_a_thousand_edits_leave_nothing_behind(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "def test_x():\n    leak()\n")
    hovers = []
    for version in range(2, 1002):
        inside.change(uri, version, "x", (0, 0, 0, 0 if version % 2 else 1))
        if version % 50 == 0:
            hovers.append(inside.hover(uri, 1, 5))
    assert len(inside.published(uri, 1001)) == 1
    for hover in hovers:
        inside.answer(hover)
    protocol = inside.server.protocol
    assert protocol._request_futures == {}
    assert protocol._result_types == {}
    assert [thread.name for thread in threading.enumerate()].count("isolint-analysis") == 1
    assert inside.server._thread_pool is None
    assert inside.logged() == []


def test_answers_of_the_client_are_forgotten_also_when_they_are_errors(inside: Inside, tmp_path: Path) -> None:
    capabilities = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}, "configuration": True}}
    inside.start(tmp_path, capabilities=capabilities)
    registration = inside.wait(lambda m: m.get("method") == "client/registerCapability")
    question = inside.wait(lambda m: m.get("method") == "workspace/configuration")
    inside.send(id=registration["id"], error={"code": -32603, "message": "cannot"})
    inside.send(id=question["id"], error={"code": -32603, "message": "cannot"})
    inside.send(id="never asked", result=None)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    assert len(inside.published(uri, 1)) == 1
    assert inside.server.protocol._request_futures == {}
    assert inside.logged() == []


def test_an_answer_that_comes_after_shutdown_is_no_trouble(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities={"workspace": {"configuration": True}})
    question = inside.wait(lambda m: m.get("method") == "workspace/configuration")
    inside.result("shutdown")
    inside.send(id=question["id"], result=[{}, {}])
    assert inside.error("shutdown") == INVALID_REQUEST
    assert inside.server.protocol._request_futures == {}
    assert inside.logged() == []


def test_the_typed_calls_of_pygls_are_answered_and_forgotten_too(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    calls = [
        inside.server.protocol.send_request("window/showDocument", types.ShowDocumentParams(uri="file:///a.py"))
        for _ in range(3)
    ]
    asked = list(inside.server.protocol._result_types)
    inside.wait(lambda m: m.get("id") == asked[-1])
    inside.send(id=asked[0], result={"success": True})
    inside.send(id=asked[1], error={"code": -32603, "message": "cannot"})
    inside.send(id=asked[2], result="nonsense")
    assert calls[0].result(30) == types.ShowDocumentResult(success=True)
    assert isinstance(calls[1].exception(30), JsonRpcException)
    assert calls[2].exception(30) is not None
    assert inside.server.protocol._request_futures == {}
    assert inside.server.protocol._result_types == {}


def test_a_request_is_cancelled_while_its_work_runs(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    working, seen = threading.Event(), threading.Event()

    def work(path: str, cancelled: object) -> None:
        working.set()
        while not cancelled():  # type: ignore[operator]
            pass
        seen.set()

    engines.before_report = work
    place = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
    request = inside.ask("textDocument/codeAction", params)
    assert working.wait(30)
    inside.notify("$/cancelRequest", {"id": request})
    assert inside.answer(request)["error"]["code"] == CANCELLED
    assert seen.wait(30)
    engines.before_report = None
    assert inside.actions(uri, 0)
    assert [m.get("id") for m in inside.messages].count(request) == 1
    assert inside.server.protocol._request_futures == {}


def test_a_request_cancelled_while_it_waits_is_not_worked_on(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    go, working = threading.Event(), threading.Event()

    def work(path: str, cancelled: object) -> None:
        working.set()
        assert go.wait(30)

    engines.before_report = work
    place = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
    first = inside.ask("textDocument/codeAction", params)
    assert working.wait(30)
    before = engines.count("report")
    waiting = [inside.ask("textDocument/codeAction", params) for _ in range(60)]
    for request in waiting:
        inside.notify("$/cancelRequest", {"id": request})
    for request in waiting:  # answered although the analysis is busy
        assert inside.answer(request)["error"]["code"] == CANCELLED
    go.set()
    assert inside.answer(first)["result"]
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    assert engines.count("report") == before


def test_the_input_is_read_while_the_analysis_is_busy(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    go = threading.Event()

    def work(path: str, cancelled: object) -> None:
        assert go.wait(30)

    engines.before_report = work
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    for version in range(2, 200):
        inside.change(uri, version, f"leak {version}\n")
    assert inside.error("textDocument/noSuchThing", {}) == METHOD_NOT_FOUND
    go.set()
    assert len(inside.published(uri, 199)) == 1


def test_shutdown_answers_what_is_open(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    working = threading.Event()

    def work(path: str, cancelled: object) -> None:
        working.set()
        while not cancelled():  # type: ignore[operator]
            pass

    engines.before_report = work
    place = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
    requests = [inside.ask("textDocument/codeAction", params) for _ in range(20)]
    assert working.wait(30)
    inside.result("shutdown")
    for request in requests:
        assert inside.answer(request)["error"]["code"] == CANCELLED
    answered = [m["id"] for m in inside.messages if "id" in m and "method" not in m]
    assert len(answered) == len(set(answered))


def test_what_the_end_interrupts_was_not_modified(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    # The analysis notices before the open requests are cancelled, which shutdown does next.
    engines.before_report = lambda path, cancelled: inside.server.mailbox.stop()
    place = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
    request = inside.ask("textDocument/codeAction", params)
    assert inside.answer(request)["error"]["code"] == CANCELLED


def test_a_fault_is_an_answer_and_a_line_in_the_log_never_a_popup(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "boom\n")
    place = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
    answer = inside.answer(inside.ask("textDocument/codeAction", params))
    assert answer["error"] == {"code": INTERNAL_ERROR, "message": "RuntimeError: boom"}
    inside.change(uri, 2, "leak\n")
    assert len(inside.published(uri, 2)) == 1
    assert any("boom" in text and "Traceback" in text for text in inside.logged())
    assert not any(m.get("method") == "window/showMessage" for m in inside.messages)


def test_a_notification_that_cannot_be_decoded_is_logged_only(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    inside.notify("textDocument/didOpen", {"textDocument": {"uri": 5}})
    inside.notify("textDocument/didChange", {"nonsense": 1})
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    assert len(inside.published(uri, 1)) == 1
    assert len(inside.logged()) == 2
    assert not any(m.get("method") == "window/showMessage" for m in inside.messages)


def test_a_client_newer_than_our_types_is_welcome(inside: Inside, tmp_path: Path) -> None:
    capabilities = without("general", "positionEncodings")
    capabilities["textDocument"]["publishDiagnostics"]["tagSupport"] = {"valueSet": [1, 2, 99]}
    capabilities["textDocument"]["completion"] = {"completionItemKind": {"valueSet": ["new"]}}
    capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = ["teleport"]
    capabilities["textDocument"]["codeAction"]["resolveSupport"] = {"properties": 5}
    assert inside.start(tmp_path, capabilities=capabilities)["capabilities"]["positionEncoding"] == "utf-16"


def test_a_client_that_forgets_initialized_is_served(inside: Inside, tmp_path: Path) -> None:
    inside.result("initialize", {"capabilities": {}, "rootUri": tmp_path.as_uri()})
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    assert len(inside.published(uri, 1)) == 1


def test_our_name_and_version(inside: Inside, tmp_path: Path) -> None:
    import isolint

    assert inside.start(tmp_path)["serverInfo"] == {"name": "isolint", "version": isolint.__version__}
