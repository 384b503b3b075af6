"""A test as a string in, the converted test (or the reason why not) as a string out.

One small Django project stands behind all strings: `app/` as it is on disk, analysed by the real engine with the real
environment. A string becomes the buffer of a test file in it. No test stands here.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from isolint.check.report import FixEdits, Unproven
from isolint.check.session import Session
from isolint.cli.engine import ROUNDS, Opened, open_project
from isolint.fixes.plan import Plan
from isolint.fixes.to_sync import Form, edits, plan
from isolint.pytest_model.shapes import TestItem
from isolint.text.edits import Edit, apply
from tests.support import analysed_environment

APP = Path(__file__).parent / "app"


def truth_python() -> Path | None:
    """The Python with Django, pytest-django, pytest-asyncio and channels: ISOLINT_TRUTH_PYTHON, else that of the
    analysed environment."""
    named = os.environ.get("ISOLINT_TRUTH_PYTHON")
    if named:
        return Path(named)
    environment = analysed_environment()
    return environment / "bin" / "python" if environment else None


@dataclass(frozen=True)
class Result:
    """What the fix made of one test: its plan, the edits, and the text with them (the text as given when there are
    none); `reason` says why there are none."""

    plan: Plan
    edits: tuple[Edit, ...]
    text: str
    reason: str


@contextmanager
def _environment() -> Iterator[None]:
    """The environment variables by which the engine finds the interpreter of the project."""
    python = truth_python()
    assert python is not None
    before = os.environ.get("VIRTUAL_ENV")
    os.environ["VIRTUAL_ENV"] = str(python.parent.parent)
    try:
        yield
    finally:
        if before is None:
            del os.environ["VIRTUAL_ENV"]
        else:
            os.environ["VIRTUAL_ENV"] = before


@cache
def project(mode: str = "strict") -> Opened:
    """The engine on a copy of `app/`; `mode` is pytest-asyncio's."""
    folder = Path(tempfile.mkdtemp(prefix="isolint-fixes-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(APP, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    if mode == "auto":
        ini = folder / "pytest.ini"
        ini.write_text(ini.read_text().replace("asyncio_mode = strict", "asyncio_mode = auto"))
    with _environment():
        opened = open_project(str(folder), {}, True)
    atexit.register(_close, opened)
    return opened


def _close(opened: Opened) -> None:
    if opened.resolver is not None:
        opened.resolver.close()


def open_text(text: str, name: str = "test_it.py", mode: str = "strict") -> tuple[Session, str, list[TestItem]]:
    """Put a text in front of a test file of the project and answer all questions that it raises."""
    opened = project(mode)
    session = opened.engine
    assert isinstance(session, Session)
    assert opened.resolver is not None
    path = os.path.join(session.root, "tests", name)
    session.set_buffer(path, text.encode())
    for _ in range(ROUNDS):
        session.findings(path)  # which tests can leave home at all is found out for a whole file
        items = list(session.items(path))
        for item in items:
            plan(session.store, item)
        if not opened.resolver.wanted():
            break
        opened.resolver.resolve(600)
        session.origin_changed()
    return session, path, items


def convert(text: str, test: str | None = None, form: Form = "direct", mode: str = "strict") -> Result:
    """Convert one test of a file: the one named `test`, else the first async one (else the first)."""
    session, path, items = open_text(text, mode=mode)
    chosen = [i for i in items if i.id.name == test] if test else [i for i in items if i.is_async] or items
    assert chosen, f"no test is collected from {sys.intern(path)}"
    item = chosen[0]
    offer = plan(session.store, item)
    source = session.source_file(path)
    assert source is not None
    assert source.text == text.encode()
    made = edits(session.store, item, source, form)
    if isinstance(made, str):
        return Result(offer, (), text, made)
    return Result(offer, made, apply(source.text, made).decode(), "")


def fixed(
    texts: Mapping[str, str], where: str, code: str, test: str = "", mode: str = "strict"
) -> dict[str, str] | str:
    """Put texts in front of files of the project's `tests` and apply the fix of the first finding of a rule in `where`
    (about `test`, if that is given): the texts afterwards, or why there is no fix."""
    with several(texts, mode) as session:
        paths = {os.path.join(session.root, "tests", name): name for name in texts}
        path = os.path.join(session.root, "tests", where)
        found = [f for f in session.findings(path).findings if f.code == code]
        found = [f for f in found if not test or (f.test or "").endswith(f"::{test}")]
        assert found, f"{code} is not found"
        made = settled(session.fix, path, found[0].key, mode=mode)
        before = {path: session.source(path) for path in paths}
        if isinstance(made, str):
            return made
        result = {name: before[path].decode() for path, name in paths.items()}
        for file in made.files:
            changed = [Edit(c.start, c.end, c.text.encode()) for c in file.changes]
            result[paths[file.path]] = apply(before[file.path], changed).decode()
        return result


def fixed_all(texts: Mapping[str, str], mode: str = "strict") -> tuple[dict[str, str], dict[str, str]]:
    """Apply all fixes, unsafe ones too, of all findings in these files of the project's `tests`: the texts afterwards,
    and by file why others were not made."""
    refused: dict[str, str] = {}
    now = dict(texts)
    for where in texts:
        with several(now, mode) as session:
            paths = {os.path.join(session.root, "tests", name): name for name in texts}
            made = settled(session.fix_all, os.path.join(session.root, "tests", where), True, paths, mode=mode)
            if isinstance(made, str):
                if made != "nothing to fix":
                    refused[where] = made
                continue
            for file in made.files:
                changed = [Edit(c.start, c.end, c.text.encode()) for c in file.changes]
                now[paths[file.path]] = apply(session.source(file.path), changed).decode()
    return now, refused


def settled(make: Callable[..., FixEdits | Unproven | str], *arguments: object, mode: str) -> FixEdits | str:
    """A fix, made again until all that its result names is known."""
    opened = project(mode)
    while isinstance(made := make(*arguments), Unproven) or (opened.resolver and opened.resolver.wanted()):
        assert opened.resolver is not None
        assert opened.resolver.resolve(600)
        opened.engine.origin_changed()
    return made


@contextmanager
def several(texts: Mapping[str, str], mode: str = "strict") -> Iterator[Session]:
    """The project with texts in front of some files of its `tests`, all questions answered."""
    opened = project(mode)
    session = opened.engine
    assert isinstance(session, Session)
    assert opened.resolver is not None
    paths = {os.path.join(session.root, "tests", name): text for name, text in texts.items()}
    for path, text in paths.items():
        session.set_buffer(path, text.encode())
    try:
        for _ in range(ROUNDS):
            for path in paths:
                session.findings(path)
            if not opened.resolver.wanted():
                break
            opened.resolver.resolve(600)
            session.origin_changed()
        yield session
    finally:
        for path in paths:
            session.set_buffer(path, None)


def convert_all(text: str, form: Form = "direct") -> tuple[str, dict[str, str]]:
    """Convert every test of a file that can be, one after the other; and why the others are as they were, by name."""
    refused: dict[str, str] = {}
    while True:
        session, path, items = open_text(text)
        source = session.source_file(path)
        assert source is not None
        for item in items:
            if item.is_async and item.id.name not in refused:
                made = edits(session.store, item, source, form)
                if isinstance(made, str):
                    refused[item.id.name] = made
                    continue
                text = apply(source.text, made).decode()
                break
        else:
            return text, refused
