from __future__ import annotations

import json
from pathlib import Path

import pytest

from isolint.workspace.shapes import Environment
from tests.cli.conftest import Result, Run
from tests.cli.stand_in import StandIn

TEXT = """\
def make_order():
    pass


async def test_ship():
    order = await LEAK(make_order)()


def test_fine():
    pass


def test_lost():
    helper()  # undecided


def test_pure():
    pass  # plain
"""


@pytest.fixture
def tests(project: Path) -> Path:
    (project / "tests").mkdir()
    path = project / "tests" / "test_a.py"
    path.write_text(TEXT)
    return path


def test_a_leaking_test(run: Run, tests: Path) -> None:
    assert run("explain", "tests/test_a.py::test_ship") == Result(
        0,
        "tests/test_a.py::test_ship (tests/test_a.py:5)\n"
        "   verdict    leaks: database work leaves the test's transaction\n"
        "   runner     pytest-asyncio: @pytest.mark.asyncio, tests/test_a.py:5\n"
        "   database   rollback of default: @pytest.mark.django_db, tests/test_a.py:5\n"
        "   place      the main thread, in pytest-asyncio's loop\n"
        "   marks      django_db, tests/test_a.py:5\n"
        "              slow(reason='x'), tests/test_a.py:5\n"
        "   fixtures   db          tests/test_a.py:5\n"
        "              make_order  tests/test_a.py:5, overrides tests/test_a.py:1\n"
        "   resolved   by jedi: asgiref.sync.sync_to_async (asgiref 3.8.1)\n"
        "\n"
        "   tests/test_a.py:6:13 error sync-to-async-in-db-test (ISO101)\n"
        "      make_order writes Order on another connection: the row outlives test_ship\n"
        "      6 |     order = await LEAK(make_order)()\n"
        "        |             ^^^^^^^^^^^^^^^^^^^^^^ asgiref's worker thread, not the test's transaction\n"
        "      chain      make_order (tests/test_a.py:1) > Order.objects.create (tests/test_a.py:6)\n"
        "      fix        convert test_ship to a sync test: isolint check --fix\n",
        "",
    )


def test_an_undecided_test_says_why(run: Run, tests: Path) -> None:
    out = run("explain", "tests/test_a.py::test_lost").out
    assert "   verdict    undecided\n   because    nobody can say what helper() is\n   runner     sync\n" in out


@pytest.mark.parametrize(
    "targets, names",
    [
        (["tests/test_a.py::test_ship"], ["test_ship"]),
        (["tests/test_a.py::test_ship[a::b-1]"], ["test_ship"]),
        (["tests/test_a.py"], ["test_ship", "test_fine", "test_lost", "test_pure"]),
        (["."], ["test_ship", "test_fine", "test_lost", "test_pure"]),
        (["tests/test_a.py::test_pure", "tests/test_a.py::test_fine"], ["test_pure", "test_fine"]),
        (["tests/test_a.py::test_fine", "tests"], ["test_fine", "test_ship", "test_lost", "test_pure"]),
    ],
)
def test_targets(targets: list[str], names: list[str], run: Run, tests: Path) -> None:
    found = json.loads(run("explain", "--output-format", "json", *targets).out)
    assert [test["test"].split("::")[1] for test in found] == names


def test_json_is_the_contract(run: Run, tests: Path) -> None:
    result = run("explain", "--output-format", "json", "tests/test_a.py::test_lost")
    assert json.loads(result.out) == [
        {
            "test": "tests/test_a.py::test_lost",
            "path": "tests/test_a.py",
            "line": 13,
            "runner": "sync",
            "database": {
                "mode": "rollback",
                "databases": ["default"],
                "reason": [{"path": "tests/test_a.py", "line": 13, "message": "@pytest.mark.django_db"}],
            },
            "marks": [
                {"name": "django_db", "args": None, "path": "tests/test_a.py", "line": 13},
                {"name": "slow", "args": "reason='x'", "path": "tests/test_a.py", "line": 13},
            ],
            "fixtures": {
                "db": [{"path": "tests/test_a.py", "line": 13}],
                "make_order": [{"path": "tests/test_a.py", "line": 1}, {"path": "tests/test_a.py", "line": 13}],
            },
            "verdict": "undecided",
            "reasons": ["nobody can say what helper() is"],
        }
    ]


@pytest.mark.parametrize(
    "target, message",
    [
        ("gone.py::test_a", "no such file or folder: gone.py"),
        ("tests/test_a.py::test_shop", "no test 'test_shop' in tests/test_a.py; did you mean test_ship?"),
        ("tests/test_a.py::zzz", "no test 'zzz' in tests/test_a.py"),
    ],
)
def test_unknown_targets(target: str, message: str, run: Run, tests: Path) -> None:
    assert run("explain", target) == Result(2, "", f"isolint: {message}\n")


def test_a_file_without_tests(run: Run, project: Path) -> None:
    (project / "test_b.py").write_text("")
    assert run("explain", "test_b.py") == Result(0, "", "isolint: no tests in test_b.py\n")
    assert run("explain", "test_b.py", "--output-format", "json").out == "[]\n"


def test_a_cure_is_told_with_its_place(run: Run, project: Path) -> None:
    (project / "test_b.py").write_text("def test_a():\n    x()  # cured\n")
    assert "\n   cure       fixture lend lends it: who knows, test_b.py:1\n" in run("explain", "test_b.py").out


def test_no_target_is_a_usage_error(run: Run) -> None:
    assert run("explain").code == 2


def test_what_is_missing_is_said(run: Run, tests: Path, project: Path) -> None:
    result = run("explain", "tests", engine=StandIn(str(project), environment=Environment(prefix=None)))
    assert (result.code, result.err.startswith("isolint: no Python environment found")) == (0, True)


MANY = "async def test_leaking():\n    await LEAK\n\n" + "".join(
    f"def test_{n}():\n    pass  {comment}\n\n" for n, comment in enumerate(("", "", "", "# undecided", "# plain"))
)


def test_many_tests_are_an_overview(run: Run, project: Path) -> None:
    (project / "test_b.py").write_text(MANY)
    assert run("explain", ".").out == (
        "test_b.py\n"
        "   leaks        1  test_leaking\n"
        "   safe         4  test_0\n"
        "   safe         7  test_1\n"
        "   safe        10  test_2\n"
        "   undecided   13  test_3\n"
        "                   nobody can say what helper() is\n"
        "   none        16  test_4\n"
        "\n"
        "6 tests: 1 leaking, 1 undecided, 3 safe, 1 not judged.\n"
        "isolint explain test_b.py::test_leaking tells all about one test, --verbose about each.\n"
    )
    assert run("explain", ".", "--verbose").out.count("   verdict    ") == 6


def test_internal_fixtures_of_plugins_are_counted() -> None:
    from isolint.check.report import Location, TestVerdict
    from isolint.cli.output.explanation import explain
    from isolint.cli.output.text import Page
    from isolint.cli.terminal import Style

    def at(path: str, line: int) -> Location:
        return Location(path, 0, 0, line, 1, line, 1)

    plugin = "/env/lib/python3.12/site-packages/pytest_django/plugin.py"
    here = at("/p/test_a.py", 1)
    fixtures = (
        ("_own", (at("/p/conftest.py", 2),)),
        ("_marker", (at(plugin, 3),)),
        ("_helper", (at(plugin, 4),)),
        ("client", (at(plugin, 5), at("/p/conftest.py", 6))),
        ("db", (at(plugin, 7),)),
    )
    test = TestVerdict(
        "test_a.py::test_x", here, here, "sync", "none", (), (), (), (), fixtures, "", "not-rollback", ()
    )
    text = explain(test, [], Page(lambda path: path.removeprefix("/p/"), Style(colour=False), lambda _: []))
    assert text.partition("   fixtures   ")[2].splitlines() == [
        "_own    conftest.py:2",
        "              client  conftest.py:6, overrides pytest_django/plugin.py:5",
        "              db      pytest_django/plugin.py:7",
        "              and 2 internal ones of plugins",
    ]
