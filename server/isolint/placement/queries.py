"""The memoised questions of this room: what a function does, what a name's value is.

They stand apart from the evaluation that answers them, because evaluation asks them in turn (of other functions).
"""

from __future__ import annotations

from isolint.catalog.places import IDENTITY
from isolint.names.resolve import canonical_names
from isolint.names.scopes import class_facts, owner_of
from isolint.names.symbols import ClassRef, FunctionRef, FunctionSymbol, ValueSymbol
from isolint.placement.functions import find, find_node, function_operation
from isolint.placement.shapes import Callable_, Class_, Lacking, Opaque, Patch, Summary, Value, World
from isolint.placement.values import NOTHING, one, unknown
from isolint.pytest_model.functions import header
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def _summary(store: Store, ref: FunctionRef) -> Summary:
    from isolint.placement import body  # evaluation asks these questions in turn

    return body.summarise(store, ref)


def _summary_top(store: Store, ref: FunctionRef) -> Summary:
    reason = f"{ref.name}: its recursion does not settle"
    runs = function_operation(find_node(store, ref))
    return Summary(returns=unknown(reason), opaque=(Opaque(IDENTITY, runs, reason, None),))


summary: Query[FunctionRef, Summary] = Query("summary", _summary, bottom=lambda ref: Summary(), top=_summary_top)
"""What calling a project function may do, relative to the place of the call, decorators left out."""


def _summary_in(store: Store, key: tuple[FunctionRef, World]) -> Summary:
    from isolint.placement import body

    return body.summarise(store, *key)


summary_in: Query[tuple[FunctionRef, World], Summary] = Query(
    "summary under patches",
    _summary_in,
    bottom=lambda key: Summary(),
    top=lambda store, key: _summary_top(store, key[0]),
)
"""Key: (function, world): the summary while names are replaced."""


def summary_of(store: Store, ref: FunctionRef, world: World) -> Summary:
    """The summary of a function in a world; without patches the one that all tests share."""
    return summary_in(store, (ref, world)) if world else summary(store, ref)


def _decorated(store: Store, symbol: FunctionSymbol) -> Value:
    from isolint.placement import body

    return body.decorated_value(store, symbol)


decorated: Query[FunctionSymbol, Value] = Query("decorated", _decorated, bottom=lambda symbol: NOTHING)
"""The value that the name of a module-level function or method stands for, decorators applied."""


def _named_value(store: Store, symbol: ValueSymbol) -> Value:
    from isolint.placement import body

    return body.value_of_symbol(store, symbol)


named_value: Query[ValueSymbol, Value] = Query("named value", _named_value, bottom=lambda symbol: NOTHING)
"""The value of a name assigned at module or class level."""


def _instance_attribute(store: Store, key: tuple[ClassRef, str, World]) -> Value:
    from isolint.placement import body

    cls, name, world = key
    return body.attribute_value(store, cls, name, world=world)


instance_attribute: Query[tuple[ClassRef, str, World], Value] = Query(
    "instance attribute", _instance_attribute, bottom=lambda key: NOTHING
)
"""Key: (class, name, world): the values that methods of the class (and its bases) assign to `self.name`; empty when
none does."""


def _later_attribute(store: Store, key: tuple[ClassRef, str, World]) -> Value:
    from isolint.placement import body

    cls, name, world = key
    return body.attribute_value(store, cls, name, later=True, world=world)


later_attribute: Query[tuple[ClassRef, str, World], Value] = Query(
    "later attribute", _later_attribute, bottom=lambda key: NOTHING
)
"""Key: (class, name, world): the same without what `__init__` assigns, and without defaults."""


def _additions(store: Store, key: tuple[ClassRef, str, World]) -> Value:
    from isolint.placement import body

    return body.added_values(store, *key)


additions: Query[tuple[ClassRef, str, World], Value] = Query("additions", _additions, bottom=lambda key: NOTHING)
"""Key: (class, name, world): a container with what methods put into the one that `self.name` is; empty when none
does."""


def _defaults(store: Store, key: tuple[ClassRef, str, World]) -> tuple[tuple[Lacking, Value], ...]:
    from isolint.placement import body

    cls, name, world = key
    return body.default_values(store, cls, name, world)


defaults: Query[tuple[ClassRef, str, World], tuple[tuple[Lacking, Value], ...]] = Query(
    "defaults", _defaults, bottom=lambda key: ()
)
"""Key: (class, name, world): what methods assign to `self.name` where an object lacks it."""


def _decorator_patches(store: Store, key: FunctionRef | ClassRef) -> tuple[Patch, ...]:
    from isolint.placement import body

    if isinstance(key, ClassRef):
        facts = class_facts(store, key)
        decorators = () if facts is None else facts.decorators
        return body.patches_of_decorators(store, key.path, key.chunk, decorators, None, one(Class_(key)))
    function = header(store, key)
    decorators = () if function is None else function.decorators
    owner = owner_of(store, key.path, key.chunk)
    return body.patches_of_decorators(store, key.path, key.chunk, decorators, owner, one(Callable_(key)))


decorator_patches: Query[FunctionRef | ClassRef, tuple[Patch, ...]] = Query("decorator patches", _decorator_patches)
"""What the decorators of a function or class replace."""


def _canonical(store: Store, path: str, decorators: tuple[f.Expr, ...]) -> frozenset[str]:
    names: set[str] = set()
    for decorator in decorators:
        expr = decorator.func if isinstance(decorator, f.Call) else decorator
        if isinstance(expr, f.Name | f.Attribute):
            names.update(canonical_names(store, path, expr))
    return frozenset(names)


def _decorators(store: Store, ref: FunctionRef) -> frozenset[str]:
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function):
        return frozenset()
    return _canonical(store, ref.path, found.node.decorators)


decorators: Query[FunctionRef, frozenset[str]] = Query("decorators", _decorators)
"""The canonical names of a function's decorators, those outside the project alone."""


def _class_decorators(store: Store, ref: ClassRef) -> frozenset[str]:
    facts = class_facts(store, ref)
    return frozenset() if facts is None else _canonical(store, ref.path, facts.decorators)


class_decorators: Query[ClassRef, frozenset[str]] = Query("class decorators", _class_decorators)
"""The canonical names of a class's decorators, those outside the project alone."""
