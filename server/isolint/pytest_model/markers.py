"""Which marks are registered for a test file: with what description, and where.

pytest's own `markers`, those of the configuration, and those that `pytest_configure` of conftest files and of the
project's plugins adds. Marks of installed plugins are known by the plugin that is loaded. Which marks a test has is for
`marks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from isolint.names.scopes import bound
from isolint.names.symbols import FunctionSymbol, Site
from isolint.pytest_model.evaluate import literal, string_sites
from isolint.pytest_model.functions import whole
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.item_marks import ANYIO_PLUGIN, ASYNCIO_PLUGIN, DJANGO_PLUGIN, TRIO_PLUGIN
from isolint.pytest_model.objects import Context
from isolint.pytest_model.plugins import plugins
from isolint.pytest_model.requests import calls
from isolint.pytest_model.shapes import Where
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_PYTEST = (
    "filterwarnings(warning): a warning filter for the test",
    "parametrize(argnames, argvalues): call the test once for each set of values",
    "skip(reason=None): skip the test",
    "skipif(condition, ..., reason=...): skip the test if a condition is true",
    "usefixtures(name, ...): request fixtures whose values the test does not need",
    "xfail(condition, ..., reason=..., run=True, raises=None, strict=...): expect the test to fail",
)
"""_pytest.python, _pytest.skipping and _pytest.warnings: pytest_configure."""

_PLUGINS: dict[str, tuple[str, ...]] = {
    DJANGO_PLUGIN: (
        "django_db(transaction=False, reset_sequences=False, databases=None, ...): let the test use the database",
        "urls(module): use another URL configuration",
        "ignore_template_errors(): do not fail for missing template variables",
    ),
    ASYNCIO_PLUGIN: ("asyncio(loop_scope=...): run the coroutine function in an event loop",),
    ANYIO_PLUGIN: ("anyio: run the coroutine function by anyio",),
    TRIO_PLUGIN: ("trio: run the coroutine function by trio",),
}


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered mark: its name, its whole text, and where it is registered (None: by pytest or a plugin). Of those
    in a configuration file the place is that of the option they all stand in."""

    name: str
    text: str
    where: Where


def _registered(store: Store, path: str) -> tuple[Registered, ...]:
    config = store.get(CONFIG, path)
    loaded = plugins(store, path)
    found = [Registered(_name(text), text, config.markers_place) for text in config.markers]
    for file in dict.fromkeys((*(p.path for p in loaded.session if p.path), *loaded.conftests)):
        for hook in bound(store, file, "pytest_configure"):
            if isinstance(hook, FunctionSymbol):
                found += _added(store, hook)
    found += [Registered(_name(text), text, None) for text in _PYTEST]
    for module, texts in _PLUGINS.items():
        if loaded.has(module):
            found += [Registered(_name(text), text, None) for text in texts]
    return tuple(found)


registered_marks: Query[str, tuple[Registered, ...]] = Query("registered marks", _registered)
"""Key: the path of a test file."""


def _added(store: Store, hook: FunctionSymbol) -> list[Registered]:
    """The lines of `config.addinivalue_line("markers", ...)` in a hook."""
    function = whole(store, hook.ref)
    context = Context(hook.ref.path, hook.ref.chunk)
    found: list[Registered] = []
    for call, _ in calls(function.body) if function is not None else ():
        if isinstance(call.func, f.Attribute) and call.func.attr == "addinivalue_line" and len(call.args) == 2:
            if literal(store, context, call.args[0]) != "markers":
                continue
            sites: tuple[tuple[str, Site], ...] = string_sites(store, context, call.args[1])
            found += [Registered(_name(text), text, site) for text, site in sites]
    return found


def _name(text: str) -> str:
    """The name in a line of `markers` (_pytest.mark.structures.MarkGenerator.__getattr__)."""
    return text.split(":", maxsplit=1)[0].split("(", maxsplit=1)[0].strip()
