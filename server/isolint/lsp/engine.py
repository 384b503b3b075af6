"""What the server needs from the analysis, as protocols: an engine of one workspace folder, and who builds it.

`isolint.check.session.Session` is the real engine; the tests bring a small one of their own. Nothing here analyses, and
nothing here imports the analysis: it is imported by the analysis thread, after `initialize` was answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from isolint.check.report import Change, FileReport, FixEdits, Location, Offer, PlacedFinding, Unproven
from isolint.workspace.shapes import Problem

if TYPE_CHECKING:
    from isolint.features.completion import Completion
    from isolint.features.expressions import Pointed
    from isolint.features.hints import Hint
    from isolint.features.lenses import Lens
    from isolint.features.progress import Tell
    from isolint.features.rename import Rename
    from isolint.features.symbols import Symbol

Flag = Callable[[], bool]
"""Turns true when nobody wants the answer any more."""


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

    def users(self, files: Iterable[str]) -> list[str]:
        """The files of tests that decide what is said of these files."""
        ...

    def fix(self, path: str, key: str) -> FixEdits | Unproven | str:
        """The edits for the finding `key`, or why there are none (yet)."""
        ...

    def fix_all(self, path: str, *, below: str = "") -> FixEdits | Unproven | str:
        """The edits of all safe fixes of a file (or of a class, by its node id), or why there are none."""
        ...

    def offers(self, path: str, test: str) -> tuple[Offer, ...]:
        """What else can be done with a test."""
        ...

    def offered(self, path: str, test: str, kind: str) -> FixEdits | str:
        """The edits of such an offer, or why there are none."""
        ...

    def ignore(self, path: str, finding: PlacedFinding) -> tuple[Change, ...]:
        """The edits that turn a finding off by a comment; () where none can be written."""
        ...

    def hover(self, path: str, offset: int, cancelled: Flag = ...) -> tuple[str, int, int] | None:
        """Markdown and the span it is about."""
        ...

    def definitions(self, path: str, offset: int, cancelled: Flag = ...) -> tuple[Location, ...]:
        """Where the fixture or mark that is pointed at is defined, the nearest first."""
        ...

    def pointed(self, path: str, offset: int) -> Pointed | None:
        """What any name at an offset may stand for, whatever it is; None: it is not known yet."""
        ...

    def described(self, found: Pointed) -> str | None:
        """What such a name is, as Markdown; None where there is nothing to say."""
        ...

    def places(self, found: Pointed) -> tuple[Location, ...]:
        """Where such a name is defined, the best first."""
        ...

    def references(
        self, path: str, offset: int, declaration: bool, cancelled: Flag = ..., tell: Tell = ...
    ) -> tuple[Location, ...]:
        """Every place that refers to the fixture or mark that is pointed at; `declaration`: its definitions too. `tell`
        hears how far it is."""
        ...

    def completions(self, path: str, offset: int, cancelled: Flag = ...) -> tuple[Completion, ...]:
        """The names that can stand at an offset."""
        ...

    def document_symbols(self, path: str, cancelled: Flag = ...) -> tuple[Symbol, ...]:
        """The tests and fixtures of a file."""
        ...

    def workspace_symbols(self, query: str, cancelled: Flag = ...) -> tuple[Symbol, ...]:
        """The tests and fixtures of the folder whose name fits."""
        ...

    def inlay_hints(self, path: str, start: int, end: int, cancelled: Flag = ...) -> tuple[Hint, ...]:
        """What to show behind expressions between two offsets."""
        ...

    def code_lenses(self, path: str, cancelled: Flag = ...) -> tuple[Lens, ...]:
        """What to show above the tests of a file."""
        ...

    def pollution(self, path: str, test: str, cancelled: Flag = ...) -> str:
        """The title of the lens of a test that leaks; "" when there is none any more."""
        ...

    def prepare_rename(self, path: str, offset: int, cancelled: Flag = ...) -> tuple[Location, str] | str | None:
        """The name to be renamed and its place, why it can not be, or None where nothing of ours is named."""
        ...

    def rename(self, path: str, offset: int, new: str, cancelled: Flag = ..., tell: Tell = ...) -> Rename | str | None:
        """The rename, why there is none, or None where nothing of ours is named. `tell` hears how far it is."""
        ...

    def each_file(self) -> Iterator[str]:
        """The files of the folder that a check of all of it reports on, found one by one."""
        ...

    def read_ahead(self) -> bool:
        """Prepare a little for questions about the whole folder; False when nothing more is to be prepared."""
        ...

    def origin_changed(self) -> bool:
        """Answers about installed names arrived; whether a finding may be another for it."""
        ...

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
