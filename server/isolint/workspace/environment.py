"""The project's Python environment, found and read as files.

Nothing of it is ever run: no interpreter, no `import` line of a `.pth` file, no finder. What is read is what
`importlib.metadata` reads (names, versions, requirements, entry points) and where modules are looked for. Names
*inside* packages are another room's business.

The order in which an environment is looked for (`find_environment`):

1. the setting `environment`. When it is set and wrong, nothing else is tried: another environment than the one asked
   for would give other answers without a word;
2. `VIRTUAL_ENV`, an activated environment;
3. `UV_PROJECT_ENVIRONMENT`, then `.venv`, `venv`, `env` in the root and its parents, up to the top of the repository;
4. `.venv` or `venv` in a folder directly below the root, when there is exactly one (`backend/.venv`);
5. `CONDA_PREFIX`, last, since conda's base environment is active in every shell of many machines.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isolint.workspace.files import upwards
from isolint.workspace.shapes import Distribution, EntryPoint, Environment, Problem

FOLDER_NAMES = (".venv", "venv", "env")
"""Names of environment folders beside the code, in order."""

_LIB_NAME = re.compile(r"(python|pypy)(\d+)\.(\d+)t?$")
_VERSION = re.compile(r"(\d+)\.(\d+)")
_NORMALISE = re.compile(r"[-_.]+")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_EXTRA = re.compile(r";.*\bextra\s*==")
_ENTRY = re.compile(r"([^=]+?)\s*=\s*([\w.]+)")
_FINDER_MAPPING = re.compile(r"^MAPPING(?:\s*:[^=]+)?\s*=\s*(\{.*\})\s*$", re.MULTILINE)
_VARIABLE = re.compile(r"\$\{(?:(workspaceFolder|userHome)|env:([^}]*))\}")


@dataclass(frozen=True, slots=True)
class FoundEnvironment:
    """An environment, and what is wrong with it or with the places where it was looked for."""

    environment: Environment
    problems: tuple[Problem, ...] = ()


def find_environment(root: str, setting: str | None, environ: Mapping[str, str]) -> FoundEnvironment:
    """The environment of the project in `root` (absolute), in the order that the module's docstring gives.

    `setting` is a prefix or an interpreter, absolute or relative to `root`; `~`, `${workspaceFolder}`, `${userHome}`
    and `${env:NAME}` are replaced. Never raises; an environment that is named but broken is a problem."""
    if setting:
        path = expand_setting(root, setting, environ)
        found = _open(path, "setting")
        if found is not None:
            return found
        problem = Problem(
            path, 0, f"the setting `environment` names no Python environment: {_why_not(path)}", fatal=True
        )
        return FoundEnvironment(Environment(None, looked_for=(path,)), (problem,))
    looked_for: list[str] = []
    problems: list[Problem] = []
    for path, how in _candidates(root, environ):
        looked_for.append(path)
        found = _open(path, how)
        if found is not None:
            return FoundEnvironment(found.environment, (*problems, *found.problems))
        if os.path.lexists(path) and (how.isupper() or _looks_like_environment(path)):
            problems.append(Problem(path, 0, f"{how}: no Python environment: {_why_not(path)}"))
        elif how.isupper():
            problems.append(Problem(path, 0, f"{how}: this folder does not exist"))
    return FoundEnvironment(Environment(None, looked_for=tuple(looked_for)), tuple(problems))


def expand_setting(root: str, setting: str, environ: Mapping[str, str]) -> str:
    """The absolute path that a path setting means; relative ones are relative to `root`."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")

    def replacement(found: re.Match[str]) -> str:
        if found.group(1):
            return root if found.group(1) == "workspaceFolder" else home
        return environ.get(found.group(2), "")

    path = _VARIABLE.sub(replacement, setting)
    if path == "~" or path.startswith(("~/", "~\\")):
        path = home + path[1:]
    return os.path.abspath(os.path.join(root, path))


def read_environment(prefix: str, how: str = "") -> FoundEnvironment | None:
    """The environment at `prefix` (a virtual environment, a conda environment or a plain installation), or None when
    there is no `site-packages` in it."""
    config = _pyvenv_config(prefix)
    library = _library(prefix, config)
    if library is None:
        return None
    problems: list[Problem] = []
    base = _base_prefix(prefix, config)
    stdlib = _stdlib(library, prefix if config is None else base)
    if stdlib is None:
        home = (config or {}).get("home", prefix)
        problems.append(Problem(prefix, 0, f"the standard library was not found: is {home} still installed?"))
    sites = list(library.sites)
    if config is not None and base and config.get("include-system-site-packages", "").lower() == "true":
        system = _library(base, None, version=library.version)
        sites.extend(system.sites if system else ())
    roots: list[str] = []
    for site in sites:
        for path in (site, *_pth_paths(site)):
            if path not in roots:
                roots.append(path)
    distributions: dict[str, Distribution] = {}
    entry_points: list[EntryPoint] = []
    for location in roots:
        for distribution, entries in _distributions(location):
            if distribution.name not in distributions:
                distributions[distribution.name] = distribution
                entry_points.extend(entries)
    environment = Environment(
        prefix=prefix,
        python_version=library.version,
        site_packages=tuple(roots),
        stdlib=stdlib,
        distributions=MappingProxyType(distributions),
        entry_points=tuple(entry_points),
        how=how,
    )
    return FoundEnvironment(environment, tuple(problems))


def distribution_of(environment: Environment, path: str) -> Distribution | None:
    """The distribution that installed the file at the absolute `path`, by the `RECORD`s; None for other files.

    Nothing is kept: the distributions whose name or top-level modules fit are asked first, so that mostly one file is
    read. A file that no `RECORD` lists (egg-info, compiled later) goes to the distribution that owns its top module."""
    location = next((site for site in environment.site_packages if path.startswith(site + os.sep)), None)
    if location is None:
        return None
    relative = path[len(location) + 1 :].replace(os.sep, "/")
    top = relative.partition("/")[0].removesuffix(".py")
    here = [found for found in environment.distributions.values() if found.location == location]
    likely = [found for found in here if top in found.modules or _normalise(top) == found.name]
    line = relative.encode() + b","
    for distribution in (*likely, *(found for found in here if found not in likely)):
        record = _read(os.path.join(_metadata_folder(distribution), "RECORD"))
        if record.startswith(line) or b"\n" + line in record:
            return distribution
    return likely[0] if likely else None


# --- where ------------------------------------------------------------------------------------------------------------


def _candidates(root: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if active := environ.get("VIRTUAL_ENV"):
        yield os.path.abspath(os.path.join(root, active)), "VIRTUAL_ENV"
    if uv := environ.get("UV_PROJECT_ENVIRONMENT"):
        yield os.path.abspath(os.path.join(root, uv)), "UV_PROJECT_ENVIRONMENT"
    for folder in upwards(root):
        for name in FOLDER_NAMES:
            yield os.path.join(folder, name), name
        if os.path.lexists(os.path.join(folder, ".git")):
            break
    below = [os.path.join(root, folder, name) for folder in sorted(_names(root)) for name in FOLDER_NAMES[:2]]
    below = [path for path in below if os.path.isfile(os.path.join(path, "pyvenv.cfg"))]
    if len(below) == 1:
        yield below[0], os.path.relpath(below[0], root)
    if conda := environ.get("CONDA_PREFIX"):
        yield os.path.abspath(os.path.join(root, conda)), "CONDA_PREFIX"


def _open(path: str, how: str) -> FoundEnvironment | None:
    """The environment at a prefix, or around an interpreter (`PREFIX/bin/python`, `PREFIX/python.exe`)."""
    if os.path.isfile(path):
        # Not resolved: the interpreter of a virtual environment is a link to the one it was made from.
        folder = os.path.dirname(path)
        prefixes = [os.path.dirname(folder)] if os.path.basename(folder).lower() in ("bin", "scripts") else []
        prefixes.append(folder)
        return next((found for prefix in prefixes if (found := read_environment(prefix, how)) is not None), None)
    return read_environment(path, how) if os.path.isdir(path) else None


def _why_not(path: str) -> str:
    if not os.path.lexists(path):
        return "it does not exist"
    if not os.path.exists(path):
        return "it is a broken link"
    return "it has no site-packages"


def _looks_like_environment(path: str) -> bool:
    """A folder `env` with other things in it is no broken environment."""
    return os.path.islink(path) or any(
        os.path.lexists(os.path.join(path, name))
        for name in ("pyvenv.cfg", "conda-meta", "bin/python", "Scripts/python.exe")
    )


# --- layout -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Library:
    """The folder of the standard library in a prefix (in a virtual environment nearly empty), and its site folders."""

    folder: str
    sites: tuple[str, ...]
    version: tuple[int, int] | None


def _library(prefix: str, config: Mapping[str, str] | None, version: tuple[int, int] | None = None) -> _Library | None:
    wanted = version or _wanted_version(prefix, config)
    found: list[_Library] = []
    for lib in ("lib", "lib64"):
        for name in _names(os.path.join(prefix, lib)):
            match = _LIB_NAME.match(name)
            if match is None:
                continue
            folder = os.path.join(prefix, lib, name)
            number = (int(match.group(2)), int(match.group(3)))
            sites = _existing(_posix_sites(prefix, folder, name))
            known = next((index for index, other in enumerate(found) if other.version == number), None)
            if known is None:
                found.append(_Library(folder, tuple(sites), number))
            else:  # lib64 of the same version: a folder of its own on Fedora, elsewhere a link to lib
                seen = {os.path.realpath(site) for site in found[known].sites}
                more = tuple(site for site in sites if os.path.realpath(site) not in seen)
                found[known] = _Library(found[known].folder, (*found[known].sites, *more), number)
    found = [library for library in found if library.sites]
    for library in found:
        if library.version == wanted:
            return library
    if found:
        return max(found, key=lambda library: library.version or (0, 0))
    windows = os.path.join(prefix, "Lib", "site-packages")
    if os.path.isdir(windows):
        return _Library(os.path.join(prefix, "Lib"), (windows,), wanted)
    return None


def _posix_sites(prefix: str, folder: str, name: str) -> tuple[str, ...]:
    """Debian's own Python looks in `dist-packages`, its local folder first."""
    return (
        os.path.join(prefix, "local", "lib", name, "dist-packages"),
        os.path.join(folder, "site-packages"),
        os.path.join(folder, "dist-packages"),
        os.path.join(prefix, "lib", "python3", "dist-packages"),
    )


def _wanted_version(prefix: str, config: Mapping[str, str] | None) -> tuple[int, int] | None:
    """What `pyvenv.cfg` says, else the name behind `bin/python3`, else conda's record of its packages."""
    if config is not None:
        found = _VERSION.match(config.get("version") or config.get("version_info") or "")
        if found:
            return int(found.group(1)), int(found.group(2))
    for name in ("python3", "python"):
        target = os.path.basename(os.path.realpath(os.path.join(prefix, "bin", name)))
        if match := _LIB_NAME.match(target):
            return int(match.group(2)), int(match.group(3))
    for name in _names(os.path.join(prefix, "conda-meta")):
        if match := re.match(r"python-(\d+)\.(\d+)\.", name):
            return int(match.group(1)), int(match.group(2))
    return None


def _pyvenv_config(prefix: str) -> dict[str, str] | None:
    """`pyvenv.cfg` as `site` reads it: `key = value` lines, keys in lower case; None when there is none."""
    path = os.path.join(prefix, "pyvenv.cfg")
    if not os.path.isfile(path):
        return None
    pairs = (line.partition("=") for line in _text(path).splitlines() if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _base_prefix(prefix: str, config: Mapping[str, str] | None) -> str | None:
    """The prefix of the interpreter that a virtual environment was made from; a relative `home` is relative to it."""
    if config is None:
        return prefix
    home = config.get("home")
    if not home:
        return None
    home = os.path.abspath(os.path.join(prefix, home))
    return os.path.dirname(home) if os.path.basename(home).lower() in ("bin", "scripts") else home


def _stdlib(library: _Library, base: str | None) -> str | None:
    """The folder that holds `os.py`. Homebrew and macOS frameworks keep it away from `home`, behind the interpreter's
    link."""
    if base is None:
        return None
    bases = [base]
    name = os.path.basename(library.folder)
    for executable in (name, "python3", "python"):
        real = os.path.realpath(os.path.join(base, "bin", executable))
        bases.append(os.path.dirname(os.path.dirname(real)))
    for candidate in bases:
        folders = [
            os.path.join(candidate, "lib", name),
            os.path.join(candidate, "lib64", name),
            os.path.join(candidate, "Lib"),
        ]
        for folder in folders:
            if os.path.isfile(os.path.join(folder, "os.py")):
                return folder
    return None


# --- .pth files -------------------------------------------------------------------------------------------------------


def _pth_paths(site: str) -> list[str]:
    """The folders that `.pth` files and setuptools' editable finders add. Lines with code are never run: of a finder,
    the literal that maps packages to folders is read."""
    found: list[str] = []
    for name in sorted(_names(site)):
        # `site` skips hidden files since a security fix in 3.12.2 and its maintenance releases.
        if name.endswith(".pth") and not name.startswith("."):
            for line in _text(os.path.join(site, name)).removeprefix("\ufeff").splitlines():
                if line.startswith(("#", "import ", "import\t")) or not line.strip():
                    continue
                path = os.path.abspath(os.path.join(site, line.rstrip()))
                if os.path.isdir(path):
                    found.append(path)
        elif name.startswith("__editable___") and name.endswith("_finder.py"):
            found.extend(_finder_paths(_text(os.path.join(site, name))))
    return found


def _finder_paths(source: str) -> Iterator[str]:
    """`MAPPING` of setuptools' finder: top package to its folder. A package under another name than its folder's has no
    import root, and is left out."""
    literal = _FINDER_MAPPING.search(source)
    if literal is None:
        return
    try:
        mapping = ast.literal_eval(literal.group(1))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return
    for package, path in mapping.items() if isinstance(mapping, dict) else ():
        if isinstance(package, str) and isinstance(path, str):
            parent, folder = os.path.split(path)
            if folder == package and os.path.isdir(path):
                yield parent


# --- distributions ----------------------------------------------------------------------------------------------------


def _distributions(location: str) -> Iterator[tuple[Distribution, list[EntryPoint]]]:
    """Those of one folder. Of two versions of one (an update that went wrong) the one with a `RECORD` comes first."""
    names = [name for name in _names(location) if name.endswith((".dist-info", ".egg-info"))]
    for name in sorted(names, key=lambda name: (not os.path.exists(os.path.join(location, name, "RECORD")), name)):
        folder = os.path.join(location, name)
        is_wheel = name.endswith(".dist-info")
        headers = _headers(folder, is_wheel)
        project = headers.get("name", [""])[0]
        if not project:
            continue  # left over by an interrupted installation
        requires = headers.get("requires-dist", []) if is_wheel else _egg_requirements(folder)
        distribution = Distribution(
            name=_normalise(project),
            version=headers.get("version", [""])[0],
            location=location,
            requires=frozenset(_requirement_names(requires)),
            modules=frozenset(_text(os.path.join(folder, "top_level.txt")).split()),
        )
        yield distribution, _pytest_entry_points(folder, distribution.name)


def _headers(folder: str, is_wheel: bool) -> dict[str, list[str]]:
    """The headers of `METADATA` or `PKG-INFO` up to the description; an egg-info may be that file itself."""
    path = folder if os.path.isfile(folder) else os.path.join(folder, "METADATA" if is_wheel else "PKG-INFO")
    headers: dict[str, list[str]] = {}
    for line in _text(path).splitlines():
        if not line:
            break
        key, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            headers.setdefault(key.lower(), []).append(value.strip())
    return headers


def _egg_requirements(folder: str) -> list[str]:
    """`requires.txt` up to its first section: those below are extras or conditions."""
    lines = _text(os.path.join(folder, "requires.txt")).splitlines()
    end = next((index for index, line in enumerate(lines) if line.startswith("[")), len(lines))
    return lines[:end]


def _requirement_names(requirements: Iterable[str]) -> Iterator[str]:
    """Normalised names, those of extras left out; other conditions are taken as true."""
    for requirement in requirements:
        found = _REQUIREMENT.match(requirement)
        if found and not _EXTRA.search(requirement):
            yield _normalise(found.group(1))


def _pytest_entry_points(folder: str, distribution: str) -> list[EntryPoint]:
    found: list[EntryPoint] = []
    inside = False
    for line in _text(os.path.join(folder, "entry_points.txt")).splitlines():
        text = line.strip()
        if text.startswith("["):
            inside = text == "[pytest11]"
        elif inside and (entry := _ENTRY.match(text)):
            found.append(EntryPoint(entry.group(1), entry.group(2), distribution))
    return found


def _metadata_folder(distribution: Distribution) -> str:
    """Where a distribution's metadata is: the folder's name carries the project's own spelling, so it is looked up."""
    for name in _names(distribution.location):
        stem, _, suffix = name.rpartition(".")
        if suffix in ("dist-info", "egg-info") and _normalise(stem.partition("-")[0]) == distribution.name:
            return os.path.join(distribution.location, name)
    return os.path.join(distribution.location, f"{distribution.name}.dist-info")


def _normalise(name: str) -> str:
    """PEP 503."""
    return _NORMALISE.sub("-", name).lower()


# --- disk -------------------------------------------------------------------------------------------------------------


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _existing(folders: Iterable[str]) -> list[str]:
    return [folder for folder in folders if os.path.isdir(folder)]


def _read(path: str) -> bytes:
    """The bytes of a file of the environment, empty when there is none."""
    try:
        if not os.path.isfile(path):
            return b""
        with open(path, "rb") as stream:
            return stream.read()
    except (OSError, ValueError):
        return b""


def _text(path: str) -> str:
    return _read(path).decode("utf-8", "replace")
