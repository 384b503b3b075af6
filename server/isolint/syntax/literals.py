"""The value of a string literal, from its source.

Pure functions over bytes: no nodes, no facts. `ast.literal_eval` is not used, since it warns about unknown escapes, by
way of a state that threads share.
"""

from __future__ import annotations

import re
import unicodedata

OPENING = re.compile(rb"([A-Za-z]*)('''|\"\"\"|'|\")")
_ESCAPE = re.compile(
    r"\\(?:(\r\n|[\r\n])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|(.))",
    re.DOTALL,
)
_ESCAPED = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip


def _unescape(match: re.Match[str]) -> str:
    newline, octal, x, u, long_u, name, other = match.groups()
    if newline is not None:
        return ""
    if octal is not None:
        return chr(int(octal, 8))
    if name is not None:
        return unicodedata.lookup(name)
    if other is not None:
        return _ESCAPED.get(other, "\\" + other)
    return chr(int(x or u or long_u, 16))


def string_value(text: bytes) -> str | None:
    """The value of one string literal; None for what is no plain string (f, t and b prefixes, unclosed, surrogates)."""
    opening = OPENING.match(text)
    if opening is None:
        return None
    prefix, quote = opening.group(1).lower(), opening.group(2)
    start, end = opening.end(), len(text) - len(quote)
    if end < start or not text.endswith(quote) or b"b" in prefix or b"f" in prefix or b"t" in prefix:
        return None
    body = text[start:end].decode("utf-8", "replace")
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")  # Python normalises line ends before it reads strings
    if "\\" in body and b"r" not in prefix:
        try:
            body = _ESCAPE.sub(_unescape, body)
            body.encode("utf-8")  # a lone surrogate cannot be stored
        except (ValueError, KeyError, OverflowError):
            return None
    return body
