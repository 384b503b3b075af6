"""Helpers over values: joining, capping, labels. No resolution and no effects here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from isolint.names.symbols import ClassRef
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
    Text,
    Unknown,
    Value,
)
from isolint.syntax import facts as f

MAX_ATOMS = 8
"""More alternatives than this for one value end in Unknown. (With 16, tables of handlers that are dispatched by a
computed name made one flagged test in five of a measured suite a false alarm.)"""
MAX_DEPTH = 8
"""Deeper nesting than this (a partial of a partial of ...) ends in Unknown."""

MAX_URL = 300
"""Characters of a formatted text that are kept."""

FOLDED_DEPTH = 3
"""Containers in what a function gives to itself are told apart to this depth."""

TEXT_METHODS = frozenset(
    "lower upper title capitalize casefold swapcase strip lstrip rstrip split rsplit partition rpartition replace "
    "removeprefix removesuffix startswith endswith".split()
)
"""Methods of literal texts that are carried out: names of table entries are often made by them."""

MAX_TEXT = 200
"""Characters of a text that is carried on; a longer one is data (recursion could make it ever longer)."""

MAX_WAITING = 5
"""Parts of a text that is put together later."""

_NESTING = frozenset({Callable_, Partial, Hop, Deferred, Done, Items, Derived, Instance, Mock})

NOTHING: Value = frozenset()
PLAIN: Value = frozenset({Plain()})
MOCK: Value = frozenset({Mock()})
"""A mock of which nothing more is known."""


def unknown(reason: str) -> Value:
    """A value that nobody can name."""
    return frozenset({Unknown(reason)})


TOO_MANY: Value = unknown("too many possible values")


def one(atom: Atom) -> Value:
    """A value of one atom. What is nested too deeply in it becomes Unknown: arguments first, so that what is called
    stays known, else all of it."""
    if type(atom) in _NESTING and depth(atom) > MAX_DEPTH:
        shallow = _shallow(atom)
        return frozenset({shallow}) if depth(shallow) <= MAX_DEPTH else unknown("nested too deeply")
    return frozenset({atom})


def _shallow(atom: Atom, room: int = MAX_DEPTH) -> Atom:
    """The same with the arguments Unknown that are nested too deeply for the room there is, also those of the steps
    that led to something derived."""
    match atom:
        case Derived():
            base = _shallow(atom.base, room - 1) if isinstance(atom.base, Derived) else atom.base
            return replace(
                atom,
                base=base,
                args=tuple(_pruned(value, room) for value in atom.args),
                keywords=tuple((name, _pruned(value, room)) for name, value in atom.keywords),
            )
        case Partial() | Deferred():
            keywords = tuple((name, _pruned(value, room)) for name, value in atom.keywords)
            return replace(atom, args=tuple(_pruned(value, room) for value in atom.args), keywords=keywords)
        case Callable_():
            return replace(atom, free=tuple((name, _pruned(value, room)) for name, value in atom.free))
        case Items():
            keys = tuple((key, _pruned(value, room)) for key, value in atom.keys)
            return replace(atom, element=_pruned(atom.element, room), keys=keys)
        case Instance():
            return replace(atom, held=tuple((name, _pruned(value, room)) for name, value in atom.held))
    return atom


def _pruned(value: Value, room: int) -> Value:
    if not any(type(atom) in _NESTING and depth(atom) >= room for atom in value):
        return value
    fitting = [_shallow(atom, room - 1) if depth(atom) >= room else atom for atom in value]
    if any(depth(atom) >= room for atom in fitting):
        return unknown("nested too deeply")
    return frozenset(fitting)


def folded(value: Value) -> Value:
    """What a function that calls itself does to parts of its parameter, or gives back, at any depth of its recursion: a
    part of a part reached by the same steps is taken for the part, and containers in containers hold the unknown beyond
    the second. Without that each round of the iteration would know one level more."""
    return join(_folded(atom) for atom in value)


def _folded(atom: Atom) -> Value:
    if isinstance(atom, Derived):
        return frozenset({fold(atom)})
    return _pruned(frozenset({atom}), FOLDED_DEPTH) if isinstance(atom, Items) else frozenset({atom})


def fold(atom: Derived) -> Derived:
    """A chain of steps without its loops: where one comes again (reading a method and calling it are one), what lies
    between is left out."""
    steps: list[tuple[Derived, ...]] = []
    root: Param | Derived = atom
    while isinstance(root, Derived):
        unit: tuple[Derived, ...] = (root,)
        root = root.base
        if unit[0].step == "call" and isinstance(root, Derived) and root.step == "attribute":
            unit = (root, *unit)
            root = root.base
        steps.append(unit)
    kept: list[tuple[object, ...]] = []
    units: list[tuple[Derived, ...]] = []
    for unit in reversed(steps):
        key = tuple((one_step.step, one_step.name, one_step.args, one_step.keywords) for one_step in unit)
        if key in kept:
            end = kept.index(key) + 1
            kept, units = kept[:end], units[:end]
        else:
            kept.append(key)
            units.append(unit)
    made: Param | Derived = root
    for unit in units:
        for one_step in unit:
            made = replace(one_step, base=made)
    assert isinstance(made, Derived)
    return made


def join(values: Iterable[Value]) -> Value:
    """The union of alternatives, capped."""
    joined: frozenset[Atom] = NOTHING.union(*values)
    reasons = [atom for atom in joined if isinstance(atom, Unknown)]
    if len(reasons) > 1:
        joined = joined.difference(reasons) | {min(reasons, key=lambda atom: atom.reason)}
    mocks = [atom for atom in joined if isinstance(atom, Mock) and not atom.told]
    if len(mocks) > 1:
        joined = joined.difference(mocks) | {Mock()}
    return TOO_MANY if len(joined) > MAX_ATOMS else joined


@lru_cache(maxsize=1 << 14)
def depth(atom: Atom) -> int:
    """How deeply values are nested inside an atom."""
    match atom:
        case Callable_():
            inner: list[Value] = [v for _, v in atom.free]
            if atom.receiver is not None:
                inner.append(atom.receiver)
        case Partial():
            inner = [atom.func, *atom.args, *(v for _, v in atom.keywords)]
        case Hop():
            inner = [atom.payload]
        case Deferred():
            inner = [atom.callee, *atom.args, *(v for _, v in atom.keywords)]
        case Done():
            inner = [atom.result]
        case Items():
            inner = [atom.element, *(v for _, v in atom.keys)]
        case Derived():
            inner = [frozenset({atom.base}), *atom.args, *(v for _, v in atom.keywords)]
        case Instance() if atom.held:
            inner = [v for _, v in atom.held]
        case Mock() if atom.told:
            inner = [v for _, v in atom.told]
        case _:
            return 0
    deepest = 0
    for value in inner:
        for one_inside in value:
            if type(one_inside) in _NESTING:
                deepest = max(deepest, depth(one_inside))
    return 1 + deepest


def label(expr: f.Expr) -> str:
    """A short text of a callee for people: `Order.objects.create`, `sync_to_async(make_order)`."""
    match expr:
        case f.Name():
            return expr.id
        case f.Attribute():
            return f"{label(expr.value)}.{expr.attr}"
        case f.Call():
            first = ", ".join(label(a) for a in expr.args[:1])
            more = ", ..." if len(expr.args) > 1 or expr.keywords else ""
            return f"{label(expr.func)}({first}{more})" if first else f"{label(expr.func)}({more.lstrip(', ')})"
        case f.Subscript():
            return f"{label(expr.value)}[{label(expr.index)}]"
        case f.Constant():
            return repr(expr.value) if len(str(expr.value)) < 20 else "..."
        case f.Lambda():
            return "lambda"
        case f.Await():
            return label(expr.value)
    return "..."


def class_name(of: ClassRef | str | None) -> str | None:
    """The name of a class for people."""
    if of is None:
        return None
    return of.name if isinstance(of, ClassRef) else of.rpartition(".")[2]


def bind(value: Value, receiver: Value) -> Value:
    """A function read from an instance or class: bound to it."""
    bound: list[Value] = []
    for atom in value:
        match atom:
            case Callable_():
                bound.append(one(replace(atom, receiver=receiver)))
            case Hop():
                bound.append(one(replace(atom, payload=bind(atom.payload, receiver))))
            case _:
                bound.append(frozenset({atom}))
    return join(bound)


def subscript(value: Value, index: Value) -> Value:
    """`value[index]` of containers; data otherwise."""
    found: list[Value] = []
    for atom in value:
        match atom:
            case Items():
                found.append(pick(atom, index))
            case Param() | Derived():
                found.append(one(Derived(atom, "item", "", (index,))))
            case Mock():
                found.append(one(Mock()))
            case Unknown():
                found.append(frozenset({atom}))
            case _:
                found.append(PLAIN)
    return join(found)


def pick(items: Items, index: Value, default: Value | None = None) -> Value:
    """What a container gives for a key. A written-out table of callables waits for a key that is not known yet. Without
    `default` (`items[index]`) a missing key gives any element, since the table may be filled elsewhere."""
    symbolic = [atom for atom in index if isinstance(atom, Param | Derived)]
    if len(items.keys) > 1 and symbolic and any(may_be_callable(v) for _, v in items.keys):
        rest = frozenset(a for a in index if not isinstance(a, Param | Derived))
        given = (one(items),) if default is None else (one(items), default)
        waiting = [one(Derived(atom, "pick", "", given)) for atom in symbolic]
        return join([*waiting, *([pick(items, rest, default)] if rest else [])])
    keys = literals(index)
    if keys is None or len(keys) != len(index):
        return items.element
    written = dict(items.keys)
    otherwise = items.element if default is None or not (written or items.complete) else default
    return join(written.get(key, otherwise) for key in keys)  # type: ignore[call-overload]


def narrowed(value: Value, kind: str) -> Value:
    """What is known to be data, of which nobody knew what it is: a "mapping", a "sequence" (or set), or a "scalar"."""
    return join(_narrowed(atom, kind) for atom in value)


def _narrowed(atom: Atom, kind: str) -> Value:
    match atom:
        case Param() | Derived():
            return one(Derived(atom, "as", kind))
        case Unknown() if kind == "scalar":
            return PLAIN
        case Unknown():
            return one(Items(one(atom), mapping=kind == "mapping"))
    return frozenset({atom})


def shared(value: Value) -> Value:
    """A value that others hold too: containers, and those in them, are no longer known to hold only what is written
    out."""
    if not any(isinstance(atom, Items) and atom.complete for atom in value):
        return value
    return frozenset(_shared(a) if isinstance(a, Items) else a for a in value)


def _shared(items: Items) -> Items:
    keys = tuple((key, shared(value)) for key, value in items.keys)
    return replace(items, element=shared(items.element), keys=keys, complete=False)


def tuple_of(*values: Value) -> Value:
    """A tuple of these values."""
    return one(Items(join(values), tuple(enumerate(values)), complete=True))


def keys_of(items: Items) -> Value:
    """The keys of a mapping; data where not all of them are known, or there are too many to be followed."""
    if not items.complete or len(items.keys) > MAX_ATOMS // 2:
        return PLAIN
    return join(one(Literally(key)) for key, _ in items.keys)


def iterated(items: Items) -> Value:
    """What iterating a container gives."""
    return keys_of(items) if items.mapping else items.element


def in_order(value: Value) -> Iterable[Atom]:
    """The atoms of a value in an order that does not depend on hashes."""
    return sorted(value, key=order_of) if len(value) > 1 else value


def payload_label(value: Value, otherwise: str) -> str:
    """A name for what a hop runs."""
    for atom in in_order(value):
        match atom:
            case Callable_():
                return atom.ref.name
            case Class_():
                return atom.ref.name
            case Outside():
                parts = (atom.canonical or atom.dotted).split(".")
                owner = (
                    class_name(atom.receiver.of or atom.receiver.cls) if isinstance(atom.receiver, Instance) else None
                )
                return f"{owner}.{parts[-1]}" if owner else parts[-1]
            case Partial():
                return payload_label(atom.func, otherwise)
            case Hop():
                return payload_label(atom.payload, otherwise)
    return otherwise


def held_by_receiver(method: Outside) -> dict[str, Value]:
    """What the receiver of a method holds, by name."""
    return dict(method.receiver.held) if isinstance(method.receiver, Instance) else {}


def each_of(value: Value) -> Value:
    """The elements of what was gone through: one after the other, where a row gives all of them."""
    return join(atom.element if isinstance(atom, Items) else frozenset({atom}) for atom in value)


def literals(value: Value | None) -> tuple[object, ...] | None:
    """The literals among the atoms of a value; None when there is none."""
    if value is None:
        return None
    return tuple(a.value for a in value if isinstance(a, Literally)) or None


def joined_text(parts: Iterable[Value]) -> Value:
    """The text of an f-string of these parts where each is one text or number. One that may name something (no text
    with spaces does) waits for the parts that are not known yet; of one that begins with a slash, as URLs do, what is
    written out is kept. All others are data: nobody asks for them."""
    given = tuple(parts)
    atoms = [next(iter(part)) if len(part) == 1 else None for part in given]
    waiting = [atom for atom in atoms if isinstance(atom, Param | Derived)]
    if waiting and len(given) <= MAX_WAITING and all(isinstance(a, Param | Derived) or _names(a) for a in atoms):
        return one(Derived(waiting[0], "text", "", given))
    texts = [""]
    after_hole = False
    for atom in atoms:
        is_hole = not isinstance(atom, Literally) or isinstance(atom.value, float)
        if isinstance(atom, Literally) and not is_hole:
            texts[-1] += str(atom.value)
        elif not after_hole:
            texts.append("")
        after_hole = is_hole
    if len(texts) == 1:
        return one(Literally(texts[0])) if len(texts[0]) <= MAX_TEXT else PLAIN
    return one(Text(tuple(texts))) if texts[0].startswith("/") and sum(map(len, texts)) <= MAX_URL else PLAIN


def _names(atom: Atom | None) -> bool:
    return isinstance(atom, Literally) and isinstance(atom.value, str) and not any(map(str.isspace, atom.value))


def may_be_callable(value: Value) -> bool:
    """Whether something that can be called is among the atoms, the unknown included."""
    return any(isinstance(a, Callable_ | Class_ | Outside | Partial | Hop | Param | Derived | Unknown) for a in value)


_CLOSED = frozenset({Unknown, Plain, Literally, Text, Class_, Outside, Module})
"""The kinds of atoms in which nothing is to be filled in."""


def is_open(atom: Atom) -> bool:
    """Whether there may be something to fill in."""
    if isinstance(atom, Instance):
        return any(is_open(one_held) for _, value in atom.held for one_held in value)
    if isinstance(atom, Mock):
        return any(is_open(one_told) for _, value in atom.told for one_told in value)
    return type(atom) not in _CLOSED


@lru_cache(maxsize=1 << 14)
def is_symbolic(atom: Atom) -> bool:
    """Whether a parameter, or something derived from one, is anywhere in this."""
    match atom:
        case Param() | Derived():
            return True
        case Callable_():
            inner = [*(v for _, v in atom.free), atom.receiver or NOTHING]
        case Partial():
            inner = [atom.func, *atom.args, *(v for _, v in atom.keywords)]
        case Hop():
            inner = [atom.payload]
        case Deferred():
            inner = [atom.callee, *atom.args, *(v for _, v in atom.keywords)]
        case Done():
            inner = [atom.result]
        case Items():
            inner = [atom.element, *(v for _, v in atom.keys)]
        case Instance():
            inner = [v for _, v in atom.held]
        case Mock():
            inner = [v for _, v in atom.told]
        case _:
            return False
    return any(is_symbolic(part) for value in inner for part in value)


def order_of(atom: Atom) -> str:
    """The key by which atoms are sorted, the same in every run."""
    return repr(atom)
