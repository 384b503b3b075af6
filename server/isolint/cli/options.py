"""Settings that the command line overrides: `--select`, `--ignore` and `--config KEY=VALUE`, as one mapping.

Pure: strings in, the same keys out that `[tool.isolint]` has. Whether a key exists is for the settings' own reader to
say; the names of rules are checked here, where a spelling mistake can be answered at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

from isolint.cli.errors import CommandError


def overrides(config: Sequence[str], select: Sequence[str] | None, ignore: Sequence[str] | None) -> dict[str, object]:
    """The mapping for `Session(overrides=...)`. Raises CommandError for what is no KEY=VALUE or no rule."""
    result: dict[str, object] = {}
    for assignment in config:
        _merge(result, _parsed(assignment), assignment)
    for key, values in (("select", select), ("ignore", ignore)):
        if values is not None:
            result[key] = _rules([name.strip() for value in values for name in value.split(",") if name.strip()])
            if key == "select" and not result[key]:
                raise CommandError("--select names no rule; isolint rule --all lists them")
    return result


def _rules(selectors: list[str]) -> list[str]:
    from isolint.cli.rule import suggestion
    from isolint.rules import registry

    for selector in selectors:
        if not any(registry.matches(rule, selector) for rule in registry.rules()):
            raise CommandError(f"no rule {selector!r}{suggestion(selector)}")
    return selectors


def _parsed(assignment: str) -> dict[str, object]:
    key, equals, value = assignment.partition("=")
    if not equals or not key.strip():
        raise CommandError(f"--config takes KEY=VALUE, not {assignment!r}")
    try:
        parsed = tomllib.loads(f"{key} = ''")
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"--config: {key.strip()!r} is not a key: {error}") from error
    try:
        written = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        # `--config environment=.venv`: a shell user does not write TOML's quotes.
        written = _as_list(value) if _wants_list(parsed) else value.strip()
    _set_leaf(parsed, written)
    return parsed


def _wants_list(parsed: dict[str, object]) -> bool:
    """Whether the one setting in it is a list of strings: nor does a shell user write brackets (`select=ISO1,ISO2`)."""
    from isolint.workspace.settings import SETTINGS

    kinds = {setting.name: setting.type for setting in SETTINGS}
    ((key, inner),) = parsed.items()
    return kinds.get(key) == ("table of strings" if isinstance(inner, dict) else "strings")


def _as_list(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _set_leaf(table: dict[str, object], value: object) -> None:
    for key, inner in table.items():
        if isinstance(inner, dict):
            _set_leaf(inner, value)
        else:
            table[key] = value


def _merge(into: dict[str, object], new: dict[str, object], assignment: str) -> None:
    for key, value in new.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value, assignment)
        elif isinstance(old, dict) or (isinstance(value, dict) and old is not None):
            raise CommandError(f"--config {assignment!r} contradicts an earlier one")
        else:
            into[key] = value
