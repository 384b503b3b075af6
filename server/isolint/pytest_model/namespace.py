"""The objects in a module's or a class's namespace, in the order in which Python's `__dict__` has them.

Names are those of `names`; objects those of `evaluate`. No rule of pytest stands here.
"""

from __future__ import annotations

from collections.abc import Iterator

from isolint.names.inputs import STATEMENTS, SURFACE
from isolint.names.resolve import bound_names, import_target, mro
from isolint.names.scopes import class_facts, class_scope, module_scope
from isolint.names.symbols import ClassRef, ModuleSymbol
from isolint.pytest_model.evaluate import evaluate, literal
from isolint.pytest_model.functions import walk
from isolint.pytest_model.objects import Context, Object
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def _module_names(store: Store, path: str) -> tuple[str, ...]:
    scope = module_scope(store, path)
    if scope is None:
        return ()
    ordered: dict[str, None] = {}
    done = 0
    for star, position in zip(scope.surface.stars, scope.positions, strict=True):
        ordered |= dict.fromkeys([binding.name for binding in scope.bindings[done:position] if not binding.typing])
        done = position
        target = import_target(store, path, star.module, star.level)
        if isinstance(target, ModuleSymbol) and target.path:
            ordered |= dict.fromkeys(_exported(store, target.path))
    ordered |= dict.fromkeys([binding.name for binding in scope.bindings[done:] if not binding.typing])
    return tuple(ordered)


module_names: Query[str, tuple[str, ...]] = Query("module names", _module_names, bottom=lambda _: (), barrier=True)
"""The names a module binds, those of star imports of project modules included, in `__dict__` order."""


def _exported(store: Store, path: str) -> tuple[str, ...]:
    surface = store.get(SURFACE, path)
    if surface is not None and surface.exports is not None:
        return surface.exports
    names = module_names(store, path) or bound_names(store, path)
    return tuple(name for name in names if not name.startswith("_"))


def module_object(store: Store, path: str, name: str) -> Object:
    """What a module's name is bound to when the import has finished."""
    return evaluate(store, Context(path, ""), f.Name(name, (0, 0)))


def class_object_at(store: Store, cls: ClassRef, name: str) -> Object:
    """What a name in the body of this class is bound to (bases are not looked at)."""
    return evaluate(store, Context(cls.path, cls.chunk, cls), f.Name(name, (0, 0)))


def class_names(store: Store, cls: ClassRef) -> tuple[str, ...]:
    """The names that the body of a class binds, in `__dict__` order."""
    return tuple(dict.fromkeys(b.name for b in class_scope(store, cls).bindings))


def inherited(store: Store, cls: ClassRef, name: str) -> tuple[ClassRef, Object] | None:
    """`cls.name` along the MRO: the project class that has it and the object; None when an installed class may have it
    first, or nobody."""
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef) and class_scope(store, one).get(name):
            return one, class_object_at(store, one, name)
    return None


def bodies(store: Store, path: str, owner: ClassRef | None) -> Iterator[tuple[str, f.Stmt]]:
    """The statements of a module or a class body with the keys of their chunks, functions' and classes' bodies
    apart."""
    parts = tuple(owner.qualname.split(".")) if owner is not None else ()
    if owner is not None:
        facts = class_facts(store, owner)
        if facts is not None:
            for statement in facts.body:
                yield owner.chunk, statement
        if owner.inline:
            return
    for item in store.get(STATEMENTS, (path, parts)):
        for statement in item.facts:
            yield item.key, statement


def _changes(store: Store, key: tuple[str, ClassRef | None]) -> tuple[tuple[str, f.Expr], ...]:
    return tuple(
        (node.func.value.id, argument)
        for _, statement in bodies(store, *key)
        if not isinstance(statement, f.Function | f.Class | f.Import | f.ImportFrom)
        for node in walk(statement)
        if isinstance(node, f.Call)
        and isinstance(node.func, f.Attribute)
        and isinstance(node.func.value, f.Name)
        and node.func.attr in {"append", "extend", "insert"}
        for argument in node.args[-1:]
    )


changes: Query[tuple[str, ClassRef | None], tuple[tuple[str, f.Expr], ...]] = Query("changes", _changes, barrier=True)
"""What is put into lists after they were made (`NAME.append(x)`) in a module or class body: (name, x). Key: (path,
class or None)."""


def _flags(store: Store, key: tuple[str, ClassRef | None]) -> dict[tuple[str, str], bool | None]:
    path, owner = key
    found: dict[tuple[str, str], bool | None] = {}
    for chunk, statement in bodies(store, path, owner):
        if not isinstance(statement, f.Assign) or statement.value is None:
            continue
        for written in statement.targets:
            if isinstance(written, f.Attribute) and isinstance(written.value, f.Name):
                value = literal(store, Context(path, chunk, owner), statement.value)
                found[written.value.id, written.attr] = value if isinstance(value, bool) else None
    return found


flags: Query[tuple[str, ClassRef | None], dict[tuple[str, str], bool | None]] = Query("flags", _flags, barrier=True)
"""Attributes set from outside, `name.attribute = <constant>`, in a module or class body: (name, attribute) to the truth
of the last such statement, None when it is no plain boolean. Key: (path, class or None)."""


def flag(store: Store, path: str, owner: ClassRef | None, target: str, name: str) -> bool | None:
    """The truth of `target.name = <constant>` in a module or class body; None when there is no such statement."""
    return flags(store, (path, owner)).get((target, name))
