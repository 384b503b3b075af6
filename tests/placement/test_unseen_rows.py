"""Rows that a test made on its own connection and looks for on another one (ISO201)."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

MODELS = """\
from django.db import models


class Base(models.Model):
    class Meta:
        abstract = True


class Place(Base):
    name = models.TextField(unique=True)


class Cafe(Place):
    seats = models.IntegerField(default=1)


class Known(Place):
    class Meta:
        proxy = True


class Other(models.Model):
    place = models.ForeignKey(Place, null=True, on_delete=models.CASCADE)
"""
FILES = {"settings.py": 'INSTALLED_APPS = ["places"]\n', "places/__init__.py": "", "places/models.py": MODELS}
HEAD = """\
import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import TestCase
from places.models import Cafe, Known, Other, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place.objects.create(name="a")


@pytest.fixture
def cafe():
    return Cafe.objects.create(name="c")


@pytest.fixture
def known():
    return Known.objects.create(name="k")
"""


def judged(text: str) -> None:
    check(text, FILES, head=HEAD)


def test_a_row_of_a_sync_fixture() -> None:
    judged("""
async def test_async_orm(place):  #= leaks
    assert await Place.objects.aexists()  #: ISO201

async def test_loop(place):  #= leaks
    async for one in Place.objects.filter(name="a"):  #: ISO201
        assert one

async def test_sync_to_async(place):  #= leaks
    assert await sync_to_async(Place.objects.count)() == 1  #: ISO201

async def test_pool(place):  #= leaks
    assert await asyncio.to_thread(Place.objects.count) == 1  #: ISO201

async def test_helper(place):  #= leaks
    await look()  #: ISO201

async def look():
    return await Place.objects.aget(name="a")
""")


def test_what_was_not_made_is_read_like_anything_else() -> None:
    judged("""
async def test_nothing_made():  #= leaks
    assert not await Place.objects.aexists()  #: ISO102

async def test_another_model(place):  #= leaks
    assert not await Other.objects.aexists()  #: ISO102

async def test_made_there():  #= leaks
    await Place.objects.acreate(name="b")  #: ISO102
    assert await Place.objects.aexists()  #: ISO102
""")


def test_the_table_decides() -> None:
    judged("""
async def test_parent(cafe):  #= leaks
    assert await Place.objects.acount() == 1  #: ISO201

async def test_child(place):  #= leaks
    assert await Cafe.objects.acount() == 0  #: ISO102

async def test_proxy(known):  #= leaks
    assert await Place.objects.acount() == 1  #: ISO201

async def test_of_proxy(place):  #= leaks
    assert await Known.objects.acount() == 1  #: ISO201

async def test_proxy_of_parent(cafe):  #= leaks
    assert await Known.objects.acount() == 1  #: ISO201
""")


def test_looking_before_making() -> None:
    judged("""
async def test_get_or_create(place):  #= leaks
    await Place.objects.aget_or_create(name="a")  #: ISO201

async def test_create(place):  #= leaks
    await Place.objects.acreate(name="b")  #: ISO102
""")


def test_set_up_methods() -> None:
    judged("""
class TestPlain:
    def setup_method(self):
        Place.objects.create(name="m")

    async def test_it(self):  #= leaks
        assert await Place.objects.acount() == 1  #: ISO201

class TestDjango(TestCase):
    @classmethod
    def setUpTestData(cls):
        Place.objects.create(name="d")

    def setUp(self):
        Cafe.objects.create(name="s")

    async def test_thread(self):  #= leaks
        await asyncio.to_thread(Place.objects.count)  #: ISO201

    async def test_home(self):  #= safe
        await Place.objects.acount()
""")


def test_what_is_made_later_or_under_a_condition() -> None:
    judged("""
def test_before():  #= leaks
    Place.objects.create(name="x")
    thread = threading.Thread(target=Place.objects.count)
    thread.start()  #: ISO201
    thread.join()

def test_after():  #= leaks
    thread = threading.Thread(target=Place.objects.count)
    thread.start()  #: ISO103
    thread.join()
    Place.objects.create(name="x")

def test_bridged():  #= leaks
    async_to_sync(Place.objects.acreate)(name="x")
    asyncio.run(look())  #: ISO201

async def look():
    return await Place.objects.acount()
""")


def test_rows_outside_the_transaction_are_seen() -> None:
    judged("""
@pytest.fixture(scope="module")
def everywhere(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        Place.objects.create(name="committed")

@pytest.fixture
def beside(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        Place.objects.create(name="committed")

async def test_module(everywhere):  #= leaks
    assert await Place.objects.acount() == 1  #: ISO102

async def test_function(beside):  #= leaks
    assert await Place.objects.acount() == 1  #: ISO102
""")


def test_two_models_of_one_name() -> None:
    files = {
        **FILES,
        "settings.py": 'INSTALLED_APPS = ["places", "others"]\n',
        "others/__init__.py": "",
        "others/models.py": MODELS,
    }
    check(
        """
from others import models as others

async def test_it(place):  #= leaks
    assert await others.Place.objects.acount() == 0  #: ISO102
""",
        files,
        head=HEAD,
    )
