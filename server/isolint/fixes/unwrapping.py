"""The text edits by which an await goes that is a hop: `await hop(f)(x)` and `await run(None, f, x)` become `f(x)`, the
body of a lambda without parameters stands for its call. Where comments stand between the parts, brackets stay around
them, so that none is lost."""

from __future__ import annotations

import re

from isolint.fixes.awaits import RefusedError, Unhop, Unrun, Unwrap
from isolint.fixes.pieces import (
    COMMENT,
    SPACE,
    WORD,
    behind_line,
    delete,
    indent_at,
    is_empty,
    is_open,
    line_start,
    line_stop,
    string_end,
    with_text,
)
from isolint.fixes.walk import walk
from isolint.syntax import facts as f
from isolint.text.edits import Edit

AWAIT = re.compile(rb"await(?:[ \t\f]|\\\r?\n|\r?\n)*")
_LAMBDA = re.compile(rb"lambda[ \t\f]*:[ \t\f]*")
_COMMENTS = re.compile(rb"#[^\r\n]*")
_PRIMARY = (f.Name, f.Attribute, f.Call, f.Subscript, f.Mapping, f.Comprehension)

Moved = tuple[list[Edit], list[Edit]]
"""The edits, and those that only move lines of the payload, where nothing else changes them."""


def drop_await(text: bytes, node: f.Await, parent: object) -> list[Edit]:
    """Delete the word `await`; also brackets that only it needed, as in `(await x.aget()).name`."""
    start = node.span[0]
    found = AWAIT.match(text, start)
    return [delete(text, start, found.end() if found else start), *loose(text, node, parent)]


def _tight(text: bytes, node: f.Await, parent: object) -> tuple[int, int] | None:
    """The start of the `(` and the end of the `)` directly around an await that is the start of a longer primary."""
    outer = (
        parent.value
        if isinstance(parent, f.Attribute | f.Subscript)
        else parent.func
        if isinstance(parent, f.Call)
        else None
    )
    if outer is not node or not isinstance(parent, f.Attribute | f.Subscript | f.Call):
        return None
    start, end = node.span
    if parent.span[0] != start - 1 or text[start - 1 : start] != b"(" or text[end : end + 1] != b")":
        return None
    if WORD.match(text[start - 2 : start - 1]):  # `if(await x).y` needs something between the words
        return None
    return None if is_open(text[start:end]) else (start - 1, end + 1)


def unwrap(text: bytes, step: Unwrap) -> Moved:
    """`await hop(f)(x)` becomes `f(x)`. Raises RefusedError."""
    try:
        return _unwrapped(text, step), _dedent(text, step)
    except RefusedError:
        return _in_brackets(text, step), []


def _unwrapped(text: bytes, step: Unwrap) -> list[Edit]:
    node, hop, payload = step.node, step.hop, step.payload
    call = node.value
    assert isinstance(call, f.Call)
    start, end = payload.span
    if isinstance(payload, f.Lambda) and not payload.params and not call.args and not call.keywords:
        if not is_empty(text[hop.span[1] : call.span[1]]):
            raise RefusedError("a comment stands where sync_to_async is taken away")
        if not _binds(payload.body):
            return _inline(text, step, payload.body)
    behind = _behind(text, hop.span[1], text[call.span[0] : hop.span[0]])
    wrapped = not isinstance(payload, _PRIMARY) or is_open(text[start:end])
    ends = is_open(text[behind : call.span[1]])
    first = delete(text, node.span[0], start)
    edits = [first, delete(text, end, behind), delete(text, call.span[1], node.span[1])]
    if wrapped:
        edits = [with_text(first, b"("), with_text(edits[1], b")"), edits[2]]
    elif ends:
        edits = [with_text(first, b"("), edits[1], with_text(edits[2], b")")]
    if not ends:
        edits += loose(text, node, step.parent)
    return edits


def unrun(text: bytes, step: Unrun) -> Moved:
    """`await run(None, f, x)` becomes `f(x)`. Raises RefusedError."""
    try:
        return _run_here(text, step), _dedent(text, step)
    except RefusedError:
        return _called(text, step), []


def _run_here(text: bytes, step: Unrun) -> list[Edit]:
    node, payload = step.node, step.payload
    call = node.value
    assert isinstance(call, f.Call)
    start, end = payload.span
    behind = call.args[step.first + 1 :]
    rest: tuple[f.Expr | f.Keyword, ...] = (*behind, *call.keywords)
    if isinstance(payload, f.Lambda) and not payload.params and not rest and not _binds(payload.body):
        return _inline(text, step, payload.body)
    first = delete(text, node.span[0], start)
    wrapped = not isinstance(payload, _PRIMARY) or is_open(text[start:end])
    before = b"(" if wrapped else b""
    opening = b")(" if wrapped else b"("
    brackets = loose(text, node, step.parent)
    if rest:
        middle = opened(text, end, opening)
    else:
        closing = text.rindex(b")", end, call.span[1])
        middle = with_text(delete(text, end, closing), opening)
    tail = delete(text, call.span[1], node.span[1])
    return [with_text(first, before), middle, tail, *brackets]


def opened(text: bytes, end: int, opening: bytes) -> Edit:
    """The comma behind an argument, with what is around it, becomes a bracket; a line break stays."""
    at = text.index(b",", end) + 1
    if not is_empty(text[end:at]):
        raise RefusedError(COMMENT)
    gap = len(text[at:]) - len(text[at:].lstrip(b" \t"))
    return Edit(end, at + gap, opening)


def _inline(text: bytes, step: Unwrap | Unrun, body: f.Expr) -> list[Edit]:
    """The body of a lambda without parameters takes the place of the await."""
    node = step.node
    start, end = body.span
    whole = is_open(text[start:end])
    if whole:  # brackets of its own serve best: the layout in them stays
        start, end = _bracketed(text, body.span, step.payload.span)
        whole = (start, end) == body.span
    first, last = delete(text, node.span[0], start), delete(text, end, node.span[1])
    atom = isinstance(body, _PRIMARY) or (isinstance(body, f.Constant) and not isinstance(body.value, int | float))
    atom = atom or (isinstance(body, f.Collection) and text[start : start + 1] in (b"[", b"(", b"{"))
    if isinstance(body, f.Constant) and isinstance(body.value, str):
        atom = not isinstance(step.parent, f.Attribute | f.Call)
    if not whole and (atom or _is_slot(step.parent, node)):
        return [first, last, *(loose(text, node, step.parent) if atom else ())]
    if _is_bracketed(text, node):  # the brackets around the await serve
        return [first, last]
    return [with_text(first, b"("), with_text(last, b")")]


def _bracketed(text: bytes, span: f.Span, limit: f.Span) -> f.Span:
    """A span with the brackets directly around it, if they lie inside `limit`."""
    before, after = text[limit[0] : span[0]].rstrip(SPACE), text[span[1] : limit[1]].lstrip(SPACE)
    if not before.endswith(b"(") or not after.startswith(b")"):
        return span
    return limit[0] + len(before) - 1, limit[1] - len(after) + 1


def _is_slot(parent: object, node: f.Await) -> bool:
    """Whether any expression but a generator, a tuple or a walrus can stand there without brackets."""
    match parent:
        case f.Assign():
            return parent.value is node
        case f.Call():
            return parent.func is not node
        case f.If() | f.While() | f.Assert():
            return True
    return isinstance(parent, f.Evaluate | f.Return | f.Keyword | f.Collection)


def _is_bracketed(text: bytes, node: f.Await) -> bool:
    before = text[: node.span[0]].rstrip(SPACE)
    after = text[node.span[1] :].lstrip(SPACE)
    # `f(await x)` has brackets too, but there they are the call's: anything may stand in them but a generator.
    return before.endswith(b"(") and after.startswith(b")")


def loose(text: bytes, node: f.Await, parent: object) -> list[Edit]:
    """Take away the brackets that only the await needed."""
    brackets = _tight(text, node, parent)
    if brackets is None:
        return []
    return [delete(text, brackets[0], node.span[0]), delete(text, node.span[1], brackets[1])]


def _behind(text: bytes, offset: int, before: bytes) -> int:
    """The offset behind the brackets that are closed from `offset` on and opened in `before`."""
    for _ in range(before.count(b"(")):
        found = text.find(b")", offset)
        if found < 0 or not is_empty(text[offset:found]):
            raise RefusedError("a comment stands among brackets that would be moved")
        offset = found + 1
    return offset


def _dedent(text: bytes, step: Unwrap | Unrun) -> list[Edit]:
    """Lines of a payload that stood further in, below `sync_to_async(`, move out as far as its first line does."""
    start, end = step.payload.span
    here, there = indent_at(text, step.node.span[0]), indent_at(text, start)
    if not there.startswith(here) or len(there) == len(here) or b"\n" not in text[step.node.span[0] : start]:
        return []
    edits: list[Edit] = []
    position = start
    while position < end:
        byte = text[position : position + 1]
        if byte in b"'\"":  # the lines of a string stay as they are
            position = string_end(text, position)
            continue
        if byte == b"#":
            position = max(text.find(b"\n", position), position)
        position += 1
        if text[position - 1 : position] == b"\n" and text.startswith(there, position) and position < end:
            edits.append(Edit(position + len(here), position + len(there), b""))
    return edits


def _binds(body: f.Expr) -> bool:
    """Whether inlining would bind a name in the test that the lambda kept to itself."""
    return any(isinstance(node, f.Walrus | f.Yield) for node in walk(body))


# --- with comments among the parts -----------------------------------------------------------------------------------


def _in_brackets(text: bytes, step: Unwrap) -> list[Edit]:
    """`await hop(  # why` ... `f` ... `)(x)`: the brackets of the hop stay around the payload."""
    node, hop, payload = step.node, step.hop, step.payload
    call = node.value
    assert isinstance(call, f.Call)
    opening = text.index(b"(", hop.func.span[1])
    around = text[opening + 1 : payload.span[0]] + b"\n" + text[payload.span[1] : hop.span[1]]
    if call.span[0] != hop.span[0] or not is_empty(_COMMENTS.sub(b"", around)):
        raise RefusedError(COMMENT)
    edits = [delete(text, node.span[0], opening), *_comma(text, payload.span[1], hop.span[1])]
    if (
        isinstance(payload, f.Lambda)
        and not payload.params
        and not (call.args or call.keywords or _binds(payload.body))
    ):
        edits += [*_body(text, payload), delete(text, hop.span[1], call.span[1])]
    return [*edits, delete(text, call.span[1], node.span[1]), *loose(text, node, step.parent)]


def _called(text: bytes, step: Unrun) -> list[Edit]:
    """`await run(  # why` ... `None, f, x)`: the brackets of the call stay, and what is run comes in front of them."""
    node, payload = step.node, step.payload
    call = node.value
    assert isinstance(call, f.Call)
    opening = text.index(b"(", call.func.span[1])
    if call.span[0] != call.func.span[0]:
        raise RefusedError(COMMENT)
    edits = [edit for arg in call.args[: step.first] for edit in _taken(text, arg.span, call.span[1])]
    rest = (*call.args[step.first + 1 :], *call.keywords)
    first = delete(text, node.span[0], opening)
    if isinstance(payload, f.Lambda) and not payload.params and not rest and not _binds(payload.body):
        edits += [first, *_comma(text, payload.span[1], call.span[1]), *_body(text, payload)]
    else:
        written = text[slice(*payload.span)]
        wrapped = not isinstance(payload, _PRIMARY) or is_open(written)
        edits.append(with_text(first, b"(" + written + b")" if wrapped else written))
        edits += _taken(text, payload.span, call.span[1])
    return [*edits, delete(text, call.span[1], node.span[1]), *loose(text, node, step.parent)]


def _body(text: bytes, payload: f.Lambda) -> list[Edit]:
    """Leave nothing but its body of a lambda without parameters."""
    found = _LAMBDA.match(text, payload.span[0])
    if found is None:
        raise RefusedError(COMMENT)
    return [Edit(payload.span[0], found.end(), b"")]


def _comma(text: bytes, start: int, stop: int) -> list[Edit]:
    """Take away the comma behind what ends at `start`, if there is one; comments in front of it stay."""
    at = start
    while at < stop and text[at : at + 1] in b" \t\f\r\n)\\#":
        at = line_stop(text, at) if text[at : at + 1] == b"#" else at + 1
    return [Edit(at, at + 1, b"")] if text[at : at + 1] == b"," and at < stop else []


def _taken(text: bytes, span: f.Span, stop: int) -> list[Edit]:
    """Take away an argument with its comma, and its line where nothing else stands there."""
    start, end = span
    comma = _comma(text, end, stop)
    if not comma or text[end : comma[0].start].strip():
        return [Edit(start, end, b""), *comma]
    end = comma[0].end
    line, last = line_start(text, start), line_stop(text, end)
    if not text[line:start].strip() and not text[end:last].strip():
        return [Edit(line, behind_line(text, last), b"")]
    return [Edit(start, end + len(text[end:last]) - len(text[end:last].lstrip(b" \t")), b"")]


def unhop(text: bytes, step: Unhop) -> list[Edit]:
    """`name = hop(f)` becomes `name = f`."""
    start, end = step.payload.span
    first, last = delete(text, step.hop.span[0], start), delete(text, end, step.hop.span[1])
    return [with_text(first, b"("), with_text(last, b")")] if is_open(text[start:end]) else [first, last]
