"""The console entry: reads the arguments, starts one command, and turns what ended it into an exit code.

Only the parser lives here. Every command is a module of its own, imported when it is the one that was asked for: a
`--version` or a rule page must not pay for the analysis.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from isolint import __version__
from isolint.cli.errors import USAGE_EXIT, CommandError

if TYPE_CHECKING:
    import argparse

    from isolint.cli.engine import Opener

INTERRUPTED = 130
"""128 + SIGINT, as a shell reports it."""

CHECK_FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")
"""The output formats of `check`: a module each in `output`."""

BROKEN_PIPE = 141
"""128 + SIGPIPE: the reader went away, so the result says nothing about the tests."""


def run() -> None:
    """The console script: `main` with the process's arguments, and its result as the exit code."""
    sys.exit(main())


def main(argv: list[str] | None = None, opener: Opener | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 errors or warnings found, 2 usage, configuration or internal
    error, 130 interrupted, 141 when the reader of the output went away.

    `opener` makes the engine for a project; the default is the real one."""
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        # A file name or a source line may hold what the terminal's encoding cannot say; that must not end the run.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = _dispatch(arguments, opener)
        sys.stdout.flush()
        return code
    except CommandError as failure:
        _say(failure.message)
        return failure.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout again on exit and would complain there.
        _discard_stdout()
        return BROKEN_PIPE
    except OSError as error:
        # stdout on a full disk, mostly: everything else is handled where it happens.
        _discard_stdout()
        _say(str(error))
        return USAGE_EXIT
    except Exception:  # noqa: BLE001 - Python would exit with 1 here, which means "there are findings"
        import traceback

        _say(f"internal error, please report it with these lines:\n{traceback.format_exc().rstrip()}")
        return USAGE_EXIT


def _dispatch(arguments: list[str], opener: Opener | None) -> int:
    if arguments in (["--version"], ["-V"]):
        # Editors and scripts ask this often; it needs no parser.
        print(f"isolint {__version__}")
        return 0
    parser, commands = _parsers()
    try:
        options, unknown = parser.parse_known_args(arguments)
        if unknown:
            # Said by the command's own parser, so that its usage is shown and not only the list of commands.
            (commands[options.command] if options.command else parser).error(f"unknown arguments: {' '.join(unknown)}")
    except SystemExit as ended:  # argparse has printed its help or its complaint
        return ended.code if isinstance(ended.code, int) else USAGE_EXIT
    if options.command is None:
        parser.print_help(sys.stderr)
        return USAGE_EXIT
    if options.command == "check":
        from isolint.cli import check

        return check.run(options, opener)
    if options.command == "explain":
        from isolint.cli import explain

        return explain.run(options, opener)
    if options.command == "config":
        from isolint.cli import config

        return config.run(options)
    if options.command == "rule":
        from isolint.cli import rule

        return rule.run(options)
    from isolint.cli import server

    return server.run(options)


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    import argparse

    parser = argparse.ArgumentParser(
        prog="isolint",
        description="Shows which database work of a Django test leaves its transaction, and rewrites the test.",
        epilog="Exit codes: 0 no error or warning, 1 errors or warnings, 2 usage, configuration or internal error.",
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"isolint {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    check = commands.add_parser(
        "check", help="report tests whose database work leaves their transaction", allow_abbrev=False
    )
    check.add_argument("paths", nargs="*", metavar="PATH", help="files or folders (default: .); - reads stdin")
    _format_option(check, CHECK_FORMATS)
    check.add_argument("-o", "--output-file", metavar="FILE", help="write the findings to a file instead of stdout")
    check.add_argument("--statistics", action="store_true", help="count the findings by rule and by cause instead")
    check.add_argument("--fix", action="store_true", help="convert the tests that can be converted safely")
    check.add_argument("--diff", action="store_true", help="show what --fix would change, and write nothing")
    check.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: apply unsafe fixes too")
    _rule_options(check)
    check.add_argument(
        "--add-ignores",
        action="store_true",
        help="accept what is found now: write a comment that ignores it on its line, or, with --baseline, that file",
    )
    check.add_argument(
        "--baseline", metavar="FILE", help="do not report the findings accepted in FILE (--add-ignores writes it)"
    )
    check.add_argument("--show-info", action="store_true", help="show infos and hints as well")
    check.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    check.add_argument("--watch", action="store_true", help="check again whenever a file has changed, until Ctrl+C")
    check.add_argument("--stdin-filename", metavar="NAME", help="the file that the text on stdin stands for")
    check.add_argument("-q", "--quiet", action="store_true", help="print findings only: no counts, no notices")
    _engine_options(check)

    explain = commands.add_parser(
        "explain", help="tell for each test why there is or is not a finding", allow_abbrev=False
    )
    explain.add_argument("targets", nargs="+", metavar="PATH[::TEST]", help="a test, a file or a folder")
    explain.add_argument("-v", "--verbose", action="store_true", help="everything about each test, however many")
    _format_option(explain, ("text", "json"))
    _engine_options(explain)

    rule = commands.add_parser("rule", help="show the page of a rule, or list all rules", allow_abbrev=False)
    rule.add_argument("rule", nargs="?", metavar="NAME|CODE", help="the rule's name or code")
    rule.add_argument("--all", action="store_true", help="list all rules (the default without a name)")
    _format_option(rule, ("text", "json"))

    config = commands.add_parser("config", help="show every setting and where its value comes from", allow_abbrev=False)
    config.add_argument("path", nargs="?", default=".", metavar="PATH", help="a file or folder of the project")
    _format_option(config, ("text", "json"))
    _rule_options(config)
    _override_option(config)

    server = commands.add_parser("server", help="start the language server", allow_abbrev=False)
    server.add_argument("--stdio", action="store_true", help="talk over stdin and stdout (the default)")
    server.add_argument("--tcp", action="store_true", help="listen on a TCP port instead")
    server.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    server.add_argument("--port", type=_port, default=2087, help="the port (default: %(default)s; 0: any free one)")
    return parser, {"check": check, "explain": explain, "config": config, "rule": rule, "server": server}


def _format_option(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    listed = f"{', '.join(formats)} (default: %(default)s)"
    parser.add_argument("--output-format", choices=formats, default="text", metavar="FORMAT", help=listed)


def _rule_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--select",
        action="append",
        metavar="RULES",
        help="report these rules only, whatever the settings ignore: names, codes, prefixes (ISO1) or ALL, by commas",
    )
    parser.add_argument(
        "--ignore", action="append", metavar="RULES", help="do not report these, nor those that the settings ignore"
    )


def _engine_options(parser: argparse.ArgumentParser) -> None:
    _override_option(parser)
    parser.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="processes to use (default: as many as pay, and this process may use; 1: no others)",
    )
    parser.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")


def _override_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        action="append",
        metavar="KEY=VALUE",
        default=[],
        help="override a setting of [tool.isolint]; the value is TOML",
    )


def _jobs(text: str) -> int:
    import argparse

    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"not a number of processes: {text}")
    return int(text)


def _port(text: str) -> int:
    import argparse

    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"not a port: {text}")
    return int(text)


def _say(message: str) -> None:
    with contextlib.suppress(OSError):  # nobody listens
        print(f"isolint: {message}", file=sys.stderr)


def _discard_stdout() -> None:
    with contextlib.suppress(OSError, ValueError):  # not a real file: nothing will flush it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
