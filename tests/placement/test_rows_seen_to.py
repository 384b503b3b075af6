"""Rows that leak and that somebody knew of: removed by hand, or made so that they are in nobody's way."""

from __future__ import annotations

import re

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

FILES = {
    "settings.py": 'INSTALLED_APPS = ["things"]\n',
    "things/__init__.py": "",
    "things/models.py": """\
from django.db import models


class Thing(models.Model):
    name = models.TextField(default="")
    owner = models.ForeignKey("self", null=True, on_delete=models.CASCADE)


class Other(models.Model):
    name = models.TextField(default="")
""",
    "things/service.py": """\
from things.models import Other, Thing


def build():
    Other.objects.create()
    return Thing.objects.create()


def empty():
    Thing.objects.all().delete()
""",
}
HEAD = """\
import contextlib
import secrets
import time
import unittest
import uuid
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from things import service
from things.models import Other, Thing

pytestmark = pytest.mark.django_db


def make(name=""):
    return Thing.objects.create(name=name)


def remove():
    Thing.objects.all().delete()
"""


def judged(text: str) -> None:
    check(text, FILES, head=HEAD)


def test_removed_at_the_end() -> None:
    judged("""
async def test_queryset():  #= leaks
    await Thing.objects.acreate()  #~ ISO102
    await Thing.objects.all().adelete()  #~ ISO102

async def test_object():  #= leaks
    thing = await Thing.objects.acreate()  #~ ISO102
    await thing.adelete()  #~ ISO102

async def test_saved():  #= leaks
    thing = Thing()
    await thing.asave()  #~ ISO102
    thing.name = "b"
    await thing.asave()  #~ ISO102
    await thing.adelete()  #~ ISO102

async def test_in_a_worker():  #= leaks
    thing = await sync_to_async(make)()  #~ ISO101
    await sync_to_async(thing.delete)()  #~ ISO101

async def test_by_helpers():  #= leaks
    await sync_to_async(make)()  #~ ISO101
    await sync_to_async(remove)()  #~ ISO101
""")


def test_removed_whatever_happens() -> None:
    judged("""
@pytest.fixture
async def swept():  #~ ISO106
    yield
    await Thing.objects.all().adelete()

async def test_finally():  #= leaks
    try:
        await Thing.objects.acreate()  #~ ISO102
    finally:
        await Thing.objects.all().adelete()  #~ ISO102

async def test_swept(swept):  #= leaks
    await Thing.objects.acreate()  #~ ISO102
""")


def test_a_fixture_that_removes_what_it_made() -> None:
    judged("""
@pytest.fixture
async def thing():  #~ ISO106
    made = await Thing.objects.acreate()
    yield made
    await made.adelete()

@pytest.fixture
async def two():  #: ISO106
    made = await Thing.objects.acreate()
    await Thing.objects.acreate()
    yield made
    await made.adelete()

@pytest.fixture
async def kept():  #: ISO106
    return await Thing.objects.acreate()

async def test_thing(thing):  #= leaks
    await Thing.objects.acreate()  #: ISO102

async def test_two(two):  #= leaks
    pass

async def test_kept(kept):  #= leaks
    await Thing.objects.acreate()  #: ISO102
    await kept.adelete()  #: ISO102
""")


def test_within_one_call() -> None:
    judged("""
@contextlib.asynccontextmanager
async def temporary():
    made = await Thing.objects.acreate()
    try:
        yield made
    finally:
        await made.adelete()

async def test_context_manager():  #= leaks
    async with temporary():  #~ ISO102
        pass

async def test_helper():  #= leaks
    await there_and_back()  #~ ISO102

async def there_and_back():
    made = await Thing.objects.acreate()
    await made.adelete()
""")


def test_set_up_methods_and_their_counterparts() -> None:
    judged("""
class TestThing(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):  #~ ISO106
        self.thing = await Thing.objects.acreate()

    async def asyncTearDown(self):  #~ ISO106
        await Thing.objects.all().adelete()

    async def test_it(self):  #= leaks
        await Thing.objects.acreate()  #~ ISO102
""")


def test_what_is_not_certainly_removed_stays_an_error() -> None:
    judged("""
@pytest.fixture
def at_home():
    yield
    Thing.objects.all().delete()

async def test_another_model():  #= leaks
    await Thing.objects.acreate()  #: ISO102
    await Other.objects.all().adelete()  #: ISO102

async def test_removed_before():  #= leaks
    await Thing.objects.all().adelete()  #: ISO102
    await Thing.objects.acreate()  #: ISO102

async def test_one_of_two():  #= leaks
    thing = await Thing.objects.acreate()  #: ISO102
    await Thing.objects.acreate()  #: ISO102
    await thing.adelete()  #: ISO102

async def test_one_of_many():  #= leaks
    for n in range(3):
        thing = await Thing.objects.acreate()  #: ISO102
    await thing.adelete()  #: ISO102

async def test_under_a_condition():  #= leaks
    made = await Thing.objects.acreate()  #: ISO102
    if made.name:
        await made.adelete()  #: ISO102

async def test_when_it_fails():  #= leaks
    try:
        made = await Thing.objects.acreate()  #: ISO102
    except ValueError:
        await Thing.objects.all().adelete()  #: ISO102

async def test_removed_in_a_transaction(at_home):  #= leaks
    await Thing.objects.acreate()  #: ISO102

async def test_product_code_makes_more():  #= leaks
    await sync_to_async(service.build)()  #: ISO101
    await Thing.objects.all().adelete()  #~ ISO102
""")


def test_values_that_no_other_row_has() -> None:
    judged("""
@pytest.fixture
def name():
    return f"thing-{uuid4()}"

def unlike(prefix):
    return f"{prefix}-{uuid4().hex[:8]}"

async def test_written_out():  #= leaks
    await Thing.objects.acreate(name=str(uuid.uuid4()))  #~ ISO102

async def test_variable():  #= leaks
    name = f"thing-{uuid4().hex[:8]}"
    await Thing.objects.acreate(name=name)  #~ ISO102

async def test_token():  #= leaks
    await Thing.objects.acreate(name="a" + secrets.token_hex(4))  #~ ISO102

async def test_time():  #= leaks
    await Thing.objects.acreate(name="%s" % time.time_ns())  #~ ISO102

async def test_handed_over():  #= leaks
    await sync_to_async(make)(name=f"thing-{uuid4()}")  #~ ISO101

async def test_fixture(name):  #= leaks
    await Thing.objects.acreate(name=name)  #~ ISO102

async def test_helper():  #= leaks
    await Thing.objects.acreate(name=unlike("a"))  #~ ISO102

async def test_saved():  #= leaks
    thing = Thing(name=unlike("a"))
    await thing.asave()  #~ ISO102

@pytest.fixture
async def thing():  #~ ISO106
    return await Thing.objects.acreate(name=str(uuid4()))

async def test_of_fixture(thing):  #= leaks
    pass
""")


def test_values_that_others_may_have() -> None:
    judged("""
async def test_literal():  #= leaks
    uuid4()
    await Thing.objects.acreate(name="a")  #: ISO102

async def test_owner():  #= leaks
    owner = await Thing.objects.acreate(name=str(uuid4()))  #~ ISO102
    await Thing.objects.acreate(name="a", owner=owner)  #: ISO102

async def test_own_name():  #= leaks
    def uuid4():
        return "a"
    await Thing.objects.acreate(name=uuid4())  #: ISO102
""")


STEPS = """
from uuid import uuid4
from things.models import Other, Thing

async def save(thing):
    await thing.asave()

async def remove(thing):
    await thing.adelete()

async def named(name):
    return await Thing.objects.acreate(name=name)

async def of_its_own_name():
    return await Thing.objects.acreate(name=unlike("a"))

async def of_a_given_owner(key, owner):
    return await Thing.objects.acreate(name="a", owner=owner)

def unlike(prefix):
    return f"{prefix}-{uuid4().hex[:8]}"

async def there_and_back():
    made = await Thing.objects.acreate()
    await made.adelete()

async def one_of_two():
    made = await Thing.objects.acreate()
    await Thing.objects.acreate()
    return made

async def swept():
    await Thing.objects.acreate()
    await Thing.objects.acreate()
    await Thing.objects.all().adelete()

async def swept_too_early():
    await Thing.objects.acreate()
    await Thing.objects.all().adelete()
    await Thing.objects.acreate()

def both():
    Other.objects.create()
    return Thing.objects.create()

def away():
    Thing.objects.all().delete()
    Other.objects.all().delete()
"""
BY_HELPERS = """
async def test_saved_and_removed():  #= leaks
    thing = Thing()
    await save(thing)  #~ ISO102
    await remove(thing)  #~ ISO102

async def test_removed_by_a_helper_alone():  #= leaks
    thing = await Thing.objects.acreate()  #~ ISO102
    await remove(thing)  #~ ISO102

async def test_within_one():  #= leaks
    await there_and_back()  #~ ISO102

async def test_one_of_two():  #= leaks
    thing = await one_of_two()  #: ISO102
    await thing.adelete()  #: ISO102

async def test_all_of_two():  #= leaks
    await one_of_two()  #~ ISO102
    await Thing.objects.all().adelete()  #~ ISO102

async def test_swept():  #= leaks
    await swept()  #: ISO102

async def test_swept_too_early():  #= leaks
    await swept_too_early()  #: ISO102

async def test_two_models():  #= leaks
    await sync_to_async(both)()  #~ ISO101
    await sync_to_async(away)()  #~ ISO101

async def test_one_of_two_models():  #= leaks
    await sync_to_async(both)()  #: ISO101
    await Thing.objects.all().adelete()  #~ ISO102

async def test_name_handed_over():  #= leaks
    await named(unlike("a"))  #~ ISO102

async def test_plain_name():  #= leaks
    await named("a")  #: ISO102

async def test_name_of_its_own():  #= leaks
    await of_its_own_name()  #~ ISO102

async def test_value_that_the_row_does_not_get():  #= leaks
    await of_a_given_owner(key=unlike("a"), owner=None)  #: ISO102

async def test_object_of_such_a_name():  #= leaks
    thing = Thing(name=unlike("a"))
    await save(thing)  #~ ISO102
"""


@pytest.mark.parametrize("module", ["test_a.py", "things/steps.py"])
def test_wherever_the_helpers_stand(module: str) -> None:
    """In a module that no one takes for test code a leak is as grave as in the test's own."""
    if module == "test_a.py":
        judged(STEPS + BY_HELPERS)
    else:
        names = ", ".join(re.findall(r"^(?:async )?def (\w+)", STEPS, re.MULTILINE))
        check(f"from things.steps import {names}\n{BY_HELPERS}", {**FILES, module: STEPS}, head=HEAD)
