"""Rewriting one function: the same for every fix, whatever it makes of the function.

The function must be what was known of it, the parts of the new text are put together with the imports that they need,
and the result must be sound. What changes in the body is `rewrite`, in the imports `imports`; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from isolint.fixes.awaits import RefusedError, Rename, Step
from isolint.fixes.imports import Wanted, import_edits, module_of
from isolint.fixes.sound import holds, sound
from isolint.syntax import facts as f
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit

BRIDGE = Wanted("asgiref.sync", "async_to_sync")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What becomes of a function: edits `inside` its chunk (in offsets of the chunk) and `around` it (in offsets of the
    file), and the names that they need."""

    inside: Sequence[Edit]
    wanted: Sequence[Wanted]
    around: Sequence[Edit] = ()


def rewritten(
    source: SourceFile, key: str, function: f.Function, make: Callable[[bytes], Rewriting]
) -> tuple[Edit, ...] | str:
    """The edits of a function in the chunk `key`, in offsets of `source`, its file as the store knows it; or why there
    are none. `make` is given the text of the chunk, and raises RefusedError where nothing can be made of it."""
    chunk = source.chunk(key)
    if chunk is None or not holds(chunk, function):
        return "its source has changed"
    if chunk.flawed or chunk.broken:
        return "it has a syntax error"
    start = source.start(key)
    try:
        parts = make(source.source(key))
        made = [*(Edit(e.start + start, e.end + start, e.text) for e in parts.inside), *parts.around]
        made += import_edits(source, key, made, list(dict.fromkeys(parts.wanted)))
    except RefusedError as refused:
        return str(refused)
    return sound(source, key, tuple(sorted(dict.fromkeys(made))))


def renamed(source: SourceFile, steps: Iterable[Step]) -> list[Wanted]:
    """The sync forms of imported functions that these steps call instead."""
    names = [step.name for step in steps if isinstance(step, Rename) and step.imported]
    return [Wanted(module_of(source, f"a{name}"), name) for name in names]
