"""`client` and `child`: questions answered by a real child process."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from isolint.inference.client import LARGEST_CHILD, JediOrigin, NullOrigin, answering_versions, open_origin
from isolint.inference.process import child_command
from isolint.inference.store import AnswerStore
from isolint.inference.wire import Hello
from isolint.names.origin import (
    Answer,
    ExpressionQuestion,
    MembersQuestion,
    NameQuestion,
    Origin,
    PlaceQuestion,
    Question,
)
from isolint.workspace.shapes import Environment
from tests.inference.support import OWN_SITE_PACKAGES, STDLIB, VERSION, write_tree

SITE = {
    "lib/__init__.py": "from lib.inner import f as g\nclass A: pass\n",
    "lib/inner.py": "def f(): pass\n",
}
G = NameQuestion("lib.g")


@pytest.fixture
def site(tmp_path: Path) -> str:
    return str(write_tree(tmp_path / "site-packages", SITE))


@pytest.fixture
def origin(site: str) -> Iterator[JediOrigin]:
    opened = JediOrigin(hello(site))
    yield opened
    opened.close()


def hello(*sys_path: str, limit: float = 20.0, roots: tuple[str, ...] = ()) -> Hello:
    return Hello((*sys_path, STDLIB), roots, VERSION, limit)


def canonical(origin: Origin, question: Question) -> str | None:
    """The canonical name answered, "" for an unknown, None for no answer yet."""
    answer = origin.answer(question)
    if answer is None:
        return None
    return "" if answer.found is None else answer.found.canonical


def test_a_question_is_remembered_and_resolved(origin: JediOrigin) -> None:
    assert origin.answer(G) is None
    assert origin.answer(NameQuestion("lib.nothing")) is None
    assert origin.answer(MembersQuestion("lib")) is None
    assert origin.wanted() == (G, NameQuestion("lib.nothing"), MembersQuestion("lib"))
    assert origin.resolve() == 3
    assert origin.wanted() == ()
    assert canonical(origin, G) == "lib.inner.f"
    assert origin.answer(NameQuestion("lib.nothing")) == Answer(None)
    members = origin.answer(MembersQuestion("lib"))
    assert members is not None
    assert [name for name, _ in members.members] == ["g"]
    assert origin.resolve() == 0


def test_no_child_is_started_before_it_is_needed(origin: JediOrigin) -> None:
    origin.answer(G)
    assert origin.statistics()["children"] == 0
    origin.resolve()
    assert origin.statistics()["children"] == 1


def test_the_parent_never_imports_jedi(site: str) -> None:
    program = (
        "import sys\n"
        "from isolint.inference.client import JediOrigin\n"
        "from isolint.inference.wire import Hello\n"
        "from isolint.names.origin import NameQuestion\n"
        f"origin = JediOrigin(Hello(({site!r},), (), {VERSION!r}, 20.0))\n"
        "origin.answer(NameQuestion('lib.g')); origin.resolve()\n"
        "print(origin.answer(NameQuestion('lib.g')).found.canonical, {'jedi', 'parso'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == "lib.inner.f set()\n"
    assert done.stderr == ""


def test_a_crashed_child_is_replaced(origin: JediOrigin, caplog: pytest.LogCaptureFixture) -> None:
    origin.answer(NameQuestion("lib.A"))
    origin.resolve()
    first = origin.child_pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    origin.answer(G)
    with caplog.at_level(logging.WARNING, "isolint.inference"):
        assert origin.resolve() == 1
    assert canonical(origin, G) == "lib.inner.f"
    assert origin.child_pid != first
    assert "lib.g" in caplog.text


def test_a_question_that_takes_too_long_is_unknown_and_the_others_are_answered(site: str) -> None:
    # Parsing alone takes several times the limit.
    lines = "".join(f"x{n} = [x{n - 1}, x{n - 1}] if x{n - 1} else {{x{n - 1}: 1}}\n" for n in range(1, 10_000))
    question = ExpressionQuestion("/project/slow.py", "x0 = 1\n" + lines + "x9999\n", 10_001, 5)
    origin = JediOrigin(hello(site, limit=0.9))
    try:
        origin.answer(question)
        origin.answer(G)
        assert origin.resolve() == 2
        assert origin.answer(question) == Answer(None)
        assert canonical(origin, G) == "lib.inner.f"
        assert origin.statistics()["children"] >= 2
    finally:
        origin.close()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer for processor time")
def test_the_limit_is_processor_time_and_not_the_clock() -> None:
    # Far beyond the limit on the clock, and nothing happens; then the work counts, whatever Python is busy with.
    program = (
        "import signal, sys, time\n"
        "from isolint.inference.child import watch_processor_time\n"
        "assert watch_processor_time()\n"
        "signal.setitimer(signal.ITIMER_PROF, 0.3)\n"
        "time.sleep(0.6)\n"
        "print('waited', flush=True)\n"
        "sum(range(10 ** 12))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == "waited\n"
    assert done.returncode == -signal.SIGPROF
    assert "most recent call first" in done.stderr


def test_a_child_that_never_starts_answers_unknown(
    site: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("isolint.inference.process.sys.executable", sys.executable + "-missing")
    origin = JediOrigin(hello(site))
    names = [NameQuestion(f"lib.x{number}") for number in range(50)]
    for name in names:
        origin.answer(name)
    assert origin.resolve() == 50
    assert all(origin.answer(name) == Answer(None) for name in names)
    assert "cannot be used" in caplog.text
    assert len(caplog.records) < 20
    origin.close()


def test_a_grown_child_is_replaced_after_the_batch(site: str, caplog: pytest.LogCaptureFixture) -> None:
    assert LARGEST_CHILD == 150 * 1024 * 1024
    origin = JediOrigin(hello(site), largest_child=1)
    try:
        origin.answer(G)
        with caplog.at_level(logging.INFO, "isolint.inference"):
            origin.resolve()
        assert origin.child_pid is None
        assert "is replaced at" in caplog.text
        assert origin.statistics()["largest_mb"] > 10
        origin.answer(NameQuestion("lib.A"))
        origin.answer(MembersQuestion("lib"))
        origin.resolve()
        assert origin.statistics()["children"] == 3
        assert canonical(origin, NameQuestion("lib.A")) == "lib.A"
    finally:
        origin.close()


def test_the_memory_of_the_child_is_known(origin: JediOrigin) -> None:
    origin.answer(G)
    origin.resolve()
    assert 10 < origin.statistics()["memory_mb"] < 150


def test_the_background_thread_answers_and_calls_back(origin: JediOrigin) -> None:
    called = threading.Event()
    origin.start_background(called.set)
    origin.start_background(called.set)
    assert origin.answer(G) is None
    assert called.wait(20)
    assert canonical(origin, G) == "lib.inner.f"
    called.clear()
    assert origin.answer(NameQuestion("lib.A")) is None
    assert called.wait(20)


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="no priorities")
def test_the_background_steps_back_and_a_batch_does_not(site: str) -> None:
    called = threading.Event()
    for background in (False, True):
        origin = JediOrigin(hello(site))
        if background:
            origin.start_background(called.set)
        origin.answer(G)
        if background:
            assert called.wait(20)
        else:
            origin.resolve()
        pid = origin.child_pid
        assert pid is not None
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, pid) == (min(own + 10, 19) if background else own)
        origin.close()


def test_a_failing_listener_does_not_end_the_background(origin: JediOrigin, caplog: pytest.LogCaptureFixture) -> None:
    calls = threading.Semaphore(0)

    def listener() -> None:
        calls.release()
        raise RuntimeError("of the listener")

    origin.start_background(listener)
    origin.answer(G)
    assert calls.acquire(timeout=20)
    origin.answer(NameQuestion("lib.A"))
    assert calls.acquire(timeout=20)
    assert "of the listener" in caplog.text


def test_close_ends_child_and_thread_and_may_be_called_twice(site: str) -> None:
    origin = JediOrigin(hello(site))
    origin.start_background(lambda: None)
    origin.answer(G)
    origin.close()
    origin.close()
    assert origin.child_pid is None
    assert not any(thread.name == "isolint-inference" for thread in threading.enumerate())
    assert origin.answer(NameQuestion("lib.A")) is None
    assert NameQuestion("lib.A") not in origin.wanted()


def test_the_timeout_leaves_the_rest_wanted(site: str) -> None:
    origin = JediOrigin(hello(site))
    try:
        for number in range(20):
            origin.answer(NameQuestion(f"lib.x{number}"))
        count = origin.resolve(timeout=0)
        assert count == 1
        assert len(origin.wanted()) == 19
    finally:
        origin.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits for a process that is not ours")
def test_the_child_ends_when_the_parent_is_killed(site: str) -> None:
    program = (
        "import sys\n"
        "from isolint.inference.client import JediOrigin\n"
        "from isolint.inference.wire import Hello\n"
        "from isolint.names.origin import NameQuestion\n"
        f"origin = JediOrigin(Hello(({site!r},), (), {VERSION!r}, 20.0))\n"
        "origin.answer(NameQuestion('lib.g')); origin.resolve()\n"
        "print(origin.child_pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        assert select.select([child], [], [], 0)[0] == []
        parent.kill()
    assert select.select([child], [], [], 20)[0] == [child]
    os.close(child)


def test_answers_are_stored_and_read_without_a_child(site: str, tmp_path: Path) -> None:
    first = JediOrigin(hello(site), store=AnswerStore(tmp_path / "cache", "x"))
    for question in (G, NameQuestion("lib.nothing"), MembersQuestion("lib")):
        first.answer(question)
    first.resolve()
    answers = [first.answer(each) for each in (G, NameQuestion("lib.nothing"), MembersQuestion("lib"))]
    first.close()
    second = JediOrigin(hello(site), store=AnswerStore(tmp_path / "cache", "x"))
    assert [second.answer(each) for each in (G, NameQuestion("lib.nothing"), MembersQuestion("lib"))] == answers
    assert None not in answers
    assert second.statistics()["children"] == 0
    assert (second.statistics()["stored"], second.statistics()["asked"]) == (3, 0)
    second.close()


def test_source_that_changes_without_an_installation_is_not_stored(site: str, tmp_path: Path) -> None:
    editable = str(write_tree(tmp_path / "work", {"mine.py": "def h(): pass\n"}))
    store = AnswerStore(tmp_path / "cache", "x")
    origin = JediOrigin(hello(site, editable), store=store, lasting=[site, STDLIB])
    for question in (G, NameQuestion("mine.h"), NameQuestion("nowhere.at_all")):
        origin.answer(question)
    origin.resolve()
    assert len(store) == 1
    assert canonical(origin, NameQuestion("mine.h")) == "mine.h"
    write_tree(tmp_path / "work", {"mine.py": "h = 3\nclass Other:\n    pass\nh = Other\n"})
    origin.project_changed()
    assert canonical(origin, NameQuestion("mine.h")) is None
    assert canonical(origin, G) == "lib.inner.f"
    origin.resolve()
    assert canonical(origin, NameQuestion("mine.h")) == "mine.Other"
    origin.close()


def test_types_of_expressions_are_stored_only_under_a_state_of_the_project(site: str, tmp_path: Path) -> None:
    question = ExpressionQuestion(str(tmp_path / "test_x.py"), "from lib import A\na = A()\na\n", 3, 1)
    store = AnswerStore(tmp_path / "cache", "x")
    origin = JediOrigin(hello(site, roots=(str(tmp_path),)), store=store)
    origin.answer(question)
    origin.resolve()
    answer = origin.answer(question)
    assert answer is not None
    assert answer.found is not None
    assert answer.found.type == "lib.A"
    assert len(store) == 0
    origin.project_changed("state one")
    assert origin.answer(question) is None
    origin.resolve()
    assert len(store) == 1
    origin.project_changed("state two")
    assert origin.answer(question) is None
    origin.project_changed("state one")
    assert origin.answer(question) == answer
    origin.close()


def test_a_question_about_an_older_text_is_dropped(origin: JediOrigin) -> None:
    older = ExpressionQuestion("/project/a.py", "x\n", 1, 1)
    newer = ExpressionQuestion("/project/a.py", "xy\n", 1, 2)
    same_text = ExpressionQuestion("/project/a.py", "xy\n", 1, 1)
    other_file = ExpressionQuestion("/project/b.py", "x\n", 1, 1)
    for question in (older, other_file, newer, same_text):
        origin.answer(question)
    assert origin.wanted() == (other_file, newer, same_text)


def test_only_the_last_place_that_was_pointed_at_is_asked_about_and_before_all_else(origin: JediOrigin) -> None:
    first, second = (PlaceQuestion("/project/a.py", "from lib import f, g\n", 1, column) for column in (16, 19))
    origin.answer(G)
    origin.answer(first)
    origin.answer(second)
    assert origin.wanted() == (second, G)


def test_what_a_place_says_is_not_kept_on_disk(site: str, tmp_path: Path) -> None:
    question = PlaceQuestion("/project/a.py", "from lib import g\n", 1, 16)
    for _ in range(2):
        store = AnswerStore(tmp_path, "x")
        origin = JediOrigin(hello(site), store=store)
        try:
            origin.project_changed("state")
            assert origin.answer(question) is None
            origin.resolve()
            found = origin.answer(question)
            assert found is not None
            assert found.targets[0].canonical == "lib.inner.f"
            assert origin.answer(msgspec.structs.replace(question, revision=1)) is None
        finally:
            origin.close()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer for processor time")
def test_a_place_that_takes_too_long_is_given_up_at_once(site: str) -> None:
    lines = "".join(f"x{n} = [x{n - 1}, x{n - 1}] if x{n - 1} else {{x{n - 1}: 1}}\n" for n in range(1, 10_000))
    question = PlaceQuestion("/project/slow.py", "x0 = 1\n" + lines + "x9999\n", 10_001, 5)
    origin = JediOrigin(hello(site, limit=0.9))
    try:
        origin.answer(question)
        assert origin.resolve() == 1
        assert origin.answer(question) == Answer(None)
        assert origin.statistics()["children"] == 1
    finally:
        origin.close()


def test_definitions_know_their_distribution(site: str) -> None:
    def owner(path: str) -> tuple[str, str] | None:
        return ("lib", "1.2") if path.startswith(site) else None

    origin = JediOrigin(hello(site), distribution_of=owner)
    for question in (G, NameQuestion("threading.Thread"), MembersQuestion("lib")):
        origin.answer(question)
    origin.resolve()
    answer = origin.answer(G)
    thread = origin.answer(NameQuestion("threading.Thread"))
    members = origin.answer(MembersQuestion("lib"))
    assert answer is not None
    assert answer.found is not None
    assert thread is not None
    assert thread.found is not None
    assert members is not None
    assert (answer.found.distribution, answer.found.version) == ("lib", "1.2")
    assert (thread.found.distribution, thread.found.version) == ("", "")
    assert members.members[0][1].distribution == "lib"
    origin.close()


def test_the_versions_of_jedi_and_parso_are_part_of_the_fingerprint() -> None:
    found = answering_versions()
    assert [name.partition("-")[0] for name in found] == ["jedi", "parso"]


def test_an_environment_is_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    environment = Environment(sys.prefix, VERSION, (OWN_SITE_PACKAGES,), STDLIB)
    for cache in (False, True):
        origin = open_origin(environment, cache=cache)
        origin.answer(NameQuestion("pytest.fixture"))
        origin.resolve()
        assert canonical(origin, NameQuestion("pytest.fixture")) == "_pytest.fixtures.fixture"
        origin.close()
        assert (tmp_path / "isolint").exists() == cache


def test_without_jedi_everything_is_unknown_at_once() -> None:
    origin = NullOrigin()
    assert origin.answer(G) == Answer(None)
    assert origin.wanted() == ()
    assert origin.resolve() == 0


def test_the_child_has_nothing_but_our_libraries() -> None:
    command = child_command()
    assert command[:3] == [sys.executable, "-I", "-S"]
    assert [each.partition("=")[0] for each in command[4:]] == ["isolint", "jedi", "parso", "msgspec"]


def test_both_origins_keep_the_protocol(origin: JediOrigin) -> None:
    origins: list[Origin] = [origin, NullOrigin()]
    assert [each.answer(G) for each in origins] == [None, Answer(None)]
