"""Annotations for GitHub Actions: workflow commands that put each finding beside its line in a pull request.

GitHub shows a limited number of them (ten errors and ten warnings a step), so that the first finding of each cause
comes before all others.
"""

from __future__ import annotations

from collections.abc import Sequence

from isolint.check.report import FileReport, PlacedFinding
from isolint.cli.output.findings import by_cause, explained, ordered, shown
from isolint.cli.paths import ShowPath

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice", "hint": "notice"}


def render(reports: Sequence[FileReport], show: ShowPath, *, show_info: bool) -> str:
    """A line for each finding; `show` gives paths relative to the checkout."""
    groups = by_cause(shown(ordered(reports, show), show_info=show_info))
    firsts = [group[0] for group in groups]
    others = [finding for group in groups for finding in group[1:]]
    return "".join(f"{_command(finding, show)}\n" for finding in (*firsts, *others))


def _command(finding: PlacedFinding, show: ShowPath) -> str:
    place = finding.location
    properties: dict[str, object] = {"title": f"{finding.name} ({finding.code})", "file": show(place.path)}
    properties |= {"line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:
        # Columns of two lines cannot be compared; GitHub drops an annotation that has them.
        properties |= {"col": place.column, "endColumn": place.end_column}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(explained(finding, show))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
