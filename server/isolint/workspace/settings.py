"""Our own settings: `[tool.isolint]`, the editor's and the command line's, by one resolver.

Where settings come from, their names, types, defaults and descriptions (`SETTINGS`, from which the documentation is
generated). What a setting does is decided by the room that uses it; rules are known here only by the names that the
caller passes in.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from isolint.workspace.files import Read, upwards
from isolint.workspace.shapes import Place, Problem, Settings, Severity, UserRows
from isolint.workspace.toml_file import line_of, parse_toml

LEVELS: tuple[Severity, ...] = get_args(Severity)
"""What `severity` may be."""

EDITOR = "editor settings"
"""What a `Problem` or an origin calls the place of settings that came with a request: the editor's, or options."""

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*$")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as documentation and a schema show it.

    `type` is "strings", "string", "choice", "table of choices" or "table of strings"; `choices` are the values allowed
    (of the table's values, for tables). `keys` says what the keys of a table are."""

    name: str
    type: Literal["strings", "string", "choice", "table of choices", "table of strings"]
    default: str
    doc: str
    choices: tuple[str, ...] = ()
    keys: str = ""


SETTINGS: tuple[Setting, ...] = (
    Setting("select", "strings", '["ALL"]', "Rules to report, by name, code or first letters of codes; `ALL` is all."),
    Setting(
        "ignore",
        "strings",
        "[]",
        "Rules not to report, in the same way; the more exact of `select` and `ignore` wins, and `ignore` if both are.",
    ),
    Setting(
        "per-file-ignores",
        "table of strings",
        "{}",
        "Rules not to report in files that match a glob pattern.",
        keys="a glob pattern, relative to the folder of the settings file",
    ),
    Setting(
        "severity",
        "table of choices",
        "{}",
        "The severity of a rule, instead of its own; `off` is the same as `ignore`.",
        LEVELS,
        keys="a rule's name or code",
    ),
    Setting("exclude", "strings", "[]", "Glob patterns of files and folders that are neither read nor reported."),
    Setting(
        "environment",
        "string",
        "found by itself",
        "The project's Python environment: its folder or its interpreter, relative to the settings file's folder.",
    ),
    Setting(
        "fix-form",
        "choice",
        '"direct"',
        "How a fix calls one remaining coroutine: `async_to_sync(f)(x)` or the class's helper `self._run_async(f(x))`.",
        ("direct", "helper"),
    ),
    Setting(
        "hops",
        "table of choices",
        "{}",
        "Where a callable of yours runs the function that it is given: on asgiref's worker, in a pool, or at home.",
        ("worker", "pool", "home"),
        keys="a dotted name",
    ),
    Setting(
        "effects",
        "table of choices",
        "{}",
        "What a callable of yours does to the database.",
        ("read", "write"),
        keys="a dotted name",
    ),
    Setting("pure", "strings", "[]", "Dotted names of callables that do not touch the database."),
    Setting(
        "database-fixtures",
        "table of choices",
        "{}",
        "Fixtures that set up the database themselves, and how it is cleaned afterwards.",
        ("rollback", "flush"),
        keys="a fixture's name",
    ),
)
"""Every setting, in the order of the documentation. Keys are the same in TOML, in the editor and after `--config`."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_DOTTED_TABLES = frozenset({"hops", "effects"})


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a value was written: a path (or the words for what is no file), and the line of a key."""

    path: str
    line: Callable[[Sequence[str]], int]


def resolve_settings(
    folder: str,
    read: Read,
    *,
    editor: Mapping[str, object] | None = None,
    command_line: Sequence[str] = (),
    rules: Collection[str] = (),
) -> Settings:
    """The settings of the project in `folder` (absolute): the nearest `pyproject.toml` with a `[tool.isolint]`, up to
    the top of the repository; over it `editor` (the same keys, kebab-case, camelCase or snake_case); over that
    `command_line` (`KEY=VALUE`, the value as TOML, or as a plain string; `severity.RULE=off` sets one key of a table).

    A later source replaces a list or a string, and adds to a table and to `ignore`; one with a `select` starts anew, so
    that what it selects is not ignored by an earlier one. `rules` are the names and codes that exist; without them,
    rule names are not checked. Never raises: what is wrong is left out and named in `problems`."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    origins: dict[tuple[str, ...], Place] = {}

    def add(table: Mapping[str, Any], source: _Source) -> None:
        _add(values, origins, _validated(table, source, rules, problems), source)

    path, table = _nearest(folder, read, problems)
    if path is not None:
        add(table, _toml_source(path, read))
        if isinstance(values.get("environment"), str):
            values["environment"] = _relative_to(os.path.dirname(path), values["environment"])
    if editor:
        named = {_kebab(key): value for key, value in editor.items() if value is not None}
        add(named, _Source(EDITOR, lambda _: 0))
    given: dict[str, Any] = {}
    for argument in command_line:
        parsed = _parse_argument(argument, problems)
        if parsed is not None:
            _merge(given, parsed)
    add(given, _Source("--config", lambda _: 0))
    return Settings(
        select=tuple(values.get("select", ("ALL",))),
        ignore=tuple(values.get("ignore", ())),
        per_file_ignores=tuple(
            (pattern, tuple(names)) for pattern, names in values.get("per-file-ignores", {}).items()
        ),
        severity=MappingProxyType(values.get("severity", {})),
        exclude=tuple(values.get("exclude", ())),
        environment=values.get("environment") or None,
        fix_form=values.get("fix-form", "direct"),
        rows=UserRows(
            hops=MappingProxyType(values.get("hops", {})),
            effects=MappingProxyType(values.get("effects", {})),
            pure=frozenset(values.get("pure", ())),
            database_fixtures=MappingProxyType(values.get("database-fixtures", {})),
        ),
        problems=tuple(problems),
        source=path,
        origins=MappingProxyType(origins),
    )


def _add(
    values: dict[str, Any], origins: dict[tuple[str, ...], Place], more: Mapping[str, Any], source: _Source
) -> None:
    """The settings with those of one more source, and where each of these stands."""
    if "select" in more:
        values.pop("ignore", None)
        origins.pop(("ignore",), None)
    for name, value in more.items():
        if name == "ignore":
            values[name] = list(dict.fromkeys([*values.get(name, ()), *value]))
        else:
            _merge(values, {name: value})
        for keys in [(name, key) for key in value] if isinstance(value, dict) else [(name,)]:
            origins[keys] = Place(source.path, source.line(keys))


def _nearest(folder: str, read: Read, problems: list[Problem]) -> tuple[str | None, dict[str, Any]]:
    """Not above the repository: what lies there does not come with it, and CI would answer differently."""
    for parent in upwards(folder):
        path = os.path.join(parent, "pyproject.toml")
        data = read(path)
        if data is not None:
            file = parse_toml(path, data)
            tool = file.document.get("tool")
            table = tool.get("isolint") if isinstance(tool, dict) else None
            if table is not None or b"tool.isolint" in data:
                problems.extend(file.problems)
            if isinstance(table, dict):
                return path, table
            if table is not None:
                line = line_of(file.text, ("tool", "isolint"))
                problems.append(Problem(path, line, "tool.isolint: expected a table"))
                return path, {}
        if os.path.lexists(os.path.join(parent, ".git")):
            break
    return None, {}


def _toml_source(path: str, read: Read) -> _Source:
    text = (read(path) or b"").decode("utf-8", "replace")
    return _Source(path, lambda keys: line_of(text, ("tool", "isolint", *keys)))


def _relative_to(folder: str, path: str) -> str:
    """A relative path of a settings file, made absolute; `~` and `${...}` are left to `expand_setting`."""
    return path if path.startswith(("~", "${")) or not path else os.path.normpath(os.path.join(folder, path))


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).replace("_", "-").lower()


def _parse_argument(argument: str, problems: list[Problem]) -> dict[str, Any] | None:
    """`KEY=VALUE` as a nested table. The value is TOML; what is no TOML is taken as it stands, as shells eat quotes."""
    key, equals, text = argument.partition("=")
    name, dot, rest = key.strip().partition(".")
    name = _kebab(name)
    if not equals or not name:
        problems.append(Problem("--config", 0, f"expected KEY=VALUE, found {argument!r}"))
        return None
    value: Any
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        value = text.strip()
    setting = _BY_NAME.get(name)
    if setting is not None and isinstance(value, str):
        wants_list = setting.type == "strings" and not dot
        wants_list |= setting.type == "table of strings" and bool(dot)
        if wants_list:
            value = [part.strip() for part in value.split(",") if part.strip()]
    return {name: {rest.strip().strip("\"'"): value}} if dot else {name: value}


def _merge(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        known = values.get(name)
        values[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value


# --- validation -------------------------------------------------------------------------------------------------------


def _validated(
    table: Mapping[str, Any], source: _Source, rules: Collection[str], problems: list[Problem]
) -> dict[str, Any]:
    """The part of a table that is right."""
    found: dict[str, Any] = {}

    def wrong(keys: Sequence[str], message: str) -> None:
        problems.append(Problem(source.path, source.line(keys), message))

    for name, value in table.items():
        setting = _BY_NAME.get(name)
        if setting is None:
            wrong((name,), f"unknown setting `{name}`{_suggestion(name, _BY_NAME)}")
        elif setting.type == "strings":
            items = _strings(value, (name,), wrong)
            if items is not None:
                found[name] = _known_names(items, setting, (name,), rules, wrong)
        elif setting.type == "string":
            if isinstance(value, str):
                found[name] = value
            else:
                wrong((name,), f"{name}: expected a string, found {value!r}")
        elif setting.type == "choice":
            if value in setting.choices:
                found[name] = value
            else:
                wrong(
                    (name,),
                    f"{name}: {value!r} is none of {_words(setting.choices)}{_suggestion(value, setting.choices)}",
                )
        elif isinstance(value, Mapping):
            found[name] = _valid_table(setting, value, rules, wrong)
        else:
            wrong((name,), f"{name}: expected a table, found {value!r}")
    return found


_Wrong = Callable[[Sequence[str], str], None]


def _valid_table(setting: Setting, table: Mapping[str, Any], rules: Collection[str], wrong: _Wrong) -> dict[str, Any]:
    name = setting.name
    flat = _flattened(table) if name in _DOTTED_TABLES else [((key,), value) for key, value in table.items()]
    found: dict[str, Any] = {}
    for keys, value in flat:
        key = ".".join(keys)
        if setting.type == "table of strings":
            items = _strings(value, (name, key), wrong)
            if items is not None:
                found[key] = _known_names(items, setting, (name, key), rules, wrong)
            continue
        if name in _DOTTED_TABLES and not _DOTTED.match(key):
            wrong((name, *keys), f"{name}: {key!r} is not a dotted name")
        elif not isinstance(value, str) or value not in setting.choices:
            message = f"{name}: {value!r} for `{key}` is none of {_words(setting.choices)}"
            wrong((name, *keys), message + _suggestion(value, setting.choices))
        elif name == "severity" and rules and key not in rules:
            wrong((name, key), f"{name}: unknown rule `{key}`{_suggestion(key, rules)}")
        else:
            found[key] = value
    return found


def _flattened(table: Mapping[str, Any], prefix: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """`app.models.save = "write"` without quotes is three nested tables in TOML; it means the dotted name."""
    found: list[tuple[tuple[str, ...], Any]] = []
    for key, value in table.items():
        found.extend(_flattened(value, (*prefix, key)) if isinstance(value, Mapping) else [((*prefix, key), value)])
    return found


def _strings(value: object, keys: Sequence[str], wrong: _Wrong) -> list[str] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    wrong(keys, f"{'.'.join(keys)}: expected a list of strings, found {value!r}")
    return None


def _known_names(
    items: list[str], setting: Setting, keys: Sequence[str], rules: Collection[str], wrong: _Wrong
) -> list[str]:
    """Those that can mean something: a name or a prefix of a rule, or a dotted name for `pure`."""
    found = []
    for item in items:
        if setting.name == "pure" and not _DOTTED.match(item):
            wrong(keys, f"pure: {item!r} is not a dotted name")
        elif setting.name in ("select", "ignore", "per-file-ignores") and rules and not _names_a_rule(item, rules):
            wrong(keys, f"{setting.name}: no rule is called `{item}`{_suggestion(item, rules)}")
        else:
            found.append(item)
    return found


def _names_a_rule(item: str, rules: Collection[str]) -> bool:
    """`ALL`, a name or a code, or the first letters of a code."""
    upper = item.upper()
    if upper == "ALL" or item.lower().replace("_", "-") in rules:
        return True
    return bool(item) and any(rule.startswith(upper) for rule in rules)


def _suggestion(name: object, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1) if isinstance(name, str) else []
    return f", did you mean `{close[0]}`?" if close else ""


def _words(choices: Sequence[str]) -> str:
    return ", ".join(choices)
