"""Code lenses: above each test that uses the database, what becomes of its rows. No protocol here.

How many tests one that leaks may disturb is worked out when its lens comes into sight: those that query a model whose
rows it leaves, in files that name the model. Which rows a query matches is not looked at: hence "may".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from isolint.check.session import Session, never
from isolint.placement.queries import summary
from isolint.placement.trace import trace
from isolint.pytest_model.closures import closure
from isolint.pytest_model.database import database
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Query, Store

_TITLES = {
    "safe": "rolls back",
    "undecided": "undecided",
    "flush": "flushes the database",
    "unprotected": "neither rolled back nor flushed",
}


@dataclass(frozen=True, slots=True)
class Lens:
    """What to say of the test whose name stands from `start` to `end` (bytes); of one that leaks that is still to be
    worked out: see `pollution`."""

    test: str
    start: int
    end: int
    title: str | None


def _title(store: Store, item: TestItem) -> str | None:
    mode = database(store, item.id).mode
    if mode != "rollback":
        return _TITLES.get(mode, "")
    verdict = trace(store, item).verdict
    return None if verdict == "leaks" else _TITLES.get(verdict, "")


title: Query[TestItem, str | None] = Query("title of a lens", _title)
"""What is said of a test: None for one that leaks, "" for one of which nothing is."""


def code_lenses(session: Session, path: str, cancelled: Callable[[], bool] = never) -> tuple[Lens, ...]:
    """The lenses of a file, in order."""
    found = []
    with session.looked_at(cancelled):
        for item, said in zip(session.tests(path), session.of_tests(title, path), strict=True):
            span = session.offsets(item.site) if said != "" and item.site.path == path else None
            if span is not None:
                found.append(Lens(item.node_id, *span, said))
    return tuple(sorted(found, key=lambda lens: lens.start))


def pollution(session: Session, path: str, test: str, cancelled: Callable[[], bool] = never) -> str:
    """The title for a test that leaks: how many other tests query a model whose rows it leaves; "" when it is gone."""
    with session.looked_at(cancelled) as store:
        item = next((one for one in session.tests(path) if one.node_id == test), None)
        escapes = () if item is None else trace(store, item).escapes
        if item is None or not escapes:
            return ""
        written = [escape.model for escape in escapes if escape.kind == "write"]
        if not written:
            return "reads on another connection" if all(e.kind == "read" for e in escapes) else "leaks"
        models = {model for model in written if model is not None}
        count = sum(1 for _ in _readers(session, models, item)) if models else 0
        if not count:
            return "leaves rows behind"
        return f"may pollute {count:,} {'test' if count == 1 else 'tests'}"


def _readers(session: Session, models: set[str], polluter: TestItem) -> Iterator[TestItem]:
    """The other tests that query one of these models."""
    names = sorted(model.rpartition(".")[2] for model in models)
    for path in session.search.files_with(*names, among=session.listing.tests):
        for item in session.tests(path):
            if item.id != polluter.id and not models.isdisjoint(_read(session, item)):
                yield item


def _read(session: Session, item: TestItem) -> set[str]:
    """The models that a test, or a fixture of it, queries."""
    refs = [item.ref, *(one.ref for one in closure(session.store, item.id).used if one.ref is not None)]
    effects = (effect for ref in refs for effect in summary(session.store, ref).effects)
    return {effect.model for effect in effects if effect.kind == "read" and effect.model is not None}
