"""Rows of the hops: what moves work to another thread or loop. Sources are named at each group."""

from __future__ import annotations

from isolint.catalog.places import BARE_LOOP, BRIDGE, IDENTITY, INSENSITIVE, LOOPLESS, SCHEDULED, SENSITIVE, THREAD
from isolint.catalog.rows import Drives, Gives, NeedsLoop, Row, Runs, Wraps

_INSENSITIVE = ("thread_sensitive", False, INSENSITIVE, "ISO103")
_ON_TRIO = ("backend", "trio", LOOPLESS, "")
"""Neither Django nor asgiref sees trio's loop: sync work stays where it is, and what needs asyncio raises."""

HOPS: tuple[Row, ...] = (
    # asgiref.sync: SyncToAsync.__call__, AsyncToSync.__call__; the classes are the functions' other spelling.
    Wraps("asgiref.sync.sync_to_async", SENSITIVE, "await", "ISO101", unless=_INSENSITIVE),
    Wraps("asgiref.sync.SyncToAsync", SENSITIVE, "await", "ISO101", unless=_INSENSITIVE),
    Wraps("asgiref.sync.async_to_sync", BRIDGE, "call", "", awaits=True, keyword="awaitable"),
    Wraps("asgiref.sync.AsyncToSync", BRIDGE, "call", "", awaits=True, keyword="awaitable"),
    # channels.db: a SyncToAsync that also closes old connections around the call.
    Wraps("channels.db.database_sync_to_async", SENSITIVE, "await", "ISO101"),
    Wraps("channels.db.DatabaseSyncToAsync", SENSITIVE, "await", "ISO101"),
    # threads of the standard library, anyio and starlette.
    Runs("asyncio.threads.to_thread", THREAD, "await", "ISO103"),
    Runs("asyncio.events.AbstractEventLoop.run_in_executor", THREAD, "await", "ISO103", payload=1),
    Runs("asyncio.base_events.BaseEventLoop.run_in_executor", THREAD, "await", "ISO103", payload=1),
    Runs("threading.Thread", THREAD, "start", "ISO103", payload=1, keyword="target"),
    Runs("threading.Timer", THREAD, "start", "ISO103", payload=1, keyword="function"),
    Runs("concurrent.futures._base.Executor.submit", THREAD, "call", "ISO103", keyword="fn"),
    Runs("concurrent.futures._base.Executor.map", THREAD, "call", "ISO103", keyword="fn", each=True),
    Runs("concurrent.futures.thread.ThreadPoolExecutor.submit", THREAD, "call", "ISO103", keyword="fn"),
    Runs("concurrent.futures.thread.ThreadPoolExecutor.map", THREAD, "call", "ISO103", keyword="fn", each=True),
    Runs("anyio.to_thread.run_sync", THREAD, "await", "ISO103"),
    Runs("starlette.concurrency.run_in_threadpool", THREAD, "await", "ISO103"),
    # loops of one's own: thread-sensitive work in them goes to asgiref's worker.
    Drives("asyncio.runners.run", BARE_LOOP, "call", "ISO105", keyword="main"),
    Drives("asyncio.runners.Runner.run", BARE_LOOP, "call", "ISO105"),
    Drives("asyncio.events.AbstractEventLoop.run_until_complete", BARE_LOOP, "call", "ISO105", keyword="future"),
    Drives("asyncio.base_events.BaseEventLoop.run_until_complete", BARE_LOOP, "call", "ISO105", keyword="future"),
    Runs("anyio._core._eventloop.run", BARE_LOOP, "call", "ISO105", awaits=True, unless=_ON_TRIO),
    # the policy of loops: typeshed declares it by the name that it has in newer versions of Python, for all versions.
    Gives("asyncio.events.get_event_loop_policy", cls="asyncio.events._AbstractEventLoopPolicy"),
    Gives("asyncio.events._AbstractEventLoopPolicy.new_event_loop", cls="asyncio.events.AbstractEventLoop"),
    NeedsLoop("_asyncio.get_running_loop"),
    # the running loop's own scheduling: same loop, same connection rules.
    Drives("asyncio.tasks.create_task", SCHEDULED, "call"),
    Drives("asyncio.tasks.ensure_future", SCHEDULED, "call", keyword="coro_or_future"),
    Drives("asyncio.events.AbstractEventLoop.create_task", SCHEDULED, "call"),
    Drives("asyncio.base_events.BaseEventLoop.create_task", SCHEDULED, "call"),
    Drives("asyncio.taskgroups.TaskGroup.create_task", SCHEDULED, "call"),
    Drives("asyncio.tasks.gather", IDENTITY, "await", payload=-1),
    Drives("asyncio.tasks.wait", IDENTITY, "await", payload=-1),
    Drives("asyncio.tasks.wait_for", IDENTITY, "await", keyword="fut"),
    Drives("asyncio.tasks.shield", IDENTITY, "await", keyword="arg"),
    Drives("asyncio.tasks.as_completed", IDENTITY, "call", payload=-1),
)
