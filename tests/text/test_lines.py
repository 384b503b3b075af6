"""Positions there and back, in every unit, on every text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolint.text.lines import LineTable, Unit

PIECES = [
    "a",
    "\n",
    "\r\n",
    "\r",
    "\f",
    "\v",
    "\x1c",
    "\x85",
    "\u2028",
    "é",
    "€",
    "😀",
    "👩\u200d💻",
    "\t",
    "\ufeff",
    "b c",
    "",
]
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
UNITS: tuple[Unit, ...] = ("utf-8", "utf-16", "utf-32")


def width(text: str, unit: Unit) -> int:
    """The reference: what each unit counts, by the codecs themselves."""
    return {
        "utf-8": lambda: len(text.encode()),
        "utf-16": lambda: len(text.encode("utf-16-le")) // 2,
        "utf-32": lambda: len(text),
    }[unit]()


def reference(text: str) -> list[tuple[str, str]]:
    """The lines of a text as (content, line end), by a regular expression."""
    parts = re.split(r"(\r\n|\n|\r)", text)
    return list(zip(parts[::2], [*parts[1::2], ""], strict=True))


@given(texts)
def test_the_lines_are_those_between_the_three_line_ends(text: str) -> None:
    table = LineTable.of(text.encode())
    lines = reference(text)
    offset = 0
    assert table.count == len(lines)
    for number, (content, end) in enumerate(lines):
        assert table.start(number) == offset
        assert table.content_end(number) == offset + len(content.encode())
        offset += len((content + end).encode())
    assert table.start(len(lines)) == offset


@given(texts, st.sampled_from(UNITS))
def test_every_character_is_found_again(text: str, unit: Unit) -> None:
    table = LineTable.of(text.encode())
    offset = 0
    for number, (content, end) in enumerate(reference(text)):
        for index in range(len(content) + 1):
            at = offset + len(content[:index].encode())
            column = width(content[:index], unit)
            assert table.position(at, unit) == (number, column)
            assert table.offset(number, column, unit) == at
        offset += len((content + end).encode())


@given(texts, st.sampled_from(UNITS), st.integers(-2, 40), st.integers(-2, 40))
def test_any_position_is_clamped_into_the_text(text: str, unit: Unit, line: int, column: int) -> None:
    data = text.encode()
    table = LineTable.of(data)
    offset = table.offset(line, column, unit)
    assert 0 <= offset <= len(data)
    data[:offset].decode()  # never inside a character
    if 0 <= line < table.count:
        assert table.start(line) <= offset <= table.content_end(line)
    elif line >= table.count:
        assert offset == len(data)


@given(texts, st.integers(-3, 80), st.sampled_from(UNITS))
def test_any_offset_has_a_position_that_exists(text: str, offset: int, unit: Unit) -> None:
    table = LineTable.of(text.encode())
    line, column = table.position(offset, unit)
    assert 0 <= line < table.count
    assert table.position(table.offset(line, column, unit), unit) == (line, column)


@pytest.mark.parametrize("window", [0, 6, 8192])
@given(text=texts, edits=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6), texts), max_size=8))
def test_a_spliced_table_is_the_table_of_the_edited_text(
    window: int, text: str, edits: list[tuple[int, int, str]]
) -> None:
    """Wherever edits are so far apart that the shared table is built anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("isolint.text.lines._WINDOW", window)
        table = LineTable.of(text.encode())
        for start, length, new in edits:
            begin = min(start, len(table.text))
            end = min(begin + length, len(table.text))
            before = table.text
            table = table.spliced(begin, end, new.encode())
            assert table.text == before[:begin] + new.encode() + before[end:]
            fresh = LineTable.of(table.text)
            assert [table.start(line) for line in range(table.count + 1)] == [
                fresh.start(line) for line in range(fresh.count + 1)
            ]
            offsets = range(len(table.text) + 1)
            assert [table.line(offset) for offset in offsets] == [fresh.line(offset) for offset in offsets]


def test_edits_far_apart_in_a_long_text() -> None:
    table = LineTable.of(b"x = 1\n" * 50_000)
    for line in (10, 49_990, 20_000, 20_001, 20_000, 3):
        at = table.start(line)
        table = table.spliced(at, at + 1, b"yy\n")
    fresh = LineTable.of(table.text)
    assert table.count == fresh.count == 50_007
    assert all(table.start(line) == fresh.start(line) for line in range(fresh.count))


def test_typing_shares_the_starts_of_the_original_text() -> None:
    table = LineTable.of(b"x = 1\n" * 1000)
    first = table.base
    for count in range(50):
        at = table.start(500) + count
        table = table.spliced(at, at, b"y")
    assert table.base is first
    assert len(table.changed) < 10


def test_a_newline_that_joins_a_lone_carriage_return() -> None:
    assert LineTable.of(b"a\rb").spliced(2, 2, b"\n").count == 2
    assert LineTable.of(b"a\r\nb").spliced(2, 2, b"x").count == 3
    assert LineTable.of(b"a\r\nb").spliced(1, 2, b"").count == 2


def test_surrogate_pairs_count_two_and_their_middle_is_their_start() -> None:
    table = LineTable.of("a😀b".encode())
    assert table.position(5, "utf-16") == (0, 3)
    assert table.offset(0, 2, "utf-16") == 1
    assert table.offset(0, 3, "utf-16") == 5


def test_an_edit_outside_the_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        LineTable.of(b"abc").spliced(2, 9, b"")
