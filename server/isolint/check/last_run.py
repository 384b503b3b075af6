"""What the last run over a project said, and everything that it depended on: what has not changed is not
analysed again.

A report is true for as long as nothing that can change it has changed: the parts of files that it rests on (`basis`),
which files there are, what configuration, settings and environment have been read to be, the code that jedi may read
and no installation guards, and isolint itself. All of it is compared, each run anew, and nothing is guessed from dates
alone: a file is the same when its stamp is and could not have been written again within the clock's grain, else when
its bytes are. A file that changed makes those reports unknown that rest on a part of it that did; any other change
makes everything unknown. Nothing is analysed here, and who says that a run was complete is the caller.

That a test cannot leave home rests on all that it may reach, which is a large part of a project. So that is not kept as
parts, but what `reach` heard in each file is (`placement.heard`): what was heard in files that changed is heard again,
and when it is another thing now the tests that were found to stay at home are followed once more.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import sys
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import msgspec

import isolint
from isolint.check.basis import Bases, Basis, basis_of, changed_parts, loose_folders
from isolint.check.report import FileReport
from isolint.check.session import Session
from isolint.names.inputs import PROJECT
from isolint.placement.heard import Heard, Reader, Writer
from isolint.rules.finding import Finding
from isolint.store.disk import digest, prune, read_sealed, used, write_sealed
from isolint.workspace.files import MAX_BYTES, stamp_of
from isolint.workspace.shapes import Problem

SCHEMA = 2
"""Raised whenever the shape of what is kept changes."""

MOST_BYTES = 256 * 1024 * 1024
"""What the runs of all projects may take up together."""

MAGIC = b"isolint-run\n"
_GRAIN = 2_000_000_000
"""Nanoseconds within which a file system may not tell two writes apart (FAT's two seconds are the worst)."""
_MOST_OUTSIDE = 20_000
_NOT_CODE = frozenset({"__pycache__", ".git", "node_modules"})
_LIBRARIES = ("iniconfig", "msgspec", "packaging", "tree_sitter", "tree_sitter_python")
"""What decides besides our own code how text is read."""


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was: its stamp, () when there was no regular file; the digest of its bytes; and whether the stamp
    alone tells that it is still the same."""

    stamp: tuple[int, ...]
    content: bytes
    settled: bool


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What was said of one file: its report, and what its tests say of other files. `alone`: not all files are known
    whose tests say something of this one. `remarks`: there may be suppression comments in it."""

    report: FileReport
    elsewhere: tuple[Finding, ...]
    alone: bool
    remarks: bool


class _Run(msgspec.Struct, frozen=True, array_like=True):
    """What is kept. `surroundings` is a digest of all but the files."""

    surroundings: bytes
    files: dict[str, Seen]
    unread: tuple[Problem, ...]
    kept: tuple[Kept, ...]


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    """A `_Run`, and what its reports rest on (`Ground`), which is only read when something changed; both compressed."""

    run: bytes
    ground: bytes


class Ground(msgspec.Struct, frozen=True, array_like=True):
    """What the reports of a session rest on."""

    basis: Basis
    heard: Heard


@dataclass(frozen=True, slots=True)
class _Before:
    """The last run, as far as it is still true: the reports of files by path, and the texts that need not be understood
    again."""

    run: _Run
    ground: Ground
    kept: dict[str, Kept]
    stale: frozenset[str]
    changed: frozenset[str]
    understood: frozenset[str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Run).decode
_decode_sealed = msgspec.msgpack.Decoder(_Sealed).decode
_decode_ground = msgspec.msgpack.Decoder(Ground).decode


class LastRun:
    """The last run over the session's project. Made before the session has read any source: what the files are then is
    what the run will be held to. `answering` names the versions of what answers about installed packages; `clock` gives
    the time in nanoseconds."""

    def __init__(
        self, session: Session, folder: Path, answering: Iterable[str] = (), clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._session = session
        self._folder = folder
        project = session.store.get(PROJECT, "")
        self._clock = clock
        self._begun = clock()
        self._files = {path: self._seen_now(path) for path in sorted(project.files)}
        # A folder that is on the path without being one of an installation: a checkout that is worked on.
        outside, self._settled = self._state_of(loose_folders(session), project.files)
        self._before: _Before | None = None
        self._surroundings = digest(
            repr((SCHEMA, isolint.__version__, sys.version, *answering)).encode(),
            *_program(),
            outside,
            _plain(session.settings),
            _plain(session.environment),
            _plain(project),
            *_configurations(session),
        )

    def recall(self, files: Sequence[str]) -> dict[str, FileReport]:
        """The reports of those of these files that are what the last run over just them made of them. The session is
        told what is known of the others."""
        self._before = None
        if self._session.has_buffers:
            return {}
        path = self._path(files)
        read = _read(path)
        if read is None:
            return {}
        run, ground = read
        if run.surroundings != self._surroundings or [one.report.path for one in run.kept] != list(files):
            return {}
        used(path)
        kept = {one.report.path: one for one in run.kept}
        changed = frozenset(name for name, then in run.files.items() if not self._is_same(name, then))
        self._session.remember_unread(problem for problem in run.unread if problem.path not in changed)
        if changed:
            before = self._still_true(run, ground, kept, changed)
            if before is None:
                return {}
            self._before = before
            for name in before.stale:
                del kept[name]
            given = {name: one.elsewhere for name, one in kept.items() if self._session.listing.is_test_file(name)}
            self._session.take_over(given, (), {})
        return {name: one.report for name, one in kept.items()}

    def affected(self) -> list[str]:
        """Once the files that were not recalled are judged: those that were, and of which the tests of a file that was
        judged say something else now than before."""
        before = self._before
        if before is None:
            return []
        shared = {name: one for name, one in before.kept.items() if name not in before.stale}
        different: set[str] = set()
        judged: set[str] = set()
        for user in before.stale:
            if self._session.listing.is_test_file(user):
                judged.add(user)
                was, now = _by_file(before.kept[user].elsewhere), _by_file(self._session.elsewhere(user))
                different.update(path for path in was.keys() | now.keys() if was.get(path) != now.get(path))
        found = [
            name
            for name, one in shared.items()
            if name in different or (one.remarks and not judged.isdisjoint(self._session.users([name])))
        ]
        self._before = _Before(
            before.run, before.ground, before.kept, before.stale.union(found), before.changed, before.understood
        )
        return found

    def keep(self, reports: Mapping[str, FileReport], others: Sequence[Ground] = ()) -> bool:
        """Keep what a complete run said of these files, in this order; `others` are sessions that took part. False when
        something changed while it ran, or it cannot be kept."""
        if self._session.has_buffers or not self._settled:
            return False
        files = self._unchanged()
        if files is None:
            return False
        before = self._before
        own = _Own(self._session, reports, before)
        # What others have made is theirs to explain; what this session has made is told last.
        bases = Bases()
        if before is not None:
            bases.add(before.ground.basis, lambda name: name not in before.stale, before.understood.__contains__)
        for other in others:
            bases.add(other.basis)
        bases.add(basis_of(self._session, own.made()))
        kept = tuple([own.kept(name) for name in reports])
        run = _Run(self._surroundings, files, self._session.unread, kept)
        ground = Ground(bases.basis(), own.heard(others))
        try:
            body = _encode(_Sealed(_packed(run), _packed(ground)))
        except (UnicodeEncodeError, OverflowError):  # a name that no text can hold
            return False
        if not write_sealed(self._path(tuple(reports)), MAGIC, body):
            return False
        prune(self._folder, "run-*", MOST_BYTES)
        return True

    def _unchanged(self) -> dict[str, Seen] | None:
        """All files that the run rests on; None when one has changed since it began."""
        files: dict[str, Seen] = {}
        known = {} if self._before is None else self._before.run.files
        for path, seen in self._files.items():
            stamp = _stamp(path)
            then = known.get(path)
            if stamp == seen.stamp and seen.settled and then is not None and then.settled and then.stamp == stamp:
                files[path] = then  # its bytes have been looked at before
                continue
            now = self._seen(path)
            if now.stamp != seen.stamp or (not seen.settled and now.content != seen.content):
                return None
            files[path] = Seen(seen.stamp, now.content, seen.settled)
        read = self._session.read_stamps()
        for path, was in read.items():
            if path not in self._files:
                # Read on the way, and not among the project's own: it must be older than the run.
                files[path] = now = self._seen(path)
                if stamp_of(path) != was or (now.stamp and max(now.stamp[:2]) >= self._begun - _GRAIN):
                    return None
        for path, then in known.items():
            if path not in files:
                if not self._is_same(path, then):
                    return None
                files[path] = then
        return files

    def _still_true(self, run: _Run, packed: bytes, kept: dict[str, Kept], changed: frozenset[str]) -> _Before | None:
        """What is still true of the last run now that these files have changed."""
        try:
            ground = _decode_ground(zlib.decompress(packed))
        except (zlib.error, msgspec.DecodeError, msgspec.ValidationError):
            return None
        parts = changed_parts(self._session, ground.basis, changed)
        rests_on = ground.basis.reports
        stale = {
            name
            for name, one in kept.items()
            if one.alone or name not in rests_on or not parts.isdisjoint(rests_on[name])
        }
        again = {name for name, rests in ground.basis.texts.items() if not parts.isdisjoint(rests)} | changed
        understood = frozenset(ground.heard.files) - again
        reader = Reader(ground.heard, understood.__contains__)
        self._session.remember_heard(reader)
        reach = self._session.reach
        others = {path for path in again if _says_another(self._session, reader, path)}
        named = bool(others) and reader.are_named(others, kept.keys() - stale)
        for name in kept.keys() - stale:
            start = reader.start(name)
            if start is not None and (named or not reach.is_whole(start)) and not reach.stays(start):
                stale.add(name)
        return _Before(run, ground, dict(kept), frozenset(stale), changed, understood)

    def _path(self, files: Sequence[str]) -> Path:
        """Where a run over these files is kept. Other settings do not push it out."""
        named = [name.encode("utf-8", "surrogateescape") for name in (self._session.root, *files)]
        return self._folder / f"run-{digest(_plain(self._session.settings), *named).hex()}.bin"

    def _is_same(self, path: str, then: Seen) -> bool:
        now = self._files.get(path) or self._seen_now(path)
        if then.settled and now.stamp == then.stamp:
            return True
        return bool(now.stamp) == bool(then.stamp) and self._seen(path).content == then.content

    def _seen_now(self, path: str) -> Seen:
        """A file by its stamp, and by its bytes where the stamp is too young to be believed."""
        stamp = _stamp(path)
        return Seen(stamp, b"", True) if self._is_settled(stamp) else self._seen(path)

    def _seen(self, path: str) -> Seen:
        """A file by its stamp and its bytes."""
        stamp = _stamp(path)
        return Seen(stamp, _content(path, stamp), self._is_settled(stamp))

    def _is_settled(self, stamp: tuple[int, ...]) -> bool:
        """Whether a file that is written from now on will have another stamp. One from the future may meet it again."""
        return not stamp or max(stamp[:2]) < self._clock() - _GRAIN

    def _state_of(self, folders: Iterable[str], besides: Collection[str]) -> tuple[bytes, bool]:
        """A digest of all code below these folders but for some files; and whether it tells of everything."""
        parts: list[bytes] = []
        settled = True
        for path in (path for folder in folders for path in _modules(folder) if path not in besides):
            stamp = _stamp(path)
            settled = settled and self._is_settled(stamp)
            parts += (path.encode("utf-8", "surrogateescape"), repr(stamp).encode())
            if len(parts) > 2 * _MOST_OUTSIDE:
                return b"", False
        return digest(*parts), settled


class _Own:
    """What one session adds to a run."""

    def __init__(self, session: Session, reports: Mapping[str, FileReport], before: _Before | None) -> None:
        self._session = session
        self._reports = reports
        self._before = before

    def _is_recalled(self, name: str) -> bool:
        return self._before is not None and name not in self._before.stale

    def made(self) -> list[FileReport]:
        """The reports that the session has made itself."""
        return [report for name, report in self._reports.items() if self._session.has_reported(name)]

    def kept(self, name: str) -> Kept:
        """What is to be kept of one file."""
        if self._before is not None and self._is_recalled(name):
            return self._before.kept[name]
        session = self._session
        elsewhere = session.elsewhere(name) if session.listing.is_test_file(name) else ()
        alone = any(user not in self._reports for user in session.users([name]))
        return Kept(self._reports[name], elsewhere, alone, session.has_directives(name))

    def heard(self, others: Sequence[Ground]) -> Heard:
        """What all sessions have heard, and the last run in what is still true."""
        before = self._before
        writer = Writer()
        if before is not None:
            writer = Writer(before.ground.heard, before.understood.__contains__, self._is_recalled)
        for other in others:
            writer.merge(other.heard)
        self._session.reach.heard(writer)
        return writer.heard()


def ground_of(session: Session, reports: Iterable[FileReport]) -> Ground:
    """What a session that takes part in a run tells of the reports that it has made."""
    writer = Writer()
    session.reach.heard(writer)
    return Ground(basis_of(session, reports), writer.heard())


def _packed(value: _Run | Ground) -> bytes:
    return zlib.compress(_encode(value), 1)  # the same paths and sentences over and over


def _read(path: Path) -> tuple[_Run, bytes] | None:
    """What was kept, and what it rests on as it was written."""
    body = read_sealed(path, MAGIC)
    if body is None:
        return None
    try:
        sealed = _decode_sealed(body)
        return _decode(zlib.decompress(sealed.run)), sealed.ground
    except (zlib.error, msgspec.DecodeError, msgspec.ValidationError):
        return None


def _by_file(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    by_file: dict[str, list[Finding]] = {}
    for one in found:
        by_file.setdefault(one.site.path, []).append(one)
    return by_file


def _says_another(session: Session, reader: Reader, path: str) -> bool:
    """Whether the text of a file says another thing than it did, to who only hears its words."""
    said, members = reader.before(path)
    if members is not None and session.reach.members(path) != members:
        return True
    return any(session.reach.says((path, key)) != one for key, one in said.items())


def _stamp(path: str) -> tuple[int, ...]:
    """What tells that a file was written, replaced or moved: the change time, too, which nobody can set. () when there
    is no regular file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ()
    if not stat.S_ISREG(status.st_mode):
        return ()
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev)


def _content(path: str, stamp: tuple[int, ...]) -> bytes:
    """A digest of a file's bytes. What is too large to be read is not code, and is known by its size."""
    if not stamp or stamp[2] > MAX_BYTES:
        return digest(repr(stamp[2:3]).encode())
    try:
        with open(path, "rb") as file:
            return digest(b"read", file.read())
    except OSError:
        return digest(b"cannot be read")


def _modules(folder: str) -> Iterator[str]:
    """All code below a folder that Python or jedi could read, in a stable order."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NOT_CODE)
        yield from (os.path.join(where, name) for name in sorted(names) if name.endswith((".py", ".pyi")))


def _program() -> Iterator[bytes]:
    """What isolint is: its version may stay while its code changes."""
    own = os.path.dirname(os.path.abspath(isolint.__file__))
    found = (importlib.util.find_spec(name) for name in _LIBRARIES)
    libraries = [spec.origin for spec in found if spec is not None and spec.origin is not None]
    for path in (*_modules(own), *libraries):
        yield from (path.encode("utf-8", "surrogateescape"), repr(_stamp(path)).encode())


def _configurations(session: Session) -> Iterator[bytes]:
    """pytest's configuration for every folder of the project."""
    folders = {os.path.dirname(path) for path in session.store.get(PROJECT, "").files} | {session.root}
    known: dict[int, bytes] = {}
    for folder in sorted(folders):
        config = session.listing.project.config_for(os.path.join(folder, "test_.py"))
        if id(config) not in known:
            known[id(config)] = digest(_plain(config))
        yield known[id(config)]


def _plain(value: object) -> bytes:
    """A frozen value as bytes: the same for equal values in every process."""
    return repr(_ordered(value)).encode("utf-8", "surrogateescape")


def _ordered(value: object) -> object:
    """A value of which `repr` says everything, and always the same: no sets, and no functions."""
    if is_dataclass(value) and not isinstance(value, type):
        named = [(field.name, _ordered(getattr(value, field.name))) for field in fields(value) if field.repr]
        return (type(value).__name__, named)
    if isinstance(value, msgspec.Struct):
        return (type(value).__name__, [_ordered(getattr(value, name)) for name in value.__struct_fields__])
    if isinstance(value, Mapping):
        return sorted((repr(_ordered(key)), repr(_ordered(each))) for key, each in value.items())
    if isinstance(value, set | frozenset):
        return sorted(repr(_ordered(each)) for each in value)
    if isinstance(value, tuple | list):
        return [_ordered(each) for each in value]
    return value
