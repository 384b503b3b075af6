"""What the decorators of a test file make of its functions, by a small evaluation of the code that runs on import.

Decorators are evaluated and applied from the bottom up, as Python does; decorator functions of the project are executed
on the facts of their bodies, installed ones act as `library` says. Nothing of the project is imported or run. Whatever
the evaluation does not understand becomes `Opaque` with a reason; it never guesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from isolint.names.bindings import Bound, Imported
from isolint.names.inputs import definition, is_answered
from isolint.names.resolve import resolve
from isolint.names.scopes import class_facts, class_scope, module_scope
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionRef,
    FunctionSymbol,
    Site,
    Symbol,
    UnknownSymbol,
    ValueSymbol,
)
from isolint.pytest_model import library
from isolint.pytest_model.functions import header, walk, whole
from isolint.pytest_model.objects import (
    ClassObject,
    Context,
    Fixture,
    FixtureMaker,
    Func,
    Items,
    LambdaObject,
    Library,
    MarkMaker,
    MarkNamespace,
    Object,
    Opaque,
    Partial,
    Written,
)
from isolint.pytest_model.shapes import Mark
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_DEEPEST = 16


class _Unreadable:
    """The value of an expression that is not written out."""


UNREADABLE = _Unreadable()

Literal = str | int | float | bool | None | tuple[object, ...] | _Unreadable


# --- functions and classes as pytest finds them ----------------------------------------------------------------------


def _decorated(store: Store, symbol: FunctionSymbol) -> Object:
    function = header(store, symbol.ref)
    if function is None:
        return Opaque(f"{symbol.ref.name} is gone")
    context = Context(symbol.ref.path, symbol.ref.chunk, symbol.owner)
    return _decorate(store, function, symbol.ref, context, 0)


decorated: Query[FunctionSymbol, Object] = Query(
    "decorated function", _decorated, bottom=lambda symbol: Opaque(f"{symbol.ref.name} decorates itself")
)
"""The object that a `def` with its decorators binds."""


def _decorate(store: Store, function: f.Function, ref: FunctionRef, context: Context, depth: int) -> Object:
    value: Object = Func(
        ref,
        context.owner,
        function.is_async,
        function.is_generator,
        function.params,
        context,
    )
    for decorator in reversed(function.decorators):
        site = Site(context.path, context.chunk, *decorator.span)
        value = apply(store, evaluate(store, context, decorator, depth + 1), value, site, depth + 1)
    return value


def _class_object(store: Store, ref: ClassRef) -> ClassObject:
    facts = class_facts(store, ref)
    value = ClassObject(ref)
    if facts is None:
        return value
    context = Context(ref.path, ref.chunk)
    for decorator in reversed(facts.decorators):
        site = Site(ref.path, ref.chunk, *decorator.span)
        made = apply(store, evaluate(store, context, decorator, 1), value, site, 1)
        value = made if isinstance(made, ClassObject) else replace(value, opaque="a decorator that is not known")
    return value


class_object: Query[ClassRef, ClassObject] = Query("decorated class", _class_object, bottom=ClassObject)
"""A class with what its own decorators add: marks, mock arguments, tags. Bases are not looked at."""


def function_of(value: Object, name: str) -> Func | None:
    """The function that pytest finds under a name: `inspect.isfunction` of what is not wrapped, so a lambda counts, and
    functools.partial with the parameters it leaves open (_pytest.python.PyCollector.funcnamefilter, istestfunction)."""
    match value:
        case Func():
            return value
        case Opaque() if value.function is not None:
            return replace(value.function, opaque=value.reason)
        case LambdaObject():
            ref = FunctionRef(value.context.path, value.context.chunk, value.node.span[0], name)
            owner = value.context.owner
            return Func(ref, owner, False, False, value.node.params, value.context, opaque="a lambda")
        case Partial():
            inner = function_of(value.callee, name)
            if inner is None:
                return None
            given = {k.name for k in value.call.keywords}
            left = tuple(p for p in inner.params[len(value.args) :] if p.name not in given)
            return replace(inner, params=left, opaque=f"a partial of {inner.ref.name}")
    return None


# --- expressions -----------------------------------------------------------------------------------------------------


def evaluate(store: Store, context: Context, expr: f.Expr, depth: int = 0) -> Object:
    """The object of an expression that runs on import."""
    if depth > _DEEPEST:
        return Opaque("too many steps")
    match expr:
        case f.Name():
            local = context.get(expr.id)
            if local is not None:
                return local
            return _symbols(store, resolve(store, context.path, expr, context.owner), expr, depth)
        case f.Attribute():
            if _root_is_local(context, expr):
                return _attribute(evaluate(store, context, expr.value, depth + 1), expr.attr)
            symbols = resolve(store, context.path, expr, context.owner)
            if all(isinstance(s, UnknownSymbol) for s in symbols):
                return _attribute(evaluate(store, context, expr.value, depth + 1), expr.attr)
            return _symbols(store, symbols, expr, depth)
        case f.Call():
            return _call(store, evaluate(store, context, expr.func, depth + 1), expr, context, depth)
        case f.Collection():
            return Items(tuple(_elements(store, context, expr.items, depth)))
        case f.Lambda():
            return LambdaObject(expr, context)
        case f.Subscript():
            return _subscript(store, context, expr, depth)
        case f.Choice():
            return _join([evaluate(store, context, option, depth + 1) for option in expr.options])
        case f.Walrus():
            return evaluate(store, context, expr.value, depth + 1)
        case f.Operation(kind="binary"):
            parts = [evaluate(store, context, operand, depth + 1) for operand in expr.operands]
            if parts and all(isinstance(p, Items) for p in parts):  # only `+` joins two sequences
                return Items(tuple(i for p in parts if isinstance(p, Items) for i in p.items))
    return Written(expr, context)


def _root_is_local(context: Context, expr: f.Expr) -> bool:
    while isinstance(expr, f.Attribute):
        expr = expr.value
    return isinstance(expr, f.Name) and context.get(expr.id) is not None


def _elements(store: Store, context: Context, items: Iterable[f.Expr], depth: int) -> Iterable[Object]:
    for item in items:
        if isinstance(item, f.Starred):
            inner = evaluate(store, context, item.value, depth + 1)
            if isinstance(inner, Items):
                yield from inner.items
            else:
                yield Written(item, context)
        else:
            yield evaluate(store, context, item, depth + 1)


def _symbols(store: Store, symbols: Sequence[Symbol], expr: f.Expr, depth: int) -> Object:
    return _join([_symbol(store, symbol, expr, depth) for symbol in symbols])


def _symbol(store: Store, symbol: Symbol, expr: f.Expr, depth: int) -> Object:
    match symbol:
        case FunctionSymbol():
            return decorated(store, symbol)
        case ClassSymbol():
            return class_object(store, symbol.ref)
        case ValueSymbol() if symbol.item < 0 and symbol.expr is not None and symbol.expr is not expr:
            return evaluate(store, _value_context(store, symbol, expr, depth), symbol.expr, depth + 1)
        case External():
            return external(store, symbol.dotted)
        case UnknownSymbol():
            return Opaque(symbol.reason)
    return Opaque(f"{_text(expr)} is not known")


def symbol_object(store: Store, symbol: Symbol, name: str) -> Object:
    """What one of the symbols is that a name may stand for."""
    return _symbol(store, symbol, f.Name(name, (0, 0)), 0)


def _value_context(store: Store, symbol: ValueSymbol, expr: f.Expr, depth: int) -> Context:
    """Where the value of a name is evaluated: `x = wrap(x)` sees the `x` bound before."""
    context = Context(symbol.path, symbol.chunk, symbol.owner)
    if not isinstance(expr, f.Name) or symbol.expr is None or not _mentions(symbol.expr, expr.id):
        return context
    scope = module_scope(store, symbol.path) if symbol.owner is None else class_scope(store, symbol.owner)
    earlier: Bound | None = None
    for binding in scope.bindings if scope is not None else ():
        if binding.bound == symbol:
            break
        if binding.name == expr.id:
            earlier = binding.bound
    if earlier is None or isinstance(earlier, Imported):
        return context.bind(expr.id, Opaque(f"{expr.id} is bound to itself"))
    return context.bind(expr.id, _symbol(store, earlier, expr, depth + 1))


def _mentions(expr: f.Expr, name: str) -> bool:
    match expr:
        case f.Name():
            return expr.id == name
        case f.Call():
            parts = (expr.func, *expr.args, *(k.value for k in expr.keywords))
            return any(_mentions(part, name) for part in parts)
        case f.Attribute() | f.Starred():
            return _mentions(expr.value, name)
        case f.Collection():
            return any(_mentions(item, name) for item in expr.items)
        case f.Operation():
            return any(_mentions(operand, name) for operand in expr.operands)
    return False


def external(store: Store, dotted: str) -> Object:
    """The object an installed name stands for, as far as it matters to pytest's rules."""
    parent, _, last = dotted.rpartition(".")
    if parent.rpartition(".")[2] == "mark" and _is_mark_namespace(store, parent):
        return MarkMaker(Mark(last))
    if parent.startswith("builtins"):
        return Library(dotted)
    found = definition(store, dotted)
    if found is None and dotted in library.PUBLIC:
        return Library(library.PUBLIC[dotted])
    if found is None:
        waiting = "" if is_answered(store, dotted) else " yet"
        return Opaque(f"{dotted} is not known{waiting}")
    if found.type == library.MARK_NAMESPACE:
        return MarkNamespace()
    if found.type == library.MARK_MAKER:
        return Opaque(f"{dotted} is a mark of an installed package")
    maker = library.FIXTURE_MAKERS.get(found.canonical)
    if maker is not None:
        return FixtureMaker(maker)
    return Library(found.canonical)


def _is_mark_namespace(store: Store, dotted: str) -> bool:
    found = definition(store, dotted)
    return found is not None and found.type == library.MARK_NAMESPACE


def _attribute(value: Object, name: str) -> Object:
    match value:
        case MarkNamespace():
            return MarkMaker(Mark(name))
        case MarkMaker() if name == "with_args":
            return value
        case Library():
            return Library(f"{value.canonical}.{name}")
        case Opaque():
            return value
    return Opaque(f".{name} of a value")


def _subscript(store: Store, context: Context, expr: f.Subscript, depth: int) -> Object:
    base = evaluate(store, context, expr.value, depth + 1)
    key = literal(store, context, expr.index, depth + 1)
    if isinstance(base, Items) and isinstance(key, int) and -len(base.items) <= key < len(base.items):
        return base.items[key]
    if isinstance(base, Written) and isinstance(base.expr, f.Mapping) and not isinstance(key, _Unreadable):
        for name, value in reversed(base.expr.items):
            if name is not None and literal(store, base.context, name, depth + 1) == key:
                return evaluate(store, base.context, value, depth + 1)
    return Opaque("an item of a value that is not written out")


def _join(alternatives: Sequence[Object]) -> Object:
    """One of several possible objects: the only one that is more than a fallback (None, or a name nobody knows)."""
    distinct = list(dict.fromkeys(alternatives))
    known = [a for a in distinct if not isinstance(a, Opaque) and not _is_none(a)]
    if len(known) == 1:
        return known[0]
    if not known:
        return distinct[0] if distinct else Opaque("a name that is not bound")
    classes = [a for a in known if isinstance(a, ClassObject)]
    if len(classes) == len(known):
        reason = f"{classes[0].ref.name} is one of several classes"
        doubt = Mark("", path=classes[0].ref.path, level="class", certain=False, reason=reason)
        return replace(classes[0], opaque=reason, marks=(*classes[0].marks, doubt))
    return Opaque("one of several values", next((a for a in known if isinstance(a, Func)), None))


def _is_none(value: Object) -> bool:
    return isinstance(value, Written) and isinstance(value.expr, f.Constant) and value.expr.value is None


# --- calls -----------------------------------------------------------------------------------------------------------


def _call(store: Store, callee: Object, node: f.Call, context: Context, depth: int) -> Object:
    if depth > _DEEPEST:
        return Opaque("too many steps")
    site = Site(context.path, context.chunk, *node.span)
    if isinstance(callee, Partial):
        whole_call = f.Call(
            node.func, (*callee.call.args[1:], *node.args), (*callee.call.keywords, *node.keywords), node.span
        )
        inner = callee.context if not node.args and not node.keywords else context
        return _call(store, callee.callee, whole_call, inner, depth + 1)
    if isinstance(callee, MarkMaker):
        if len(node.args) == 1 and not node.keywords:
            only = evaluate(store, context, node.args[0], depth + 1)
            if isinstance(only, Func | ClassObject | Fixture):
                return apply(store, callee, only, site, depth + 1)
        return MarkMaker(_with_arguments(store, callee.mark, node, context))
    args = tuple(_elements(store, context, node.args, depth))
    if isinstance(callee, FixtureMaker):
        maker = _fixture_options(store, callee, node, context, depth)
        func = function_of(args[0], "<lambda>") if args and isinstance(args[0], Func | LambdaObject) else None
        return apply(store, maker, func, site, depth + 1) if func is not None else maker
    if isinstance(callee, Library):
        return _call_library(store, callee, args, node, context, site, depth)
    if isinstance(callee, Func | LambdaObject):
        keywords = {k.name: evaluate(store, context, k.value, depth + 1) for k in node.keywords if k.name}
        return _run(store, callee, args, keywords, depth + 1)
    function = next((a for a in args if isinstance(a, Func)), None)
    reason = callee.reason if isinstance(callee, Opaque) else f"{_text(node.func)} is called"
    return Opaque(reason, function)


def _with_arguments(store: Store, mark: Mark, node: f.Call, context: Context) -> Mark:
    """pytest's MarkDecorator.with_args: positional arguments are appended, keyword arguments merged."""
    args = tuple(_substituted(context, a) for a in node.args)
    named = tuple(pair for k in node.keywords for pair in _named(store, context, k))
    kept = tuple((n, v) for n, v in mark.keywords if n not in {name for name, _ in named})
    arguments = mark.arguments
    if node.args or node.keywords:
        arguments = Site(context.path, context.chunk, node.func.span[1] + 1, node.span[1] - 1)
    return replace(
        mark,
        args=(*mark.args, *args),
        keywords=(*kept, *named),
        arguments=arguments,
        path=context.path,
        owner=context.owner,
    )


def _named(store: Store, context: Context, keyword: f.Keyword) -> Iterable[tuple[str, f.Expr]]:
    """A keyword argument, or those of `**OPTIONS` where all of them are written out as constants; else "**"."""
    if keyword.name is not None:
        return ((keyword.name, _substituted(context, keyword.value)),)
    value = evaluate(store, context, keyword.value)
    pairs: list[tuple[object, f.Expr]] = []
    match value:
        case Written(expr=f.Mapping(items=items)):
            pairs = [(key.value if isinstance(key, f.Constant) else None, inner) for key, inner in items]
        case Written(expr=f.Call(args=(), keywords=keywords)):
            pairs = [(inner.name, inner.value) for inner in keywords]
        case _:
            return (("**", keyword.value),)
    named = [(name, inner) for name, inner in pairs if isinstance(name, str) and isinstance(inner, f.Constant)]
    return named if len(named) == len(pairs) else (("**", keyword.value),)


def _substituted(context: Context, expr: f.Expr) -> f.Expr:
    """An argument inside a decorator function: what the parameter was given, where that is written out."""
    value = context.get(expr.id) if isinstance(expr, f.Name) else None
    return value.expr if isinstance(value, Written) else expr


def _fixture_options(store: Store, maker: FixtureMaker, node: f.Call, context: Context, depth: int) -> FixtureMaker:
    """The keywords of `pytest.fixture` (_pytest.fixtures.fixture) and `pytest_asyncio.fixture`."""
    for keyword in node.keywords:
        value = literal(store, context, keyword.value, depth + 1)
        match keyword.name:
            case "name":
                maker = replace(maker, name=value if isinstance(value, str) else None)
            case "scope":
                maker = replace(maker, scope=value if isinstance(value, str) else None)
            case "autouse":
                maker = replace(maker, autouse=None if isinstance(value, _Unreadable) else bool(value))
            case "params":
                maker = replace(maker, has_params=value is not None, params=Written(keyword.value, context))
    return maker


def _call_library(
    store: Store,
    callee: Library,
    args: tuple[Object, ...],
    node: f.Call,
    context: Context,
    site: Site,
    depth: int,
) -> Object:
    name = callee.canonical
    if name == library.PARTIAL and args:
        return Partial(args[0], args[1:], node, context)
    if name in library.WRAPS and args and not callee.called:
        return Library(name, True, wraps=args[0]) if isinstance(args[0], Func) else Library(name, True)
    if name == library.REVERSED and args and isinstance(args[0], Items):
        return Items(tuple(reversed(args[0].items)))
    if name == library.GETATTR and len(args) == 2 and len(node.args) == 2:
        attribute = literal(store, context, node.args[1], depth + 1)
        if isinstance(attribute, str):
            return _attribute(args[0], attribute)
    if name in library.SEQUENCES and args and isinstance(args[0], Items):
        return args[0]
    if name in {library.PARAM, library.DICT}:
        return Written(node, context)
    if name in library.PATCHES and not callee.called:
        return Library(name, True, patches=_patched_arguments(store, context, name, node, depth))
    if name == library.TAG and not callee.called:
        tags = tuple(str(t) for t in (literal(store, context, a, depth + 1) for a in node.args) if isinstance(t, str))
        return Library(name, True, tags=tags)
    if name in library.SKIPS and not callee.called and not (args and isinstance(args[0], Func | ClassObject)):
        return Library(name, True, skips=_skips(store, context, name, node, depth))
    if name == library.GIVEN and not callee.called:
        fills = tuple(k.name for k in node.keywords if k.name is not None)
        return Library(name, True, fills=fills, fills_last=len(node.args))
    if name in library.SYNC_TO_ASYNC and args and isinstance(args[0], LambdaObject):
        made = function_of(args[0], "<lambda>")
        return Opaque("a lambda") if made is None else apply(store, callee, made, site, depth + 1)
    if args and isinstance(args[0], Func | ClassObject | Fixture):
        return apply(store, callee, args[0], site, depth + 1)
    if args and callee.called and isinstance(args[0], Opaque):
        return args[0]
    return replace(callee, called=True)


def _skips(store: Store, context: Context, name: str, node: f.Call, depth: int) -> bool:
    """Whether one of unittest's skips skips for certain (unittest.case.skipIf, skipUnless)."""
    wanted = library.SKIPS[name]
    if wanted is None:
        return True
    given = node.args[0] if node.args else next((k.value for k in node.keywords if k.name == "condition"), None)
    condition = literal(store, context, given, depth + 1) if given is not None else UNREADABLE
    return not isinstance(condition, _Unreadable) and bool(condition) is wanted


def _patched_arguments(store: Store, context: Context, name: str, node: f.Call, depth: int) -> int:
    """One argument when `new` is left at its default or given as that (_pytest.compat.num_mock_patch_args)."""
    position = library.PATCHES[name]
    if position is None:
        return 0
    by_name = next((k.value for k in node.keywords if k.name == "new"), None)
    given = node.args[position] if len(node.args) > position else by_name
    if given is None:
        return 1
    value = evaluate(store, context, given, depth + 1)
    return 1 if isinstance(value, Library) and value.canonical in library.MOCK_DEFAULTS else 0


def apply(store: Store, decorator: Object, target: Object, site: Site, depth: int = 0) -> Object:
    """What `@decorator` makes of an object; `site` is where the decorator is written."""
    match decorator:
        case MarkMaker():
            return _marked(target, decorator.mark, site)
        case FixtureMaker() if isinstance(target, Func):
            return Fixture(
                target,
                decorator.maker,
                decorator.name,
                decorator.scope,
                decorator.autouse,
                decorator.has_params,
                decorator.params,
            )
        case Library():
            return _apply_library(decorator, target)
        case Func() | LambdaObject():
            return _sited(_run(store, decorator, (target,), {}, depth + 1), target, site)
        case Partial():
            keywords = {
                k.name: evaluate(store, decorator.context, k.value, depth + 1)
                for k in decorator.call.keywords
                if k.name
            }
            if isinstance(decorator.callee, Func | LambdaObject):
                made = _run(store, decorator.callee, (*decorator.args, target), keywords, depth + 1)
                return _sited(made, target, site)
            if isinstance(decorator.callee, FixtureMaker | MarkMaker):
                inner = _call(store, decorator.callee, _rest(decorator.call), decorator.context, depth + 1)
                return apply(store, inner, target, site, depth + 1)
    reason = decorator.reason if isinstance(decorator, Opaque) else "a decorator that is not known"
    return _opaque(target, reason, site)


def _rest(call: f.Call) -> f.Call:
    return f.Call(call.func, call.args[1:], call.keywords, call.span)


def _opaque(target: Object, reason: str, site: Site) -> Object:
    """What a decorator that nobody can follow makes: it may wrap, and it may add marks."""
    doubt = Mark("", site=site, path=site.path, certain=False, reason=reason)
    match target:
        case Func():
            return replace(target, opaque=reason, marks=(*target.marks, doubt))
        case ClassObject():
            return replace(target, opaque=reason, marks=(*target.marks, replace(doubt, level="class")))
    return Opaque(reason)


def _marked(target: Object, mark: Mark, site: Site) -> Object:
    """_pytest.mark.structures.store_mark: the mark goes to the end of the object's own list. A mark on a fixture
    changes nothing (and is an error since pytest 9)."""
    placed = replace(mark, site=site, path=mark.path or site.path)
    match target:
        case Func():
            outer = (*target.outer, placed) if target.refused else ()
            return replace(target, marks=(*target.marks, placed), outer=outer)
        case ClassObject():
            return replace(target, marks=(*target.marks, replace(placed, level="class")))
        case Opaque() if target.function is not None:
            return replace(target, function=replace(target.function, marks=(*target.function.marks, placed)))
    return target


def _sited(made: Object, target: Object, site: Site) -> Object:
    """Marks that a decorator function added stand, for a reader, where that decorator is used."""
    if isinstance(made, Opaque):
        return _opaque(target, made.reason, site)
    before = target.marks if isinstance(target, Func | ClassObject) else ()
    match made:
        case Func():
            return replace(made, marks=tuple(m if m in before else replace(m, site=site) for m in made.marks))
        case ClassObject():
            return replace(made, marks=tuple(m if m in before else replace(m, site=site) for m in made.marks))
    return made


def _apply_library(decorator: Library, target: Object) -> Object:
    name = decorator.canonical
    if isinstance(target, Fixture):
        # A staticmethod above or below @pytest.fixture registers all the same; classmethod hides the fixture.
        if name == library.STATICMETHOD:
            return replace(target, func=replace(target.func, binding="static"))
        return Opaque("a decorator above @pytest.fixture")
    skips = decorator.skips or (name == library.SKIP and not decorator.called)
    if isinstance(target, ClassObject):
        if skips:
            return replace(target, skipped=True)
        if name in library.INIT_MAKERS:
            return replace(target, has_init=True)
        if name in library.PATCHES:
            return replace(target, patched=target.patched + decorator.patches, mocked=True)
        if decorator.tags:
            return replace(target, tags=(*target.tags, *decorator.tags))
        return target
    if not isinstance(target, Func):
        return Opaque(f"{name} of something that is no function")
    if name == library.STATICMETHOD:
        return replace(target, binding="static")
    if name == library.CLASSMETHOD:
        return replace(target, binding="class")
    if name in library.WRAPS and decorator.wraps is not None:
        # functools.wraps copies __dict__ (pytestmark, patchings, tags) and sets __wrapped__, which signatures follow.
        inner = decorator.wraps
        return replace(
            target,
            params=inner.params,
            marks=inner.marks,
            patched=inner.patched,
            tags=inner.tags,
            owner=inner.owner,
            wrapped=True,
            given=inner.given,
        )
    if name in library.PATCHES and target.refused == "sync_to_async":
        return replace(target, refused="", opaque="a patch above sync_to_async")
    if name in library.PATCHES:
        # Above a static or class method it makes a plain function of it, which awaits nothing.
        is_async = target.is_async and not target.binding
        return replace(target, patched=target.patched + decorator.patches, binding="", is_async=is_async)
    if name == library.TAG:
        return replace(target, tags=(*target.tags, *decorator.tags))
    if name in library.ASYNC_TO_SYNC:
        return replace(target, is_async=False, refused="async_to_sync", wrapped=True)
    if name in library.SYNC_TO_ASYNC:
        return replace(target, is_async=True, refused="sync_to_async", wrapped=True)
    if name == library.GIVEN:
        # hypothesis fills parameters by keyword, or from the last one: they are gone from the signature.
        kept = tuple(p for p in target.params if p.name not in decorator.fills)
        return replace(target, params=kept[: len(kept) - decorator.fills_last], given=True)
    if skips:
        # unittest.case.skip: a plain function that raises, with everything of the decorated one but what it does.
        return replace(target, is_async=False, is_generator=False, skipped=True, wrapped=True)
    if name in library.KEEPING or name in library.SKIPS:
        return target
    if name == library.CONTEXT_MANAGER:
        return replace(target, is_generator=False, opaque="a context manager: its body does not run when it is called")
    if name in library.NO_FUNCTIONS:
        return Opaque(f"{name} makes no function")
    return replace(target, opaque=f"{name} is not known to keep what it decorates")


# --- decorator functions of the project ------------------------------------------------------------------------------


def _run(
    store: Store, callee: Func | LambdaObject, args: tuple[Object, ...], keywords: dict[str, Object], depth: int
) -> Object:
    """What a call of a project function returns."""
    function = next((a for a in args if isinstance(a, Func | ClassObject)), None)
    subject = function if isinstance(function, Func) else None
    if depth > _DEEPEST:
        return Opaque("too many steps", subject)
    if isinstance(callee, LambdaObject):
        context = _bound(store, callee.context, callee.node.params, args, keywords, depth)
        return evaluate(store, context, callee.node.body, depth + 1)
    node = whole(store, callee.ref)
    if node is None or callee.is_async or callee.is_generator or callee.opaque:
        return Opaque(f"{callee.ref.name} cannot be followed", subject)
    context = replace(callee.context, chunk=callee.ref.chunk, owner=None)
    context = _bound(store, context, node.params, args, keywords, depth)
    returned, _, _ = _execute(store, node.body, context, depth)
    # A decorator that returns different things in different uses returned a function here, as it was given one.
    wanted = [r for r in returned if isinstance(r, type(function))] if function is not None else []
    made = _join(wanted or returned)
    if isinstance(made, Opaque) and made.function is None:
        return replace(made, function=subject)
    return made


def _bound(
    store: Store,
    context: Context,
    params: Sequence[f.Parameter],
    args: tuple[Object, ...],
    keywords: dict[str, Object],
    depth: int,
) -> Context:
    rest = list(args)
    for param in params:
        if param.kind == "args":
            context = context.bind(param.name, Items(tuple(rest)))
            rest = []
        elif param.kind == "kwargs":
            context = context.bind(param.name, Opaque("keyword arguments"))
        elif param.kind in {"positional", "normal"} and rest:
            context = context.bind(param.name, rest.pop(0))
        elif param.name in keywords:
            context = context.bind(param.name, keywords[param.name])
        elif param.default is not None:
            context = context.bind(param.name, evaluate(store, context, param.default, depth + 1))
        else:
            context = context.bind(param.name, Opaque(f"{param.name} is not given"))
    return context


_Done = tuple[list[Object], Context, bool]


def _execute(store: Store, body: Iterable[f.Stmt], context: Context, depth: int) -> _Done:
    """Run statements: what they return, the names bound after them, and whether they always leave the function."""
    returned: list[Object] = []
    for statement in body:
        ended = False
        match statement:
            case f.Return():
                value = f.Constant(None, statement.span) if statement.value is None else statement.value
                return [*returned, evaluate(store, context, value, depth + 1)], context, True
            case f.Raise():
                return returned, context, True
            case f.Assign() if statement.value is not None and not statement.augmented:
                value_object = evaluate(store, context, statement.value, depth + 1)
                for target in statement.targets:
                    if isinstance(target, f.Name):
                        context = context.bind(target.id, value_object)
            case f.Assign():
                for target in statement.targets:
                    if isinstance(target, f.Name):
                        context = context.bind(target.id, Opaque("an augmented assignment"))
            case f.Function():
                ref = FunctionRef(context.path, context.chunk, statement.span[0], statement.name)
                context = context.bind(statement.name, _decorate(store, statement, ref, context, depth + 1))
            case f.Class():
                made = ClassRef(context.path, context.chunk, statement.span[0], statement.name, True)
                context = context.bind(statement.name, class_object(store, made))
            case f.Evaluate(value=f.Call() as call):
                context = _updated(store, call, context, depth)
            case f.If():
                more, context, ended = _branch(store, statement, context, depth)
                returned += more
            case f.For():
                more, context = _loop(store, statement, context, depth)
                returned += more
            case f.With() | f.While():
                more, context, ended = _execute(store, statement.body, context, depth)
                returned += more
            case f.Try():
                more, context, ended = _execute(store, (*statement.body, *statement.orelse), context, depth)
                returned += more
        if ended:
            return returned, context, True
    return returned, context, False


def _updated(store: Store, call: f.Call, context: Context, depth: int) -> Context:
    """`functools.update_wrapper(inner, func)` as a statement, and what is put into a local list."""
    if isinstance(call.func, f.Attribute) and isinstance(call.func.value, f.Name):
        return _grown(store, call.func.value.id, call.func.attr, call, context, depth)
    if len(call.args) < 2 or not isinstance(call.args[0], f.Name):
        return context
    callee = evaluate(store, context, call.func, depth + 1)
    inner, wrapped = (evaluate(store, context, a, depth + 1) for a in call.args[:2])
    if isinstance(callee, Library) and callee.canonical == library.UPDATE_WRAPPER and isinstance(wrapped, Func):
        return context.bind(call.args[0].id, _apply_library(Library("functools.wraps", True, wraps=wrapped), inner))
    return context


def _grown(store: Store, name: str, method: str, call: f.Call, context: Context, depth: int) -> Context:
    value = context.get(name)
    if not isinstance(value, Items):
        return context
    given = [evaluate(store, context, argument, depth + 1) for argument in call.args]
    if method == "append" and len(given) == 1:
        return context.bind(name, Items((*value.items, *given)))
    if method == "extend" and len(given) == 1 and isinstance(given[0], Items):
        return context.bind(name, Items((*value.items, *given[0].items)))
    return context if method in {"copy", "count", "index"} else context.bind(name, Opaque("a list that is changed"))


def _branch(store: Store, statement: f.If, context: Context, depth: int) -> _Done:
    decided = _truth(store, context, statement.test, depth)
    if decided is None:
        decided = _compared_with_none(context, statement)
    if decided is not None:
        return _execute(store, statement.body if decided else statement.orelse, context, depth)
    first, yes, ended_yes = _execute(store, statement.body, context, depth)
    second, no, ended_no = _execute(store, statement.orelse, context, depth)
    returned = [*first, *second]
    if ended_yes or ended_no:
        return returned, no if ended_yes else yes, ended_yes and ended_no
    merged = context
    for name in dict.fromkeys(n for n, _ in (*yes.local, *no.local)):
        options = [v for v in (yes.get(name), no.get(name)) if v is not None]
        if any(o != context.get(name) for o in options):
            merged = merged.bind(name, _join(options))
    return returned, merged, False


def _compared_with_none(context: Context, statement: f.If) -> bool | None:
    """`if func is None: ...` or `if func is not None: ...`."""
    test = statement.test
    if not (isinstance(test, f.Operation) and test.kind == "compare" and test.operator in ("is", "is not", "==", "!=")):
        return None
    name, none = test.operands
    if not (isinstance(name, f.Name) and isinstance(none, f.Constant) and none.value is None):
        return None
    value = context.get(name.id)
    given = isinstance(value, Func | ClassObject)
    if not given and not (value is not None and _is_none(value)):
        return None
    return given == (test.operator in ("is not", "!="))


def _loop(store: Store, statement: f.For, context: Context, depth: int) -> tuple[list[Object], Context]:
    iterable = evaluate(store, context, statement.iterable, depth + 1)
    if not isinstance(iterable, Items) or not isinstance(statement.target, f.Name) or len(iterable.items) > _DEEPEST:
        for inner in walk(statement.body):
            if isinstance(inner, f.Call) and isinstance(inner.func, f.Attribute):
                target = inner.func.value
                if isinstance(target, f.Name) and isinstance(context.get(target.id), Items):
                    context = context.bind(target.id, Opaque("changed in a loop"))
            for target in inner.targets if isinstance(inner, f.Assign) else ():
                if isinstance(target, f.Name):
                    context = context.bind(target.id, Opaque("assigned in a loop"))
        return [], context
    returned: list[Object] = []
    for item in iterable.items:
        more, context, _ = _execute(store, statement.body, context.bind(statement.target.id, item), depth + 1)
        returned += more
    return returned, context


def _truth(store: Store, context: Context, test: f.Expr, depth: int) -> bool | None:
    """Whether a condition holds, None when it cannot be told."""
    match test:
        case f.Operation(kind="unary", operator="not") if len(test.operands) == 1:
            inner = _truth(store, context, test.operands[0], depth)
            return None if inner is None else not inner
        case f.Call() if test.args:
            callee = evaluate(store, context, test.func, depth + 1)
            subject = evaluate(store, context, test.args[0], depth + 1)
            if isinstance(callee, Library) and isinstance(subject, Func) and not subject.opaque:
                if callee.canonical in library.IS_COROUTINE_FUNCTION:
                    return subject.is_async and not subject.is_generator
                if callee.canonical == "builtins.callable":
                    return True
            if isinstance(callee, Func) and depth < _DEEPEST:
                return _truth_of_call(store, callee, subject, depth)
            return None
        case f.Name() | f.Constant():
            value = evaluate(store, context, test, depth + 1)
            if isinstance(value, Func | ClassObject):
                return True
            if isinstance(value, Written) and isinstance(value.expr, f.Constant):
                return bool(value.expr.value)
    return None


def _truth_of_call(store: Store, callee: Func, subject: Object, depth: int) -> bool | None:
    """A project function of one argument that only returns another condition: `def is_async(f): return ...`."""
    node = whole(store, callee.ref)
    statements = [s for s in node.body if not isinstance(s, f.Evaluate)] if node is not None else []
    if node is None or callee.opaque or len(statements) != 1 or not isinstance(statements[0], f.Return):
        return None
    if statements[0].value is None:
        return None
    context = replace(callee.context, chunk=callee.ref.chunk, owner=None)
    return _truth(store, _bound(store, context, node.params, (subject,), {}, depth), statements[0].value, depth + 1)


# --- values ----------------------------------------------------------------------------------------------------------


def literal(store: Store, context: Context, expr: f.Expr, depth: int = 0) -> Literal:
    """The value of a constant or a sequence of constants (a tuple), names and concatenations followed; else
    `UNREADABLE`."""
    if depth > _DEEPEST:
        return UNREADABLE
    match expr:
        case f.Constant():
            return expr.value
        case f.Collection():
            items: list[object] = []
            for item in expr.items:
                if isinstance(item, f.Starred):
                    inner = literal(store, context, item.value, depth + 1)
                    if not isinstance(inner, tuple):
                        return UNREADABLE
                    items += inner
                else:
                    value = literal(store, context, item, depth + 1)
                    if isinstance(value, _Unreadable):
                        return UNREADABLE
                    items.append(value)
            return tuple(items)
        case f.Operation(kind="binary"):
            parts = [literal(store, context, operand, depth + 1) for operand in expr.operands]
            if all(isinstance(p, tuple) for p in parts):
                return tuple(i for p in parts if isinstance(p, tuple) for i in p)
            if all(isinstance(p, str) for p in parts) and len(parts) == 2 and "%" not in str(parts[0]):
                return "".join(str(p) for p in parts)
            return UNREADABLE
        case f.Attribute(attr="__name__"):
            return _own_name(evaluate(store, context, expr.value, depth + 1))
        case f.Name() | f.Attribute():
            return _literal_name(store, context, expr, depth)
        case f.Call(func=f.Name(), args=args, keywords=()) if len(args) < 2:
            made = evaluate(store, context, expr.func, depth + 1)
            if isinstance(made, Library) and made.canonical in library.SEQUENCES:
                inner = literal(store, context, args[0], depth + 1) if args else ()
                return inner if isinstance(inner, tuple) else UNREADABLE
    return UNREADABLE


def _literal_name(store: Store, context: Context, expr: f.Name | f.Attribute, depth: int) -> Literal:
    if isinstance(expr, f.Name):
        local = context.get(expr.id)
        if local is not None:
            if isinstance(local, Written):
                return literal(store, local.context, local.expr, depth + 1)
            return UNREADABLE
    found: list[Literal] = []
    for symbol in resolve(store, context.path, expr, context.owner):
        if isinstance(symbol, ValueSymbol) and symbol.item < 0 and symbol.expr is not None and symbol.expr is not expr:
            inner = Context(symbol.path, symbol.chunk, symbol.owner)
            found.append(literal(store, inner, symbol.expr, depth + 1))
        elif isinstance(symbol, External) and symbol.dotted in library.CONSTANTS:
            found.append(library.CONSTANTS[symbol.dotted])
        else:
            found.append(UNREADABLE)
    return found[0] if found and all(one == found[0] for one in found) else UNREADABLE


def mark_key(store: Store, mark: Mark) -> object:
    """Two marks with the same key say the same: arguments are compared by value, else by where they are written."""

    def value(expr: f.Expr) -> object:
        found = literal(store, context, expr)
        return (expr, context.path, context.chunk) if isinstance(found, _Unreadable) else ("is", found)

    context = Context(mark.path, mark.site.chunk if mark.site is not None else "", mark.owner)
    named = sorted((name, repr(value(expr))) for name, expr in mark.keywords)
    return mark.name, mark.certain, tuple(repr(value(expr)) for expr in mark.args), tuple(named)


def _own_name(value: Object) -> Literal:
    """`__name__` of a function, a fixture (`functools.update_wrapper` gives it that of its function) or a class."""
    match value:
        case Fixture(func=func):
            return func.ref.name
        case Func() if not value.opaque:
            return value.ref.name
        case ClassObject() if not value.opaque:
            return value.ref.qualname.rpartition(".")[2]
    return UNREADABLE


def strings(store: Store, context: Context, expr: f.Expr) -> tuple[str, ...] | None:
    """A string or a sequence of strings, None when it is not written out."""
    value = literal(store, context, expr)
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple) and all(isinstance(v, str) for v in value):
        return tuple(str(v) for v in value)
    return None


def string_sites(store: Store, context: Context, expr: f.Expr, depth: int = 0) -> tuple[tuple[str, Site], ...]:
    """The strings in a value with the places where they are written, names and sequences followed. What is not written
    out is left out."""
    if depth > _DEEPEST:
        return ()
    match expr:
        case f.Constant(value=str()):
            return ((str(expr.value), Site(context.path, context.chunk, *expr.span)),)
        case f.Collection():
            return tuple(one for item in expr.items for one in string_sites(store, context, item, depth + 1))
        case f.Starred():
            return string_sites(store, context, expr.value, depth + 1)
        case f.Operation(kind="binary") | f.Attribute(attr="__name__") if isinstance(
            made := literal(store, context, expr), str
        ):
            return ((made, Site(context.path, context.chunk, *expr.span)),)
        case f.Operation(kind="binary"):
            return tuple(one for part in expr.operands for one in string_sites(store, context, part, depth + 1))
        case f.Name() | f.Attribute():
            local = context.get(expr.id) if isinstance(expr, f.Name) else None
            if isinstance(local, Written):
                return string_sites(store, local.context, local.expr, depth + 1)
            found: list[tuple[str, Site]] = []
            for symbol in resolve(store, context.path, expr, context.owner):
                if isinstance(symbol, ValueSymbol) and symbol.item < 0 and symbol.expr is not None:
                    inner = Context(symbol.path, symbol.chunk, symbol.owner)
                    found += string_sites(store, inner, symbol.expr, depth + 1)
            return tuple(found)
    return ()


def _text(expr: f.Expr) -> str:
    """A dotted name as written, for reasons."""
    match expr:
        case f.Name():
            return expr.id
        case f.Attribute():
            return f"{_text(expr.value)}.{expr.attr}"
        case f.Call():
            return f"{_text(expr.func)}()"
    return "a value"
