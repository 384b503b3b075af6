"""The baseline file: what its entries accept, which of them accept nothing, and what is no baseline."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from isolint.check.baseline import BadBaselineError, Baseline, Key, dump, parse
from isolint.check.report import FileReport, Location, PlacedFinding, TestVerdict
from isolint.rules.registry import Rule
from isolint.workspace.shapes import Severity

RULE = "async-orm-in-db-test"
FILE = "/p/ci/base.json"


def finding(test: str | None, callee: str, line: int = 1, path: str = "/p/tests/test_a.py") -> PlacedFinding:
    where = Location(path, 0, 1, line, 1, line, 2)
    return PlacedFinding(
        where, "ISO102", RULE, "error", "certain", "", "", test, None, None, None, callee, (), (), None, "", ""
    )


def report(*findings: PlacedFinding, undecided: str = "", path: str = "/p/tests/test_a.py") -> dict[str, FileReport]:
    where = Location(path, 0, 1, 1, 1, 1, 2)
    unsure = [
        TestVerdict(undecided, where, where, "sync", "rollback", (), (), (), (), (), "", "undecided", ())
        for _ in range(bool(undecided))
    ]
    return {path: FileReport(path, findings, tuple(unsure))}


def baseline(*keys: Key) -> Baseline:
    return Baseline(FILE, "/p", parse(FILE, dump(keys)))


def on(rule: Rule, path: str) -> Severity:
    return rule.default_severity


A = Key("../tests/test_a.py::test_a", RULE, "Order.objects.acreate")


def test_it_is_sorted_with_an_entry_a_line() -> None:
    keys = [Key("b.py::test_é", RULE, "x"), Key("a.py::test_a", RULE, "y"), Key("a.py::test_a", RULE, "x")]
    text = dump(keys).decode()
    assert text == (
        '{\n  "version": 1,\n  "findings": [\n'
        f'    {{"test": "a.py::test_a", "rule": "{RULE}", "callee": "x"}},\n'
        f'    {{"test": "a.py::test_a", "rule": "{RULE}", "callee": "y"}},\n'
        f'    {{"test": "b.py::test_é", "rule": "{RULE}", "callee": "x"}}\n'
        "  ]\n}\n"
    )
    assert [one.key for one in parse(FILE, text.encode())] == sorted(keys)
    assert parse(FILE, dump([])) == ()


def test_it_says_where_its_entries_are() -> None:
    text = '{"findings":[{"test": "é", "rule": "r", "callee": "c"}, \n {"test":\n"t", "rule": "r", "callee": "c"}],'
    one, two = parse(FILE, (text + '"version":1}').encode())
    assert (one.location.line, one.location.column, one.location.end_column) == (1, 14, 55)
    assert (two.location.line, two.location.column, two.location.end_line) == (2, 2, 3)


@pytest.mark.parametrize("lines", [(9,), (1, 70), (3, 3)])
def test_no_line_counts(lines: Iterable[int]) -> None:
    found = [finding("tests/test_a.py::test_a", "Order.objects.acreate", line) for line in lines]
    kept, used = baseline(A).without_accepted(report(*found))
    assert [one.findings for one in kept.values()] == [()]
    assert used == {A}


@pytest.mark.parametrize(
    "other",
    [
        finding("tests/test_a.py::test_b", "Order.objects.acreate"),
        finding("tests/test_a.py::test_a", "Order.objects.aget"),
        finding("tests/sub/test_a.py::test_a", "Order.objects.acreate"),
        finding(None, "Order.objects.acreate"),
        replace(finding("tests/test_a.py::test_a", "Order.objects.acreate"), name="thread-in-db-test"),
    ],
)
def test_test_rule_and_callee_count(other: PlacedFinding) -> None:
    kept, used = baseline(A).without_accepted(report(other))
    assert [one.findings for one in kept.values()] == [(other,)]
    assert used == set()


def test_what_stands_at_a_fixture_is_known_by_its_file() -> None:
    shared = finding(None, "slow", path="/p/conftest.py")
    base = baseline(Key("../conftest.py", RULE, "slow"))
    assert base.without_accepted(report(shared, path="/p/conftest.py"))[1] == {Key("../conftest.py", RULE, "slow")}


def unused(base: Baseline, reports: dict[str, FileReport], gone: tuple[str, ...] = ()) -> list[tuple[int, str, str]]:
    used = base.without_accepted(reports)[1]
    return [(one.location.line, one.code, one.severity) for one in base.unused(used, reports, gone, on)]


def test_an_entry_that_accepts_nothing() -> None:
    b = Key("../tests/test_a.py::test_b", RULE, "Order.objects.acreate")
    reports = report(finding("tests/test_a.py::test_a", "Order.objects.acreate"))
    assert unused(baseline(A, b), reports) == [(5, "ISO901", "warning")]
    assert unused(baseline(A, b), report()) == [(4, "ISO901", "warning"), (5, "ISO901", "warning")]


def test_an_entry_is_in_use_where_nobody_can_tell() -> None:
    assert unused(baseline(A), {}) == []  # its file was not looked at
    assert unused(baseline(A), report(undecided="tests/test_a.py::test_a")) == []
    assert unused(baseline(A), report(undecided="tests/test_a.py::test_b")) != []
    at_fixture = baseline(Key("../tests/test_a.py", RULE, "x"))
    assert unused(at_fixture, report(undecided="tests/test_a.py::test_b")) == []
    unreadable = {"/p/tests/test_a.py": FileReport("/p/tests/test_a.py", (), (), ("no such file",))}
    assert unused(baseline(A), unreadable) == []


def test_an_entry_of_a_file_that_is_gone() -> None:
    assert unused(baseline(A), {}, ("/p/tests/test_a.py",)) == [(4, "ISO901", "warning")]


def test_an_entry_with_a_rule_that_is_off_or_unknown() -> None:
    off = baseline(A).unused((), report(), (), lambda rule, _: "off" if rule.code == "ISO102" else "warning")
    assert off == ()
    assert baseline(A).unused((), report(), (), lambda rule, _: "off" if rule.code == "ISO901" else "error") == ()
    assert unused(baseline(A._replace(rule="no-such-rule")), report()) == [(4, "ISO901", "warning")]


def test_what_was_not_looked_at_stays() -> None:
    other = Key("../tests/test_b.py::test_b", RULE, "x")
    lost = Key("../tests/test_c.py::test_c", RULE, "x")
    now = report(finding("tests/test_a.py::test_new", "x"))
    keys = baseline(A, other, lost).with_accepted(now, lambda _: True, {"/p/tests/test_c.py"})
    assert keys == {other, Key("../tests/test_a.py::test_new", RULE, "x")}


BAD = {
    "": ("Expecting value", 1),
    "[]": ("findings", 0),
    '{"version": 1}': ("findings", 0),
    '{"version": 2, "findings": []}': ("version 2", 0),
    '{"findings": []}': ("version None", 0),
    '{"version": 1,\n<<<<<<< HEAD\n"findings": []}': ("not JSON", 2),
    '{"version": 1,\n "findings": [\n{"test": "a", "rule": "b"}]}': ("callee", 3),
    '{"version": 1,\n "findings": [\n{"test": 1, "rule": "b", "callee": "c"}]}': ("callee", 3),
    '{"version": 1, "findings": ["a"]}': ("callee", 1),
    "[" * 100_000: ("", 0),
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_is_no_baseline(text: str) -> None:
    words, line = BAD[text]
    with pytest.raises(BadBaselineError) as caught:
        parse(FILE, text.encode())
    assert words in caught.value.message
    assert caught.value.line == line
    assert "\n" not in caught.value.message


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(BadBaselineError) as caught:
        parse(FILE, b'{"version": 1,\n"\xff": []}')
    assert (caught.value.message, caught.value.line) == ("it is not UTF-8", 2)


def test_a_byte_order_mark_is_no_harm() -> None:
    assert [one.key for one in parse(FILE, b"\xef\xbb\xbf" + dump([A]))] == [A]


def test_any_test_id_comes_back() -> None:
    keys = [Key('a.py::test["findings"]', RULE, "\udc80 [ ] { }"), Key("\u2028", "", "")]
    assert [one.key for one in parse(FILE, dump(keys))] == sorted(keys)
    assert json.loads(dump(keys))["version"] == 1
