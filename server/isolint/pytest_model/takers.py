"""Hooks that may run an `async def` test in their own way: of conftest files, project plugins, installed plugins.

Whether there may be one is all that is said; what such a hook does with a test is not followed. The plugins whose rules
are known are for `runners`.
"""

from __future__ import annotations

from isolint.names.inputs import definition, is_answered
from isolint.names.scopes import bound, walk_statements
from isolint.names.symbols import FunctionSymbol
from isolint.pytest_model.functions import whole
from isolint.pytest_model.item_marks import ANYIO_PLUGIN, ASYNCIO_PLUGIN, DJANGO_PLUGIN, TRIO_PLUGIN
from isolint.pytest_model.plugins import plugins
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_CALLS = "pytest_pyfunc_call"
"""The hook that runs a test function (_pytest.python.pytest_pyfunc_call is pytest's own)."""

_TAKING = (_CALLS, "pytest_pycollect_makeitem", "pytest_runtest_protocol")
"""Whoever has one of these may run what pytest would not."""

_REPLACING = ("pytest_collection_modifyitems", "pytest_itemcollected", "pytest_runtest_setup", "pytest_runtest_call")
"""Hooks that get an item and may put another function into it (`item.obj = ...`)."""

_KNOWN = frozenset({ASYNCIO_PLUGIN, ANYIO_PLUGIN, DJANGO_PLUGIN, TRIO_PLUGIN})


def _hook_of(store: Store, path: str) -> str:
    for name in _TAKING:
        if bound(store, path, name):
            return name
    for name in _REPLACING:
        for hook in bound(store, path, name):
            # Bound to what is no `def` here, nobody knows what it does.
            function = whole(store, hook.ref) if isinstance(hook, FunctionSymbol) else None
            if function is None or _sets_obj(function):
                return name
    return ""


hook_of: Query[str, str] = Query("hook that may run tests", _hook_of, barrier=True)
"""The first such hook of a conftest or plugin of the project, "" when there is none. Key: its path."""


def _sets_obj(function: f.Function) -> bool:
    for statement in walk_statements(function.body):
        if isinstance(statement, f.Assign):
            for target in statement.targets:
                if isinstance(target, f.Attribute) and target.attr in {"obj", "runtest"}:
                    return True
        elif isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
            callee = statement.value.func
            if isinstance(callee, f.Name) and callee.id == "setattr":
                return True
    return False


def other_taker(store: Store, path: str) -> str:
    """Why somebody else than the known plugins may run the async tests of this file; "" when nobody does."""
    loaded = plugins(store, path)
    everyone = (*loaded.session, *loaded.late)
    for file in (*(one.path for one in everyone if one.path), *loaded.conftests):
        hook = hook_of(store, file)
        if hook:
            return f"{hook} in {file.rpartition('/')[2]} may run it"
    for one in everyone:
        if one.path or one.module in _KNOWN or one.module.startswith("_pytest."):
            continue
        dotted = f"{one.module}.{_CALLS}"
        if definition(store, dotted) is not None or not is_answered(store, dotted):
            return f"the plugin {one.name} may run it"
    return loaded.unknown[0] if loaded.unknown else ""
