"""Check real projects and print one row each: what was found, what stayed undecided, how long it took, what it weighed.

`isolint explain` and then `isolint check` run in each folder of a project: jedi's answers are stored by the first, so
that time and memory are those of a second run. A run that takes longer than the limit is given up, and its row says so.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from benchmarks.accuracy.projects import PROJECTS, Project

Json = dict[str, Any]

LABELS = {
    "LEAK": "loud",  # rows stayed on another connection
    "HANG": "loud",  # two connections waited for each other
    "CLEANED": "any",  # wrote on another connection, nothing stayed
    "READ": "any",  # only read there
    "NONE": "silent",  # all work on the test's connection
    "FLUSH": "silent",
    "NODB": "silent",
}
"""What a measured label is owed: a warning or an error, a finding of any severity, or neither warning nor error.
Other labels (a test that failed where it was measured) are not counted."""

WEIGHED = Path(__file__).with_name("weighed.py")
LOUD = ("error", "warning")
_LINE = re.compile(r" \(line \d+\)")
HEADER = (
    "project",
    "tests",
    "rollback",
    "leak / safe / undecided",
    "findings",
    "seconds",
    "MiB",
)
MEASURED_HEADER = ("project", "LEAK, HANG found", "CLEANED, READ found", "false alarms", "of the missed, undecided")


@dataclass(slots=True)
class Measured:
    """What the runs in a project's folders gave, added up; paths begin at the checkout. `problem` says why a run gave
    nothing."""

    tests: list[Json] = field(default_factory=list)
    findings: list[Json] = field(default_factory=list)
    seconds: float = 0.0
    mebibytes: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Findings of one code and severity with one cause: looked at together."""

    code: str
    severity: str
    cause: str
    findings: tuple[Json, ...]


def accuracy(
    checkouts: Path,
    names: Sequence[str],
    isolint: Sequence[str],
    measured: Path | None,
    limit: float,
    kept: Path | None,
) -> None:
    """Print the tables of the projects whose checkout is there; `kept` is where what isolint said is left."""
    chosen = [one for one in PROJECTS if (checkouts / one.name).is_dir() and (not names or one.name in names)]
    rows = []
    print(_line(HEADER), _line(["---"] * len(HEADER)), sep="\n")
    for project in chosen:
        found = measure(project, checkouts / project.name, isolint, limit)
        print(_line(cells(project, checkouts / project.name, found)), flush=True)
        if kept:
            kept.mkdir(parents=True, exist_ok=True)
            report = {"tests": found.tests, "findings": found.findings}
            (kept / f"{project.name}.json").write_text(json.dumps(report, indent=1), "utf-8")
            with (kept / f"{project.name}.txt").open("w", encoding="utf-8") as file:
                print_kinds(found, file)
        table = measured / f"{project.measured}.tsv" if measured and project.measured else None
        if table and table.exists() and not found.problem:
            cell, wrong = against(project, table, found)
            rows.append(cell)
            if kept:
                (kept / f"{project.name}.wrong.txt").write_text("".join(f"{line}\n" for line in wrong), "utf-8")
    if rows:
        print("", _line(MEASURED_HEADER), _line(["---"] * len(MEASURED_HEADER)), *map(_line, rows), sep="\n")


def measure(project: Project, root: Path, isolint: Sequence[str], limit: float) -> Measured:
    """Run isolint in each folder of a project."""
    total = Measured()
    for folder in project.folders:
        for command in ("explain", "check"):
            said = _run((*isolint, command, "--output-format", "json", "."), root / folder, limit)
            total.problem = total.problem or said.problem
            for one in said.said:
                for key in ("path", "test"):
                    if one.get(key) and folder != ".":
                        one[key] = f"{folder}/{one[key]}"
                if folder != ".":
                    one["tests"] = [f"{folder}/{test}" for test in one.get("tests") or ()]
            if command == "check":
                total.findings += said.said
                total.seconds += said.seconds
                total.mebibytes = max(total.mebibytes, said.mebibytes)
            else:
                total.tests += said.said
    return total


def cells(project: Project, root: Path, found: Measured) -> list[str]:
    """A project's row of the first table."""
    if found.problem:
        return [project.name, "", "", "", found.problem, f"{found.seconds:.0f}", f"{found.mebibytes:.0f}"]
    rollback = [test for test in found.tests if test["verdict"] != "not-rollback"]
    verdicts = Counter(test["verdict"] for test in rollback)
    codes = Counter((one["code"], one["severity"]) for one in found.findings if one["severity"] in LOUD)
    name = project.name if _is_at(root, project.commit) else f"{project.name} (another commit)"
    return [
        name,
        str(len(found.tests)),
        str(len(rollback)),
        f"{verdicts['leaks']} / {verdicts['safe']} / {verdicts['undecided']}",
        ", ".join(f"{code} {severity} {count}" for (code, severity), count in sorted(codes.items())) or "none",
        f"{found.seconds:.1f}",
        f"{found.mebibytes:.0f}",
    ]


def against(project: Project, table: Path, found: Measured) -> tuple[list[str], list[str]]:
    """A project's row of the second table, held against a table of measured tests (tab separated, one row a test
    function: `path`, `test` and `label`), and a line for each test that is not right."""
    prefix = "" if project.folders == (".",) else f"{project.folders[0]}/"
    heard: dict[str, list[Json]] = defaultdict(list)
    for one in found.findings:
        for test in {one.get("test"), *(one.get("tests") or ())} - {None}:
            heard[test].append(one)
    verdicts = {test["test"]: test for test in found.tests}
    owed: Counter[str] = Counter()
    right: Counter[str] = Counter()
    undecided, wrong = 0, []
    for test, label in _labels(table, prefix):
        wanted = LABELS.get(label)
        if wanted is None:
            continue
        loud = [one for one in heard[test] if one["severity"] in LOUD]
        good = bool(loud) if wanted == "loud" else bool(heard[test]) if wanted == "any" else not loud
        owed[label] += 1
        right[label] += good
        if not good:
            verdict = verdicts.get(test, {"verdict": "not collected", "reasons": []})
            undecided += wanted != "silent" and verdict["verdict"] == "undecided"
            said = [f"{one['code']} line {one['line']} ({one['severity']})" for one in loud]
            wrong.append(f"{label}\t{test}\t{verdict['verdict']}\t{'; '.join(said or verdict['reasons'])}")
    silent = [label for label, wanted in LABELS.items() if wanted == "silent"]
    row = [
        project.name,
        _share(right, owed, "LEAK", "HANG"),
        _share(right, owed, "CLEANED", "READ"),
        f"{sum(owed[label] - right[label] for label in silent)} of {sum(owed[label] for label in silent)}",
        str(undecided),
    ]
    return row, wrong


def kinds(findings: Iterable[Json]) -> list[Kind]:
    """Errors and warnings by code, severity and cause, the largest first."""
    groups: dict[tuple[str, str, str], list[Json]] = defaultdict(list)
    for one in findings:
        if one["severity"] in LOUD:
            groups[one["code"], one["severity"], one.get("cause") or ""].append(one)
    made = [Kind(*key, tuple(found)) for key, found in groups.items()]
    return sorted(made, key=lambda kind: (-len(kind.findings), kind.code, kind.cause))


def print_kinds(found: Measured, file: TextIO) -> None:
    """What a reader judges: each kind with its places, and the reasons of what is undecided."""
    for kind in kinds(found.findings):
        print(f"{kind.code} {kind.severity} {kind.cause or '(no cause)'}: {len(kind.findings)}", file=file)
        for one in kind.findings:
            print(f"    {one['path']}:{one['line']} {one['test'] or ''}: {one['message']}", file=file)
            for place in one["related"]:
                print(f"        {place['path']}:{place['line']} {place['message']}", file=file)
    reasons: Counter[str] = Counter()
    first: dict[str, str] = {}
    for test in found.tests:
        if test["verdict"] == "undecided":
            for reason in {_LINE.sub("", reason) for reason in test["reasons"]}:
                reasons[reason] += 1
                first.setdefault(reason, test["test"])
    for reason, count in reasons.most_common():
        print(f"{count} tests {reason}  ({first[reason]})", file=file)


@dataclass(frozen=True, slots=True)
class _Said:
    said: list[Json]
    seconds: float
    mebibytes: float
    problem: str


def _run(command: Sequence[str], folder: Path, limit: float) -> _Said:
    """One run: its JSON, the wall clock, and the memory of its largest process."""
    started = time.perf_counter()
    # Nothing of the checkout may be imported: `python -m` would look there first.
    environ = {**os.environ, "PYTHONSAFEPATH": "1"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as weight:
        weighed = [sys.executable, str(WEIGHED), weight.name, *command]
        process = subprocess.Popen(weighed, cwd=folder, env=environ, stdout=out, stderr=err, start_new_session=True)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return _Said([], time.perf_counter() - started, 0.0, f"no end within {limit:.0f} s")
        seconds = time.perf_counter() - started
        mebibytes = int(Path(weight.name).read_text("ascii") or 0) / 1024
        out.seek(0)
        err.seek(0)
        try:
            return _Said(json.loads(out.read()), seconds, mebibytes, "")
        except ValueError:
            last = (err.read().decode(errors="replace").strip().splitlines() or ["nothing on stderr"])[-1]
            return _Said([], seconds, mebibytes, f"exit {process.returncode} and no JSON: {last}")


def _labels(table: Path, prefix: str) -> list[tuple[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(f"{prefix}{row['path']}::{row['test']}", row["label"]) for row in rows]


def _is_at(root: Path, commit: str) -> bool:
    git = ["git", "-C", str(root), "rev-parse", "HEAD"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.startswith(commit)


def _share(right: Mapping[str, int], owed: Mapping[str, int], *labels: str) -> str:
    return f"{sum(right[label] for label in labels)} of {sum(owed[label] for label in labels)}"


def _line(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"
