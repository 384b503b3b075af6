"""The shapes of rows: what a known callable does, keyed by the canonical name of its definition.

A row says what `asgiref.sync.sync_to_async` *does*; which names lead to it (imports, aliases, partials, decorators) is
found elsewhere and needs no row. A method is `module.Class.method`; "()" as the last part is the call of the class
itself, `__iter__`, `__aiter__`, `__enter__`, `__aenter__` are iteration and `with`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from isolint.catalog.places import IDENTITY, IN_LOOP, SENSITIVE, Route

Given = Literal[
    "plain",
    "self",
    "model",
    "models",
    "queryset",
    "manager",
    "receiver",
    "class",
    "unknown",
    "first",
    "items",
    "keywords",
]
"""What a call gives: "plain" data; "self" the receiver; "model"/"models" an instance/instances of the model behind the
receiver (or of the class given as first argument); "queryset"/"manager" one over it; "receiver": an instance of the
class it is called on; "first": its first argument; "items": a container of its arguments; "keywords": a
table of its keyword arguments; "unknown"."""


@dataclass(frozen=True, slots=True)
class Wraps:
    """`name(f)` gives a callable that runs `f` by `route` when its result is awaited (`when` "await") or at once
    ("call"); `awaits`: f's own result is awaited there. Without `f` it is a decorator factory. `unless` is an option
    that switches to another route: (keyword, value, route, rule)."""

    name: str
    route: Route
    when: Literal["call", "await"]
    rule: str
    awaits: bool = False
    keyword: str = "func"
    unless: tuple[str, object, Route, str] | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """`name(..., f, *args)` runs `f(*args)` by `route`: at once ("call"), when the result is awaited ("await"), or when
    its `start()` is called ("start"). `payload` is the position of `f` (or the name under which the receiver holds it),
    `keyword` its name; arguments follow it, or stand in the keywords `args`/`kwargs`. `each`: the arguments are
    iterables of arguments (`Executor.map`). `awaits` and `unless` as for `Wraps`. `held_back`: the route as long as
    nothing has run what is held back (`Releases`)."""

    name: str
    route: Route
    when: Literal["call", "await", "start"]
    rule: str
    payload: int | str = 0
    keyword: str = "func"
    each: bool = False
    awaits: bool = False
    unless: tuple[str, object, Route, str] | None = None
    held_back: Route | None = None


@dataclass(frozen=True, slots=True)
class Drives:
    """`name(awaitable, ...)` awaits what it is given by `route`: at once ("call") or when its result is awaited
    ("await"). `payload` is the position of the awaitable, -1 for all positional arguments (and what they hold)."""

    name: str
    route: Route
    when: Literal["call", "await"]
    rule: str = ""
    payload: int = 0
    keyword: str = "coro"


Fate = Literal["", "made", "many made", "built", "found or made", "saved", "removed", "all removed"]
"""What becomes of rows of a model: one is made, or several are, of what is given ("built": and maybe rows of other
models with it), it is looked for and made where it is not found, it is made or changed, it is removed, or all that a
queryset finds are."""


@dataclass(frozen=True, slots=True)
class Acts:
    """`name(...)` works on the database: at once ("call"), or when its result is awaited, iterated or entered; by
    `route` (SENSITIVE for Django's a-methods). `unless`: an option, the first parameter, with which it does no work.
    `sends`: the signals of the model that it sends there. `rows`: what becomes of rows of the model, where that is
    known."""

    name: str
    kind: Literal["read", "write"]
    when: Literal["call", "await", "aiterate"] = "call"
    route: Route = IDENTITY
    rule: str = ""
    gives: Given = "plain"
    unless: tuple[str, object] | None = None
    sends: tuple[str, ...] = ()
    rows: Fate = ""


@dataclass(frozen=True, slots=True)
class Drains:
    """`name(...)` goes through what it is given, once it is called or awaited, by `route`: querysets in it, or in a
    table that it is, run their query. `what` is the position of that argument, or the name under which the receiver
    holds it."""

    name: str
    when: Literal["call", "await"]
    what: int | str
    route: Route = IDENTITY
    rule: str = ""
    keyword: str = "context"


@dataclass(frozen=True, slots=True)
class Gives:
    """`name(...)` does no work and gives `gives`; `cls` names the class of the result (canonical), or of the "items"
    in it, where that is fixed. The result keeps its arguments as attributes of the names in `holds`, by position and by
    keyword. `decorates`: without positional arguments it is a decorator factory. `distinct`: objects that are made at
    different places are told apart. `unlike`: each call gives a value that none gave before."""

    name: str
    gives: Given = "plain"
    cls: str = ""
    holds: tuple[str, ...] = ()
    decorates: bool = False
    distinct: bool = False
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Requests:
    """`name(...)` has an application answer a request when its result is awaited. A view or consumer that is a plain
    function runs by `plain`, one that is a coroutine function by `coroutine`.

    `path` is where the URL stands: the position of an argument, or the name of an attribute that the receiver holds;
    `application` the attribute that holds what answers ("transport.app": an attribute of it), "" for the project's own
    URLs. The method of the request is the last part of `name` where that is one, else the argument or held attribute
    `method`. `sends` are signals that a request sends, each with the route of functions and of coroutine functions that
    receive it. `when` "call": the request is made at once."""

    name: str
    path: int | str
    application: str = ""
    plain: Route = SENSITIVE
    coroutine: Route = IN_LOOP
    rule: str = "ISO104"
    sends: tuple[tuple[str, Route, Route], ...] = ()
    when: Literal["call", "await"] = "await"


@dataclass(frozen=True, slots=True)
class Serves:
    """An object of the class `name` answers requests with the project's own URLs, whoever drives it: plain views by
    `plain`, coroutine functions by `coroutine`."""

    name: str
    plain: Route
    coroutine: Route
    rule: str


@dataclass(frozen=True, slots=True)
class Dispatches:
    """An object of the class `name` (a router) answers requests with what is registered at it (`Answers`, `Mounts`).

    A coroutine function is awaited where the router is called. A plain one goes by `plain` from there, or, without,
    goes where whoever drives the router has plain views run; but by `beside` where a coroutine function answers at the
    same path. The router holds, under these names, what stands before all its paths (`prefix`), routes that it was made
    with (`routes`), and what is called before each function (`before`); a registration brings its own under the same
    name, in place of that, or besides where the router `adds` them. `reads`: querysets that a plain function gives are
    read where it ran. `request`: functions are given the request first.

    A class that is decorated with `name`, or inherits from it, is such a router, too: of the functions in its body."""

    name: str
    plain: Route | None = None
    beside: Route | None = None
    prefix: str = ""
    routes: str = ""
    before: str = ""
    adds: bool = False
    reads: bool = False
    request: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """`name(path, ...)(f)` has the function `f` answer requests to a path of the router that it is read from. The
    method is the last part of `name` where that is one, else `methods` is the position of a list of them (-1: only by
    keyword). `function` is the position of `f` where it is given at once. `applied`: this is the second of the two
    calls. `of_class`: it is read from no router, and decorates a function in the body of a class that is one."""

    name: str
    path: int = 0
    methods: int = -1
    function: int | None = None
    keyword: str = ""
    applied: bool = False
    of_class: bool = False


@dataclass(frozen=True, slots=True)
class Mounts:
    """`name(prefix, router)` has another router, or application, answer all below a path. `what` is the position of it
    (-1: all that it is given) and `keyword` its name, `prefix` the position of the path (-1: only by the keyword
    "prefix")."""

    name: str
    what: int
    keyword: str
    prefix: int = -1


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name` is an attribute that gives `gives` when it is read from an instance or class; `cls` as in Gives."""

    name: str
    gives: Given = "plain"
    cls: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`name`, a module's name, an attribute, or what a call of that name gives, is an object of the class that Django's
    setting `setting` names (with `suffix` behind it). `path` leads there inside the setting; "" in it stands for what
    the call is given. `otherwise` is the class where the settings do not say it (django/conf/global_settings.py)."""

    name: str
    setting: str
    otherwise: str
    path: tuple[str, ...] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Decorates:
    """`name(f)` or `name(...)(f)` gives `f` itself as far as places go; `factory`: only the second form does, and a
    callable argument of the first is something else (functools.wraps). Without a callable it gives an object of `cls`
    that may also be entered (transaction.atomic)."""

    name: str
    factory: bool = False
    cls: str = ""


@dataclass(frozen=True, slots=True)
class Manages:
    """`name` makes a context manager factory out of a generator function ("enter" or "aenter")."""

    name: str
    when: Literal["enter", "aenter"]


@dataclass(frozen=True, slots=True)
class Fills:
    """`name(f, *args, **keywords)` gives `f` with arguments filled in (functools.partial)."""

    name: str


@dataclass(frozen=True, slots=True)
class Mocks:
    """`name(...)` gives a mock object; `name` itself is a class of mocks. One that is "async" is awaited when it was
    called, one that is "like" something if that is, and a "property" is called when it is read; of an "opaque" one
    nobody asks what it does."""

    name: str
    kind: Literal["mock", "async", "like", "property", "opaque"] = "opaque"


@dataclass(frozen=True, slots=True)
class Extends:
    """What a class inherits that its source does not show as a base (classes made at run time)."""

    name: str
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lends:
    """Assigning an item of `name` hands a connection to this thread: what it does from there on is that connection's
    affair."""

    name: str


@dataclass(frozen=True, slots=True)
class Expects:
    """`with name(exception, ...):` says that its body raises (pytest.raises)."""

    name: str


@dataclass(frozen=True, slots=True)
class Refuses:
    """Entering an object of the class `name` raises where a loop runs: nothing behind it happens there."""

    name: str


@dataclass(frozen=True, slots=True)
class Replaces:
    """`name(...)` replaces names. `target` says what it is given: "path", a dotted path; "object", an object and the
    name of its attribute; "either"; "many", an object or a path, and the names as keywords. The replacement follows.

    `assigns`: it is an assignment by another word (`setattr`), not made for tests. `patcher`: it gives an object of
    this class, and replaces when that is entered, started, or used as a decorator; without, at once. `entered`: what
    `name` is read from was entered, and takes the replacement back when it is left. `of` names the object whose
    attributes "many" replaces, where it is not given."""

    name: str
    target: Literal["path", "object", "either", "many"]
    assigns: bool = False
    patcher: str = ""
    entered: bool = False
    of: str = ""


@dataclass(frozen=True, slots=True)
class SetsItems:
    """`name(...)` sets items of a mapping: of the one that is called `of`, or, without, of its first argument (an
    object or its path). "one": a key and a value follow; "many": a mapping, or keywords. `patcher` as in Replaces."""

    name: str
    how: Literal["one", "many"]
    of: str = ""
    patcher: str = ""


@dataclass(frozen=True, slots=True)
class Starts:
    """What the receiver (a `patcher` of Replaces) holds takes effect when `name` is called: until the block is left
    that "enters" it, until it is stopped ("starts"), or while the function runs that it "decorates" and gives back.
    The others give a mock."""

    name: str
    how: Literal["enters", "starts", "decorates"]


@dataclass(frozen=True, slots=True)
class Stops:
    """What the receiver (a `patcher` of Replaces) holds is no longer replaced once `name` was called."""

    name: str


@dataclass(frozen=True, slots=True)
class Cures:
    """After this, work on other threads may still be on the test's connection. `by` says what must be done: `name`
    (an attribute of a class or module) is replaced, on the class or on one of its objects; `name` is called; or the
    distribution `name` is installed.

    `threads` are those whose work it may bring back, `what` says for people what it does. With `settled_by` (the name
    of another row) nothing is left to guess once both have been done; without, what comes of it cannot be told."""

    name: str
    by: Literal["replacement", "call", "installation"]
    threads: frozenset[str]
    what: str
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class Enters:
    """`name(manager)` enters a context manager and gives what that gives ("enter" or "aenter"); `to_the_end`: it is
    left when the test has ended."""

    name: str
    when: Literal["enter", "aenter"] = "enter"
    to_the_end: bool = False


@dataclass(frozen=True, slots=True)
class Commands:
    """`name(command, ...)` runs a management command, an object or the name of one. Of those that are not the project's
    own, `writing` change the database, `silent` do not touch it, and the others are unknown."""

    name: str
    writing: frozenset[str]
    silent: frozenset[str]


@dataclass(frozen=True, slots=True)
class FindsModel:
    """`name("app.Model")` or `name("app", "Model")` gives the class of a model."""

    name: str


@dataclass(frozen=True, slots=True)
class MakesInit:
    """`name`, as a decorator or base of a class, writes its `__init__`: each annotated name of the body becomes a
    parameter and an attribute. `positional`: in their order, else by keyword alone. `after` is the method that the made
    one calls at its end."""

    name: str
    positional: bool = True
    after: str = ""


@dataclass(frozen=True, slots=True)
class Releases:
    """`name(option=True)` has run what the callable `of` holds back."""

    name: str
    of: str
    option: str


@dataclass(frozen=True, slots=True)
class Connects:
    """`name(...)` has a function called whenever a signal is sent. `receiver` is the position of the function, `signal`
    that of the signal (or of a list of signals), None where it is what the method is read from. Without the function it
    is a decorator factory."""

    name: str
    receiver: int
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class Sends:
    """`name(sender, ...)` calls what is connected to the signal it is read from, at once or when its result is awaited:
    functions by `route`, coroutine functions in the loop there, or in one made for them."""

    name: str
    when: Literal["call", "await"]
    route: Route = IDENTITY
    rule: str = ""


@dataclass(frozen=True, slots=True)
class NeedsLoop:
    """Calling `name` raises `RuntimeError` where no loop runs."""

    name: str


@dataclass(frozen=True, slots=True)
class Finds:
    """`name(text)` gives the module that a text names, or the object at a dotted path."""

    name: str
    what: Literal["module", "object"]


@dataclass(frozen=True, slots=True)
class Reads:
    """`name(text)` gives what the object that the receiver holds as `of` has under that name; `optional`: a default
    may follow, else it is None."""

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Generates:
    """`name(...)`, read from a factory class, has it make an object (or `many`) of what it declares: by the strategy
    "build", "create" or "stub", by the one that the class says ("chosen"), or by the one that is "asked" for as the
    first argument, or as `keyword`."""

    name: str
    strategy: Literal["build", "create", "stub", "chosen", "asked"]
    many: bool = False
    keyword: str = ""


@dataclass(frozen=True, slots=True)
class Declares:
    """An object of `name` in the body of a factory says how the factory comes to a value: it "calls" its first argument
    (with what is `given`), "makes" an object by another factory, "iterates" its first argument, "chooses" one of the
    others, "holds" declarations, "sets" others where it is switched on, or "asks" the object for the method that is
    named. `after`: that is done when the object was made."""

    name: str
    how: Literal["calls", "makes", "iterates", "chooses", "holds", "sets", "asks"]
    given: tuple[Literal["object", "number"], ...] = ()
    after: bool = False


@dataclass(frozen=True, slots=True)
class Bakes:
    """`name(model, ...)` makes an object of a model: a row of it where it "saves", or where it is told to save what the
    object is related to. `of` says where model and values stand: in the arguments, in the recipe that the receiver is,
    or in one that a text names."""

    name: str
    saves: bool
    of: Literal["arguments", "recipe", "name"] = "arguments"


Row = (
    Wraps
    | Runs
    | Drives
    | Acts
    | Drains
    | Gives
    | Requests
    | Serves
    | Dispatches
    | Answers
    | Mounts
    | Attribute
    | Chosen
    | Decorates
    | Manages
    | Fills
    | Mocks
    | Extends
    | Lends
    | Refuses
    | Expects
    | Replaces
    | SetsItems
    | Starts
    | Stops
    | Cures
    | Enters
    | Commands
    | FindsModel
    | MakesInit
    | Releases
    | Connects
    | Sends
    | NeedsLoop
    | Finds
    | Reads
    | Generates
    | Declares
    | Bakes
)


def rule_of(row: Row | None) -> str:
    """The rule that a hop's row belongs to, "" for hops that lead nowhere else."""
    return row.rule if isinstance(row, Wraps | Runs | Drives | Acts | Drains | Requests | Serves | Sends) else ""
