"""SARIF 2.1.0, for code scanning and other tools that collect results: one run with all rules and all findings.

The chain of a finding is its code flow; what says why the test is transactional stands among the related locations.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from isolint import __version__
from isolint.check.report import FileReport, Location, PlacedFinding
from isolint.cli.output.findings import fingerprints, ordered, shown
from isolint.cli.paths import ShowPath
from isolint.rules import registry

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/isolint/isolint"
_LEVELS = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation", "hint": "recommendation"}


def render(reports: Sequence[FileReport], show: ShowPath, *, show_info: bool) -> str:
    """The whole log; `show` gives paths relative to the checkout."""
    rules = registry.rules()
    index = {rule.code: number for number, rule in enumerate(rules)}
    findings = shown(ordered(reports, show), show_info=show_info)
    driver = {
        "name": "isolint",
        "version": __version__,
        "informationUri": _HOME,
        "rules": [_rule(rule) for rule in rules],
    }
    results = [
        _result(finding, index[finding.code], fingerprint, show)
        for finding, fingerprint in zip(findings, fingerprints(findings, show), strict=True)
    ]
    # Columns are counted as in all our output; SARIF would take them for UTF-16 code units.
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: registry.Rule) -> dict[str, Any]:
    markdown = registry.markdown(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": registry.page(rule).headline},
        "help": {"text": markdown, "markdown": markdown},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS[rule.default_severity]},
        "properties": {"tags": ["tests", "django"], "problem.severity": _PROBLEMS[rule.default_severity]},
    }


def _result(finding: PlacedFinding, rule: int, fingerprint: str, show: ShowPath) -> dict[str, Any]:
    where: dict[str, Any] = _physical(finding.location, show)
    if finding.test is not None:
        where["logicalLocations"] = [{"fullyQualifiedName": finding.test, "kind": "function"}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [where],
        "partialFingerprints": {"isolint/v1": fingerprint},
    }
    placed = [item for item in finding.related if item.location.path]
    around = [item for item in placed if item.role != "chain"]
    if around:
        result["relatedLocations"] = [
            {"id": number, **_physical(item.location, show), "message": {"text": item.message}}
            for number, item in enumerate(around, 1)
        ]
    chain = [(finding.location, finding.message), *((i.location, i.message) for i in placed if i.role == "chain")]
    if len(chain) > 1:
        steps = [{"location": {**_physical(at, show), "message": {"text": text}}} for at, text in chain]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    known = {
        "name": finding.name,
        "confidence": finding.confidence,
        "effect": finding.effect,
        "place": finding.place,
        "tests": list(finding.tests) or None,
        "fix": finding.fix.applicability if finding.fix is not None else None,
    }
    result["properties"] = {name: value for name, value in known.items() if value is not None}
    return result


def _physical(location: Location, show: ShowPath) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(show(location.path))}
    if location.line > 0:
        region = {"startLine": location.line, "startColumn": location.column}
        if (location.end_line, location.end_column) > (location.line, location.column):
            region |= {"endLine": location.end_line, "endColumn": location.end_column}
        physical["region"] = region
    return {"physicalLocation": physical}


def _artifact(path: str) -> dict[str, str]:
    if PurePath(path).is_absolute():
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(path.encode("utf-8", "surrogateescape")), "uriBaseId": "%SRCROOT%"}
