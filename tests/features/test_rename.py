"""Rename of a fixture: a project with the cursor in, the project renamed out, or why not."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from isolint.check.session import Session
from isolint.features.rename import Rename, prepare, rename
from isolint.pytest_model.closures import closure
from isolint.text.edits import Edit, apply
from tests.check.engine import needs_environment
from tests.features.marked import Marked, opened, spots_of

pytestmark = needs_environment


def _ask(session: Session, root: Path, said: Marked, new: str) -> Rename | str | None:
    assert said.cursor is not None
    path, offset = said.cursor
    return rename(session, str(root / path), offset, new)


def closures(session: Session) -> dict[str, list[tuple[str, list[str]]]]:
    """The fixtures of every test, each with the files of its definitions."""
    found = {}
    for path in sorted(session.listing.tests):
        for item in session.items(path):
            fixtures = closure(session.store, item.id).fixtures
            found[item.node_id] = sorted(
                (name, [one.ref.path if one.ref is not None else one.canonical for one in each])
                for name, each in fixtures
            )
    return found


def renames(text: str, new: str = "fresh") -> None:
    """Exactly the marked places are edited, and afterwards every test has the fixtures that it had."""
    with opened(text) as (session, root, said):
        before = closures(session)
        found = _ask(session, root, said, new)
        assert isinstance(found, Rename), found
        assert spots_of([one.location for one in found.edits], root) == sorted(said.spots)
        by_file: dict[str, list[Edit]] = defaultdict(list)
        for one in found.edits:
            by_file[one.location.path].append(Edit(one.location.start, one.location.end, new.encode()))
        for path, edits in by_file.items():
            session.set_buffer(path, apply(session.source(path), edits))
        after = {
            test: sorted((found.old if name == new else name, each) for name, each in fixtures)
            for test, fixtures in closures(session).items()
        }
        assert after == before


def refuses(text: str, reason: str, new: str = "fresh") -> None:
    with opened(text) as (session, root, said):
        found = _ask(session, root, said, new)
        assert isinstance(found, str)
        assert reason in found


def test_a_fixture_over_the_project() -> None:
    renames("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «thing»(): return 1
        @pytest.fixture
        def user(«thing»):
            yield «thing»
        #- inner/conftest.py
        import pytest
        @pytest.fixture
        def «thing»(«th$0ing»): return f"{«thing»}"
        #- inner/test_a.py
        import pytest
        pytestmark = pytest.mark.usefixtures("user", "«thing»")
        def test_a(request, «thing»):
            thing_other = {"thing": «thing».thing, 1: request.getfixturevalue("«thing»")}
            call(thing=«thing»)
            [thing for thing in «thing»]
            return lambda thing: thing
        #- test_b.py
        import pytest
        class TestB:
            @pytest.fixture
            def «thing»(self): pass
            @pytest.mark.parametrize("a,«thing»", [(1, 2)], indirect=["«thing»"])
            def test_b(self, a, «thing»): pass
        @pytest.mark.parametrize("thing", [1])
        def test_c(thing): thing
    """)


def test_an_unrelated_fixture_of_the_same_name_stays() -> None:
    renames("""
        #- test_a.py
        import pytest
        @pytest.fixture
        def «thing»(): pass
        def test_a(«$0thing»): «thing»
        #- test_b.py
        import pytest
        @pytest.fixture
        def thing(): pass
        def test_b(thing): thing
    """)


def test_an_imported_fixture_and_a_name_of_its_own() -> None:
    renames("""
        #- helpers.py
        import pytest
        @pytest.fixture
        def «thing»(): pass
        #- conftest.py
        from helpers import «thing»
        #- test_a.py
        def test_a(«$0thing»): pass
    """)
    renames("""
        #- conftest.py
        import pytest
        @pytest.fixture(name="«thing»")
        def _thing(): pass
        #- test_a.py
        def test_a(«$0thing»): pass
    """)


ONE = """\
#- conftest.py
import pytest
@pytest.fixture
def thing(): pass
@pytest.fixture
def taken(): pass
"""


TEST = "#- test_a.py\nimport pytest\ndef test_a($0thing): pass\n"
PLAIN = "import pytest\n@pytest.fixture\ndef "


@pytest.mark.parametrize(
    "text, reason",
    [
        ("#- test_a.py\ndef test_a($0db): pass\n", "fixture of pytest-django"),
        (f"#- conftest.py\n{PLAIN}d$0b(db): pass\n#- test_a.py\ndef test_a(db): pass\n", "pytest-django"),
        (f"{ONE}alias = thing\n{TEST}", "under another name too, alias"),
        (f"{ONE}known = [thing]\n{TEST}", "used as a Python name, at conftest.py:6"),
        (f"{ONE}__all__ = ['thing']\n{TEST}", "__all__"),
        (f"#- conftest.py\nimport pytest\ndef f(): pass\nthing = pytest.fixture(f)\n{TEST}", "otherwise"),
        (
            f"#- conftest.py\nfrom helpers import f as thing\n#- helpers.py\n{PLAIN}f(): pass\n{TEST}",
            "another name too, f",
        ),
        (
            f"{ONE}#- a/conftest.py\nfrom ..conftest import thing as it\n#- a/__init__.py\n#- __init__.py\n{TEST}",
            "too, it",
        ),
        (f"{ONE}{TEST}@pytest.mark.usefixtures('th' 'ing')\ndef test_b(): pass\n", "form that can not"),
        (f"{ONE}#- pytest.ini\n[pytest]\nusefixtures = thing\n{TEST}", "pytest.ini:2"),
        (ONE + TEST.replace("def", "@pytest.mark.parametrize('thing', [1])\ndef"), "parametrize"),
        (f"{ONE}{TEST}def test_b(thing):\n    x = (thing\n", "has an error"),
        (f"{ONE}{TEST}def test_b(thing):\n    import thing\n", "import inside"),
    ],
)
def test_why_not(text: str, reason: str) -> None:
    refuses(text, reason)


@pytest.mark.parametrize(
    "new, code, reason",
    [
        ("taken", "def test_a($0thing): pass", "a fixture taken already, conftest.py:5"),
        ("tmp_path", "def test_a($0thing): pass", "a fixture tmp_path already"),
        ("near", f"{PLAIN}near(): pass\ndef test_a($0thing): pass", "a fixture near already"),
        ("local", "def test_a($0thing):\n    local = 1", "uses the name local"),
        ("outer", "outer = 1\ndef test_a($0thing):\n    return outer", "uses the name outer"),
        ("pytest", "def test_a($0thing): pass", "conftest.py has the name pytest"),
        ("class", "def test_a($0thing): pass", "no name"),
        ("a b", "def test_a($0thing): pass", "no name"),
        ("thing", "def test_a($0thing): pass", "the name that it has"),
        ("request", "def test_a($0thing): pass", "pytest's own"),
    ],
)
def test_names_that_collide(new: str, code: str, reason: str) -> None:
    refuses(f"{ONE}#- test_a.py\n{code}\n", reason, new)


def test_what_only_a_reader_can_judge_is_said() -> None:
    hook = "def pytest_generate_tests(metafunc):\n    assert 'thing' not in metafunc.fixturenames\n"
    code = "def test_a($0thing, request):\n    request.getfixturevalue('th' + str())\n"
    with opened(f"{ONE}{hook}#- test_a.py\n{code}") as (session, root, said):
        found = _ask(session, root, said, "fresh")
        assert isinstance(found, Rename)
        assert found.doubts == (
            "fixtures are asked for by a computed name, test_a.py:2",
            "a string that says thing is left as it is, conftest.py:7",
        )


def test_preparing() -> None:
    with opened(ONE + "#- test_a.py\ndef test_a(a, th$0ing): pass\n") as (session, root, said):
        assert said.cursor is not None
        path, offset = said.cursor
        found = prepare(session, str(root / path), offset)
        assert isinstance(found, tuple)
        assert (found[0].start, found[0].end, found[1]) == (offset - 2, offset + 3, "thing")
        assert prepare(session, str(root / path), offset - 3) is None
        assert prepare(session, str(root / path), 2) is None
