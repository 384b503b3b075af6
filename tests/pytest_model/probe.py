"""A pytest plugin that writes down what pytest itself decides: loaded into the analysed environment with `-p probe`.

Also the module `seen` of the generated projects: `seen.here()` in a test's body says who runs it. Nothing of isolint is
imported: this file runs in the user's environment, with any pytest since 7.
"""

from __future__ import annotations

import ast
import functools
import inspect
import json
import os
import sys
import threading

import pytest
from _pytest.compat import is_async_function

RUNS: dict[str, str] = {}
STATES: dict[str, dict[str, str]] = {}
ORDER: list[str] = []
ITEMS: dict[str, dict] = {}
ERRORS: list[str] = []


def plain(item) -> str:
    """The node id without parameters."""
    names = [getattr(node, "originalname", None) or node.name for node in item.listchain() if named(node)]
    return "::".join([item.nodeid.split("::")[0], *names])


def named(node) -> bool:
    return isinstance(node, pytest.Class | pytest.Item)


def current() -> str:
    """The node id of the running test."""
    return os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]


def stack(frame) -> list:
    """A frame and all below it."""
    found = []
    while frame is not None:
        found.append(frame)
        frame = frame.f_back
    return found


def here() -> None:
    """Called in a test's body: who is on the stack below it. Where asgiref brought the body to another thread, the
    runner waits in the main one."""
    frames = stack(sys._getframe(1))
    if any(frame.f_code.co_name == "thread_handler" for frame in frames):
        frames += stack(sys._current_frames()[threading.main_thread().ident])
    files = [frame.f_code.co_filename.replace(os.sep, "/") for frame in frames]
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
    RUNS[current().split("[")[0]] = kind


def state() -> None:
    """The state of each database as the calling thread sees it; what a body sees stands for the test."""
    from django.db import connections

    found = {}
    for alias in connections:
        try:
            # pytest-django replaces `ensure_connection`, Django's own classes `cursor`.
            with connections[alias].cursor():
                pass
            found[alias] = "atomic" if connections[alias].in_atomic_block else "open"
        except Exception:  # noqa: BLE001 (blocked connections raise whatever pytest-django or Django chose)
            found[alias] = "blocked"
    STATES[current()] = found


def pytest_itemcollected(item) -> None:
    # Collected by pytest alone: what plugins reorder, duplicate or deselect afterwards is another matter.
    if isinstance(item, pytest.Function):
        ORDER.append(plain(item))


def pytest_collectreport(report) -> None:
    if report.failed:
        ERRORS.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    if "pytest_django" in sys.modules:
        state()
    return (yield)


# --- places ----------------------------------------------------------------------------------------------------------


@functools.cache
def lines(file: str) -> dict[int, int]:
    """The line of the first decorator of each function of a file to the line of its `def`."""
    try:
        with open(file, "rb") as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found[first] = node.lineno
    return found


def code_of(func):
    func = getattr(func, "__func__", func)
    while isinstance(func, functools.partial):
        func = func.func
    code = getattr(func, "__code__", None)
    # `mock.patch`, `override_settings` and their like wrap with a function of their own library.
    if code is not None and hasattr(func, "__wrapped__") and installed(code):
        inner = code_of(func.__wrapped__)
        return code if inner is None or installed(inner) else inner
    return code


def installed(code) -> bool:
    return "site-packages" in code.co_filename or code.co_filename.endswith("unittest/mock.py")


def place(func, root: str) -> str:
    """`file:line` of the first decorator in the project, `file::name` elsewhere."""
    code = code_of(func)
    if code.co_filename.startswith(root):
        return f"{code.co_filename}:{code.co_firstlineno}"
    return f"{code.co_filename}::{code.co_name}"


def written(func, name: str = "") -> tuple:
    """(file, line of `def`), or (None, None) for what is no function written anywhere, or has another name."""
    code = code_of(func)
    generated = code is not None and code.co_filename.endswith("pytest_factoryboy/fixturegen.py")
    if code is None or generated or name not in {"", code.co_name}:
        return None, None
    return code.co_filename, lines(code.co_filename).get(code.co_firstlineno, code.co_firstlineno)


# --- items -----------------------------------------------------------------------------------------------------------


def runner_of(item) -> str:
    """Who will run the item, as far as the classes and the functions of the plugins say before the run."""
    function = getattr(item, "obj", None)
    kind = type(item)
    if inspect.isasyncgenfunction(function):
        return "never"
    # What is wrapped does not matter: asgiref's wrapper of a plain function is a coroutine function since Python 3.12.
    is_async = inspect.iscoroutinefunction(function)
    names = (
        [f"{base.__module__}.{base.__qualname__}" for base in item.cls.__mro__] if getattr(item, "cls", None) else []
    )
    if kind.__name__ == "TestCaseFunction" and is_async and "django.test.testcases.SimpleTestCase" in names:
        return "django"
    if item.get_closest_marker("trio") and "pytest_trio" in sys.modules and is_async:
        return "never" if wrapped_by_asgiref(function) else "trio"
    if kind.__module__ == "pytest_asyncio.plugin":
        # What it makes of the wrapper itself has the wrapper's attributes: pytest takes it for a coroutine function.
        return (
            "never"
            if wrapped_by_asgiref(function) and not isinstance(function, functools.partial)
            else "pytest-asyncio"
        )
    if kind.__name__ == "TestCaseFunction":
        if not is_async:
            return "sync"
        return "isolated-asyncio" if "unittest.async_case.IsolatedAsyncioTestCase" in names else "never"
    if not is_async:
        # Before Python 3.12 asgiref's wrapper says in another way that it is one, which pytest alone looks at.
        return "never" if is_async_function(function) else "sync"
    # Made anew by anyio an item has no other parameter than the backend, which nothing defines: filled ones fail.
    whole = item.get_closest_marker("parametrize") is None
    known = item.fixturenames if whole else item._fixtureinfo.name2fixturedefs
    return "anyio" if "anyio_backend" in known else "never"


def wrapped_by_asgiref(function) -> bool:
    """Whether this is a `SyncToAsync`, or what an instance shows of one. It needs a loop of asyncio."""
    if isinstance(function, functools.partial):
        function = getattr(function.func, "__self__", None)
    return any(cls.__name__ == "SyncToAsync" for cls in type(function).__mro__)


def mark_of(mark) -> dict:
    return {"name": mark.name, "args": repr(mark.args), "kwargs": repr(sorted(mark.kwargs.items(), key=lambda p: p[0]))}


def database_of(item):
    """The arguments of the closest `django_db` mark as pytest-django reads them; None without one."""
    mark = item.get_closest_marker("django_db") if "pytest_django" in sys.modules else None
    if mark is None:
        return None
    names = ("transaction", "reset_sequences", "databases", "serialized_rollback", "available_apps")
    given = dict(zip(names, mark.args, strict=False)) | mark.kwargs
    databases = given.get("databases")
    return {
        "transaction": bool(given.get("transaction")),
        "reset_sequences": bool(given.get("reset_sequences")),
        "databases": databases if databases is None or databases == "__all__" else sorted(databases),
    }


def class_of(item):
    """What Django's own class of a test case says about its databases."""
    cls = getattr(item, "cls", None)
    names = [f"{base.__module__}.{base.__qualname__}" for base in cls.__mro__] if cls is not None else []
    if "django.test.testcases.SimpleTestCase" not in names:
        return None
    kind = next(
        n for n in ("TestCase", "TransactionTestCase", "SimpleTestCase") if f"django.test.testcases.{n}" in names
    )
    databases = cls.databases
    return {"kind": kind, "databases": databases if databases == "__all__" else sorted(databases)}


def definitions(item, root: str) -> dict:
    found = {}
    for name in item._fixtureinfo.names_closure:
        defs = item._fixtureinfo.name2fixturedefs.get(name, ())
        # Pseudo fixtures are how pytest keeps the values of a parameter.
        real = [
            d
            for d in defs
            if type(d).__name__ == "FixtureDef"
            and name != "request"
            and getattr(d.func, "__name__", "") != "get_direct_param_fixture_func"
        ]
        if real:
            found[name] = real
    return found


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session) -> None:
    root = str(session.config.rootpath)
    for item in session.items:
        info = getattr(item, "_fixtureinfo", None)
        if info is None:
            continue
        marks = [mark_of(m) for m in item.iter_markers() if m.name != "parametrize"]
        known = ITEMS.get(plain(item))
        if known is not None:
            known["variants"].append(marks)
            continue
        defs = definitions(item, root)
        ITEMS[plain(item)] = {
            "file": str(item.path),
            "written": written(inspect.unwrap(item.obj), plain(item).rpartition("::")[2]),
            "marks": [m.name for m in item.iter_markers()],
            "variants": [marks],
            "closure": list(info.names_closure),
            "definitions": {
                name: [place(d.func, root) for d in one] for name, one in defs.items() if code_of(one[-1].func)
            },
            "fixtures": {name: [written(d.func) for d in one] for name, one in defs.items()},
            "arguments": list(info.argnames),
            "is_async": inspect.iscoroutinefunction(item.obj),
            "runner": runner_of(item),
            "mark": database_of(item),
            "class": class_of(item),
            "tags": any(len(getattr(one, "tags", ())) > 1 for one in (item.obj, getattr(item, "cls", None))),
        }


def pytest_sessionfinish(session) -> None:
    report = {
        "root": str(session.config.rootpath),
        "targets": session.config.args,
        "errors": ERRORS,
        "order": ORDER,
        "items": ITEMS,
        "runs": RUNS,
        "states": STATES,
    }
    with open(os.environ["PROBE_OUTPUT"], "w", encoding="utf-8") as stream:
        json.dump(report, stream)
