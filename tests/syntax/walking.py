"""Every fact below some facts, whatever its kind: for tests that count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec


def facts_in(facts: object) -> Iterator[Any]:
    """All facts, in no order of interest."""
    waiting: list[object] = [facts]
    while waiting:
        value = waiting.pop()
        if isinstance(value, tuple):
            waiting.extend(value)
        elif isinstance(value, msgspec.Struct):
            yield value
            waiting.extend(getattr(value, name) for name in value.__struct_fields__)
