"""Reading attributes: of modules, classes, instances, and of what lies outside the project; and the values of names.

A property runs where it is read, and patches replace what is read. What calling an attribute does is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from isolint.catalog.others import NAMESPACE, SETTINGS
from isolint.catalog.rows import Attribute, Chosen, Connects, Finds, Mocks, Row, Sends
from isolint.names.inputs import definition, is_answered
from isolint.names.origin import Definition
from isolint.names.resolve import attribute as name_attribute
from isolint.names.resolve import class_attribute, module_name, mro
from isolint.names.scopes import class_scope
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionSymbol,
    ModuleSymbol,
    Site,
    Symbol,
    UnknownSymbol,
    ValueSymbol,
)
from isolint.placement import applying, lacking, lineage, mocks, queries, relations, settings
from isolint.placement.context import Context
from isolint.placement.lineage import behind
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Deferred,
    Derived,
    Done,
    Hop,
    Instance,
    Items,
    Literally,
    Mock,
    Module,
    Outside,
    Param,
    Partial,
    Plain,
    Unknown,
    Value,
)
from isolint.placement.values import (
    NOTHING,
    PLAIN,
    TEXT_METHODS,
    bind,
    class_name,
    join,
    keys_of,
    one,
    tuple_of,
    unknown,
)

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

_MODEL = "django.db.models.base.Model"
_FIELD = "django.db.models.fields.Field"
_PROPERTIES = frozenset({"builtins.property", "functools.cached_property", "django.utils.functional.cached_property"})


def attribute(m: Machine, value: Value, name: str, ctx: Context, site: Site | None) -> Value:
    """`value.name`; a property runs here."""
    if m.replacing:
        return join(replaced_in(m, a, name) or attribute_of(m, a, name, ctx, site) for a in value)
    return join(attribute_of(m, atom, name, ctx, site) for atom in value)


def reading(m: Machine, atom: Atom, name: str, ctx: Context, site: Site | None) -> None:
    """The work of reading an attribute, where there may be some: properties of the project, relations of models."""
    match atom:
        case Param() | Derived():
            m.read(atom, name, ctx, site)
        case Instance():
            for cls in lineage.lineage_of(m, atom.cls):
                if isinstance(cls, ClassRef) and class_scope(m.store, cls).get(name):
                    attribute(m, frozenset({atom}), name, ctx, site)
                    break


def attribute_or(m: Machine, value: Value, name: str, default: Value, ctx: Context, site: Site | None) -> Value:
    """`getattr(value, name, default)`. An object of a class whose bases are all known, and which nowhere has the
    attribute, gives the default: nobody is seen to have given it one."""
    found: list[Value] = []
    for atom in value:
        read = attribute(m, frozenset({atom}), name, ctx, site)
        if isinstance(atom, Param | Derived):
            read = frozenset(
                replace(a, args=(default,))
                if isinstance(a, Derived) and a.base == atom and a.step == "attribute"
                else a
                for a in read
            )
        elif read and all(isinstance(a, Unknown) for a in read) and lacks(m, atom, name):
            read = default
        found.append(read)
    return join(found)


def lacks(m: Machine, atom: Atom, name: str) -> bool:
    """Whether it is certain that neither the class of an object nor a method of it gives it an attribute."""
    if not isinstance(atom, Instance) or not isinstance(atom.cls, ClassRef) or name in dict(atom.held):
        return False
    if queries.instance_attribute(m.store, (atom.cls, name, m.world)):
        return False
    bases = mro(m.store, atom.cls)
    return (
        bases.complete
        and not answers_itself(m, atom.cls)
        and not any(
            class_scope(m.store, cls).get(name) if isinstance(cls, ClassRef) else definition(m.store, f"{cls}.{name}")
            for cls in lineage.lineage_of(m, atom.cls)
        )
    )


def answers_itself(m: Machine, cls: ClassRef) -> bool:
    """Whether a class, or one that it inherits from, says itself what an attribute is: then it may have any."""
    return any(_may_define(m, one_class, name) for one_class in lineage.lineage_of(m, cls) for name in _ANSWERING)


_ANSWERING = ("__getattr__", "__getattribute__")


def is_true(m: Machine, atom: Instance) -> bool:
    """Whether the truth of an object is certain: no class that it may be of says what it is."""
    if not isinstance(atom.cls, ClassRef) or not mro(m.store, atom.cls).complete:
        return False
    return not any(_may_define(m, cls, name) for cls in lineage.lineage_of(m, atom.cls) for name in _TRUTH)


_TRUTH = ("__bool__", "__len__")


def _may_define(m: Machine, cls: ClassRef | str, name: str) -> bool:
    """Whether a class itself has an attribute, as far as that is known."""
    if isinstance(cls, ClassRef):
        return bool(class_scope(m.store, cls).get(name))
    if cls == "builtins.object":
        return False
    found = definition(m.store, f"{cls}.{name}")
    return not is_answered(m.store, f"{cls}.{name}") or (
        found is not None and not found.canonical.startswith("builtins.object.")
    )


def has(m: Machine, value: Value, name: str) -> Value:
    """`hasattr(value, name)`: a literal where a class of the project, or what an object was made with, decides it."""
    return join(_has(m, atom, name) for atom in value)


def having(m: Machine, value: Value, name: str, wanted: Value) -> Value:
    """Those of the things that a value may be of which `hasattr` may give what is wanted."""
    others = frozenset(Literally(not atom.value) for atom in wanted if isinstance(atom, Literally))
    kept: list[Value] = []
    for atom in value:
        if isinstance(atom, Param | Derived):
            kept.append(one(Derived(atom, "having", name, (wanted,))))
        elif _has(m, atom, name) != others:
            kept.append(frozenset({atom}))
    return join(kept)


def method(m: Machine, atom: Instance, name: str) -> Value:
    """A method of an object that is nothing but that: no one assigns another to its name; empty where there is none."""
    if (
        not isinstance(atom.cls, ClassRef)
        or m.replacing
        or queries.instance_attribute(m.store, (atom.cls, name, m.world))
    ):
        return NOTHING
    for cls in lineage.lineage_of(m, atom.cls):
        if isinstance(cls, ClassRef) and (found := class_scope(m.store, cls).get(name)):
            if all(isinstance(one_symbol, FunctionSymbol) and not _is_property(m, one_symbol) for one_symbol in found):
                return attribute_of(m, atom, name, Context(muted=True), None)
            return NOTHING
    return NOTHING


def _is_property(m: Machine, symbol: Symbol) -> bool:
    return isinstance(symbol, FunctionSymbol) and bool(queries.decorators(m.store, symbol.ref) & _PROPERTIES)


def _has(m: Machine, atom: Atom, name: str) -> Value:
    match atom:
        case Param() | Derived():
            return one(Derived(atom, "has", name))
        case Literally():
            return one(Literally(hasattr(atom.value, name)))
        case Instance() if lacks(m, atom, name):
            return one(Literally(False))
        case Instance(cls=ClassRef() as cls):
            given = name in dict(atom.held) or lineage.has_project_attribute(m, lineage.lineage_of(m, cls), name)
            return one(Literally(True)) if given else PLAIN
    return PLAIN


def replacement(
    m: Machine, kind: Literal["module", "class", "object", "outside"], holder: ClassRef | str | Instance, name: str
) -> Value | None:
    """What a patch put in place of a name; None where none did."""
    found = m.cuts.get((kind, holder, name))
    m.mocked = m.mocked or (found is not None and holder != SETTINGS)
    return found


def replaced_in(m: Machine, atom: Atom, name: str) -> Value:
    """What a patch put in place of an attribute; empty where none did."""
    found: Value | None = None
    match atom:
        case Module():
            found = replacement(m, "module", atom.path, name)
        case Outside():
            found = replacement(m, "outside", atom.dotted, name) or replacement(m, "outside", atom.canonical, name)
        case Class_() | Instance():
            cls = atom.ref if isinstance(atom, Class_) else atom.cls
            is_object = isinstance(atom, Instance) and atom.after is None
            for one_class in lineage.lineage_of(m, cls):
                if isinstance(atom, Instance) and is_object and name in m.cut_of_objects:
                    found = replacement(m, "object", Instance(one_class, atom.of), name)
                    if found is not None:
                        break
                kind: Literal["class", "outside"] = "outside" if isinstance(one_class, str) else "class"
                found = replacement(m, kind, one_class, name)
                if found is not None:
                    found = bind(found, one(atom)) if is_object else found
                    break
    return found or NOTHING


def attribute_of(m: Machine, atom: Atom, name: str, ctx: Context, site: Site | None) -> Value:
    """An attribute of one atom."""
    match atom:
        case Literally(value=str()) if name in TEXT_METHODS:
            return one(Partial(one(Outside(f"builtins.str.{name}", f"builtins.str.{name}")), (one(atom),), ()))
        case Class_() if name in ("__name__", "__qualname__"):
            return one(Literally(atom.ref.name))
        case Class_() | Callable_() if name == "__module__":
            return one(Literally(module_name(m.store, atom.ref.path)))
        case Callable_() if name == "__name__":
            return one(Literally(atom.ref.name))
        case Module() | Class_() if name == "__dict__":
            return one(Instance(NAMESPACE, held=(("of", frozenset({atom})),)))
        case Module() if name == "__name__":
            return one(Literally(atom.dotted))
        case Mock():
            return mocks.attribute(m, atom, name)
        case Plain() | Literally():
            return PLAIN
        case Unknown():
            return frozenset({atom})
        case Param() | Derived():
            if not ctx.muted:
                m.read(atom, name, ctx, site)
            return one(Derived(atom, "attribute", name))
        case Module():
            return symbols_value(m, name_attribute(m.store, ModuleSymbol(atom.dotted, atom.path), name))
        case Class_():
            return class_member(m, atom, name, ctx, site)
        case Instance():
            return instance_attribute(m, atom, name, ctx, site)
        case Outside():
            return outside_attribute(m, atom, name)
        case Deferred() if atom.when == "start":
            if name in ("start", "run"):
                return one(Hop(atom.row, one(Partial(atom.callee, atom.args, atom.keywords)), atom.route, "call"))
            return PLAIN
        case Deferred() if atom.when == "await" and name == "__await__":
            return one(Done(one(atom)))
        case Done():
            return one(atom) if name == "result" else PLAIN
        case Items() if name == "get" and (len(atom.keys) > 1 or atom.complete):
            getter = Outside("builtins.dict.get", "builtins.dict.get")
            return one(Partial(one(getter), (one(atom),), ()))
        case Items() if name == "items":
            return one(Done(one(Items(tuple_of(keys_of(atom), atom.element)))))
        case Items() if name == "keys":
            return one(Done(one(Items(keys_of(atom)))))
        case Items() if name == "values":
            return one(Done(one(Items(atom.element))))
        case Items() if name in ("get", "pop"):
            return one(Done(atom.element | PLAIN))  # or a default, where there is no such key
        case Items():
            return one(Done(atom.element)) if name == "popleft" else one(Done(one(atom)))
        case Partial():
            return atom.func if name == "func" else PLAIN
        case Callable_():
            return frozenset({atom}) if name in ("__wrapped__", "__func__", "__call__") else unknown(f".{name}")
        case Hop():
            return frozenset({atom}) if name == "__call__" else unknown(f".{name}")
    return PLAIN


def class_member(m: Machine, atom: Class_, name: str, ctx: Context, site: Site | None) -> Value:
    """An attribute read from a class of the project."""
    line = lineage.lineage_of(m, atom.ref)
    for cls in line:
        if isinstance(cls, str) or not class_scope(m.store, cls).get(name):
            continue
        found = tuple(s for c, s in class_attribute(m.store, cls, name) if c == cls)
        if found:
            return join(bind_class(m, symbol_value(m, s), s, atom) for s in found)
    row = lineage.member_row(m, line, name)
    if row is not None:
        return member(m, row, Outside(row.name, row.name, atom))
    for _, symbol in class_attribute(m.store, atom.ref, name):
        if isinstance(symbol, External):
            return outside(m, symbol.dotted, atom)
    return unknown(f"{atom.ref.name} has no known attribute {name}")


def bind_class(m: Machine, value: Value, symbol: Symbol, cls: Class_) -> Value:
    """A member as it is when read from the class: class methods are bound."""
    if isinstance(symbol, FunctionSymbol) and "builtins.classmethod" in queries.decorators(m.store, symbol.ref):
        return bind(value, one(cls))
    return owned(m, value, cls.ref)


def owned(m: Machine, value: Value, owner: ClassRef) -> Value:
    """A manager or queryset read from a class is one over that class."""
    return frozenset(
        replace(a, of=owner) if isinstance(a, Instance) and a.of is None and lineage.is_manager(m, a.cls) else a
        for a in value
    )


def instance_attribute(m: Machine, atom: Instance, name: str, ctx: Context, site: Site | None) -> Value:
    """An attribute of an instance. One that is a container also holds what methods of the class put into it."""
    found = _instance_attribute(m, atom, name, ctx, site)
    if isinstance(atom.cls, ClassRef) and any(isinstance(a, Items) for a in found):
        return join([found, queries.additions(m.store, (atom.cls, name, m.world))])
    return found


def _instance_attribute(m: Machine, atom: Instance, name: str, ctx: Context, site: Site | None) -> Value:
    """From its classes in MRO order, then what its methods assign."""
    line = lineage.lineage_of(m, atom.cls)
    if atom.after is not None:
        line, atom = behind(line, atom.after), replace(atom, after=None)
        if name == "__init__" and not lineage.has_project_attribute(m, line, name):
            return PLAIN  # that making an installed object works on the database is said by rows of the class
    if isinstance(atom.cls, str) and (held := dict(atom.held).get(name)):
        return held
    declared: tuple[Symbol, ...] = ()
    for cls in line:
        if isinstance(cls, str) or not class_scope(m.store, cls).get(name):
            continue
        found = tuple(s for c, s in class_attribute(m.store, cls, name) if c == cls)
        if found and all(isinstance(s, ValueSymbol) and s.expr is None for s in found):
            declared = declared or found  # its type alone: others set it
            continue
        if found:
            given = dict(atom.held).get(name)
            if given is not None and isinstance(atom.cls, ClassRef) and all(isinstance(s, ValueSymbol) for s in found):
                # What an object was given comes before what its class says of all its instances.
                return held_or_later(m, atom, atom.cls, name, given)
            value = join(bind_instance(m, s, atom, ctx, site, name) for s in found)
            if isinstance(atom.cls, ClassRef) and any(isinstance(a, Literally) for a in value):
                # Methods may change that for one of them.
                assigned = queries.instance_attribute(m.store, (atom.cls, name, m.world))
                value = join([value, given or NOTHING, later(atom, name, assigned)])
            return value
    row = lineage.member_row(m, line, name)
    if row is not None:
        return member(m, row, Outside(row.name, row.name, atom))
    if isinstance(atom.cls, ClassRef):
        held = dict(atom.held).get(name)
        if held is not None:
            return held_or_later(m, atom, atom.cls, name, held)
        assigned = queries.instance_attribute(m.store, (atom.cls, name, m.world))
        if declared and all(isinstance(a, Unknown) for a in assigned):
            return join(bind_instance(m, s, atom, ctx, site, name) for s in declared)
        if assigned:
            return assigned
        if not _is_special(name):
            for cls in line:
                for symbol in class_scope(m.store, cls).get("__getattr__") if isinstance(cls, ClassRef) else ():
                    if isinstance(symbol, FunctionSymbol):
                        answering = bind_instance(m, symbol, atom, ctx, site, name)
                        return m.perform(answering, "call", ctx, site, name, (one(Literally(name)),))
    open_question = ""
    for cls in line:
        if isinstance(cls, str):
            known = definition(m.store, f"{cls}.{name}")
            if known is not None:
                return known_member(m, known, f"{cls}.{name}", atom)
            if not is_answered(m.store, f"{cls}.{name}"):
                open_question = f"{cls}.{name} is not answered yet"
                break
    if _MODEL in line and not name.startswith("_"):
        # A name that neither the class nor Model has can only be a reverse relation (django/db/models/options.py).
        return one(relations.manager(atom, None, name))
    return unknown(open_question or f"{class_name(atom.cls)} has no known attribute {name}")


def _is_special(name: str) -> bool:
    """Whether Python itself looks for it, in the class: such a name is not asked of `__getattr__`."""
    return name.startswith("__") and name.endswith("__")


def held_or_later(m: Machine, atom: Instance, cls: ClassRef, name: str, held: Value) -> Value:
    """An attribute that an object was given: that, or what methods of its class assign, those that do so for lack of it
    only where it is lacking."""
    assigned = later(atom, name, queries.later_attribute(m.store, (cls, name, m.world)))
    defaults = queries.defaults(m.store, (cls, name, m.world))
    return join([lacking.completed(m, held, defaults) if defaults else held, assigned])


def later(atom: Instance, name: str, assigned: Value) -> Value:
    """What methods assign to an attribute of an object. Where somebody set it from outside, that is what it is for:
    what a method might put there that nobody can name does not count."""
    if name not in atom.told:
        return assigned
    return frozenset(a for a in assigned if not isinstance(a, Unknown))


def classes_of(value: Value) -> Value:
    """The classes of these objects; classes stand for themselves, as in `raise`."""
    classes: set[Atom] = set()
    for atom in value:
        match atom:
            case Class_() | Outside():
                classes.add(atom)
            case Instance(cls=ClassRef() as cls):
                classes.add(Class_(cls))
            case Instance(cls=str() as name):
                classes.add(Outside(name, name))
    return frozenset(classes)


def super_of(m: Machine, value: Value, after: ClassRef) -> Value:
    """What `super()` gives in the methods of `after` when `self` or `cls` is this."""
    return join(super_of_atom(m, atom, after) for atom in value)


def super_of_atom(m: Machine, atom: Atom, after: ClassRef) -> Value:
    """`super()` in a method of the class `after`, for one receiver."""
    match atom:
        case Param() | Derived():
            return one(Derived(atom, "super", "", (one(Class_(after)),)))
        case Instance():
            return one(replace(atom, after=after))
        case Class_():
            following = behind(lineage.lineage_of(m, atom.ref), after)[:1]
            return join(one(Class_(c)) if isinstance(c, ClassRef) else outside(m, c, atom) for c in following)
    return unknown("super()")


def member(m: Machine, row: Row, outside: Outside) -> Value:
    """The value of an inherited member that has a row."""
    if isinstance(row, Chosen) and "" not in row.path:
        return settings.chosen(m, row)
    if isinstance(row, Attribute) and row.cls:
        return one(Instance(row.cls))
    if isinstance(row, Attribute):
        declared = declared_value(m, row.name.rpartition(".")[2], outside.receiver)
        return declared or applying.given(m, row.gives, outside, ())
    return one(outside)


def declared_value(m: Machine, name: str, receiver: Instance | Class_ | Outside | None) -> Value:
    """An attribute that an installed class declares itself, such as a manager of its own; empty when it does not."""
    if isinstance(receiver, Outside):
        owner: ClassRef | str = receiver.canonical
        holders = [receiver.canonical]
    elif isinstance(receiver, Class_):
        owner = receiver.ref
        holders = [cls for cls in lineage.lineage_of(m, owner) if isinstance(cls, str) and cls != _MODEL]
    else:
        return NOTHING
    for holder in holders:
        known = definition(m.store, f"{holder}.{name}")
        if known is not None and known.kind == "instance" and known.type:
            return one(Instance(known.type, owner if lineage.is_manager(m, known.type) else None))
    return NOTHING


def known_member(m: Machine, known: Definition, dotted: str, receiver: Instance) -> Value:
    """A member that jedi knows and no row does."""
    if known.kind == "instance" and known.type:
        return one(Instance(known.type))
    if any(d.canonical in _PROPERTIES for d in known.decorators):
        return applying.returned(m, known, unknown(f"property {dotted}"))
    return one(Outside(dotted, known.canonical, receiver))


def bind_instance(m: Machine, symbol: Symbol, atom: Instance, ctx: Context, site: Site | None, name: str) -> Value:
    """A member as it is when read from an instance: methods are bound, properties run."""
    value = symbol_value(m, symbol)
    if isinstance(symbol, FunctionSymbol):
        decorators = queries.decorators(m.store, symbol.ref)
        if "builtins.staticmethod" in decorators:
            return value
        if "builtins.classmethod" in decorators:
            return bind(value, one(Class_(atom.cls)) if isinstance(atom.cls, ClassRef) else one(atom))
        bound = bind(value, one(atom))
        if decorators & _PROPERTIES:
            return m.perform(bound, "call", ctx, site, name)
        return bound
    if isinstance(symbol, ValueSymbol):
        value = frozenset(v for a in value for v in described(m, a, symbol, atom, ctx, site, name))
        if symbol.annotation is not None and any(isinstance(a, Literally) for a in value):
            value |= PLAIN  # it may be the default of a field, and given otherwise where the object was made
        if isinstance(atom.cls, ClassRef):
            value = owned(m, value, atom.cls)
    return value


def described(
    m: Machine, atom: Atom, symbol: ValueSymbol, holder: Instance, ctx: Context, site: Site | None, name: str
) -> Iterable[Atom]:
    """Descriptors: a relation's field gives a manager or the related object when it is read from an instance."""
    if isinstance(atom, Instance) and isinstance(atom.cls, str):
        gives = m.table.descriptors.get(atom.cls)
        if gives is not None:
            model = relations.related_model(m, symbol)
            if gives == "manager":
                return (relations.manager(holder, model, name),)
            relations.read(m, holder, symbol, model, ctx, site, name)
            return (Instance(model) if model is not None else Unknown("related object"),)
        if _FIELD in lineage.lineage_of(m, atom.cls):
            return (Plain(),)
    return (atom,)


def outside_attribute(m: Machine, atom: Outside, name: str) -> Value:
    """An attribute of an installed name."""
    own = m.table.get(f"{atom.dotted}.{name}")  # of this very object, not of all of its class
    if isinstance(own, Finds):
        return one(Outside(own.name, own.name))
    known = definition(m.store, atom.dotted)
    if known is not None and known.kind == "instance" and known.type:
        row = lineage.member_row(m, lineage.lineage_of(m, known.type), name)
        if isinstance(row, Connects | Sends):  # signals are told apart by their names
            return one(Outside(row.name, row.name, atom))
        return instance_attribute(m, Instance(known.type), name, Context(muted=True), None)
    if known is not None and known.kind == "class":
        row = lineage.member_row(m, lineage.lineage_of(m, known.canonical), name)
        if row is not None:
            return member(m, row, Outside(row.name, row.name, atom))
    row = m.table.get(f"{atom.dotted}.{name}") if m.table.get(atom.dotted) is not None else None
    if row is not None:
        return member(m, row, Outside(row.name, row.name))
    if atom.receiver is not None:
        return unknown(f"{atom.dotted}.{name}")
    return outside(m, f"{atom.dotted}.{name}", None)


def outside(m: Machine, dotted: str, receiver: Instance | Class_ | Outside | None) -> Value:
    """The value of a dotted name outside the project."""
    row = m.table.get(dotted)
    if isinstance(row, Chosen) and "" not in row.path:
        return settings.chosen(m, row)
    known = definition(m.store, dotted)
    name = known.canonical if known is not None else ""
    is_instance = known is not None and known.kind == "instance" and known.type and m.table.get(name) is None
    if known is not None and is_instance and isinstance(m.table.get(known.type), Mocks):
        return one(Mock())
    return one(Outside(dotted, name, receiver))


def item_of(m: Machine, atom: Atom, index: Value, ctx: Context, site: Site | None) -> Value | None:
    """`atom[index]` where a row says what that gives; None for everything else."""
    if isinstance(atom, Outside):
        own = m.table.get(f"{atom.dotted}.__getitem__")  # of this very object, not of all of its class
        if own is not None:
            return applying.apply(m, own, Outside(own.name, own.name), ctx, site, own.name, (index,), ())
        known = definition(m.store, atom.dotted)
        if known is None or known.kind != "instance" or not known.type:
            return None
        atom = Instance(known.type)
    if not isinstance(atom, Instance) or not isinstance(atom.cls, str):
        return None
    row = lineage.member_row(m, lineage.lineage_of(m, atom.cls), "__getitem__")
    if row is None:
        return None
    return applying.apply(m, row, Outside(row.name, row.name, atom), ctx, site, row.name, (index,), ())


def symbols_value(m: Machine, symbols: Iterable[Symbol]) -> Value:
    """The values of alternatives."""
    return join(symbol_value(m, symbol) for symbol in symbols)


def symbol_value(m: Machine, symbol: Symbol) -> Value:
    """The value that a resolved name stands for."""
    match symbol:
        case FunctionSymbol():
            return queries.decorated(m.store, symbol)
        case ClassSymbol():
            return one(Class_(symbol.ref))
        case ModuleSymbol():
            return one(Module(symbol.dotted, symbol.path))
        case External():
            return outside(m, symbol.dotted, None)
        case ValueSymbol():
            return queries.named_value(m.store, symbol)
        case UnknownSymbol():
            return unknown(symbol.reason)
