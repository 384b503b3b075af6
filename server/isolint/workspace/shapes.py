"""The plain data that `workspace` hands to the rooms below it: environment, pytest configuration, settings.

Everything here is frozen and comparable, so that a change can be noticed by comparing. Nothing here reads a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from msgspec import Struct


class Place(Struct, frozen=True, gc=False, tag=True):
    """Where a fact stands, for people: an absolute path and a line from 1 (0: the file as a whole)."""

    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in what was read: shown on stderr or in the log as one line, `PATH:LINE: message`."""

    path: str
    line: int
    message: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution, read from its metadata files.

    `name` is normalised (PEP 503), `requires` are normalised names, `location` is the site-packages folder."""

    name: str
    version: str
    location: str
    requires: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One `pytest11` entry point: `name = module`."""

    name: str
    module: str
    distribution: str


@dataclass(frozen=True, slots=True)
class Environment:
    """The project's Python environment, read as files. `prefix` is None when there is none; then `looked_for` says
    where it was looked for, in order. Import roots are `site_packages` (with `.pth` paths added) and `stdlib`."""

    prefix: str | None
    python_version: tuple[int, int] | None = None
    site_packages: tuple[str, ...] = ()
    stdlib: str | None = None
    distributions: Mapping[str, Distribution] = field(default_factory=lambda: MappingProxyType({}))
    entry_points: tuple[EntryPoint, ...] = ()
    looked_for: tuple[str, ...] = ()
    how: str = ""

    def version(self, name: str) -> str | None:
        """The installed version of a distribution (normalised name), or None."""
        found = self.distributions.get(name)
        return found.version if found else None


@dataclass(frozen=True, slots=True)
class PytestConfig:
    """pytest's configuration as pytest itself would find it for one run (facts: rules A1).

    `arguments` are `addopts` followed by `PYTEST_ADDOPTS`, split; options were already applied to the fields below.
    `plugins` are the `-p NAME` in order, then `PYTEST_PLUGINS`; `blocked` the `-p no:NAME` (without `no:`) and what
    they block with them (`pytest_NAME`). `async_unsafe` says whether `DJANGO_ALLOW_ASYNC_UNSAFE` is set, in our own
    environment or by pytest-env's `env`. `warnings` are the `-W` of the arguments, which count after `filterwarnings`.
    `pythonpath`, `ignore` and `ignore_glob` are absolute. A fatal problem is one with which pytest itself would stop;
    the fields then hold what could be read all the same.
    """

    inifile: str | None
    rootdir: str
    confcutdir: str
    style: Literal["none", "pytest.toml", "pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"] = "none"
    python_files: tuple[str, ...] = ("test_*.py", "*_test.py")
    python_classes: tuple[str, ...] = ("Test",)
    python_functions: tuple[str, ...] = ("test",)
    testpaths: tuple[str, ...] = ()
    norecursedirs: tuple[str, ...] = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
    ignore: tuple[str, ...] = ()
    ignore_glob: tuple[str, ...] = ()
    usefixtures: tuple[str, ...] = ()
    pythonpath: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    blocked: frozenset[str] = frozenset()
    autoload: bool = True
    noconftest: bool = False
    collect_imported_tests: bool = True
    asyncio_mode: Literal["strict", "auto"] = "strict"
    asyncio_mode_place: Place | None = None
    anyio_mode: Literal["strict", "auto"] = "strict"
    trio_mode: bool = False
    empty_parameter_set_mark: str = "skip"
    import_mode: str = "prepend"
    django_settings: str | None = None
    usefixtures_place: Place | None = None
    markers: tuple[str, ...] = ()
    markers_place: Place | None = None
    django_find_project: bool = True
    async_unsafe: bool = False
    filterwarnings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


Severity = Literal["error", "warning", "info", "hint", "off"]


@dataclass(frozen=True, slots=True)
class UserRows:
    """Rows declared by the user, by dotted name: they are catalogue rows like ours.

    hops: name -> "worker" | "pool" | "home" (what calling `name(f)(...)` does); effects: name -> "read" | "write";
    pure: names; database_fixtures: fixture name -> "rollback" | "flush"."""

    hops: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    effects: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pure: frozenset[str] = frozenset()
    database_fixtures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Settings:
    """`[tool.isolint]`, validated. `fix_form` is "direct" or "helper" (how a plain await is bridged). `origins` says
    where each setting that is not the default was written, by (name,) or (name, key of the table)."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    exclude: tuple[str, ...] = ()
    environment: str | None = None
    fix_form: Literal["direct", "helper"] = "direct"
    rows: UserRows = field(default_factory=UserRows)
    problems: tuple[Problem, ...] = ()
    source: str | None = None
    origins: Mapping[tuple[str, ...], Place] = field(default_factory=lambda: MappingProxyType({}), compare=False)
