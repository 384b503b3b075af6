"""What pytest makes of a project, as plain data: items, marks, fixtures, closures, runners, database modes.

Everything is frozen and compared by value; positions are chunk-relative sites. No rule of pytest stands here. What keys
memos are Structs that keep their hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from isolint.names.origin import Definition
from isolint.names.symbols import ClassRef, FunctionRef, Site
from isolint.syntax.facts import Expr
from isolint.workspace.shapes import Place

Scope = Literal["session", "package", "module", "class", "function"]
SCOPES: tuple[Scope, ...] = ("session", "package", "module", "class", "function")
"""Widest first: the order in which a closure is set up."""


class TestRef(Struct, frozen=True, cache_hash=True, gc=False):
    """A test function as pytest names it, parameters left out: the collecting file (absolute), the names of the
    collected classes from the outermost, and the name of the function."""

    path: str
    classes: tuple[str, ...]
    name: str

    __test__ = False


Family = Literal["function", "method", "unittest", "isolated", "django"]
"""Where an item comes from: a module-level function; a method of a plain class; of a `unittest.TestCase`; of an
`IsolatedAsyncioTestCase`; of a class with Django's `SimpleTestCase` among its bases."""


class TestItem(Struct, frozen=True, cache_hash=True, gc=False):
    """A collected test function.

    `ref` is the `def` as written, `runs` the function that pytest calls (another one when a decorator of the project
    wraps it). `cls` is the collected class and `classes` all from the outermost; `owner` is the class whose body has
    the `def` (a base class for an inherited test). `params` are the names that pytest asks fixtures for. `is_async` and
    `is_generator` describe `runs`. `opaque` says why a decorator could not be followed; then what runs is not known.
    `site` is the name after `def`.
    """

    id: TestRef
    ref: FunctionRef
    runs: FunctionRef
    cls: ClassRef | None
    classes: tuple[ClassRef, ...]
    owner: ClassRef | None
    node_id: str
    family: Family
    is_async: bool
    is_generator: bool
    params: tuple[str, ...]
    site: Site
    binding: Literal["", "static", "class"] = ""
    refused: str = ""
    opaque: str = ""

    __test__ = False


Level = Literal["function", "param", "class", "module", "plugin"]
"""Where a mark is set; "plugin" are those that a plugin or a hook adds to the item."""


@dataclass(frozen=True, slots=True)
class Among:
    """Which of several rows have a mark, one of which holds: `numbers` of the `count` parameter sets of a `parametrize`
    or fixture, or ways through a statement, which `of` tells apart from others."""

    of: Site | str
    numbers: frozenset[int]
    count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark in pytest's order of iteration.

    `args` and `keywords` are as written; names in them belong to `path` and, in a class body, `owner`. `arguments` is
    the source between the parentheses, None without any. `site` is the decorator or the element of `pytestmark`; None
    for marks that a plugin adds. `certain` is False when it depends on something that source does not tell, or on the
    parameter set; `among` says which sets have it, or which ways through a statement.
    """

    name: str
    args: tuple[Expr, ...] = ()
    keywords: tuple[tuple[str, Expr], ...] = ()
    arguments: Site | None = None
    site: Site | None = None
    level: Level = "function"
    path: str = ""
    owner: ClassRef | None = None
    certain: bool = True
    reason: str = ""
    among: Among | None = None


class Holder(Struct, frozen=True, cache_hash=True, gc=False):
    """What defines fixtures: a project file ("conftest", "module", "plugin"), an installed module ("plugin", by its
    dotted name, `path` empty) or a class."""

    kind: Literal["plugin", "conftest", "module", "class"]
    path: str = ""
    module: str = ""
    cls: ClassRef | None = None


Taker = Literal["pytest", "pytest-asyncio", "anyio", "trio", "nobody", "unknown"]
"""Who runs a fixture function: for `async def` pytest itself cannot."""


@dataclass(frozen=True, slots=True)
class FixtureDef:
    """One definition of a fixture.

    `ref` is the project's function, `external` the installed one; `canonical` is the dotted name of the latter ("" for
    the project's). `params` are the fixtures it requests (self left out; `has_self` says that there is one). `maker` is
    the decorator's library. `xunit` names the set-up methods behind a fixture that pytest makes of `setup_method` and
    its like: (set-up, tear-down), None where missing. `sets` are the marks of each of its
    `params`; None without `params`, or where none of them has any. `others` are the parameters of definitions that may
    stand in its place, and `maybe` says that it stands under a condition: then one further away may count.
    """

    name: str
    ref: FunctionRef | None
    external: Definition | None
    site: Site | None
    scope: Scope | None
    autouse: bool
    params: tuple[str, ...]
    is_async: bool
    is_generator: bool
    maker: Literal["pytest", "pytest-asyncio", "trio"]
    holder: Holder
    has_self: bool = False
    has_params: bool = False
    sets: tuple[tuple[Mark, ...], ...] | None = None
    others: tuple[tuple[str, ...], ...] = ()
    maybe: bool = False
    xunit: tuple[FunctionRef | None, FunctionRef | None] | None = None
    owner: ClassRef | None = None
    opaque: str = ""
    factory: ClassRef | None = None
    """The factory that the fixture is ("class"), or that makes its value ("object")."""
    gives: Literal["", "class", "object"] = ""

    @property
    def canonical(self) -> str:
        """The canonical dotted name of an installed fixture, "" for one of the project."""
        return self.external.canonical if self.external is not None else ""


@dataclass(frozen=True, slots=True)
class Requested:
    """A fixture asked for at run time: `request.getfixturevalue(name)`; `name` is None when it is not written out.
    `certain` is False under a condition. `by` is the fixture whose body has it, "" for the test itself. `literal` is
    where the name is written."""

    name: str | None
    site: Site
    certain: bool
    by: str = ""
    literal: Site | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """The fixtures of a test in the order in which pytest sets them up.

    `fixtures` pairs each name with its visible definitions, furthest to closest; `names` are all names in order, those
    parametrized directly and those nobody defines included. `takers` tells who runs each closest definition. `unknown`
    are the names without a definition, with the reason. `dynamic` are the requests at run time; they are no part of
    `names`. `xunit` fixtures are among `fixtures` under pytest's internal names. `used` are the definitions that are
    set up: the closest of each name, and those further up that an override asks for; `installed` the canonical names of
    those that are installed; `marking` those whose parameter sets have marks, or that have no set;
    `unsure` those in whose place another definition may stand, with what such ones request.
    """

    fixtures: tuple[tuple[str, tuple[FixtureDef, ...]], ...] = ()
    names: tuple[str, ...] = ()
    takers: tuple[tuple[str, Taker], ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    dynamic: tuple[Requested, ...] = ()
    direct: frozenset[str] = frozenset()
    used: tuple[FixtureDef, ...] = field(init=False, compare=False)
    installed: frozenset[str] = field(init=False, compare=False)
    marking: tuple[tuple[str, FixtureDef], ...] = field(init=False, compare=False)
    unsure: tuple[tuple[FixtureDef, tuple[tuple[str, ...], ...]], ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Many tests share one closure, and all ask for these.
        used = tuple(_used(self.fixtures))
        object.__setattr__(self, "used", used)
        object.__setattr__(self, "installed", frozenset(one.canonical for one in used))
        filling = ((name, _parametrized(name, definitions)) for name, definitions in self.fixtures)
        marking = tuple((name, one) for name, one in filling if one is not None and one.sets is not None)
        object.__setattr__(self, "marking", marking)
        doubtful = ((definitions[-1], tuple(_instead(definitions))) for _, definitions in self.fixtures)
        object.__setattr__(self, "unsure", tuple((one, instead) for one, instead in doubtful if instead))

    def definitions(self, name: str) -> tuple[FixtureDef, ...]:
        """The definitions of a name of the closure, furthest to closest."""
        return next((defs for n, defs in self.fixtures if n == name), ())


def _used(fixtures: tuple[tuple[str, tuple[FixtureDef, ...]], ...]) -> Iterator[FixtureDef]:
    for name, definitions in fixtures:
        for one in reversed(definitions):
            yield one
            if name not in one.params:
                break


def _instead(definitions: tuple[FixtureDef, ...]) -> Iterator[tuple[str, ...]]:
    """What definitions request that may count instead of the closest."""
    yield from definitions[-1].others
    if definitions[-1].maybe and len(definitions) > 1:
        yield definitions[-2].params


def _parametrized(name: str, definitions: tuple[FixtureDef, ...]) -> FixtureDef | None:
    """The definition that has the parameters of a fixture: the closest, or one that it overrides and requests
    (_pytest.fixtures.FixtureManager.pytest_generate_tests)."""
    for one in reversed(definitions):
        if one.has_params:
            return one
        if name not in one.params:
            return None
    return None


Where = Site | Place | None
"""Where a fact stands: in Python source, or a line of a configuration file."""

RunnerKind = Literal["sync", "pytest-asyncio", "anyio", "trio", "django", "isolated-asyncio", "never", "unknown"]


@dataclass(frozen=True, slots=True)
class Runner:
    """Who runs the body of a test. "never" is an `async def` that nothing awaits. `site` is where that is written: a
    mark, a class, or a line of the configuration. `backends` are those of anyio. `missing` is the distribution that a
    mark asks for and the environment does not have: then it may be the wrong environment."""

    kind: RunnerKind
    reason: str
    site: Where = None
    backends: tuple[str, ...] = ()
    missing: str = ""


Order = Literal[0, 1, 2]
Mode = Literal["rollback", "flush", "none", "unprotected", "unknown"]


@dataclass(frozen=True, slots=True)
class LostArguments:
    """Arguments of a `django_db` mark at `site` that have no effect, as written (`transaction=True`), since pytest
    takes the mark at `winner` alone. `how` the two stand to each other: the one that loses is "outer" (further from the
    test), on a class "derived" from that of the winner, or at the "same" place. `level` is that of the mark that a
    reader would take for the nearer one: the winner, unless it is inherited."""

    arguments: tuple[str, ...]
    site: Site
    winner: Site
    how: Literal["outer", "derived", "same"]
    level: Level


@dataclass(frozen=True, slots=True)
class DatabaseMode:
    """What the database does around a test.

    `databases` are aliases, ("__all__",) for all. `reasons` say where it is written. `order` is pytest-django's place
    in the run: 0 rollback, 1 flush, 2 no database. `dynamic` is True when the access starts only where a fixture is
    asked for at run time. `unblocks` are calls of `django_db_blocker.unblock()` in the test or in fixtures of the
    project. `lost` are the arguments of `django_db` marks that do not count.
    """

    mode: Mode
    databases: tuple[str, ...] = ()
    reasons: tuple[tuple[Where, str], ...] = ()
    order: Order = 2
    dynamic: bool = False
    unblocks: tuple[Site, ...] = ()
    lost: tuple[LostArguments, ...] = ()
