"""File paths and `file:` URIs. Other schemes (untitled buffers, notebook cells, version control) have no path.

The client's own spelling of a URI is kept by the documents; here only paths that no document has are spelled.
"""

from __future__ import annotations

import os
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit


def to_path(uri: str) -> str | None:
    """The absolute, normalised path of a `file:` URI, or None for anything else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or not parts.path:
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if "\0" in path:
        return None
    if os.name == "nt":
        path = f"//{parts.netloc}{path}" if parts.netloc not in ("", "localhost") else path.lstrip("/")
    return os.path.normpath(path)


def to_uri(path: str) -> str:
    """The `file:` URI of an absolute path."""
    path = path.replace(os.sep, "/")
    if path.startswith("//") and os.name == "nt":
        return "file:" + quote_from_bytes(os.fsencode(path), safe="/")
    return "file://" + quote_from_bytes(os.fsencode(path if path.startswith("/") else "/" + path), safe="/:~")
