"""Check real projects and print one row each: what was found, what was false, what stayed undecided, how long it took.

    python -m benchmarks.accuracy.run --measured DIR NAME=CHECKOUT[:PATHS] ...

For each project `isolint check` and `isolint explain` run from the checkout, twice where jedi's answers are not stored
yet: the time is that of the second. `--measured DIR` holds a table `NAME.tsv` a project (tab separated, one row a test
function: `path`, `test` and `label`, see LABELS); a project without one gets its counts alone. VIRTUAL_ENV names the
environment with the projects' packages. Prints Markdown, and with `--verbose` every test that is not right.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

LOUD = frozenset({"error", "warning"})
SOURCE = Path(__file__).resolve().parents[2] / "server"


@dataclass(frozen=True, slots=True)
class Project:
    """A checkout and the paths in it to check."""

    name: str
    root: Path
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one project. `right` and `owed` are by label, `wrong` names each test that is not right."""

    name: str
    tests: int
    verdicts: Counter[str]
    loud_tests: int
    right: Counter[str]
    owed: Counter[str]
    wrong: tuple[str, ...]
    seconds: float


def main() -> int:
    """Measure the projects that are named."""
    parser = argparse.ArgumentParser(description="Real projects, held against measured tables.")
    parser.add_argument("projects", nargs="+", metavar="NAME=CHECKOUT[:PATH[,PATH]]")
    parser.add_argument("--measured", type=Path, help="a folder with NAME.tsv")
    parser.add_argument("--isolint", default=f"{sys.executable} -m isolint", help="the command to run")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    print("| project | tests | LEAK, HANG | CLEANED | READ | false | undecided | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for named in options.projects:
        name, _, where = named.partition("=")
        root, _, paths = where.partition(":")
        project = Project(name, Path(root).expanduser(), tuple(paths.split(",")) if paths else (".",))
        table = options.measured / f"{name}.tsv" if options.measured else None
        row = measure(project, options.isolint.split(), table if table and table.exists() else None)
        print(text_of(row), flush=True)
        if options.verbose:
            print("\n".join(row.wrong), file=sys.stderr)
    return 0


def measure(project: Project, isolint: Sequence[str], table: Path | None) -> Row:
    """The figures of a project."""
    explained = _run(project, (*isolint, "explain", "--output-format", "json"))
    started = time.perf_counter()
    findings = _run(project, (*isolint, "check", "--output-format", "json"))
    seconds = time.perf_counter() - started
    loud: dict[str, list[str]] = defaultdict(list)
    heard: set[str] = set()
    for finding in findings:
        for test in {finding.get("test"), *(finding.get("tests") or ())} - {None}:
            heard.add(test)
            if finding["severity"] in LOUD:
                loud[test].append(f"{finding['code']} line {finding['line']} ({finding['confidence']})")
    right: Counter[str] = Counter()
    owed: Counter[str] = Counter()
    wrong = []
    for test, label in _labels(table):
        if label not in LABELS:
            continue
        owed[label] += 1
        wanted = LABELS[label]
        good = test in loud if wanted == "loud" else test in heard if wanted == "any" else test not in loud
        right[label] += good
        if not good:
            wrong.append(f"{label:8} {test} {', '.join(loud.get(test, ()))}")
    rollback = [t for t in explained if t["database"]["mode"] in ("rollback", "unknown")]
    verdicts = Counter(t["verdict"] for t in rollback)
    return Row(project.name, len(rollback), verdicts, len(loud), right, owed, tuple(wrong), seconds)


def text_of(row: Row) -> str:
    """A row of the Markdown table."""

    def share(*labels: str) -> str:
        total = sum(row.owed[label] for label in labels)
        return f"{sum(row.right[label] for label in labels)} of {total}" if total else "-"

    silent = [label for label, wanted in LABELS.items() if wanted == "silent"]
    false = sum(row.owed[label] - row.right[label] for label in silent)
    cells = (
        row.name,
        str(row.tests),
        share("LEAK", "HANG") if row.owed else f"{row.verdicts['leaks']} leak",
        share("CLEANED"),
        share("READ"),
        f"{false} of {row.loud_tests}" if row.owed else "-",
        str(row.verdicts["undecided"]),
        f"{row.seconds:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _labels(table: Path | None) -> list[tuple[str, str]]:
    if table is None:
        return []
    with table.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(f"{row['path']}::{row['test']}", row["label"]) for row in rows]


def _run(project: Project, command: Sequence[str]) -> Any:
    environ = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [*command, *project.paths], cwd=project.root, env=environ, capture_output=True, text=True, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.exit(f"{project.name}: exit {done.returncode} and no JSON: {(done.stderr or done.stdout)[-500:]}")


if __name__ == "__main__":
    sys.exit(main())
