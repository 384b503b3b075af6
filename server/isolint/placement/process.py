"""What is done to the whole process before a test runs: by the module level of its file, of conftests, plugins of the
project and Django's settings, and by the hooks that they define. Fixtures are `trace`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from isolint.names.inputs import FACTS, STATEMENTS, SURFACE
from isolint.names.resolve import bound_names, find_module, import_target
from isolint.names.scopes import bound, inner_bodies
from isolint.names.symbols import FunctionRef, FunctionSymbol, ModuleSymbol
from isolint.placement import queries
from isolint.placement.context import Context
from isolint.placement.machine import Machine
from isolint.placement.patching import lets_orm_into_loops
from isolint.placement.shapes import Cure, Patch
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.plugins import plugins
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


class Standing(Struct, frozen=True, gc=False):
    """What stands while tests run: names that are replaced, and cures that were called."""

    patches: tuple[Patch, ...] = ()
    cures: tuple[Cure, ...] = ()


def _of_module(store: Store, path: str) -> Standing:
    """What importing a module does, as far as it calls something or assigns to what others hold."""
    from isolint.placement import body

    machine = Machine(store, path)
    for item in store.get(STATEMENTS, (path, ())):
        statements = store.get(FACTS, (path, item.key))
        if any(_may_change(statement) for statement in statements):
            body.execute_module(machine, FunctionRef(path, item.key, -1, ""), statements)
    _keep(machine, *(_stars(store, path)))
    return Standing(tuple(machine.patches.values()), tuple(machine.cures.values()))


of_module: Query[str, Standing] = Query("module standing", _of_module, bottom=lambda path: Standing())
"""Key: a file. What importing it does to the process; of what it imports only what it takes over by `*`."""


def _stars(store: Store, path: str) -> Iterator[Standing]:
    surface = store.get(SURFACE, path)
    for star in () if surface is None else surface.stars:
        target = import_target(store, path, star.module, star.level)
        if isinstance(target, ModuleSymbol) and target.path != path:
            yield of_module(store, target.path)


def _may_change(statement: f.Stmt) -> bool:
    """Whether a statement of a module may do more than bind a name. Bodies are for those who call them."""
    match statement:
        case f.Evaluate():
            return isinstance(statement.value, f.Call | f.Await)
        case f.Assign():
            return any(not isinstance(target, f.Name) for target in statement.targets)
        case f.Function() | f.Class():
            return False
    return any(_may_change(inner) for inner_body in inner_bodies(statement) for inner in inner_body)


def _of_hooks(store: Store, path: str) -> Standing:
    """What the hooks of a conftest or plugin do: pytest calls all of them."""
    machine = Machine(store, path)
    for name in bound_names(store, path):
        for hook in bound(store, path, name) if name.startswith("pytest_") else ():
            if isinstance(hook, FunctionSymbol):
                machine.replay(queries.summary(store, hook.ref), {}, Context(), "call")
    return Standing(tuple(machine.patches.values()), tuple(machine.cures.values()))


of_hooks: Query[str, Standing] = Query("hooks standing", _of_hooks)
"""Key: a conftest or a plugin of the project."""


def _of_tests(store: Store, path: str) -> Standing:
    machine = Machine(store, path)
    loaded = plugins(store, path)
    settings = store.get(CONFIG, path).django_settings
    if settings:
        found = find_module(store, (settings, ""))
        if isinstance(found, ModuleSymbol):
            _keep(machine, of_module(store, found.path))
    for holder in (*(plugin.path for plugin in (*loaded.session, *loaded.late) if plugin.path), *loaded.conftests):
        _keep(machine, of_module(store, holder), of_hooks(store, holder))
    _keep(machine, of_module(store, path))
    return Standing(tuple(machine.patches.values()), tuple(machine.cures.values()))


of_tests: Query[str, Standing] = Query("standing", _of_tests)
"""Key: a test file. What stands when its tests run, whichever files are run with it."""


def _unsafe(store: Store, path: str) -> bool:
    return store.get(CONFIG, path).async_unsafe or lets_orm_into_loops(of_tests(store, path).patches)


unsafe: Query[str, bool] = Query("async unsafe", _unsafe)
"""Key: a test file. Whether Django's variable that lets sync ORM into event loops is set for all its tests."""


def _keep(machine: Machine, *found: Standing) -> None:
    for standing in found:
        for patch in standing.patches:
            machine.patch(patch)
        for cure in standing.cures:
            machine.cure(cure)


__all__ = ["Standing", "of_tests", "unsafe"]
