"""What `async_to_sync` asks of the file and of the code that it runs: whether its name is free, and where a person must
look. No text, and nothing about which test or fixture it is for."""

from __future__ import annotations

from isolint.fixes.walk import root
from isolint.names.inputs import definition
from isolint.names.resolve import canonical, lookup, resolve
from isolint.names.symbols import FunctionSymbol
from isolint.placement.functions import bound_names
from isolint.placement.functions import find as find_function
from isolint.store.memo import Store
from isolint.syntax import facts as f

ASYNC_TO_SYNC = "asgiref.sync.async_to_sync"
PYTEST_FIXTURE = "pytest.fixture"


def unsafe_of(doubts: dict[str, str]) -> str:
    """What of the code under test a bridge changes, so that a person must look."""
    if "on_commit" in doubts:
        return (
            f"{doubts['on_commit']} uses transaction.on_commit: its callbacks do not run inside the test's transaction"
        )
    if "error" in doubts:
        name = doubts["error"]
        return f"{name} catches a database error without an atomic block: raised, it breaks the test's transaction"
    return ""


def unmarked(store: Store, path: str, function: f.Function, func: f.Expr) -> str:
    """Whether the bridged callable is a plain function that gives an awaitable: `async_to_sync` warns about that
    (asgiref.sync.AsyncToSync.__init__), and a warning may be an error in the project."""
    first = root(func)
    if first is None or first.id in bound_names(function):
        return ""
    for symbol in resolve(store, path, func):
        found = find_function(store, symbol.ref) if isinstance(symbol, FunctionSymbol) else None
        node = found.node if found is not None else None
        if isinstance(node, f.Function) and not node.is_async and not node.decorators:
            return f"{node.name} is not a coroutine function, and async_to_sync warns about that"
    return ""


def unanswered(store: Store) -> str:
    """Which name that a rewritten fixture is made with nobody has explained yet: what it then gives would not be known.
    Asking is how the answer comes to be there when the result is looked at."""
    return next((name for name in (PYTEST_FIXTURE, ASYNC_TO_SYNC) if definition(store, name) is None), "")


def may_bind(store: Store, path: str) -> bool:
    """Whether the module's name `async_to_sync` is free, or is asgiref's already."""
    return all(canonical(store, symbol) == ASYNC_TO_SYNC for symbol in lookup(store, (path, "async_to_sync")))
