"""`isolint server`: hands over to the language server, which is imported here and nowhere else in the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isolint.cli.errors import CommandError

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Serve until the client says exit; return the exit code that the protocol asks for."""
    if options.stdio and options.tcp:
        raise CommandError("--stdio and --tcp exclude each other")
    from isolint.lsp.main import serve

    return serve(host=options.host, port=options.port) if options.tcp else serve()
