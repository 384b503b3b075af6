"""The marks of a test, in the order in which pytest's `iter_markers` gives them.

Where marks come from: decorators, `pytestmark`, classes and their bases, `pytest.param`, conftest hooks and plugins.
What a mark means is for `closure`, `runner` and `database`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from isolint.names.bindings import Star
from isolint.names.resolve import attribute, from_stars, import_target, lookup, mro
from isolint.names.scopes import class_scope, enclosing_class
from isolint.names.symbols import ClassRef, ModuleSymbol, Site, UnknownSymbol, ValueSymbol
from isolint.pytest_model import library
from isolint.pytest_model.collect import found_test, tests_of
from isolint.pytest_model.evaluate import class_object, evaluate, literal
from isolint.pytest_model.hooks import HookMark, hook_marks
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT
from isolint.pytest_model.namespace import bodies
from isolint.pytest_model.objects import Context, Func, Items, Library, MarkMaker, Object, Opaque, Written
from isolint.pytest_model.plugins import plugins
from isolint.pytest_model.shapes import Level, Mark, TestItem, TestRef
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

ASYNCIO_PLUGIN = "pytest_asyncio.plugin"
ANYIO_PLUGIN = "anyio.pytest_plugin"
DJANGO_PLUGIN = "pytest_django.plugin"
TRIO_PLUGIN = "pytest_trio.plugin"
HYPOTHESIS_PLUGIN = "_hypothesis_pytestplugin"
_MODELLED = frozenset({ASYNCIO_PLUGIN, ANYIO_PLUGIN, DJANGO_PLUGIN, TRIO_PLUGIN})
"""What these add is said here, also where one of them is the project itself."""


_EMPTY = "skip"
"""The mark of a test whose `parametrize` has no values; `empty_parameter_set_mark` is not read."""


# --- marks written down ----------------------------------------------------------------------------------------------


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


# --- the marks of a test ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Marked:
    """The marks of a test. `asking`: those that were there when its parameters and fixtures were looked up. `late`: the
    anyio mark of a test that is made anew."""

    marks: tuple[Mark, ...] = ()
    asking: tuple[Mark, ...] = ()
    late: Mark | None = None


def is_bound_hop(item: TestItem) -> bool:
    """Whether a test is a method under sync_to_async. What an instance shows of that is a partial of an async method,
    with the marks of the function; those that stand above the wrapper are on the wrapper alone
    (asgiref.sync.SyncToAsync.__get__)."""
    return item.refused == "sync_to_async" and item.cls is not None and item.binding != "static"


def seen_as_async(store: Store, item: TestItem) -> bool:
    """Whether `inspect.iscoroutinefunction` says so of what the module or class holds: of asgiref's wrapper since
    Python 3.12 (asgiref.sync.markcoroutinefunction)."""
    version = store.get(ENVIRONMENT, "").python_version
    return item.is_async and (item.refused != "sync_to_async" or version is None or version >= (3, 12))


def _marked(store: Store, ref: TestRef) -> _Marked:
    found = found_test(store, ref)
    if found is None:
        return _Marked()
    item, func = found
    plain = item.family in {"function", "method"}
    loaded = plugins(store, ref.path)
    config = store.get(CONFIG, ref.path)
    nodes: list[Mark] = []
    for cls in reversed(item.classes):
        nodes += class_marks(store, cls)
        if loaded.has(DJANGO_PLUGIN) and mro(store, cls).has(library.DJANGO_SIMPLE):
            nodes += _tags(_class_tags(store, cls), "class")
    nodes += own_pytestmark(store, (ref.path, None))

    outer = func.outer if is_bound_hop(item) else ()
    own = [m for m in func.marks if m not in outer]
    names = {m.name for m in (*func.marks, *nodes)}
    coroutine = func.is_async and not func.is_generator
    if coroutine and loaded.has(ANYIO_PLUGIN):
        # anyio looks at what the class holds: a static or class method is no coroutine function to it.
        asks = plain and not func.binding and (config.anyio_mode == "auto" or "anyio" in names)
        backend = _plugin_mark("usefixtures", (f.Constant("anyio_backend", (0, 0)),), ref.path)
        if is_bound_hop(item):
            outer += (backend,) * (asks and seen_as_async(store, item))
        else:
            own += [backend] * ((asks and seen_as_async(store, item)) + _brought_before(store, item))
    if plain and func.is_generator and not func.is_async:
        own.append(_plugin_mark("xfail", (), ref.path))  # _pytest.python.pytest_pycollect_makeitem, before 8.4
    if plain:  # methods of a TestCase are not parametrized (_pytest.unittest.UnitTestCase.collect)
        own += _param_marks(store, (*func.marks, *nodes))
    if plain and loaded.has(ASYNCIO_PLUGIN) and (is_bound_hop(item) or seen_as_async(store, item)):
        certain = {m.name for m in (*own, *nodes) if m.certain}
        if config.asyncio_mode == "auto" and "asyncio" not in certain:
            own.append(_plugin_mark("asyncio", (), ref.path))
        if func.is_generator and any(m.name == "asyncio" for m in (*own, *nodes) if m.certain):
            own.append(_plugin_mark("xfail", (), ref.path))
    if loaded.has(DJANGO_PLUGIN) and item.family == "django":
        own += _tags(func.tags, "function")
    before, after = _hooked(store, item, func, tuple(own), tuple(nodes))
    if config.trio_mode and coroutine and loaded.has(TRIO_PLUGIN):
        after.append(_plugin_mark("trio", (), ref.path))  # pytest_trio.plugin.automark
    if func.given and loaded.has(HYPOTHESIS_PLUGIN):
        # _hypothesis_pytestplugin.pytest_collection_modifyitems, which runs after that of a conftest.
        after.append(_plugin_mark("hypothesis", (), ref.path))
    marks = (*before, *own, *after, *nodes)
    asking = (*before, *own, *outer, *after, *nodes)
    anyio = closest(marks, "anyio") if coroutine and loaded.has(ANYIO_PLUGIN) else None
    if anyio is None or "anyio_backend" in item.params or any(_brings_backend(m) for m in (*own, *outer)):
        return _Marked(marks, asking)
    kept = tuple(m for m in func.marks if m not in outer)
    return _Marked((*kept, *nodes), (*func.marks, *nodes), anyio)


def _brought_before(store: Store, item: TestItem) -> int:
    """How many marks anyio has left on the function of an inherited test by then: it marks the function, once for each
    class of the file that collects it. Those of other files are not counted: which come before depends on the run."""
    if item.owner == item.cls:
        return 0
    earlier = takewhile(lambda other: other.id != item.id, tests_of(store, item.id.path))
    last = next((other for other in reversed(list(earlier)) if other.ref == item.ref), None)
    return 0 if last is None else sum(map(_brings_backend, marks_of(store, last.id)))


def _brings_backend(mark: Mark) -> bool:
    """The mark that anyio.pytest_plugin.pytest_pycollect_makeitem adds."""
    return mark.name == "usefixtures" and mark.level == "plugin" and mark.site is None


_all: Query[TestRef, _Marked] = Query("all marks", _marked)


def _marks_of(store: Store, ref: TestRef) -> tuple[Mark, ...]:
    return _all(store, ref).marks


marks_of: Query[TestRef, tuple[Mark, ...]] = Query("marks", _marks_of)
"""All marks of a test in pytest's order of iteration (_pytest.nodes.Node.iter_markers_with_node): the function's own
from the bottom decorator up, then those of the class, outer classes, the module. Empty for a test that does not
exist."""


def made_anew(store: Store, ref: TestRef) -> Mark | None:
    """The anyio mark of a test that it reached too late to bring `anyio_backend`: of a TestCase's method, a static or
    class method, a parameter set, from a hook. anyio replaces such an item (anyio.pytest_plugin.
    pytest_collection_finish): the new ones have the marks of the function and of what is around it, those of parameter
    sets and of plugins are gone, and no parameter but the backend."""
    return _all(store, ref).late


def asking_marks(store: Store, ref: TestRef) -> tuple[Mark, ...]:
    """The marks that say which fixtures a test uses and how it is parametrized: those of `marks_of`, and what stands
    above sync_to_async on a method."""
    return _all(store, ref).asking


def closest(marks: Iterable[Mark], name: str) -> Mark | None:
    """`get_closest_marker`, of the marks that are certain."""
    return next((m for m in marks if m.name == name and m.certain), None)


def _plugin_mark(name: str, args: tuple[f.Expr, ...], path: str) -> Mark:
    return Mark(name, args, level="plugin", path=path)


def _tags(tags: tuple[str, ...], level: Level) -> list[Mark]:
    """`django.test.tag` on Django's test classes and their methods (pytest_django.plugin.pytest_collectstart). Several
    tags are a set: they have no order."""
    return [Mark(tag, level=level) for tag in dict.fromkeys(tags)]


def _class_tags(store: Store, cls: ClassRef) -> tuple[str, ...]:
    found: list[str] = []
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef):
            found += class_object(store, one).tags
    return tuple(found)


def _param_marks(store: Store, marks: Iterable[Mark]) -> list[Mark]:
    """The marks of `pytest.param(..., marks=...)` in all `parametrize` marks of a test, the closest first
    (_pytest.python.CallSpec2.marks): certain when every parameter set has them."""
    found: list[Mark] = []
    for mark in marks:
        if mark.name != "parametrize" or mark.site is None or not mark.certain:
            continue
        named = (expr for name, expr in mark.keywords if name == "argvalues")
        values = mark.args[1] if len(mark.args) > 1 else next(named, None)
        if values is None:
            continue
        context = Context(mark.path, mark.site.chunk, mark.owner)
        if not isinstance(values, f.Collection):
            value = evaluate(store, context, values)
            if not isinstance(value, Items):
                continue
            sets = [_marks_of_param(store, item) for item in value.items]
        else:
            sets = [_marks_of_param(store, evaluate(store, context, item)) for item in values.items]
        if not sets and not any(m.name == _EMPTY for m in found):
            # _pytest.mark.structures.get_empty_parameterset_mark: one set that is skipped, unless configured otherwise.
            found.append(Mark(_EMPTY, site=mark.site, level="param", path=mark.path))
        if not any(sets):
            continue
        everywhere = set.intersection(*({m.name for m in one} for one in sets))
        seen: set[str] = set()
        for one in sets:
            for written in one:
                if written.name not in seen:
                    seen.add(written.name)
                    found.append(
                        written
                        if written.name in everywhere
                        else replace(written, certain=False, reason="only some parameter sets have it")
                    )
    return found


def _marks_of_param(store: Store, value: Object) -> list[Mark]:
    if not isinstance(value, Written) or not isinstance(value.expr, f.Call):
        return []
    callee = evaluate(store, value.context, value.expr.func)
    if not isinstance(callee, Library) or callee.canonical != library.PARAM:
        return []
    for keyword in value.expr.keywords:
        if keyword.name == "marks":
            return marks_in(store, value.context, keyword.value, "param")
    return []


def _hooked(
    store: Store, item: TestItem, func: Func, own: tuple[Mark, ...], nodes: tuple[Mark, ...]
) -> tuple[list[Mark], list[Mark]]:
    """The marks that hooks in conftest files and project plugins add: (before the item's own, after them). Of one hook
    what was registered last is called first (pluggy's order), and each sees what those before it added."""
    before: list[Mark] = []
    after: list[Mark] = []
    loaded = plugins(store, item.id.path)
    files = (*(p.path for p in loaded.session if p.path and p.module not in _MODELLED), *loaded.conftests)
    found = [added for path in reversed(files) for added in hook_marks(store, path)]
    for added in sorted(found, key=lambda one: one.turn):
        mark = _decided(added, func, (*before, *own, *after, *nodes))
        if mark is not None:
            if added.first:
                before.insert(0, mark)
            else:
                after.append(mark)
    return before, after


def _decided(added: HookMark, func: Func, marks: tuple[Mark, ...]) -> Mark | None:
    if added.condition == "always":
        return added.mark
    if added.condition in {"async", "sync"} and not func.opaque:
        is_coroutine = func.is_async and not func.is_generator
        return added.mark if is_coroutine == (added.condition == "async") else None
    if added.condition.startswith(("marked ", "unmarked ")):
        name = added.condition.partition(" ")[2]
        has = any(m.name == name for m in marks if m.certain)
        if has or not any(m.name in {name, ""} for m in marks):
            return added.mark if has == added.condition.startswith("marked") else None
    return replace(added.mark, certain=False, reason=added.mark.reason or "a hook adds it under a condition")


def keyword(store: Store, mark: Mark, name: str, position: int = -1) -> object:
    """The value of an argument of a mark, by keyword or by position; None when it is not given, `UNREADABLE` when it is
    not written out."""
    context = Context(mark.path, mark.site.chunk if mark.site is not None else "", mark.owner)
    for given, expr in mark.keywords:
        if given == name:
            return literal(store, context, expr)
    if 0 <= position < len(mark.args):
        return literal(store, context, mark.args[position])
    return None
