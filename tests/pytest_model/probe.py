"""A pytest plugin that writes down what pytest itself decides: loaded into the analysed environment with `-p probe`.

Also the module `seen` of the generated projects: `seen.here()` in a test's body says who runs it. Nothing of isolint is
imported: this file runs in the user's environment.
"""

from __future__ import annotations

import inspect
import json
import os
import sys

import pytest

RUNS: dict[str, str] = {}
STATES: dict[str, dict[str, str]] = {}
ORDER: list[str] = []


def plain(item) -> str:
    """The node id without parameters."""
    name = getattr(item, "originalname", None) or item.name
    return "::".join([*item.nodeid.split("[")[0].split("::")[:-1], name])


def current() -> str:
    """The node id of the running test, without parameters."""
    return os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0].split("[")[0]


def here() -> None:
    """Called in a test's body: who is on the stack below it."""
    files = []
    frame = sys._getframe(1)
    while frame is not None:
        files.append(frame.f_code.co_filename.replace(os.sep, "/"))
        frame = frame.f_back
    kind = "sync"
    for ending, name in (
        ("anyio/pytest_plugin.py", "anyio"),
        ("pytest_trio/plugin.py", "trio"),
        ("trio/_core/_run.py", "trio"),
        ("pytest_asyncio/plugin.py", "pytest-asyncio"),
        ("unittest/async_case.py", "isolated-asyncio"),
        ("asgiref/sync.py", "django"),
    ):
        if any(f.endswith(ending) for f in files):
            kind = name
            break
    RUNS[current()] = kind


def state() -> None:
    """The state of each database as the calling thread sees it."""
    from django.db import connections

    found = {}
    for alias in connections:
        try:
            connections[alias].ensure_connection()
            found[alias] = "atomic" if connections[alias].in_atomic_block else "open"
        except Exception:  # noqa: BLE001 (blocked connections raise whatever pytest-django or Django chose)
            found[alias] = "blocked"
    STATES[current()] = found


def pytest_itemcollected(item) -> None:
    ORDER.append(plain(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    if "pytest_django" in sys.modules:
        state()
    return (yield)


def place(func, root: str) -> str:
    """`file:line` of the first decorator in the project, `file::name` elsewhere."""
    func = getattr(func, "__func__", func)
    code = func.__code__
    if code.co_filename.startswith(root):
        return f"{code.co_filename}:{code.co_firstlineno}"
    return f"{code.co_filename}::{code.co_name}"


ITEMS = {}


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session) -> None:
    found = ITEMS
    for item in session.items:
        info = getattr(item, "_fixtureinfo", None)
        if plain(item) in found or info is None:
            continue
        found[plain(item)] = {
            "marks": [m.name for m in item.iter_markers()],
            "closure": list(info.names_closure),
            "definitions": {
                name: [place(d.func, str(session.config.rootpath)) for d in defs if type(d).__name__ == "FixtureDef"]
                for name, defs in info.name2fixturedefs.items()
            },
            "arguments": list(info.argnames),
            "is_async": inspect.iscoroutinefunction(item.obj),
        }


def pytest_sessionfinish() -> None:
    report = {"order": ORDER, "items": ITEMS, "runs": RUNS, "states": STATES}
    with open(os.environ["PROBE_OUTPUT"], "w", encoding="utf-8") as stream:
        json.dump(report, stream)
