"""Sets the inputs that tell of the outlines of files, and when a file changes only those that differ.

What is compared here, item by item, is not marked and looked at again in the store: an edit of one header costs what
depends on that header. Nothing is read from disk here, and no name is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from isolint.names.bindings import UNBOUND, Named, Outline, OutlineItem, Part, Scope, Surface, part_of, scope_of
from isolint.names.inputs import BOUND, ITEM, MEMBERS, SCOPE, STATEMENTS, SURFACE
from isolint.store.memo import Input, Store

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_NO_PART = Part()


class _File:
    """The outline of one file; `exists` is False where there is none that can be read. What the chunks bind is
    collected when somebody first asks for a name."""

    def __init__(self, path: str, items: Outline | None) -> None:
        self.path = path
        self.exists = items is not None
        self.items: Outline = items or ()
        self.by_key = {item.key: item for item in self.items}
        self._parts: list[Part] | None = None
        self._scope: Scope | None = None

    def members(self, owner: tuple[str, ...]) -> Outline:
        return tuple([item for item in self.items if item.owner == owner])

    def statements(self, owner: tuple[str, ...]) -> Outline:
        return tuple([item for item in self.items if item.kind == "statements" and item.owner == owner])

    def scope(self) -> Scope | None:
        if self._scope is None and self.exists:
            if self._parts is None:
                self._parts = [self._part(item) for item in self.items]
            self._scope = scope_of(self._parts)
        return self._scope

    def surface(self) -> Surface | None:
        scope = self.scope()
        return None if scope is None else scope.surface

    def bound(self, name: str) -> Named:
        scope = self.scope()
        return UNBOUND if scope is None else scope.by_name.get(name, UNBOUND)

    def replace(self, items: Outline, low: int, high: int, end: int) -> set[str] | None:
        """Take another outline, in which `items[low:end]` are what was `[low:high]`. The module's names that may be
        bound otherwise, None when its scope is as before."""
        for item in self.items[low:high]:
            del self.by_key[item.key]
        self.by_key.update((item.key, item) for item in items[low:end])
        self.items = items
        if self._parts is None:
            return None
        old, new = self._parts[low:high], [self._part(item) for item in items[low:end]]
        self._parts[low:high] = new
        if old == new:
            return None
        before, self._scope = self._scope, None
        if [star for part in old for star in part.stars] != [star for part in new for star in part.stars]:
            # Each name may stand behind another number of star imports.
            after = self.scope()
            return {name for scope in (before, after) if scope is not None for name in scope.by_name}
        return {binding.name for part in (*old, *new) for binding in part.bindings}

    def _part(self, item: OutlineItem) -> Part:
        return _NO_PART if item.owner else part_of(self.path, item, None)


class Outlines:
    """The outlines of all files that somebody has asked about. `read` gives the outline of a file, None when it cannot
    be read."""

    def __init__(self, store: Store, read: Callable[[str], Outline | None]) -> None:
        self._store = store
        self._read = read
        self._files: dict[str, _File] = {}
        store.provide(ITEM, lambda key: self._file(key[0]).by_key.get(key[1]))
        store.provide(MEMBERS, lambda key: self._file(key[0]).members(key[1]))
        store.provide(STATEMENTS, lambda key: self._file(key[0]).statements(key[1]))
        store.provide(SCOPE, lambda path: self._file(path).scope())
        store.provide(SURFACE, lambda path: self._file(path).surface())
        store.provide(BOUND, lambda key: self._file(key[0]).bound(key[1]))

    def has(self, path: str) -> bool:
        """Whether somebody has asked about a file, be there one or not."""
        return path in self._files

    def changed(self, path: str, outline: Outline | None) -> None:
        """The outline of a file is another one now; None: it cannot be read any more."""
        file = self._files.get(path)
        if file is None:
            return
        if file.exists != (outline is not None):
            self._appeared(file, _File(path, outline))
            return
        items = outline or ()
        low, high, end = _region(file.items, items)
        gone, come = file.items[low:high], items[low:end]
        names = file.replace(items, low, high, end)
        self._set_items(file, (*gone, *come))
        if names is not None:
            self._set_names(file, names)

    def _file(self, path: str) -> _File:
        found = self._files.get(path)
        if found is None:
            found = self._files[path] = _File(path, self._read(path))
        return found

    def _appeared(self, old: _File, new: _File) -> None:
        """A file came or went."""
        self._files[new.path] = new
        self._set_items(new, (*old.items, *new.items))
        scopes = [scope for scope in (old.scope(), new.scope()) if scope is not None]
        self._set_names(new, {name for scope in scopes for name in scope.by_name})

    def _set_items(self, file: _File, items: Outline) -> None:
        path = file.path
        for key in {item.key for item in items}:
            self._set(ITEM, (path, key), file.by_key.get(key))
        for owner in {item.owner for item in items}:
            if self._store.is_loaded(MEMBERS, (path, owner)):
                self._set(MEMBERS, (path, owner), file.members(owner))
        for owner in {item.owner for item in items if item.kind == "statements"}:
            if self._store.is_loaded(STATEMENTS, (path, owner)):
                self._set(STATEMENTS, (path, owner), file.statements(owner))

    def _set_names(self, file: _File, names: set[str]) -> None:
        self._set(SCOPE, file.path, file.scope())
        self._set(SURFACE, file.path, file.surface())
        for name in names:
            self._set(BOUND, (file.path, name), file.bound(name))

    def _set(self, source: Input[K, V], key: K, value: V) -> None:
        if self._store.is_loaded(source, key):
            self._store.set(source, key, value)


def _region(old: Outline, new: Outline) -> tuple[int, int, int]:
    """What differs: `old[low:high]` became `new[low:end]`, the others are the same objects."""
    most = min(len(old), len(new))
    low = 0
    while low < most and old[low] is new[low]:
        low += 1
    same = 0
    while same < most - low and old[-1 - same] is new[-1 - same]:
        same += 1
    return low, len(old) - same, len(new) - same
