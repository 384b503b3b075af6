"""What an edit costs, by the store's own counter: numbers of computations, never times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from isolint.check.session import Session
from tests.check.engine import INI, needs_environment, project

FILES = {
    "pytest.ini": "[pytest]\n",
    "tests/conftest.py": """
import pytest
from tests.helpers import make, other


@pytest.fixture
def made():
    return make("x")
""",
    "tests/__init__.py": "",
    "tests/helpers.py": """
def make(name):
    return [name]


def other(name):
    return [name, name]
""",
    "tests/test_a.py": """
import pytest
from tests.helpers import make, other

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_one(made):
    value = make("one")
    assert value != made  # not the same


# between two tests
def test_two(made):
    assert other("two")


class TestThree:
    def test_three(self, made):
        assert make("three")

    def test_four(self, made):
        assert True
""",
    "tests/test_b.py": """
from tests.helpers import other


def test_five(made):
    assert other("five")
""",
}

Edit = Callable[[str, str, str], dict[str, int]]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Replace text in a file of a project whose test files were looked at, look again, and give what was computed."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    session = Session(str(tmp_path))
    looked_at = [str(tmp_path / name) for name in ("tests/test_a.py", "tests/test_b.py", "tests/conftest.py")]
    for path in looked_at:
        session.findings(path)

    def edit(name: str, old: str, new: str) -> dict[str, int]:
        assert FILES[name].count(old) == 1
        session.store.computed.clear()
        session.set_buffer(str(tmp_path / name), FILES[name].replace(old, new).encode())
        for path in looked_at:
            session.findings(path)
        return dict(session.store.computed)

    return edit


def test_nothing_is_computed_for_the_same_text(edit: Edit) -> None:
    assert edit("tests/test_a.py", "value = make", "value = make") == {}


def test_an_edit_in_a_body_computes_its_own_test_alone(edit: Edit) -> None:
    """One index of functions, one summary, one run of the test; its trace is as before, and nothing after it."""
    computed = edit("tests/test_a.py", 'value = make("one")', 'value = make("one", 1)')
    assert computed == {"functions": 1, "dynamic requests": 1, "summary": 1, "run": 1}


def test_an_edit_of_a_method_computes_its_own_test_alone(edit: Edit) -> None:
    computed = edit("tests/test_a.py", "assert True", "assert 1 + 1")
    assert computed == {"functions": 1, "dynamic requests": 1, "summary": 1, "run": 1}


def test_a_comment_behind_the_code_computes_nothing(edit: Edit) -> None:
    assert edit("tests/test_a.py", "# not the same", "# not the same one") == {}


@pytest.mark.parametrize(
    "old, new",
    [
        ('    value = make("one")', '    # a comment\n\n    value = make("one")'),
        ('make("one")', 'make( "one" )'),
        ("assert value != made", "assert  value != (made)"),
        ("    def test_three(self, made):", "    # a comment\n    def test_three( self,made ):"),
        ("pytestmark = [", "pytestmark  =  ["),
        ("from tests.helpers import make, other\n", "from tests.helpers import (\n    make,\n    other,\n)\n"),
    ],
)
def test_code_in_another_place_computes_nothing(edit: Edit, old: str, new: str) -> None:
    """Comments, blank lines and layout change no fact but where it is: that is put right when it is shown."""
    assert edit("tests/test_a.py", old, new) == {}


def test_what_only_moves_is_not_computed(edit: Edit) -> None:
    """The tests behind a comment between two of them only move."""
    assert edit("tests/test_a.py", "# between two tests\n", "# between\n# two tests\n") == {}


def test_a_helper_computes_its_dependents_alone(edit: Edit) -> None:
    """`make` is called by the fixture and two tests; its summary gives nothing new to their callers, so that no test
    runs again."""
    computed = edit("tests/helpers.py", "return [name]\n", "return [name] + [name]\n")
    assert computed.pop("summary") <= 4
    assert computed == {"functions": 1, "decorated": 1}


def test_a_decorator_runs_no_other_test(edit: Edit) -> None:
    computed = edit("tests/test_a.py", "class TestThree:\n    def", "class TestThree:\n    @skip\n    def")
    assert computed.get("summary", 0) <= 1
    assert computed.get("run", 0) <= 1
    assert computed.get("closure of test", 0) <= 1


_FOR_ALL = """

@pytest.fixture(autouse=True)
def for_all():
    {}
"""


@needs_environment
@pytest.mark.parametrize(
    "body, decorator, runs",
    [
        ("pass", "", 0),
        ("yield 'nothing'", "", 0),
        ("other('x')", "", 4),
        ("settings.LEVEL", "", 4),
        ("pass", '@patch("tests.helpers.other")\n', 4),
    ],
)
def test_a_fixture_for_all_tests_runs_them_only_if_it_may_do_something(body: str, decorator: str, runs: int) -> None:
    with project({name: text for name, text in FILES.items() if name != "pytest.ini"}, INI) as (root, session):
        path = str(root / "tests" / "conftest.py")
        text = f"from unittest.mock import patch\nfrom django.conf import settings\n{FILES['tests/conftest.py']}"
        session.set_buffer(path, text.encode())
        looked_at = [str(root / "tests" / name) for name in ("test_a.py", "test_b.py", "conftest.py")]
        added = _FOR_ALL.format(body).replace("def for_all", f"{decorator}def for_all")
        for one in looked_at:
            session.findings(one)
        session.store.computed.clear()
        session.set_buffer(path, f"{text}{added}".encode())
        for one in looked_at:
            session.findings(one)
        assert session.store.computed["closure of test"] == 5  # one of them has no database to look at
        assert session.store.computed.get("run", 0) == runs
