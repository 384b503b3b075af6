"""Hover: a project with the cursor in, what is said out."""

from __future__ import annotations

import pytest

from isolint.features.hover import hover
from isolint.features.symbols import Symbol, document_symbols, workspace_symbols
from tests.check.engine import needs_environment
from tests.features.marked import opened

pytestmark = needs_environment


def said(text: str) -> str:
    with opened(text) as (session, root, marks):
        assert marks.cursor is not None
        path, offset = marks.cursor
        found = hover(session, str(root / path), offset)
        if found is None:
            return ""
        markdown, start, end = found
        assert (path, start, end) in marks.spots
        return markdown


FIXTURES = """\
#- conftest.py
import pytest
@pytest.fixture
def thing(db): pass
#- inner/conftest.py
import pytest
from models import Order
@pytest.fixture(scope="function", autouse=True)
def thing(thing):
    Order.objects.create()
"""


def test_a_fixture_that_a_test_gets() -> None:
    text = said(FIXTURES + "#- inner/test_a.py\ndef test_a(«thi$0ng»): pass\n")
    assert "**thing** · fixture, function scope, autouse" in text
    assert "- defined in `inner/conftest.py:4`" in text
    assert "- requests `thing`" in text
    assert "- overrides `conftest.py:3`" in text
    assert "- database: writes Order on the test's connection" in text


def test_the_definition_that_is_overridden() -> None:
    text = said(
        FIXTURES.replace("def thing(db)", "def «th$0ing»(db)") + "#- inner/test_a.py\ndef test_a(thing): pass\n"
    )
    assert "- overridden in `inner/conftest.py:4`" in text
    assert "- database: nothing that was found" in text


def test_an_async_fixture_writes_on_another_connection() -> None:
    text = said("""
        #- test_a.py
        import pytest_asyncio
        from models import Order
        @pytest_asyncio.fixture
        async def «orde$0r»(db):
            await Order.objects.acreate()
    """)
    assert "fixture, function scope, async" in text
    assert "- database: writes Order on **another connection**" in text


def test_a_fixture_of_a_plugin() -> None:
    text = said("#- test_a.py\ndef test_a(«d$0b»): pass\n")
    assert "- defined in `pytest_django.fixtures.db` (pytest-django " in text
    assert ", resolved by jedi" in text


def test_a_test_says_what_was_resolved_outside_the_project() -> None:
    text = said("""
        #- test_a.py
        from asgiref.sync import sync_to_async as away
        import pytest
        @pytest.mark.asyncio
        @pytest.mark.django_db
        async def «test$0_a»(): await away(print)()
    """)
    assert "\nResolved by jedi: " in text
    assert "`asgiref.sync.sync_to_async` (asgiref 3." in text


def test_a_name_that_parametrize_fills() -> None:
    text = said("#- test_a.py\nimport pytest\n@pytest.mark.parametrize('a', [1])\ndef test_a(«$0a»): pass\n")
    assert text == "**a** · filled by `parametrize`, no fixture"


def test_a_mark() -> None:
    text = said("""
        #- pytest.ini
        [pytest]
        markers =
            slow: takes long
        #- test_a.py
        import pytest
        @pytest.mark.«sl$0ow»
        def test_a(): pass
    """)
    assert "`slow: takes long`" in text
    assert "`django_db(" in said("#- test_a.py\nimport pytest\npytestmark = pytest.mark.«$0django_db»\n")


def test_a_suppression() -> None:
    for comment in ("# isolint: ignore[«ISO$0102», ISO103]", "# noqa: F401, «IS$0O102»"):
        text = said(f"#- test_a.py\nx = '#'  {comment}\n")
        assert text.startswith("**async-orm-in-db-test** (ISO102)")
    assert said("#- test_a.py\nx = '# isolint: ignore[$0ISO102]'\n") == ""


def flat(symbols: tuple[Symbol, ...], depth: int = 0) -> list[str]:
    lines = []
    for one in symbols:
        assert one.place.start <= one.name_place.start <= one.name_place.end <= one.place.end
        lines += [f"{'  ' * depth}{one.kind} {one.name}: {one.detail}", *flat(one.children, depth + 1)]
    return lines


CODE = """\
#- test_a.py
import pytest
@pytest.fixture(scope="module", autouse=True)
def thing(): pass
@pytest.mark.django_db
@pytest.mark.asyncio
async def test_a(thing):
    assert thing
def helper(): pass
class TestA:
    class TestB:
        def test_b(self, transactional_db): pass
    @pytest.fixture
    def other(self): pass
class Plain: pass
"""


def test_document_symbols() -> None:
    with opened(CODE + "x = (") as (session, root, _):
        assert flat(document_symbols(session, str(root / "test_a.py"))) == [
            "fixture thing: module scope, autouse",
            "test test_a: rollback, pytest-asyncio",
            "class TestA: ",
            "  class TestB: ",
            "    test test_b: flush",
            "  fixture other: function scope",
        ]


@pytest.mark.parametrize(
    "code, expected",
    [
        ("def test_x(", ["test test_x: half typed"]),
        ("def test_x(thing,\n", ["test test_x: half typed"]),
        ("@pytest.mark.django_db\nasync def test_x(", ["test test_x: half typed"]),
        ("def helper(", []),
        ("class TestA:\n    def test_x(self, ", ["class TestA: ", "  test test_x: half typed"]),
        ("def test_x(\n\ndef test_y(): pass\n", ["test test_x: half typed", "test test_y: no database"]),
    ],
)
def test_a_test_whose_header_is_being_typed_is_in_the_outline(code: str, expected: list[str]) -> None:
    with opened("#- test_a.py\nimport pytest\n" + code) as (session, root, _):
        assert flat(document_symbols(session, str(root / "test_a.py"))) == expected


def test_workspace_symbols() -> None:
    with opened(CODE + "#- conftest.py\nimport pytest\n@pytest.fixture\ndef another_thing(): pass\n") as (
        session,
        _,
        __,
    ):
        found = [(one.kind, one.name) for one in workspace_symbols(session, "thng")]
        assert found == [("fixture", "another_thing"), ("fixture", "thing")]
        assert [one.name for one in workspace_symbols(session, "test_")] == ["test_a", "test_b"]


WAYS = """\
#- conftest.py
import pytest
import pytest_asyncio
from models import Order
@pytest.fixture
def base(db): pass
@pytest.fixture
def top(base): pass
@pytest_asyncio.fixture
async def slow(top): await Order.objects.acreate()
#- helpers.py
from asgiref.sync import sync_to_async
from models import Order
def deep(): Order.objects.create()
async def outer(): await inner()
async def inner(): await sync_to_async(deep)()
"""


def test_a_test_says_how_it_comes_to_the_database_and_how_work_leaves() -> None:
    test = """\
#- test_a.py
import pytest
from helpers import outer
@pytest.mark.asyncio
async def «test$0_a»(top):
    await outer()
"""
    text = said(WAYS + test)
    assert "db is among its fixtures, conftest.py:5; top requests base, conftest.py:7; test_a requests top" in text
    assert (
        "> outer writes Order on another connection: the row outlives test_a  \n"
        "> test_a.py:5 → `outer` helpers.py:4 → `inner` helpers.py:4 → `sync_to_async(deep)` helpers.py:5"
        " → `Order.objects.create` helpers.py:3  " in text
    )


def test_a_test_points_at_the_fixture_that_leaks() -> None:
    text = said(WAYS + "#- test_a.py\ndef «test$0_a»(slow): pass\n")
    assert (
        "> slow writes Order on another connection: the row outlives test_a (conftest.py, line 9)  \n"
        "> conftest.py:9 → `Order.objects.acreate` conftest.py:9  " in text
    )
