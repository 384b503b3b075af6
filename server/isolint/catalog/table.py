"""The table of all rows: by canonical name, the user's rows included. A later row of the same name wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from isolint.catalog.cures import CURES
from isolint.catalog.django_orm import DESCRIPTORS, ORM
from isolint.catalog.factories import FACTORIES
from isolint.catalog.hops import HOPS
from isolint.catalog.kept import KEPT
from isolint.catalog.others import CONSTRUCTORS, DECORATORS, MOCKS, NAMED, PATCHES, PURE, STACKS, UNLIKE
from isolint.catalog.places import BRIDGE, SENSITIVE, THREAD, Route
from isolint.catalog.routers import ROUTERS
from isolint.catalog.rows import Acts, Answers, Chosen, Cures, Decorates, Dispatches, Extends, Gives, Row, Runs, Wraps
from isolint.catalog.signals import SIGNALS
from isolint.catalog.web import WEB
from isolint.workspace.shapes import UserRows

ROWS: tuple[Row, ...] = (
    *HOPS,
    *ORM,
    *KEPT,
    *FACTORIES,
    *MOCKS,
    *PATCHES,
    *NAMED,
    *STACKS,
    *CURES,
    *CONSTRUCTORS,
    *DECORATORS,
    *PURE,
    *UNLIKE,
    *SIGNALS,
    *WEB,
    *ROUTERS,
)


def switched_name(row: Wraps | Runs) -> str:
    """The name under which a row's other route (its `unless`) is kept in the table."""
    assert row.unless is not None
    return f"{row.name} ({row.unless[0]}={row.unless[1]})"


class Table:
    """Rows by canonical name (the first of a name's rows that fits is taken by the asker)."""

    __slots__ = ("_extends", "_rows", "cure_words", "cures", "declared", "descriptors", "dispatches", "settings")

    def __init__(self, rows: Iterable[Row], declared: Sequence[Row] = ()) -> None:
        self.declared = frozenset(row.name for row in declared)
        """The names of the user's rows, which may be functions of the project."""
        self._rows: dict[str, Row] = {}
        self._extends: dict[str, tuple[str, ...]] = {}
        self.descriptors = DESCRIPTORS
        self.cures: dict[str, Cures] = {}
        """The cures by name, apart from the other rows: what is called may also be replaced."""
        self.dispatches: dict[str, Dispatches] = {}
        """What objects of a class do, apart from what calling the class does."""
        for row in (*rows, *declared):
            if isinstance(row, Extends):
                self._extends[row.name] = row.bases
            elif isinstance(row, Dispatches):
                self.dispatches[row.name] = row
            elif isinstance(row, Cures) and row.by != "call":
                self.cures[row.name] = row
            else:
                self._rows[row.name] = row
                if isinstance(row, Wraps | Runs) and row.unless is not None:
                    other = replace(row, name=switched_name(row), route=row.unless[2], rule=row.unless[3], unless=None)
                    self._rows[other.name] = other
                if isinstance(row, Decorates) and row.factory:
                    self._rows[f"{row.name}()"] = Decorates(f"{row.name}()")
                if isinstance(row, Answers) and row.function is None:
                    self._rows[f"{row.name}()"] = replace(row, name=f"{row.name}()", applied=True)

        self.settings = frozenset(row.setting for row in self._rows.values() if isinstance(row, Chosen))
        """The settings of Django that say where something is kept."""
        self.cure_words = frozenset(
            name.rpartition(".")[2] for name, row in self.cures.items() if row.by == "replacement"
        )
        """The last parts of the names that cure when they are replaced."""

    def get(self, name: str) -> Row | None:
        """The row of a canonical name."""
        return self._rows.get(name)

    def rows(self) -> Iterable[Row]:
        """All rows but those that extend classes."""
        return self._rows.values()

    def bases(self, name: str) -> tuple[str, ...]:
        """Further classes that the class `name` inherits from."""
        return self._extends.get(name, ())

    def __len__(self) -> int:
        return len(self._rows)


_USER_HOPS: dict[str, tuple[Route, str]] = {
    "worker": (SENSITIVE, "ISO101"),
    "pool": (THREAD, "ISO103"),
    "home": (BRIDGE, ""),
}


def user_rows(rows: UserRows) -> tuple[Row, ...]:
    """The rows that the settings declare by dotted name."""
    made: list[Row] = []
    for name, where in rows.hops.items():
        route, rule = _USER_HOPS[where]
        made.append(Wraps(name, route, "call" if where == "home" else "await", rule, awaits=where == "home"))
    made += [Acts(name, "read" if kind == "read" else "write") for name, kind in rows.effects.items()]
    made += [Gives(name) for name in sorted(rows.pure)]
    return tuple(made)


def table(rows: UserRows | None = None) -> Table:
    """The table of our rows and the user's."""
    return Table(ROWS, user_rows(rows) if rows else ())
