"""The edits of the fix of event loops that are started by hand in a sync test, and what it offers.

Which calls can be rewritten is decided in `loops`, what the text looks like in `rewrite`.
"""

from __future__ import annotations

from isolint.fixes.awaits import RefusedError
from isolint.fixes.helper import has_helper, helper_edit, receiver_of
from isolint.fixes.imports import Wanted, import_edits
from isolint.fixes.loops import Loops, of_test
from isolint.fixes.plan import Plan
from isolint.fixes.rewrite import body_edits
from isolint.fixes.sound import holds, sound
from isolint.fixes.to_sync import Form
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Store
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit

ALL = -1
"""In the place of one call: all with which the test leaves its connection."""


def plan(store: Store, item: TestItem, start: int) -> Plan:
    """What the fix offers for the call at `start` in the test's chunk."""
    title = f"Run it on the connection of {item.id.name}, through async_to_sync"
    found = of_test(store, (item, start))
    if isinstance(found, str):
        return Plan("none", title, found)
    return Plan("unsafe" if found.unsafe else "safe", title, found.unsafe)


def edits(store: Store, item: TestItem, start: int, source: SourceFile, form: Form) -> tuple[Edit, ...] | str:
    """The edits of the call at `start` (or of `ALL`) in offsets of `source`; or why there are none."""
    found = of_test(store, (item, start))
    if isinstance(found, str):
        return found
    try:
        made = _made(store, item, source, form, found)
    except RefusedError as refused:
        return str(refused)
    return sound(source, item.ref.chunk, made)


def _made(store: Store, item: TestItem, source: SourceFile, form: Form, found: Loops) -> tuple[Edit, ...]:
    key = item.ref.chunk
    chunk = source.chunk(key)
    if chunk is None or not holds(chunk, found.function):
        raise RefusedError("its source has changed")
    if chunk.flawed or chunk.broken:
        raise RefusedError("it has a syntax error")
    receiver = receiver_of(item, found.function) if form == "helper" else None
    helped = [s for s in found.steps if receiver is not None and s.renamed is None]
    offset = source.start(key)
    body = body_edits(source.source(key), found.function, found.steps, None, receiver)
    made = [Edit(e.start + offset, e.end + offset, e.text) for e in body]
    adds_helper = bool(helped) and not has_helper(store, item)
    if adds_helper:
        made.append(helper_edit(store, source, item))
    bridged = any(s.renamed is None and s not in helped for s in found.steps)
    wanted = [Wanted("asgiref.sync", "async_to_sync")] if adds_helper or bridged else []
    made += import_edits(source, key, made, wanted)
    return tuple(sorted(dict.fromkeys(made)))
