"""Where facts are that say the same as before, in other places: after a comment or a blank line, say.

Nothing is parsed here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from isolint.syntax.facts import Facts, Span


def places(old: Facts, new: Facts) -> dict[Span, Span] | None:
    """For each span of `old` the one it has in `new`; None when they differ in more than their spans."""
    found: dict[Span, Span] = {}
    waiting: list[tuple[Any, Any]] = [(old, new)]
    while waiting:
        one, other = waiting.pop()
        kind = type(one)
        if kind is not type(other):
            return None
        if kind is tuple:
            if len(one) != len(other):
                return None
            waiting.extend(zip(one, other, strict=True))
            continue
        fields = _FIELDS.get(kind)
        if fields is None:
            if not issubclass(kind, msgspec.Struct):
                if one != other:
                    return None
                continue
            fields = _FIELDS[kind] = _fields(kind)
        spans, others = fields
        for name in spans:
            span = getattr(other, name)
            # Two facts at one place may come to be at two: `(x)` is a statement around the name that `x` is.
            if found.setdefault(getattr(one, name), span) != span:
                return None
        waiting += [(getattr(one, name), getattr(other, name)) for name in others]
    return found


_FIELDS: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {}


def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a fact that are spans, and the others."""
    spans = tuple(name for name in kind.__struct_fields__ if str(kind.__annotations__[name]) == "Span")
    return spans, tuple(name for name in kind.__struct_fields__ if name not in spans)
