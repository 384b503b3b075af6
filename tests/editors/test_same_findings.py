"""One truth everywhere: Neovim and VS Code show what `isolint check` says, place by place and word by word.

scripts/check-package runs this with the wheel alone in an empty environment: `ISOLINT_INSTALLED` is that environment's
folder, and nothing of this checkout is on the path of any server. Without it the checkout itself is asked, so that a
difference between the editors and the command line shows before there is a wheel.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.editors import code_server, neovim
from tests.support import ROOT, analysed_environment

INSTALLED = os.environ.get("ISOLINT_INSTALLED")

Json = dict[str, Any]

# What the example lacks: a byte order mark, line ends of two characters, columns that count otherwise in bytes, code
# points and UTF-16, all severities, several rules, and a file that ends while it is being typed.
WIDE = """\
import asyncio

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async

from orders.models import Order


def é(unknown):
    return unknown()


@pytest_asyncio.fixture
async def order_𐌰(db):
    return await Order.objects.acreate(customer_id=1)


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_ä(make_order, unknown):
    "😀é"; await sync_to_async(make_order)(name="😀"); await asyncio.to_thread(make_order, name="é")
    "😀"; await sync_to_async(é)(unknown); await sync_to_async(unknown)()  # 😀


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_ignored(make_order):
    await sync_to_async(make_order)()  # isolint: ignore[sync-to-async-in-db-test]


def test_sync(order_𐌰):
    assert order_𐌰


@pytest.mark.django_db
def test_loop():
    "é"; asyncio.run(Order.objects.acreate(customer_id=1))
"""
BROKEN = """\
import pytest
from asgiref.sync import sync_to_async


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_flushed(make_order):
    await sync_to_async(make_order)()


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_typed(make_order):
    await sync_to_async(make_order)()
    order = await sync_to_async(make_order)(
"""
SETTINGS = '[tool.isolint]\nseverity = { "transactional-test" = "hint", "bare-event-loop-in-db-test" = "info" }\n'


@dataclass(frozen=True, order=True)
class Shown:
    """A finding as somebody sees it: lines and columns from 1, columns in code points."""

    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    severity: str
    name: str
    message: str


@dataclass(frozen=True)
class Answers:
    """What one of the three said: the findings, and for each with a fix its title and whether it is safe."""

    findings: list[Shown]
    fixes: dict[Shown, tuple[str, str]]
    hovers: list[str]


@dataclass(frozen=True)
class Setting:
    """The project, what is asked (a Python and a program `isolint` outside this checkout), and where it may write."""

    project: Path
    environment: Path
    python: Path
    program: Path
    folder: Path

    @property
    def files(self) -> list[Path]:
        return sorted(self.project.rglob("*.py"))

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a user who has none of this checkout."""
        ours = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST", "XDG_"))}
        ours.pop("VIRTUAL_ENV", None)
        return {**ours, "HOME": str(self.folder / "home")}

    def isolint(self, *arguments: str) -> list[Json]:
        """The JSON of a command in the project's folder."""
        variables = {**self.variables, "VIRTUAL_ENV": str(self.environment)}
        command = [str(self.program), *arguments, "--no-cache", "--output-format", "json", "."]
        run = subprocess.run(
            command, cwd=self.project, env=variables, capture_output=True, text=True, timeout=240, check=False
        )
        assert run.returncode in (0, 1), run.stderr
        answer: list[Json] = json.loads(run.stdout)
        return answer


@functools.cache
def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8-sig").split("\n")


def _wrapped(file: Path, arguments: str) -> Path:
    """This checkout as a program: with its sources, and with nothing that the caller would have to set."""
    file.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "server"}" exec "{sys.executable}" {arguments} "$@"\n')
    file.chmod(0o755)
    return file


@pytest.fixture(scope="module")
def setting() -> Iterator[Setting]:
    environment = analysed_environment()
    if environment is None:
        code_server.required("no environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT")
    folder = Path(tempfile.mkdtemp(prefix="isolint-same-"))  # short: sockets are made below it
    try:
        project = folder / "shop"
        hidden = shutil.ignore_patterns("__pycache__", "*.sqlite3", ".*")
        shutil.copytree(ROOT / "examples" / "shop", project, ignore=hidden)
        wide = WIDE.replace("\n", "\r\n").encode("utf-8-sig")
        (project / "tests" / "test_wide.py").write_bytes(wide)
        (project / "tests" / "test_broken.py").write_text(BROKEN, encoding="utf-8")
        (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
        (folder / "home").mkdir()
        if INSTALLED:
            bin_ = Path(INSTALLED) / "bin"
            python, program = bin_ / "python", bin_ / "isolint"
        else:
            python, program = _wrapped(folder / "python", ""), _wrapped(folder / "isolint", "-P -m isolint")
        yield Setting(project, environment, python, program, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def told(setting: Setting) -> Answers:
    """What the command line says."""
    findings, fixes = [], {}
    for found in setting.isolint("check"):
        start, end = (found["line"], found["column"]), (found["end_line"], found["end_column"])
        shown = Shown(found["path"], start, end, found["severity"], found["name"], found["message"])
        findings.append(shown)
        if found["fix"]:
            fixes[shown] = (found["fix"]["applicability"], found["fix"]["title"])
    return Answers(sorted(findings), fixes, [])


@pytest.fixture(scope="module")
def explained(setting: Setting) -> list[Json]:
    """What the command line explains about each test."""
    return setting.isolint("explain")


def _answers(setting: Setting, seen: Json, column: Callable[[str, int], int]) -> Answers:
    """What an editor showed. `column` turns its columns on a line into code points."""
    severities = {each: each for each in ("error", "warning", "info", "hint")} | {
        "warn": "warning",
        "information": "info",
    }
    findings, fixes = [], {}
    for file, all_of_file in seen["findings"].items():
        lines = [*_lines(Path(file)), ""]
        for found in all_of_file:
            start, end = ((line + 1, column(lines[line], at) + 1) for line, at in (found["start"], found["end"]))
            path = Path(file).relative_to(setting.project).as_posix()
            if "leak here (in open files)" in found["message"]:
                continue  # a cause, for those who have its file open: on the command line findings are grouped by it
            shown = Shown(path, start, end, severities[found["severity"].lower()], found["code"], found["message"])
            findings.append(shown)
            if found.get("fix") and found["fix"]["applicability"] != "none":  # "none" comes with the reason why not
                fixes[shown] = (found["fix"]["applicability"], found["fix"]["title"])
    return Answers(sorted(findings), fixes, seen["hovers"])


def _plan(setting: Setting, explained: list[Json], column: Callable[[str, int], int]) -> Json:
    """What an editor is asked: to show all files, and a hover on the name of each test."""
    places = []
    for test in explained:
        file = setting.project / test["path"]
        line = _lines(file)[test["line"] - 1]
        at = line.index(test["test"].rpartition("::")[2])
        places.append({"file": str(file), "line": test["line"] - 1, "character": column(line, at)})
    return {"files": [str(file) for file in setting.files], "places": places}


@pytest.fixture(scope="module")
def in_neovim(setting: Setting, explained: list[Json]) -> Answers:
    if neovim.version() < (0, 11):
        code_server.required(neovim.MISSING)
    home = setting.folder / "neovim"
    someone = neovim.user(home, f'"{setting.program}"')
    there = json.dumps({"environment": str(setting.environment)})
    options = f"vim.lsp.config('isolint', {{ settings = {{ isolint = vim.json.decode([=[{there}]=]) }} }})\n"
    someone.init.write_text(options + someone.init.read_text())
    plan = setting.folder / "neovim.json"
    plan.write_text(json.dumps(_plan(setting, explained, lambda line, at: len(line[:at].encode()))))
    seen = someone.run("neovim_collect.lua", setting.project, str(plan), searched=os.environ["PATH"])
    return _answers(setting, seen, lambda line, at: len(line.encode()[:at].decode()))


@pytest.fixture(scope="module")
def in_vscode(setting: Setting, explained: list[Json]) -> Answers:
    state = setting.folder / "vscode"
    state.mkdir()
    chromium, vsix = code_server.set_up(state)
    plan = {
        "folder": str(state),
        "vsix": str(vsix),
        "workspace": str(setting.project),
        "suite": str(code_server.HERE / "suite" / "collect.cjs"),
        "machine": {"isolint.interpreter": [str(setting.python)], "isolint.environment": str(setting.environment)},
        "chromium": chromium,
        "images": None,
        "limit": 120_000,
        **_plan(setting, explained, lambda line, at: len(line[:at].encode("utf-16-le")) // 2),
    }
    seen = code_server.drive(plan, setting.variables)
    assert f"{setting.python} -P -m isolint server" in seen["status"]
    return _answers(setting, seen, lambda line, at: len(line.encode("utf-16-le")[: 2 * at].decode("utf-16-le")))


def test_it_is_the_wheel_that_is_asked(setting: Setting) -> None:
    """Or the checkout, where no wheel is given; and then nothing of the other is in sight."""
    look = "import sys, isolint; print(isolint.__file__, *sys.path, sep='\\n')"
    run = subprocess.run(
        [setting.python, "-P", "-c", look],
        cwd=setting.project,
        env=setting.variables,
        capture_output=True,
        text=True,
        check=True,
    )
    module, *path = run.stdout.splitlines()
    assert Path(module).is_relative_to(INSTALLED or ROOT / "server")
    assert INSTALLED is None or not [each for each in path if Path(each).is_relative_to(ROOT / "server")]


def test_the_project_tells_them_apart(told: Answers) -> None:
    """Equal answers mean something only when there is much to be wrong about."""
    assert {found.severity for found in told.findings} == {"error", "warning", "info", "hint"}
    assert len({found.name for found in told.findings}) >= 5
    assert {Path(found.path).name for found in told.findings} == {
        "test_broken.py",
        "test_checkout.py",
        "test_payments.py",
        "test_wide.py",
    }
    assert told.fixes


def test_neovim_shows_what_the_command_line_says(told: Answers, in_neovim: Answers) -> None:
    assert in_neovim.findings == told.findings


def test_vscode_shows_what_the_command_line_says(told: Answers, in_vscode: Answers) -> None:
    assert in_vscode.findings == told.findings


def test_the_same_fixes_are_offered(told: Answers, in_neovim: Answers, in_vscode: Answers) -> None:
    assert in_neovim.fixes == told.fixes
    assert in_vscode.fixes == told.fixes


def test_hover_in_neovim_says_what_explain_says(explained: list[Json], in_neovim: Answers) -> None:
    assert len(explained) >= 10
    for test, hover in zip(explained, in_neovim.hovers, strict=True):
        said = dict(line[2:].split(": ", 1) for line in hover.splitlines() if line.startswith("- "))
        name = test["test"].rpartition("::")[2]
        verdict = test["verdict"].replace("-rollback", " rolled back")
        assert name in hover.splitlines()[0], hover
        assert said["runner"].startswith(f"`{test['runner']}`"), hover
        assert said["database"].startswith(f"`{test['database']['mode']}`"), hover
        assert said["verdict"].strip("*").startswith(verdict), hover
        assert len(said["place"]) > 3, hover
        assert all(reason in hover for reason in test["reasons"][:8]), hover


def test_hover_is_the_same_in_both_editors(in_neovim: Answers, in_vscode: Answers) -> None:
    assert in_vscode.hovers == in_neovim.hovers
