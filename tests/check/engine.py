"""A project given as text, under one real `Session`: strings in, verdicts out.

All projects share one jedi, whose answers are thereby asked once a run. No test and no fixture lives here.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from isolint.check.report import FileReport
from isolint.check.session import OriginOf, Session
from isolint.inference.client import JediOrigin, open_origin
from isolint.names.origin import Answer, Origin, Question
from isolint.workspace.environment import read_environment
from isolint.workspace.shapes import Environment
from tests.support import analysed_environment, cache_home, lay_out, surroundings

INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"

MODELS = """\
from django.db import models


class Tag(models.Model):
    name = models.CharField(max_length=20)


class Order(models.Model):
    total = models.IntegerField(default=0)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    tags = models.ManyToManyField(Tag)
"""

HEAD = """\
import asyncio
import functools
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from models import Order, Tag

pytestmark = pytest.mark.django_db
"""

needs_environment = pytest.mark.skipif(analysed_environment() is None, reason="no environment with Django to analyse")

Line = tuple[int, str, str]
"""A finding as (line, code, severity)."""


@cache
def environment() -> Environment:
    """The environment with Django."""
    folder = analysed_environment()
    assert folder is not None, "ask for `needs_environment`"
    found = read_environment(str(folder))
    assert found is not None
    return found.environment


@cache
def jedi() -> JediOrigin:
    """The one jedi of this run of the tests."""
    with surroundings(Path.cwd(), {"XDG_CACHE_HOME": cache_home()}):
        return open_origin(environment())


class _Settled:
    """An origin that has always answered: it asks jedi and waits. What `LateOrigin` does not do."""

    def __init__(self, asked: JediOrigin | None = None) -> None:
        self._asked = asked or jedi()

    def answer(self, question: Question) -> Answer | None:
        found = self._asked.answer(question)
        if found is None:
            self._asked.resolve(60)
            found = self._asked.answer(question)
        return found


def settled(env: Environment, roots: Sequence[str]) -> Origin:
    """An `open_origin` for sessions in the environment with Django; without one nothing is known."""
    return _Settled() if env.prefix is not None else _Nobody()


class _Nobody:
    def answer(self, question: Question) -> Answer | None:
        return Answer(None)


class LateOrigin:
    """An origin that answers only the questions that `allow` let it, as `asked` does."""

    def __init__(self, asked: Origin | None = None) -> None:
        self._asked = asked or _Settled()
        self.known: dict[Question, Answer] = {}
        self.waiting: dict[Question, None] = {}

    def answer(self, question: Question) -> Answer | None:
        found = self.known.get(question)
        if found is None:
            self.waiting[question] = None
        return found

    def allow(self, count: int) -> int:
        """Answer up to `count` of the waiting questions; how many were."""
        ready = list(self.waiting)[:count]
        for question in ready:
            del self.waiting[question]
            answer = self._asked.answer(question)
            assert answer is not None
            self.known[question] = answer
        return len(ready)

    def frozen(self) -> Origin:
        """An origin that knows what this one knows now and learns nothing."""
        return _Frozen(dict(self.known))


@dataclass(frozen=True, slots=True)
class _Frozen:
    known: Mapping[Question, Answer]

    def answer(self, question: Question) -> Answer | None:
        return self.known.get(question)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one test: its verdict, the findings that name it, and why."""

    verdict: str
    findings: tuple[Line, ...]
    reasons: tuple[str, ...]


def opened(
    root: Path,
    overrides: Mapping[str, object] | None = None,
    open_origin: OriginOf | None = settled,
    *,
    once: bool = False,
) -> Session:
    """A session for the project at `root` in the environment with Django."""
    known = {"environment": str(analysed_environment()), **(overrides or {})}
    return Session(str(root.resolve()), overrides=known, open_origin=open_origin, once=once)


@contextlib.contextmanager
def project(
    files: Mapping[str, str], ini: str = INI, overrides: Mapping[str, object] | None = None
) -> Iterator[tuple[Path, Session]]:
    """A project laid out in a folder of its own, and its session; `models.py` comes along unless `files` has it."""
    with tempfile.TemporaryDirectory(prefix="isolint-") as name:
        root = Path(name).resolve()
        lay_out(root, {"models.py": MODELS, **files}, ini)
        yield root, opened(root, overrides)


@contextlib.contextmanager
def project_with(
    packages: Mapping[str, str],
    files: Mapping[str, str],
    *,
    once: bool = False,
    origin: Callable[[Origin], Origin] = lambda asked: asked,
) -> Iterator[Session]:
    """A project in an environment where these packages are installed beside Django; its root is the session's. `origin`
    may put another origin before jedi."""
    with tempfile.TemporaryDirectory(prefix="isolint-") as name:
        prefix, root = Path(name).resolve() / "env", Path(name).resolve() / "project"
        lay_out(root, {"models.py": MODELS, **files}, INI)
        site = environment().site_packages[0]
        ours = prefix / Path(site).relative_to(environment().prefix or "/")
        lay_out(ours, {**packages, "beside.pth": f"{site}\n"})
        (prefix / "pyvenv.cfg").write_text((Path(environment().prefix or "/") / "pyvenv.cfg").read_text())
        with contextlib.ExitStack() as stack:

            def asked(env: Environment, roots: Sequence[str]) -> Origin:
                return origin(_Settled(stack.enter_context(contextlib.closing(open_origin(env, roots, cache=False)))))

            yield Session(str(root), overrides={"environment": str(prefix)}, open_origin=asked, once=once)


def verdicts(
    files: Mapping[str, str], ini: str = INI, overrides: Mapping[str, object] | None = None
) -> dict[str, Verdict]:
    """Every test of the project by its name (its node id without the file where that is not the only one)."""
    with project(files, ini, overrides) as (root, session):
        return verdicts_of(session, root)


def verdicts_of(session: Session, root: Path) -> dict[str, Verdict]:
    """Every test that a session finds, by the last part of its node id."""
    found: dict[str, Verdict] = {}
    for path in session.files([str(root)]):
        report = session.report(path)
        for test in report.tests:
            lines = tuple(
                (one.location.line, one.code, one.severity)
                for one in report.findings
                if one.test == test.test or test.test in one.tests
            )
            name = test.test.partition("::")[2]
            assert name not in found, f"two tests are called {name}"
            found[name] = Verdict(test.verdict, lines, test.reasons)
    return found


def reports(session: Session, root: Path) -> dict[str, FileReport]:
    """The report of every file of a project, by its path relative to the root. What is shown while typing is the
    same."""
    found: dict[str, FileReport] = {}
    paths = session.files([str(root)])
    shown = {path: session.findings(path) for path in paths}
    for path in paths:
        report = found[os.path.relpath(path, root)] = session.report(path)
        assert shown[path].findings == report.findings
    return found


def body(text: str, head: str = HEAD) -> dict[str, str]:
    """A project of one test module: `text` behind the usual imports."""
    return {"test_a.py": f"{head}\n\n{text}"}
