"""What one chunk of Python says, as plain data.

Facts are what every later room reads instead of a syntax tree. They are immutable, comparable, small, and serialisable
with msgspec, and every position in them is a span of *bytes relative to the start of the chunk*, so that moving a chunk
changes nothing. No names are resolved here and no meaning is given; that starts in `names`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Span = tuple[int, int]
"""Start and end, in bytes from the start of the chunk; the end is exclusive."""


class _Fact(msgspec.Struct, frozen=True, array_like=True, tag=True, tag_field="fact", gc=False):
    """Base of all facts: immutable, compared by value."""


# --- expressions -----------------------------------------------------------------------------------------------------


class Name(_Fact, frozen=True):
    """A bare identifier, read or written."""

    id: str
    span: Span


Written = str | int | float | bool | None
"""The value of a literal."""


class Constant(_Fact, frozen=True):
    """A literal. Bytes, complex numbers and `...` are an `Operation` of kind "literal" without operands.

    Adjacent string literals are joined; f-strings are an `Operation` of kind "fstring", of the texts in
    them and what stands between.
    """

    value: Written
    span: Span


class Attribute(_Fact, frozen=True):
    """`value.attr`; `attr_span` covers the identifier after the dot alone."""

    value: Expr
    attr: str
    attr_span: Span
    span: Span


class Keyword(_Fact, frozen=True):
    """A keyword argument `name=value`; `name` is None for `**value`."""

    name: str | None
    value: Expr
    span: Span


class Call(_Fact, frozen=True):
    """`func(args, keywords)`; a `*x` argument is a `Starred` in `args`. `f(x for x in y)` has one `Comprehension`."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    span: Span


class Starred(_Fact, frozen=True):
    """`*value`, in a call, a collection, a target or (kind "**") a mapping."""

    value: Expr
    span: Span


class Await(_Fact, frozen=True):
    """`await value`."""

    value: Expr
    span: Span


class Yield(_Fact, frozen=True):
    """`yield value` or `yield from value` (`delegate`)."""

    value: Expr | None
    delegate: bool
    span: Span


class Lambda(_Fact, frozen=True):
    """`lambda params: body`."""

    params: tuple[Parameter, ...]
    body: Expr
    span: Span


class Subscript(_Fact, frozen=True):
    """`value[index]`; a slice is an `Operation` of kind "slice", several indices a tuple `Collection`."""

    value: Expr
    index: Expr
    span: Span


class Collection(_Fact, frozen=True):
    """A list, tuple or set display."""

    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]
    span: Span


class Mapping(_Fact, frozen=True):
    """A dict display: pairs; the key is None for `**value`."""

    items: tuple[tuple[Expr | None, Expr], ...]
    span: Span


class Clause(_Fact, frozen=True):
    """One `for target in iterable if condition ...` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]
    is_async: bool


class Comprehension(_Fact, frozen=True):
    """A comprehension or generator expression; `elements` has two items (key, value) for kind "dict", else one."""

    kind: Literal["list", "set", "dict", "generator"]
    elements: tuple[Expr, ...]
    clauses: tuple[Clause, ...]
    span: Span


class Choice(_Fact, frozen=True):
    """An expression whose value is one of `options`: `a if test else b` (test given), `a or b`, `a and b` (test is
    None, and `operator` says which)."""

    test: Expr | None
    options: tuple[Expr, ...]
    span: Span
    operator: Literal["", "and", "or"] = ""


class Walrus(_Fact, frozen=True):
    """`name := value`."""

    target: Name
    value: Expr
    span: Span


class Operation(_Fact, frozen=True):
    """Anything else that evaluates all its operands and yields a plain value. `operator` is that of a unary operation
    and of a comparison of two operands ("not", "==", "is not", "in" ...); "" for all others."""

    kind: Literal["compare", "binary", "unary", "fstring", "slice", "literal"]
    operands: tuple[Expr, ...]
    span: Span
    operator: str = ""


class Missing(_Fact, frozen=True):
    """What could not be parsed; `parts` are the expressions that could be read inside it."""

    parts: tuple[Expr, ...]
    span: Span


Expr = (
    Name
    | Constant
    | Attribute
    | Call
    | Starred
    | Await
    | Yield
    | Lambda
    | Subscript
    | Collection
    | Mapping
    | Comprehension
    | Choice
    | Walrus
    | Operation
    | Missing
)


# --- statements ------------------------------------------------------------------------------------------------------


class Parameter(_Fact, frozen=True):
    """A parameter of a function or lambda.

    `kind`: "positional" (before `/`), "normal", "args" (`*a`), "keyword" (after `*`), "kwargs" (`**k`).
    """

    name: str
    kind: Literal["positional", "normal", "args", "keyword", "kwargs"]
    annotation: Expr | None
    default: Expr | None
    span: Span


class Evaluate(_Fact, frozen=True):
    """An expression statement."""

    value: Expr
    span: Span


class Assign(_Fact, frozen=True):
    """`a = b = value`, `a: annotation = value`, `a: annotation` (value None), `a += value` (augmented)."""

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None
    augmented: bool
    span: Span


class Return(_Fact, frozen=True):
    """`return value`."""

    value: Expr | None
    span: Span


class Raise(_Fact, frozen=True):
    """`raise exception from cause`."""

    exception: Expr | None
    cause: Expr | None
    span: Span


class Assert(_Fact, frozen=True):
    """`assert test, message`."""

    test: Expr
    message: Expr | None
    span: Span


class Delete(_Fact, frozen=True):
    """`del targets`."""

    targets: tuple[Expr, ...]
    span: Span


class ScopeNames(_Fact, frozen=True):
    """`global names` or `nonlocal names`."""

    kind: Literal["global", "nonlocal"]
    names: tuple[str, ...]
    span: Span


class Simple(_Fact, frozen=True):
    """`pass`, `break`, `continue`, and a statement that could not be parsed at all ("missing")."""

    kind: Literal["pass", "break", "continue", "missing"]
    span: Span


class ImportedName(_Fact, frozen=True):
    """`name as alias`; in `import a.b.c`, `name` is the dotted path."""

    name: str
    alias: str | None
    span: Span


class Import(_Fact, frozen=True):
    """`import a.b, c as d`."""

    names: tuple[ImportedName, ...]
    span: Span


class ImportFrom(_Fact, frozen=True):
    """`from ..module import names`; `level` counts the dots, `star` is `import *`."""

    module: str
    level: int
    names: tuple[ImportedName, ...]
    star: bool
    span: Span


class If(_Fact, frozen=True):
    """`if test: body else: orelse`; an `elif` is an `If` alone in `orelse`."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    span: Span


class For(_Fact, frozen=True):
    """`for target in iterable`, `async for` when `is_async`. `header` ends before the colon."""

    target: Expr
    iterable: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    is_async: bool
    header: Span
    span: Span


class While(_Fact, frozen=True):
    """`while test`."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    span: Span


class WithItem(_Fact, frozen=True):
    """`context as target`."""

    context: Expr
    target: Expr | None
    span: Span


class With(_Fact, frozen=True):
    """`with items`, `async with` when `is_async`. `header` ends before the colon."""

    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    is_async: bool
    header: Span
    span: Span


class Handler(_Fact, frozen=True):
    """`except type as name: body`, for `except*` too."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]
    span: Span


class Try(_Fact, frozen=True):
    """`try` with its handlers, `else` and `finally`."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    span: Span


class Case(_Fact, frozen=True):
    """`case pattern if guard: body`. Of the pattern are kept the names that it binds, and the `values` one of which
    the subject must be: any where there are none (`case _`), None where the pattern is not made of constants."""

    binds: tuple[str, ...]
    values: tuple[Written, ...] | None
    guard: Expr | None
    body: tuple[Stmt, ...]
    span: Span


class Match(_Fact, frozen=True):
    """`match subject`."""

    subject: Expr
    cases: tuple[Case, ...]
    span: Span


class Function(_Fact, frozen=True):
    """A `def` or `async def`.

    `span` runs from the first decorator to the end of the body, `keyword` covers `async def` or `def`, `name_span` the
    name. `decorators` are the expressions after `@`, outermost (top) first. `is_generator` is true when the body yields
    (nested functions apart).
    """

    name: str
    name_span: Span
    keyword: Span
    params: tuple[Parameter, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    is_async: bool
    is_generator: bool
    span: Span


class Class(_Fact, frozen=True):
    """A `class`. In a chunk of kind "class" the members are chunks of their own and `body` holds only what stands on
    the header's own line (`class A: pass`)."""

    name: str
    name_span: Span
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    span: Span


Stmt = (
    Evaluate
    | Assign
    | Return
    | Raise
    | Assert
    | Delete
    | ScopeNames
    | Simple
    | Import
    | ImportFrom
    | If
    | For
    | While
    | With
    | Try
    | Match
    | Function
    | Class
)

Facts = tuple[Stmt, ...]
"""The statements of one chunk."""
