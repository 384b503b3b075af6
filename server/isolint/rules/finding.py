"""A finding: what a rule says about one place of one test, as plain data with chunk-relative positions.

Rules make findings out of Traces; `check` selects, places and suppresses them; `cli` and `lsp` print them. No analysis
and no absolute position lives here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from isolint.names.symbols import Site
from isolint.workspace.shapes import Place


@dataclass(frozen=True, slots=True)
class Related:
    """One further place that explains a finding: in Python source, or a line of a configuration file."""

    site: Site | Place
    message: str
    role: Literal["chain", "mode", "runner", "fixture", "besides", "made", "removal", "distinct"] = "chain"


@dataclass(frozen=True, slots=True)
class FixSummary:
    """What can be done about a finding: `applicability` "safe" or "unsafe", or "none" with the reason."""

    applicability: Literal["safe", "unsafe", "none"]
    title: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `test` is the node id without parameters (`tests/test_a.py::TestX::test_y`, relative to the root),
    None for findings at a fixture or module; `tests` are the rollback tests that request a fixture with a finding.

    `lowered`: its severity is lower than its rule's, though it is certain. `instead_of` is the code of the rule whose
    finding at the same place it takes the place of, where both rules are on."""

    code: str
    name: str
    severity: Literal["error", "warning", "info", "hint"]
    confidence: Literal["certain", "likely"]
    message: str
    note: str
    site: Site
    test: str | None
    effect: Literal["read", "write", "unknown"] | None
    place: Literal["worker", "pool", "loop", "home"] | None
    cause: Site | None
    cause_name: str = ""
    related: tuple[Related, ...] = ()
    tests: tuple[str, ...] = ()
    fix: FixSummary | None = field(default=None, compare=True)
    lowered: bool = False
    instead_of: str = ""
