"""One test, run through: entry place, fixtures in closure order, body, verdict.

The place at entry comes from the runner, the values of parameters from the fixtures, everything else from summaries. A
finding is decided here and nowhere else: database work at a place whose connection is not the test's.
"""

from __future__ import annotations

from functools import reduce

from msgspec import Struct
from msgspec.structs import replace

from isolint.catalog.places import Place, Route
from isolint.catalog.rows import rule_of
from isolint.names.resolve import module_name
from isolint.names.symbols import ClassRef, FunctionRef, FunctionSymbol, Site
from isolint.placement import factories, queries
from isolint.placement.acting import Acting, acting
from isolint.placement.body import gone_through
from isolint.placement.context import Context, Keywords
from isolint.placement.curing import cures
from isolint.placement.fates import Fates, Parts, is_inside
from isolint.placement.functions import find_node
from isolint.placement.guards import decides
from isolint.placement.inputs import MAY_LEAVE
from isolint.placement.machine import Machine
from isolint.placement.parameters import parameter
from isolint.placement.patching import ENDING, UNSAFE, URLS, left, lets_orm_into_loops, may_add_work, releases, world_of
from isolint.placement.process import of_tests, unsafe
from isolint.placement.registering import connections
from isolint.placement.shapes import (
    Callable_,
    Class_,
    Cured,
    Effect,
    Escape,
    Instance,
    Literally,
    Outside,
    Step,
    Trace,
    Unknown,
    Value,
    World,
)
from isolint.placement.values import PLAIN, one, shared, unknown
from isolint.pytest_model.cases import CaseMethod, case_methods
from isolint.pytest_model.closures import closure
from isolint.pytest_model.database import database
from isolint.pytest_model.functions import header, walk, whole
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.runners import runner
from isolint.pytest_model.shapes import FixtureDef, Runner, Taker, TestItem, Where
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_ENTRY: dict[str, Place | None] = {
    "sync": Place.HOME,
    "pytest-asyncio": Place.WORKER_LOOP,
    "anyio": Place.WORKER_LOOP,
    "trio": Place.HOME,  # Django's guard and asgiref look for an asyncio loop: to them there is none
    "isolated-asyncio": Place.WORKER_LOOP,
    "never": None,
}


MOST_BESIDES = 4
"""Further pieces of work that are named with an escape."""


def entry_place(item: TestItem, who: Runner) -> Place | None:
    """Where the body of a test starts (facts: threads, section 2); UNKNOWN when the runner is not known."""
    if who.kind == "django":
        return Place.HOME_LOOP if item.is_async else Place.HOME
    if who.kind == "unknown":
        return Place.UNKNOWN_LOOP if item.is_async else Place.UNKNOWN
    if who.kind == "anyio" and who.backends == ("trio",):
        return Place.HOME
    return _ENTRY[who.kind]


def _trace(store: Store, item: TestItem) -> Trace:
    who = runner(store, item.id)
    mode = database(store, item.id)
    place = entry_place(item, who)
    if mode.mode == "none":
        return Trace(place, "not-rollback")
    if mode.mode == "unprotected":
        return Trace(place, "not-rollback", unprotected=_stays(store, item))
    judged = _ran(store, item)
    escapes, undecided, cure = judged.escapes, judged.undecided, judged.cure
    if mode.mode == "flush":
        return Trace(place, "not-rollback", (), (), escapes)
    if mode.mode == "unknown":
        reasons = tuple((site, f"the database mode is not known: {why}") for site, why in mode.reasons)
        return Trace(place, "undecided", (), reasons or ((None, "the database mode is not known"),), escapes)
    if place in (Place.UNKNOWN, Place.UNKNOWN_LOOP):
        undecided = ((who.site, f"who runs it is not known: {who.reason}"), *undecided)
    if any(e.kind != "unknown" for e in escapes):
        return Trace(place, "leaks", escapes, undecided, cure=cure)
    if escapes or undecided:
        extra = tuple((e.site, f"what {e.payload} does there is not known") for e in escapes)
        return Trace(place, "undecided", escapes, (*extra, *undecided), cure=cure)
    return Trace(place, "safe", cure=cure)


class _Judged(Struct, frozen=True, gc=False):
    """Escapes (one a place and rule, the worst kept), what nobody can decide, and the cure that took escapes away."""

    escapes: tuple[Escape, ...] = ()
    undecided: tuple[tuple[Where, str], ...] = ()
    cure: Cured | None = None


# Where marks stand and what they say of the database decides nothing about what the test does: with queries of their
# own, an edit of `pytestmark` runs no test through again.
entry: Query[TestItem, Place | None] = Query("entry", lambda store, item: entry_place(item, runner(store, item.id)))
"""Where the body of a test starts."""


def _run_through(store: Store, item: TestItem, everywhere: bool = False) -> _Judged:
    try:
        return _both_worlds(store, item, everywhere)
    except RecursionError:  # thousands of helpers, each calling the next: only generated code has them
        return _Judged((), ((None, "its calls go deeper than can be followed"),))


def _both_worlds(store: Store, item: TestItem, everywhere: bool) -> _Judged:
    """`everywhere`: what the test does on its own connection counts, too."""
    if header(store, item.runs) is None:  # a lambda that pytest collects under its name
        return _Judged((), ((item.site, f"the body of {item.id.name} is no def: it is not followed"),))
    if not everywhere and not store.get(MAY_LEAVE, item.id):
        return _Judged()
    place = entry(store, item)
    fixtures = acting(store, item)
    known: World = (*_urls(store, item), *(_ORM_IN_LOOPS if unsafe(store, item.id.path) else ()))
    run = _run(store, item, fixtures, place, known)
    machine = run.machine
    if not machine.unsafe and lets_orm_into_loops(machine.patches.values()):
        known = (*known, *_ORM_IN_LOOPS)
        run = _run(store, item, fixtures, place, known)
    standing = (*connections(machine.patches.values()), *releases(machine.patches.values()))
    if standing:
        known = (*known, *standing)
        run = _run(store, item, fixtures, place, known)
    judged = run.judged(everywhere)
    if judged.escapes or judged.undecided or machine.patches:
        # A test that leaves nothing to ask needs no second look where patches only take work away: none adds any, and
        # none is of a function that decides whether there is work.
        patches = machine.patches.values()
        lasting = [patch for patch in patches if patch.extent != "block"]
        world = world_of(machine, lasting)
        if any(patch.extent == "block" for patch in patches):
            world = (*world, (ENDING, PLAIN))
        asks = judged.escapes or judged.undecided or may_add_work(machine, patches) or decides(machine, world)
        if world and asks:
            judged = _run(store, item, fixtures, place, (*known, *world)).judged(everywhere)
        if judged.escapes:
            judged = _cured(judged, cures(machine, machine.patches.values(), machine.cures.values(), run.doers))
    return judged


def _urls(store: Store, item: TestItem) -> World:
    """Which module's URLs answer, where the nearest `urls` mark says it (pytest_django, `_django_set_urlconf`)."""
    for mark in marks_of(store, item.id):
        if mark.name == "urls":
            match mark.args:
                case (f.Constant(value=str() as dotted), *_):
                    return ((URLS, one(Literally(dotted))),)
                case (f.Name(id="__name__"), *_):
                    return ((URLS, one(Literally(module_name(store, mark.path)))),)
            return ((URLS, unknown("its URLs")),)
    return ()


_ORM_IN_LOOPS: World = ((UNSAFE, one(Literally("true"))),)


def _cured(judged: _Judged, found: list[Cured]) -> _Judged:
    """What is left once cures have taken away what they reach."""
    left, undecided, used = list(judged.escapes), list(judged.undecided), None
    for cure in found:
        rest = [escape for escape in left if escape.place.thread not in cure.threads]
        if len(rest) < len(left):
            used = used or cure
            left = rest
            if not cure.certain:
                undecided.append((cure.site, cure.sentence()))
    return _Judged(tuple(left), tuple(undecided), used)


_ran: Query[TestItem, _Judged] = Query("run", _run_through)


def _left_behind(store: Store, item: TestItem) -> tuple[Escape, ...]:
    judged = _run_through(store, item, everywhere=True)
    return tuple(e for e in judged.escapes if e.kind == "write" and e.fixture is None)


_stays: Query[TestItem, tuple[Escape, ...]] = Query("left behind", _left_behind)
"""What a test itself writes that neither a rollback nor a flush takes away. What a fixture writes is left out: data for
a whole session is made so on purpose."""


def _run(store: Store, item: TestItem, fixtures: Acting, place: Place | None, world: World) -> _Run:
    run = _Run(store, item, fixtures, world)
    if place is not None:
        run.body(place)
    return run


trace: Query[TestItem, Trace] = Query("trace", _trace)
"""The verdict on one test and everything that led to it."""


def _is_idle(store: Store, item: TestItem) -> bool:
    # At home a callee that nobody can name passes; in a bare loop it is noted where it is awaited, and what it does to
    # the database without that raises there. So only of an async test is it ever certain.
    if entry(store, item) is not Place.WORKER_LOOP or unsafe(store, item.id.path):
        return False
    fixtures = closure(store, item.id)
    if fixtures.unknown or fixtures.dynamic or not all(_is_quiet(store, one) for one in fixtures.used):
        return False
    try:
        machine = _run(store, item, acting(store, item), Place.WORKER_LOOP, ()).machine
    except RecursionError:
        return False
    patches = machine.patches.values()
    return not (machine.effects or machine.opaque or lets_orm_into_loops(patches) or may_add_work(machine, patches))


def _is_quiet(store: Store, one: FixtureDef) -> bool:
    """Whether a fixture calls nothing at home, as far as it is the project's."""
    parts = [ref for ref in (one.ref, *(one.xunit or ())) if ref is not None]
    nodes = [whole(store, ref) for ref in parts]
    return not one.opaque and all(
        node is not None and (node.is_async or not any(isinstance(part, f.Call) for part in walk(node.body)))
        for node in nodes
    )


is_idle: Query[TestItem, bool] = Query("idle", _is_idle)
"""Whether a test and its fixtures do nothing with the database, as far as anybody could tell. Only of async tests is it
ever said."""


class _Run:
    """The fixtures and the body of one test on one machine."""

    def __init__(self, store: Store, item: TestItem, fixtures: Acting, world: World) -> None:
        self.store = store
        self.item = item
        self.fixtures = fixtures
        self.machine = Machine(store, item.id.path, world)
        self.parts = Parts()
        self.machine.entries = self.parts.entered
        self.receiver: Value | None = one(Instance(item.cls)) if item.cls is not None else None
        self.values: dict[tuple[str, int], Value] = {}
        self.takers: dict[str, Taker] = dict(fixtures.takers)
        self.doers: dict[Site, str] = {}
        """By site: the fixture that replaced a name or called a cure there."""
        self.stand()
        for cls in item.classes:
            self.decorators(cls)
        self.decorators(item.ref)
        for name, definitions in fixtures.fixtures:
            if definitions:
                self.value(name, len(definitions) - 1)

    def stand(self) -> None:
        """What was done to the process before the test runs."""
        standing = of_tests(self.store, self.item.id.path)
        for patch in standing.patches:
            self.machine.patch(patch)
        for cure in standing.cures:
            self.machine.cure(cure)

    def decorators(self, decorated: ClassRef | FunctionRef) -> None:
        """What the decorators of a function or class replace."""
        if not self.machine.replacing:
            for patch in queries.decorator_patches(self.store, decorated):
                self.machine.patch(patch)

    # --- fixtures ------------------------------------------------------------------------------------------------

    def value(self, name: str, index: int) -> Value:
        """The value of the definition at `index` (furthest first); its set-up and tear-down happen on the way."""
        key = (name, index)
        if key in self.values:
            return self.values[key]
        definitions = self.fixtures.definitions(name)
        if not 0 <= index < len(definitions):
            return unknown(f"fixture {name}")
        self.values[key] = unknown(f"fixture {name} asks for itself")
        self.values[key] = shared(self.fixture(definitions[index], index))
        return self.values[key]

    def fixture(self, definition: FixtureDef, index: int) -> Value:
        if definition.xunit is not None:
            for part in definition.xunit:
                if part is not None:
                    self.enter(part, definition, self.setup_place(part), ())
            return PLAIN
        if definition.factory is not None:
            return self.made(definition, definition.factory)
        if definition.opaque:
            return unknown(f"fixture {definition.name}: {definition.opaque}")
        if definition.ref is None:
            return self.installed(definition)
        place = self.fixture_place(definition)
        if place is None:
            return unknown(f"fixture {definition.name} is never awaited")
        self.decorators(definition.ref)
        keywords = tuple((p, self.parameter(p, definition, index)) for p in definition.params)
        return self.enter(definition.ref, definition, place, keywords)

    def made(self, definition: FixtureDef, ref: ClassRef) -> Value:
        """A factory that pytest-factoryboy registers, or what it creates at home."""
        factory = Class_(ref)
        if definition.gives == "class":
            return one(factory)
        step = Step(definition.site, definition.name)
        said = f"fixture {definition.name}"
        self.parts.enter(step, definition.name, said, pair="", inside=is_inside(definition), late=False)
        ctx = Context(route=constant(Place.HOME), via=(step,))
        return factories.created(self.machine, factory, ctx, definition.site, definition.name)

    def parameter(self, name: str, definition: FixtureDef, index: int) -> Value:
        """What a fixture's parameter is: for its own name the next definition up the chain."""
        if name == definition.name:
            return self.value(name, index - 1)
        if name == "request":
            return unknown("request")
        return self.value(name, len(self.fixtures.definitions(name)) - 1)

    def setup_place(self, part: FunctionRef) -> Place:
        """An async set-up method runs in the loop of IsolatedAsyncioTestCase; elsewhere nobody awaits it."""
        node = find_node(self.store, part)
        is_async = isinstance(node, f.Function) and node.is_async
        return Place.WORKER_LOOP if is_async and self.item.family == "isolated" else Place.HOME

    def fixture_place(self, definition: FixtureDef) -> Place | None:
        if not definition.is_async:
            return Place.HOME
        taker = self.takers.get(definition.name, "unknown")
        if taker in ("pytest-asyncio", "anyio"):
            return Place.WORKER_LOOP
        return None if taker in ("nobody", "pytest") else Place.UNKNOWN_LOOP

    def enter(
        self, ref: FunctionRef, definition: FixtureDef, place: Place, keywords: tuple[tuple[str, Value], ...]
    ) -> Value:
        receiver = self.receiver if definition.has_self or definition.xunit is not None else None
        function = Callable_(ref, (), receiver)
        step = Step(definition.site, definition.name, "", ref)
        late = definition.xunit is not None and ref == definition.xunit[1]
        said = f"fixture {definition.name}" if definition.xunit is None else ref.name
        pair = definition.name if definition.xunit is not None else ""
        self.parts.enter(step, definition.name, said, pair=pair, inside=is_inside(definition), late=late)
        ctx = Context(route=constant(place), via=(step,))
        op = "iterate" if definition.is_generator else "call"
        summary = queries.summary_of(self.store, ref, self.machine.world)
        for site in (*(p.site for p in summary.patches), *(c.site for c in summary.cures)):
            if site is not None:
                self.doers.setdefault(site, definition.name)
        return self.machine.replay(summary, self.machine.bind_arguments(function, (), keywords), ctx, op)

    def installed(self, definition: FixtureDef) -> Value:
        assert definition.external is not None
        made = _installed(self.store, (self.item.id.path, definition.canonical, definition.name))
        return made if made != PLAIN else unknown(f"fixture {definition.name}")

    # --- the body ------------------------------------------------------------------------------------------------

    def body(self, place: Place) -> None:
        methods = case_methods(self.store, self.item.id)
        for method in methods.before:
            self.case_method(method, place)
        self.test(place)
        for method in methods.after:
            self.case_method(method, place, late=True)

    def case_method(self, method: CaseMethod, place: Place, late: bool = False) -> None:
        """`setUp` and its like: async ones run in the loop of the test, the others at home."""
        node = find_node(self.store, method.ref)
        span = node.name_span if isinstance(node, f.Function) else (0, 0)
        step = Step(Site(method.ref.path, method.ref.chunk, *span), method.name, "", method.ref)
        self.parts.enter(step, method.name, method.name, pair="case", late=late)
        ctx = Context(route=constant(place if method.is_async else Place.HOME), via=(step,))
        function = Callable_(method.ref, (), self.receiver)
        summary = queries.summary_of(self.store, method.ref, self.machine.world)
        self.machine.replay(summary, self.machine.bind_arguments(function, (), ()), ctx, "call")

    def test(self, place: Place) -> None:
        item = self.item
        receiver = self.receiver if item.binding != "static" else None
        if item.binding == "class" and item.cls is not None:
            receiver = one(Class_(item.cls))
        keywords = tuple((p, self.test_parameter(p)) for p in item.params)
        ctx = Context(route=constant(place))
        if item.refused == "sync_to_async":
            self.test_of_hop(receiver, keywords, ctx)
            return
        function = Callable_(item.runs, (), receiver)
        if self.machine.ending:
            found = gone_through(self.store, function, keywords, self.mocks(), ctx, self.machine.world)
            if found is not None:
                self.machine.take(found)
                return
        summary = queries.summary_of(self.store, item.runs, self.machine.world)
        bound = self.machine.bind_arguments(function, self.mocks(), keywords)
        mark = len(self.machine.noted)
        self.machine.replay(summary, bound, ctx, "call", again=True)
        left(self.machine, mark)

    def mocks(self) -> tuple[Value, ...]:
        """What its decorators hand to the test, the innermost first; those of its class come after its own."""
        handed: list[Value] = []
        decorated: list[FunctionRef | ClassRef] = [self.item.ref, *self.item.classes]
        for one_of_them in decorated:
            patches = queries.decorator_patches(self.store, one_of_them)
            handed += [patch.value for patch in reversed(patches) if patch.handed == ""]
        return tuple(handed)

    def test_of_hop(self, receiver: Value | None, keywords: Keywords, ctx: Context) -> None:
        """A test under sync_to_async: its runner awaits the wrapper."""
        item = self.item
        wrapper = queries.decorated(self.store, FunctionSymbol(item.ref, item.owner))
        made = self.machine.perform(
            wrapper, "call", ctx, item.site, item.id.name, () if receiver is None else (receiver,), keywords
        )
        self.machine.perform(made, "await", ctx, item.site, item.id.name)

    def test_parameter(self, name: str) -> Value:
        definitions = self.fixtures.definitions(name)
        if name in self.fixtures.direct:
            return parameter(self.store, (self.item.id, name))
        if not definitions:
            return frozenset({Unknown(f"parameter {name}")})
        return self.value(name, len(definitions) - 1)

    def _past_mocks(self, via: tuple[Step, ...]) -> bool:
        """Whether one of the functions on the way read something that a patch replaces. What was read while their
        arguments were filled in belongs to no one function, and counts for all."""
        world = self.machine.world
        if self.machine.mocked or not (self.machine.replacing or self.machine.ending):
            return self.machine.mocked
        targets = {step.target for step in via if step.target is not None}
        if self.machine.ending and not targets.isdisjoint(self.machine.past_mocks):
            return True
        return self.machine.replacing and any(queries.summary_of(self.store, ref, world).mocked for ref in targets)

    # --- the verdict ---------------------------------------------------------------------------------------------

    def settled_effects(self) -> list[Effect]:
        """All effects; nobody is left who could decide what is still a condition."""
        return [
            effect if all(guard.assumed for guard in effect.guards) else replace(effect, certain=False)
            for effect in self.machine.effects
        ]

    def judged(self, everywhere: bool = False) -> _Judged:
        """What the run found; `everywhere`, on the test's own connection, too."""
        groups: dict[tuple[Site | None, str], list[tuple[Effect, Place, Site]]] = {}
        undecided: dict[tuple[Where, str], None] = {}
        effects = sorted(self.settled_effects(), key=lambda e: (len(e.via), repr(e.via)))
        home: list[Effect] = []
        for effect in effects:
            place = effect.route[0]
            at_home = place is not None and place.thread == "home"
            stays = not self.machine.unsafe if place is not None and place.has_loop else at_home and not everywhere
            if place is None or stays:
                # In a loop it raises, unless it is allowed to: then it is on another connection, on any thread.
                if at_home and place is not None and not place.has_loop:
                    home.append(effect)
                continue
            site = next((s.site for s in effect.via if s.site is not None), None)
            if place.thread == "unknown" or site is None:
                undecided[(site, f"where {effect.via[-1].label} runs is not known")] = None
                continue
            guessed = not effect.certain and not self.machine.hops_in_test_code(effect.via)
            if guessed and self._past_mocks(effect.via):
                # Product code reached past mocks, under a condition: what the mocks make of it nobody knows.
                undecided[(site, f"{effect.via[0].label} is reached past mocks, and only under a condition")] = None
                continue
            at = effect.via[1].site if effect.via[0] in self.parts.entered and len(effect.via) > 1 else site
            key = (at, "" if place.has_loop else rule_of(self.machine.table.get(effect.hop)))
            groups.setdefault(key, []).append((effect, place, site))
        gone = [effect for group in groups.values() for effect, _, _ in group]
        fates = Fates(self.machine, self.parts, self.fixtures, home, () if everywhere else gone)
        escapes = [self._escape(group, fates) for group in groups.values()]
        for hidden in self.machine.opaque:
            place = hidden.route[0]
            if place is not None and place.thread != "home" and (hidden.op != "call" or not place.has_loop):
                undecided[(hidden.site, hidden.reason)] = None
        found = tuple(sorted(escapes, key=lambda e: (e.site.path, e.site.chunk, e.site.start, e.row)))
        return _Judged(found, tuple(sorted(undecided, key=_by_place)))

    def _escape(self, group: list[tuple[Effect, Place, Site]], fates: Fates) -> Escape:
        """What one call does elsewhere as one escape, and what becomes of the rows."""
        effects = [effect for effect, _, _ in group]
        told = []
        for effect, place, site in group:
            made = _escape(effect, place, site, self.parts.entered.get(effect.via[0]))
            told.append((replace(made, unseen=fates.unseen(effect), cleans=fates.removes(effect)), effect))
        escape = reduce(_together, [one for one, _ in told])
        if escape.kind != "write":
            return escape
        return replace(
            escape, removal=fates.removal(effects), cleans=fates.cleans(effects), distinct=fates.distinct(effects)
        )


def _called(store: Store, key: tuple[str, str, str]) -> Value:
    path, canonical, label = key
    atom = frozenset({Outside(canonical, canonical)})
    return Machine(store, path, ()).perform(atom, "call", Context(muted=True), None, label)


_installed: Query[tuple[str, str, str], Value] = Query("installed fixture", _called)
"""Key: (test file, canonical name, name of the fixture): what calling an installed fixture function gives."""


def _by_place(reason: tuple[object, str]) -> tuple[str, str, int, str]:
    where, text = reason
    if isinstance(where, Site):
        return where.path, where.chunk, where.start, text
    return "", "", 0, f"{where} {text}"


def constant(place: Place) -> Route:
    """The route of work that starts at a known place."""
    return (place,) * len(Place)


def _weight(escape: Escape) -> tuple[int, int, bool, bool, int]:
    kinds = {"write": 2, "unknown": 0, "read": 1}
    return (
        int(escape.confidence == "certain"),
        kinds[escape.kind],
        escape.unseen is not None,
        not escape.cleans,
        -len(escape.via),
    )


def _together(known: Escape, more: Escape) -> Escape:
    """The worse of two escapes of one call; where the work of the other one is done is kept."""
    worst, other = (more, known) if _weight(more) > _weight(known) else (known, more)
    steps = dict.fromkeys((*known.besides, other.via[-1]))
    besides = tuple(step for step in steps if step.site not in (None, worst.via[-1].site, worst.site))
    return replace(worst, besides=besides[:MOST_BESIDES])


def _escape(effect: Effect, place: Place, site: Site, fixture: str | None) -> Escape:
    payload = fixture or _payload(effect.via)
    return Escape(
        site,
        effect.hop,
        place,
        effect.kind,
        effect.model,
        "certain" if effect.certain and effect.kind != "unknown" else "likely",
        payload,
        effect.via,
        effect.phase,
        fixture,
    )


def _payload(via: tuple[Step, ...]) -> str:
    """What runs there, for people: what the hop was given, as written in the test; else the first function called."""
    # A call that is not a hop's own, as of a context manager that the project decorated, is entered by its own name.
    is_hop = bool(via[0].row) and not (len(via) > 1 and via[1].label == via[0].label)
    written = _first_argument(via[0].label) if is_hop else ""
    if written not in ("", "lambda", "..."):
        return written
    for step in via:
        if step.target is not None:
            return step.target.name if step.target.name != "lambda" else via[-1].label
    return via[-1].label


def _first_argument(label: str) -> str:
    """The first argument of the call that a label ends with: `f(x).g` of `hop(f(x).g, ...)`."""
    if not label.endswith(")"):
        return ""
    depth, comma = 0, len(label) - 1
    for at in range(len(label) - 1, -1, -1):
        depth += (label[at] in ")]") - (label[at] in "([")
        if depth == 0:
            return label[at + 1 : comma]
        if depth == 1 and label[at] == ",":
            comma = at
    return ""


__all__ = ["constant", "entry", "entry_place", "is_idle", "trace"]
