"""Which files pytest leaves out when it collects a folder, and in which order it collects the others.

`--ignore`, `--ignore-glob`, and `collect_ignore`, `collect_ignore_glob` of conftest files, as far as they are written
out; what a conftest adds under a condition, or a `pytest_ignore_collect` hook decides, only running can tell: such
files stay. Folders that are never entered are left out by `workspace.discovery`.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable

from isolint.names.scopes import bound
from isolint.pytest_model.evaluate import strings
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.namespace import bodies
from isolint.pytest_model.objects import Context
from isolint.pytest_model.plugins import conftest_chain
from isolint.pytest_model.versions import pytest_since
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def is_ignored(store: Store, path: str, below: str) -> bool:
    """Whether pytest, given the folder `below`, leaves out the file `path` or a folder on the way to it
    (_pytest.main.pytest_ignore_collect). What is given on the command line itself is never left out."""
    steps = os.path.relpath(path, below).split(os.sep)
    config = store.get(CONFIG, path)
    current = below.rstrip(os.sep)
    for step in steps:
        folder, current = current, f"{current.rstrip(os.sep)}{os.sep}{step}"
        plain = (*_listed(store, folder, "collect_ignore"), *config.ignore)
        if current in plain:
            return True
        globs = (*_listed(store, folder, "collect_ignore_glob"), *config.ignore_glob)
        if any(fnmatch.fnmatch(current, pattern) for pattern in globs):
            return True
    return False


def collection_order(store: Store) -> Callable[[str], tuple[tuple[bool, str], ...]]:
    """The key that sorts files as pytest visits them: folders and files of a folder together by name, `__init__.py`
    first (_pytest.main.Dir.collect, _pytest.python.Package.collect); before pytest 8 its files came before its
    folders."""
    files_first = not pytest_since(store, 8, 0)

    def key(path: str) -> tuple[tuple[bool, str], ...]:
        *folders, name = path.split(os.sep)
        return (*((True, folder) for folder in folders), (name != "__init__.py" and not files_first, name))

    return key


def _listed(store: Store, folder: str, name: str) -> tuple[str, ...]:
    """The paths in the list of the nearest conftest that has one, from its folder on
    (_pytest.config.Config._getconftest_pathlist)."""
    for conftest in reversed(conftest_chain(store, os.path.join(folder, "conftest.py"))):
        if bound(store, conftest, name):
            base = os.path.dirname(conftest)
            return tuple(os.path.normpath(os.path.join(base, one)) for one in _strings_of(store, (conftest, name)))
    return ()


def _written(store: Store, key: tuple[str, str]) -> tuple[str, ...]:
    path, name = key
    current: tuple[str, ...] = ()
    for chunk, statement in bodies(store, path, None):
        context = Context(path, chunk)
        match statement:
            case f.Assign(value=value, targets=targets) if value is not None and any(_is(t, name) for t in targets):
                found = strings(store, context, value) or ()
                current = (*current, *found) if statement.augmented else found
            case f.Evaluate(value=f.Call(func=f.Attribute(value=owner, attr="append" | "extend"), args=(value, *_))):
                if _is(owner, name):
                    current = (*current, *(strings(store, context, value) or ()))
    return current


_strings_of: Query[tuple[str, str], tuple[str, ...]] = Query("ignored paths", _written, barrier=True)
"""Key: (path of a conftest, name): the strings that its list surely has when the import has finished."""


def _is(expr: f.Expr, name: str) -> bool:
    return isinstance(expr, f.Name) and expr.id == name
