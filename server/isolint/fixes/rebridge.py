"""The edits of the fix of event loops that are started by hand in a sync test, and what it offers.

Which calls can be rewritten is decided in `loops`, what the text looks like in `rewrite`.
"""

from __future__ import annotations

from isolint.fixes.helper import has_helper, helper_edit, receiver_of
from isolint.fixes.loops import Loops, of_test
from isolint.fixes.plan import Plan
from isolint.fixes.rewrite import body_edits
from isolint.fixes.rewriting import BRIDGE, Rewriting, rewritten
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
    return rewritten(source, item.ref.chunk, found.function, lambda text: _made(store, item, source, form, found, text))


def _made(store: Store, item: TestItem, source: SourceFile, form: Form, found: Loops, text: bytes) -> Rewriting:
    receiver = receiver_of(item, found.function) if form == "helper" else None
    helped = [s for s in found.steps if receiver is not None and s.renamed is None]
    inside = body_edits(text, found.function, found.steps, None, receiver)
    adds_helper = bool(helped) and not has_helper(store, item)
    around = [helper_edit(store, source, item)] if adds_helper else []
    bridged = any(s.renamed is None and s not in helped for s in found.steps)
    return Rewriting(inside, [BRIDGE] if adds_helper or bridged else [], around)
