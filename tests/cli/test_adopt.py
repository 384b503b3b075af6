"""`--add-ignores` and `--baseline`: a project that leaks already is clean afterwards, and what is new is reported."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_check import SHARED, write

LEAK = "async def test_{}():\n    await LEAK\n"
COMMENT = "# isolint: ignore[sync-to-async-in-db-test]"


def ignoring(text: str) -> str:
    """The text with a comment on each leak."""
    return text.replace("await LEAK\n", f"await LEAK  {COMMENT}\n")


# --- comments ---------------------------------------------------------------------------------------------------------


def test_comments_are_written(run: Run, project: Path) -> None:
    one = write(project, "test_a.py", LEAK.format("a").replace("\n", "\r\n"))
    two = write(project, "test_b.py", f"# coding: latin-1\n# \xe4\n{LEAK.format('b')}")
    two.write_bytes(two.read_text(encoding="utf-8").encode("latin-1"))
    clean = write(project, "test_c.py", "def test_c():\n    pass\n")
    one.chmod(0o640)
    before = clean.stat().st_mtime_ns, clean.stat().st_ino
    result = run("check", "--add-ignores")
    assert one.read_bytes() == f"async def test_a():\r\n    await LEAK  {COMMENT}\r\n".encode()
    assert two.read_bytes() == ignoring(f"# coding: latin-1\n# \xe4\n{LEAK.format('b')}").encode("latin-1")
    assert stat.S_IMODE(one.stat().st_mode) == 0o640
    assert (clean.stat().st_mtime_ns, clean.stat().st_ino) == before
    assert sorted(os.listdir(project)) == ["pytest.ini", "test_a.py", "test_b.py", "test_c.py"]
    assert (result.code, result.err) == (0, "Ignored 2 findings in 2 files.\n")
    assert result.out == "3 rollback tests: 0 leak, 3 safe, 0 undecided.\n"
    assert run("check", "--add-ignores") == type(result)(0, result.out, "")


def test_a_patch_of_the_comments(run: Run, project: Path) -> None:
    path = write(project, "test_a.py", LEAK.format("a"))
    result = run("check", "--add-ignores", "--diff")
    assert f"+    await LEAK  {COMMENT}\n" in result.out
    assert path.read_text() == LEAK.format("a")
    assert result.code == 1


def test_fixes_come_first(run: Run, project: Path) -> None:
    path = write(project, "test_a.py", LEAK.format("a") + "async def test_b():\n    await LEAK # nofix\n")
    result = run("check", "--fix", "--add-ignores")
    assert (
        path.read_text() == f"async def test_a():\n    safe\nasync def test_b():\n    await LEAK # nofix  {COMMENT}\n"
    )
    assert result.err == (
        "Converted 1 test in 1 file:\n   test_a.py: test_a\n"
        "Not converted: 1 test:\n   the test is about concurrency: test_a.py::test_b\n"
        "Ignored 1 finding in 1 file.\n"
    )
    assert result.code == 0
    path.write_text(LEAK.format("a") + "async def test_b():\n    await LEAK # nofix\n")
    lines = run("check", "--fix", "--add-ignores", "--diff").out.splitlines()
    assert [line for line in lines if line[0] in "+-"] == [
        "--- test_a.py",
        "+++ test_a.py",
        "-    await LEAK",
        "+    safe",
        "-    await LEAK # nofix",
        f"+    await LEAK # nofix  {COMMENT}",
    ]


def test_warnings_too_and_infos_when_they_are_shown(run: Run, project: Path) -> None:
    text = "async def test_a():\n    await LEAK # info\nasync def test_b():\n    await LEAK # warning\n"
    path = write(project, "test_a.py", text)
    run("check", "--add-ignores")
    assert [COMMENT in line for line in path.read_text().splitlines()] == [False, False, False, True]
    path.write_text(text)
    run("check", "--add-ignores", "--show-info")
    assert [COMMENT in line for line in path.read_text().splitlines()] == [False, True, False, True]


def test_a_text_on_stdin(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LEAK.format("a").encode())))
    result = run("check", "--add-ignores", "--stdin-filename", "test_a.py", "-")
    assert result.out == ignoring(LEAK.format("a"))
    assert not (project / "test_a.py").exists()


def test_a_file_that_cannot_be_written(run: Run, as_plain_user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(as_plain_user, "test_a.py", LEAK.format("a"))
    path.chmod(0o444)
    monkeypatch.chdir(as_plain_user)
    result = run("check", "--add-ignores")
    assert result.code == 2
    assert result.err.startswith("isolint: test_a.py: is read-only; left as it was\n")
    assert path.read_text() == LEAK.format("a")


def test_a_line_without_room_for_a_comment(run: Run, project: Path) -> None:
    path = write(project, "test_a.py", 'async def test_a():\n    x = """\n    """; await LEAK; y = """\n    """\n')
    before = path.read_bytes()
    result = run("check", "--add-ignores")
    assert path.read_bytes() == before
    assert result.code == 1
    assert result.err == (
        "Not ignored: 1 finding: no comment can be written on the line: test_a.py:3"
        " (a baseline takes them: --baseline FILE)\n"
    )


# --- baseline ---------------------------------------------------------------------------------------------------------


def entries(path: Path) -> list[tuple[str, str]]:
    return [(one["test"], one["callee"]) for one in json.loads(path.read_text())["findings"]]


def test_it_is_written_and_read(run: Run, project: Path) -> None:
    test = write(project, "tests/test_a.py", SHARED)
    result = run("check", "--baseline", "base.json", "--add-ignores")
    assert result.code == 0
    assert result.err == "isolint: base.json: 2 entries, 2 new, 0 taken out\n"
    assert result.out.splitlines()[-1].startswith("4 rollback tests: 2 leak, 1 safe, 1 undecided")
    base = project / "base.json"
    assert entries(base) == [("tests/test_a.py::test_pay", "make_order"), ("tests/test_a.py::test_ship", "make_order")]
    assert test.read_text() == SHARED

    result = run("check", "--baseline", "base.json")
    assert (result.code, result.err) == (0, "isolint: 2 findings accepted by base.json\n")
    assert "error" not in result.out
    assert run("check", "--baseline", "base.json", "--quiet") == type(result)(0, "", "")
    assert run("check", "--baseline", "base.json", "--output-format", "json").out == "[]\n"

    test.write_text("\n\n" + SHARED + LEAK.format("new"))
    result = run("check", "--baseline", "base.json")
    assert result.code == 1
    assert "tests/test_a.py:22:5 error" in result.out
    assert result.out.count("error") == 1


def test_where_the_command_is_started_does_not_matter(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "tests/test_a.py", SHARED)
    run("check", "--baseline", "base.json", "--add-ignores")
    monkeypatch.chdir(project / "tests")
    result = run("check", "--baseline", "../base.json")
    assert (result.code, result.err) == (0, "isolint: 2 findings accepted by ../base.json\n")


def test_what_accepts_nothing_is_reported_and_taken_out(run: Run, project: Path) -> None:
    test = write(project, "test_a.py", LEAK.format("a") + LEAK.format("b"))
    gone = write(project, "test_gone.py", LEAK.format("c"))
    run("check", "--baseline", "base.json", "--add-ignores")
    test.write_text(LEAK.format("a"))
    gone.unlink()
    result = run("check", "--baseline", "base.json")
    assert result.code == 1
    assert result.out.splitlines()[:5] == [
        "base.json:5:5 warning unused-suppression (ISO901)",
        "   nothing to suppress any more: sync-to-async-in-db-test, LEAK in test_a.py::test_b",
        '   5 |     {"test": "test_a.py::test_b", "rule": "sync-to-async-in-db-test", "callee": "LEAK"},',
        f"     |     {'^' * 83} accepts no finding",
        "   also       base.json:6",
    ]
    assert "isolint: base.json: 2 entries accept nothing; with --add-ignores they are taken out\n" in result.err
    assert run("check", "--baseline", "base.json", "--exit-zero").code == 0
    assert run("check", "--baseline", "base.json", "test_none.py").code == 2
    result = run("check", "--baseline", "base.json", "--add-ignores")
    assert (result.code, result.err) == (0, "isolint: base.json: 1 entry, 0 new, 2 taken out\n")


def test_only_what_is_checked_is_replaced(run: Run, project: Path) -> None:
    for name in ("a", "b"):
        write(project, f"test_{name}.py", LEAK.format(name))
    run("check", "--baseline", "base.json", "--add-ignores")
    write(project, "test_a.py", LEAK.format("new"))
    run("check", "--baseline", "base.json", "--add-ignores", "test_a.py")
    assert entries(project / "base.json") == [("test_a.py::test_new", "LEAK"), ("test_b.py::test_b", "LEAK")]


def test_an_unchanged_file_is_not_written_again(run: Run, project: Path) -> None:
    write(project, "test_a.py", LEAK.format("a"))
    run("check", "--baseline", "base.json", "--add-ignores")
    by_hand = (project / "base.json").read_text().replace("\n", "\n\n")
    (project / "base.json").write_text(by_hand)
    run("check", "--baseline", "base.json", "--add-ignores")
    assert (project / "base.json").read_text() == by_hand


def test_a_text_on_stdin_is_held_against_it(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "test_a.py", LEAK.format("a"))
    write(project, "test_b.py", LEAK.format("b"))
    run("check", "--baseline", "base.json", "--add-ignores")
    text = LEAK.format("a") + LEAK.format("new")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    result = run("check", "--baseline", "base.json", "--stdin-filename", "test_a.py", "-", "--output-format", "json")
    assert [one["test"] for one in json.loads(result.out)] == ["test_a.py::test_new"]


BAD = [
    ("{", "base.json:1: the baseline cannot be read: it is not JSON: "),
    ("[1]", 'base.json: the baseline cannot be read: it has no list of "findings"'),
    ('{"version": 9, "findings": []}', "base.json: the baseline cannot be read: it has version 9"),
]


@pytest.mark.parametrize("text, said", BAD)
@pytest.mark.parametrize("more", [(), ("--add-ignores",), ("--fix",)])
def test_a_broken_one_is_one_line_and_nothing_is_changed(
    run: Run, project: Path, text: str, said: str, more: tuple[str, ...]
) -> None:
    test = write(project, "test_a.py", LEAK.format("a"))
    base = write(project, "base.json", text)
    result = run("check", "--baseline", "base.json", *more)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"isolint: {said}")
    assert result.err.count("\n") == 1
    assert (base.read_text(), test.read_text()) == (text, LEAK.format("a"))


def test_one_that_is_not_there(run: Run, project: Path) -> None:
    write(project, "test_a.py", LEAK.format("a"))
    result = run("check", "--baseline", "base.json")
    said = "isolint: base.json: no such baseline file; isolint check --add-ignores --baseline base.json writes it\n"
    assert result == type(result)(2, "", said)
    assert run("check", "--baseline", ".").err == "isolint: .: the baseline cannot be read: Is a directory\n"
    result = run("check", "--baseline", "no/base.json", "--add-ignores")
    assert (result.code, result.out) == (2, "")
    assert result.err == "isolint: no/base.json cannot be written: No such file or directory\n"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--stdin-filename", "."), ". is a folder"),
        (("--add-ignores", "--baseline", "b.json", "--diff"), "--diff shows changes of source files"),
        (("--add-ignores", "--baseline", "b.json", "--stdin-filename", "test_a.py", "-"), "not of a text on stdin"),
    ],
)
def test_what_contradicts_itself(run: Run, project: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run("check", *arguments)
    assert result.code == 2
    assert words in result.err
    assert not (project / "b.json").exists()
