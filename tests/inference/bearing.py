"""What isolint would not know without jedi: small tests, judged with it, with a jedi that does not know the one package
that the test is about, and without any.

`python -m tests.inference.bearing` writes the table of verdicts; `test_bearing.py` holds it against what is true now.
No test lives here.
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from isolint.check.session import Session
from isolint.inference.client import NullOrigin
from isolint.names.origin import Answer, MembersQuestion, NameQuestion, Origin, Question
from tests.check.engine import project_with

TABLE = Path(__file__).with_name("bearing.json")

VENDOR = {
    "vendor/__init__.py": "from vendor.hops import *\nfrom vendor.hops import away as elsewhere\n",
    "vendor/hops.py": """\
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread

from asgiref.sync import sync_to_async

away = sync_to_async
in_thread = asyncio.to_thread
run_loop = asyncio.run


class Worker(Thread):
    pass


class Tools:
    pool = ThreadPoolExecutor()


pool = ThreadPoolExecutor()


def made() -> ThreadPoolExecutor:
    return ThreadPoolExecutor()
""",
    "vendor/cases.py": """\
import unittest

from django.test import TestCase, TransactionTestCase


class Case(TestCase):
    pass


class FlushedCase(TransactionTestCase):
    pass
""",
    "vendor/models.py": """\
from django.db import models


class Stamped(models.Model):
    class Meta:
        abstract = True


class ActiveManager(models.Manager):
    pass
""",
    "vendor/plugin.py": """\
import pytest
from pytest import fixture as given


@pytest.fixture
def rolled_back(db):
    pass


@given(name="other")
def _other(transactional_db):
    pass
""",
}

HEAD = """\
import asyncio
import pytest
import vendor.hops
from asgiref.sync import sync_to_async
from models import Order
from vendor import *
from vendor import elsewhere

rollback = pytest.mark.django_db
"""

CASES = {
    "hop, re-exported under another name": """
        @rollback
        @pytest.mark.asyncio
        async def test_it(): await elsewhere(Order.objects.count)()
        """,
    "hop, from a star import": """
        @rollback
        @pytest.mark.asyncio
        async def test_it(): await away(Order.objects.count)()
        """,
    "hop, an attribute of a module": """
        @rollback
        @pytest.mark.asyncio
        async def test_it(): await vendor.hops.in_thread(Order.objects.count)
        """,
    "hop, in a helper of the project": """
        async def help(): return await elsewhere(Order.objects.create)()

        @rollback
        @pytest.mark.asyncio
        async def test_it(): await help()
        """,
    "hop, as a decorator": """
        @elsewhere
        def make(): Order.objects.create()

        @rollback
        @pytest.mark.asyncio
        async def test_it(): await make()
        """,
    "receiver, an object of a module": """
        @rollback
        @pytest.mark.asyncio
        async def test_it():
            await asyncio.wrap_future(pool.submit(Order.objects.create))
        """,
    "receiver, an attribute of a class": """
        @rollback
        @pytest.mark.asyncio
        async def test_it():
            await asyncio.wrap_future(vendor.hops.Tools.pool.submit(Order.objects.create))
        """,
    "receiver, what a function is declared to return": """
        @rollback
        @pytest.mark.asyncio
        async def test_it():
            await asyncio.wrap_future(made().submit(Order.objects.create))
        """,
    "receiver, a parameter by its annotation": """
        async def help(tools: "vendor.hops.Tools"):
            await asyncio.wrap_future(tools.pool.submit(Order.objects.create))

        @rollback
        @pytest.mark.asyncio
        async def test_it(tools): await help(tools)

        @pytest.fixture
        def tools(): return vendor.hops.Tools()
        """,
    "base, a test case": """
        from vendor.cases import Case

        class TestIt(Case):
            async def test_it(self): await sync_to_async(Order.objects.create)()
        """,
    "base, a test case that flushes": """
        from vendor.cases import FlushedCase

        class TestIt(FlushedCase):
            async def test_it(self): await sync_to_async(Order.objects.create)()
        """,
    "base, an abstract model": """
        from models import Invoice

        @rollback
        @pytest.mark.asyncio
        async def test_it(): await Invoice.objects.acreate()
        """,
    "base, a manager": """
        from models import Invoice

        @rollback
        @pytest.mark.asyncio
        async def test_it(): await Invoice.active.acreate()
        """,
    "django plugin, a fixture that brings the database": """
        @pytest.mark.asyncio
        async def test_it(db): await Order.objects.acreate()
        """,
    "plugin, a fixture of a fixture": """
        pytest_plugins = ["vendor.plugin"]

        @pytest.mark.asyncio
        async def test_it(rolled_back): await Order.objects.acreate()
        """,
    "plugin, a fixture under another name": """
        pytest_plugins = ["vendor.plugin"]

        @pytest.mark.asyncio
        async def test_it(other): await Order.objects.acreate()
        """,
    "django plugin, a fixture in a sync test": """
        import threading

        def test_it(db): threading.Thread(target=Order.objects.create).start()
        """,
    "django plugin, a fixture that flushes": """
        @pytest.mark.asyncio
        async def test_it(transactional_db): await Order.objects.acreate()
        """,
    "django plugin, a fixture of the project's own": """
        @pytest.fixture
        def made_order(db): return Order.objects.create()

        @pytest.mark.asyncio
        async def test_it(made_order): await Order.objects.acreate()
        """,
    "asyncio plugin, an async fixture by its decorator": """
        import pytest_asyncio

        @pytest_asyncio.fixture
        async def made_order(db): return await Order.objects.acreate()

        def test_it(made_order): pass
        """,
}
"""Each has one test; `vendor` is an installed package."""

PACKAGES = {"django plugin": "pytest_django", "asyncio plugin": "pytest_asyncio"}
"""The package that a kind of case is about; `vendor` for all others."""

MODELS = """\
from django.db import models
from vendor.models import ActiveManager, Stamped


class Order(models.Model):
    pass


class Invoice(Stamped):
    objects = models.Manager()
    active = ActiveManager()
"""

COLUMNS = ("with jedi", "blind to the package", "without jedi")

Row = dict[str, str]


class _Blind:
    """An origin that knows everything but what these packages have in them."""

    def __init__(self, asked: Origin, packages: frozenset[str]) -> None:
        self._asked = asked
        self._packages = packages

    def answer(self, question: Question) -> Answer | None:
        match question:
            case NameQuestion(name) | MembersQuestion(name) if name.partition(".")[0] in self._packages:
                return Answer(None)
        return self._asked.answer(question)


def table() -> dict[str, Row]:
    """By case: its verdict with jedi, with one that knows all but the package the case is about, and with none."""
    files = {f"test_{index}.py": HEAD + dedent(text) for index, text in enumerate(CASES.values())}
    origins: list[Origin] = []

    def seen(asked: Origin) -> Origin:
        origins.append(asked)
        return asked

    with project_with(VENDOR, {"models.py": MODELS, **files}, origin=seen) as session:

        def judged(index: int, origin: Origin) -> str:
            own = Session(
                session.root,
                overrides={"environment": str(session.environment.prefix)},
                open_origin=lambda environment, roots: origin,
            )
            (test,) = own.report(f"{session.root}/test_{index}.py").tests
            return test.verdict

        found = {}
        for index, name in enumerate(CASES):
            package = PACKAGES.get(name.partition(",")[0], "vendor")
            three = (origins[0], _Blind(origins[0], frozenset({package})), NullOrigin())
            verdicts = [judged(index, origin) for origin in three]
            found[name] = dict(zip(COLUMNS, verdicts, strict=True))
        return found


def read() -> dict[str, Row]:
    """The committed table."""
    found: dict[str, Row] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Write the table, a line a case."""
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table().items()]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
