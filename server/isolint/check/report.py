"""What `check` hands to its callers: findings with absolute positions, and the verdict of every test.

Plain data for `cli`, `lsp` and `features`; made by `check.session` alone. What is made again on every keystroke, for
every finding behind the cursor, are Structs, which are made much faster than dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct


class Location(Struct, frozen=True, gc=False):
    """An absolute path and a span of absolute byte offsets in the file's UTF-8 text, with its line and column.

    `line`, `end_line` count from 1; `column`, `end_column` from 1, in code points."""

    path: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


class RelatedPlace(Struct, frozen=True, gc=False):
    """One further place, with `role` "chain", "mode", "runner", "fixture", "besides", "made", "removal" or
    "distinct"."""

    location: Location
    message: str
    role: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The fix of a finding: applicability "safe" or "unsafe" with a title, or "none" with the reason why not."""

    applicability: Literal["safe", "unsafe", "none"]
    title: str
    reason: str


class PlacedFinding(Struct, frozen=True, gc=False):
    """A finding as shown: see DESIGN.md's JSON contract for the meaning of the fields.

    `message` is one sentence; `note` a few words for the excerpt's underline ("asgiref's worker thread, not the test's
    transaction"). `key` names the finding across edits (test, rule, callee). `instead_of` is the code of the rule whose
    finding it takes the place of."""

    location: Location
    code: str
    name: str
    severity: Literal["error", "warning", "info", "hint"]
    confidence: Literal["certain", "likely"]
    message: str
    note: str
    test: str | None
    effect: str | None
    place: str | None
    cause: Location | None
    cause_name: str
    related: tuple[RelatedPlace, ...]
    tests: tuple[str, ...]
    fix: Fix | None
    url: str
    key: str
    instead_of: str = ""

    @property
    def rule(self) -> str:
        """The code of the rule that says what is to be done about it."""
        return self.instead_of or self.code


@dataclass(frozen=True, slots=True)
class Leak:
    """Work of a test on another connection: what is said of it, where the finding stands (in the test, or at a fixture
    that it requests), and the calls from there to the work."""

    message: str
    location: Location | None
    chain: tuple[RelatedPlace, ...]
    fixture: str | None


@dataclass(frozen=True, slots=True)
class TestVerdict:
    """One test function as the model collects it (parameters left out).

    `runner`: sync, pytest-asyncio, anyio, trio, django, isolated-asyncio, never, unknown. `mode`: rollback, flush,
    none, unprotected, unknown. `verdict`: leaks, safe, undecided, not-rollback. `name` is the location of the name
    after `def`; `reasons` say why there is or is not a finding, in sentences. `cure` is what takes, or may take, work
    of other threads back to the test's connection, where there would be something to say without it. `leaks` are the
    ways on which work leaves."""

    test: str
    location: Location
    name: Location
    runner: str
    mode: str
    databases: tuple[str, ...]
    mode_reason: tuple[RelatedPlace, ...]
    runner_reason: tuple[RelatedPlace, ...]
    marks: tuple[tuple[str, str | None, Location], ...]
    fixtures: tuple[tuple[str, tuple[Location, ...]], ...]
    place: str
    verdict: Literal["leaks", "safe", "undecided", "not-rollback"]
    reasons: tuple[str, ...]
    cure: RelatedPlace | None = None
    leaks: tuple[Leak, ...] = ()

    __test__ = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """An installed name as jedi resolved it: where it is defined, and what owns that ("" for Python itself)."""

    canonical: str
    distribution: str
    version: str

    def sentence(self) -> str:
        """The name and its owner: `asgiref.sync.sync_to_async (asgiref 3.8.1)`."""
        return f"{self.canonical} ({f'{self.distribution} {self.version}'.strip() or 'Python'})"


@dataclass(frozen=True, slots=True)
class FileReport:
    """Everything about one file: findings in order of position, the tests it holds, what could not be read in it."""

    path: str
    findings: tuple[PlacedFinding, ...]
    tests: tuple[TestVerdict, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be done with a test beside fixing what was found in it: what it is ("transaction": the test
    could be flushed, "unused-mark": its `django_db` mark is not needed) and what it is called."""

    kind: Literal["transaction", "unused-mark"]
    title: str


@dataclass(frozen=True, slots=True)
class Change:
    """A text edit: replace the bytes from `start` to `end` of the file's UTF-8 text by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class FileChanges:
    """The changes of one file, sorted and disjoint, in offsets of its text as analysed."""

    path: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class FixEdits:
    """The edits of one fix: all of its files change together, or none does. The file that was asked about is first."""

    title: str
    applicability: Literal["safe", "unsafe"]
    files: tuple[FileChanges, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that change."""
        return tuple(file.path for file in self.files)


@dataclass(frozen=True, slots=True)
class Unproven:
    """A fix that nobody can vouch for yet: what was found of its result rests on names that jedi is still asked about.
    `proven` is the part that does not, where there is one."""

    reason: str
    proven: FixEdits | None = None
