"""The committed table of accuracy: one row a case. `python -m tests.truth.table` measures it anew and writes it.

A row that got worse fails the tests; one that got better is to be written here, so that it cannot get worse unseen.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.support import analysed_environment
from tests.truth.cases import case_names, evaluate, find_truth
from tests.truth.judge import KINDS, Judgement

PATH = Path(__file__).with_name("table.json")

# From the best to the worst. To be undecided is honest; to miss is not; to accuse the innocent is worst.
ORDER = ("right", "undecided", "missed", "false")

Row = Mapping[str, Any]


def row_of(judgement: Judgement) -> Row:
    """A judgement as it is stored."""
    return {"marks": dict(judgement.marks), "false": list(judgement.false)}


def judgement_of(row: Row) -> Judgement:
    """A stored row as a judgement."""
    return Judgement(row["marks"], tuple(row["false"]))


def read() -> dict[str, Row]:
    """The committed rows by case."""
    rows: dict[str, Row] = json.loads(PATH.read_text())
    return rows


def write(rows: Mapping[str, Row]) -> None:
    """Write the rows, a line each, so that a change of one case is a change of one line."""
    lines = [f"{json.dumps(case)}: {json.dumps(row)}" for case, row in sorted(rows.items())]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def worse(before: Row | None, now: Row) -> list[str]:
    """What got worse, in words. Without a row before, everything was to be right."""
    marks_before = before["marks"] if before else {}
    false_before = Counter(before["false"] if before else ())
    complaints = []
    for mark, result in now["marks"].items():
        old = marks_before.get(mark, "right")
        if ORDER.index(result) > ORDER.index(old):
            complaints.append(f"{mark} was {old}, is {result}")
    new_false = Counter(now["false"]) - false_before
    complaints += [f"{finding} is a new false finding" for finding in new_false.elements()]
    return complaints


def totals(judgements: Iterable[Judgement]) -> str:
    """The counts per kind, as a table for people."""
    counted: Counter[tuple[str, str]] = Counter()
    for judgement in judgements:
        counted.update(judgement.counts())
    lines = [f"{'kind':8}" + "".join(f"{result:>10}" for result in ORDER)]
    lines += [f"{kind:8}" + "".join(f"{counted[kind, result]:>10}" for result in ORDER) for kind in (*KINDS, "-")]
    return "\n".join(lines)


def main() -> int:
    """Measure every case and write the table."""
    truth = find_truth()
    if truth is None or analysed_environment() is None:
        print(
            "The truth cases (ISOLINT_TRUTH) or their environment (scripts/test makes it) are missing.", file=sys.stderr
        )
        return 2
    before = read() if PATH.exists() else {}
    rows = {case: row_of(evaluate(truth, case)) for case in case_names(truth)}
    for case, row in rows.items():
        for complaint in worse(before.get(case), row):
            print(f"{case}: {complaint}")
    write(rows)
    print(totals(judgement_of(row) for row in rows.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
