"""Tests made at random (`shapes.py`): what holds of the text of every conversion, and what some do when they run.

A conversion that is offered is made, it parses, keeps every comment and every string, changes nothing but the test and
its imports, and there is nothing to convert in it any more. Run by pytest, the converted tests pass as the originals
do, see the same, assert as often, and leave the test's connection alone.
"""

from __future__ import annotations

import ast
import io
import shutil
import tokenize
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from isolint.fixes.to_sync import Form
from tests.fixes.judge import Verdict, run_project
from tests.fixes.shapes import Shapes
from tests.fixes.support import APP, convert, project, truth_python
from tests.support import isolint

PYTHON = truth_python()
SEEDS = range(40)
pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")


def is_valid(text: str) -> bool:
    """Whether Python takes it: a walrus, for one, may not stand everywhere."""
    try:
        compile(text, "<made>", "exec")
    except SyntaxError:
        return False
    return True


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Open the project first: it raises the recursion limit, which must not change while Hypothesis runs."""
    project()


def comments(text: str) -> list[str]:
    """Every comment of a file, in order."""
    return [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]


def around(text: str) -> list[str]:
    """All that is not the test, nor an import of asyncio or asgiref."""
    tree = ast.parse(text)
    found = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            if getattr(node, "module", "") != "asgiref.sync" and "asyncio" not in ast.unparse(node):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.ClassDef):
            found += [node.name, *(ast.dump(n) for n in node.body if _name(n) not in ("test_it", "_run_async"))]
        elif _name(node) != "test_it":
            found.append(ast.dump(node))
    return found


def _name(node: ast.stmt) -> str:
    return node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""


def strings(text: str) -> list[str]:
    """The strings of a file that go over lines."""
    found = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return sorted(value for value in found if "\n" in value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from(["direct", "helper"]))
def test_what_is_offered_is_made_and_nothing_else_changes(seed: int, form: Form) -> None:
    text = Shapes(seed).file()
    assume(is_valid(text))
    result = convert(text, "test_it", form)
    assert result.plan.applicability in ("safe", "unsafe")
    assert result.reason == ""
    assert is_valid(result.text)
    assert "\ndef test_it" in result.text.replace("\r\n", "\n").replace("    def", "def").replace("\tdef", "def")
    assert comments(result.text) == comments(text)
    assert strings(result.text) == strings(text)
    assert around(result.text) == around(text)
    assert result.text.count("\r\n") == (result.text.count("\n") if "\r\n" in text else 0)
    again = convert(result.text, "test_it", form)
    assert (again.text, again.reason) == (result.text, "it is a sync test already")


# --- some of them, run ---


class Runs:
    """The tests as one project before the conversion and after it, each run once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.of = cache(self._run)

    def write(self) -> None:
        """The project before, and in both forms."""
        before = self.folder / "before"
        shutil.copytree(APP, before, ignore=shutil.ignore_patterns("__pycache__", "test_*.py"))
        for seed in SEEDS:
            text = Shapes(seed).file()
            if is_valid(text):
                (before / "tests" / f"test_{seed}.py").write_bytes(text.encode())
        for form in ("direct", "helper"):
            after = self.folder / form
            shutil.copytree(before, after)
            said = isolint("check", "--fix", "--unsafe-fixes", f"--config=fix-form={form}", ".", folder=after)
            assert said.code == 0, said.out

    def _run(self, form: str) -> tuple[Verdict, Mapping[str, list[str]]]:
        assert PYTHON is not None
        notes = self.folder / f"{form}.notes"
        verdict = run_project(self.folder / form, ["tests"], PYTHON, {"SHOP_NOTES": str(notes)})
        seen: dict[str, list[str]] = defaultdict(list)
        for line in notes.read_text().splitlines():
            node, _, values = line.partition(" ")
            seen[node].append(values)
        return verdict, seen


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """One for all tests here."""
    made = Runs(tmp_path_factory.mktemp("shapes"))
    made.write()
    return made


@pytest.mark.parametrize("form", ["direct", "helper"])
def test_they_do_the_same_on_the_tests_own_connection(runs: Runs, form: str) -> None:
    (before, saw), (after, sees) = runs.of("before"), runs.of(form)
    assert before.failed() == [], before.output
    assert len([node for node in before.elsewhere if "::test_it" in node]) > len(SEEDS) / 2
    assert after.outcomes == before.outcomes, after.output
    assert sees == saw
    assert saw.keys() == {node for node in before.outcomes if "::test_it" in node}
    assert after.asserted == before.asserted
    assert (after.elsewhere, after.left) == ({}, {})
