"""Operating on values: what calling, awaiting, iterating and entering them does, and where.

The machine keeps the accumulated effects of one evaluation. It asks rows what known callables do and summaries what
project functions do; it knows no library by name. Evaluating syntax is `body`'s work, the verdict is `trace`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from isolint.catalog.places import IDENTITY, Route, compose
from isolint.catalog.rows import (
    Acts,
    Attribute,
    Decorates,
    Drives,
    Fills,
    Given,
    Gives,
    Lends,
    Manages,
    Mocks,
    Refuses,
    Row,
    Runs,
    Wraps,
)
from isolint.catalog.table import Table, switched_name
from isolint.names.inputs import definition, is_answered
from isolint.names.origin import Definition
from isolint.names.resolve import attribute as name_attribute
from isolint.names.resolve import class_attribute, external_mro, mro
from isolint.names.scopes import class_scope
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionRef,
    FunctionSymbol,
    ModuleSymbol,
    Site,
    Symbol,
    UnknownSymbol,
    ValueSymbol,
)
from isolint.placement import queries
from isolint.placement.functions import find
from isolint.placement.inputs import TABLE, TEST_CODE
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    CutKey,
    Deferred,
    Derived,
    Done,
    Effect,
    Hop,
    Instance,
    Items,
    Kind,
    Literally,
    Mock,
    Module,
    Opaque,
    Operation,
    Outside,
    Param,
    Partial,
    Plain,
    Step,
    Summary,
    Unknown,
    Use,
    Value,
    World,
)
from isolint.placement.values import NOTHING, PLAIN, class_name, join, one, unknown
from isolint.pytest_model.inputs import ENVIRONMENT
from isolint.store.memo import Store
from isolint.syntax import facts as f

MAX_EFFECTS = 256
"""More distinct effects (or uses) than this in one function are cut, and the function is opaque."""
MAX_REPLAY = 24
"""Helpers that hand their parameter on deeper than this make the caller opaque."""
MAX_FILLING = 8
"""Calls that are followed, one inside the other, to tell what a symbolic result is; beyond that it is Unknown."""
MAX_CHAIN = 12
"""Links of a chain that are kept; the middle of a longer one is elided."""

_QUERYSET = "django.db.models.query.QuerySet"
_MANAGER = "django.db.models.manager.Manager"
_RELATED = "django.db.models.fields.related_descriptors.create_reverse_many_to_one_manager.RelatedManager"
_MODEL = "django.db.models.base.Model"

Keywords = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Where the machine works: the route from the entry of the function under evaluation to here, the chain that led
    here, the first hop that has a rule, and whether all of it is certain. `muted`: only values are wanted."""

    route: Route = IDENTITY
    via: tuple[Step, ...] = ()
    hop: str = ""
    certain: bool = True
    phase: Literal["setup", "teardown"] = "setup"
    muted: bool = False
    depth: int = 0

    def step(self, site: Site | None, label: str, row: str = "", target: FunctionRef | None = None) -> Context:
        """The context one link further."""
        return replace(self, via=shorten((*self.via, Step(site, label, row, target))))


def shorten(via: tuple[Step, ...]) -> tuple[Step, ...]:
    """A chain of at most MAX_CHAIN links."""
    if len(via) <= MAX_CHAIN:
        return via
    half = MAX_CHAIN // 2
    return (*via[:half], *via[-half:])


class Machine:
    """The accumulator of one evaluation, and all that can be done to values."""

    def __init__(self, store: Store, path: str, world: World = ()) -> None:
        self.store = store
        self.path = path
        self.world = world
        self.cuts: dict[CutKey, Value] = dict(world)
        self.table: Table = store.get(TABLE, "")
        self.test_code: bool = store.get(TEST_CODE, path)
        self.effects: dict[tuple[object, ...], Effect] = {}
        self.uses: dict[tuple[object, ...], Use] = {}
        self.opaque: dict[tuple[object, ...], Opaque] = {}
        self.filling = 0
        self._filled: dict[int, dict[tuple[Derived, int], Value]] = {}

    # --- accumulating --------------------------------------------------------------------------------------------

    def emit(self, effect: Effect) -> None:
        """Add an effect: joined with an equal one of the same call, certain if either is, the shortest chain kept."""
        if not any(place is not None for place in effect.route):
            return
        first = effect.via[0].site if effect.via else None
        key = (effect.op, effect.phase, effect.route, effect.kind, effect.model, effect.hop, effect.guard, first)
        known = self.effects.get(key)
        if known is not None:
            if len(known.via) <= len(effect.via):
                if effect.certain and not known.certain:
                    self.effects[key] = replace(known, certain=True)
                return
            effect = replace(effect, certain=effect.certain or known.certain)
        elif len(self.effects) >= MAX_EFFECTS:
            self.obscure(Context(), "call", "more effects than are kept", None)
            return
        self.effects[key] = effect

    def use(self, use: Use) -> None:
        """Add something done to a symbolic value."""
        first = use.via[0].site if use.via else None
        key = (use.target, use.op, use.route, use.args, use.keywords, use.phase, use.hop, first)
        known = self.uses.get(key)
        if known is not None and len(known.via) <= len(use.via):
            return
        if known is None and len(self.uses) >= MAX_EFFECTS:
            self.obscure(Context(), "call", "more uses of parameters than are kept", None)
            return
        self.uses[key] = use

    def obscure(self, ctx: Context, op: Operation, reason: str, site: Site | None) -> None:
        """Note a callee nobody can name."""
        if ctx.muted:
            return
        first = next((s.site for s in ctx.via if s.site is not None), site)
        self.opaque.setdefault((ctx.route, op, reason, first), Opaque(ctx.route, op, reason, first))

    def act(self, ctx: Context, kind: Kind, model: str | None, row: Row | None, site: Site | None, label: str) -> None:
        """Database work happens here."""
        if ctx.muted:
            return
        route, hop, name = ctx.route, ctx.hop, ""
        if isinstance(row, Acts):
            route, name = compose(route, row.route), row.name
            if row.rule and not hop:
                hop = row.name
        via = shorten((*ctx.via, Step(site, label, name)))
        self.emit(Effect("call", ctx.phase, route, kind, model, hop, ctx.certain, None, via))

    # --- operating on values -------------------------------------------------------------------------------------

    def perform(
        self,
        value: Value,
        op: Operation | Literal["start"],
        ctx: Context,
        site: Site | None,
        label: str,
        args: tuple[Value, ...] = (),
        keywords: Keywords = (),
    ) -> Value:
        """Do `op` to each possible value; gives what comes of it. Alternatives make the work no less certain unless one
        of them is unknown."""
        if ctx.depth > MAX_REPLAY:
            self.obscure(ctx, "call", f"{label}: helpers hand it on too deeply", site)
            return unknown("too deep")
        results = []
        for atom in sorted(value, key=_order) if len(value) > 1 else value:
            results.append(self._perform(atom, op, ctx, site, label, args, keywords))
        return join(results)

    def _perform(
        self,
        atom: Atom,
        op: Operation | Literal["start"],
        ctx: Context,
        site: Site | None,
        label: str,
        args: tuple[Value, ...],
        keywords: Keywords,
    ) -> Value:
        match atom:
            case Param() | Derived():
                return self._symbolic(atom, op, ctx, site, label, args, keywords)
            case Unknown():
                return self._nameless(atom, op, ctx, site, label)
            case Mock():
                return one(atom)
            case Done():
                return atom.result if op in ("await", "call", "iterate", "aiterate") else one(atom)
            case Deferred():
                if atom.when == op:
                    return self._run(atom, ctx, site, label)
                return one(atom) if op in ("enter", "aenter") else PLAIN
            case Items():
                if op in ("iterate", "aiterate"):
                    return atom.element
                return PLAIN
            case Instance():
                return self._operate_instance(atom, op, ctx, site, label, args, keywords)
        if op == "call":
            return self._call(atom, ctx, site, label, args, keywords)
        if isinstance(atom, Outside):
            return self._operate_outside(atom, op, ctx, site, label)
        return PLAIN

    def _symbolic(
        self,
        atom: Param | Derived,
        op: Operation | Literal["start"],
        ctx: Context,
        site: Site | None,
        label: str,
        args: tuple[Value, ...],
        keywords: Keywords,
    ) -> Value:
        if op == "start":
            return PLAIN
        if not ctx.muted:
            via = shorten((*ctx.via, Step(site, label)))
            self.use(Use(atom, op, ctx.route, args, keywords, ctx.phase, ctx.certain, ctx.hop, via))
        match op:
            case "call":
                return one(Derived(atom, "call", "", args, keywords))
            case "await":
                return one(Derived(atom, "await"))
            case "iterate" | "aiterate":
                return one(Derived(atom, "item", op))
            case _:
                return one(Derived(atom, "enter", op))

    def _nameless(
        self, atom: Unknown, op: Operation | Literal["start"], ctx: Context, site: Site | None, label: str
    ) -> Value:
        reason = f"{label}: {atom.reason}" if atom.reason else label
        # The golden rule: sync_to_async in a rollback test's own code is worth a warning whatever it runs. In product
        # code, and in threads, an unknown payload only leaves the test undecided.
        if op == "call" and not ctx.muted and self.hops_in_test_code(ctx.via, "ISO101"):
            via = shorten((*ctx.via, Step(site, label)))
            self.emit(Effect("call", ctx.phase, ctx.route, "unknown", None, ctx.hop, False, None, via))
        elif op in ("await", "aiterate", "aenter") or ctx.hop:
            self.obscure(ctx, op if op != "start" else "call", reason, site)
        return unknown(atom.reason or label)

    def hops_in_test_code(self, via: tuple[Step, ...], rule: str = "") -> bool:
        """Whether the first hop that leads somewhere else is written in a test file or beside one (and is one of
        `rule`)."""
        hop = next((s for s in via if s.row and rule_of(self.table.get(s.row))), None)
        if hop is None or hop.site is None or (rule and rule_of(self.table.get(hop.row)) != rule):
            return False
        return self.store.get(TEST_CODE, hop.site.path)

    def _run(self, work: Deferred, ctx: Context, site: Site | None, label: str) -> Value:
        """The deferred work happens here."""
        inner = self._through(ctx, work.route, work.row, site, label)
        match work.then:
            case "body":
                result = NOTHING
                for atom in work.callee:
                    if isinstance(atom, Callable_):
                        result |= self.enter_function(atom, inner, site, label, work.args, work.keywords, work.when)
                return result or PLAIN
            case "act":
                for atom in work.callee:
                    if isinstance(atom, Outside):
                        row = self.table.get(atom.canonical)
                        if isinstance(row, Acts):
                            if ctx.via and ctx.via[-1].site == site:
                                label = payload_label(work.callee, label)
                            self.act(inner, row.kind, class_name(self._model_of(atom)), row, site, label)
                            return self._given(row.gives, atom, work.args)
                return PLAIN
            case "await":
                return self.perform(work.callee, "await", inner, site, label)
            case "call-await":
                made = self.perform(work.callee, "call", inner, site, payload_label(work.callee, label), work.args, work.keywords)
                return self.perform(made, "await", inner, site, payload_label(work.callee, label))
        return self.perform(work.callee, "call", inner, site, payload_label(work.callee, label), work.args, work.keywords)

    def _through(self, ctx: Context, route: Route, row: str, site: Site | None, label: str) -> Context:
        """The context behind a hop."""
        if not row:
            return ctx if route == IDENTITY else replace(ctx, route=compose(ctx.route, route))
        rule = rule_of(self.table.get(row))
        stepped = ctx.step(site, label, row)
        return replace(stepped, route=compose(ctx.route, route), hop=ctx.hop or (row if rule else ""))

    # --- calling -------------------------------------------------------------------------------------------------

    def _call(
        self, atom: Atom, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
    ) -> Value:
        match atom:
            case Callable_():
                return self._call_function(atom, ctx, site, label, args, keywords)
            case Class_():
                return self._construct(atom, ctx, site, label, args, keywords)
            case Outside():
                return self._call_outside(atom, ctx, site, label, args, keywords)
            case Partial():
                merged = tuple({**dict(atom.keywords), **dict(keywords)}.items())
                return self.perform(atom.func, "call", ctx, site, label, (*atom.args, *args), merged)
            case Hop():
                work = Deferred(atom.when, atom.payload, atom.then, args, keywords, atom.route, atom.row)
                if atom.when == "call":
                    return self._run(work, ctx, site, label)
                return one(work)
        return PLAIN

    def _call_function(
        self, atom: Callable_, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
    ) -> Value:
        when = function_operation(find_node(self.store, atom.ref))
        if when == "call":
            return self.enter_function(atom, ctx, site, label, args, keywords, "call")
        return one(Deferred(when, frozenset({atom}), "body", args, keywords))

    def enter_function(
        self,
        atom: Callable_,
        ctx: Context,
        site: Site | None,
        label: str,
        args: tuple[Value, ...],
        keywords: Keywords,
        op: str,
    ) -> Value:
        """The body of a project function runs here: its summary, with the arguments filled in."""
        summary = queries.summary_of(self.store, atom.ref, self.world)
        bound = self.bind_arguments(atom, args, keywords)
        inner = ctx.step(site, label, "", atom.ref)
        return self.replay(summary, bound, inner, op)

    def replay(self, summary: Summary, bound: dict[tuple[str, str], Value], ctx: Context, op: str) -> Value:
        """What a function's summary says, relative to here."""
        self._filled[id(bound)] = {}
        try:
            return self._replay(summary, bound, ctx, op)
        finally:
            self._filled.pop(id(bound), None)

    def _replay(self, summary: Summary, bound: dict[tuple[str, str], Value], ctx: Context, op: str) -> Value:
        inner = replace(ctx, depth=ctx.depth + 1)
        if not ctx.muted:
            for effect in summary.effects:
                self.emit(
                    replace(
                        effect,
                        op="call",
                        phase=ctx.phase if effect.phase == "setup" else effect.phase,
                        route=compose(ctx.route, effect.route),
                        hop=ctx.hop or effect.hop,
                        certain=ctx.certain and effect.certain,
                        via=shorten(ctx.via + effect.via),
                    )
                )
            for hidden in summary.opaque:
                first = next((s.site for s in ctx.via if s.site is not None), hidden.site)
                route = compose(ctx.route, hidden.route)
                key = (route, hidden.op, hidden.reason, first)
                self.opaque.setdefault(key, Opaque(route, hidden.op, hidden.reason, first))
            for use in summary.uses:
                target = self.fill_atom(use.target, bound)
                last = use.via[-1] if use.via else Step(None, "")
                self.perform(
                    target,
                    use.op,
                    replace(
                        inner,
                        route=compose(ctx.route, use.route),
                        via=shorten(ctx.via + use.via[:-1]),
                        hop=ctx.hop or use.hop,
                        certain=ctx.certain and use.certain,
                        phase=ctx.phase if use.phase == "setup" else use.phase,
                    ),
                    last.site,
                    payload_label(target, last.label),
                    tuple(self.fill(a, bound) for a in use.args),
                    tuple((k, self.fill(v, bound)) for k, v in use.keywords),
                )
        if op in ("iterate", "aiterate", "enter", "aenter"):
            return self.fill(summary.yields, bound)
        return self.fill(summary.returns, bound)

    def bind_arguments(self, atom: Callable_, args: tuple[Value, ...], keywords: Keywords) -> dict[tuple[str, str], Value]:
        """Parameter values by ("param" | "free", name); "args" and "kwargs" collect the rest."""
        bound: dict[tuple[str, str], Value] = {("free", name): value for name, value in atom.free}
        node = find_node(self.store, atom.ref)
        if node is None:
            return bound
        given = ((atom.receiver,) if atom.receiver is not None else ()) + args
        position = 0
        rest = dict(keywords)
        for param in node.params:
            key = ("param", param.name)
            if param.kind == "args":
                bound[key] = one(Items(join(given[position:]), tuple(enumerate(given[position:]))))
                position = len(given)
            elif param.kind == "kwargs":
                left = {k: v for k, v in rest.items() if k not in {p.name for p in node.params}}
                bound[key] = one(Items(join(left.values()), tuple(left.items())))
            elif param.name in rest:
                bound[key] = rest[param.name]
            elif param.kind != "keyword" and position < len(given):
                bound[key] = given[position]
                position += 1
            elif param.default is not None:
                default = param.default
                literal = one(Literally(default.value)) if isinstance(default, f.Constant) else None
                bound[key] = literal or unknown(f"default of {param.name}")
        return bound

    def _construct(
        self, atom: Class_, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
    ) -> Value:
        lineage = mro(self.store, atom.ref)
        made = one(Instance(atom.ref))
        initialised = False
        for cls in lineage.classes:
            if isinstance(cls, str):
                row = self.table.get(f"{cls}.()")
                if row is not None:
                    return self._apply(row, Outside(f"{cls}.()", f"{cls}.()", atom), ctx, site, label, args, keywords)
                if isinstance(self.table.get(cls), Mocks):
                    return one(Mock())
                if isinstance(self.table.get(cls), Runs | Wraps):
                    return self._apply_class_row(atom, cls, made, ctx, site, label, args, keywords)
                continue
            init = () if initialised else class_scope(self.store, cls).get("__init__")
            for symbol in init:
                initialised = True
                if isinstance(symbol, FunctionSymbol):
                    method = Callable_(symbol.ref, (), made)
                    self.enter_function(method, ctx, site, label, args, keywords, "call")
        return made

    def _apply_class_row(
        self,
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
        row = self.table.get(base)
        if isinstance(row, Runs) and row.when == "start":
            for _, symbol in class_attribute(self.store, atom.ref, "run"):
                if isinstance(symbol, FunctionSymbol):
                    payload = one(Callable_(symbol.ref, (), made))
                    return one(Deferred("start", payload, "call", (), (), row.route, row.name))
        assert row is not None
        return self._apply(row, Outside(base, base), ctx, site, label, args, keywords)

    # --- outside the project -------------------------------------------------------------------------------------

    def _call_outside(
        self, atom: Outside, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
    ) -> Value:
        row = self.table.get(atom.canonical) or self.table.get(atom.dotted)
        if row is not None:
            return self._apply(row, atom, ctx, site, label, args, keywords)
        if atom.dotted.startswith("builtins."):
            made = self.builtin(atom.dotted.removeprefix("builtins."), args, ctx, site, (label,) * len(args))
            if made is not None:
                return made
        known = definition(self.store, atom.dotted)
        if known is None or known.kind in ("unknown", "module"):
            reason = "not known in the environment" if is_answered(self.store, atom.dotted) else "not answered yet"
            return self._nameless(Unknown(f"{atom.dotted} is {reason}"), "call", ctx, site, label)
        if known.kind == "class":
            return self._construct_outside(known, atom, ctx, site, label, args, keywords)
        if known.kind == "instance" and known.type:
            return self._operate_instance(Instance(known.type), "call", ctx, site, label, args, keywords)
        return self._foreign(known, atom, ctx, site, label)

    def builtin(
        self, name: str, args: tuple[Value, ...], ctx: Context, site: Site | None, labels: tuple[str, ...]
    ) -> Value | None:
        """What a builtin does that iterates what it is given; None for the others."""
        if name not in ITERATING:
            return None
        op: Operation = "aiterate" if name in ("aiter", "anext") else "iterate"
        given = args[1:] if name in ("map", "filter") else args[:1] if name in ("sum", "enumerate", "sorted", "next") else args
        skipped = len(args) - len(given) if name in ("map", "filter") else 0
        elements = [
            self.perform(value, op, ctx, site, said) for value, said in zip(given, labels[skipped:], strict=False)
        ]
        match name:
            case "map" | "filter" if args:
                made = self.perform(args[0], "call", ctx, site, labels[0], tuple(elements if name == "map" else elements[:1]))
                return one(Items(made if name == "map" else join(elements)))
            case "next" | "max" | "min" | "anext":
                return join(elements) or PLAIN
            case "len" | "bool" | "sum" | "any" | "all" | "dict":
                return PLAIN
        return one(Items(join(elements)))

    def _construct_outside(
        self,
        known: Definition,
        atom: Outside,
        ctx: Context,
        site: Site | None,
        label: str,
        args: tuple[Value, ...],
        keywords: Keywords,
    ) -> Value:
        for cls in self._lineage(known.canonical):
            if not isinstance(cls, str):
                continue
            row = self.table.get(f"{cls}.()")
            if row is not None:
                return self._apply(row, Outside(atom.dotted, f"{cls}.()", atom), ctx, site, label, args, keywords)
            row = self.table.get(cls)
            if row is not None:
                return self._apply(row, Outside(atom.dotted, cls), ctx, site, label, args, keywords)
        return one(Instance(known.canonical))

    def _foreign(self, known: Definition, atom: Outside, ctx: Context, site: Site | None, label: str) -> Value:
        """An installed function without a row. Only packages built on Django can work on its database."""
        if self.may_use_django(known):
            if ctx.hop:
                return self._nameless(Unknown(f"{known.canonical} has no row"), "call", ctx, site, label)
            if known.is_async:
                return unknown(f"{known.canonical} has no row")
            return self._returned(known, unknown(f"result of {known.canonical}"))
        if known.is_async:
            return one(Done(self._returned(known, PLAIN)))
        return self._returned(known, unknown(f"result of {known.canonical}"))

    def _returned(self, known: Definition, otherwise: Value) -> Value:
        if known.returns:
            found = definition(self.store, known.returns)
            if found is not None and found.kind == "class":
                return one(Instance(found.canonical))
        return otherwise

    def may_use_django(self, known: Definition) -> bool:
        """Whether the distribution that owns a definition depends on Django (or is it)."""
        if not known.distribution:
            return False
        found = self.store.get(ENVIRONMENT, "").distributions.get(known.distribution)
        if found is None:
            return True
        return known.distribution in _DJANGO_WORLD or bool(_DJANGO_WORLD & found.requires)

    def _operate_outside(self, atom: Outside, op: Operation | Literal["start"], ctx: Context, site: Site | None, label: str) -> Value:
        known = definition(self.store, atom.dotted)
        if known is not None and known.kind == "instance" and known.type:
            return self._operate_instance(Instance(known.type), op, ctx, site, label, (), ())
        if known is None and op in ("await", "aiterate", "aenter"):
            return self._nameless(Unknown(atom.dotted), op, ctx, site, label)
        return PLAIN

    def _apply(
        self,
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
                return self._wrap(row, atom, args, named)
            case Runs():
                return self._payload_row(row, ctx, site, label, args, named)
            case Drives():
                return self._drive(row, ctx, site, label, args, named)
            case Acts():
                if row.when == "call":
                    self.act(ctx, row.kind, class_name(self._model_of(atom, args)), row, site, label)
                    return self._given(row.gives, atom, args)
                carried = Outside(atom.dotted, row.name, atom.receiver)
                return one(Deferred(row.when, frozenset({carried}), "act", args, keywords))
            case Gives():
                if row.cls:
                    return one(Outside(row.cls, row.cls)) if row.gives == "class" else one(Instance(row.cls))
                return self._given(row.gives, atom, args)
            case Attribute():
                return self._given(row.gives, atom, args)
            case Decorates() if row.factory:
                return one(Outside(f"{row.name}()", f"{row.name}()"))
            case Decorates():
                if args and _callable(args[0]):
                    return args[0]
                return one(Instance(row.cls)) if row.cls else one(atom)
            case Manages():
                if not args:
                    return one(atom)
                return one(Hop(row.name, args[0], IDENTITY, row.when, "body"))
            case Fills():
                return one(Partial(args[0], args[1:], keywords)) if args else PLAIN
            case Mocks():
                return one(Mock())
        return PLAIN

    def _wrap(self, row: Wraps, atom: Outside, args: tuple[Value, ...], named: dict[str, Value]) -> Value:
        payload = args[0] if args else named.get(row.keyword)
        if payload is None:
            return one(Partial(one(atom), (), tuple(named.items())))
        route = row.route
        if row.unless is not None and _literal(named.get(row.unless[0])) == (row.unless[1],):
            return one(Hop(switched_name(row), payload, row.unless[2], row.when, "call"))
        return one(Hop(row.name, payload, route, row.when, "call-await" if row.awaits else "call"))

    def _payload_row(
        self, row: Runs, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], named: dict[str, Value]
    ) -> Value:
        payload = named.get(row.keyword)
        rest = args
        if payload is None:
            if len(args) <= row.payload:
                return PLAIN
            payload, rest = args[row.payload], args[row.payload + 1 :]
        if row.when == "start":
            given = named.get("args")
            rest = self._elements(given) if given is not None else rest[1:] if row.keyword == "target" else rest
        if row.each:
            rest = tuple(self.perform(a, "iterate", replace(ctx, muted=True), site, label) for a in rest)
        passed = tuple((k, v) for k, v in named.items() if k not in _RUN_OPTIONS and k != row.keyword)
        work = Deferred(row.when, payload, "call", rest, passed, row.route, row.name)
        if row.when == "call":
            return one(Done(self._run(work, ctx, site, label)))
        return one(work)

    def _elements(self, value: Value) -> tuple[Value, ...]:
        for atom in value:
            if isinstance(atom, Items):
                return tuple(v for _, v in atom.keys) or (atom.element,)
        return ()

    def _drive(
        self, row: Drives, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], named: dict[str, Value]
    ) -> Value:
        if row.payload < 0:
            driven = [*args, *(a.element for arg in args for a in arg if isinstance(a, Items))]
        else:
            found = named.get(row.keyword)
            driven = [found] if found is not None else list(args[row.payload : row.payload + 1])
        payload = join(driven)
        work = Deferred(row.when, payload, "await", (), (), row.route, row.name)
        if row.when == "call":
            return one(Done(self._run(work, ctx, site, label)))
        return one(work)

    # --- results of rows -----------------------------------------------------------------------------------------

    def _model_of(self, atom: Outside, args: tuple[Value, ...] = ()) -> ClassRef | str | None:
        receiver = atom.receiver
        if isinstance(receiver, Instance):
            if receiver.of is not None:
                return receiver.of
            return None if self._is_manager(receiver.cls) else receiver.cls
        if isinstance(receiver, Class_):
            if self._is(receiver.ref, _MODEL):
                return receiver.ref
            return self._factory_model(receiver)
        if isinstance(receiver, Outside):
            return receiver.canonical or None
        for value in args[:1]:
            for first in value:
                if isinstance(first, Class_):
                    return first.ref
                if isinstance(first, Instance):
                    return first.of or first.cls
        return None

    def _factory_model(self, factory: Class_) -> ClassRef | str | None:
        """The model that a factory's `class Meta: model = ...` names."""
        for _, symbol in class_attribute(self.store, factory.ref, "Meta"):
            if isinstance(symbol, ClassSymbol):
                for _, found in class_attribute(self.store, symbol.ref, "model"):
                    for atom in self.symbol_value(found):
                        if isinstance(atom, Class_):
                            return atom.ref
                        if isinstance(atom, Outside):
                            return atom.canonical or None
        return None

    def _given(self, gives: Given, atom: Outside, args: tuple[Value, ...]) -> Value:
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
            case "model" | "models":
                model = self._model_of(atom, args)
                made = one(Instance(model)) if model is not None else unknown(f"model of {atom.dotted}")
                return made if gives == "model" else one(Items(made))
            case "receiver":
                if isinstance(receiver, Class_):
                    return one(Instance(receiver.ref))
                return one(Instance(receiver.canonical)) if isinstance(receiver, Outside) else PLAIN
            case "queryset":
                return one(Instance(self._queryset_class(receiver), self._model_of(atom)))
            case "manager":
                if isinstance(receiver, Class_) and self._is(receiver.ref, _QUERYSET):
                    return one(Instance(receiver.ref))
                return one(Instance(_MANAGER, self._model_of(atom)))
        return unknown(f"result of {atom.dotted}")

    def _queryset_class(self, receiver: Atom | None) -> ClassRef | str:
        if isinstance(receiver, Instance) and self._is(receiver.cls, _QUERYSET):
            return receiver.cls
        return _QUERYSET

    def _is(self, cls: ClassRef | str, base: str) -> bool:
        return base in self._lineage(cls)

    def _lineage(self, cls: ClassRef | str) -> tuple[ClassRef | str, ...]:
        """The MRO of a project or installed class, with the bases that rows add."""
        if isinstance(cls, ClassRef):
            known: tuple[ClassRef | str, ...] = mro(self.store, cls).classes
        else:
            found = external_mro(self.store, cls)
            known = found.classes if found is not None else (cls,)
        added = [b for c in known if isinstance(c, str) for b in self.table.bases(c)]
        return tuple(dict.fromkeys((*known, *added))) if added else known

    # --- attributes ----------------------------------------------------------------------------------------------

    def attribute(self, value: Value, name: str, ctx: Context, site: Site | None) -> Value:
        """`value.name`; a property runs here."""
        if self.cuts:
            return join(self._replaced_in(a, name) or self._attribute(a, name, ctx, site) for a in value)
        return join(self._attribute(atom, name, ctx, site) for atom in value)

    def replaced(self, kind: Literal["module", "class", "outside"], holder: ClassRef | str, name: str) -> Value | None:
        """What a patch put in place of a name; None where none did."""
        return self.cuts.get((kind, holder, name))

    def _replaced_in(self, atom: Atom, name: str) -> Value:
        """What a patch put in place of an attribute; empty where none did."""
        found: Value | None = None
        match atom:
            case Module():
                found = self.replaced("module", atom.path, name)
            case Outside():
                found = self.replaced("outside", atom.dotted, name) or self.replaced("outside", atom.canonical, name)
            case Class_() | Instance():
                cls = atom.ref if isinstance(atom, Class_) else atom.cls
                for one_class in self._lineage(cls):
                    kind: Literal["class", "outside"] = "outside" if isinstance(one_class, str) else "class"
                    found = found or self.replaced(kind, one_class, name)
                owner = atom.of if isinstance(atom, Instance) else None
                if found is None and owner is not None:
                    for (kind_, holder, path), value in self.cuts.items():
                        if kind_ == "member" and holder == owner and path.endswith(f".{name}"):
                            found = value
        return found or NOTHING

    def _attribute(self, atom: Atom, name: str, ctx: Context, site: Site | None) -> Value:
        match atom:
            case Mock() | Plain() | Literally():
                return one(Mock()) if isinstance(atom, Mock) else PLAIN
            case Unknown():
                return frozenset({atom})
            case Param() | Derived():
                return one(Derived(atom, "attribute", name))
            case Module():
                return self.symbols_value(name_attribute(self.store, ModuleSymbol(atom.dotted, atom.path), name))
            case Class_():
                return self._class_attribute(atom, name, ctx, site)
            case Instance():
                return self._instance_attribute(atom, name, ctx, site)
            case Outside():
                return self._outside_attribute(atom, name)
            case Deferred() if atom.when == "start":
                if name in ("start", "run"):
                    return one(Hop(atom.row, one(Partial(atom.callee, atom.args, atom.keywords)), atom.route, "call"))
                return PLAIN
            case Done():
                return one(atom) if name == "result" else PLAIN
            case Items():
                return one(Done(atom.element)) if name in ("get", "pop", "popleft") else one(Done(one(atom)))
            case Partial():
                return atom.func if name == "func" else PLAIN
            case Callable_():
                return frozenset({atom}) if name in ("__wrapped__", "__func__", "__call__") else unknown(f".{name}")
            case Hop():
                return frozenset({atom}) if name == "__call__" else unknown(f".{name}")
        return PLAIN

    def _class_attribute(self, atom: Class_, name: str, ctx: Context, site: Site | None) -> Value:
        lineage = self._lineage(atom.ref)
        for cls in lineage:
            if isinstance(cls, str) or not class_scope(self.store, cls).get(name):
                continue
            found = tuple(s for c, s in class_attribute(self.store, cls, name) if c == cls)
            if found:
                return join(self._bind_class(self.symbol_value(s), s, atom) for s in found)
        row = self._member_row(lineage, name)
        if row is not None:
            return self._member(row, Outside(row.name, row.name, atom))
        for _, symbol in class_attribute(self.store, atom.ref, name):
            if isinstance(symbol, External):
                return self.outside(symbol.dotted, atom)
        return unknown(f"{atom.ref.name} has no known attribute {name}")

    def _bind_class(self, value: Value, symbol: Symbol, cls: Class_) -> Value:
        if isinstance(symbol, FunctionSymbol) and "builtins.classmethod" in decorator_names(self.store, symbol.ref):
            return bind(value, one(cls))
        return self._owned(value, cls.ref)

    def _owned(self, value: Value, owner: ClassRef) -> Value:
        """A manager or queryset read from a class is one over that class."""
        return frozenset(
            replace(a, of=owner)
            if isinstance(a, Instance) and a.of is None and self._is_manager(a.cls)
            else a
            for a in value
        )

    def _is_manager(self, cls: ClassRef | str) -> bool:
        lineage = self._lineage(cls)
        return _QUERYSET in lineage or _MANAGER in lineage

    def _instance_attribute(self, atom: Instance, name: str, ctx: Context, site: Site | None) -> Value:
        lineage = self._lineage(atom.cls)
        if atom.after is not None:
            lineage, atom = _behind(lineage, atom.after), replace(atom, after=None)
            if name == "__init__" and not self._has_project_attribute(lineage, name):
                return PLAIN  # that making an installed object works on the database is said by rows of the class
        for cls in lineage:
            if isinstance(cls, str) or not class_scope(self.store, cls).get(name):
                continue
            found = tuple(s for c, s in class_attribute(self.store, cls, name) if c == cls)
            if found:
                return join(self._bind_instance(s, atom, ctx, site, name) for s in found)
        row = self._member_row(lineage, name)
        if row is not None:
            return self._member(row, Outside(row.name, row.name, atom))
        if isinstance(atom.cls, ClassRef):
            assigned = queries.instance_attribute(self.store, (atom.cls, name))
            if assigned:
                return assigned
        for cls in lineage:
            if isinstance(cls, str):
                known = definition(self.store, f"{cls}.{name}")
                if known is not None:
                    return self._known_member(known, f"{cls}.{name}", atom)
                if not is_answered(self.store, f"{cls}.{name}"):
                    break
        if _MODEL in lineage and not name.startswith("_"):
            # A name that neither the class nor Model has can only be a reverse relation (django/db/models/options.py).
            return one(Instance(_RELATED))
        return unknown(f"{class_name(atom.cls)} has no known attribute {name}")

    def _has_project_attribute(self, lineage: tuple[ClassRef | str, ...], name: str) -> bool:
        return any(isinstance(cls, ClassRef) and class_scope(self.store, cls).get(name) for cls in lineage)

    def super_of(self, value: Value, after: ClassRef) -> Value:
        """What `super()` gives in the methods of `after` when `self` or `cls` is this."""
        return join(self._super_of(atom, after) for atom in value)

    def _super_of(self, atom: Atom, after: ClassRef) -> Value:
        match atom:
            case Param() | Derived():
                return one(Derived(atom, "super", "", (one(Class_(after)),)))
            case Instance():
                return one(replace(atom, after=after))
            case Class_():
                following = _behind(self._lineage(atom.ref), after)[:1]
                return join(one(Class_(c)) if isinstance(c, ClassRef) else self.outside(c, atom) for c in following)
        return unknown("super()")

    def lends(self, value: Value) -> bool:
        """Whether assigning an item of this hands a connection to the running thread."""
        return any(isinstance(a, Outside) and isinstance(self.table.get(a.canonical), Lends) for a in value)

    def refuses_loops(self, value: Value) -> bool:
        """Whether entering this raises where a loop runs."""
        return bool(value) and all(
            isinstance(a, Instance)
            and any(isinstance(c, str) and isinstance(self.table.get(c), Refuses) for c in self._lineage(a.cls))
            for a in value
        )

    def _member_row(self, lineage: tuple[ClassRef | str, ...], name: str) -> Row | None:
        """The row of a member inherited from installed classes. A nearer class that defines the member itself, without
        a row, hides the row of one further away."""
        before: list[str] = []
        for cls in lineage:
            if not isinstance(cls, str):
                continue
            row = self.table.get(f"{cls}.{name}")
            if row is not None:
                made_at_run_time = any(cls in self.table.bases(nearer) for nearer in before)
                if not before or made_at_run_time or isinstance(row, Attribute):
                    return row
                known = definition(self.store, f"{before[0]}.{name}")
                if known is not None and _owner(known.canonical) in before:
                    return self.table.get(known.canonical)
                return row
            before.append(cls)
        return None

    def _member(self, row: Row, outside: Outside) -> Value:
        if isinstance(row, Attribute):
            declared = self._declared(row.name.rpartition(".")[2], outside.receiver)
            return declared or self._given(row.gives, outside, ())
        return one(outside)

    def _declared(self, name: str, receiver: Instance | Class_ | Outside | None) -> Value:
        """An attribute that an installed class declares itself, such as a manager of its own; empty when it does not."""
        if not isinstance(receiver, Outside):
            return NOTHING
        known = definition(self.store, f"{receiver.canonical}.{name}")
        if known is None or known.kind != "instance" or not known.type:
            return NOTHING
        if self._is_manager(known.type):
            return one(Instance(known.type, receiver.canonical))
        return one(Instance(known.type))

    def _known_member(self, known: Definition, dotted: str, receiver: Instance) -> Value:
        if known.kind == "instance" and known.type:
            return one(Instance(known.type))
        if any(d.canonical in _PROPERTIES for d in known.decorators):
            return self._returned(known, unknown(f"property {dotted}"))
        return one(Outside(dotted, known.canonical, receiver))

    def _bind_instance(self, symbol: Symbol, atom: Instance, ctx: Context, site: Site | None, name: str) -> Value:
        value = self.symbol_value(symbol)
        if isinstance(symbol, FunctionSymbol):
            decorators = decorator_names(self.store, symbol.ref)
            if "builtins.staticmethod" in decorators:
                return value
            if "builtins.classmethod" in decorators:
                return bind(value, one(Class_(atom.cls)) if isinstance(atom.cls, ClassRef) else one(atom))
            bound = bind(value, one(atom))
            if decorators & _PROPERTIES:
                return self.perform(bound, "call", ctx, site, name)
            return bound
        if isinstance(symbol, ValueSymbol):
            value = frozenset(v for a in value for v in self._described(a, symbol))
            if isinstance(atom.cls, ClassRef):
                value = self._owned(value, atom.cls)
        return value

    def _described(self, atom: Atom, symbol: ValueSymbol) -> Iterable[Atom]:
        """Descriptors: a relation's field gives a manager or the related object when it is read from an instance."""
        if isinstance(atom, Instance) and isinstance(atom.cls, str):
            gives = self.table.descriptors.get(atom.cls)
            if gives is not None:
                model = self._related_model(symbol)
                if gives == "manager":
                    return (Instance(_RELATED, model),)
                return (Instance(model) if model is not None else Unknown("related object"),)
            if _FIELD in self._lineage(atom.cls):
                return (Plain(),)
        return (atom,)

    def _related_model(self, symbol: ValueSymbol) -> ClassRef | str | None:
        """The model that a relation's field names as its first argument, where it is a class and not a string."""
        if not isinstance(symbol.expr, f.Call) or not symbol.expr.args:
            return None
        target = ValueSymbol(symbol.path, symbol.chunk, symbol.expr.args[0], symbol.owner)
        for atom in queries.named_value(self.store, target):
            if isinstance(atom, Class_):
                return atom.ref
            if isinstance(atom, Outside):
                return atom.canonical or None
        return None

    def _outside_attribute(self, atom: Outside, name: str) -> Value:
        known = definition(self.store, atom.dotted)
        if known is not None and known.kind == "instance" and known.type:
            return self._instance_attribute(Instance(known.type), name, Context(muted=True), None)
        if known is not None and known.kind == "class":
            row = self._member_row(self._lineage(known.canonical), name)
            if row is not None:
                return self._member(row, Outside(row.name, row.name, atom))
        if atom.receiver is not None:
            return unknown(f"{atom.dotted}.{name}")
        return self.outside(f"{atom.dotted}.{name}", None)

    # --- symbols -------------------------------------------------------------------------------------------------

    def outside(self, dotted: str, receiver: Instance | Class_ | Outside | None) -> Value:
        """The value of a dotted name outside the project."""
        known = definition(self.store, dotted)
        name = known.canonical if known is not None else ""
        if known is not None and known.kind == "instance" and known.type and self.table.get(name) is None:
            if isinstance(self.table.get(known.type), Mocks):
                return one(Mock())
        return one(Outside(dotted, name, receiver))

    def symbols_value(self, symbols: Iterable[Symbol]) -> Value:
        """The values of alternatives."""
        return join(self.symbol_value(symbol) for symbol in symbols)

    def symbol_value(self, symbol: Symbol) -> Value:
        """The value that a resolved name stands for."""
        match symbol:
            case FunctionSymbol():
                return queries.decorated(self.store, symbol)
            case ClassSymbol():
                return one(Class_(symbol.ref))
            case ModuleSymbol():
                return one(Module(symbol.dotted, symbol.path))
            case External():
                return self.outside(symbol.dotted, None)
            case ValueSymbol():
                return queries.named_value(self.store, symbol)
            case UnknownSymbol():
                return unknown(symbol.reason)

    # --- instances -----------------------------------------------------------------------------------------------

    def _operate_instance(
        self,
        atom: Instance,
        op: Operation | Literal["start"],
        ctx: Context,
        site: Site | None,
        label: str,
        args: tuple[Value, ...],
        keywords: Keywords,
    ) -> Value:
        special = _SPECIAL.get(op)
        if special is None:
            return PLAIN
        for cls in self._lineage(atom.cls):
            if isinstance(cls, str):
                row = self.table.get(f"{cls}.{special}")
                if row is not None:
                    return self._apply(row, Outside(row.name, row.name, atom), ctx, site, label, args, keywords)
                if cls in _TRANSPARENT:
                    return one(atom)
                continue
            for found in class_scope(self.store, cls).get(special):
                if isinstance(found, FunctionSymbol):
                    method = bind(self.symbol_value(found), one(atom))
                    made = self.perform(method, "call", ctx, site, label, args, keywords)
                    if op in ("await", "aenter"):
                        return self.perform(made, "await", ctx, site, label)
                    return made
        if op in ("enter", "aenter"):
            return one(atom)
        return PLAIN if op == "await" else unknown(f"result of {label}")

    # --- filling in ----------------------------------------------------------------------------------------------

    def fill(self, value: Value, bound: dict[tuple[str, str], Value]) -> Value:
        """A value with its parameters and free names filled in."""
        if not any(_is_open(a) for a in value):
            return value
        return join(self.fill_atom(a, bound) for a in value)

    def fill_atom(self, atom: Atom, bound: dict[tuple[str, str], Value]) -> Value:
        """One atom with its parameters and free names filled in."""
        match atom:
            case Param():
                found = bound.get((atom.kind, atom.name))
                if found is not None:
                    return found
                return frozenset({atom}) if atom.kind == "free" else unknown(f"parameter {atom.name}")
            case Derived():
                return self._fill_derived(atom, bound)
            case Callable_():
                free = tuple([(n, self.fill(v, bound)) for n, v in atom.free])
                receiver = None if atom.receiver is None else self.fill(atom.receiver, bound)
                if receiver is atom.receiver and all(new[1] is old[1] for new, old in zip(free, atom.free, strict=True)):
                    return frozenset({atom})
                return one(Callable_(atom.ref, free, receiver))
            case Partial():
                return one(
                    Partial(
                        self.fill(atom.func, bound),
                        tuple(self.fill(a, bound) for a in atom.args),
                        tuple((k, self.fill(v, bound)) for k, v in atom.keywords),
                    )
                )
            case Hop():
                return one(replace(atom, payload=self.fill(atom.payload, bound)))
            case Deferred():
                return one(
                    replace(
                        atom,
                        callee=self.fill(atom.callee, bound),
                        args=tuple(self.fill(a, bound) for a in atom.args),
                        keywords=tuple((k, self.fill(v, bound)) for k, v in atom.keywords),
                    )
                )
            case Done():
                return one(Done(self.fill(atom.result, bound)))
            case Items():
                return one(
                    Items(self.fill(atom.element, bound), tuple((k, self.fill(v, bound)) for k, v in atom.keys))
                )
        return frozenset({atom})

    def _fill_derived(self, atom: Derived, bound: dict[tuple[str, str], Value]) -> Value:
        """The uses of one function have most of their steps in common: each is followed once for one set of arguments,
        at each depth of following, since that is limited."""
        known = self._filled.get(id(bound))
        if known is None:
            return self._derive(atom, bound)
        key = (atom, self.filling)
        found = known.get(key)
        if found is None:
            found = known[key] = self._derive(atom, bound)
        return found

    def _derive(self, atom: Derived, bound: dict[tuple[str, str], Value]) -> Value:
        base = self.fill_atom(atom.base, bound)
        args = tuple(self.fill(a, bound) for a in atom.args)
        keywords = tuple((k, self.fill(v, bound)) for k, v in atom.keywords)
        if base == frozenset({atom.base}):
            return one(replace(atom, args=args, keywords=keywords))
        if self.filling >= MAX_FILLING:
            return unknown("it takes too many calls to tell what this is")
        self.filling += 1
        try:
            return self._follow(atom, base, args, keywords)
        finally:
            self.filling -= 1

    def _follow(self, atom: Derived, base: Value, args: tuple[Value, ...], keywords: Keywords) -> Value:
        """What a step gives once its base is known; the work itself was accounted for where it was done."""
        muted = Context(muted=True)
        match atom.step:
            case "attribute":
                return self.attribute(base, atom.name, muted, None)
            case "call":
                return self.perform(base, "call", muted, None, atom.name, args, keywords)
            case "await":
                return self.perform(base, "await", muted, None, atom.name)
            case "item":
                if atom.name in ("iterate", "aiterate"):
                    return self.perform(base, "aiterate" if atom.name == "aiterate" else "iterate", muted, None, "")
                return subscript(base, args[0] if args else NOTHING)
            case "super":
                return join(self.super_of(base, a.ref) for a in join(args) if isinstance(a, Class_))
            case "enter":
                return self.perform(base, "aenter" if atom.name == "aenter" else "enter", muted, None, "")
        return unknown("derived")


ITERATING = frozenset(
    "list tuple set frozenset sorted reversed enumerate zip filter map iter aiter next max min anext sum any all len bool "
    "dict".split()
)
"""Builtins that iterate what they are given (or ask for its length, which evaluates a queryset just so)."""

_DJANGO_WORLD = frozenset({"django", "asgiref", "channels"})
_FIELD = "django.db.models.fields.Field"
_PROPERTIES = frozenset({"builtins.property", "functools.cached_property", "django.utils.functional.cached_property"})
_RUN_OPTIONS = frozenset({"args", "kwargs", "abandon_on_cancel", "cancellable", "limiter", "backend", "backend_options", "name", "daemon"})
_SPECIAL = {
    "call": "__call__",
    "await": "__await__",
    "iterate": "__iter__",
    "aiterate": "__aiter__",
    "enter": "__enter__",
    "aenter": "__aenter__",
}
_TRANSPARENT: frozenset[str] = frozenset()


def _behind(lineage: tuple[ClassRef | str, ...], cls: ClassRef) -> tuple[ClassRef | str, ...]:
    """What follows a class in an MRO; nothing when it is not in it."""
    return lineage[lineage.index(cls) + 1 :] if cls in lineage else ()


def _owner(dotted: str) -> str:
    return dotted.rpartition(".")[0]


def _order(atom: Atom) -> str:
    return repr(atom)


def _callable(value: Value) -> bool:
    return any(isinstance(a, Callable_ | Class_ | Outside | Partial | Hop | Param | Derived | Unknown) for a in value)


def _literal(value: Value | None) -> tuple[object, ...] | None:
    if value is None:
        return None
    return tuple(a.value for a in value if isinstance(a, Literally)) or None


_CLOSED = frozenset({Unknown, Plain, Literally, Class_, Instance, Outside, Module, Mock})


def _is_open(atom: Atom) -> bool:
    return type(atom) not in _CLOSED


def rule_of(row: Row | None) -> str:
    """The rule that a hop's row belongs to, "" for hops that lead nowhere else."""
    return row.rule if isinstance(row, Wraps | Runs | Drives | Acts) else ""


def payload_label(value: Value, otherwise: str) -> str:
    """A name for what a hop runs."""
    for atom in value:
        match atom:
            case Callable_():
                return atom.ref.name
            case Class_():
                return atom.ref.name
            case Outside():
                parts = (atom.canonical or atom.dotted).split(".")
                owner = class_name(atom.receiver.of or atom.receiver.cls) if isinstance(atom.receiver, Instance) else None
                return f"{owner}.{parts[-1]}" if owner else parts[-1]
            case Partial():
                return payload_label(atom.func, otherwise)
            case Hop():
                return payload_label(atom.payload, otherwise)
    return otherwise


def bind(value: Value, receiver: Value) -> Value:
    """A function read from an instance or class: bound to it."""
    bound: list[Value] = []
    for atom in value:
        match atom:
            case Callable_():
                bound.append(one(replace(atom, receiver=receiver)))
            case Hop():
                bound.append(one(replace(atom, payload=bind(atom.payload, receiver))))
            case _:
                bound.append(frozenset({atom}))
    return join(bound)


def subscript(value: Value, index: Value) -> Value:
    """`value[index]` of containers; data otherwise."""
    keys = _literal(index)
    found: list[Value] = []
    for atom in value:
        match atom:
            case Items():
                hit = dict(atom.keys).get(keys[0]) if keys is not None and len(keys) == 1 else None  # type: ignore[arg-type]
                found.append(hit if hit is not None else atom.element)
            case Param() | Derived():
                found.append(one(Derived(atom, "item", "", (index,))))
            case Mock() | Unknown():
                found.append(frozenset({atom}))
            case _:
                found.append(PLAIN)
    return join(found)


def find_node(store: Store, ref: FunctionRef) -> f.Function | f.Lambda | None:
    """The facts of a function or lambda."""
    found = find(store, ref)
    return None if found is None else found.node


def function_operation(node: f.Function | f.Lambda | None) -> Operation:
    """What must be done to the result of calling a function for its body to run."""
    if not isinstance(node, f.Function):
        return "call"
    if node.is_async:
        return "aiterate" if node.is_generator else "await"
    return "iterate" if node.is_generator else "call"


def decorator_names(store: Store, ref: FunctionRef) -> frozenset[str]:
    """The canonical names of a function's decorators, those outside the project alone."""
    return queries.decorators(store, ref)
