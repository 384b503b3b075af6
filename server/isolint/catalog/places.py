"""Places and routes: the vocabulary in which rows say where work goes.

A place is where code runs: a thread, and whether an event loop runs there. In a loop, the thread says where
thread-sensitive work goes: under `async_to_sync` from the test's thread that is HOME_LOOP, under a runner or
`asyncio.run` it is WORKER_LOOP. A route maps the place at entry to the place here, or to "does not happen". Nothing
here knows a library.
"""

from __future__ import annotations

from enum import IntEnum


class Place(IntEnum):
    """Where code runs. `LENT` is home, lent by a bridge: `asyncio.run` raises there (asgiref CurrentThreadExecutor)."""

    HOME = 0
    HOME_LOOP = 1
    LENT = 2
    WORKER = 3
    WORKER_LOOP = 4
    POOL = 5
    POOL_LOOP = 6
    UNKNOWN = 7
    UNKNOWN_LOOP = 8

    # Routes are parts of keys, and Enum would hash each place by its name, in Python.
    __hash__ = int.__hash__

    @property
    def thread(self) -> str:
        """ "home", "worker", "pool" or "unknown"."""
        return _THREADS[self]

    @property
    def has_loop(self) -> bool:
        """Whether an event loop runs in this thread here."""
        return self in _LOOPS


_THREADS = ("home", "home", "home", "worker", "worker", "pool", "pool", "unknown", "unknown")
_LOOPS = frozenset({Place.HOME_LOOP, Place.WORKER_LOOP, Place.POOL_LOOP, Place.UNKNOWN_LOOP})
_COUNT = len(Place)

Route = tuple[Place | None, ...]
"""Indexed by the place at entry: the place here, or None where the work does not happen (it raises)."""

IDENTITY: Route = tuple(Place)
NOWHERE: Route = (None,) * _COUNT


def route(**to: Place | None) -> Route:
    """A route written as `FROM=TO`; every place that is not named does not happen.

    UNKNOWN and UNKNOWN_LOOP lead to an unknown place of the target's kind unless named: what happens to work from an
    unknown thread is unknown, and only a route with one target for all threads is known again."""
    table: list[Place | None] = [None] * _COUNT
    for name, place in to.items():
        table[Place[name]] = place
    return tuple(table)


def compose(first: Route, then: Route) -> Route:
    """The route of work that goes by `first` and from there by `then`."""
    return tuple(None if place is None else then[place] for place in first)


SENSITIVE = route(
    HOME_LOOP=Place.LENT,
    WORKER_LOOP=Place.WORKER,
    POOL_LOOP=Place.POOL,
    UNKNOWN_LOOP=Place.UNKNOWN,
)
"""`sync_to_async`, thread-sensitive (asgiref SyncToAsync.__call__): back to whoever called `async_to_sync` further up,
else asgiref's single worker thread. Awaited in a loop only."""

BRIDGE = route(
    HOME=Place.HOME_LOOP,
    LENT=Place.HOME_LOOP,
    WORKER=Place.WORKER_LOOP,
    POOL=Place.POOL_LOOP,
    UNKNOWN=Place.UNKNOWN_LOOP,
)
"""`async_to_sync` (asgiref AsyncToSync.__call__): a loop whose thread-sensitive work comes back to this thread. It
raises where a loop runs."""

BARE_LOOP = route(
    HOME=Place.WORKER_LOOP,
    POOL=Place.WORKER_LOOP,
    UNKNOWN=Place.UNKNOWN_LOOP,
)
"""`asyncio.run` and its like from a thread without a loop: thread-sensitive work goes to the worker. From the worker
itself asgiref refuses (it would wait for itself), and so it does from home lent by a bridge."""

LOOPLESS = route(HOME=Place.HOME, LENT=Place.LENT, WORKER=Place.WORKER, POOL=Place.POOL, UNKNOWN=Place.UNKNOWN)
"""Here, unless a loop runs here: then it raises (django.utils.asyncio.async_unsafe), and so does all that follows."""

IN_LOOP = route(
    HOME_LOOP=Place.HOME_LOOP,
    WORKER_LOOP=Place.WORKER_LOOP,
    POOL_LOOP=Place.POOL_LOOP,
    UNKNOWN_LOOP=Place.UNKNOWN_LOOP,
)
"""Here, if a loop runs here: else it raises (asyncio.get_running_loop), and what follows does not happen."""

THREAD: Route = (Place.POOL,) * _COUNT
"""Any other thread, from anywhere."""

INSENSITIVE = route(
    HOME_LOOP=Place.POOL,
    WORKER_LOOP=Place.POOL,
    POOL_LOOP=Place.POOL,
    UNKNOWN_LOOP=Place.POOL,
)
"""`sync_to_async(thread_sensitive=False)`: a pool thread, awaited in a loop only."""

ON_COMMIT = route(WORKER=Place.WORKER, POOL=Place.POOL, UNKNOWN=Place.UNKNOWN)
"""What waits for a commit: at home the test's transaction never does, elsewhere it does at once."""

OWN_CONTEXT = INSENSITIVE
"""Thread-sensitive work inside a `ThreadSensitiveContext` that no `async_to_sync` is around: its own pool thread, even
in a loop that a bridge made."""

OWN_CONTEXT_LOOP = route(
    HOME_LOOP=Place.POOL_LOOP,
    WORKER_LOOP=Place.POOL_LOOP,
    POOL_LOOP=Place.POOL_LOOP,
    UNKNOWN_LOOP=Place.POOL_LOOP,
)
"""The loop itself inside such a context: its thread-sensitive work goes to that pool thread."""

WORKER_THREAD: Route = (Place.WORKER,) * _COUNT
"""asgiref's single worker thread by hand, from anywhere."""

AT_HOME: Route = (Place.HOME,) * _COUNT
"""What the runner of the tests calls when a test or fixture has ended, from anywhere."""

ISOLATED_LOOP: Route = (Place.WORKER_LOOP,) * _COUNT
"""The loop of an `IsolatedAsyncioTestCase`, from anywhere."""

SCHEDULED = IN_LOOP
"""A task, gather, wait_for: runs in the loop that runs here."""
