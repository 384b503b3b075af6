"""Values, effects, summaries and traces: the plain data of the one question isolint answers.

`placement` computes with these; `rules`, `fixes` and `features` read them. Nothing here resolves a name or looks at
source. All of it is immutable and compared by value. Chains (`via`) are compared too, so that no place shown to people
goes stale; they take no part in a join, which keeps the shortest.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from isolint.catalog.places import IDENTITY, Place, Route
from isolint.names.symbols import ClassRef, FunctionRef, Site
from isolint.pytest_model.shapes import Where

Kind = Literal["read", "write", "unknown"]
Operation = Literal["call", "await", "iterate", "aiterate", "enter", "aenter"]

# --- values: sets of few atoms ---------------------------------------------------------------------------------------


class Unknown(Struct, frozen=True, cache_hash=True, gc=False):
    """Nobody can name it. `reason` is for people; it takes part in equality so that none that is shown goes stale, and
    a join keeps one of several. `own`: a package that cannot work on Django's database made it, of nothing of the
    project's: to wait for it is that package's own work."""

    reason: str = ""
    own: bool = False


class Plain(Struct, frozen=True, cache_hash=True, gc=False):
    """Data that does no work whatever is done to it: numbers, strings, results of pure calls."""


class Literally(Struct, frozen=True, cache_hash=True, gc=False):
    """A literal whose value matters for guards and options."""

    value: str | int | float | bool | None


class Text(Struct, frozen=True, cache_hash=True, gc=False):
    """A text of which only `parts` are known: anything may stand between each two of them."""

    parts: tuple[str, ...]


class Callable_(Struct, frozen=True, cache_hash=True, gc=False):
    """A project function or lambda. `free` gives the values of the names it takes from enclosing functions, `receiver`
    what it is bound to."""

    ref: FunctionRef
    free: tuple[tuple[str, Value], ...] = ()
    receiver: Value | None = None


class Class_(Struct, frozen=True, cache_hash=True, gc=False):
    """A project class as a value; for a Django model or factory also "what its instances are"."""

    ref: ClassRef


class Unloaded(Struct, frozen=True, cache_hash=True, gc=False):
    """The relations of a model's object that only a query gives: those of `names`, or, with `others`, all but those."""

    names: frozenset[str] = frozenset()
    others: bool = False

    def has(self, name: str) -> bool:
        """Whether reading the relation is a query."""
        return (name in self.names) != self.others


class Instance(Struct, frozen=True, cache_hash=True, gc=False):
    """An object of a project class, or of an installed class by canonical name. `of` is the model behind a manager or
    queryset. `after` makes it what `super()` gives in that class: attributes are looked for behind it in the MRO.
    `held` are attributes that its `__init__` set to what it was given, and those of the names `told`, which were set
    from outside. Iterating, entering and calling it are its `__iter__`, `__aiter__`, `__enter__`, `__call__` ..."""

    cls: ClassRef | str
    of: ClassRef | str | None = None
    after: ClassRef | None = None
    held: tuple[tuple[str, Value], ...] = ()
    told: frozenset[str] = frozenset()
    unloaded: Unloaded | None = None
    """Of a model's object, or of those of a queryset, as far as that is known."""


class Outside(Struct, frozen=True, cache_hash=True, gc=False):
    """A function, class, module or variable outside the project, by the dotted name under which it was reached and its
    canonical one ("" while `Origin` does not know it). `receiver` is what a method is bound to."""

    dotted: str
    canonical: str
    receiver: Instance | Class_ | Outside | None = None


class Module(Struct, frozen=True, cache_hash=True, gc=False):
    """A module of the project."""

    dotted: str
    path: str


class Partial(Struct, frozen=True, cache_hash=True, gc=False):
    """A callable with arguments filled in (functools.partial)."""

    func: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


class Hop(Struct, frozen=True, cache_hash=True, gc=False):
    """What a hop's row made of its payload: calling it with arguments runs `payload` with them by `route`, at once
    (`when` "call") or when the result is operated with `when`. `then` as in `Deferred`."""

    row: str
    payload: Value
    route: Route
    when: Operation
    then: Literal["call", "call-await", "body"] = "call"


class Deferred(Struct, frozen=True, cache_hash=True, gc=False):
    """Work that happens when this value is operated with `when`: a coroutine, a generator, a context manager, a thread.

    The work goes by `route` (of the hop `row`, if any), and is: `then` "call": `callee` is called with the arguments;
    "call-await": that, and its result is awaited; "call-iterate": that, and a queryset that it gives is read; "await":
    `callee` is itself awaited; "body": the body of the function `callee` runs; "act": the effect of the row of
    `callee`; "answer": what the mock `callee` is told to do."""

    when: Operation | Literal["start"]
    callee: Value
    then: Literal["call", "call-await", "call-iterate", "await", "body", "act", "answer"]
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    route: Route = IDENTITY
    row: str = ""


class Done(Struct, frozen=True, cache_hash=True, gc=False):
    """An awaitable or future whose work is already accounted for; operating it gives `result`."""

    result: Value


class Items(Struct, frozen=True, cache_hash=True, gc=False):
    """A container: what its elements may be, and by literal key where that is written out. `complete`: it holds what is
    written out and nothing else, which is so until somebody may have changed it. `mapping`: the keys are those of a
    mapping, not positions."""

    element: Value
    keys: tuple[tuple[str | int, Value], ...] = ()
    complete: bool = False
    mapping: bool = False


class Mock(Struct, frozen=True, cache_hash=True, gc=False):
    """A mock object: nothing done to it reaches the database, but for what it was told to call.

    `asynchronous`: its call gives an awaitable (None: nobody knows). `told` are its attributes as far as they were set,
    `side_effect`, `return_value` and `wraps` among them. `made` tells one mock from another, by the place where it was
    made; with a `path`, this is what is read from that one, or what calling it gives (`return_value`)."""

    asynchronous: bool | None = None
    told: tuple[tuple[str, Value], ...] = ()
    made: Site | None = None
    path: tuple[str, ...] = ()


class Param(Struct, frozen=True, cache_hash=True, gc=False):
    """The value of a parameter of the function being summarised, or (kind "free") of a name of an enclosing one."""

    name: str
    kind: Literal["param", "free", "args", "kwargs"] = "param"


class Derived(Struct, frozen=True, cache_hash=True, gc=False):
    """What comes of doing something to a symbolic value: an attribute (`args` is the default of `getattr`, if any), the
    result of a call, an element, `super()` (then `args` is the class after which attributes are looked for), what a
    table gives for it as a key ("pick": `args` are the table and, for `get`, the default), or what a request does of
    which it is the application or the URL ("request": `name` is the row, `args` what else the request is made of);
    whether it has an attribute ("has"); one of two values ("choose": `args` are that for a true answer to the question
    `name`, a check of `Predicate`, and that for a false one; an empty one stands for the base itself);
    what it names as a text ("find": `name` is the row; "named": the attribute of
    that name of what is in `args`, where the default of `getattr` may follow; "text": that of an f-string whose
    parts are `args`); and the same where it is known to be of some type of data ("as": `name` is the kind of it), or to
    have an attribute or to lack it ("having": `args` is which of them)."""

    base: Param | Derived
    step: Literal[
        "attribute",
        "call",
        "await",
        "item",
        "enter",
        "super",
        "pick",
        "request",
        "has",
        "find",
        "named",
        "text",
        "as",
        "choose",
        "having",
    ]
    name: str = ""
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


Atom = (
    Unknown
    | Plain
    | Literally
    | Text
    | Callable_
    | Class_
    | Instance
    | Outside
    | Module
    | Partial
    | Hop
    | Deferred
    | Done
    | Items
    | Mock
    | Param
    | Derived
)
Value = frozenset[Atom]

CutKey = tuple[Literal["module", "class", "object", "outside"], ClassRef | str | Instance, str]
"""A name that a patch replaces: of a module (by path), a class, an object (all of its class and model are meant: which
one of them it is nobody follows), or of what a dotted name outside the project stands for."""

World = tuple[tuple[CutKey, Value], ...]
"""What is replaced while a test runs, and by what. Empty: nothing is."""

# --- what functions do -----------------------------------------------------------------------------------------------


class Step(Struct, frozen=True, cache_hash=True, gc=False):
    """One link of a chain: at `site`, `label` was called. `row` names the row of a hop or effect, `target` the project
    function that was entered."""

    site: Site | None
    label: str
    row: str = ""
    target: FunctionRef | None = None


class Predicate(Struct, frozen=True, cache_hash=True, gc=False):
    """Something asked of a value: whether it is truthy, can be called, is or equals one of `against`, or contains it;
    of the class of an exception, whether that was raised on the way. `holds`: the answer that is wanted."""

    subject: Value
    check: Literal["truthy", "callable", "is", "equals", "contains", "raised"]
    against: tuple[str | int | float | bool | None, ...] = ()
    holds: bool = True


class Guard(Struct, frozen=True, cache_hash=True, gc=False):
    """A condition of work that a call may decide: one of `predicates` holds, or, when it is `open`, something else
    does. Where it stays undecided the work is only likely, unless it is `assumed` to hold (in a test's own code)."""

    predicates: tuple[Predicate, ...]
    open: bool = False
    assumed: bool = False


class Effect(Struct, frozen=True, cache_hash=True, gc=False):
    """Database work of a function.

    `op`: what must be done to the function's result for it to happen ("call": at once). `route`: from the place where
    the function is entered to the place of the work. `certain` is False for a guessed callee or a condition that no
    call decides; it happens only where all `guards` hold. `hop` is the row of the hop that led to it ("" when none
    did)."""

    op: Operation
    phase: Literal["setup", "teardown"]
    route: Route
    kind: Kind
    model: str | None
    hop: str
    certain: bool
    guards: tuple[Guard, ...] = ()
    via: tuple[Step, ...] = ()
    of: ClassRef | str | None = None
    """The model itself; `model` is its name."""
    several: bool = False
    """It stands for work at more places than that to which its chain leads."""


class Use(Struct, frozen=True, cache_hash=True, gc=False):
    """Something the body operates on without knowing it: a parameter, something derived from one, a free variable."""

    target: Param | Derived
    op: Operation
    route: Route
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    phase: Literal["setup", "teardown"] = "setup"
    certain: bool = True
    guards: tuple[Guard, ...] = ()
    hop: str = ""
    via: tuple[Step, ...] = ()
    world: World = ()
    """What the function itself has replaced where it does this."""


class Read(Struct, frozen=True, cache_hash=True, gc=False):
    """The attribute `target.name` is read from a symbolic value `target.base`: what it turns out to be may be a
    property, or a relation that is not loaded. The rest as in `Use`."""

    target: Derived
    route: Route
    phase: Literal["setup", "teardown"] = "setup"
    certain: bool = True
    guards: tuple[Guard, ...] = ()
    hop: str = ""
    via: tuple[Step, ...] = ()


Lacking = Literal["none", "false"]
"""How an object lacks an attribute: it is None, or not there; or anything that is not true."""

Extent = Literal["made", "block", "entered", "whole"]
"""How long a patch holds: nobody has seen it begin ("made": it is taken to hold all the time), only inside of the
function that made it or of a block there ("block"), until what was entered is left ("entered": to the end of the block
of whoever entered it), or to the end of the test. Of two extents of the same patch the later one in this list
counts."""


class Patch(Struct, frozen=True, cache_hash=True, gc=False):
    """The attribute `name` of `holder` is replaced by `value`. Where `name` is empty, `holder` is a dotted path."""

    holder: Value
    name: Value
    value: Value
    site: Site | None = None
    always: bool = True
    """Whether no condition decides about it."""
    cuts: bool = True
    """False: it is an assignment like any other, which counts only if it turns out to be a cure."""
    extent: Extent = "whole"
    handed: str | None = None
    """A function decorated with it is handed the mock: by this keyword, or ("") as one more argument."""


class Cure(Struct, frozen=True, cache_hash=True, gc=False):
    """The callable of the cure `row` was called at `site`; `always` as in Patch."""

    row: str
    site: Site | None
    always: bool = True


class Opaque(Struct, frozen=True, cache_hash=True, gc=False):
    """A callee nobody could name, operated with `op` at a place reached by `route`: it makes a test undecided where
    that matters, never a finding."""

    route: Route
    op: Operation
    reason: str
    site: Site | None
    guards: tuple[Guard, ...] = ()


class Summary(Struct, frozen=True, cache_hash=True, gc=False):
    """All that calling a function may do and give, relative to the place of the call. What is ordered is sorted: of
    chains of the same length the first is kept, and that must be the same one in every run. `mocked`: it, or something
    it calls, read a name that a patch replaces. `attributes` are those of the first parameter that are assigned,
    `defaults` those that are only where they are lacking, `additions` what is put into the containers that they are.
    `raises` are the classes of exceptions that may leave it."""

    effects: tuple[Effect, ...] = ()
    uses: tuple[Use, ...] = ()
    reads: tuple[Read, ...] = ()
    returns: Value = frozenset()
    yields: Value = frozenset()
    opaque: tuple[Opaque, ...] = ()
    attributes: tuple[tuple[str, Value], ...] = ()
    defaults: tuple[tuple[str, Lacking, Value], ...] = ()
    additions: tuple[tuple[str, Value], ...] = ()
    patches: tuple[Patch, ...] = ()
    cures: tuple[Cure, ...] = ()
    mocked: bool = False
    raises: Value = frozenset()
    never: bool = False
    """It never comes back: a mock raises on every way through it."""


# --- what a test does ------------------------------------------------------------------------------------------------


class Unseen(Struct, frozen=True, cache_hash=True, gc=False):
    """Rows of `model` that were made on the test's connection before, at `step`, by `by` (a fixture or set-up method as
    people call it; "": the test)."""

    model: str
    by: str
    step: Step


class Removal(Struct, frozen=True, cache_hash=True, gc=False):
    """Rows are removed by hand at `step`. `ensured`: whatever the test comes to."""

    step: Step
    ensured: bool


class Escape(Struct, frozen=True, cache_hash=True, gc=False):
    """Database work of a test at a place whose connection is not the test's.

    `site` is where the finding stands (in the test or fixture), `row` the hop's row that took it away, `cause` the
    place of the work or of the helper that hops, `via` the whole chain from `site` down to the effect. `payload` names
    what runs there. `fixture` names the fixture whose body it is in (then `site` is the fixture's name), None for the
    test. `besides` are the last steps of further work that the same call does there.

    `unseen` are rows of what it reads that cannot be seen there, `removal` is what takes away by hand the rows that
    it makes, all of them; `cleans`: it is itself such a removal. `distinct` is where values are made that no other row
    has."""

    site: Site
    row: str
    place: Place
    kind: Kind
    model: str | None
    confidence: Literal["certain", "likely"]
    payload: str
    via: tuple[Step, ...]
    phase: Literal["setup", "teardown"] = "setup"
    fixture: str | None = None
    besides: tuple[Step, ...] = ()
    unseen: Unseen | None = None
    removal: Removal | None = None
    cleans: bool = False
    distinct: Step | None = None


class Cured(Struct, frozen=True, cache_hash=True, gc=False):
    """What may bring work of other threads back to the test's connection: `what` is done at `site`, by the fixture
    `fixture` ("": not by one). `certain`: it does; else nobody can tell."""

    what: str
    site: Where
    fixture: str
    certain: bool
    threads: frozenset[str]

    def sentence(self) -> str:
        """In words, without the place."""
        who = f"fixture {self.fixture}" if self.fixture else "a module" if self.site is not None else "a plugin"
        result = "other threads are on it" if self.certain else "whether that puts other threads on it nobody can tell"
        return f"{who} {self.what}: {result}"


class Trace(Struct, frozen=True, cache_hash=True, gc=False):
    """The result for one test: entry place, verdict, escapes, and why it is undecided where it is. `cure` is what took
    escapes away, `unprotected` what is written, wherever, when nothing rolls back or flushes."""

    place: Place | None
    verdict: Literal["leaks", "safe", "undecided", "not-rollback"]
    escapes: tuple[Escape, ...] = ()
    undecided: tuple[tuple[Where, str], ...] = ()
    flush: tuple[Escape, ...] = ()
    cure: Cured | None = None
    unprotected: tuple[Escape, ...] = ()
