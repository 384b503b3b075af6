"""Names that are replaced while a test runs: what the calls that do it note, and the world that comes of it.

A patch cuts by lookup path: `patch("a.f")` replaces the name `f` of module `a`, and nothing that another module
imported from there. Whether something is replaced is found by running the test through, like everything else: what
holds the name is a value, so objects in variables, fixtures and helpers that patch need no word of their own. The test
is then evaluated again in the world where these names are replaced; no chain is filtered. Patches count for the whole
test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from isolint.catalog.django_orm import UNSAFE_VARIABLE
from isolint.catalog.others import ENVIRON
from isolint.catalog.rows import Replaces, SetsItems, Starts
from isolint.names.symbols import Site
from isolint.placement import named
from isolint.placement.context import Context
from isolint.placement.registering import OVERRIDDEN, key_of
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    CutKey,
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
    Patch,
    Value,
    World,
)
from isolint.placement.values import NOTHING, PLAIN, one

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

_MOCK: Value = frozenset({Mock()})
_OPTIONS = frozenset({"spec", "create", "spec_set", "autospec", "new_callable", "unsafe", "target"})
"""Keywords of `patch.multiple` that are no names of attributes."""

# --- what is noted ---------------------------------------------------------------------------------------------------


def replaces(
    m: Machine, row: Replaces, ctx: Context, site: Site | None, args: tuple[Value, ...], named: dict[str, Value]
) -> Value:
    """A call that replaces names: at once, or when what it gives is entered."""
    patches = tuple(_patches(row, site, args, named))
    for patch in patches:
        if row.assigns:
            m.assigned(patch.holder, patch.name, patch.value, ctx, site)
        else:
            # Also where it only makes an object to be entered: nobody makes one to leave it at that.
            m.patch(replace(patch, always=ctx.always))
    if row.assigns:
        return PLAIN
    if not row.patcher:
        return _MOCK
    held = tuple((str(n), one(Items(p.value, (("holder", p.holder), ("name", p.name))))) for n, p in enumerate(patches))
    return one(Instance(row.patcher, held=held))


def starts(m: Machine, row: Starts, atom: Outside, ctx: Context, args: tuple[Value, ...]) -> Value:
    """A patcher that was made elsewhere, such as one that a module keeps, takes effect."""
    held = atom.receiver.held if isinstance(atom.receiver, Instance) else ()
    for _, value in held:
        for parts in value:
            if isinstance(parts, Items):
                where = dict(parts.keys)
                holder, name = where.get("holder", NOTHING), where.get("name", NOTHING)
                m.patch(Patch(holder, name, parts.element, None, ctx.always))
    return args[0] if row.decorates and args else _MOCK


def sets_items(
    m: Machine, row: SetsItems, ctx: Context, site: Site | None, args: tuple[Value, ...], named: dict[str, Value]
) -> Value:
    """A call that sets items of a mapping."""
    if row.of:
        held, rest = one(Outside(row.of, row.of)), args
    else:
        held, rest = (args[0] if args else named.get("in_dict", NOTHING)), args[1:]
        held = NOTHING.union(*(_at_path(m, atom) for atom in held))
    if row.how == "one":
        key = rest[0] if rest else named.get("name", NOTHING)
        assigned_item(m, held, key, rest[1] if len(rest) > 1 else named.get("value", PLAIN), ctx, site)
    else:
        mappings = [atom for value in (*rest, named.get("values", NOTHING)) for atom in value]
        items = [item for atom in mappings if isinstance(atom, Items) for item in atom.keys]
        for name, value in (*items, *named.items()):
            assigned_item(m, held, one(Literally(name)), value, ctx, site)
    return one(Instance(row.patcher)) if row.patcher else PLAIN


def _at_path(m: Machine, atom: Atom) -> Value:
    """What is meant by an object or by its dotted path."""
    is_path = isinstance(atom, Literally) and isinstance(atom.value, str)
    return named.at_path(m, str(atom.value)) if isinstance(atom, Literally) and is_path else frozenset({atom})


def assigned_item(m: Machine, held: Value, key: Value, value: Value, ctx: Context, site: Site | None) -> None:
    """An item of something is assigned. Of the environment's variables one counts; elsewhere what is kept there is
    changed as by replacing it."""
    for atom in held:
        if key_of(atom, OVERRIDDEN) is not None and isinstance(atom, Instance):
            given = one(Items(value, (("of", key),)))
            m.patch(Patch(one(atom), one(Literally(OVERRIDDEN)), given, site, ctx.always, cuts=False))
        if isinstance(atom, Outside):
            if atom.dotted == ENVIRON and UNSAFE_VARIABLE in _texts(key):
                m.patch(Patch(frozenset({atom}), one(Literally(UNSAFE_VARIABLE)), value, site, ctx.always))
            owner, _, name = atom.dotted.rpartition(".")
            if atom.dotted in m.table.cures:
                m.patch(Patch(one(Outside(owner, owner)), one(Literally(name)), value, site, ctx.always, cuts=False))


def _patches(row: Replaces, site: Site | None, args: tuple[Value, ...], named: dict[str, Value]) -> Iterator[Patch]:
    target = args[0] if args else named.get("target")
    if target is None:
        return
    if row.target == "many":
        for keyword, value in named.items():
            if keyword not in _OPTIONS:
                yield Patch(target, one(Literally(keyword)), value, site)
        return
    by_path = row.target == "path" or (row.target == "either" and not _names(args[1:2]) and "name" not in named)
    name = NOTHING
    if not by_path:
        name = args[1] if len(args) > 1 else named.get("attribute") or named.get("name") or NOTHING
        if not name:
            return
    rest = args[1 if by_path else 2 :]
    yield Patch(target, name, rest[0] if rest else named.get("new") or named.get("value") or _MOCK, site)


def _names(args: tuple[Value, ...]) -> bool:
    """Whether the first of these may be the name of an attribute: a text, or not known yet."""
    return any(
        isinstance(atom, Param | Derived) or (isinstance(atom, Literally) and isinstance(atom.value, str))
        for value in args
        for atom in value
    )


# --- the world that comes of it --------------------------------------------------------------------------------------


UNSAFE: CutKey = ("outside", ENVIRON, UNSAFE_VARIABLE)
"""The part of a world that lets sync ORM work where a loop runs: Django raises there unless the variable is set."""


RELEASED = "what it holds back is run"
"""The name under which a patch, and a world, has that what a callable holds back is run: no attribute is called so."""


def released(name: str) -> CutKey:
    """The part of a world that has run what the callable of this name holds back."""
    return "outside", name, RELEASED


def releases(patches: Iterable[Patch]) -> World:
    """What is run that is held back otherwise."""
    wanted = one(Literally(RELEASED))
    holders = (atom for patch in patches if patch.name == wanted for atom in patch.holder)
    found = {atom.canonical for atom in holders if isinstance(atom, Outside)}
    return tuple((released(name), PLAIN) for name in sorted(found))


URLS: CutKey = ("outside", "django.conf.settings", "ROOT_URLCONF")
"""The part of a world that says which module's URLs answer requests, in place of what the settings say."""


def is_setting(key: CutKey) -> bool:
    """Whether a part of a world replaces no name, but says how what is there behaves."""
    return key in (UNSAFE, URLS) or key[2] == RELEASED


def lets_orm_into_loops(patches: Iterable[Patch]) -> bool:
    """Whether one of these sets Django's variable, to a text that is known and not empty, under no condition."""
    return any(
        patch.always
        and patch.name == one(Literally(UNSAFE_VARIABLE))
        and all(isinstance(atom, Literally) and atom.value for atom in patch.value)
        for patch in patches
        if patch.value
    )


def world_of(m: Machine, patches: Iterable[Patch]) -> World:
    """What is replaced by what when all these patches are in force."""
    cuts: dict[CutKey, Value] = {}
    for patch in patches:
        if not patch.cuts or patch.name in (one(Literally(UNSAFE_VARIABLE)), one(Literally(RELEASED))):
            continue
        value = _stand_in(patch.value)
        for atom, name in places(m, patch):
            for key in _keys(atom, name):
                cuts[key] = value if cuts.get(key, value) == value else _MOCK
    return tuple(sorted(cuts.items(), key=repr))


def places(m: Machine, patch: Patch) -> Iterator[tuple[Atom, str]]:
    """The holders of the names that a patch replaces, with the names."""
    for text in _texts(patch.name) if patch.name else ("",):
        for atom in patch.holder:
            if isinstance(atom, Literally) and isinstance(atom.value, str):
                path, name = (atom.value, text) if text else atom.value.rpartition(".")[::2]
                for holder in named.at_path(m, path) if path else ():
                    yield holder, name
            elif text:
                yield atom, text


def _texts(value: Value) -> Iterator[str]:
    for atom in value:
        if isinstance(atom, Literally) and isinstance(atom.value, str):
            yield atom.value


def _keys(atom: Atom, name: str) -> Iterator[CutKey]:
    match atom:
        case Module():
            yield "module", atom.path, name
        case Class_():
            yield "class", atom.ref, name
        case Outside():
            yield "outside", atom.dotted, name
            if atom.canonical:
                yield "outside", atom.canonical, name
        case Instance():
            yield "object", Instance(atom.cls, atom.of), name


def _stand_in(value: Value) -> Value:
    """What stands in for a replaced name: what was given where all of it is known, else a mock."""
    return value if value and all(isinstance(atom, _KNOWN) for atom in value) else _MOCK


_KNOWN = Callable_ | Class_ | Outside | Partial | Hop | Instance | Items | Literally | Done | Module | Mock
