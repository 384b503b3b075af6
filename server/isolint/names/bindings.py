"""The names that a module or a class body binds, in order, chunk by chunk, as plain data. No name is followed here, and
nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from isolint.names.symbols import ClassRef, ClassSymbol, FunctionRef, FunctionSymbol, UnknownSymbol, ValueSymbol
from isolint.syntax import facts as f
from isolint.syntax.facts import Facts


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One chunk without function bodies. `kind` is "function", "class" or "statements"; `owner` the names of the
    enclosing classes."""

    key: str
    kind: str
    owner: tuple[str, ...]
    name: str | None
    facts: Facts


Outline = tuple[OutlineItem, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """A name bound by an import: `from module import name` (`name` None for `import module`; `import a.b` without alias
    binds `a`)."""

    module: str
    level: int
    name: str | None


Bound = FunctionSymbol | ClassSymbol | ValueSymbol | UnknownSymbol | Imported


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of a name. `conditional` bindings (inside `if`, `try`, loops) leave the earlier ones possible.
    `typing`: under `TYPE_CHECKING`, so that it is not there at run time."""

    name: str
    bound: Bound
    conditional: bool
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Star:
    """`from module import *`. One that is `conditional` or for type checkers (`typing`) leaves what was bound before
    possible, as with a `Binding`."""

    module: str
    level: int
    conditional: bool = False
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What one name is bound to: the bindings that may hold at the end of the body, last first. `stars` says for each
    how many star imports are before it. `loose`: all of them are conditional, or there are none."""

    bounds: tuple[Bound, ...] = ()
    loose: bool = True
    stars: tuple[int, ...] = ()


UNBOUND = Named()


@dataclass(frozen=True, slots=True)
class Surface:
    """What decides about names that are not bound by a module's own statements: its star imports, and `exports`, which
    is `__all__` when it is written out."""

    stars: tuple[Star, ...] = ()
    exports: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """All bindings of a module or class body in source order. `positions` says for each star import how many bindings
    are before it."""

    bindings: tuple[Binding, ...] = ()
    surface: Surface = Surface()
    positions: tuple[int, ...] = ()
    by_name: dict[str, Named] = field(default_factory=dict, compare=False)

    def get(self, name: str) -> tuple[Bound, ...]:
        """The bindings that may hold at the end of the body, last first; empty when the name is not bound here."""
        return self.by_name.get(name, UNBOUND).bounds


@dataclass(frozen=True, slots=True)
class Part:
    """What one chunk contributes to a scope: bindings, star imports with the number of the chunk's bindings before
    each, and assignments to `__all__`: the names, None when they are not written out, and whether they are added."""

    bindings: tuple[Binding, ...] = ()
    stars: tuple[tuple[int, Star], ...] = ()
    exports: tuple[tuple[tuple[str, ...] | None, bool], ...] = ()


def part_of(path: str, item: OutlineItem, owner: ClassRef | None) -> Part:
    """What a chunk binds in the module at `path`, or in the body of the class `owner`."""
    qualified = () if owner is None else tuple(owner.qualname.split("."))
    collector = _Collector(path, owner)
    for statement in item.facts:
        if isinstance(statement, f.Class) and item.kind == "class":
            ref = ClassRef(path, item.key, statement.span[0], ".".join((*qualified, statement.name)))
            collector.bind(statement.name, ClassSymbol(ref), False)
        else:
            collector.statement(statement, item.key, False, qualified)
    return collector.part()


def part_of_body(path: str, body: Iterable[f.Stmt], chunk: str, owner: ClassRef) -> Part:
    """What the statements of a class body bind that are no chunks of their own."""
    collector = _Collector(path, owner)
    collector.statements(body, chunk, False, tuple(owner.qualname.split(".")))
    return collector.part()


def scope_of(parts: Iterable[Part]) -> Scope:
    """The scope whose statements are these parts, in order."""
    bindings: list[Binding] = []
    stars: list[Star] = []
    positions: list[int] = []
    exports: tuple[str, ...] | None = None
    for part in parts:
        for position, star in part.stars:
            stars.append(star)
            positions.append(len(bindings) + position)
        for names, added in part.exports:
            exports = None if names is None else (exports or ()) + names if added else names
        bindings += part.bindings
    by_name: dict[str, Named] = {}
    before = 0
    for number, binding in enumerate(bindings):
        while before < len(positions) and positions[before] <= number:
            before += 1
        if not binding.conditional:
            by_name[binding.name] = Named((binding.bound,), False, (before,))
        else:
            earlier = by_name.get(binding.name, UNBOUND)
            by_name[binding.name] = Named((binding.bound, *earlier.bounds), earlier.loose, (before, *earlier.stars))
    return Scope(tuple(bindings), Surface(tuple(stars), exports), tuple(positions), by_name)


class _Collector:
    def __init__(self, path: str, owner: ClassRef | None) -> None:
        self.path = path
        self.owner = owner
        self.bindings: list[Binding] = []
        self.stars: list[tuple[int, Star]] = []
        self.exports: list[tuple[tuple[str, ...] | None, bool]] = []
        self.typing = False

    def bind(self, name: str, bound: Bound, conditional: bool) -> None:
        self.bindings.append(Binding(name, bound, conditional, self.typing))

    def statements(self, body: Iterable[f.Stmt], chunk: str, conditional: bool, qualified: tuple[str, ...]) -> None:
        for statement in body:
            self.statement(statement, chunk, conditional, qualified)

    def statement(self, node: f.Stmt, chunk: str, conditional: bool, qualified: tuple[str, ...]) -> None:
        match node:
            case f.Function():
                ref = FunctionRef(self.path, chunk, node.span[0], node.name)
                self.bind(node.name, FunctionSymbol(ref, self.owner), conditional)
            case f.Class():
                qualname = ".".join((*qualified, node.name))
                self.bind(node.name, ClassSymbol(ClassRef(self.path, chunk, node.span[0], qualname, True)), conditional)
            case f.Import():
                for name in node.names:
                    if name.alias is None:
                        first = name.name.partition(".")[0]
                        self.bind(first, Imported(first, 0, None), conditional)
                    else:
                        self.bind(name.alias, Imported(name.name, 0, None), conditional)
            case f.ImportFrom():
                if node.star:
                    star = Star(node.module, node.level, conditional, self.typing)
                    self.stars.append((len(self.bindings), star))
                for name in node.names:
                    self.bind(name.alias or name.name, Imported(node.module, node.level, name.name), conditional)
            case f.Assign():
                self.assign(node, chunk, conditional)
            case f.If():
                self.branches(node, chunk, conditional, qualified)
            case f.Try():
                self.statements(node.body, chunk, True, qualified)
                for handler in node.handlers:
                    self.statements(handler.body, chunk, True, qualified)
                self.statements(node.orelse, chunk, True, qualified)
                self.statements(node.final, chunk, conditional, qualified)
            case f.With():
                for item in node.items:
                    if item.target is not None:
                        self.target(item.target, None, chunk, conditional, -1, None)
                self.statements(node.body, chunk, conditional, qualified)
            case f.For() | f.While():
                if isinstance(node, f.For):
                    self.target(node.target, None, chunk, True, -1, None)
                self.statements(node.body, chunk, True, qualified)
                self.statements(node.orelse, chunk, True, qualified)
            case f.Match():
                for choice in node.cases:
                    for bound in choice.binds:
                        self.bind(bound, UnknownSymbol("bound by a pattern"), True)
                    self.statements(choice.body, chunk, True, qualified)
            case f.Delete():
                for target in node.targets:
                    if isinstance(target, f.Name):
                        self.bind(target.id, UnknownSymbol("deleted"), conditional)

    def branches(self, node: f.If, chunk: str, conditional: bool, qualified: tuple[str, ...]) -> None:
        if isinstance(node.test, f.Constant):
            taken = node.body if node.test.value else node.orelse
            self.statements(taken, chunk, conditional, qualified)
            return
        outer, self.typing = self.typing, self.typing or is_type_checking(node.test)
        self.statements(node.body, chunk, True, qualified)
        self.typing = outer
        self.statements(node.orelse, chunk, True, qualified)

    def assign(self, node: f.Assign, chunk: str, conditional: bool) -> None:
        for target in node.targets:
            if isinstance(target, f.Name) and target.id == "__all__":
                self.export(node.value, node.augmented)
            if node.augmented:
                if isinstance(target, f.Name):
                    self.bind(target.id, UnknownSymbol("augmented assignment"), True)
                continue
            if node.value is None and node.annotation is None:
                continue
            self.target(target, node.value, chunk, conditional, -1, node.annotation)

    def target(
        self, target: f.Expr, value: f.Expr | None, chunk: str, conditional: bool, item: int, annotation: f.Expr | None
    ) -> None:
        match target:
            case f.Name() if item < 0 and isinstance(value, f.Call) and made_class(value, target) is not None:
                qualname = target.id if self.owner is None else f"{self.owner.qualname}.{target.id}"
                ref = ClassRef(self.path, chunk, value.span[0], qualname, True)
                self.bind(target.id, ClassSymbol(ref), conditional)
            case f.Name():
                symbol = ValueSymbol(self.path, chunk, value, self.owner, annotation, target.span, item)
                self.bind(target.id, symbol, conditional)
            case f.Subscript(
                value=f.Call(func=f.Name(id="globals"), args=()), index=f.Constant(value=str() as name)
            ) if self.owner is None:
                symbol = ValueSymbol(self.path, chunk, value, self.owner, annotation, target.span, item)
                self.bind(name, symbol, conditional)
            case f.Collection():
                fits = isinstance(value, f.Collection) and len(value.items) == len(target.items)
                paired = value.items if fits and isinstance(value, f.Collection) else None
                for position, part in enumerate(target.items):
                    if paired is not None:
                        self.target(part, paired[position], chunk, conditional, -1, None)
                    else:
                        self.target(part, value, chunk, conditional, position, None)
            case f.Starred():
                self.target(target.value, None, chunk, conditional, -1, None)

    def export(self, value: f.Expr | None, augmented: bool) -> None:
        names = None
        if isinstance(value, f.Collection):
            names = tuple(i.value for i in value.items if isinstance(i, f.Constant) and isinstance(i.value, str))
        self.exports.append((names, augmented))

    def part(self) -> Part:
        return Part(tuple(self.bindings), tuple(self.stars), tuple(self.exports))


def is_type_checking(test: f.Expr | None) -> bool:
    """Whether a condition is `TYPE_CHECKING`, which never holds at run time."""
    match test:
        case f.Name(id="TYPE_CHECKING") | f.Attribute(attr="TYPE_CHECKING"):
            return True
    return False


def made_class(made: f.Call, target: f.Name) -> f.Class | None:
    """`X = type("X", (Base,), {"name": value})` as the class statement that would do the same; None for any other
    call."""
    match made:
        case f.Call(func=f.Name(id="type"), args=(f.Constant(), f.Collection() as bases, f.Mapping() as space)):
            body = tuple(
                f.Assign((f.Name(key.value, key.span),), value, None, False, value.span)
                for key, value in space.items
                if isinstance(key, f.Constant) and isinstance(key.value, str)
            )
            return f.Class(target.id, target.span, bases.items, made.keywords, (), body, made.span)
    return None
