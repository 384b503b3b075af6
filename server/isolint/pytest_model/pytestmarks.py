"""Marks written down around tests: `pytestmark` of modules and classes, and the marks of a class with its bases.

What a whole test has is for `marks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isolint.names.bindings import Star, is_type_checking
from isolint.names.inputs import definition, is_answered
from isolint.names.resolve import attribute, from_stars, import_target, lookup, mro
from isolint.names.scopes import class_scope, enclosing_class, target_names
from isolint.names.symbols import ClassRef, External, ModuleSymbol, Site, UnknownSymbol, ValueSymbol
from isolint.pytest_model.alternatives import merged
from isolint.pytest_model.evaluate import class_object, evaluate, literal
from isolint.pytest_model.namespace import bodies
from isolint.pytest_model.objects import Context, Items, MarkMaker, Object, Opaque
from isolint.pytest_model.shapes import Level, Mark
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_CONDITIONAL = "set under a condition"


def marks_in(store: Store, context: Context, expr: f.Expr, level: Level, depth: int = 0) -> list[Mark]:
    """The marks of a value of `pytestmark` or of `pytest.param(marks=...)`: one mark or a sequence, in order. What
    cannot be read is a mark without a name."""
    if isinstance(expr, f.Choice) and depth < 8:
        options = [marks_in(store, context, option, level, depth + 1) for option in expr.options]
        return merged(store, options, Site(context.path, context.chunk, *expr.span), _CONDITIONAL)
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
            # A module that leaves its body (pytest.skip) has no tests.
            current = _after(store, context, statement, current, level) or []
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


def _after(store: Store, context: Context, statement: f.Stmt, current: list[Mark], level: Level) -> list[Mark] | None:
    """The value of `pytestmark` after one more statement; None where that leaves the body for good."""
    match statement:
        case f.Assign() if statement.value is not None and any(_is_pytestmark(t) for t in statement.targets):
            if statement.augmented:
                return [*current, *marks_in(store, context, statement.value, level)]
            if _mentions_pytestmark(statement.value):
                return _concatenated(store, context, statement.value, current, level)
            return marks_in(store, context, statement.value, level)
        case f.Assign() if any("pytestmark" in target_names(target) for target in statement.targets):
            return [_unread(context, statement, level, "one of several values that are assigned together")]
        case f.Delete() if any(_is_pytestmark(t) for t in statement.targets):
            return []
        case f.Evaluate(value=f.Call(func=f.Attribute(value=f.Name(id="pytestmark")) as func, args=args)):
            return _changed(store, context, statement, func.attr, args, current, level)
        case f.ImportFrom():
            brought = _imported(store, context, statement, level)
            return current if brought is None else brought
        case f.Raise() | f.Evaluate(value=f.Call(func=f.Attribute(value=f.Name(id="pytest"), attr="skip" | "exit"))):
            return None
        case f.If() | f.For() | f.While() | f.Match() | f.Try():
            ways = _ways_through(store, context, statement, current, level)
            known = [way for way in ways if way is not None]
            if not known:
                return None
            return merged(store, known, Site(context.path, context.chunk, *statement.span), _CONDITIONAL)
        case f.With():
            return _through(store, context, statement.body, current, level)
    return current


def _through(
    store: Store, context: Context, body: Iterable[f.Stmt], current: list[Mark] | None, level: Level
) -> list[Mark] | None:
    for statement in body:
        if current is None:
            return None
        current = _after(store, context, statement, current, level)
    return current


def _ways_through(
    store: Store,
    context: Context,
    statement: f.If | f.For | f.While | f.Match | f.Try,
    current: list[Mark],
    level: Level,
) -> list[list[Mark] | None]:
    match statement:
        case f.If():
            decided = False if is_type_checking(statement.test) else literal(store, context, statement.test)
            taken = [statement.body] if decided is not False else []
            if decided is not True:
                taken.append(statement.orelse)
            return [_through(store, context, body, current, level) for body in taken]
        case f.For() | f.While():
            return [current, _through(store, context, (*statement.body, *statement.orelse), current, level)]
        case f.Match():
            return [current, *(_through(store, context, case.body, current, level) for case in statement.cases)]
    return _through_try(store, context, statement, current, level)


def _through_try(
    store: Store, context: Context, statement: f.Try, current: list[Mark], level: Level
) -> list[list[Mark] | None]:
    """A handler begins with what `pytestmark` was before some statement of the body that may raise. Of imports it is
    known whether they do: what is not installed is not there."""
    before: list[list[Mark]] = []
    after: list[Mark] | None = current
    for inner in statement.body:
        if after is None:
            break
        raises = _may_raise(store, context, inner)
        if raises is not False:
            before.append(after)
        if raises:
            after = None
            break
        after = _after(store, context, inner, after, level)
    ways = [_through(store, context, statement.orelse, after, level)]
    if before:
        start = merged(store, before, Site(context.path, context.chunk, *statement.span), _CONDITIONAL)
        ways += [_through(store, context, handler.body, start, level) for handler in statement.handlers]
    return [_through(store, context, statement.final, way, level) for way in ways]


def _may_raise(store: Store, context: Context, statement: f.Stmt) -> bool | None:
    """Whether a statement raises; None where that is not known."""
    match statement:
        case f.Assign(targets=(f.Name(),)) | f.Function() | f.Class() | f.Simple():
            return False
        case f.Import():
            found = [import_target(store, context.path, name.name, 0) for name in statement.names]
        case f.ImportFrom():
            found = [import_target(store, context.path, statement.module, statement.level)]
        case _:
            return None
    if any(isinstance(one, UnknownSymbol) for one in found):
        return None
    dotted = [one.dotted for one in found if isinstance(one, External)]
    missing = [name for name in dotted if definition(store, name) is None]
    if any(is_answered(store, name) for name in missing):
        return True
    return None if missing else False


def _changed(
    store: Store,
    context: Context,
    statement: f.Stmt,
    method: str,
    args: tuple[f.Expr, ...],
    current: list[Mark],
    level: Level,
) -> list[Mark]:
    """`pytestmark.append(mark)` and its like."""
    if method in {"append", "extend"} and len(args) == 1:
        return [*current, *marks_in(store, context, args[0], level)]
    if method == "insert" and len(args) == 2:
        put = marks_in(store, context, args[1], level)
        return [*put, *current] if literal(store, context, args[0]) == 0 else _doubted([*put, *current])
    return [*_doubted(current), _unread(context, statement, level, f"pytestmark.{method}()")]


def _unread(context: Context, statement: f.Stmt, level: Level, reason: str) -> Mark:
    site = Site(context.path, context.chunk, *statement.span)
    return Mark("", site=site, level=level, path=context.path, certain=False, reason=reason)


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


def _doubted(marks: Iterable[Mark]) -> list[Mark]:
    return [replace(m, certain=False, reason=m.reason or _CONDITIONAL) for m in marks]


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
