"""The names that a module or a class body binds, in order, read from its outline. No name is followed here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from isolint.names.inputs import FACTS, OUTLINE, OutlineItem
from isolint.names.symbols import ClassRef, ClassSymbol, FunctionRef, FunctionSymbol, UnknownSymbol, ValueSymbol
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


@dataclass(frozen=True, slots=True)
class Imported:
    """A name bound by an import: `from module import name` (`name` None for `import module`, `whole` for `import a.b`
    without alias, which binds `a`)."""

    module: str
    level: int
    name: str | None
    chunk: str
    span: f.Span


Bound = FunctionSymbol | ClassSymbol | ValueSymbol | UnknownSymbol | Imported


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of a name. `conditional` bindings (inside `if`, `try`, loops) leave the earlier ones possible."""

    name: str
    bound: Bound
    conditional: bool


@dataclass(frozen=True, slots=True)
class Star:
    """`from module import *`; `position` is the number of bindings before it."""

    module: str
    level: int
    position: int


@dataclass(frozen=True, slots=True)
class Scope:
    """All bindings of a module or class body in source order. `exports` is `__all__` when it is written out."""

    bindings: tuple[Binding, ...] = ()
    stars: tuple[Star, ...] = ()
    exports: tuple[str, ...] | None = None
    by_name: dict[str, tuple[Bound, ...]] = field(default_factory=dict, compare=False)

    def get(self, name: str) -> tuple[Bound, ...]:
        """The bindings that may hold at the end of the body, last first; empty when the name is not bound here."""
        return self.by_name.get(name, ())


def _scope(bindings: Iterable[Binding], stars: Iterable[Star], exports: tuple[str, ...] | None) -> Scope:
    listed = tuple(bindings)
    by_name: dict[str, tuple[Bound, ...]] = {}
    for binding in listed:
        earlier = by_name.get(binding.name, ()) if binding.conditional else ()
        by_name[binding.name] = (binding.bound, *earlier)
    return Scope(listed, tuple(stars), exports, by_name)


class _Collector:
    def __init__(self, path: str, owner: ClassRef | None) -> None:
        self.path = path
        self.owner = owner
        self.bindings: list[Binding] = []
        self.stars: list[Star] = []
        self.exports: tuple[str, ...] | None = None

    def bind(self, name: str, bound: Bound, conditional: bool) -> None:
        self.bindings.append(Binding(name, bound, conditional))

    def item(self, item: OutlineItem, qualified: tuple[str, ...]) -> None:
        for statement in item.facts:
            if isinstance(statement, f.Class) and item.kind == "class":
                ref = ClassRef(self.path, item.key, statement.span[0], ".".join((*qualified, statement.name)))
                self.bind(statement.name, ClassSymbol(ref), False)
            else:
                self.statement(statement, item.key, False, qualified)

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
                        self.bind(first, Imported(first, 0, None, chunk, name.span), conditional)
                    else:
                        self.bind(name.alias, Imported(name.name, 0, None, chunk, name.span), conditional)
            case f.ImportFrom():
                if node.star:
                    self.stars.append(Star(node.module, node.level, len(self.bindings)))
                for name in node.names:
                    imported = Imported(node.module, node.level, name.name, chunk, name.span)
                    self.bind(name.alias or name.name, imported, conditional)
            case f.Assign():
                self.assign(node, chunk, conditional)
            case f.If():
                self.statements(node.body, chunk, True, qualified)
                self.statements(node.orelse, chunk, True, qualified)
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
            case f.Name():
                symbol = ValueSymbol(self.path, chunk, value, self.owner, annotation, target.span, item)
                self.bind(target.id, symbol, conditional)
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
        if not isinstance(value, f.Collection):
            self.exports = None
            return
        names = tuple(i.value for i in value.items if isinstance(i, f.Constant) and isinstance(i.value, str))
        self.exports = (self.exports or ()) + names if augmented else names

    def scope(self) -> Scope:
        return _scope(self.bindings, self.stars, self.exports)


@dataclass(frozen=True, slots=True)
class _Index:
    by_key: dict[str, OutlineItem]
    by_owner: dict[tuple[str, ...], tuple[OutlineItem, ...]]


def _outline_index(store: Store, path: str) -> _Index | None:
    outline = store.get(OUTLINE, path)
    if outline is None:
        return None
    by_owner: dict[tuple[str, ...], list[OutlineItem]] = {}
    for item in outline:
        by_owner.setdefault(item.owner, []).append(item)
    return _Index({item.key: item for item in outline}, {owner: tuple(items) for owner, items in by_owner.items()})


_index: Query[str, _Index | None] = Query("outline index", _outline_index)


def _outline_item(store: Store, key: tuple[str, str]) -> OutlineItem | None:
    index = _index(store, key[0])
    return None if index is None else index.by_key.get(key[1])


outline_item: Query[tuple[str, str], OutlineItem | None] = Query("outline item", _outline_item)
"""Key: (path, chunk key): one chunk of an outline. Who reads this is not asked again when another chunk changes."""


def _outline_members(store: Store, key: tuple[str, tuple[str, ...]]) -> tuple[OutlineItem, ...] | None:
    index = _index(store, key[0])
    return None if index is None else index.by_owner.get(key[1], ())


outline_members: Query[tuple[str, tuple[str, ...]], tuple[OutlineItem, ...] | None] = Query(
    "outline members", _outline_members
)
"""Key: (path, names of the enclosing classes): the chunks directly in a class body, or with () in the module; None when
there is no such readable file."""


def _module_scope(store: Store, path: str) -> Scope | None:
    items = outline_members(store, (path, ()))
    if items is None:
        return None
    collector = _Collector(path, None)
    for item in items:
        collector.item(item, ())
    return collector.scope()


module_scope: Query[str, Scope | None] = Query("module scope", _module_scope)
"""The scope of the module at an absolute path; None when there is no such readable file."""


def class_facts(store: Store, ref: ClassRef) -> f.Class | None:
    """The facts of a class; the body is empty when its members are chunks."""
    if not ref.inline:
        item = outline_item(store, (ref.path, ref.chunk))
        for statement in item.facts if item is not None else ():
            if isinstance(statement, f.Class):
                return statement
        return None
    facts = store.get(FACTS, (ref.path, ref.chunk))
    return next((c for c in walk_classes(facts) if c.span[0] == ref.start), None)


def owner_of(store: Store, path: str, chunk: str) -> ClassRef | None:
    """The class whose member a chunk is; None at module level."""
    owner: tuple[str, ...] = ()
    headers: list[OutlineItem] = []
    for item in store.get(OUTLINE, path) or ():
        if item.key == chunk:
            owner = item.owner
            break
        if item.kind == "class":
            headers.append(item)
    for item in reversed(headers):
        if owner and (*item.owner, item.name) == owner:
            for statement in item.facts:
                if isinstance(statement, f.Class):
                    return ClassRef(path, item.key, statement.span[0], ".".join(owner))
    return None


def walk_classes(body: Iterable[f.Stmt]) -> Iterable[f.Class]:
    """All classes in these statements, nested ones included."""
    for statement in walk_statements(body):
        if isinstance(statement, f.Class):
            yield statement


def walk_statements(body: Iterable[f.Stmt]) -> Iterable[f.Stmt]:
    """These statements and all below them, function and class bodies included, in source order."""
    for statement in body:
        yield statement
        for inner in inner_bodies(statement):
            yield from walk_statements(inner)


def inner_bodies(statement: f.Stmt) -> tuple[tuple[f.Stmt, ...], ...]:
    """The statement lists directly below a statement."""
    match statement:
        case f.Function() | f.Class() | f.With():
            return (statement.body,)
        case f.If() | f.For() | f.While():
            return (statement.body, statement.orelse)
        case f.Try():
            return (statement.body, *(h.body for h in statement.handlers), statement.orelse, statement.final)
        case f.Match():
            return tuple(c.body for c in statement.cases)
    return ()


def _class_scope(store: Store, ref: ClassRef) -> Scope:
    collector = _Collector(ref.path, ref)
    parts = tuple(ref.qualname.split("."))
    facts = class_facts(store, ref)
    if facts is not None:
        collector.statements(facts.body, ref.chunk, False, parts)
    if not ref.inline:
        for item in outline_members(store, (ref.path, parts)) or ():
            collector.item(item, parts)
    return collector.scope()


class_scope: Query[ClassRef, Scope] = Query("class scope", _class_scope)
"""The names bound in the body of a project class (its own body only)."""
