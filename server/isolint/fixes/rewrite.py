"""The text edits of a test's body: one small edit for each thing that changes, every other byte untouched.

Works on the bytes of one chunk with the spans of its facts. Gives a reason instead where a comment would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from isolint.fixes.awaits import (
    Bridge,
    Forget,
    Iterate,
    Plain,
    Rebridge,
    RefusedError,
    Rename,
    Rerun,
    Step,
    Undecorate,
    Unhop,
    Unrun,
    Unwrap,
)
from isolint.fixes.inner import Inner
from isolint.fixes.walk import walk
from isolint.syntax import facts as f
from isolint.text.edits import Edit

_AWAIT = re.compile(rb"await(?:[ \t\f]|\\\r?\n|\r?\n)*")
_ASYNC = re.compile(rb"async(?:[ \t\f]|\\\r?\n|\r?\n)+")
_ASYNC_FOR = re.compile(rb"async((?:[ \t\f]|\\\r?\n|\r?\n)+)for(?:[ \t\f\r\n\\]|\()*$")
_WORD = re.compile(rb"[\w\x80-\xff]")
_SPACE = b" \t\f\r\n"

_PRIMARY = (f.Name, f.Attribute, f.Call, f.Subscript, f.Mapping, f.Comprehension)


def body_edits(
    text: bytes, function: f.Function, steps: Iterable[Step], region: Inner | None, receiver: str | None
) -> list[Edit]:
    """The edits that make a sync function of it, in offsets of `text`, the chunk's bytes: `steps` outside of `region`,
    which becomes a coroutine. `receiver` names `self` when the bridge goes through `self._run_async`. Raises
    RefusedError."""
    edits = [_keyword(text, function)] if function.is_async else []
    if region is not None:
        edits += _enclosed(text, function, region, receiver)
    moved: list[Edit] = []
    for step in steps:
        match step:
            case Unwrap():
                edits += _unwrap(text, step)
                moved += _dedent(text, step)
            case Rename():
                edits += [*_drop_await(text, step.node, step.parent), _replace(step.old, step.name)]
            case Unrun():
                edits += _unrun(text, step)
                moved += _dedent(text, step)
            case Forget():
                edits.append(_forget(text, step.statement.span))
            case Plain():
                edits += _drop_await(text, step.node, step.parent)
            case Unhop():
                edits += _unhop(text, step)
            case Undecorate():
                edits.append(_undecorate(text, step))
            case Bridge():
                edits += _bridge(text, step, receiver)
            case Iterate():
                edits += _iterate(text, step)
            case Rebridge():
                edits += _rebridge(text, step, receiver)
            case Rerun():
                edits += _rerun(text, step, receiver)
    edits += [m for m in moved if not any(e.start < m.end and m.start < e.end for e in edits)]
    return [edit for edit in dict.fromkeys(edits) if edit.start != edit.end or edit.text]


def _keyword(text: bytes, function: f.Function) -> Edit:
    start, end = function.keyword
    return _delete(text, start, end - len(b"def"))


def _drop_await(text: bytes, node: f.Await, parent: object) -> list[Edit]:
    """Delete the word `await`; also brackets that only it needed, as in `(await x.aget()).name`."""
    start = node.span[0]
    found = _AWAIT.match(text, start)
    return [_delete(text, start, found.end() if found else start), *_loose(text, node, parent)]


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
    if _WORD.match(text[start - 2 : start - 1]):  # `if(await x).y` needs something between the words
        return None
    return None if _is_open(text[start:end]) else (start - 1, end + 1)


# --- await hop(f)(x) -------------------------------------------------------------------------------------------------


def _unwrap(text: bytes, step: Unwrap) -> list[Edit]:
    node, hop, payload = step.node, step.hop, step.payload
    call = node.value
    assert isinstance(call, f.Call)
    start, end = payload.span
    if isinstance(payload, f.Lambda) and not payload.params and not call.args and not call.keywords:
        if not _is_empty(text[hop.span[1] : call.span[1]]):
            raise RefusedError("a comment stands where sync_to_async is taken away")
        if not _binds(payload.body):
            return _inline(text, step, payload.body)
    behind = _behind(text, hop.span[1], text[call.span[0] : hop.span[0]])
    wrapped = not isinstance(payload, _PRIMARY) or _is_open(text[start:end])
    ends = _is_open(text[behind : call.span[1]])
    first = _delete(text, node.span[0], start)
    edits = [first, _delete(text, end, behind), _delete(text, call.span[1], node.span[1])]
    if wrapped:
        edits = [_with(first, b"("), _with(edits[1], b")"), edits[2]]
    elif ends:
        edits = [_with(first, b"("), edits[1], _with(edits[2], b")")]
    if not ends:
        edits += _loose(text, node, step.parent)
    return edits


def _unrun(text: bytes, step: Unrun) -> list[Edit]:
    """`await run(None, f, x)` becomes `f(x)`; the body of a lambda without parameters stands for its call."""
    node, payload = step.node, step.payload
    call = node.value
    assert isinstance(call, f.Call)
    start, end = payload.span
    behind = call.args[step.first + 1 :]
    rest: tuple[f.Expr | f.Keyword, ...] = (*behind, *call.keywords)
    if isinstance(payload, f.Lambda) and not payload.params and not rest and not _binds(payload.body):
        return _inline(text, step, payload.body)
    first = _delete(text, node.span[0], start)
    wrapped = not isinstance(payload, _PRIMARY) or _is_open(text[start:end])
    before = b"(" if wrapped else b""
    opening = b")(" if wrapped else b"("
    loose = _loose(text, node, step.parent)
    if rest:
        middle = _opened(text, end, opening)
    else:
        closing = text.rindex(b")", end, call.span[1])
        middle = _with(_delete(text, end, closing), opening)
    tail = _delete(text, call.span[1], node.span[1])
    return [_with(first, before), middle, tail, *loose]


def _forget(text: bytes, span: f.Span) -> Edit:
    """A statement goes with its line."""
    start, end = _line_start(text, span[0]), _line_stop(text, span[1])
    if text[start : span[0]].strip() or text[span[1] : end].strip():
        raise RefusedError("the statement that names the event loop does not stand on a line of its own")
    return Edit(start, _behind_line(text, end), b"")


def _inline(text: bytes, step: Unwrap | Unrun, body: f.Expr) -> list[Edit]:
    """The body of a lambda without parameters takes the place of the await."""
    node = step.node
    start, end = body.span
    whole = _is_open(text[start:end])
    if whole:  # brackets of its own serve best: the layout in them stays
        start, end = _bracketed(text, body.span, step.payload.span)
        whole = (start, end) == body.span
    first, last = _delete(text, node.span[0], start), _delete(text, end, node.span[1])
    atom = isinstance(body, _PRIMARY) or (isinstance(body, f.Constant) and not isinstance(body.value, int | float))
    atom = atom or (isinstance(body, f.Collection) and text[start : start + 1] in (b"[", b"(", b"{"))
    if isinstance(body, f.Constant) and isinstance(body.value, str):
        atom = not isinstance(step.parent, f.Attribute | f.Call)
    if not whole and (atom or _is_slot(step.parent, node)):
        return [first, last, *(_loose(text, node, step.parent) if atom else ())]
    if _is_bracketed(text, node):  # the brackets around the await serve
        return [first, last]
    return [_with(first, b"("), _with(last, b")")]


def _bracketed(text: bytes, span: f.Span, limit: f.Span) -> f.Span:
    """A span with the brackets directly around it, if they lie inside `limit`."""
    before, after = text[limit[0] : span[0]].rstrip(_SPACE), text[span[1] : limit[1]].lstrip(_SPACE)
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
    before = text[: node.span[0]].rstrip(_SPACE)
    after = text[node.span[1] :].lstrip(_SPACE)
    # `f(await x)` has brackets too, but there they are the call's: anything may stand in them but a generator.
    return before.endswith(b"(") and after.startswith(b")")


def _loose(text: bytes, node: f.Await, parent: object) -> list[Edit]:
    brackets = _tight(text, node, parent)
    if brackets is None:
        return []
    return [_delete(text, brackets[0], node.span[0]), _delete(text, node.span[1], brackets[1])]


def _behind(text: bytes, offset: int, before: bytes) -> int:
    """The offset behind the brackets that are closed from `offset` on and opened in `before`."""
    for _ in range(before.count(b"(")):
        found = text.find(b")", offset)
        if found < 0 or not _is_empty(text[offset:found]):
            raise RefusedError("a comment stands among brackets that would be moved")
        offset = found + 1
    return offset


def _dedent(text: bytes, step: Unwrap | Unrun) -> list[Edit]:
    """Lines of a payload that stood further in, below `sync_to_async(`, move out as far as its first line does."""
    start, end = step.payload.span
    here, there = _indent_at(text, step.node.span[0]), _indent_at(text, start)
    if not there.startswith(here) or len(there) == len(here) or b"\n" not in text[step.node.span[0] : start]:
        return []
    edits: list[Edit] = []
    position = start
    while position < end:
        byte = text[position : position + 1]
        if byte in b"'\"":  # the lines of a string stay as they are
            position = _string_end(text, position)
            continue
        if byte == b"#":
            position = max(text.find(b"\n", position), position)
        position += 1
        if text[position - 1 : position] == b"\n" and text.startswith(there, position) and position < end:
            edits.append(Edit(position + len(here), position + len(there), b""))
    return edits


def _indent_at(text: bytes, offset: int) -> bytes:
    """The space at the start of the line that an offset is on."""
    line = text[max(text.rfind(b"\n", 0, offset), text.rfind(b"\r", 0, offset)) + 1 :]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _binds(body: f.Expr) -> bool:
    """Whether inlining would bind a name in the test that the lambda kept to itself."""
    return any(isinstance(node, f.Walrus | f.Yield) for node in walk(body))


def _unhop(text: bytes, step: Unhop) -> list[Edit]:
    start, end = step.payload.span
    first, last = _delete(text, step.hop.span[0], start), _delete(text, end, step.hop.span[1])
    return [_with(first, b"("), _with(last, b")")] if _is_open(text[start:end]) else [first, last]


def _undecorate(text: bytes, step: Undecorate) -> Edit:
    """A decorator's line; a comment behind it stays on a line of its own."""
    start, end = step.decorator.span
    at = text.rfind(b"@", 0, start)
    line_start = max(text.rfind(b"\n", 0, at), text.rfind(b"\r", 0, at)) + 1
    line_end = next((i for i in range(end, len(text)) if text[i : i + 1] in b"\r\n"), len(text))
    rest = text[end:line_end]
    if text[line_start:at].strip() or text[at + 1 : start].strip() or rest.strip()[:1] not in (b"", b"#"):
        raise RefusedError("a decorator inside the test does not stand on a line of its own")
    if rest.strip():
        return _delete(text, at, end + len(rest) - len(rest.lstrip()))
    behind = line_end + 2 if text[line_end : line_end + 2] == b"\r\n" else line_end + 1
    return _delete(text, line_start, behind)


# --- a coroutine of its own ------------------------------------------------------------------------------------------


def _enclosed(text: bytes, function: f.Function, region: Inner, receiver: str | None) -> list[Edit]:
    """The statements of the region, a step further in, become the body of a coroutine that is called behind them."""
    start, stop = region.span
    first = _line_start(text, start)
    if text[first:start].strip() or first <= function.keyword[0]:
        raise RefusedError("the first statement that needs the event loop does not stand on a line of its own")
    indent = text[first:start]
    outer = _indent_at(text, function.keyword[0])
    unit = indent[len(outer) :] if indent.startswith(outer) else b""
    if not unit:
        raise RefusedError("its indentation cannot be read")
    end = _line_stop(text, stop)
    if text[stop:end].strip()[:1] not in (b"", b"#"):
        raise RefusedError("the last statement that needs the event loop does not stand on a line of its own")
    while True:  # comments that stand deeper than the test's own statements belong to the block before them
        following = _behind_line(text, end)
        line = text[following : _line_stop(text, following)]
        if not line.startswith(indent + unit[:1]) or not line.lstrip().startswith(b"#"):
            break
        end = following + len(line)
    above = first
    while above > 0:  # a comment directly above belongs to what is under it
        line = text[_line_start(text, _before_line(text, above)) : above].rstrip(b"\r\n")
        if line[: len(indent) + 1] != indent + b"#":
            break
        above = _line_start(text, _before_line(text, above))
    new = _newline(text)
    previous = text[_line_start(text, _before_line(text, above)) : above].strip()
    opens = _line_start(text, _before_line(text, above)) <= function.keyword[0] or previous.endswith((b":", b"("))
    gap = b"" if not previous or opens else new
    head = gap + indent + b"async def " + region.name.encode() + b"():" + new
    if region.outer:
        head += indent + unit + b"nonlocal " + ", ".join(region.outer).encode() + new
    names = ", ".join(region.returned).encode()
    tail = new + indent + unit + b"return " + names if names else b""
    run = region.name.encode()
    call = receiver.encode() + b"._run_async(" + run + b"())" if receiver else b"async_to_sync(" + run + b")()"
    tail += new + new + indent + (names + b" = " if names else b"") + call
    edits = [Edit(above, above, head + unit)]
    edits += [Edit(at, at, unit) for at in _line_starts(text, above, end)]
    return [*edits, Edit(end, end, tail)]


def _line_starts(text: bytes, start: int, end: int) -> list[int]:
    """The starts of the lines behind the first one, but for empty ones and those inside of a string."""
    found: list[int] = []
    position = start
    while position < end:
        byte = text[position : position + 1]
        if byte in b"'\"":
            position = _string_end(text, position)
            continue
        if byte == b"#":
            position = _line_stop(text, position)
            continue
        position += 2 if byte == b"\\" and text[position + 1 : position + 2] not in b"\r\n" else 1
        ends = byte == b"\n" or (byte == b"\r" and text[position : position + 1] != b"\n")
        if ends and position < end and text[position : _line_stop(text, position)].strip():
            found.append(position)
    return found


def _line_start(text: bytes, offset: int) -> int:
    return max(text.rfind(b"\n", 0, offset), text.rfind(b"\r", 0, offset)) + 1


def _line_stop(text: bytes, offset: int) -> int:
    """The end of the line that an offset is on, in front of its line end."""
    return next((i for i in range(offset, len(text)) if text[i : i + 1] in b"\r\n"), len(text))


def _behind_line(text: bytes, offset: int) -> int:
    """Behind the line end that stands at an offset."""
    return min(offset + (2 if text[offset : offset + 2] == b"\r\n" else 1), len(text))


def _before_line(text: bytes, offset: int) -> int:
    """The end of the line in front of the one that starts at an offset."""
    return offset - (2 if text[max(offset - 2, 0) : offset] == b"\r\n" else 1)


def _newline(text: bytes) -> bytes:
    at = text.find(b"\n")
    return b"\r" if at < 0 else b"\r\n" if text[at - 1 : at] == b"\r" else b"\n"


# --- the rest --------------------------------------------------------------------------------------------------------


def _bridge(text: bytes, step: Bridge, receiver: str | None) -> list[Edit]:
    node, call = step.node, step.call
    found = _AWAIT.match(text, node.span[0])
    end = found.end() if found else node.span[0]
    if receiver is not None:
        name = f"{receiver}._run_async".encode()
        loose = _loose(text, node, step.parent)
        if end < call.span[0]:  # the call stands in brackets of its own, which become those of the helper's call
            return [Edit(node.span[0], end, name), *loose]
        return [Edit(node.span[0], end, name + b"("), Edit(node.span[1], node.span[1], b")"), *loose]
    start, end = call.func.span
    edits = _drop_await(text, node, step.parent)
    if call.span[0] < start:  # the function stands in brackets of its own
        return [*edits, Edit(call.span[0], call.span[0], b"async_to_sync")]
    return [*edits, Edit(start, start, b"async_to_sync("), Edit(end, end, b")")]


def _rebridge(text: bytes, step: Rebridge, receiver: str | None) -> list[Edit]:
    """`asyncio.run(f(x))` becomes `async_to_sync(f)(x)`, or `self._run_async(f(x))`."""
    call, coroutine = step.call, step.coroutine
    (start, stop), (first, last) = call.span, coroutine.span
    if receiver is not None and step.renamed is None:
        return [Edit(call.func.span[0], call.func.span[1], f"{receiver}._run_async".encode())]
    opened = _is_open(text[first:last])
    head, tail = _delete(text, start, first), _delete(text, last, stop)
    left, right = (b"(", b")") if opened else (b"", b"")
    if step.renamed is not None:
        return [_with(head, left), _replace(*step.renamed), _with(tail, right)]
    func = coroutine.func.span
    if coroutine.span[0] < func[0]:  # the function stands in brackets of its own
        return [_with(head, left + b"async_to_sync"), _with(tail, right)]
    return [_with(head, left + b"async_to_sync("), Edit(func[1], func[1], b")"), _with(tail, right)]


def _rerun(text: bytes, step: Rerun, receiver: str | None) -> list[Edit]:
    """`anyio.run(f, x)` becomes `async_to_sync(f)(x)`, or `self._run_async(f(x))`. Its keywords, which stand behind the
    arguments, go."""
    call, function, rest = step.call, step.function, step.call.args[1:]
    (start, stop), (first, last) = call.span, function.span
    before, opening, closing = b"async_to_sync(", b")(", b""
    if step.renamed is not None:
        before, opening = b"", b"("
        if _is_open(text[first:last]):
            before, closing = b"(", b")"
    elif receiver is not None:
        before, opening, closing = f"{receiver}._run_async(".encode(), b"(", b")"
    edits = [_with(_delete(text, start, first), before)]
    if step.renamed is not None:
        edits.append(_replace(*step.renamed))
    if not rest:  # whatever stands behind the function goes
        return [*edits, _with(_delete(text, last, stop), opening + b")" + closing)]
    edits.append(_opened(text, last, opening))
    if call.keywords:  # with the comma in front of it, so that one behind the last argument stays one
        edits.append(_delete(text, rest[-1].span[1], call.keywords[-1].span[1]))
    return [*edits, Edit(stop, stop, closing)]


def _opened(text: bytes, end: int, opening: bytes) -> Edit:
    """The comma behind an argument, with what is around it, becomes a bracket; a line break stays."""
    at = text.index(b",", end) + 1
    if not _is_empty(text[end:at]):
        raise RefusedError("a comment stands where something is taken away")
    gap = len(text[at:]) - len(text[at:].lstrip(b" \t"))
    return Edit(end, at + gap, opening)


def _iterate(text: bytes, step: Iterate) -> list[Edit]:
    if step.clause:
        found = _ASYNC_FOR.search(text[: step.at])
        if found is None:
            raise RefusedError("a comment stands inside an async for")
        edits = [Edit(found.start(), found.end(1), b"")]
    else:
        match = _ASYNC.match(text, step.at)
        if match is None:
            raise RefusedError("a comment stands inside an async for")
        edits = [Edit(match.start(), match.end(), b"")]
    if step.rename is not None:
        edits.append(_replace(*step.rename))
    return edits


def _replace(span: f.Span, name: str) -> Edit:
    return Edit(span[0], span[1], name.encode())


def _with(edit: Edit, text: bytes) -> Edit:
    return Edit(edit.start, edit.end, text)


def _delete(text: bytes, start: int, end: int) -> Edit:
    """Take bytes away that hold no comment."""
    if b"#" in text[start:end]:
        raise RefusedError("a comment stands where something is taken away")
    return Edit(start, end, b"")


def _is_empty(text: bytes) -> bool:
    return not text.translate(None, b"() \t\f\r\n\\,")


def _is_open(text: bytes) -> bool:
    """Whether an expression breaks a line outside of brackets and strings, so that it needs brackets around it."""
    depth = position = 0
    while position < len(text):
        byte = text[position : position + 1]
        if byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth -= 1
        elif byte in b"\r\n" and depth <= 0:
            return True
        elif byte == b"#":
            end = text.find(b"\n", position)
            position = len(text) if end < 0 else end
            continue
        elif byte in b"'\"":
            position = _string_end(text, position)
            continue
        elif byte == b"\\":
            position += 2 if text[position + 1 : position + 3] == b"\r\n" else 1
        position += 1
    return False


def _string_end(text: bytes, start: int) -> int:
    """The offset behind a string literal that begins at `start` (its prefix left out)."""
    quote = text[start : start + 1]
    if text[start : start + 3] == quote * 3:
        quote *= 3
    position = start + len(quote)
    while position < len(text):
        if text[position : position + 1] == b"\\":
            position += 2
        elif text.startswith(quote, position):
            return position + len(quote)
        else:
            position += 1
    return position
