"""Which engine knows a file: one for each root, built when it is first needed, closed when nothing needs it any more.

They hear here of buffers, files on disk and settings. Lives on the analysis thread; what is asked of an engine, and
when, is decided by others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from isolint.lsp.buffers import Buffer
from isolint.lsp.engine import Engine, EngineFactory, Opened
from isolint.lsp.journal import WARNING, Journal

CONFIGURATION_FILES = ("pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
_ROOT_MARKERS = (*CONFIGURATION_FILES, "manage.py", ".git")


class Engines:
    """The engines by their roots. `buffers` are the open files as they are at any time; `answered` is called with a
    root, by any thread, when answers about installed names came for its engine."""

    def __init__(
        self, make: EngineFactory, answered: Callable[[str], None], buffers: Mapping[str, Buffer], journal: Journal
    ) -> None:
        self._make = make
        self._answered = answered
        self._buffers = buffers
        self._journal = journal
        self._folders: tuple[str, ...] = ()
        self._opened: dict[str, Opened] = {}
        self._overrides: dict[str, dict[str, object]] = {}
        self._default_overrides: dict[str, object] = {}
        self._roots: dict[str, str] = {}
        self._stamps: dict[str, tuple[int, int] | None] = {}
        self._asked: dict[str, Engine] = {}  # those that were asked about more than one file
        self._ahead: list[str] = []  # those of them that still prepare for more

    # Which is whose.

    def root_of(self, path: str) -> str:
        """The folder whose engine knows a file: the innermost workspace folder around it, else the nearest folder
        upwards that looks like a project, else its own."""
        for folder in self._folders:
            if path.startswith(folder.rstrip(os.sep) + os.sep):
                return folder
        start = os.path.dirname(path)
        if start not in self._roots:
            self._roots[start] = _find_root(start)
        return self._roots[start]

    def of(self, path: str) -> Engine:
        """The engine that knows a file."""
        return self._at(self.root_of(path))

    def of_workspace(self) -> list[Engine]:
        """The engines of the workspace folders, or those that there are without one."""
        return [self._at(root) for root in self._folders or tuple(self._opened)]

    def at(self, root: str) -> Engine | None:
        """The engine of a root, if there is one."""
        return self._opened[root].engine if root in self._opened else None

    def _at(self, root: str) -> Engine:
        if root not in self._opened:
            opened = self._make(root, self._overrides_of(root), partial(self._answered, root))
            self._opened[root] = opened
            for path, buffer in self._buffers.items():
                if self.root_of(path) == root:
                    give = partial(opened.engine.set_buffer, path, buffer.text)
                    self._journal.guard(give, f"{path} could not be taken in")
            self._tell_problems(opened.engine)
        return self._opened[root].engine

    def _overrides_of(self, root: str) -> dict[str, object]:
        return self._overrides.get(root, self._default_overrides)

    def _tell_problems(self, engine: Engine) -> None:
        for problem in engine.problems:
            place = f"{problem.path}:{problem.line}" if problem.line else problem.path
            self._journal.say(WARNING, f"{place}: {problem.message}")

    def statuses(self) -> dict[str, dict[str, object]]:
        """What each says about itself, by its root; those of the workspace folders are built for that."""
        for folder in self._folders:
            self._at(folder)
        return {root: opened.engine.status() for root, opened in self._opened.items()}

    # What they hear.

    def set_folders(self, folders: Iterable[str]) -> None:
        """The workspace folders. Engines of folders that are gone are closed; files find their engine anew."""
        self._folders = tuple(sorted(set(folders), key=len, reverse=True))
        self._roots.clear()
        wanted = {self.root_of(path) for path in self._buffers}
        for root in [root for root in self._opened if root not in wanted and root not in self._folders]:
            self._opened.pop(root).close()
        for path, buffer in self._buffers.items():
            root = self.root_of(path)
            for other, opened in self._opened.items():
                opened.engine.set_buffer(path, buffer.text if other == root else None)

    def set_overrides(self, default: dict[str, object], by_folder: dict[str, dict[str, object]]) -> list[str]:
        """The editor's settings. The roots whose engines were closed, since theirs differ from before."""
        before = {root: self._overrides_of(root) for root in self._opened}
        self._default_overrides, self._overrides = default, by_folder
        changed = [root for root, old in before.items() if self._overrides_of(root) != old]
        for root in changed:
            self._opened.pop(root).close()
        return changed

    def set_buffer(self, path: str, buffer: Buffer | None) -> None:
        """A file as it is in the editor now; None: closed."""
        root = self.root_of(path)
        if root not in self._opened:
            return
        try:
            self._opened[root].engine.set_buffer(path, buffer.text if buffer else None)
        except Exception:
            # It may know half of the edit now: better none than one that shows wrong lines.
            self._opened.pop(root).close()
            raise

    def touch(self, paths: list[str]) -> None:
        """Files changed on disk."""
        if any(os.path.basename(path) in _ROOT_MARKERS for path in paths):
            self._roots.clear()
        for opened in self._opened.values():
            self._journal.guard(partial(opened.engine.touch, paths), "changed files could not be taken in")
            self._tell_problems(opened.engine)

    def changed_around(self, path: str) -> list[str]:
        """The configuration files and conftests of a file's folder and those above, up to its root, that changed on
        disk since they were last asked for here: for clients that do not watch files."""
        root = self.root_of(path)
        folder = os.path.dirname(path)
        changed = []
        while True:
            for name in (*CONFIGURATION_FILES, "conftest.py"):
                other = os.path.join(folder, name)
                stamp = _stamp(other)
                if self._stamps.setdefault(other, stamp) != stamp:
                    self._stamps[other] = stamp
                    changed.append(other)
            if folder == root or folder == os.path.dirname(folder):
                return changed
            folder = os.path.dirname(folder)

    def close(self) -> None:
        """End all of them."""
        for opened in self._opened.values():
            self._journal.guard(opened.close, "an engine could not be closed")

    # Preparing for more.

    def asked_widely(self, path: str) -> None:
        """Somebody asked about the project of a file. Who asked once will ask more: that is made faster when there is
        nothing else to do."""
        engine = self.of(path)
        if self._asked.get(engine.root) is not engine:
            self._asked[engine.root] = engine
            self._ahead = [*(root for root in self._ahead if root != engine.root), engine.root]

    @property
    def can_read_ahead(self) -> bool:
        """Whether any prepares for more."""
        return bool(self._ahead)

    def read_ahead(self) -> None:
        """Let the first of them prepare a little."""
        root = self._ahead[0]
        engine = self._asked[root]
        if self.at(root) is not engine:
            self._asked.pop(root)  # closed meanwhile
            self._ahead.remove(root)
        elif not engine.read_ahead():
            self._ahead.remove(root)


def _stamp(path: str) -> tuple[int, int] | None:
    """What tells one state of a file from another, None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _find_root(folder: str) -> str:
    at = folder
    while True:
        if any(os.path.exists(os.path.join(at, name)) for name in _ROOT_MARKERS):
            return at
        above = os.path.dirname(at)
        if above == at:
            return folder
        at = above
