"""A file's raw bytes to UTF-8 text and back: byte order mark, PEP 263 cookie, and errors as values.

All text in the house is UTF-8 bytes without a byte order mark; what a file had on disk is remembered in its `Encoding`.
Nothing here opens files, and nothing here raises for what a file contains.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOM = codecs.BOM_UTF8
# PEP 263: in the first or second line, the first being blank or a comment too.
_COOKIE = re.compile(rb"[ \t\f]*+#.*?coding[:=][ \t]*+([-\w.]+)")
_NO_CODE = re.compile(rb"[ \t\f]*+(?:#[^\r\n]*)?\Z")
# Codecs of Python that are no text encodings, or run for ever on hostile input: a file never gets to name them.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is written on disk: the codec's name and whether it begins with a byte order mark."""

    name: str = "utf-8"
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file as UTF-8 bytes without byte order mark, and what is needed to write it back."""

    text: bytes
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A file that is no Python text: why, for people, and on which line (from 1; 0 when no line is to blame)."""

    reason: str
    line: int


def decode(raw: bytes) -> Decoded | Undecodable:
    """The text of a file's bytes, read as Python reads source files (PEP 263): UTF-8 unless a cookie names another."""
    bom = raw.startswith(_BOM)
    body = raw[len(_BOM) :] if bom else raw
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Undecodable("the file is UTF-16, which Python does not read as source", 1)
    named = _cookie(body)
    nul = body.find(b"\0")
    if nul >= 0:
        return Undecodable("the file contains NUL bytes: it is binary, not text", _line_of(body, nul))
    if named is None:
        return _decode_utf8(body, Encoding("utf-8", bom))
    name, line = named
    codec = _codec(name)
    if codec is None:
        return Undecodable(f"the file names an unknown encoding, {name!r}", line)
    if codec == "utf-8":
        return _decode_utf8(body, Encoding("utf-8", bom))
    if bom:
        return Undecodable(f"the file has a UTF-8 byte order mark and names the encoding {name!r}", line)
    try:
        text = body.decode(codec)
        return Decoded(text.encode("utf-8"), Encoding(codec))
    except UnicodeDecodeError as error:
        return Undecodable(f"byte 0x{body[error.start]:02x} is not {codec}", _line_of(body, error.start))
    except (UnicodeError, LookupError, ValueError) as error:
        return Undecodable(f"the file cannot be read as {codec}: {error}", line)


def encode(text: bytes, encoding: Encoding) -> bytes | Undecodable:
    """The bytes to write to disk for UTF-8 `text`; `Undecodable` when a character does not exist in the encoding."""
    if encoding.name == "utf-8":
        return _BOM + text if encoding.bom else text
    decoded = text.decode("utf-8", "surrogateescape")
    try:
        return decoded.encode(encoding.name)
    except UnicodeEncodeError as error:
        line = _line_of(decoded[: error.start].encode("utf-8", "surrogateescape"), None)
        return Undecodable(f"{decoded[error.start]!r} does not exist in {encoding.name}", line)
    except (UnicodeError, LookupError, ValueError) as error:
        return Undecodable(f"the text cannot be written as {encoding.name}: {error}", 0)


def _decode_utf8(body: bytes, encoding: Encoding) -> Decoded | Undecodable:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte 0x{body[error.start]:02x} is not UTF-8, and no encoding is named"
        return Undecodable(reason, _line_of(body, error.start))
    return Decoded(body, encoding)


def _cookie(body: bytes) -> tuple[str, int] | None:
    """The encoding that the file names, and on which line (1 or 2)."""
    lines = body[:1024].splitlines()[:2]
    for number, line in enumerate(lines, 1):
        match = _COOKIE.match(line)
        if match:
            return match.group(1).decode("ascii", "replace"), number
        if not _NO_CODE.match(line):
            return None
    return None


def _codec(name: str) -> str | None:
    """The canonical name of a text codec; None for what Python does not know or no source file may use."""
    try:
        info = codecs.lookup(name)
        "a".encode(name)  # raises LookupError for codecs that are no text encodings (hex, zip, rot13)
    except (LookupError, UnicodeError, ValueError):
        return None
    canonical = "utf-8" if info.name in {"utf-8", "utf-8-sig"} else info.name
    return None if canonical.replace("-", "_") in _REFUSED or canonical.startswith(("utf-16", "utf-32")) else canonical


def _line_of(body: bytes, offset: int | None) -> int:
    """The number, from 1, of the line that an offset (None: the end) is on."""
    before = body if offset is None else body[:offset]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1
