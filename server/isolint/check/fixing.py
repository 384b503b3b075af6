"""Applying fixes on a snapshot: one test or all of a file, each proven before it is offered.

A conversion counts only when the text still parses and the test has no finding of a kind that the fix cures any more.
What a fix does to the text is decided in `fixes`; the caller's file is never touched here.
"""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from isolint.check.findings import CURED
from isolint.check.report import Change, FileChanges, FixEdits
from isolint.fixes import to_sync
from isolint.pytest_model.shapes import TestItem
from isolint.syntax.source import SourceFile
from isolint.text.edits import apply

if TYPE_CHECKING:
    from isolint.check.session import Session


def fix(session: Session, path: str, item: TestItem) -> FixEdits | str:
    """The edits that convert one test, or why there are none."""
    plan = to_sync.plan(session.store, item)
    if plan.applicability == "none":
        return plan.reason
    before = session.source_file(path)
    if before is None:
        return "the file cannot be read"
    with _restored(session, path):
        reason = _convert(session, path, item)
        after = session.source_file(path)
    if reason or after is None:
        return reason or "the file cannot be read"
    return FixEdits(plan.title, plan.applicability, (FileChanges(path, changes(before.text, after.text)),))


def fix_all(session: Session, path: str, unsafe: bool, within: Container[str] | None = None) -> FixEdits | str:  # noqa: ARG001
    """The edits that convert every test of a file that has a shown finding and a safe fix (or an unsafe one too)."""
    before = session.source_file(path)
    if before is None:
        return "the file cannot be read"
    wanted = {"safe", "unsafe"} if unsafe else {"safe"}
    used, reasons, tried, converted = set(), [], set(), 0
    with _restored(session, path):
        while True:
            shown = {f.test for f in session.findings(path).findings if f.code in CURED}
            item = next((i for i in session.items(path) if i.node_id in shown and i.node_id not in tried), None)
            if item is None:
                break
            tried.add(item.node_id)
            plan = to_sync.plan(session.store, item)
            reason = plan.reason if plan.applicability not in wanted else _convert(session, path, item)
            if reason:
                reasons.append(f"{item.id.name}: {reason}")
            else:
                converted += 1
                used.add(plan.applicability)
        after = session.source_file(path)
    if not converted or after is None:
        return "; ".join(reasons) or "nothing to fix"
    title = "Convert 1 test to a sync test" if converted == 1 else f"Convert {converted} tests to sync tests"
    made = FileChanges(path, changes(before.text, after.text))
    return FixEdits(title, "unsafe" if "unsafe" in used else "safe", (made,))


def _convert(session: Session, path: str, item: TestItem) -> str:
    """Convert a test in the session's view of the file; the reason when that does not cure it (nothing changed
    then)."""
    source = session.source_file(path)
    assert source is not None
    edits = to_sync.edits(session.store, item, source, session.settings.fix_form)
    if isinstance(edits, str):
        return edits
    session.set_buffer(path, apply(source.text, edits))
    after = session.source_file(path)
    left = [f for f in session.findings(path).findings if f.test == item.node_id and f.code in CURED]
    if after is not None and not left and _flawed(after) <= _flawed(source):
        return ""
    session.set_buffer(path, source.text)
    return "the converted test would still have findings" if left else "the converted test would not parse"


def _flawed(source: SourceFile) -> int:
    return sum(chunk.flawed for chunk in source.chunks)


@contextmanager
def _restored(session: Session, path: str) -> Iterator[None]:
    """The session's view of a file is afterwards what it was."""
    buffer = session.buffer(path)
    try:
        yield
    finally:
        session.set_buffer(path, buffer)


def changes(before: bytes, after: bytes) -> tuple[Change, ...]:
    """The lines that differ, as minimal replacements: disjoint and in order."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    found = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(Change(starts[a], starts[b], b"".join(new[c:d]).decode("utf-8")))
    return tuple(found)
