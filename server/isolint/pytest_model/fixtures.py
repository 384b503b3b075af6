"""Which fixtures a module, a class or an installed plugin defines.

Whether a name *is* a fixture is decided by the object it is bound to, never by its spelling. Which definition a test
gets is for `closure`.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import cast

from isolint.names.inputs import ANSWER, BOUND, SURFACE, definition
from isolint.names.origin import Decorator, Definition, MembersQuestion
from isolint.names.resolve import canonical_names, import_target, lookup, mro
from isolint.names.scopes import bound, class_scope
from isolint.names.symbols import ClassRef, External, FunctionSymbol, Site, ValueSymbol
from isolint.pytest_model import library
from isolint.pytest_model.evaluate import class_object, evaluate, function_of, literal, symbol_object
from isolint.pytest_model.factoryboy import registered
from isolint.pytest_model.functions import name_site, whole
from isolint.pytest_model.namespace import class_names, inherited, module_names, module_object
from isolint.pytest_model.objects import Context, Fixture, Func
from isolint.pytest_model.parameter_sets import Sets, sets_in
from isolint.pytest_model.requests import calls
from isolint.pytest_model.shapes import SCOPES, FixtureDef, Holder, Scope
from isolint.pytest_model.versions import pytest_since
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def requested_names(
    params: tuple[f.Parameter, ...], *, drop_first: bool, patched: int = 0, always: bool = False
) -> tuple[str, ...]:
    """The parameters that pytest fills with fixtures (_pytest.compat.getfuncargnames): no default, not positional-only;
    the first left out for methods unless there is a positional-only one (`always`: even then, as before pytest 8.4),
    then those that `mock.patch` fills."""
    names = tuple(p.name for p in params if p.kind in {"normal", "keyword"} and p.default is None)
    if drop_first and (always or not any(p.kind == "positional" for p in params)):
        names = names[1:]
    return names[patched:]


def _scope(value: str | None) -> Scope | None:
    return next((scope for scope in SCOPES if scope == value), None)


def from_object(store: Store, name: str, fixture: Fixture, holder: Holder, owner: ClassRef | None) -> FixtureDef:
    """The definition that `FixtureManager.parsefactories` registers for an attribute `name` of a holder."""
    func = fixture.func
    bound = holder.cls is not None and func.binding != "static"
    params = func.params
    if bound:
        # The fixture function is looked up on an instance: its signature has no self, positional-only or not.
        params = params[1:] if params and params[0].kind in {"positional", "normal"} else params
    return FixtureDef(
        name=fixture.name or name,
        ref=func.ref,
        external=None,
        site=name_site(store, func.ref),
        scope=_scope(fixture.scope),
        autouse=bool(fixture.autouse),
        params=requested_names(params, drop_first=False, patched=func.patched),
        is_async=func.is_async,
        is_generator=func.is_generator,
        maker=fixture.maker,
        holder=holder,
        has_self=bound,
        has_params=fixture.has_params,
        sets=_sets(store, fixture),
        owner=owner,
        opaque=func.opaque,
    )


def _sets(store: Store, fixture: Fixture) -> Sets | None:
    """The marks of its parameter sets; None where there are sets and none has any."""
    if not fixture.has_params or fixture.params is None:
        return None
    sets = sets_in(store, fixture.params.context, fixture.params.expr)
    return sets if not sets or any(sets) else None


# --- project modules -------------------------------------------------------------------------------------------------


def _fixture_of_name(store: Store, key: tuple[str, Holder]) -> tuple[FixtureDef, ...]:
    name, holder = key
    symbols = lookup(store, (holder.path, name))
    if not any(_may_be_fixture(s) for s in symbols):
        return () if holder.kind == "module" else tuple(_imported(store, name, symbols, holder))
    perhaps = [(symbol, symbol_object(store, symbol, name)) for symbol in symbols]
    found = [from_object(store, name, value, holder, None) for _, value in perhaps if isinstance(value, Fixture)]
    found = list(dict.fromkeys(found))
    if not found:
        return ()
    # Under a condition, what is further away may be the one that counts.
    bound_here = any(isinstance(symbol, FunctionSymbol) and symbol.ref.path == holder.path for symbol in symbols)
    maybe = bound_here and store.get(BOUND, (holder.path, name)).loose
    one, *others = found
    reason = one.opaque or ("one of several definitions" if others else "")
    return (replace(one, opaque=reason, others=tuple(other.params for other in others), maybe=maybe),)


_named_fixture: Query[tuple[str, Holder], tuple[FixtureDef, ...]] = Query("fixture of name", _fixture_of_name)


def _written_fixtures(store: Store, holder: Holder) -> tuple[FixtureDef, ...]:
    found: list[FixtureDef] = []
    path = holder.path
    surface = store.get(SURFACE, path)
    if surface is None:
        return ()
    names = module_names(store, path)
    for name in sorted(names):
        found += _named_fixture(store, (name, holder))
    # A definition of the module itself stands below the call of `register` that it overrides.
    found += [one for one in registered(store, holder) if one.name not in names]
    if holder.kind != "module":
        for star in surface.stars:
            target = import_target(store, path, star.module, star.level)
            if isinstance(target, External):
                found += [_held(d, holder) for d in external_fixtures(store, target.dotted) if d.name[:1] != "_"]
    return tuple(found)


written_fixtures: Query[Holder, tuple[FixtureDef, ...]] = Query("module fixtures", _written_fixtures, barrier=True)
"""All fixtures in a project module's namespace, imported ones included, in the order of `dir()`."""


def module_fixtures(store: Store, holder: Holder) -> tuple[FixtureDef, ...]:
    """All fixtures that a project module brings: those in its namespace, and those that its hooks register."""
    return (*written_fixtures(store, holder), *imperative(store, holder))


def _may_be_fixture(symbol: object) -> bool:
    match symbol:
        case FunctionSymbol():
            return True
        case ValueSymbol():
            return isinstance(symbol.expr, f.Call | f.Name | f.Attribute | f.Choice | f.Subscript)
    return False


def _imported(store: Store, name: str, symbols: tuple[object, ...], holder: Holder) -> list[FixtureDef]:
    """Fixtures that a conftest or plugin imports from an installed package. Only names that look like a function's are
    asked for: each costs a question."""
    for symbol in symbols:
        if isinstance(symbol, External) and "." in symbol.dotted and not symbol.dotted.startswith("builtins."):
            last = symbol.dotted.rpartition(".")[2]
            if last[:1].islower() or last[:1] == "_":
                found = from_definition(name, definition(store, symbol.dotted), holder)
                if found is not None:
                    return [found]
    return []


def imported_fixture(store: Store, path: str, name: str, holder: Holder) -> FixtureDef | None:
    """A fixture that a test module imports from an installed package under this very name."""
    return next(iter(_imported(store, name, lookup(store, (path, name)), holder)), None)


def _held(found: FixtureDef, holder: Holder) -> FixtureDef:
    return FixtureDef(
        found.name,
        None,
        found.external,
        None,
        found.scope,
        found.autouse,
        found.params,
        found.is_async,
        found.is_generator,
        found.maker,
        holder,
        has_params=found.has_params,
    )


# --- registered by a call --------------------------------------------------------------------------------------------

_REGISTER_FIXTURE = "_pytest.fixtures.register_fixture"
_AT_RUN_TIME = "registered at run time"


def _imperative(store: Store, holder: Holder) -> tuple[FixtureDef, ...]:
    found: list[FixtureDef] = []
    for name in module_names(store, holder.path):
        if not name.startswith("pytest_"):
            continue
        for symbol in lookup(store, (holder.path, name)):
            if not isinstance(symbol, FunctionSymbol):
                continue
            hook = whole(store, symbol.ref)
            for call, certain in calls(hook.body) if hook is not None else ():
                if _REGISTER_FIXTURE in canonical_names(store, symbol.ref.path, call.func):
                    one = _registered_by(store, Context(symbol.ref.path, symbol.ref.chunk), call, holder, certain)
                    found += [one] if one is not None else []
    return tuple(found)


imperative: Query[Holder, tuple[FixtureDef, ...]] = Query("imperative fixtures", _imperative, barrier=True)
"""The fixtures that hooks of a conftest or plugin make by `pytest.register_fixture` (_pytest.fixtures.register_fixture,
since pytest 9.1). They are visible below the node they are given; only a session, or the session of something, is
followed. Under a condition, or with a node that is not followed, what the fixture is stays unknown."""


def _registered_by(store: Store, context: Context, call: f.Call, holder: Holder, certain: bool) -> FixtureDef | None:
    given = {k.name: k.value for k in call.keywords}
    name = literal(store, context, given["name"]) if "name" in given else None
    if not isinstance(name, str) or "func" not in given:
        return None
    func = function_of(evaluate(store, context, given["func"]), name)
    node = given.get("node")
    session = (isinstance(node, f.Name) and node.id == "session") or (
        isinstance(node, f.Attribute) and node.attr == "session"
    )
    scope = literal(store, context, given["scope"]) if "scope" in given else "function"
    autouse = literal(store, context, given["autouse"]) if "autouse" in given else False
    if func is None:
        site = Site(context.path, context.chunk, *call.span)
        return FixtureDef(
            name, None, None, site, "function", False, ("request",), False, False, "pytest", holder, opaque=_AT_RUN_TIME
        )
    written_scope = scope if isinstance(scope, str) else None
    fixture = Fixture(func, "pytest", name, written_scope, autouse is True and session, "params" in given)
    found = from_object(store, name, fixture, holder, None)
    return found if certain and session else replace(found, opaque=_AT_RUN_TIME)


# --- classes ---------------------------------------------------------------------------------------------------------


def _class_fixtures(store: Store, cls: ClassRef) -> tuple[FixtureDef, ...]:
    holder = Holder("class", cls.path, cls=cls)
    names: set[str] = set()
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef):
            names.update(class_names(store, one))
    found: list[FixtureDef] = []
    for name in sorted(names):
        hit = inherited(store, cls, name)
        if hit is not None and isinstance(hit[1], Fixture):
            found.append(from_object(store, name, hit[1], holder, hit[0]))
    for one in reversed(mro(store, cls).classes):
        if isinstance(one, ClassRef):
            made = registered(store, Holder("class", one.path, cls=one))
            found += [replace(each, holder=holder) for each in made if each.name not in names]
    return tuple(found)


class_fixtures: Query[ClassRef, tuple[FixtureDef, ...]] = Query("class fixtures", _class_fixtures, barrier=True)
"""All fixtures of a class, inherited ones included, in the order of `dir(instance)`."""


# --- set-up functions of the xunit style -----------------------------------------------------------------------------


def module_setups(store: Store, path: str, module: str) -> tuple[FixtureDef, ...]:
    """The fixtures pytest makes of `setup_module` and `setup_function` (_pytest.python.Module.collect)."""
    holder = Holder("module", path)
    found: list[FixtureDef] = []
    for kind, scope, names in (
        ("module", "module", (("setUpModule", "setup_module"), ("tearDownModule", "teardown_module"))),
        ("function", "function", (("setup_function",), ("teardown_function",))),
    ):
        pair = tuple(
            next((r for n in group if (r := _plain(store, path, None, n)) is not None), None) for group in names
        )
        if any(pair):
            found.append(_xunit(store, f"_xunit_setup_{kind}_fixture_{module}", cast(Scope, scope), pair, holder))
    return tuple(found)


def class_setups(store: Store, cls: ClassRef, *, unittest: bool) -> tuple[FixtureDef, ...]:
    """The fixtures pytest makes of `setup_class` and `setup_method` (_pytest.python.Class.collect), of `setUpClass` and
    `setup_method` for unittest classes (_pytest.unittest.UnitTestCase.collect)."""
    holder = Holder("class", cls.path, cls=cls)
    found: list[FixtureDef] = []

    def add(name: str, scope: Scope, setup: str, teardown: str, *, always: bool = False) -> None:
        pair = (_plain(store, cls.path, cls, setup), _plain(store, cls.path, cls, teardown))
        if any(pair) or always:
            found.append(_xunit(store, f"{name}_{cls.qualname}", scope, pair, holder))

    if unittest and _is_skipped(store, cls):
        # _pytest.unittest.UnitTestCase.collect: nothing is set up, and since pytest 9.1 a fixture does the skipping.
        if pytest_since(store, 9, 1):
            found.append(_xunit(store, f"_unittest_skip_fixture_{cls.qualname}", "class", (None, None), holder))
    elif unittest:
        add("_unittest_setup_method_fixture", "function", "setup_method", "teardown_method")
        add("_unittest_setUpClass_fixture", "class", "setUpClass", "tearDownClass", always=True)
        add("_xunit_setup_class_fixture", "class", "setup_class", "teardown_class")
    else:
        add("_xunit_setup_class_fixture", "class", "setup_class", "teardown_class")
        add("_xunit_setup_method_fixture", "function", "setup_method", "teardown_method")
    return tuple(found)


def _is_skipped(store: Store, cls: ClassRef) -> bool:
    """_pytest.unittest._is_skipped: the attribute that unittest's skips set, own or inherited."""
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef):
            for symbol in class_scope(store, one).get("__unittest_skip__"):
                if isinstance(symbol, ValueSymbol) and symbol.expr is not None:
                    return literal(store, Context(one.path, symbol.chunk, one), symbol.expr) is True
            if class_object(store, one).skipped:
                return True
    return False


def _plain(store: Store, path: str, cls: ClassRef | None, name: str) -> Func | None:
    if cls is not None:
        hit = inherited(store, cls, name)
        value = hit[1] if hit is not None else None
    else:
        value = module_object(store, path, name) if bound(store, path, name) else None
    return value if isinstance(value, Func) else None


def _xunit(store: Store, name: str, scope: Scope, pair: tuple[Func | None, ...], holder: Holder) -> FixtureDef:
    setup, teardown = (p.ref if p is not None else None for p in pair)
    first = setup or teardown
    return FixtureDef(
        name,
        setup,
        None,
        name_site(store, first) if first is not None else None,
        scope,
        True,
        ("request",),
        False,
        True,
        "pytest",
        holder,
        xunit=(setup, teardown),
        has_self=holder.kind == "class",
        owner=next((p.owner for p in pair if p is not None), None),
    )


# --- installed modules -----------------------------------------------------------------------------------------------


def _external_fixtures(store: Store, module: str) -> tuple[FixtureDef, ...]:
    answer = store.get(ANSWER, MembersQuestion(module))
    if answer is None:
        return ()
    holder = Holder("plugin", "", module)
    found = (from_definition(name, member, holder) for name, member in answer.members)
    return tuple(one for one in found if one is not None)


external_fixtures: Query[str, tuple[FixtureDef, ...]] = Query("installed fixtures", _external_fixtures)
"""The fixtures of an installed module by its dotted name; empty while `Origin` has not answered."""


def from_definition(name: str, found: Definition | None, holder: Holder) -> FixtureDef | None:
    """An installed function as a fixture, None when it is not one."""
    if found is None:
        return None
    for decorator in found.decorators:
        maker = library.FIXTURE_MAKERS.get(decorator.canonical)
        if maker is None:
            continue
        options = _options(decorator)
        own_name = options.get("name")
        scope = options.get("scope", "function")
        return FixtureDef(
            name=own_name if isinstance(own_name, str) else name,
            ref=None,
            external=found,
            site=None,
            scope=_scope(scope if isinstance(scope, str) else None),
            autouse=options.get("autouse") is True,
            params=tuple(p.name for p in found.params if p.kind in {"normal", "keyword"} and not p.has_default),
            is_async=found.is_async,
            is_generator=found.is_generator,
            maker=maker,
            holder=holder,
            has_params="params" in options,
        )
    return None


def _options(decorator: Decorator) -> dict[str, object]:
    """The constant keyword arguments in a decorator's text; an argument that is no constant has the value None."""
    try:
        tree = ast.parse(decorator.text.lstrip("@"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    if not isinstance(tree, ast.Call):
        return {}
    return {
        k.arg: k.value.value if isinstance(k.value, ast.Constant) else None for k in tree.keywords if k.arg is not None
    }
