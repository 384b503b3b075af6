"""Text in the client's units becomes bytes and comes back, whatever a line is made of and however it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolint.lsp.buffers import Documents, Splice
from isolint.text.lines import LineTable, Unit
from tests.lsp.wire import FULL, Inside, apply, at

URI = "file:///tmp/test_a.py"
ODD = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def _units(text: str, encoding: Unit) -> int:
    return (
        len(text.encode({"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]))
        // ({"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding])
    )


def _place(text: str, index: int, encoding: Unit) -> tuple[int, int]:
    """(line, column) of an index of a text, as an editor counts: only line feeds and carriage returns end a line."""
    before = text[:index]
    if before.endswith("\r") and text[index : index + 1] == "\n":
        before = before[:-1]
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines) - 1, _units(lines[-1], encoding)


PIECES = st.sampled_from(["a", "é", "中", "😀", "\n", "\r\n", "\r", "    ", "leak", *ODD])
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS, TEXTS, st.data(), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_an_edit_hits_what_the_editor_means(text: str, new: str, data: st.DataObject, encoding: Unit) -> None:
    def index() -> int:
        # An editor never points between the two bytes of one line end.
        found = data.draw(st.integers(0, len(text)))
        return found + 1 if text[found - 1 : found + 1] == "\r\n" and found else found

    start, end = sorted([index(), index()])
    documents = Documents()
    documents.encoding = encoding
    documents.open(URI, "python", 1, text)
    buffer = documents.change(URI, 2, [Splice(_place(text, start, encoding), _place(text, end, encoding), new)])
    assert buffer is not None
    assert buffer.text.decode() == text[:start] + new + text[end:]
    assert buffer.version == 2


def test_several_changes_of_one_message_follow_each_other() -> None:
    documents = Documents()
    documents.open(URI, "python", 1, "one\ntwo\n")
    changes = [Splice((0, 0), (0, 3), "1\n1"), Splice((2, 0), (2, 3), "2"), Splice((9, 9), (9, 9), "end")]
    buffer = documents.change(URI, 2, changes)
    assert buffer is not None
    assert buffer.text == b"1\n1\n2\nend"


@pytest.mark.parametrize(
    "start, end, after",
    [
        ((0, 99), (0, 99), b"ab!\ncd"),  # behind the end of a line is its end
        ((7, 0), (9, 9), b"ab\ncd!"),  # behind the last line is the end of the text
        ((0, 0), (99, 99), b"!"),
        ((1, 1), (0, 0), b"ab\nc!d"),  # an end before the start is taken for the start
    ],
)
def test_positions_outside_of_the_text_are_clamped(start: tuple[int, int], end: tuple[int, int], after: bytes) -> None:
    documents = Documents()
    documents.open(URI, "python", 1, "ab\ncd")
    buffer = documents.change(URI, 2, [Splice(start, end, "!")])
    assert buffer is not None
    assert buffer.text == after


def test_half_a_surrogate_pair_keeps_its_width() -> None:
    documents = Documents()
    documents.open(URI, "python", 1, "\ud83dab")
    buffer = documents.change(URI, 2, [Splice((0, 1), (0, 2), "X")])
    assert buffer is not None
    assert buffer.text == b"?Xb"


def test_the_line_table_of_an_edited_document_is_that_of_its_text() -> None:
    documents = Documents()
    documents.open(URI, "python", 1, "\n".join(f"line {n}" for n in range(1000)))
    buffer = None
    for n in range(100):
        buffer = documents.change(URI, n + 2, [Splice((n * 7 % 900, 0), (n * 5 % 900 + 20, 2), "x\ny\n" * (n % 3))])
    assert buffer is not None
    fresh = LineTable.of(buffer.text)
    assert [buffer.lines.start(n) for n in range(buffer.lines.count)] == [fresh.start(n) for n in range(fresh.count)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_finding_stands_where_the_editor_shows_it(inside: Inside, tmp_path: Path, encoding: Unit, end: str) -> None:
    capabilities: Any = {**FULL, "general": {"positionEncodings": [encoding]}}
    assert inside.start(tmp_path, capabilities=capabilities)["capabilities"]["positionEncoding"] == encoding
    head = f"# {ODD}{end}'😀é中'; "
    uri = inside.open(tmp_path / "test_a.py", f"{head}leak(){end}")
    (found,) = inside.published(uri, 1)
    column = _units("'😀é中'; ", encoding)
    assert found["range"] == {"start": {"line": 1, "character": column}, "end": {"line": 1, "character": column + 4}}
    hover = inside.answer(inside.hover(uri, 1, column + 1))["result"]
    assert hover["range"] == {"start": {"line": 1, "character": column}, "end": {"line": 1, "character": column + 4}}
    inside.change(uri, 2, "peek", (1, column, 1, column + 4))
    inside.change(uri, 3, "leak", (1, column + 6, 1, column + 6))
    (found,) = inside.published(uri, 3)
    assert found["range"]["start"] == {"line": 1, "character": column + 6}


def test_the_first_encoding_of_the_client_that_we_know_wins(inside: Inside, tmp_path: Path) -> None:
    capabilities = {"general": {"positionEncodings": ["utf-7", "utf-32", "utf-8"]}}
    assert inside.start(tmp_path, capabilities=capabilities)["capabilities"]["positionEncoding"] == "utf-32"


def test_a_fix_lands_behind_odd_line_ends_and_characters(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    text = "# \x0c \u2028 😀\r\n'😀'; leak()\r\n"
    uri = inside.open(tmp_path / "test_a.py", text)
    action = inside.actions(uri, 1, 7)[0]
    edit = inside.result("codeAction/resolve", action)["edit"]["documentChanges"][0]
    start = edit["edits"][0]["range"]["start"]
    assert start == {"line": 1, "character": 6}
    assert apply("x\n'😀'; leak()\n", edit["edits"]) == "x\n'😀'; safe()\n"


@pytest.mark.parametrize(
    "uri, language",
    [
        ("untitled:Untitled-1", "python"),
        ("vscode-notebook-cell:/a/n.ipynb#W0sZmlsZQ%3D%3D", "python"),
        ("file:///tmp/n.ipynb", "python"),
        ("file:///tmp/pyproject.toml", "python"),
        ("file:///tmp/pyproject.toml", "toml"),
        ("file:///tmp/a.py", "plaintext"),
        ("git:/tmp/a.py?HEAD", "python"),
    ],
)
def test_documents_that_are_none_of_ours_are_ignored(inside: Inside, tmp_path: Path, uri: str, language: str) -> None:
    inside.start(tmp_path)
    inside.open(uri, "leak boom\n", language=language)
    inside.change(uri, 2, "leak", (0, 0, 0, 1))
    assert inside.answer(inside.hover(uri, 0, 0))["result"] is None
    assert inside.actions(uri, 0) == []
    inside.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    inside.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    other = inside.open(tmp_path / "test_a.py", "leak\n")
    assert len(inside.published(other, 1)) == 1
    assert {params["uri"] for params in inside.publications()} == {other}
    assert inside.logged() == []


def test_changes_of_a_document_that_is_not_open_are_ignored(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = (tmp_path / "test_a.py").as_uri()
    inside.change(uri, 2, "leak", (0, 0, 0, 1))
    inside.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert inside.answer(inside.ask("textDocument/hover", at(uri, 0, 0)))["result"] is None
    assert inside.logged() == []
    assert inside.publications() == []


def test_closing_takes_the_diagnostics_away_and_the_disk_counts_again(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    assert len(inside.published(uri, 1)) == 1
    inside.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert inside.published(uri, None) == []
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    inside.open(tmp_path / "test_a.py", "leak leak\n", version=1)
    again = inside.wait(
        lambda m: m.get("method") == "textDocument/publishDiagnostics" and len(m["params"]["diagnostics"]) == 2
    )
    assert again["params"]["version"] == 1


def test_a_document_whose_language_changes_loses_its_diagnostics(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    inside.published(uri, 1)
    inside.open(tmp_path / "test_a.py", "leak\n", version=2, language="plaintext")
    assert inside.published(uri, None) == []


def test_the_spelling_of_the_client_is_kept(inside: Inside, tmp_path: Path) -> None:
    inside.start(tmp_path)
    uri = inside.open((tmp_path / "test_a.py").as_uri().replace("test_a", "t%65st%5Fa"), "leak\n")
    (found,) = inside.published(uri, 1)
    assert found["relatedInformation"][0]["location"]["uri"] == uri
