"""What jedi does not know, or has wrong: isolint answers all the same, or says that it does not know.

Each gap is one that was found in jedi 0.20's own pytest plugin and ORM stubs. A project in; where each fixture is
defined, or a verdict, out.
"""

from __future__ import annotations

import threading
from textwrap import dedent

import pytest

from isolint.features.navigation import references
from isolint.inference.client import open_origin
from isolint.names.origin import NameQuestion
from tests.check.engine import environment, needs_environment, project, project_with, verdicts
from tests.features.marked import opened as marked

pytestmark = needs_environment

Places = dict[str, list[str]]

FIXTURE = "import pytest\n@pytest.fixture\n"


def places(text: str) -> Places:
    """For each fixture of `test_it`: where it is defined, furthest to closest; an installed one by its module's name.
    `#- name.py` starts another file."""
    _, *parts = dedent(text).split("#- ")
    files = dict(part.split("\n", 1) for part in parts)
    with project(files) as (root, session):
        items = [item for path in session.files([str(root)]) for item in session.items(path)]
        (item,) = [one for one in items if one.node_id.endswith("::test_it")]
        verdict = session.verdict(item)
        assert verdict is not None
        return {
            name: [
                f"{at.path.removeprefix(f'{root}/')}:{at.line}" if at.path.startswith(str(root)) else _module(at.path)
                for at in found
            ]
            for name, found in verdict.fixtures
        }


def _module(path: str) -> str:
    return path.rpartition("site-packages/")[2]


FIXTURES: dict[str, tuple[str, Places]] = {
    "in a class": (
        """
        #- test_a.py
        import pytest
        class TestIt:
            @pytest.fixture
            def thing(self): pass
            def test_it(self, thing): pass
        """,
        {"thing": ["test_a.py:4"]},
    ),
    "in a class, before one of the conftest": (
        """
        #- conftest.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- test_a.py
        import pytest
        class TestIt:
            @pytest.fixture
            def thing(self): pass
            def test_it(self, thing): pass
        """,
        {"thing": ["conftest.py:3", "test_a.py:4"]},
    ),
    "under another name": (
        """
        #- test_a.py
        import pytest
        @pytest.fixture(name="thing")
        def _make(): pass
        def test_it(thing): pass
        """,
        {"thing": ["test_a.py:3"]},
    ),
    "by a star import": (
        """
        #- things.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- conftest.py
        from things import *
        #- test_a.py
        def test_it(thing): pass
        """,
        {"thing": ["things.py:3"]},
    ),
    "imported under another name": (
        """
        #- things.py
        import pytest
        @pytest.fixture
        def made(): pass
        #- conftest.py
        from things import made as thing
        #- test_a.py
        def test_it(thing): pass
        """,
        {"thing": ["things.py:3"]},
    ),
    "imported with others": (
        """
        #- things.py
        import pytest
        @pytest.fixture
        def first(): pass
        @pytest.fixture
        def second(): pass
        #- conftest.py
        from things import (
            first,
            second,
        )
        #- test_a.py
        def test_it(first, second): pass
        """,
        {"first": ["things.py:3"], "second": ["things.py:5"]},
    ),
    "of a plugin's plugin, the last of the list first": (
        """
        #- one.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- two.py
        pytest_plugins = ["three"]
        #- three.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- conftest.py
        pytest_plugins = ["one", "two"]
        #- test_a.py
        def test_it(thing): pass
        """,
        {"thing": ["one.py:3", "three.py:3"]},
    ),
    "of pytest-django": (
        """
        #- test_a.py
        def test_it(client, admin_user, mailoutbox): pass
        """,
        {
            "client": ["pytest_django/fixtures.py"],
            "admin_user": ["pytest_django/fixtures.py"],
            "mailoutbox": ["pytest_django/plugin.py"],
        },
    ),
    "of pytest": (
        """
        #- test_a.py
        def test_it(cache, recwarn, pytestconfig, tmp_path): pass
        """,
        {
            "cache": ["_pytest/cacheprovider.py"],
            "recwarn": ["_pytest/recwarn.py"],
            "pytestconfig": ["_pytest/fixtures.py"],
            "tmp_path": ["_pytest/tmpdir.py"],
        },
    ),
    "of pytest-asyncio's decorator": (
        """
        #- test_a.py
        import pytest_asyncio
        @pytest_asyncio.fixture
        async def thing(): pass
        def test_it(thing): pass
        """,
        {"thing": ["test_a.py:3"]},
    ),
    "by assignment": (
        """
        #- test_a.py
        import pytest
        def make(): pass
        thing = pytest.fixture(make)
        def test_it(thing): pass
        """,
        {"thing": ["test_a.py:2"]},
    ),
    "by another name of the decorator": (
        """
        #- test_a.py
        import pytest
        from pytest import fixture as given
        fix = pytest.fixture
        @fix
        def first(): pass
        @given
        def second(): pass
        def test_it(first, second): pass
        """,
        {"first": ["test_a.py:5"], "second": ["test_a.py:7"]},
    ),
    "in strings": (
        """
        #- conftest.py
        import pytest
        @pytest.fixture
        def used(): pass
        @pytest.fixture
        def filled(request): pass
        #- test_a.py
        import pytest
        @pytest.mark.usefixtures("used")
        @pytest.mark.parametrize("filled", [1], indirect=True)
        def test_it(filled): pass
        """,
        {"used": ["conftest.py:3"], "filled": ["conftest.py:5"]},
    ),
    "none: a name that parametrize fills": (
        """
        #- conftest.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- test_a.py
        import pytest
        @pytest.mark.parametrize("thing", [1])
        def test_it(thing): pass
        """,
        {"thing": []},
    ),
    "none: a parameter with a default": (
        """
        #- conftest.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- test_a.py
        def test_it(thing=1): pass
        """,
        {"thing": []},
    ),
    "a conftest above the folder of the tests": (
        """
        #- conftest.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- deep/er/test_a.py
        def test_it(thing): pass
        """,
        {"thing": ["conftest.py:3"]},
    ),
}


@pytest.mark.parametrize("text, expected", FIXTURES.values(), ids=FIXTURES)
def test_fixtures(text: str, expected: Places) -> None:
    found = places(text)
    assert {name: found.get(name, []) for name in expected} == expected


def test_what_is_called_like_a_test_elsewhere_is_none() -> None:
    files = {
        "helpers.py": "def test_no(): pass\n",
        "test_a.py": "def f():\n    def test_no(): pass\ndef test_it(): pass\n",
    }
    assert list(verdicts(files)) == ["test_it"]


def test_entry_points_are_those_of_the_projects_environment() -> None:
    """jedi reads the ones of the interpreter that it runs in."""
    packages = {
        "plug.py": f"{FIXTURE}def plugged(transactional_db): pass\n",
        "plug-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: plug\nVersion: 1\n",
        "plug-1.dist-info/entry_points.txt": "[pytest11]\nplug = plug\n",
    }
    with project_with(packages, {"test_a.py": "def test_it(plugged): pass\n"}) as session:
        (test,) = session.report(f"{session.root}/test_a.py").tests
        assert test.mode == "flush"


ORM = {
    "an async method": "await Order.objects.acreate()",
    "as_manager": "await Shop.cheap.acreate()",
    "from_queryset": "await Shop.dear.acreate()",
    "a reverse manager": "await Shop().orders.acreate()",
    "a many-to-many manager": "await Shop().tags.acreate()",
    "get_user_model": "await get_user_model().objects.acreate()",
    "a cursor": "await sync_to_async(ask)()",
}

SHOP = """
from django.db import models

class Tag(models.Model): pass

class Cheap(models.QuerySet): pass

class Shop(models.Model):
    objects = models.Manager()
    cheap = Cheap.as_manager()
    dear = models.Manager.from_queryset(Cheap)()
    tags = models.ManyToManyField(Tag)

class Order(models.Model):
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="orders")
"""


def test_the_orm() -> None:
    """jedi's stubs of Django are old: what it does not say is known by the rows of the catalogue."""
    head = """\
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.db import connection
from models import Order, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]

def ask():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shop")
"""
    tests = [f"async def test_{index}():\n    {call}\n" for index, call in enumerate(ORM.values())]
    found = verdicts({"models.py": SHOP, "test_a.py": "\n".join([head, *tests])})
    assert dict(zip(ORM, [test.verdict for test in found.values()], strict=True)) == dict.fromkeys(ORM, "leaks")


def test_references_are_all_there() -> None:
    """jedi looks into thirty files at most."""
    modules = "".join(f"#- test_{index}.py\ndef test_a(thing): pass\n" for index in range(60))
    conftest = "#- conftest.py\nimport pytest\n@pytest.fixture\ndef th$0ing(): pass\n"
    with marked(conftest + modules) as (session, root, marks):
        assert marks.cursor is not None
        path, offset = marks.cursor
        assert len(references(session, str(root / path), offset, False)) == 60


def test_questions_of_many_threads_are_answered_one_by_one() -> None:
    """jedi is not thread-safe: its process is asked by one at a time."""
    names = ["asgiref.sync.sync_to_async", "django.test.TestCase", "pytest.fixture", "pytest_django.fixtures.db"]
    origin = open_origin(environment(), cache=False)

    def ask(name: str) -> None:
        origin.answer(NameQuestion(name))
        origin.resolve()

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answers = [origin.answer(NameQuestion(name)) for name in names]
        found = [answer.found.canonical if answer and answer.found else None for answer in answers]
        assert found == [
            "asgiref.sync.sync_to_async",
            "django.test.testcases.TestCase",
            "_pytest.fixtures.fixture",
            "pytest_django.fixtures.db",
        ]
        assert origin.statistics()["children"] == 1
    finally:
        origin.close()
