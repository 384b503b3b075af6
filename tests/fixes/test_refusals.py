"""Every reason for which a test is left as it is, each in a test that would change its meaning."""

# ruff: noqa: E501 - a case is read best on one line

from __future__ import annotations

import pytest

from tests.fixes.support import convert, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

HEAD = """\
import asyncio
import threading

import httpx
import pytest
from asgiref.sync import async_to_sync as bridge, sync_to_async
from channels.db import database_sync_to_async
from channels.testing import HttpCommunicator
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext

from shop.models import Customer, Order
from shop.services import *
from shop.services import greet, ship, store


class Duplicate(IntegrityError):
    pass


async def connected():
    communicator = HttpCommunicator(None, "GET", "/")
    await communicator.get_response()
    return communicator


def wrapped(function):
    async def test(*args):
        return await function(*args)

    return test


@pytest.mark.django_db
@pytest.mark.asyncio
"""

CASES = {
    "an executor": (
        "async def test_it(make_order):\n    loop = asyncio.get_running_loop()\n    await loop.run_in_executor(make_order, store)\n",
        "loop.run_in_executor is given an executor of its own",
    ),
    "a thread among what shares a loop": (
        "async def test_it(make_order):\n    async with make_order:\n        await asyncio.to_thread(store)\n",
        "to_thread starts a thread of its own among what needs one event loop",
    ),
    "threads at a time": (
        "async def test_it():\n    await asyncio.gather(asyncio.to_thread(store), asyncio.to_thread(store))\n",
        "to_thread starts a thread of its own, which async_to_sync does not bring back",
    ),
    "a thread that is awaited later": (
        "async def test_it():\n    later = asyncio.to_thread(store)\n    assert await later\n",
        "to_thread starts a thread of its own among what needs one event loop",
    ),
    "a loop of its own": (
        "async def test_it():\n    await Order.objects.acreate()\n    asyncio.new_event_loop().close()\n",
        "it makes an event loop of its own (asyncio.new_event_loop)",
    ),
    "locals": (
        "async def test_it(make_order):\n    await Order.objects.acreate()\n    async with make_order:\n        assert locals()\n",
        "it uses locals(), which is another thing in a coroutine of its own",
    ),
    "global": (
        "async def test_it(make_order):\n    global X\n    await Order.objects.acreate()\n    async with make_order:\n        X = 1\n",
        "it declares global names",
    ),
    "a thread below": (
        "async def test_it():\n    await store_in_a_thread()\n",
        "to_thread starts a thread of its own, which async_to_sync does not bring back",
    ),
    "not thread-sensitive": (
        "async def test_it():\n    await sync_to_async(store, thread_sensitive=False)()\n",
        "sync_to_async starts a thread of its own, which async_to_sync does not bring back",
    ),
    "threads": (
        "async def test_it():\n    await Order.objects.acreate()\n    assert threading.current_thread()\n",
        "it works with threads (threading",
    ),
    "communicator of a helper": (
        "async def test_it():\n    await Order.objects.acreate()\n    await (await connected()).send()\n",
        "it drives the application through a client or communicator (channels.testing",
    ),
    "httpx": (
        "async def test_it():\n    await Order.objects.acreate()\n    httpx.AsyncClient()\n",
        "it drives the application through a client or communicator (httpx",
    ),
    "communicator fixture": (
        "async def test_it(communicator):\n    await Order.objects.acreate()\n    assert communicator\n",
        "fixture communicator makes a client or communicator (asgiref.testing",
    ),
    "loop fixture": (
        "async def test_it(queue):\n    await Order.objects.acreate()\n    assert queue\n",
        "fixture queue works with the event loop (asyncio.Queue)",
    ),
    "leaking fixture": (
        "async def test_it(held):\n    await held.asave()\n\n\nimport pytest_asyncio\n\n\n@pytest_asyncio.fixture\nasync def held(db):\n    async with asyncio.Lock():\n        return await Order.objects.acreate()\n",
        "fixture held itself works on another connection, and stays async: what it makes may belong to the event loop",
    ),
    "integrity error": (
        "async def test_it():\n    with pytest.raises(IntegrityError):\n        await Order.objects.acreate(total=None)\n",
        "IntegrityError may be the database's and is caught without an atomic block: it would break the test's transaction",
    ),
    "one of several": (
        "async def test_it():\n    with pytest.raises((ValueError, DatabaseError)):\n        await sync_to_async(store)(None)\n",
        "DatabaseError may be the database's and is caught without an atomic block",
    ),
    "derived error": (
        "async def test_it():\n    with pytest.raises(Duplicate):\n        await Order.objects.acreate(total=None)\n",
        "Duplicate may be the database's and is caught without an atomic block",
    ),
    "any error": (
        "async def test_it():\n    with pytest.raises(Exception):\n        await Order.objects.acreate(total=None)\n",
        "Exception may be the database's and is caught without an atomic block",
    ),
    "try": (
        "async def test_it():\n    try:\n        await Order.objects.acreate()\n    except IntegrityError:\n        pass\n",
        "IntegrityError may be the database's and is caught without an atomic block",
    ),
    "on_commit": (
        "async def test_it():\n    await Order.objects.acreate()\n    transaction.on_commit(print)\n",
        "it uses on_commit, and its callbacks do not run inside the test's transaction",
    ),
    "capture on_commit": (
        "async def test_it(django_capture_on_commit_callbacks):\n    await Order.objects.acreate()\n",
        "django_capture_on_commit_callbacks does not see the same callbacks in a sync test",
    ),
    "count queries": (
        "async def test_it(django_assert_num_queries):\n    await Order.objects.acreate()\n",
        "django_assert_num_queries would count the queries of the awaited code as well",
    ),
    "capture queries": (
        "async def test_it():\n    with CaptureQueriesContext(connection):\n        await Order.objects.acreate()\n",
        "CaptureQueriesContext would count the queries of the awaited code as well",
    ),
    "close": (
        "async def test_it():\n    await Order.objects.acreate()\n    connection.close()\n",
        "it closes a database connection, which would be the test's own",
    ),
    "close in a payload": (
        "async def test_it():\n    await Order.objects.acreate()\n    await sync_to_async(lambda: connection.close())()\n",
        "it closes a database connection, which would be the test's own",
    ),
    "close old": (
        "async def test_it():\n    await Order.objects.acreate()\n    await sync_to_async(close_old_connections)()\n",
        "it closes database connections, which would be the test's own",
    ),
    "close below": (
        "async def test_it():\n    await sync_to_async(store_and_close)()\n",
        "store_and_close closes database connections, which would be the test's own",
    ),
    "guard": (
        "async def test_it():\n    await Order.objects.acreate()\n    with pytest.raises(SynchronousOnlyOperation):\n        store()\n",
        "it is about Django's guard for event loops",
    ),
    "async_to_sync": (
        "async def test_it():\n    await Order.objects.acreate()\n    await sync_to_async(async_to_sync(greet))('x')\n",
        "it uses async_to_sync already",
    ),
    "yield": (
        "async def test_it():\n    await Order.objects.acreate()\n    yield\n",
        "it yields",
    ),
    "yield in a lambda": (
        "async def test_it():\n    await Order.objects.acreate()\n    print(lambda: (yield))\n",
        "a lambda in it yields",
    ),
    "opaque decorator": (
        "@wrapped\nasync def test_it():\n    await Order.objects.acreate()\n",
        "a decorator of the project wraps the test",
    ),
    "other options": (
        "async def test_it():\n    await sync_to_async(store, executor=None)()\n",
        "sync_to_async has the option executor, which a plain call has not",
    ),
    "no escape": (
        "async def test_it():\n    assert await greet('x')\n",
        "no work of it leaves the test's connection",
    ),
    "patched": (
        "async def test_it(mocker):\n    mocker.patch.object(Order.objects, 'acreate')\n    await Order.objects.acreate()\n",
        "acreate is replaced or looked at in the test itself",
    ),
    "assigned": (
        "async def test_it():\n    Order.objects.acreate = print\n    await Order.objects.acreate()\n",
        "acreate is replaced or looked at in the test itself",
    ),
    "comment in the way": (
        "@pytest.mark.asyncio(  # why\n)\nasync def test_it():\n    await sync_to_async(store)()\n",
        "a comment stands inside the mark that would go",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_left_alone(name: str) -> None:
    body, reason = CASES[name]
    result = convert(HEAD + body)
    assert result.reason.startswith(reason)
    assert result.edits == ()
    if name != "comment in the way":  # only the text tells
        assert (result.plan.applicability, result.plan.reason) == ("none", result.reason)


def test_a_sync_test() -> None:
    result = convert(HEAD.replace("@pytest.mark.asyncio\n", "") + "def test_it():\n    Order.objects.create()\n")
    assert result.reason == "it is a sync test already"


def test_in_flush_mode() -> None:
    head = HEAD.replace("django_db", "django_db(transaction=True)")
    result = convert(head + "async def test_it():\n    await Order.objects.acreate()\n")
    assert result.reason == "it does not run in a transaction that is rolled back"


def test_nobody_runs_it() -> None:
    head = HEAD.replace("@pytest.mark.asyncio\n", "")
    result = convert(head + "async def test_it():\n    await Order.objects.acreate()\n")
    assert result.reason.startswith("neither pytest-asyncio nor anyio runs it")


def test_django_test_case() -> None:
    text = """\
from django.test import TestCase

from shop.models import Order


class TestOrders(TestCase):
    async def test_it(self):
        await Order.objects.acreate()
"""
    assert convert(text).reason == "Django's own test cases already run async methods on the test's connection"


def test_isolated_test_case() -> None:
    text = """\
import unittest

import pytest

from shop.models import Order


@pytest.mark.django_db
class TestOrders(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        await Order.objects.acreate()
"""
    assert convert(text).reason == "it is a method of a unittest test case"


INHERITED = """\
import pytest

from shop.models import Order


@pytest.mark.django_db
@pytest.mark.asyncio
class TestOne:
    async def test_it(self):
        await Order.objects.acreate()


class TestTwo(TestOne):
    total = 2
"""


def test_collected_twice() -> None:
    assert convert(INHERITED).reason == "it is collected 2 times, by classes that may run it differently"


def test_inherited() -> None:
    text = INHERITED.replace("class TestOne", "class One").replace("(TestOne)", "(One)")
    assert convert(text).reason == "it is inherited, and its base class may have other users"


def test_anyio_on_two_backends() -> None:
    text = """\
import pytest

from shop.models import Order


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.mark.django_db
@pytest.mark.anyio
async def test_it():
    await Order.objects.acreate()
"""
    assert convert(text).reason == "anyio runs it on asyncio and trio, and a sync test runs once"


def test_fixture_that_makes_a_client_of_the_project() -> None:
    text = """\
import pytest
from channels.testing import HttpCommunicator

from shop.models import Order


class Client(HttpCommunicator):
    def get(self): ...


def make():
    return Client(None, "GET", "/")


@pytest.fixture
def client():
    return make()


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it(client):
    await Order.objects.acreate()
    client.get()
"""
    reason = "it drives the application through a client or communicator (channels.testing"
    assert convert(text).reason.startswith(reason)


def test_channels_where_the_name_patch_is_another() -> None:
    text = """\
import pytest

from shop.models import Order
from shop.services import store_in_channels


def patch(order): ...


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it():
    patch(await store_in_channels())
"""
    assert convert(text).reason == "Channels must be patched, and the name patch stands for something else in this file"


def test_client_of_a_library_that_is_not_installed() -> None:
    text = """\
import pytest
from fastapi.testclient import TestClient as Base

from shop.models import Order


class Client(Base):
    pass


@pytest.fixture
def client():
    return Client(None)


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it(client):
    await Order.objects.acreate()
"""
    reason = "it drives the application through a client or communicator (fastapi.testclient"
    assert convert(text).reason.startswith(reason)


def test_async_fixture_of_anyio() -> None:
    text = """\
import pytest

from shop.models import Order


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def value():
    return 1


@pytest.mark.django_db
@pytest.mark.anyio
async def test_it(value):
    await Order.objects.acreate()
"""
    assert convert(text).reason == "fixture value is async, and anyio runs it for async tests alone"


def test_name_that_is_taken() -> None:
    text = HEAD.replace("class Duplicate", "def async_to_sync(f):\n    return f\n\n\nclass Duplicate")
    result = convert(text + "async def test_it():\n    await ship(await Order.objects.acreate())\n")
    assert result.reason == "the name async_to_sync stands for something else in this file"


def test_helper_that_is_something_else() -> None:
    text = """\
import pytest

from shop.models import Order
from shop.services import ship


@pytest.mark.django_db
@pytest.mark.asyncio
class TestOrders:
    _run_async = None

    async def test_it(self):
        await ship(await Order.objects.acreate())
"""
    assert convert(text, form="helper").reason == "_run_async of TestOrders is not a method that runs a coroutine"
    assert convert(text).reason == ""


def test_syntax_error() -> None:
    result = convert(HEAD + "async def test_it():\n    await Order.objects.acreate()\n    x = = 1\n")
    assert result.reason == "it has a syntax error"


def test_a_function_that_gives_a_coroutine() -> None:
    head = HEAD.replace("class Duplicate", "def make():\n    return sync_to_async(store)()\n\n\nclass Duplicate")
    result = convert(head + "async def test_it():\n    await make()\n")
    reason = "make is not a coroutine function, and async_to_sync warns about that"
    assert (result.plan.applicability, result.plan.reason) == ("unsafe", reason)
    assert result.text.endswith("    async_to_sync(make)()\n")


UNSAFE = {
    "async fixture": (
        "async def test_it(async_value):\n    await Order.objects.acreate()\n    assert async_value\n",
        "fixture async_value is async, and its value may belong to the event loop that made it",
    ),
    "gather": (
        "async def test_it():\n    await asyncio.gather(Order.objects.acreate(), greet('x'))\n",
        "gather runs coroutines at a time, and on one connection they take turns",
    ),
    "task": (
        "async def test_it():\n    await asyncio.create_task(ship(await Order.objects.acreate()))\n",
        "create_task runs coroutines at a time, and on one connection they take turns",
    ),
    "task group": (
        "async def test_it():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(Order.objects.acreate())\n",
        "TaskGroup runs coroutines at a time, and on one connection they take turns",
    ),
    "local import": (
        "async def test_it():\n    from asyncio import gather\n\n    await gather(Order.objects.acreate(), greet('x'))\n",
        "gather runs coroutines at a time, and on one connection they take turns",
    ),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_converted_on_demand_alone(name: str) -> None:
    body, reason = UNSAFE[name]
    result = convert(HEAD + body)
    assert result.reason == ""
    assert (result.plan.applicability, result.plan.reason) == ("unsafe", reason)


def test_a_setup_method_that_works_with_the_loop() -> None:
    text = """\
import asyncio

import pytest

from shop.models import Order


@pytest.mark.django_db
@pytest.mark.asyncio
class TestOrders:
    def setup_method(self):
        self.queue = asyncio.Queue()

    async def test_it(self):
        await Order.objects.acreate()
"""
    assert "works with the event loop (asyncio.Queue)" in convert(text).reason


@pytest.mark.parametrize(
    "payload, reason",
    [
        (
            "store_and_notify",
            "store_and_notify uses transaction.on_commit: its callbacks do not run inside the test's transaction",
        ),
        (
            "store_or_find",
            "store_or_find catches a database error without an atomic block: raised, it breaks the test's transaction",
        ),
    ],
)
def test_unsafe(payload: str, reason: str) -> None:
    result = convert(HEAD + f"async def test_it():\n    await sync_to_async({payload})('x')\n")
    assert (result.plan.applicability, result.plan.reason) == ("unsafe", reason)
    assert f"    {payload}('x')\n" in result.text
