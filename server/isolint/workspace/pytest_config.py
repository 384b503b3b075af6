"""pytest's configuration, found and parsed as pytest 9 itself does it.

The rules (which file counts, in which order, how its values are typed, what the command line changes) are those of
`_pytest/config/findpaths.py` and `_pytest/config/__init__.py` of pytest 9.2, and a test holds them against the real
thing. Differences on purpose: nothing is raised (an error becomes a fatal problem and the search goes on), and paths
stay as the editor spells them (no links resolved). What the values mean for tests and fixtures is decided elsewhere.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import Any, Literal, TypeVar

import iniconfig

from isolint.workspace.files import Read, upwards
from isolint.workspace.pytest_options import PytestOptions, parse_options, plugin_arguments
from isolint.workspace.shapes import Place, Problem, PytestConfig
from isolint.workspace.toml_file import TomlFile, line_of, parse_toml

Style = Literal["none", "pytest.toml", "pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"]

CONFIG_NAMES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
"""The files that pytest tries in each folder, in its order of precedence."""

_TOML_MODE_SINCE = (9, 0)
_BARE_PYPROJECT_SINCE = (8, 1)
_NEWEST = (9, 2)
_MODES = ("strict", "auto")
_IMPORT_MODES = ("prepend", "append", "importlib")
_ESSENTIAL_PLUGINS = frozenset({"mark", "main", "runner", "fixtures", "helpconfig"})
_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})", re.ASCII)
_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(PytestConfig)}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Value:
    """One option as written. Mode "toml" keeps native types; in mode "ini" it is a string or a list."""

    value: object
    mode: Literal["ini", "toml"]
    place: Place | None


_Table = Mapping[str, _Value]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What one file says; `table` is None when pytest would go on searching."""

    table: _Table | None
    style: Style
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Folder:
    """What one folder holds: the file that counts, and the `pyproject.toml`, whether or not it counts."""

    path: str | None
    loaded: _Loaded | None
    pyproject: str | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Setup:
    """Where the search ended."""

    rootdir: str
    inifile: str | None
    table: _Table
    style: Style
    problems: tuple[Problem, ...] = ()


def find_config(
    root: str,
    targets: Sequence[str],
    environ: Mapping[str, str],
    read: Read,
    *,
    version: tuple[int, int] = _NEWEST,
) -> PytestConfig:
    """The configuration of `pytest TARGETS` run in the folder `root`.

    `targets` are what would stand on the command line: paths (absolute or relative to `root`, node ids allowed) and
    options. `version` is the project's pytest (major, minor): before 9.0 there is no `pytest.toml` and no
    `[tool.pytest]`. Errors are fatal problems of the result, with the path and line that they are about."""
    return _find(root, targets, environ, lambda folder: _scan_folder(folder, read, version), read, {})


def config_finder(
    root: str, environ: Mapping[str, str], read: Read, *, version: tuple[int, int] = _NEWEST
) -> Callable[[str], PytestConfig]:
    """A function that gives the configuration of `pytest FILE` run in `root`, for any absolute file.

    One file can have two configurations (`pytest` in the root finds `pytest.ini` there, `pytest sub/test_a.py` finds
    `sub/pyproject.toml`); an editor has one file in front, so the nearest counts. The answer depends on the file's
    folder only, and is kept for as long as the function is: make a new one when a configuration file changes. Files
    with the same configuration get the same object."""
    folders: dict[str, _Folder] = {}
    by_folder: dict[str, PytestConfig] = {}
    by_setup: dict[_Key, PytestConfig] = {}

    def scan(folder: str) -> _Folder:
        found = folders.get(folder)
        if found is None:
            found = folders[folder] = _scan_folder(folder, read, version)
        return found

    def config_for(file: str) -> PytestConfig:
        folder = os.path.dirname(file)
        found = by_folder.get(folder)
        if found is None:
            found = by_folder[folder] = _find(root, (folder,), environ, scan, read, by_setup)
        return found

    return config_for


def names_config_file(path: str) -> bool:
    """Whether a change of this file can change pytest's configuration."""
    return os.path.basename(path) in CONFIG_NAMES


_Key = tuple[str, str | None, tuple[Problem, ...]]
"""What a configuration depends on within one finder: root, file, and the problems met on the way to it."""


# --- which file -------------------------------------------------------------------------------------------------------


def _find(
    root: str,
    targets: Sequence[str],
    environ: Mapping[str, str],
    scan: Callable[[str], _Folder],
    read: Read,
    known: dict[_Key, PytestConfig],
) -> PytestConfig:
    problems: list[Problem] = []
    from_environment = _environment_arguments(environ, problems)
    outer = [*from_environment, *targets]
    # pytest has loaded no plugin yet when it looks for its configuration.
    first = parse_options(outer, plugins=False)
    setup = _determine_setup(root, first, environ, scan, read)
    key = (setup.rootdir, setup.inifile, setup.problems)
    config = known.get(key)
    if config is None:
        config = known[key] = _build(root, setup, from_environment, outer, tuple(problems), environ)
    return config


def _environment_arguments(environ: Mapping[str, str], problems: list[Problem]) -> list[str]:
    try:
        return shlex.split(environ.get("PYTEST_ADDOPTS", ""))
    except ValueError as error:
        problems.append(Problem("PYTEST_ADDOPTS", 0, f"cannot be split: {error}", fatal=True))
        return []


def _determine_setup(
    root: str, options: PytestOptions, environ: Mapping[str, str], scan: Callable[[str], _Folder], read: Read
) -> _Setup:
    """Rule A1.1-A1.3: `-c`, else the nearest file above the arguments' common folder, else `setup.py`, else the nearest
    above each argument, else no file at all."""
    folders = [found for path in options.paths if (found := _folder_of_argument(root, path)) is not None]
    ancestor = _common_folder(folders, root)
    if options.inifile:
        setup = _explicit_setup(root, options.inifile, ancestor, read)
    else:
        setup = _located_setup(root, folders, ancestor, given=bool(options.rootdir), scan=scan, read=read)
    if options.rootdir:
        rootdir = _absolute(root, _expand_variables(options.rootdir, environ))
        if os.path.isdir(rootdir):
            return replace(setup, rootdir=rootdir)
        problem = Problem(rootdir, 0, "the folder given with --rootdir does not exist", fatal=True)
        return replace(setup, problems=(*setup.problems, problem))
    return setup


def _located_setup(
    root: str, folders: Sequence[str], ancestor: str, *, given: bool, scan: Callable[[str], _Folder], read: Read
) -> _Setup:
    problems: list[Problem] = []
    located = _locate([ancestor], scan, problems)
    if located is None and not given:
        rootdir = _first_with_setup_py(ancestor, read)
        if rootdir is not None:
            return _Setup(rootdir, None, {}, "none", tuple(problems))
        if folders != [ancestor]:
            again: list[Problem] = []
            located = _locate(folders or [root], scan, again)
            problems.extend(problem for problem in again if problem not in problems)
    if located is None:
        rootdir = _common_folder([root, ancestor], root)
        located = _Setup(ancestor if _is_fs_root(rootdir) else rootdir, None, {}, "none")
    return replace(located, problems=tuple(problems))


def _explicit_setup(root: str, name: str, ancestor: str, read: Read) -> _Setup:
    """`-c FILE`: the file's folder is the root; something that is no file (`/dev/null`) means no configuration."""
    path = _absolute(root, name)
    elsewhere = root if _is_fs_root(ancestor) else ancestor
    if os.path.isdir(path):
        return _Setup(elsewhere, None, {}, "none", (Problem(path, 0, "-c names a folder", fatal=True),))
    data = read(path)
    if data is None:
        if os.path.exists(path):
            return _Setup(elsewhere, path, {}, "none")
        return _Setup(elsewhere, None, {}, "none", (Problem(path, 0, "the file given with -c is missing", fatal=True),))
    loaded = _load(path, data, explicit=True)
    return _Setup(os.path.dirname(path), path, loaded.table or {}, loaded.style, loaded.problems)


def _locate(starts: Sequence[str], scan: Callable[[str], _Folder], problems: list[Problem]) -> _Setup | None:
    """The nearest file that counts, else the nearest `pyproject.toml`; `problems` collects what stood on the way."""
    pyproject: str | None = None
    for start in starts:
        for folder in upwards(start):
            found = scan(folder)
            problems.extend(found.problems)
            if pyproject is None:
                pyproject = found.pyproject
            if found.path is not None and found.loaded is not None:
                return _Setup(folder, found.path, found.loaded.table or {}, found.loaded.style)
    if pyproject is not None:
        return _Setup(os.path.dirname(pyproject), pyproject, {}, "pyproject.toml")
    return None


def _scan_folder(folder: str, read: Read, version: tuple[int, int]) -> _Folder:
    """The first of `CONFIG_NAMES` that counts. The files after it are read too, as pytest reads them to warn that they
    are ignored, and stops when one of them is broken."""
    hit: str | None = None
    loaded: _Loaded | None = None
    pyproject: str | None = None
    problems: list[Problem] = []
    for name in CONFIG_NAMES:
        if version < _TOML_MODE_SINCE and name in ("pytest.toml", ".pytest.toml"):
            continue
        path = os.path.join(folder, name)
        data = read(path)
        if data is None:
            continue
        if name == "pyproject.toml" and hit is None and version >= _BARE_PYPROJECT_SINCE:
            pyproject = path
        found = _load(path, data, native_toml=version >= _TOML_MODE_SINCE)
        problems.extend(found.problems)
        if hit is None and found.table is not None:
            hit, loaded = path, found
    return _Folder(hit, loaded, pyproject, tuple(problems))


def _first_with_setup_py(start: str, read: Read) -> str | None:
    return next((folder for folder in upwards(start) if read(os.path.join(folder, "setup.py")) is not None), None)


def _folder_of_argument(root: str, argument: str) -> str | None:
    """The existing folder that an argument names (a file's own), its node id cut off; None when there is none."""
    path = _absolute(root, argument.partition("::")[0])
    try:
        if os.path.isdir(path):
            return path
        return os.path.dirname(path) if os.path.exists(path) else None
    except ValueError:
        return None


def _common_folder(folders: Sequence[str], root: str) -> str:
    try:
        return os.path.commonpath(folders) if folders else root
    except ValueError:  # different drives: pytest keeps what it had so far
        return folders[0]


def _absolute(root: str, path: str) -> str:
    return os.path.abspath(os.path.join(root, path))


def _is_fs_root(path: str) -> bool:
    return os.path.splitdrive(path)[1] == os.sep


def _expand_variables(text: str, environ: Mapping[str, str]) -> str:
    """`$NAME` and `${NAME}`, unknown ones kept, as `os.path.expandvars` does, but over the given environment."""
    return _VARIABLE.sub(lambda found: environ.get(found.group(1) or found.group(2), found.group()), text)


# --- what a file says -------------------------------------------------------------------------------------------------


def _load(path: str, data: bytes, *, explicit: bool = False, native_toml: bool = True) -> _Loaded:
    """Rule A1.2: which files count. The name decides how a file is read, and for `-c` with another name the suffix."""
    name = os.path.basename(path)
    suffix = os.path.splitext(name)[1]
    if name in ("pytest.toml", ".pytest.toml"):
        return _load_pytest_toml(parse_toml(path, data))
    if name in ("pytest.ini", ".pytest.ini"):
        return _load_ini(path, data, "pytest", "pytest.ini", always=True)
    if name == "pyproject.toml":
        return _load_tool_tables(parse_toml(path, data), native_toml)
    if name == "tox.ini":
        return _load_ini(path, data, "pytest", "tox.ini", always=False)
    if name == "setup.cfg" or (explicit and suffix == ".cfg"):
        return _load_ini(path, data, "tool:pytest", "setup.cfg", always=False)
    if suffix == ".ini":
        return _load_ini(path, data, "pytest", "pytest.ini", always=False)
    if suffix == ".toml":
        return _load_custom_toml(parse_toml(path, data))
    message = "a configuration file given with -c must end in .ini, .cfg or .toml"
    return _Loaded(None, "none", (Problem(path, 0, message, fatal=True),))


def _load_pytest_toml(file: TomlFile) -> _Loaded:
    """`pytest.toml` always counts, even when empty."""
    loaded = _pytest_table(file)
    return loaded if loaded.table is not None else replace(loaded, table={})


def _pytest_table(file: TomlFile) -> _Loaded:
    table = file.document.get("pytest")
    if isinstance(table, dict):
        return _Loaded(_toml_values(file, table, ("pytest",)), "pytest.toml", file.problems)
    stray = [key for key, value in file.document.items() if not isinstance(value, dict)]
    if stray:
        message = f"options must stand under [pytest]: {', '.join(stray)}"
        problem = Problem(file.path, line_of(file.text, stray[:1]), message, fatal=True)
        return _Loaded(None, "pytest.toml", (*file.problems, problem))
    return _Loaded(None, "pytest.toml", file.problems)


def _load_tool_tables(file: TomlFile, native: bool) -> _Loaded:
    """`[tool.pytest]` counts when it has a key of its own, `[tool.pytest.ini_options]` when it is there at all."""
    tool = file.document.get("tool")
    table = tool.get("pytest") if isinstance(tool, dict) else None
    if table is None:
        return _Loaded(None, "pyproject.toml", file.problems)
    if not isinstance(table, dict):
        problem = Problem(file.path, line_of(file.text, ("tool", "pytest")), "[tool.pytest] is not a table", fatal=True)
        return _Loaded(None, "pyproject.toml", (*file.problems, problem))
    own = {key: value for key, value in table.items() if key != "ini_options"} if native else {}
    options = table.get("ini_options")
    if options is not None and not isinstance(options, dict):
        line = line_of(file.text, ("tool", "pytest", "ini_options"))
        problem = Problem(file.path, line, "[tool.pytest.ini_options] is not a table", fatal=True)
        return _Loaded(None, "pyproject.toml", (*file.problems, problem))
    values: dict[str, _Value] = {}
    problems = list(file.problems)
    if own and options:
        message = "[tool.pytest] and [tool.pytest.ini_options] cannot be used together"
        problems.append(Problem(file.path, line_of(file.text, ("tool", "pytest", "ini_options")), message, fatal=True))
    if options is not None:
        for key, value in options.items():
            place = Place(file.path, line_of(file.text, ("tool", "pytest", "ini_options", key)))
            values[key] = _Value(value if isinstance(value, list) else str(value), "ini", place)
    values.update(_toml_values(file, own, ("tool", "pytest")))
    counts = options is not None or bool(own)
    return _Loaded(values if counts else None, "pyproject.toml", tuple(problems))


def _load_custom_toml(file: TomlFile) -> _Loaded:
    """`-c NAME.toml`: the tables of `pyproject.toml`, else `[pytest]`; both is an error."""
    tool = _load_tool_tables(file, True)
    if tool.table is None:
        return _pytest_table(file)
    if "pytest" in file.document:
        message = "[pytest] and [tool.pytest] cannot be used together"
        problem = Problem(file.path, line_of(file.text, ("pytest",)), message, fatal=True)
        return replace(tool, problems=(*tool.problems, problem))
    return tool


def _toml_values(file: TomlFile, table: Mapping[str, Any], prefix: tuple[str, ...]) -> dict[str, _Value]:
    return {
        key: _Value(value, "toml", Place(file.path, line_of(file.text, (*prefix, key)))) for key, value in table.items()
    }


def _load_ini(path: str, data: bytes, section: str, style: Style, *, always: bool) -> _Loaded:
    parsed, problems = _parse_ini(path, data)
    if parsed is not None and section in parsed.sections:
        values = {
            key: _Value(value, "ini", Place(path, parsed.lineof(section, key) or 0))
            for key, value in parsed.sections[section].items()
        }
        return _Loaded(values, style, problems)
    if section == "tool:pytest" and parsed is not None and "pytest" in parsed.sections:
        message = "[pytest] in setup.cfg is not supported: it must be [tool:pytest]"
        problem = Problem(path, parsed.lineof("pytest") or 0, message, fatal=True)
        return _Loaded(None, style, (*problems, problem))
    return _Loaded({} if always else None, style, problems)


def _parse_ini(path: str, data: bytes) -> tuple[iniconfig.IniConfig | None, tuple[Problem, ...]]:
    """Lines that do not parse are left out, the first of them becomes a problem."""
    problems: list[Problem] = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(Problem(path, data.count(b"\n", 0, error.start) + 1, "not valid UTF-8", fatal=True))
        text = data.decode("utf-8", "replace")
    # The parser counts lines with splitlines; universal newlines are what open() would have given it.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines(True)
    for _ in range(20):
        try:
            return iniconfig.IniConfig(path, data="".join(lines)), tuple(problems)
        except iniconfig.ParseError as error:
            if not problems:
                problems.append(Problem(path, error.lineno + 1, error.msg, fatal=True))
            if not 0 <= error.lineno < len(lines) or lines[error.lineno] == "\n":
                break
            lines[error.lineno] = "\n"
        except IndexError:  # `[` with nothing but a comment after it
            break
    return None, tuple(problems)


# --- what it comes to -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Values:
    """The merged options of one run, and the problems met while they are typed."""

    table: dict[str, _Value]
    base: str
    problems: list[Problem]

    def place(self, name: str) -> Place | None:
        found = self.table.get(name)
        return found.place if found else None

    def strings(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Type `args`: a list in TOML; a string is split as a shell would."""
        found = self.table.get(name)
        if found is None:
            return default
        if isinstance(found.value, list):
            if all(isinstance(item, str) for item in found.value):
                return tuple(found.value)
            return self._wrong(name, found, "a list of strings", default)
        if found.mode == "toml" or not isinstance(found.value, str):
            return self._wrong(name, found, "a list", default)
        try:
            return tuple(shlex.split(found.value))
        except ValueError as error:
            return self._wrong(name, found, f"shell words ({error})", default)

    def paths(self, name: str) -> tuple[str, ...]:
        """Type `paths`: relative to the configuration file's folder."""
        return tuple(str(PurePath(self.base, item)) for item in self.strings(name))

    def lines(self, name: str) -> tuple[str, ...]:
        """Type `linelist`."""
        found = self.table.get(name)
        if found is not None and found.mode == "ini" and isinstance(found.value, str):
            return tuple(stripped for line in found.value.split("\n") if (stripped := line.strip()))
        return self.strings(name)

    def boolean(self, name: str, default: bool) -> bool:
        found = self.table.get(name)
        if found is None:
            return default
        if isinstance(found.value, bool):
            return found.value
        word = found.value.strip().lower() if isinstance(found.value, str) else ""
        if found.mode == "ini" and word in _TRUE | _FALSE:
            return word in _TRUE
        return self._wrong(name, found, "a boolean", default)

    def string(self, name: str, default: str) -> str:
        found = self.table.get(name)
        if found is None:
            return default
        if isinstance(found.value, str):
            return found.value
        return self._wrong(name, found, "a string", default)

    def _wrong(self, name: str, found: _Value, wanted: str, default: T) -> T:
        place = found.place or Place("PYTEST_ADDOPTS")
        message = f"{name}: expected {wanted}, found {found.value!r}"
        self.problems.append(Problem(place.path, place.line, message, fatal=True))
        return default


def _build(
    root: str,
    setup: _Setup,
    from_environment: Sequence[str],
    outer: Sequence[str],
    earlier: tuple[Problem, ...],
    environ: Mapping[str, str],
) -> PytestConfig:
    """The configuration of one run; `outer` is all that stands after `addopts`: the environment's and the targets."""
    problems = [*setup.problems, *earlier]
    # Without a file, paths are relative to where pytest is run.
    base = os.path.dirname(setup.inifile) if setup.inifile else root
    values = _Values(dict(setup.table), base, problems)
    _override(values, parse_options(outer, plugins=False).overrides, None)
    addopts_place = values.place("addopts")
    addopts = values.strings("addopts")
    arguments = [*addopts, *outer]
    options = parse_options(arguments, plugins=True)
    if options.error:
        place = addopts_place or Place("PYTEST_ADDOPTS")
        problems.append(Problem(place.path, place.line, f"addopts: {options.error}", fatal=True))
    # Overrides inside addopts count, one level deep: they cannot bring in another addopts.
    in_addopts = parse_options(addopts, plugins=True)
    _override(values, in_addopts.overrides, addopts_place)
    _override(values, parse_options(outer, plugins=True).overrides, None)

    plugins, blocked = _plugins(arguments, environ, addopts_place, problems)
    confcutdir = base if options.confcutdir is None else _absolute(root, options.confcutdir)
    if options.confcutdir is None and setup.inifile is None:
        confcutdir = setup.rootdir
    if options.confcutdir is not None and not os.path.isdir(confcutdir):
        problems.append(_at(addopts_place, f"--confcutdir: no such folder: {options.confcutdir}"))
    import_mode = options.import_mode or "prepend"
    if import_mode not in _IMPORT_MODES:
        problems.append(_at(addopts_place, f"--import-mode: {import_mode!r} is none of {', '.join(_IMPORT_MODES)}"))
        import_mode = "prepend"
    asyncio_mode, asyncio_place = _asyncio_mode(options, in_addopts, outer, values, addopts_place)
    anyio = "auto" in (options.anyio_mode, values.string("anyio_mode", "strict"))
    environment_settings = environ.get("DJANGO_SETTINGS_MODULE")
    return PytestConfig(
        inifile=setup.inifile,
        rootdir=setup.rootdir,
        confcutdir=confcutdir,
        style=setup.style,
        python_files=values.strings("python_files", _DEFAULTS["python_files"]),
        python_classes=values.strings("python_classes", _DEFAULTS["python_classes"]),
        python_functions=values.strings("python_functions", _DEFAULTS["python_functions"]),
        testpaths=values.strings("testpaths"),
        norecursedirs=values.strings("norecursedirs", _DEFAULTS["norecursedirs"]),
        ignore=tuple(_absolute(root, path) for path in options.ignore),
        ignore_glob=tuple(_absolute(root, path) for path in options.ignore_glob),
        usefixtures=values.strings("usefixtures"),
        pythonpath=values.paths("pythonpath"),
        arguments=(*addopts, *from_environment),
        plugins=plugins,
        blocked=blocked,
        autoload=not (options.disable_autoload or environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")),
        noconftest=options.noconftest,
        collect_imported_tests=values.boolean("collect_imported_tests", True),
        asyncio_mode=asyncio_mode,
        asyncio_mode_place=asyncio_place,
        anyio_mode="auto" if anyio else "strict",
        trio_mode=values.boolean("trio_mode", False),
        empty_parameter_set_mark=values.string("empty_parameter_set_mark", "skip") or "skip",
        import_mode=import_mode,
        django_settings=options.django_settings
        or (values.string("DJANGO_SETTINGS_MODULE", "") if environment_settings is None else environment_settings)
        or None,
        usefixtures_place=values.place("usefixtures"),
        markers=values.lines("markers"),
        markers_place=values.place("markers"),
        django_find_project=values.boolean("django_find_project", True),
        filterwarnings=values.lines("filterwarnings"),
        warnings=options.warnings,
        async_unsafe=bool(environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")) or _sets_async_unsafe(values.lines("env")),
        problems=tuple(problems),
    )


def _override(values: _Values, overrides: Sequence[str], place: Place | None) -> None:
    """`-o NAME=VALUE`: always in ini mode, whatever the file's mode is; the last one wins."""
    for override in overrides:
        name, equals, value = override.partition("=")
        if equals:
            values.table[name] = _Value(value, "ini", place)
        else:
            problem = _at(place, f"-o expects NAME=VALUE, found {override!r}")
            if problem not in values.problems:
                values.problems.append(problem)


def _plugins(
    arguments: Sequence[str], environ: Mapping[str, str], place: Place | None, problems: list[Problem]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """`-p NAME` and `-p no:NAME`, in order: the later one wins, and `pytest_NAME` goes with `NAME`."""
    plugins: list[str] = []
    blocked: set[str] = set()
    for argument in plugin_arguments(arguments):
        name = argument.removeprefix("no:")
        family = {name} if name.startswith("pytest_") else {name, f"pytest_{name}"}
        if name == argument:
            plugins.append(name)
            blocked -= family
        elif name in _ESSENTIAL_PLUGINS or name.endswith("conftest.py"):
            problems.append(_at(place, f"-p no:{name}: this plugin cannot be blocked"))
        else:
            if name == "cacheprovider":
                family |= {"stepwise", "pytest_stepwise"}
            blocked |= family
    plugins.extend(name for name in environ.get("PYTEST_PLUGINS", "").split(",") if name)
    return tuple(plugins), frozenset(blocked)


def _asyncio_mode(
    options: PytestOptions, in_addopts: PytestOptions, outer: Sequence[str], values: _Values, addopts: Place | None
) -> tuple[Literal["strict", "auto"], Place | None]:
    """pytest-asyncio's mode, the option before the file, and where it is written."""
    mode, place = options.asyncio_mode, addopts
    if mode is None:
        mode, place = values.string("asyncio_mode", "strict"), values.place("asyncio_mode")
    elif in_addopts.asyncio_mode is None or parse_options(outer, plugins=True).asyncio_mode is not None:
        place = None
    if mode == "strict":
        return "strict", place
    if mode == "auto":
        return "auto", place
    values.problems.append(_at(place, f"asyncio_mode: {mode!r} is none of {', '.join(_MODES)}"))
    return "strict", place


def _sets_async_unsafe(lines: Sequence[str]) -> bool:
    """pytest-env's `env`: lines `[FLAGS:]NAME=VALUE`, the flags single letters (`D`, `R`, `U`)."""
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and name.rpartition(":")[2].strip() == "DJANGO_ALLOW_ASYNC_UNSAFE":
            return bool(value.strip())
    return False


def _at(place: Place | None, message: str) -> Problem:
    """A fatal problem of the command line: at `addopts` when there is one, else at the variable."""
    path, line = (place.path, place.line) if place else ("PYTEST_ADDOPTS", 0)
    return Problem(path, line, message, fatal=True)
