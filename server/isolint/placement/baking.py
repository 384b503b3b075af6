"""What model_bakery does when it makes an object, or prepares one without saving it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from isolint.catalog.factories import BAKED, ITERATED, ITERATOR, RELATED
from isolint.catalog.rows import Acts, Bakes
from isolint.names.resolve import module_name
from isolint.names.symbols import Site
from isolint.placement import applying, factories, named
from isolint.placement.context import Context, Keywords
from isolint.placement.shapes import Callable_, Hop, Instance, Items, Literally, Outside, Partial, Unknown, Value
from isolint.placement.values import NOTHING, join, literals, one, unknown

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

_WORKING = Callable_ | Hop | Partial | Outside
"""Values that are called for each object (model_bakery.baker.Baker.generate_value)."""


def bake(
    m: Machine,
    row: Bakes,
    atom: Outside,
    ctx: Context,
    site: Site | None,
    label: str,
    args: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """A call that makes an object of a model, or several (`_quantity`)."""
    told = dict(keywords)
    if row.of == "arguments":
        model, rest = join(args[:1]) or told.get("_model", NOTHING), args[1:]
    else:
        recipe = atom.receiver if row.of == "recipe" else _named(m, join(args[:1]))
        written = factories.declaration(m, recipe)
        if written is None:
            return m._nameless(Unknown("a recipe that is not known"), "call", ctx, site, label)
        model, rest = join(written.args[:1]), args if row.of == "recipe" else args[1:]
        unfilled = {name: value for name, value in written.keywords if name not in told}
        if _iterate(m, unfilled.values()):
            _act(m, ITERATED, model, ctx, site, label)
        told = {**unfilled, **told}
    made = _classes(m, model)
    for value in told.values():
        m.perform(frozenset(a for a in value if isinstance(a, _WORKING)), "call", ctx, site, label)
    if row.saves or literals(told.get("_save_related")) == (True,):
        _act(m, BAKED, made, ctx, site, label)
    objects = applying.given(m, "model", Outside(BAKED, BAKED), (made,)) if made else unknown(f"result of {label}")
    quantity = told.get("_quantity", join(rest[:1]))
    return one(Items(objects)) if quantity - {Literally(None)} else objects


def _act(m: Machine, name: str, model: Value, ctx: Context, site: Site | None, label: str) -> None:
    row = m.table.get(name)
    if isinstance(row, Acts):
        applying.act(m, row, Outside(name, name), ctx, site, label, (model,))


def _iterate(m: Machine, values: Iterable[Value]) -> bool:
    """Whether one of these values of a recipe is an iterator, here or in a recipe for what it is related to."""
    for atom in (atom for value in values for atom in value):
        if isinstance(atom, Instance) and atom.cls == ITERATOR:
            return True
        related = factories.declaration(m, atom)
        for recipe in join(related.args[:1]) if related is not None and related.row.name == RELATED else ():
            found = factories.declaration(m, recipe)
            if found is not None and _iterate(m, (value for _, value in found.keywords)):
                return True
    return False


def _named(m: Machine, name: Value) -> Instance | None:
    """The recipe `app.name`, which the module `baker_recipes` of the app has (model_bakery.baker._recipe)."""
    for said in literals(name) or ():
        app, _, recipe = str(said).rpartition(".")
        for path in named.models_of(m.store, app.rpartition(".")[2]) if app else ():
            module = module_name(m.store, path).removesuffix(".__init__").rpartition(".")[0]
            for atom in named.at_path(m, f"{module}.baker_recipes.{recipe}"):
                if isinstance(atom, Instance):
                    return atom
    return None


def _classes(m: Machine, model: Value) -> Value:
    """The class of a model that is given, or named by a text `app.Model`."""
    return join(named.model_named(m, str(atom.value)) if isinstance(atom, Literally) else one(atom) for atom in model)
