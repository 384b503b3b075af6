"""`isolint explain`: tells for a test, a file or a folder why there is or is not a finding.

Finds the tests that the targets mean and prints them; it never fails because of what it finds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from isolint.cli import options, paths
from isolint.cli.engine import Opener, analyse, opened
from isolint.cli.errors import USAGE_EXIT, CommandError
from isolint.cli.notices import Notices
from isolint.cli.progress import Progress
from isolint.cli.terminal import printable, style_for

if TYPE_CHECKING:
    import argparse

    from isolint.check.report import FileReport, TestVerdict


MANY = 5
"""More tests than these are shown in an overview: everything about each fills screens."""


def run(arguments: argparse.Namespace, opener: Opener | None) -> int:
    """Explain, and return 0; 2 when a target does not exist or the engine failed."""
    overrides = options.overrides(arguments.config, None, None)
    cwd = os.getcwd()
    targets = [_split(target) for target in arguments.targets]
    absolute = paths.existing([path for path, _ in targets], cwd)
    with (
        opened(absolute, overrides, cache=not arguments.no_cache, jobs=arguments.jobs, opener=opener) as project,
        Progress() as progress,
    ):
        progress.start("Looking for tests", None)
        show = paths.relative_to(cwd, project.engine.root)
        files = project.engine.files(absolute)
        reports, failures = analyse(project, files, progress)
        progress.close()
        notices = Notices(show, quiet=False)
        notices.of(project.engine, reports.values(), failures)

        chosen: dict[str, tuple[TestVerdict, FileReport]] = {}
        for path, (given, name) in zip(absolute, targets, strict=True):
            below = [reports[file] for file in files if file in reports and paths.is_below(file, path)]
            found = [(test, report) for report in below for test in report.tests if name is None or _means(test, name)]
            if not found and name is not None:
                raise CommandError(f"no test {name!r} in {given}{_nearest(below, name)}")
            if not found:
                notices.lines([f"no tests in {given}"])
            chosen |= {test.test: (test, report) for test, report in found}
        if arguments.output_format == "json":
            from isolint.cli.output import json

            sys.stdout.write(json.render_tests([test for test, _ in chosen.values()], show))
        else:
            from isolint.cli.output.explanation import explain, overview
            from isolint.cli.output.text import Page, line_reader

            page = Page(show, style_for(sys.stdout), line_reader(project.engine.source))
            if len(chosen) > MANY and not arguments.verbose:
                sys.stdout.write(overview([test for test, _ in chosen.values()], page))
                return USAGE_EXIT if notices.failed else 0
            holders = dict.fromkeys(report.path for _, report in chosen.values())
            names = {test: found for file in holders for test, found in project.engine.resolved(file).items()}
            texts = [
                explain(
                    test,
                    [f for f in report.findings if test.test == f.test or test.test in f.tests],
                    page,
                    names.get(test.test, ()),
                )
                for test, report in chosen.values()
            ]
            sys.stdout.write("\n".join(texts))
        return USAGE_EXIT if notices.failed else 0


def _split(target: str) -> tuple[str, str | None]:
    path, separator, name = target.partition("::")
    # Parameters are one test for us; `test_a[x-1]` can be pasted from pytest's output all the same.
    return path, name.partition("[")[0] if separator else None


def _means(test: TestVerdict, name: str) -> bool:
    """Whether `name` is this test, its class, or the end of its node id."""
    parts = test.test.split("::")[1:]
    wanted = name.split("::")
    return parts[: len(wanted)] == wanted or parts[-len(wanted) :] == wanted


def _nearest(reports: Sequence[FileReport], name: str) -> str:
    import difflib

    names = ["::".join(test.test.split("::")[1:]) for report in reports for test in report.tests]
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {printable(near[0])}?" if near else ""
