"""Which findings are shown: select and ignore, per-file ignores, severity; comments are for `suppressions`."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import replace

from isolint.rules.finding import Finding
from isolint.workspace.shapes import Settings


def selected(finding: Finding, path: str, root: str, settings: Settings) -> Finding | None:
    """The finding with the severity that the settings give it, or None when they turn it off."""
    if not is_selected(finding.code, finding.name, path, root, settings):
        return None
    severity = settings.severity.get(finding.name, settings.severity.get(finding.code))
    if severity is None or severity == "off" or (severity == "error" and is_lower(finding)):
        return finding
    return replace(finding, severity=severity)


def is_lower(finding: Finding) -> bool:
    """Whether a finding is no error though its rule's are."""
    return finding.lowered or finding.confidence == "likely"


def is_selected(code: str, name: str, path: str, root: str, settings: Settings) -> bool:
    """Whether a rule is on in a file. The longest matching prefix decides between select and ignore; a name or code is
    longer than any prefix of it."""
    take = max((how_exactly(code, name, s) for s in settings.select), default=-1)
    leave = max((how_exactly(code, name, s) for s in settings.ignore), default=-1)
    if take < 0 or leave >= take:
        return False
    relative = os.path.relpath(path, root)
    for pattern, names in settings.per_file_ignores:
        matches = fnmatch.fnmatch(relative, pattern) or fnmatch.fnmatch(os.path.basename(path), pattern)
        if matches and any(how_exactly(code, name, one) >= 0 for one in names):
            return False
    return settings.severity.get(name, settings.severity.get(code)) != "off"


def how_exactly(code: str, name: str, selector: str) -> int:
    """How exactly a selector names a rule; -1 when it does not."""
    if selector.upper() == "ALL":
        return 0
    if selector.lower().replace("_", "-") == name:
        return len(code) + 1
    return len(selector) if selector and code.startswith(selector.upper()) else -1
