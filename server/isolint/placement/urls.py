"""The project's URLs: which view answers a path or a name, as far as `urlpatterns` are written out.

Patterns are values like any other: rows make `path`, `re_path` and `include` keep what they are given, and here they
are walked in Django's order (django/urls/resolvers.py URLResolver.resolve). No view is called here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolint.catalog.web import INCLUDE, REGEX, REVERSE, ROUTE
from isolint.names.inputs import FACTS, STATEMENTS
from isolint.names.resolve import attribute, base_directory, find_module, lookup
from isolint.names.scopes import walk_statements
from isolint.names.symbols import ModuleSymbol, ValueSymbol
from isolint.placement import members, patching, routers, settings
from isolint.placement.shapes import Instance, Items, Literally, Module, Text, Unknown, Value
from isolint.placement.values import NOTHING, in_order, join, literals, one, unknown
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

MAX_PATH = 300
"""Characters of a path that are looked up; a longer one is not known."""
MAX_INCLUDES = 8
"""Includes within includes that are followed."""

_CONVERTER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>")
_CONVERTERS = {"int": "[0-9]+", "slug": "[-a-zA-Z0-9_]+", "uuid": "[0-9a-fA-F-]{36}", "path": ".+"}

SAMPLES = ("1", "a", "00000000-0000-0000-0000-000000000000")
"""What may stand for an unknown part of a path: each of Django's own converters takes one of them."""


@dataclass(frozen=True, slots=True)
class Match:
    """A view, and the names of what it is given from the path. What answers for all paths below one is left the `rest`
    of it."""

    view: Value
    names: tuple[str, ...] = ()
    rest: str = ""


def find(m: Machine, url: Value) -> list[Match] | str:
    """The views that may answer a URL, none where nothing does (404); or why that is not known."""
    root = _root(m)
    if isinstance(root, str):
        return root
    found: list[Match] = []
    for atom in in_order(url):
        match atom:
            case Literally(value=str() as text):
                one_found = _by_path(m, root, text)
            case Text():
                one_found = _by_text(m, root, atom.parts)
            case Instance(cls=cls) if cls == REVERSE:
                one_found = _by_name(m, root, dict(atom.held).get("viewname", NOTHING))
            case _:
                return "its URL is not written out"
        if isinstance(one_found, str):
            return one_found
        if len({match.view for match in one_found}) > 1:
            return "more than one view may answer its URL"  # the arguments of `reverse` decide which
        found += one_found[:1]
    return found if url else "its URL is not written out"


def matching(m: Machine, patterns: Value, url: Value) -> list[Match] | str:
    """As `find`, in a list of patterns (channels' URLRouter)."""
    for text in literals(url) or ():
        return _by_path(m, patterns, "/" + str(text).lstrip("/"))
    return "its path is not written out"


def middleware(m: Machine) -> list[Value]:
    """The project's own middleware, in order."""
    found: list[Value] = []
    for atom in settings.setting(m, "MIDDLEWARE") or NOTHING:
        for _, value in atom.keys if isinstance(atom, Items) else ():
            found += [settings.named(m, str(dotted)) for dotted in literals(value) or ()]
    return [value for value in found if value]


def _root(m: Machine) -> Value | str:
    """`urlpatterns` of the settings' ROOT_URLCONF, or of what a test has in its place; or why they are not known."""
    if patching.URLS in m.cuts:
        for dotted in literals(m.cuts[patching.URLS]) or ():
            module = find_module(m.store, (str(dotted), base_directory(m.store, m.path)))
            if isinstance(module, ModuleSymbol) and module.path:
                return _of_module(m, module.path) or "the URLs of the test are not written out"
        return "the URLs of the test are not written out"
    found = settings.module(m)
    if isinstance(found, str):
        return found
    for dotted in literals(settings.setting(m, "ROOT_URLCONF")) or ():
        module = find_module(m.store, (str(dotted), base_directory(m.store, found.path)))
        patterns = _of_module(m, module.path) if isinstance(module, ModuleSymbol) and module.path else NOTHING
        if patterns:
            return patterns
    return "ROOT_URLCONF is not written out"


def _of_module(m: Machine, path: str) -> Value:
    """`urlpatterns` of a module, with what is added to them in their order."""
    found = members.symbols_value(m, lookup(m.store, (path, "urlpatterns")))
    added: list[Value] = []
    for item in m.store.get(STATEMENTS, (path, ())):
        statements: tuple[f.Stmt, ...] = m.store.get(FACTS, (path, item.key))
        added += [
            members.symbol_value(m, ValueSymbol(path, item.key, statement.value))
            for statement in _additions(statements)
        ]
    if not added:
        return found
    # The names of a module know only that something is added.
    parts = [frozenset(a for a in found if not isinstance(a, Unknown)), *added]
    patterns: list[Value] = []
    for part in parts:
        for atom in in_order(part):
            if not isinstance(atom, Items):
                return join([*parts, unknown("what is added to urlpatterns")])
            patterns += [value for _, value in atom.keys] or ([atom.element] if atom.element else [])
    return one(Items(join(patterns), tuple(enumerate(patterns))))


def _additions(statements: Iterable[f.Stmt]) -> Iterator[f.Assign]:
    for statement in walk_statements(statements):
        match statement:
            case f.Assign(targets=(f.Name(id="urlpatterns"),), augmented=True) if statement.value is not None:
                yield statement


def _by_path(m: Machine, root: Value, text: str) -> list[Match] | str:
    path = re.sub(r"^[a-z]+://[^/]*", "", text).partition("?")[0].partition("#")[0]
    if len(path) > MAX_PATH or not path.startswith("/"):
        return "its URL is not one of the project"
    found, sure = _search(m, root, path[1:], (), 0)
    if found is not None:
        return [found]
    return [] if sure else "not all URL patterns are written out"


def _by_text(m: Machine, root: Value, parts: tuple[str, ...]) -> list[Match] | str:
    """The view of a path of which some is not known, if whatever may stand there leads to the same one."""
    found: list[Match] = []
    for sample in SAMPLES:
        one_found = _by_path(m, root, sample.join(parts))
        if isinstance(one_found, str):
            return one_found
        found += one_found
    return found or "its URL is not written out"


def _search(m: Machine, patterns: Value, rest: str, names: tuple[str, ...], depth: int) -> tuple[Match | None, bool]:
    """The first pattern that fits, and whether it is sure that none does where none was found."""
    sure = True
    for pattern in _listed(patterns):
        held, regex = dict(pattern.held) if pattern is not None else {}, None
        inner = held.get("view", NOTHING)
        included = _included(m, inner)
        is_mounted = included is None and any(routers.dispatcher(m, atom) for atom in inner)
        if pattern is not None:
            regex = _regex(pattern, included is None and not is_mounted)
        if regex is None:
            sure = False
            continue
        matched = regex.search(rest)
        if matched is None:
            continue
        taken = (*names, *(matched.groupdict() or ()))
        if is_mounted:
            return Match(inner, taken, rest[matched.end() :]), True
        if included is None:
            return Match(inner, taken), True
        if depth < MAX_INCLUDES:
            found, inner_sure = _search(m, included[0], rest[matched.end() :], taken, depth + 1)
            if found is not None:
                return found, True
            sure = sure and inner_sure
        else:
            sure = False
    return None, sure


def _by_name(m: Machine, root: Value, names: Value) -> list[Match] | str:
    found: list[Match] = []
    for name in literals(names) or ():
        *spaces, last = str(name).split(":")
        found += _named(m, root, tuple(spaces), last, (), 0)
    return found or "no URL pattern of that name is written out"


def _named(
    m: Machine, patterns: Value, spaces: tuple[str, ...], name: str, names: tuple[str, ...], depth: int
) -> Iterator[Match]:
    for pattern in _listed(patterns):
        held = dict(pattern.held) if pattern is not None else {}
        included = _included(m, held.get("view", NOTHING))
        regex = _regex(pattern, included is None) if pattern is not None else None
        if pattern is None or regex is None:
            continue
        taken = (*names, *regex.groupindex)
        if included is None:
            if not spaces and name in (literals(held.get("name")) or ()):
                yield Match(held["view"], taken)
            continue
        inner, namespaces = included
        if depth >= MAX_INCLUDES:
            continue
        if not namespaces:
            yield from _named(m, inner, spaces, name, taken, depth + 1)
        elif spaces and spaces[0] in namespaces:
            yield from _named(m, inner, spaces[1:], name, taken, depth + 1)


def _listed(patterns: Value) -> Iterator[Instance | None]:
    """The patterns in order; None for what is not one that is written out."""
    for atom in in_order(patterns):
        if not isinstance(atom, Items):
            yield None
            continue
        for _, value in atom.keys or ((0, atom.element),):
            for pattern in in_order(value):
                known = isinstance(pattern, Instance) and pattern.cls in (ROUTE, REGEX)
                yield pattern if known and isinstance(pattern, Instance) else None


def _regex(pattern: Instance, is_end: bool) -> re.Pattern[str] | None:
    """The expression of a pattern, which fits a whole path, or with an include its beginning; None when it is not
    written out."""
    for value in literals(dict(pattern.held).get("route")) or ():
        text = str(value)
        try:
            if pattern.cls == REGEX:
                return re.compile(text if text.startswith("^") else f"^.*?(?:{text})")
            return re.compile(f"^{of_route(text)}{chr(92) + 'Z' if is_end else ''}")
        except re.error:
            return None
    return None


def of_route(route: str) -> str:
    """django.urls.resolvers._route_to_regex, with names that the expression can do without left out."""
    parts, at = [], 0
    for found in _CONVERTER.finditer(route):
        parts.append(re.escape(route[at : found.start()]))
        inside = _CONVERTERS.get(found["converter"] or "", "[^/]+")
        parts.append(f"(?P<{found['name']}>{inside})" if found["name"].isidentifier() else f"(?:{inside})")
        at = found.end()
    return "".join((*parts, re.escape(route[at:])))


def _included(m: Machine, view: Value) -> tuple[Value, tuple[str, ...]] | None:
    """What an `include` holds and its namespaces; None for a view."""
    for atom in view:
        if isinstance(atom, Instance) and atom.cls == INCLUDE:
            held = dict(atom.held)
            spaces = [str(name) for name in literals(held.get("namespace")) or ()]
            inner, own = _argument(m, held.get("arg", NOTHING))
            return inner, tuple(dict.fromkeys((*spaces, *own)))
    return None


def _argument(m: Machine, argument: Value) -> tuple[Value, tuple[str, ...]]:
    """The patterns that `include` is given (a module, its name, a list, or a pair with a namespace), and `app_name`."""
    for atom in argument:
        match atom:
            case Literally(value=str() as dotted):
                module = find_module(m.store, (dotted, base_directory(m.store, m.path)))
                if isinstance(module, ModuleSymbol) and module.path:
                    return _of_module(m, module.path), _app_name(m, module)
            case Module():
                return _of_module(m, atom.path), _app_name(m, ModuleSymbol(atom.dotted, atom.path))
            case Items():
                keys = dict(atom.keys)
                name = literals(keys.get(1))
                if name and len(keys) == 2:
                    return _argument(m, keys[0])[0], (str(name[0]),)
                return argument, ()
    return argument, ()


def _app_name(m: Machine, module: ModuleSymbol) -> tuple[str, ...]:
    found = literals(members.symbols_value(m, attribute(m.store, module, "app_name")))
    return (str(found[0]),) if found else ()
