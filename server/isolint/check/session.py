"""One project under analysis: its files, configuration, environment and the memos about them.

The only entry for the command line and the server alike. Here the outside (buffers, disk, jedi's answers) becomes
inputs of the store, and findings get their absolute places; what is true of a test is decided in the rooms above. One
thread only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar, cast

from isolint.catalog.table import table
from isolint.check import fixing
from isolint.check.findings import dropped, findings
from isolint.check.placing import Shown
from isolint.check.report import (
    Change,
    FileReport,
    Fix,
    FixEdits,
    Location,
    Offer,
    PlacedFinding,
    RelatedPlace,
    Resolved,
    TestVerdict,
    Unproven,
)
from isolint.check.resolved import resolved
from isolint.check.select import is_selected, selected
from isolint.check.suppressions import Directive, directives_of, unused
from isolint.check.texts import Texts
from isolint.check.verdicts import verdict
from isolint.check.words import Words
from isolint.names.bindings import Outline
from isolint.names.inputs import ANSWER, PROJECT, ProjectFiles
from isolint.names.origin import Answer, Origin, Question
from isolint.names.symbols import Site
from isolint.placement.functions import find
from isolint.placement.heard import Reader
from isolint.placement.inputs import MAY_LEAVE, TABLE, TEST_CODE
from isolint.placement.reach import Reach
from isolint.placement.trace import trace
from isolint.pytest_model.collect import tests_of
from isolint.pytest_model.ignored import collection_order, is_ignored
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT, USER_DATABASE_FIXTURES
from isolint.pytest_model.shapes import TestItem
from isolint.rules.finding import Finding
from isolint.rules.registry import Rule, modules, rules
from isolint.rules.registry import find as find_rule
from isolint.store.memo import Cancelled, Handle, Query, Store
from isolint.syntax.facts import Span
from isolint.syntax.source import SourceFile
from isolint.workspace.discovery import discover, is_conftest, is_test_file
from isolint.workspace.files import Files, Stamp, reader, stamp_of
from isolint.workspace.project import Project, open_project, project_roots
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
        self._overrides = dict(overrides or {})
        self._open_origin = open_origin
        self._once = once
        self._reach: Reach | None = None
        self._heard: Reader | None = None
        self._told: set[str] = set()  # the files whose tests `_reach` has been asked about
        self._rests: dict[str, Rested] = {}
        self._start_reads: dict[str, dict[Handle, None]] = {}
        self._watching: Rested | None = None
        self.store = Store()
        self._texts = Texts(self.store)
        self._unanswered: set[Question] = set()
        self._given: dict[str, tuple[Finding, ...]] = {}
        self._stamps: dict[str, Stamp | None] = {}
        self._reported: dict[str, tuple[PlacedFinding, ...]] = {}
        self._watched: dict[tuple[str, str], tuple[tuple[TestItem, ...], tuple[Handle, ...]]] = {}
        self._shown: dict[str, Shown] = {}
        self.origin: Origin = _Silent()
        self.project: Project
        self._discovered: tuple[Problem, ...] = ()
        self._walked: frozenset[str] = frozenset()
        self._ahead: Iterator[str] | None = None
        self._found: dict[tuple[str, bool], frozenset[str]] = {}  # by a word, within one question
        self._words = Words(reader(Files()), self._texts.held)
        self._recalled: dict[Hashable, object] = {}
        self.store.provide(ANSWER, self._provide_answer)
        self.store.provide(CONFIG, lambda path: self.project.config_for(path))  # noqa: PLW0108 (the project changes)
        self.store.provide(TEST_CODE, self._provide_test_code)
        self._open()

    # --- what is known -------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.project.settings

    @property
    def environment(self) -> Environment:
        """The project's Python environment."""
        return self.project.environment

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in settings, configuration, environment, and files that could not be read."""
        config = self.project.config_for(os.path.join(self.root, "test_.py"))
        unread = sorted(self.unread, key=lambda problem: problem.path)
        everything = (*self.project.problems, *config.problems, *self._discovered, *unread)
        return tuple(dict.fromkeys(everything))

    def files(self, paths: Sequence[str]) -> list[str]:
        """The files to report on below these paths, in pytest's order: test files that pytest does not ignore,
        conftests, modules that define fixtures, and every file that is named itself."""
        return list(dict.fromkeys(self.found(paths)))

    def found(self, paths: Sequence[str]) -> Iterator[str]:
        """As `files`, one by one: a module is read to see whether it defines fixtures. One may come twice."""
        project = self.store.get(PROJECT, "")
        for path in paths:
            if not os.path.isdir(path):
                yield path
                continue
            inside = path.rstrip(os.sep) + os.sep
            found = project.files if self._is_inside(path) else frozenset(discover(path, self._config(path)).files)
            for file in sorted(found, key=collection_order(self.store)):
                if file.startswith(inside) and self._is_reported(file, path):
                    yield file

    def _is_reported(self, file: str, below: str) -> bool:
        if file in self._tests:
            return not is_ignored(self.store, file, below)
        return is_conftest(file) or self._has_fixtures(file)

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
        return list(dict.fromkeys(user for path in files for user in self._users(path)))

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
        config = self.project.config_for(os.path.join(self.root, "test_.py"))
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
            "files": len(self.store.get(PROJECT, "").files),
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
        self._listed([path], closed=text is None)

    def touch(self, paths: Iterable[str]) -> None:
        """Files changed, created or deleted on disk."""
        touched = list(paths)
        if any(names_config_file(path) for path in touched) or any(not p.endswith(".py") for p in touched):
            self._open()
        sources = [path for path in touched if path.endswith(".py") and path not in self._texts.files.buffers]
        for path in sources:
            self._changed(path)
        self._listed(sources)

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
        self._given.update(elsewhere)
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
        placed = self._reported[path] = self._placed(path, self._findings(path))
        made = (self.verdict(item) for item in self._items(path))
        verdicts = tuple(one for one in made if one is not None)
        return FileReport(path, placed, verdicts)

    @contextmanager
    def _noting(self, path: str) -> Iterator[None]:
        """Note what the report of a file rests on, where that may be asked for (`rests`)."""
        if not self._once:
            yield
            return
        rests = self._watching = self._rests[path] = Rested()
        try:
            with self.store.watched() as reads:
                yield
            rests.reads.update(reads)
        finally:
            self._watching = None

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
            placed = self._reported[path] = self._placed(path, self._findings(path))
            return FileReport(path, placed, ())
        finally:
            self.store.cancelled = None

    def items(self, path: str) -> tuple[TestItem, ...]:
        """The tests that pytest collects from a file."""
        self._texts.settle()
        return self._items(path)

    def verdict(self, item: TestItem) -> TestVerdict | None:
        """The verdict of one test, None when its file changed under it."""
        return verdict(self.store, item, self.locate, self._text)

    def resolved(self, path: str) -> dict[str, tuple[Resolved, ...]]:
        """By test of a file: the installed names that its verdict rests on, as far as they had to be known."""
        return {item.node_id: self.resolved_for(item) for item in self._items(path)}

    def resolved_for(self, item: TestItem) -> tuple[Resolved, ...]:
        """As `resolved`, of one test."""
        return resolved(self.store, item)

    def is_given(self, path: str) -> bool:
        """Whether somebody else has told what the tests of a file say of other files."""
        return path in self._given

    def elsewhere(self, path: str) -> tuple[Finding, ...]:
        """What the tests of a file say of other files: of fixtures and marks that they share with others."""
        given = self._given.get(path)
        if given is not None:
            return given
        found = [one for each in self._findings_of_tests(path) if each for one in each]
        return tuple(one for one in found if one.test is None and one.site.path != path)

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
        self._found.clear()
        self._words.look_again()
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

    @property
    def test_files(self) -> frozenset[str]:
        """The files from which pytest collects tests."""
        return self._tests

    def has_directives(self, path: str) -> bool:
        """Whether there may be suppression comments in a file."""
        return self._texts.may_have_directives(path)

    def is_test_file(self, path: str) -> bool:
        """Whether pytest collects tests from a file when it is given."""
        return path in self._tests or self._is_test(path)

    def files_with(self, *words: str, among: Iterable[str] | None = None, outside: bool = False) -> Iterator[str]:
        """The files (of the project, or `among` some) whose text has one of these words in it, as a whole word: the
        others cannot name it. `outside`: outside of functions, so that it may be bound there for others to see. A few
        more may be among them."""
        found = set().union(*(self._files_with(word, outside) for word in words))
        if among is not None:
            among = set(among)
            rest = among - self.store.peek(PROJECT, "").files
            found = found & among | {path for path in rest if any(self._has_word(path, one, outside) for one in words)}
        return iter(sorted(found))

    def _files_with(self, word: str, outside: bool) -> frozenset[str]:
        """The files of the project with one word; looked for once a question."""
        found = self._found.get((word, outside))
        if found is None:
            files = self._files_with(word, False) if outside else self.store.peek(PROJECT, "").files
            found = frozenset([path for path in files if self._has_word(path, word, outside)])
            self._found[word, outside] = found
            self._ahead = iter(())  # all are known
        return found

    def _has_word(self, path: str, word: str, outside: bool) -> bool:
        if self.store.cancelled is not None and self.store.cancelled():
            raise Cancelled
        return self._words.has(path, word, outside=outside)

    def text_of(self, path: str) -> bytes:
        """The text of a file as bytes, not decoded when nobody has looked into it yet; empty when there is none."""
        return self._texts.text_of(path)

    def read_ahead(self) -> bool:
        """Take in one more file for questions about the whole project: some milliseconds at most. False: no more is to
        be done."""
        if self._ahead is None:
            self._ahead = iter(sorted(self.store.peek(PROJECT, "").files))
        path = next(self._ahead, None)
        if path is not None and not self._texts.is_loaded(path):
            self._words.take_in(path)
        return path is not None

    def recall(self, key: Hashable, make: Callable[[], V]) -> V:
        """What a feature makes of the project as it is now: made once, and forgotten when any file, answer or setting
        changes."""
        if key not in self._recalled:
            self._recalled[key] = make()
        return cast(V, self._recalled[key])

    def text_at(self, site: Site) -> str:
        """The source at a site, "" when it is gone."""
        return self._text(site)

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
        return [path for path in paths if self._reported.get(path) != self._placed(path, self._findings(path))]

    # --- inputs --------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Read configuration, environment and the list of files (again)."""
        self._shown.clear()
        self._look_again()
        read = reader(self._texts.files)
        known = {name for rule in rules() for name in (rule.name, rule.code)}
        self.project = open_project(self.root, read, os.environ, editor=self._overrides, rules=known)
        environment, settings = self.environment, self.settings
        config = self._config(self.root)
        found = discover(self.root, config, settings.exclude)
        self._discovered = found.problems
        self._walked = frozenset(found.files)
        self._list(self._walked | {p for p in self._texts.files.buffers if p.endswith(".py")})
        changed = self.store.set(ENVIRONMENT, "", environment)
        self.store.set(TABLE, "", table(settings.rows))
        self.store.set(USER_DATABASE_FIXTURES, "", tuple(sorted(settings.rows.database_fixtures.items())))
        for path in self._texts.loaded():
            if self.store.is_loaded(CONFIG, path):
                self.store.set(CONFIG, path, self.project.config_for(path))
        if changed and self._open_origin is not None:
            self.origin = self._open_origin(environment, self.store.get(PROJECT, "").roots)
            self._unanswered.clear()
            for question in [key for name, key, _ in self._entries("answer") if name == "answer"]:
                self.store.set(ANSWER, question, self._provide_answer(question))

    def _entries(self, name: str) -> list[tuple[str, Question, object]]:
        from isolint.store.memo import entries

        return [entry for entry in entries(self.store) if entry[0] == name]

    def _config(self, folder: str):  # type: ignore[no-untyped-def]
        return self.project.config_for(os.path.join(folder, "test_.py"))

    def _list(self, files: frozenset[str]) -> None:
        directories = set()
        for file in files:
            folder = os.path.dirname(file)
            while folder not in directories and len(folder) > 1:
                directories.add(folder)
                folder = os.path.dirname(folder)
        self._recalled.clear()
        self._tests = frozenset(f for f in files if is_test_file(f, self.project.config_for(f)))
        conftests = filter(is_conftest, files)
        roots = project_roots(self.project, self._config(self.root), self._tests, conftests, reader(self._texts.files))
        self.store.set(PROJECT, "", ProjectFiles(self.root, files, roots, frozenset(directories)))

    def _listed(self, paths: Iterable[str], closed: bool = False) -> None:
        """Keep the list of files right when some come or go. Open buffers are always in it; what is new on disk, or was
        open (`closed`), only where the walk through the folders would come across it."""
        files = self.store.get(PROJECT, "").files
        asked = {path for path in paths if path.endswith(".py")}
        opened = {path for path in asked if path in self._texts.files.buffers}
        on_disk = {path for path in asked - opened if stamp_of(path) is not None}
        # What the last walk came across, and is still there, another one would find again.
        if on_disk - files or (closed and on_disk - self._walked):
            found = discover(self.root, self._config(self.root), self.settings.exclude)
            self._discovered = found.problems
            self._walked = frozenset(found.files)
            on_disk &= self._walked
        now = (files - asked) | opened | on_disk
        if now != files:
            self._list(now)

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
        self._given.clear()
        self._reach = None
        self._heard = None
        self._told.clear()
        self._found.clear()
        self._words.look_again()

    def _provide_answer(self, question: Question) -> Answer | None:
        answer = self.origin.answer(question)
        if answer is None:
            self._unanswered.add(question)
        return answer

    def _provide_test_code(self, path: str) -> bool:
        if is_conftest(path) or is_test_file(path, self.project.config_for(path)):
            return True
        parts = os.path.relpath(path, self.root).split(os.sep)
        return any(part in ("test", "tests", "testing", "conftest.py") for part in parts[:-1])

    def _is_inside(self, path: str) -> bool:
        return path == self.root or path.startswith(self.root.rstrip(os.sep) + os.sep)

    def _problem(self, path: str) -> Problem | None:
        return self._texts.unread.get(path) if self.source_file(path) is None else None

    def _has_fixtures(self, path: str) -> bool:
        """Whether a module may define fixtures: decided by a word in its bytes."""
        return b"fixture" in self.text_of(path)

    # --- findings ------------------------------------------------------------------------------------------------

    def _items(self, path: str) -> tuple[TestItem, ...]:
        return tests_of(self.store, path) if path in self._tests or self._is_test(path) else ()

    def _is_test(self, path: str) -> bool:
        return is_test_file(path, self.project.config_for(path))

    def _findings(self, path: str) -> tuple[Finding, ...]:
        """What is shown in one file, in order of position, before it is placed."""
        own = [one for found in self._findings_of_tests(path) if found for one in found]
        shown = [one for one in own if one.test is not None and one.site.path == path]
        shown = self._without_general(shown, path)
        shown += [one for one in self._dropped(path) if one.site.path == path]
        # What many tests share stands once, at the fixture or mark that they share.
        shared: dict[tuple[Site, str, str], list[Finding]] = {}
        for user in self._users(path):
            theirs: Sequence[Finding] = own
            if user != path:
                given = self._given.get(user)
                if given is None:
                    # That this rests on them is said by `elsewhere`.
                    with self.store.watched():
                        given = tuple(one for found in self._findings_of_tests(user) if found for one in found)
                theirs = given
            for one in theirs:
                if one.test is None and one.site.path == path:
                    shared.setdefault((one.site, one.code, one.cause_name), []).append(one)
        shown += [_joined(group) for group in shared.values()]
        if self._unanswered:
            # An answer that is still to come may name what seems unknown now: nothing is said of it before.
            shown = [one for one in shown if one.effect != "unknown"]
        return (*shown, *self._unused(path, shown))

    def _without_general(self, shown: list[Finding], path: str) -> list[Finding]:
        """These findings without those whose place a more telling one takes that is on, too."""
        taken = {
            (one.test, one.site, one.instead_of) for one in shown if one.instead_of and self._is_selected(one, path)
        }
        return [one for one in shown if (one.test, one.site, one.code) not in taken] if taken else shown

    def _dropped(self, path: str) -> tuple[Finding, ...]:
        return dropped(self.store, path) if path in self._tests or self._is_test(path) else ()

    def _unused(self, path: str, shown: Sequence[Finding]) -> Iterator[Finding]:
        """The suppression comments of a file that turn off none of these findings."""
        source = self.source_file(path)
        if source is None or self._unanswered:
            return
        written = self._texts.directives(path)
        if not written:
            return
        used: list[tuple[Directive, str]] = []
        for finding in shown:
            location = self.locate(finding.site) if self._is_selected(finding, path) else None
            for one in written if location is not None else ():
                if location is not None and one.line in (location.line - 1, location.end_line - 1):
                    used += [(one, name) for name in one.turns_off(finding)]

        def is_on(rule: Rule) -> bool:
            return is_selected(rule.code, rule.name, path, self.root, self.settings)

        for suppression in unused(source, written, used, is_on, lambda offset: self._is_decided(path, offset)):
            for module in modules("suppression"):
                yield from module.findings(suppression)

    def _is_selected(self, finding: Finding, path: str) -> bool:
        return is_selected(finding.code, finding.name, path, self.root, self.settings)

    def severity(self, rule: Rule, path: str) -> Severity:
        """How findings of a rule in a file are reported: "off" where they are not."""
        if not is_selected(rule.code, rule.name, path, self.root, self.settings):
            return "off"
        chosen = self.settings.severity
        return chosen.get(rule.name, chosen.get(rule.code, rule.default_severity))

    def _is_decided(self, path: str, offset: int) -> bool:
        """Whether everything is known of the test at this offset; of all tests that use the file where none is."""
        items = [item for user in self._users(path) for item in self._items(user)]
        for item in items:
            found = find(self.store, item.ref) if item.ref.path == path else None
            span = None if found is None else self.locate(Site(path, item.ref.chunk, *found.node.span))
            if span is not None and span.start <= offset < span.end:
                items = [item]
                break
        return not any(trace(self.store, item).undecided for item in items)

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

    def _users(self, path: str) -> Iterable[str]:
        """The files whose tests may request fixtures of this file."""
        if path in self._tests:
            files: Iterable[str] = (path,)
        elif not self._has_fixtures(path):
            files = ()
        elif is_conftest(path):
            inside = os.path.dirname(path) + os.sep
            files = sorted(f for f in self._tests if f.startswith(inside))
        else:
            files = sorted(self._tests)
        yield from files

    def _placed(self, path: str, found: Iterable[Finding]) -> tuple[PlacedFinding, ...]:
        if self.source_file(path) is None:
            return ()
        shown = self._shown.get(path)
        if shown is None:
            shown = self._shown[path] = Shown(self.source_file, lambda finding: self._place_shown(finding, path))
        return shown.placed(found)

    def _place_shown(self, finding: Finding, path: str) -> PlacedFinding | None:
        """A finding with its places; None when the settings or a comment turn it off."""
        source = self.source_file(path)
        kept = selected(finding, path, self.root, self.settings)
        location = None if kept is None else self.locate(kept.site)
        if kept is None or location is None or source is None:
            return None
        for one in directives_of(source, (location.line - 1, location.end_line - 1)):
            if one.turns_off(kept):
                return None
        return self._place(kept, location)

    def locate(self, site: Site | Place) -> Location | None:
        """A chunk-relative site, or a line of a configuration file, as an absolute location; None when it is gone."""
        if isinstance(site, Place):
            return Location(site.path, 0, 0, site.line, 1, site.line, 1)
        if self._watching is not None:
            self._watching.located.add((site.path, site.chunk))
        source, span = self.source_file(site.path), self._texts.offsets(site)
        return None if source is None or span is None else self.location(source, *span)

    def location(self, source: SourceFile, start: int, end: int) -> Location:
        """A span of absolute offsets with its line and column."""
        line, column = source.lines.position(start, "utf-32")
        end_line, end_column = source.lines.position(end, "utf-32")
        return Location(source.path, start, end, line + 1, column + 1, end_line + 1, end_column + 1)

    def _place(self, finding: Finding, location: Location) -> PlacedFinding:
        related = []
        for part in finding.related:
            where = self.locate(part.site)
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
            cause=None if finding.cause is None else self.locate(finding.cause),
            cause_name=finding.cause_name,
            related=tuple(related),
            tests=finding.tests,
            fix=None if finding.fix is None else Fix(finding.fix.applicability, finding.fix.title, finding.fix.reason),
            url="" if rule is None else rule.url,
            key=f"{finding.test or finding.cause_name}|{finding.code}|{finding.cause_name}|{start}",
            instead_of=finding.instead_of,
        )

    def _text(self, site: Site) -> str:
        if self._watching is not None:
            self._watching.located.add((site.path, site.chunk))
        source, span = self.source_file(site.path), self._texts.offsets(site)
        return "" if source is None or span is None else source.text[slice(*span)].decode("utf-8", "replace")


def _joined(group: list[Finding]) -> Finding:
    """The findings of several tests at one fixture as one."""
    from dataclasses import replace

    tests = tuple(dict.fromkeys(test for finding in group for test in finding.tests))
    # What is to be done about it must be right for all of them.
    fixes = [finding.fix for finding in group if finding.fix is not None]
    fix = max(fixes, key=lambda one: _HARDER.index(one.applicability), default=None)
    return replace(group[0], tests=tests, fix=fix)


_HARDER = ("safe", "unsafe", "none")


__all__ = ["Cancelled", "Change", "FixEdits", "Session", "never"]
