"""What is checked when, and what is never shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isolint.lsp.buffers import Documents
from isolint.lsp.mailbox import Mailbox
from tests.lsp.standin import Engines
from tests.lsp.wire import FULL, Inside

CONTENT_MODIFIED = -32801


def _settle(wire: Inside) -> None:
    """Wait until the analysis has nothing left to do: a question is answered before checks, so ask until none runs."""
    for _ in range(3):
        wire.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    idle = threading.Event()
    wire.server.mailbox.put_chore(lambda analysis: idle.set() if not analysis._has_work() else None)
    while not idle.wait(0.001):
        wire.server.mailbox.put_chore(lambda analysis: idle.set() if not analysis._has_work() else None)
    wire.result("workspace/executeCommand", {"command": "isolint.showStatus"})


def test_what_is_out_of_date_is_never_published(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak 1\n")
    inside.published(uri, 1)
    working, go = threading.Event(), threading.Event()

    def work(path: str, cancelled: Callable[[], bool]) -> None:
        working.set()
        assert go.wait(30)

    engines.before_report = work
    inside.change(uri, 2, "leak 2 leak\n")
    assert working.wait(30)
    for version in range(3, 20):
        inside.change(uri, version, f"leak {version}\n")
    inside.error("textDocument/noSuchThing", {})  # now the server has read them
    go.set()
    inside.published(uri, 19)
    assert [params["version"] for params in inside.publications(uri)] == [1, 19]


def test_versions_only_rise_under_a_storm_of_edits(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    for version in range(2, 500):
        inside.change(uri, version, "leak " if version % 2 else "", (0, 0, 0, 0))
    last = inside.published(uri, 499)
    assert len(last) == 1 + len(range(3, 500, 2))
    versions = [params["version"] for params in inside.publications(uri)]
    assert versions == sorted(set(versions))


def test_an_edit_gives_up_a_running_check(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    working = threading.Event()
    given_up: list[bool] = []

    def work(path: str, cancelled: Callable[[], bool]) -> None:
        if not working.is_set():
            working.set()
            while not cancelled():
                pass
            given_up.append(True)

    engines.before_report = work
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    assert working.wait(30)
    inside.change(uri, 2, "leak leak\n")
    assert len(inside.published(uri, 2)) == 2
    assert given_up == [True]
    assert [params["version"] for params in inside.publications(uri)] == [2]


def test_a_question_is_answered_before_the_check_goes_on(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    working = threading.Event()

    def work(path: str, cancelled: Callable[[], bool]) -> None:
        if not working.is_set():
            working.set()
            while not cancelled():
                pass

    engines.before_report = work
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    assert working.wait(30)
    assert inside.answer(inside.hover(uri, 0, 1))["result"]["contents"]["value"] == "**leak**"
    assert len(inside.published(uri, 1)) == 1


def test_questions_without_end_do_not_keep_a_file_from_being_checked(
    inside: Inside, engines: Engines, tmp_path: Path
) -> None:
    inside.start(tmp_path)
    uri = (tmp_path / "test_a.py").as_uri()
    attempts: list[bool] = []

    def work(path: str, cancelled: Callable[[], bool]) -> None:
        # Whenever it is checked, somebody asks: as if the questions never ended.
        inside.hover(uri, 0, 1)
        while not inside.server.mailbox.has_mail():
            pass
        attempts.append(cancelled())

    engines.before_report = work
    inside.open(tmp_path / "test_a.py", "leak\n")
    assert len(inside.published(uri, 1)) == 1
    assert attempts == [True, True, True, False]


def test_a_question_sees_the_edit_before_it(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "one\n")
    for version in range(2, 40):
        inside.change(uri, version, f"word{version}", (0, 0, 0, 99))
        answer = inside.answer(inside.hover(uri, 0, 1))
        assert answer["result"]["contents"]["value"] == f"**word{version}**"


def test_a_question_about_a_version_that_is_gone_says_so(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    working, go = threading.Event(), threading.Event()

    def work(path: str, cancelled: Callable[[], bool]) -> None:
        working.set()
        assert go.wait(30)

    engines.before_report = work
    inside.change(uri, 2, "leak 2\n")
    assert working.wait(30)
    old = inside.hover(uri, 0, 1)
    inside.change(uri, 3, "leak 3\n")
    new = inside.hover(uri, 0, 1)
    inside.error("textDocument/noSuchThing", {})
    go.set()
    assert inside.answer(old)["error"]["code"] == CONTENT_MODIFIED
    assert "result" in inside.answer(new)


def test_an_edit_while_a_question_is_worked_on(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    working = threading.Event()

    def work(path: str, cancelled: Callable[[], bool]) -> None:
        working.set()
        while not cancelled():
            pass

    engines.before_report = work
    place = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
    request = inside.ask("textDocument/codeAction", params)
    assert working.wait(30)
    engines.before_report = None
    inside.change(uri, 2, "leak 2\n")
    assert inside.answer(request)["error"]["code"] == CONTENT_MODIFIED
    assert len(inside.published(uri, 2)) == 1


def test_a_conftest_on_disk_publishes_the_affected_open_files_and_no_others(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    inside.start(tmp_path)
    in_a = [inside.open(tmp_path / "a" / f"test_{n}.py", "leak\n") for n in range(3)]
    in_b = inside.open(tmp_path / "b" / "test_b.py", "leak\n")
    inside.change(in_a[1], 2, "leak leak\n")
    inside.published(in_a[1], 2)
    for uri in (in_a[0], in_a[2], in_b):
        inside.published(uri, 1)
    _settle(inside)
    before = len(inside.messages)
    (tmp_path / "a" / "conftest.py").write_text("# word: further\n")
    event = {"uri": (tmp_path / "a" / "conftest.py").as_uri(), "type": 1}
    inside.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    assert inside.published(in_a[0], 1, before)[0]["message"] == "leaks further"
    _settle(inside)
    shown = [
        m["params"]["uri"] for m in inside.messages[before:] if m.get("method") == "textDocument/publishDiagnostics"
    ]
    assert shown == [in_a[1], in_a[2], in_a[0]]  # the one that was edited last comes first


def test_open_tests_do_not_wait_for_a_conftest_that_takes_long(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All tests below a conftest, open or not, decide what is said of it."""
    monkeypatch.setattr("isolint.lsp.analysis._SLICE", 0.0)
    inside.start(tmp_path)
    tests = [inside.open(tmp_path / name, "leak\n") for name in ("test_a.py", "test_b.py")]
    conftest = inside.open(tmp_path / "conftest.py", "leak # word: one\n")
    inside.published(conftest, 1)
    _settle(inside)
    before = len(inside.messages)
    inside.change(conftest, 2, "two", (0, 13, 0, 16))
    inside.published(conftest, 2, before)
    _settle(inside)
    shown = [
        m["params"]["uri"] for m in inside.messages[before:] if m.get("method") == "textDocument/publishDiagnostics"
    ]
    assert shown == [tests[1], tests[0], conftest]


def test_a_conftest_being_edited_is_published_before_the_files_it_affects(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isolint.lsp.analysis._SLICE", 1000.0)
    inside.start(tmp_path)
    test = inside.open(tmp_path / "test_a.py", "leak\n")
    conftest = inside.open(tmp_path / "conftest.py", "# word: one\n")
    inside.wait(lambda m: m.get("method") == "textDocument/publishDiagnostics" and "one" in str(m["params"]))
    _settle(inside)
    before = len(inside.messages)
    inside.change(conftest, 2, "two", (0, 8, 0, 11))
    assert inside.published(test, 1, before)[0]["message"] == "leaks two"
    shown = [
        m["params"]["uri"] for m in inside.messages[before:] if m.get("method") == "textDocument/publishDiagnostics"
    ]
    assert shown == [conftest, test]


def test_a_change_that_affects_nothing_publishes_nothing(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    _settle(inside)
    before = len(inside.publications())
    event = {"uri": (tmp_path / "other.py").as_uri(), "type": 2}
    inside.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    _settle(inside)
    assert len(inside.publications()) == before


def test_a_client_that_does_not_watch_files_is_served_by_its_saves(
    inside: Inside, engines: Engines, tmp_path: Path
) -> None:
    def save() -> Any:
        inside.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        _settle(inside)
        return [paths for kind, paths in engines.log if kind == "touch"][-1]

    project = tmp_path / "project"
    inner = project / "a"
    inner.mkdir(parents=True)
    inside.start(project)
    uri = inside.open(inner / "test_a.py", "leak\n")
    inside.published(uri, 1)
    _settle(inside)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # not above the folder: none of its business
    assert save() == (str(inner / "test_a.py"),)
    (project / "pytest.ini").write_text("[pytest]\n")
    (inner / "conftest.py").write_text("# word: new\n")
    assert save() == (str(inner / "test_a.py"), str(inner / "conftest.py"), str(project / "pytest.ini"))
    assert inside.publications(uri)[-1]["diagnostics"][0]["message"] == "leaks new"
    assert save() == (str(inner / "test_a.py"),)
    (project / "pytest.ini").unlink()
    assert save() == (str(inner / "test_a.py"), str(project / "pytest.ini"))


def test_a_client_that_watches_files_is_told_which(inside: Inside, tmp_path: Path) -> None:
    capabilities: Any = {**FULL, "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    inside.start(tmp_path, capabilities=capabilities)
    request = inside.wait(lambda m: m.get("method") == "client/registerCapability")
    (registration,) = request["params"]["registrations"]
    assert registration["method"] == "workspace/didChangeWatchedFiles"
    globs = {watcher["globPattern"] for watcher in registration["registerOptions"]["watchers"]}
    names = [
        "*.py",
        "conftest.py",
        "pyproject.toml",
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        "tox.ini",
        "setup.cfg",
    ]
    assert globs == {f"**/{name}" for name in names}


def test_answers_about_installed_names_publish_again(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    _settle(inside)
    before, shown = engines.count("report"), len(inside.publications())
    engines.built[0].on_answers()  # from another thread than the analysis
    _settle(inside)
    assert engines.count("report") == before + 1
    assert len(inside.publications()) == shown  # nothing new to show


def test_a_keystroke_asks_about_the_other_open_files_only(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uris = [inside.open(tmp_path / name, "leak\n") for name in ("test_a.py", "test_b.py", "test_c.py")]
    for uri in uris:
        inside.published(uri, 1)
    _settle(inside)
    before = len(engines.log)
    inside.change(uris[1], 2, "leak leak\n")
    inside.published(uris[1], 2)
    _settle(inside)
    files = [str(tmp_path / name) for name in ("test_b.py", "test_c.py", "test_a.py")]
    asked = [("report", files[0]), ("affected", (files[1],)), ("affected", (files[2],))]
    assert engines.log[before:] == asked


def test_the_slot_keeps_the_last_version_in_order_of_the_last_edit() -> None:
    mailbox = Mailbox()
    documents = Documents()
    one = documents.open("file:///one.py", "python", 1, "1")
    two = documents.open("file:///two.py", "python", 1, "2")
    newer = documents.change("file:///one.py", 2, [])
    mailbox.put_buffer("/one.py", one)
    mailbox.put_buffer("/two.py", two)
    mailbox.put_buffer("/one.py", newer)
    mail = mailbox.take(wait=True)
    assert mail is not None
    assert list(mail.buffers.items()) == [("/two.py", two), ("/one.py", newer)]
    assert not mailbox.has_mail()
    mailbox.stop()
    assert mailbox.take(wait=True) is None
    assert mailbox.ask(lambda _, __: None, None).cancelled()


# Folders.


def test_every_folder_has_its_engine_and_a_nested_one_its_own(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    outer, inner, other = tmp_path / "outer", tmp_path / "outer" / "inner", tmp_path / "other"
    for folder in (inner, other):
        folder.mkdir(parents=True)
    inside.start(outer, inner)
    for folder in (outer, inner):
        inside.published(inside.open(folder / "test_a.py", "leak\n"), 1)
    # Outside of all folders: the nearest folder upwards that looks like a project, or its own.
    (tmp_path / "pytest.ini").write_text("")
    inside.published(inside.open(other / "test_a.py", "leak\n"), 1)
    assert [engine.root for engine in engines.built] == [str(outer), str(inner), str(tmp_path)]


def test_a_folder_that_is_removed_and_one_that_is_added(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    inside.start(one)
    uri = inside.open(one / "test_a.py", "leak\n")
    inside.published(uri, 1)
    event = {"added": [{"uri": two.as_uri(), "name": "two"}], "removed": [{"uri": one.as_uri(), "name": "one"}]}
    inside.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    inside.published(inside.open(two / "test_a.py", "leak\n"), 1)
    roots = [engine.root for engine in engines.built]
    assert str(two) in roots
    assert inside.answer(inside.hover(uri, 0, 0))["result"] is not None


def test_no_folder_at_all(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(workspaceFolders=None)
    inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)
    assert len(engines.built) == 1


def test_a_file_and_a_folder_that_do_not_exist(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path / "nowhere")
    uri = inside.open(tmp_path / "nowhere" / "deep" / "test_a.py", "leak-far\n")
    assert len(inside.published(uri, 1)) == 1


# Settings.


def _with_configuration() -> Any:
    return {**FULL, "workspace": {**FULL["workspace"], "configuration": True}}


def test_settings_at_the_start_reach_the_engine(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    settings = {"isolint": {"select": ["ISO1"], "ignore": None, "interpreter": ["python"]}}
    inside.start(tmp_path, initializationOptions=settings)
    inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)
    assert engines.built[0].overrides == {"select": ["ISO1"]}


def test_settings_are_asked_for_per_folder_before_anything_is_checked(
    inside: Inside, engines: Engines, tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    inside.start(one, two, capabilities=_with_configuration())
    question = inside.wait(lambda m: m.get("method") == "workspace/configuration")
    assert question["params"]["items"] == [
        {"scopeUri": one.as_uri(), "section": "isolint"},
        {"scopeUri": two.as_uri(), "section": "isolint"},
        {"section": "isolint"},
    ]
    uris = [inside.open(folder / "test_a.py", "leak\n") for folder in (one, two)]
    inside.send(id=question["id"], result=[{"select": ["one"]}, {"select": ["two"]}, None])
    for uri in uris:
        inside.published(uri, 1)
    assert {engine.root: engine.overrides for engine in engines.built} == {
        str(one): {"select": ["one"]},
        str(two): {"select": ["two"]},
    }


def test_a_client_that_never_tells_its_settings_is_served_all_the_same(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=_with_configuration())
    assert len(inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)) == 1


def test_changed_settings_begin_anew_and_equal_ones_do_not(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    for settings in ({"isolint": {}}, {"isolint": {"select": ["x"]}}, {"isolint": {"select": ["x"]}}, None):
        inside.notify("workspace/didChangeConfiguration", {"settings": settings})
        _settle(inside)
    assert [engine.overrides for engine in engines.built] == [{}, {"select": ["x"]}]
    assert engines.count("close") == 1
    assert inside.answer(inside.hover(uri, 0, 0))["result"]["contents"]["value"] == "**leak**"


def test_a_setting_that_is_taken_back_is_gone(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path, initializationOptions={"settings": {"select": ["x"]}, "trusted": True})
    inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)
    inside.notify("workspace/didChangeConfiguration", {"settings": {"isolint": {}}})
    _settle(inside)
    assert [engine.overrides for engine in engines.built] == [{"select": ["x"]}, {}]


def test_a_changed_configuration_is_asked_for_again(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path, capabilities=_with_configuration())
    question = inside.wait(lambda m: m.get("method") == "workspace/configuration")
    inside.send(id=question["id"], result=[{}, {}])
    inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)
    before = len(inside.messages)
    inside.notify("workspace/didChangeConfiguration", {"settings": None})
    question = inside.wait(lambda m: m.get("method") == "workspace/configuration", before)
    inside.send(id=question["id"], result=[{"ignore": ["y"]}, {}])
    _settle(inside)
    assert engines.built[-1].overrides == {"ignore": ["y"]}


# Faults.


def test_a_fault_in_one_file_leaves_the_others_checked(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    bad = inside.open(tmp_path / "test_bad.py", "boom\n")
    good = inside.open(tmp_path / "test_good.py", "leak\n")
    assert len(inside.published(good, 1)) == 1
    _settle(inside)
    assert inside.publications(bad) == []
    assert sum("boom" in text for text in inside.logged()) >= 1
    assert not any(m.get("method") == "window/showMessage" for m in inside.messages)


def test_an_engine_that_chokes_on_an_edit_begins_anew(inside: Inside, engines: Engines, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    other = inside.open(tmp_path / "test_b.py", "leak\n")
    inside.published(other, 1)
    inside.change(uri, 2, "indigestible leak\n")
    inside.change(uri, 3, "leak leak\n")
    assert len(inside.published(uri, 3)) == 2
    inside.change(uri, 4, "indigestible leak\n")
    _settle(inside)
    inside.change(uri, 5, "leak\n")
    assert len(inside.published(uri, 5)) == 1
    inside.change(other, 2, "leak leak\n")
    assert len(inside.published(other, 2)) == 2
    assert engines.count("engine") == engines.count("close") + 1
    assert any("cannot be taken" in text for text in inside.logged())


def test_an_engine_that_cannot_be_built(tmp_path: Path) -> None:
    def refuse(root: str, overrides: object, on_answers: object) -> Any:
        raise OSError("no")

    wire = Inside(refuse)
    try:
        wire.start(tmp_path)
        uri = wire.open(tmp_path / "test_a.py", "leak\n")
        assert wire.answer(wire.hover(uri, 0, 0))["error"]["message"] == "OSError: no"
    finally:
        wire.end()


def test_problems_of_the_configuration_are_logged_once(inside: Inside, tmp_path: Path) -> None:
    ini = tmp_path / "pytest.ini"
    inside.start(tmp_path)
    inside.published(inside.open(tmp_path / "test_a.py", "leak\n"), 1)
    assert inside.logged() == []
    ini.write_text("[pytest]\nnonsense\n")
    for _ in range(3):
        inside.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": ini.as_uri(), "type": 2}]})
    _settle(inside)
    assert inside.logged() == [f"{ini}:2: no such option"]


def test_what_our_rooms_log_reaches_the_client(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    logging.getLogger("isolint.inference").warning("the child ended: %s", "signal 9")
    logging.getLogger("isolint.inference").info("a detail")
    message = inside.wait(lambda m: m.get("method") == "window/logMessage")
    assert message["params"] == {"type": 2, "message": "the child ended: signal 9"}


def test_what_could_not_be_read_is_logged_once(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "lonely\n")
    inside.published(uri, 1)
    inside.change(uri, 2, "lonely 2\n")
    inside.published(uri, 2)
    assert inside.logged() == ["no environment found"]
