"""`python -m benchmarks model`: what isolint says about a checkout's tests against what its own pytest collects.

Runs the checkout's code, as pytest does to collect it: for checkouts that one would run anyhow. isolint itself runs
nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.pytest_model.comparison import Difference, Pytest, differences, unknown

SHOWN = 5
"""Differences of a kind that are printed; all are counted."""


def model(
    checkout: Path, targets: Sequence[str], isolint: Sequence[str], environ: Mapping[str, str], variables: Sequence[str]
) -> int:
    """Compare and print; the number of differences. `environ` is isolint's, with the environment as VIRTUAL_ENV;
    `variables` are NAME=VALUE for both sides."""
    extra = dict(variable.partition("=")[::2] for variable in variables)
    checkout = checkout.resolve()
    python = str(Path(environ["VIRTUAL_ENV"]).absolute() / "bin" / "python")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Pytest(python, Path(folder)) as oracle:
        truth = oracle.ask(checkout, *targets, variables=extra)
    collected = time.perf_counter() - started
    if not truth.get("items"):
        print(f"{checkout.name}: pytest collects nothing:\n{truth['text'][-2000:]}")
        return 1
    started = time.perf_counter()
    # Where no target is given pytest takes those of its configuration, in their order.
    command = [*isolint, "explain", "--output-format", "json", *(targets or truth["targets"])]
    done = subprocess.run(
        command, cwd=checkout, env={**os.environ, **environ, **extra}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{checkout.name}: isolint failed:\n{done.stderr[-2000:]}")
        return 1
    said = json.loads(done.stdout)
    explained = time.perf_counter() - started
    found = differences(truth, said, checkout)
    definitions = sum(len(item["fixtures"]) for item in truth["items"].values())
    print(
        f"{checkout.name}: {len(truth['items'])} tests, {definitions} fixtures of tests; {len(found)} differences, "
        f"{len(unknown(said))} unknown; pytest {collected:.0f} s, isolint {explained:.0f} s"
        + (f"; {len(truth['errors'])} files that pytest could not collect" if truth["errors"] else "")
    )
    _print(found)
    return len(found)


def _print(found: Sequence[Difference]) -> None:
    shown: Counter[str] = Counter()
    for one in found:
        shown[one.what] += 1
        if shown[one.what] <= SHOWN:
            print("  " + str(one).replace("\n", "\n  ")[:600])
    for what, number in shown.items():
        if number > SHOWN:
            print(f"  ... {what}: {number} in all")
