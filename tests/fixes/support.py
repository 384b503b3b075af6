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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from isolint.check.session import Session
from isolint.cli.engine import Opened, open_project
from isolint.fixes.plan import Plan
from isolint.fixes.to_sync import Form, edits, plan
from isolint.pytest_model.shapes import TestItem
from isolint.text.edits import Edit, apply
from tests.support import analysed_environment

APP = Path(__file__).parent / "app"
ROUNDS = 12


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
