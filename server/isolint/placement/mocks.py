"""Mock objects: what they are told to do, and what calling them does.

A mock does no work of its own. But it calls what it was told to (`side_effect`, `wraps`), gives what it was told to
(`return_value`), raises, and has the attributes that it was given. Of a mock of which nothing is known, everything is a
mock again. Which names mocks replace is `patching.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from isolint.catalog.rows import Mocks
from isolint.names.symbols import Site
from isolint.placement import lineage, members
from isolint.placement.context import Context, Keywords
from isolint.placement.functions import find_node, function_operation
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Deferred,
    Hop,
    Instance,
    Items,
    Literally,
    Mock,
    Outside,
    Partial,
    Plain,
    Unknown,
    Value,
)
from isolint.placement.values import MOCK, NOTHING, PLAIN, in_order, iterated, join, one

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

MAX_PATH = 4
"""Steps from a mock to one that it gives, up to which that is known again when it is told something."""
MAX_TOLD = 8
"""Attributes of a mock that are remembered with it."""
_OPTIONS = frozenset(
    "new new_callable spec spec_set autospec create unsafe target attribute name parent instance".split()
)
"""Keywords of mocks and patches that say nothing of what the mock does."""
_BASE_EXCEPTION = "builtins.BaseException"

# --- making and telling ----------------------------------------------------------------------------------------------


def new(named: dict[str, Value], site: Site | None, asynchronous: bool | None = None) -> Mock:
    """A mock that is made at a site, told what the keywords say."""
    given: dict[tuple[str, ...], Value] = {}
    for name, value in named.items():
        if name not in _OPTIONS:
            given[tuple(name.split("."))] = value
    mock = Mock(asynchronous, (), site)
    for path in sorted(given, key=len):
        mock = _told(mock, path, given[path])
    return mock


def made(m: Machine, row: Mocks, site: Site | None, args: tuple[Value, ...], named: dict[str, Value]) -> Value:
    """What a class of mocks, or a function that makes some, gives."""
    match row.kind:
        case "mock":
            return one(new(named, site))
        case "async":
            return one(new(named, site, True))
        case "like":
            like = args[0] if args else named.get("spec", NOTHING)
            return one(new(named, site, True if are_coroutine_functions(m, like) else None))
        case "property":
            # It stands in a class: reading it there is calling it.
            return named.get("return_value", MOCK) if "side_effect" not in named else MOCK
    return MOCK


def are_coroutine_functions(m: Machine, value: Value) -> bool:
    """Whether calling any of these gives something to be awaited."""
    return bool(value) and all(_is_coroutine_function(m, atom) for atom in value)


def _is_coroutine_function(m: Machine, atom: Atom) -> bool:
    match atom:
        case Callable_():
            return function_operation(find_node(m.store, atom.ref)) == "await"
        case Hop():
            return atom.when == "await"
        case Partial():
            return are_coroutine_functions(m, atom.func)
    return False


def told(value: Value, mock: Mock, name: str, given: Value) -> Value:
    """A value in which a mock, or the one that it came from, has its attribute `name` set."""
    if mock.made is None:
        return value
    return frozenset(
        _told(atom, (*mock.path[len(atom.path) :], name), given)
        if isinstance(atom, Mock) and atom.made == mock.made and mock.path[: len(atom.path)] == atom.path
        else atom
        for atom in value
    )


def _told(mock: Mock, path: tuple[str, ...], given: Value) -> Mock:
    known = dict(mock.told)
    name, *rest = path
    if name not in known and len(known) >= MAX_TOLD:
        return mock
    if rest:
        inner = next((atom for atom in known.get(name, NOTHING) if isinstance(atom, Mock)), None) or _part(mock, name)
        given = one(_told(inner, tuple(rest), given))
    known[name] = given
    return replace(mock, told=tuple(sorted(known.items())))


def _part(mock: Mock, name: str) -> Mock:
    """An attribute of a mock, or (`return_value`) what calling it gives, while nothing is known of that."""
    awaits = mock.asynchronous if name != "return_value" else None
    if mock.made is None or len(mock.path) >= MAX_PATH:
        return Mock(awaits)
    return Mock(awaits, (), mock.made, (*mock.path, name))


def is_true(mock: Mock) -> bool:
    """Whether this is a mock like any other: true, and no literal."""
    return mock.made is not None and not any(name.startswith("__") for name, _ in mock.told)


# --- what it does ----------------------------------------------------------------------------------------------------


def attribute(m: Machine, mock: Mock, name: str) -> Value:
    """An attribute of a mock."""
    known = dict(mock.told)
    if name in known:
        return _given(known[name])
    wrapped = known.get("wraps", NOTHING)
    if wrapped:
        inner = members.attribute(m, wrapped, name, Context(muted=True), None)
        if inner and not any(isinstance(atom, Unknown | Plain) for atom in inner):
            return one(replace(_part(mock, name), told=(("wraps", inner),)))
    return one(_part(mock, name))


def call(
    m: Machine, mock: Mock, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
) -> Value:
    """Calling a mock: an asynchronous one does what it does when the result is awaited."""
    if mock.asynchronous:
        return one(Deferred("await", one(mock), "answer", args, keywords) if mock.told else _part(mock, "return_value"))
    return answer(m, mock, ctx, site, label, args, keywords)


def answer(
    m: Machine, mock: Mock, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
) -> Value:
    """What a mock does when it is called: a side effect comes before a result, and that before what is wrapped."""
    known = dict(mock.told)
    effect = known.get("side_effect", NOTHING) - {Literally(None), Plain()}
    effect = frozenset(atom for atom in effect if not isinstance(atom, Unknown))
    if effect:
        return _side_effect(m, effect, ctx, site, label, args, keywords)
    if "return_value" in known:
        return _given(known["return_value"])
    wrapped = known.get("wraps", NOTHING) - {Literally(None)}
    if wrapped and not any(isinstance(atom, Unknown) for atom in wrapped):
        return m.perform(wrapped, "call", ctx, site, label, args, keywords)
    return one(_part(mock, "return_value"))


def _side_effect(
    m: Machine, effect: Value, ctx: Context, site: Site | None, label: str, args: tuple[Value, ...], keywords: Keywords
) -> Value:
    results: list[Value] = []
    for atom in in_order(effect):
        if _is_exception(m, atom):
            _raise(m, frozenset({atom}), ctx, certain=len(effect) == 1)
        elif isinstance(atom, Items):
            each = iterated(atom)
            thrown = frozenset(part for part in each if _is_exception(m, part))
            _raise(m, thrown, ctx, certain=False)
            results.append(_given(each - thrown))
        else:
            results.append(m.perform(frozenset({atom}), "call", ctx, site, label, args, keywords))
    return join(results) or PLAIN


def _given(value: Value) -> Value:
    """What a test has a mock give. What nobody can name of it is data of the test, or a double: it is no callee that
    leads anywhere."""
    return frozenset(Mock() if isinstance(atom, Unknown) else atom for atom in value)


def _raise(m: Machine, thrown: Value, ctx: Context, certain: bool) -> None:
    if not ctx.muted:
        m.raised |= members.classes_of(thrown)
        m.stopped = m.stopped or certain


def _is_exception(m: Machine, atom: Atom) -> bool:
    match atom:
        case Class_(ref=cls) | Instance(cls=cls):
            return lineage.inherits(m, cls, _BASE_EXCEPTION)
        case Outside():
            return lineage.inherits(m, atom.canonical or atom.dotted, _BASE_EXCEPTION)
    return False


def works(value: Value) -> bool:
    """Whether calling this may do work: it is no mock, or one that was told to call something."""
    return any(_works(atom) for atom in value)


def _works(atom: Atom) -> bool:
    match atom:
        case Callable_() | Hop() | Partial():
            return True
        case Mock():
            return _any(value for name, value in atom.told)
        case Items():
            return False
    return False


def _any(values: Iterable[Value]) -> bool:
    return any(works(value) for value in values)
