"""The output formats of `check` by name, and the one place that knows which module writes which.

Each module is imported when its format is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolint.cli.output.text import Page, render
from isolint.cli.paths import ShowPath

if TYPE_CHECKING:
    from isolint.check.report import FileReport


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write: the format, whether infos and hints count, whether statistics are wanted instead of findings.

    `page` is for text; `checkout` shows paths relative to the repository's checkout, for the CI servers that want them
    so. `targets` are the paths as the user gave them; `quiet` leaves out the counts."""

    format: str
    page: Page
    checkout: ShowPath
    show_info: bool = False
    statistics: bool = False
    targets: Sequence[str] = (".",)
    quiet: bool = False


def rendered(reports: Sequence[FileReport], wanted: Wanted) -> str:
    """The whole output; ends with a newline, or is empty."""
    show, show_info = wanted.page.show, wanted.show_info
    if wanted.statistics:
        from isolint.cli.output import statistics

        if wanted.format == "json":
            return statistics.as_json(reports, show, show_info=show_info)
        return statistics.as_text(reports, show, wanted.page.style, show_info=show_info)
    match wanted.format:
        case "json":
            from isolint.cli.output import json

            return json.render_findings(reports, show)
        case "github":
            from isolint.cli.output import github

            return github.render(reports, wanted.checkout, show_info=show_info)
        case "gitlab":
            from isolint.cli.output import gitlab

            return gitlab.render(reports, wanted.checkout, show_info=show_info)
        case "sarif":
            from isolint.cli.output import sarif

            return sarif.render(reports, wanted.checkout, show_info=show_info)
        case "junit":
            from isolint.cli.output import junit

            return junit.render(reports, show, show_info=show_info)
    return render(reports, wanted.page, show_info=show_info, targets=wanted.targets, quiet=wanted.quiet)
