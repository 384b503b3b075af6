"""One project under analysis: what is asked of it, and what changes.

The only entry for the command line and the server alike: here the parts of one project are put together, and what comes
from outside (buffers, disk, jedi's answers) is passed on to all that it concerns. Which files there are (`listing`),
what they say (`texts`), which have a word (`searching`), where something stands (`locating`) and what is shown in a
file (`showing`) are modules of their own; what is true of a test is decided in the rooms above. One thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar, cast

from isolint.catalog.table import table
from isolint.check import fixing
from isolint.check.findings import findings
from isolint.check.listing import Listing
from isolint.check.locating import Locator
from isolint.check.report import (
    Change,
    FileReport,
    FixEdits,
    Location,
    Offer,
    PlacedFinding,
    Resolved,
    TestVerdict,
    Unproven,
)
from isolint.check.resolved import resolved
from isolint.check.searching import Search
from isolint.check.showing import Showing
from isolint.check.texts import Texts
from isolint.check.verdicts import verdict
from isolint.names.bindings import Outline
from isolint.names.inputs import ANSWER, PROJECT
from isolint.names.origin import Answer, Origin, Question
from isolint.names.symbols import Site
from isolint.placement.heard import Reader
from isolint.placement.inputs import MAY_LEAVE, TABLE
from isolint.placement.reach import Reach
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT, USER_DATABASE_FIXTURES
from isolint.pytest_model.shapes import TestItem
from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.store.memo import Cancelled, Handle, Query, Store
from isolint.syntax.facts import Span
from isolint.syntax.source import SourceFile
from isolint.workspace.files import Stamp, stamp_of
from isolint.workspace.pytest_config import names_config_file
from isolint.workspace.shapes import Environment, Place, Problem, Settings, Severity

V = TypeVar("V")

OriginOf = Callable[[Environment, Sequence[str]], Origin]
"""Makes the origin of an environment and the project's import roots."""

_RECURSION_LIMIT = 20_000


def never() -> bool:
    """The flag of work that nobody cancels."""
    return False


class _Silent:
    """An origin without answers: everything outside the project stays unknown."""

    def answer(self, question: Question) -> Answer | None:  # noqa: ARG002 (the protocol)
        return None


@dataclass(slots=True)
class Rested:
    """What was asked of the store for a report, and of which chunks it tells the places."""

    reads: dict[Handle, None] = field(default_factory=dict)
    located: set[tuple[str, str]] = field(default_factory=set)


class Session:
    """One project. All paths are absolute, all offsets count bytes of the UTF-8 text.

    `overrides` are settings that win over `pyproject.toml` (the editor's or the command line's), `open_origin` makes
    who answers for installed packages; without it they stay unknown. `once`: the whole project is judged and hardly
    edited afterwards, so tests that cannot leave home are told first, all together."""

    def __init__(
        self,
        root: str,
        *,
        overrides: Mapping[str, object] | None = None,
        open_origin: OriginOf | None = None,
        once: bool = False,
    ) -> None:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
        self.root = root
        self._open_origin = open_origin
        self._once = once
        self._reach: Reach | None = None
        self._heard: Reader | None = None
        self._told: set[str] = set()  # the files whose tests `_reach` has been asked about
        self._rests: dict[str, Rested] = {}
        self._start_reads: dict[str, dict[Handle, None]] = {}
        self.store = Store()
        self._texts = Texts(self.store)
        self._locator = Locator(self._texts)
        self.listing = Listing(root, dict(overrides or {}), self.store, self._texts)
        """Which files there are, and what is configured."""
        self.search = Search(self.store, self._texts)
        """Which of them have a word."""
        self._showing = Showing(
            self.store, self._texts, self.listing, self._locator, self._findings_of_tests, lambda: self.wanted() > 0
        )
        self._unanswered: set[Question] = set()
        self._stamps: dict[str, Stamp | None] = {}
        self._reported: dict[str, tuple[PlacedFinding, ...]] = {}
        self._watched: dict[tuple[str, str], tuple[tuple[TestItem, ...], tuple[Handle, ...]]] = {}
        self.origin: Origin = _Silent()
        self._recalled: dict[Hashable, object] = {}
        self.store.provide(ANSWER, self._provide_answer)
        self._open()

    # --- what is known -------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.listing.project.settings

    @property
    def environment(self) -> Environment:
        """The project's Python environment."""
        return self.listing.project.environment

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in settings, configuration, environment, and files that could not be read."""
        files = self.listing.files
        # That a file is not there any more is no problem of anybody's.
        unread = [one for one in self.unread if one.path in files or stamp_of(one.path) is not None]
        everything = (*self.listing.problems, *sorted(unread, key=lambda problem: problem.path))
        return tuple(dict.fromkeys(everything))

    def files(self, paths: Sequence[str]) -> list[str]:
        """The files to report on below these paths, in pytest's order: test files that pytest does not ignore,
        conftests, modules that define fixtures, and every file that is named itself."""
        return list(dict.fromkeys(self.listing.found(paths)))

    def source(self, path: str) -> bytes:
        """The UTF-8 text of a file as analysed. OSError when there is none."""
        source = self.source_file(path)
        if source is None:
            problem = self._texts.unread.get(path)
            raise OSError("no such file" if problem is None else problem.message)
        return source.text

    def source_file(self, path: str) -> SourceFile | None:
        """A file as chunks; None when it cannot be read."""
        return self._texts.source(path)

    def outline(self, path: str) -> Outline | None:
        """What a file tells others about itself; None when it cannot be read."""
        return self._texts.outline(path)

    def users(self, files: Iterable[str]) -> list[str]:
        """The files of tests that decide what is said of these files: themselves, and those that share fixtures."""
        return list(dict.fromkeys(user for path in files for user in self.listing.users(path)))

    def wanted(self) -> int:
        """How many questions about installed names wait for an answer."""
        return len(self._unanswered)

    @property
    def has_buffers(self) -> bool:
        """Whether any text stands in front of the disk."""
        return bool(self._texts.files.buffers)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """The files that were asked for and could not be read."""
        return tuple(self._texts.unread.values())

    def remember_unread(self, problems: Iterable[Problem]) -> None:
        """Take over what an earlier run could not read; who says so knows that nothing has changed."""
        self._texts.remember_unread(problems)

    def read_stamps(self) -> dict[str, Stamp | None]:
        """Every file that was asked for, with its stamp when it was read; None when there was nothing to read."""
        return {**self._stamps, **self._texts.stamps()}

    def status(self) -> dict[str, object]:
        """What the session knows of its surroundings, for bug reports."""
        environment = self.environment
        config = self.listing.config(self.root)
        return {
            "root": self.root,
            "environment": environment.prefix or "none found",
            "looked for": list(environment.looked_for),
            "versions": {
                name: environment.version(name)
                for name in ("django", "pytest", "pytest-django", "pytest-asyncio", "anyio", "asgiref")
                if environment.version(name)
            },
            "pytest configuration": config.inifile or "none found",
            "settings": self.settings.source or "none found",
            "files": len(self.listing.files),
            "loaded files": len(self._texts.loaded()),
            "unanswered questions": len(self._unanswered),
            "memos": self.store.size(),
            "computed": dict(self.store.computed),
        }

    # --- what changes --------------------------------------------------------------------------------------------

    def set_buffer(self, path: str, text: bytes | None) -> None:
        """An open buffer as UTF-8 (None: closed, the disk counts again)."""
        self._texts.set_buffer(path, text)
        if names_config_file(path):
            self._open()
            return
        self._changed(path)
        self._follow([path], closed=text is None)

    def touch(self, paths: Iterable[str]) -> None:
        """Files changed, created or deleted on disk."""
        touched = list(paths)
        if any(names_config_file(path) for path in touched) or any(not p.endswith(".py") for p in touched):
            self._open()
        sources = [path for path in touched if path.endswith(".py") and path not in self._texts.files.buffers]
        for path in sources:
            self._changed(path)
        self._follow(sources)

    def origin_changed(self) -> bool:
        """Answers about installed names arrived; whether any of them was waited for here."""
        before = len(self._unanswered)
        for question in tuple(self._unanswered):
            answer = self.origin.answer(question)
            if answer is not None:
                self._recalled.clear()
                self._unanswered.discard(question)
                self.store.set(ANSWER, question, answer)
                self._told.clear()
        if self._reach is not None:
            self._reach.answered()
        return len(self._unanswered) < before

    def take_over(
        self,
        elsewhere: Mapping[str, tuple[Finding, ...]],
        unread: Iterable[Problem],
        stamps: Mapping[str, Stamp | None],
    ) -> None:
        """What another session over the same files has found: by file of tests what they say of other files, what could
        not be read, and the stamps of what was."""
        self._showing.take_over(elsewhere)
        self.remember_unread(unread)
        self._stamps.update(stamps)

    def close(self) -> None:
        """Nothing of the session is used afterwards. The origin belongs to whoever made it."""
        self._texts.clear()

    # --- what is asked -------------------------------------------------------------------------------------------

    def report(self, path: str, cancelled: Callable[[], bool] = never) -> FileReport:
        """Findings and verdicts of one file. Raises Cancelled soon after `cancelled()` turned true."""
        self._texts.settle()
        self.store.cancelled = cancelled
        try:
            with self._noting(path):
                return self._report(path)
        finally:
            self.store.cancelled = None

    def _report(self, path: str) -> FileReport:
        problem = self._problem(path)
        if problem is not None:
            return FileReport(path, (), (), (problem.message,))
        placed = self._reported[path] = self._showing.placed(path)
        made = (self.verdict(item) for item in self._items(path))
        verdicts = tuple(one for one in made if one is not None)
        return FileReport(path, placed, verdicts)

    @contextmanager
    def _noting(self, path: str) -> Iterator[None]:
        """Note what the report of a file rests on, where that may be asked for (`rests`)."""
        if not self._once:
            yield
            return
        rests = self._rests[path] = Rested()
        self._locator.noted = rests.located
        try:
            with self.store.watched() as reads:
                yield
            rests.reads.update(reads)
        finally:
            self._locator.noted = None

    def rests(self, path: str) -> Rested:
        """What the last report of a file rested on; what was said of other files' tests is not among it."""
        return self._rests.get(path) or Rested()

    def has_reported(self, path: str) -> bool:
        """Whether this session has made a report of a file."""
        return path in self._rests

    def start_reads(self, path: str) -> Mapping[Handle, None]:
        """What was asked of the store to know where the tests of a file start."""
        return self._start_reads.get(path, {})

    def findings(self, path: str, cancelled: Callable[[], bool] = never) -> FileReport:
        """As `report`, without the verdicts: what an editor shows while typing."""
        self.store.cancelled = cancelled
        try:
            problem = self._problem(path)
            if problem is not None:
                return FileReport(path, (), (), (problem.message,))
            placed = self._reported[path] = self._showing.placed(path)
            return FileReport(path, placed, ())
        finally:
            self.store.cancelled = None

    def items(self, path: str) -> tuple[TestItem, ...]:
        """The tests that pytest collects from a file."""
        self._texts.settle()
        return self._items(path)

    def verdict(self, item: TestItem) -> TestVerdict | None:
        """The verdict of one test, None when its file changed under it."""
        return verdict(self.store, item, self.locate, self.text_at)

    def resolved(self, path: str) -> dict[str, tuple[Resolved, ...]]:
        """By test of a file: the installed names that its verdict rests on, as far as they had to be known."""
        return {item.node_id: self.resolved_for(item) for item in self._items(path)}

    def resolved_for(self, item: TestItem) -> tuple[Resolved, ...]:
        """As `resolved`, of one test."""
        return resolved(self.store, item)

    def is_given(self, path: str) -> bool:
        """Whether somebody else has told what the tests of a file say of other files."""
        return self._showing.is_given(path)

    def elsewhere(self, path: str) -> tuple[Finding, ...]:
        """What the tests of a file say of other files: of fixtures and marks that they share with others."""
        return self._showing.elsewhere(path)

    # --- what features ask, see `features` ------------------------------------------------------------------------

    @contextmanager
    def asked(self, cancelled: Callable[[], bool] = never) -> Iterator[Store]:
        """The store for a question about places: all of them are right, and Cancelled is raised soon after
        `cancelled()` turned true."""
        self._texts.settle()
        with self.looked_at(cancelled) as store:
            yield store

    @contextmanager
    def looked_at(self, cancelled: Callable[[], bool] = never) -> Iterator[Store]:
        """As `asked`, for a look at one file while it is edited: places are right where `locate` gives them, and what
        has only moved is not told to the store, as for `findings`."""
        self.search.look_again()
        self.store.cancelled = cancelled
        try:
            yield self.store
        finally:
            self.store.cancelled = None

    def tests(self, path: str) -> tuple[TestItem, ...]:
        """The tests that pytest collects from a file, with the places that the store knows: see `looked_at`."""
        return self._items(path)

    def of_tests(self, query: Query[TestItem, V], path: str) -> list[V]:
        """What a query says of each of `tests`, cheaply where nothing has changed."""
        items = self._items(path)
        watched = self._watched.get((query.name, path))
        if watched is None or watched[0] is not items:
            watched = self._watched[query.name, path] = (items, self.store.handles(query, items))
        return self.store.read_all(watched[1])

    def offsets(self, site: Site) -> Span | None:
        """As `locate`, the absolute offsets alone."""
        return self._texts.offsets(site)

    def has_directives(self, path: str) -> bool:
        """Whether there may be suppression comments in a file."""
        return self._texts.may_have_directives(path)

    def text_of(self, path: str) -> bytes:
        """The text of a file as bytes, not decoded when nobody has looked into it yet; empty when there is none."""
        return self._texts.text_of(path)

    def recall(self, key: Hashable, make: Callable[[], V]) -> V:
        """What a feature makes of the project as it is now: made once, and forgotten when any file, answer or setting
        changes."""
        if key not in self._recalled:
            self._recalled[key] = make()
        return cast(V, self._recalled[key])

    def text_at(self, site: Site) -> str:
        """The source at a site, "" when it is gone."""
        return self._locator.text_at(site)

    def buffer(self, path: str) -> bytes | None:
        """The open buffer of a path, None when there is none."""
        return self._texts.files.buffers.get(path)

    def fix(self, path: str, key: str) -> FixEdits | Unproven | str:
        """The edits for the finding `key` of a file, or why there are none."""
        self._texts.settle()
        finding = next((f for f in self.findings(path).findings if f.key == key), None)
        return fixing.fix(self, path, finding)

    def fix_all(
        self, path: str, unsafe: bool = False, within: Container[str] | None = None, below: str = ""
    ) -> FixEdits | Unproven | str:
        """The edits of all safe (or also unsafe) fixes of a file, or why there are none; `within`: of those that change
        no other files than these; `below`: of tests in this class (its node id) alone."""
        self._texts.settle()
        return fixing.fix_all(self, path, unsafe, within, below)

    def offers(self, path: str, test: str) -> tuple[Offer, ...]:
        """What else can be done with a test of a file."""
        self._texts.settle()
        item = next((i for i in self._items(path) if i.node_id == test), None)
        return () if item is None else fixing.offers(self, item)

    def offered(self, path: str, test: str, kind: str) -> FixEdits | str:
        """The edits of such an offer, or why there are none."""
        self._texts.settle()
        return fixing.offered(self, path, test, kind)

    def affected(self, paths: Iterable[str]) -> list[str]:
        """Which of these files' findings, or the places they tell of, differ from those last reported."""
        return [path for path in paths if self._reported.get(path) != self._showing.placed(path)]

    # --- inputs --------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Read configuration, environment and the list of files (again)."""
        self._showing.place_again()
        self._look_again()
        self.listing.open()
        self._recalled.clear()
        environment, settings = self.environment, self.settings
        changed = self.store.set(ENVIRONMENT, "", environment)
        self.store.set(TABLE, "", table(settings.rows))
        self.store.set(USER_DATABASE_FIXTURES, "", tuple(sorted(settings.rows.database_fixtures.items())))
        for path in self._texts.loaded():
            if self.store.is_loaded(CONFIG, path):
                self.store.set(CONFIG, path, self.listing.project.config_for(path))
        if changed and self._open_origin is not None:
            self.origin = self._open_origin(environment, self.store.get(PROJECT, "").roots)
            self._unanswered.clear()
            for question in [key for name, key, _ in self._entries("answer") if name == "answer"]:
                self.store.set(ANSWER, question, self._provide_answer(question))

    def _entries(self, name: str) -> list[tuple[str, Question, object]]:
        from isolint.store.memo import entries

        return [entry for entry in entries(self.store) if entry[0] == name]

    def _follow(self, paths: Iterable[str], closed: bool = False) -> None:
        """Some files may have come or gone."""
        if self.listing.follow(paths, closed):
            self._recalled.clear()

    def _changed(self, path: str) -> None:
        """A file's text may be another: set the inputs that differ."""
        self._look_again()
        if self._texts.changed(path):
            self._recalled.clear()

    @property
    def reach(self) -> Reach:
        """What tells the tests that cannot leave home."""
        if self._reach is None:
            self._reach = Reach(self.store, self.source_file, self._heard)
        return self._reach

    def remember_heard(self, heard: Reader) -> None:
        """Take over what an earlier run heard in texts; who says so knows that it is still true."""
        self._heard = heard
        self._reach = None

    def _look_again(self) -> None:
        """What tests reach may be something else now."""
        self._showing.look_again()
        self._reach = None
        self._heard = None
        self._told.clear()
        self.search.look_again()

    def _provide_answer(self, question: Question) -> Answer | None:
        answer = self.origin.answer(question)
        if answer is None:
            self._unanswered.add(question)
        return answer

    def _problem(self, path: str) -> Problem | None:
        return self._texts.unread.get(path) if self.source_file(path) is None else None

    # --- findings ------------------------------------------------------------------------------------------------

    def _items(self, path: str) -> tuple[TestItem, ...]:
        return tests_of(self.store, path) if self.listing.is_test_file(path) else ()

    def severity(self, rule: Rule, path: str) -> Severity:
        """How findings of a rule in a file are reported: "off" where they are not."""
        return self._showing.severity(rule, path)

    def _findings_of_tests(self, path: str) -> list[tuple[Finding, ...]]:
        """What all rules say about each test of a file."""
        items = self._items(path)
        if self._once and path not in self._told:
            self._told.add(path)
            with self.store.watched() as reads:
                for item in items:
                    self.store.set(MAY_LEAVE, item.id, self.reach.may_leave(item))
            self._start_reads[path] = reads
        return self.of_tests(findings, path)

    def locate(self, site: Site | Place) -> Location | None:
        """A chunk-relative site, or a line of a configuration file, as an absolute location; None when it is gone."""
        return self._locator.locate(site)


__all__ = ["Cancelled", "Change", "FixEdits", "Session", "never"]
