"""The project: its root, settings, environment and pytest configurations, put together once.

What the other modules of this room find, as one frozen value that the rooms below get; and from where Python would
import the project's own code. Nothing is searched here that another module of the room can search.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from isolint.workspace.discovery import conftests_for
from isolint.workspace.environment import find_environment
from isolint.workspace.files import Read, upwards
from isolint.workspace.pytest_config import CONFIG_NAMES, config_finder
from isolint.workspace.settings import resolve_settings
from isolint.workspace.shapes import Environment, Problem, PytestConfig, Settings

ROOT_MARKERS = (*CONFIG_NAMES, "manage.py", "setup.py", ".git")
"""A folder with one of these is a project's root, seen from a file in it."""

_SITE_FOLDERS = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Project:
    """One project. `how` says how the root was found, `config_for` gives the configuration of `pytest FILE` for any
    absolute file, `python_path` are the folders of `PYTHONPATH`. Made anew when a configuration file, a setting or the
    environment changes; compared without the functions."""

    root: str
    how: str
    settings: Settings
    environment: Environment
    config_for: Callable[[str], PytestConfig] = field(compare=False, repr=False)
    read: Read = field(compare=False, repr=False)
    python_path: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def open_project(
    start: str,
    read: Read,
    environ: Mapping[str, str],
    *,
    editor: Mapping[str, object] | None = None,
    command_line: Sequence[str] = (),
    rules: Collection[str] = (),
) -> Project:
    """The project of `start` (absolute): a folder is the root itself; for a file it is looked for upwards.

    `editor`, `command_line` and `rules` are those of `resolve_settings`. Problems of the settings and the environment
    are joined in `problems`; those of a pytest configuration stand in it. Never raises."""
    root, how = find_root(start)
    settings = resolve_settings(root, read, editor=editor, command_line=command_line, rules=rules)
    found = find_environment(root, settings.environment, environ)
    return Project(
        root=root,
        how=how,
        settings=settings,
        environment=found.environment,
        config_for=config_finder(root, environ, read, version=_pytest_version(found.environment)),
        read=read,
        python_path=tuple(_python_path(root, environ)),
        problems=(*settings.problems, *found.problems),
    )


def find_root(start: str) -> tuple[str, str]:
    """The root for `start`, and how it was found: a folder is taken as it is; from a file, the nearest folder upwards
    with one of `ROOT_MARKERS`, else the file's own folder."""
    if os.path.isdir(start):
        return start, "the folder given"
    home = os.path.dirname(start)
    for folder in upwards(home):
        for name in ROOT_MARKERS:
            if os.path.lexists(os.path.join(folder, name)):
                return folder, f"the nearest {name} above {os.path.basename(start)}"
    return home, f"the folder of {os.path.basename(start)}"


def import_roots(project: Project, config: PytestConfig, file: str) -> tuple[str, ...]:
    """The folders from which `import a.b` in `file`, or in what it imports, may come from the project's own code, in
    the order of `sys.path` when `python -m pytest FILE` has imported the file.

    Each step of a run puts its folders in front of the earlier ones: the working directory, `PYTHONPATH`, then ini
    `pythonpath`, pytest-django's folder of `manage.py`, the conftests from the outside in, the file itself (the last
    two in import mode `prepend`; `append` puts them at the end, `importlib` nowhere). Editable installs and `.pth`
    folders stand where `site-packages` does, that is behind. A `src` folder in the root comes last, as a guess for
    projects whose environment is not there."""
    front: list[str] = []
    back: list[str] = []
    if config.import_mode != "importlib":
        loaded = [*conftests_for(file, config, lambda path: project.read(path) is not None), file]
        own = [import_base(path, project.read) for path in loaded]
        if config.import_mode == "prepend":
            front.extend(reversed(own))
        else:
            back.extend(own)
    if config.django_find_project and _has_plugin(project.environment, config, "django", "pytest_django"):
        found = _django_project(project, file)
        if found is not None:
            front.append(found)
    source = os.path.join(project.root, "src")
    guess = [source] if os.path.isdir(source) and not os.path.lexists(os.path.join(source, "__init__.py")) else []
    order = (*front, *config.pythonpath, project.root, *project.python_path, *_worked_on(project), *back, *guess)
    return tuple(dict.fromkeys(os.path.normpath(path) for path in order))


def project_roots(
    project: Project, config: PytestConfig, tests: Collection[str], conftests: Iterable[str], read: Read
) -> tuple[str, ...]:
    """The folders from which any file of the project may import the project's own code. `config` is that of the root.

    There is one order for all files, so it is no run's: first what most runs have in front or are started in (the root,
    ini `pythonpath`), then the folders of tests and conftests from the outside in, editable installs and `src`, and
    last what configurations further down and pytest-django's `manage.py` add for some of the tests
    (`import_roots`)."""
    bases = {import_base(file, read) for file in (*tests, *conftests)}
    near = (
        project.root,
        *config.pythonpath,
        *sorted(bases, key=lambda base: (len(base), base)),
        *_worked_on(project),
        os.path.join(project.root, "src"),
    )
    one_a_folder = {os.path.dirname(file): file for file in sorted(tests)}.values()
    further = [root for file in one_a_folder for root in import_roots(project, project.config_for(file), file)]
    return tuple(dict.fromkeys((*near, *further)))


def _worked_on(project: Project) -> list[str]:
    """The folders on the environment's path that are not those of an installation."""
    return [path for path in project.environment.site_packages if os.path.basename(path) not in _SITE_FOLDERS]


def import_base(file: str, read: Read) -> str:
    """The folder that pytest puts on `sys.path` for a file: the first one upwards that is no package. A folder whose
    name is no identifier is none, whatever it holds."""
    start = os.path.dirname(file)
    return next((folder for folder in upwards(start) if not _is_package(folder, read)), start)


def _is_package(folder: str, read: Read) -> bool:
    return os.path.basename(folder).isidentifier() and read(os.path.join(folder, "__init__.py")) is not None


def _django_project(project: Project, file: str) -> str | None:
    """Rule A1.8: the nearest `manage.py` above the file, else above the working directory."""
    for start in (os.path.dirname(file), project.root):
        for folder in upwards(start):
            if project.read(os.path.join(folder, "manage.py")) is not None:
                return folder
    return None


def _has_plugin(environment: Environment, config: PytestConfig, entry: str, module: str) -> bool:
    """Whether a plugin is loaded; without an environment it is taken to be."""
    if entry in config.blocked or module in config.blocked:
        return False
    if environment.prefix is None or any(name.partition(".")[0] == module for name in config.plugins):
        return True
    return config.autoload and any(found.name == entry for found in environment.entry_points)


def _pytest_version(environment: Environment) -> tuple[int, int]:
    """Major and minor version of the project's pytest; the newest known when there is none."""
    numbers = (environment.version("pytest") or "").split(".")
    try:
        return int(numbers[0]), int(numbers[1])
    except (IndexError, ValueError):
        return 9, 2


def _python_path(root: str, environ: Mapping[str, str]) -> Iterator[str]:
    for path in environ.get("PYTHONPATH", "").split(os.pathsep):
        if path:
            yield os.path.abspath(os.path.join(root, path))
