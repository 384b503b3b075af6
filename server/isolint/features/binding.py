"""Which files may bind a name otherwise than as a parameter: read from their bytes, so that files which only use it
need not be parsed.

Everything here is a filter that may say "yes" too often. What a name means is none of this.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache

from isolint.check.session import Session
from isolint.check.words import outside_functions
from isolint.syntax.source import SourceFile
from isolint.workspace.discovery import is_conftest


def binds(session: Session, path: str, name: str) -> bool:
    """Whether a file may bind a name, or say in a string that something has it: by `def`, an assignment, an import."""
    return session.recall(("binds", path, name), lambda: _found(session, path, _binding(name)))


def defined(session: Session, path: str, name: str) -> int:
    """How often a file may bind a name."""
    return session.recall(
        ("defined", path, name),
        lambda: len(_binding(name).findall(_outside(session, path))),
    )


def binds_within_class(session: Session, path: str, name: str) -> bool:
    """Whether a class of a file may bind a name."""
    return session.recall(("binds within", path, name), lambda: _found(session, path, _indented(name)))


def by_another_name(session: Session, path: str, name: str) -> bool:
    """Whether a module may bind what has this name to another one: it says it outside of functions and classes."""
    return session.recall(
        ("another name", path, name), lambda: _alone(name).search(_outermost(session, path)) is not None
    )


@lru_cache(256)
def _alone(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w\x80-\xff])" + re.escape(name.encode()) + rb"(?![\w\x80-\xff])")


@lru_cache(256)
def _binding(name: str) -> re.Pattern[bytes]:
    word = _alone(name).pattern
    return re.compile(
        rb"\b(?:def|class|as)[ \t]+" + word  # also of a decorated one, in a class or under a condition
        + rb"|" + word + rb"\s*(?::[^=\n]*)?=(?!=)"  # an assignment, or a keyword of a call
        + rb"|" + word + rb"\s*,[^\n=]*=(?!=)"  # one of several targets
        + rb"|\bimport\b(?:[^\n]|(?<=\\)\n)*?" + word
        + rb"|\bimport\s*\((?:[^)#]|#[^\n]*+\n)*?" + word
        + rb"|[\"'][\w\s,\x80-\xff]*" + word
    )  # fmt: skip


@lru_cache(256)
def _indented(name: str) -> re.Pattern[bytes]:
    word = _alone(name).pattern
    return re.compile(rb"(?m)^[ \t]+(?:(?:async[ \t]+)?def[ \t]+" + word + rb"|" + word + rb"\s*(?::[^=\n]*)?=(?!=))")


def _found(session: Session, path: str, pattern: re.Pattern[bytes]) -> bool:
    """Whether a file has something outside of the bodies of its functions. What those say (a variable, the keyword of a
    call, the key of a dictionary) is most of a test file and binds nothing that others see."""
    return pattern.search(_outside(session, path)) is not None


def _outside(session: Session, path: str) -> bytes:
    return session.recall(("outside functions", path), lambda: outside_functions(session.text_of(path)))


_BLOCK = re.compile(
    rb"(?m)^(?:async[ \t]+def|def|class)[ \t][^\n]*\n(?:[ \t]*\r?\n|[ \t]+[^\n]*(?:\n|\Z)|[)\]][^\n]*\n)*"
)


def _outermost(session: Session, path: str) -> bytes:
    """The text without its outermost functions and classes; a docstring that goes to the margin ends one early."""
    return _BLOCK.sub(b"", session.text_of(path))


# --- who inherits -----------------------------------------------------------------------------------------------------


def inheriting(session: Session, source: SourceFile) -> tuple[str, ...]:
    """The test files that may collect tests which another file has: by a class that they inherit from, through others
    or under another name, or by an import."""
    names = {
        chunk.owner[0] if chunk.owner else chunk.name or ""
        for chunk in source.chunks
        if chunk.kind == "function" and b"test" in source.source(chunk.key)
    } - {""}
    module = os.path.basename(source.path).removesuffix(".py")
    if module == "__init__":
        module = os.path.basename(os.path.dirname(source.path))
    found = set(session.search.files_with("import *", among=session.search.files_with(module)))
    grown = bool(names)
    while grown:
        naming = set(session.search.files_with(*names))
        found |= naming & session.listing.tests
        before = len(names)
        for path in naming - session.listing.tests - {source.path}:
            if not is_conftest(path):
                names |= _passed_on(session.text_of(path), names)
        grown = len(names) > before
    return tuple(sorted(found & session.listing.tests))


def _passed_on(text: bytes, names: Iterable[str]) -> set[str]:
    """The names of classes that have one of these among their bases, and other names that these are given."""
    words = rb"\b(?:" + rb"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\b"
    bases = rb"\bclass\s+(\w+)\s*\([^)]*?" + words
    aliases = words + rb"\s+as\s+(\w+)"
    assigned = rb"(?m)^[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=[ \t]*[\w.]*?" + words + rb"[ \t]*(?:#[^\n]*)?\r?$"
    found = (match for pattern in (bases, aliases, assigned) for match in re.findall(pattern, text))
    return {match.decode("utf-8", "replace") for match in found}
