"""`isolint check`: reports on files, fixes them when asked, and decides the exit code.

The order of things is here: read the arguments, open the engine, analyse, fix, accept, print. How findings look is in
`output`, how a fix is applied in `fix`, how findings are accepted in `adopt`, how a file is replaced in `write`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

from isolint.check.report import FileReport, PlacedFinding
from isolint.cli import adopt, fix, options, paths, watch, write
from isolint.cli.engine import Opened, Opener, analyse, opened
from isolint.cli.errors import USAGE_EXIT, CommandError
from isolint.cli.notices import Notices
from isolint.cli.output import formats, text
from isolint.cli.output.findings import is_serious
from isolint.cli.progress import Progress
from isolint.cli.terminal import Style, is_terminal, printable, style_for
from isolint.text.encoding import Undecodable, decode
from isolint.workspace.files import stamp_of

if TYPE_CHECKING:
    import argparse

    from isolint.check.baseline import Baseline

FOUND = 1
"""There are errors or warnings."""


@dataclass(frozen=True, slots=True)
class _Stdin:
    """Source that came over stdin: the file it stands for, and its bytes, and those as UTF-8 text."""

    path: str
    raw: bytes
    text: bytes


@dataclass(frozen=True, slots=True)
class _Job:
    """What one check needs: the arguments, the opened project, what is to be checked (absolute), and how to tell."""

    arguments: argparse.Namespace
    project: Opened
    progress: Progress
    targets: Sequence[str]
    stdin: _Stdin | None
    cwd: str
    show: paths.ShowPath
    notices: Notices

    @property
    def is_dry(self) -> bool:
        """Whether nothing is written: a patch is shown."""
        return bool(self.arguments.diff)


def run(arguments: argparse.Namespace, opener: Opener | None) -> int:
    """Check, print, and return the exit code: 0, 1 or 2 as the contract says."""
    _refuse_contradictions(arguments)
    overrides = options.overrides(arguments.config, arguments.select, arguments.ignore)
    cwd = os.getcwd()
    stdin = _stdin(arguments, cwd)
    targets = [stdin.path] if stdin else paths.existing(arguments.paths or ["."], cwd)
    with (
        opened(targets, overrides, cache=not arguments.no_cache, jobs=arguments.jobs, opener=opener) as project,
        Progress(wanted=not arguments.quiet) as progress,
    ):
        show = paths.relative_to(cwd, project.engine.root)
        notices = Notices(show, quiet=arguments.quiet)
        if stdin:
            project.engine.set_buffer(stdin.path, stdin.text)
        job = _Job(arguments, project, progress, targets, stdin, cwd, show, notices)
        return _again_and_again(job) if arguments.watch else _once(job)


def _again_and_again(job: _Job) -> int:
    """Check, and check again whenever something has changed, until the user has enough of it."""
    quiet, project = job.arguments.quiet, job.project
    baseline = os.path.normpath(os.path.join(job.cwd, job.arguments.baseline)) if job.arguments.baseline else None

    def look() -> dict[str, object]:
        return {**project.state(), **({baseline: stamp_of(baseline)} if baseline else {})}

    for changed in watch.changes(look):
        if changed:
            # From here on this process knows better than the last run, and faster than others.
            job = replace(job, project=replace(project, memory=None, team=None), notices=Notices(job.show, quiet=quiet))
            project.engine.touch(path for path in changed if path != baseline)
            if is_terminal(sys.stdout):
                sys.stdout.write(_CLEAR)
                sys.stdout.flush()
            names = text.elided([printable(job.show(path)) for path in changed])
            job.notices.lines([f"changed: {names}"])
        try:
            _once(job)
        except CommandError as error:  # the baseline is being edited
            job.notices.errors([error.message])
        sys.stdout.flush()
        job.notices.lines(["waiting for changes, Ctrl+C ends this"])
    return 0


_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
"""Terminals: no text, no history, the cursor at the top."""


def _once(job: _Job) -> int:
    """One check from the list of files to the exit code."""
    arguments, project, stdin, progress = job.arguments, job.project, job.stdin, job.progress
    baseline = None
    if arguments.baseline:
        may_be_new = arguments.add_ignores
        baseline = adopt.read_baseline(arguments.baseline, job.cwd, project.engine.root, may_be_new=may_be_new)
    progress.start("Looking for tests", None)
    files = [stdin.path] if stdin else project.engine.files(job.targets)
    converting = arguments.fix or (job.is_dry and not arguments.add_ignores)
    before, failures = analyse(project, files, progress, afresh=converting)
    after = before
    fixed: list[fix.Fixed] = []
    if converting:
        progress.start("Converting tests", len(files))
        fixing = fix.Fixing(project, files, arguments.unsafe_fixes, progress)
        for path in files:
            if _has_fix(before.get(path), arguments.unsafe_fixes):
                fixing.fix(path)
            progress.advance()
        fixed = _written(job, fixing.results())
        if any(file.before != file.after for file in fixed):
            after, failures = analyse(project, files, progress)
    converted = after
    ignored: list[adopt.Ignoring] = []
    if arguments.add_ignores and baseline is None:
        progress.start("Adding comments", len(files))
        for path in files:
            if path in after:
                one = adopt.ignore_file(project.engine, after[path], lambda f: _is_shown(f, arguments))
                ignored.append(replace(one, file=_written(job, [one.file])[0]))
            progress.advance()
        # A comment changes what is shown in its file, and nothing anywhere else.
        commented = [one.file.path for one in ignored if one.file.before != one.file.after]
        if commented:
            again, failing = analyse(project, commented, progress, afresh=True)
            after, failures = {**after, **again}, {**failures, **failing}
    progress.close()

    notices = job.notices
    notices.of(project.engine, after.values(), failures)
    changed = [*fixed, *(one.file for one in ignored)]
    notices.errors(f"{job.show(file.path)}: {file.refusal}; left as it was" for file in changed if file.failed)
    if job.is_dry:
        _print_diff(_as_one(fixed, ignored), job.show)
    elif stdin and (arguments.fix or arguments.add_ignores):
        sys.stdout.flush()
        (whole,) = _as_one(fixed, ignored)
        sys.stdout.buffer.write(write.encode_like(stdin.raw, whole.before, whole.after))
    if not arguments.quiet:
        if fixed:
            _print_outcome(fix.outcome(before, converted, fixed, arguments.unsafe_fixes), job.is_dry, job.show)
        if ignored:
            _print_ignored(ignored, adopt.remaining(ignored, after), job)
    # A patch or a fixed text on stdout must stay alone there.
    remaining = before if job.is_dry else after
    if baseline is not None:
        remaining = _without_accepted(job, baseline, remaining)
    if not job.is_dry:
        on_stderr = stdin is not None and (arguments.fix or arguments.add_ignores)
        _write(list(remaining.values()), job, baseline, sys.stderr if on_stderr else None)
    if notices.failed or (files and all(report.problems for report in remaining.values())):
        return USAGE_EXIT  # nothing could be done
    return FOUND if _has_findings(remaining.values()) and not arguments.exit_zero else 0


def _is_shown(finding: PlacedFinding, arguments: argparse.Namespace) -> bool:
    """Whether a finding is one to be accepted: of those that are reported, all but the hint that a comment is of no
    use."""
    return finding.code != "ISO901" and bool(arguments.show_info or is_serious(finding))


def _without_accepted(job: _Job, baseline: Baseline, reports: Mapping[str, FileReport]) -> dict[str, FileReport]:
    """The reports without what the baseline accepts, and with one more about entries that accept nothing. With
    `--add-ignores` the file is written before."""
    arguments, engine = job.arguments, job.project.engine
    gone = adopt.gone(baseline, [] if job.stdin else job.targets)
    if arguments.add_ignores:
        keys = baseline.with_accepted(reports, lambda finding: _is_shown(finding, arguments), gone)
        said = adopt.write_baseline(baseline, keys, arguments.baseline)
        job.notices.lines([said])
        baseline = adopt.read_baseline(arguments.baseline, job.cwd, engine.root, may_be_new=False)
    kept, used = baseline.without_accepted(reports)
    if not engine.wanted():  # an answer that is still to come may change what is found
        idle = baseline.unused(used, reports, gone, engine.severity)
        if idle:
            kept[baseline.path] = FileReport(baseline.path, idle, ())
            entries = "1 entry accepts" if len(idle) == 1 else f"{len(idle):,} entries accept"
            job.notices.lines([f"{arguments.baseline}: {entries} nothing; with --add-ignores they are taken out"])
    count = sum(len(reports[path].findings) - len(report.findings) for path, report in kept.items() if path in reports)
    if count and not arguments.add_ignores:
        job.notices.lines([f"{text.counted(count, 'finding')} accepted by {arguments.baseline}"])
    return kept


def _stdin(arguments: argparse.Namespace, cwd: str) -> _Stdin | None:
    if arguments.stdin_filename is None and "-" not in arguments.paths:
        return None
    if arguments.stdin_filename is None:
        raise CommandError("reading from stdin needs --stdin-filename NAME: what a test is depends on where it stands")
    if arguments.paths not in ([], ["-"]):
        raise CommandError("--stdin-filename takes no other path than -")
    if os.path.isdir(os.path.join(cwd, arguments.stdin_filename)):
        raise CommandError(
            f"--stdin-filename names the file that the text is for; {arguments.stdin_filename} is a folder"
        )
    raw = sys.stdin.buffer.read()
    decoded = decode(raw)
    if isinstance(decoded, Undecodable):
        raise CommandError(f"{arguments.stdin_filename}: {decoded.reason}")
    return _Stdin(os.path.normpath(os.path.join(cwd, arguments.stdin_filename)), raw, decoded.text)


def _has_fix(report: FileReport | None, unsafe: bool) -> bool:
    wanted = ("safe", "unsafe") if unsafe else ("safe",)
    return report is not None and any(f.fix is not None and f.fix.applicability in wanted for f in report.findings)


def _written(job: _Job, fixed: Sequence[fix.Fixed]) -> list[fix.Fixed]:
    """The files as they are on disk now: what could not be written is its old self, in the engine too, and so is all
    that was to change together with it. A dry run, and one on standard input, write nothing."""
    if job.is_dry or job.stdin:
        return list(fixed)
    result = {file.path: file for file in fixed}
    for together in dict.fromkeys(file.together for file in fixed if file.before != file.after):
        texts = [write.Text(result[path].path, result[path].before, result[path].after) for path in sorted(together)]
        try:
            write.replace_texts(texts)
        except write.WriteError as error:
            for text_ in texts:
                job.project.engine.set_buffer(text_.path, None)
                reason = str(error) if text_.path == error.path else f"{os.path.basename(error.path)} {error}"
                result[text_.path] = fix.Fixed(text_.path, text_.before, text_.before, reason, failed=True)
    return list(result.values())


def _as_one(fixed: Sequence[fix.Fixed], ignored: Sequence[adopt.Ignoring]) -> list[fix.Fixed]:
    """Each file once: from before the fixes to after the comments."""
    files = {file.path: file for file in fixed}
    for one in ignored:
        earlier = files.get(one.file.path)
        files[one.file.path] = one.file if earlier is None else replace(earlier, after=one.file.after)
    return list(files.values())


def _print_diff(fixed: Sequence[fix.Fixed], show: paths.ShowPath) -> None:
    style = style_for(sys.stdout)
    terminal = is_terminal(sys.stdout)
    for file in fixed:
        for line in fix.unified_diff(file, show(file.path)):
            if not terminal and not style.colour:
                # Byte for byte, so that a patch program can use it: carriage returns and all.
                sys.stdout.flush()
                sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape"))
                continue
            shown = printable(line.rstrip("\r\n").replace("\t", "    "))
            painted = {"+": style.good, "-": style.bad, "@": style.code}.get(line[0], lambda same: same)(shown)
            print(painted)


def _print_outcome(result: fix.Outcome, dry: bool, show: paths.ShowPath) -> None:
    count = sum(len(tests) for _, tests in result.converted)
    if count:
        verb = "Would convert" if dry else "Converted"
        where = text.counted(len(result.converted), "file")
        print(f"{verb} {text.counted(count, 'test')} in {where}:", file=sys.stderr)
        for path, tests in result.converted:
            print(f"   {printable(show(path))}: {', '.join(_short(test) for test in tests)}", file=sys.stderr)
    kept = sum(len(tests) for _, tests in result.kept)
    if kept:
        print(f"{'Would not convert' if dry else 'Not converted'}: {text.counted(kept, 'test')}:", file=sys.stderr)
        for reason, tests in result.kept:
            print(f"   {printable(reason)}: {text.elided([printable(test) for test in tests])}", file=sys.stderr)


def _print_ignored(done: Sequence[adopt.Ignoring], left: Sequence[PlacedFinding], job: _Job) -> None:
    count = sum(len(one.wanted) for one in done) - len(left)
    changed = [one for one in done if one.file.before != one.file.after]
    if count > 0:
        verb = "Would ignore" if job.is_dry else "Ignored"
        where = text.counted(len(changed), "file")
        print(f"{verb} {text.counted(count, 'finding')} in {where}.", file=sys.stderr)
    if left:
        places = [f"{printable(job.show(f.location.path))}:{f.location.line}" for f in left]
        print(
            f"Not ignored: {text.counted(len(left), 'finding')}: no comment can be written on the line: "
            f"{text.elided(places)} (a baseline takes them: --baseline FILE)",
            file=sys.stderr,
        )


def _short(test: str) -> str:
    return printable(test.rsplit("::", 1)[-1])


def _write(reports: Sequence[FileReport], job: _Job, baseline: Baseline | None, stream: TextIO | None) -> None:
    """The findings, to `--output-file` or `stream` (None: stdout); the counts to stderr where they are not among
    them."""
    arguments, show = job.arguments, job.show

    def source(path: str) -> bytes:
        return adopt.text_of(baseline) if baseline and path == baseline.path else job.project.engine.source(path)

    to_file = arguments.output_file
    style = Style(colour=False) if to_file else style_for(stream or sys.stdout)
    page = text.Page(show, style, text.line_reader(source), arguments.unsafe_fixes)
    given = [path for path in arguments.paths if path != "-"] or ["."]
    wanted = formats.Wanted(
        format=arguments.output_format,
        page=page,
        checkout=paths.relative_to_checkout(show, os.environ),
        show_info=arguments.show_info,
        statistics=arguments.statistics,
        targets=given,
        quiet=arguments.quiet,
    )
    written = formats.rendered(reports, wanted)
    if not to_file:
        (stream or sys.stdout).write(written)
    else:
        try:
            with open(to_file, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(written)
        except OSError as error:
            raise CommandError(f"{to_file}: cannot be written: {error.strerror}") from error
    # Whoever reads the log of a CI server sees nothing of a file, and of annotations not how many tests there are.
    if not arguments.quiet and (to_file or arguments.output_format == "github"):
        counts = text.Page(show, style_for(sys.stderr), page.lines, arguments.unsafe_fixes)
        print(text.ending(reports, counts, show_info=arguments.show_info, targets=given), file=sys.stderr)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    if arguments.diff and arguments.output_format != "text":
        raise CommandError("--diff writes a patch; it cannot be combined with --output-format")
    if arguments.diff and (arguments.output_file or arguments.statistics):
        raise CommandError("--diff writes a patch and no findings: no --output-file, no --statistics")
    if arguments.statistics and arguments.output_format not in ("text", "json"):
        raise CommandError(f"--statistics can be written as text or json, not as {arguments.output_format}")
    if arguments.watch:
        _refuse_beside_watch(arguments)
    if arguments.add_ignores and arguments.baseline:
        if arguments.diff:
            raise CommandError("--diff shows changes of source files; a baseline is written or it is not")
        if arguments.stdin_filename is not None:
            raise CommandError("a baseline is made of files, not of a text on stdin")


def _refuse_beside_watch(arguments: argparse.Namespace) -> None:
    for name in ("fix", "diff", "add_ignores"):
        if getattr(arguments, name):
            raise CommandError(f"--watch only reports; it cannot be combined with --{name.replace('_', '-')}")
    if arguments.stdin_filename is not None or "-" in arguments.paths:
        raise CommandError("--watch looks at files; it cannot be combined with a text on stdin")


def _has_findings(reports: Iterable[FileReport]) -> bool:
    return any(is_serious(finding) for report in reports for finding in report.findings)
