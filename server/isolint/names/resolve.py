"""Following names: module paths, imports, aliases, attributes, class bases and their order.

Only the project's own source is followed here; where it ends stands `External(dotted)`, and `Origin`'s answers (read
through the store) say what that is. Several results are alternatives (conditional bindings), most likely first.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from isolint.names.bindings import Bound, Imported, Star, Surface, is_type_checking
from isolint.names.inputs import BOUND, PROJECT, SURFACE, definition, is_answered
from isolint.names.scopes import class_facts, class_scope, enclosing_class, module_scope
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionSymbol,
    ModuleSymbol,
    Symbol,
    UnknownSymbol,
    ValueSymbol,
)
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_BUILTINS = frozenset(dir(builtins))
_MAX_DEPTH = 24


# --- modules ---------------------------------------------------------------------------------------------------------


def base_directory(store: Store, path: str) -> str:
    """The folder that pytest's "prepend" import mode puts on sys.path for this file: the first one upwards that has no
    `__init__.py` (_pytest.pathlib.resolve_pkg_root_and_module_name)."""
    files = store.get(PROJECT, "").files
    folder = os.path.dirname(path)
    while f"{folder}/__init__.py" in files:
        folder = os.path.dirname(folder)
    return folder


def _find_module(store: Store, key: tuple[str, str]) -> ModuleSymbol | External:
    dotted, base = key
    project = store.get(PROJECT, "")
    relative = dotted.replace(".", "/")
    namespace: ModuleSymbol | None = None
    for root in dict.fromkeys((base, *project.roots)):
        stem = f"{root}/{relative}"
        for path in (f"{stem}/__init__.py", f"{stem}.py", f"{stem}.pyi"):
            if path in project.files:
                return ModuleSymbol(dotted, path)
        if namespace is None and stem in project.directories:
            namespace = ModuleSymbol(dotted, "")
    if namespace is not None and not _is_installed(store, dotted):
        return namespace
    top = dotted.partition(".")[0]
    home = _homes(store, "").get(top, "")
    if home and home != base and not _is_installed(store, top):
        found = find_module(store, (dotted, home))
        if isinstance(found, ModuleSymbol):
            return found
    return External(dotted)


def _folders_of_modules(store: Store, _: str) -> dict[str, str]:
    files = store.get(PROJECT, "").files
    found: dict[str, str] = {}
    for path in files:
        folder, name = os.path.split(path)
        if name == "__init__.py":
            folder, name = os.path.split(folder)
        if f"{folder}/__init__.py" not in files:
            name = name.removesuffix(".py")
            found[name] = folder if found.get(name, folder) == folder else ""
    return found


_homes: Query[str, dict[str, str]] = Query("homes of modules", _folders_of_modules)
"""For each top-level module or package of the project the folder it is in, "" where there are several. Projects put
such folders on `sys.path` in a conftest or by `manage.py`: what is neither in a known root nor installed, and there
only once, can be no other."""


def _is_installed(store: Store, dotted: str) -> bool:
    found = definition(store, dotted)
    return found is not None and found.kind == "module"


find_module: Query[tuple[str, str], ModuleSymbol | External] = Query("module", _find_module)
"""Key: (dotted name, base directory of the importing file): the project's module, or External."""


def module_name(store: Store, path: str) -> str:
    """The dotted name under which pytest would import this file."""
    base = base_directory(store, path)
    dotted = os.path.splitext(os.path.relpath(path, base))[0].replace(os.sep, ".")
    return dotted.removesuffix(".__init__")


def import_target(store: Store, path: str, module: str, level: int) -> ModuleSymbol | External | UnknownSymbol:
    """The module that `from {'.' * level}{module} import ...` names in the file at `path`."""
    if level == 0:
        return find_module(store, (module, base_directory(store, path)))
    folder = os.path.dirname(path)
    for _ in range(level - 1):
        folder = os.path.dirname(folder)
    stem = f"{folder}/{module.replace('.', '/')}" if module else folder
    project = store.get(PROJECT, "")
    for candidate in (f"{stem}/__init__.py", f"{stem}.py", f"{stem}.pyi"):
        if candidate in project.files:
            return ModuleSymbol(module_name(store, candidate), candidate)
    if stem in project.directories:
        base = base_directory(store, path)
        return ModuleSymbol(os.path.relpath(stem, base).replace(os.sep, "."), "")
    return UnknownSymbol(f"no module {'.' * level}{module}")


# --- names -----------------------------------------------------------------------------------------------------------


def _lookup(store: Store, key: tuple[str, str]) -> tuple[Symbol, ...]:
    path, name = key
    surface = store.get(SURFACE, path)
    if surface is None:
        return (UnknownSymbol(f"{path} cannot be read"),)
    named = store.get(BOUND, key)
    found: list[Symbol] = []
    doubtful: list[Symbol] = []
    last = len(surface.stars)
    # From the last statement to the first: each star import stands behind those bindings that it replaces.
    for bound, before in zip((*named.bounds, None), (*named.stars, 0), strict=True):
        if bound is None and found and not named.loose:
            break
        brought = from_stars(store, path, surface.stars[before:last], name)
        doubtful += (symbol for symbol in brought if isinstance(symbol, UnknownSymbol))
        found += (symbol for symbol in brought if not isinstance(symbol, UnknownSymbol))
        if found and _one_binds(store, path, surface.stars[before:last], name):
            break
        found += () if bound is None else _follow(store, path, bound)
        last = before
    # A star import that brings a name and nobody knows what it is: where modules import each other, it may be this one.
    found = found or doubtful
    if not found and os.path.basename(path) == "__init__.py":
        sub = find_module(store, (f"{module_name(store, path)}.{name}", base_directory(store, path)))
        if isinstance(sub, ModuleSymbol):
            found.append(sub)
    return tuple(dict.fromkeys(found))


lookup: Query[tuple[str, str], tuple[Symbol, ...]] = Query("lookup", _lookup, bottom=lambda _: ())
"""Key: (path, name): what a module's name stands for, imports followed; empty when the module does not bind it."""


def _follow(store: Store, path: str, bound: Bound) -> tuple[Symbol, ...]:
    if not isinstance(bound, Imported):
        return (bound,)
    target = import_target(store, path, bound.module, bound.level)
    if bound.name is None or isinstance(target, UnknownSymbol):
        return (target,)
    return attribute(store, target, bound.name)


def from_stars(store: Store, path: str, stars: Sequence[Star], name: str) -> list[Symbol]:
    """What these star imports bind a name to, the last first, as far back as one that certainly binds it."""
    found: list[Symbol] = []
    for star in reversed(stars):
        target = import_target(store, path, star.module, star.level)
        if isinstance(target, ModuleSymbol) and target.path:
            inner = store.get(SURFACE, target.path)
            if inner is None or not _exported(inner, name):
                continue
            found += lookup(store, (target.path, name))
        elif isinstance(target, External) and not name.startswith("_"):
            known = definition(store, f"{target.dotted}.{name}")
            if known is not None:
                found.append(External(f"{target.dotted}.{name}"))
        if any(not isinstance(one, UnknownSymbol) for one in found) and _one_binds(store, path, (star,), name):
            break
    return found


def _one_binds(store: Store, path: str, stars: Iterable[Star], name: str) -> bool:
    """Whether one of these star imports certainly binds a name. What the `__all__` of an installed module leaves out is
    not known, so none of those does. Nor does a module that takes all of this one: what it has then depends on which of
    them is imported first."""
    for star in stars:
        target = ModuleSymbol("", "") if star.conditional else import_target(store, path, star.module, star.level)
        if isinstance(target, ModuleSymbol) and target.path:
            inner = store.get(SURFACE, target.path)
            if (
                inner is not None
                and _exported(inner, name)
                and _is_bound(store, (target.path, name))
                and path not in _taken(store, target.path)
            ):
                return True
    return False


def _taken_by_stars(store: Store, path: str) -> frozenset[str]:
    surface = store.get(SURFACE, path)
    found: set[str] = set()
    for star in () if surface is None else surface.stars:
        target = import_target(store, path, star.module, star.level)
        if isinstance(target, ModuleSymbol) and target.path:
            found |= {target.path, *_taken(store, target.path)}
    return frozenset(found)


_taken: Query[str, frozenset[str]] = Query("taken by stars", _taken_by_stars, bottom=lambda _: frozenset())
"""Key: a file. The project's files whose names its star imports bring, theirs included."""


def _certainly_bound(store: Store, key: tuple[str, str]) -> bool:
    path, name = key
    surface = store.get(SURFACE, path)
    return not store.get(BOUND, key).loose or (surface is not None and _one_binds(store, path, surface.stars, name))


_is_bound: Query[tuple[str, str], bool] = Query("certainly bound", _certainly_bound, bottom=lambda _: False)
"""Key: (path, name): whether a module has that name, whatever its conditions are."""


def _exported(surface: Surface, name: str) -> bool:
    return name in surface.exports if surface.exports is not None else not name.startswith("_")


def exported_names(store: Store, path: str) -> tuple[str, ...]:
    """The names that `from module import *` brings, stars of stars included, in order of binding."""
    return tuple(dict.fromkeys(n for n in bound_names(store, path) if _exported_from(store, path, n)))


def _exported_from(store: Store, path: str, name: str) -> bool:
    surface = store.get(SURFACE, path)
    return surface is not None and _exported(surface, name)


def _bound_names(store: Store, path: str) -> tuple[str, ...]:
    scope = module_scope(store, path)
    if scope is None:
        return ()
    names = [b.name for b in scope.bindings]
    for star in scope.surface.stars:
        target = import_target(store, path, star.module, star.level)
        if isinstance(target, ModuleSymbol) and target.path:
            inner = store.get(SURFACE, target.path)
            if inner is not None:
                names += [n for n in bound_names(store, target.path) if _exported(inner, n)]
    return tuple(dict.fromkeys(names))


bound_names: Query[str, tuple[str, ...]] = Query("bound names", _bound_names, bottom=lambda _: (), barrier=True)
"""Every name a project module binds, names from project star imports included."""


def lookup_or_builtin(store: Store, path: str, name: str) -> tuple[Symbol, ...]:
    """`lookup`, then Python's builtins; one UnknownSymbol when neither knows the name."""
    found = lookup(store, (path, name))
    if found:
        return found
    if name in _BUILTINS:
        return (External(f"builtins.{name}"),)
    return (UnknownSymbol(f"{name} is not bound in {os.path.basename(path)}"),)


def attribute(store: Store, symbol: Symbol, name: str) -> tuple[Symbol, ...]:
    """What `symbol.name` stands for."""
    match symbol:
        case External():
            return (External(f"{symbol.dotted}.{name}"),)
        case ModuleSymbol():
            if symbol.path:
                found = lookup(store, (symbol.path, name))
                if found:
                    return found
                base = base_directory(store, symbol.path)
            else:
                base = ""
            sub = find_module(store, (f"{symbol.dotted}.{name}", base))
            if isinstance(sub, ModuleSymbol):
                return (sub,)
            return (UnknownSymbol(f"{symbol.dotted} has no {name}"),)
        case ClassSymbol():
            return tuple(found for _, found in class_attribute(store, symbol.ref, name))
        case UnknownSymbol():
            return (symbol,)
    return (UnknownSymbol(f".{name} of a value"),)


def resolve(store: Store, path: str, expr: f.Expr, owner: ClassRef | None = None) -> tuple[Symbol, ...]:
    """What a name or dotted expression stands for at module level (or in the body of class `owner`), aliases followed.

    An expression that is neither gives a `ValueSymbol` holding it."""
    return _resolve(store, path, expr, owner, 0)


def _resolve(store: Store, path: str, expr: f.Expr, owner: ClassRef | None, depth: int) -> tuple[Symbol, ...]:
    if depth > _MAX_DEPTH:
        return (UnknownSymbol("too many aliases"),)
    match expr:
        case f.Name():
            found: tuple[Symbol, ...] = ()
            if owner is not None:
                scope = class_scope(store, owner)
                found = tuple(s for b in scope.get(expr.id) for s in _follow(store, path, b))
            return _aliases(store, found or lookup_or_builtin(store, path, expr.id), expr, depth)
        case f.Attribute():
            bases = _resolve(store, path, expr.value, owner, depth + 1)
            parts = tuple(s for base in bases for s in attribute(store, base, expr.attr))
            return _aliases(store, parts, expr, depth)
    return (ValueSymbol(path, "", expr, owner),)


def _aliases(store: Store, symbols: tuple[Symbol, ...], expr: f.Expr, depth: int) -> tuple[Symbol, ...]:
    found: list[Symbol] = []
    for symbol in symbols:
        if (
            isinstance(symbol, ValueSymbol)
            and symbol.item < 0
            and isinstance(symbol.expr, f.Name | f.Attribute)
            and symbol.expr != expr
        ):
            found += _resolve(store, symbol.path, symbol.expr, symbol.owner, depth + 1)
        else:
            found.append(symbol)
    return tuple(dict.fromkeys(found))


def canonical(store: Store, symbol: Symbol) -> str:
    """The canonical dotted name of an External as `Origin` gives it, "" for everything else or while unknown."""
    if not isinstance(symbol, External):
        return ""
    found = definition(store, symbol.dotted)
    return "" if found is None else found.canonical


def canonical_names(store: Store, path: str, expr: f.Expr, owner: ClassRef | None = None) -> tuple[str, ...]:
    """The canonical dotted names that an expression may stand for, those outside the project alone."""
    names = (canonical(store, s) for s in resolve(store, path, expr, owner))
    return tuple(dict.fromkeys(n for n in names if n))


# --- classes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mro:
    """A class and its bases in Python's order: project classes and canonical names of installed ones (`object` left
    out). `complete` is False when a base is not known; then everything about the class may come from there."""

    classes: tuple[ClassRef | str, ...]
    complete: bool

    def has(self, *names: str) -> bool:
        """Whether one of these canonical names is among the bases."""
        return any(c in names for c in self.classes if isinstance(c, str))


def _mro(store: Store, ref: ClassRef) -> Mro:
    facts = class_facts(store, ref)
    if facts is None:
        return Mro((ref,), False)
    lists: list[list[ClassRef | str]] = []
    bases: list[ClassRef | str] = []
    complete = True
    owner = enclosing_class(store, ref)
    for base in facts.bases:
        one = base_class(store, ref.path, base, owner)
        if one is None:
            complete = False
            continue
        if not one.classes:
            continue
        complete = complete and one.complete
        lists.append(list(one.classes))
        bases.append(one.classes[0])
    merged = lists[0] if len(lists) == 1 else _merge([*lists, bases])
    if merged is None:
        seen = dict.fromkeys(c for one in lists for c in one)
        return Mro((ref, *seen), False)
    return Mro((ref, *merged), complete)


mro: Query[ClassRef, Mro] = Query("mro", _mro, bottom=lambda ref: Mro((ref,), False), barrier=True)


def base_class(store: Store, path: str, base: f.Expr, owner: ClassRef | None) -> Mro | None:
    """The MRO of a base as written in a class header; an empty one for `object`; None when it is not known."""
    if isinstance(base, f.Subscript):  # a generic base: Base[T]
        return base_class(store, path, base.value, owner)
    if isinstance(base, f.Starred):
        return None
    if isinstance(base, f.Call):
        return _made_base(store, path, base, owner)
    if isinstance(base, f.Choice):
        # `TestCase if TYPE_CHECKING else object`: only the second is there at run time.
        return base_class(store, path, base.options[-1], owner) if is_type_checking(base.test) else None
    for symbol in resolve(store, path, base, owner):
        if isinstance(symbol, ValueSymbol) and isinstance(symbol.expr, f.Subscript | f.Call | f.Choice):
            return base_class(store, symbol.path, symbol.expr, symbol.owner) if symbol.item < 0 else None
        if isinstance(symbol, ClassSymbol):
            return mro(store, symbol.ref)
        if isinstance(symbol, External):
            if symbol.dotted in {"builtins.object", "typing.Generic", "typing.Protocol", "abc.ABC"}:
                return Mro((), True)
            found = external_mro(store, symbol.dotted)
            if found is not None:
                return found
    return None


_MERGING = frozenset({"django.db.models.manager.BaseManager.from_queryset"})


def _made_base(store: Store, path: str, made: f.Call, owner: ClassRef | None) -> Mro | None:
    """The MRO of a base that a call makes: `Manager.from_queryset(Q)` is a manager with the methods of `Q`;
    `type("Base", (A, B), {})` has those of its bases."""
    func = made.func
    bases = made.args[1] if isinstance(func, f.Name) and func.id == "type" and len(made.args) == 3 else None
    if isinstance(bases, f.Collection):
        parts = [base_class(store, path, one, owner) for one in bases.items]
        known = [list(one.classes) for one in parts if one is not None and one.classes]
        order = _merge([*known, [one[0] for one in known]])
        complete = all(one is not None and one.complete for one in parts)
        return None if order is None else Mro(tuple(order), complete)
    if not isinstance(func, f.Attribute) or not made.args:
        return None
    if not _MERGING.intersection(canonical_names(store, path, func, owner)):
        return None
    given, holder = base_class(store, path, made.args[0], owner), base_class(store, path, func.value, owner)
    if given is None or holder is None:
        return None
    return Mro(tuple(dict.fromkeys((*given.classes, *holder.classes))), given.complete and holder.complete)


def external_mro(store: Store, dotted: str) -> Mro | None:
    """The MRO of an installed class, None when `Origin` does not know it (yet) as a class."""
    found = definition(store, dotted)
    if found is None or found.kind != "class":
        return None
    return Mro(tuple(found.mro) or (found.canonical,), found.complete)


def _merge(lists: list[list[ClassRef | str]]) -> list[ClassRef | str] | None:
    """C3 linearisation; None when there is no consistent order."""
    merged: list[ClassRef | str] = []
    remaining = [one[:] for one in lists if one]
    while remaining:
        for one in remaining:
            head = one[0]
            if not any(head in other[1:] for other in remaining):
                break
        else:
            return None
        merged.append(head)
        remaining = [[c for c in one if c != head] for one in remaining]
        remaining = [one for one in remaining if one]
    return merged


def class_attribute(store: Store, ref: ClassRef, name: str) -> tuple[tuple[ClassRef | str, Symbol], ...]:
    """`Class.name` along the MRO: (the class that has it, what it stands for), alternatives of the first that has it.

    For an installed class the symbol is `External("<class>.<name>")`, if `Origin` knows that attribute. Empty when no
    class is known to have it."""
    for cls in mro(store, ref).classes:
        if isinstance(cls, ClassRef):
            scope = class_scope(store, cls)
            found = tuple((cls, s) for b in scope.get(name) for s in _follow(store, cls.path, b))
            if found:
                return found
        else:
            dotted = f"{cls}.{name}"
            if definition(store, dotted) is not None:
                return ((cls, External(dotted)),)
    return ()


def is_undecided(store: Store, symbol: Symbol) -> bool:
    """Whether this name waits for an answer of `Origin`."""
    return isinstance(symbol, External) and not is_answered(store, symbol.dotted)


__all__ = [
    "FunctionSymbol",
    "Mro",
    "attribute",
    "base_class",
    "base_directory",
    "bound_names",
    "canonical",
    "canonical_names",
    "class_attribute",
    "exported_names",
    "external_mro",
    "find_module",
    "from_stars",
    "import_target",
    "is_undecided",
    "lookup",
    "lookup_or_builtin",
    "module_name",
    "mro",
    "resolve",
]
