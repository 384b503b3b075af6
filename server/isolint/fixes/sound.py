"""Whether edits leave a file as sound as it was. Looks at facts before and after; decides nothing about tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from isolint.fixes.walk import Node, children, walk
from isolint.syntax import facts as f
from isolint.syntax.source import Chunk, SourceFile
from isolint.text.edits import Edit, apply


def holds(chunk: Chunk, function: f.Function) -> bool:
    """Whether a chunk still says what was known of a function in it."""
    return any(
        node == function for statement in chunk.facts for node in walk(statement) if isinstance(node, f.Function)
    )


def sound(source: SourceFile, key: str, made: tuple[Edit, ...]) -> tuple[Edit, ...] | str:
    """The edits of the functions in the chunk `key`, when the file with them parses as well as without, their strings
    are the same and nothing is awaited in a sync function; else why they are not to be made."""
    try:
        after = source.updated(apply(source.text, made))
    except ValueError:
        return "its parts overlap in a way that cannot be rewritten"
    flawed = {chunk.key for chunk in source.chunks if chunk.flawed or chunk.broken}
    chunk = after.chunk(key)
    if chunk is None or any(c.flawed or c.broken for c in after.chunks if c.key not in flawed):
        return "the result would not parse"
    before = source.chunk(key)
    start = source.start(key)
    if before is None or _strings(before, [(e.start - start, e.end - start) for e in made]) != _strings(chunk, ()):
        return "a string in it would change"
    for statement in chunk.facts:
        if any(_awaits(node) for node in walk(statement) if isinstance(node, f.Function) and not node.is_async):
            return "something in it would still be awaited"
    return made


def _strings(chunk: Chunk, gone: Sequence[f.Span]) -> Counter[str]:
    """The strings in the bodies of a chunk's functions, but for those in what is taken away (`gone`): what moves a step
    further in must leave them as they are."""
    return Counter(
        node.value
        for function in chunk.facts
        if isinstance(function, f.Function)
        for statement in function.body
        for node in walk(statement)
        if isinstance(node, f.Constant) and isinstance(node.value, str)
        if not any(first <= node.span[0] and node.span[1] <= last for first, last in gone)
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
