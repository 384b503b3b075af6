"""The parameter sets of a test, and the marks that `pytest.param` gives them.

A set is known by its marks alone; which values it has is for nobody here. What a whole test has is for `marks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isolint.names.resolve import resolve
from isolint.names.symbols import Site, ValueSymbol
from isolint.pytest_model import library
from isolint.pytest_model.alternatives import merged
from isolint.pytest_model.evaluate import evaluate
from isolint.pytest_model.functions import walk, whole
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.namespace import changes
from isolint.pytest_model.objects import Context, Func, Items, Library, Object, Opaque, Written
from isolint.pytest_model.pytestmarks import marks_in
from isolint.pytest_model.shapes import Mark
from isolint.store.memo import Store
from isolint.syntax import facts as f

Sets = tuple[tuple[Mark, ...], ...]

_DEEPEST = 8
NOT_ALL_SETS = "only some parameter sets have it"
_NOT_WRITTEN = "parameter sets that are not written out may have it"


def param_marks(store: Store, path: str, marks: Iterable[Mark]) -> list[Mark]:
    """The marks of `pytest.param(..., marks=...)` in all `parametrize` marks of a test of this file, the closest first
    (_pytest.python.CallSpec.marks)."""
    found: list[Mark] = []
    for mark in marks:
        if mark.name != "parametrize" or mark.site is None or not mark.certain:
            continue
        named = (expr for name, expr in mark.keywords if name == "argvalues")
        values = mark.args[1] if len(mark.args) > 1 else next(named, None)
        if values is None:
            continue
        sets = sets_in(store, Context(mark.path, mark.site.chunk, mark.owner), values)
        if sets:
            found += merged(store, sets, mark.site, NOT_ALL_SETS)
            continue
        found.append(empty_set_mark(store, path, mark.site))
    return found


def empty_set_mark(store: Store, path: str, site: Site | None) -> Mark:
    """The mark of the one set that a test has where there are no values
    (_pytest.mark.structures.get_empty_parameterset_mark)."""
    return Mark(store.get(CONFIG, path).empty_parameter_set_mark, site=site, level="param", path=path)


def sets_in(store: Store, context: Context, values: f.Expr, depth: int = 0) -> Sets:
    """The parameter sets of a value of `argvalues` or `params`, each by its marks. Those that are not written out are
    one set: without a mark, unless something there gives some."""
    if depth > _DEEPEST:
        return ((),)
    match values:
        case f.Collection():
            return tuple(one for item in values.items for one in _sets_of_item(store, context, item, depth))
        case f.Comprehension() if values.kind != "dict":
            return tuple(_of_comprehension(store, values, context, depth))
        case f.Operation(kind="binary", operator="+"):
            return tuple(one for part in values.operands for one in sets_in(store, context, part, depth + 1))
        case f.Call(args=(inner,), keywords=()):
            callee = evaluate(store, context, values.func)
            if isinstance(callee, Library) and callee.canonical in library.SEQUENCES:
                return sets_in(store, context, inner, depth + 1)
        case f.Name() | f.Attribute():
            written = _written(store, context, values)
            if written is not None:
                name = values.id if isinstance(values, f.Name) else values.attr
                return _of_name(store, name, written, depth + 1)
    return _evaluated(store, context, values)


def _of_name(store: Store, name: str, value: ValueSymbol, depth: int) -> Sets:
    """The sets of a list with a name, and those that are put into it later."""
    context = Context(value.path, value.chunk, value.owner)
    sets = sets_in(store, context, value.expr, depth) if value.expr is not None else ((),)
    for changed, expr in changes(store, (value.path, value.owner)):
        if changed == name:
            sets += (_perhaps_marked(store, context, expr),)
    return sets


def _written(store: Store, context: Context, expr: f.Name | f.Attribute) -> ValueSymbol | None:
    """The one value that a name stands for."""
    if isinstance(expr, f.Name) and context.get(expr.id) is not None:
        return None
    found = resolve(store, context.path, expr, context.owner)
    only = found[0] if len(found) == 1 else None
    if not isinstance(only, ValueSymbol) or only.item >= 0 or only.expr is None or only.expr is expr:
        return None
    return only if isinstance(only.expr, f.Collection | f.Comprehension | f.Operation | f.Call | f.Name) else None


def _sets_of_item(store: Store, context: Context, item: f.Expr, depth: int) -> Sets:
    match item:
        case f.Starred():
            return sets_in(store, context, item.value, depth + 1)
        case f.Choice():
            # One set that may have the marks of either.
            return tuple(one for option in item.options for one in _sets_of_item(store, context, option, depth + 1))
    return (_marks_of_param(store, evaluate(store, context, item)),)


def _evaluated(store: Store, context: Context, values: f.Expr) -> Sets:
    value = evaluate(store, context, values)
    match value:
        case Items():
            return tuple(
                _perhaps_marked(store, item.context, item.expr)
                if isinstance(item, Written) and isinstance(item.expr, f.Starred)
                else _marks_of_param(store, item)
                for item in value.items
            )
        case Written() if value.expr is not values and isinstance(value.expr, f.Comprehension | f.Collection):
            return sets_in(store, value.context, value.expr, _DEEPEST)
    return (_perhaps_marked(store, context, values),)


def _perhaps_marked(store: Store, context: Context, expr: f.Expr) -> tuple[Mark, ...]:
    if not _mentions_marks(store, context, expr):
        return ()
    return (Mark("", level="param", path=context.path, certain=False, reason=_NOT_WRITTEN),)


def _of_comprehension(store: Store, made: f.Comprehension, context: Context, depth: int) -> Iterator[tuple[Mark, ...]]:
    """One set for each item where those are written out, else one for all: only their number is not known."""
    first, *others = made.clauses
    items: tuple[Object, ...] = (Opaque("an item of a value that is not written out"),)
    if not others and not first.conditions:
        over = evaluate(store, context, first.iterable)
        if isinstance(over, Items):
            items = over.items
    for item in items:
        inner = _bound(context, first.target, item)
        for clause in others:
            inner = _bound(inner, clause.target, Opaque("an item of a value that is not written out"))
        for element in made.elements:
            yield from _sets_of_item(store, inner, element, depth)


def _bound(context: Context, target: f.Expr, item: Object) -> Context:
    match target:
        case f.Name():
            return context.bind(target.id, item)
        case f.Collection():
            known = isinstance(item, Items) and len(item.items) == len(target.items)
            for number, part in enumerate(target.items):
                inner = item.items[number] if known and isinstance(item, Items) else Opaque("a part of an item")
                context = _bound(context, part, inner)
    return context


def _mentions_marks(store: Store, context: Context, expr: f.Expr, depth: int = 0) -> bool:
    """Whether an expression, a value that it names or a function of the project that it calls gives marks to parameter
    sets."""
    for node in walk(expr):
        if isinstance(node, f.Call):
            if _gives_marks(node):
                return True
            callee = evaluate(store, context, node.func)
            body = whole(store, callee.ref) if isinstance(callee, Func) else None
            if body is not None and any(_gives_marks(inner) for inner in walk(body.body)):
                return True
        elif isinstance(node, f.Name | f.Attribute) and depth < _DEEPEST:
            named = _written(store, context, node)
            if named is not None and named.expr is not None:
                around = Context(named.path, named.chunk, named.owner)
                if _mentions_marks(store, around, named.expr, depth + 1):
                    return True
    return False


def _gives_marks(node: object) -> bool:
    if not isinstance(node, f.Call) or not any(keyword.name == "marks" for keyword in node.keywords):
        return False
    name = node.func.id if isinstance(node.func, f.Name) else getattr(node.func, "attr", "")
    return name == "param"


def _marks_of_param(store: Store, value: Object) -> tuple[Mark, ...]:
    if not isinstance(value, Written) or not isinstance(value.expr, f.Call):
        return ()
    callee = evaluate(store, value.context, value.expr.func)
    if not isinstance(callee, Library) or callee.canonical != library.PARAM:
        return ()
    for keyword in value.expr.keywords:
        if keyword.name == "marks":
            return tuple(marks_in(store, value.context, keyword.value, "param"))
    return ()
