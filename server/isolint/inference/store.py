"""Answers kept on disk between runs: one file per environment in the user's cache folder.

The file's name is a digest of everything the answers depend on, so a stored answer is never out of date; a file that
cannot be read in full is no file. Typed msgpack with a checksum, never pickle. Nothing is asked or inferred here.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import msgspec

from isolint import __version__
from isolint.names.origin import Answer, ExpressionQuestion, Question
from isolint.workspace.shapes import Environment

SCHEMA = 2
"""Raised whenever the meaning or the shape of an answer changes without a new version of isolint."""

_MAGIC = b"isolint-answers\n"
_DIGEST = 16
_OLDEST_DAYS = 60

_encode = msgspec.msgpack.Encoder().encode
_decode_entries = msgspec.msgpack.Decoder(dict[bytes, msgspec.Raw]).decode
_decode_answer = msgspec.msgpack.Decoder(Answer).decode


def cache_folder() -> Path:
    """Our folder among the user's caches, whether it exists or not."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
        return Path(base, "isolint", "cache")
    if sys.platform == "darwin":
        return Path(os.path.expanduser("~/Library/Caches"), "isolint")
    base = os.environ.get("XDG_CACHE_HOME") or ""
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "isolint")


def fingerprint(environment: Environment, *versions: str) -> str:
    """A digest that changes when any distribution of the environment comes, goes or changes its version or place, when
    its Python changes, and with our own version; `versions` are those of the libraries that answer."""
    parts = [str(SCHEMA), __version__, *versions, repr(environment.python_version), environment.stdlib or ""]
    parts += environment.site_packages
    parts += sorted(f"{each.name}=={each.version}@{each.location}" for each in environment.distributions.values())
    return blake2b("\0".join(parts).encode(), digest_size=_DIGEST).hexdigest()


def key_of(question: Question, salt: str = "") -> bytes:
    """The key of a question: short for names and modules, a digest for the text of an expression's file.

    `salt` stands for whatever else an expression's answer depends on: the state of the project's other files."""
    if isinstance(question, ExpressionQuestion):
        digest = blake2b(question.source.encode("utf-8", "surrogatepass"), digest_size=_DIGEST)
        digest.update(f"\0{salt}\0{question.path}\0{question.line}\0{question.column}".encode("utf-8", "surrogatepass"))
        return digest.digest()
    return _encode(question)


class AnswerStore:
    """The stored answers of one environment. Not thread-safe; the owner locks."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"answers-{name}.bin"
        self._entries = read_entries(self.path)
        self._added: dict[bytes, msgspec.Raw] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: bytes) -> Answer | None:
        """The stored answer, or None; one that cannot be decoded is None."""
        raw = self._entries.get(key)
        if raw is None:
            return None
        try:
            return _decode_answer(raw)
        except (msgspec.DecodeError, msgspec.ValidationError):
            del self._entries[key]
            return None

    def add(self, key: bytes, answer: Answer) -> None:
        """Keep an answer; it is on disk after the next `save`."""
        self._entries[key] = self._added[key] = msgspec.Raw(_encode(answer))

    def save(self) -> bool:
        """Write what was added, together with what other processes wrote meanwhile. False when there was nothing to
        write or the folder cannot be written; then the answers stay in memory."""
        if not self._added:
            return False
        entries = {**read_entries(self.path), **self._added}
        body = _encode(entries)
        payload = _MAGIC + blake2b(body, digest_size=_DIGEST).digest() + body
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}-{time.monotonic_ns()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(payload)
            os.replace(temporary, self.path)
        except OSError:
            _remove([temporary])
            return False
        self._entries, self._added = entries, {}
        _remove_old(self.path.parent)
        return True


def read_entries(path: Path) -> dict[bytes, msgspec.Raw]:
    """The entries of a file; none when it is missing, cut short, damaged or of another schema."""
    try:
        payload = path.read_bytes()
    except OSError:
        return {}
    start = len(_MAGIC) + _DIGEST
    body = payload[start:]
    if payload[:start] != _MAGIC + blake2b(body, digest_size=_DIGEST).digest():
        return {}
    try:
        return _decode_entries(body)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return {}


def _remove_old(folder: Path) -> None:
    oldest = time.time() - _OLDEST_DAYS * 86_400
    try:
        found = [path for path in folder.glob("answers-*") if path.stat().st_mtime < oldest]
    except OSError:
        return
    _remove(found)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            continue
