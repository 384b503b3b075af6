"""ISO901: suppression comments that turn off nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from isolint.check.report import Location
from isolint.check.suppressions import ignoring
from isolint.syntax.source import SourceFile
from tests.check.engine import HEAD, INI, Line, needs_environment, project

pytestmark = needs_environment

AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
LEAK = "async def test_x():\n    await Order.objects.acreate()  {}\n"
SAFE = "def test_x():\n    Order.objects.create()  {}\n"


def found(text: str, settings: Mapping[str, object] | None = None) -> list[Line]:
    with project({"test_a.py": f"{HEAD}\n\n{text}"}, AUTO, settings) as (root, session):
        report = session.report(str(root / "test_a.py"))
        assert report.findings == session.findings(str(root / "test_a.py")).findings
    first = HEAD.count("\n") + 2
    return [(one.location.line - first, one.code, one.severity) for one in report.findings]


UNUSED = {
    "by name": "# isolint: ignore[async-orm-in-db-test]",
    "by code": "# isolint: ignore[ISO102]",
    "by prefix": "# isolint: ignore[ISO1]",
    "everything": "# isolint: ignore",
    "no rule": "# isolint: ignore[no-such-rule]",
    "noqa": "# noqa: ISO102",
    "noqa among others": "# noqa: E501, ISO102",
    "behind another comment": "# words # isolint: ignore[ISO102]",
}


@pytest.mark.parametrize("comment", UNUSED.values(), ids=UNUSED)
def test_nothing_to_suppress(comment: str) -> None:
    assert found(SAFE.format(comment)) == [(2, "ISO901", "warning")]


@pytest.mark.parametrize("comment", [UNUSED[name] for name in UNUSED if name != "no rule"])
def test_something_to_suppress(comment: str) -> None:
    assert found(LEAK.format(comment)) == []


def test_one_name_of_two() -> None:
    with project({"test_a.py": f"{HEAD}\n\n{LEAK.format('# isolint: ignore[ISO102, ISO103]')}"}, AUTO) as (
        root,
        session,
    ):
        (one,) = session.report(str(root / "test_a.py")).findings
        text = session.source(str(root / "test_a.py"))
    assert (one.code, one.message) == ("ISO901", "nothing to suppress here: ISO103")
    assert text[one.location.start : one.location.end] == b"ISO103"


NOTHING_OF_OURS = {
    "a bare noqa": SAFE.format("# noqa"),
    "other codes": SAFE.format("# noqa: E501"),
    "a code like ours": SAFE.format("# noqa: ISO999"),
    "a string": 'TEXT = """\nx()  # isolint: ignore[ISO102]\n"""\n',
    "an f-string": "def test_x():\n    f'{1} # isolint: ignore'\n",
    "a word": SAFE.format("# isolint ignore"),
    "itself": SAFE.format("# isolint: ignore[ISO102, unused-suppression]"),
}


@pytest.mark.parametrize("text", NOTHING_OF_OURS.values(), ids=NOTHING_OF_OURS)
def test_no_suppression_of_ours(text: str) -> None:
    assert found(text) == []


def test_a_doubt_is_no_finding() -> None:
    text = "async def test_x():\n    await unheard_of()\n    Order.objects  # isolint: ignore[ISO102]\n"
    assert found(text) == []
    # Where no test stands, all tests of the file count.
    assert found(f"x = 1  # isolint: ignore[ISO102]\n\n{text}") == []
    assert found(f"x = 1  # isolint: ignore[ISO102]\n\n{SAFE.format('')}") == [(1, "ISO901", "warning")]


@pytest.mark.parametrize(
    "settings",
    [
        {"ignore": ["ISO102"]},
        {"select": ["ISO101", "ISO901"]},
        {"per-file-ignores": {"test_*.py": ["ISO102"]}},
        {"severity": {"ISO102": "off"}},
        {"ignore": ["unused-suppression"]},
    ],
)
def test_a_rule_that_is_off_needs_no_suppression(settings: Mapping[str, object]) -> None:
    assert found(SAFE.format("# isolint: ignore[ISO102]"), settings) == []


def test_its_severity_can_be_set() -> None:
    settings = {"severity": {"unused-suppression": "hint"}}
    assert found(SAFE.format("# isolint: ignore[ISO102]"), settings) == [(2, "ISO901", "hint")]


def test_half_typed_code() -> None:
    assert found("def test_x():\n    f(  # isolint: ignore[ISO102]\n") == []


def test_a_fixture_in_a_conftest() -> None:
    conftest = f"{HEAD}\n\n@pytest.fixture\ndef order(db):  # isolint: ignore[async-db-fixture]\n    return 1\n"
    tests = "def test_x(order):\n    pass\n"
    with project({"conftest.py": conftest, "test_a.py": tests}, INI) as (root, session):
        assert [one.code for one in session.report(str(root / "conftest.py")).findings] == ["ISO901"]


def test_edits_make_and_unmake_it() -> None:
    with project({"test_a.py": f"{HEAD}\n\n{LEAK.format('# isolint: ignore[ISO102]')}"}, AUTO) as (root, session):
        path = str(root / "test_a.py")
        assert session.findings(path).findings == ()
        safe = f"{HEAD}\n\n\n{SAFE.format('# isolint: ignore[ISO102]')}".encode()
        session.set_buffer(path, safe)
        (one,) = session.findings(path).findings
        assert safe[one.location.start : one.location.end] == b"# isolint: ignore[ISO102]"
        assert session.affected([path]) == []
        session.set_buffer(path, b"\n" + safe)
        (moved,) = session.findings(path).findings
        assert moved.location.line == one.location.line + 1
        session.set_buffer(path, safe.replace(b"  # isolint: ignore[ISO102]", b""))
        assert session.findings(path).findings == ()


def test_one_that_is_typed_into_a_file_without_any() -> None:
    text = f"{HEAD}\n\n{SAFE.format('')}\n\ndef test_y():\n    pass\n".encode()
    with project({"test_a.py": text.decode()}, AUTO) as (root, session):
        path = str(root / "test_a.py")
        assert session.findings(path).findings == ()
        # Two edits between two looks: both count.
        session.set_buffer(path, text.replace(b"create()  ", b"create()  # isolint: ignore[ISO102]"))
        session.set_buffer(path, text.replace(b"create()  ", b"create()  # isolint: ignore[ISO102]") + b"x = 1\n")
        assert [one.code for one in session.findings(path).findings] == ["ISO901"]
        session.set_buffer(path, text + b"# noqa: ISO102\n")
        assert [one.code for one in session.findings(path).findings] == ["ISO901"]
        session.set_buffer(path, text)
        assert session.findings(path).findings == ()


@pytest.mark.parametrize(
    "before, after",
    [
        ("leak()\n", "leak()  # isolint: ignore[name]\n"),
        ("leak()", "leak()  # isolint: ignore[name]"),
        ("leak()\r\nx\r\n", "leak()  # isolint: ignore[name]\r\nx\r\n"),
        ("leak() \n", "leak() # isolint: ignore[name]\n"),
        ("leak(  # why\n)\n", "leak(  # why  # isolint: ignore[name]\n)\n"),
        ("leak()  # isolint: ignore[other]\n", "leak()  # isolint: ignore[other, name]\n"),
        ("leak()  # isolint: ignore[]\n", "leak()  # isolint: ignore[name]\n"),
        ("leak('# isolint: ignore[x]')\n", "leak('# isolint: ignore[x]')  # isolint: ignore[name]\n"),
        ("leak('it\\'s', \"#\")\n", "leak('it\\'s', \"#\")  # isolint: ignore[name]\n"),
        ('leak("""a""")\n', 'leak("""a""")  # isolint: ignore[name]\n'),
        ("leak('é😀')\n", "leak('é😀')  # isolint: ignore[name]\n"),
        ('leak("""a\nb""")\n', None),
        ("leak()  # Isolint: Ignore[other]\n", "leak()  # Isolint: Ignore[other, name]\n"),
        ("leak( \\\n)\n", None),
        ("leak('a\\\nb')\n", None),
        ('leak(f"""a{\n1}""")\n', None),
        ("leak('a'\n'b')\n", "leak('a'  # isolint: ignore[name]\n'b')\n"),
        ("leak()  # isolint: ignore[other, ]\n", "leak()  # isolint: ignore[other, name, ]\n"),
        ("leak()  # isolint: ignore\n", "leak()  # isolint: ignore  # isolint: ignore[name]\n"),
        ("leak()  # noqa: ISO101\n", "leak()  # noqa: ISO101  # isolint: ignore[name]\n"),
    ],
)
def test_where_an_ignore_comment_can_stand(before: str, after: str | None) -> None:
    text = before.encode()
    source = SourceFile.read("test_a.py", text)
    change = ignoring(source, Location("test_a.py", 0, 4, 1, 1, 1, 5), "name")
    if after is None:
        assert change is None
    else:
        assert change is not None
        assert (text[: change.start] + change.text.encode() + text[change.end :]).decode() == after


def test_where_the_first_line_of_a_finding_goes_on_in_a_string_its_last_can_have_the_comment() -> None:
    text = b'leak("""a\nb""")\n'
    change = ignoring(SourceFile.read("test_a.py", text), Location("test_a.py", 0, 15, 1, 1, 2, 6), "name")
    assert change is not None
    assert (change.start, change.text) == (15, "  # isolint: ignore[name]")
