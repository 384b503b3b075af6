"""Tests that may use the database with neither rollback nor flush: what they write stays, on whatever thread."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

HEAD = """\
import pytest
from django.test import SimpleTestCase, TestCase
from unittest.mock import patch

import shop
from models import Order
from shop import make, pure, read

"""


def test_simple_test_case_with_databases() -> None:
    check(
        """
class TestSimple(SimpleTestCase):
    databases = {"default"}

    def test_write(self):  #= not-rollback
        Order.objects.create()  #~ ISO107

    def test_helper(self):  #= not-rollback
        make()  #~ ISO107

    async def test_async(self):  #= not-rollback
        await Order.objects.acreate()  #~ ISO107

    def test_read(self):  #= not-rollback
        read()

    def test_pure(self):  #= not-rollback
        pure()

    def test_mocked(self):  #= not-rollback
        with patch("shop.make"):
            shop.make()

class TestBlocked(SimpleTestCase):
    def test_refused(self):  #= not-rollback
        Order.objects.create()

class TestRolledBack(TestCase):
    def test_write(self):  #= safe
        Order.objects.create()
""",
        head=HEAD,
    )


def test_a_block_that_the_test_lifts() -> None:
    check(
        """
def test_lifted(django_db_setup, django_db_blocker):  #= not-rollback
    with django_db_blocker.unblock():
        Order.objects.create()  #~ ISO107

async def test_async(django_db_setup, django_db_blocker):  #= not-rollback
    with django_db_blocker.unblock():
        await Order.objects.acreate()  #~ ISO107

@pytest.fixture(scope="session")
def data(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        make()

def test_data_for_all(data):  #= not-rollback
    pure()
""",
        head=HEAD,
    )


def test_a_block_that_a_fixture_lifts_under_a_condition() -> None:
    check(
        """
@pytest.fixture
def early(request, django_db_blocker):
    if request.cls is None:
        yield
        return
    with django_db_blocker.unblock():
        yield

@pytest.fixture
def chosen(request, django_db_blocker):
    if request.cls is not None:
        django_db_blocker.unblock()
    yield

@pytest.fixture
def always(django_db_blocker):
    if True:
        pure()
    with django_db_blocker.unblock():
        yield

def test_early(early):  #= undecided
    Order.objects.create()

def test_chosen(chosen):  #= undecided
    Order.objects.create()

def test_always(always):  #= not-rollback
    Order.objects.create()  #~ ISO107
""",
        head=HEAD,
    )
