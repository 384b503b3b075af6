"""Rows of cures: what changes on which connection, or on which thread, work runs that left the test's thread.

Sources: django/utils/connection.py and django/db/backends/base/base.py (who holds connections, who may use one),
asgiref/sync.py and asgiref/local.py (which executor, which storage), channels/db.py. A cure is recognised by what it
does to these, never by who does it.
"""

from __future__ import annotations

from isolint.catalog.rows import Acts, Attribute, Cures, Extends, Gives, Row

WRAPPER = "django.db.backends.base.base.BaseDatabaseWrapper"
_HANDLER = "django.utils.connection.BaseConnectionHandler"
_LOCAL = "asgiref.local.Local"
_SHARING = f"{WRAPPER}.inc_thread_sharing"

_EVERY = frozenset({"worker", "pool"})
_WORKER = frozenset({"worker"})


def _replaced(owner: str, names: str, threads: frozenset[str], what: str) -> tuple[Row, ...]:
    return tuple(Cures(f"{owner}.{name}", "replacement", threads, what) for name in names.split())


CURES: tuple[Row, ...] = (
    # The connections that a thread has. Whoever replaces them as a whole, and lets other threads use what is in there,
    # leaves nothing to guess; what is inside differs from version to version.
    Cures(f"{_HANDLER}._connections", "replacement", _EVERY, "replaces the connections of all threads", _SHARING),
    *_replaced(_HANDLER, "__getitem__ thread_critical", _EVERY, "changes which connection a thread gets"),
    *_replaced(
        _LOCAL,
        "_storage _lock_storage _context_refs _get_storage _get_context_id get_context_id __getattr__",
        _EVERY,
        "changes what asgiref keeps for each thread",
    ),
    Cures("django.db.connections", "replacement", _EVERY, "replaces django.db.connections"),
    Cures(_SHARING, "call", _EVERY, "lets other threads use the test's connection"),
    *_replaced(
        WRAPPER,
        "validate_thread_sharing allow_thread_sharing _thread_sharing_count",
        _EVERY,
        "lets other threads use the test's connection",
    ),
    # The thread that thread-sensitive work goes to.
    *_replaced(
        "asgiref.sync.SyncToAsync",
        "single_thread_executor thread_sensitive_context context_to_thread_executor __call__ thread_handler",
        _WORKER,
        "replaces the thread that thread-sensitive work goes to",
    ),
    *_replaced(
        "asgiref.sync.AsyncToSync",
        "executors loop_thread_executors",
        _WORKER,
        "replaces the thread that thread-sensitive work goes to",
    ),
    *_replaced(
        "asgiref.sync.AsyncToSync.executors",
        "current",
        _WORKER,
        "replaces the thread that thread-sensitive work goes to",
    ),
    *_replaced("asgiref.sync", "sync_to_async SyncToAsync", _WORKER, "replaces sync_to_async"),
    *_replaced(
        "channels.db.DatabaseSyncToAsync",
        "executor single_thread_executor __call__ thread_handler",
        _WORKER,
        "replaces the thread that database_sync_to_async uses",
    ),
    # Plugins that do it for every test.
    Cures("pytest-django-asyncio", "installation", _WORKER, "moves the transaction of async tests"),
    # How one gets at these objects.
    Attribute(f"{_HANDLER}._connections", cls=_LOCAL),
    Gives(f"{_HANDLER}.all", "items", WRAPPER),
    Gives(f"{_HANDLER}.__getitem__", cls=WRAPPER),
    Gives("django.db.transaction.get_connection", cls=WRAPPER),
    Extends("django.utils.connection.ConnectionProxy", (WRAPPER,)),
    Acts(f"{WRAPPER}.cursor", "write", gives="unknown"),
    *(
        Gives(f"{WRAPPER}.{name}")
        for name in "close close_if_unusable_or_obsolete ensure_connection connect dec_thread_sharing "
        "get_autocommit set_autocommit on_commit is_usable".split()
    ),
)
