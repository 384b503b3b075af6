"""What `Origin` resolved of the names that a verdict rests on: installed fixtures, and what the test and the project's
fixtures name outside of it, directly or through what they call.

Nothing is kept for it: the store knows what each value read, and is asked when somebody wants to see it. What is not
known was never read, and what was read without being known is among the reasons of the verdict.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeVar

from isolint.catalog.table import Table
from isolint.check.report import Resolved
from isolint.names.inputs import ANSWER
from isolint.names.origin import Definition, NameQuestion
from isolint.names.resolve import mro
from isolint.names.symbols import FunctionRef
from isolint.placement.inputs import TABLE
from isolint.placement.queries import summary
from isolint.pytest_model.closures import closure
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Query, Store

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def resolved(store: Store, item: TestItem) -> tuple[Resolved, ...]:
    """The installed names behind a test, each once: what is named, then the fixtures in the order of its closure."""
    fixtures: dict[Resolved, None] = {}
    functions: list[FunctionRef] = [item.runs]
    for _, definitions in closure(store, item.id).fixtures:
        for fixture in definitions:
            if fixture.external is not None:
                fixtures[_shown(fixture.external)] = None
            elif fixture.ref is not None:
                functions.append(fixture.ref)
    named = [one for ref in functions for one in _read_by(store, summary, ref)]
    named += _read_by(store, mro, item.cls) if item.cls is not None else []
    table = store.get(TABLE, "")
    others = {_shown(known): None for known in sorted(named, key=lambda each: each.canonical) if _matters(known, table)}
    return (*(each for each in others if each not in fixtures), *fixtures)


def _read_by(store: Store, query: Query[K, V], key: K) -> Iterator[Definition]:
    """What was resolved for a value, if anybody needed that value."""
    if store.is_stale(query, key):
        return
    for question in store.inputs_of(ANSWER, query, key):
        answer = store.peek(ANSWER, question)
        if isinstance(question, NameQuestion) and answer is not None and answer.found is not None:
            yield answer.found


def _matters(known: Definition, table: Table) -> bool:
    """Modules are only the way to a name; of Python's own names those count that the catalogue has something to say
    of."""
    if known.kind in ("module", "unknown"):
        return False
    return bool(known.distribution) or any(table.get(name) is not None for name in (known.canonical, *known.mro))


def _shown(known: Definition) -> Resolved:
    return Resolved(known.canonical, known.distribution, known.version)


__all__ = ["resolved"]
