"""`isolint explain --output-format json` against pytest itself, item by item, on projects in every style of
configuration: fixture definitions, marks in order, database mode, runner, and what the connections looked like when the
tests ran.

The interpreter is ISOLINT_TRUTH_PYTHON's, or that of the analysed environment; in CI it must be there.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from isolint.check.session import Session
from tests.pytest_model.comparison import Json, Pytest, differences, unknown, unobserved
from tests.pytest_model.generated import projects
from tests.pytest_model.projects import NEEDS, PROJECTS, SETTINGS, UNKNOWN, UNKNOWN_HOPS, UNOBSERVED, UNOBSERVED_HOPS
from tests.pytest_model.styles import STYLES, styled
from tests.pytest_model.support import environment, require_truth
from tests.support import isolint

TWICE = [(name, STYLES[(number + step) % len(STYLES)]) for number, name in enumerate(PROJECTS) for step in (0, 3)]
"""Every project in two styles, every style for several projects."""


@pytest.fixture(scope="module", autouse=True)
def _recursion(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A session raises the interpreter's recursion limit; hypothesis objects to that in the middle of a test."""
    Session(str(tmp_path_factory.mktemp("first"))).close()


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pytest]:
    with Pytest(require_truth(), tmp_path_factory.mktemp("oracle")) as running:
        yield running


def lay_out(root: Path, project: dict[str, str], style: str) -> None:
    """Write a project, its configuration in this style."""
    files = {"settings.py": SETTINGS, **project}
    name, text = styled(files.pop("pytest.ini"), style)
    for path, content in {**files, name: text}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


def explained(root: Path) -> list[Json]:
    run = isolint("explain", "--output-format", "json", ".", folder=root)
    assert run.code == 0, run.err
    found: list[Json] = json.loads(run.out)
    return found


def seen_as_coroutines() -> bool:
    """Whether `inspect.iscoroutinefunction` sees the object of sync_to_async under the analysed Python."""
    version = environment().python_version
    assert version is not None
    return version >= (3, 12)


@pytest.mark.parametrize("name, style", TWICE)
def test_explain_says_what_pytest_does(name: str, style: str, tmp_path: Path, oracle: Pytest) -> None:
    for needed in NEEDS.get(name, ()):
        if environment().version(needed) is None:
            assert not os.environ.get("CI"), f"{needed} is not in the analysed environment"
            pytest.skip(f"{needed} is not in the analysed environment")
    root = (tmp_path / "project").resolve()
    lay_out(root, PROJECTS[name], style)
    truth = oracle.ask(root, collect_only=False)
    assert truth.get("items"), truth["text"]
    said = explained(root)
    found = differences(truth, said, root)
    assert not found, "\n".join(map(str, found))
    assert unknown(said) == UNKNOWN.get(name, []) + (UNKNOWN_HOPS.get(name, []) if seen_as_coroutines() else [])
    # Of every other test the connections were seen while it ran, and compared.
    unseen = UNOBSERVED.get(name, []) + ([] if seen_as_coroutines() else UNOBSERVED_HOPS.get(name, []))
    assert sorted(unobserved(truth)) == sorted(unseen)


# Each step of shrinking runs pytest and isolint on a project, for minutes: only who looks into a failure wants that.
PHASES = [phase for phase in Phase if phase is not Phase.shrink or "ISOLINT_SHRINK" in os.environ]


@settings(max_examples=int(os.environ.get("ISOLINT_GENERATED", "16")), deadline=None, phases=PHASES)
@given(project=projects())
def test_explain_says_what_pytest_does_of_generated_projects(project: dict[str, str], oracle: Pytest) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        lay_out(root, project, "pytest.ini")
        truth = oracle.ask(root, collect_only=False)
        assert truth.get("items"), truth["text"]
        found = differences(truth, explained(root), root)
        assert not found, "\n".join(map(str, found))
