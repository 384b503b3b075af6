from __future__ import annotations

import io

import pytest

from isolint.cli.terminal import Style, cell_width, lay_out, printable, style_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(
    "terminal, variables, colour",
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colours(terminal: bool, variables: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert style_for(Terminal() if terminal else io.StringIO()).colour is colour


def test_a_pipe_is_laid_out_the_same_whoever_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    assert (style_for(io.StringIO()).width, style_for(Terminal()).width) == (120, 77)


def test_a_closed_stream_has_no_colours() -> None:
    stream = io.StringIO()
    stream.close()
    assert style_for(stream).colour is False


@pytest.mark.parametrize(
    "text, shown",
    [
        ("plain", "plain"),
        ("日本 ü", "日本 ü"),
        ("a\x1b[2Jb", "a�[2Jb"),
        ("a\nb\rc\td\x00", "a�b�c�d�"),
        ("a\u202eb\u2066c", "a�b�c"),
        ("\x9b31m", "�31m"),
        ("a\u2028b", "a�b"),
    ],
)
def test_nothing_reaches_the_terminal_that_it_would_obey(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text, width", [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\uff57", 2), ("👍", 2), ("", 0)])
def test_width_in_cells(text: str, width: int) -> None:
    assert cell_width(text) == width


@pytest.mark.parametrize(
    "line, shown, columns",
    [
        ("ab", "ab", (0, 1, 2)),
        ("\tx", "    x", (0, 4, 5)),
        ("ab\tx", "ab  x", (0, 1, 2, 4, 5)),
        ("日x", "日x", (0, 2, 3)),
        ("日\tx", "日  x", (0, 2, 4, 5)),
        ("e\u0301x", "e\u0301x", (0, 1, 1, 2)),
        ("\x1bx", "�x", (0, 1, 2)),
        ("", "", (0,)),
    ],
)
def test_a_line_is_laid_out_in_cells(line: str, shown: str, columns: tuple[int, ...]) -> None:
    assert lay_out(line) == (shown, columns)


def test_no_escapes_without_colour() -> None:
    assert Style(False).bold("x") == "x"
    assert Style(True).bold("x") == "\x1b[1mx\x1b[0m"
