"""Inlay hints and code lenses on the real engine: a project in, what is shown out. `«»` stand before a hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from isolint.check.session import Session
from isolint.features.hints import inlay_hints
from isolint.features.lenses import code_lenses, pollution
from tests.check.engine import needs_environment, project

pytestmark = needs_environment

AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
HEAD = "import pytest\nfrom asgiref.sync import async_to_sync, sync_to_async\nfrom models import Order, Tag\n"


@contextmanager
def opened(text: str, **more: str) -> Iterator[tuple[Session, str]]:
    files = {"test_a.py": HEAD + text, **{f"{name}.py": HEAD + other for name, other in more.items()}}
    with project(files, AUTO) as (root, session):
        yield session, str(root / "test_a.py")


def hinted(text: str) -> str:
    """The text with a mark where a hint stands."""
    with opened(text.replace("«»", "")) as (session, path):
        source = session.source(path).decode()
        found = inlay_hints(session, path, 0, len(source))
    for hint in reversed(found):
        source = f"{source[: hint.offset]}«»{source[hint.offset :]}"
    return source.removeprefix(HEAD)


def test_hints_stand_behind_what_leaves() -> None:
    text = """
async def helper():
    await Order.objects.acreate()

@pytest.mark.django_db
async def test_a():
    await sync_to_async(Order.objects.create)()«»
    await Order.objects.acreate()«»  # isolint: ignore
    await helper()«»

@pytest.mark.django_db
def test_b():
    async_to_sync(helper)()
    Order.objects.create()

@pytest.mark.django_db(transaction=True)
async def test_c():
    await Order.objects.acreate()

@pytest.fixture
async def slow(db):
    return await Order.objects.acreate()«»
"""
    assert hinted(text) == text


def test_hints_of_a_part_of_the_file() -> None:
    body = "    await Order.objects.acreate()\n    await Tag.objects.acreate()\n"
    with opened(f"@pytest.mark.django_db\nasync def test_a():\n{body}") as (session, path):
        middle = session.source(path).index(b"    await Tag")
        (hint,) = inlay_hints(session, path, 0, middle)
    assert hint.tooltip == "Order.objects.acreate writes Order on another connection: the row outlives test_a"


TESTS = """
@pytest.mark.django_db
async def test_leaks():
    await Order.objects.acreate()
@pytest.mark.django_db
async def test_reads():
    await Order.objects.acount()
@pytest.mark.django_db
def test_safe():
    assert Order.objects.count() == 0
@pytest.mark.django_db(transaction=True)
def test_flush(): pass
def test_nothing(): pass
@pytest.mark.django_db
async def test_undecided(request):
    await request.getfixturevalue("what")()
"""


def test_lenses() -> None:
    with opened(TESTS) as (session, path):
        found = {one.test.partition("::")[2]: one.title for one in code_lenses(session, path)}
    assert found == {
        "test_leaks": None,
        "test_reads": None,
        "test_safe": "rolls back",
        "test_flush": "flushes the database",
        "test_undecided": "undecided",
    }


def test_how_many_tests_may_be_disturbed() -> None:
    other = """
@pytest.fixture
def count(db):
    return Order.objects.count()
def test_by_fixture(count): pass
def test_other_model(db):
    assert Tag.objects.count() == 0
"""
    with opened(TESTS, test_b=other, test_c="def test_c(): pass\n") as (session, path):
        # test_reads, test_safe and test_by_fixture; not what works on another model, or on none.
        assert pollution(session, path, "test_a.py::test_leaks") == "may pollute 3 tests"
        assert pollution(session, path, "test_a.py::test_reads") == "reads on another connection"
        assert pollution(session, path, "test_a.py::test_safe") == ""
        assert pollution(session, path, "test_a.py::test_gone") == ""


def test_rows_that_no_test_looks_at() -> None:
    with opened("@pytest.mark.django_db\nasync def test_a():\n    await Tag.objects.acreate()\n") as (session, path):
        assert pollution(session, path, "test_a.py::test_a") == "leaves rows behind"


def test_places_are_right_while_text_moves() -> None:
    with opened(TESTS) as (session, path):
        before = [one.start for one in code_lenses(session, path)]
        moved = session.source(path).replace(b"\n@pytest", b"\n\n@pytest", 1)
        session.findings(path)
        session.set_buffer(path, moved)
        assert [one.start for one in code_lenses(session, path)] == [start + 1 for start in before]
        (one, _) = [hint.offset for hint in inlay_hints(session, path, 0, len(moved))][:2]
        assert moved[:one].endswith(b"await Order.objects.acreate()")
