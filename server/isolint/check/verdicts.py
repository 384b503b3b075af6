"""The verdict of one test as it is shown: runner, mode, closure, place, reasons, with absolute places.

Only puts together what `pytest_model` and `placement` decided; the sentences are made here and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from isolint.catalog.places import Place as RunsAt
from isolint.check.findings import name_site, subject
from isolint.check.report import Leak, Location, RelatedPlace, TestVerdict
from isolint.names.symbols import Site
from isolint.placement.shapes import Escape
from isolint.pytest_model.closures import closure
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.shapes import FixtureDef, TestItem, Where
from isolint.rules.subject import Subject, chain, sentence
from isolint.store.memo import Store
from isolint.workspace.shapes import Place

Locate = Callable[[Site | Place], Location | None]

PLACES = {
    RunsAt.HOME: "the test's thread, on the test's connection",
    RunsAt.HOME_LOOP: "a loop bridged to the test's thread: thread-sensitive work comes back to the test's connection",
    RunsAt.WORKER_LOOP: "a bare event loop: thread-sensitive work goes to asgiref's worker thread, another connection",
    RunsAt.UNKNOWN: "not known",
    RunsAt.UNKNOWN_LOOP: "not known",
}


def verdict(store: Store, item: TestItem, locate: Locate, text: Callable[[Site], str]) -> TestVerdict | None:
    """The verdict of a test; None when its file changed under it."""
    seen = subject(store, item)
    name = locate(item.site)
    if name is None:
        return None
    cure = seen.trace.cure
    return TestVerdict(
        test=item.node_id,
        location=name,
        name=name,
        runner=seen.runner.kind,
        mode=seen.mode.mode,
        databases=seen.mode.databases,
        mode_reason=_related(seen.mode.reasons, "mode", locate),
        runner_reason=_related(((seen.runner.site, seen.runner.reason),), "runner", locate),
        marks=tuple(
            (mark.name, None if mark.arguments is None else text(mark.arguments), where)
            for mark in marks_of(store, item.id)
            # What may or may not be a mark of this test is a reason of the mode or the runner, never one of its marks.
            if mark.certain and mark.name != "parametrize" and (where := _place(mark.site, locate, name)) is not None
        ),
        fixtures=tuple(
            (fixture, tuple(d for d in (_definition(store, one, locate) for one in definitions) if d is not None))
            for fixture, definitions in closure(store, item.id).fixtures
        ),
        place="never runs" if seen.trace.place is None else PLACES.get(seen.trace.place, "another thread"),
        verdict=seen.trace.verdict,
        reasons=_reasons(seen, locate),
        cure=None if cure is None else _related(((cure.site, cure.sentence()),), "cure", locate)[0],
        leaks=tuple(_leak(seen, escape, locate) for escape in seen.trace.escapes),
    )


def _leak(seen: Subject, escape: Escape, locate: Locate) -> Leak:
    steps = [(locate(part.site), part) for part in chain(seen, escape)]
    placed = tuple(RelatedPlace(where, part.message, part.role) for where, part in steps if where is not None)
    return Leak(sentence(seen, escape), locate(escape.site), placed, escape.fixture)


def _place(site: Site | None, locate: Locate, otherwise: Location) -> Location | None:
    return otherwise if site is None else locate(site)


def _related(reasons: tuple[tuple[Where, str], ...], role: str, locate: Locate) -> tuple[RelatedPlace, ...]:
    found = []
    for site, message in reasons:
        where = None if site is None else locate(site)
        found.append(RelatedPlace(where or _NOWHERE, message, role))
    return tuple(found)


_NOWHERE = Location("", 0, 0, 0, 0, 0, 0)


def _definition(store: Store, definition: FixtureDef, locate: Locate) -> Location | None:
    if definition.ref is not None:
        site = name_site(store, definition.ref) or definition.site
        return None if site is None else locate(site)
    if definition.external is not None and definition.external.path:
        line = definition.external.line
        return Location(definition.external.path, 0, 0, line, 1, line, 1)
    return None if definition.site is None else locate(definition.site)


def _where(seen: Subject, site: Where, locate: Locate) -> str:
    where = None if site is None else locate(site)
    if where is None:
        return ""
    near = where.path == seen.item.id.path
    return f" (line {where.line})" if near else f" ({os.path.basename(where.path)}, line {where.line})"


def _reasons(seen: Subject, locate: Locate) -> tuple[str, ...]:
    trace = seen.trace
    # What stands at a fixture is in another place than the test, often in another file.
    reasons = [
        sentence(seen, escape) + (_where(seen, escape.site, locate) if escape.fixture is not None else "")
        for escape in trace.escapes
    ]
    for site, reason in trace.undecided:
        reasons.append(f"undecided: {reason}{_where(seen, site, locate)}")
    if trace.cure is not None and trace.cure.certain:
        reasons.append(f"cured: {trace.cure.sentence()}{_where(seen, trace.cure.site, locate)}")
    if reasons:
        return tuple(dict.fromkeys(reasons))
    if trace.verdict == "not-rollback":
        return (f"not in a transaction that is rolled back: {seen.mode.mode}",)
    if trace.place is None:
        return ("its body never runs",)
    return ("all database work that was found stays on the test's connection",)
