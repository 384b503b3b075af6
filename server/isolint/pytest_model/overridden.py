"""Arguments of `django_db` marks that do not count: pytest-django reads the closest mark and no other.

Which mark is the closest is decided in `marks`; whether a loss matters to the reader is all that is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from isolint.names.symbols import ClassRef, Site
from isolint.pytest_model.evaluate import UNREADABLE
from isolint.pytest_model.item_marks import keyword
from isolint.pytest_model.pytestmarks import marks_by_class
from isolint.pytest_model.shapes import LostArguments, Mark, Mode, TestItem
from isolint.store.memo import Store

_ARGUMENTS = ("transaction", "reset_sequences", "databases", "serialized_rollback", "available_apps")
"""By position (pytest_django.fixtures._django_db_signature)."""

_DEFAULT: dict[str, object] = {"databases": ("default",)}
"""What counts without the argument; False or None for the others."""


def lost_arguments(store: Store, item: TestItem, marks: Iterable[Mark], mode: Mode) -> tuple[LostArguments, ...]:
    """What the `django_db` marks of a test say in vain. Nothing where a mark is not certain, or not written out."""
    found = [mark for mark in marks if mark.name == "django_db" or not mark.certain]
    if len(found) < 2 or not all(mark.certain and _is_readable(mark) for mark in found):
        return ()
    winner, *others = found
    if winner.site is None:
        return ()
    lost = []
    for other in others:
        if other.site is None or other.site == winner.site:
            continue
        how = _relation(store, item, winner, other)
        arguments = tuple(_lost(store, winner, other, how, mode))
        if arguments:
            level = winner.level if how == "outer" else other.level
            lost.append(LostArguments(arguments, other.site, winner.site, how, level))
    return tuple(lost)


def _is_readable(mark: Mark) -> bool:
    return not any(name == "**" for name, _ in mark.keywords)


def _relation(store: Store, item: TestItem, winner: Mark, other: Mark) -> Literal["outer", "derived", "same"]:
    if winner.level != other.level:
        return "outer"
    for cls in item.classes:
        holders: dict[Site | None, ClassRef] = {mark.site: one for one, mark in marks_by_class(store, cls)}
        if winner.site in holders and other.site in holders:
            return "same" if holders[winner.site] == holders[other.site] else "derived"
    # Two of the same function or module; or of a class and of the one around it.
    return "outer" if winner.level == "class" else "same"


def _lost(store: Store, winner: Mark, other: Mark, how: str, mode: Mode) -> Iterator[str]:
    for position, name in enumerate(_ARGUMENTS):
        theirs = keyword(store, other, name, position)
        ours = keyword(store, winner, name, position)
        if theirs is None or UNREADABLE in (theirs, ours):
            continue
        if name == "transaction" and theirs is True and ours is None and mode == "flush":
            continue  # a fixture asks for the same, or another argument implies it
        default = _DEFAULT.get(name, False)
        # An outer mark may be overruled on purpose, by saying so; a derived class that is overruled by its base never.
        in_vain = _same(theirs, default) if ours is None else how == "outer" or _same(theirs, ours)
        if not in_vain:
            yield f"{name}={_written(theirs)}"


def _same(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other


def _written(value: object) -> str:
    return repr(list(value)) if isinstance(value, tuple) else repr(value)
