"""The fix "to a sync test": work that left the test's transaction comes home, and what is left to await goes through
`async_to_sync`.

`plan` says cheaply whether a test can be rewritten, `edits` makes the text edits on demand. What is decided about the
test stands in `conversion`; what the text looks like in `rewrite`, `marks`, `imports` and `helper`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from isolint.fixes.channels import PATCHED
from isolint.fixes.conversion import Conversion, conversion
from isolint.fixes.helper import has_helper, helper_edit, receiver_of
from isolint.fixes.imports import Wanted
from isolint.fixes.marks import decorator_above, mark_edits
from isolint.fixes.plan import Plan
from isolint.fixes.rewrite import body_edits
from isolint.fixes.rewriting import BRIDGE, Rewriting, renamed, rewritten
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Query, Store
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit

Form = Literal["direct", "helper"]


def title(item: TestItem, fixtures: Sequence[str] = ()) -> str:
    """What the action is called. `fixtures` are those that are converted with the test."""
    if not fixtures:
        return f"Convert {item.id.name} to a sync test"
    return f"Convert {item.id.name} and {', '.join(f'fixture {name}' for name in fixtures)} to sync"


def _plan(store: Store, item: TestItem) -> Plan:
    found = conversion(store, item)
    if isinstance(found, str):
        return Plan("none", title(item), found)
    what = title(item, found.fixtures)
    return Plan("unsafe" if found.unsafe else "safe", what, found.unsafe)


plan: Query[TestItem, Plan] = Query("plan to sync", _plan)
"""What the fix offers for a test; from facts and the Trace alone."""


def edits(store: Store, item: TestItem, source: SourceFile, form: Form) -> tuple[Edit, ...] | str:
    """The edits that convert a test, in offsets of `source`, the file that holds its `def` as the store knows it; or
    why there are none. `form` is how the await that is left is bridged (`Settings.fix_form`).

    The result parses as well as the file did, and the test in it is a sync function without awaits."""
    found = conversion(store, item)
    if isinstance(found, str):
        return found
    return rewritten(source, item.ref.chunk, found.function, lambda text: _made(store, item, source, form, found, text))


def _made(store: Store, item: TestItem, source: SourceFile, form: Form, found: Conversion, text: bytes) -> Rewriting:
    receiver = receiver_of(item, found.function) if form == "helper" and found.is_bridged else None
    inside = body_edits(text, found.function, found.steps, found.inner, receiver)
    around = mark_edits(store, source, item)
    adds_helper = receiver is not None and not has_helper(store, item)
    if adds_helper:
        around.append(helper_edit(store, source, item))
    wanted = [BRIDGE] if adds_helper or (found.is_bridged and receiver is None) else []
    if found.patch:
        inside.append(decorator_above(text, found.function, f"{found.patch}({PATCHED})"))
        wanted += [Wanted("unittest.mock", "patch")] if found.patch == "patch" else []
    return Rewriting(inside, [*wanted, *renamed(source, found.steps)], around)
