"""The server as a process: how it starts, what reaches its output, and how it ends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.wire import LIMIT, Process, Wire


def test_a_whole_visit(process: Process, tmp_path: Path) -> None:
    process.start(tmp_path)
    uri = process.open(tmp_path / "test_a.py", "leak\n")
    assert len(process.published(uri, 1)) == 1
    process.leave()
    assert process.code() == 0
    assert process.errors == b""
    assert process.logged() == []


def test_exit_without_shutdown_is_an_error(process: Process, tmp_path: Path) -> None:
    process.start(tmp_path)
    process.notify("exit")
    assert process.code() == 1


def test_exit_before_anything(process: Process) -> None:
    process.notify("exit")
    assert process.code() == 1


@pytest.mark.parametrize("shut_down", [True, False])
def test_the_end_of_the_input_ends_the_process(process: Process, tmp_path: Path, shut_down: bool) -> None:
    process.start(tmp_path)
    uri = process.open(tmp_path / "test_a.py", "leak\n")
    process.published(uri, 1)
    if shut_down:
        process.result("shutdown")
    process.hang_up()
    assert process.code() == (0 if shut_down else 1)
    assert process.errors == b""


def test_what_prints_does_not_reach_the_client(process: Process, tmp_path: Path) -> None:
    process.start(tmp_path)
    uri = process.open(tmp_path / "test_a.py", "noise leak\n")
    assert len(process.published(uri, 1)) == 1  # the stream is still in step
    process.change(uri, 2, "noise leak leak\n")
    assert len(process.published(uri, 2)) == 2
    process.leave()
    assert process.code() == 0
    process._draining.join(LIMIT)
    assert process.errors.count(b"noise") >= 3


def test_an_analysis_that_never_ends_does_not_keep_the_process(process: Process, tmp_path: Path) -> None:
    process.start(tmp_path)
    process.open(tmp_path / "test_a.py", "endless\n")
    process.wait_error(b"for ever")
    process.leave()
    assert process.code() == 0


def test_an_analysis_that_never_ends_and_no_input(process: Process, tmp_path: Path) -> None:
    process.start(tmp_path)
    process.open(tmp_path / "test_a.py", "endless\n")
    process.wait_error(b"for ever")
    process.hang_up()
    assert process.code() == 1


def test_garbage_between_messages_is_survived(process: Process, tmp_path: Path) -> None:
    process.start(tmp_path)
    process._write(b"Content-Length: nonsense\r\n\r\n")
    process.raw(b"not json")
    uri = process.open(tmp_path / "test_a.py", "leak\n")
    assert len(process.published(uri, 1)) == 1
    assert len(process.logged()) == 2


@pytest.fixture
def over_tcp() -> Iterator[tuple[Process, Wire]]:
    process = Process("-m", "tests.lsp.standin", "0")
    try:
        found = process.wait_error(rb"listening on (\S+):(\d+)")
        connection = socket.create_connection((found[1].decode(), int(found[2])), LIMIT)
        with connection:
            yield process, Wire(connection.sendall, connection.recv)
    finally:
        process.kill()


def test_over_tcp(over_tcp: tuple[Process, Wire], tmp_path: Path) -> None:
    process, wire = over_tcp
    wire.start(tmp_path)
    uri = wire.open(tmp_path / "test_a.py", "noise leak\n")
    assert len(wire.published(uri, 1)) == 1
    wire.leave()
    assert process.code() == 0


def test_the_arguments_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    from isolint.lsp.main import run

    with pytest.raises(SystemExit) as stopped:
        run(["--stdio", "--tcp"])
    assert stopped.value.code == 2
    assert "--tcp" in capsys.readouterr().err
