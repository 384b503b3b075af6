"""Applying fixes on a draft of the project: one, or all of a file, each proven before it is offered.

A fix counts only when the texts still parse and what it is for is not found any more, in any test that it is about; it
may change several files, and then all of them or none. What it does to a text is decided in `fixes`; the caller's files
are never touched here.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isolint.check.findings import CURED, DROPPED, FIXTURES, LOOPS, fixture_at
from isolint.check.findings import findings as findings_of
from isolint.check.report import Change, FileChanges, FixEdits, Offer, PlacedFinding, Unproven
from isolint.fixes import database_mark, fixture_to_sync, inside, rebridge, to_sync
from isolint.fixes.fixture import fixture_conversion, leaking
from isolint.fixes.together import asks_at_run_time, fixture_plan, fixture_title, part
from isolint.names.inputs import ANSWER
from isolint.names.symbols import FunctionRef
from isolint.pytest_model.collect import dropped_of
from isolint.pytest_model.database import database
from isolint.pytest_model.shapes import TestItem
from isolint.syntax.source import SourceFile
from isolint.text.edits import Composed, Edit, apply

if TYPE_CHECKING:
    from isolint.check.session import Session

FIXED = CURED | {FIXTURES, LOOPS, DROPPED}
"""The rules whose findings may have a fix."""
_GONE = "the finding is gone"
_UNPROVEN = "jedi is still asked about names in the result, and it cannot be proven before it has answered"


def fix(session: Session, path: str, finding: PlacedFinding | None) -> FixEdits | Unproven | str:
    """The edits for one finding of a file, or why there are none (yet). None is a finding that was there before."""
    if finding is None:
        # With a part of the answers less may be known than without any: what it was about is asked about again.
        return Unproven(_GONE) if session.wanted() else _GONE
    offer = finding.fix
    if offer is None or finding.rule not in FIXED:
        return "there is no fix for this finding"
    if offer.applicability == "none":
        return offer.reason
    with _drafting(session, None) as draft:
        done = _apply(draft, path, finding, True)
        files = draft.changes(path)
    if draft.unproven:
        return Unproven(_UNPROVEN)
    if isinstance(done, str):
        return done
    return FixEdits(done.title, "unsafe" if done.unsafe else offer.applicability, files)


def fix_all(
    session: Session,
    path: str,
    unsafe: bool,
    within: Container[str] | None = None,
    below: str = "",
) -> FixEdits | Unproven | str:
    """The edits of every safe fix (or of unsafe ones too) of a file; `within`: of those that change no other files than
    these; `below`: of the tests in this class (its node id) alone."""
    if session.source_file(path) is None:
        return "the file cannot be read"
    reasons: dict[str, None] = {}
    tried: set[tuple[str, ...]] = set()
    done: list[_Done] = []
    with _drafting(session, within) as draft:
        while True:
            finding = _next(session, path, unsafe, tried, below)
            if finding is None:
                break
            result = _apply(draft, path, finding, unsafe)
            if isinstance(result, str):
                reasons[f"{_name(finding)}: {result}"] = None
            else:
                done.append(result)
        files = draft.changes(path)
    made: FixEdits | None = None
    if done and files:
        made = FixEdits(_title(done), "unsafe" if any(one.unsafe for one in done) else "safe", files)
    if draft.unproven:
        return Unproven(_UNPROVEN, made)
    return made or "; ".join(reasons) or "nothing to fix"


def _next(
    session: Session,
    path: str,
    unsafe: bool,
    tried: set[tuple[str, ...]],
    below: str,
) -> PlacedFinding | None:
    """The first finding with a fix that has not been tried. What stands for the same fix counts as one."""
    kinds = ("safe", "unsafe") if unsafe else ("safe",)
    for finding in session.findings(path).findings:
        if finding.rule not in FIXED or finding.fix is None or finding.fix.applicability not in kinds:
            continue
        if below and not (finding.test or "").startswith(f"{below}::"):
            continue
        name = ("test", finding.test or "") if finding.rule in CURED else (finding.rule, finding.key)
        if name not in tried:
            tried.add(name)
            return finding
    return None


def _name(finding: PlacedFinding) -> str:
    if finding.test is None:
        return f"fixture {finding.cause_name}"
    return finding.test.rpartition("::")[2]


def _title(done: list[_Done]) -> str:
    if len(done) == 1:
        return done[0].title
    tests = sum(one.tests for one in done)
    return f"Convert {tests} test{'s' if tests != 1 else ''} to sync"


# --- the draft -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Done:
    """A fix that was applied: what it is called, whether a person must look at it, how many tests it changed."""

    title: str
    unsafe: bool
    tests: int = 1


@dataclass(slots=True)
class _Draft:
    """The session's view of some files, changed for a while. `within`: no other file may be changed. `judged`: the
    tests (by node id, the file) that the fix at work is for. `unproven`: whether one was taken back since what it rests
    on may be another when jedi has answered."""

    session: Session
    within: Container[str] | None
    judged: dict[str, str] = field(default_factory=dict)
    unproven: bool = False
    before: dict[str, tuple[bytes | None, bytes]] = field(default_factory=dict)
    now: dict[str, tuple[bytes, Composed]] = field(default_factory=dict)

    def source(self, path: str) -> SourceFile | None:
        """A file as it is in the draft."""
        return self.session.source_file(path)

    def put(self, source: SourceFile, edits: tuple[Edit, ...]) -> str:
        """Change a file; why it cannot be."""
        path = source.path
        if self.within is not None and path not in self.within:
            shown = path.removeprefix(self.session.root.rstrip("/") + "/")
            return f"it would also change {shown}, which is not among the files to be fixed"
        self.before.setdefault(path, (self.session.buffer(path), source.text))
        known = self.now[path][1] if path in self.now else Composed.of(source.text)
        self.now[path] = (apply(source.text, edits), known.then(edits))
        self.session.set_buffer(path, self.now[path][0])
        after = self.source(path)
        return "" if after is not None and _flawed(after) <= _flawed(source) else "the result would not parse"

    @contextmanager
    def attempt(self) -> Iterator[list[str]]:
        """What is changed inside is taken back when a reason was put into the list."""
        kept = dict(self.now)
        reasons: list[str] = []
        yield reasons
        if reasons:
            for path, changed in self.now.items():
                if kept.get(path) != changed:
                    self.session.set_buffer(path, kept[path][0] if path in kept else self.before[path][1])
            self.now = kept

    def changes(self, first: str) -> tuple[FileChanges, ...]:
        """What differs, that of the file `first` in front."""
        made = []
        for path, (_, composed) in sorted(self.now.items()):
            edits = composed.edits(len(self.before[path][1]))
            made.append(FileChanges(path, tuple(Change(e.start, e.end, e.text.decode()) for e in edits)))
        return tuple(sorted((one for one in made if one.changes), key=lambda one: one.path != first))

    def restore(self) -> None:
        """The session sees what it saw before."""
        for path, (buffer, _) in self.before.items():
            self.session.set_buffer(path, buffer)


@contextmanager
def _drafting(session: Session, within: Container[str] | None) -> Iterator[_Draft]:
    draft = _Draft(session, within)
    try:
        yield draft
    finally:
        draft.restore()


def _flawed(source: SourceFile) -> int:
    return sum(chunk.flawed for chunk in source.chunks)


# --- one fix ---------------------------------------------------------------------------------------------------------


def _apply(draft: _Draft, path: str, finding: PlacedFinding, unsafe: bool) -> _Done | str:
    """Apply the fix of a finding to the draft; the reason when that does not cure it (nothing has changed then)."""
    draft.judged = {} if finding.test is None else {finding.test: path}
    with draft.attempt() as reasons:
        done = _applied(draft, path, finding, unsafe)
        if _is_open(draft):
            draft.unproven = True
            done = _UNPROVEN
        if isinstance(done, str):
            reasons.append(done)
    return done


def _is_open(draft: _Draft) -> bool:
    """Whether what is said of the tests that a fix is for, as the draft has them, rests on a name that nobody has
    explained yet: then it may be another with the answer, and less is said until then."""
    session = draft.session
    if not session.wanted():
        return False
    return any(
        session.store.peek(ANSWER, question) is None
        for test, path in draft.judged.items()
        if (item := _item(session, path, test)) is not None
        for question in session.store.inputs_of(ANSWER, findings_of, item)
    )


def _applied(draft: _Draft, path: str, finding: PlacedFinding, unsafe: bool) -> _Done | str:
    session = draft.session
    if finding.rule == DROPPED:
        return _moved_inside(draft, path, finding)
    if finding.rule == FIXTURES:
        for user in session.users([path]):
            for item in session.items(user):
                ref = _fixture_of(session, item, finding) if item.node_id in finding.tests else None
                if ref is not None:
                    return _together(draft, [(ref, item)], unsafe)
        return _GONE
    test = _item(session, path, finding.test)
    if test is None:
        return _GONE
    if finding.rule == LOOPS:
        return _rebridged(draft, path, test, finding)
    fixtures = [(one.ref, test) for one in leaking(session.store, test) if one.ref is not None]
    if fixtures:
        return _together(draft, fixtures, unsafe)
    plan = to_sync.plan(session.store, test)
    if plan.applicability == "unsafe" and not unsafe:
        return plan.reason
    reason = _convert(draft, path, test)
    return reason or _Done(plan.title, plan.applicability == "unsafe")


def _item(session: Session, path: str, test: str | None) -> TestItem | None:
    return next((i for i in session.items(path) if i.node_id == test), None)


def _fixture_of(session: Session, item: TestItem, finding: PlacedFinding) -> FunctionRef | None:
    for one in leaking(session.store, item):
        where = session.locate(one.site) if one.site is not None else None
        if where == finding.location:
            assert one.site is not None
            return fixture_at(session.store, item, one.site)
    return None


def _convert(draft: _Draft, path: str, item: TestItem) -> str:
    """Convert a test in the draft; why that cannot be done or does not cure it."""
    session = draft.session
    source = draft.source(path)
    assert source is not None
    edits = to_sync.edits(session.store, item, source, session.settings.fix_form)
    if isinstance(edits, str):
        return edits
    return draft.put(source, edits) or _left(session, path, item.node_id, CURED)


def _left(session: Session, path: str, test: str, codes: Container[str]) -> str:
    left = any(f.test == test and f.rule in codes for f in session.findings(path).findings)
    return "the converted test would still have findings" if left else ""


def _rebridged(draft: _Draft, path: str, item: TestItem, finding: PlacedFinding) -> _Done | str:
    session = draft.session
    source = draft.source(path)
    assert source is not None
    start = finding.location.start - source.start(item.ref.chunk)
    plan = rebridge.plan(session.store, item, start)
    edits = rebridge.edits(session.store, item, start, source, session.settings.fix_form)
    if isinstance(edits, str):
        return edits
    before = _count(session, path, finding)
    reason = draft.put(source, edits)
    if not reason and _count(session, path, finding) >= before:
        reason = "the call would still have a finding"
    return reason or _Done(plan.title, plan.applicability == "unsafe")


def _count(session: Session, path: str, finding: PlacedFinding) -> int:
    return sum(f.test == finding.test for f in session.findings(path).findings)


def _moved_inside(draft: _Draft, path: str, finding: PlacedFinding) -> _Done | str:
    session = draft.session
    source = draft.source(path)
    item = next((i for i in dropped_of(session.store, path) if i.node_id == finding.test), None)
    if item is None or source is None:
        return _GONE
    edits = inside.edits(session.store, item, source)
    if isinstance(edits, str):
        return edits
    reason = draft.put(source, edits) or _left(session, path, item.node_id, {DROPPED})
    return reason or _Done(inside.plan(session.store, item).title, True)


# --- fixtures and the tests that share them --------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """Fixtures that must be converted together, each with a test that gets it, and all tests that get one of them: by
    node id, the file."""

    fixtures: dict[FunctionRef, TestItem] = field(default_factory=dict)
    tests: dict[str, str] = field(default_factory=dict)
    unsafe: bool = False


def _group(session: Session, first: list[tuple[FunctionRef, TestItem]], unsafe: bool) -> _Group | str:
    """All that share fixtures with these, directly or by others that they share; or why they cannot be converted."""
    group = _Group()
    todo = list(first)
    while todo:
        ref, by = todo.pop()
        if ref in group.fixtures:
            continue
        group.fixtures[ref] = by
        steps = fixture_conversion(session.store, (by, ref))
        for path in session.users([ref.path]):
            session.elsewhere(path)  # which tests can leave home at all is found out for a whole file
            for item in session.items(path):
                refs = [one.ref for one in leaking(session.store, item) if one.ref is not None]
                if ref not in refs:
                    if asks_at_run_time(session.store, item, ref.name):
                        return f"{item.id.name} asks for {ref.name} while it runs"
                    continue
                group.tests[item.node_id] = path
                todo += [(other, item) for other in refs if other not in group.fixtures]
                plan = fixture_plan(session.store, (item, ref))
                if plan.applicability == "none" or (plan.applicability == "unsafe" and not unsafe):
                    return plan.reason
                group.unsafe = group.unsafe or plan.applicability == "unsafe"
                if fixture_conversion(session.store, (item, ref)) != steps:
                    return f"what fixture {ref.name} does depends on the test that requests it"
    return group


def _together(draft: _Draft, first: list[tuple[FunctionRef, TestItem]], unsafe: bool) -> _Done | str:
    """Convert fixtures, and every test whose work must come home with them."""
    session = draft.session
    group = _group(session, first, unsafe)
    if isinstance(group, str):
        return group
    draft.judged |= group.tests
    for ref, item in group.fixtures.items():
        reason = _convert_fixture(draft, ref, item)
        if reason:
            return f"fixture {ref.name}: {reason}"
    converted = 0
    for test, path in group.tests.items():
        item_ = _item(session, path, test)
        own = None if item_ is None else part(session.store, item_)
        if item_ is None or own is None or isinstance(own, str):
            return f"{test.rpartition('::')[2]}: {own or 'it is gone'}"
        if own.kind != "stays":
            converted += 1
            reason = _convert(draft, path, item_) if own.kind == "test" else _bridge_all(draft, path, item_)
            if reason:
                return f"{test.rpartition('::')[2]}: {reason}"
    for test, path in group.tests.items():
        item_ = _item(session, path, test)
        if item_ is None or leaking(session.store, item_) or _left(session, path, test, CURED | {LOOPS}):
            return f"{test.rpartition('::')[2]} would still work on another connection"
    names = [ref.name for ref in group.fixtures]
    if len(names) == 1:
        return _Done(fixture_title(names[0]), group.unsafe, converted)
    return _Done(f"Convert fixtures {', '.join(names)}, and the tests that need them, to sync", group.unsafe, converted)


def _convert_fixture(draft: _Draft, ref: FunctionRef, item: TestItem) -> str:
    session = draft.session
    source = draft.source(ref.path)
    found = fixture_conversion(session.store, (item, ref))
    if isinstance(found, str) or source is None:
        return found if isinstance(found, str) else "its file cannot be read"
    edits = fixture_to_sync.edits(session.store, source, found)
    return edits if isinstance(edits, str) else draft.put(source, edits)


def _bridge_all(draft: _Draft, path: str, item: TestItem) -> str:
    session = draft.session
    source = draft.source(path)
    assert source is not None
    edits = rebridge.edits(session.store, item, rebridge.ALL, source, session.settings.fix_form)
    return edits if isinstance(edits, str) else draft.put(source, edits)


# --- what else can be done -------------------------------------------------------------------------------------------


def offers(session: Session, item: TestItem) -> tuple[Offer, ...]:
    """What can be done with a test beside fixing what was found in it."""
    found = []
    if database_mark.can_flush(session.store, item):
        found.append(Offer("transaction", database_mark.transaction_title(item)))
    if database_mark.is_unused(session.store, item):
        found.append(Offer("unused-mark", database_mark.unused_title()))
    return tuple(found)


def offered(session: Session, path: str, test: str, kind: str) -> FixEdits | str:
    """The edits of one of those, or why there are none."""
    item, source = _item(session, path, test), session.source_file(path)
    if item is None or source is None:
        return "the test is gone"
    flushed = kind == "transaction"
    edits = (database_mark.transaction_edits if flushed else database_mark.unused_edits)(session.store, source, item)
    title = database_mark.transaction_title(item) if flushed else database_mark.unused_title()
    if isinstance(edits, str):
        return edits
    with _drafting(session, None) as draft:
        reason = draft.put(source, edits)
        after = _item(session, path, test)
        if not reason and flushed and (after is None or database(session.store, after.id).mode != "flush"):
            reason = "another mark or fixture would still count"
        files = draft.changes(path)
    return reason or FixEdits(title, "unsafe", files)
