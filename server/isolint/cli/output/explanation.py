"""The text of `explain`: everything isolint believes about a test, each belief with the place that it comes from; of
many tests an overview.

From verdicts to lines; which tests are meant is for the command to find out.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Sequence

from isolint.check.report import Location, PlacedFinding, RelatedPlace, Resolved, TestVerdict
from isolint.cli.output.text import Page, block, chain_rows, counted, location_text, row, runner_lines
from isolint.cli.terminal import printable

_REASONS = 3
"""Lines about why a test leaks, or is undecided, in the overview."""

_VERDICTS = {
    "leaks": "leaks: database work leaves the test's transaction",
    "safe": "safe: all database work is rolled back",
    "undecided": "undecided",
    "not-rollback": "not judged: the test does not rely on a rollback",
}

_COUNTED: dict[str, str] = {
    "leaks": "leaking",
    "undecided": "undecided",
    "safe": "safe",
    "not-rollback": "not judged",
}


def explain(test: TestVerdict, findings: Sequence[PlacedFinding], page: Page, names: Sequence[Resolved] = ()) -> str:
    """The text about one test, its findings, and the installed names it rests on; ends with a newline."""
    lines = [f"{page.style.bold(printable(test.test))} ({location_text(test.name, page)})"]
    lines += row("verdict", [_paint(test, page)(_VERDICTS.get(test.verdict, test.verdict))], page)
    lines += row("because", [printable(reason) for reason in test.reasons], page)
    for leak in test.leaks:
        # Those of the test itself are told with its findings.
        lines += chain_rows(leak.chain, page) if leak.fixture is not None else []
    lines += row("cure", [_cure(test.cure, page)] if test.cure else [], page)
    lines += row("runner", runner_lines(test, page), page)
    lines += row("database", _database(test, page), page)
    lines += row("place", [printable(test.place)] if test.place else [], page)
    lines += row("marks", [_mark(name, args, location_text(at, page)) for name, args, at in test.marks], page)
    lines += row("fixtures", _fixtures(test, page), page)
    lines += row("resolved", _resolved(names), page)
    for finding in findings:
        lines += ["", *(f"   {line}".rstrip() for line in block([finding], {}, page, context=False))]
    return "\n".join(lines) + "\n"


def _cure(cure: RelatedPlace, page: Page) -> str:
    place = f", {location_text(cure.location, page)}" if cure.location.path else ""
    return f"{printable(cure.message)}{place}"


def overview(tests: Sequence[TestVerdict], page: Page) -> str:
    """A line for each test, by file, with the first reasons where something may be wrong; ends with a newline."""
    files: dict[str, list[TestVerdict]] = {}
    for test in tests:
        files.setdefault(test.test.partition("::")[0], []).append(test)
    blocks = []
    for path, inside in files.items():
        lines = [page.style.bold(printable(path))]
        width = max(len(str(test.name.line)) for test in inside)
        for test in inside:
            lines += _in_overview(test, width, page)
        blocks.append("\n".join(lines))
    counts: Counter[str] = Counter(test.verdict for test in tests)
    told = ", ".join(f"{counts[name]:,} {word}" for name, word in _COUNTED.items() if counts[name])
    example = next((t for t in tests if t.verdict in ("leaks", "undecided")), tests[0])
    more = f"isolint explain {shlex.quote(printable(example.test))} tells all about one test, --verbose about each."
    return "\n\n".join([*blocks, f"{counted(len(tests), 'test')}: {told}.\n{more}"]) + "\n"


def _in_overview(test: TestVerdict, width: int, page: Page) -> list[str]:
    word = f"{test.mode if test.verdict == 'not-rollback' else test.verdict:<11}"
    name = printable("::".join(test.test.split("::")[1:]))
    lines = [f"   {_paint(test, page)(word)} {test.name.line:>{width}}  {name}"]
    if test.verdict in ("leaks", "undecided"):
        reasons = [printable(reason) for reason in test.reasons]
        if len(reasons) > _REASONS:
            reasons = [*reasons[: _REASONS - 1], f"and {len(reasons) - _REASONS + 1:,} more reasons"]
        lines += [f"{'':>{width + 17}}{page.style.dim(reason)}" for reason in reasons]
    return lines


def _paint(test: TestVerdict, page: Page) -> Callable[[str], str]:
    style = page.style
    return {"leaks": style.bad, "safe": style.good, "undecided": style.doubtful}.get(test.verdict, style.dim)


def _database(test: TestVerdict, page: Page) -> list[str]:
    of = f" of {', '.join(test.databases)}" if test.databases and test.mode in ("rollback", "flush") else ""
    head = f"{test.mode}{of}"
    places = [f"{printable(item.message)}, {location_text(item.location, page)}" for item in test.mode_reason]
    return [f"{head}: {places[0]}", *places[1:]] if places else [head]


def _mark(name: str, args: str | None, place: str) -> str:
    return f"{printable(name)}({printable(args)}), {place}" if args else f"{printable(name)}, {place}"


def _fixtures(test: TestVerdict, page: Page) -> list[str]:
    # Plugins bring many that a test never asked for; their own ones, by convention, begin with an underscore.
    hidden = [
        name for name, definitions in test.fixtures if name.startswith("_") and all(map(_is_installed, definitions))
    ]
    told = [(name, definitions) for name, definitions in test.fixtures if name not in hidden]
    width = max((len(name) for name, _ in told), default=0)
    lines = []
    for name, definitions in told:
        # The closest definition is the one that runs; what it overrides comes behind it.
        nearest, *overridden = [_short_place(at, page) for at in reversed(definitions)] or [
            "defined nowhere we can see"
        ]
        line = f"{printable(name):<{width}}  {nearest}"
        lines.append(f"{line}, overrides {', '.join(overridden)}" if overridden else line)
    if hidden:
        lines.append(f"and {len(hidden):,} internal {'one' if len(hidden) == 1 else 'ones'} of plugins")
    return lines


def _resolved(names: Sequence[Resolved]) -> list[str]:
    # As with fixtures: what begins with an underscore is a plugin's own affair.
    told = [one for one in names if not one.canonical.rpartition(".")[2].startswith("_")]
    return [f"{'' if index else 'by jedi:':<8} {printable(one.sentence())}" for index, one in enumerate(told)]


def _is_installed(location: Location) -> bool:
    return _in_site(location) != location.path


def _in_site(location: Location) -> str:
    """The path of an installed module in its `site-packages`."""
    parts = re.split(r"[\\/](?:site|dist)-packages[\\/]", location.path)
    return parts[-1]


def _short_place(location: Location, page: Page) -> str:
    if _is_installed(location):
        return f"{printable(_in_site(location))}:{location.line}"
    return location_text(location, page)
