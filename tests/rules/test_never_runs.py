"""ISO203 and ISO204: tests that pytest drops, and async tests that nothing awaits. What really happens to each of these
was seen in runs of pytest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.check.engine import INI, Line, body, needs_environment, project, verdicts

pytestmark = needs_environment

AUTO = "[pytest]\nasyncio_mode = auto\n"


def found(files: Mapping[str, str], ini: str = INI) -> list[Line]:
    with project(files, ini) as (root, session):
        report = session.report(str(root / "test_a.py"))
        return [(one.location.line, one.code, one.severity) for one in report.findings if one.code[:4] == "ISO2"]


def line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


DROPPED = {
    "a function": "@async_to_sync\nasync def test_x():\n    pass\n",
    "below a mark": "@pytest.mark.slow\n@async_to_sync\nasync def test_x():\n    pass\n",
    "above a mark": "@async_to_sync\n@pytest.mark.slow\nasync def test_x():\n    pass\n",
    "through an alias": "bridge = async_to_sync\n\n@bridge\nasync def test_x():\n    pass\n",
    "with arguments": "@async_to_sync(force_new_loop=True)\nasync def test_x():\n    pass\n",
    "a method": "class TestX:\n    @async_to_sync\n    async def test_x(self):\n        pass\n",
    "a static method": "class TestX:\n    @staticmethod\n    @async_to_sync\n    async def test_x():\n        pass\n",
}


@pytest.mark.parametrize("text", DROPPED.values(), ids=DROPPED)
def test_dropped(text: str) -> None:
    files = body(text)
    assert found(files) == [(line(files["test_a.py"], "def test_x"), "ISO203", "error")]
    assert verdicts(files) == {}


KEPT = {
    "a helper": "@async_to_sync\nasync def helper():\n    pass\n",
    "called in a test": "async def work():\n    pass\n\ndef test_x():\n    async_to_sync(work)()\n",
    "an inner function": "def test_x():\n    @async_to_sync\n    async def test_y():\n        pass\n    test_y()\n",
    "in a unittest class": "import unittest\n\nclass TestX(unittest.TestCase):\n    @async_to_sync\n"
    "    async def test_x(self):\n        pass\n",
    "in another class": "class Helper:\n    @async_to_sync\n    async def test_x(self):\n        pass\n",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_not_dropped(text: str) -> None:
    assert found(body(text)) == []


NEVER = {
    "a plain TestCase": "import unittest as u\n\nclass TestX(u.TestCase):\n    async def test_x(self):\n        pass\n",
    "a mark that does not count there": "import unittest\n\n@pytest.mark.asyncio\nclass TestX(unittest.TestCase):\n"
    "    async def test_x(self):\n        pass\n",
    "no runner": "async def test_x():\n    pass\n",
    "an async generator": "@pytest.mark.asyncio\nasync def test_x():\n    yield\n",
    "sync_to_async": "@pytest.mark.asyncio\n@sync_to_async\ndef test_x():\n    pass\n",
}


@pytest.mark.parametrize("text", NEVER.values(), ids=NEVER)
def test_never_runs(text: str) -> None:
    files = body(text)
    assert found(files) == [(line(files["test_a.py"], "def test_x"), "ISO204", "error")]


RUNS = {
    "marked": "@pytest.mark.asyncio\nasync def test_x():\n    pass\n",
    "anyio": "@pytest.mark.anyio\nasync def test_x():\n    pass\n",
    "isolated": "import unittest\n\nclass TestX(unittest.IsolatedAsyncioTestCase):\n    async def test_x(self):\n"
    "        pass\n",
    "django": "from django.test import SimpleTestCase\n\nclass TestX(SimpleTestCase):\n    async def test_x(self):\n"
    "        pass\n",
    "an unknown decorator": "@unheard_of\nasync def test_x():\n    pass\n",
    "an unknown base": "class TestX(Unheard):\n    async def test_x(self):\n        pass\n",
    "a mark that nobody can read": "pytestmark = unheard_of()\n\nasync def test_x():\n    pass\n",
}


@pytest.mark.parametrize("text", RUNS.values(), ids=RUNS)
def test_runs_or_may_run(text: str) -> None:
    assert found(body(text)) == []


def test_automatic_mode_runs_it() -> None:
    assert found(body(NEVER["no runner"]), AUTO) == []


HOOKS = {
    "calls it": "def pytest_pyfunc_call(pyfuncitem):\n    return run(pyfuncitem)\n",
    "imported": "from hooks import pytest_pyfunc_call\n",
    "puts another function in": "def pytest_collection_modifyitems(items):\n    for item in items:\n"
    "        item.obj = run(item.obj)\n",
    "makes the item": "def pytest_pycollect_makeitem(collector, name, obj):\n    return make(collector, name, obj)\n",
}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_a_hook_of_the_project_may_run_it(hook: str) -> None:
    files = {**body(NEVER["no runner"]), "conftest.py": hook, "hooks.py": HOOKS["calls it"]}
    assert found(files) == []
    assert verdicts(files)["test_x"].verdict == "undecided"


def test_a_hook_that_only_sorts_runs_nothing() -> None:
    hook = "def pytest_collection_modifyitems(items):\n    items.sort(key=str)\n"
    assert [code for _, code, _ in found({**body(NEVER["no runner"]), "conftest.py": hook})] == ["ISO204"]


def test_a_plugin_that_is_turned_off_runs_nothing() -> None:
    text = "@pytest.mark.asyncio\nasync def test_x():\n    pass\n"
    ini = INI + "addopts = -p no:asyncio\n"
    assert [(code, severity) for _, code, severity in found(body(text), ini)] == [("ISO204", "error")]


def environment_of(folder: Path, *distributions: str) -> dict[str, object]:
    """The setting for an environment that holds these distributions and nothing else."""
    site = folder / "lib" / "python3.12" / "site-packages"
    for name in distributions:
        metadata = site / f"{name}-9.0.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.0\n")
    (folder / "pyvenv.cfg").write_text("version = 3.12.0\n")
    return {"environment": str(folder)}


def test_a_plugin_that_is_not_installed_is_a_doubt(tmp_path: Path) -> None:
    settings = environment_of(tmp_path, "pytest")
    text = "@pytest.mark.asyncio\nasync def test_x():\n    pass\n"
    with project(body(text), INI, settings) as (root, session):
        (one,) = session.report(str(root / "test_a.py")).findings
    assert (one.code, one.severity, one.confidence) == ("ISO204", "warning", "likely")
    assert "pytest-asyncio, which is not installed" in one.message


def test_an_environment_without_pytest_is_not_the_one_that_tests_run_in(tmp_path: Path) -> None:
    settings = environment_of(tmp_path, "django")
    with project(body(NEVER["no runner"]), INI, settings) as (root, session):
        report = session.report(str(root / "test_a.py"))
    assert report.findings == ()
    assert [test.runner for test in report.tests] == ["unknown"]
