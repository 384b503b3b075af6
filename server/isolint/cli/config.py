"""`isolint config`: every setting with its value and the place it came from, and what was found around the project.

Reads settings, pytest's configuration and the environment; analyses nothing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolint.cli import options, paths
from isolint.cli.engine import project_root
from isolint.cli.errors import USAGE_EXIT
from isolint.cli.notices import Notices
from isolint.cli.terminal import cell_width, printable, style_for

if TYPE_CHECKING:
    import argparse

    from isolint.workspace.project import Project
    from isolint.workspace.shapes import Place, PytestConfig, Settings

_PACKAGES = ("django", "pytest", "pytest-django", "pytest-asyncio", "anyio", "channels")
"""Distributions whose versions decide what tests do."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One setting, or one key of a table; `origin` is None for a default."""

    name: str
    key: str | None
    value: object
    origin: Place | None


def run(arguments: argparse.Namespace) -> int:
    """Print the settings in force for a path; 2 when an option is wrong, or the configuration cannot be read."""
    from isolint.rules import registry
    from isolint.workspace.files import Files, reader
    from isolint.workspace.project import open_project

    overrides = options.overrides(arguments.config, arguments.select, arguments.ignore)
    cwd = os.getcwd()
    targets = paths.existing([arguments.path], cwd)
    root = project_root(targets, cwd)
    known = {name for rule in registry.rules() for name in (rule.name, rule.code)}
    project = open_project(root, reader(Files({})), os.environ, editor=overrides, rules=known)
    config = project.config_for(os.path.join(root, "test_.py"))
    show = paths.relative_to(cwd, root)
    notices = Notices(show, quiet=False)
    notices.problems((*project.problems, *config.problems))
    entries = list(_entries(project.settings))
    if arguments.output_format == "json":
        print(json.dumps(_document(entries, project, config, show), indent=2))
    else:
        _print(entries, project, config, show)
    return USAGE_EXIT if notices.failed else 0


def _entries(settings: Settings) -> Iterator[_Entry]:
    from isolint.workspace.settings import SETTINGS

    values: dict[str, object] = {
        "select": list(settings.select),
        "ignore": list(settings.ignore),
        "per-file-ignores": {pattern: list(names) for pattern, names in settings.per_file_ignores},
        "severity": settings.severity,
        "exclude": list(settings.exclude),
        "environment": settings.environment,
        "fix-form": settings.fix_form,
        "hops": settings.rows.hops,
        "effects": settings.rows.effects,
        "pure": sorted(settings.rows.pure),
        "database-fixtures": settings.rows.database_fixtures,
    }
    for setting in SETTINGS:
        value = values[setting.name]
        if isinstance(value, Mapping) and value:
            for key, inner in value.items():
                yield _Entry(setting.name, key, inner, settings.origins.get((setting.name, key)))
        else:
            empty = {} if isinstance(value, Mapping) else value
            yield _Entry(setting.name, None, empty, settings.origins.get((setting.name,)))


def _print(entries: list[_Entry], project: Project, config: PytestConfig, show: paths.ShowPath) -> None:
    style = style_for(sys.stdout)
    rows = [
        (printable(entry.name if entry.key is None else f"{entry.name}.{entry.key}"), _value(entry), entry)
        for entry in entries
    ]
    names = max(cell_width(name) for name, _, _ in rows)
    values = min(max(cell_width(value) for _, value, _ in rows), 60)
    for name, value, entry in rows:
        origin = _origin(entry.origin, show)
        told = style.dim(origin) if entry.origin is None else origin
        print(f"{_padded(name, names)}  {_padded(value, values)}  {told}")
    print()
    for name, told in _surroundings(project, config, show):
        print(f"{_padded(name, names)}  {printable(told)}")


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - cell_width(text))


def _value(entry: _Entry) -> str:
    """As it would be written in TOML."""
    if entry.value is None:
        return "not set"
    return printable(json.dumps(entry.value, ensure_ascii=False))


def _origin(origin: Place | None, show: paths.ShowPath) -> str:
    from isolint.workspace.settings import EDITOR

    if origin is None:
        return "default"
    # What the engine calls an editor are our own options here.
    if origin.path == EDITOR:
        return "command line"
    return printable(f"{show(origin.path)}:{origin.line}" if origin.line else show(origin.path))


def _surroundings(project: Project, config: PytestConfig, show: paths.ShowPath) -> Iterator[tuple[str, str]]:
    yield "project", project.root
    yield "settings file", show(project.settings.source) if project.settings.source else "none found"
    yield "pytest", show(config.inifile) if config.inifile else "no configuration found"
    environment = project.environment
    if environment.prefix is None:
        yield "environment", f"none found; looked for {', '.join(environment.looked_for) or 'nothing'}"
        return
    yield "environment", f"{environment.prefix} ({environment.how})" if environment.how else environment.prefix
    versions = [f"{name} {version}" for name in _PACKAGES if (version := environment.version(name))]
    yield "packages", ", ".join(versions) or "none of Django's and pytest's"


def _document(entries: list[_Entry], project: Project, config: PytestConfig, show: paths.ShowPath) -> dict[str, object]:
    environment = project.environment
    return {
        "root": project.root,
        "settings": [
            {"name": entry.name, "key": entry.key, "value": entry.value, "origin": _place(entry.origin, show)}
            for entry in entries
        ],
        "settings_file": show(project.settings.source) if project.settings.source else None,
        "pytest": show(config.inifile) if config.inifile else None,
        "environment": {
            "path": environment.prefix,
            "found": environment.how,
            "looked_for": list(environment.looked_for),
            "versions": {name: environment.version(name) for name in _PACKAGES},
        },
    }


def _place(origin: Place | None, show: paths.ShowPath) -> dict[str, object]:
    from isolint.workspace.settings import EDITOR

    if origin is None:
        return {"kind": "default"}
    if origin.path == EDITOR:
        return {"kind": "command line"}
    return {"kind": "file", "path": show(origin.path), "line": origin.line}
