"""Files in the user's cache folder: written in one piece, read only when whole, limited in number, age and size.

A file is a magic word, a checksum and typed msgpack, never pickle: a cloned repository could carry it. Whatever cannot
be read in full is no file, and what cannot be written is not kept: a cache that fails costs time and nothing else. What
is in the files, and for how long it is true, is known by those who write them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

DIGEST = 16
"""Bytes of every digest."""

OLDEST_DAYS = 60
"""Days after which a file that nobody has written or used is removed."""


def cache_folder() -> Path:
    """Our folder among the user's caches, whether it exists or not."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
        return Path(base, "isolint", "cache")
    if sys.platform == "darwin":
        return Path(os.path.expanduser("~/Library/Caches"), "isolint")
    base = os.environ.get("XDG_CACHE_HOME") or ""
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "isolint")


def digest(*parts: bytes) -> bytes:
    """A digest of the parts in order; where one ends and the next begins counts."""
    hashed = blake2b(digest_size=DIGEST)
    for part in parts:
        hashed.update(len(part).to_bytes(8, "little"))
        hashed.update(part)
    return hashed.digest()


def read_sealed(path: Path, magic: bytes) -> bytes | None:
    """What was written with that magic word; None when the file is missing, cut short, damaged or of another kind."""
    try:
        payload = path.read_bytes()
    except OSError:
        return None
    start = len(magic) + DIGEST
    body = payload[start:]
    return body if payload[:start] == magic + blake2b(body, digest_size=DIGEST).digest() else None


def write_sealed(path: Path, magic: bytes, body: bytes) -> bool:
    """Put the file there in one piece, for this user alone. False when that cannot be done; then nothing is left."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{time.monotonic_ns()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_bytes(magic + blake2b(body, digest_size=DIGEST).digest() + body)
        os.replace(temporary, path)
    except OSError:
        _remove([temporary])
        return False
    return True


def used(path: Path) -> None:
    """Say that a file is still of use."""
    try:
        os.utime(path)
    except OSError:
        return


def prune(folder: Path, pattern: str, most_bytes: int | None = None) -> None:
    """Remove files of that name pattern: those that are too old, and of the others the oldest until what is left has no
    more than `most_bytes`."""
    try:
        found = sorted(((path.stat(), path) for path in folder.glob(pattern)), key=lambda one: -one[0].st_mtime)
    except OSError:
        return
    oldest = time.time() - OLDEST_DAYS * 86_400
    total = 0
    removed = []
    for status, path in found:
        total += status.st_size
        if status.st_mtime < oldest or (most_bytes is not None and total > most_bytes):
            removed.append(path)
    _remove(removed)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            continue
