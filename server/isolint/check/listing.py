"""Which files a project has, which of them hold tests, and whose tests decide what is said of a file.

The list of files follows buffers and the disk without a walk through the folders, where that is possible; it is told to
the store. What is in a file is asked of `texts`, what is found in it is no business of this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from isolint.check.texts import Texts
from isolint.names.inputs import PROJECT, ProjectFiles
from isolint.placement.inputs import TEST_CODE
from isolint.pytest_model.ignored import collection_order, is_ignored
from isolint.pytest_model.inputs import CONFIG
from isolint.rules.registry import rules
from isolint.store.memo import Store
from isolint.workspace.discovery import Discovery, discover, is_conftest, is_test_file
from isolint.workspace.files import reader, stamp_of
from isolint.workspace.project import Project, open_project, project_roots
from isolint.workspace.shapes import Problem, PytestConfig


class Listing:
    """The files of the project at `root`, with its settings and configuration. `overrides` are settings that win over
    those of the project."""

    def __init__(self, root: str, overrides: Mapping[str, object], store: Store, texts: Texts) -> None:
        self.root = root
        self.project: Project
        self.tests: frozenset[str] = frozenset()
        """The files from which pytest collects tests."""
        self._overrides = overrides
        self._store = store
        self._texts = texts
        self._discovered: tuple[Problem, ...] = ()
        self._walked: frozenset[str] = frozenset()
        store.provide(CONFIG, lambda path: self.project.config_for(path))  # noqa: PLW0108 (the project changes)
        store.provide(TEST_CODE, self._provide_test_code)

    @property
    def files(self) -> frozenset[str]:
        """All Python files."""
        return self._store.peek(PROJECT, "").files

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in settings, configuration, environment and folders."""
        return (*self.project.problems, *self.config(self.root).problems, *self._discovered)

    def config(self, folder: str) -> PytestConfig:
        """The configuration of pytest for the tests of a folder."""
        return self.project.config_for(os.path.join(folder, "test_.py"))

    # --- what changes --------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read configuration and environment, and walk through the folders (again)."""
        known = {name for rule in rules() for name in (rule.name, rule.code)}
        read = reader(self._texts.files)
        self.project = open_project(self.root, read, os.environ, editor=self._overrides, rules=known)
        self._walk()
        self._list(self._walked | {p for p in self._texts.files.buffers if p.endswith(".py")})

    def follow(self, paths: Iterable[str], closed: bool = False) -> bool:
        """Keep the list right when some files come or go; whether it is another one. Open buffers are always in it;
        what is new on disk, or was open (`closed`), only where the walk through the folders would come across it."""
        files = self._store.get(PROJECT, "").files
        asked = {path for path in paths if path.endswith(".py")}
        opened = {path for path in asked if path in self._texts.files.buffers}
        on_disk = {path for path in asked - opened if stamp_of(path) is not None}
        # What the last walk came across, and is still there, another one would find again.
        if on_disk - files or (closed and on_disk - self._walked):
            self._walk()
            on_disk &= self._walked
        now = (files - asked) | opened | on_disk
        if now == files:
            return False
        self._list(now)
        return True

    def _walk(self) -> None:
        found = self._discover(self.root)
        self._discovered = found.problems
        self._walked = frozenset(found.files)

    def _discover(self, folder: str) -> Discovery:
        return discover(folder, self.config(folder), self.project.settings.exclude)

    def _list(self, files: frozenset[str]) -> None:
        directories = set()
        for file in files:
            folder = os.path.dirname(file)
            while folder not in directories and len(folder) > 1:
                directories.add(folder)
                folder = os.path.dirname(folder)
        self.tests = frozenset(f for f in files if is_test_file(f, self.project.config_for(f)))
        conftests = filter(is_conftest, files)
        read = reader(self._texts.files)
        roots = project_roots(self.project, self.config(self.root), self.tests, conftests, read)
        self._store.set(PROJECT, "", ProjectFiles(self.root, files, roots, frozenset(directories)))

    def _provide_test_code(self, path: str) -> bool:
        if is_conftest(path) or is_test_file(path, self.project.config_for(path)):
            return True
        parts = os.path.relpath(path, self.root).split(os.sep)
        return any(part in ("test", "tests", "testing", "conftest.py") for part in parts[:-1])

    # --- what is asked -------------------------------------------------------------------------------------------

    def is_test_file(self, path: str) -> bool:
        """Whether pytest collects tests from a file when it is given."""
        return path in self.tests or is_test_file(path, self.project.config_for(path))

    def found(self, paths: Iterable[str]) -> Iterator[str]:
        """The files to report on below these paths, in pytest's order: test files that pytest does not ignore,
        conftests, modules that define fixtures, and every file that is named itself. One by one: a module is read to
        see whether it defines fixtures. One may come twice."""
        project = self._store.get(PROJECT, "")
        for path in paths:
            if not os.path.isdir(path):
                yield path
                continue
            inside = path.rstrip(os.sep) + os.sep
            found = project.files if self._is_inside(path) else frozenset(discover(path, self.config(path)).files)
            for file in sorted(found, key=collection_order(self._store)):
                if file.startswith(inside) and self._is_reported(file, path):
                    yield file

    def users(self, path: str) -> Iterator[str]:
        """The files whose tests may request fixtures of this file."""
        if path in self.tests:
            yield path
        elif self._has_fixtures(path):
            inside = os.path.dirname(path) + os.sep if is_conftest(path) else ""
            yield from sorted(file for file in self.tests if file.startswith(inside))

    def _is_inside(self, path: str) -> bool:
        return path == self.root or path.startswith(self.root.rstrip(os.sep) + os.sep)

    def _is_reported(self, file: str, below: str) -> bool:
        if file in self.tests:
            return not is_ignored(self._store, file, below)
        return is_conftest(file) or self._has_fixtures(file)

    def _has_fixtures(self, path: str) -> bool:
        """Whether a module may define fixtures: decided by a word in its bytes."""
        return b"fixture" in self._texts.text_of(path)
