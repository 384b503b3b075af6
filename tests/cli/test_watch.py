"""`check --watch`: what is taken for a change, and a real process that is watched doing it. No test waits for time."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from isolint.check.session import Session
from isolint.check.watching import state
from isolint.cli.watch import LEAST, SHARE, changes
from tests.cli.conftest import Run
from tests.cli.test_check import write
from tests.cli.test_end_to_end import FILES
from tests.support import analysed_environment, cache_home, lay_out


def look(folder: Path) -> Callable[[], dict[str, object]]:
    return lambda: {path.name: path.read_text() for path in folder.iterdir()}


class Pauses:
    """Does one thing in each pause; StopIteration when there is nothing left to do."""

    def __init__(self, *actions: Callable[[], object]) -> None:
        self.actions = iter(actions)
        self.lengths: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.lengths.append(seconds)
        next(self.actions)()


def nothing() -> None:
    """A pause in which nobody does anything."""


def test_what_changed_came_and_went(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    one.write_text("1")
    two.write_text("2")

    def edit() -> None:
        one.write_text("new")
        two.unlink()
        three.write_text("3")

    pauses = Pauses(nothing, edit, nothing)
    found = changes(look(tmp_path), pauses)
    assert next(found) == []
    assert next(found) == ["one", "three", "two"]
    assert len(pauses.lengths) == 3
    assert min(pauses.lengths[:2]) >= LEAST


def test_many_changes_in_a_row_are_one(tmp_path: Path) -> None:
    steps = [lambda n=n: (tmp_path / f"file{n}").write_text("x") for n in range(3)]
    found = changes(look(tmp_path), Pauses(*steps, nothing))
    next(found)
    assert next(found) == ["file0", "file1", "file2"]


def test_what_changes_while_nobody_waits_is_told(tmp_path: Path) -> None:
    found = changes(look(tmp_path), Pauses(nothing))
    next(found)
    (tmp_path / "one").write_text("1")  # while the first check runs
    assert next(found) == ["one"]


def test_what_is_as_it_was_is_no_change(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.write_text("1")
    steps = (lambda: one.write_text("2"), lambda: one.write_text("1"), nothing, lambda: one.write_text("3"), nothing)
    found = changes(look(tmp_path), Pauses(*steps))
    next(found)
    assert next(found) == ["one"]
    assert one.read_text() == "3"


def test_a_look_that_is_dear_is_done_less_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("isolint.cli.watch.time.perf_counter", lambda: next(clock))
    pauses = Pauses(lambda: (tmp_path / "one").write_text("1"), nothing)
    found = changes(look(tmp_path), pauses)
    next(found)
    next(found)
    assert pauses.lengths[0] == 2 * SHARE


def test_the_files_that_a_report_depends_on(tmp_path: Path) -> None:
    lay_out(tmp_path, {**FILES, "node_modules/x.py": "", "sub/setup.cfg": "[tool:pytest]\n", "sub/test_b.py": ""})
    session = Session(str(tmp_path))
    before = state(session)
    names = {os.path.relpath(path, tmp_path) for path, stamp in before.items() if stamp is not None}
    assert names == {*FILES, "pytest.ini", "sub/setup.cfg", "sub/test_b.py"}
    assert before[str(tmp_path / "pyproject.toml")] is None
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "new.py").write_text("")
    (tmp_path / "models.py").unlink()
    now = state(session)
    changed = {os.path.relpath(path, tmp_path) for path in {*before, *now} if before.get(path) != now.get(path)}
    assert changed == {"pyproject.toml", "new.py", "models.py"}


@pytest.mark.parametrize("more", [("--fix",), ("--diff",), ("--add-ignores",), ("--stdin-filename", "test_a.py", "-")])
def test_what_cannot_be_watched(run: Run, project: Path, more: tuple[str, ...]) -> None:
    write(project, "test_a.py", "")
    result = run("check", "--watch", *more)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("isolint: --watch ")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A project, and `isolint check --watch` at work on it."""
    lay_out(tmp_path, FILES)
    environment = analysed_environment()
    if environment is None:
        pytest.skip("no environment with Django to analyse")
    variables = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "VIRTUAL_ENV": str(environment),
        "XDG_CACHE_HOME": cache_home(),
    }
    arguments = ("check", "--watch", "--output-format", "github", "--baseline", "base.json")
    (tmp_path / "base.json").write_text('{"version": 1, "findings": []}')
    process = subprocess.Popen(
        [sys.executable, "-m", "isolint", *arguments],
        cwd=tmp_path,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield tmp_path, process
    finally:
        process.kill()
        process.communicate()


def test_a_project_is_checked_again(watched: tuple[Path, subprocess.Popen[str]]) -> None:
    project, process = watched
    assert process.stdout is not None
    lines: queue.Queue[str] = queue.Queue()
    stdout = process.stdout
    threading.Thread(target=lambda: [lines.put(line) for line in stdout], daemon=True).start()

    def one_check() -> list[str]:
        told = []
        while not told or not told[-1].startswith("isolint: waiting for changes"):
            told.append(lines.get(timeout=120))
        return told

    def errors() -> list[str]:
        told = one_check()
        return sorted(line.split("title=")[1].split("::")[0].split(" ")[0] for line in told if "::error" in line)

    assert len(errors()) == 2
    test = project / "tests" / "test_orders.py"
    test.write_text(FILES["tests/test_orders.py"].replace("await Order.objects.acreate(total=3)", "pass"))
    assert len(errors()) == 1
    (project / "tests" / "conftest.py").write_text("def nothing():\n    pass\n")
    assert errors() == []
    (project / "tests" / "conftest.py").write_text(FILES["tests/conftest.py"])
    (project / "tests" / "test_new.py").write_text(FILES["tests/test_orders.py"])
    assert len(errors()) == 3
    (project / "base.json").write_text("{")
    assert any("base.json:1: the baseline cannot be read" in line for line in one_check())
    (project / "tests" / "test_new.py").unlink()
    (project / "base.json").write_text('{"version": 1, "findings": []}')
    assert len(errors()) == 1
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
