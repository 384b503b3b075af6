"""The files a project consists of: open buffers over the disk, as an immutable snapshot.

All reading of user files goes through here, so that an unsaved buffer wins over the disk everywhere and nothing that a
file system can hold (missing or unreadable files, folders named `x.py`, link loops, FIFOs, devices, huge or binary
files) raises or blocks. What is *in* a file is none of this module's business.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from isolint.text.encoding import Encoding, Undecodable, decode
from isolint.workspace.shapes import Problem

MAX_BYTES = 5 * 1024 * 1024
"""Python files larger than this are data: reading them would stall an editor for nothing."""

Read = Callable[[str], bytes | None]
"""How configuration is read: an absolute path to the raw bytes of a regular file, or None when there is none."""

# Opening must never wait for the other end of a FIFO, become the controlling terminal, or leak into a child process.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells cheaply whether a file on disk changed: modification time in nanoseconds, size in bytes, inode."""

    mtime_ns: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file as read: its text as UTF-8 bytes without a byte order mark, or None with the problem that says why.

    `stamp` belongs to the bytes read and `encoding` to the file on disk; an open buffer has no stamp."""

    path: str
    data: bytes | None
    problem: Problem | None = None
    stamp: Stamp | None = None
    encoding: Encoding = field(default_factory=Encoding)


@dataclass(frozen=True, slots=True)
class Files:
    """Open buffers (absolute path to UTF-8 bytes) over the disk. Immutable: a change makes a new one."""

    buffers: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


def with_buffer(files: Files, path: str, data: bytes) -> Files:
    """The same files with the buffer of `path` opened or replaced; `data` is UTF-8."""
    return Files(MappingProxyType({**files.buffers, path: data}))


def without_buffer(files: Files, path: str) -> Files:
    """The same files with the buffer of `path` closed: the disk counts again."""
    return Files(MappingProxyType({name: data for name, data in files.buffers.items() if name != path}))


def reader(files: Files) -> Read:
    """The `Read` of these files, for configuration: buffers first, then regular files on disk."""

    def read(path: str) -> bytes | None:
        buffer = files.buffers.get(path)
        if buffer is not None:
            return buffer
        data, _, _ = _read_disk(path)
        return data

    return read


def read_source(files: Files, path: str) -> Source:
    """The Python file at the absolute `path`, decoded by its own declaration (PEP 263). Never raises, never blocks."""
    buffer = files.buffers.get(path)
    if buffer is not None:
        return Source(path, buffer)
    data, stamp, trouble = _read_disk(path)
    if data is None:
        return Source(path, None, Problem(path, 0, trouble), stamp)
    decoded = decode(data)
    if isinstance(decoded, Undecodable):
        return Source(path, None, Problem(path, decoded.line, decoded.reason), stamp)
    return Source(path, decoded.text, None, stamp, decoded.encoding)


def text_on_disk(path: str) -> bytes | None:
    """The text of a file as it is on disk, as UTF-8, whatever buffers say; None where there is none to be read."""
    return read_source(Files(), path).data


def upwards(folder: str) -> Iterator[str]:
    """The folder and its parents, up to the root of the file system."""
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        yield parent
        folder = parent


def stamp_of(path: str) -> Stamp | None:
    """The stamp of a regular file on disk (links followed), None when there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return _stamp(status) if stat.S_ISREG(status.st_mode) else None


def is_file(files: Files, path: str) -> bool:
    """Whether `path` is an open buffer or a regular file on disk."""
    return path in files.buffers or stamp_of(path) is not None


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)


def _read_disk(path: str) -> tuple[bytes | None, Stamp | None, str]:
    """The bytes and stamp of a regular file, or None and why not. ValueError is what a NUL in a path raises."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            # Decided before opening: opening a device can have effects of its own.
            return None, None, f"skipped: {_kind(status.st_mode)}"
        if status.st_size > MAX_BYTES:
            size = status.st_size / (1024 * 1024)
            return None, _stamp(status), f"skipped: {size:.1f} MB is more than {MAX_BYTES // (1024 * 1024)} MB"
        descriptor = os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        return None, None, f"cannot be read: {_reason(error)}"
    try:
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):  # replaced between the two calls
                return None, None, f"skipped: {_kind(status.st_mode)}"
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return None, None, f"cannot be read: {_reason(error)}"
    if len(data) > MAX_BYTES:
        return None, _stamp(status), f"skipped: more than {MAX_BYTES // (1024 * 1024)} MB"
    return data, _stamp(status), ""


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)
