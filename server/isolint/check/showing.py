"""What is shown in a file: the findings of its tests, what tests elsewhere say of it, and where that stands.

What many tests share stands once, at the fixture or mark that they share. What is true of a test is decided by `rules`,
which settings and comments count by `select` and `suppressions`; here it is put together and placed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from isolint.check.findings import dropped
from isolint.check.listing import Listing
from isolint.check.locating import Locator
from isolint.check.placing import Shown
from isolint.check.report import Fix, Location, PlacedFinding, RelatedPlace
from isolint.check.select import is_selected, selected
from isolint.check.suppressions import Directive, directives_of, unused
from isolint.check.texts import Texts
from isolint.names.symbols import Site
from isolint.placement.functions import find
from isolint.placement.trace import trace
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.shapes import TestItem
from isolint.rules.finding import Finding
from isolint.rules.registry import Rule, modules
from isolint.rules.registry import find as find_rule
from isolint.store.memo import Store
from isolint.workspace.shapes import Severity


class Showing:
    """The findings of the files of a listing. `of_tests` gives what all rules say about each test of a file,
    `is_waiting` says whether any question about installed names is not answered yet."""

    def __init__(
        self,
        store: Store,
        texts: Texts,
        listing: Listing,
        locator: Locator,
        of_tests: Callable[[str], list[tuple[Finding, ...]]],
        is_waiting: Callable[[], bool],
    ) -> None:
        self._store = store
        self._texts = texts
        self._listing = listing
        self._locator = locator
        self._of_tests = of_tests
        self._is_waiting = is_waiting
        self._given: dict[str, tuple[Finding, ...]] = {}
        self._shown: dict[str, Shown] = {}

    # --- what changes --------------------------------------------------------------------------------------------

    def look_again(self) -> None:
        """What tests say may be something else now."""
        self._given.clear()

    def place_again(self) -> None:
        """The settings may be other ones: nothing that was placed counts."""
        self._shown.clear()

    def take_over(self, elsewhere: Mapping[str, tuple[Finding, ...]]) -> None:
        """What the tests of files say of other files, as somebody else has found."""
        self._given.update(elsewhere)

    # --- what is asked -------------------------------------------------------------------------------------------

    def is_given(self, path: str) -> bool:
        """Whether somebody else has told what the tests of a file say of other files."""
        return path in self._given

    def elsewhere(self, path: str) -> tuple[Finding, ...]:
        """What the tests of a file say of other files: of fixtures and marks that they share with others."""
        given = self._given.get(path)
        if given is not None:
            return given
        return tuple(one for one in self._own(path) if one.test is None and one.site.path != path)

    def findings(self, path: str) -> tuple[Finding, ...]:
        """What is shown in one file, in order of position, before it is placed."""
        own = self._own(path)
        shown = self._without_general([one for one in own if one.test is not None and one.site.path == path], path)
        if self._listing.is_test_file(path):
            shown += [one for one in dropped(self._store, path) if one.site.path == path]
        shared: dict[tuple[Site, str, str], list[Finding]] = {}
        for user in self._listing.users(path):
            for one in own if user == path else self._of_user(user):
                if one.test is None and one.site.path == path:
                    shared.setdefault((one.site, one.code, one.cause_name), []).append(one)
        shown += [_joined(group) for group in shared.values()]
        if self._is_waiting():
            # An answer that is still to come may name what seems unknown now: nothing is said of it before.
            shown = [one for one in shown if one.effect != "unknown"]
        return (*shown, *self._unused(path, shown))

    def placed(self, path: str) -> tuple[PlacedFinding, ...]:
        """The findings shown in one file, with their places."""
        found = self.findings(path)
        if self._texts.source(path) is None:
            return ()
        shown = self._shown.get(path)
        if shown is None:
            shown = self._shown[path] = Shown(self._texts.source, lambda finding: self._place_shown(finding, path))
        return shown.placed(found)

    def severity(self, rule: Rule, path: str) -> Severity:
        """How findings of a rule in a file are reported: "off" where they are not."""
        if not self._is_on(rule.code, rule.name, path):
            return "off"
        chosen = self._listing.project.settings.severity
        return chosen.get(rule.name, chosen.get(rule.code, rule.default_severity))

    # --- together ------------------------------------------------------------------------------------------------

    def _own(self, path: str) -> list[Finding]:
        return [one for found in self._of_tests(path) if found for one in found]

    def _of_user(self, user: str) -> Sequence[Finding]:
        given = self._given.get(user)
        if given is not None:
            return given
        # That this rests on them is said by `elsewhere`.
        with self._store.watched():
            return self._own(user)

    def _without_general(self, shown: list[Finding], path: str) -> list[Finding]:
        """These findings without those whose place a more telling one takes that is on, too."""
        taken = {
            (one.test, one.site, one.instead_of)
            for one in shown
            if one.instead_of and self._is_on(one.code, one.name, path)
        }
        return [one for one in shown if (one.test, one.site, one.code) not in taken] if taken else shown

    def _unused(self, path: str, shown: Sequence[Finding]) -> Iterator[Finding]:
        """The suppression comments of a file that turn off none of these findings."""
        source = self._texts.source(path)
        if source is None or self._is_waiting():
            return
        written = self._texts.directives(path)
        if not written:
            return
        used: list[tuple[Directive, str]] = []
        for finding in shown:
            location = self._locator.locate(finding.site) if self._is_on(finding.code, finding.name, path) else None
            for one in written if location is not None else ():
                if location is not None and one.line in (location.line - 1, location.end_line - 1):
                    used += [(one, name) for name in one.turns_off(finding)]

        def is_on(rule: Rule) -> bool:
            return self._is_on(rule.code, rule.name, path)

        for suppression in unused(source, written, used, is_on, lambda offset: self._is_decided(path, offset)):
            for module in modules("suppression"):
                yield from module.findings(suppression)

    def _is_on(self, code: str, name: str, path: str) -> bool:
        return is_selected(code, name, path, self._listing.root, self._listing.project.settings)

    def _is_decided(self, path: str, offset: int) -> bool:
        """Whether everything is known of the test at this offset; of all tests that use the file where none is."""
        items = [item for user in self._listing.users(path) for item in self._items(user)]
        for item in items:
            found = find(self._store, item.ref) if item.ref.path == path else None
            span = None if found is None else self._locator.locate(Site(path, item.ref.chunk, *found.node.span))
            if span is not None and span.start <= offset < span.end:
                items = [item]
                break
        return not any(trace(self._store, item).undecided for item in items)

    def _items(self, path: str) -> tuple[TestItem, ...]:
        return tests_of(self._store, path) if self._listing.is_test_file(path) else ()

    # --- where it stands -----------------------------------------------------------------------------------------

    def _place_shown(self, finding: Finding, path: str) -> PlacedFinding | None:
        """A finding with its places; None when the settings or a comment turn it off."""
        source = self._texts.source(path)
        kept = selected(finding, path, self._listing.root, self._listing.project.settings)
        location = None if kept is None else self._locator.locate(kept.site)
        if kept is None or location is None or source is None:
            return None
        for one in directives_of(source, (location.line - 1, location.end_line - 1)):
            if one.turns_off(kept):
                return None
        return self._place(kept, location)

    def _place(self, finding: Finding, location: Location) -> PlacedFinding:
        related = []
        for part in finding.related:
            where = self._locator.locate(part.site)
            if where is not None:
                related.append(RelatedPlace(where, part.message, part.role))
        rule = find_rule(finding.code)
        start, _ = self._texts.inside_chunk(finding.site)
        return PlacedFinding(
            location=location,
            code=finding.code,
            name=finding.name,
            severity=finding.severity,
            confidence=finding.confidence,
            message=finding.message,
            note=finding.note,
            test=finding.test,
            effect=finding.effect,
            place=finding.place,
            cause=None if finding.cause is None else self._locator.locate(finding.cause),
            cause_name=finding.cause_name,
            related=tuple(related),
            tests=finding.tests,
            fix=None if finding.fix is None else Fix(finding.fix.applicability, finding.fix.title, finding.fix.reason),
            url="" if rule is None else rule.url,
            key=f"{finding.test or finding.cause_name}|{finding.code}|{finding.cause_name}|{start}",
            instead_of=finding.instead_of,
        )


def _joined(group: list[Finding]) -> Finding:
    """The findings of several tests at one fixture as one."""
    tests = tuple(dict.fromkeys(test for finding in group for test in finding.tests))
    # What is to be done about it must be right for all of them.
    fixes = [finding.fix for finding in group if finding.fix is not None]
    fix = max(fixes, key=lambda one: _HARDER.index(one.applicability), default=None)
    return replace(group[0], tests=tests, fix=fix)


_HARDER = ("safe", "unsafe", "none")
