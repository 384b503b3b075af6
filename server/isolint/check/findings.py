"""All findings of one test, or of what pytest drops: shown to every rule about it. Nothing is selected or placed
here."""

from __future__ import annotations

from dataclasses import replace

from isolint.catalog.rows import rule_of
from isolint.fixes import inside, rebridge, to_sync
from isolint.fixes.fixture import leaking
from isolint.fixes.together import fixture_plan
from isolint.names.symbols import FunctionRef, Site
from isolint.placement.functions import find
from isolint.placement.inputs import TABLE
from isolint.placement.shapes import Escape
from isolint.placement.trace import trace
from isolint.pytest_model.collect import dropped_of
from isolint.pytest_model.database import database
from isolint.pytest_model.runners import runner
from isolint.pytest_model.shapes import TestItem
from isolint.rules.finding import Finding, FixSummary
from isolint.rules.registry import modules
from isolint.rules.subject import Subject
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

CURED = frozenset({"ISO101", "ISO102", "ISO103", "ISO104"})
"""The rules whose findings in a test go when the test becomes a sync test."""

FIXTURES = "ISO106"
LOOPS = "ISO105"
DROPPED = "ISO203"
"""The rules with a fix of their own: of a fixture, of a loop that is started by hand, of a test that is dropped."""


def _subject(store: Store, item: TestItem) -> Subject:
    found = trace(store, item)
    rows = store.get(TABLE, "")
    escapes: tuple[Escape, ...] = (*found.escapes, *found.flush)
    codes = {e.row: rule_of(rows.get(e.row)) or "ISO101" for e in escapes}
    targets = {s.target for e in escapes for s in e.via if s.target is not None}
    names = {ref: site for ref in targets if (site := name_site(store, ref)) is not None}
    return Subject(item, runner(store, item.id), database(store, item.id), found, codes, names)


subject: Query[TestItem, Subject] = Query("subject", _subject)
"""A test with its Trace, as the rules see it."""


def name_site(store: Store, ref: FunctionRef) -> Site | None:
    """Where the name of a function stands."""
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function):
        return None
    return Site(ref.path, ref.chunk, *found.node.name_span)


def _findings(store: Store, item: TestItem) -> tuple[Finding, ...]:
    seen = subject(store, item)
    found = [finding for module in modules("test") for finding in module.findings(seen)]
    fixes = [_fix(store, item, one) for one in found]
    return tuple(one if fix is None else replace(one, fix=fix) for one, fix in zip(found, fixes, strict=True))


def _fix(store: Store, item: TestItem, finding: Finding) -> FixSummary | None:
    """What can be done about a finding of a test."""
    code = finding.instead_of or finding.code
    if code in CURED:
        plan = to_sync.plan(store, item)
    elif code == LOOPS:
        plan = rebridge.plan(store, item, finding.site.start)
    elif code == FIXTURES:
        ref = fixture_at(store, item, finding.site)
        if ref is None:
            return None
        plan = fixture_plan(store, (item, ref))
    else:
        return None
    return FixSummary(plan.applicability, plan.title, plan.reason)


def fixture_at(store: Store, item: TestItem, site: Site) -> FunctionRef | None:
    """The leaking fixture of a test at whose name a finding stands."""
    return next((one.ref for one in leaking(store, item) if one.site == site), None)


findings: Query[TestItem, tuple[Finding, ...]] = Query("findings", _findings)
"""What all rules say about one test, nothing selected or suppressed yet."""


def _dropped(store: Store, path: str) -> tuple[Finding, ...]:
    items = dropped_of(store, path)
    found = []
    for module in modules("dropped"):
        for item in items:
            for one in module.findings(item):
                plan = inside.plan(store, item) if one.code == DROPPED else None
                fix = None if plan is None else FixSummary(plan.applicability, plan.title, plan.reason)
                found.append(one if fix is None else replace(one, fix=fix))
    return tuple(found)


dropped: Query[str, tuple[Finding, ...]] = Query("findings of dropped tests", _dropped)
"""What the rules say about the functions of a file that are named like tests and not collected. Key: its path."""
