"""What the user has to know besides findings: one line each, on stderr, each said once.

Problems of the configuration, the environment and unreadable files are told and the work goes on; those that make the
result untrustworthy are remembered for the exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from isolint.cli.paths import ShowPath
from isolint.cli.terminal import printable
from isolint.workspace.shapes import Environment, Problem


class Notices:
    """Prints lines and remembers whether one of them means exit code 2 (`failed`). `quiet` leaves out mere notices."""

    def __init__(self, show: ShowPath, *, quiet: bool) -> None:
        self.failed = False
        self._show = show
        self._quiet = quiet
        self._said: set[str] = set()

    def problems(self, problems: Iterable[Problem]) -> None:
        """`PATH:LINE: message` for each; the line is left out where the whole file is meant."""
        for problem in problems:
            line = f":{problem.line}" if problem.line else ""
            self._say(
                f"{self._show(problem.path)}{line}: {problem.message}" if problem.path else problem.message,
                problem.fatal,
            )

    def environment(self, environment: Environment) -> None:
        """When there is no Python environment: that, what it means, and where one was looked for."""
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
