from __future__ import annotations

import pytest

from isolint.cli.output.excerpt import excerpt, split_lines
from isolint.cli.terminal import Style, cell_width
from tests.cli.stand_in import locate

PLAIN = Style(False, 60)


def shown(text: str, part: str, note: str = "here", style: Style = PLAIN) -> list[str]:
    source = text.encode()
    start = source.index(part.encode())
    place = locate("/p/t.py", source, start, start + len(part.encode()))
    return excerpt(split_lines(source), place, note, style, "error")


def test_carets_stand_below_the_span() -> None:
    assert shown("x = 1\ny = await f(x)\n", "f(x)") == [
        "2 | y = await f(x)",
        "  |           ^^^^ here",
    ]


def test_a_tab_moves_the_carets_with_the_text() -> None:
    assert shown("\tab\tf(x)", "f(x)") == [
        "1 |     ab  f(x)",
        "  |         ^^^^ here",
    ]


def test_wide_characters_move_the_carets_by_two_and_are_underlined_by_two() -> None:
    assert shown('s = "日本"; f("語")', 'f("語")') == [
        '1 | s = "日本"; f("語")',
        "  |             ^^^^^^^ here",
    ]


def test_an_escape_in_the_source_is_shown_and_not_obeyed() -> None:
    assert shown("# \x1b[2J\u202e f()", "f()") == ["1 | # �[2J� f()", "  |         ^^^ here"]


def test_several_lines() -> None:
    text = "a = f(\n    1,\n    2,\n)\n"
    assert shown(text, "f(\n    1,\n    2,\n)") == [
        "1 | a = f(",
        "  |     ^^ here",
        "2 |     1,",
        "3 |     2,",
        "4 | )",
    ]


def test_a_long_span_is_cut_and_says_so() -> None:
    text = "f(\n" + "    1,\n" * 20 + ")\n"
    assert shown(text, text.strip())[-2:] == ["4 |     1,", ". | (18 more lines)"]


def test_a_long_line_is_cut_around_the_span() -> None:
    lines = shown("x = " + "a" * 100 + " + f(y) + " + "b" * 100, "f(y)", note="n")
    assert all(len(line) <= PLAIN.width - 3 for line in lines)
    caret = lines[1].index("^")
    assert lines[0][caret : caret + 4] == "f(y)"
    assert lines[0].startswith("1 | ...")
    assert lines[0].endswith("...")


@pytest.mark.parametrize("before", range(0, 60, 7))
def test_a_cut_through_wide_characters_keeps_the_carets_in_place(before: int) -> None:
    lines = shown("日" * before + "x" + "語" * 60 + "f(y)" + "b" * 100, "f(y)", note="n")
    start, end = lines[1].index("^"), lines[1].rindex("^") + 1
    assert cell_width(lines[0][: lines[0].index("f(y)")]) == start
    assert end - start == 4
    assert cell_width(lines[0]) <= PLAIN.width - 3


def test_a_note_that_does_not_fit_goes_to_its_own_line() -> None:
    lines = shown("x" * 40 + " f()", "f()", note="a note of some length")
    assert lines[1].endswith("^^^")
    assert lines[2].endswith("a note of some length")
    assert len(lines[2]) <= PLAIN.width - 3


def test_an_empty_span_has_one_caret() -> None:
    place = locate("/p/t.py", b"ab\n", 1, 1)
    assert excerpt(["ab"], place, "", PLAIN, "error") == ["1 | ab", "  |  ^"]


@pytest.mark.parametrize("text", [b"", b"one line"])
def test_a_place_that_is_gone_shows_nothing_and_does_not_raise(text: bytes) -> None:
    place = locate("/p/t.py", b"a\nb\nc = f()\n", 8, 11)
    assert excerpt(split_lines(text), place, "x", PLAIN, "error") == []


def test_a_line_that_became_shorter_does_not_raise() -> None:
    place = locate("/p/t.py", b"abcdefgh", 4, 8)
    assert excerpt(["a"], place, "", PLAIN, "error") == ["1 | a", "  |  ^"]


def test_lines_end_where_editors_end_them() -> None:
    assert split_lines("a\r\nb\rc\nd\x0ce\u2028f".encode()) == ["a", "b", "c", "d\x0ce\u2028f"]
