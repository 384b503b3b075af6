"""How the command line says that it cannot go on: one line on stderr and exit code 2. Nothing else lives here."""

from __future__ import annotations

USAGE_EXIT = 2
"""Usage, configuration or internal error (the contract of the command line)."""


class CommandError(Exception):
    """Something the user has to know and that ends the command. The text is one line, without the program's name."""

    def __init__(self, message: str, exit_code: int = USAGE_EXIT) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
