"""Marks written down around tests: `pytestmark` of modules and classes, and the marks of a class with its bases.

What a whole test has is for `marks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isolint.names.bindings import Star
from isolint.names.resolve import attribute, from_stars, import_target, lookup, mro
from isolint.names.scopes import class_scope, enclosing_class
from isolint.names.symbols import ClassRef, ModuleSymbol, Site, UnknownSymbol, ValueSymbol
from isolint.pytest_model.evaluate import class_object, evaluate
from isolint.pytest_model.namespace import bodies
from isolint.pytest_model.objects import Context, Items, MarkMaker, Object, Opaque
from isolint.pytest_model.shapes import Level, Mark
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def marks_in(store: Store, context: Context, expr: f.Expr, level: Level, depth: int = 0) -> list[Mark]:
    """The marks of a value of `pytestmark` or of `pytest.param(marks=...)`: one mark or a sequence, in order. What
    cannot be read is a mark without a name."""
    if isinstance(expr, f.Collection) and depth < 8:
        found: list[Mark] = []
        for item in expr.items:
            inner = item.value if isinstance(item, f.Starred) else item
            site = Site(context.path, context.chunk, *item.span)
            found += [replace(m, site=site) for m in marks_in(store, context, inner, level, depth + 1)]
        return found
    site = Site(context.path, context.chunk, *expr.span)
    return list(_marks_of_object(store, evaluate(store, context, expr), site, level))


def _marks_of_object(store: Store, value: Object, site: Site, level: Level) -> Iterator[Mark]:
    match value:
        case MarkMaker():
            yield replace(value.mark, site=site, level=level, path=value.mark.path or site.path)
        case Items():
            for item in value.items:
                yield from _marks_of_object(store, item, site, level)
        case _:
            reason = value.reason if isinstance(value, Opaque) else "a value that is no mark"
            yield Mark("", site=site, level=level, path=site.path, certain=False, reason=reason)


def _own_pytestmark(store: Store, key: tuple[str, ClassRef | None]) -> tuple[Mark, ...]:
    path, owner = key
    level: Level = "module" if owner is None else "class"
    current: list[Mark] = []
    if lookup(store, (path, "pytestmark")) if owner is None else class_scope(store, owner).get("pytestmark"):
        for chunk, statement in bodies(store, path, owner):
            context = Context(path, chunk, owner)
            current = _after(store, context, statement, current, level, conditional=False)
    if owner is not None:
        current = _set_outside(store, owner, current)
    return tuple(current)


def _set_outside(store: Store, owner: ClassRef, current: list[Mark]) -> list[Mark]:
    """`TestX.pytestmark = ...` after the class, in the body that has it."""
    around = enclosing_class(store, owner)
    for chunk, value in outside_marks(store, (owner.path, around)).get(owner.name, ()):
        current = marks_in(store, Context(owner.path, chunk, around), value, "class")
    return current


def _outside_marks(store: Store, key: tuple[str, ClassRef | None]) -> dict[str, tuple[tuple[str, f.Expr], ...]]:
    found: dict[str, tuple[tuple[str, f.Expr], ...]] = {}
    for chunk, statement in bodies(store, *key):
        match statement:
            case f.Assign(
                targets=(f.Attribute(value=f.Name(id=name), attr="pytestmark"),), value=value, augmented=False
            ) if value is not None:
                found[name] = ((chunk, value),)
    return found


outside_marks: Query[tuple[str, ClassRef | None], dict[str, tuple[tuple[str, f.Expr], ...]]] = Query(
    "pytestmark from outside", _outside_marks, barrier=True
)
"""`NAME.pytestmark = value` in a module or class body: name to (chunk, value). Key: (path, class or None)."""


own_pytestmark: Query[tuple[str, ClassRef | None], tuple[Mark, ...]] = Query(
    "pytestmark", _own_pytestmark, bottom=lambda _: (), barrier=True
)
"""The `pytestmark` of a module (owner None) or of a class body, in its own order. Key: (path, owner)."""


def _after(
    store: Store, context: Context, statement: f.Stmt, current: list[Mark], level: Level, *, conditional: bool
) -> list[Mark]:
    """The value of `pytestmark` after one more statement."""
    match statement:
        case f.Assign() if statement.value is not None and any(_is_pytestmark(t) for t in statement.targets):
            if statement.augmented or _mentions_pytestmark(statement.value):
                value = statement.value
                if not statement.augmented:
                    return _concatenated(store, context, value, current, level)
                return [*current, *_doubted(marks_in(store, context, value, level), conditional)]
            new = marks_in(store, context, statement.value, level)
            return [*_doubted(current, True), *_doubted(new, True)] if conditional else new
        case f.Evaluate(value=f.Call(func=f.Attribute(value=f.Name(id="pytestmark")) as func, args=args)) if args:
            if func.attr in {"append", "extend"}:
                return [*current, *_doubted(marks_in(store, context, args[0], level), conditional)]
            if func.attr == "insert" and len(args) == 2:
                return [*_doubted(marks_in(store, context, args[1], level), conditional), *current]
        case f.ImportFrom():
            brought = _imported(store, context, statement, level)
            if brought is not None:
                return [*_doubted(current, True), *_doubted(brought, True)] if conditional else brought
        case f.If():
            for body in (statement.body, statement.orelse):
                for inner in body:
                    current = _after(store, context, inner, current, level, conditional=True)
        case f.Try():
            for inner in (*statement.body, *statement.orelse, *statement.final):
                current = _after(store, context, inner, current, level, conditional=conditional)
        case f.With():
            for inner in statement.body:
                current = _after(store, context, inner, current, level, conditional=conditional)
    return current


def _imported(store: Store, context: Context, statement: f.ImportFrom, level: Level) -> list[Mark] | None:
    """The value of `pytestmark` that an import brings, by its name or by `*`; None when it brings none."""
    path = context.path
    named = [name for name in statement.names if (name.alias or name.name) == "pytestmark"]
    if not named and not (statement.star and _is_in_star(store, path, statement)):
        return None
    written = named[-1].name if named else "pytestmark"
    target = import_target(store, path, statement.module, statement.level)
    found: list[Mark] = []
    if isinstance(target, ModuleSymbol) and target.path and written == "pytestmark":
        found += own_pytestmark(store, (target.path, None))
    elif not isinstance(target, UnknownSymbol):
        for symbol in attribute(store, target, written):
            if isinstance(symbol, ValueSymbol) and symbol.expr is not None:
                found += marks_in(store, Context(symbol.path, symbol.chunk, symbol.owner), symbol.expr, level)
    site = Site(path, context.chunk, *(named[-1].span if named else statement.span))
    return [replace(m, site=site, level=level) for m in found]


def _is_in_star(store: Store, path: str, statement: f.ImportFrom) -> bool:
    return bool(from_stars(store, path, (Star(statement.module, statement.level),), "pytestmark"))


def _concatenated(store: Store, context: Context, value: f.Expr, current: list[Mark], level: Level) -> list[Mark]:
    """`pytestmark = [*pytestmark, x]` and `pytestmark = pytestmark + [x]`."""
    parts = value.operands if isinstance(value, f.Operation) else (value,)
    found: list[Mark] = []
    for part in parts:
        for item in part.items if isinstance(part, f.Collection) else (part,):
            inner = item.value if isinstance(item, f.Starred) else item
            found += current if _is_pytestmark(inner) else marks_in(store, context, inner, level)
    return found


def _is_pytestmark(expr: f.Expr) -> bool:
    return isinstance(expr, f.Name) and expr.id == "pytestmark"


def _mentions_pytestmark(expr: f.Expr) -> bool:
    match expr:
        case f.Name():
            return expr.id == "pytestmark"
        case f.Starred():
            return _mentions_pytestmark(expr.value)
        case f.Collection():
            return any(_mentions_pytestmark(i) for i in expr.items)
        case f.Operation():
            return any(_mentions_pytestmark(o) for o in expr.operands)
    return False


def _doubted(marks: Iterable[Mark], doubt: bool) -> list[Mark]:
    return [replace(m, certain=False, reason=m.reason or "set under a condition") if doubt else m for m in marks]


def marks_by_class(store: Store, cls: ClassRef) -> Iterator[tuple[ClassRef, Mark]]:
    """The marks of a class in pytest's order, each with the class that has it written down."""
    for one in reversed(mro(store, cls).classes):
        if isinstance(one, ClassRef):
            for mark in (*own_pytestmark(store, (one.path, one)), *class_object(store, one).marks):
                yield one, mark


def _class_marks(store: Store, cls: ClassRef) -> tuple[Mark, ...]:
    return tuple(mark for _, mark in marks_by_class(store, cls))


class_marks: Query[ClassRef, tuple[Mark, ...]] = Query("class marks", _class_marks, barrier=True)
"""The marks of a class: those of its bases first (_pytest.mark.structures.get_unpacked_marks, reversed MRO; so the mark
of a base wins over that of the class, pytest issue 14329), for each class `pytestmark` and then its decorators from
the bottom up."""
