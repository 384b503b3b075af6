"""Which findings are shown: select and ignore, per-file ignores, severity, and suppression comments in the source."""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import replace

from isolint.rules.finding import Finding
from isolint.workspace.shapes import Settings

IGNORE = re.compile(rb"#\s*isolint:\s*ignore(?:\[([^\]]*)\])?", re.IGNORECASE)
"""A comment that turns findings off; its group are the names of the rules, None for all."""
NOQA = re.compile(rb"#\s*noqa(?::\s*([A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
"""The same as flake8 and ruff write it; its group are codes."""


def selected(finding: Finding, path: str, root: str, settings: Settings) -> Finding | None:
    """The finding with the severity that the settings give it, or None when they turn it off. The longest matching
    prefix decides between select and ignore; a name or code is longer than any prefix of it."""
    take = max((_length(finding, s) for s in settings.select), default=-1)
    leave = max((_length(finding, s) for s in settings.ignore), default=-1)
    if take < 0 or leave >= take:
        return None
    relative = os.path.relpath(path, root)
    for pattern, names in settings.per_file_ignores:
        matches = fnmatch.fnmatch(relative, pattern) or fnmatch.fnmatch(os.path.basename(path), pattern)
        if matches and any(_length(finding, name) >= 0 for name in names):
            return None
    severity = settings.severity.get(finding.name, settings.severity.get(finding.code))
    if severity == "off":
        return None
    if severity is None or (severity == "error" and finding.confidence == "likely"):
        return finding
    return replace(finding, severity=severity)


def _length(finding: Finding, selector: str) -> int:
    """How exactly a selector names the finding's rule; -1 when it does not."""
    if selector.upper() == "ALL":
        return 0
    if selector.lower().replace("_", "-") == finding.name:
        return len(finding.code) + 1
    return len(selector) if finding.code.startswith(selector.upper()) else -1


def comment_start(line: bytes) -> int | None:
    """Where the comment at the end of a line begins; 0 where a string that began above, or goes on below, makes it
    impossible to tell; None without one."""
    quote = b""
    at = 0
    while at < len(line):
        here = line[at : at + 1]
        if quote:
            if here == b"\\":
                at += 1
            elif line.startswith(quote, at):
                at += len(quote) - 1
                quote = b""
        elif here in (b'"', b"'"):
            quote = here * 3 if line.startswith(here * 3, at) else here
            at += len(quote) - 1
        elif here == b"#":
            return at
        at += 1
    return 0 if quote else None


def suppressed(finding: Finding, lines: tuple[bytes, ...]) -> bool:
    """Whether a comment on one of these lines (the first and the last of the finding) turns it off."""
    for whole in lines:
        if b"#" not in whole:
            continue
        begins = comment_start(whole)
        line = b"" if begins is None else whole[begins:]
        for found in IGNORE.finditer(line):
            names = found.group(1)
            if names is None or any(
                _length(finding, n.strip().decode("utf-8", "replace")) > 0 for n in names.split(b",")
            ):
                return True
        for found in NOQA.finditer(line):
            codes = found.group(1)
            if codes is None or finding.code in re.split(r"[,\s]+", codes.decode().upper()):
                return True
    return False
