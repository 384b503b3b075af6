"""Cures: what lends the test's connection to other threads, known by what it does to Django's and asgiref's objects.

One that settles the matter makes its tests safe. What comes of the others nobody can tell: no finding, and undecided.
"""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment, project, reports
from tests.placement.marked import HEAD, INI, SHOP, check

pytestmark = needs_environment

STORAGE = """\
import contextlib
from unittest import mock
from unittest.mock import patch

import pytest
from django.db import connections


@pytest.fixture(autouse=True)
def fix_async_db(request):
    marker = request.node.get_closest_marker("django_db")
    if marker is None or marker.kwargs.get("transaction", False):
        yield
        return
    main = connections._connections
    for conn in connections.all():
        conn.inc_thread_sharing()
    default = main._storage.default
    storage = main._lock_storage

    @contextlib.contextmanager
    def _lock_storage():
        yield mock.Mock(default=default)

    try:
        with patch.object(default, "close"):
            object.__setattr__(main, "_lock_storage", _lock_storage)
            yield
    finally:
        object.__setattr__(main, "_lock_storage", storage)
"""

LEAKING = """
async def test_it():  #= {verdict}
    await Order.objects.acreate(){mark}
"""

FIXTURE = "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef cured({params}):\n{body}"

UNDECIDED = {
    "connection": "from django.db import connection\nconnection.inc_thread_sharing()\nyield\n",
    "each connection": "import django.db\n[c.inc_thread_sharing() for c in django.db.connections.all()]\nyield\n",
    "by alias": "from django.db import connections as all_\nfor a in all_:\n    all_[a].inc_thread_sharing()\nyield\n",
    "of the transaction": "from django.db import transaction\ntransaction.get_connection().inc_thread_sharing()\n",
    "the check": "from django.db import connection\nconnection.validate_thread_sharing = lambda: None\n",
    "executor": "from asgiref.sync import SyncToAsync\nSyncToAsync.single_thread_executor = Home()\n",
    "executor, patched": (
        "from unittest.mock import patch\nfrom asgiref import sync\n"
        'with patch.object(sync.SyncToAsync, "single_thread_executor", Home()):\n    yield\n'
    ),
    "executor, by path": 'monkeypatch.setattr("asgiref.sync.SyncToAsync.single_thread_executor", Home())\n',
    "executor of a loop": (
        "from asgiref.sync import AsyncToSync\nimport asyncio\n"
        "AsyncToSync.loop_thread_executors[asyncio.new_event_loop()] = Home()\n"
    ),
    "current executor": "from asgiref.sync import AsyncToSync\nAsyncToSync.executors.current = Home()\n",
    "handler": (
        "from django.db.utils import ConnectionHandler\n"
        'monkeypatch.setattr(ConnectionHandler, "__getitem__", lambda self, alias: None)\n'
    ),
    "the function": 'monkeypatch.setattr("asgiref.sync.sync_to_async", lambda f: f)\n',
    "where it is used": 'monkeypatch.setattr("django.db.models.query.sync_to_async", lambda f: f)\n',
    "local to each thread": (
        "from asgiref.local import Local\nfrom django.db import connections\n"
        "for c in connections.all():\n    c.inc_thread_sharing()\n"
        "connections._connections = Local(False)\n"
    ),
    "under a condition": (
        "import os, types\nfrom django.db import connections\n"
        'if os.environ.get("SHARE"):\n    for c in connections.all():\n        c.inc_thread_sharing()\n'
        "    connections._connections = types.SimpleNamespace()\n"
    ),
}

CURED = {
    "assigned": "connections._connections = types.SimpleNamespace(default=connections['default'])\nyield\n",
    "patched": "with mock.patch.object(connections, '_connections', types.SimpleNamespace()):\n    yield\n",
    "monkeypatched": "monkeypatch.setattr('django.db.connections._connections', types.SimpleNamespace())\n",
}


def _fixture(body: str) -> str:
    params = "monkeypatch" if "monkeypatch" in body else ""
    head = "class Home:\n    pass\n\n\n"
    return head + FIXTURE.format(params=params, body="".join(f"    {line}\n" for line in body.splitlines()))


def test_storage_of_connections_replaced() -> None:
    check(LEAKING.format(verdict="undecided", mark=""), {"conftest.py": STORAGE})


@pytest.mark.parametrize("body", UNDECIDED.values(), ids=UNDECIDED)
def test_what_comes_of_it_cannot_be_told(body: str) -> None:
    check(LEAKING.format(verdict="undecided", mark=""), {"conftest.py": _fixture(body)})


@pytest.mark.parametrize("body", CURED.values(), ids=CURED)
def test_every_thread_is_given_the_same_connections(body: str) -> None:
    head = "import types\nfrom unittest import mock\nfrom django.db import connections\n"
    share = "for conn in connections.all():\n    conn.inc_thread_sharing()\n"
    check(LEAKING.format(verdict="safe", mark=""), {"conftest.py": _fixture(head + share + body)})


def test_by_a_helper_a_hook_and_on_import() -> None:
    helper = {
        "sharing.py": "from django.db import connections\n\n\ndef share():\n    for conn in connections.all():\n"
        "        conn.inc_thread_sharing()\n"
    }
    text = LEAKING.format(verdict="undecided", mark="")
    check(text, helper | {"conftest.py": _fixture("from sharing import share\nshare()\n")})
    check(text, helper | {"conftest.py": "import sharing\n\nsharing.share()\n"})
    check(text, helper | {"conftest.py": "import sharing\n\n\ndef pytest_runtest_setup(item):\n    sharing.share()\n"})
    set_up = "class TestIt:\n    def setup_method(self):\n        from sharing import share\n        share()\n\n"
    method = "    async def test_it(self):  #= undecided\n        await Order.objects.acreate()"
    check(set_up + method, helper)


def test_who_does_not_have_it_is_not_cured() -> None:
    cure = _fixture("from django.db import connection\nconnection.inc_thread_sharing()\n")
    check(
        """
async def test_without():  #= leaks
    await Order.objects.acreate()  #: ISO102

async def test_with(cured):  #= undecided
    await Order.objects.acreate()

async def test_nothing_to_cure(cured):  #= safe
    pure()
""",
        {"conftest.py": cure.replace("(autouse=True)", "")},
    )


def test_another_thread_than_the_one_that_is_replaced() -> None:
    check(
        """
async def test_worker():  #= undecided
    await sync_to_async(make)()

async def test_pool():  #= leaks
    await asyncio.to_thread(make)  #: ISO103
""",
        {
            "conftest.py": _fixture(
                "from asgiref.sync import SyncToAsync\nSyncToAsync.single_thread_executor = Home()\n"
            )
        },
    )


RUNNERS = {
    "calls": "def pytest_pyfunc_call(pyfuncitem):\n    async_to_sync(pyfuncitem.obj)()\n    return True\n",
    "replaces": (
        "def pytest_collection_modifyitems(items):\n    for item in items:\n"
        "        item.obj = async_to_sync(item.obj)\n"
    ),
}


@pytest.mark.parametrize("hook", RUNNERS.values(), ids=RUNNERS)
def test_a_runner_of_the_project(hook: str) -> None:
    conftest = f"from asgiref.sync import async_to_sync\n\n\n{hook}"
    check(LEAKING.format(verdict="undecided", mark=""), {"conftest.py": conftest})


def test_a_hook_around_the_runner() -> None:
    conftest = (
        "import pytest\n\n\n@pytest.hookimpl(wrapper=True)\ndef pytest_pyfunc_call(pyfuncitem):\n"
        "    print(pyfuncitem)\n    return (yield)\n"
    )
    check(LEAKING.format(verdict="leaks", mark="  #: ISO102"), {"conftest.py": conftest})


def test_look_alikes() -> None:
    check(
        """
class Pool:
    def inc_thread_sharing(self):
        pass

@pytest.fixture(autouse=True)
def pool():
    pool = Pool()
    pool._connections = object()
    pool._storage = pool.single_thread_executor = None
    pool.inc_thread_sharing()
    return pool

async def test_it():  #= leaks
    await Order.objects.acreate()  #: ISO102
"""
    )


def test_what_is_only_called_alike_replaces_nothing() -> None:
    check(
        """
from engine import Engine

async def test_it():  #= leaks
    engine = Engine()
    engine.start()
    await engine.run()  #~ ISO102
""",
        {
            "engine.py": """\
from models import Order


class Line:
    current = None


LINE = Line()


class Engine:
    def start(self):
        LINE.current = 3
        LINE.executor = None

    async def run(self):
        if LINE.current:
            await Order.objects.acreate()
"""
        },
    )


def test_it_is_told_with_its_place() -> None:
    files = {"shop.py": SHOP, "conftest.py": STORAGE, "test_a.py": HEAD + LEAKING.format(verdict="", mark="")}
    with project(files, INI) as (root, session):
        (test,) = reports(session, root)["test_a.py"].tests
    assert test.cure is not None
    assert (test.cure.location.path, test.cure.location.line) == (f"{root}/conftest.py", 27)
    assert "fix_async_db" in test.cure.message
    assert any("conftest.py, line 27" in reason for reason in test.reasons), test.reasons
