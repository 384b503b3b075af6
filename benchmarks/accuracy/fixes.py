"""The fix over real projects: which tests with certain findings get one, why the others do not, and whether every
result parses. Nothing of a project is written.

A test is counted when an error that is certain names it. With `--keep`, the diff of every file is left for a reader,
and `sample` draws the tests whose diffs are judged by hand (`judged_fixes.json`).
"""

from __future__ import annotations

import contextlib
import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.accuracy.projects import PROJECTS, Project
from isolint.check.report import FileReport
from isolint.cli import fix
from isolint.cli.engine import analyse, opened
from isolint.cli.progress import Progress

HEADER = ("project", "tests", "safe", "unsafe", "none", "files rewritten", "of these parse", "left in converted tests")
SEED = 7
_NAMES = re.compile(r"(?<=fixture )\w+|[\w.]*_\w+|[\w.]+\(\)|[A-Z]\w*\.[\w.]+|\([^)]*\)|'[^']*'")
"""What of a reason is about one test: names in it."""


@dataclass(slots=True)
class Fixes:
    """A project's tests with certain findings by what the fix offers, the reasons for which there is none, the files
    that all offers together rewrite, and how many of these parse; `left` are offers that did not cure."""

    safe: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)
    none: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    rewritten: int = 0
    parse: int = 0
    left: list[str] = field(default_factory=list)
    diffs: list[str] = field(default_factory=list)


def fixes(checkouts: Path, names: Sequence[str], kept: Path | None) -> None:
    """Print the table and the reasons for the projects whose checkout is there; `kept` is where diffs are left."""
    chosen = [one for one in PROJECTS if (checkouts / one.name).is_dir() and (not names or one.name in names)]
    reasons: Counter[str] = Counter()
    doubts: Counter[str] = Counter()
    print(_line(HEADER), _line(["---"] * len(HEADER)), sep="\n")
    offered: list[tuple[str, str]] = []
    total = Fixes()
    for project in chosen:
        found = measure(project, checkouts / project.name)
        print(_line(_cells(project.name, found)), flush=True)
        reasons += found.reasons
        doubts += found.doubts
        offered += [(project.name, test) for test in (*found.safe, *found.unsafe)]
        for name in ("safe", "unsafe", "none", "left"):
            getattr(total, name).extend(getattr(found, name))
        total.rewritten += found.rewritten
        total.parse += found.parse
        if kept:
            kept.mkdir(parents=True, exist_ok=True)
            (kept / f"{project.name}.diff").write_text("".join(found.diffs), "utf-8")
    print(_line(_cells("all", total)))
    for title, counted in (("no fix", reasons), ("unsafe", doubts)):
        print("", _line(("tests", title)), _line(["---"] * 2), sep="\n")
        print(*(_line((str(count), reason)) for reason, count in counted.most_common()), sep="\n")
    if kept:
        drawn = [{"project": project, "test": test} for project, test in sample(offered, 50)]
        (kept / "sample.json").write_text(json.dumps(drawn, indent=1) + "\n", "utf-8")


def sample(offered: Sequence[tuple[str, str]], size: int) -> list[tuple[str, str]]:
    """Tests drawn at random, as many of each project as can be: large projects do not crowd out the others."""
    left = {name: sorted(test for project, test in offered if project == name) for name, _ in sorted(offered)}
    chance = random.Random(SEED)
    for tests in left.values():
        chance.shuffle(tests)
    drawn: list[tuple[str, str]] = []
    while len(drawn) < size and any(left.values()):
        drawn += [(name, tests.pop()) for name, tests in left.items() if tests]
    return sorted(drawn[:size])


def measure(project: Project, root: Path) -> Fixes:
    """Look at all folders of a project."""
    found = Fixes()
    for folder in project.folders:
        with (
            contextlib.chdir(root / folder),
            opened([str(root / folder)], {}, cache=True, jobs=1, opener=None) as at,
            Progress(wanted=False) as progress,
        ):
            files = at.engine.files([str(root / folder)])
            before, _ = analyse(at, files, progress, afresh=True)
            offers = {path: certain(before[path]) for path in files if path in before}
            fixing = fix.Fixing(at, files, True, progress)
            for path, offered in offers.items():
                _count(offered, found)
                if any(applicability != "none" for applicability, _ in offered.values()):
                    fixing.fix(path)
            changed = [one for one in fixing.results() if one.before != one.after]
            after, _ = analyse(at, [one.path for one in changed], progress, afresh=True)
            for one in changed:
                found.rewritten += 1
                found.parse += fix.parses_as_well(one.before, one.after)
                found.diffs += fix.unified_diff(one, one.path)
                left = certain(after[one.path]) if one.path in after else {}
                offered = offers.get(one.path, {})
                found.left += [test for test, (kind, _) in offered.items() if kind != "none" and test in left]
    return found


def _count(offers: Mapping[str, tuple[str, str]], found: Fixes) -> None:
    for test, (applicability, reason) in offers.items():
        getattr(found, applicability).append(test)
        if applicability != "safe":
            counted = found.reasons if applicability == "none" else found.doubts
            counted[_NAMES.sub("…", reason)] += 1


def certain(report: FileReport) -> Mapping[str, tuple[str, str]]:
    """The tests of a file that an error names for certain, each with what the fix offers and the reason."""
    found = {}
    for one in report.findings:
        if one.severity == "error" and one.confidence == "certain" and one.test is not None:
            offer = (one.fix.applicability, one.fix.reason) if one.fix else ("none", "there is no automatic fix")
            if one.test not in found or found[one.test][1] == "there is no automatic fix":
                found[one.test] = offer
    return found


def _cells(name: str, found: Fixes) -> list[str]:
    tests = len(found.safe) + len(found.unsafe) + len(found.none)
    cells = (tests, len(found.safe), len(found.unsafe), len(found.none), found.rewritten, found.parse, len(found.left))
    return [name, *map(str, cells)]


def _line(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"
