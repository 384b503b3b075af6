"""The method `_run_async` of a test class: whether one is there, and the edit that adds it."""

from __future__ import annotations

from isolint.fixes.awaits import RefusedError
from isolint.names.resolve import class_attribute, mro
from isolint.names.scopes import class_facts
from isolint.names.symbols import FunctionSymbol
from isolint.placement.functions import find
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Store
from isolint.syntax import facts as f
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit
from isolint.text.lines import line_end

NAME = "_run_async"


def receiver_of(item: TestItem, function: f.Function) -> str | None:
    """The name of `self` in a test method; None where there is none, and the direct form must do."""
    if (
        item.cls is None
        or item.binding
        or not function.params
        or function.params[0].kind not in ("positional", "normal")
    ):
        return None
    return function.params[0].name


def has_helper(store: Store, item: TestItem) -> bool:
    """Whether the class or a base in the project has the method. RefusedError when the name is something else."""
    assert item.cls is not None
    found = class_attribute(store, item.cls, NAME)
    if not found:
        if not mro(store, item.cls).complete:
            raise RefusedError(f"a base of {item.cls.name} is not known, and may have a {NAME} of its own")
        return False
    for _, symbol in found:
        node = find(store, symbol.ref) if isinstance(symbol, FunctionSymbol) else None
        function = node.node if node is not None else None
        if (
            not isinstance(function, f.Function)
            or function.is_async
            or function.is_generator
            or len(function.params) != 2
        ):
            raise RefusedError(f"{NAME} of {item.cls.name} is not a method that runs a coroutine")
    return True


def helper_edit(store: Store, source: SourceFile, item: TestItem) -> Edit:
    """Add the method in front of the first one of the class, in the layout of the class. Raises RefusedError."""
    assert item.cls is not None
    facts = class_facts(store, item.cls)
    header = source.chunk(item.cls.chunk)
    if facts is None or header is None or item.cls.inline:
        raise RefusedError(f"{item.cls.name} is not at the top of its module")
    names = (*header.owner, facts.name)
    first = next((c for c in source.chunks if c.kind == "function" and c.owner == names), None)
    node = next((s for s in first.facts if isinstance(s, f.Function)), None) if first is not None else None
    if first is None or node is None:
        raise RefusedError(f"{item.cls.name} has no method of its own")
    text, lines = source.text, source.lines
    line = lines.line(source.absolute(first.key, node.span)[0])
    indent = _indent(text[lines.start(line) : lines.content_end(line)])
    header_line = lines.line(source.absolute(header.key, facts.name_span)[0])
    outer = _indent(text[lines.start(header_line) : lines.content_end(header_line)])
    unit = indent[len(outer) :] or b"    "
    while line > 0 and text[lines.start(line - 1) : lines.start(line)].startswith(indent + b"#"):
        line -= 1
    end = line_end(text)
    body = [
        indent + b"def _run_async(self, coro):",
        indent + unit + b"async def _wrapper():",
        indent + unit * 2 + b"return await coro",
        b"",
        indent + unit + b"return async_to_sync(_wrapper)()",
        b"",
        b"",
    ]
    at = lines.start(line)
    return Edit(at, at, end.join(body))


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]
