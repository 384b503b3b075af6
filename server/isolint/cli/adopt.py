"""Accepts what is found for now: by comments in the files (`--add-ignores`), or in a baseline file.

Here files are read, written and told about; what a comment or an entry says is decided in `check`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from isolint.check.baseline import BadBaselineError, Baseline, Key, dump, parse
from isolint.check.ignoring import ignore
from isolint.check.report import FileReport, PlacedFinding
from isolint.cli import fix, write
from isolint.cli.engine import Engine
from isolint.cli.errors import CommandError
from isolint.cli.paths import is_below
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit, apply


def read_baseline(given: str, cwd: str, root: str, *, may_be_new: bool) -> Baseline:
    """The baseline file as given on the command line. Raises CommandError with place and reason where there is none;
    one that `may_be_new` is then empty."""
    path = os.path.normpath(os.path.join(cwd, given))
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        if may_be_new:
            return Baseline(path, root)
        command = f"isolint check --add-ignores --baseline {given}"
        raise CommandError(f"{given}: no such baseline file; {command} writes it") from None
    except OSError as error:
        raise CommandError(f"{given}: the baseline cannot be read: {error.strerror or error}") from error
    try:
        return Baseline(path, root, parse(path, data))
    except BadBaselineError as error:
        place = f"{given}:{error.line}" if error.line else given
        raise CommandError(f"{place}: the baseline cannot be read: {error.message}") from error


def gone(baseline: Baseline, targets: Iterable[str]) -> frozenset[str]:
    """The files of entries, below what is checked, that are not there any more."""
    targets = list(targets)
    files = {baseline.file_of(entry.key) for entry in baseline.entries}
    return frozenset(f for f in files if any(is_below(f, target) for target in targets) and not os.path.exists(f))


def text_of(baseline: Baseline) -> bytes:
    """The file as it is on disk. OSError when there is none."""
    with open(baseline.path, "rb") as file:
        return file.read()


def write_baseline(baseline: Baseline, keys: set[Key], given: str) -> str:
    """Write the file with these keys, unless it has just them; a sentence about it."""
    before = {entry.key for entry in baseline.entries}
    if keys != before or not os.path.exists(baseline.path):
        try:
            write.write_file(baseline.path, dump(keys))
        except write.WriteError as error:
            raise CommandError(f"{given} {error}") from error
    count = f"{len(keys):,} {'entry' if len(keys) == 1 else 'entries'}"
    return f"{given}: {count}, {len(keys - before):,} new, {len(before - keys):,} taken out"


@dataclass(frozen=True, slots=True)
class Ignoring:
    """One file with its comments; `wanted` are the findings that were to be ignored, `left` those without a place for
    a comment."""

    file: fix.Fixed
    wanted: tuple[PlacedFinding, ...]
    left: tuple[PlacedFinding, ...]


def ignore_file(engine: Engine, report: FileReport, wanted: Callable[[PlacedFinding], bool]) -> Ignoring:
    """Add the comments that turn off the wanted findings of a file, in the engine's buffers."""
    chosen = tuple(finding for finding in report.findings if wanted(finding))
    if not chosen:
        return Ignoring(fix.unchanged(engine, report.path), (), ())
    before = engine.source(report.path)
    made = ignore(SourceFile.read(report.path, before), chosen)
    after = apply(before, [Edit(change.start, change.end, change.text.encode()) for change in made.changes])
    if not fix.parses_as_well(before, after):
        failed = fix.Fixed(report.path, before, before, "the result would not parse (please report this)", failed=True)
        return Ignoring(failed, chosen, chosen)
    if after != before:
        engine.set_buffer(report.path, after)
    file = fix.Fixed(report.path, before, after, together=frozenset({report.path}))
    return Ignoring(file, chosen, made.left)


def remaining(done: Sequence[Ignoring], after: Mapping[str, FileReport]) -> list[PlacedFinding]:
    """The findings that were to be ignored and are there all the same, as they are now where they are."""
    still = []
    for one in done:
        wanted = {_known_by(finding) for finding in one.wanted}
        now = after[one.file.path].findings if one.file.path in after else ()
        still += [finding for finding in now if _known_by(finding) in wanted]
    return still


def _known_by(finding: PlacedFinding) -> tuple[object, ...]:
    """What a finding keeps when comments come to the ends of lines."""
    return finding.test, finding.code, finding.cause_name, finding.location.line
