"""Settings that a test changes: for a block, for a helper, or for itself, by whatever Django and pytest offer."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check
from tests.placement.test_kept import CACHE_HEAD, URLS, WITH_SETTINGS

pytestmark = needs_environment

CACHES = {
    "kinds.py": """\
IN_DATABASE = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kept"}}
IN_MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
NOWHERE = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
""",
    "product.py": """\
from django.core.cache import cache


async def remember(value):
    await cache.aset("k", value)
""",
}
KEPT_HEAD = f"""{CACHE_HEAD}
from django.test import override_settings
from kinds import *
from product import remember
"""


def test_what_is_kept_elsewhere_for_a_while() -> None:
    check(
        """
async def test_as_it_is():  #= leaks
    await remember(1)  #: ISO102

@override_settings(CACHES=IN_MEMORY)
async def test_of_a_test():  #= safe
    await remember(1)
    await cache.aset("k", 1)

async def test_of_a_block():  #= leaks
    with override_settings(CACHES=NOWHERE):
        await remember(1)
    await remember(1)  #: ISO102

@override_settings(CACHES=IN_MEMORY)
async def remembered():
    await remember(1)

async def test_of_a_helper():  #= leaks
    await remembered()
    await remember(1)  #: ISO102

async def test_of_the_fixture(settings):  #= safe
    settings.CACHES = IN_MEMORY
    await remember(1)

@pytest.fixture
def in_memory(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

async def test_of_another_fixture(in_memory):  #= safe
    await remember(1)

async def test_something_else_is_changed(settings):  #= leaks
    settings.DEBUG = True
    with override_settings(LANGUAGE_CODE="de"):
        await remember(1)  #: ISO102

async def test_enabled_by_hand():  #= leaks
    overriding = override_settings(CACHES=IN_MEMORY)
    overriding.enable()
    await remember(1)
    overriding.disable()
    await remember(1)  #: ISO102

async def test_nobody_knows_where(settings):  #= undecided
    settings.CACHES = {"default": {"BACKEND": settings.WHERE}}
    await remember(1)
""",
        {**CACHES, "settings.py": "from kinds import IN_DATABASE\n\nCACHES = IN_DATABASE\n"},
        WITH_SETTINGS,
        KEPT_HEAD,
    )


def test_what_is_kept_in_the_database_for_a_while() -> None:
    check(
        """
import unittest.mock
from django.conf import settings as django_settings
from django.test import TestCase, TransactionTestCase

async def test_as_it_is():  #= safe
    await remember(1)

@override_settings(CACHES=IN_DATABASE)
async def test_of_a_test():  #= leaks
    await remember(1)  #: ISO102

async def test_of_a_block():  #= leaks
    with override_settings(CACHES=IN_DATABASE):
        await remember(1)  #: ISO102
    await remember(1)

async def test_of_the_fixture(settings):  #= leaks
    settings.CACHES = IN_DATABASE
    await remember(1)  #: ISO102

async def test_patched():  #= leaks
    with unittest.mock.patch.object(django_settings, "CACHES", IN_DATABASE):
        await remember(1)  #: ISO102

async def test_set_by_monkeypatch(monkeypatch):  #= leaks
    monkeypatch.setattr("django.conf.settings.CACHES", IN_DATABASE)
    await remember(1)  #: ISO102

class TestOfACase(TestCase):
    def test_block(self):  #= leaks
        with self.settings(CACHES=IN_DATABASE):
            asyncio.run(remember(1))  #: ISO105

@override_settings(CACHES=IN_DATABASE)
class TestOfAClass(TestCase):
    def test_it(self):  #= leaks
        asyncio.run(remember(1))  #: ISO105
""",
        {**CACHES, "settings.py": "from kinds import IN_MEMORY\n\nCACHES = IN_MEMORY\n"},
        WITH_SETTINGS,
        KEPT_HEAD,
    )


def test_sessions_and_urls() -> None:
    check(
        """
async def test_as_it_is(async_client):  #= leaks
    await async_client.get("/keep/")  #~ ISO104

async def test_signed(async_client, settings):  #= safe
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    await async_client.get("/keep/")

async def test_other_urls(async_client):  #= safe
    with override_settings(ROOT_URLCONF="others"):
        await async_client.get("/keep/")
""",
        {
            "settings.py": 'ROOT_URLCONF = "urls"\n',
            "urls.py": URLS,
            "others.py": "from django.http import HttpResponse\nfrom django.urls import path\n\n\n"
            'async def keep(request):\n    return HttpResponse("")\n\n\nurlpatterns = [path("keep/", keep)]\n',
        },
        WITH_SETTINGS,
        "import pytest\nfrom django.test import override_settings\n\npytestmark = pytest.mark.django_db\n",
    )
