"""Which Python files a project has, and which of them pytest would collect.

Walks folders and matches names, by pytest's rules; opens no file. Code in folders that the walk leaves out
(`norecursedirs`) can still be imported by tests: it is read when an import leads there.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from isolint.workspace.files import upwards
from isolint.workspace.shapes import Problem, PytestConfig

MAX_FILES = 50_000
"""More than this is not one project: a home folder, or a link to somewhere large."""

_NEVER = frozenset({"__pycache__", ".git", "node_modules", "site-packages"})


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a walk found: absolute paths, sorted; and folders that could not be read."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def discover(root: str, config: PytestConfig, exclude: Sequence[str] = ()) -> Discovery:
    """Every `.py` file below the folder `root` that pytest could come across.

    Left out are `norecursedirs`, virtual and conda environments, `__pycache__`, `.git`, `node_modules`, `site-packages`
    and what matches `exclude`: a pattern without a slash matches a name, with one the path relative to `root`, and a
    matched folder takes its contents with it. Links are followed as pytest follows them, but each folder is entered
    once and never one that holds the root. Never raises."""
    files: list[str] = []
    problems: list[Problem] = []
    skip = _name_matcher(tuple(pattern for pattern in config.norecursedirs if os.sep not in pattern))
    skip_paths = tuple(pattern for pattern in config.norecursedirs if os.sep in pattern)
    excluded = _excluder(root, exclude)
    above = _identities_above(root)
    seen: set[tuple[int, int]] = set()
    pending: list[str] = [root]
    linked: list[str] = []  # after all real folders, so that a file is known by its real path where it has one
    while pending or linked:
        folder = pending.pop() if pending else linked.pop()
        try:
            status = os.stat(folder)
            identity = (status.st_dev, status.st_ino)
            if identity in seen or (folder != root and identity in above):
                continue
            seen.add(identity)
            with os.scandir(folder) as scan:
                entries = list(scan)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            problems.append(Problem(folder, 0, f"this folder cannot be read: {reason.lower()}"))
            continue
        names = {entry.name for entry in entries}
        if folder != root and _is_environment(folder, names):
            continue
        for entry in entries:
            name = entry.name
            path = entry.path
            if name.endswith(".py") or _is_compiled(name, names):
                if _is_regular(entry) and not (excluded and excluded(path, name)):
                    files.append(path)
                    continue
                if not _is_folder(entry):
                    continue
            elif not _is_folder(entry):
                continue
            if name in _NEVER or skip(name) or any(matches(pattern, path) for pattern in skip_paths):
                continue
            if excluded and excluded(path, name):
                continue
            (linked if entry.is_symlink() else pending).append(path)
        if len(files) > MAX_FILES:
            problems.append(Problem(root, 0, f"more than {MAX_FILES} Python files: the rest is left out"))
            break
    return Discovery(tuple(sorted(files)), tuple(problems))


def _is_compiled(name: str, beside: set[str]) -> bool:
    """Whether this is the stub of a module in a package of the project that has no source: a compiled extension. The
    stub stands for it; what it says of other modules their source says better."""
    return name.endswith(".pyi") and name[:-1] not in beside and "__init__.py" in beside


def is_test_file(path: str, config: PytestConfig) -> bool:
    """Whether pytest collects the absolute `path` by itself: `.py`, and one of `python_files` matches."""
    return path.endswith(".py") and any(matches(pattern, path) for pattern in config.python_files)


def is_conftest(path: str) -> bool:
    """Whether a file is a `conftest.py`."""
    return os.path.basename(path) == "conftest.py"


def conftests_for(path: str, config: PytestConfig, exists: Callable[[str], bool]) -> tuple[str, ...]:
    """The `conftest.py` files whose fixtures a test file sees, outermost first: those in its folder and above, down
    from `confcutdir`. A file outside of `confcutdir` sees all above it, as in pytest; `--noconftest` means none."""
    if config.noconftest:
        return ()
    found: list[str] = []
    for folder in upwards(os.path.dirname(path)):
        if _is_above(folder, config.confcutdir):
            break
        candidate = os.path.join(folder, "conftest.py")
        if exists(candidate):
            found.append(candidate)
    return tuple(reversed(found))


def collected_files(files: Iterable[str], config_for: Callable[[str], PytestConfig]) -> tuple[str, ...]:
    """Those of `files` that pytest collects, each by its own configuration."""
    return tuple(path for path in files if is_test_file(path, config_for(path)))


def matches(pattern: str, path: str) -> bool:
    """pytest's own matching (`fnmatch_ex`): a pattern without a separator against the name, one with it against the
    whole path, where `*` matches separators too and a relative pattern may start anywhere."""
    if os.sep != "/" and os.sep not in pattern:
        pattern = pattern.replace("/", os.sep)
    if os.sep not in pattern:
        return fnmatch.fnmatch(os.path.basename(path), pattern)
    if os.path.isabs(path) and not os.path.isabs(pattern):
        pattern = f"*{os.sep}{pattern}"
    return fnmatch.fnmatch(path, pattern)


def _is_above(folder: str, other: str) -> bool:
    """Whether `folder` is a real parent of `other`."""
    return folder != other and other.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return (
        re.compile("|".join(fnmatch.translate(os.path.normcase(pattern)) for pattern in patterns)) if patterns else None
    )


def _name_matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    compiled = _compiled(patterns)
    return (lambda name: compiled.match(os.path.normcase(name)) is not None) if compiled else (lambda _: False)


def _excluder(root: str, patterns: Sequence[str]) -> Callable[[str, str], bool] | None:
    if not patterns:
        return None
    cleaned = [pattern.rstrip("/").removesuffix("/**").removeprefix("./") for pattern in patterns]
    names = _name_matcher(tuple(pattern for pattern in cleaned if "/" not in pattern))
    paths = _name_matcher(tuple(pattern for pattern in cleaned if "/" in pattern))
    start = len(root.rstrip(os.sep)) + 1

    def excluded(path: str, name: str) -> bool:
        return names(name) or paths(path[start:].replace(os.sep, "/"))

    return excluded


def _identities_above(root: str) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for base in {root, os.path.realpath(root)}:
        for folder in upwards(os.path.dirname(base)):
            try:
                status = os.stat(folder)
            except OSError:
                continue
            found.add((status.st_dev, status.st_ino))
    return found


def _is_environment(folder: str, names: set[str]) -> bool:
    """A virtual environment, or conda's (which may have no `pyvenv.cfg`)."""
    return "pyvenv.cfg" in names or (
        "conda-meta" in names and os.path.isfile(os.path.join(folder, "conda-meta", "history"))
    )


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False
