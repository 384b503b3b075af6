"""Which fixtures of a test can have a say in what it does to the database, seen from their facts alone.

Most of a closure cannot: installed fixtures that nobody asks for, and bodies without any work. With a query of its own,
such a fixture that comes or goes runs no test through again. What the others do is for `trace`.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from isolint.names.symbols import FunctionRef
from isolint.placement.queries import decorator_patches
from isolint.pytest_model.closures import closure
from isolint.pytest_model.functions import walk, whole
from isolint.pytest_model.shapes import Closure, FixtureDef, Taker, TestItem
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_IDLE = (f.Constant, f.Name, f.Yield, f.Evaluate, f.Return)
"""What a body without any work consists of."""


class Acting(Struct, frozen=True, gc=False):
    """The part of a closure that counts, in its order: names with their definitions, furthest to closest; who runs the
    closest; the names that are parametrized directly."""

    fixtures: tuple[tuple[str, tuple[FixtureDef, ...]], ...] = ()
    takers: tuple[tuple[str, Taker], ...] = ()
    direct: frozenset[str] = frozenset()

    def definitions(self, name: str) -> tuple[FixtureDef, ...]:
        """The definitions of a name, furthest to closest."""
        return next((defs for n, defs in self.fixtures if n == name), ())


def _does_nothing(store: Store, ref: FunctionRef) -> bool:
    node = whole(store, ref)
    if node is None or decorator_patches(store, ref):
        return False
    return all(
        isinstance(part, _IDLE) or (isinstance(part, f.Simple) and part.kind == "pass") for part in walk(node.body)
    )


does_nothing: Query[FunctionRef, bool] = Query("does nothing", _does_nothing)
"""Whether a function neither calls, reads nor replaces anything, whoever replaces whatever."""


def _acting(store: Store, item: TestItem) -> Acting:
    fixtures = closure(store, item.id)
    known = dict(fixtures.fixtures)
    counted: set[str] = set()
    waiting = [*item.params, *_workers(store, fixtures)]
    while waiting:
        name = waiting.pop()
        if name in known and name not in counted:
            counted.add(name)
            waiting += [needed for one in known[name] for needed in one.params]
    return Acting(
        tuple([one for one in fixtures.fixtures if one[0] in counted]),
        tuple([one for one in fixtures.takers if one[0] in counted]),
        fixtures.direct,
    )


def _workers(store: Store, fixtures: Closure) -> Iterator[str]:
    """The fixtures that may do something by themselves."""
    for name, definitions in fixtures.fixtures:
        for one in definitions:
            if one.xunit is not None or (one.ref is not None and not one.opaque and not does_nothing(store, one.ref)):
                yield name
                break


acting: Query[TestItem, Acting] = Query("acting fixtures", _acting)
"""The fixtures of a test that count."""
