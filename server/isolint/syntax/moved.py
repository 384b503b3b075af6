"""Facts of a text that was edited since: every span moved to where its text is now.

For chunks that cannot be read at the moment: their last good facts stay, at the right places. Nothing is parsed here.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from isolint.syntax.facts import Facts
from isolint.text.edits import Edit


def moved(facts: Facts, edit: Edit) -> Facts:
    """The same facts after `edit` (offsets relative to the chunk).

    What lies before the edit stays, what lies behind moves, what holds it grows or shrinks; a place inside the replaced
    text becomes the nearest place in the new one.
    """
    return cast("Facts", _moved(facts, edit.start, edit.end, edit.shift, edit.start + len(edit.text)))


def _moved(value: Any, start: int, end: int, shift: int, new_end: int) -> Any:
    if isinstance(value, tuple):
        if len(value) == 2 and type(value[0]) is int:  # a span: the only pair of numbers in the facts
            left, right = value
            if left >= end:
                left += shift
            elif left > start:
                left = min(left, new_end)
            if right > start:
                right = right + shift if right >= end else min(right, new_end)
            return left, max(left, right)
        return tuple([_moved(item, start, end, shift, new_end) for item in value])
    if isinstance(value, msgspec.Struct):
        span = getattr(value, "span", None)
        if span is not None and span[1] <= start and span[0] < start:
            return value
        fields = [_moved(getattr(value, name), start, end, shift, new_end) for name in value.__struct_fields__]
        return type(value)(*fields)
    return value
