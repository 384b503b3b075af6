"""The fixtures that pytest-factoryboy's `register` puts into a module.

Only their names are known here: what the factory fixture and the model fixture do is left opaque, so that a test that
uses them is undecided rather than wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from isolint.names.resolve import canonical_names, resolve
from isolint.names.scopes import class_facts, class_scope, module_scope
from isolint.names.symbols import ClassRef, ClassSymbol, Site, ValueSymbol
from isolint.pytest_model.evaluate import literal
from isolint.pytest_model.namespace import bodies, inherited
from isolint.pytest_model.objects import ClassObject, Context
from isolint.pytest_model.shapes import FixtureDef, Holder
from isolint.store.memo import Store
from isolint.syntax import facts as f

_REGISTER = "pytest_factoryboy.fixture.register"

MADE = "made by pytest-factoryboy"
"""Why such a fixture is opaque."""


def registered(store: Store, holder: Holder) -> Iterator[FixtureDef]:
    """The fixtures of `register(Factory, name)` statements and `@register` classes of a module
    (pytest_factoryboy.fixture.register)."""
    path = holder.path
    for chunk, statement in bodies(store, path, None):
        if isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call) and statement.value.args:
            call = statement.value
            if _REGISTER in canonical_names(store, path, call.func):
                name = literal(store, Context(path, chunk), call.args[1]) if len(call.args) > 1 else None
                for keyword in call.keywords:
                    if keyword.name == "_name":
                        name = literal(store, Context(path, chunk), keyword.value)
                for symbol in resolve(store, path, call.args[0]):
                    if isinstance(symbol, ClassSymbol):
                        given = name if isinstance(name, str) else None
                        yield from _made(store, symbol.ref, given, holder, Site(path, chunk, *call.span))
    scope = module_scope(store, path)
    for binding in scope.bindings if scope is not None else ():
        if isinstance(binding.bound, ClassSymbol):
            facts = class_facts(store, binding.bound.ref)
            for decorator in facts.decorators if facts is not None else ():
                target = decorator.func if isinstance(decorator, f.Call) else decorator
                if _REGISTER in canonical_names(store, path, target):
                    ref = binding.bound.ref
                    yield from _made(store, ref, None, holder, Site(path, ref.chunk, *decorator.span))


def _made(store: Store, factory: ClassRef, name: str | None, holder: Holder, site: Site) -> Iterator[FixtureDef]:
    yield _opaque(_underscore(factory.name), holder, site)
    model = name or _model_name(store, factory)
    if model is not None:
        yield _opaque(model, holder, site)


def attribute_of(definitions: Mapping[str, tuple[FixtureDef, ...]], name: str) -> tuple[FixtureDef, ...]:
    """`thing__name`: one of the fixtures that `register` makes for each declaration of a factory."""
    model, separator, _ = name.partition("__")
    found = definitions.get(model, ()) if separator else ()
    return tuple(replace(one, name=name) for one in found if one.opaque == MADE)


def _model_name(store: Store, factory: ClassRef) -> str | None:
    """The underscored name of `Meta.model`."""
    hit = inherited(store, factory, "Meta")
    if hit is None or not isinstance(hit[1], ClassObject):
        return None
    for bound in class_scope(store, hit[1].ref).get("model"):
        if isinstance(bound, ValueSymbol):
            match bound.expr:
                case f.Name(id=written) | f.Attribute(attr=written):
                    return _underscore(written)
                case f.Constant(value=str() as written):
                    return _underscore(written.rpartition(".")[2])
    return None


def _underscore(name: str) -> str:
    """inflection.underscore."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).replace("-", "_").lower()


def _opaque(name: str, holder: Holder, site: Site) -> FixtureDef:
    return FixtureDef(
        name,
        None,
        None,
        site,
        "function",
        False,
        ("request",),
        False,
        False,
        "pytest",
        holder,
        opaque=MADE,
    )
