"""Waits until files of the project change (`check --watch`). What is done then is the command's business.

The files are looked at, every half a second or less often: no library of file events is needed for it, which would have
to be installed beside the tests, and it works where no events come (containers, network folders). What a look costs
decides how long the pause is, so that looking never takes more than a twentieth of a processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

State = Mapping[str, object]
"""Paths, and what tells one state of each from another."""

LEAST = 0.5
"""Seconds between two looks, where a look costs next to nothing."""

SHARE = 20
"""A pause is at least so many times as long as the look before it."""


def changes(look: Callable[[], State], pause: Callable[[float], object] = time.sleep) -> Iterator[list[str]]:
    """The paths that have changed, come or gone, each time that some have and no more do (a checkout writes many). What
    changes while nobody waits is told next. The first look is when the first is asked for."""
    before = look()
    yield []
    while True:
        now, cost = _timed(look)
        while now == before:
            pause(max(LEAST, SHARE * cost))
            now, cost = _timed(look)
        settled = False
        while not settled:
            pause(max(LEAST, SHARE * cost) / 4)
            again, cost = _timed(look)
            settled, now = again == now, again
        changed = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
        before = now
        if changed:
            yield changed


def _timed(look: Callable[[], State]) -> tuple[State, float]:
    begun = time.perf_counter()
    state = look()
    return state, time.perf_counter() - begun
