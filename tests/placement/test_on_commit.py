"""`transaction.on_commit`: a test's own transaction never commits; elsewhere there is none, and it runs at once."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, check

pytestmark = needs_environment

COMMITTING = """\
import threading

from django.db import transaction
from shop import make


def later():
    transaction.on_commit(make)


def thread_later():
    with transaction.atomic():
        transaction.on_commit(lambda: threading.Thread(target=make).start())
"""


def test_where_it_commits() -> None:
    check(
        """
from functools import partial
from django.db.transaction import on_commit
from django.test import TestCase

async def test_in_the_worker():  #= leaks
    await sync_to_async(later)()  #: ISO101

async def test_by_its_name():  #= leaks
    await sync_to_async(lambda: on_commit(func=partial(make, 3)))()  #: ISO101

async def test_in_a_thread():  #= leaks
    await asyncio.to_thread(later)  #: ISO103

async def test_nothing_to_do():  #= safe
    await sync_to_async(lambda: on_commit(pure))()

def test_at_home():  #= safe
    later()

def test_at_home_nothing_is_started():  #= safe
    thread_later()

def test_captured_and_called(django_capture_on_commit_callbacks):  #= leaks
    with django_capture_on_commit_callbacks(execute=True):
        thread_later()  #: ISO103

def test_captured_only(django_capture_on_commit_callbacks):  #= safe
    with django_capture_on_commit_callbacks() as callbacks:
        thread_later()
    assert len(callbacks) == 1

def test_captured_and_at_home(django_capture_on_commit_callbacks):  #= safe
    with django_capture_on_commit_callbacks(execute=True):
        later()

def test_captured_and_under_a_bridge(django_capture_on_commit_callbacks):  #= safe
    with django_capture_on_commit_callbacks(execute=True):
        async_to_sync(sync_to_async(later))()

class TestOrders(TestCase):
    def test_captured_and_called(self):  #= leaks
        with self.captureOnCommitCallbacks(execute=True):
            thread_later()  #: ISO103

    def test_captured_only(self):  #= safe
        with self.captureOnCommitCallbacks(execute=False):
            thread_later()
""",
        {"committing.py": COMMITTING},
        head=HEAD + "from committing import later, thread_later\nfrom shop import make, pure\n",
    )
