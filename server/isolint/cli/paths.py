"""How paths are shown: relative to the working directory, unless they belong to an installed package.

Pure functions on strings, apart from the check that the paths of the command line exist.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from isolint.cli.errors import CommandError

ShowPath = Callable[[str], str]
"""An absolute path as people and programs read it."""


def relative_to(cwd: str, root: str) -> ShowPath:
    """A function that shows a path relative to `cwd` when it lies below `cwd` or below the project's `root`, with `/`
    between the parts; paths of installed packages and other places stay absolute."""

    def show(path: str) -> str:
        if _installed(path) or not (is_below(path, cwd) or is_below(path, root)):
            return path
        try:
            return os.path.relpath(path, cwd).replace(os.sep, "/")
        except ValueError:  # another drive
            return path

    return show


def relative_to_checkout(show: ShowPath, environ: Mapping[str, str]) -> ShowPath:
    """As `show`, but below the folder where a CI server has checked the repository out, relative to that: a job often
    works in a folder of it. Which folder that is, the server says in its environment."""
    for name in _CHECKOUTS:
        folder = environ.get(name)
        if folder and os.path.isabs(folder):
            break
    else:
        return show
    # A runner may reach its workspace through a link; the working directory is never one.
    folders = tuple(dict.fromkeys((os.path.normpath(folder), os.path.realpath(folder))))

    def shown(path: str) -> str:
        for one in folders:
            if os.path.isabs(path) and is_below(path, one) and not _installed(path):
                return os.path.relpath(path, one).replace(os.sep, "/")
        return show(path)

    return shown


_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY", "BITBUCKET_CLONE_DIR")
"""Where GitHub, GitLab, Azure and Bitbucket say what they have checked out."""


def existing(paths: Sequence[str], cwd: str) -> list[str]:
    """The absolute form of paths given by the user. Raises CommandError, naming all that do not exist."""
    absolute = [os.path.normpath(os.path.join(cwd, path)) for path in paths]
    missing = [given for given, path in zip(paths, absolute, strict=True) if not os.path.exists(path)]
    if missing:
        hint = " (isolint explain takes PATH::TEST)" if any("::" in path for path in missing) else ""
        raise CommandError(f"no such file or folder: {', '.join(missing)}{hint}")
    return absolute


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it; both absolute."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _installed(path: str) -> bool:
    parts = path.replace(os.sep, "/").split("/")
    return "site-packages" in parts or "dist-packages" in parts
