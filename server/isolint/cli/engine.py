"""The engine as the commands see it: opened for a project, asked for reports until jedi has nothing left to answer.

Here stands what a command needs from `check.session` and from jedi's client, as protocols, and the only place of the
command line that imports them, late. Nothing is printed here but the progress bar's labels.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from isolint.cli.paths import is_below
from isolint.cli.progress import Progress

if TYPE_CHECKING:
    from isolint.check.last_run import Ground
    from isolint.check.report import FileReport, FixEdits, Resolved, Unproven
    from isolint.check.session import Session
    from isolint.inference.client import JediOrigin
    from isolint.names.origin import Answer, Question
    from isolint.rules.registry import Rule
    from isolint.workspace.shapes import Environment, Problem, Severity

T = TypeVar("T")

ROUNDS = 100
"""Rounds of asking jedi: an answer can lead to the next question (an alias to a class, a class to its bases). Large
projects need more than ten before nothing new is asked, and findings must not depend on what an earlier run stored."""

SLICE = 0.5
"""Seconds between two steps of the bar while jedi answers."""


class Engine(Protocol):
    """What the commands use of `check.session.Session`."""

    @property
    def root(self) -> str:
        """The project, absolute."""
        ...

    @property
    def environment(self) -> Environment:
        """The project's Python environment."""
        ...

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in settings, configuration and environment."""
        ...

    def files(self, paths: Sequence[str]) -> list[str]:
        """The files to report on below absolute paths."""
        ...

    def set_buffer(self, path: str, text: bytes | None) -> None:
        """Put UTF-8 text in front of the file on disk; None takes it away."""
        ...

    def touch(self, paths: Iterable[str]) -> None:
        """These files were changed, created or deleted on disk."""
        ...

    def report(self, path: str) -> FileReport:
        """Everything about one file."""
        ...

    def resolved(self, path: str) -> Mapping[str, Sequence[Resolved]]:
        """By test of a file that was reported: the installed names that its verdict rests on."""
        ...

    def fix_all(
        self, path: str, unsafe: bool = False, within: Container[str] | None = None
    ) -> FixEdits | Unproven | str:
        """The edits of all fixes of a file, or why there are none; `within`: of those that change these files alone."""
        ...

    def severity(self, rule: Rule, path: str) -> Severity:
        """How findings of a rule in a file are reported: "off" where they are not."""
        ...

    def wanted(self) -> int:
        """How many questions wait for an answer."""
        ...

    def origin_changed(self) -> bool:
        """There are new answers; whether any was waited for."""
        ...

    def source(self, path: str) -> bytes:
        """The UTF-8 text of a file as analysed; OSError when there is none."""
        ...

    def close(self) -> None:
        """Free what is held."""
        ...


class Resolver(Protocol):
    """What the commands use of `inference.client.JediOrigin`."""

    def wanted(self) -> Sequence[object]:
        """The questions that wait for an answer."""
        ...

    def resolve(self, timeout: float) -> int:
        """Ask and wait, at most `timeout` seconds; the number of new answers."""
        ...

    def complete(self) -> bool:
        """Whether every question has the answer that any other run would get."""
        ...

    def close(self) -> None:
        """End the child process."""
        ...


class Team(Protocol):
    """Who judges some of the files in processes of their own."""

    @property
    def told(self) -> Sequence[Ground]:
        """What they told of what their reports rest on."""
        ...

    def judge(self, files: Sequence[str], progress: Progress) -> dict[str, FileReport]:
        """The reports that are found elsewhere; the engine judges the other files, and knows what is needed for it.
        Without elsewhere there are none."""
        ...


class Memory(Protocol):
    """What the commands use of `check.last_run.LastRun`."""

    def recall(self, files: Sequence[str]) -> dict[str, FileReport]:
        """The reports of the last run over these files, as far as they are still true."""
        ...

    def affected(self) -> list[str]:
        """Those of which the others, now judged, say something else than in the last run."""
        ...

    def keep(self, reports: Mapping[str, FileReport], others: Sequence[Ground] = ()) -> bool:
        """Keep what a complete run said; `others` are sessions that took part."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine, who answers its questions about installed packages (None: nobody), the last run (None: neither looked
    at nor kept), and who else judges files (None: nobody). `state` tells the files that reports depend on, with what
    tells one state of each from another."""

    engine: Engine
    resolver: Resolver | None
    memory: Memory | None = None
    team: Team | None = None
    state: Callable[[], Mapping[str, object]] = dict


Opener = Callable[[str, Mapping[str, object], bool], Opened]
"""From the project's root, the settings that the command line overrides, and whether caches may be used."""


@contextmanager
def opened(
    paths: Sequence[str], overrides: Mapping[str, object], *, cache: bool, jobs: int | None, opener: Opener | None
) -> Iterator[Opened]:
    """The engine for the project that holds these absolute paths, closed afterwards whatever happens."""
    root = project_root(paths, os.getcwd())
    project = open_project(root, overrides, cache, jobs) if opener is None else opener(root, overrides, cache)
    try:
        yield project
    finally:
        try:
            project.engine.close()
        finally:
            if project.resolver is not None:
                project.resolver.close()


def analyse(
    project: Opened, files: Sequence[str], progress: Progress, *, afresh: bool = False
) -> tuple[dict[str, FileReport], dict[str, str]]:
    """The report of every file, after all questions about installed packages have been answered as far as they can be;
    and for each file where the engine itself failed, what happened (a defect of ours, not of the user's code).

    `afresh`: the engine is needed afterwards in the state in which it knows all this, so the last run is no help."""
    # What is read is kept until the end and has no cycles worth collecting; looking for some takes a fifth of the time.
    with _without_collector():
        memory = None if afresh else project.memory
        known = {} if memory is None else memory.recall(files)
        stale = [path for path in files if path not in known]
        if not stale:
            return known, {}
        elsewhere = project.team.judge(stale, progress) if project.team is not None and not afresh else {}
        own, failures = _analysed(project, [path for path in stale if path not in elsewhere], progress)
        if memory is not None and not failures:
            # What is said of a fixture that is shared is put together from what all tests say of it.
            more, failures = _analysed(project, memory.affected(), progress)
            own.update(more)
        made = {**known, **elsewhere, **own}
        reports = {path: made[path] for path in files if path in made and path not in failures}
        complete = not failures and (project.resolver is None or project.resolver.complete())
        if project.memory is not None and complete:
            project.memory.keep(reports, () if project.team is None else project.team.told)
        return reports, failures


@contextmanager
def _without_collector() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _analysed(
    project: Opened, files: Sequence[str], progress: Progress
) -> tuple[dict[str, FileReport], dict[str, str]]:
    def look() -> tuple[dict[str, FileReport], dict[str, str]]:
        reports: dict[str, FileReport] = {}
        failures: dict[str, str] = {}
        progress.start("Checking", len(files))
        for path in files:
            try:
                reports[path] = project.engine.report(path)
            except Exception as error:  # noqa: BLE001 - one file's defect must not hide the findings of all others
                failures[path] = failure(error)
            progress.advance()
        return reports, failures

    return settled(project, look, progress)


def settled(project: Opened, look: Callable[[], T], progress: Progress) -> T:
    """What `look` gives when all questions that it raises have been answered as far as they can be: it is called again
    after each round. Whatever is asked of the engine belongs in here, since it says less while it waits for answers."""
    found = look()
    for _ in range(ROUNDS):
        if project.resolver is None or not project.resolver.wanted() or not _ask(project.resolver, progress):
            break
        project.engine.origin_changed()
        found = look()
    return found


def _ask(resolver: Resolver, progress: Progress) -> int:
    """One round of questions, in slices so that the bar moves; the number of new answers. No clock ends it: each
    question has its own limit, and what is found must not depend on how busy the machine is."""
    count = 0
    with progress.aside("Asking jedi about installed packages", len(resolver.wanted())):
        while resolver.wanted():
            answered = resolver.resolve(SLICE)
            if not answered:
                break
            count += answered
            progress.advance(answered)
    return count


def failure(error: Exception) -> str:
    """What is said of a file where the engine failed. To be called while the error is handled."""
    if os.environ.get("ISOLINT_TRACEBACK"):
        import traceback

        traceback.print_exc()
    return f"internal error, please report it: {type(error).__name__}: {error}"


def project_root(paths: Sequence[str], cwd: str) -> str:
    """The folder whose files and configuration decide for these absolute paths.

    pytest's rootdir for a run in `cwd`; without any configuration the nearest folder upwards that looks like a project;
    `cwd` itself when that is a project around it (its nested configurations are for the engine to tell apart)."""
    from isolint.workspace.files import Files, reader
    from isolint.workspace.project import ROOT_MARKERS
    from isolint.workspace.pytest_config import find_config

    def is_project(folder: str) -> bool:
        return any(os.path.lexists(os.path.join(folder, name)) for name in ROOT_MARKERS)

    config = find_config(cwd, paths, os.environ, reader(Files({})))
    folder = config.rootdir
    if config.inifile is None:
        above = _common_folder(paths)
        while not is_project(above) and os.path.dirname(above) != above:
            above = os.path.dirname(above)
        folder = above if is_project(above) else cwd if is_below(_common_folder(paths), cwd) else _common_folder(paths)
    return cwd if is_below(folder, cwd) and is_project(cwd) else folder


def _common_folder(paths: Sequence[str]) -> str:
    try:
        common = os.path.commonpath(paths)
    except ValueError:  # two drives have nothing in common
        common = paths[0]
    return common if os.path.isdir(common) else os.path.dirname(common)


def open_project(root: str, overrides: Mapping[str, object], cache: bool, jobs: int | None = None) -> Opened:
    """The real engine, answered by jedi in its child process, with up to `jobs` processes (None: as many as pay)."""
    from isolint.check.last_run import LastRun
    from isolint.check.watching import state
    from isolint.inference.client import answering_versions
    from isolint.store.disk import cache_folder

    origins = _Origins()
    session = open_session(root, overrides, cache, origins.opened)
    memory = LastRun(session, cache_folder(), answering_versions()) if cache else None
    processes = _Processes(session, origins, overrides, cache, jobs)
    return Opened(session, origins, memory, processes, lambda: state(session))


def open_session(root: str, overrides: Mapping[str, object], cache: bool, origins: list[JediOrigin]) -> Session:
    """The session of a project that is judged once; jedi's clients, one for each environment that it comes to see, are
    added to `origins`."""
    from isolint.check.session import Session
    from isolint.inference.client import open_origin
    from isolint.workspace.environment import distribution_of

    def open_one(environment: Environment, roots: Sequence[str]) -> JediOrigin:
        def owner(path: str) -> tuple[str, str] | None:
            found = distribution_of(environment, path)
            return (found.name, found.version) if found is not None else None

        origin = open_origin(environment, roots, cache=cache, distribution_of=owner)
        origins.append(origin)
        return origin

    return Session(root, overrides=overrides, open_origin=open_one, once=True)


@dataclass(slots=True)
class _Origins:
    """Jedi's clients as the engine opened them: a new environment gets a new one, and the last one counts."""

    opened: list[JediOrigin] = field(default_factory=list)

    def wanted(self) -> Sequence[object]:
        return self.opened[-1].wanted() if self.opened else ()

    def resolve(self, timeout: float | None) -> int:
        return self.opened[-1].resolve(timeout) if self.opened else 0

    def complete(self) -> bool:
        return not self.wanted() and not any(origin.given_up for origin in self.opened)

    def ask(self, questions: Sequence[Question]) -> list[tuple[Question, Answer]]:
        """Answers to another process's questions: several threads may ask at once, and jedi takes them in turn."""
        origin = self.opened[-1] if self.opened else None
        while origin is not None:
            found = [(question, origin.answer(question)) for question in questions]
            known = [(question, answer) for question, answer in found if answer is not None]
            if len(known) == len(questions) or not (origin.resolve() or self._gained(questions, len(known))):
                return known
        return []

    def _gained(self, questions: Sequence[Question], before: int) -> bool:
        return sum(self.opened[-1].answer(question) is not None for question in questions) > before

    def close(self) -> None:
        for origin in self.opened:
            origin.close()


@dataclass(frozen=True, slots=True)
class _Processes:
    """The workers of `pool`, for the files of tests; what stands in other files is put together by the engine."""

    session: Session
    origins: _Origins
    overrides: Mapping[str, object]
    cache: bool
    jobs: int | None
    told: list[Ground] = field(default_factory=list)

    def judge(self, files: Sequence[str], progress: Progress) -> dict[str, FileReport]:
        from isolint.cli import messages, pool
        from isolint.inference.wire import ChildEnded

        if self.session.has_buffers or self.jobs == 1:
            return {}
        work = [path for path in self.session.users(files) if not self.session.is_given(path)]
        count = pool.workers_for(work, self.jobs)
        if count <= 1:
            return {}
        start = messages.Start(self.session.root, messages.encode(dict(self.overrides)), self.cache)
        progress.start("Checking", len(work))
        try:
            collected = pool.judge(start, work, count, self.origins.ask, progress)
        except ChildEnded:
            return {}
        for one in collected:
            self.session.take_over(one.elsewhere, one.unread, one.stamps)
            self.told.append(one.told)
        given = set(files)
        return {report.path: report for one in collected for report in one.reports if report.path in given}
