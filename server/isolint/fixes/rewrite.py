"""The text edits of a test's body: one small edit for each thing that changes, every other byte untouched.

Works on the bytes of one chunk with the spans of its facts. Gives a reason instead where a comment would be lost. What
becomes of a hop is `unwrapping`.
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
from isolint.fixes.pieces import (
    before_line,
    behind_line,
    delete,
    indent_at,
    is_open,
    line_start,
    line_starts,
    line_stop,
    replace,
    with_text,
)
from isolint.fixes.unwrapping import AWAIT, drop_await, loose, opened, unhop, unrun, unwrap
from isolint.syntax import facts as f
from isolint.text.edits import Edit
from isolint.text.lines import line_end

_ASYNC = re.compile(rb"async(?:[ \t\f]|\\\r?\n|\r?\n)+")
_ASYNC_FOR = re.compile(rb"async((?:[ \t\f]|\\\r?\n|\r?\n)+)for(?:[ \t\f\r\n\\]|\()*$")


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
            case Unwrap() | Unrun():
                made, lines = unwrap(text, step) if isinstance(step, Unwrap) else unrun(text, step)
                edits += made
                moved += lines
            case Rename():
                edits += [*drop_await(text, step.node, step.parent), replace(step.old, step.name)]
            case Forget():
                edits.append(_forget(text, step.statement.span))
            case Plain():
                edits += drop_await(text, step.node, step.parent)
            case Unhop():
                edits += unhop(text, step)
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
    return delete(text, start, end - len(b"def"))


def _forget(text: bytes, span: f.Span) -> Edit:
    """A statement goes with its line."""
    start, end = line_start(text, span[0]), line_stop(text, span[1])
    if text[start : span[0]].strip() or text[span[1] : end].strip():
        raise RefusedError("the statement that names the event loop does not stand on a line of its own")
    return Edit(start, behind_line(text, end), b"")


def _undecorate(text: bytes, step: Undecorate) -> Edit:
    """A decorator's line; a comment behind it stays on a line of its own."""
    start, end = step.decorator.span
    at = text.rfind(b"@", 0, start)
    line, last = line_start(text, at), line_stop(text, end)
    rest = text[end:last]
    if text[line:at].strip() or text[at + 1 : start].strip() or rest.strip()[:1] not in (b"", b"#"):
        raise RefusedError("a decorator inside the test does not stand on a line of its own")
    if rest.strip():
        return delete(text, at, end + len(rest) - len(rest.lstrip()))
    return delete(text, line, behind_line(text, last))


# --- a coroutine of its own ------------------------------------------------------------------------------------------


def _enclosed(text: bytes, function: f.Function, region: Inner, receiver: str | None) -> list[Edit]:
    """The statements of the region, a step further in, become the body of a coroutine that is called behind them."""
    start, stop = region.span
    first = line_start(text, start)
    if text[first:start].strip() or first <= function.keyword[0]:
        raise RefusedError("the first statement that needs the event loop does not stand on a line of its own")
    indent = text[first:start]
    outer = indent_at(text, function.keyword[0])
    unit = indent[len(outer) :] if indent.startswith(outer) else b""
    if not unit:
        raise RefusedError("its indentation cannot be read")
    end = line_stop(text, stop)
    if text[stop:end].strip()[:1] not in (b"", b"#"):
        raise RefusedError("the last statement that needs the event loop does not stand on a line of its own")
    while True:  # comments that stand deeper than the test's own statements belong to the block before them
        following = behind_line(text, end)
        line = text[following : line_stop(text, following)]
        if not line.startswith(indent + unit[:1]) or not line.lstrip().startswith(b"#"):
            break
        end = following + len(line)
    above = first
    while above > 0:  # a comment directly above belongs to what is under it
        line = text[line_start(text, before_line(text, above)) : above].rstrip(b"\r\n")
        if line[: len(indent) + 1] != indent + b"#":
            break
        above = line_start(text, before_line(text, above))
    new = line_end(text)
    previous = text[line_start(text, before_line(text, above)) : above].strip()
    opens = line_start(text, before_line(text, above)) <= function.keyword[0] or previous.endswith((b":", b"("))
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
    edits += [Edit(at, at, unit) for at in line_starts(text, above, end)]
    return [*edits, Edit(end, end, tail)]


# --- the rest --------------------------------------------------------------------------------------------------------


def _bridge(text: bytes, step: Bridge, receiver: str | None) -> list[Edit]:
    node, call = step.node, step.call
    found = AWAIT.match(text, node.span[0])
    end = found.end() if found else node.span[0]
    if receiver is not None:
        name = f"{receiver}._run_async".encode()
        brackets = loose(text, node, step.parent)
        if end < call.span[0]:  # the call stands in brackets of its own, which become those of the helper's call
            return [Edit(node.span[0], end, name), *brackets]
        return [Edit(node.span[0], end, name + b"("), Edit(node.span[1], node.span[1], b")"), *brackets]
    start, end = call.func.span
    edits = drop_await(text, node, step.parent)
    if call.span[0] < start:  # the function stands in brackets of its own
        return [*edits, Edit(call.span[0], call.span[0], b"async_to_sync")]
    return [*edits, Edit(start, start, b"async_to_sync("), Edit(end, end, b")")]


def _rebridge(text: bytes, step: Rebridge, receiver: str | None) -> list[Edit]:
    """`asyncio.run(f(x))` becomes `async_to_sync(f)(x)`, or `self._run_async(f(x))`."""
    call, coroutine = step.call, step.coroutine
    (start, stop), (first, last) = call.span, coroutine.span
    if receiver is not None and step.renamed is None:
        return [Edit(call.func.span[0], call.func.span[1], f"{receiver}._run_async".encode())]
    opened = is_open(text[first:last])
    head, tail = delete(text, start, first), delete(text, last, stop)
    left, right = (b"(", b")") if opened else (b"", b"")
    if step.renamed is not None:
        return [with_text(head, left), replace(*step.renamed), with_text(tail, right)]
    func = coroutine.func.span
    if coroutine.span[0] < func[0]:  # the function stands in brackets of its own
        return [with_text(head, left + b"async_to_sync"), with_text(tail, right)]
    return [with_text(head, left + b"async_to_sync("), Edit(func[1], func[1], b")"), with_text(tail, right)]


def _rerun(text: bytes, step: Rerun, receiver: str | None) -> list[Edit]:
    """`anyio.run(f, x)` becomes `async_to_sync(f)(x)`, or `self._run_async(f(x))`. Its keywords, which stand behind the
    arguments, go."""
    call, function, rest = step.call, step.function, step.call.args[1:]
    (start, stop), (first, last) = call.span, function.span
    before, opening, closing = b"async_to_sync(", b")(", b""
    if step.renamed is not None:
        before, opening = b"", b"("
        if is_open(text[first:last]):
            before, closing = b"(", b")"
    elif receiver is not None:
        before, opening, closing = f"{receiver}._run_async(".encode(), b"(", b")"
    edits = [with_text(delete(text, start, first), before)]
    if step.renamed is not None:
        edits.append(replace(*step.renamed))
    if not rest:  # whatever stands behind the function goes
        return [*edits, with_text(delete(text, last, stop), opening + b")" + closing)]
    edits.append(opened(text, last, opening))
    if call.keywords:  # with the comma in front of it, so that one behind the last argument stays one
        edits.append(delete(text, rest[-1].span[1], call.keywords[-1].span[1]))
    return [*edits, Edit(stop, stop, closing)]


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
        edits.append(replace(*step.rename))
    return edits
