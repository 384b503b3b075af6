"""The model against pytest itself: small projects are collected and run by the real pytest, with Django, pytest-django,
pytest-asyncio, anyio and pytest-trio, and every decision of the model is compared with what happened.

The interpreter is ISOLINT_TRUTH_PYTHON's, or that of the analysed environment; in CI it must be there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from isolint.names.symbols import Site
from isolint.pytest_model.shapes import FixtureDef
from tests.pytest_model import again, strange, unusual
from tests.pytest_model.projects import NEEDS, PROJECTS, SETTINGS
from tests.pytest_model.support import Model, require_truth

HERE = Path(__file__).parent


ONCE = {
    "parameters"
} | PROJECTS.keys() - again.PROJECTS.keys() - strange.PROJECTS.keys() - unusual.PROJECTS.keys() - NEEDS.keys()
"""What `test_explained` compares as a user sees it is compared here with the order of closures and the arguments of
tests, on one project for each rule."""


@pytest.fixture(params=sorted(ONCE))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run_pytest(root: Path) -> dict[str, Any]:
    """What pytest decided about the project in `root`."""
    python = require_truth()
    output = root / "probe-output.json"
    aside = root.parent / f"{root.name}-probe"
    aside.mkdir()
    shutil.copy(HERE / "probe.py", aside / "probe.py")
    (aside / "seen.py").write_text("from probe import here, state\n")
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "DJANGO"))}
    keep |= {"PYTHONPATH": str(aside), "PROBE_OUTPUT": str(output), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "probe", "-p", "no:cacheprovider", "-W", "ignore", "--tb=short"],
        cwd=root,
        env=keep,
        capture_output=True,
        text=True,
        check=False,
    )
    assert output.exists(), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(output.read_text())
    found["output"] = done.stdout
    return found


def test_every_decision_is_pytests(name: str, tmp_path: Path) -> None:
    project = PROJECTS[name]
    root = tmp_path / "project"
    model = Model(root, {"settings.py": SETTINGS, **project})
    truth = run_pytest(root)
    expected = list(dict.fromkeys(truth["order"]))
    files = list(dict.fromkeys(node.split("::")[0] for node in expected))
    seen = [node for file in files for node in model.ids(file)]
    assert seen == expected, truth["output"]
    assert seen
    wrong = {node: bad for node in seen if (bad := differences(model, node, truth))}
    assert not wrong, json.dumps(wrong, indent=1)


def differences(model: Model, node: str, truth: dict[str, Any]) -> dict[str, Any]:
    """(ours, pytest's) for everything that is not equal about one test."""
    real = truth["items"][node]
    found: dict[str, Any] = {}
    item = model.item(node)
    assert item is not None

    def compare(what: str, ours: object, theirs: object) -> None:
        if ours != theirs:
            found[what] = {"ours": unlike(ours, theirs), "pytest": unlike(theirs, ours)}

    compare("marks", [m.name for m in model.marks(node) if m.certain], real["marks"])
    closure = model.closure(node)
    installed = {n for n, defs in closure.fixtures if is_entry_point(defs[-1])}
    # Entry points are loaded in the order in which the file system lists them: no order among theirs can be promised.
    compare("closure", sorted(closure.names), sorted(real["closure"]))
    # Nor of a fixture whose scope a function computes.
    installed |= {n for n, reason in closure.unknown if "scope" in reason}
    compare("order", *([n for n in names if n not in installed] for names in (closure.names, real["closure"])))
    placed = real["definitions"].keys() | (dict(closure.fixtures).keys() - real["fixtures"])
    ours = {
        n: [definition_place(model, one) for one in defs]
        for n, defs in closure.fixtures
        if not defs[-1].xunit and n in placed
    }
    made_by_pytest = {n for n, defs in closure.fixtures if defs[-1].xunit}
    theirs = {n: places for n, places in real["definitions"].items() if places and n not in made_by_pytest}
    compare("definitions", ours, theirs)
    compare("arguments", list(item.params), real["arguments"])
    runner = model.runner(node)
    ran = truth["runs"].get(node, "never")
    if "seen.here()" not in model.text_of(item) or runner.kind == "unknown":
        ran = runner.kind
    if ran == "isolated-asyncio" and not item.is_async:
        ran = "sync"
    if ran == "django" and item.family != "django":
        ran = "sync"  # a wrapper of the project's own that uses async_to_sync
    compare("runner", runner.kind, ran)
    for state in (seen for full, seen in truth["states"].items() if full.split("[")[0] == node):
        expected = expected_state(model, node)
        compare("database", expected, {alias: word for alias, word in state.items() if alias in expected})
    return found


def unlike(ours: object, theirs: object) -> object:
    """What differs, for a message a person can read."""
    if isinstance(ours, list) and isinstance(theirs, list) and sorted(ours) != sorted(theirs):
        return [n for n in ours if n not in theirs] or ours
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return {k: v for k, v in ours.items() if theirs.get(k) != v}
    return ours


def is_entry_point(one: FixtureDef) -> bool:
    return one.external is not None and not one.external.canonical.startswith("_pytest.")


def definition_place(model: Model, one: FixtureDef) -> str:
    """`file:line` of the first decorator, as a code object has it; `file::name` outside the project."""
    if one.ref is not None:
        return f"{one.ref.path}:{model.line(Site(one.ref.path, one.ref.chunk, one.ref.start, one.ref.start))}"
    assert one.external is not None
    return f"{one.external.path}::{one.external.canonical.rpartition('.')[2]}"


def expected_state(model: Model, node: str) -> dict[str, str]:
    """What each connection must look like in the mode that the model says. An alias that was not asked for is refused
    only while its connection is closed, so there is nothing to compare."""
    mode = model.database(node)
    word = {"rollback": "atomic", "flush": "open", "unprotected": "open", "none": "blocked"}.get(mode.mode, mode.mode)
    every = ("default", "other")
    return dict.fromkeys(every if mode.mode == "none" or mode.databases == ("__all__",) else mode.databases, word)
