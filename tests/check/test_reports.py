"""What a report shows: selection, severity, suppression, fixture findings, keys, and what happens when work is given
up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from isolint.check.session import Cancelled, Session
from tests.check.engine import HEAD, INI, needs_environment, project, reports, verdicts

pytestmark = needs_environment

AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

TEST = f"""{HEAD}

async def test_direct():
    await sync_to_async(Order.objects.create)()


async def test_orm():
    await Order.objects.acreate()


def test_thread():
    import threading

    threading.Thread(target=Order.objects.create).start()


async def test_unknown():
    await sync_to_async(unheard_of)()


@pytest.mark.django_db(transaction=True)
async def test_slow():
    await Order.objects.acreate()
"""

SHOWN = {("ISO101", "error"), ("ISO102", "error"), ("ISO103", "error"), ("ISO101", "warning"), ("ISO301", "info")}


def shown(settings: Mapping[str, object], path: str = "test_a.py") -> set[tuple[str, str]]:
    with project({path: TEST}, AUTO, settings) as (root, session):
        return {(one.code, one.severity) for one in session.report(str(root / path)).findings}


def test_everything_by_default() -> None:
    assert shown({}) == SHOWN


SELECTIONS: list[tuple[Mapping[str, object], set[tuple[str, str]]]] = [
    ({"select": ["ISO102"]}, {("ISO102", "error")}),
    ({"select": ["async-orm-in-db-test"]}, {("ISO102", "error")}),
    ({"select": ["ISO3"]}, {("ISO301", "info")}),
    ({"select": []}, set()),
    ({"ignore": ["ISO1"]}, {("ISO301", "info")}),
    ({"ignore": ["sync-to-async-in-db-test", "ISO301"]}, {("ISO102", "error"), ("ISO103", "error")}),
    ({"select": ["ISO1"], "ignore": ["ISO101"]}, {("ISO102", "error"), ("ISO103", "error")}),
    # The more exact selector decides, whichever list it is in.
    ({"select": ["ISO101"], "ignore": ["ISO1"]}, {("ISO101", "error"), ("ISO101", "warning")}),
    ({"select": ["ISO101"], "ignore": ["ISO101"]}, set()),
    ({"ignore": ["ALL"]}, set()),
    ({"per-file-ignores": {"test_*.py": ["ISO1"]}}, {("ISO301", "info")}),
    ({"per-file-ignores": {"other_*.py": ["ISO1"]}}, SHOWN),
    ({"severity": {"ISO102": "hint"}}, (SHOWN - {("ISO102", "error")}) | {("ISO102", "hint")}),
    ({"severity": {"async-orm-in-db-test": "off"}}, SHOWN - {("ISO102", "error")}),
    # What is only likely does not become an error by a setting for the rule.
    ({"severity": {"ISO101": "error"}}, SHOWN),
    ({"severity": {"ISO101": "info"}}, (SHOWN - {("ISO101", "error"), ("ISO101", "warning")}) | {("ISO101", "info")}),
]


@pytest.mark.parametrize("settings, expected", SELECTIONS)
def test_selection(settings: Mapping[str, object], expected: set[tuple[str, str]]) -> None:
    assert shown(settings) == expected


def test_a_pattern_with_a_folder() -> None:
    settings = {"per-file-ignores": {"sub/*.py": ["ALL"]}}
    assert shown(settings, "sub/test_a.py") == set()
    assert shown(settings, "test_a.py") == SHOWN


def test_a_selection_changes_no_verdict() -> None:
    assert verdicts({"test_a.py": TEST}, AUTO, {"ignore": ["ALL"]})["test_direct"].verdict == "leaks"


SUPPRESSED = {
    "by name": "await Order.objects.acreate()  # isolint: ignore[async-orm-in-db-test]",
    "by code": "await Order.objects.acreate()  # isolint: ignore[ISO102]",
    "among others": "await Order.objects.acreate()  # isolint: ignore[ISO101, async-orm-in-db-test]",
    "everything": "await Order.objects.acreate()  # isolint: ignore",
    "bare noqa": "await Order.objects.acreate()  # noqa",
    "noqa with the code": "await Order.objects.acreate()  # noqa: ISO102",
    "noqa among others": "await Order.objects.acreate()  # noqa: E501, ISO102",
    "behind another comment": "await Order.objects.acreate()  # type: ignore  # isolint: ignore[ISO102]",
    "first line of several": "await Order.objects.acreate(  # noqa: ISO102\n        total=1,\n    )",
    "behind a string": "await Order.objects.acreate(note='it\\'s # 1')  # noqa",
    "behind the end of a long string": 'await Order.objects.acreate(note="""\n    """)  # noqa: ISO102',
    "last line of several": "await Order.objects.acreate(\n        total=1,\n    )  # isolint: ignore[ISO102]",
}
NOT_SUPPRESSED = {
    "another name": "await Order.objects.acreate()  # isolint: ignore[thread-in-db-test]",
    "another code": "await Order.objects.acreate()  # noqa: E501",
    "a longer code": "await Order.objects.acreate()  # noqa: ISO1021",
    "a string": "await Order.objects.acreate(note='# noqa')",
    "the line before": "# isolint: ignore\n    await Order.objects.acreate()",
    "the middle of several": "await Order.objects.acreate(\n        total=1,  # noqa\n    )",
}


def _one(line: str) -> tuple[tuple[int, str, str], ...]:
    return verdicts({"test_a.py": f"{HEAD}\n\nasync def test_it():\n    {line}\n"}, AUTO)["test_it"].findings


@pytest.mark.parametrize("line", SUPPRESSED.values(), ids=SUPPRESSED)
def test_suppressed(line: str) -> None:
    assert _one(line) == ()


@pytest.mark.parametrize("line", NOT_SUPPRESSED.values(), ids=NOT_SUPPRESSED)
def test_not_suppressed(line: str) -> None:
    assert [code for _, code, _ in _one(line)] == ["ISO102"]


FIXTURE = """\
import pytest
from models import Order


@pytest.fixture
async def leaking(db):
    await Order.objects.acreate()


@pytest.fixture
async def outer(leaking):
    return leaking
"""


def test_a_fixture_is_reported_once_with_its_tests() -> None:
    files = {
        "conftest.py": FIXTURE,
        "test_a.py": "def test_one(leaking):\n    pass\n\n\nasync def test_two(outer):\n    pass\n",
        "sub/test_b.py": "def test_three(leaking):\n    pass\n\n\ndef test_four(db):\n    pass\n",
    }
    with project(files, AUTO) as (root, session):
        found = reports(session, root)
    assert [(one.code, one.location.line, one.test) for one in found["conftest.py"].findings] == [("ISO106", 6, None)]
    assert sorted(found["conftest.py"].findings[0].tests) == [
        "sub/test_b.py::test_three",
        "test_a.py::test_one",
        "test_a.py::test_two",
    ]
    assert not found["test_a.py"].findings
    assert not found["sub/test_b.py"].findings
    told = {test.test: test.verdict for report in found.values() for test in report.tests}
    assert told == {
        "test_a.py::test_one": "leaks",
        "test_a.py::test_two": "leaks",
        "sub/test_b.py::test_three": "leaks",
        "sub/test_b.py::test_four": "safe",
    }


def test_a_fixture_of_a_module_that_is_no_test() -> None:
    files = {
        "fixtures.py": FIXTURE,
        "conftest.py": "from fixtures import leaking\n",
        "test_a.py": "def test_one(leaking):\n    pass\n",
    }
    with project(files, AUTO) as (root, session):
        found = reports(session, root)
    assert [(one.code, one.tests) for one in found["fixtures.py"].findings] == [("ISO106", ("test_a.py::test_one",))]


def test_a_suppressed_fixture() -> None:
    files = {
        "conftest.py": FIXTURE.replace("async def leaking(db):", "async def leaking(db):  # isolint: ignore"),
        "test_a.py": "def test_one(leaking):\n    pass\n",
    }
    with project(files, AUTO) as (root, session):
        assert not reports(session, root)["conftest.py"].findings


MOVES: dict[str, Callable[[str], str]] = {
    "lines above": lambda text: text.replace("\n\nasync def test_direct", "\n\nNOTHING = 1\n\n\nasync def test_direct"),
    "another test above": lambda text: text.replace(
        "\n\nasync def test_orm", "\n\ndef test_new():\n    pass\n\n\nasync def test_orm"
    ),
    "a comment in front": lambda text: "# a comment\n" + text,
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_keys_are_stable(move: Callable[[str], str]) -> None:
    with project({"test_a.py": TEST}, AUTO) as (root, session):
        path = str(root / "test_a.py")
        before = session.report(path).findings
        session.set_buffer(path, move(TEST).encode())
        after = session.report(path).findings
    assert [one.key for one in before] == [one.key for one in after]
    assert [one.location.line for one in before] != [one.location.line for one in after]
    assert len({one.key for one in before}) == len(before)


def test_without_an_environment_everything_is_undecided_and_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("project")
    (root / "test_a.py").write_text(TEST)
    (root / "pytest.ini").write_text(AUTO)
    session = Session(str(root), overrides={"environment": str(root / "nothing-here")})
    told = session.report(str(root / "test_a.py")).tests
    assert told
    assert {test.verdict for test in told} <= {"undecided", "not-rollback"}
    assert any("nothing-here" in problem.path for problem in session.problems)


def test_a_report_that_is_given_up() -> None:
    with project({"test_a.py": TEST}, AUTO) as (root, session):
        path = str(root / "test_a.py")
        wanted = session.report(path)
        for count in (0, 1, 5, 25, 125):
            with project({"test_a.py": TEST}, AUTO) as (other, again):
                left = iter(range(count))
                with pytest.raises(Cancelled):
                    again.report(str(other / "test_a.py"), lambda left=left: next(left, None) is None)  # type: ignore[misc]
                found = again.report(str(other / "test_a.py"))
            assert [one.key for one in found.findings] == [one.key for one in wanted.findings]
            assert [test.verdict for test in found.tests] == [test.verdict for test in wanted.tests]


def test_a_file_that_is_not_there() -> None:
    with project({}, INI) as (root, session):
        report = session.report(str(root / "test_missing.py"))
        assert not report.findings
        assert not report.tests
        assert report.problems
        (root / "test_missing.py").write_text(TEST)
        session.touch([str(root / "test_missing.py")])
        assert len(session.report(str(root / "test_missing.py")).tests) == 5


def test_a_file_that_comes_back_is_read_again() -> None:
    with project({"test_a.py": TEST}, AUTO) as (root, session):
        path = str(root / "test_a.py")
        before = session.report(path)
        (root / "test_a.py").unlink()
        session.touch([path])
        assert session.report(path).tests == ()
        (root / "test_a.py").write_text(TEST)
        session.touch([path])
        assert session.report(path) == before


def test_a_new_file_in_an_excluded_folder_stays_out() -> None:
    with project({"test_a.py": TEST}, AUTO, {"exclude": ["sub"]}) as (root, session):
        path = root / "sub" / "test_b.py"
        path.parent.mkdir()
        path.write_text(TEST)
        session.touch([str(path)])
        assert session.files([str(root)]) == [str(root / "test_a.py")]
        session.set_buffer(str(path), TEST.encode())
        assert session.files([str(root)]) == [str(path), str(root / "test_a.py")]
        session.set_buffer(str(path), None)
        assert session.files([str(root)]) == [str(root / "test_a.py")]


def test_a_file_that_was_deleted_is_no_problem_and_one_that_cannot_be_read_is(tmp_path: Path) -> None:
    path = tmp_path / "test_a.py"
    path.write_text("def test_one(): pass\n")
    session = Session(str(tmp_path))
    session.findings(str(path))
    before = session.problems
    path.write_bytes(b"\xff\n")
    session.touch([str(path)])
    session.findings(str(path))
    assert [one.path for one in session.problems if one not in before] == [str(path)]
    path.unlink()
    session.touch([str(path)])
    assert session.findings(str(path)).findings == ()
    assert session.problems == before
    path.write_text("def test_two(): pass\n")
    session.touch([str(path)])
    assert [item.id.name for item in session.items(str(path))] == ["test_two"]
