"""What Channels does to the test's connection under a bridge, and the patch that keeps the connection for the test.

`database_sync_to_async` and consumers close old connections around each call, on the thread that does the call
(channels.db.DatabaseSyncToAsync.thread_handler, channels.consumer.AsyncConsumer.dispatch). Under `async_to_sync` that
is the test's thread and its one connection. With that function patched away the test is right on every database
(facts: threads, section 6). Nothing is decided here about what else stands in a test's way.
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.names.resolve import canonical, lookup
from isolint.placement.shapes import Escape, Step
from isolint.store.memo import Store

WEBSOCKETS = frozenset({"channels.testing.WebsocketCommunicator", "channels.testing.websocket.WebsocketCommunicator"})
"""The communicator that runs nothing but consumers: Django's own handler, which enters a context of its own and is not
brought back, answers HTTP alone (django.core.handlers.asgi.ASGIHandler.__call__)."""
UNSAFE = "Channels closes the test's connection after each of its calls, which must be patched away for the test"

PATCHED = '"channels.db.close_old_connections", lambda: None'
"""The arguments of `patch`: with a value of its own it gives the test no argument."""


def closing(escapes: Iterable[Escape], behind: int = 0) -> str:
    """The function of the project behind which Channels works in one of these escapes, "" for none. The first `behind`
    steps of each are taken away by the rewriting; so is a first step that is Channels' own hop."""
    for escape in escapes:
        for position, step in enumerate(escape.via):
            if position >= max(behind, 1) and step.row.startswith("channels."):
                return _inside(escape.via, position)
    return ""


def of_channels(escapes: Iterable[Escape], behind: int = 0) -> str:
    """Why these escapes do not become right by a bridge alone, "" where they do."""
    name = closing(escapes, behind)
    return f"{name} uses Channels, which closes the test's connection under async_to_sync" if name else ""


def patch(store: Store, path: str) -> str:
    """How the module may spell `unittest.mock.patch`: `patch` where that name is free or is the one, `mock.patch` where
    it imports `mock`, "" where it has no name for it."""
    found = {canonical(store, symbol) for symbol in lookup(store, (path, "patch"))}
    mock = {canonical(store, symbol) for symbol in lookup(store, (path, "mock"))}
    if found == {"unittest.mock.patch"} or (not found and mock != {"unittest.mock"}):
        return "patch"
    return "mock.patch" if mock == {"unittest.mock"} else ""


def _inside(via: tuple[Step, ...], position: int) -> str:
    return next((s.target.name for s in reversed(via[:position]) if s.target is not None), via[0].label)
