"""A file under edits: the same as read anew, with little work, and calm when broken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isolint.syntax.facts import Await, Call, Function, Name
from isolint.syntax.source import Chunk, SourceFile
from isolint.text.edits import Edit
from isolint.text.lines import LineTable
from tests.syntax.walking import facts_in

CODE = '''"""Doc."""
import a
from b import (
    c,
)

# comment
@d
class TestA(B):
    """Doc."""
    x = 1

    @e
    async def test_a(self, fx):
        result = await f(fx)
        assert result == f"{x["a"]}"

    y = 1
    class Inner:
        def test_a(self):
            text = """
def inside(): pass
"""
        def test_a(self): pass
    # comment
    def test_b(self):
        with a as b:
            await c(d, [1, 2])

def TestA(): pass
if 1:
    def f(): pass
else:
    pass
@a
@b(1,
   2)
def test_c(): pass
class TestB:
    pass
z = 1
'''


def described(file: SourceFile) -> list[tuple[Any, ...]]:
    return [
        (c.key, c.kind, c.owner, c.name, c.indent, c.size, c.head, c.frames, c.broken, c.flawed, c.facts)
        for c in file.chunks
    ]


def check_whole(file: SourceFile, text: bytes) -> None:
    """What holds for every file, broken or not."""
    assert file.text == text
    assert b"".join(file.source(chunk.key) for chunk in file.chunks) == text
    assert [file.start(chunk.key) for chunk in file.chunks] == list(file.starts)
    assert len({chunk.key for chunk in file.chunks}) == len(file.chunks)
    for chunk in file.chunks:
        assert file.chunk(chunk.key) is chunk
        for fact in facts_in(chunk.facts):
            low, high = getattr(fact, "span", (0, 0))
            assert 0 <= low <= high <= chunk.size
    fresh = LineTable.of(text)
    assert [file.lines.start(line) for line in range(file.lines.count + 1)] == [
        fresh.start(line) for line in range(fresh.count + 1)
    ]


def chunk(file: SourceFile, key: str) -> Chunk:
    found = file.chunk(key)
    assert found is not None, key
    return found


def replaced(file: SourceFile, old: str, new: str) -> SourceFile:
    assert file.text.count(old.encode()) == 1, old
    return file.updated(file.text.replace(old.encode(), new.encode()))


@pytest.fixture
def file() -> SourceFile:
    return SourceFile.read("test_a.py", CODE.encode())


# --- reading ---------------------------------------------------------------------------------------------------------


def test_keys(file: SourceFile) -> None:
    assert [found.key for found in file.chunks] == [
        "<>",
        "<import>",
        "<from>",
        "TestA(class)",
        "TestA.<>",
        "TestA.<x>",
        "TestA.test_a",
        "TestA.<y>",
        "TestA.Inner(class)",
        "TestA.Inner.test_a",
        "TestA.Inner.test_a#2",
        "TestA.test_b",
        "TestA",
        "<if>",
        "test_c",
        "TestB(class)",
        "TestB.<pass>",
        "<z>",
    ]
    assert chunk(file, "TestA.Inner.test_a").owner == ("TestA", "Inner")
    assert file.parsed == len(file.chunks)
    check_whole(file, CODE.encode())


def test_places(file: SourceFile) -> None:
    (awaited,) = [fact for fact in facts_in(chunk(file, "TestA.test_a").facts) if isinstance(fact, Await)]
    start, end = file.absolute("TestA.test_a", awaited.span)
    assert file.text[start:end] == b"await f(fx)"
    at = file.chunk_at(start)
    assert at is not None
    assert at.key == "TestA.test_a"
    last = file.chunk_at(10**9)
    assert last is not None
    assert last.key == "<z>"
    assert SourceFile.read("empty.py", b"").chunk_at(0) is None


def test_a_second_class_of_a_name_owns_its_own_members() -> None:
    file = SourceFile.read("a.py", b"class A:\n  def f(self): 1\nclass A:\n  def f(self): 2\n")
    assert [found.key for found in file.chunks] == ["A(class)", "A.f", "A#2(class)", "A#2.f"]


# --- edits -----------------------------------------------------------------------------------------------------------


def test_an_edit_in_a_body_parses_one_chunk_and_shares_all_others(file: SourceFile) -> None:
    new = replaced(file, "await f(fx)", "await f(fx, 1)")
    assert new.parsed == 1
    assert [a is b for a, b in zip(file.chunks, new.chunks, strict=True)].count(False) == 1
    assert new.indices is file.indices
    assert described(new) == described(SourceFile.read("test_a.py", new.text))


@pytest.mark.parametrize(
    "old, new, parsed",
    [
        ("@e\n", "@e.f\n", 1),
        ("def test_b", "def test_bb", 1),
        ("class TestA(B)", "class TestA(C)", 1),
        ("import a\n", "import a, q\n", 1),
        ("import a\n", "import a\nimport q\n", 1),
        ("    x = 1\n", "    x = 1\n    else:\n", 1),
        ("# comment\n@d", "# another comment\n@d", 1),
        ("    # comment\n", "", 1),
        ("    y = 1\n", "", 0),
        ("    y = 1\n", "    y = 1\n    def new(self): pass\n", 1),
        ("class TestA(B)", "class TestZ(B)", 1),
    ],
)
def test_how_much_an_edit_parses(file: SourceFile, old: str, new: str, parsed: int) -> None:
    found = replaced(file, old, new)
    assert found.parsed <= parsed
    assert described(found) == described(SourceFile.read("test_a.py", found.text))


def test_the_same_text_is_the_same_file(file: SourceFile) -> None:
    assert file.updated(bytes(bytearray(file.text))) is file


def test_an_edit_that_the_caller_knows(file: SourceFile) -> None:
    at = file.text.index(b"result =")
    text = file.text[:at] + b"x" + file.text[at:]
    check_whole(file.updated(text, Edit(at, at, b"x")), text)
    for wrong in (Edit(0, 3, b"wrong"), Edit(0, 10**9, b""), Edit(5, 2, b"")):  # what is not true is not believed
        check_whole(file.updated(text, wrong), text)


PARTS = [
    "", "", "", "\n", "    ", "(", ")", "'", '"', '"""', "def f():\n", "async def g(", "@x\n", "@", "class C:\n",
    "    def m(self):\n        pass\n", "x = 1\n", "\\\n", "#", "[", "}", "f'{", "é", "😀", "\t", "\f", "\r", "\r\n",
    "import q\n", ":", " ", "else:\n", "class Z(A): pass\n", "foo.\n", "\u2028", "\ufeff",
]  # fmt: skip
edits = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 0, 1, 2, 5, 30]), st.sampled_from(PARTS)), max_size=8)


@settings(max_examples=150, deadline=None)
@given(edits, st.booleans())
def test_a_file_under_edits_is_the_file_read_anew(steps: list[tuple[float, int, str]], undo: bool) -> None:
    text = CODE
    file = SourceFile.read("test_a.py", text.encode())
    history = [text]
    for place, length, part in steps:
        at = int(place * len(text))
        text = text[:at] + part + text[at + length :]
        history.append(text)
    for text in [*history, *(reversed(history) if undo else ())]:
        before, file = file, file.updated(text.encode())
        check_whole(file, text.encode())
        if file is not before:
            low, high, end = file.replaced
            assert list(map(id, before.chunks[:low])) == list(map(id, file.chunks[:low]))
            assert list(map(id, before.chunks[high:])) == list(map(id, file.chunks[end:]))
        if not any(found.broken for found in file.chunks):
            assert described(file) == described(SourceFile.read("test_a.py", text.encode()))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="abdef():\n\r\t '\"\\#@{}[]=.,class", max_size=60), min_size=2, max_size=4))
def test_no_text_makes_it_raise(texts: list[str]) -> None:
    file = SourceFile.read("a.py", b"")
    for text in texts:
        file = file.updated(text.encode())
        check_whole(file, text.encode())


# --- broken ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half", ["f(", "[1, 2", "{'a': ", '"""abc', 'f"{a', "'abc", "foo(bar(", "'''", "\\"])
def test_an_open_bracket_or_string_breaks_its_chunk_alone_and_its_last_good_facts_stay(
    file: SourceFile, half: str
) -> None:
    line = "        result = await f(fx)\n"
    new = (
        replaced(file, line, f"        {half}\n{line}")
        if half != "\\"
        else replaced(file, 'x["a"]}"\n', 'x["a"]}" \\\n')
    )
    if half == "\\":
        return
    assert [found.key for found in new.chunks] == [found.key for found in file.chunks]
    assert [found.key for found in new.chunks if found.broken] == ["TestA.test_a"]
    assert new.parsed == 0
    (awaited,) = [fact for fact in facts_in(chunk(new, "TestA.test_a").facts) if isinstance(fact, Await)]
    start, end = new.absolute("TestA.test_a", awaited.span)
    assert new.text[start:end] == b"await f(fx)"
    check_whole(new, new.text)
    mended = new.updated(file.text)
    assert described(mended) == described(file)


def test_an_edit_elsewhere_leaves_the_broken_chunk_as_it_is(file: SourceFile) -> None:
    broken = replaced(file, "await f(fx)", "await f(fx")
    other = replaced(broken, "await c(d, [1, 2])", "await c(d, [1, 2], 3)")
    assert chunk(other, "TestA.test_a") is chunk(broken, "TestA.test_a")
    assert not chunk(other, "TestA.test_b").broken
    assert other.parsed == 1


def test_a_string_that_is_closed_three_functions_later_is_one_string_in_the_end(file: SourceFile) -> None:
    opened = replaced(file, "        result = await", "        '''\n        result = await")
    assert [found.key for found in opened.chunks if found.broken] == ["TestA.test_a"]
    closed = replaced(opened, "        with a as b:\n", "        '''\n        with a as b:\n")
    assert not any(found.broken for found in closed.chunks)
    assert described(closed) == described(SourceFile.read("test_a.py", closed.text))


def test_an_open_bracket_in_a_statement_leaves_the_next_statement_alone() -> None:
    file = SourceFile.read("a.py", b"a = 1\nb = 2\n")
    opened = replaced(file, "a = 1", "a = call(1")
    assert [found.key for found in opened.chunks if found.broken] == ["<a>"]
    assert chunk(opened, "<b>") is chunk(file, "<b>")


def test_a_bracket_that_is_closed_some_statements_later_is_closed_in_the_end() -> None:
    file = SourceFile.read("a.py", b"a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n")
    opened = replaced(file, "a = 1", "a = [1")
    assert [found.key for found in opened.chunks if found.broken] == ["<a>"]
    closed = replaced(opened, "d = 4\n", "d = 4]\n")
    assert not any(found.broken for found in closed.chunks)
    assert described(closed) == described(SourceFile.read("a.py", closed.text))


def test_a_new_function_that_is_being_typed_does_not_touch_the_next(file: SourceFile) -> None:
    new = replaced(file, "def TestA(): pass\n", "async def test_new(fx\ndef TestA(): pass\n")
    assert chunk(new, "test_new").broken
    assert chunk(new, "TestA").facts == chunk(file, "TestA").facts
    assert [found.key for found in new.chunks if found.key not in file.indices] == ["test_new"]


def test_a_file_that_is_broken_when_opened_recovers_at_the_next_definition() -> None:
    code = CODE.replace("result = await f(fx)", "result = await f(fx")
    file = SourceFile.read("test_a.py", code.encode())
    assert [found.key for found in file.chunks] == [
        found.key for found in SourceFile.read("test_a.py", CODE.encode()).chunks if found.key != "TestA.<y>"
    ]
    assert [found.key for found in file.chunks if found.broken] == ["TestA.test_a"]
    function, *_ = chunk(file, "TestA.test_a").facts
    assert isinstance(function, Function)
    assert any(isinstance(fact, Name) and fact.id == "fx" for fact in facts_in(function.body))


def test_an_open_docstring_does_not_swallow_the_functions_up_to_the_next_one() -> None:
    functions = [f'def test_{number}():\n    """Checks {number}."""\n    call({number})\n\n\n' for number in range(6)]
    functions[1] = functions[1].replace("call(1)", 'x = """half')
    file = SourceFile.read("test_a.py", "".join(functions).encode())
    assert [found.key for found in file.chunks] == [f"test_{number}" for number in range(6)]
    assert [found.key for found in file.chunks if found.broken] == ["test_1"]


def test_a_syntax_error_that_leaves_nothing_open_is_flawed_not_broken(file: SourceFile) -> None:
    new = replaced(file, "await f(fx)", "await f(fx) and and")
    found = chunk(new, "TestA.test_a")
    assert (found.broken, found.flawed) == (False, True)
    assert any(isinstance(fact, Call) for fact in facts_in(found.facts))
