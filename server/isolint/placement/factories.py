"""What a factory does when it makes an object: which of its declarations are evaluated, and how they come to a value.

What a declaration is (`LazyAttribute`, `SubFactory`, `post_generation`) and which calls make objects is the catalogue's
business. The order is that of factory_boy: declarations are evaluated, the object is made of them (`_build`,
`_create`), then comes what is declared for afterwards (factory.builder.StepBuilder.build).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from isolint.catalog.rows import Acts, Declares, Generates
from isolint.names.resolve import class_attribute, mro
from isolint.names.scopes import class_scope
from isolint.names.symbols import ClassRef, ClassSymbol, Site, ValueSymbol
from isolint.placement import members, named
from isolint.placement.context import SPREAD, Context, Keywords
from isolint.placement.shapes import (
    Class_,
    Instance,
    Items,
    Literally,
    Outside,
    Unknown,
    Value,
)
from isolint.placement.values import NOTHING, PLAIN, in_order, join, literals, one, tuple_of, unknown

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

MAX_WITHIN = 6
"""Factories in factories that are followed."""
_MAKING = {"build": "_build", "create": "_create"}
_STRATEGIES = frozenset({"build", "create", "stub"})
"""The strategies of factory_boy (factory/enums.py)."""
_NONE: Value = frozenset({Literally(None)})
_RESOLVER = "factory.builder.Resolver"


class Declaration(Struct, frozen=True):
    """A declaration: its row, and what it was made with."""

    row: Declares
    args: tuple[Value, ...]
    keywords: Keywords


def declared(row: Declares, args: tuple[Value, ...], keywords: Keywords) -> Value:
    """The object that a declaration is, with what it was made of."""
    given = one(Items(join(value for _, value in keywords), keywords, mapping=True))
    return one(Instance(row.name, held=(("args", tuple_of(*args)), ("keywords", given))))


def generate(
    m: Machine,
    row: Generates,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    label: str,
    args: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """A call that has the factory, from which it was read, make an object, or several."""
    factory = _factory_of(atom)
    if factory is None:
        return unknown(f"result of {label}")
    strategy: str = row.strategy
    if strategy == "chosen":
        strategy = _default_strategy(m, factory)
    elif strategy == "asked":
        strategy = _asked(args[0] if args else dict(keywords).get(row.keyword, NOTHING))
    if not strategy:
        return m._nameless(Unknown(f"{factory.ref.name}: strategy not known"), "call", ctx, site, label)
    options = {row.keyword, "size"} if row.keyword else {"size"}
    told = tuple((name, value) for name, value in keywords if name not in options)
    made = _made(m, factory, strategy, ctx, site, label, told)
    return one(Items(made)) if row.many else made


def created(m: Machine, factory: Class_, ctx: Context, site: Site | None, label: str) -> Value:
    """The object that a factory creates."""
    return _made(m, factory, "create", ctx, site, label, ())


def _factory_of(atom: Outside) -> Class_ | None:
    """The factory that a method was read from, `super()` in one of its methods included."""
    receiver = atom.receiver
    while isinstance(receiver, Outside):
        receiver = receiver.receiver
    return receiver if isinstance(receiver, Class_) else None


def _asked(value: Value) -> str:
    """The strategy that a call names, or asks for by a truth value (`simple_generate`)."""
    for said in literals(value) or ():
        if isinstance(said, bool):
            return "create" if said else "build"
        if said in _STRATEGIES:
            return str(said)
    return next((name for atom in value if isinstance(atom, Outside) for name in _by_constant(atom)), "")


def _by_constant(atom: Outside) -> Iterator[str]:
    """`factory.BUILD_STRATEGY` and the others."""
    name = (atom.canonical or atom.dotted).rpartition(".")[2]
    if name.endswith("_STRATEGY") and name.removesuffix("_STRATEGY").lower() in _STRATEGIES:
        yield name.removesuffix("_STRATEGY").lower()


def _default_strategy(m: Machine, factory: Class_) -> str:
    """The strategy of `Factory()`: what the nearest `Meta` says (factory.base.FactoryMetaClass.__call__), else to
    create."""
    found = meta_option(m, factory, "strategy")
    return (_asked(found) if found else "") or "create"


def meta_option(m: Machine, factory: Class_, name: str) -> Value:
    """What the nearest `Meta` that has it says of an option; an option is inherited from the `Meta` of a base
    (factory.base.OptionDefault.apply)."""
    for cls in mro(m.store, factory.ref).classes:
        for bound in class_scope(m.store, cls).get("Meta") if isinstance(cls, ClassRef) else ():
            for holder in mro(m.store, bound.ref).classes if isinstance(bound, ClassSymbol) else ():
                if isinstance(holder, ClassRef) and class_scope(m.store, holder).get(name):
                    return _own(m, holder, name)
    return NOTHING


def _own(m: Machine, cls: ClassRef, name: str) -> Value:
    """The value of a name in the body of a class."""
    return members.symbols_value(m, [symbol for owner, symbol in class_attribute(m.store, cls, name) if owner == cls])


# --- one object ------------------------------------------------------------------------------------------------------


def _made(
    m: Machine, factory: Class_, strategy: str, ctx: Context, site: Site | None, label: str, keywords: Keywords
) -> Value:
    """The object that a factory makes by a strategy."""
    making = (factory.ref, strategy)
    if making in m.making or len(m.making) >= MAX_WITHIN:
        return _model(m, factory, muted=True)
    maker = members.class_member(m, factory, _MAKING[strategy], ctx, site) if strategy in _MAKING else NOTHING
    works = [a for a in maker if isinstance(a, Outside) and isinstance(m.table.get(a.canonical), Acts)]
    if works and len(works) == len(maker):
        # It makes a row whatever its declarations do.
        return m.perform(frozenset(works), "call", ctx, site, label)
    m.making.append(making)
    try:
        return _Builder(m, factory, strategy, ctx, site, label, keywords).run(maker)
    finally:
        m.making.pop()


def _model(m: Machine, factory: Class_, muted: bool) -> Value:
    """An object of the factory's model, as `model(...)` makes it."""
    model = meta_option(m, factory, "model")
    label_of = next((str(said) for said in literals(model) or ()), "")
    found = named.model_named(m, label_of) if label_of else model
    return m.perform(found, "call", Context(muted=muted), None, "model") or unknown(f"model of {factory.ref.name}")


class _Builder:
    """One object in the making."""

    def __init__(
        self,
        m: Machine,
        factory: Class_,
        strategy: str,
        ctx: Context,
        site: Site | None,
        label: str,
        keywords: Keywords,
    ) -> None:
        self.m, self.factory, self.strategy = m, factory, strategy
        self.ctx, self.site, self.label = ctx, site, label
        self.given = dict(keywords)
        self.given.pop(SPREAD, None)
        self.may_be_given = replace(ctx, certain=False) if SPREAD in dict(keywords) else ctx
        self.values: dict[str, Value] = {"factory_parent": PLAIN}

    def run(self, maker: Value) -> Value:
        """All that making the object does; gives the object."""
        written = self._declarations()
        for name, value in tuple(self.given.items()):
            if any(declaration(self.m, atom) for atom in value):
                written[name] = self.given.pop(name)
        self.values |= {name: value for name, value in self.given.items() if "__" not in name}
        lazy: list[tuple[str, Declaration]] = []
        after: list[tuple[str, Declaration]] = []
        for name, value in written.items():
            of_row = [(a, declaration(self.m, a)) for a in in_order(value)]
            plain = frozenset(a for a, found in of_row if found is None)
            for _, found in of_row:
                if found is not None and found.row.after:
                    after.append((name, found))
                elif found is not None and name not in self.given:
                    lazy.append((name, found))
                    self.values.setdefault(name, PLAIN)
            if plain and name not in self.given:
                self.values[name] = plain
        for name, found in sorted(lazy, key=lambda one_of: one_of[1].row.how != "makes"):
            self.values[name] = self._evaluated(name, found, self.may_be_given)
        made = self._object(maker)
        for name, found in after:
            self._afterwards(name, found, made)
        creates = one(Literally(self.strategy == "create"))
        self._overridden("_after_postgeneration", (made, creates), (("results", PLAIN),))
        return made

    def _overridden(self, name: str, args: tuple[Value, ...], keywords: Keywords) -> Value:
        """What the project's own version of a method of factories does."""
        method = members.class_member(self.m, self.factory, name, self.ctx, self.site)
        own = frozenset(a for a in method if not isinstance(a, Outside | Unknown))
        return self.m.perform(own, "call", self.ctx, self.site, self.label, args, keywords) if own else NOTHING

    def _object(self, maker: Value) -> Value:
        own = frozenset(a for a in maker if not isinstance(a, Outside))
        model = meta_option(self.m, self.factory, "model") or unknown("model")
        told = tuple((name, value) for name, value in self.values.items() if name != "factory_parent")
        self._overridden("_adjust_kwargs", (), told)
        if own:
            return self.m.perform(own, "call", self.ctx, self.site, self.label, (model,), told)
        return PLAIN if self.strategy == "stub" else _model(self.m, self.factory, self.ctx.muted)

    def _declarations(self) -> dict[str, Value]:
        """What the bodies of the class and its bases declare, the nearest first, with the traits that are asked for
        (factory.base.FactoryOptions._is_declaration)."""
        found: dict[str, Value] = {}
        traits: dict[str, Value] = {}
        for cls in mro(self.m.store, self.factory.ref).classes:
            if not isinstance(cls, ClassRef):
                continue
            scope = class_scope(self.m.store, cls)
            for name in dict.fromkeys(binding.name for binding in scope.bindings):
                bounds = scope.get(name)
                if name == "Params":
                    for bound in bounds:
                        if isinstance(bound, ClassSymbol):
                            self._parameters(bound.ref, found, traits)
                elif not name.startswith("_") and not any(isinstance(bound, ClassSymbol) for bound in bounds):
                    found.setdefault(name, _own(self.m, cls, name))
        return found | traits

    def _parameters(self, ref: ClassRef, found: dict[str, Value], traits: dict[str, Value]) -> None:
        """What `Params` declares: values that only others use, and what a trait sets where it is switched on."""
        scope = class_scope(self.m.store, ref)
        for name in dict.fromkeys(binding.name for binding in scope.bindings):
            value = members.symbols_value(self.m, [b for b in scope.get(name) if isinstance(b, ValueSymbol)])
            for atom in value:
                declared_as = declaration(self.m, atom)
                if declared_as is None or declared_as.row.how != "sets":
                    self.values.setdefault(name, PLAIN if declared_as is not None else frozenset({atom}))
                elif name in self.given:
                    said = literals(self.given[name])
                    if said is None or any(said):
                        traits |= dict(declared_as.keywords)
                    if said is None or not all(said):
                        self.may_be_given = replace(self.ctx, certain=False)

    def _evaluated(self, name: str, found: Declaration, ctx: Context) -> Value:
        """The value that a declaration comes to, after what it does for that."""
        m, first = self.m, found.args[:1]
        match found.row.how:
            case "calls":
                resolver = one(Instance(_RESOLVER, held=tuple(sorted(self.values.items()))))
                given = tuple({"object": resolver, "number": PLAIN}[kind] for kind in found.row.given)
                value = join(first) or dict(found.keywords).get("function", NOTHING)
                return m.perform(value, "call", ctx, self.site, self.label, given)
            case "iterates":
                return m.perform(join(first), "iterate", ctx, self.site, self.label)
            case "makes":
                prefix = f"{name}__"
                below = tuple((n.removeprefix(prefix), v) for n, v in self.given.items() if n.startswith(prefix))
                merged = tuple({**dict(found.keywords), **dict(below)}.items())
                return self._other(found, ctx, merged)
            case "chooses":
                return self._chosen(name, found, ctx)
            case "holds":
                return self._parts(name, found.args, ctx)
        return PLAIN

    def _chosen(self, name: str, found: Declaration, ctx: Context) -> Value:
        """One of two declarations, by the value of another one (factory.declarations.Maybe)."""
        said = dict(found.keywords)
        yes = found.args[1] if len(found.args) > 1 else said.get("yes_declaration", PLAIN)
        no = found.args[2] if len(found.args) > 2 else said.get("no_declaration", PLAIN)
        decider = literals(join(found.args[:1]) or said.get("decider", NOTHING)) or ()
        value = self.values.get(str(decider[0]), NOTHING) if len(decider) == 1 else NOTHING
        known = literals(value)
        if known is not None and len(known) == len(value) == 1:
            return self._parts(name, [yes if known[0] else no], ctx)
        return self._parts(name, [yes, no], replace(ctx, certain=False))

    def _parts(self, name: str, parts: list[Value] | tuple[Value, ...], ctx: Context) -> Value:
        values: list[Value] = []
        for part in parts:
            for atom in in_order(part):
                inside = [atom.element, *(v for _, v in atom.keys)] if isinstance(atom, Items) else [one(atom)]
                for each in dict.fromkeys(inner for value in inside for inner in in_order(value)):
                    declared_as = declaration(self.m, each)
                    value = one(each) if declared_as is None else self._evaluated(name, declared_as, ctx)
                    values.append(value)
        return join(values) or PLAIN

    def _other(self, found: Declaration, ctx: Context, keywords: Keywords) -> Value:
        """Another factory makes an object, by the same strategy; it may be named by its path."""
        value = join(found.args[:1]) or dict(found.keywords).get("factory", NOTHING)
        passed = tuple((n, v) for n, v in keywords if n not in ("factory", "factory_related_name", "size"))
        made: Value = NOTHING
        for atom in in_order(value):
            text = atom.value if isinstance(atom, Literally) else None
            for other in named.at_path(self.m, text) if isinstance(text, str) else (atom,):
                if isinstance(other, Class_):
                    made = made | _made(self.m, other, self.strategy, ctx, self.site, self.label, passed)
        return made or unknown("factory")

    def _afterwards(self, name: str, found: Declaration, made: Value) -> None:
        """What is declared for after the object was made: it is done for objects that are only built, too
        (factory.builder.StepBuilder.build)."""
        m, given = self.m, self.given.get(name, _NONE)
        prefix = f"{name}__"
        below = tuple((n.removeprefix(prefix), v) for n, v in self.given.items() if n.startswith(prefix))
        match found.row.how:
            case "makes":
                if name not in self.given:
                    self._other(found, self.may_be_given, tuple({**dict(found.keywords), **dict(below)}.items()))
            case "calls":
                creates = one(Literally(self.strategy == "create"))
                value = join(found.args[:1]) or dict(found.keywords).get("function", NOTHING)
                m.perform(value, "call", self.ctx, self.site, self.label, (made, creates, given), below)
            case "asks":
                for said in literals(join(found.args[:1])) or ():
                    method = members.attribute(m, made, str(said), self.ctx, self.site)
                    m.perform(method, "call", self.ctx, self.site, str(said), found.args[1:], found.keywords)


def declaration(m: Machine, atom: object) -> Declaration | None:
    """The declaration that a value is."""
    if not isinstance(atom, Instance) or not isinstance(atom.cls, str):
        return None
    row = m.table.get(atom.cls)
    if not isinstance(row, Declares):
        return None
    held = dict(atom.held)
    args = tuple(v for a in held.get("args", NOTHING) if isinstance(a, Items) for _, v in a.keys)
    keywords = tuple(
        (str(name), value) for a in held.get("keywords", NOTHING) if isinstance(a, Items) for name, value in a.keys
    )
    return Declaration(row, args, keywords)
