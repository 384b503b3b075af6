"""Calling what lies outside the project: rows say what it does, and `Origin` what it is where there is no row."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from isolint.catalog.places import IDENTITY
from isolint.catalog.rows import (
    Acts,
    Answers,
    Attribute,
    Bakes,
    Chosen,
    Commands,
    Connects,
    Cures,
    Declares,
    Decorates,
    Drains,
    Drives,
    Enters,
    Fills,
    Finds,
    FindsModel,
    Generates,
    Given,
    Gives,
    Manages,
    Mocks,
    Mounts,
    NeedsLoop,
    Reads,
    Releases,
    Replaces,
    Requests,
    Row,
    Runs,
    Sends,
    SetsItems,
    Starts,
    Stops,
    Wraps,
)
from isolint.catalog.table import switched_name
from isolint.names.inputs import definition, is_answered
from isolint.names.origin import Definition
from isolint.names.resolve import class_attribute, mro
from isolint.names.scopes import class_scope
from isolint.names.symbols import ClassRef, FunctionSymbol, Site
from isolint.placement import (
    baking,
    factories,
    fields,
    filling,
    lacking,
    lineage,
    members,
    mocks,
    patching,
    queries,
    registering,
    relations,
    requests,
    routers,
    settings,
    signals,
)
from isolint.placement import commands as running
from isolint.placement import named as named_
from isolint.placement.context import Context, Keywords
from isolint.placement.shapes import (
    Callable_,
    Class_,
    Cure,
    Deferred,
    Derived,
    Done,
    Hop,
    Instance,
    Items,
    Literally,
    Operation,
    Outside,
    Param,
    Partial,
    Patch,
    Plain,
    Unknown,
    Value,
)
from isolint.placement.values import (
    MAX_TEXT,
    NOTHING,
    PLAIN,
    TEXT_METHODS,
    held_by_receiver,
    is_open,
    join,
    literals,
    may_be_callable,
    one,
    pick,
    shared,
    tuple_of,
    unknown,
)
from isolint.pytest_model.inputs import ENVIRONMENT

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

_QUERYSET = "django.db.models.query.QuerySet"
_MANAGER = "django.db.models.manager.Manager"
_MODEL = "django.db.models.base.Model"
ITERATING = frozenset(
    "list tuple set frozenset sorted reversed enumerate zip filter map iter aiter next max min anext sum any all len "
    "bool dict".split()
)
"""Builtins that iterate what they are given (or ask for its length, which evaluates a queryset just so)."""
MAX_PARTS = 16
"""Parts of a split text that are kept."""
MAX_HELD = 8
"""Attributes of an object that are remembered with it; more are looked up in its class alone."""
_DJANGO_WORLD = frozenset({"django", "asgiref", "channels"})
ITERATE = "builtins.list"
_RUN_OPTIONS = frozenset(
    {"args", "kwargs", "abandon_on_cancel", "cancellable", "limiter", "backend", "backend_options", "name", "daemon"}
)


def call_outside(
    m: Machine, atom: Outside, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
) -> Value:
    """Calling a name outside the project: what its row does, else what is known of its definition."""
    row = m.table.get(atom.canonical) or m.table.get(atom.dotted)
    if row is not None:
        return apply(m, row, atom, ctx, site, label, args, keywords)
    if atom.dotted.startswith("builtins."):
        made = apply_builtin(m, atom.dotted.removeprefix("builtins."), args, ctx, site, (label,) * len(args))
        if made is not None:
            return made
    known = definition(m.store, atom.dotted)
    if known is None or known.kind in ("unknown", "module"):
        reason = "not known in the environment" if is_answered(m.store, atom.dotted) else "not answered yet"
        return m._nameless(Unknown(f"{atom.dotted} is {reason}"), "call", ctx, site, label)
    if known.kind == "class":
        return construct_outside(m, known, atom, ctx, site, label, args, keywords)
    if known.kind == "instance" and known.type:
        return m._operate_instance(Instance(known.type), "call", ctx, site, label, args, keywords)
    return foreign(m, known, ctx, site, label, (*args, *(value for _, value in keywords)))


def construct(
    m: Machine, atom: Class_, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
) -> Value:
    """Calling a class of the project: an instance, after what its metaclass, `__new__` and `__init__` do."""
    lineage = mro(m.store, atom.ref)
    made = one(Instance(atom.ref))
    initialised = False
    for position, cls in enumerate(lineage.classes):
        if isinstance(cls, str):
            row = m.table.get(f"{cls}.()")
            if row is not None:
                return apply(m, row, Outside(f"{cls}.()", f"{cls}.()", atom), ctx, site, label, args, keywords)
            if isinstance(m.table.get(cls), Mocks):
                return one(mocks.new({}, site))
            if isinstance(m.table.get(cls), Runs | Wraps):
                return apply_class_row(m, atom, cls, made, ctx, site, label, args, keywords)
            continue
        init = () if initialised else class_scope(m.store, cls).get("__init__")
        for symbol in init:
            initialised = True
            if isinstance(symbol, FunctionSymbol):
                method = Callable_(symbol.ref, (), made)
                m.enter_function(method, ctx, site, label, args, keywords, "call")
        if not initialised and (written := fields.maker(m, lineage.classes[position:])) is not None:
            initialised = True
            held = _told(fields.given(m, written, lineage.classes[position:], args, keywords))
            made = one(Instance(atom.ref, held=tuple(sorted(held.items()))))
            for _, after in class_attribute(m.store, atom.ref, written.after) if written.after else ():
                if isinstance(after, FunctionSymbol):
                    m.enter_function(Callable_(after.ref, (), made), ctx, site, label, (), (), "call")
    held = held_by(m, made, lineage.classes, args, keywords)
    return one(Instance(atom.ref, held=tuple(sorted(held.items())))) if held else made


def held_by(
    m: Machine,
    made: Value,
    classes: tuple[ClassRef | str, ...],
    args: tuple[Value, ...],
    keywords: Keywords,
) -> dict[str, Value]:
    """The attributes that the first `__init__` of these classes, and those it calls by `super()`, set to something they
    were given, as far as that can be told."""
    for position, cls in enumerate(classes):
        init = None if isinstance(cls, str) else next(iter(class_scope(m.store, cls).get("__init__")), None)
        if not isinstance(init, FunctionSymbol):
            row = None if isinstance(cls, str) else fields.maker(m, classes[position:])
            if row is not None:
                return _told(fields.given(m, row, classes[position:], args, keywords))
            continue
        summary = queries.summary_of(m.store, init.ref, m.world)
        bound = m.bind_arguments(Callable_(init.ref, (), made), args, keywords)
        held: dict[str, Value] = {}
        defaults: dict[str, list[lacking.Default]] = {}
        for name, how, value in summary.defaults:
            defaults.setdefault(name, []).append((how, filling.fill(m, value, bound)))
        for use in summary.uses:
            if use.op == "call" and _is_super_init(use.target):
                passed = tuple(filling.fill(m, a, bound) for a in use.args)
                named = tuple((k, filling.fill(m, v, bound)) for k, v in use.keywords)
                held |= held_by(m, made, classes[position + 1 :], passed, named)
        for name, value in summary.attributes:
            given = filling.fill(m, value, bound) if any(is_open(atom) for atom in value) else NOTHING
            given = lacking.completed(m, given, tuple(defaults.get(name, ()))) if given else given
            if any(not isinstance(atom, Unknown | Plain) for atom in given) and len(held) < MAX_HELD:
                held[name] = shared(given)
        return held
    return {}


def _told(values: dict[str, Value]) -> dict[str, Value]:
    """Those of these values that say something."""
    telling = {n: shared(v) for n, v in values.items() if any(not isinstance(atom, Unknown | Plain) for atom in v)}
    return dict(list(telling.items())[:MAX_HELD])


def _is_super_init(target: Param | Derived) -> bool:
    return (
        isinstance(target, Derived)
        and (target.step, target.name) == ("attribute", "__init__")
        and isinstance(target.base, Derived)
        and target.base.step == "super"
    )


def apply_class_row(
    m: Machine,
    atom: Class_,
    base: str,
    made: Value,
    ctx: Context,
    site: Site | None,
    label: str,
    args: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """A project class that extends a known one: a Thread with its own `run`, or the known behaviour."""
    row = m.table.get(base)
    if isinstance(row, Runs) and row.when == "start":
        for _, symbol in class_attribute(m.store, atom.ref, "run"):
            if isinstance(symbol, FunctionSymbol):
                payload = one(Callable_(symbol.ref, (), made))
                return one(Deferred("start", payload, "call", (), (), row.route, row.name))
    assert row is not None
    return apply(m, row, Outside(base, base), ctx, site, label, args, keywords)


def apply_builtin(
    m: Machine, name: str, args: tuple[Value, ...], ctx: Context, site: Site | None, labels: tuple[str, ...]
) -> Value | None:
    """What a builtin does that iterates what it is given, or that tells which entry of a table is meant; None for the
    others."""
    if name == "dict.get" and len(args) > 1:
        default = args[2] if len(args) > 2 else one(Literally(None))
        return join(pick(atom, args[1], default) for atom in args[0] if isinstance(atom, Items))
    if name == "getattr" and len(args) > 1:
        asked = literals(args[1])
        if asked is None or len(asked) != 1:
            return unknown("getattr of a computed name")
        if len(args) > 2:
            return members.attribute_or(m, args[0], str(asked[0]), args[2], ctx, site)
        return members.attribute(m, args[0], str(asked[0]), ctx, site)
    if name.startswith("str."):
        return text_method(name.removeprefix("str."), args)
    if name not in ITERATING:
        return None
    op: Operation = "aiterate" if name in ("aiter", "anext") else "iterate"
    given = (
        args[1:]
        if name in ("map", "filter")
        else args[:1]
        if name in ("sum", "enumerate", "sorted", "next", "anext")
        else args
    )
    skipped = len(args) - len(given) if name in ("map", "filter") else 0
    elements = [m.perform(value, op, ctx, site, said) for value, said in zip(given, labels[skipped:], strict=False)]
    match name:
        case "map" | "filter" if args:
            made = m.perform(args[0], "call", ctx, site, labels[0], tuple(elements if name == "map" else elements[:1]))
            return one(Items(made if name == "map" else join(elements)))
        case "next" | "anext":
            return join([*elements, *args[1:2]]) or PLAIN  # the default, if there is one
        case "max" | "min":
            return join([*elements, PLAIN])
        case "len" | "bool" | "sum" | "any" | "all" | "dict":
            return PLAIN
        case "enumerate" if elements:
            return one(Items(tuple_of(PLAIN, elements[0])))
        case "zip" if elements:
            return one(Items(tuple_of(*elements)))
    return one(Items(join(elements)))


def text_method(name: str, args: tuple[Value, ...]) -> Value:
    """What a method of a literal text gives when all its arguments are literal too; data otherwise."""
    given = [next(iter(a)) if len(a) == 1 else None for a in args]
    if name not in TEXT_METHODS or not all(isinstance(a, Literally) for a in given):
        return PLAIN
    try:
        made = getattr(str, name)(*(a.value for a in given if isinstance(a, Literally)))
    except (TypeError, ValueError):
        return PLAIN
    if isinstance(made, list | tuple):
        parts = tuple((n, one(Literally(part))) for n, part in enumerate(made[:MAX_PARTS]))
        return one(Items(join(v for _, v in parts), parts))
    if isinstance(made, str) and len(made) > MAX_TEXT:
        return PLAIN
    return one(Literally(made)) if isinstance(made, str | bool) else PLAIN


def construct_outside(
    m: Machine,
    known: Definition,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    label: str,
    args: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """Calling an installed class that has no row."""
    for cls in lineage.lineage_of(m, known.canonical):
        if not isinstance(cls, str):
            continue
        row = m.table.get(f"{cls}.()")
        if row is not None:
            return apply(m, row, Outside(atom.dotted, f"{cls}.()", atom), ctx, site, label, args, keywords)
        row = m.table.get(cls)
        if row is not None:
            return apply(m, row, Outside(atom.dotted, cls), ctx, site, label, args, keywords)
    return one(Instance(known.canonical))


def foreign(
    m: Machine, known: Definition, ctx: Context, site: Site | None, label: str, given: tuple[Value, ...]
) -> Value:
    """An installed function without a row. Only packages built on Django can work on its database, or those that are
    `given` something of the project that does."""
    if may_use_django(m, known):
        if ctx.hop:
            return m._nameless(Unknown(f"{known.canonical} has no row"), "call", ctx, site, label)
        if known.is_async:
            return unknown(f"{known.canonical} has no row")
        return returned(m, known, unknown(f"result of {known.canonical}"))
    if known.is_async:
        return one(Done(returned(m, known, PLAIN)))
    own = all(isinstance(atom, Plain | Literally) for value in given for atom in value)
    return returned(m, known, one(Unknown(f"result of {known.canonical}", own)))


def returned(m: Machine, known: Definition, otherwise: Value) -> Value:
    """The value of an installed callable's declared result; `otherwise` where it declares none that is a class."""
    if known.returns:
        found = definition(m.store, known.returns)
        if found is not None and found.kind == "class":
            return one(Instance(found.canonical))
    return otherwise


def may_use_django(m: Machine, known: Definition) -> bool:
    """Whether the distribution that owns a definition depends on Django (or is it)."""
    if not known.distribution:
        return False
    found = m.store.get(ENVIRONMENT, "").distributions.get(known.distribution)
    if found is None:
        return True
    return known.distribution in _DJANGO_WORLD or bool(_DJANGO_WORLD & found.requires)


def operate_outside(
    m: Machine, atom: Outside, op: Operation | Literal["start"], ctx: Context, site: Site | None, label: str
) -> Value:
    """Awaiting, iterating or entering an installed name itself."""
    known = definition(m.store, atom.dotted)
    if known is not None and known.kind == "instance" and known.type:
        return m._operate_instance(Instance(known.type), op, ctx, site, label, (), ())
    if known is None and op in ("await", "aiterate", "aenter"):
        return m._nameless(Unknown(atom.dotted), op, ctx, site, label)
    return PLAIN


def apply(
    m: Machine,
    row: Row,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    label: str,
    args: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """What a row says about calling it."""
    named = dict(keywords)
    match row:
        case Wraps():
            return wrap(m, row, atom, args, named)
        case Runs():
            if row.held_back is not None and patching.released(row.name) not in m.cuts:
                row = dataclasses.replace(row, route=row.held_back)
            given_work = handed_over(m, row, atom, ctx, site, label, args, named)
            return PLAIN if given_work is None else now_or_later(m, given_work, ctx, site, label)
        case Drives():
            return now_or_later(m, driven(row, args, named), ctx, site, label)
        case Acts():
            if row.unless is not None:
                option = args[0] if args else named.get(row.unless[0])
                if literals(option) == (row.unless[1],):
                    return given(m, row.gives, atom, args)
            if row.when == "call":
                act(m, row, atom, ctx, site, label, args)
                return relations.made(m, row, atom, named, given(m, row.gives, atom, args))
            carried = Outside(atom.dotted, row.name, atom.receiver)
            return one(Deferred(row.when, frozenset({carried}), "act", args, keywords))
        case Drains():
            made = now_or_later(m, drained(m, row, atom, args, named), ctx, site, label)
            return unknown(f"result of {label}") if row.when == "call" else made
        case Gives():
            if row.decorates and not args:
                return one(Partial(one(atom), (), keywords))
            if row.distinct and site is not None:
                named = {**named, registering.MADE: registering.made_at(site)}
            if row.holds or row.distinct:
                return one(holding(row, atom, args, named))
            if row.cls and row.gives == "items":
                return one(Items(one(Instance(row.cls))))
            if row.cls:
                return one(Outside(row.cls, row.cls)) if row.gives == "class" else one(Instance(row.cls))
            return relations.made(m, row, atom, named, given(m, row.gives, atom, args, named), args)
        case Requests():
            made = requests.request(m, row, atom, args, named)
            return m.perform(made, "await", ctx, site, label) if row.when == "call" else made
        case Answers() if row.function is None and not row.applied:
            return one(Partial(one(Outside(atom.dotted, f"{row.name}()", atom.receiver)), args, keywords))
        case Answers():
            return routers.answer(m, row, atom, ctx, site, args, named)
        case Mounts():
            return routers.mount(m, row, atom, ctx, site, args, named)
        case Attribute():
            return given(m, row.gives, atom, args)
        case Chosen():
            return settings.chosen(m, row, args[0] if args else None)
        case Decorates() if row.factory:
            return one(Outside(f"{row.name}()", f"{row.name}()"))
        case Decorates():
            if args and may_be_callable(args[0]):
                return args[0]
            return one(Instance(row.cls)) if row.cls else one(atom)
        case Manages():
            if not args:
                return one(atom)
            return one(Hop(row.name, args[0], IDENTITY, row.when, "body"))
        case Fills():
            return one(Partial(args[0], args[1:], keywords)) if args else PLAIN
        case Finds():
            return named_.find(m, row, args[0] if args else NOTHING)
        case Reads():
            return named_.entry(m, atom, args, row.optional, site)
        case Mocks():
            return mocks.made(m, row, site, args, named)
        case Generates():
            return factories.generate(m, row, atom, ctx, site, label, args, keywords)
        case Bakes():
            return baking.bake(m, row, atom, ctx, site, label, args, keywords)
        case Declares():
            return factories.declared(row, args, keywords)
        case Replaces():
            return patching.replaces(m, row, ctx, site, args, named)
        case SetsItems():
            return patching.sets_items(m, row, ctx, site, args, named)
        case Starts():
            return patching.starts(m, row, atom, ctx, args)
        case Stops():
            patching.stops(m, atom, ctx)
            return PLAIN
        case Cures():
            m.cure(Cure(row.name, site, ctx.always))
            return PLAIN
        case Enters():
            mark = len(m.noted)
            entered = m.perform(args[0], row.when, ctx, site, label) if args else PLAIN
            if row.to_the_end:
                patching.kept(m, mark)
            return entered if row.when == "enter" else one(Done(entered))
        case Commands():
            return running.run_command(m, row, ctx, site, label, args, keywords)
        case FindsModel():
            label_of = [literals(a) for a in (*args, *named.values())][:2]
            said = ".".join(str(texts[0]) for texts in label_of if texts and len(texts) == 1)
            return named_.model_named(m, said) or unknown(f"result of {label}")
        case Releases():
            if literals(named.get(row.option)) == (True,):
                m.patch(Patch(one(Outside(row.of, row.of)), one(Literally(patching.RELEASED)), PLAIN, site, ctx.always))
            return one(Instance("contextlib._GeneratorContextManager"))
        case Connects():
            if signals.is_without_receiver(row, args, named):
                return one(Partial(one(atom), args, keywords))
            return signals.connect(m, row, atom, ctx, site, args, keywords)
        case Sends():
            return signals.send(m, row, atom, ctx, site, label, args, keywords)
        case NeedsLoop():
            m.asked_for_loop = m.asked_for_loop or not ctx.muted
            return one(Instance("asyncio.events.AbstractEventLoop"))
    return PLAIN


def act(
    m: Machine, row: Acts, atom: Outside, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...] = ()
) -> None:
    """Database work happens here, and what the signals call that it sends."""
    model = model_of(m, atom, args)
    m.act(ctx, row.kind, model, row, site, label)
    if row.sends and isinstance(model, ClassRef):
        inner = ctx if row.route == IDENTITY else m._through(ctx, row.route, row.name, site, label)
        signals.sent_by_model(m, row.sends, Class_(model), row.gives != "plain", inner, site)


def wrap(m: Machine, row: Wraps, atom: Outside, args: tuple[Value, ...], named: dict[str, Value]) -> Value:
    """What a wrapping hop gives: a hop that waits for its call, or, without a payload, a decorator."""
    payload = args[0] if args else named.get(row.keyword)
    if payload is None:
        return one(Partial(one(atom), (), tuple(named.items())))
    route = row.route
    if row.unless is not None and literals(named.get(row.unless[0])) == (row.unless[1],):
        return one(Hop(switched_name(row), payload, row.unless[2], row.when, "call"))
    return one(Hop(row.name, payload, route, row.when, "call-await" if row.awaits else "call"))


def now_or_later(m: Machine, work: Deferred, ctx: Context, site: Site | None, label: str) -> Value:
    """What a hop gives that runs its work at once (then it happens here), or the work that waits."""
    return one(Done(m._run(work, ctx, site, label))) if work.when == "call" else one(work)


def handed_over(
    m: Machine,
    row: Runs,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    label: str,
    args: tuple[Value, ...],
    named: dict[str, Value],
) -> Deferred | None:
    """The work of a hop that is given its payload together with the arguments; None when it is given none."""
    payload = named.get(row.keyword)
    rest = args
    if isinstance(row.payload, str):
        payload = held_as(atom, row.payload)
    elif payload is None:
        if len(args) <= row.payload:
            return None
        payload, rest = args[row.payload], args[row.payload + 1 :]
    if row.when == "start":
        given = named.get("args")
        rest = elements(m, given) if given is not None else rest[1:] if row.keyword == "target" else rest
    if row.each:
        rest = tuple(m.perform(a, "iterate", replace(ctx, muted=True), site, label) for a in rest)
    passed = tuple((k, v) for k, v in named.items() if k not in _RUN_OPTIONS and k != row.keyword)
    then: Literal["call", "call-await"] = "call-await" if row.awaits else "call"
    if row.unless is not None and literals(named.get(row.unless[0])) == (row.unless[1],):
        return Deferred(row.when, payload, then, rest, passed, row.unless[2], switched_name(row))
    return Deferred(row.when, payload, then, rest, passed, row.route, row.name)


def held_as(atom: Outside, name: str) -> Value:
    """What the receiver of a method holds under a name."""
    return held_by_receiver(atom).get(name, unknown(f"what {atom.dotted} holds"))


def drained(m: Machine, row: Drains, atom: Outside, args: tuple[Value, ...], named: dict[str, Value]) -> Deferred:
    """Going through querysets that are given, or stand in a table that is."""
    if isinstance(row.what, str):
        given = held_as(atom, row.what)
    else:
        given = args[row.what] if len(args) > row.what else named.get(row.keyword, NOTHING)
    inside = [value for a in given if isinstance(a, Items) for value in (a.element, *(v for _, v in a.keys))]
    lazy = join(one(a) for value in (given, *inside) for a in value if lineage.is_lazy(m, a) or is_open(a))
    return Deferred(row.when, one(Outside(ITERATE, ITERATE)), "call", (lazy,), (), row.route, row.name)


def elements(m: Machine, value: Value) -> tuple[Value, ...]:
    """The known elements of a container, in order; none when it is no container."""
    for atom in value:
        if isinstance(atom, Items):
            return tuple(v for _, v in atom.keys) or (atom.element,)
    return ()


def driven(row: Drives, args: tuple[Value, ...], named: dict[str, Value]) -> Deferred:
    """Running a coroutine, or whatever the row drives, to its end on a loop."""
    if row.payload < 0:
        payload = [*args, *(a.element for arg in args for a in arg if isinstance(a, Items))]
    else:
        found = named.get(row.keyword)
        payload = [found] if found is not None else list(args[row.payload : row.payload + 1])
    return Deferred(row.when, join(payload), "await", (), (), row.route, row.name)


def holding(row: Gives, atom: Outside, args: tuple[Value, ...], named: dict[str, Value]) -> Instance:
    """An object that keeps what it was made of."""
    kept = (*row.holds, registering.MADE) if row.distinct else row.holds
    held = {**dict(zip(row.holds, args, strict=False)), **{k: v for k, v in named.items() if k in kept}}
    cls = atom.receiver.ref if isinstance(atom.receiver, Class_) else row.cls
    return Instance(cls, held=tuple(sorted(held.items())))


def given(
    m: Machine, gives: Given, atom: Outside, args: tuple[Value, ...], keywords: Mapping[str, Value] | None = None
) -> Value:
    """The value that a row says its call gives."""
    receiver = atom.receiver
    match gives:
        case "plain":
            return PLAIN
        case "self":
            return one(receiver) if receiver is not None else PLAIN
        case "first":
            return args[0] if args else PLAIN
        case "items":
            return one(Items(join(args)))
        case "keywords":
            return one(Items(join((keywords or {}).values()), tuple(sorted((keywords or {}).items()))))
        case "model" | "models":
            model = model_of(m, atom, args)
            made = one(Instance(model)) if model is not None else unknown(f"model of {atom.dotted}")
            return made if gives == "model" else one(Items(made))
        case "receiver":
            if isinstance(receiver, Class_):
                return one(Instance(receiver.ref))
            return one(Instance(receiver.canonical)) if isinstance(receiver, Outside) else PLAIN
        case "queryset":
            return one(Instance(lineage.queryset_class(m, receiver), model_of(m, atom)))
        case "class" if args:  # Manager.from_queryset: called, it makes a manager with the methods of the queryset
            return join(one(a) for a in args[0] if isinstance(a, Class_)) or unknown(f"result of {atom.dotted}")
        case "manager":
            if isinstance(receiver, Class_) and lineage.inherits(m, receiver.ref, _QUERYSET):
                return one(Instance(receiver.ref))
            return one(Instance(_MANAGER, model_of(m, atom)))
    return unknown(f"result of {atom.dotted}")


def model_of(m: Machine, atom: Outside, args: tuple[Value, ...] = ()) -> ClassRef | str | None:
    """The model that a receiver works on: a class of the project, a canonical name, or None."""
    receiver = atom.receiver
    if isinstance(receiver, Instance):
        if receiver.of is not None:
            return receiver.of
        return None if lineage.is_manager(m, receiver.cls) else receiver.cls
    if isinstance(receiver, Outside) and isinstance(receiver.receiver, Class_):
        receiver = receiver.receiver  # `super()` in a method of the class
    if isinstance(receiver, Class_):
        if lineage.inherits(m, receiver.ref, _MODEL):
            return receiver.ref
        return factory_model(m, receiver)
    if isinstance(receiver, Outside):
        return receiver.canonical or None
    for value in args[:1]:
        for first in value:
            if isinstance(first, Class_):
                return first.ref
            if isinstance(first, Instance):
                return first.of or first.cls
    return None


def factory_model(m: Machine, factory: Class_) -> ClassRef | str | None:
    """The model that a factory's `class Meta: model = ...` names."""
    for atom in factories.meta_option(m, factory, "model"):
        if isinstance(atom, Class_):
            return atom.ref
        if isinstance(atom, Outside):
            return atom.canonical or None
        for label in literals(frozenset({atom})) or ():
            for model in named_.model_named(m, str(label)):
                return relations.of_class(model)
    return None
