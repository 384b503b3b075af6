"""Suppression comments: which findings they turn off, which of them turn off none, and where another can be written.

`# isolint: ignore`, `# isolint: ignore[NAME, ...]`, `# noqa` and `# noqa: CODE, ...` count for a finding that begins or
ends on their line. What a finding is, and which rules are selected, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from isolint.check.select import how_exactly
from isolint.names.symbols import Site
from isolint.rules.finding import Finding
from isolint.rules.registry import Rule, find, rules
from isolint.rules.subject import Suppression
from isolint.syntax.comments import comments
from isolint.syntax.facts import Span
from isolint.syntax.source import SourceFile

_DIRECTIVE = re.compile(
    rb"#\s*(?:isolint:\s*(?P<ignore>ignore)(?:\[(?P<names>[^\]]*)\])?"
    rb"|noqa\b(?::\s*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?)",
    re.IGNORECASE,
)
_WORDS = (b"isolint:", b"noqa", b"ISOLINT:", b"NOQA", b"Isolint:", b"NoQA")
"""What a directive has in it: looked for first, since that takes no time."""

_NAME = re.compile(rb"[^\s,](?:[^,]*[^\s,])?")
_CODE = re.compile(rb"[^\s,]+")
_UNUSED = "ISO901"


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: its absolute span, its line (from 0), the names in it (None: it turns off everything) with their
    absolute spans, and whether it is ours (`isolint: ignore`) or everybody's (`noqa`)."""

    start: int
    end: int
    line: int
    names: tuple[str, ...] | None
    places: tuple[Span, ...]
    ours: bool

    def turns_off(self, finding: Finding) -> tuple[str, ...]:
        """The names in it that turn off this finding; ("",) for a directive without names; () when it does not."""
        if self.names is None:
            # What says that a directive is of no use is not turned off by that very directive.
            return () if finding.code == _UNUSED else ("",)
        # Who turns off the finding whose place this one takes means this one, too: it is the same call.
        general = find(finding.instead_of) if finding.instead_of else None
        meant = [(finding.code, finding.name), *([] if general is None else [(general.code, general.name)])]
        return tuple(name for name in self.names if any(self._means(name, *rule) for rule in meant))

    def _means(self, name: str, code: str, rule: str) -> bool:
        return how_exactly(code, rule, name) > 0 if self.ours else name.upper() == code


def may_have_directives(text: bytes, low: int = 0, high: int | None = None) -> bool:
    """Whether a directive may begin between two offsets: quickly told from words, and no is certain."""
    return any(text.find(word, low, high) >= 0 for word in _WORDS)


def directives(source: SourceFile) -> tuple[Directive, ...]:
    """All directives of a file, in order."""
    return tuple(_between(source, 0, len(source.text)))


def directives_of(source: SourceFile, lines: Iterable[int]) -> tuple[Directive, ...]:
    """The directives on these lines (from 0)."""
    bounds = ((source.lines.start(line), source.lines.content_end(line)) for line in dict.fromkeys(lines))
    return tuple(one for low, high in bounds for one in _between(source, low, high))


def _between(source: SourceFile, low: int, high: int) -> Iterator[Directive]:
    """Those that begin between two offsets. Most files have none, and are not parsed for it."""
    if not may_have_directives(source.text, low, high):
        return
    seen: dict[str, tuple[Span, ...]] = {}
    for match in _DIRECTIVE.finditer(source.text, low, high):
        chunk = source.chunk_at(match.start())
        if chunk is None:
            continue
        start = source.start(chunk.key)
        if chunk.key not in seen:
            seen[chunk.key] = tuple(comments(source.source(chunk.key)))
        # In a chunk with an open string nobody can tell what is a comment: it is taken for what it looks like.
        if chunk.broken or any(begin <= match.start() - start < end for begin, end in seen[chunk.key]):
            yield _directive(match, source)


def _directive(match: re.Match[bytes], source: SourceFile) -> Directive:
    ours = match["ignore"] is not None
    group = "names" if ours else "codes"
    line = source.lines.line(match.start())
    if match[group] is None:
        return Directive(*match.span(), line, None, (), ours)
    found = list((_NAME if ours else _CODE).finditer(source.text, *match.span(group)))
    names = tuple(one[0].decode("utf-8", "replace") for one in found)
    return Directive(*match.span(), line, names, tuple(one.span() for one in found), ours)


def unused(
    source: SourceFile,
    written: Iterable[Directive],
    used: Iterable[tuple[Directive, str]],
    is_selected: Callable[[Rule], bool],
    is_decided: Callable[[int], bool],
) -> Iterator[Suppression]:
    """The directives, or names in them, that turn off nothing. `used` are those that do; `is_selected` says whether a
    rule is on in this file, `is_decided` whether all findings that may be at an offset are known."""
    needed = set(used)
    for one in written:
        if one.names is None:
            serious = (rule for rule in rules() if rule.default_severity in ("error", "warning"))
            idle = one.ours and (one, "") not in needed and all(map(is_selected, serious)) and is_decided(one.start)
            names: tuple[str, ...] = ()
        else:
            names = tuple(
                name for name in one.names if (one, name) not in needed and _is_idle(one, name, is_selected, is_decided)
            )
            idle = bool(names)
        chunk = source.chunk_at(one.start) if idle else None
        if chunk is not None and not chunk.flawed:
            span = (one.start, one.end)
            if one.names is not None and len(names) == 1 and len(one.names) > 1:
                span = one.places[one.names.index(names[0])]
            start = source.start(chunk.key)
            yield Suppression(Site(source.path, chunk.key, span[0] - start, span[1] - start), names)


def _is_idle(one: Directive, name: str, is_selected: Callable[[Rule], bool], is_decided: Callable[[int], bool]) -> bool:
    meant = [rule for rule in rules() if how_exactly(rule.code, rule.name, name) > 0]
    if not one.ours:
        meant = [rule for rule in meant if find(name) == rule]
    if not meant:
        return one.ours  # the code of another tool; or a name of ours that is none
    if any(rule.code == _UNUSED for rule in meant):
        return False
    return any(map(is_selected, meant)) and is_decided(one.start)
