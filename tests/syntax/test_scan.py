"""Logical lines and chunk boundaries, by the words of the language reference."""

from __future__ import annotations

import io
import re
import sysconfig
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import isolint
from isolint.syntax.scan import logical_lines, pieces


def lines(code: str) -> list[str]:
    data = code.encode()
    return [data[line.start : line.end].decode() for line in logical_lines(data, 0, len(data))]


def clean(code: str) -> bool:
    data = code.encode()
    return all(line.clean for line in logical_lines(data, 0, len(data)))


@pytest.mark.parametrize(
    "code",
    [
        "x = (1,\n  2)  # c\n",
        "x = [\n# )\n]\n",
        "x = '''a\n\"\"\" '\n'''\n",
        'x = """\\"""\n"""\n',
        "x = a \\\n  + b\n",
        "x = '\\\n'\n",
        "x = 'a\\'b' # '\n",
        "f'{x['a']}' # '\n",
        'f"{x["(("]}"\n',
        "f'{x:{'('}>{w}}'\n",
        "f'{{ {a!r} }}'\n",
        "f'{\n a\n}'\n",
        'f"{f"{f"{")"}"}"}"\n',
        "rf'\\{x['(']}'\n",
        "t'{x['(']}'\n",
        "x = r'\\''\n",
        "f'\\N{DIGIT ONE}' # '\n",
        "f'\\{x['(']}'\n",
        "x = b'(' b\"[\"\n",
        "x = '\f(\u2028('; y\n",
        "a[b'''\n''':\n1]\n",
        "def f(a, *,\n  b='x'): pass\n",
        "x = ''\n",
        "x = ''''''\n",
        "x = {'a': '#', # }\n}\n",
        "if'a':x\n",
        "x = (yield\n from_)\n",
        "x = (a\n    @ b)\n",
    ],
)
def test_one_logical_line(code: str) -> None:
    assert lines(code) == [code]
    assert clean(code)


def test_lines_end_at_the_three_line_ends_alone() -> None:
    assert lines("a\rb\r\nc\fd\ve\u2028f\x85g\nh") == ["a\r", "b\r\n", "c\fd\ve\u2028f\x85g\n", "h"]


def test_blank_lines_and_comments_are_no_lines() -> None:
    assert lines("\n  # a\n\f\nx\n   \n# b\n\ty\n#") == ["x\n", "\ty\n"]


@pytest.mark.parametrize(
    "line, indent, word",
    [
        ("def f(): pass", 0, b"def"),
        ("  async \t def f(): pass", 2, b"def"),
        ("\tclass A: pass", 8, b"class"),
        ("    \t@a", 8, b"@"),
        (" \f  x", 2, b"x"),
        ("async with a: pass", 0, b"async"),
        ("define = 1", 0, b"define"),
        ("é = 1", 0, "é".encode()),
        ("(a)", 0, b""),
    ],
)
def test_indentation_and_first_word(line: str, indent: int, word: bytes) -> None:
    data = line.encode()
    (found,) = logical_lines(data, 0, len(data))
    assert (found.indent, found.word) == (indent, word)


@pytest.mark.parametrize("path", ["ast.py", "argparse.py", "unittest/mock.py", "textwrap.py", "test/test_fstring.py"])
def test_real_code_has_the_logical_lines_of_tokenize(path: str) -> None:
    file = Path(sysconfig.get_path("stdlib"), path)
    if not file.exists():
        pytest.skip("this Python comes without the file")
    data = file.read_bytes()
    ends = [t.end[0] for t in tokenize.tokenize(io.BytesIO(data).readline) if t.type == tokenize.NEWLINE]
    assert [data.count(b"\n", 0, line.end) for line in logical_lines(data, 0, len(data))] == ends
    assert all(line.clean for line in logical_lines(data, 0, len(data)))


@pytest.mark.parametrize(
    "broken",
    ["x = f(", "x = [1, 2", "x = {'a': ", '"""abc', 'f"{a', "'abc", "f(a, '", "f'{a[", "x = (a]", "x = \\"],
)
@pytest.mark.parametrize(
    "following", ["def g():\n    pass\n", "@d\ndef g(): pass\n", "class C:\n    x = 1\n", "import a\n"]
)
def test_what_is_open_ends_at_the_next_statement_that_cannot_be_inside(broken: str, following: str) -> None:
    code = f"def f():\n    {broken}\n    y = 1\n\n\n{following}"
    data = code.encode()
    found = list(logical_lines(data, 0, len(data)))
    assert not all(line.clean for line in found) or broken == "x = \\"
    assert following.splitlines()[0] + "\n" in lines(code)


def test_a_def_deeper_than_the_open_line_may_be_in_a_string() -> None:
    assert lines('x = """\n    def f(): pass\n"""\ny\n') == ['x = """\n    def f(): pass\n"""\n', "y\n"]
    assert lines('x = """\ndef f(): pass\n"""\ny\n') == ['x = """\ndef f(): pass\n"""\n', "y\n"]


# --- chunks ----------------------------------------------------------------------------------------------------------


def shape(code: str) -> list[tuple[str, str | None, str, str]]:
    """Each chunk's kind, name, owner and text."""
    data = code.encode()
    found, _ = pieces(data, 0, len(data))
    return [
        (piece.kind, piece.name, ".".join(frame.name for frame in piece.frames), data[piece.start : piece.end].decode())
        for piece in found
    ]


def test_a_file_with_everything() -> None:
    assert shape(
        '"""Doc."""\nimport a\n# c\n@d(\n)\nclass A(B):  # e\n\n    """Doc."""\n    x = 1\n'
        "    async def f(self):\n        def g(): pass\n    # h\n\n    class I:\n        def j(self): pass\n"
        "    y = 2\nif a:\n    def k(): pass\nelse:\n    class L: pass\n@m\n# n\ndef o(): pass\n"
    ) == [
        ("statements", None, "", '"""Doc."""\n'),
        ("statements", None, "", "import a\n# c\n"),
        ("class", "A", "", "@d(\n)\nclass A(B):  # e\n\n"),
        ("statements", None, "A", '    """Doc."""\n'),
        ("statements", None, "A", "    x = 1\n"),
        ("function", "f", "A", "    async def f(self):\n        def g(): pass\n    # h\n\n"),
        ("class", "I", "A", "    class I:\n"),
        ("function", "j", "A.I", "        def j(self): pass\n"),
        ("statements", None, "A", "    y = 2\n"),
        ("statements", None, "", "if a:\n    def k(): pass\nelse:\n    class L: pass\n"),
        ("function", "o", "", "@m\n# n\ndef o(): pass\n"),
    ]


def test_a_dedent_inside_a_string_or_bracket_or_comment_ends_nothing() -> None:
    code = 'def f():\n    x = """\nclass A: pass\n"""\n# c\n    y = [\n1]\n    z\n'
    assert shape(code) == [("function", "f", "", code)]


@pytest.mark.parametrize(
    "code", ["", "\n", "# a", "    x\ny\n", "@a\n", "@a\nx = 1\n", "def \n", "class :\n  x\n", "\f\n"]
)
def test_odd_files_are_tiled_too(code: str) -> None:
    assert "".join(text for *_, text in shape(code)) == code


@given(st.text(alphabet="abd ef():\n\r\t\f'\"\\#@{}[]=class", max_size=120))
def test_chunks_tile_any_text(code: str) -> None:
    assert "".join(text for *_, text in shape(code)) == code


@pytest.mark.parametrize(
    "code",
    [
        'f"{' * 5000,
        'x = f"{a\n' * 500,
        "(" * 20000 + "]" * 20000,
        "'" * 20001,
        'def f():\n  """a\n' * 501,
        "f'{(\n" * 500,
    ],
    ids=["nested f-strings", "open f-strings", "brackets", "quotes", "open docstrings", "open fields"],
)
def test_hostile_text_is_scanned_in_reasonable_work(code: str) -> None:
    assert "".join(text for *_, text in shape(code)) == code  # with a bad scan this does not end


def test_no_pattern_repeats_a_group_possessively() -> None:
    """That matches wrongly before Python 3.11.5, which no other test can see on a newer one."""
    files = list(Path(isolint.__file__).parent.rglob("*.py"))
    assert len(files) > 50
    assert not [file for file in files if re.search(r"\)(?:[*+?]|\{[0-9,]+\})\+", file.read_text(encoding="utf-8"))]
