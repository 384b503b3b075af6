"""The inputs of this room: pytest's configuration, the environment and the settings that bear on fixtures.

They are set (or provided on first read) by `check.session`; nothing here reads a file.
"""

from __future__ import annotations

from isolint.store.memo import Input
from isolint.workspace.shapes import Environment, PytestConfig

CONFIG: Input[str, PytestConfig] = Input("pytest configuration", PytestConfig(None, "", ""))
"""Key: the absolute path of a test file; the configuration of `pytest <file>`."""

ENVIRONMENT: Input[str, Environment] = Input("environment", Environment(None))
"""Key: the empty string."""

USER_DATABASE_FIXTURES: Input[str, tuple[tuple[str, str], ...]] = Input("database fixtures", ())
"""Key: the empty string. The user's `database-fixtures`: (fixture name, "rollback" or "flush")."""
