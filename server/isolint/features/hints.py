"""Inlay hints: behind each expression whose work leaves the test's connection, that it does. No protocol here.

They say what was found, also where a comment or a setting turns the finding off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from isolint.catalog.places import Place
from isolint.check.findings import subject
from isolint.check.session import Session, never
from isolint.features.mentions import fixtures_in
from isolint.names.symbols import Site
from isolint.placement.queries import summary
from isolint.rules.subject import sentence

LABEL = "other connection"
_ELSEWHERE = frozenset({"worker", "pool"})


@dataclass(frozen=True, slots=True)
class Hint:
    """What to show at an offset (bytes), and what to say to who points at it."""

    offset: int
    label: str
    tooltip: str


def inlay_hints(
    session: Session, path: str, start: int, end: int, cancelled: Callable[[], bool] = never
) -> tuple[Hint, ...]:
    """The hints between two offsets, in order."""
    found: dict[int, dict[str, None]] = {}
    with session.looked_at(cancelled):
        for site, said in (*_of_tests(session, path), *_of_fixtures(session, path)):
            span = session.offsets(site) if site.path == path else None
            if span is not None and start <= span[1] <= end:
                found.setdefault(span[1], {})[said] = None
    return tuple(Hint(offset, LABEL, "\n".join(said)) for offset, said in sorted(found.items()))


def _of_tests(session: Session, path: str) -> Iterator[tuple[Site, str]]:
    waiting = session.wanted() > 0
    for seen in session.of_tests(subject, path):
        for escape in seen.trace.escapes:
            # What nobody can name yet may turn out to be no database work.
            if (
                escape.fixture is None
                and escape.place.thread in _ELSEWHERE
                and not (waiting and escape.kind == "unknown")
            ):
                yield escape.site, sentence(seen, escape)


def _of_fixtures(session: Session, path: str) -> Iterator[tuple[Site, str]]:
    for one in fixtures_in(session, path):
        if one.ref is None:
            continue
        entry = Place.WORKER_LOOP if one.is_async else Place.HOME
        for effect in summary(session.store, one.ref).effects:
            place = effect.route[entry]
            site = effect.via[0].site if effect.via else None
            if place is None or site is None or place.thread not in _ELSEWHERE or effect.kind == "unknown":
                continue
            verb = "writes" if effect.kind == "write" else "reads"
            what = f"{verb} {effect.model}" if effect.model else verb
            yield site, f"{one.name} {what} on another connection than the tests that request it"
