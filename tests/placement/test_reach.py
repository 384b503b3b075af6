"""Which sync tests may leave home: told from words, never wrongly "no"."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from isolint.names.origin import Origin
from isolint.placement.reach import Reach
from tests.check.engine import LateOrigin, needs_environment, opened, project, project_with, verdicts_of

pytestmark = needs_environment

HEAD = """
import asyncio
import threading
from threading import Thread as T

import pytest
from asgiref.sync import async_to_sync
from models import Order

pytestmark = pytest.mark.django_db

"""
HELPERS = """
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor()


def go():
    ThreadPoolExecutor().map(id, [])


class Base:
    def go(self):
        ThreadPoolExecutor().map(id, [])

    def stay(self):
        pass


class Owner:
    def prepare(self):
        self.own = ThreadPoolExecutor()


def made():
    return Base(), Owner()
"""
_FILE = re.compile(r"^# (\w+\.py)\n", re.MULTILINE)


def leaving(text: str) -> dict[str, bool]:
    """For each test of a module: whether it may leave home. `# name.py` starts another file."""
    module, *others = _FILE.split(dedent(text))
    files = {"helpers.py": HELPERS, **dict(zip(others[::2], others[1::2], strict=True)), "test_a.py": HEAD + module}
    with project(files) as (root, session):
        reach = Reach(session.store, session.source_file)
        items = session.items(str(root / "test_a.py"))
        return {item.node_id.rpartition("::")[2]: reach.may_leave(item) for item in items}


STAYS = {
    "nothing but the ORM": "def test_it(): Order.objects.create()",
    "a comment": "def test_it(): pass  # never in a Thread",
    "a long text": 'def test_it():\n    """Not by sync_to_async."""\n    Order.objects.create()',
    "what another function uses": "def other(): threading.Thread(target=print).start()\ndef test_it(): pass",
    "a harmless name of a package with hops": "lock = threading.Lock()\n\ndef test_it():\n    with lock: Order()",
    "a method of a class that nothing names": "def test_it(): {}.go()",
    "a method that nothing reads": "from helpers import Base\n\ndef test_it(): Base().stay()",
    "a bridge back home": "async def work(): pass\n\ndef test_it(): async_to_sync(work)()",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_what_stays(text: str) -> None:
    assert leaving(text) == {"test_it": False}


MAY_LEAVE = {
    "in its own body": "def test_it(): threading.Thread(target=print).start()",
    "through an alias": "def test_it(): T(target=print).start()",
    "an import in the function": "def test_it():\n    from asyncio import run\n    run(None)",
    "a variable of another module": "import helpers\n\ndef test_it(): helpers.pool.map(id, [])",
    "a helper": "from helpers import go\n\ndef test_it(): go()",
    "a helper of a module": "import helpers\n\ndef test_it(): helpers.go()",
    "a helper under another name": "from helpers import go\n\nrun = go\n\ndef test_it(): run()",
    "a re-export": "from api import go\n\ndef test_it(): go()\n# api.py\nfrom helpers import *\n",
    "a method": "from helpers import Base\n\ndef test_it(): Base().go()",
    "an inherited method": "from helpers import Base\n\nclass Mine(Base): pass\n\ndef test_it(): Mine().go()",
    "a method of what a helper gives": "from helpers import made\n\ndef test_it(): made()[0].go()",
    "an attribute that a method sets": "from helpers import made\n\ndef test_it(): made()[1].own.map(id, [])",
    "a fixture": "@pytest.fixture\ndef made(): asyncio.run(None)\n\ndef test_it(made): pass",
    "a fixture of the conftest": """
        def test_it(): pass
        # conftest.py
        import helpers
        import pytest

        @pytest.fixture(autouse=True)
        def made(): helpers.go()
        """,
    "a set-up method": """
        class TestIt:
            def setup_method(self): threading.Timer(0, print).start()
            def test_it(self): pass
        """,
    "a parametrized value": """
        from helpers import go

        pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("work", [go])]

        def test_it(work): work()
        """,
    "a formatted text": "def test_it(): f'{T(target=print).start()}'",
    "an async test": "async def test_it(): pass",
}


@pytest.mark.parametrize("text", MAY_LEAVE.values(), ids=MAY_LEAVE)
def test_what_may_leave(text: str) -> None:
    assert leaving(text) == {"test_it": True}


def test_what_one_test_reaches_does_not_count_for_another() -> None:
    found = leaving("""
        from helpers import Base

        def test_a_method_of_nothing(): {}.go()
        def test_a_class(): Base
        def test_both(): Base.go
        def test_a_method_of_nothing_again(): {}.go()
        """)
    assert [test for test, leaves in found.items() if leaves] == ["test_both"]


def test_an_answer_that_comes_later_changes_what_a_test_reaches() -> None:
    """Whether a fixture is async is not known before the decorator from another package is."""
    late = LateOrigin()
    fixture = (
        "import pytest_asyncio\n\n@pytest_asyncio.fixture\nasync def made(): return await Order.objects.acreate()\n"
    )
    with project({"test_a.py": f"{HEAD}{fixture}\ndef test_it(made): pass\n"}) as (root, _):
        session = opened(root, open_origin=lambda env, roots: late, once=True)
        path = str(root / "test_a.py")
        session.report(path)
        while late.allow(1):
            session.origin_changed()
            report = session.report(path)
        assert [test.verdict for test in report.tests] == ["leaks"]


def test_an_edit_changes_what_the_tests_of_other_files_reach() -> None:
    text = f"{HEAD}from helpers import calm\n\ndef test_it(): calm()\n"
    with project({"helpers.py": "def calm(): pass\n", "test_a.py": text}) as (root, _):
        session = opened(root, once=True)
        helpers, path = str(root / "helpers.py"), str(root / "test_a.py")
        assert [test.verdict for test in session.report(path).tests] == ["safe"]
        body = "import threading\n\ndef calm(): threading.Thread(target=Order.objects.create).start()\n"
        session.set_buffer(helpers, f"from models import Order\n{body}".encode())
        assert [test.verdict for test in session.report(path).tests] == ["leaks"]


VENDOR = {
    "vendor/__init__.py": "from vendor.inner import *\nfrom vendor.inner import spin as turn\n",
    "vendor/inner.py": """\
import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

spin = asyncio.run
begin = Thread


class Worker(Thread):
    pass


class Calm:
    def start(self): pass


pool = ThreadPoolExecutor()


def made() -> Worker: ...
def calm() -> Calm: ...
def plain(work): return work
""",
}

IMPORTS = """\
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.dummy import Process
import vendor.inner
from vendor import *
from vendor import made, turn
"""

INSTALLED = {
    "another name for a hop": ("begin(target=Order.objects.create).start()", "leaks"),
    "another name in another module": ("turn(Order.objects.acreate())", "leaks"),
    "a class with a hop among its bases": ("Worker(target=Order.objects.create).start()", "leaks"),
    "an object": ("list(pool.map(Order.objects.create, []))", "leaks"),
    "an attribute of a module": ("vendor.inner.begin(target=Order.objects.create).start()", "leaks"),
    "a class of Python with a hop among its bases": ("Process(target=Order.objects.create).start()", "leaks"),
    "another class of Python": ("list(ProcessPoolExecutor().map(Order.objects.create, [1]))", "leaks"),
    "a class without": ("Calm().start(); Order.objects.create()", "safe"),
    "what gives a harmless object": ("calm().start(); Order.objects.create()", "safe"),
    "a helper that is no hop": ("plain(Order.objects.create)", "safe"),
}


@pytest.mark.parametrize("once", [True, False])
def test_an_installed_name_is_what_it_stands_for(once: bool) -> None:
    """Told from words or by the machine: both say the same."""
    tests = [f"def test_{name.replace(' ', '_')}(): {call}\n" for name, (call, _) in INSTALLED.items()]
    text = "\n".join([HEAD, IMPORTS, *tests])
    with project_with(VENDOR, {"test_a.py": text}, once=once) as session:
        found = verdicts_of(session, Path(session.root))
        said = {name.removeprefix("test_").replace("_", " "): test.verdict for name, test in found.items()}
        assert said == {name: verdict for name, (_, verdict) in INSTALLED.items()}


def test_what_is_installed_and_calm_is_spared() -> None:
    calls = {"made": "made().start()", "calm": "calm().start()", "plain": "plain(Order.objects.create)"}
    tests = [f"def test_{name}(): {call}\n" for name, call in calls.items()]
    text = "\n".join([f"{HEAD}from vendor import calm, made, plain\n", *tests])
    with project_with(VENDOR, {"test_a.py": text}) as session:
        reach = Reach(session.store, session.source_file)
        items = session.items(f"{session.root}/test_a.py")
        left = {item.node_id.rpartition("::")[2]: reach.may_leave(item) for item in items}
        assert left == {"test_made": True, "test_calm": False, "test_plain": False}


def test_an_installed_name_that_is_answered_later_is_heard() -> None:
    text = f"{HEAD}from vendor import begin\n\ndef test_it(): begin(target=Order.objects.create).start()\n"
    waiting: list[LateOrigin] = []

    def late(asked: Origin) -> Origin:
        waiting.append(LateOrigin(asked))
        return waiting[-1]

    with project_with(VENDOR, {"test_a.py": text}, once=True, origin=late) as session:
        said = [[test.verdict for test in session.report(f"{session.root}/test_a.py").tests]]
        while waiting[-1].allow(100):
            session.origin_changed()
            said.append([test.verdict for test in session.report(f"{session.root}/test_a.py").tests])
        assert said[-1] == ["leaks"]
