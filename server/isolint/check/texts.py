"""The files of a project as read: buffers over disk, each file as chunks, what the store was told of them, and where
that stands now.

What has only moved is not told to the store until places must be right in it (`settle`): `offsets` puts what the store
says into its place. Findings, configuration and the list of files are no business of this module. One thread only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from isolint.check.suppressions import Directive, directives, may_have_directives
from isolint.names.bindings import Outline, OutlineItem
from isolint.names.inputs import FACTS
from isolint.names.outlines import Outlines
from isolint.names.symbols import Site
from isolint.store.memo import Store
from isolint.syntax.facts import Facts, Span
from isolint.syntax.outline import outline
from isolint.syntax.places import places
from isolint.syntax.source import Chunk, SourceFile
from isolint.workspace.files import Files, Source, Stamp, read_source, reader, with_buffer, without_buffer
from isolint.workspace.shapes import Problem


@dataclass(slots=True)
class _Loaded:
    """A file that was read: what its text was, and its outline once somebody asked for it.

    Chunks in `moved` say what they said when the store was last told, in other places: the store still has those facts,
    and what it says is put into its place when it is shown."""

    source: SourceFile
    items: Outline | None
    stamp: Stamp | None
    moved: dict[str, _Moved] = field(default_factory=dict)
    remarks: bool | None = None
    """Whether there may be suppression comments in it; None when nobody has looked."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """The facts of a chunk that the store has, and where their spans are now."""

    facts: Facts
    places: dict[Span, Span]


class Texts:
    """Provides the facts and outlines of a store. All paths are absolute, all offsets count bytes of the UTF-8 text."""

    def __init__(self, store: Store) -> None:
        self.files = Files()
        self.unread: dict[str, Problem] = {}
        """The files that were asked for and could not be read."""
        self._store = store
        self._loaded: dict[str, _Loaded] = {}
        self._outlines = Outlines(store, self.outline)
        store.provide(FACTS, self._provide_facts)

    # --- what they say -------------------------------------------------------------------------------------------

    def source(self, path: str) -> SourceFile | None:
        """A file as chunks; None when it cannot be read."""
        loaded = self._load(path)
        return None if loaded is None else loaded.source

    def outline(self, path: str) -> Outline | None:
        """What a file tells others about itself; None when it cannot be read."""
        loaded = self._load(path)
        if loaded is not None and loaded.items is None:
            loaded.items = tuple([_outline_item(chunk, _told(loaded, chunk)) for chunk in loaded.source.chunks])
        return None if loaded is None else loaded.items

    def text_of(self, path: str) -> bytes:
        """The text of a file as bytes, not decoded when nobody has looked into it yet; empty when there is none."""
        held = self.held(path)
        return (reader(self.files)(path) or b"") if held is None else held

    def held(self, path: str) -> bytes | None:
        """The text of a file that is in memory: of an open buffer, or of one that was read and taken apart. The same
        object as long as it is the same text."""
        loaded = self._loaded.get(path)
        return self.files.buffers.get(path) if loaded is None else loaded.source.text

    def directives(self, path: str) -> tuple[Directive, ...]:
        """The suppression comments of a file."""
        loaded = self._load(path)
        return directives(loaded.source) if loaded is not None and self.may_have_directives(path) else ()

    def may_have_directives(self, path: str) -> bool:
        """Whether there may be suppression comments in a file: nothing is parsed for it, and no is certain."""
        loaded = self._load(path)
        if loaded is None:
            return False
        if loaded.remarks is None:
            loaded.remarks = may_have_directives(loaded.source.text)
        return loaded.remarks

    def is_loaded(self, path: str) -> bool:
        """Whether a file was read and taken apart."""
        return path in self._loaded

    def loaded(self) -> tuple[str, ...]:
        """The files that were read and taken apart."""
        return tuple(self._loaded)

    def stamps(self) -> Mapping[str, Stamp | None]:
        """Every file that was asked for, with its stamp when it was read; None when there was nothing to read."""
        return {**dict.fromkeys(self.unread), **{path: loaded.stamp for path, loaded in self._loaded.items()}}

    # --- where that is now ---------------------------------------------------------------------------------------

    def offsets(self, site: Site) -> Span | None:
        """Where a site of the store is now, as offsets of its file; None when it is gone."""
        loaded = self._load(site.path)
        if loaded is None or loaded.source.chunk(site.chunk) is None:
            return None
        return loaded.source.absolute(site.chunk, _span(loaded, site))

    def inside_chunk(self, site: Site) -> Span:
        """Where a site of the store is now, as offsets of its chunk."""
        loaded = self._load(site.path)
        return (site.start, site.end) if loaded is None else _span(loaded, site)

    # --- what changes --------------------------------------------------------------------------------------------

    def set_buffer(self, path: str, text: bytes | None) -> None:
        """An open buffer (None: closed, the disk counts again); `changed` tells the store."""
        self.files = without_buffer(self.files, path) if text is None else with_buffer(self.files, path, text)

    def remember_unread(self, problems: Iterable[Problem]) -> None:
        """Take over what another could not read."""
        self.unread.update((problem.path, problem) for problem in problems)

    def changed(self, path: str) -> bool:
        """A file's text may be another: set the inputs that differ. Whether anything was or may have been different."""
        loaded = self._loaded.get(path)
        if loaded is None:
            return self._first_seen(path)
        source = read_source(self.files, path)
        if source.data is None:
            self._forget(path, source)
            return True
        new = loaded.source.updated(source.data)
        if new is loaded.source:
            return False
        self._apply(path, loaded, new)
        return True

    def settle(self) -> None:
        """Tell the store the places of everything that has only moved. What is shown while typing can do without, what
        edits the text or tells of all tests cannot."""
        for path, loaded in self._loaded.items():
            if not loaded.moved:
                continue
            keys = list(loaded.moved)
            loaded.moved.clear()
            for key in keys:
                self._set_facts(path, key, self._provide_facts((path, key)))
            if loaded.items is not None:
                items = list(loaded.items)
                for index in (loaded.source.indices[key] for key in keys):
                    chunk = loaded.source.chunks[index]
                    items[index] = _outline_item(chunk, chunk.facts)
                loaded.items = tuple(items)
                self._outlines.changed(path, loaded.items)

    def clear(self) -> None:
        """Nothing is used afterwards."""
        self._loaded.clear()

    def _first_seen(self, path: str) -> bool:
        # Nothing is different when a file is just opened.
        buffer = self.files.buffers.get(path)
        differs = buffer is None or read_source(Files(), path).data != buffer
        self.unread.pop(path, None)
        if self._outlines.has(path):
            self._outlines.changed(path, self.outline(path))
            # What was read of the file before it went away.
            found = self._load(path)
            for chunk in () if found is None else found.source.chunks:
                self._set_facts(path, chunk.key, chunk.facts)
        return differs

    def _apply(self, path: str, loaded: _Loaded, new: SourceFile) -> None:
        low, high, end = new.replaced
        before = {chunk.key: chunk for chunk in loaded.source.chunks[low:high]}
        for chunk in new.chunks[low:end]:
            known = before.pop(chunk.key, None)
            if known is None or not _only_moves(loaded, known, chunk):
                loaded.moved.pop(chunk.key, None)
                self._set_facts(path, chunk.key, chunk.facts)
        for key in before:
            loaded.moved.pop(key, None)
            self._set_facts(path, key, ())
        loaded.source = new
        if loaded.remarks is False:
            loaded.remarks = may_have_directives(new.text, *_region(new, low, end))
        if loaded.items is not None:
            made = tuple([_outline_item(chunk, _told(loaded, chunk)) for chunk in new.chunks[low:end]])
            if made != loaded.items[low:high]:
                loaded.items = (*loaded.items[:low], *made, *loaded.items[high:])
                self._outlines.changed(path, loaded.items)

    def _forget(self, path: str, source: Source) -> None:
        loaded = self._loaded.pop(path)
        if source.problem is not None:
            self.unread[path] = source.problem
        for chunk in loaded.source.chunks:
            self._set_facts(path, chunk.key, ())
        self._outlines.changed(path, None)

    def _load(self, path: str) -> _Loaded | None:
        loaded = self._loaded.get(path)
        if loaded is None and path not in self.unread:
            source = read_source(self.files, path)
            if source.data is None:
                if source.problem is not None:
                    self.unread[path] = source.problem
                return None
            loaded = self._loaded[path] = _Loaded(SourceFile.read(path, source.data), None, source.stamp)
        return loaded

    def _provide_facts(self, key: tuple[str, str]) -> Facts:
        loaded = self._load(key[0])
        chunk = None if loaded is None else loaded.source.chunk(key[1])
        return () if loaded is None or chunk is None else _told(loaded, chunk)

    def _set_facts(self, path: str, key: str, facts: Facts) -> None:
        if self._store.is_loaded(FACTS, (path, key)):
            self._store.set(FACTS, (path, key), facts)


def _only_moves(loaded: _Loaded, old: Chunk, new: Chunk) -> bool:
    """Whether a chunk says what the store knows already, in other places. Then the store hears nothing of it."""
    told = _told(loaded, old)
    if new.facts == told:
        return False
    found = places(told, new.facts)
    if found is None:
        return False
    loaded.moved[new.key] = _Moved(told, found)
    return True


def _told(loaded: _Loaded, chunk: Chunk) -> Facts:
    """The facts of a chunk as the store has them."""
    moved = loaded.moved.get(chunk.key)
    return chunk.facts if moved is None else moved.facts


def _span(loaded: _Loaded, site: Site) -> Span:
    """A site of the store as a span of its chunk now."""
    span = (site.start, site.end)
    moved = loaded.moved.get(site.chunk)
    return span if moved is None else moved.places.get(span, span)


def _region(source: SourceFile, low: int, end: int) -> Span:
    """Where these chunks are."""
    size = len(source.text)
    count = len(source.chunks)
    return source.starts[low] if low < count else size, source.starts[end] if end < count else size


def _outline_item(chunk: Chunk, facts: Facts) -> OutlineItem:
    return OutlineItem(chunk.key, chunk.kind, chunk.owner, chunk.name, outline(facts))
