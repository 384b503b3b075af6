"""Applies the engine's fixes to whole files, in memory, until nothing changes; and tells what became of which test.

Nothing is written to disk here and nothing printed. A result that does not parse as well as the text before it is
thrown away: a fix may only ever help.
"""

from __future__ import annotations

import difflib
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from isolint.check.report import FileChanges, FileReport, PlacedFinding, Unproven
from isolint.cli.engine import Engine, Opened, settled
from isolint.cli.progress import Progress
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit, apply

PASSES = 10
"""Passes over one file: one fix can make room for the next. A file that still changes then is left at that."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One file after its fixes: `before` and `after` are UTF-8, equal when nothing was done.

    `refusal` says why the last pass stopped, when it was not simply done. `failed`: because the result did not parse or
    could not be written, so that no change of the user's code would help. `together` are the files, this one included,
    of which all are written or none, since one fix changed them."""

    path: str
    before: bytes
    after: bytes
    refusal: str = ""
    failed: bool = False
    together: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the tests with findings: (path, tests now without one), and (reason, tests that keep theirs)."""

    converted: tuple[tuple[str, tuple[str, ...]], ...]
    kept: tuple[tuple[str, tuple[str, ...]], ...]


class Fixing:
    """Fixes files one after the other in the engine's buffers, which hold the results afterwards. A fix may change
    several of the `files`, and no other.

    A converted text may name what nobody has asked jedi about. While such a question is open the engine keeps back
    what it is not sure of: findings to be fixed, and those that a fix leaves. So each fix is made again when it is
    answered."""

    def __init__(self, project: Opened, files: Iterable[str], unsafe: bool, progress: Progress) -> None:
        self._project = project
        self._engine = project.engine
        self._progress = progress
        self._unsafe = unsafe
        self._files = dict.fromkeys(files)
        self._before: dict[str, bytes] = {}
        self._now: dict[str, bytes] = {}
        self._refusals: dict[str, tuple[str, bool]] = {}
        self._together: dict[str, frozenset[str]] = {}

    def fix(self, path: str) -> None:
        """Fix what has a fix in one file, until nothing changes."""
        for _ in range(PASSES):
            edits = settled(
                self._project, lambda: self._engine.fix_all(path, self._unsafe, self._files), self._progress
            )
            if isinstance(edits, Unproven):  # jedi had nothing more to say
                edits = edits.proven or edits.reason
            if isinstance(edits, str):
                self._refusals[path] = (edits, False)
                return
            made = {file.path: apply(self._text(file.path), _edits(file)) for file in edits.files}
            made = {changed: text for changed, text in made.items() if text != self._now[changed]}
            if not made:
                return
            if not all(parses_as_well(self._now[changed], text) for changed, text in made.items()):
                self._refusals[path] = ("the result would not parse (please report this)", True)
                return
            for changed, text in made.items():
                self._now[changed] = text
                self._engine.set_buffer(changed, text)
            self._join(made)

    def results(self) -> list[Fixed]:
        """All files, in the order given; a file that cannot be read has no text."""
        found = []
        for path in self._files:
            try:
                after = self._text(path)
            except OSError:
                found.append(Fixed(path, b"", b""))
                continue
            refusal, failed = self._refusals.get(path, ("", False))
            together = self._together.get(path, frozenset({path}))
            found.append(Fixed(path, self._before[path], after, refusal, failed, together))
        return found

    def _text(self, path: str) -> bytes:
        if path not in self._now:
            self._before[path] = self._now[path] = self._engine.source(path)
        return self._now[path]

    def _join(self, paths: Iterable[str]) -> None:
        joined = frozenset(paths).union(*(self._together.get(path, frozenset()) for path in paths))
        self._together.update(dict.fromkeys(joined, joined))


def _edits(file: FileChanges) -> list[Edit]:
    return [Edit(change.start, change.end, change.text.encode()) for change in file.changes]


def unchanged(engine: Engine, path: str) -> Fixed:
    """A file in which there is nothing to fix; a file that cannot be read has no text."""
    try:
        text = engine.source(path)
    except OSError:
        text = b""
    return Fixed(path, text, text)


def outcome(
    before: Mapping[str, FileReport], after: Mapping[str, FileReport], fixed: Iterable[Fixed], unsafe: bool
) -> Outcome:
    """Compare the reports before and after, file by file: which tests lost all their errors and warnings."""
    converted: list[tuple[str, tuple[str, ...]]] = []
    kept: dict[str, list[str]] = {}
    for file in fixed:
        was = _findings_by_test(before[file.path]) if file.path in before else {}
        now = _findings_by_test(after[file.path]) if file.path in after else was
        gone = tuple(test for test in was if test not in now)
        if gone and file.before != file.after:
            converted.append((file.path, gone))
        for test, findings in now.items():
            kept.setdefault(_why_kept(findings, file, unsafe), []).append(test)
    return Outcome(tuple(converted), tuple((reason, tuple(tests)) for reason, tests in kept.items()))


def unified_diff(fixed: Fixed, name: str) -> list[str]:
    """The lines of a unified diff, line ends included; every line ends with a line feed."""
    before, after = (text.decode("utf-8", "replace").split("\n") for text in (fixed.before, fixed.after))
    lines = list(difflib.unified_diff(_with_ends(before), _with_ends(after), name, name))
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def parses_as_well(before: bytes, after: bytes) -> bool:
    """Whether `after` has no syntax error that `before` has not: broken code may stay so, nothing may break.

    The grammar looks at each chunk. It accepts an `await` in a sync function, so where our own Python compiled the text
    before, it must compile the result as well (compiling runs nothing)."""
    return not _flawed(after) - _flawed(before) and (_compiles(after) or not _compiles(before))


def _flawed(text: bytes) -> Counter[str]:
    # Statements are numbered by their first word, and an import may be added: only how many of them are flawed counts.
    chunks = SourceFile.read("", text).chunks
    return Counter(re.sub(r"<.*>(#\d+)?", "<>", chunk.key) for chunk in chunks if chunk.flawed)


def _compiles(text: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # As a string: a cookie in the text does not count, since the text is UTF-8 whatever the file was.
            compile(text.decode("utf-8", "replace"), "<fixed>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return False
    return True


def _with_ends(lines: list[str]) -> list[str]:
    # Only line feeds end a line for patch programs; a carriage return before one belongs to the line.
    ended = [f"{line}\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _findings_by_test(report: FileReport) -> dict[str, list[PlacedFinding]]:
    result: dict[str, list[PlacedFinding]] = {}
    for finding in report.findings:
        if finding.severity in ("error", "warning"):
            # What stands at a fixture or mark has no test. Its line is no name: a fix further up moves it.
            what = finding.cause_name or finding.name
            result.setdefault(finding.test or f"{os.path.basename(report.path)}: {what}", []).append(finding)
    return result


def _why_kept(findings: Sequence[PlacedFinding], file: Fixed, unsafe: bool) -> str:
    fixes = [finding.fix for finding in findings if finding.fix is not None]
    if file.failed:
        return file.refusal
    for fix in fixes:
        if fix.applicability == "none" and fix.reason:
            return fix.reason
    for fix in fixes:
        if fix.applicability == "unsafe" and not unsafe:
            return (
                f"unsafe, applied with --unsafe-fixes only ({fix.reason})"
                if fix.reason
                else ("unsafe, applied with --unsafe-fixes only")
            )
    return (file.refusal if any(fix.applicability != "none" for fix in fixes) else "") or "there is no automatic fix"
