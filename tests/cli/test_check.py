from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from isolint.cli.engine import ROUNDS
from isolint.workspace.shapes import Environment, Problem
from tests.cli.conftest import Run
from tests.cli.stand_in import StandIn

SHARED = """\
def make_order():
    pass


async def test_ship():
    order = await LEAK(make_order)()


async def test_pay():
    order = await LEAK(make_order)()


async def test_lost():
    helper()  # undecided


def test_fine():
    pass
"""


def write(project: Path, name: str, text: str) -> Path:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


# --- text -------------------------------------------------------------------------------------------------------------


def test_findings_with_one_cause_are_shown_once(run: Run, project: Path) -> None:
    write(project, "tests/test_a.py", SHARED)
    result = run("check")
    assert (result.code, result.err) == (1, "")
    assert result.out == (
        "tests/test_a.py:6:13 error sync-to-async-in-db-test (ISO101)\n"
        "   make_order writes Order on another connection: the row outlives test_ship\n"
        "   6 |     order = await LEAK(make_order)()\n"
        "     |             ^^^^^^^^^^^^^^^^^^^^^^ asgiref's worker thread, not the test's transaction\n"
        "   rollback   @pytest.mark.django_db, tests/test_a.py:5\n"
        "   runner     pytest-asyncio: @pytest.mark.asyncio, tests/test_a.py:5\n"
        "   chain      make_order (tests/test_a.py:1) > Order.objects.create (tests/test_a.py:6)\n"
        "   also       tests/test_a.py:10 in test_pay\n"
        "   fix        convert test_ship to a sync test: isolint check --fix\n"
        "              the same for all these 2\n"
        "\n"
        "2 tests leak through 1 cause: make_order, tests/test_a.py:1\n"
        "4 rollback tests: 2 leak, 1 safe, 1 undecided (isolint explain tests/test_a.py::test_lost tells why). "
        "2 fixable with --fix.\n"
    )


def test_one_of_everything_is_singular(run: Run, project: Path) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK\n")
    assert run("check").out.endswith(
        "\n1 test leaks through 1 cause: LEAK, test_a.py:2\n"
        "1 rollback test: 1 leaks, 0 safe, 0 undecided. 1 fixable with --fix.\n"
    )


def test_many_tests_of_one_cause_are_elided(run: Run, project: Path) -> None:
    tests = "".join(f"async def test_{n}():\n    await LEAK(make_order)\n" for n in range(280))
    write(project, "test_a.py", f"def make_order():\n    pass\n{tests}")
    out = run("check").out
    assert (
        "              test_a.py:14 in test_5\n              and 274 more (--output-format json has them all)\n" in out
    )
    assert "280 tests leak through 1 cause: make_order, test_a.py:1\n" in out
    assert len(out.splitlines()) < 25


def test_the_widest_causes_come_first_and_the_rest_is_counted(run: Run, project: Path) -> None:
    for cause in range(8):
        tests = "".join(f"async def test_{n}():\n    await LEAK(helper)\n" for n in range(cause + 1))
        write(project, f"test_{cause}.py", f"def helper():\n    pass\n{tests}")
    assert run("check").out.splitlines()[-8:-1] == [
        "36 tests leak through 8 causes:",
        "   8  helper, test_7.py:1",
        "   7  helper, test_6.py:1",
        "   6  helper, test_5.py:1",
        "   5  helper, test_4.py:1",
        "   4  helper, test_3.py:1",
        "      and 3 more causes",
    ]


def test_causes_of_single_tests_are_not_listed_again(run: Run, project: Path) -> None:
    write(project, "test_a.py", "".join(f"async def test_{n}():\n    await LEAK\n" for n in range(3)))
    assert "\n\n3 tests leak through 3 causes.\n3 rollback tests: 3 leak," in run("check").out


def test_a_cure_is_one_line_however_many_tests_it_is_about(run: Run, project: Path) -> None:
    text = "def test_a():\n    x()  # cured, undecided\ndef test_b():\n    x()  # cured, undecided\n"
    write(project, "test_a.py", f"{text}def test_c():\n    x()  # cured\ndef test_d():\n    x()\n")
    assert run("check").out == (
        "3 tests (1 safe, 2 undecided): fixture lend lends it (test_a.py:1): who knows\n"
        "4 rollback tests: 0 leak, 2 safe, 2 undecided (isolint explain . tells why).\n"
    )


def test_several_undecided_tests_are_explained_by_the_paths_given(run: Run, project: Path) -> None:
    text = "async def test_a():\n    x()  # undecided\nasync def test_b():\n    x()  # undecided\n"
    write(project, "my tests/test_a.py", text)
    assert run("check", "my tests").out == (
        "2 rollback tests: 0 leak, 0 safe, 2 undecided (isolint explain 'my tests' tells why).\n"
    )


@pytest.mark.parametrize(
    "text, ending",
    [
        ("", "No tests in 1 file.\n"),
        ("def test_a():\n    pass  # plain\n", "1 test, none in rollback mode.\n"),
        ("def test_a():\n    pass\n", "1 rollback test: 0 leak, 1 safe, 0 undecided.\n"),
    ],
)
def test_counts(text: str, ending: str, run: Run, project: Path) -> None:
    write(project, "test_a.py", text)
    assert (run("check").out, run("check").code) == (ending, 0)


def test_nothing_to_check(run: Run) -> None:
    assert run("check") == type(run("check"))(0, "No tests found.\n", "")


def test_what_can_be_done_is_said_for_every_kind_of_fix(run: Run, project: Path) -> None:
    text = (
        "def test_a():\n    await LEAK # unsafe\ndef test_b():\n    await LEAK # nofix\ndef test_c():\n    await LEAK\n"
    )
    write(project, "test_a.py", text)
    out = run("check").out
    assert (
        "   fix        convert test_a to a sync test, unsafe (it closes its connection): "
        "isolint check --fix --unsafe-fixes\n"
    ) in out
    assert "   fix        none: the test is about concurrency\n" in out
    assert out.endswith(" 1 fixable with --fix, 1 more with --fix --unsafe-fixes.\n")
    assert run("check", "--unsafe-fixes").out.endswith(" 2 fixable with --fix --unsafe-fixes.\n")


def test_infos_are_shown_when_asked_for_and_never_fail(run: Run, project: Path) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK # info\n")
    assert (run("check").code, "ISO101" in run("check").out) == (0, False)
    assert (run("check", "--show-info").code, "ISO101" in run("check", "--show-info").out) == (0, True)


def test_a_likely_finding_says_so_and_fails(run: Run, project: Path) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK # warning\n")
    result = run("check")
    assert (result.code, "(ISO101, likely)" in result.out) == (1, True)


def test_quiet_prints_findings_only(run: Run, project: Path) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK\n")
    engine = StandIn(str(project), environment=Environment(prefix=None))
    result = run("check", "-q", engine=engine)
    assert (result.code, result.err) == (1, "")
    assert "rollback tests" not in result.out
    assert result.out.endswith("isolint check --fix\n")


def test_paths_are_relative_to_the_working_directory(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "tests/unit/test_a.py", "async def test_a():\n    await LEAK\n")
    write(project, "tests/test_b.py", "async def test_b():\n    await LEAK\n")
    monkeypatch.chdir(project / "tests" / "unit")
    lines = run("check", "..").out.splitlines()
    assert [line.split(" ")[0] for line in lines if "ISO101" in line] == ["../test_b.py:2:5", "test_a.py:2:5"]


def test_colours_are_asked_for(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK\n")
    assert "\x1b" not in run("check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31merror\x1b[0m" in run("check").out


def test_hostile_source_does_not_reach_the_terminal(run: Run, project: Path) -> None:
    write(project, "test_a\x1b[2J.py", "async def test_a():\n    '\x1b[2J'; await LEAK\n")
    result = run("check")
    assert "\x1b" not in result.out + result.err
    assert "test_a�[2J.py:2:13" in result.out


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_json_is_the_contract(run: Run, project: Path) -> None:
    write(project, "test_a.py", 'def make():\n    pass\nasync def test_a():\n    x = "日", await LEAK(make)\n')
    result = run("check", "--output-format", "json")
    assert (result.code, result.err) == (1, "")
    assert result.out.isascii()
    assert json.loads(result.out) == [
        {
            "path": "test_a.py",
            "line": 4,
            "column": 14,
            "end_line": 4,
            "end_column": 30,
            "code": "ISO101",
            "name": "sync-to-async-in-db-test",
            "severity": "error",
            "confidence": "certain",
            "message": "make writes Order on another connection: the row outlives test_a",
            "url": "https://example.org/rule",
            "test": "test_a.py::test_a",
            "effect": "write",
            "place": "worker",
            "cause": "test_a.py:1",
            "related": [
                {"path": "test_a.py", "line": 1, "column": 1, "message": "make"},
                {"path": "test_a.py", "line": 4, "column": 14, "message": "Order.objects.create"},
            ],
            "fix": {"applicability": "safe", "title": "Convert test_a to a sync test"},
        }
    ]


def test_json_has_every_severity_in_a_stable_order(run: Run, project: Path) -> None:
    write(project, "b/test_a.py", "async def test_a():\n    await LEAK; await LEAK # info\n")
    write(project, "a/test_b.py", "async def test_a():\n    await LEAK # nofix\n")
    found = json.loads(run("check", "--output-format", "json", "b", "a").out)
    assert [(f["path"], f["line"], f["column"], f["severity"], f["fix"] is None) for f in found] == [
        ("a/test_b.py", 2, 5, "error", True),
        ("b/test_a.py", 2, 5, "info", False),
        ("b/test_a.py", 2, 17, "info", False),
    ]


def test_json_without_findings(run: Run) -> None:
    assert run("check", "--output-format", "json").out == "[]\n"


# --- usage and exit codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["missing.py"], "no such file or folder: missing.py"),
        (["missing.py", ".", "gone"], "no such file or folder: missing.py, gone"),
        (["t.py::test_a"], "no such file or folder: t.py::test_a (isolint explain takes PATH::TEST)"),
        (["--select", "XYZ99"], "no rule 'XYZ99'; isolint rule --all lists them"),
        (["--config", "x"], "--config takes KEY=VALUE, not 'x'"),
        (["-"], "reading from stdin needs --stdin-filename NAME: what a test is depends on where it stands"),
        (["--stdin-filename", "a.py", "b.py"], "--stdin-filename takes no other path than -"),
        (["--diff", "--output-format", "json"], "--diff writes a patch; it cannot be combined with --output-format"),
    ],
)
def test_usage_errors_are_one_line(arguments: list[str], message: str, run: Run) -> None:
    assert run("check", *arguments) == type(run("check"))(2, "", f"isolint: {message}\n")


@pytest.mark.parametrize("arguments", [["--output-format", "xml"], ["--bogus"], ["--show"]])
def test_unknown_options_and_formats(arguments: list[str], run: Run) -> None:
    result = run("check", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("usage: isolint check")
    if "xml" in arguments:
        assert "'xml' (choose from" in result.err
        assert "text" in result.err
        assert "json" in result.err


def test_exit_zero(run: Run, project: Path) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK\n")
    assert run("check", "--exit-zero").code == 0
    assert run("check", "--exit-zero", "missing").code == 2


def test_problems_are_said_and_the_work_goes_on(run: Run, project: Path) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK\n")
    problems = (Problem(str(project / "pyproject.toml"), 7, "unknown key 'x'"), Problem(str(project / "b.py"), 0, "no"))
    result = run("check", engine=StandIn(str(project), problems=problems))
    assert result.code == 1
    assert result.err == "isolint: pyproject.toml:7: unknown key 'x'\nisolint: b.py: no\n"
    assert "ISO101" in result.out


def test_a_fatal_problem_is_exit_code_2(run: Run, project: Path) -> None:
    problem = Problem(str(project / "pyproject.toml"), 7, "not TOML", fatal=True)
    result = run("check", "-q", engine=StandIn(str(project), problems=(problem,)))
    assert (result.code, result.err) == (2, "isolint: pyproject.toml:7: not TOML\n")


def test_no_environment_is_said_in_one_line(run: Run, project: Path) -> None:
    environment = Environment(prefix=None, looked_for=("VIRTUAL_ENV", ".venv"))
    assert run("check", engine=StandIn(str(project), environment=environment)).err == (
        "isolint: no Python environment found, so what installed packages do is unknown "
        "(looked for: VIRTUAL_ENV, .venv)\n"
    )


def test_a_defect_of_ours_hides_no_other_finding(run: Run, project: Path) -> None:
    write(project, "test_a.py", "async def test_a():\n    await LEAK\n")
    write(project, "test_b.py", "")
    result = run("check", engine=StandIn(str(project), failing="test_b.py"))
    assert result.code == 2
    assert "test_a.py:2:5" in result.out
    assert result.err == "isolint: test_b.py: internal error, please report it: ZeroDivisionError: a defect\n"


def test_jedi_is_asked_until_it_has_answered_all(run: Run, project: Path) -> None:
    write(project, "test_a.py", "")
    engine = StandIn(str(project), rounds=3)
    run("check", engine=engine)
    assert (engine.told, engine.rounds, engine.questions, engine.closed) == (3, 0, [], True)


def test_endless_questions_end(run: Run, project: Path) -> None:
    write(project, "test_a.py", "")
    engine = StandIn(str(project), rounds=1000)
    assert run("check", engine=engine).code == 0
    assert 1 < engine.told <= ROUNDS


def test_settings_reach_the_engine(run: Run, project: Path) -> None:
    engine = StandIn(str(project))
    run("check", "--select", "ISO1", "--config", "fix-form=helper", "--no-cache", engine=engine)
    assert (engine.overrides, engine.cache) == ({"select": ["ISO1"], "fix-form": "helper"}, False)


def test_the_engine_is_closed_when_the_work_ends_badly(run: Run, project: Path) -> None:
    engine = StandIn(str(project))

    def interrupted(_: object) -> list[str]:
        raise KeyboardInterrupt

    engine.files = interrupted  # type: ignore[method-assign,assignment]
    assert (run("check", engine=engine).code, engine.closed) == (130, True)


@pytest.mark.parametrize("cwd, root", [(".", "."), ("tests", "."), ("deep/er", ".")])
def test_the_project_is_found_from_below(
    cwd: str, root: str, run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / cwd).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(project / cwd)
    engine = StandIn("")
    run("check", engine=engine)
    assert engine.root == str((project / root).resolve())


# --- fixing -----------------------------------------------------------------------------------------------------------

MIXED = (
    "def test_a():\r\n\tx = 'ü'; await LEAK\r\n"
    "def test_b():\r\n    await LEAK # unsafe\r\n"
    "def test_c():\r\n    await LEAK # nofix\r\n"
)


def test_fix_writes_reports_the_rest_and_says_what_it_did(run: Run, project: Path) -> None:
    path = write(project, "test_a.py", MIXED)
    result = run("check", "--fix")
    assert path.read_bytes() == MIXED.replace("await LEAK\r", "safe\r").encode()
    assert result.code == 1
    assert result.err == (
        "Converted 1 test in 1 file:\n"
        "   test_a.py: test_a\n"
        "Not converted: 2 tests:\n"
        "   unsafe, applied with --unsafe-fixes only (it closes its connection): test_a.py::test_b\n"
        "   the test is about concurrency: test_a.py::test_c\n"
    )
    assert "3 rollback tests: 2 leak, 1 safe" in result.out
    assert "test_a.py:2:" not in result.out


def test_fix_with_unsafe_fixes(run: Run, project: Path) -> None:
    path = write(project, "test_a.py", MIXED)
    result = run("check", "--fix", "--unsafe-fixes")
    assert (
        path.read_bytes() == MIXED.replace("await LEAK\r", "safe\r").replace("await LEAK # uns", "safe # uns").encode()
    )
    assert "Converted 2 tests in 1 file:\n   test_a.py: test_a, test_b\nNot converted: 1 test:" in result.err


def test_all_fixed_is_exit_code_0_and_a_second_run_changes_nothing(run: Run, project: Path) -> None:
    path = write(project, "test_a.py", "async def test_a():\n    await LEAK; await LEAK\n")
    assert run("check", "--fix").code == 0
    once = path.read_bytes()
    stamp = path.stat().st_mtime_ns
    result = run("check", "--fix")
    assert (result.code, result.err, path.read_bytes(), path.stat().st_mtime_ns) == (0, "", once, stamp)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfdef test_a():\n    await LEAK\n",
        "# coding: latin-1\ndef test_a():\n    'ü'; await LEAK\n".encode("latin-1"),
        b"def test_a():\r\n    await LEAK",
    ],
)
def test_encodings_and_line_ends_stay(raw: bytes, run: Run, project: Path) -> None:
    path = project / "test_a.py"
    path.write_bytes(raw)
    assert run("check", "--fix").code == 0
    assert path.read_bytes() == raw.replace(b"await LEAK", b"safe")


def test_a_fix_that_does_not_parse_is_not_written(run: Run, project: Path) -> None:
    text = "def test_a():\n    await LEAK # broken\n"
    path = write(project, "test_a.py", text)
    result = run("check", "--fix")
    assert (result.code, path.read_text()) == (2, text)
    assert "isolint: test_a.py: the result would not parse (please report this); left as it was\n" in result.err


def test_a_failing_write_is_told_and_other_files_are_written(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(project, "test_a.py", "def test_a():\n    await LEAK\n")
    second = write(project, "test_b.py", "def test_a():\n    await LEAK\n")
    replace = os.replace

    def fail_once(source: str, target: str) -> None:
        if target.endswith("test_a.py"):
            raise OSError(30, "Read-only file system")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_once)
    result = run("check", "--fix")
    assert result.code == 2
    assert "isolint: test_a.py: cannot be written: Read-only file system; left as it was\n" in result.err
    assert (first.read_text(), second.read_text()) == ("def test_a():\n    await LEAK\n", "def test_a():\n    safe\n")
    assert sorted(os.listdir(project)) == ["pytest.ini", "test_a.py", "test_b.py"]
    assert "Converted 1 test in 1 file:\n   test_b.py: test_a\n" in result.err
    assert "test_a.py:2:5 error" in result.out


TOGETHER = "def test_a():\n    await LEAK # with helper.py\n"


def test_a_fix_over_two_files_is_written_as_a_whole(run: Run, project: Path) -> None:
    helper = write(project, "t/test_helper.py", "def make():\n    await LEAK\n")
    path = write(project, "t/test_a.py", TOGETHER.replace("helper", "test_helper"))
    assert run("check", "--fix").code == 0
    assert helper.read_text() == "def make():\n    await safe\n"
    assert "    safe # with test_helper.py\n" in path.read_text()


def test_no_file_of_a_fix_is_written_when_one_cannot_be(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "test_a.py": TOGETHER.replace("helper", "test_b"),
        "test_b.py": "def make():\n    LEAK\n",
        "test_c.py": "def test_a():\n    await LEAK\n",
    }
    paths = [write(project, name, text) for name, text in texts.items()]
    replace = os.replace
    failed = []

    def fail_once(source: str, target: str) -> None:
        if target.endswith("test_b.py") and not failed:
            failed.append(target)
            raise OSError(30, "Read-only file system")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_once)
    result = run("check", "--fix")
    assert result.code == 2
    assert "isolint: test_b.py: cannot be written: Read-only file system; left as it was\n" in result.err
    assert "isolint: test_a.py: test_b.py cannot be written: Read-only file system; left as it was\n" in result.err
    assert [path.read_text() for path in paths] == [
        texts["test_a.py"],
        texts["test_b.py"],
        "def test_a():\n    safe\n",
    ]
    assert sorted(os.listdir(project)) == ["pytest.ini", *texts]


def test_no_file_of_a_fix_is_changed_when_one_would_not_parse(run: Run, project: Path) -> None:
    helper = write(project, "test_b.py", "def make():\n    LEAK\n")
    text = TOGETHER.replace("helper", "test_b") + "    await LEAK # broken\n"
    path = write(project, "test_a.py", text)
    assert run("check", "--fix").code == 2
    assert (path.read_text(), helper.read_text()) == (text, "def make():\n    LEAK\n")


def test_a_fix_changes_no_file_that_was_not_given(run: Run, project: Path) -> None:
    helper = write(project, "other/helper.py", "def make():\n    LEAK\n")
    write(project, "other/test_a.py", TOGETHER)
    result = run("check", "--fix", "other/test_a.py")
    assert result.code == 1
    assert "   it would change helper.py as well: other/test_a.py::test_a\n" in result.err
    assert helper.read_text() == "def make():\n    LEAK\n"
    assert run("check", "--fix", "other/test_a.py", "other/helper.py").code == 0
    assert helper.read_text() == "def make():\n    safe\n"


def test_a_link_is_followed(run: Run, project: Path) -> None:
    target = write(project, "real/code.py", "def test_a():\n    await LEAK\n")
    (project / "test_link.py").symlink_to(target)
    assert run("check", "--fix", "test_link.py").code == 0
    assert (project / "test_link.py").is_symlink()
    assert target.read_text() == "def test_a():\n    safe\n"


def test_diff_is_a_patch_and_writes_nothing(run: Run, project: Path) -> None:
    path = write(project, "t/test_a.py", MIXED)
    result = run("check", "--diff")
    assert result.code == 1
    assert path.read_bytes() == MIXED.encode()
    assert result.out == (
        "--- t/test_a.py\n"
        "+++ t/test_a.py\n"
        "@@ -1,5 +1,5 @@\n"
        " def test_a():\r\n"
        "-\tx = 'ü'; await LEAK\r\n"
        "+\tx = 'ü'; safe\r\n"
        " def test_b():\r\n"
        "     await LEAK # unsafe\r\n"
        " def test_c():\r\n"
    )
    assert result.err.startswith(
        "Would convert 1 test in 1 file:\n   t/test_a.py: test_a\nWould not convert: 2 tests:\n"
    )


def test_a_diff_without_a_last_line_end(run: Run, project: Path) -> None:
    write(project, "test_a.py", "def test_a():\n    await LEAK")
    assert run("check", "--diff").out.endswith(
        "-    await LEAK\n\\ No newline at end of file\n+    safe\n\\ No newline at end of file\n"
    )


def test_a_diff_of_nothing(run: Run, project: Path) -> None:
    write(project, "test_a.py", "def test_a():\n    pass\n")
    assert run("check", "--diff") == type(run("check"))(0, "", "")


# --- stdin ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    data = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    return data


def give(stdin: io.BytesIO, raw: bytes) -> None:
    stdin.write(raw)
    stdin.seek(0)


def test_stdin_stands_for_a_file(run: Run, project: Path, stdin: io.BytesIO) -> None:
    path = write(project, "test_a.py", "def test_a():\n    pass\n")
    give(stdin, b"async def test_a():\n    await LEAK\n")
    result = run("check", "--stdin-filename", "test_a.py", "-")
    assert result.code == 1
    assert "test_a.py:2:5 error" in result.out
    assert "await LEAK" in result.out
    assert path.read_text() == "def test_a():\n    pass\n"


def test_stdin_for_a_file_that_is_not_there(run: Run, stdin: io.BytesIO) -> None:
    give(stdin, b"async def test_a():\n    await LEAK\n")
    found = json.loads(run("check", "--output-format", "json", "--stdin-filename", "new/test_a.py", "-").out)
    assert [f["path"] for f in found] == ["new/test_a.py"]


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfdef test_a():\r\n    await LEAK\r\n",
        "# coding: latin-1\ndef test_a():\n    'ü'; await LEAK # unsafe\n".encode("latin-1"),
    ],
)
def test_fixing_stdin_gives_the_text_back(
    raw: bytes, stdin: io.BytesIO, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(stdin, raw)
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
    from isolint.cli.main import main

    main(["check", "--fix", "--stdin-filename", "test_a.py", "-"], StandIn(str(project)).opener)
    assert out.getvalue() == (raw if b"unsafe" in raw else raw.replace(b"await LEAK", b"safe"))
    assert not (project / "test_a.py").exists()


def test_stdin_that_is_no_text(run: Run, stdin: io.BytesIO) -> None:
    give(stdin, b"x = '\xff'\n")
    result = run("check", "--stdin-filename", "test_a.py", "-")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("isolint: test_a.py: byte 0xff is not UTF-8")
