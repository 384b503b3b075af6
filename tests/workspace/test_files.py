"""Reading what a file system can hold."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from isolint.workspace.files import (
    MAX_BYTES,
    Files,
    is_file,
    read_source,
    reader,
    stamp_of,
    with_buffer,
    without_buffer,
)


def test_a_file_is_read_with_its_stamp(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    source = read_source(Files(), str(path))
    assert (source.data, source.problem, source.encoding.bom) == (b"x = 1\r\n", None, True)
    assert source.stamp == stamp_of(str(path))
    path.write_bytes(b"x = 12\n")
    assert source.stamp != stamp_of(str(path))


def test_a_declared_encoding_becomes_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    assert read_source(Files(), str(path)).data == "# coding: latin-1\nx = 'é'\n".encode()


def test_a_buffer_wins_until_it_is_closed(tmp_path: Path) -> None:
    path = str(tmp_path / "a.py")
    Path(path).write_bytes(b"disk")
    before = Files()
    opened = with_buffer(before, path, b"buffer")
    assert read_source(opened, path).data == reader(opened)(path) == b"buffer"
    assert read_source(before, path).data == b"disk"  # a snapshot does not change
    assert read_source(without_buffer(opened, path), path).data == b"disk"
    untitled = with_buffer(opened, "untitled:1", b"x")
    assert is_file(untitled, "untitled:1")
    assert not is_file(before, "untitled:1")


def make_missing(path: Path) -> None:
    pass


def make_folder(path: Path) -> None:
    path.mkdir()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def make_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_loop(path: Path) -> None:
    path.symlink_to(path)


def make_dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def make_huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)


def make_binary(path: Path) -> None:
    path.write_bytes(b"x\n\0\1")


def make_undecodable(path: Path) -> None:
    path.write_bytes(b"x\ny = '\xff'\n")


@pytest.mark.parametrize(
    "make, word",
    [
        (make_missing, "no such file"),
        (make_folder, "folder"),
        (make_fifo, "FIFO"),
        (make_socket, "socket"),
        (make_device, "device"),
        (make_loop, "symbolic links"),
        (make_dangling, "no such file"),
        (make_huge, "5 MB"),
        (make_binary, "NUL"),
        (make_undecodable, "0xff"),
    ],
)
def test_what_cannot_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make, word: str) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)  # a socket's name must be short
    path = tmp_path / "x.py"
    make(Path("x.py"))
    source = read_source(Files(), str(path))
    assert source.data is None
    assert source.problem is not None
    assert word in source.problem.message
    assert source.problem.path == str(path)


def test_a_path_that_is_none() -> None:
    assert read_source(Files(), "a\0b.py").problem is not None
    assert reader(Files())("a\0b.py") is None
    assert stamp_of("a\0b") is None


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_an_unreadable_file(as_plain_user: Path) -> None:
    path = as_plain_user / "a.py"
    path.write_bytes(b"x")
    path.chmod(0)
    source = read_source(Files(), str(path))
    assert source.problem is not None
    assert "permission denied" in source.problem.message
