"""The fix "to a sync test": work that left the test's transaction comes home, and what is left to await goes through
`async_to_sync`.

`plan` says cheaply whether a test can be rewritten, `edits` makes the text edits on demand. What is decided about the
test stands in `conversion`; what the text looks like in `rewrite`, `marks`, `imports` and `helper`.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from isolint.fixes.awaits import RefusedError, Rename
from isolint.fixes.conversion import Conversion, conversion
from isolint.fixes.helper import has_helper, helper_edit, receiver_of
from isolint.fixes.imports import Wanted, import_edits
from isolint.fixes.marks import mark_edits
from isolint.fixes.plan import Plan
from isolint.fixes.rewrite import body_edits
from isolint.fixes.walk import Node, children, walk
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f
from isolint.syntax.source import Chunk, SourceFile
from isolint.text.edits import Edit, apply

Form = Literal["direct", "helper"]


def title(item: TestItem) -> str:
    """What the action is called."""
    return f"Convert {item.id.name} to a sync test"


def _plan(store: Store, item: TestItem) -> Plan:
    found = conversion(store, item)
    if isinstance(found, str):
        return Plan("none", title(item), found)
    return Plan("unsafe" if found.unsafe else "safe", title(item), found.unsafe)


plan: Query[TestItem, Plan] = Query("plan to sync", _plan)
"""What the fix offers for a test; from facts and the Trace alone."""


def edits(store: Store, item: TestItem, source: SourceFile, form: Form) -> tuple[Edit, ...] | str:
    """The edits that convert a test, in offsets of `source`, the file that holds its `def` as the store knows it; or
    why there are none. `form` is how the await that is left is bridged (`Settings.fix_form`).

    The result parses as well as the file did, and the test in it is a sync function without awaits."""
    found = conversion(store, item)
    if isinstance(found, str):
        return found
    try:
        made = _made(store, item, source, form, found)
    except RefusedError as refused:
        return str(refused)
    return _checked(item, source, made)


def _made(store: Store, item: TestItem, source: SourceFile, form: Form, found: Conversion) -> tuple[Edit, ...]:
    key = item.ref.chunk
    chunk = source.chunk(key)
    if chunk is None or not _holds(chunk, found.function):
        raise RefusedError("its source has changed")
    if chunk.flawed or chunk.broken:
        raise RefusedError("it has a syntax error")
    receiver = receiver_of(item, found.function) if form == "helper" and found.is_bridged else None
    start = source.start(key)
    body = body_edits(source.source(key), found.function, found.steps, found.inner, receiver)
    made = [Edit(e.start + start, e.end + start, e.text) for e in body]
    others = [t for t in tests_of(store, item.id.path) if t.is_async and t.ref != item.ref]
    made += mark_edits(source, item, marks_of(store, item.id), others)
    adds_helper = receiver is not None and not has_helper(store, item)
    if adds_helper:
        made.append(helper_edit(store, source, item))
    wanted: list[Wanted] = []
    if adds_helper or (found.is_bridged and receiver is None):
        wanted.append(Wanted("asgiref.sync", "async_to_sync"))
    names = [step.name for step in found.steps if isinstance(step, Rename) and step.imported]
    wanted += [Wanted(_module_of(source, f"a{name}"), name) for name in names]
    made += import_edits(source, key, made, dict.fromkeys(wanted))
    return tuple(sorted(dict.fromkeys(made)))


def _holds(chunk: Chunk, function: f.Function) -> bool:
    return any(
        node == function for statement in chunk.facts for node in walk(statement) if isinstance(node, f.Function)
    )


def _module_of(source: SourceFile, name: str) -> str:
    """The module from which the file imports a name."""
    for chunk in source.chunks:
        if chunk.kind == "statements" and not chunk.owner:
            for statement in chunk.facts:
                if isinstance(statement, f.ImportFrom) and any(
                    n.name == name and n.alias is None for n in statement.names
                ):
                    return "." * statement.level + statement.module
    raise RefusedError(f"{name} is not imported by a plain from-import")


def _checked(item: TestItem, source: SourceFile, made: tuple[Edit, ...]) -> tuple[Edit, ...] | str:
    """The edits, when the file with them parses as well as without and the test is sync."""
    try:
        after = source.updated(apply(source.text, made))
    except ValueError:
        return "its parts overlap in a way that cannot be rewritten"
    flawed = {chunk.key for chunk in source.chunks if chunk.flawed or chunk.broken}
    chunk = after.chunk(item.ref.chunk)
    if chunk is None or any(c.flawed or c.broken for c in after.chunks if c.key not in flawed):
        return "the result would not parse"
    before = source.chunk(item.ref.chunk)
    if before is None or _strings(before) != _strings(chunk):
        return "a string in it would change"
    for statement in chunk.facts:
        if any(_awaits(node) for node in walk(statement) if isinstance(node, f.Function) and not node.is_async):
            return "something in it would still be awaited"
    return made


def _strings(chunk: Chunk) -> Counter[str]:
    """The strings in the bodies of a chunk's functions: what moves a step further in must leave them as they are."""
    return Counter(
        node.value
        for function in chunk.facts
        if isinstance(function, f.Function)
        for statement in function.body
        for node in walk(statement)
        if isinstance(node, f.Constant) and isinstance(node.value, str)
    )


def _awaits(function: f.Function) -> bool:
    """Whether a sync function awaits something itself."""
    todo: list[Node] = list(children(function))
    while todo:
        node = todo.pop()
        if isinstance(node, f.Await) or (isinstance(node, f.With | f.For) and node.is_async):
            return True
        if not isinstance(node, f.Function):
            todo += children(node)
    return False
