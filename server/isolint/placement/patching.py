"""Names that are replaced while a test runs: what the calls that do it note, and the world that comes of it.

A patch cuts by lookup path: `patch("a.f")` replaces the name `f` of module `a`, and nothing that another module
imported from there. Whether something is replaced is found by running the test through, like everything else: what
holds the name is a value, so objects in variables, fixtures and helpers that patch need no word of their own. The test
is then evaluated again in the world where these names are replaced; no chain is filtered. A patch that is entered ends
with its block: the second evaluation changes its world there. One that is started, or made by a fixture, counts for the
whole test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from isolint.catalog.django_orm import UNSAFE_VARIABLE
from isolint.catalog.others import DEFAULTS, ENVIRON, SETTINGS
from isolint.catalog.rows import Replaces, SetsItems, Starts
from isolint.names.symbols import FunctionRef, Site
from isolint.placement import members, mocks, named, queries
from isolint.placement.context import SPREAD, Context
from isolint.placement.functions import find
from isolint.placement.inputs import TEST_CODE
from isolint.placement.registering import OVERRIDDEN, key_of
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    CutKey,
    Derived,
    Done,
    Extent,
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
from isolint.placement.values import MOCK, NOTHING, PLAIN, is_symbolic, one
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine, PatchKey

_OPTIONS = frozenset(
    {"spec", "create", "spec_set", "autospec", "new_callable", "unsafe", "target", "attribute", "name"}
)
"""Keywords of patches that are no names of attributes."""

# --- what is noted ---------------------------------------------------------------------------------------------------


def replaces(
    m: Machine, row: Replaces, ctx: Context, site: Site | None, args: tuple[Value, ...], named: dict[str, Value]
) -> Value:
    """A call that replaces names: at once, or when what it gives is entered."""
    patches = tuple(_patches(m, row, site, args, named))
    extent: Extent = "made" if row.patcher else "entered" if row.entered else "whole"
    for patch in patches:
        if row.assigns:
            m.assigned(patch.holder, patch.name, patch.value, ctx, site)
        else:
            # Also where it only makes an object to be entered: nobody makes one to leave it at that.
            m.patch(replace(patch, always=ctx.always, extent=extent))
    if row.assigns:
        return PLAIN
    if not row.patcher:
        return patches[0].value if len(patches) == 1 else MOCK
    held = tuple((str(n), one(Items(p.value, (("holder", p.holder), ("name", p.name))))) for n, p in enumerate(patches))
    return one(Instance(row.patcher, held=held))


def starts(m: Machine, row: Starts, atom: Outside, ctx: Context, args: tuple[Value, ...]) -> Value:
    """A patcher takes effect, which may have been made elsewhere, such as one that a module keeps."""
    extent: Extent = "entered" if row.how == "enters" else "whole"
    patches = tuple(_held(atom))
    for patch in patches:
        m.patch(replace(patch, always=ctx.always, extent=extent))
    if row.how == "decorates" and args:
        return args[0]
    return patches[0].value if len(patches) == 1 else MOCK


def stops(m: Machine, atom: Outside, ctx: Context) -> None:
    """A patcher is stopped. What it replaces is taken to stay so where it may not be stopped, or is by another function
    than the one that started it: those of a test's set-up are stopped at its end."""
    if not ctx.always or ctx.depth:
        return
    for patch in _held(atom):
        known = m.patches.get((patch.holder, patch.name, patch.value))
        if known is not None and known.extent == "whole":
            m.taken_back(world_of(m, (patch,)))
            extent: Extent = "entered" if ctx.phase == "teardown" else "block"
            m.patches[patch.holder, patch.name, patch.value] = replace(known, extent=extent)


def _held(atom: Outside) -> Iterator[Patch]:
    """What a patcher would replace."""
    held = atom.receiver.held if isinstance(atom.receiver, Instance) else ()
    for _, value in held:
        for parts in value:
            if isinstance(parts, Items):
                where = dict(parts.keys)
                yield Patch(where.get("holder", NOTHING), where.get("name", NOTHING), parts.element)


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


def _patches(
    m: Machine, row: Replaces, site: Site | None, args: tuple[Value, ...], named: dict[str, Value]
) -> Iterator[Patch]:
    target = one(Outside(row.of, row.of)) if row.of else args[0] if args else named.get("target")
    if target is None:
        return
    if row.target == "many":
        for keyword, value in named.items():
            if keyword not in _OPTIONS and keyword != SPREAD:
                default = _is_default(value)
                handed = keyword if default else None
                yield Patch(target, one(Literally(keyword)), MOCK if default else value, site, handed=handed)
        return
    by_path = row.target == "path" or (row.target == "either" and not _names(args[1:2]) and "name" not in named)
    name = NOTHING
    if not by_path:
        name = args[1] if len(args) > 1 else named.get("attribute") or named.get("name") or NOTHING
        if not name:
            return
    rest = args[1 if by_path else 2 :]
    given = rest[0] if rest else named.get("new") or named.get("value")
    if given is None or _is_default(given):
        value = one(mocks.new(named, site))
        if "new_callable" in named:
            told = tuple((k, v) for k, v in named.items() if k not in _OPTIONS)
            value = m.perform(named["new_callable"], "call", Context(muted=True), site, "new_callable", (), told)
        yield Patch(target, name, value, site, handed="" if row.patcher else None)
    else:
        yield Patch(target, name, given, site)


def _is_default(value: Value) -> bool:
    """Whether this is `DEFAULT`: a mock is made, and handed to what is decorated."""
    return bool(value) and all(isinstance(a, Outside) and a.canonical in DEFAULTS for a in value)


def _names(args: tuple[Value, ...]) -> bool:
    """Whether the first of these may be the name of an attribute: a text, or not known yet."""
    return any(
        isinstance(atom, Param | Derived) or (isinstance(atom, Literally) and isinstance(atom.value, str))
        for value in args
        for atom in value
    )


# --- how long it holds -----------------------------------------------------------------------------------------------

LASTING: frozenset[Extent] = frozenset({"entered", "whole"})
"""The extents of what is in force behind the call that did it."""
_EXTENTS: tuple[Extent, ...] = ("made", "block", "entered", "whole")


def together(known: Patch, more: Patch) -> Patch:
    """Two patches of the same name by the same value."""
    extent = max(known.extent, more.extent, key=_EXTENTS.index)
    base = more if more.always > known.always else known
    handed = more.handed if known.handed is None else known.handed
    return replace(base, extent=extent, handed=handed, site=base.site or known.site or more.site)


def extent_outside(patch: Patch, op: str, again: bool) -> Extent:
    """How long a patch of a function holds for whoever calls it. One that takes the function's parameters to name can
    end in its body only where that is gone through `again` with its arguments."""
    if patch.extent == "block":
        return "block" if again or not is_open(patch) else "whole"
    if patch.extent == "entered" and op in ("call", "await"):
        return "whole"
    return patch.extent


def left(m: Machine, mark: int) -> None:
    """A block is left: what was entered since `mark` of what was noted has ended."""
    first: dict[PatchKey, Patch | None] = {}
    for key, known in m.noted[mark:]:
        first.setdefault(key, known)
    for key, known in first.items():
        patch = m.patches[key]
        if patch.extent == "entered" and (known is None or known.extent in ("made", "block")):
            m.patches[key] = replace(patch, extent="block")


def kept(m: Machine, mark: int) -> None:
    """What was entered since `mark` is left when the test has ended."""
    for key, _ in m.noted[mark:]:
        if m.patches[key].extent == "entered":
            m.patches[key] = replace(m.patches[key], extent="whole")


def is_open(patch: Patch) -> bool:
    """Whether it takes arguments to know what is replaced by what."""
    return any(is_symbolic(atom) for value in (patch.holder, patch.name, patch.value) for atom in value)


def of_helper(m: Machine, ref: FunctionRef) -> Iterator[Patch]:
    """What the decorators of a function of test code replace while it runs, the innermost first: in this order it is
    handed the mocks."""
    if not m.store.get(TEST_CODE, ref.path):
        return
    found = find(m.store, ref)
    if found is not None and isinstance(found.node, f.Function) and found.node.decorators and not found.around:
        for patch in reversed(queries.decorator_patches(m.store, ref)):
            yield replace(patch, extent="block")


# --- the world that comes of it --------------------------------------------------------------------------------------


ENDING: CutKey = ("outside", "", "patches end where their block does")
"""The part of a world in which a patch counts no longer than its extent. Without it all of them would have to be known
beforehand; so which there are is found without, and only a test that has some which end is gone through with it."""


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
    return key in (UNSAFE, ENDING, URLS) or key[2] == RELEASED


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
    patches = tuple(patches)
    told = _told(patches)
    for patch in patches:
        if not patch.cuts or patch.name in (one(Literally(UNSAFE_VARIABLE)), one(Literally(RELEASED))):
            continue
        value = _stand_in(patch.value)
        for mock, what, given in told:
            value = mocks.told(value, mock, what, given)
        for atom, name in places(m, patch):
            value = _like(m, value, atom, name)
            for key in _keys(atom, name):
                cuts[key] = value if cuts.get(key, value) == value else MOCK
    return tuple(sorted(cuts.items(), key=repr))


def _told(patches: Iterable[Patch]) -> list[tuple[Mock, str, Value]]:
    """What mocks are told after they were made. Of several things told to one, nobody knows which counts."""
    told: dict[tuple[Mock, str], set[Value]] = {}
    for patch in patches:
        for mock in patch.holder:
            if isinstance(mock, Mock):
                for name in _texts(patch.name):
                    told.setdefault((replace(mock, told=(), asynchronous=None), name), set()).add(patch.value)
    return [
        (mock, name, next(iter(values)) if len(values) == 1 else PLAIN)
        for (mock, name), values in sorted(told.items(), key=repr)
    ]


def _like(m: Machine, value: Value, holder: Atom, name: str) -> Value:
    """What stands in for a coroutine function is asynchronous, where nothing else was said (unittest.mock._patch)."""
    if not any(isinstance(atom, Mock) and atom.asynchronous is None and atom.made for atom in value):
        return value
    original = members.attribute(m, frozenset({holder}), name, Context(muted=True), None)
    if not mocks.are_coroutine_functions(m, original):
        return value
    return frozenset(
        replace(atom, asynchronous=True) if isinstance(atom, Mock) and atom.asynchronous is None else atom
        for atom in value
    )


def tells(atom: Atom) -> bool:
    """Whether this is the name of an attribute by which a mock is told what to do."""
    return isinstance(atom, Literally) and atom.value in ("side_effect", "return_value")


def may_add_work(m: Machine, patches: Iterable[Patch]) -> bool:
    """Whether what stands in for something, or is called by it, may do work itself; or it is a setting that says where
    something is kept."""
    return any(
        mocks.works(patch.value) or _moves_what_is_kept(m, patch)
        for patch in patches
        if patch.cuts or any(isinstance(atom, Mock) for atom in patch.holder)
    )


def _moves_what_is_kept(m: Machine, patch: Patch) -> bool:
    names = {text.rpartition(".")[2] for text in (*_texts(patch.name), *_texts(patch.holder))}
    return not m.table.settings.isdisjoint(names)


def is_of_settings(holder: Value) -> bool:
    """Whether this is the object that has Django's settings."""
    return any(isinstance(atom, Outside) and atom.dotted == SETTINGS for atom in holder)


def may_be_a_setting(name: Value) -> bool:
    """Whether a setting may be called so (django.conf.LazySettings: in capitals)."""
    return any(text.isupper() for text in _texts(name))


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
    return value if value and all(isinstance(atom, _KNOWN) for atom in value) else MOCK


_KNOWN = Callable_ | Class_ | Outside | Partial | Hop | Instance | Items | Literally | Done | Module | Mock
