"""Completion: half-typed code with the cursor in, names out."""

from __future__ import annotations

import pytest

from isolint.features.completion import Completion, completions
from tests.check.engine import needs_environment
from tests.features.marked import opened

pytestmark = needs_environment

CONFTEST = """\
#- conftest.py
import pytest
@pytest.fixture
def thing(): pass
@pytest.fixture(scope="session")
def wide(): pass
#- test_a.py
import pytest
"""


def offered(text: str) -> tuple[Completion, ...]:
    with opened(text) as (session, root, said):
        assert said.cursor is not None
        path, offset = said.cursor
        return completions(session, str(root / path), offset)


def labels(code: str) -> set[str]:
    return {one.label for one in offered(CONFTEST + code)}


@pytest.mark.parametrize(
    "code",
    [
        "def test_a($0): pass",
        "def test_a(th$0): pass",
        "def test_a(wide, th$0",
        "def test_a(wide, th$0\n\ndef test_b(thing):\n    pass\n",
        "async def test_a(\n    wide,\n    $0\n):\n    pass",
        "def test_a(wide: dict[str, int], *, $0):",
        "class TestA:\n    def test_a(self, $0): pass",
        "class TestA:\n    def test_a(self, th$0\n",
        "@pytest.fixture\ndef made($0): pass",
        "@pytest.fixture()\ndef made(th$0\n",
        '@pytest.mark.usefixtures("$0")\ndef test_a(): pass',
        '@pytest.mark.usefixtures("wide", "th$0\ndef test_a(): pass',
        'pytestmark = pytest.mark.usefixtures("$0',
        'pytestmark = [pytest.mark.usefixtures("$0")]',
        'def test_a(request):\n    request.getfixturevalue("$0")',
        "def test_a(request):\n    x = request.getfixturevalue('th$0",
        '@pytest.mark.parametrize("thing", [1], indirect=["$0"])\ndef test_a(thing): pass',
        '@pytest.mark.parametrize("thing", [1], ["$0"])\ndef test_a(thing): pass',
        '@pytest.mark.parametrize("thing, x", [("a,b", 1), (\'"(\', 2)], ["$0"])\ndef test_a(thing, x): pass',
        'use = pytest.mark.usefixtures\n@use("$0")\ndef test_a(): pass',
    ],
)
def test_fixtures_where_they_can_stand(code: str) -> None:
    assert "thing" in labels(code)
    assert "db" in labels(code)


@pytest.mark.parametrize(
    "code",
    [
        "def helper($0): pass",
        "def test_a(a=$0): pass",
        "def test_a(a: $0): pass",
        "def test_a(): x($0)",
        'def test_a(): x("$0")',
        '@pytest.mark.skipif("$0")\ndef test_a(): pass',
        '@pytest.mark.parametrize("a", ["$0"])\ndef test_a(a): pass',
        '@pytest.mark.parametrize("a", [1], False, ["$0"])\ndef test_a(a): pass',
        '@pytest.mark.parametrize("a", [1], ids=["$0"])\ndef test_a(a): pass',
        "def test_a(): # th$0",
        "$0",
    ],
)
def test_nothing_elsewhere(code: str) -> None:
    assert labels(code) == set()


@pytest.mark.parametrize(
    "code, expected",
    [
        ('@pytest.mark.parametrize("$0")\ndef test_a(one, two, three=1): pass', {"one", "two"}),
        ('@pytest.mark.parametrize("one,$0", [])\ndef test_a(one, two): pass', {"two"}),
        ('@pytest.mark.parametrize("one, t$0wo", [])\n@pytest.mark.x\nasync def test_a(one, two): pass', {"two"}),
        ('@pytest.mark.parametrize(["one", "$0"], [])\ndef test_a(one, two): pass', {"two"}),
        ('@pytest.mark.parametrize(argvalues=[1], argnames="$0")\ndef test_a(one): pass', {"one"}),
        ('@pytest.mark.parametrize("$0\ndef test_a(one): pass\n\ndef test_b(two): pass', {"one"}),
        ('class TestA:\n    @pytest.mark.parametrize("$0", [])\n    def test_a(self, one): pass', {"one"}),
        (
            '@pytest.mark.parametrize("$0", [])\nclass T:\n  def test_a(self, one): pass\n  def help(self, two): pass',
            {"one"},
        ),
        ('@pytest.mark.parametrize("$0", [])\ndef helper(one): pass', set()),
        ('pytestmark = pytest.mark.parametrize("$0", [])\ndef test_a(one): pass', set()),
    ],
)
def test_the_names_of_parametrize_are_the_parameters_below(code: str, expected: set[str]) -> None:
    assert labels(code) == expected


def test_what_is_named_already_is_not_offered_again() -> None:
    assert "thing" not in labels("def test_a(thing, $0): pass")


def test_a_fixture_is_offered_none_of_a_narrower_scope() -> None:
    found = labels('@pytest.fixture(scope="module")\ndef made($0): pass')
    assert "wide" in found
    assert "thing" not in found


def test_a_fixture_is_offered_its_own_name_where_it_overrides_one() -> None:
    assert "thing" in labels("@pytest.fixture\ndef thing($0): pass")
    assert "made" not in labels("@pytest.fixture\ndef made($0): pass")


def test_the_word_under_the_cursor_is_replaced() -> None:
    found = offered("#- test_a.py\nimport pytest\n@pytest.fixture\ndef thing(): pass\ndef test_é(ab$0cd): pass\n")
    line = len(b"import pytest\n@pytest.fixture\ndef thing(): pass\n")
    start = line + len("def test_é(".encode())
    assert {(one.start, one.end) for one in found} == {(start, start + 4)}


@pytest.mark.parametrize(
    "code",
    [
        "@pytest.mark.$0",
        "@pytest.mark.djan$0\ndef test_a(): pass",
        "pytestmark = [pytest.mark.$0]",
        "from pytest import mark as m\n@m.$0",
        "def test_a(a): pass\n\n@pytest.mark.$0\n\ndef test_b(): pass\n",
    ],
)
def test_marks(code: str) -> None:
    assert {"django_db", "parametrize", "asyncio"} <= labels(code)


def test_marks_of_the_configuration() -> None:
    found = offered(
        "#- pytest.ini\n[pytest]\nmarkers =\n  slow(n): waits\n#- test_a.py\nimport pytest\n@pytest.mark.$0"
    )
    assert ("slow", "slow(n): waits") in {(one.label, one.detail) for one in found}


def test_rules_in_a_suppression() -> None:
    found = offered("#- test_a.py\nx = 1  # isolint: ignore[transactional-test, sync-$0]\n")
    assert {one.label: one.end - one.start for one in found}["sync-to-async-in-db-test"] == len("sync-")
