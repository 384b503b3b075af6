"""Caches and sessions: what they do is decided by the backend that the settings name."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, INI, check

pytestmark = needs_environment

WITH_SETTINGS = INI + "DJANGO_SETTINGS_MODULE = settings\n"
CACHE_HEAD = HEAD + "from django.core.cache import cache, caches\n"
SETTINGS = """\
_DB = "django.core.cache.backends.db.DatabaseCache"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "db": {"BACKEND": _DB, "LOCATION": "kept"},
    "redis": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://"},
    "own": {"BACKEND": "backends.Own"},
    "somewhere": {"BACKEND": choose()},
}
"""
BACKENDS = """\
from django.core.cache.backends.db import DatabaseCache


class Own(DatabaseCache):
    def get(self, key, default=None, version=None):
        return default
"""
URLS = """\
from django.http import HttpResponse
from django.urls import path


async def keep(request):
    await request.session.asave()
    return HttpResponse("kept")


urlpatterns = [path("keep/", keep)]
"""


def test_caches_by_alias() -> None:
    check(
        """
async def test_writes():  #= leaks
    await caches["db"].aset("k", 1)  #: ISO102

async def test_reads():  #= leaks
    kept = caches["db"]
    assert await kept.aget("k") is None  #: ISO102

async def test_the_sync_method_in_the_worker():  #= leaks
    await sync_to_async(caches["db"].incr)("k")  #: ISO101

async def test_in_a_thread():  #= leaks
    await asyncio.to_thread(lambda: caches["db"].clear())  #: ISO103

async def test_memory():  #= safe
    await cache.aset("k", 1)
    await caches["default"].aget_many(["k"])
    await sync_to_async(cache.delete)("k")

async def test_redis():  #= safe
    await caches["redis"].aset("k", 1)

async def test_what_memory_lacks_is_made():  #= leaks
    await sync_to_async(cache.get_or_set)("k", make)  #: ISO101

async def test_a_backend_of_the_project():  #= leaks
    await caches["own"].aset("k", 1)  #: ISO102

async def test_an_alias_that_is_not_written_out(alias="db"):  #= undecided
    await caches[str(alias)].aset("k", 1)

async def test_a_backend_that_is_not_written_out():  #= undecided
    await caches["somewhere"].aset("k", 1)

def test_at_home():  #= safe
    caches["db"].set("k", 1)
    async_to_sync(caches["db"].aset)("k", 1)
""",
        {"settings.py": SETTINGS, "backends.py": BACKENDS},
        WITH_SETTINGS,
        CACHE_HEAD + "from shop import make\n",
    )


def test_the_default_cache_in_the_database() -> None:
    check(
        """
from django.core import cache as caching

async def remember(value):
    await caching.cache.aset("k", value)

async def test_through_a_helper():  #= leaks
    await remember(1)  #: ISO102
""",
        {
            "base.py": 'CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}}\n',
            "settings.py": "from base import *\n",
        },
        WITH_SETTINGS,
        CACHE_HEAD,
    )


def test_without_the_setting_it_is_memory() -> None:
    check(
        """
async def test_it():  #= safe
    await cache.aset("k", 1)
""",
        {"settings.py": "DEBUG = True\n"},
        WITH_SETTINGS,
        CACHE_HEAD,
    )


def test_without_settings_nobody_knows() -> None:
    check(
        """
async def test_it():  #= undecided
    await cache.aset("k", 1)
""",
        head=CACHE_HEAD,
    )


@pytest.mark.parametrize(
    "engine, verdict, mark",
    [
        ("", "leaks", "  #~ ISO104"),
        ('SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"\n', "leaks", "  #~ ISO104"),
        ('SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"\n', "safe", ""),
        ('SESSION_ENGINE = "django.contrib.sessions.backends." + KIND\n', "undecided", ""),
    ],
)
def test_sessions(engine: str, verdict: str, mark: str) -> None:
    check(
        f"""
async def test_it(async_client):  #= {verdict}
    await async_client.get("/keep/"){mark}
""",
        {"settings.py": f'ROOT_URLCONF = "urls"\n{engine}', "urls.py": URLS},
        WITH_SETTINGS,
        HEAD,
    )
