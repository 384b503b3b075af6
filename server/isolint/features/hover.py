"""Hover: what isolint knows of the test, fixture, mark or suppression that is pointed at, as Markdown.

No analysis and no protocol here: sentences about what the rooms above decided.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from isolint.catalog.places import Place
from isolint.check.report import Leak, Location, RelatedPlace, Resolved, TestVerdict
from isolint.check.session import Session, never
from isolint.check.suppressions import directives_of
from isolint.features.mark_names import mark_at, registered
from isolint.features.mentions import Mention, mention_at, place_of
from isolint.features.views import key_of, views_of
from isolint.placement.queries import summary
from isolint.placement.shapes import Effect
from isolint.pytest_model.registry import visible
from isolint.pytest_model.shapes import FixtureDef
from isolint.rules.registry import find, page

_VERDICTS = {
    "leaks": "**leaks**: database work leaves the test's transaction",
    "safe": "**safe**: all database work is rolled back",
    "undecided": "**undecided**",
    "not-rollback": "not rolled back",
}
_MOST = 8

Hover = tuple[str, int, int]
"""Markdown, and the span (bytes) it is about."""


def hover(session: Session, path: str, offset: int, cancelled: Callable[[], bool] = never) -> Hover | None:
    """What there is to say of an offset; None where there is nothing."""
    with session.asked(cancelled):
        return (
            _of_test(session, path, offset)
            or _of_suppression(session, path, offset)
            or _of_mention(session, path, offset)
            or _of_mark(session, path, offset)
        )


# --- tests -----------------------------------------------------------------------------------------------------------


def _of_test(session: Session, path: str, offset: int) -> Hover | None:
    for item in session.items(path):
        name = session.locate(item.site)
        if name is not None and name.path == path and name.start <= offset <= name.end:
            verdict = session.verdict(item)
            if verdict is not None:
                said = describe(verdict, session.root, session.resolved_for(item))
                return said, name.start, name.end
    return None


def describe(verdict: TestVerdict, root: str, names: Sequence[Resolved] = ()) -> str:
    """Runner, database mode and why, place and verdict of a test, and the installed names it rests on, as Markdown."""
    databases = f" of {', '.join(verdict.databases)}" if verdict.databases else ""
    lines = [
        f"**{verdict.test.rpartition('::')[2]}** · isolint",
        "",
        f"- verdict: {_VERDICTS[verdict.verdict]}",
        f"- runner: `{verdict.runner}`{_because(verdict.runner_reason, root)}",
        f"- database: `{verdict.mode}`{databases}{_because(verdict.mode_reason, root)}",
        f"- place: {verdict.place}",
    ]
    if verdict.reasons:
        ways = {leak.message: _way(leak, root) for leak in reversed(verdict.leaks)}
        lines.append("")
        for reason in verdict.reasons[:_MOST]:
            lines.append(f"> {reason}  ")
            # A reason that stands elsewhere ends with its place.
            way = next((way for message, way in ways.items() if reason.startswith(message)), "")
            lines += [f"> {way}  "] if way else []
        if len(verdict.reasons) > _MOST:
            lines.append(f"> and {len(verdict.reasons) - _MOST} more")
    told = [one for one in names if not one.canonical.rpartition(".")[2].startswith("_")]
    if told:
        more = f", and {len(told) - _MOST} more" if len(told) > _MOST else ""
        lines += ["", f"Resolved by jedi: {', '.join(_named(one) for one in told[:_MOST])}{more}"]
    return "\n".join(lines)


def _way(leak: Leak, root: str) -> str:
    """The calls from the test, or the fixture, to the work; "" when there are none in between."""
    at = [] if leak.location is None else [f"{_relative(leak.location, root)}:{leak.location.line}"]
    calls = [f"`{one.message}` {_relative(one.location, root)}:{one.location.line}" for one in leak.chain]
    if len(calls) > _MOST:
        left_out = len(calls) - _MOST + 1
        calls = [*calls[: _MOST // 2], f"… {left_out} calls …", *calls[_MOST // 2 + left_out :]]
    return " → ".join([*at, *calls]) if calls else ""


def _named(one: Resolved) -> str:
    name, _, owner = one.sentence().partition(" ")
    return f"`{name}` {owner}"


def _because(places: tuple[RelatedPlace, ...], root: str) -> str:
    parts = []
    for place in places[:_MOST]:
        where = place.location
        at = f", {_relative(where, root)}:{where.line}" if where.path else ""
        parts.append(f"{place.message}{at}")
    return f" ({'; '.join(parts)})" if parts else ""


# --- fixtures --------------------------------------------------------------------------------------------------------


def _of_mention(session: Session, path: str, offset: int) -> Hover | None:
    found = mention_at(session, path, offset)
    if found is None:
        return None
    mention, where = found
    if mention.direct:
        return f"**{mention.name}** · filled by `parametrize`, no fixture", where.start, where.end
    if not mention.definitions:
        return None
    parts = [_fixture(session, one, mention) for one in mention.definitions[:_MOST]]
    return "\n\n---\n\n".join(parts), where.start, where.end


def _fixture(session: Session, one: FixtureDef, mention: Mention) -> str:
    scope = one.scope or "computed"
    kinds = [f"{scope} scope", *(["autouse"] if one.autouse else []), *(["async"] if one.is_async else [])]
    lines = [f"**{one.name}** · fixture, {', '.join(kinds)}", "", f"- defined in {_where(session, one)}"]
    if one.params:
        lines.append(f"- requests {', '.join(f'`{name}`' for name in one.params)}")
    chain = _chain(session, one, mention)
    index = next((i for i, each in enumerate(chain) if key_of(each) == key_of(one)), -1)
    if index >= 0:
        lines += [f"- overrides {_where(session, each)}" for each in reversed(chain[:index])]
        lines += [f"- overridden in {_where(session, each)}" for each in chain[index + 1 :]]
    lines += [f"- database: {line}" for line in _work(session, one)]
    return "\n".join(lines)


def _chain(session: Session, one: FixtureDef, mention: Mention) -> tuple[FixtureDef, ...]:
    """All definitions of the name as the test that is pointed at sees them, furthest to closest; for a definition as
    the first test sees them that sees it."""
    if mention.node is not None:
        return visible(session.store, (one.name, mention.node))
    return next((view.chain for view in views_of(session, one)), (one,))


def _where(session: Session, one: FixtureDef) -> str:
    place = place_of(session, one)
    at = "" if place is None else f"`{_relative(place, session.root)}:{place.line}`"
    if one.external is None:
        return at or "an unknown place"
    known = Resolved(one.canonical, one.external.distribution, one.external.version)
    return f"{_named(known)}, resolved by jedi"


def _relative(place: Location, root: str) -> str:
    relative = os.path.relpath(place.path, root)
    return place.path if relative.startswith("..") else relative.replace(os.sep, "/")


def _work(session: Session, one: FixtureDef) -> list[str]:
    """What a fixture's own body does to the database, a line for each kind of work."""
    if one.ref is None:
        return []
    known = summary(session.store, one.ref)
    entry = Place.WORKER_LOOP if one.is_async else Place.HOME
    found: dict[str, None] = {}
    for effect in known.effects:
        place = effect.route[entry]
        if place is not None:
            found[_effect(effect, place)] = None
    lines = sorted(found)[:_MOST]
    if not lines and known.opaque:
        lines.append("not known: it calls what could not be followed")
    return lines or ["nothing that was found"]


def _effect(effect: Effect, place: Place) -> str:
    verb = {"read": "reads", "write": "writes"}.get(effect.kind, "may use the database")
    what = f"{verb} {effect.model}" if effect.model else verb
    where = {"home": "on the test's connection", "unknown": "on a thread that is not known"}
    after = " after the test" if effect.phase == "teardown" else ""
    doubt = "" if effect.certain else " (under a condition)"
    return f"{what} {where.get(place.thread, 'on **another connection**')}{after}{doubt}"


# --- marks and suppressions ------------------------------------------------------------------------------------------


def _of_mark(session: Session, path: str, offset: int) -> Hover | None:
    found = mark_at(session, path, offset)
    if found is None:
        return None
    name, where = found
    texts = [one.text for one in registered(session, path, name)]
    lines = [f"**{name}** · mark", "", *(f"`{text}`" for text in texts[:_MOST])]
    if not texts:
        lines.append("not registered in the configuration, a conftest or a plugin that is known")
    return "\n".join(lines), where.start, where.end


def _of_suppression(session: Session, path: str, offset: int) -> Hover | None:
    """The rule that a suppression comment names, where it is pointed at."""
    source = session.source_file(path)
    if source is None:
        return None
    for comment in directives_of(source, [source.lines.line(offset)]):
        for name, (start, end) in zip(comment.names or (), comment.places, strict=True):
            rule = find(name)
            if rule is not None and start <= offset <= end:
                said = f"**{rule.name}** ({rule.code}) · isolint\n\n{page(rule).headline}\n\n[More]({rule.url})"
                return said, start, end
    return None
