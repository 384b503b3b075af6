"""Sealed files: whole or nothing, and not for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from isolint.store.disk import OLDEST_DAYS, digest, prune, read_sealed, write_sealed

MAGIC = b"a-test\n"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "one.bin"
    assert write_sealed(path, MAGIC, b"body")
    assert read_sealed(path, MAGIC) == b"body"
    assert read_sealed(path, b"other\n") is None
    assert [each.name for each in path.parent.iterdir()] == ["one.bin"]


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"", lambda b: b[:-1] + b"X"])
def test_what_is_damaged_is_no_file(damage: object, tmp_path: Path) -> None:
    path = tmp_path / "one.bin"
    write_sealed(path, MAGIC, b"body")
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert read_sealed(path, MAGIC) is None


def test_a_folder_that_cannot_be_made_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not write_sealed(tmp_path / "file" / "one.bin", MAGIC, b"body")


def test_a_digest_tells_where_its_parts_end() -> None:
    assert digest(b"ab", b"c") != digest(b"a", b"bc") != digest(b"abc")


def test_the_oldest_go_first(tmp_path: Path) -> None:
    now = time.time()
    for age, name in enumerate(("run-new", "run-middle", "run-old", "other")):
        (tmp_path / name).write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (now - age * 60, now - age * 60))
    os.utime(tmp_path / "run-middle", (now, now - (OLDEST_DAYS + 1) * 86_400))
    prune(tmp_path, "run-*")
    assert {each.name for each in tmp_path.iterdir()} == {"run-new", "run-old", "other"}
    prune(tmp_path, "run-*", 150)
    assert {each.name for each in tmp_path.iterdir()} == {"run-new", "other"}
