"""Marks of which one of several rows holds: of parameter sets, of the ways through an `if` or a `try`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from isolint.names.symbols import Site
from isolint.pytest_model.evaluate import mark_key
from isolint.pytest_model.shapes import Among, Mark
from isolint.store.memo import Store


def merged(store: Store, rows: Sequence[Sequence[Mark]], of: Site | str, reason: str) -> list[Mark]:
    """The marks of all rows, in the order of the first that has each; certain where every row has the same. `of` is
    what has these rows: a `parametrize` mark, a fixture, a statement."""
    found: dict[object, tuple[Mark, set[int]]] = {}
    for number, row in enumerate(rows):
        times: dict[object, int] = {}
        for mark in row:
            key = mark_key(store, mark)
            times[key] = times.get(key, 0) + 1
            found.setdefault((key, times[key]), (mark, set()))[1].add(number)
    return [
        mark
        if len(numbers) == len(rows)
        else replace(
            mark,
            certain=False,
            reason=mark.reason or reason,
            among=Among(of, frozenset(numbers), len(rows)) if mark.certain else None,
        )
        for mark, numbers in found.values()
    ]
