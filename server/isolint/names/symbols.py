"""What a name can stand for: references and symbols, as plain data. No resolution happens here."""

from __future__ import annotations

from msgspec import Struct

from isolint.syntax.facts import Expr, Span


class Site(Struct, frozen=True, cache_hash=True, gc=False, tag=True):
    """A piece of source: the file, the key of the chunk, and a span of bytes relative to the chunk's start."""

    path: str
    chunk: str
    start: int
    end: int


class FunctionRef(Struct, frozen=True, cache_hash=True, gc=False):
    """A function of the project: its file, its chunk and where it starts inside it (`Function.span[0]`).

    Functions nested in others share the chunk of the outermost one. `name` is for people."""

    path: str
    chunk: str
    start: int
    name: str


class ClassRef(Struct, frozen=True, cache_hash=True, gc=False):
    """A class of the project. `qualname` has the enclosing classes in it; `inline` is True for a class that is not a
    chunk of its own (inside `if`, `try` or a function), whose members stand in its facts."""

    path: str
    chunk: str
    start: int
    qualname: str
    inline: bool = False

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualname.rpartition(".")[2]


class ModuleSymbol(Struct, frozen=True, cache_hash=True, gc=False):
    """A module of the project; `path` is "" for a namespace package."""

    dotted: str
    path: str


class FunctionSymbol(Struct, frozen=True, cache_hash=True, gc=False):
    """A function of the project; `owner` is the class it is a method of."""

    ref: FunctionRef
    owner: ClassRef | None = None


class ClassSymbol(Struct, frozen=True, cache_hash=True, gc=False):
    """A class of the project."""

    ref: ClassRef


class ValueSymbol(Struct, frozen=True, cache_hash=True, gc=False):
    """A name bound to the value of an expression at module or class level.

    `item` is the position in a tuple target (`a, b = x`), -1 for a plain target; `annotation` is the declared type."""

    path: str
    chunk: str
    expr: Expr | None
    owner: ClassRef | None = None
    annotation: Expr | None = None
    span: Span = (0, 0)
    item: int = -1


class External(Struct, frozen=True, cache_hash=True, gc=False):
    """A name outside the project's source, as it was imported (`Origin` knows what it really is)."""

    dotted: str


class UnknownSymbol(Struct, frozen=True, cache_hash=True, gc=False):
    """Nobody can say; `reason` is for people."""

    reason: str


Symbol = ModuleSymbol | FunctionSymbol | ClassSymbol | ValueSymbol | External | UnknownSymbol
