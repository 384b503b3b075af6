"""Hover: what isolint knows of the test whose name is pointed at, as Markdown. No analysis and no protocol here."""

from __future__ import annotations

import os

from isolint.check.report import RelatedPlace, TestVerdict
from isolint.check.session import Session

_VERDICTS = {
    "leaks": "**leaks**: database work leaves the test's transaction",
    "safe": "**safe**: all database work is rolled back",
    "undecided": "**undecided**",
    "not-rollback": "not rolled back",
}


def hover(session: Session, path: str, offset: int) -> tuple[str, int, int] | None:
    """Markdown and the span (bytes) it is about, when `offset` is on the name of a test; None elsewhere."""
    for item in session.items(path):
        name = session.locate(item.site)
        if name is not None and name.path == path and name.start <= offset <= name.end:
            verdict = session.verdict(item)
            if verdict is not None:
                return describe(verdict, session.root), name.start, name.end
    return None


def describe(verdict: TestVerdict, root: str) -> str:
    """Runner, database mode and why, place and verdict of a test, as Markdown."""
    databases = f" of {', '.join(verdict.databases)}" if verdict.databases else ""
    lines = [
        f"**{verdict.test.rpartition('::')[2]}** · isolint",
        "",
        f"- verdict: {_VERDICTS[verdict.verdict]}",
        f"- runner: `{verdict.runner}`{_because(verdict.runner_reason, root)}",
        f"- database: `{verdict.mode}`{databases}{_because(verdict.mode_reason, root)}",
        f"- place: {verdict.place}",
    ]
    if verdict.reasons:
        lines += ["", *(f"> {reason}  " for reason in verdict.reasons[:8])]
        if len(verdict.reasons) > 8:
            lines.append(f"> and {len(verdict.reasons) - 8} more")
    return "\n".join(lines)


def _because(places: tuple[RelatedPlace, ...], root: str) -> str:
    parts = []
    for place in places[:3]:
        where = place.location
        at = f", {os.path.relpath(where.path, root)}:{where.line}" if where.path else ""
        parts.append(f"{place.message}{at}")
    return f" ({'; '.join(parts)})" if parts else ""
