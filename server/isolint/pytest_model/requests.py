"""What a function's body asks pytest for while it runs: `getfixturevalue`, and `django_db_blocker.unblock()`.

Only what is written plainly is seen; bodies are read here and nowhere else in this room but for decorators and hooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isolint.names.symbols import FunctionRef, Site
from isolint.pytest_model.evaluate import literal, string_sites, strings
from isolint.pytest_model.functions import walk, whole
from isolint.pytest_model.objects import Context
from isolint.pytest_model.parameter_sets import Sets, sets_in
from isolint.pytest_model.shapes import Requested
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f


def _requests(store: Store, ref: FunctionRef) -> tuple[Requested, ...]:
    function = whole(store, ref)
    if function is None:
        return ()
    found: list[Requested] = []
    for call, certain in calls(function.body):
        if isinstance(call.func, f.Attribute) and call.func.attr == "getfixturevalue":
            argument = (
                call.args[0] if call.args else next((k.value for k in call.keywords if k.name == "argname"), None)
            )
            context = Context(ref.path, ref.chunk)
            name = literal(store, context, argument) if argument is not None else None
            site = Site(ref.path, ref.chunk, *call.span)
            if argument is None or not isinstance(name, str):
                found.append(Requested(None, site, certain))
                continue
            written = string_sites(store, context, argument)
            found.append(Requested(name, site, certain, literal=written[0][1] if len(written) == 1 else None))
    return tuple(found)


requests_of: Query[FunctionRef, tuple[Requested, ...]] = Query("dynamic requests", _requests)
"""The `request.getfixturevalue(...)` calls in the body of a function."""


@dataclass(frozen=True, slots=True)
class GeneratedSets:
    """Parameter sets with marks that a hook gives to tests with one of `names` (empty where those are not written out).
    `certain`: always, or exactly to the tests that have the name."""

    names: frozenset[str]
    sets: Sets
    certain: bool
    site: Site


@dataclass(frozen=True, slots=True)
class Generated:
    """The names in `metafunc.parametrize(...)` calls. `surely` are those filled directly whenever the test has them:
    the call is made always, or exactly under `if "name" in metafunc.fixturenames`; `maybe` all others. `sets` are those
    with marks."""

    surely: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    sets: tuple[GeneratedSets, ...] = ()


def _generated(store: Store, ref: FunctionRef) -> Generated:
    function = whole(store, ref)
    if function is None:
        return Generated()
    surely: set[str] = set()
    maybe: set[str] = set()
    marked: list[GeneratedSets] = []
    guarded = {id(call): name for name, call in _guarded(function.body)}
    for call, certain in calls(function.body):
        if isinstance(call.func, f.Attribute) and call.func.attr == "parametrize" and call.args:
            context = Context(ref.path, ref.chunk)
            written = strings(store, context, call.args[0]) or ()
            names = {part.strip() for name in written for part in name.split(",") if part.strip()}
            indirect = len(call.args) > 2 or any(k.name == "indirect" for k in call.keywords)
            sure = certain or names == {guarded.get(id(call))}
            values = call.args[1] if len(call.args) > 1 else None
            values = next((k.value for k in call.keywords if k.name == "argvalues"), values)
            sets = sets_in(store, context, values) if values is not None else ()
            if any(sets):
                marked.append(GeneratedSets(frozenset(names), sets, sure, Site(ref.path, ref.chunk, *call.span)))
            if not indirect and sure:
                surely |= names
            else:
                maybe |= names
    return Generated(frozenset(surely), frozenset(maybe - surely), tuple(marked))


def _guarded(body: tuple[f.Stmt, ...]) -> Iterator[tuple[str, f.Call]]:
    """The calls that stand directly under `if "name" in metafunc.fixturenames:`, with that name. Facts do not keep
    which comparison it is; with `not in` a call that parametrizes the name would be an error."""
    for statement in body:
        match statement:
            case f.If(
                test=f.Operation(
                    kind="compare", operands=(f.Constant(value=str() as name), f.Attribute(attr="fixturenames"))
                )
            ):
                for inner in statement.body:
                    if isinstance(inner, f.Evaluate) and isinstance(inner.value, f.Call):
                        yield name, inner.value
        if isinstance(statement, f.If):
            yield from _guarded(statement.orelse)


generated_by: Query[FunctionRef, Generated] = Query("generated parameters", _generated)
"""What a `pytest_generate_tests` parametrizes (_pytest.python.Metafunc.parametrize)."""


@dataclass(frozen=True, slots=True)
class Unblock:
    """A call of `unblock()`. `held` is True when the access lasts beyond the call: the body of the `with` yields, or
    the call stands alone. `certain` is False where the call is made under a condition, or behind one that leaves."""

    site: Site
    held: bool
    certain: bool = True


def _unblocks(store: Store, ref: FunctionRef) -> tuple[Unblock, ...]:
    function = whole(store, ref)
    if function is None:
        return ()
    found: dict[tuple[int, int], Unblock] = {}
    sure = {call.span for call, certain in calls(function.body) if certain}
    for statement in walk(function.body):
        if isinstance(statement, f.With):
            yields = any(isinstance(node, f.Yield) for node in walk(statement.body))
            for item in statement.items:
                if _is_unblock(item.context):
                    span = item.context.span
                    found[span] = Unblock(Site(ref.path, ref.chunk, *span), yields, span in sure)
        elif isinstance(statement, f.Call) and _is_unblock(statement) and statement.span not in found:
            span = statement.span
            found[span] = Unblock(Site(ref.path, ref.chunk, *span), True, span in sure)
    return tuple(found.values())


unblocks_of: Query[FunctionRef, tuple[Unblock, ...]] = Query("unblocks", _unblocks)
"""The `.unblock()` calls in a function's body; that the receiver is pytest-django's blocker is for the asker to
know."""


def _is_unblock(expr: f.Expr) -> bool:
    return isinstance(expr, f.Call) and isinstance(expr.func, f.Attribute) and expr.func.attr == "unblock"


def calls(body: Iterable[f.Stmt], certain: bool = True) -> Iterator[tuple[f.Call, bool]]:
    """The calls in statements, and whether they are made whenever the body runs to its end."""
    for statement in body:
        match statement:
            case f.If():
                yield from _in_expr(statement.test, certain)
                yield from calls(statement.body, False)
                yield from calls(statement.orelse, False)
                certain = certain and not _leaves((*statement.body, *statement.orelse))
            case f.For() | f.While():
                head = statement.iterable if isinstance(statement, f.For) else statement.test
                yield from _in_expr(head, certain)
                yield from calls((*statement.body, *statement.orelse), False)
            case f.With():
                for item in statement.items:
                    yield from _in_expr(item.context, certain)
                yield from calls(statement.body, certain)
            case f.Try():
                yield from calls((*statement.body, *statement.orelse), certain)
                for handler in statement.handlers:
                    yield from calls(handler.body, False)
                yield from calls(statement.final, certain)
            case f.Match():
                for case in statement.cases:
                    yield from calls(case.body, False)
            case f.Function() | f.Class():
                yield from calls(statement.body, False)
            case _:
                yield from _in_expr(statement, certain)


def _in_expr(node: object, certain: bool) -> Iterator[tuple[f.Call, bool]]:
    for inner in walk(node):
        if isinstance(inner, f.Call):
            yield inner, certain


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    return any(isinstance(node, f.Return | f.Raise) for node in walk(body))
