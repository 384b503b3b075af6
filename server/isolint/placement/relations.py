"""Relations of a model's objects: which are loaded, and that reading one that is not is a query.

What a queryset fetches lacks the relations that it did not select or prefetch; what was made by hand lacks those of
which it was given the key alone. Of any other object nobody knows, and reading its relations is no work. In a loop the
query would be refused: what reads a relation there has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from isolint.catalog.django_orm import RELATED
from isolint.catalog.places import LOOPLESS, compose
from isolint.catalog.rows import Acts, Gives
from isolint.names.resolve import lookup
from isolint.names.symbols import ClassRef, ClassSymbol, Site, ValueSymbol
from isolint.placement import lineage, named, queries
from isolint.placement.context import SPREAD, Context
from isolint.placement.shapes import Atom, Class_, Instance, Items, Outside, Unloaded, Value
from isolint.placement.values import PLAIN, literals, one
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

PREFETCHED = "prefetched"
"""What the manager of a relation holds that was prefetched."""
_LOADING = ("select_related", "prefetch_related")


def made(
    m: Machine, row: Acts | Gives, atom: Outside, named: dict[str, Value], value: Value, args: tuple[Value, ...] = ()
) -> Value:
    """What a row gives, with what is known of its relations: objects that were fetched or made, and querysets."""
    receiver = atom.receiver
    match row.gives:
        case "queryset":
            if isinstance(receiver, Instance) and PREFETCHED in dict(receiver.held) and row.name.endswith(".all"):
                return one(Items(one(Instance(receiver.of)))) if receiver.of is not None else one(Items(PLAIN))
            fetched = _selected(row.name.rpartition(".")[2], args, _fetched(m, receiver))
        case "model" | "models" if isinstance(row, Acts) and row.kind == "read":
            fetched = _fetched(m, receiver)
        case "model" | "receiver":
            # Without any of them the relation is None, and without a name nobody knows.
            keys = frozenset(name.removesuffix("_id") for name in named if name.endswith("_id"))
            fetched = Unloaded(keys) if keys and SPREAD not in named and not args else None
        case _:
            return value
    return value if fetched is None else frozenset(_lacking(value, fetched))


def _lacking(value: Value, fetched: Unloaded) -> Iterator[Instance | Items]:
    for atom in value:
        if isinstance(atom, Instance):
            yield replace(atom, unloaded=fetched)
        elif isinstance(atom, Items):
            yield replace(atom, element=frozenset(_lacking(atom.element, fetched)))
        else:
            yield atom  # type: ignore[misc]


def _fetched(m: Machine, receiver: object) -> Unloaded | None:
    """What the objects lack that a manager or queryset fetches."""
    if not isinstance(receiver, Instance) or receiver.of is None or not lineage.is_manager(m, receiver.cls):
        return None
    if receiver.unloaded is not None:
        return receiver.unloaded
    line = lineage.lineage_of(m, receiver.cls)
    return Unloaded(others=not lineage.has_project_attribute(m, line, "get_queryset"))


def _selected(method: str, args: tuple[Value, ...], before: Unloaded | None) -> Unloaded | None:
    """The same once a lazy method has had its say; one that does not name its relations may load any."""
    if method not in _LOADING or before is None:
        return before
    names = [name for value in args for name in literals(value) or (None,)]
    if not names or not all(isinstance(name, str) for name in names):
        return Unloaded()
    return replace(before, names=before.names | {str(name).partition("__")[0] for name in names})


def manager(holder: Instance, model: ClassRef | str | None, name: str) -> Instance:
    """The manager of a relation to many."""
    unloaded = holder.unloaded
    prefetched = unloaded is not None and unloaded.others and name in unloaded.names
    return Instance(RELATED, model, held=((PREFETCHED, PLAIN),) if prefetched else ())


def read(
    m: Machine,
    holder: Instance,
    symbol: ValueSymbol,
    model: ClassRef | str | None,
    ctx: Context,
    site: Site | None,
    name: str,
) -> None:
    """A relation to one object is read: a query, unless it is loaded or there is none."""
    if holder.unloaded is None or not holder.unloaded.has(name) or name in dict(holder.held):
        return
    there = replace(ctx, route=compose(ctx.route, LOOPLESS))
    if holder.unloaded.others and _may_be_none(symbol):
        there = replace(there, certain=False)
    m.act(there, "read", model, None, site, name)


def _may_be_none(symbol: ValueSymbol) -> bool:
    keywords = symbol.expr.keywords if isinstance(symbol.expr, f.Call) else ()
    return any(
        keyword.name is None
        or (keyword.name == "null" and not (isinstance(keyword.value, f.Constant) and keyword.value.value is False))
        for keyword in keywords
    )


def related_model(m: Machine, symbol: ValueSymbol) -> ClassRef | str | None:
    """The model that a relation's field names first: a class, the name of one in the same module, or "self"."""
    if not isinstance(symbol.expr, f.Call):
        return None
    to = next((keyword.value for keyword in symbol.expr.keywords if keyword.name == "to"), None)
    expr = symbol.expr.args[0] if symbol.expr.args else to
    if expr is None:
        return None
    if isinstance(expr, f.Constant) and isinstance(expr.value, str):
        if expr.value == "self":
            return symbol.owner
        if "." in expr.value:
            return next(map(of_class, named.model_named(m, expr.value)), None)
        found = lookup(m.store, (symbol.path, expr.value)) if expr.value.isidentifier() else ()
        return next((one_symbol.ref for one_symbol in found if isinstance(one_symbol, ClassSymbol)), None)
    for atom in queries.named_value(m.store, ValueSymbol(symbol.path, symbol.chunk, expr, symbol.owner)):
        if isinstance(atom, Class_ | Outside):
            return of_class(atom)
    return None


def of_class(atom: Atom) -> ClassRef | str | None:
    """The class that a value is, as objects name theirs."""
    if isinstance(atom, Class_):
        return atom.ref
    return (atom.canonical or None) if isinstance(atom, Outside) else None
