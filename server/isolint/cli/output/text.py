"""Findings for people: a block for each cause, then how many tests leak, are safe, are undecided.

From reports to text; what is printed where, and the exit code, are the commands' business. A block tells what escapes,
where, through which calls, and why the test is transactional, each with its place, so that nobody has to take our word.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from isolint.check.report import FileReport, Fix, Location, PlacedFinding, RelatedPlace, TestVerdict
from isolint.cli.output.excerpt import excerpt, split_lines
from isolint.cli.output.findings import SEEN_TO, by_cause, elided_chain, ordered
from isolint.cli.output.findings import shown as seen
from isolint.cli.paths import ShowPath
from isolint.cli.terminal import Style, cell_width, printable

SHOWN = 5
"""Tests or causes named before the rest is only counted; the JSON output has all of them."""

_INDENT = "   "
_LABEL = 11


@dataclass(frozen=True, slots=True)
class Page:
    """What the text needs besides the reports: how to show a path, how to colour, the lines of a file as analysed
    (see `line_reader`), and whether unsafe fixes would be applied."""

    show: ShowPath
    style: Style
    lines: Callable[[str], list[str]]
    unsafe: bool = False


def line_reader(source: Callable[[str], bytes]) -> Callable[[str], list[str]]:
    """Makes a file's lines of its UTF-8 text; a file whose text cannot be had (OSError) has none. The file asked for
    last is kept, since findings come file by file."""

    @lru_cache(maxsize=1)
    def lines(path: str) -> list[str]:
        try:
            return split_lines(source(path))
        except OSError:
            return []

    return lines


def render(reports: Sequence[FileReport], page: Page, *, show_info: bool, targets: Sequence[str], quiet: bool) -> str:
    """The whole text of `check`. `targets` are the paths as the user gave them. Ends with a newline, or is empty."""
    shown = seen(ordered(reports, page.show), show_info=show_info)
    verdicts = {verdict.test: verdict for report in reports for verdict in report.tests}
    blocks = ["\n".join(block(group, verdicts, page)) for group in by_cause(shown)]
    if not quiet:
        blocks.append(ending(reports, page, show_info=show_info, targets=targets))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def ending(reports: Sequence[FileReport], page: Page, *, show_info: bool, targets: Sequence[str]) -> str:
    """The causes that leak for several tests, and the counts of tests; no newline at the end."""
    shown = seen(ordered(reports, page.show), show_info=show_info)
    return "\n".join([*_causes(shown, reports, page), *_cures(reports, page), _counts(reports, page, targets)])


def block(
    group: Sequence[PlacedFinding], verdicts: dict[str, TestVerdict], page: Page, *, context: bool = True
) -> list[str]:
    """The lines that tell about one cause: its first finding in full, then the other places. Without `context` the
    rows about the test as a whole (mode, runner) are left out."""
    first = group[0]
    style = page.style
    place = f"{_path(first.location, page)}:{first.location.line}:{first.location.column}"
    doubt = ", likely" if first.confidence == "likely" else ""
    lines = [
        f"{style.bold(place)} {style.severity(first.severity, first.severity)} {first.name} ({first.code}{doubt})",
        _INDENT + printable(first.message),
    ]
    source = page.lines(first.location.path)
    lines += [_INDENT + line for line in excerpt(source, first.location, first.note, style, first.severity)]
    verdict = verdicts.get(first.test) if first.test else None
    if context:
        lines += _mode_rows(first, verdict, page)
        lines += _runner_rows(first, verdict, page)
    lines += row("fixture", [_with_place(item, page) for item in first.related if item.role == "fixture"], page)
    lines += chain_rows([item for item in first.related if item.role == "chain"], page)
    for role, name in SEEN_TO.items():
        lines += row(name, [_with_place(item, page) for item in first.related if item.role == role], page)
    lines += row("besides", [_with_place(item, page) for item in first.related if item.role == "besides"], page)
    lines += row("tests", _requesting_tests(first), page)
    lines += row("also", _other_places(group, page), page)
    lines += row("fix", _fix_rows(group, page), page)
    return lines


def row(label: str, values: Sequence[str], page: Page) -> list[str]:
    """A labelled row, continued on further lines: [] without values."""
    labels = [label, *[""] * (len(values) - 1)] if values else []
    return [
        f"{_INDENT}{page.style.dim(f'{name:<{_LABEL}}')}{value}".rstrip()
        for name, value in zip(labels, values, strict=True)
    ]


def location_text(location: Location, page: Page) -> str:
    """`path:line`, as every place in the text is written."""
    if not location.path:
        return "no place in particular"
    return f"{_path(location, page)}:{location.line}"


def counted(number: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def elided(names: Sequence[str]) -> str:
    """The first names of a list, and how many there are besides."""
    if len(names) <= SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN:,} more"


def runner_lines(verdict: TestVerdict, page: Page) -> list[str]:
    """The runner of a test, with what decides it."""
    return _named_places(verdict.runner, verdict.runner_reason, page)


def fix_line(fix: Fix | None, unsafe: bool) -> str:
    """What can be done about a finding, with the command that does it; empty when there is no fix to speak of."""
    if fix is None:
        return ""
    reason = printable(fix.reason)
    if fix.applicability == "none":
        return f"none: {reason}" if reason else ""
    title = printable(fix.title[:1].lower() + fix.title[1:])
    if fix.applicability == "safe":
        return f"{title}: isolint check --fix"
    why = f", unsafe ({reason})" if reason else ", unsafe"
    return f"{title}{why}: isolint check --fix{'' if unsafe else ' --unsafe-fixes'}"


def _path(location: Location, page: Page) -> str:
    return printable(page.show(location.path))


def _with_place(item: RelatedPlace, page: Page) -> str:
    return f"{printable(item.message)}, {location_text(item.location, page)}"


def _named_places(name: str, places: Sequence[RelatedPlace], page: Page) -> list[str]:
    """`name: message, place` for each place; the name is left out where a message already starts with it."""
    if not places:
        return [name]
    lines = [_with_place(item, page) for item in places]
    return lines if lines[0].lower().startswith(name.lower()) else [f"{name}: {lines[0]}", *lines[1:]]


def _mode_rows(finding: PlacedFinding, verdict: TestVerdict | None, page: Page) -> list[str]:
    places = [item for item in finding.related if item.role == "mode"]
    if not places and verdict is not None:
        places = list(verdict.mode_reason)
    return row(verdict.mode if verdict is not None else "mode", [_with_place(item, page) for item in places], page)


def _runner_rows(finding: PlacedFinding, verdict: TestVerdict | None, page: Page) -> list[str]:
    places = [item for item in finding.related if item.role == "runner"]
    if verdict is None:
        return row("runner", [_with_place(item, page) for item in places], page)
    return row("runner", _named_places(verdict.runner, places or verdict.runner_reason, page), page)


def chain_rows(chain: Sequence[RelatedPlace], page: Page) -> list[str]:
    """The calls of a chain, on one line if they fit."""
    calls = [f"{printable(item.message)} ({location_text(item.location, page)})" for item in chain]
    calls = elided_chain(calls)
    line = " > ".join(calls)
    if cell_width(line) <= page.style.width - len(_INDENT) - _LABEL:
        return row("chain", [line] if calls else [], page)
    return row("chain", [calls[0], *(f"> {call}" for call in calls[1:])], page)


def _requesting_tests(finding: PlacedFinding) -> list[str]:
    if not finding.tests:
        return []
    names = [printable(_short(test)) for test in finding.tests]
    return [f"{counted(len(names), 'rollback test')}: {elided(names)}"]


def _other_places(group: Sequence[PlacedFinding], page: Page) -> list[str]:
    others = group[1:]
    lines = [
        f"{location_text(f.location, page)}" + (f" in {printable(_short(f.test))}" if f.test else "")
        for f in others[:SHOWN]
    ]
    if len(others) > SHOWN:
        lines.append(f"and {len(others) - SHOWN:,} more (--output-format json has them all)")
    return lines


def _fix_rows(group: Sequence[PlacedFinding], page: Page) -> list[str]:
    # The tests of a group may differ in what can be done: say what the first one says, and for how many it holds.
    line = fix_line(group[0].fix, page.unsafe)
    if not line or len(group) == 1:
        return [line] if line else []
    kinds = [finding.fix.applicability if finding.fix is not None else None for finding in group]
    same = kinds.count(kinds[0])
    return [line, f"the same for {'all' if same == len(group) else f'{same:,} of'} these {len(group):,}"]


def _short(test: str) -> str:
    """The last part of a node id: what the reader knows the test by."""
    return test.rsplit("::", 1)[-1]


def _causes(shown: Sequence[PlacedFinding], reports: Sequence[FileReport], page: Page) -> list[str]:
    leaking = {verdict.test for report in reports for verdict in report.tests if verdict.verdict == "leaks"}
    tests_of: dict[tuple[str, int], set[str]] = {}
    name_of: dict[tuple[str, int], str] = {}
    for finding in shown:
        tests = leaking.intersection((finding.test, *finding.tests))
        if finding.place is None or not tests:
            continue  # no leak: something else that is said about a test that leaks
        cause = finding.cause or finding.location
        key = cause.path, cause.start
        tests_of.setdefault(key, set()).update(tests)
        name = printable(finding.cause_name)
        name_of.setdefault(key, f"{name}, {location_text(cause, page)}".removeprefix(", "))
    total = len(set().union(*tests_of.values())) if tests_of else 0
    if not total:
        return []
    verb = "leaks" if total == 1 else "leak"
    head = f"{counted(total, 'test')} {verb} through {counted(len(tests_of), 'cause')}"
    ranked = sorted(tests_of, key=lambda key: -len(tests_of[key]))
    if len(ranked) == 1:
        return [f"{head}: {name_of[ranked[0]]}"]
    if len(tests_of[ranked[0]]) == 1:
        return [f"{head}."]  # each test has its own: the blocks above have said it
    shared = [key for key in ranked if len(tests_of[key]) > 1][:SHOWN]
    width = len(f"{len(tests_of[ranked[0]]):,}")
    lines = [f"{_INDENT}{len(tests_of[key]):>{width},}  {name_of[key]}" for key in shared]
    if len(ranked) > len(shared):
        lines.append(f"{_INDENT}{'':>{width}}  and {counted(len(ranked) - len(shared), 'more cause')}")
    return [f"{head}:", *lines]


def _cures(reports: Sequence[FileReport], page: Page) -> list[str]:
    """One line for each cure, however many tests it is about."""
    tests: dict[str, list[TestVerdict]] = {}
    for report in reports:
        for verdict in report.tests:
            if verdict.cure is not None and verdict.verdict in ("safe", "undecided"):
                place = f" ({location_text(verdict.cure.location, page)})" if verdict.cure.location.path else ""
                said = printable(verdict.cure.message)
                who, separator, result = said.partition(": ")
                tests.setdefault(f"{who}{place}{separator}{result}", []).append(verdict)
    lines = []
    for said, cured in tests.items():
        safe = sum(verdict.verdict == "safe" for verdict in cured)
        kinds = [f"{safe:,} safe"] if safe else []
        kinds += [f"{len(cured) - safe:,} undecided"] if safe < len(cured) else []
        lines.append(f"{counted(len(cured), 'test')} ({', '.join(kinds)}): {said}")
    return lines


def _counts(reports: Sequence[FileReport], page: Page, targets: Sequence[str]) -> str:
    verdicts = [verdict for report in reports for verdict in report.tests]
    leaks = sum(verdict.verdict == "leaks" for verdict in verdicts)
    safe = sum(verdict.verdict == "safe" for verdict in verdicts)
    undecided = [verdict for verdict in verdicts if verdict.verdict == "undecided"]
    total = leaks + safe + len(undecided)
    if not verdicts:
        return f"No tests in {counted(len(reports), 'file')}." if reports else "No tests found."
    if not total:
        return f"{counted(len(verdicts), 'test')}, none in rollback mode."
    style = page.style
    parts = [
        style.bad(f"{leaks:,} leak{'s' if leaks == 1 else ''}") if leaks else "0 leak",
        style.good(f"{safe:,} safe") if safe else "0 safe",
        style.doubtful(f"{len(undecided):,} undecided") if undecided else "0 undecided",
    ]
    line = f"{counted(total, 'rollback test')}: {', '.join(parts)}"
    if undecided:
        line += f" ({_explain_command(undecided, page, targets)} tells why)"
    return f"{line}.{_fixable(reports, page)}"


def _explain_command(undecided: Sequence[TestVerdict], page: Page, targets: Sequence[str]) -> str:
    if len(undecided) == 1:
        path = _path(undecided[0].location, page)
        target = "::".join([path, *undecided[0].test.split("::")[1:]])
        return f"isolint explain {shlex.quote(printable(target))}"
    return "isolint explain " + " ".join(shlex.quote(printable(target)) for target in targets)


def _fixable(reports: Sequence[FileReport], page: Page) -> str:
    safe = _tests_with_fix(reports, "safe")
    unsafe = _tests_with_fix(reports, "unsafe") - safe
    if page.unsafe:
        safe |= unsafe
        unsafe = set()
    both = "--fix --unsafe-fixes"
    if not safe:
        return f" {len(unsafe):,} fixable with {both}." if unsafe else ""
    more = f", {len(unsafe):,} more with {both}" if unsafe else ""
    return f" {len(safe):,} fixable with {both if page.unsafe else '--fix'}{more}."


def _tests_with_fix(reports: Sequence[FileReport], applicability: str) -> set[str]:
    return {
        finding.test or finding.key
        for report in reports
        for finding in report.findings
        if finding.fix is not None and finding.fix.applicability == applicability
    }
