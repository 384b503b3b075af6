"""Makes suppression comments: where they go, what they say, and where none can stand.

The other half of `suppressions`, which reads them. What is there is added to: names to a list of names, codes to a list
of codes; else a comment of our own stands behind all others. Nothing but comments changes, and no line is added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from isolint.check.report import Change, PlacedFinding
from isolint.check.suppressions import directives_of
from isolint.syntax.comments import takes_comment
from isolint.syntax.source import SourceFile

_UNUSED = "ISO901"


@dataclass(frozen=True, slots=True)
class Ignored:
    """The edits, sorted and disjoint, that turn findings off; and the findings for which no comment can be written."""

    changes: tuple[Change, ...]
    left: tuple[PlacedFinding, ...]


def ignore(source: SourceFile, findings: Iterable[PlacedFinding]) -> Ignored:
    """The comments that turn off these findings of a file, one a line."""
    wanted: dict[int, dict[PlacedFinding, None]] = {}
    left = []
    for finding in findings:
        line = _line(source, finding)
        if line is None:
            left.append(finding)
        else:
            wanted.setdefault(line, {})[finding] = None
    return Ignored(tuple(_change(source, line, list(wanted[line])) for line in sorted(wanted)), tuple(left))


def _line(source: SourceFile, finding: PlacedFinding) -> int | None:
    """The line (from 0) that takes the comment: the one on which the finding begins, else the one on which it ends."""
    if finding.code == _UNUSED:
        return None  # a comment about a comment: that one is to be taken away
    begins, ends = finding.location.line - 1, finding.location.end_line - 1
    return next((line for line in dict.fromkeys((begins, ends)) if _takes(source, line)), None)


def _takes(source: SourceFile, line: int) -> bool:
    at = source.lines.content_end(line)
    chunk = source.chunk_at(max(at - 1, 0))
    if chunk is None or chunk.broken:  # nobody can tell what is inside an open string
        return False
    return takes_comment(source.source(chunk.key), at - source.start(chunk.key))


def _change(source: SourceFile, line: int, findings: list[PlacedFinding]) -> Change:
    written = directives_of(source, [line])
    names = ", ".join(dict.fromkeys(finding.name for finding in findings))
    for one in written:
        if one.ours and one.names is not None:
            # An empty list ends with its bracket.
            at = one.places[-1][1] if one.places else one.end - 1
            return Change(at, at, f", {names}" if one.places else names)
    for one in written:
        if not one.ours and one.places:
            at = one.places[-1][1]
            return Change(at, at, "".join(f", {code}" for code in dict.fromkeys(f.code for f in findings)))
    at = source.lines.content_end(line)
    text = source.text[source.lines.start(line) : at]
    blanks = len(text) - len(text.rstrip(b" "))
    gap = "" if text.endswith(b"\t") else "  "[min(blanks, 2) :]
    return Change(at, at, f"{gap}# isolint: ignore[{names}]")
