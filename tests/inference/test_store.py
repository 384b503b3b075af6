"""`store`: answers on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from isolint.inference.store import AnswerStore, fingerprint, key_of, read_entries
from isolint.names.origin import Answer, Definition, ExpressionQuestion, MembersQuestion, NameQuestion
from isolint.store.disk import cache_folder
from isolint.workspace.shapes import Distribution, Environment

FOUND = Answer(Definition(canonical="a.b", kind="function", path="/x/a.py", line=3))
KEY = key_of(NameQuestion("a.b"))


def environment(**versions: str) -> Environment:
    distributions = {name: Distribution(name, number, "/site") for name, number in versions.items()}
    return Environment("/env", (3, 12), ("/site",), "/stdlib", MappingProxyType(distributions))


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "new" / "folder", "one")
    many = Answer(None, (("f", Definition(canonical="a.f", kind="function")),))
    store.add(KEY, FOUND)
    store.add(key_of(MembersQuestion("a")), many)
    assert store.save()
    again = AnswerStore(tmp_path / "new" / "folder", "one")
    assert len(again) == 2
    assert again.get(KEY) == FOUND
    assert again.get(key_of(MembersQuestion("a"))) == many
    assert again.get(key_of(NameQuestion("a"))) is None


def test_an_unknown_is_an_answer(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path, "one")
    store.add(KEY, Answer(None))
    store.save()
    assert AnswerStore(tmp_path, "one").get(KEY) == Answer(None)


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    assert not AnswerStore(tmp_path, "one").save()
    assert list(tmp_path.iterdir()) == []


def test_two_writers_keep_the_answers_of_both(tmp_path: Path) -> None:
    first, second = AnswerStore(tmp_path, "one"), AnswerStore(tmp_path, "one")
    first.add(KEY, FOUND)
    second.add(key_of(NameQuestion("c")), Answer(None))
    first.save()
    second.save()
    assert len(AnswerStore(tmp_path, "one")) == 2
    assert second.get(KEY) == FOUND
    assert [path.name for path in tmp_path.iterdir()] == [first.path.name]


def test_environments_do_not_mix(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path, "one")
    store.add(KEY, FOUND)
    store.save()
    assert AnswerStore(tmp_path, "two").get(KEY) is None


def damaged(payload: bytes) -> list[bytes]:
    """The payload cut short, changed in the middle, of another kind, and empty."""
    middle = len(payload) - 5
    return [
        payload[:-1],
        payload[:middle] + bytes([payload[middle] ^ 1]) + payload[middle + 1 :],
        b"\x80\x04." + payload,
        msgspec.msgpack.encode({"a": 1}),
        b"",
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_damaged_file_is_no_file_and_is_replaced(tmp_path: Path, number: int) -> None:
    store = AnswerStore(tmp_path, "one")
    store.add(KEY, FOUND)
    store.save()
    store.path.write_bytes(damaged(store.path.read_bytes())[number])
    again = AnswerStore(tmp_path, "one")
    assert len(again) == 0
    again.add(KEY, FOUND)
    assert again.save()
    assert list(read_entries(store.path)) == [KEY]


def test_an_entry_of_another_shape_is_forgotten(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path, "one")
    store._entries[KEY] = msgspec.Raw(msgspec.msgpack.encode(["not", "an answer"]))
    assert store.get(KEY) is None
    assert len(store) == 0


def test_a_folder_that_cannot_be_written_loses_nothing_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = AnswerStore(tmp_path / "file", "one")
    store.add(KEY, FOUND)
    assert not store.save()
    assert store.get(KEY) == FOUND


def test_the_fingerprint_follows_every_distribution() -> None:
    alone = environment(django="5.2")
    prints = {
        fingerprint(environment(django="5.2", pytest="9.0")),
        fingerprint(environment(django="5.2.1", pytest="9.0")),
        fingerprint(alone),
        fingerprint(replace(alone, python_version=(3, 13))),
        fingerprint(alone, "jedi 0.20.2"),
    }
    assert len(prints) == 5
    assert fingerprint(environment(a="1", b="2")) == fingerprint(environment(b="2", a="1"))


def test_expressions_are_keyed_by_everything_they_depend_on() -> None:
    base = ExpressionQuestion("/a.py", "x = 1\nx\n", 2, 1)
    others = [
        ExpressionQuestion("/b.py", "x = 1\nx\n", 2, 1),
        ExpressionQuestion("/a.py", "x = 2\nx\n", 2, 1),
        ExpressionQuestion("/a.py", "x = 1\nx\n", 1, 1),
        ExpressionQuestion("/a.py", "x = 1\nx\n", 2, 0),
    ]
    keys = {key_of(each) for each in [base, *others]} | {key_of(base, "another state")}
    assert len(keys) == 6
    assert key_of(base) == key_of(ExpressionQuestion("/a.py", "x = 1\nx\n", 2, 1))
    assert key_of(ExpressionQuestion("/a.py", "'\ud800'", 1, 0))


def test_the_cache_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "isolint"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "isolint"
