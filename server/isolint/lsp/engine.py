"""What the server needs from the analysis, as protocols: an engine of one workspace folder, and who builds it.

`isolint.check.session.Session` is the real engine; the tests bring a small one of their own. Nothing here analyses, and
nothing here imports the analysis: it is imported by the analysis thread, after `initialize` was answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from isolint.check.report import FileReport, FixEdits
from isolint.workspace.shapes import Problem


class Engine(Protocol):
    """The analysis of one folder. Every call comes from the same thread; all offsets count bytes of UTF-8 text."""

    root: str

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in settings, configuration and environment."""
        ...

    def set_buffer(self, path: str, text: bytes | None) -> None:
        """An open buffer as UTF-8; None: closed, the disk counts again."""

    def touch(self, paths: Iterable[str]) -> None:
        """These files, of any kind, were changed, created or deleted on disk."""

    def report(self, path: str, cancelled: Callable[[], bool] = ...) -> FileReport:
        """Everything about one file. Raises `check.session.Cancelled` soon after `cancelled()` turned true."""
        ...

    def findings(self, path: str, cancelled: Callable[[], bool] = ...) -> FileReport:
        """As `report`, but without the verdicts: what is shown while typing."""
        ...

    def affected(self, paths: Iterable[str]) -> list[str]:
        """Which of these files' reports may have changed since they were last asked for."""
        ...

    def fix(self, path: str, key: str) -> FixEdits | str:
        """The edits for the finding `key`, or why there are none."""
        ...

    def fix_all(self, path: str) -> FixEdits | str:
        """The edits of all safe fixes of a file, or why there are none."""
        ...

    def hover(self, path: str, offset: int) -> tuple[str, int, int] | None:
        """Markdown and the span it is about."""
        ...

    def origin_changed(self) -> None:
        """Answers about installed names arrived."""

    def wanted(self) -> int:
        """How many questions about installed names wait for an answer."""
        ...

    def status(self) -> dict[str, object]:
        """What the engine knows of its surroundings, for bug reports."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine, and how to end it together with whoever answers its questions."""

    engine: Engine
    close: Callable[[], None]


class EngineFactory(Protocol):
    """Builds the engine of a folder. `on_answers` may be called from any thread: answers about installed names came."""

    def __call__(self, root: str, overrides: Mapping[str, object], on_answers: Callable[[], None]) -> Opened:
        """The engine of the folder `root`. Called on the analysis thread."""
        ...
