"""GitLab's Code Quality report: the part of Code Climate's format that GitLab reads."""

from __future__ import annotations

import json
from collections.abc import Sequence

from isolint.check.report import FileReport
from isolint.cli.output.findings import fingerprints, ordered, shown
from isolint.cli.paths import ShowPath

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info", "hint": "info"}


def render(reports: Sequence[FileReport], show: ShowPath, *, show_info: bool) -> str:
    """One array; `show` gives paths relative to the checkout, as GitLab wants them."""
    findings = shown(ordered(reports, show), show_info=show_info)
    issues = [
        {
            "description": f"{finding.code} {finding.message}",
            "check_name": finding.name,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": show(finding.location.path),
                "positions": {
                    "begin": {"line": finding.location.line, "column": finding.location.column},
                    "end": {"line": finding.location.end_line, "column": finding.location.end_column},
                },
                "lines": {"begin": finding.location.line, "end": finding.location.end_line},
            },
        }
        for finding, fingerprint in zip(findings, fingerprints(findings, show), strict=True)
    ]
    return json.dumps(issues, indent=2) + "\n"
