"""The fixtures that pytest-factoryboy's `register` puts into a module or a class.

Their names and what they request are known here, by the declarations of the factory; what the factory and the model
fixture do is left opaque, so that a test that uses them is undecided rather than wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from isolint.names.inputs import definition
from isolint.names.resolve import base_directory, canonical_names, find_module, lookup, mro, resolve
from isolint.names.scopes import class_facts, class_scope, module_scope
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionSymbol,
    ModuleSymbol,
    Site,
    UnknownSymbol,
    ValueSymbol,
)
from isolint.pytest_model import library
from isolint.pytest_model.evaluate import literal
from isolint.pytest_model.functions import header
from isolint.pytest_model.namespace import bodies
from isolint.pytest_model.objects import Context
from isolint.pytest_model.shapes import FixtureDef, Holder
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_REGISTER = "pytest_factoryboy.fixture.register"
_LAZY_FIXTURE = "pytest_factoryboy.fixture.LazyFixture"
_NAMED_MODEL = "pytest_factoryboy.fixture.named_model"
_SUB_FACTORY = "factory.declarations.SubFactory"
_RELATED = frozenset({"factory.declarations.RelatedFactory", "factory.declarations.RelatedFactoryList"})
_TRAIT = "factory.declarations.Trait"

MADE = "made by pytest-factoryboy"
"""Why such a fixture is opaque."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One `register`: the factory, the name of the model fixture, and the overrides of declarations."""

    factory: ClassRef
    name: str | None
    overrides: tuple[f.Keyword, ...]
    site: Site


def registered(store: Store, holder: Holder) -> tuple[FixtureDef, ...]:
    """The fixtures of `register(Factory, name, **overrides)` statements and `@register` classes in the body of a module
    or class (pytest_factoryboy.fixture.register, generate_fixtures). A name that is registered again is replaced, but
    for the factory's own."""
    found: dict[str, FixtureDef] = {}
    for use in _uses(store, holder.path, holder.cls):
        context = Context(use.site.path, use.site.chunk, holder.cls)
        overrides = {k.name: _Declared(k.value, context) for k in use.overrides if k.name is not None}
        model = use.name or _model_name(store, use.factory)
        factory = _underscore(use.factory.name)
        if factory not in found:
            found[factory] = _opaque(factory, (), holder, use.site, use.factory, "class")
        if model is None:
            continue
        declared = declarations(store, use.factory)
        needed: list[str] = []
        for name, value in declared.items():
            given = overrides.get(name, value)
            attribute = f"{model}__{name}"
            found[attribute] = _opaque(attribute, _requested(store, use.factory, given), holder, use.site)
            if _kind(store, value) not in _RELATED:
                needed.append(attribute)
        found[model] = _opaque(model, tuple(needed), holder, use.site, use.factory, "object")
    return tuple(found.values())


def _uses(store: Store, path: str, owner: ClassRef | None) -> Iterator[_Use]:
    for chunk, statement in bodies(store, path, owner):
        if isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call) and statement.value.args:
            call = statement.value
            if _REGISTER in canonical_names(store, path, call.func, owner):
                symbol = next(iter(resolve(store, path, call.args[0], owner)), None)
                if isinstance(symbol, ClassSymbol):
                    yield _use(store, Context(path, chunk, owner), call, call.args[1:], symbol.ref, call.span)
    if owner is not None:
        return
    scope = module_scope(store, path)
    for binding in scope.bindings if scope is not None else ():
        if isinstance(binding.bound, ClassSymbol):
            ref = binding.bound.ref
            facts = class_facts(store, ref)
            for decorator in facts.decorators if facts is not None else ():
                target = decorator.func if isinstance(decorator, f.Call) else decorator
                if _REGISTER in canonical_names(store, path, target):
                    given = decorator if isinstance(decorator, f.Call) else f.Call(target, (), (), decorator.span)
                    # `@register("name")` would take the name for the factory.
                    yield _use(store, Context(path, ref.chunk), given, given.args[1:], ref, decorator.span)


def _use(
    store: Store, context: Context, call: f.Call, args: tuple[f.Expr, ...], factory: ClassRef, span: f.Span
) -> _Use:
    named = args[0] if args else next((k.value for k in call.keywords if k.name == "_name"), None)
    name = literal(store, context, named) if named is not None else None
    overrides = tuple(k for k in call.keywords if k.name not in {None, "_name", "_caller_locals"})
    return _Use(factory, name if isinstance(name, str) else None, overrides, Site(context.path, context.chunk, *span))


# --- declarations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Declared:
    """The value of a declaration as written; None for a method, and for what a trait changes."""

    value: f.Expr | None
    context: Context


def _declarations(store: Store, factory: ClassRef) -> dict[str, _Declared]:
    found: dict[str, _Declared] = {}
    parameters: dict[str, _Declared] = {}
    for cls in reversed(mro(store, factory).classes):
        if not isinstance(cls, ClassRef):
            continue
        scope = class_scope(store, cls)
        for name in dict.fromkeys(binding.name for binding in scope.bindings):
            bound = scope.get(name)[0]
            if name == "Params" and isinstance(bound, ClassSymbol):
                parameters |= _parameters(store, bound.ref)
            elif isinstance(bound, ValueSymbol) and not name.startswith("_"):
                found[name] = _Declared(bound.expr, Context(cls.path, bound.chunk, cls))
            elif isinstance(bound, FunctionSymbol) and not name.startswith("_") and _is_declaration(store, bound):
                found[name] = _Declared(None, Context(cls.path, bound.ref.chunk, cls))
    for name, value in parameters.items():
        if _kind(store, value) == _TRAIT and isinstance(value.value, f.Call):
            # What a trait may set is a `Maybe` of both values, whatever it was.
            found |= {k.name: _Declared(None, value.context) for k in value.value.keywords if k.name is not None}
        else:
            found[name] = value
    return found


declarations: Query[ClassRef, dict[str, _Declared]] = Query("factory declarations", _declarations, barrier=True)
"""The declarations of a factory, those of its bases first (factory.base.FactoryOptions.declarations): public names of
the class bodies, and the parameters of `Params`."""


def _parameters(store: Store, ref: ClassRef) -> dict[str, _Declared]:
    scope = class_scope(store, ref)
    found: dict[str, _Declared] = {}
    for binding in scope.bindings:
        if isinstance(binding.bound, ValueSymbol) and not binding.name.startswith("_"):
            found[binding.name] = _Declared(binding.bound.expr, Context(ref.path, binding.bound.chunk, ref))
    return found


def _is_declaration(store: Store, symbol: FunctionSymbol) -> bool:
    """factory.base.FactoryOptions._is_declaration: no classmethod, no staticmethod."""
    function = header(store, symbol.ref)
    names = {n for d in (function.decorators if function is not None else ()) for n in _names(store, symbol, d)}
    return not names & {library.CLASSMETHOD, library.STATICMETHOD}


def _names(store: Store, symbol: FunctionSymbol, decorator: f.Expr) -> tuple[str, ...]:
    found = resolve(store, symbol.ref.path, decorator, symbol.owner)
    return tuple(one.dotted for one in found if isinstance(one, External))


def _kind(store: Store, declared: _Declared) -> str:
    """The canonical name of what is called, "" for everything else."""
    if not isinstance(declared.value, f.Call):
        return ""
    context = declared.context
    return next(iter(canonical_names(store, context.path, declared.value.func, context.owner)), "")


def _requested(store: Store, factory: ClassRef, declared: _Declared) -> tuple[str, ...]:
    """What the fixture of a declaration requests (pytest_factoryboy.fixture.make_declaration_fixturedef)."""
    kind = _kind(store, declared)
    call = declared.value
    if not isinstance(call, f.Call) or not call.args:
        return ()
    if kind == _LAZY_FIXTURE:
        given = call.args[0]
        if isinstance(given, f.Lambda):
            return tuple(p.name for p in given.params if p.default is None)
        name = literal(store, declared.context, given)
        return (name,) if isinstance(name, str) else ()
    if kind != _SUB_FACTORY and kind not in _RELATED:
        return ()
    other = _factory(store, declared.context, call.args[0])
    model = _model_name(store, other) if other is not None else None
    if other is None or model is None:
        return ()
    parent = _model_name(store, factory)
    found = [f"{model}__{name}" for name, one in declarations(store, other).items() if _is_needed(store, one, parent)]
    return (*found, model)


def _is_needed(store: Store, declared: _Declared, parent: str | None) -> bool:
    """pytest_factoryboy.fixture.get_deps: no related factories, and no way back to the parent's model."""
    kind = _kind(store, declared)
    if kind in _RELATED:
        return False
    if kind == _SUB_FACTORY and isinstance(declared.value, f.Call) and declared.value.args:
        other = _factory(store, declared.context, declared.value.args[0])
        return other is None or _model_name(store, other) != parent
    return True


def _factory(store: Store, context: Context, expr: f.Expr) -> ClassRef | None:
    """The factory that a `SubFactory` names: a class, or a string `module.Class`."""
    symbols = resolve(store, context.path, expr, context.owner)
    text = literal(store, context, expr)
    if isinstance(text, str):
        module, _, name = text.rpartition(".")
        target = find_module(store, (module, base_directory(store, context.path)))
        symbols = lookup(store, (target.path, name)) if isinstance(target, ModuleSymbol) and target.path else ()
    return next((symbol.ref for symbol in symbols if isinstance(symbol, ClassSymbol)), None)


def _model_name(store: Store, factory: ClassRef) -> str | None:
    """The name of the model fixture (pytest_factoryboy.fixture.get_model_name): the underscored name of the `model` of
    the nearest `Meta` that has one."""
    for meta in _metas(store, factory):
        for one in mro(store, meta).classes:
            for bound in class_scope(store, one).get("model") if isinstance(one, ClassRef) else ():
                if isinstance(bound, ValueSymbol) and bound.expr is not None:
                    return _name_of_model(store, Context(bound.path, bound.chunk, bound.owner), bound.expr)
    return None


def _metas(store: Store, factory: ClassRef) -> Iterator[ClassRef]:
    for one in mro(store, factory).classes:
        if isinstance(one, ClassRef):
            for bound in class_scope(store, one).get("Meta"):
                if isinstance(bound, ClassSymbol):
                    yield bound.ref


def _name_of_model(store: Store, context: Context, expr: f.Expr) -> str | None:
    match expr:
        case f.Constant(value=str() as written):
            return written
        case f.Call(args=(_, name)) if _NAMED_MODEL in canonical_names(store, context.path, expr.func, context.owner):
            given = literal(store, context, name)
            return _underscore(given) if isinstance(given, str) else None
        case f.Name(id=written) | f.Attribute(attr=written):
            for symbol in resolve(store, context.path, expr, context.owner):
                if isinstance(symbol, ClassSymbol):
                    return _underscore(symbol.ref.name)
                if isinstance(symbol, External):
                    known = definition(store, symbol.dotted)
                    if known is not None and known.kind == "class":
                        return _underscore(known.canonical.rpartition(".")[2])
                if not isinstance(symbol, UnknownSymbol | External):
                    break
            return _underscore(written)
    return None


def attribute_of(definitions: Mapping[str, tuple[FixtureDef, ...]], name: str) -> tuple[FixtureDef, ...]:
    """`thing__name`: the fixture of a declaration that is not written in the project, from an installed base."""
    model, separator, _ = name.partition("__")
    found = definitions.get(model, ()) if separator else ()
    return tuple(replace(one, name=name, params=("request",)) for one in found if one.opaque == MADE)


def _underscore(name: str) -> str:
    """inflection.underscore."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).replace("-", "_").lower()


def _opaque(
    name: str,
    needed: tuple[str, ...],
    holder: Holder,
    site: Site,
    factory: ClassRef | None = None,
    gives: Literal["", "class", "object"] = "",
) -> FixtureDef:
    return FixtureDef(
        name,
        None,
        None,
        site,
        "function",
        False,
        ("request", *needed),
        False,
        False,
        "pytest",
        holder,
        opaque=MADE,
        factory=factory,
        gives=gives,
    )
