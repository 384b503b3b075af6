"""The scopes of modules and classes, read from outlines: what a body binds, which class a chunk is in. No name is
followed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isolint.names.bindings import Bound, Scope, made_class, part_of, part_of_body, scope_of
from isolint.names.inputs import BOUND, FACTS, ITEM, MEMBERS, SCOPE
from isolint.names.symbols import ClassRef
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def module_scope(store: Store, path: str) -> Scope | None:
    """The scope of the module at an absolute path; None when there is no such readable file. It changes with every
    binding: who wants one name asks `bound`."""
    return store.get(SCOPE, path)


def bound(store: Store, path: str, name: str) -> tuple[Bound, ...]:
    """What a module's own statements bind to a name: the bindings that may hold at the end, last first."""
    return store.get(BOUND, (path, name)).bounds


def class_facts(store: Store, ref: ClassRef) -> f.Class | None:
    """The facts of a class; the body is empty when its members are chunks."""
    if not ref.inline:
        item = store.get(ITEM, (ref.path, ref.chunk))
        for statement in item.facts if item is not None else ():
            if isinstance(statement, f.Class):
                return statement
        return None
    facts = store.get(FACTS, (ref.path, ref.chunk))
    for statement in walk_statements(facts):
        if isinstance(statement, f.Class) and statement.span[0] == ref.start:
            return statement
        match statement:
            case f.Assign(targets=(f.Name() as name, *_), value=f.Call() as made) if made.span[0] == ref.start:
                # `X = type("X", bases, {...})` is known by the place of the call.
                return made_class(made, name)
    return None


def enclosing_class(store: Store, ref: ClassRef) -> ClassRef | None:
    """The class whose body has this one; None at module level or in a function."""
    outer = ref.qualname.rpartition(".")[0]
    if not outer:
        return None
    if ref.inline:
        facts = store.get(FACTS, (ref.path, ref.chunk))
        around = [
            one
            for one in walk_classes(facts)
            if any(isinstance(inner, f.Class) and inner.span[0] == ref.start for inner in walk_statements(one.body))
        ]
        if around:
            return ClassRef(ref.path, ref.chunk, around[-1].span[0], outer, True)
    return owner_of(store, ref.path, ref.chunk)


def owner_of(store: Store, path: str, chunk: str) -> ClassRef | None:
    """The class whose member a chunk is; None at module level."""
    header = chunk.rpartition(".")[0]
    item = store.get(ITEM, (path, f"{header}(class)")) if header else None
    for statement in item.facts if item is not None else ():
        if isinstance(statement, f.Class) and item is not None:
            return ClassRef(path, item.key, statement.span[0], ".".join((*item.owner, statement.name)))
    return None


def walk_classes(body: Iterable[f.Stmt]) -> Iterable[f.Class]:
    """All classes in these statements, nested ones included."""
    for statement in walk_statements(body):
        if isinstance(statement, f.Class):
            yield statement


def walk_statements(body: Iterable[f.Stmt]) -> Iterable[f.Stmt]:
    """These statements and all below them, function and class bodies included, in source order."""
    for statement in body:
        yield statement
        for inner in inner_bodies(statement):
            yield from walk_statements(inner)


def inner_bodies(statement: f.Stmt) -> tuple[tuple[f.Stmt, ...], ...]:
    """The statement lists directly below a statement."""
    match statement:
        case f.Function() | f.Class() | f.With():
            return (statement.body,)
        case f.If() | f.For() | f.While():
            return (statement.body, statement.orelse)
        case f.Try():
            return (statement.body, *(h.body for h in statement.handlers), statement.orelse, statement.final)
        case f.Match():
            return tuple(c.body for c in statement.cases)
    return ()


def target_names(target: f.Expr) -> Iterator[str]:
    """The names that an assignment to this target binds; attributes and items bind none."""
    match target:
        case f.Name():
            yield target.id
        case f.Collection():
            for item in target.items:
                yield from target_names(item)
        case f.Starred():
            yield from target_names(target.value)


def _class_scope(store: Store, ref: ClassRef) -> Scope:
    facts = class_facts(store, ref)
    parts = [] if facts is None else [part_of_body(ref.path, facts.body, ref.chunk, ref)]
    if not ref.inline:
        parts += [part_of(ref.path, i, ref) for i in store.get(MEMBERS, (ref.path, tuple(ref.qualname.split("."))))]
    return scope_of(parts)


class_scope: Query[ClassRef, Scope] = Query("class scope", _class_scope, barrier=True)
"""The names bound in the body of a project class (its own body only)."""
