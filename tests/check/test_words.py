"""The filter by words: what it must never leave out, and that it sees files change."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolint.check.words import Words
from tests.check.engine import INI, needs_environment, project


def _read(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


@pytest.mark.parametrize(
    "text, word, has",
    [
        ("def test_a(thing): pass", "thing", True),
        ("def test_a(things, nothing): pass", "thing", False),
        ("x = 'thing,other'", "other", True),
        ("x = 'größe'", "größe", True),
        ("x = 'größer'", "größe", False),
        ("from a import *", "import *", True),
        ("from a import  *", "import *", True),
        ("from a import b\nc = 2 * b", "import *", False),
        ("pytest.mark.usefixtures('my-thing')", "my-thing", True),
        ("", "thing", False),
    ],
)
def test_a_word_counts_where_it_stands_alone(tmp_path: Path, text: str, word: str, has: bool) -> None:
    small, large = tmp_path / "small.py", tmp_path / "large.py"
    small.write_text(text, "utf-8")
    large.write_text("#\n" * 100_000 + text, "utf-8")  # one that is not remembered
    words = Words(_read)
    assert [words.has(str(path), word) for path in (small, large, small)] == [has, has, has]


@pytest.mark.parametrize(
    "text, outside",
    [
        ("def thing(): pass", True),
        ("    async def thing(self):\n        pass", True),
        ("def test_a(thing): pass", False),
        ("def test_a(\n    thing,\n    other=1,\n) -> None:\n    pass\n", False),
        ("def test_a():\n    thing = 1\n\n    thing += 1\n", False),
        ("def test_a():\n    pass\nthing = test_a", True),
        ("def test_a():\n    pass\n    # thing", False),
        ("@pytest.mark.usefixtures('thing')\ndef test_a(): pass", True),
        ("class A:\n    def go(self):\n        pass\n    thing = 1\n", True),
        ("class A:\n    def go(self):\n        thing = 1\n", False),
        ("from a import (\n    other,\n    thing,\n)", True),
        ("def test_a():\r\n    thing\r\n\r\nb = 1\r\n", False),
        ("def things(): pass", False),
    ],
)
def test_a_word_outside_of_functions(tmp_path: Path, text: str, outside: bool) -> None:
    small, large, held = tmp_path / "small.py", tmp_path / "large.py", "held.py"
    small.write_bytes(text.encode())
    large.write_bytes(b"#\n" * 100_000 + text.encode())  # one that is not remembered
    words = Words(_read, lambda path: text.encode() if path == held else None)
    assert [words.has(str(path), "thing", outside=True) for path in (small, large, held)] == [outside] * 3


def test_a_file_is_read_once_for_all_words_and_once_more_for_those_outside_of_functions(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("thing = other = 1\n", "utf-8")
    read: list[str] = []
    words = Words(lambda path: read.append(path) or _read(path))
    for _ in range(2):
        words.look_again()
        assert words.has(str(path), "thing")
        assert words.has(str(path), "other", outside=True)
        assert not words.has(str(path), "another", outside=True)
    assert len(read) == 2


def test_a_file_that_changes_or_goes_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    words = Words(_read)
    assert not words.has(str(path), "thing")
    for text in ("thing", "another"):
        path.write_text(text, "utf-8")
        words.look_again()
        assert words.has(str(path), "thing", outside=True) is (text == "thing")
    path.unlink()
    words.look_again()
    assert not words.has(str(path), "another")


def test_a_text_in_memory_counts_before_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("thing = 1\n", "utf-8")
    held: list[bytes | None] = [None, b"another = 1\n", b"thing = 2\n"]
    words = Words(_read, lambda _: held[0])
    said = []
    while held:
        words.look_again()
        said.append(words.has(str(path), "thing", outside=True))
        held.pop(0)
    assert said == [True, False, True]


@needs_environment
def test_open_buffers_count_and_what_is_remembered_goes_with_an_edit() -> None:
    with project({"a.py": "one = 1\n", "b.py": "two = 2\n"}, INI) as (root, session):
        made: list[str] = []

        def files(word: str) -> list[str]:
            with session.asked():
                return [Path(path).name for path in session.search.files_with(word)]

        def recalled() -> int:
            return session.recall("key", lambda: made.append("") or len(made))

        while session.search.read_ahead():
            pass
        assert files("one") == ["a.py"]
        assert (recalled(), recalled()) == (1, 1)
        session.set_buffer(str(root / "b.py"), b"two = 2\n")
        assert recalled() == 1, "a file that was only opened says what it did"
        session.set_buffer(str(root / "b.py"), b"two = one\n")
        assert files("one") == ["a.py", "b.py"]
        assert recalled() == 2
        session.set_buffer(str(root / "b.py"), None)
        assert files("one") == ["a.py"]
        assert recalled() == 3


@needs_environment
def test_a_closed_file_stays_in_the_project_and_a_deleted_one_does_not() -> None:
    with project({"a.py": "one = 1\n"}, INI) as (root, session):
        path = root / "a.py"
        session.set_buffer(str(path), b"one = 2\n")
        session.set_buffer(str(path), None)
        assert str(path) in set(session.search.files_with("one"))
        session.set_buffer(str(path), b"one = 2\n")
        path.unlink()
        session.set_buffer(str(path), None)
        assert str(path) not in set(session.search.files_with("one"))
