"""Operating on values: what calling, awaiting, iterating and entering them does, and where.

The machine keeps the accumulated effects of one evaluation. It asks rows what known callables do and summaries what
project functions do; it knows no library by name. Evaluating syntax is `body`'s work, the verdict is `trace`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

from msgspec.structs import replace

from isolint.catalog.places import IDENTITY, LOOPLESS, Route, compose
from isolint.catalog.rows import (
    Acts,
    Fate,
    Row,
    Wraps,
    rule_of,
)
from isolint.catalog.table import Table
from isolint.names.inputs import definition
from isolint.names.resolve import module_name
from isolint.names.scopes import class_scope, owner_of
from isolint.names.symbols import ClassRef, FunctionRef, FunctionSymbol, Site, ValueSymbol
from isolint.placement import (
    applying,
    filling,
    guards,
    lineage,
    members,
    mocks,
    patching,
    queries,
    registering,
    relations,
)
from isolint.placement.context import SPREAD, Context, Keywords, shorten
from isolint.placement.functions import find, find_node, function_operation
from isolint.placement.inputs import TABLE, TEST_CODE
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Cure,
    CutKey,
    Deferred,
    Derived,
    Done,
    Effect,
    Guard,
    Hop,
    Instance,
    Items,
    Kind,
    Literally,
    Mock,
    Opaque,
    Operation,
    Outside,
    Param,
    Partial,
    Patch,
    Plain,
    Read,
    Step,
    Summary,
    Unknown,
    Use,
    Value,
    World,
)
from isolint.placement.values import (
    NOTHING,
    PLAIN,
    TOO_MANY,
    bind,
    class_name,
    depth,
    each_of,
    folded,
    in_order,
    iterated,
    join,
    one,
    order_of,
    payload_label,
    subscript,
    unknown,
)
from isolint.store.memo import Store
from isolint.syntax import facts as f

MAX_EFFECTS = 256
"""More distinct effects (or uses) than this in one function are cut, and the function is opaque."""
MAX_READS = 32
"""Attributes of parameters whose reading a summary tells of, the nearest first; what else is read is not followed."""
MAX_STEPS = 4
"""Steps from a parameter to such an attribute."""
MAX_REPLAY = 24
"""Helpers that hand their parameter on deeper than this make the caller opaque."""
MAX_VARIANTS = 4
"""The same work under more different conditions than this is work under what they have in common, and likely."""
MAX_CALLS = 5_000
"""Different calls that are followed in one evaluation; one that needs more makes the caller opaque."""


class Machine:
    """The accumulator of one evaluation, and all that can be done to values."""

    def __init__(self, store: Store, path: str, world: World = ()) -> None:
        self.store = store
        self.path = path
        self._first = dict(world)
        self._worlds: dict[World, int] = {}
        self._settle(world)
        self.table: Table = store.get(TABLE, "")
        self.test_code: bool = store.get(TEST_CODE, path)
        self.entries: Mapping[Step, str] = {}
        """The first steps into fixtures and set-up methods, while a test is run through: in these, too, each call keeps
        its own effects."""
        self._effects: dict[tuple[object, ...], tuple[Effect, ...]] = {}
        self._uses: dict[tuple[object, ...], tuple[Use, ...]] = {}
        self._reads: dict[tuple[object, ...], tuple[Read, ...]] = {}
        self._opaque: dict[tuple[object, ...], tuple[Opaque, ...]] = {}
        self.patches: dict[PatchKey, Patch] = {}
        self.noted: list[tuple[PatchKey, Patch | None]] = []
        """Every patch as it was noted, with what was known of it before."""
        self.cures: dict[str, Cure] = {}
        self.touched: set[str] = set()
        """Parameters whose contents may have changed since the function under evaluation was entered."""
        self.evaluated: FunctionRef | None = None
        """The function whose summary this is to be."""
        self.overflowed = False
        """Whether that function, called by itself, gives more than is kept: then it does so whatever else it gives."""
        self.expected: Value = NOTHING
        """The exceptions that a test expects where the machine is."""
        self.raised: Value = NOTHING
        """The classes of exceptions that may have been raised so far; who evaluates statements takes them back."""
        self.filling = 0
        self._filled: dict[int, dict[tuple[Derived, int], Value]] = {}
        self._entered: dict[tuple[object, ...], Value] = {}
        self._opened: dict[tuple[object, ...], tuple[Patch, ...]] = {}
        """By the same key: the patches of what was started or entered there and not left."""
        self.mocked = False
        """Whether a name that a patch replaces was read here."""
        self.mocked_below = False
        """Whether it was in a function that was entered."""
        self.past_mocks: set[FunctionRef] = set()
        """The functions that were entered here and in which it was."""
        self.making: list[tuple[ClassRef, str]] = []
        """The factories that are making an object, and their strategies."""
        self.stopped = False
        """Whether a mock was called that certainly raises; who evaluates statements takes it back."""
        self.asked_for_loop = False
        """Whether something was called that raises where no loop runs; who evaluates statements takes it back."""

    # --- the world -----------------------------------------------------------------------------------------------

    def _settle(self, world: World) -> None:
        self.world = world
        self.cuts: dict[CutKey, Value] = dict(world)
        self.unsafe = patching.UNSAFE in self.cuts
        """Whether sync ORM works where a loop runs."""
        self.ending = patching.ENDING in self.cuts
        """Whether patches end where their block does."""
        self.replacing = any(not patching.is_setting(key) and not registering.is_connection(key) for key in self.cuts)
        """Whether names are replaced: then nobody asks which ones, unless patches end."""
        self.cut_of_objects = frozenset(name for kind, _, name in self.cuts if kind == "object")
        self.here: World = tuple(part for part in world if self._first.get(part[0]) != part[1])
        """What was replaced since the evaluation began."""
        self._in_world = self._worlds.setdefault(world, len(self._worlds))

    def replaced(self, more: World) -> World:
        """From here on these are replaced, too; gives the world before."""
        before = self.world
        if more:
            self._settle(tuple(sorted({**self.cuts, **dict(more)}.items(), key=repr)))
        return before

    def taken_back(self, less: World) -> None:
        """From here on these are no longer replaced, but for what was so when the evaluation began."""
        gone = {key for key, _ in less} - self._first.keys()
        if not gone.isdisjoint(self.cuts):
            self._settle(tuple(part for part in self.world if part[0] not in gone))

    def tell(self, mock: Mock, name: str, value: Value) -> None:
        """A mock is told something: so is the same one where it stands in for something."""
        world = tuple((key, mocks.told(known, mock, name, value)) for key, known in self.world)
        if world != self.world:
            self._settle(world)

    def restore(self, world: World) -> None:
        """The world is again what it was."""
        if world is not self.world:
            self._settle(world)

    # --- accumulating --------------------------------------------------------------------------------------------

    @property
    def effects(self) -> list[Effect]:
        """All database work found so far."""
        return [effect for variants in self._effects.values() for effect in variants]

    @property
    def uses(self) -> list[Use]:
        """All that was done to symbolic values."""
        return [use for variants in self._uses.values() for use in variants]

    @property
    def reads(self) -> list[Read]:
        """All attributes that were read from symbolic values."""
        reads = [read for variants in self._reads.values() for read in variants]
        return sorted(reads, key=lambda read: (depth(read.target), repr(read)))[:MAX_READS]

    @property
    def opaque(self) -> list[Opaque]:
        """All callees that nobody could name."""
        return [hidden for variants in self._opaque.values() for hidden in variants]

    def take(self, other: Machine) -> None:
        """What another one has found counts here."""
        for effect in other.effects:
            self.emit(effect)
        for hidden in other.opaque:
            self._hide(hidden)
        for cure in other.cures.values():
            self.cure(cure)
        self.past_mocks |= other.past_mocks

    def emit(self, effect: Effect) -> None:
        """Add an effect: joined with an equal one, the shortest chain kept.

        In test code each call keeps its own, since findings stand at calls. In product code one of a kind is enough,
        and the model of work that has not hopped counts only where something becomes of its rows."""
        if not any(place is not None for place in effect.route):
            return
        first = effect.via[0].site if self.test_code and effect.via else None
        inside = effect.via[1].site if len(effect.via) > 1 and effect.via[0] in self.entries else None
        fate = self.fate(effect)
        model = effect.of or effect.model if self.test_code or effect.hop or fate else None
        key = (effect.op, effect.phase, effect.route, effect.kind, model, fate, effect.hop, first, inside)
        known = self._effects.get(key, ())
        if not known and len(self._effects) >= MAX_EFFECTS:
            self.obscure(Context(), "call", "more effects than are kept", None)
            return
        if any(old.several != effect.several or not _same_way(old.via, effect.via) for old in known):
            effect = replace(effect, several=True)
            known = tuple(replace(old, several=True) for old in known)
        self._effects[key] = _with_variant(known, effect)

    def fate(self, effect: Effect) -> Fate:
        """What becomes of rows of the effect's model."""
        row = self.table.get(effect.via[-1].row) if effect.via else None
        return row.rows if isinstance(row, Acts) else ""

    def use(self, use: Use) -> None:
        """Add something done to a symbolic value."""
        first = use.via[0].site if self.test_code and use.via else None
        key = (use.target, use.op, use.route, use.args, use.keywords, use.phase, use.hop, use.world, first)
        known = self._uses.get(key, ())
        if not known and len(self._uses) >= MAX_EFFECTS:
            self.obscure(Context(), "call", "more uses of parameters than are kept", None)
            return
        self._uses[key] = _with_variant(known, use)

    def read(self, base: Param | Derived, name: str, ctx: Context, site: Site | None) -> None:
        """Add that an attribute of a symbolic value is read."""
        target = Derived(base, "attribute", name)
        if depth(target) > MAX_STEPS:
            return
        via = shorten((*ctx.via, Step(site, name)))
        read = Read(target, ctx.route, ctx.phase, ctx.certain, ctx.guards, ctx.hop, via)
        first = via[0].site if self.test_code else None
        key = (read.target, read.route, read.phase, read.hop, first)
        known = self._reads.get(key, ())
        if known or len(self._reads) < MAX_EFFECTS:
            self._reads[key] = _with_variant(known, read)

    def obscure(self, ctx: Context, op: Operation, reason: str, site: Site | None) -> None:
        """Note a callee nobody can name."""
        if ctx.muted:
            return
        first = next((s.site for s in ctx.via if s.site is not None), site)
        self._hide(Opaque(ctx.route, op, reason, first, ctx.guards))

    def _hide(self, hidden: Opaque) -> None:
        full = (hidden.route, hidden.op, hidden.reason, hidden.site)
        key = full if self.test_code else full[:2]
        self._opaque[key] = _with_hidden(self._opaque.get(key, ()), hidden)

    def patch(self, patch: Patch) -> None:
        """Note that a name is replaced. Which names are is found in a world where none is yet; where patches end, what
        was entered counts from here on."""
        if all(isinstance(a, Unknown | Plain) or (isinstance(a, Mock) and not a.made) for a in patch.holder):
            return
        if self.ending:
            if patch.extent in patching.LASTING and not patching.is_open(patch):
                self.replaced(patching.world_of(self, (patch,)))
        elif self.replacing:
            return
        key = (patch.holder, patch.name, patch.value)
        known = self.patches.get(key)
        if known is None and len(self.patches) >= MAX_EFFECTS:
            return
        self.noted.append((key, known))
        self.patches[key] = patch if known is None else patching.together(known, patch)

    def assigned(self, holder: Value, name: Value, value: Value, ctx: Context, site: Site | None) -> None:
        """An attribute of something is assigned. In test code that may be a patch by another word: it is one when what
        is assigned can be called, or is made for tests. Anywhere it may be a cure."""
        is_patch = self.test_code and (any(self._stands_in(atom) for atom in value) or patching.is_of_settings(holder))
        awaits = self.test_code and any(isinstance(atom, Param | Derived) for atom in value)
        is_mock = any(isinstance(a, Mock) for a in holder) or any(patching.tells(a) for a in name)
        may_be = any(isinstance(a, Param | Derived) for a in holder) and patching.may_be_a_setting(name)
        awaits = awaits or (self.test_code and (is_mock or may_be))
        if is_patch or awaits or any(isinstance(a, Literally) and a.value in self.table.cure_words for a in name):
            self.patch(Patch(holder, name, value, site, ctx.always, is_patch))

    def _stands_in(self, atom: Atom) -> bool:
        """Whether this is a mock, a function, or of a class that test code defines."""
        match atom:
            case Mock() | Callable_():
                return True
            case Class_(ref=cls) | Instance(cls=ClassRef() as cls):
                return self.store.get(TEST_CODE, cls.path)
        return False

    def cure(self, cure: Cure) -> None:
        """Note that a cure was called."""
        known = self.cures.get(cure.row)
        if known is None or cure.always > known.always:
            self.cures[cure.row] = cure

    def element(self, value: Value, index: Value, ctx: Context, site: Site | None) -> Value:
        """`value[index]`: of containers, and of objects with a row for it."""
        found: list[Value] = []
        for atom in value:
            made = members.item_of(self, atom, index, ctx, site)
            found.append(subscript(frozenset({atom}), index) if made is None else made)
        return join(found)

    def act(
        self, ctx: Context, kind: Kind, model: ClassRef | str | None, row: Row | None, site: Site | None, label: str
    ) -> None:
        """Database work happens here."""
        if ctx.muted:
            return
        route, hop, name = ctx.route, ctx.hop, ""
        if isinstance(row, Acts):
            route, name = compose(route, row.route), row.name
            if row.rule and not hop:
                hop = row.name
        via = shorten((*ctx.via, Step(site, label, name)))
        name_of = class_name(model)
        self.emit(Effect("call", ctx.phase, route, kind, name_of, hop, ctx.certain, ctx.guards, via, model))

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
        if len(value) == 1:
            (atom,) = value
            return self._perform(atom, op, ctx, site, label, args, keywords)
        stopped = self.stopped
        made = join([self._perform(atom, op, ctx, site, label, args, keywords) for atom in in_order(value)])
        self.stopped = stopped
        return made

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
                if atom.own and op in ("await", "aiterate", "aenter"):
                    return PLAIN
                return self._nameless(atom, op, ctx, site, label)
            case Mock():
                if op == "call":
                    return mocks.call(self, atom, ctx, site, label, args, keywords)
                return one(atom if op == "await" else Mock())
            case Done():
                return atom.result if op in ("await", "call", "iterate", "aiterate") else one(atom)
            case Deferred():
                if atom.when == op:
                    return self._run(atom, ctx, site, label)
                return one(atom) if op in ("enter", "aenter") else PLAIN
            case Items():
                return iterated(atom) if op in ("iterate", "aiterate") else PLAIN
            case Instance():
                return self._operate_instance(atom, op, ctx, site, label, args, keywords)
        if op == "call":
            return self._call(atom, ctx, site, label, args, keywords)
        if isinstance(atom, Outside):
            return applying.operate_outside(self, atom, op, ctx, site, label)
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
            guards = ctx.guards
            use = Use(atom, op, ctx.route, args, keywords, ctx.phase, ctx.certain, guards, ctx.hop, via, self.here)
            self.use(use)
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
            self.emit(Effect("call", ctx.phase, ctx.route, "unknown", None, ctx.hop, False, ctx.guards, via))
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
        stopped = self.stopped
        made = self._runs(work, ctx, site, label)
        if work.row and not isinstance(self.table.get(work.row), Wraps):
            self.stopped = stopped  # what is started raises elsewhere
        return made

    def _runs(self, work: Deferred, ctx: Context, site: Site | None, label: str) -> Value:
        inner = self._through(ctx, work.route, work.row, site, label)
        match work.then:
            case "body":
                result = NOTHING
                for atom in in_order(work.callee):
                    if isinstance(atom, Callable_):
                        result |= self.enter_function(atom, inner, site, label, work.args, work.keywords, work.when)
                return result or PLAIN
            case "act":
                for atom in in_order(work.callee):
                    if isinstance(atom, Outside):
                        row = self.table.get(atom.canonical)
                        if isinstance(row, Acts):
                            if ctx.via and ctx.via[-1].site == site:
                                label = payload_label(work.callee, label)
                            applying.act(self, row, atom, inner, site, label)
                            made = applying.given(self, row.gives, atom, work.args)
                            made = relations.made(self, row, atom, dict(work.keywords), made)
                            return each_of(made) if work.when == "aiterate" else made
                return PLAIN
            case "await":
                return self.perform(work.callee, "await", inner, site, label)
            case "answer":
                results = [
                    mocks.answer(self, atom, inner, site, label, work.args, work.keywords)
                    for atom in work.callee
                    if isinstance(atom, Mock)
                ]
                made = join(results)
                waiting = frozenset(a for a in made if isinstance(a, Deferred | Done | Param | Derived))
                return join([made - waiting, self.perform(waiting, "await", inner, site, label)])
            case "call-await":
                made = self.perform(
                    work.callee, "call", inner, site, payload_label(work.callee, label), work.args, work.keywords
                )
                return self.perform(made, "await", inner, site, payload_label(work.callee, label))
            case "call-iterate":
                said = payload_label(work.callee, label)
                made = self.perform(work.callee, "call", inner, site, said, work.args, work.keywords)
                lazy = frozenset(atom for atom in made if lineage.is_lazy(self, atom))
                self.perform(lazy, "iterate", inner, site, said)
                return PLAIN
        return self.perform(
            work.callee, "call", inner, site, payload_label(work.callee, label), work.args, work.keywords
        )

    def _through(self, ctx: Context, route: Route, row: str, site: Site | None, label: str) -> Context:
        """The context behind a hop."""
        if not row:
            return ctx if route == IDENTITY else replace(ctx, route=compose(ctx.route, route))
        rule = rule_of(self.table.get(row))
        stepped = ctx.step(site, label, row)
        return replace(stepped, route=compose(ctx.route, route), hop=ctx.hop or (row if rule else ""))

    def are_installed(self, value: Value) -> bool:
        """Whether these are functions or classes that are known in the environment."""
        for atom in value:
            known = definition(self.store, atom.dotted) if isinstance(atom, Outside) else None
            if known is None or known.kind not in ("function", "class", "instance"):
                return False
        return bool(value)

    # --- calling -------------------------------------------------------------------------------------------------

    def _call(
        self, atom: Atom, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
    ) -> Value:
        match atom:
            case Callable_():
                return self._call_function(atom, ctx, site, label, args, keywords)
            case Class_():
                return applying.construct(self, atom, ctx, site, label, args, keywords)
            case Outside():
                return applying.call_outside(self, atom, ctx, site, label, args, keywords)
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
        declared = self._declared(atom.ref) if self.table.declared else None
        if declared is not None:
            outside = Outside(declared.name, declared.name)
            return applying.apply(self, declared, outside, ctx, site, label, args, keywords)
        when = function_operation(find_node(self.store, atom.ref))
        if when == "call":
            return self.enter_function(atom, ctx, site, label, args, keywords, "call")
        return one(Deferred(when, frozenset({atom}), "body", args, keywords))

    def _declared(self, ref: FunctionRef) -> Row | None:
        """What the user's settings say of a function of the project."""
        owner = owner_of(self.store, ref.path, ref.chunk)
        parts = (module_name(self.store, ref.path), owner.qualname if owner is not None else "", ref.name)
        name = ".".join(part for part in parts if part)
        return self.table.get(name) if name in self.table.declared else None

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
        """The body of a project function runs here: its summary, with the arguments filled in.

        Each call is followed once: functions that reach each other through parameters would otherwise be followed along
        every path. A call that leads back to itself gives nothing that the way there does not give."""
        first = ctx.via[0].site if ctx.via else site
        hopped = next((s.site for s in ctx.via if s.row), None)
        under = () if ctx.muted else ctx.guards
        where = (
            ctx.route,
            ctx.hop,
            ctx.certain,
            under,
            ctx.phase,
            ctx.muted,
            self.filling,
            first,
            hopped,
            self._in_world,
        )
        key = (atom, args, keywords, op, where)
        known = self._entered.get(key)
        if known is not None:
            for patch in self._opened.get(key, ()):
                self.patch(patch)
            return known
        if len(self._entered) >= MAX_CALLS:
            self.obscure(ctx, "call", f"{label}: more calls than are followed", site)
            return unknown("too many calls")
        self._entered[key] = NOTHING
        before, mark = self.world, len(self.noted)
        made = self._entered[key] = self._enter(atom, ctx, site, label, args, keywords, op)
        found = [self.patches[noted] for noted, _ in self.noted[mark:]]
        opened = tuple(patch for patch in dict.fromkeys(found) if patch.extent in patching.LASTING)
        # What its own decorators replace ends with it; what it has started or entered, and not left, does not.
        self.restore(before)
        if opened:
            self._opened[key] = opened
            for patch in opened:
                self.patch(patch)
        return made

    def _enter(
        self,
        atom: Callable_,
        ctx: Context,
        site: Site | None,
        label: str,
        args: tuple[Value, ...],
        keywords: Keywords,
        op: str,
    ) -> Value:
        for patch in patching.of_helper(self, atom.ref):
            self.patch(patch)
            if self.ending:
                self.replaced(patching.world_of(self, (patch,)))
            if patch.handed == "":
                args = (*args, patch.value)
            elif patch.handed:
                keywords = (*keywords, (patch.handed, patch.value))
        summary = queries.summary_of(self.store, atom.ref, self.world)
        self.mocked_below = self.mocked_below or summary.mocked
        bound = self.bind_arguments(atom, args, keywords)
        inner = ctx.step(site, label, "", atom.ref)
        if summary.mocked:
            self.past_mocks.add(atom.ref)
        return self.replay(summary, bound, inner, op, atom.ref == self.evaluated)

    def replay(
        self,
        summary: Summary,
        bound: dict[tuple[str, str], Value],
        ctx: Context,
        op: str,
        recursive: bool = False,
        again: bool = False,
    ) -> Value:
        """What a function's summary says, relative to here. `recursive`: it is the function that is evaluated. `again`:
        where patches end, its body will be gone through itself, with these arguments."""
        self._filled[id(bound)] = {}
        try:
            made = self._replay(summary, bound, ctx, op, recursive, again)
            if not recursive:
                return made
            self.overflowed = self.overflowed or made == TOO_MANY
            return folded(made)
        finally:
            self._filled.pop(id(bound), None)

    def _replay(
        self,
        summary: Summary,
        bound: dict[tuple[str, str], Value],
        ctx: Context,
        op: str,
        recursive: bool,
        again: bool,
    ) -> Value:
        inner = replace(ctx, depth=ctx.depth + 1)
        if not ctx.muted:
            self.raised |= summary.raises
            known: dict[Guard, guards.Condition | None] = {}
            for effect in summary.effects:
                under = guards.settled(self, effect.guards, bound, known)
                if under is None:
                    continue
                conditions = guards.merged(ctx.guards, under.guards)
                self.emit(
                    replace(
                        effect,
                        op="call",
                        phase=ctx.phase if effect.phase == "setup" else effect.phase,
                        route=compose(ctx.route, effect.route),
                        hop=ctx.hop or effect.hop,
                        certain=ctx.certain and effect.certain and under.sure and conditions.sure,
                        guards=conditions.guards,
                        via=shorten(ctx.via + effect.via),
                    )
                )
            for hidden in summary.opaque:
                under = guards.settled(self, hidden.guards, bound, known)
                if under is not None:
                    first = next((s.site for s in ctx.via if s.site is not None), hidden.site)
                    conditions = guards.merged(ctx.guards, under.guards)
                    route = compose(ctx.route, hidden.route)
                    self._hide(Opaque(route, hidden.op, hidden.reason, first, conditions.guards))
        for patch in summary.patches:
            holder, name = filling.fill(self, patch.holder, bound), filling.fill(self, patch.name, bound)
            always = patch.always and ctx.always
            value = filling.fill(self, patch.value, bound)
            stands_in = patching.is_of_settings(holder) or any(self._stands_in(atom) for atom in value)
            cuts = patch.cuts or (self.test_code and stands_in)
            extent = patching.extent_outside(patch, op, again)
            self.patch(replace(patch, holder=holder, name=name, value=value, always=always, cuts=cuts, extent=extent))
        for cure in summary.cures:
            self.cure(replace(cure, always=cure.always and ctx.always))
        stopped = self.stopped
        if not ctx.muted:
            for use in summary.uses:
                under = guards.settled(self, use.guards, bound, known)
                if under is None:
                    continue
                conditions = guards.merged(ctx.guards, under.guards)
                before = self.replaced(use.world)
                if use.world:
                    self._filled[id(bound)] = {}
                target = filling.fill_atom(self, use.target, bound)
                if recursive:
                    target = folded(target)
                last = use.via[-1] if use.via else Step(None, "")
                self.perform(
                    target,
                    use.op,
                    replace(
                        inner,
                        route=compose(ctx.route, use.route),
                        via=shorten(ctx.via + use.via[:-1]),
                        hop=ctx.hop or use.hop,
                        certain=ctx.certain and use.certain and under.sure and conditions.sure,
                        guards=conditions.guards,
                        phase=ctx.phase if use.phase == "setup" else use.phase,
                    ),
                    last.site,
                    payload_label(target, last.label),
                    tuple(filling.fill(self, a, bound) for a in use.args),
                    tuple((k, filling.fill(self, v, bound)) for k, v in use.keywords),
                )
                if use.world:
                    self.restore(before)
                    self._filled[id(bound)] = {}
            self._replay_reads(summary, bound, inner, known, recursive)
        self.stopped = stopped or (summary.never and not ctx.muted)
        if op in ("iterate", "aiterate", "enter", "aenter"):
            return filling.fill(self, summary.yields, bound)
        return filling.fill(self, summary.returns, bound)

    def _replay_reads(
        self,
        summary: Summary,
        bound: dict[tuple[str, str], Value],
        ctx: Context,
        known: dict[Guard, guards.Condition | None],
        recursive: bool,
    ) -> None:
        """What reading attributes does, once it is known of what they are. In a loop, a query would be refused, so what
        reads one there has it already."""
        for read in summary.reads:
            base = filling.fill_atom(self, read.target.base, bound)
            base = folded(base) if recursive else base
            if not any(isinstance(atom, Instance | Param | Derived) for atom in base):
                continue
            under = guards.settled(self, read.guards, bound, known)
            if under is None:
                continue
            conditions = guards.merged(ctx.guards, under.guards)
            there = replace(
                ctx,
                route=compose(compose(ctx.route, read.route), LOOPLESS),
                via=shorten(ctx.via + read.via[:-1]),
                hop=ctx.hop or read.hop,
                certain=ctx.certain and read.certain and under.sure and conditions.sure,
                guards=conditions.guards,
                phase=ctx.phase if read.phase == "setup" else read.phase,
            )
            if any(place is not None for place in there.route):
                for atom in in_order(base):
                    members.reading(self, atom, read.target.name, there, read.via[-1].site)

    def bind_arguments(
        self, atom: Callable_, args: tuple[Value, ...], keywords: Keywords
    ) -> dict[tuple[str, str], Value]:
        """Parameter values by ("param" | "free", name); "args" and "kwargs" collect the rest."""
        bound: dict[tuple[str, str], Value] = {("free", name): value for name, value in atom.free}
        node = find_node(self.store, atom.ref)
        if node is None:
            return bound
        given = ((atom.receiver,) if atom.receiver is not None else ()) + args
        position = 0
        rest = dict(keywords)
        spread = rest.get(SPREAD)
        for param in node.params:
            key = ("param", param.name)
            if param.kind == "args":
                bound[key] = one(Items(join(given[position:]), tuple(enumerate(given[position:])), spread is None))
                position = len(given)
            elif param.kind == "kwargs":
                left = {k: v for k, v in rest.items() if k not in {p.name for p in node.params}}
                bound[key] = one(Items(join(left.values()), tuple(left.items()), SPREAD not in left, True))
            elif param.name in rest:
                bound[key] = rest[param.name]
            elif param.kind != "keyword" and position < len(given):
                bound[key] = given[position]
                position += 1
            else:
                value = NOTHING if param.default is None else self._default(atom.ref, param)
                if spread is not None:
                    value = join(filling.spread_into(a, param.name, value) for a in spread)
                if value:
                    bound[key] = value
        return bound

    def _default(self, ref: FunctionRef, param: f.Parameter) -> Value:
        """The value of a parameter's default, which is evaluated where the function is defined."""
        if isinstance(param.default, f.Constant):
            return one(Literally(param.default.value))
        found = find(self.store, ref)
        if found is None or found.around or param.default is None:
            return unknown(f"default of {param.name}")
        owner = owner_of(self.store, ref.path, ref.chunk)
        return queries.named_value(self.store, ValueSymbol(ref.path, ref.chunk, param.default, owner))

    def leave(self, value: Value, is_async: bool, ctx: Context, site: Site | None, label: str) -> None:
        """Leave what a `with` entered: the `__exit__` or `__aexit__` of project classes. What a generator does behind
        its `yield` is in its summary."""
        name = "__aexit__" if is_async else "__exit__"
        for atom in sorted(value, key=order_of):
            if not isinstance(atom, Instance):
                continue
            if lineage.has_project_attribute(self, lineage.lineage_of(self, atom.cls), name):
                method = members.attribute(self, frozenset({atom}), name, ctx, site)
                made = self.perform(method, "call", ctx, site, label, (PLAIN, PLAIN, PLAIN))
                if is_async:
                    self.perform(made, "await", ctx, site, label)

    def item(self, value: Value, ctx: Context, site: Site | None, label: str) -> Value:
        """One item of a queryset."""
        return self.perform(value, "iterate", ctx, site, label)

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
        for cls in lineage.lineage_of(self, atom.cls):
            if isinstance(cls, str):
                row = self.table.get(f"{cls}.{special}")
                if row is not None:
                    outside = Outside(row.name, row.name, atom)
                    made = applying.apply(self, row, outside, ctx, site, label, args, keywords)
                    return each_of(made) if op in ("iterate", "aiterate") else made
                if cls in _TRANSPARENT:
                    return one(atom)
                continue
            for found in class_scope(self.store, cls).get(special):
                if isinstance(found, FunctionSymbol):
                    method = bind(members.symbol_value(self, found), one(atom))
                    made = self.perform(method, "call", ctx, site, label, args, keywords)
                    if op in ("await", "aenter"):
                        return self.perform(made, "await", ctx, site, label)
                    if op in ("iterate", "aiterate"):
                        # A generator runs as it is gone through; what an iterator's `__next__` does is not followed.
                        running = frozenset(a for a in made if isinstance(a, Deferred))
                        return join([made - running, self.perform(running, op, ctx, site, label)])
                    return made
        if op in ("enter", "aenter"):
            return one(atom)
        return PLAIN if op == "await" else unknown(f"result of {label}")


def _same_way(one_way: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """Whether two chains lead to the same work by the same calls."""
    return [step.site for step in one_way] == [step.site for step in other]


PatchKey = tuple[Value, Value, Value]
"""What tells patches apart: holder, name and value."""

_Work = TypeVar("_Work", bound=Effect | Use | Read)


def _with_variant(known: tuple[_Work, ...], new: _Work) -> tuple[_Work, ...]:
    """The same work under one more condition: what happens wherever another one does makes that one superfluous."""
    for position, old in enumerate(known):
        if guards.weaker(old.guards, new.guards) and guards.weaker(new.guards, old.guards):
            kept = new if len(new.via) < len(old.via) else old
            kept = replace(kept, certain=old.certain or new.certain, guards=old.guards)
            return (*known[:position], kept, *known[position + 1 :])
        if guards.weaker(old.guards, new.guards) and (old.certain or not new.certain):
            return known
    left = [old for old in known if old.certain > new.certain or not guards.weaker(new.guards, old.guards)]
    if len(left) < MAX_VARIANTS:
        return (*left, new)
    common = tuple(guard for guard in new.guards if all(guard in old.guards for old in left))
    shortest = min((*left, new), key=lambda work: len(work.via))
    return (replace(shortest, guards=common, certain=False),)


def _with_hidden(known: tuple[Opaque, ...], new: Opaque) -> tuple[Opaque, ...]:
    """The same for callees that nobody can name; the first of one kind is kept."""
    if any(guards.weaker(old.guards, new.guards) for old in known):
        return known
    left = tuple(old for old in known if not guards.weaker(new.guards, old.guards))
    if len(left) < MAX_VARIANTS:
        return (*left, new)
    common = tuple(guard for guard in new.guards if all(guard in old.guards for old in left))
    return (replace(left[0], guards=common),)


_SPECIAL = {
    "call": "__call__",
    "await": "__await__",
    "iterate": "__iter__",
    "aiterate": "__aiter__",
    "enter": "__enter__",
    "aenter": "__aenter__",
}
_TRANSPARENT: frozenset[str] = frozenset()
