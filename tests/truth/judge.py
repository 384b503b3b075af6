"""Marks in a case against what isolint says about it.

A mark is a comment `#: KIND reason` at the end of a line; DESIGN.md and the README of the truth cases say what isolint
owes to each kind. Findings come in as the JSON of `check`, verdicts as the JSON of `explain`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

KINDS = ("LEAK", "READ", "HANG", "UNPROT", "OK", "SLOW", "ERROR")
MUST = {"LEAK", "READ", "HANG", "UNPROT"}
UNCOUNTED = {"ISO302", "ISO901"}  # they speak about marks and comments, not about where work is done
NEVER_RUNS = {"ISO203", "ISO204"}
MARK = re.compile(r"#:\s*([A-Z|]+)(?:\s|$)")

Result = Literal["right", "missed", "false", "undecided"]
Where = tuple[str, int]


@dataclass(frozen=True)
class Judgement:
    """A case's result: per mark (`test_case.py:9 LEAK`), and the false findings (`ISO101 test_case.py:7`)."""

    marks: Mapping[str, Result]
    false: tuple[str, ...]

    def counts(self) -> Counter[tuple[str, Result]]:
        """How often each kind of mark came out how; a false finding on a line without mark counts for kind "-"."""
        counted: Counter[tuple[str, Result]] = Counter()
        for mark, result in self.marks.items():
            counted[mark.split()[1].split("|")[0], result] += 1
        marked = {mark.split()[0] for mark in self.marks}
        counted["-", "false"] += sum(finding.split()[1] not in marked for finding in self.false)
        return counted


def marks_of(files: Mapping[str, str]) -> dict[Where, frozenset[str]]:
    """The marked lines of a project: kinds by file and line."""
    found = {}
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            match = MARK.search(line) if path.endswith(".py") else None
            if match:
                found[path, number] = frozenset(match.group(1).split("|"))
    return found


def speaks(finding: Mapping[str, Any]) -> bool:
    """Whether a finding claims that something is wrong: errors and warnings do, info and hints do not."""
    return finding["severity"] in {"error", "warning"} and finding["code"] not in UNCOUNTED


def _places(finding: Mapping[str, Any]) -> set[Where]:
    related = finding.get("related") or ()
    return {(PurePath(place["path"]).name, place["line"]) for place in (finding, *related)}


def _undecided(where: Where, tests: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the test that holds this line is undecided; for a line outside of tests, whether any test is."""
    here = [test for test in tests if PurePath(test["path"]).name == where[0] and test["line"] <= where[1]]
    around = [max(here, key=lambda test: int(test["line"]))] if here else list(tests)
    return any(test["verdict"] == "undecided" for test in around)


def judge(
    marks: Mapping[Where, frozenset[str]],
    findings: Iterable[Mapping[str, Any]],
    tests: Iterable[Mapping[str, Any]] = (),
    *,
    never_runs: bool = False,
) -> Judgement:
    """Compare. `never_runs`: it was measured that a test of this case is not collected, refused or never awaited."""
    tests = list(tests)
    reached: set[Where] = set()
    false = []
    for finding in findings:
        places = _places(finding)
        reached |= places
        if not speaks(finding):
            continue
        own_place = (PurePath(finding["path"]).name, finding["line"])
        own = marks.get(own_place, frozenset())
        all_kinds = frozenset[str]().union(*(marks.get(place, frozenset()) for place in places))
        if finding["code"] in NEVER_RUNS:
            true = never_runs
        elif own in ({"OK"}, {"SLOW"}):
            true = False
        else:
            true = bool(all_kinds & (MUST | {"ERROR"}))
        if not true:
            false.append(f"{finding['code']} {own_place[0]}:{own_place[1]}")
    blamed = {entry.split()[1] for entry in false}
    results: dict[str, Result] = {}
    for where, kinds in sorted(marks.items()):
        place = f"{where[0]}:{where[1]}"
        result: Result = "right"
        if place in blamed:
            result = "false"
        elif kinds & MUST and where not in reached:
            result = "undecided" if _undecided(where, tests) else "missed"
        results[f"{place} {'|'.join(sorted(kinds, key=KINDS.index))}"] = result
    return Judgement(results, tuple(sorted(false)))
