"""Where suppression comments go: the text before and after. `<` and `>` stand around each finding."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from isolint.check.ignoring import ignore
from isolint.check.report import Change, Location, PlacedFinding
from isolint.check.suppressions import directives_of
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit, apply

RULES = {"": ("ISO101", "sync-to-async-in-db-test"), "orm": ("ISO102", "async-orm-in-db-test")}


def finding(source: SourceFile, start: int, end: int, which: str = "") -> PlacedFinding:
    code, name = RULES[which]
    line, column = source.lines.position(start, "utf-32")
    end_line, end_column = source.lines.position(end, "utf-32")
    where = Location(source.path, start, end, line + 1, column + 1, end_line + 1, end_column + 1)
    return PlacedFinding(
        where, code, name, "error", "certain", "", "", None, None, None, None, "", (), (), None, "", ""
    )


def ignored(marked: str) -> tuple[str | None, tuple[Change, ...]]:
    """The text with comments, None where a finding has no place for one; and the edits. `<` begins a finding of
    ISO101, `<orm:` one of ISO102."""
    spans: list[tuple[int, int, str]] = []
    open_ones: list[tuple[int, str]] = []
    text = b""
    for part in re.split(rb"(<(?:orm:)?|>)", marked.encode()):
        if part.startswith(b"<"):
            open_ones.append((len(text), part[1:-1].decode()))
        elif part == b">":
            start, which = open_ones.pop()
            spans.append((start, len(text), which))
        else:
            text += part
    source = SourceFile.read("test_a.py", text)
    made = ignore(source, [finding(source, *span) for span in spans])
    if made.left:
        return None, made.changes
    return apply(text, [Edit(one.start, one.end, one.text.encode()) for one in made.changes]).decode(), made.changes


@pytest.mark.parametrize(
    "before, after",
    [
        ("<leak()>\n", "leak()  # isolint: ignore[sync-to-async-in-db-test]\n"),
        ("<leak()>", "leak()  # isolint: ignore[sync-to-async-in-db-test]"),
        ("<leak()>\r\nx\r\n", "leak()  # isolint: ignore[sync-to-async-in-db-test]\r\nx\r\n"),
        ("<leak()>\rx\r", "leak()  # isolint: ignore[sync-to-async-in-db-test]\rx\r"),
        ("<leak()> \n", "leak()  # isolint: ignore[sync-to-async-in-db-test]\n"),
        ("<leak()>   \n", "leak()   # isolint: ignore[sync-to-async-in-db-test]\n"),
        ("<leak()>\t\n", "leak()\t# isolint: ignore[sync-to-async-in-db-test]\n"),
        ("if 1:\n\t<leak()>\n", "if 1:\n\tleak()  # isolint: ignore[sync-to-async-in-db-test]\n"),
        ("<leak(  # why\n)>\n", "leak(  # why  # isolint: ignore[sync-to-async-in-db-test]\n)\n"),
        ("x = <leak>(\n    1,\n)\n", "x = leak(  # isolint: ignore[sync-to-async-in-db-test]\n    1,\n)\n"),
        ("<leak('# isolint: ignore[x]')>\n", None),
        ("<leak('it\\'s', \"#\")>\n", None),
        ('<leak("""a""")>\n', None),
        ("<leak('é😀')>\n", None),
        ("<leak()>; <orm:aget()>\n", "leak(); aget()  # isolint: ignore[sync-to-async-in-db-test, {}]\n"),
        ("<leak()>; <leak()>\n", "leak(); leak()  # isolint: ignore[sync-to-async-in-db-test]\n"),
    ],
)
def test_a_comment_of_its_own(before: str, after: str | None) -> None:
    if after is None:  # the plain case, whatever is in the strings
        plain = before.replace("<", "").replace(">", "")
        after = plain.replace("\n", "  # isolint: ignore[sync-to-async-in-db-test]\n")
    assert ignored(before)[0] == after.replace("{}", "async-orm-in-db-test")


@pytest.mark.parametrize(
    "comment, extended",
    [
        ("# isolint: ignore[other]", "# isolint: ignore[other, sync-to-async-in-db-test]"),
        ("# isolint: ignore[]", "# isolint: ignore[sync-to-async-in-db-test]"),
        ("# isolint: ignore[ other ]", "# isolint: ignore[ other, sync-to-async-in-db-test ]"),
        ("# Isolint: Ignore[other] why", "# Isolint: Ignore[other, sync-to-async-in-db-test] why"),
        ("# words # isolint: ignore[other]", "# words # isolint: ignore[other, sync-to-async-in-db-test]"),
        ("# noqa: E501", "# noqa: E501, ISO101"),
        ("#noqa:E501,W291 why not", "#noqa:E501,W291, ISO101 why not"),
        ("# NOQA: E501 W291", "# NOQA: E501 W291, ISO101"),
        ("# noqa: E501  # isolint: ignore[x]", "# noqa: E501  # isolint: ignore[x, sync-to-async-in-db-test]"),
        ("# type: ignore[misc]", "# type: ignore[misc]  # isolint: ignore[sync-to-async-in-db-test]"),
        ("# words ", "# words  # isolint: ignore[sync-to-async-in-db-test]"),
        ("# ends with \\", "# ends with \\  # isolint: ignore[sync-to-async-in-db-test]"),
    ],
)
def test_what_is_there_is_added_to(comment: str, extended: str) -> None:
    assert ignored(f"<leak()>  {comment}\nx\n")[0] == f"leak()  {extended}\nx\n"


@pytest.mark.parametrize(
    "before, line",
    [
        ('<leak("""a\nb""")>\n', 1),
        ("<leak('a\\\nb')>\n", 1),
        ("<leak( \\\n)>\n", 1),
        ("<leak() \\\n  .x('''\n''', \\\n 1)>; y\n", 3),
        ('x = f"""{\n1}"""; <leak()>\n', 1),
        ('<leak(f"""{\n1}""")>\n', 1),
    ],
)
def test_else_on_the_line_where_the_finding_ends(before: str, line: int) -> None:
    after, _ = ignored(before)
    assert after is not None
    assert [i for i, one in enumerate(after.splitlines()) if "# isolint: ignore[" in one] == [line]
    (one,) = directives_of(SourceFile.read("a.py", after.encode()), [line])
    assert one.names == ("sync-to-async-in-db-test",)


@pytest.mark.parametrize(
    "text",
    [
        '<leak("""a\nb""")>; y = """\n"""\n',
        "<leak()>; y = 1 + \\\n 2\n",
        'x = """\n<"""; leak()>; y = """\n"""\n',
        "<leak('a>\n",
    ],
)
def test_no_comment_can_be_written(text: str) -> None:
    assert ignored(text) == (None, ())


def test_findings_about_comments_are_left() -> None:
    source = SourceFile.read("test_a.py", b"x  # isolint: ignore[y]\n")
    unused = replace(finding(source, 3, 22), code="ISO901", name="unused-suppression", severity="warning")
    assert ignore(source, [unused]).left == (unused,)
