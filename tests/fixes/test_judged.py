"""Leaking tests of every shape, converted by the command line and run by pytest on both databases.

All originals run in one process, all converted ones in another, and both once more on the mutants of the code under
test. A case leaked before; afterwards it passes, asserts as often, works on the test's connection alone, leaves no row,
fails on its mutant as it failed before, and nothing is found in it any more.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.fixes import cases_around, cases_awaits, cases_channels, cases_loops
from tests.fixes.cases import Case
from tests.fixes.judge import Verdict, run_project
from tests.fixes.support import APP, truth_python
from tests.support import isolint

PYTHON = truth_python()
CASES: dict[str, Case] = {
    case.name: case for case in (*cases_awaits.CASES, *cases_loops.CASES, *cases_around.CASES, *cases_channels.CASES)
}

pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")


class Laboratory:
    """The cases as one project, in two forms and before; each runs once on each database and is remembered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = cache(self._run)
        self.project = cache(self._project)
        self.findings = cache(self._findings)

    def _project(self, form: str) -> Path:
        """The cases as they are (`before`), or all converted in a form."""
        project = self.folder / form
        if form == "before":
            shutil.copytree(APP, project, ignore=shutil.ignore_patterns("__pycache__", "tests"))
            shutil.copy(APP / "tests" / "conftest.py", project / "conftest.py")
            for case in CASES.values():
                place = project / "cases" / case.name
                place.mkdir(parents=True)
                (place / "__init__.py").touch()
                (place / "product.py").write_text(case.product_text(mutant=False))
                (place / f"test_{case.name}.py").write_text(case.test_text())
            (project / "cases" / "__init__.py").touch()
        else:
            shutil.copytree(self.project("before"), project)
            said = isolint("check", "--fix", "--unsafe-fixes", f"--config=fix-form={form}", ".", folder=project)
            assert said.code in (0, 1), said.err
        return project

    def _findings(self, form: str) -> Mapping[str, list[tuple[str, str]]]:
        """Codes and the applicability of the fixes, by the name of the case."""
        found: dict[str, list[tuple[str, str]]] = {}
        run = isolint("check", "--output-format", "json", ".", folder=self.project(form))
        for one in run.findings():
            if one["severity"] in ("error", "warning"):
                fix = one["fix"]["applicability"] if one["fix"] else "none"
                found.setdefault(Path(one["path"]).parent.name, []).append((one["code"], fix))
        return found

    def _run(self, form: str, mutant: bool, database: tuple[tuple[str, str], ...]) -> Verdict:
        assert PYTHON is not None
        project = self.project(form)
        if mutant:
            project = self.folder / f"{form}-mutants"
            shutil.copytree(self.project(form), project, dirs_exist_ok=True)
            for case in CASES.values():
                (project / "cases" / case.name / "product.py").write_text(case.product_text(mutant=True))
        return run_project(project, ["cases"], PYTHON, dict(database))


def of_case(case: Case, found: Mapping[str, object]) -> dict[str, object]:
    """What of a run is about one case, by node id."""
    return {node: value for node, value in found.items() if node.startswith(f"cases/{case.name}/")}


def failed(case: Case, verdict: Verdict) -> list[str]:
    """The tests of a case that failed."""
    return [node for node in verdict.failed() if node.startswith(f"cases/{case.name}/")]


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    """One for all tests here."""
    return Laboratory(tmp_path_factory.mktemp("laboratory"))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[tuple[tuple[str, str], ...]]:
    """The environment variables of the database."""
    if request.param == "sqlite":
        yield ()
        return
    server = request.getfixturevalue("postgres")
    name = f"isolint_{uuid.uuid4().hex[:12]}"
    server.query(f'create database "{name}"')
    try:
        yield tuple({**server.environment, "PGDATABASE": name}.items())
    finally:
        server.query(f'drop database if exists "test_{name}" with (force)')
        server.query(f'drop database if exists "{name}" with (force)')


@pytest.mark.parametrize("name", CASES)
def test_it_leaked_before(laboratory: Laboratory, database: tuple[tuple[str, str], ...], name: str) -> None:
    case = CASES[name]
    before = laboratory.run("before", False, database)
    assert of_case(case, before.outcomes), before.output
    assert failed(case, before) == [], before.output
    assert of_case(case, before.elsewhere)
    assert of_case(case, before.asserted).keys() == of_case(case, before.outcomes).keys()


@pytest.mark.parametrize("form", ["direct", "helper"])
@pytest.mark.parametrize("name", CASES)
def test_it_is_right_afterwards(
    laboratory: Laboratory, database: tuple[tuple[str, str], ...], name: str, form: str
) -> None:
    case = CASES[name]
    before, after = laboratory.run("before", False, database), laboratory.run(form, False, database)
    assert failed(case, after) == [], after.output
    assert of_case(case, after.outcomes) == of_case(case, before.outcomes)
    assert of_case(case, after.asserted) == of_case(case, before.asserted)
    assert of_case(case, after.elsewhere) == {}
    assert of_case(case, after.left) == {}


@pytest.mark.parametrize("name", CASES)
def test_it_fails_on_the_mutant_as_before(
    laboratory: Laboratory, database: tuple[tuple[str, str], ...], name: str
) -> None:
    case = CASES[name]
    before, after = laboratory.run("before", True, database), laboratory.run("direct", True, database)
    assert failed(case, before), before.output
    assert failed(case, after) == failed(case, before), after.output


@pytest.mark.parametrize("name", CASES)
def test_it_was_found_and_is_not_any_more(laboratory: Laboratory, name: str) -> None:
    case = CASES[name]
    assert {fix for _, fix in laboratory.findings("before").get(name, ())} == {case.applicability}
    for form in ("direct", "helper"):
        assert laboratory.findings(form).get(name, []) == []
        text = (laboratory.project(form) / "cases" / name / f"test_{name}.py").read_text()
        assert "async def test" not in text


def test_there_is_nothing_more_to_fix(laboratory: Laboratory) -> None:
    for form in ("direct", "helper"):
        project = laboratory.project(form)
        said = isolint("check", "--diff", "--unsafe-fixes", f"--config=fix-form={form}", ".", folder=project)
        assert said.out == ""
