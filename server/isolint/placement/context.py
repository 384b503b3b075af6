"""Where an evaluation is: the route from the entry of the function under evaluation, and the chain that led here."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from isolint.catalog.places import IDENTITY, Route
from isolint.names.symbols import FunctionRef, Site
from isolint.placement.shapes import Guard, Step, Value

MAX_CHAIN = 12
"""Links of a chain that are kept; the middle of a longer one is elided."""

Keywords = tuple[tuple[str, Value], ...]
"""Keyword arguments in order."""

SPREAD = "**"
"""The name of a keyword argument that stands for `**value` while the value is not known yet."""


class Context(Struct, frozen=True, cache_hash=True, gc=False):
    """Where the machine works: the route from the entry of the function under evaluation to here, the chain that led
    here, the first hop that has a rule, whether all of it is certain, and the guards that calls decide. `muted`: only
    values are wanted. `always`: no condition at all was on the way (`certain` leaves out those that a test was written
    to meet)."""

    route: Route = IDENTITY
    via: tuple[Step, ...] = ()
    hop: str = ""
    certain: bool = True
    guards: tuple[Guard, ...] = ()
    phase: Literal["setup", "teardown"] = "setup"
    muted: bool = False
    always: bool = True
    depth: int = 0

    def step(self, site: Site | None, label: str, row: str = "", target: FunctionRef | None = None) -> Context:
        """The context one link further."""
        return replace(self, via=shorten((*self.via, Step(site, label, row, target))))


def shorten(via: tuple[Step, ...]) -> tuple[Step, ...]:
    """A chain of at most MAX_CHAIN links."""
    if len(via) <= MAX_CHAIN:
        return via
    half = MAX_CHAIN // 2
    return (*via[:half], *via[-half:])
