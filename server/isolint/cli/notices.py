"""What the user has to know besides findings: one line each, on stderr, each said once.

Problems of the configuration, the environment and unreadable files are told and the work goes on; those that make the
result untrustworthy are remembered for the exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from isolint.cli.paths import ShowPath
from isolint.cli.terminal import printable
from isolint.workspace.settings import EDITOR

if TYPE_CHECKING:
    from isolint.check.report import FileReport
    from isolint.cli.engine import Engine
    from isolint.workspace.shapes import Environment, Problem


class Notices:
    """Prints lines and remembers whether one of them means exit code 2 (`failed`). `quiet` leaves out mere notices."""

    def __init__(self, show: ShowPath, *, quiet: bool) -> None:
        self.failed = False
        self._show = show
        self._quiet = quiet
        self._said: set[str] = set()

    def of(self, engine: Engine, reports: Iterable[FileReport], failures: Mapping[str, str]) -> None:
        """All that an analysis has to say: no environment, problems by place, files that could not be analysed."""
        self._environment(engine.environment)
        self.problems(engine.problems)
        told = {(problem.path, problem.message) for problem in engine.problems}
        self.lines(
            f"{self._show(report.path)}: {message}"
            for report in reports
            for message in report.problems
            if (report.path, message) not in told
        )
        self.errors(f"{self._show(path)}: {failure}" for path, failure in failures.items())

    def problems(self, problems: Iterable[Problem]) -> None:
        """What is wrong in settings and configuration, each with its place."""
        for problem in problems:
            # What the engine calls an editor are our own arguments here, and a mistake in them is a usage error.
            given = problem.path == EDITOR
            path = "--config" if given else self._show(problem.path)
            place = f"{path}:{problem.line}" if problem.line else path
            self._say(f"{place}: {problem.message}" if place else problem.message, problem.fatal or given)

    def _environment(self, environment: Environment) -> None:
        if environment.prefix is None:
            places = ", ".join(environment.looked_for) or "nothing to look at"
            self._say(f"no Python environment found, so what installed packages do is unknown (looked for: {places})")

    def lines(self, lines: Iterable[str]) -> None:
        """Plain notices."""
        for line in lines:
            self._say(line)

    def errors(self, lines: Iterable[str]) -> None:
        """What makes this run a failure."""
        for line in lines:
            self._say(line, fatal=True)

    def _say(self, line: str, fatal: bool = False) -> None:
        self.failed = self.failed or fatal
        if line not in self._said and (fatal or not self._quiet):
            print(f"isolint: {printable(line)}", file=sys.stderr)
        self._said.add(line)
