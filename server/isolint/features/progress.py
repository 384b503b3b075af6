"""How far a question about the whole project is, file by file, for whoever waits for its answer. No protocol here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isolint.check.report import Location


@dataclass(frozen=True, slots=True)
class Step:
    """So many of so many files were looked at; `found` are the places that the last of them added to the answer."""

    done: int
    total: int
    found: tuple[Location, ...] = ()


Tell = Callable[[Step], None]


def nobody(_: Step) -> None:
    """Nobody waits for it."""
