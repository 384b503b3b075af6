"""What a decorator expression or the value of `pytestmark` can be while a test module is imported.

Only what bears on pytest's rules has a shape of its own (functions, fixtures, marks, the library callables that make or
keep them); everything else is `Opaque` with a reason. Plain data: `evaluate` makes and applies these.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from isolint.names.symbols import ClassRef, FunctionRef
from isolint.pytest_model.shapes import Mark
from isolint.syntax import facts as f


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression stands: its file and chunk, the class body or the local names it is evaluated in."""

    path: str
    chunk: str
    owner: ClassRef | None = None
    local: tuple[tuple[str, Object], ...] = ()

    def get(self, name: str) -> Object | None:
        """The local binding of a name, the latest first."""
        return next((value for n, value in reversed(self.local) if n == name), None)

    def bind(self, name: str, value: Object) -> Context:
        """This context with one more local name."""
        return replace(self, local=(*self.local, (name, value)))


@dataclass(frozen=True, slots=True)
class Func:
    """A function object. `ref` is the `def` that runs when it is called.

    `params` is the signature that `inspect.signature` shows (functools.wraps followed), `patched` the number of leading
    arguments that `mock.patch` fills. `binding` is staticmethod or classmethod around it. `opaque` says which decorator
    could not be followed; then nothing is sure. `refused` names the asgiref wrapper that makes it no function at
    all, `outer` are those of its marks that are on that wrapper. `given`: hypothesis runs it. `skipped`: unittest put a
    function in its place that skips."""

    ref: FunctionRef
    owner: ClassRef | None
    is_async: bool
    is_generator: bool
    params: tuple[f.Parameter, ...]
    context: Context = field(compare=False)
    marks: tuple[Mark, ...] = ()
    patched: int = 0
    tags: tuple[str, ...] = ()
    binding: Literal["", "static", "class"] = ""
    refused: str = ""
    outer: tuple[Mark, ...] = ()
    opaque: str = ""
    wrapped: bool = False
    given: bool = False
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Fixture:
    """What `@pytest.fixture` makes of a function: a `FixtureFunctionDefinition`, which pytest registers."""

    func: Func
    maker: Literal["pytest", "pytest-asyncio", "trio"]
    name: str | None
    scope: str | None
    autouse: bool | None
    has_params: bool
    params: Written | None = None


@dataclass(frozen=True, slots=True)
class FixtureMaker:
    """`pytest.fixture` itself, or `pytest.fixture(scope=...)`. `scope` is None when it is computed at run time."""

    maker: Literal["pytest", "pytest-asyncio", "trio"]
    name: str | None = None
    scope: str | None = "function"
    autouse: bool | None = False
    has_params: bool = False
    params: Written | None = None


@dataclass(frozen=True, slots=True)
class MarkNamespace:
    """`pytest.mark`."""


@dataclass(frozen=True, slots=True)
class MarkMaker:
    """`pytest.mark.NAME`, called or not: a MarkDecorator."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class Library:
    """An installed callable by its canonical name; `called` once it was called with something that is no function.
    `fills` are the parameters of the decorated function that it fills itself: names, or how many of the last ones.
    `skips`: it certainly skips what it decorates."""

    canonical: str
    called: bool = False
    patches: int = 0
    wraps: Func | None = None
    tags: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    fills_last: int = 0
    skips: bool = False


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(callee, ...)`."""

    callee: Object
    args: tuple[Object, ...]
    call: f.Call
    context: Context


@dataclass(frozen=True, slots=True)
class LambdaObject:
    """A lambda."""

    node: f.Lambda
    context: Context


@dataclass(frozen=True, slots=True)
class ClassObject:
    """A class of the project, with what its decorators added by then: marks, mock arguments for each test method,
    Django's tags, an `__init__`. `mocked`: a `mock.patch` decorates it, whether it passes arguments or not. `skipped`:
    one of unittest's skips certainly does."""

    ref: ClassRef
    marks: tuple[Mark, ...] = ()
    patched: int = 0
    tags: tuple[str, ...] = ()
    has_init: bool = False
    mocked: bool = False
    skipped: bool = False
    opaque: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set."""

    items: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A constant or another plain value, kept as the expression and where it stands."""

    expr: f.Expr
    context: Context


@dataclass(frozen=True, slots=True)
class Opaque:
    """Nobody can say; `reason` is for people. `function` is what it was made from, when that is known."""

    reason: str
    function: Func | None = None


Object = (
    Func
    | Fixture
    | FixtureMaker
    | MarkNamespace
    | MarkMaker
    | Library
    | Partial
    | LambdaObject
    | ClassObject
    | Items
    | Written
    | Opaque
)
