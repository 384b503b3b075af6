from __future__ import annotations

import pytest

from isolint.cli.fix import parses_as_well


@pytest.mark.parametrize(
    "before, after, well",
    [
        ("def test_a():\n    x = 1\n", "def test_a():\n    x = 2\n", True),
        ("def test_a():\n    x = 1\n", "def test_a():\n    x = (\n", False),
        ("def test_a():\n    x = 1\n", "def test_a():\nx = 1\n", False),
        ("def a():\n    x = (\n\ndef b():\n    y\n", "def a():\n    x = (\n\ndef b():\n    z\n", True),
        ("def a():\n    x = )\n\ndef b():\n    y\n", "def a():\n    x = )\n\ndef b():\n    )\n", False),
        ("x = )\ndef a():\n    y\n", "import z\nx = )\ndef a():\n    y\n", True),
        ("async def a():\n    await b\n", "def a():\n    await b\n", False),
        ("def a():\n    await b\n", "def a():\n    await b()\n", True),
        ("# coding: latin-1\nx = 'ü'\n", "# coding: latin-1\nx = 'ü' + y\n", True),
        ("", "x = 1\n", True),
        ("x = 1", "x = 1\0", False),
    ],
)
def test_a_fix_may_not_break_what_was_in_order(before: str, after: str, well: bool) -> None:
    assert parses_as_well(before.encode(), after.encode()) is well


def test_an_invalid_escape_in_the_users_code_is_not_warned_about(recwarn: pytest.WarningsRecorder) -> None:
    assert parses_as_well(b"x = '\\d'\n", b"x = '\\d' + y\n")
    assert not recwarn.list
