"""What the last run over a project said, and everything that it depended on: an unchanged project is
not analysed again.

A report is true for as long as nothing that can change it has changed: the files (which ones there are, and their
bytes), what configuration, settings and environment have been read to be, the code that jedi may read and no
installation guards, and isolint itself. All of it is compared, each run anew, and nothing is guessed from dates alone:
a file is the same when its stamp is and could not have been written again within the clock's grain, else when its bytes
are. One change makes everything unknown. Nothing is analysed here, and who says that a run was complete is the caller.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import sys
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

import msgspec

import isolint
from isolint.check.report import FileReport
from isolint.check.session import Session
from isolint.names.inputs import PROJECT
from isolint.store.disk import digest, prune, read_sealed, used, write_sealed
from isolint.workspace.files import MAX_BYTES, stamp_of
from isolint.workspace.shapes import Problem

SCHEMA = 1
"""Raised whenever the shape of what is kept changes."""

MOST_BYTES = 256 * 1024 * 1024
"""What the runs of all projects may take up together."""

_MAGIC = b"isolint-run\n"
_GRAIN = 2_000_000_000
"""Nanoseconds within which a file system may not tell two writes apart (FAT's two seconds are the worst)."""
_MOST_OUTSIDE = 20_000
_NOT_CODE = frozenset({"__pycache__", ".git", "node_modules"})
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_LIBRARIES = ("iniconfig", "msgspec", "packaging", "tree_sitter", "tree_sitter_python")
"""What decides besides our own code how text is read."""


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was: its stamp, () when there was no regular file; the digest of its bytes; and whether the stamp
    alone tells that it is still the same."""

    stamp: tuple[int, ...]
    content: bytes
    settled: bool


class _Run(msgspec.Struct, frozen=True, array_like=True):
    """What is kept. `surroundings` is a digest of all but the files."""

    surroundings: bytes
    files: dict[str, Seen]
    unread: tuple[Problem, ...]
    reports: tuple[FileReport, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Run).decode


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
        loose = [path for path in session.environment.site_packages if os.path.basename(path) not in _INSTALLED]
        outside, self._settled = self._state_of(loose, project.files)
        self._surroundings = digest(
            repr((SCHEMA, isolint.__version__, sys.version, *answering)).encode(),
            *_program(),
            outside,
            _plain(session.settings),
            _plain(session.environment),
            _plain(project),
            *_configurations(session),
        )

    def recall(self, files: Sequence[str]) -> dict[str, FileReport] | None:
        """The reports of these files as the last run over just them made them; None when any may be another now."""
        if self._session.has_buffers:
            return None
        path = self._path(files)
        body = read_sealed(path, _MAGIC)
        try:
            known = None if body is None else _decode(zlib.decompress(body))
        except (zlib.error, msgspec.DecodeError, msgspec.ValidationError):
            return None
        if known is None or known.surroundings != self._surroundings or [r.path for r in known.reports] != list(files):
            return None
        if not all(self._is_same(name, then) for name, then in known.files.items()):
            return None
        self._session.remember_unread(known.unread)
        used(path)
        return {report.path: report for report in known.reports}

    def keep(self, reports: Mapping[str, FileReport]) -> bool:
        """Keep what a complete run said of these files, in this order. False when something changed while it ran, or it
        cannot be kept."""
        if self._session.has_buffers or not self._settled:
            return False
        files: dict[str, Seen] = {}
        for path, before in self._files.items():
            now = self._seen(path)
            if now.stamp != before.stamp or (not before.settled and now.content != before.content):
                return False
            files[path] = Seen(before.stamp, now.content, before.settled)
        for path, stamp in self._session.read_stamps().items():
            if path not in files:
                # Read on the way, and not among the project's own: it must be older than the run.
                files[path] = now = self._seen(path)
                if stamp_of(path) != stamp or (now.stamp and max(now.stamp[:2]) >= self._begun - _GRAIN):
                    return False
        run = _Run(self._surroundings, files, self._session.unread, tuple(reports.values()))
        try:
            body = zlib.compress(_encode(run), 1)  # the same paths and sentences over and over
        except (UnicodeEncodeError, OverflowError):  # a name that no text can hold
            return False
        if not write_sealed(self._path(tuple(reports)), _MAGIC, body):
            return False
        prune(self._folder, "run-*", MOST_BYTES)
        return True

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
        config = session.project.config_for(os.path.join(folder, "test_.py"))
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
