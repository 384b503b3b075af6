"""Where the fixture or mark that is pointed at is defined, and everything that refers to it. No protocol here."""

from __future__ import annotations

from collections.abc import Callable

from isolint.check.report import Location
from isolint.check.session import Session, never
from isolint.features.mark_names import mark_at, mark_definitions, mark_references
from isolint.features.mentions import Mention, mention_at, mentions, names_of, place_of, source_of
from isolint.features.progress import Step, Tell, nobody
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.shapes import FixtureDef


def definitions(
    session: Session, path: str, offset: int, cancelled: Callable[[], bool] = never
) -> tuple[Location, ...]:
    """Where what is pointed at is defined: of a test's parameter the definition that this test gets, of a fixture's
    parameter all that its users get, the nearest first."""
    with session.asked(cancelled):
        return _definitions(session, path, offset)


def _definitions(session: Session, path: str, offset: int) -> tuple[Location, ...]:
    found = mention_at(session, path, offset)
    if found is None:
        mark = mark_at(session, path, offset)
        return () if mark is None else mark_definitions(session, path, mark[0])
    mention, _ = found
    places = [session.locate(site) for site in mention.direct]
    places += [place_of(session, one) for one in mention.definitions]
    return tuple(dict.fromkeys(place for place in places if place is not None))


def references(
    session: Session,
    path: str,
    offset: int,
    declaration: bool,
    cancelled: Callable[[], bool] = never,
    tell: Tell = nobody,
) -> tuple[Location, ...]:
    """Every place that refers to one of the definitions of what is pointed at; `declaration`: these too."""
    with session.asked(cancelled):
        return _references(session, path, offset, declaration, tell)


def _references(session: Session, path: str, offset: int, declaration: bool, tell: Tell) -> tuple[Location, ...]:
    found = mention_at(session, path, offset)
    if found is None:
        mark = mark_at(session, path, offset)
        return () if mark is None else mark_references(session, mark[0], tell)
    mention, _ = found
    if mention.direct:
        return _of_parameter(session, path, mention)
    return _of_fixtures(session, mention.definitions, declaration, tell)


def _of_fixtures(
    session: Session, wanted: tuple[FixtureDef, ...], declaration: bool, tell: Tell
) -> tuple[Location, ...]:
    """Every place that refers to one of these definitions, in order."""
    sources = {source_of(one) for one in wanted}
    names = names_of(session, wanted)
    found: dict[Location, None] = {}
    files = tuple(session.search.files_with(*names))
    for number, file in enumerate(files, 1):
        before = len(found)
        for one in (one for name in names for one in mentions(session, file, name)):
            if one.kind == "definition" and not declaration:
                continue
            if any(source_of(each) in sources for each in one.definitions):
                where = session.locate(one.site)
                if where is not None:
                    found[where] = None
        tell(Step(number, len(files), tuple(found)[before:]))
    config = session.store.get(CONFIG, f"{session.root}/test_.py")
    if config.usefixtures_place is not None and not names.keys().isdisjoint(config.usefixtures):
        where = session.locate(config.usefixtures_place)
        if where is not None:
            found[where] = None
    return tuple(sorted(found, key=lambda where: (where.path, where.start, where.line)))


def _of_parameter(session: Session, path: str, mention: Mention) -> tuple[Location, ...]:
    """The places of a name that a `parametrize` fills: its own, and the parameters that it fills."""
    sites = set(mention.direct)
    found = [site for one in mentions(session, path, mention.name) if sites & set(one.direct) for site in (one.site,)]
    places = [session.locate(site) for site in dict.fromkeys((*mention.direct, *found))]
    kept = {place for place in places if place is not None}
    return tuple(sorted(kept, key=lambda where: (where.path, where.start)))
