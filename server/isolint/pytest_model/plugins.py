"""Which modules pytest loads as plugins for a test file, and which conftest files, in the order it registers them.

Read from the configuration, the environment's entry points and `pytest_plugins`. What the modules define is for
`fixtures`.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from isolint.names.inputs import PROJECT
from isolint.names.resolve import base_directory, find_module
from isolint.names.scopes import bound
from isolint.names.symbols import ModuleSymbol
from isolint.pytest_model.evaluate import strings
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT
from isolint.pytest_model.objects import Context
from isolint.pytest_model.shapes import Holder
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f
from isolint.workspace.shapes import PytestConfig

BUILTIN = (
    "mark",
    "main",
    "runner",
    "fixtures",
    "python",
    "terminal",
    "debugging",
    "unittest",
    "capture",
    "skipping",
    "legacypath",
    "tmpdir",
    "monkeypatch",
    "recwarn",
    "pastebin",
    "junitxml",
    "doctest",
    "cacheprovider",
    "setuponly",
    "setupplan",
    "stepwise",
    "unraisableexception",
    "threadexception",
    "warnings",
    "logging",
    "reports",
    "faulthandler",
    "subtests",
)
"""pytest's own plugin modules under `_pytest` (_pytest.config.default_plugins). What they define is asked of
`Origin`."""

_SHORT = frozenset({*BUILTIN, "pytester", "pytester_assertions"})


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin: the name it is registered under, its module, and its file when it is the project's own ("" if not)."""

    name: str
    module: str
    path: str = ""

    @property
    def holder(self) -> Holder:
        """As a holder of fixtures."""
        return Holder("plugin", self.path, "" if self.path else self.module)


@dataclass(frozen=True, slots=True)
class Plugins:
    """What is loaded for one test file. `session` are all plugins in order of registration; `late` those that the test
    module itself names; `conftests` the conftest files from the root down, `session_conftests` how many of them count
    for the whole session. `unknown` are the reasons why there may be more."""

    session: tuple[Plugin, ...] = ()
    late: tuple[Plugin, ...] = ()
    conftests: tuple[str, ...] = ()
    session_conftests: int = 0
    unknown: tuple[str, ...] = ()
    modules: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Every test of a file asks several times.
        object.__setattr__(self, "modules", frozenset(p.module for p in (*self.session, *self.late)))

    def has(self, module: str) -> bool:
        """Whether an installed module is loaded as a plugin."""
        return module in self.modules


def conftest_chain(store: Store, path: str) -> tuple[str, ...]:
    """The conftest files that count for a test file, from the outermost (_pytest.config._getconftestmodules)."""
    config = store.get(CONFIG, path)
    if config.noconftest:
        return ()
    files = store.get(PROJECT, "").files
    top = config.confcutdir or config.rootdir or os.path.dirname(path)
    found: list[str] = []
    folder = os.path.dirname(path)
    while True:
        candidate = f"{folder}/conftest.py" if folder != "/" else "/conftest.py"
        if candidate in files:
            found.append(candidate)
        parent = os.path.dirname(folder)
        if folder in {top, parent} or not folder.startswith(top):
            break
        folder = parent
    return tuple(reversed([c for c in found if c.startswith(top)]))


def _plugins(store: Store, path: str) -> Plugins:
    config = store.get(CONFIG, path)
    environment = store.get(ENVIRONMENT, "")
    base = base_directory(store, path)
    unknown: list[str] = []
    loaded: dict[str, Plugin] = {}

    def load(name: str, module: str, importer: str) -> None:
        """_pytest.config.PytestPluginManager.import_plugin: register, then what the module's pytest_plugins names."""
        if name in loaded or _is_blocked(config, name):
            return
        if module in _SHORT:
            module = f"_pytest.{module}"
        target = find_module(store, (module, importer))
        own = target.path if isinstance(target, ModuleSymbol) else ""
        loaded[name] = Plugin(name, module, own)
        if own:
            for inner in _named(store, own, unknown):
                load(inner, inner, base_directory(store, own))

    entry_points = {e.name: e.module.partition(":")[0] for e in environment.entry_points}
    if environment.version("pytest") is not None or environment.prefix is None:
        for short in BUILTIN:
            if not _is_blocked(config, short):
                loaded[short] = Plugin(short, f"_pytest.{short}")
    for name in config.plugins:
        # -p also takes the name of an entry point (consider_entry_points=True).
        load(name, entry_points.get(name, name), base)
    if config.autoload:
        for name, module in entry_points.items():
            load(name, module, base)
    chain = conftest_chain(store, path)
    for conftest in chain:
        for name in _named(store, conftest, unknown):
            load(name, name, base_directory(store, conftest))
    session = tuple(loaded.values())
    for name in _named(store, path, unknown):
        load(name, name, base)
    root = config.rootdir
    wide = sum(1 for c in chain if not os.path.dirname(c).startswith(f"{root}/"))
    return Plugins(session, tuple(loaded.values())[len(session) :], chain, wide, tuple(dict.fromkeys(unknown)))


plugins: Query[str, Plugins] = Query("plugins", _plugins, barrier=True)
"""Key: the absolute path of a test file.

Registration order is that of _pytest.config.Config.parse: built-in plugins, `-p`, entry points, then `pytest_plugins`
of the conftest files; a plugin's own `pytest_plugins` follow it at once."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides, beside a test file itself, which plugins and conftest files count for it: files that name no
    plugins and have equal ones get the same. `conftests` are those of the files in question."""

    config: PytestConfig
    base: str
    conftests: tuple[str, ...]


def surroundings(store: Store, path: str, among: Container[str]) -> Surroundings:
    """The surroundings of a test file, as far as these conftest files count."""
    config = store.get(CONFIG, path)
    project = store.get(PROJECT, "")
    base = base_directory(store, path)
    modules = [*config.plugins, *(one.module for one in store.get(ENVIRONMENT, "").entry_points)]
    tops = {f"{base}/{module.partition(':')[0].partition('.')[0]}" for module in modules}
    # Modules beside the file come first, where there are any of these names.
    is_base = any(top in project.directories or f"{top}.py" in project.files for top in tops)
    chain = tuple(one for one in conftest_chain(store, path) if one in among)
    return Surroundings(config, base if is_base else "", chain)


def _is_blocked(config: PytestConfig, name: str) -> bool:
    """`-p no:NAME` blocks NAME and pytest_NAME (_pytest.config.PytestPluginManager.consider_pluginarg)."""
    return name in config.blocked or name.removeprefix("pytest_") in config.blocked


def _named(store: Store, path: str, unknown: list[str]) -> Iterator[str]:
    """The modules in a file's `pytest_plugins` (_pytest.config._get_plugin_specs_as_list: a comma list or a
    sequence)."""
    if not bound(store, path, "pytest_plugins"):
        return
    found = strings(store, Context(path, ""), f.Name("pytest_plugins", (0, 0)))
    if found is None:
        unknown.append(f"pytest_plugins of {os.path.basename(path)} is not written out")
        return
    for one in found:
        yield from (name.strip() for name in one.split(",") if name.strip())
