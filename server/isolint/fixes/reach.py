"""What the code under test does that a bridge changes: found by following the names that a test's escapes lead through.

Only names that resolve to functions and classes of the project are followed. What is found is a doubt, not a verdict.
"""

from __future__ import annotations

from isolint.fixes.refusals import handles_database_errors
from isolint.fixes.walk import root, walk
from isolint.names.resolve import resolve
from isolint.names.symbols import FunctionRef, FunctionSymbol
from isolint.placement.functions import bound_names, find
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

Doubts = frozenset[tuple[str, str]]
"""Pairs of what is done ("on_commit", "close", "error") and the name of the function that does it."""

_WORDS = {"on_commit": "on_commit", "close_old_connections": "close"}


def _doubts(store: Store, ref: FunctionRef) -> Doubts:
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function):
        return frozenset()
    function = found.node
    local = bound_names(function)
    doubts: set[tuple[str, str]] = set()
    callees: dict[FunctionRef, None] = {}
    if handles_database_errors(store, ref, function):
        doubts.add(("error", ref.name))
    for node in walk(function):
        match node:
            case f.Call(func=f.Attribute(attr="close" | "close_all", value=f.Name(id="connection" | "connections"))):
                doubts.add(("close", ref.name))
            case f.Name(id=word) | f.Attribute(attr=word):
                if word in _WORDS:
                    doubts.add((_WORDS[word], ref.name))
                first = root(node)
                if first is None or first.id in local:
                    continue
                for symbol in resolve(store, ref.path, node):
                    if isinstance(symbol, FunctionSymbol):
                        callees[symbol.ref] = None
    for callee in callees:
        if callee != ref:
            doubts |= doubts_of(store, callee)
    return frozenset(doubts)


doubts_of: Query[FunctionRef, Doubts] = Query("doubts", _doubts, bottom=lambda _: frozenset())
"""What a project function, or one that it names, does to transactions and connections."""
