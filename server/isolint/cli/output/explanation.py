"""The text of `explain`: everything isolint believes about a test, each belief with the place that it comes from.

From verdicts to lines; which tests are meant is for the command to find out.
"""

from __future__ import annotations

from collections.abc import Sequence

from isolint.check.report import PlacedFinding, RelatedPlace, TestVerdict
from isolint.cli.output.text import Page, block, location_text, row, runner_lines
from isolint.cli.terminal import printable

_VERDICTS = {
    "leaks": "leaks: database work leaves the test's transaction",
    "safe": "safe: all database work is rolled back",
    "undecided": "undecided",
    "not-rollback": "not judged: the test does not rely on a rollback",
}


def explain(test: TestVerdict, findings: Sequence[PlacedFinding], page: Page) -> str:
    """The text about one test and its findings; ends with a newline."""
    style = page.style
    paint = {"leaks": style.bad, "safe": style.good, "undecided": style.doubtful}.get(test.verdict, style.dim)
    lines = [f"{style.bold(printable(test.test))} ({location_text(test.name, page)})"]
    lines += row("verdict", [paint(_VERDICTS.get(test.verdict, test.verdict))], page)
    lines += row("because", [printable(reason) for reason in test.reasons], page)
    lines += row("cure", [_cure(test.cure, page)] if test.cure else [], page)
    lines += row("runner", runner_lines(test, page), page)
    lines += row("database", _database(test, page), page)
    lines += row("place", [printable(test.place)] if test.place else [], page)
    lines += row("marks", [_mark(name, args, location_text(at, page)) for name, args, at in test.marks], page)
    lines += row("fixtures", _fixtures(test, page), page)
    for finding in findings:
        lines += ["", *(f"   {line}".rstrip() for line in block([finding], {}, page, context=False))]
    return "\n".join(lines) + "\n"


def _cure(cure: RelatedPlace, page: Page) -> str:
    place = f", {location_text(cure.location, page)}" if cure.location.path else ""
    return f"{printable(cure.message)}{place}"


def _database(test: TestVerdict, page: Page) -> list[str]:
    of = f" of {', '.join(test.databases)}" if test.databases and test.mode in ("rollback", "flush") else ""
    head = f"{test.mode}{of}"
    places = [f"{printable(item.message)}, {location_text(item.location, page)}" for item in test.mode_reason]
    return [f"{head}: {places[0]}", *places[1:]] if places else [head]


def _mark(name: str, args: str | None, place: str) -> str:
    return f"{printable(name)}({printable(args)}), {place}" if args else f"{printable(name)}, {place}"


def _fixtures(test: TestVerdict, page: Page) -> list[str]:
    width = max((len(name) for name, _ in test.fixtures), default=0)
    lines = []
    for name, definitions in test.fixtures:
        # The closest definition is the one that runs; what it overrides comes behind it.
        nearest, *overridden = [location_text(at, page) for at in reversed(definitions)] or [
            "defined nowhere we can see"
        ]
        line = f"{printable(name):<{width}}  {nearest}"
        lines.append(f"{line}, overrides {', '.join(overridden)}" if overridden else line)
    return lines
