"""Writes changed source files so that each is either the old one or the new one, never half of each, and of files that
belong together all are new or none.

Of source files the encoding, the byte order mark, the line ends and the mode stay; a symbolic link stays a link and its
target is replaced. What the change is, and whether it is right, is decided elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass

from isolint.text.encoding import Undecodable, decode, encode


class WriteError(Exception):
    """The file `path` could not be replaced; it is as it was. The text is a sentence for the user, without the path."""

    path = ""


@dataclass(frozen=True, slots=True)
class Text:
    """What a file is to become: its text as analysed, and the new one (both UTF-8)."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A file that may be replaced: where it really is, what it is, what it becomes, its mode."""

    path: str
    target: str
    raw: bytes
    encoded: bytes
    mode: int


def replace_text(path: str, before: bytes, after: bytes) -> None:
    """Replace the text of `path`, as `replace_texts` does."""
    replace_texts([Text(path, before, after)])


def replace_texts(texts: Iterable[Text]) -> None:
    """Replace the texts of all these files, or of none.

    Raises WriteError when one of them has changed meanwhile, cannot be written, or cannot hold the new text in its
    encoding; all are then as they were and no temporary file is left."""
    prepared = [_prepare(text) for text in texts]
    replaced: list[_Prepared] = []
    for one in prepared:
        try:
            _replace(one.target, one.encoded, one.mode)
        except OSError as error:
            for done in replaced:
                with contextlib.suppress(OSError):  # whatever stops the writing may stop this as well
                    _replace(done.target, done.raw, done.mode)
            raise _error(one.path, f"cannot be written: {error.strerror or error}") from error
        replaced.append(one)


def _prepare(text: Text) -> _Prepared:
    target = os.path.realpath(text.path)
    try:
        with open(target, "rb") as file:
            raw = file.read()
        mode = os.stat(target).st_mode
        encoded = encode_like(raw, text.before, text.after)
    except OSError as error:
        raise _error(text.path, f"cannot be read: {error.strerror}") from error
    except WriteError as error:
        error.path = text.path
        raise
    if not os.access(target, os.W_OK):
        # Replacing needs only the folder's permission; a file that its owner protected is left alone all the same.
        raise _error(text.path, "is read-only")
    return _Prepared(text.path, target, raw, encoded, mode)


def _error(path: str, sentence: str) -> WriteError:
    error = WriteError(sentence)
    error.path = path
    return error


def write_file(path: str, content: bytes) -> None:
    """Make the file, or replace what is in it. Raises WriteError; the old file is then untouched."""
    target = os.path.realpath(path)
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        mode = 0o666 & ~_umask()
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror}") from error
    if os.path.lexists(target) and not (os.path.isfile(target) and os.access(target, os.W_OK)):
        raise WriteError("is read-only" if os.path.isfile(target) else "is no file")
    try:
        _replace(target, content, mode)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def encode_like(raw: bytes, before: bytes, after: bytes) -> bytes:
    """`after` in the encoding of the file whose bytes are `raw`, with its byte order mark if it has one.

    Raises WriteError when `raw` is not `before`, when it does not decode (writing it back would lose bytes), or when
    the encoding has no room for a character of `after`."""
    if after == before:
        return raw
    decoded = decode(raw)
    if isinstance(decoded, Undecodable):
        raise WriteError(f"cannot be read as text: {decoded.reason}")
    if decoded.text != before:
        raise WriteError("has changed meanwhile")
    encoded = encode(after, decoded.encoding)
    if isinstance(encoded, Undecodable):
        raise WriteError(f"cannot be written: {encoded.reason}")
    if encode(before, decoded.encoding) != raw:
        raise WriteError(f"cannot be written: in {decoded.encoding.name} it would not keep its other bytes")
    return encoded


def _replace(target: str, content: bytes, mode: int) -> None:
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".isolint-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode & 0o7777)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):  # the folder itself is gone: nothing more can be cleaned up
            os.unlink(temporary)
        raise
