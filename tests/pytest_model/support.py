"""A project on disk as the store sees it: all inputs of `pytest_model`, answered by the real jedi.

Files as strings go in; the queries of the room are then asked as the engine asks them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

from isolint.inference.client import JediOrigin, open_origin
from isolint.names.bindings import Outline, OutlineItem
from isolint.names.inputs import ANSWER, FACTS, PROJECT, ProjectFiles
from isolint.names.origin import Answer, Question
from isolint.names.outlines import Outlines
from isolint.names.symbols import Site
from isolint.pytest_model.closures import closure
from isolint.pytest_model.collect import item_of, tests_of
from isolint.pytest_model.database import database
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.runners import runner
from isolint.pytest_model.shapes import Closure, DatabaseMode, Mark, Runner, TestItem, TestRef
from isolint.store.memo import Store
from isolint.syntax.facts import Facts
from isolint.syntax.outline import outline
from isolint.syntax.source import SourceFile
from isolint.workspace.environment import read_environment
from isolint.workspace.pytest_config import config_finder
from isolint.workspace.shapes import Environment
from tests.support import analysed_environment

R = TypeVar("R")


def truth_python() -> str | None:
    """An interpreter with Django and pytest's plugins: ISOLINT_TRUTH_PYTHON, else that of the analysed environment."""
    given = os.environ.get("ISOLINT_TRUTH_PYTHON")
    if given:
        return given
    found = analysed_environment()
    return None if found is None else str(found / "bin" / "python")


def require_truth() -> str:
    """`truth_python`; without one the test is skipped, or fails where nothing may be skipped (CI)."""
    found = truth_python()
    if found is None:
        if os.environ.get("CI"):
            raise AssertionError("no environment with Django: set ISOLINT_TRUTH_PYTHON")
        pytest.skip("no environment with Django: set ISOLINT_TRUTH_PYTHON")
    return found


@cache
def environment() -> Environment:
    """The environment that `truth_python` belongs to; none when there is no such interpreter."""
    python = truth_python()
    if python is None:
        return Environment(None)
    found = read_environment(str(Path(python).parent.parent))
    return Environment(None) if found is None else found.environment


@cache
def origin() -> JediOrigin:
    """One jedi for all tests of a run; its answers are kept in the user's cache as in real use."""
    return open_origin(environment())


class Model:
    """The model of one project. `files` are relative paths with their texts, written below `root`."""

    def __init__(self, root: Path, files: Mapping[str, str], *, with_environment: bool = True) -> None:
        self.root = str(root.resolve())
        for name, text in files.items():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        self.store = Store()
        self.missing: set[Question] = set()
        self.sources: dict[str, SourceFile] = {}
        self.environment = environment() if with_environment else Environment(None)
        self._provide()

    def _provide(self) -> None:
        store = self.store
        python = {str(p) for p in Path(self.root).rglob("*.py")}
        folders = {str(parent) for name in python for parent in Path(name).parents if str(parent).startswith(self.root)}
        store.set(PROJECT, "", ProjectFiles(self.root, frozenset(python), (self.root,), frozenset(folders)))
        store.set(ENVIRONMENT, "", self.environment)
        finder = config_finder(self.root, {}, _read)
        store.provide(CONFIG, finder)
        self.outlines = Outlines(store, self._outline)
        store.provide(FACTS, self._facts)
        store.provide(ANSWER, self._answer)

    def _source(self, path: str) -> SourceFile | None:
        if path not in self.sources:
            data = _read(path)
            if data is None:
                return None
            self.sources[path] = SourceFile.read(path, data)
        return self.sources[path]

    def _outline(self, path: str) -> Outline | None:
        source = self._source(path)
        return None if source is None else _items(source)

    def _facts(self, key: tuple[str, str]) -> Facts:
        source = self._source(key[0])
        chunk = None if source is None else source.chunk(key[1])
        return () if chunk is None else chunk.facts

    def _answer(self, question: Question) -> Answer | None:
        if self.environment.prefix is None:
            return Answer(None)
        answer = origin().answer(question)
        if answer is None:
            self.missing.add(question)
        return answer

    def settled(self, ask: Callable[[], R]) -> R:
        """A result after all questions that it led to were answered."""
        for _ in range(12):
            result = ask()
            if not self.missing:
                return result
            origin().resolve()
            for question in list(self.missing):
                answer = origin().answer(question)
                if answer is not None:
                    self.missing.discard(question)
                    self.store.set(ANSWER, question, answer)
        raise AssertionError(f"never settled: {self.missing}")

    def edit(self, name: str, text: str) -> None:
        """Replace a file's text, as an editor does."""
        path = f"{self.root}/{name}"
        source = SourceFile.read(path, text.encode())
        old = self._source(path)
        for key in {c.key for c in (*source.chunks, *(old.chunks if old is not None else ()))}:
            chunk = source.chunk(key)
            if self.store.is_loaded(FACTS, (path, key)):
                self.store.set(FACTS, (path, key), () if chunk is None else chunk.facts)
        self.sources[path] = source
        self.outlines.changed(path, _items(source))

    # --- questions ---------------------------------------------------------------------------------------------------

    def path(self, name: str) -> str:
        return f"{self.root}/{name}"

    def tests(self, name: str) -> tuple[TestItem, ...]:
        return self.settled(lambda: tests_of(self.store, self.path(name)))

    def ids(self, name: str) -> list[str]:
        return [item.node_id for item in self.tests(name)]

    def ref(self, node_id: str) -> TestRef:
        path, *names = node_id.split("::")
        return TestRef(self.path(path), tuple(names[:-1]), names[-1])

    def item(self, node_id: str) -> TestItem | None:
        return self.settled(lambda: item_of(self.store, self.ref(node_id)))

    def marks(self, node_id: str) -> tuple[Mark, ...]:
        return self.settled(lambda: marks_of(self.store, self.ref(node_id)))

    def closure(self, node_id: str) -> Closure:
        return self.settled(lambda: closure(self.store, self.ref(node_id)))

    def runner(self, node_id: str) -> Runner:
        return self.settled(lambda: runner(self.store, self.ref(node_id)))

    def database(self, node_id: str) -> DatabaseMode:
        return self.settled(lambda: database(self.store, self.ref(node_id)))

    def text_of(self, item: TestItem) -> str:
        """The source of a test, its decorators included."""
        source = self._source(item.ref.path)
        assert source is not None
        chunk = source.chunk(item.ref.chunk)
        assert chunk is not None
        start, end = source.absolute(item.ref.chunk, (0, chunk.size))
        return source.text[start:end].decode()

    def line(self, site: object) -> int:
        """The line, from 1, where a site begins."""
        assert isinstance(site, Site)
        source = self._source(site.path)
        assert source is not None
        return source.text.count(b"\n", 0, source.absolute(site.chunk, (site.start, site.end))[0]) + 1

    def text(self, site: object) -> str:
        """The source at a site."""
        assert isinstance(site, Site)
        source = self._source(site.path)
        assert source is not None
        start, end = source.absolute(site.chunk, (site.start, site.end))
        return source.text[start:end].decode()


def _items(source: SourceFile) -> Outline:
    return tuple(OutlineItem(c.key, c.kind, c.owner, c.name, outline(c.facts)) for c in source.chunks)


def _read(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


if (
    __name__ == "__main__"
):  # python -m tests.pytest_model.support FOLDER FILE...: what the model says, for a look by hand
    looked_at = Model(Path(sys.argv[1]), {})
    for file in sys.argv[2:]:
        for test in looked_at.tests(file):
            print(test.node_id, looked_at.runner(test.node_id).kind, looked_at.database(test.node_id).mode)
            print("   ", [m.name for m in looked_at.marks(test.node_id)])
            print("   ", looked_at.closure(test.node_id).names)
