"""The truth cases that leak and have a safe fix: converted by the command line and run by pytest on both databases.

Cases with the same options make one project, with a folder for each case. That they leaked was measured
(`measured.json` beside them); here the converted tests are held against the originals: they pass where those passed
(and where those failed because they leaked), assert as often, work on the test's connection alone, leave no row, and
fail on mutants of the project as the originals do. The cases lie beside the checkout, or where ISOLINT_TRUTH says.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.fixes.judge import Verdict, run_project
from tests.fixes.support import truth_python
from tests.fixes.test_judged import database
from tests.support import INI, isolint
from tests.truth.cases import OPTION, case_names, files_of, find_truth

__all__ = ["database"]

PYTHON = truth_python()
TRUTH = find_truth()
CURED = ("ISO101", "ISO102", "ISO103", "ISO104", "ISO201")
"""The rules whose findings a conversion takes away; ISO201 is one of them by another name."""
SETTINGS = """

if os.environ.get("PGDATABASE"):
    DATABASES = {
        alias: {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "USER": os.environ.get("PGUSER", ""),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
            "HOST": os.environ.get("PGHOST", ""),
            "PORT": os.environ.get("PGPORT", ""),
            "TEST": {"NAME": f"test_{os.environ['PGDATABASE']}" + ("" if alias == "default" else "_other")},
        }
        for alias in DATABASES
    }
"""
HANGS = {"g6_18_unique_conflict"}
"""Cases whose originals never end on PostgreSQL, as measured: only SQLite says how often they assert."""
APART = {
    "g3_32_request_finished_receiver": "its receiver would be connected for the requests of all others",
    "g5_21_multi_db_unlisted_alias": "it fails before and after: it uses a database that it does not ask for",
    "g5_25_django_db_setup_override": "its database has rows from the start",
}
"""Cases that are not put beside others."""
MUTANTS = {
    "nothing is saved": ("app/models.py", "\n\nThing.save = lambda self, *args, **kwargs: None\n"),
    "counts are wrong": (
        "app/models.py",
        "\n\n_count = models.QuerySet.count\nmodels.QuerySet.count = lambda self: _count(self) + 1\n",
    ),
}
"""What is written below a file of the project."""

pytestmark = [
    pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON"),
    pytest.mark.skipif(TRUTH is None, reason="the truth cases are not beside this checkout"),
]


Options = tuple[str, str]


class Laboratory:
    """The cases as projects, by their options, before and after; each runs once on each database and is remembered."""

    def __init__(self, folder: Path, truth: Path) -> None:
        self.folder = folder
        self.truth = truth
        self.groups: dict[Options, list[str]] = {}
        for name in case_names(truth):
            options = dict(OPTION.findall(files_of(truth, name)["test_case.py"]))
            if "env" not in options and name not in APART:
                self.groups.setdefault((options.get("ini", ""), options.get("multi", "")), []).append(name)
        self.run = cache(self._run)
        self.project = cache(self._project)
        self.offers = cache(self._offers)

    def _project(self, options: Options, form: str) -> Path:
        project = self.folder / f"{form}-{list(self.groups).index(options)}"
        if form == "after":
            shutil.copytree(self.project(options, "before"), project)
            said = isolint("check", "--fix", ".", folder=project)
            assert said.code in (0, 1), said.err
            return project
        shutil.copytree(self.truth / "project", project)
        with (project / "settings.py").open("a") as settings:
            settings.write(SETTINGS)
        ini = "".join(f"{line.strip()}\n" for line in options[0].split(";"))
        (project / "pytest.ini").write_text(INI + ini)
        for name in self.groups[options]:
            for file, text in files_of(self.truth, name).items():
                place = project / "cases" / name / file.replace("test_case", f"test_{name}")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
        return project

    def _offers(self, options: Options, form: str) -> Mapping[str, set[str]]:
        """What the fix offers, by node id."""
        found: dict[str, set[str]] = {}
        run = isolint("check", "--output-format", "json", ".", folder=self.project(options, form))
        for one in run.findings():
            if one["severity"] in ("error", "warning") and one["code"] in CURED and one["test"]:
                found.setdefault(one["test"], set()).add(one["fix"]["applicability"] if one["fix"] else "none")
        return found

    def fixed(self, options: Options) -> list[str]:
        """The node ids of the tests that a safe fix is offered."""
        return [node for node, offers in self.offers(options, "before").items() if offers == {"safe"}]

    def _run(self, options: Options, form: str, mutant: str, database: tuple[tuple[str, str], ...]) -> Verdict:
        assert PYTHON is not None
        project = self.project(options, form)
        if mutant:
            path, text = MUTANTS[mutant]
            copy = self.folder / f"{project.name}-mutant"
            shutil.copytree(project, copy, dirs_exist_ok=True)
            (copy / path).write_text((project / path).read_text() + text)
            project = copy
        hangs = HANGS if database and form == "before" else set()
        nodes = [node for node in self.fixed(options) if Path(node).parent.name not in hangs]
        variables = {"MATRIX_RUN_DIR": str(self.folder), **({"MATRIX_MULTI": "1"} if options[1] else {})}
        return run_project(project, ["-p", "no:trio", *nodes], PYTHON, {**variables, **dict(database)})


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    """One for all tests here."""
    assert TRUTH is not None
    return Laboratory(tmp_path_factory.mktemp("truth"), TRUTH)


def of_node(found: Mapping[str, int], node: str) -> dict[str, int]:
    """What of a run is about one test function, whatever its parameters."""
    return {key: value for key, value in found.items() if key == node or key.startswith(f"{node}[")}


def test_the_converted_pass_assert_the_same_and_leave_nothing(
    laboratory: Laboratory, database: tuple[tuple[str, str], ...]
) -> None:
    wrong, passed = [], 0
    for options in laboratory.groups:
        nodes = laboratory.fixed(options)
        if not nodes:
            continue
        before = laboratory.run(options, "before", "", database)
        after = laboratory.run(options, "after", "", database)
        for node in nodes:
            outcomes = {key: value for key, value in after.outcomes.items() if key.split("[")[0] == node}
            if set(outcomes.values()) != {"passed"}:
                wrong.append(f"{node} {outcomes or 'did not run'}")
            if of_node(after.elsewhere, node) or any(key.split("[")[0] == node for key in after.left):
                wrong.append(f"{node} works elsewhere, or leaves something")
            failed = any(key.split("[")[0] == node for key in before.failed())
            if failed or Path(node).parent.name in HANGS:
                continue
            passed += 1
            if not of_node(before.elsewhere, node):
                wrong.append(f"{node} did not leak before")
            if of_node(after.asserted, node) != of_node(before.asserted, node):
                wrong.append(f"{node} asserted {of_node(before.asserted, node)}, now {of_node(after.asserted, node)}")
        assert not wrong, "\n".join([*wrong, after.output])
    assert passed > 60


@pytest.mark.parametrize("mutant", MUTANTS)
def test_they_fail_on_mutants_as_the_originals_do(
    laboratory: Laboratory, database: tuple[tuple[str, str], ...], mutant: str
) -> None:
    options = next(iter(laboratory.groups))
    plain = set(laboratory.run(options, "before", "", database).failed())
    before = set(laboratory.run(options, "before", mutant, database).failed()) - plain
    after = laboratory.run(options, "after", mutant, database)
    assert before
    assert before <= set(after.failed()), after.output


def test_nothing_is_found_in_them_any_more(laboratory: Laboratory) -> None:
    for options in laboratory.groups:
        left = laboratory.offers(options, "after").keys() & set(laboratory.fixed(options))
        assert left == set()
    assert sum(len(laboratory.fixed(options)) for options in laboratory.groups) >= 85
