"""Answers kept on disk between runs: one file per environment in the user's cache folder.

The file's name is a digest of everything the answers depend on, so a stored answer is never out of date; a file that
cannot be read in full is no file. Typed msgpack with a checksum, never pickle. Nothing is asked or inferred here.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import msgspec

from isolint import __version__
from isolint.names.origin import Answer, ExpressionQuestion, PlaceQuestion, Question
from isolint.store.disk import DIGEST, prune, read_sealed, write_sealed
from isolint.workspace.shapes import Environment

SCHEMA = 2
"""Raised whenever the meaning or the shape of an answer changes without a new version of isolint."""

_MAGIC = b"isolint-answers\n"

_encode = msgspec.msgpack.Encoder().encode
_decode_entries = msgspec.msgpack.Decoder(dict[bytes, msgspec.Raw]).decode
_decode_answer = msgspec.msgpack.Decoder(Answer).decode


def fingerprint(environment: Environment, *versions: str) -> str:
    """A digest that changes when any distribution of the environment comes, goes or changes its version or place, when
    its Python changes, and with our own version; `versions` are those of the libraries that answer."""
    parts = [str(SCHEMA), __version__, *versions, repr(environment.python_version), environment.stdlib or ""]
    parts += environment.site_packages
    parts += sorted(f"{each.name}=={each.version}@{each.location}" for each in environment.distributions.values())
    return blake2b("\0".join(parts).encode(), digest_size=DIGEST).hexdigest()


def key_of(question: Question, salt: str = "") -> bytes:
    """The key of a question: short for names and modules, a digest for the text of an expression's file.

    `salt` stands for whatever else an expression's answer depends on: the state of the project's other files."""
    match question:
        case ExpressionQuestion():
            state = salt
        case PlaceQuestion():
            state = f"place {question.revision}"
        case _:
            return _encode(question)
    digest = blake2b(question.source.encode("utf-8", "surrogatepass"), digest_size=DIGEST)
    digest.update(f"\0{state}\0{question.path}\0{question.line}\0{question.column}".encode("utf-8", "surrogatepass"))
    return digest.digest()


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
        if not write_sealed(self.path, _MAGIC, _encode(entries)):
            return False
        self._entries, self._added = entries, {}
        prune(self.path.parent, "answers-*")
        return True


def read_entries(path: Path) -> dict[bytes, msgspec.Raw]:
    """The entries of a file; none when it is missing, cut short, damaged or of another schema."""
    body = read_sealed(path, _MAGIC)
    if body is None:
        return {}
    try:
        return _decode_entries(body)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return {}
