from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from isolint import __version__
from isolint.cli.main import main
from tests.cli.conftest import Result, Run
from tests.cli.stand_in import StandIn

SERVER = Path(__file__).resolve().parents[2] / "server"
HEAVY = {"pygls", "lsprotocol", "jedi", "parso", "asyncio", "rich", "msgspec", "tree_sitter"}


def start(
    *arguments: str, cwd: Path | None = None, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SERVER), **(more or {})}
    return subprocess.run(
        [sys.executable, "-m", "isolint", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(option: str) -> None:
    done = start(option)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"isolint {__version__}\n", "")


@pytest.mark.parametrize("name", ["json", "argparse", "tomllib", "msgspec", "jedi", "tree_sitter", "packaging"])
def test_modules_of_the_project_do_not_stand_in_for_ours(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit('the code of the project was run')\n")
    (tmp_path / "test_a.py").write_text("def test_a():\n    pass\n")
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for arguments in (["rule", "ISO101", "--output-format", "json"], ["check", "--no-cache"]):
        done = start(*arguments, cwd=tmp_path, more=environment)
        assert (done.returncode, "project was run" in done.stderr) == (0, False), done.stderr


def test_no_command_is_a_usage_error(run: Run) -> None:
    result = run()
    assert (result.code, result.out) == (2, "")
    assert "check" in result.err


def test_help(run: Run) -> None:
    assert (run("--help").code, run("check", "--help").code) == (0, 0)


def test_unknown_command(run: Run) -> None:
    assert run("cheque").code == 2


@pytest.mark.parametrize("arguments", [["--version"], ["rule"], ["rule", "ISO101"], ["check", "--help"]])
def test_what_is_heavy_is_not_imported(arguments: list[str]) -> None:
    code = f"import sys; from isolint.cli.main import main; main({arguments}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert not {name.partition(".")[0] for name in done.stderr.split()} & HEAVY


def test_an_internal_error_is_exit_code_2_and_shows_where(run: Run, project: Path) -> None:
    engine = StandIn(str(project))
    engine.files = lambda _: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    result = run("check", engine=engine)
    assert (result.code, result.out, engine.closed) == (2, "", True)
    assert result.err.startswith("isolint: internal error, please report it")
    assert "ZeroDivisionError" in result.err


def test_an_interrupt(run: Run, project: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    engine = StandIn(str(project))
    engine.report = interrupted  # type: ignore[method-assign,assignment]
    (project / "test_a.py").write_text("")
    assert run("check", engine=engine) == Result(130, "", "")


def test_a_reader_that_goes_away(project: Path) -> None:
    code = (
        "import sys; from isolint.cli.main import main\n"
        "sys.stdin.readline()\n"
        "sys.exit(main(['rule', '--all', '--output-format', 'json']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SERVER)}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk(project: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "isolint", "rule"],
            env={**os.environ, "PYTHONPATH": str(SERVER)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("isolint: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_console_that_knows_ascii_only(project: Path) -> None:
    (project / "test_ü.py").write_text("def test_a():\n    '日'; await LEAK\n", encoding="utf-8")
    code = (
        "import sys; from isolint.cli.main import main; from tests.cli.stand_in import StandIn\n"
        "sys.exit(main(['check'], StandIn('.').opener))"
    )
    path = os.pathsep.join([str(SERVER), str(SERVER.parent)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "test_\\xfc.py:2:10 error" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a Unix thing")
def test_on_a_terminal(project: Path) -> None:
    import pty

    (project / "test_a.py").write_text("def test_a():\n    await LEAK\n")
    code = (
        "import sys; from isolint.cli.main import main; from tests.cli.stand_in import StandIn\n"
        "sys.exit(main(['check'], StandIn('.').opener))"
    )
    ours, theirs = pty.openpty()
    path = os.pathsep.join([str(SERVER), str(SERVER.parent)])
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "PYTHONPATH": path, "TERM": "xterm"},
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        out = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not piece:
                break
            out += piece
        assert process.wait() == 1
    os.close(ours)
    assert b"\x1b[1mtest_a.py:2:5\x1b[0m \x1b[1;31merror\x1b[0m" in out


def test_server_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["server", "--stdio", "--tcp"]) == 2
    assert main(["server", "--tcp", "--port", "70000"]) == 2
    assert "not a port: 70000" in capsys.readouterr().err
