"""A memo of pure functions that records what each read, and recomputes only what an input change can reach.

An `Input` is set from outside; a `Query` is a function of the store and a key. Setting an input to another value marks
its direct readers dirty and everything beyond them "to be checked"; nothing is computed until it is asked for. A query
that is to be checked first brings its own reads up to date, and is computed again only when one of them really changed:
equal results stop the wave (early cut-off). Cyclic queries are solved by iteration from their `bottom`.

Even a wave that changes nothing costs the marking, and then the checking, of everything it reaches. So it stops at a
query that is a `barrier`: before anything is asked for, such queries are brought up to date, and only beyond those that
really changed the wave goes on.

One thread only; no locks. No query may read anything but the store (a file, the clock, a global): such a read would not
be recorded and its result would go stale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_CLEAN, _CHECK, _DIRTY = range(3)
_MAX_ITERATIONS = 12


class Cancelled(Exception):  # noqa: N818 (giving up is no error)
    """The computation was given up because a newer one is wanted. The store stays valid."""


class Input(Generic[K, V]):
    """A value set from outside; `default` is what is read where nothing was set and no provider knows better."""

    __slots__ = ("default", "name")

    barrier = False

    def __init__(self, name: str, default: V) -> None:
        self.name = name
        self.default = default


class Query(Generic[K, V]):
    """A pure function of the store and a key.

    `bottom(key)` is the first guess of a query that (through others) asks for itself, `top(store, key)` the answer when
    the iteration does not settle; a query without `bottom` must not be cyclic. A `barrier` is brought up to date ahead
    of everything that reads it: for a query that much is read into, whose value seldom changes, and that many others
    read.
    """

    __slots__ = ("barrier", "bottom", "compute", "name", "top")

    def __init__(
        self,
        name: str,
        compute: Callable[[Store, K], V],
        bottom: Callable[[K], V] | None = None,
        top: Callable[[Store, K], V] | None = None,
        *,
        barrier: bool = False,
    ) -> None:
        self.name = name
        self.compute = compute
        self.bottom = bottom
        self.top = top
        self.barrier = barrier

    def __call__(self, store: Store, key: K) -> V:
        """The value for this key, up to date."""
        return store.get(self, key)


class _Entry:
    __slots__ = ("barrier", "frame", "key", "query", "readers", "reads", "state", "value")

    def __init__(self, query: Any, key: Any) -> None:
        self.barrier: bool = query.barrier
        self.query = query
        self.key = key
        self.value: Any = _NOTHING
        self.reads: tuple[_Entry, ...] = ()
        self.readers: dict[_Entry, None] = {}
        self.state = _DIRTY
        self.frame: _Frame | None = None


Handle = _Entry
"""One memo, to be read with `Store.read_all`; opaque."""


N = TypeVar("N", bound=Hashable)


class Rests(Generic[N]):
    """What memos that several others read rest on; see `Store.rests_on`. Of equal sets one is kept."""

    def __init__(self) -> None:
        self.by_entry: dict[Handle, frozenset[N]] = {}
        self.same: dict[frozenset[N], frozenset[N]] = {}


class _Frame:
    """One running computation. `cycle` is the smallest index of a running frame whose unfinished value it used."""

    __slots__ = ("cycle", "entry", "guess", "index", "is_head", "reads", "waves")

    def __init__(self, entry: _Entry, index: int, waves: int) -> None:
        self.entry = entry
        self.index = index
        self.guess: Any = None
        self.waves = waves
        self.reads: dict[_Entry, None] = {}
        self.cycle = index
        self.is_head = False


class _Nothing:
    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__


_NOTHING = _Nothing()


class CycleError(RuntimeError):
    """A query without a `bottom` asked for itself: a defect of the caller, never of user code."""


class Store:
    """All inputs and memos of one project.

    `computed` counts computations by query name since it was last cleared: the counter that says what an edit cost.
    `cancelled` is polled before each computation.
    """

    def __init__(self) -> None:
        self._tables: dict[Any, dict[Any, _Entry]] = {}
        self._frames: list[_Frame] = []
        self._guesses: dict[_Entry, tuple[Any, int, dict[_Entry, None]]] = {}
        self._providers: dict[Any, Callable[[Any], Any]] = {}
        self._waiting: dict[_Entry, None] = {}  # barriers that a wave has come to
        self._waves = 0
        self._asked: dict[_Entry, None] = {}  # what was asked for outside of any computation, while somebody watches
        self._is_watched = False
        self.computed: Counter[str] = Counter()
        self.cancelled: Callable[[], bool] | None = None

    # --- inputs --------------------------------------------------------------------------------------------------

    def set(self, source: Input[K, V], key: K, value: V) -> bool:
        """Set an input; returns whether the value changed (by ==)."""
        entry = self._entry(source, key)
        if entry.value is _NOTHING:
            entry.value = source.default
        entry.state = _CLEAN
        if entry.value is value or entry.value == value:
            return False
        entry.value = value
        self._mark_readers(entry)
        return True

    def provide(self, source: Input[K, V], provider: Callable[[K], V]) -> None:
        """Fetch the value of an input that was never set from `provider`, once, when it is first read."""
        self._providers[source] = provider

    def is_loaded(self, source: Input[K, V], key: K) -> bool:
        """Whether an input was set, or read (and so provided) before."""
        found = self._tables.get(source, {}).get(key)
        return found is not None and found.value is not _NOTHING

    def peek(self, source: Input[K, V], key: K) -> V:
        """An input's value, without recording the read."""
        found = self._tables.get(source, {}).get(key)
        return source.default if found is None or found.value is _NOTHING else cast(V, found.value)

    # --- queries -------------------------------------------------------------------------------------------------

    def get(self, query: Query[K, V] | Input[K, V], key: K) -> V:
        """The up-to-date value; the read is recorded for the running computation."""
        if self._waiting and not self._frames:
            self.settle()
        try:
            entry = self._tables[query][key]
        except KeyError:
            entry = self._entry(query, key)
        if entry.state == _CLEAN:  # never so while it is computed
            if self._frames:
                self._frames[-1].reads[entry] = None
            elif self._is_watched:
                self._asked[entry] = None
            return cast(V, entry.value)
        frame = entry.frame
        if frame is not None:
            return cast(V, self._guess_of(frame))
        guess = self._guesses.get(entry)
        if guess is not None:
            value, cycle, reads = guess
            top = self._frames[-1]
            top.cycle = min(top.cycle, cycle)
            top.reads.update(reads)
            return cast(V, value)
        if isinstance(query, Input):
            provider = self._providers.get(query)
            entry.value = query.default if provider is None else provider(key)
            entry.state = _CLEAN
        else:
            settled, value = self._refresh(entry)
            if not settled:
                return cast(V, value)
        if self._frames:
            self._frames[-1].reads[entry] = None
        elif self._is_watched:
            self._asked[entry] = None
        return cast(V, entry.value)

    @contextmanager
    def watched(self) -> Iterator[dict[Handle, None]]:
        """What is asked for outside of any computation while this lasts, but for what is asked inside of another one of
        these: what somebody rests on who is no query himself."""
        outer, was_watched = self._asked, self._is_watched
        self._asked, self._is_watched = {}, True
        try:
            yield self._asked
        finally:
            self._asked, self._is_watched = outer, was_watched

    def handles(self, query: Query[K, V], keys: Iterable[K]) -> tuple[Handle, ...]:
        """The memos of many keys, for `read_all`: who asks for the same ones on every keystroke looks them up once."""
        return tuple([self._entry(query, key) for key in keys])

    def read_all(self, handles: Iterable[Handle]) -> list[Any]:
        """The up-to-date values of memos, as `get` gives them. Only outside of a computation: no read is recorded."""
        assert not self._frames
        self.settle()
        if self._is_watched:
            handles = tuple(handles)
            self._asked.update(dict.fromkeys(handles))
        return [entry.value if entry.state == _CLEAN else self.get(entry.query, entry.key) for entry in handles]

    def settle(self) -> None:
        """Bring the barriers up to date that waves have come to, and let those waves go on that must. Asking does so by
        itself. Raises Cancelled; what an ordinary exception stops is left to those who ask for it."""
        while self._waiting:
            entry = next(iter(self._waiting))
            if entry.state != _CLEAN:
                try:
                    self._refresh(entry)
                except Cancelled:
                    raise
                except Exception:  # noqa: BLE001 (it comes again when somebody asks)
                    del self._waiting[entry]
                    self._mark_readers(entry)
                    continue
            del self._waiting[entry]
            if entry.state != _CLEAN:  # a wave came meanwhile to what it had read already
                self._waiting[entry] = None

    def inputs_of(self, source: Input[K, Any], query: Query[Any, Any], key: Hashable) -> list[K]:
        """The keys of one input that a value rests on, read by its query or by what that read, as computed last. Costs
        a walk through all of that: for questions of people, not for every edit."""
        self.get(query, key)
        start = self._entry(query, key)
        seen, todo = {start}, [start]
        found: list[K] = []
        while todo:
            for read in todo.pop().reads:
                if read in seen:
                    continue
                seen.add(read)
                todo.append(read)
                if read.query is source:
                    found.append(read.key)
        return found

    def rests_on(self, handles: Iterable[Handle], name: Callable[[Handle], N | None], known: Rests[N]) -> frozenset[N]:
        """What memos rest on: of the inputs below them what `name` calls each, None for those that do not count. What
        is shared is walked through once for all calls with the same `known`. Only outside of a computation."""
        assert not self._frames
        found: set[N] = set()
        for entry in handles:
            self.get(entry.query, entry.key)
            _gather(entry, name, known, found)
        return frozenset(found)

    def is_stale(self, query: Query[K, V], key: K) -> bool:
        """Whether the value would have to be computed or checked again (or was never computed)."""
        self.settle()
        found = self._tables.get(query, {}).get(key)
        return found is None or found.state != _CLEAN

    def forget(self, query: Query[K, V], key: K) -> None:
        """Drop a memo that nobody will ask for again."""
        table = self._tables.get(query)
        entry = table.get(key) if table else None
        if table is not None and entry is not None and not entry.readers:
            for read in entry.reads:
                read.readers.pop(entry, None)
            entry.state = _DIRTY  # a handle may still hold it
            self._waiting.pop(entry, None)
            del table[key]

    def size(self) -> int:
        """The number of entries kept."""
        return sum(len(table) for table in self._tables.values())

    # --- inside --------------------------------------------------------------------------------------------------

    def _entry(self, query: Any, key: Any) -> _Entry:
        table = self._tables.get(query)
        if table is None:
            table = self._tables[query] = {}
        entry = table.get(key)
        if entry is None:
            entry = table[key] = _Entry(query, key)
        return entry

    def _guess_of(self, head: _Frame) -> Any:
        query = head.entry.query
        if query.bottom is None:
            chain = " > ".join(f"{f.entry.query.name}({f.entry.key})" for f in self._frames[head.index :])
            raise CycleError(f"cyclic query without a bottom: {chain}")
        if not head.is_head:
            head.is_head = True
            head.guess = query.bottom(head.entry.key)
        top = self._frames[-1]
        top.cycle = min(top.cycle, head.index)
        return head.guess

    def _refresh(self, entry: _Entry) -> tuple[bool, Any]:
        """Bring an entry up to date. Returns (settled, value): an entry inside a cycle that is still being solved is
        not settled and its value holds only for now."""
        if entry.state == _CHECK and not self._guesses and self._reads_are_settled(entry):
            entry.state = _CLEAN
            return True, entry.value
        return self._compute(entry)

    def _reads_are_settled(self, entry: _Entry) -> bool:
        """Bring what an entry read up to date. False as soon as one of them changed, or is part of a cycle that is
        still being solved: then the entry has to be computed."""
        while True:
            waves = self._waves
            for read in entry.reads:
                if read.state == _CLEAN:
                    continue
                if read.frame is not None:
                    return False
                if isinstance(read.query, Input):
                    read.state = _CLEAN
                elif not self._refresh(read)[0] or entry.state == _DIRTY:
                    return False
            if self._waves == waves:  # else a barrier changed: a wave may have come to the reads before it
                return entry.state == _CHECK

    def _compute(self, entry: _Entry) -> tuple[bool, Any]:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        query = entry.query
        frame = _Frame(entry, len(self._frames), self._waves)
        self._frames.append(frame)
        entry.frame = frame
        try:
            for iteration in range(_MAX_ITERATIONS + 1):
                self.computed[query.name] += 1
                value = query.compute(self, entry.key)
                if not frame.is_head or value == frame.guess:
                    break
                if iteration >= _MAX_ITERATIONS - 1 and query.top is not None:
                    value = query.top(self, entry.key)
                frame.guess = value
                self._guesses.clear()
        finally:
            self._frames.pop()
            entry.frame = None
            if not self._frames:
                self._guesses.clear()
        if frame.cycle < frame.index:
            parent = self._frames[-1]
            parent.cycle = min(parent.cycle, frame.cycle)
            parent.reads.update(frame.reads)
            if frame.is_head:
                # What was guessed inside this cycle now depends on the outer one that this cycle is part of.
                for inner, (guess, cycle, reads) in self._guesses.items():
                    if cycle >= frame.index:
                        self._guesses[inner] = (guess, frame.cycle, reads)
            self._guesses[entry] = (value, frame.cycle, frame.reads)
            return False, value
        if frame.is_head:
            self._guesses.clear()
        self._settled(entry, value, frame)
        return True, entry.value

    def _settled(self, entry: _Entry, value: Any, frame: _Frame) -> None:
        """Take a computed value, and what was read for it."""
        reads = frame.reads
        reads.pop(entry, None)
        new = tuple(reads)
        if new != entry.reads:
            for read in entry.reads:
                if read not in reads:
                    read.readers.pop(entry, None)
            for read in new:
                read.readers[entry] = None
            entry.reads = new
        changed = not (entry.value is value or entry.value == value)
        if changed:
            entry.value = value
            if entry.barrier:
                self._mark_readers(entry)
            else:  # what is beyond its readers was marked when the wave went through it
                for reader in entry.readers:
                    reader.state = _DIRTY
        entry.state = _CLEAN
        if self._waves != frame.waves and any(read.state != _CLEAN for read in entry.reads):
            # While it was computed a barrier changed, on which depends what had been read before: look again.
            entry.state = _CHECK
            if entry.barrier:
                self._waiting[entry] = None

    def _mark_readers(self, entry: _Entry) -> None:
        """Mark direct readers dirty and all beyond them to be checked, up to the barriers."""
        self._waves += 1
        todo: list[_Entry] = []
        for reader in entry.readers:
            if reader.state == _CLEAN:
                if reader.barrier:
                    self._waiting[reader] = None
                else:
                    todo.append(reader)
            reader.state = _DIRTY
        while todo:
            for reader in todo.pop().readers:
                if reader.state == _CLEAN:
                    reader.state = _CHECK
                    if reader.barrier:
                        self._waiting[reader] = None
                    else:
                        todo.append(reader)


def _gather(entry: _Entry, name: Callable[[_Entry], N | None], known: Rests[N], found: set[N]) -> None:
    """Add what an entry that is up to date rests on. There are no cycles: what is read is settled before its reader."""
    if isinstance(entry.query, Input):
        named = name(entry)
        if named is not None:
            found.add(named)
        return
    if len(entry.readers) < 2:
        for read in entry.reads:
            _gather(read, name, known, found)
        return
    shared = known.by_entry.get(entry)
    if shared is None:
        inside: set[N] = set()
        for read in entry.reads:
            _gather(read, name, known, inside)
        shared = frozenset(inside)
        shared = known.by_entry[entry] = known.same.setdefault(shared, shared)
    found |= shared


def entries(store: Store) -> Iterator[tuple[str, Any, Any]]:
    """Every (query name, key, value) kept: for the status command and for tests."""
    for query, table in store._tables.items():  # noqa: SLF001 (the same module)
        for key, entry in table.items():
            yield query.name, key, entry.value
