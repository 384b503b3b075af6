from __future__ import annotations

import codecs
import os
import stat
import tempfile
from pathlib import Path

import pytest

from isolint.cli.write import WriteError, encode_like, replace_text
from isolint.text.encoding import Decoded, decode


def leftovers(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".isolint")]


def test_replaces_the_text_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\r\n")
    path.chmod(0o751)
    replace_text(str(path), b"x = 1\r\n", b"x = 2\r\n")
    assert path.read_bytes() == b"x = 2\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert leftovers(tmp_path) == []


def test_follows_a_link_and_leaves_it_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "a.py"
    target.write_bytes(b"1")
    link = tmp_path / "link.py"
    link.symlink_to(Path("real") / "a.py")
    replace_text(str(link), b"1", b"2")
    assert link.is_symlink()
    assert target.read_bytes() == b"2"
    assert leftovers(target.parent) == leftovers(tmp_path) == []


def test_refuses_a_file_that_changed_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"somebody else's work")
    with pytest.raises(WriteError, match="changed meanwhile"):
        replace_text(str(path), b"x = 1", b"x = 2")
    assert path.read_bytes() == b"somebody else's work"


@pytest.mark.parametrize("failing", ["replace", "fsync", "chmod"])
def test_a_failure_leaves_the_old_file_and_no_temporary_one(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(WriteError, match="No space left on device"):
        replace_text(str(path), b"old", b"new")
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == []


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_text(str(path), b"old", b"new")
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == []


def test_a_read_only_folder(as_plain_user: Path) -> None:
    path = as_plain_user / "a.py"
    path.write_bytes(b"old")
    as_plain_user.chmod(0o555)
    try:
        with pytest.raises(WriteError, match="cannot be written"):
            replace_text(str(path), b"old", b"new")
    finally:
        as_plain_user.chmod(0o755)
    assert path.read_bytes() == b"old"


def test_a_read_only_file_is_left_alone(as_plain_user: Path) -> None:
    path = as_plain_user / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(WriteError, match="read-only"):
        replace_text(str(path), b"old", b"new")
    assert path.read_bytes() == b"old"


def test_a_protected_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # what root is never told
    with pytest.raises(WriteError, match="read-only"):
        replace_text(str(path), b"old", b"new")
    assert path.read_bytes() == b"old"


def test_a_folder_that_takes_no_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(WriteError, match="cannot be written: Permission denied"):
        replace_text(str(path), b"old", b"new")
    assert path.read_bytes() == b"old"


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be read"):
        replace_text(str(tmp_path / "a.py"), b"old", b"new")


LATIN = "# -*- coding: latin-1 -*-\r\nx = 'ü'\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        "x = 'ü'\n".encode(),
        codecs.BOM_UTF8 + "x = 'ü'\n".encode(),
        LATIN.encode("latin-1"),
        "#!/usr/bin/python\n# coding: cp1251\nx = 'Привет'\n".encode("cp1251"),
        "# coding: shift_jis\nx = '日本'\n".encode("shift_jis"),
        b"",
    ],
)
def test_encodings_survive_a_change(raw: bytes) -> None:
    before = text_of(raw)
    after = before + b"y = 1\n"
    assert encode_like(raw, before, after) == raw + b"y = 1\n"
    assert encode_like(raw, before, before) == raw


def text_of(raw: bytes) -> bytes:
    decoded = decode(raw)
    assert isinstance(decoded, Decoded)
    return decoded.text


def test_a_file_with_broken_bytes_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = '\xff'\n")
    before = "x = '\N{REPLACEMENT CHARACTER}'\n".encode()
    with pytest.raises(WriteError, match="cannot be read as text"):
        replace_text(str(path), before, before + b"y = 1\n")
    assert path.read_bytes() == b"x = '\xff'\n"


def test_a_character_that_the_encoding_lacks() -> None:
    raw = LATIN.encode("latin-1")
    before = text_of(raw)
    with pytest.raises(WriteError, match="cannot be written: '日' does not exist in iso8859-1"):
        encode_like(raw, before, before + "y = '日'\n".encode())
