"""Rows of what Django keeps where its settings say: caches and sessions. With some backends that is the database."""

from __future__ import annotations

from isolint.catalog.places import IDENTITY, IN_LOOP, SENSITIVE
from isolint.catalog.rows import Acts, Chosen, Gives, Row, Runs

_CACHES = "django.core.cache.backends"
_DATABASE = f"{_CACHES}.db.DatabaseCache"
_ELSEWHERE = (
    f"{_CACHES}.base.BaseCache",
    f"{_CACHES}.locmem.LocMemCache",
    f"{_CACHES}.dummy.DummyCache",
    f"{_CACHES}.filebased.FileBasedCache",
    f"{_CACHES}.memcached.BaseMemcachedCache",
    f"{_CACHES}.memcached.PyLibMCCache",
    f"{_CACHES}.memcached.PyMemcacheCache",
    f"{_CACHES}.redis.RedisCache",
    "django_redis.cache.RedisCache",
)
"""Caches that keep nothing in the database."""
_SESSIONS = "django.contrib.sessions.backends"

# Each a-method of a cache is `sync_to_async(self.<method>)`, or awaits ones that are (backends/base.py).
_CACHE_READS = ("get", "get_many", "has_key")
_CACHE_WRITES = ("add", "set", "touch", "delete", "incr", "decr", "set_many", "delete_many", "clear")
_CACHE_VERSIONS = ("incr_version", "decr_version")
_CACHE_PLAIN = ("make_key", "validate_key", "get_backend_timeout", "close", "aclose", "__contains__")
# Methods of sessions that go to where they are kept (sessions/backends/base.py).
_SESSION_WRITES = ("save", "create", "delete", "flush", "cycle_key")
_SESSION_READS = ("load", "exists")


def _works(cls: str, reads: tuple[str, ...], writes: tuple[str, ...]) -> list[Row]:
    """Rows of methods, and of their a-methods, that work on the database."""
    rows: list[Row] = []
    rows += [Acts(f"{cls}.{name}", "read") for name in reads]
    rows += [Acts(f"{cls}.a{name}", "read", "await", SENSITIVE, "ISO102") for name in reads]
    rows += [Acts(f"{cls}.{name}", "write") for name in writes]
    rows += [Acts(f"{cls}.a{name}", "write", "await", SENSITIVE, "ISO102") for name in writes]
    return rows


def _keeps(cls: str, names: tuple[str, ...]) -> list[Row]:
    return [Gives(f"{cls}.{name}") for each in names for name in (each, f"a{each}")]


KEPT: tuple[Row, ...] = (
    *(row for cls in _ELSEWHERE for row in _keeps(cls, (*_CACHE_READS, *_CACHE_WRITES, *_CACHE_VERSIONS))),
    *(Gives(f"{_ELSEWHERE[0]}.{name}") for name in _CACHE_PLAIN),
    # What is to be kept may be given as a function, which runs where nothing was kept yet.
    *(Runs(f"{cls}.get_or_set", IDENTITY, "call", "", payload=1, keyword="default") for cls in _ELSEWHERE),
    *(Runs(f"{cls}.aget_or_set", IN_LOOP, "await", "", payload=1, keyword="default") for cls in _ELSEWHERE),
    *_works(_DATABASE, _CACHE_READS, (*_CACHE_WRITES, *_CACHE_VERSIONS, "get_or_set")),
    Acts(f"{_DATABASE}.__contains__", "read"),
    Chosen("django.core.cache.cache", "CACHES", f"{_CACHES}.locmem.LocMemCache", ("default", "BACKEND")),
    Chosen("django.core.cache.CacheHandler.__getitem__", "CACHES", f"{_CACHES}.locmem.LocMemCache", ("", "BACKEND")),
    *(
        row
        for engine in ("db", "cached_db")
        for row in _works(f"{_SESSIONS}.{engine}.SessionStore", _SESSION_READS, _SESSION_WRITES)
    ),
    *(
        row
        for engine in ("file", "signed_cookies")
        for row in _keeps(f"{_SESSIONS}.{engine}.SessionStore", (*_SESSION_READS, *_SESSION_WRITES))
    ),
    Gives(f"{_SESSIONS}.base.SessionBase.aset"),
    Chosen("django.http.request.HttpRequest.session", "SESSION_ENGINE", f"{_SESSIONS}.db", suffix=".SessionStore"),
)
