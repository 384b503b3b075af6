"""What a rule gets to see: one test with its Trace and where its facts are written; and how an escape becomes a
finding.

Shared by the rule modules. No analysis here: everything said was decided in `placement` and `pytest_model`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from isolint.names.symbols import FunctionRef, Site
from isolint.placement.shapes import Escape, Trace
from isolint.pytest_model.shapes import DatabaseMode, Runner, TestItem
from isolint.rules.finding import Finding, Related
from isolint.rules.registry import Rule


@dataclass(frozen=True, slots=True)
class Subject:
    """One test. `rules` gives the rule's code of a hop's row, `names` the site of a function's name after `def`."""

    item: TestItem
    runner: Runner
    mode: DatabaseMode
    trace: Trace
    rules: dict[str, str] = field(default_factory=dict)
    names: dict[FunctionRef, Site] = field(default_factory=dict)

    def escapes(self, code: str) -> Iterable[Escape]:
        """The escapes of the test's own body that belong to a rule."""
        return (e for e in self.trace.escapes if e.fixture is None and self.code(e) == code)

    def code(self, escape: Escape) -> str:
        """Whatever led there, what works in a running loop is for one rule."""
        return "ISO202" if escape.place.has_loop else self.rules.get(escape.row, "ISO101")


def finding(rule: Rule, subject: Subject, escape: Escape, note: str, message: str) -> Finding:
    """The finding of an escape; what is only likely is a warning, and so are rows that were seen to."""
    cause, cause_name = cause_of(subject, escape)
    severity = rule.default_severity
    if (escape.confidence == "likely" or is_seen_to(escape)) and severity == "error":
        severity = "warning"
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=severity,
        confidence=escape.confidence,
        message=message,
        note=note,
        site=escape.site,
        test=subject.item.node_id,
        effect=escape.kind,
        place=place_of(escape),
        cause=cause,
        cause_name=cause_name,
        related=(*_why(subject), *chain(subject, escape), *seen_to(escape)),
        lowered=is_seen_to(escape),
    )


def place_of(escape: Escape) -> Literal["worker", "pool", "loop"] | None:
    """Where it happens, as findings name it."""
    if escape.place.has_loop:
        return "loop"
    thread = escape.place.thread
    return "worker" if thread == "worker" else "pool" if thread == "pool" else None


def sentence(subject: Subject, escape: Escape) -> str:
    """What happens, in one sentence."""
    test = subject.item.id.name
    model = escape.model
    what = f" {model}" if model and model != escape.payload else ""
    match escape.kind:
        case "write" if escape.cleans:
            return f"{escape.payload} removes{what} on another connection: it cleans up by hand after {test}"
        case "write":
            outcome = f"the row outlives {test}" if model else f"what it writes outlives {test}"
            return f"{escape.payload} writes{what} on another connection: {outcome}{but(escape)}"
        case "read":
            return f"{escape.payload} reads{what} on another connection: it does not see what {test} made"
    return f"{escape.payload} runs on another connection than {test}; whether it uses the database is not known"


def is_seen_to(escape: Escape) -> bool:
    """Whether somebody knew of the rows that stay: they are removed by hand, or made so that they are in nobody's
    way."""
    return escape.cleans or escape.removal is not None or escape.distinct is not None


def but(escape: Escape) -> str:
    """What somebody did about the rows that stay, as the end of a sentence."""
    if escape.removal is not None:
        how = "is all that removes it" if escape.removal.ensured else "is reached, which removes it by hand"
        return f"{', and' if escape.removal.ensured else ' unless'} {escape.removal.step.label} {how}"
    if escape.distinct is not None:
        return f"; values of {escape.distinct.label} keep such rows from clashing"
    return ""


def seen_to(escape: Escape) -> tuple[Related, ...]:
    """Where that is done."""
    if escape.removal is not None and escape.removal.step.site is not None:
        return (Related(escape.removal.step.site, escape.removal.step.label, "removal"),)
    if escape.distinct is not None and escape.distinct.site is not None:
        return (Related(escape.distinct.site, escape.distinct.label, "distinct"),)
    return ()


def chain(subject: Subject, escape: Escape) -> tuple[Related, ...]:
    """The way from the finding to the work: what leaks, at its name, and every call below the place of the finding,
    and what else the same call does there."""
    related: list[Related] = []
    cause, name = cause_of(subject, escape)
    if cause is not None:
        related.append(Related(cause, name, "chain"))
    seen = {escape.site, *(r.site for r in related)}
    for step in escape.via[1:]:
        if step.site is not None and step.site not in seen:
            seen.add(step.site)
            related.append(Related(step.site, step.label, "chain"))
    for step in escape.besides:
        if step.site is not None and step.site not in seen:
            seen.add(step.site)
            related.append(Related(step.site, step.label, "besides"))
    return tuple(related)


def cause_of(subject: Subject, escape: Escape) -> tuple[Site | None, str]:
    """What leaks: the first project function on the way, by its name's place; else the callee at the finding."""
    for step in escape.via[1:] if escape.fixture else escape.via:
        if step.target is not None and step.target.name != "lambda" and step.target in subject.names:
            site = subject.names[step.target]
            if (site.path, site.chunk) != (escape.site.path, escape.site.chunk):
                return site, step.target.name
    return None, escape.payload


def _why(subject: Subject) -> tuple[Related, ...]:
    related = [Related(site, message, "mode") for site, message in subject.mode.reasons if site is not None]
    if subject.runner.site is not None:
        related.append(Related(subject.runner.site, subject.runner.reason, "runner"))
    return tuple(related)


@dataclass(frozen=True, slots=True)
class Suppression:
    """Names in a comment that turn nothing off. `names` are as written, () when the comment names none and turns off
    nothing at all; `site` is the comment from its `#`, or the one name of several."""

    site: Site
    names: tuple[str, ...]
