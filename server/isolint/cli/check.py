"""`isolint check`: reports on files, fixes them when asked, and decides the exit code.

The order of things is here: read the arguments, open the engine, analyse, fix, print. How findings look is in
`output`, how a fix is applied in `fix`, how a file is replaced in `write`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from isolint.cli import fix, options, paths, write
from isolint.cli.engine import Engine, Opened, Opener, analyse, opened
from isolint.cli.errors import USAGE_EXIT, CommandError
from isolint.cli.notices import Notices
from isolint.cli.output import formats, text
from isolint.cli.output.findings import is_serious
from isolint.cli.progress import Progress
from isolint.cli.terminal import Style, is_terminal, printable, style_for
from isolint.text.encoding import Undecodable, decode

if TYPE_CHECKING:
    import argparse

    from isolint.check.report import FileReport

FOUND = 1
"""There are errors or warnings."""


@dataclass(frozen=True, slots=True)
class _Stdin:
    """Source that came over stdin: the file it stands for, and its bytes, and those as UTF-8 text."""

    path: str
    raw: bytes
    text: bytes


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
        progress.start("Looking for tests", None)
        files = [stdin.path] if stdin else project.engine.files(targets)
        before, failures = analyse(project, files, progress, afresh=arguments.fix or arguments.diff)
        fixed: list[fix.Fixed] = []
        after = before
        in_place = arguments.fix and not arguments.diff and not stdin
        if arguments.fix or arguments.diff:
            progress.start("Converting tests", len(files))
            fixing = fix.Fixing(project.engine, files, arguments.unsafe_fixes)
            for path in files:
                if _has_fix(before.get(path), arguments.unsafe_fixes):
                    fixing.fix(path)
                progress.advance()
            fixed = fixing.results()
            if in_place:
                fixed = _written(project.engine, fixed)
            if any(file.before != file.after for file in fixed):
                after, failures = analyse(project, files, progress)
        progress.close()

        notices.of(project.engine, after.values(), failures)
        notices.errors(f"{show(file.path)}: {file.refusal}; left as it was" for file in fixed if file.failed)
        if arguments.diff:
            _print_diff(fixed, show)
        elif stdin and arguments.fix:
            sys.stdout.flush()
            sys.stdout.buffer.write(write.encode_like(stdin.raw, fixed[0].before, fixed[0].after))
        if fixed and not arguments.quiet:
            _print_outcome(fix.outcome(before, after, fixed, arguments.unsafe_fixes), arguments.diff, show)
        # A patch or a fixed text on stdout must stay alone there.
        remaining = before if arguments.diff else after
        if not arguments.diff:
            _write(list(remaining.values()), arguments, project, show, sys.stderr if stdin and arguments.fix else None)
        if notices.failed or (files and all(report.problems for report in remaining.values())):
            return USAGE_EXIT  # nothing could be done
        return FOUND if _has_findings(remaining.values()) and not arguments.exit_zero else 0


def _stdin(arguments: argparse.Namespace, cwd: str) -> _Stdin | None:
    if arguments.stdin_filename is None and "-" not in arguments.paths:
        return None
    if arguments.stdin_filename is None:
        raise CommandError("reading from stdin needs --stdin-filename NAME: what a test is depends on where it stands")
    if arguments.paths not in ([], ["-"]):
        raise CommandError("--stdin-filename takes no other path than -")
    raw = sys.stdin.buffer.read()
    decoded = decode(raw)
    if isinstance(decoded, Undecodable):
        raise CommandError(f"{arguments.stdin_filename}: {decoded.reason}")
    return _Stdin(os.path.normpath(os.path.join(cwd, arguments.stdin_filename)), raw, decoded.text)


def _has_fix(report: FileReport | None, unsafe: bool) -> bool:
    wanted = ("safe", "unsafe") if unsafe else ("safe",)
    return report is not None and any(f.fix is not None and f.fix.applicability in wanted for f in report.findings)


def _written(engine: Engine, fixed: Sequence[fix.Fixed]) -> list[fix.Fixed]:
    """The files as they are on disk now: what could not be written is its old self, in the engine too, and so is all
    that was to change together with it."""
    result = {file.path: file for file in fixed}
    for together in dict.fromkeys(file.together for file in fixed if file.before != file.after):
        texts = [write.Text(result[path].path, result[path].before, result[path].after) for path in sorted(together)]
        try:
            write.replace_texts(texts)
        except write.WriteError as error:
            for text_ in texts:
                engine.set_buffer(text_.path, None)
                reason = str(error) if text_.path == error.path else f"{os.path.basename(error.path)} {error}"
                result[text_.path] = fix.Fixed(text_.path, text_.before, text_.before, reason, failed=True)
    return list(result.values())


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


def _short(test: str) -> str:
    return printable(test.rsplit("::", 1)[-1])


def _write(
    reports: Sequence[FileReport],
    arguments: argparse.Namespace,
    project: Opened,
    show: paths.ShowPath,
    stream: TextIO | None,
) -> None:
    """The findings, to `--output-file` or `stream` (None: stdout); the counts to stderr where they are not among
    them."""
    to_file = arguments.output_file
    style = Style(colour=False) if to_file else style_for(stream or sys.stdout)
    page = text.Page(show, style, text.line_reader(project.engine.source), arguments.unsafe_fixes)
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


def _has_findings(reports: Iterable[FileReport]) -> bool:
    return any(is_serious(finding) for report in reports for finding in report.findings)
