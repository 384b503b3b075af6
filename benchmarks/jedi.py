"""What jedi costs a project: its process, and what is answered from the disk on a second start.

The project is judged twice as `isolint check` does, each time in a process of its own with a cache of its own; nothing
of the analysis is timed here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_RUN = """
import json, sys, time
from isolint.check.session import Session
from isolint.inference.client import open_origin

origins = []

def opened(environment, roots):
    origins.append(open_origin(environment, roots))
    return origins[-1]

root = sys.argv[1]
session = Session(root, overrides={"environment": sys.argv[2]}, open_origin=opened, once=True)
files = session.files([root])
first = None
for _ in range(20):
    for path in files:
        session.report(path)
    if not session.wanted():
        break
    if first is None:
        before = time.perf_counter()
        origins[-1].resolve(0)  # one question, and so the start of the process
        first = time.perf_counter() - before
    origins[-1].resolve()
    session.origin_changed()
print(json.dumps({**origins[-1].statistics(), "first": first or 0.0}))
origins[-1].close()
"""

Row = Mapping[str, float]


def measure(root: Path, environ: Mapping[str, str]) -> list[Row]:
    """The counts of a first and a second start, see `JediOrigin.statistics`; `first` are the seconds to the first
    answer."""
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", _RUN, str(root.resolve()), environ["VIRTUAL_ENV"]],
                env={**os.environ, **environ, "XDG_CACHE_HOME": cache},
                capture_output=True,
                text=True,
                check=True,
            )
            rows.append(json.loads(done.stdout))
    return rows


def lines(rows: list[Row]) -> list[str]:
    """The counts as a table."""
    columns = {
        "asked": lambda row: f"{row['asked']:.0f}",
        "from disk": lambda row: f"{row['stored'] / max(row['stored'] + row['asked'], 1):.1%}",
        "processes": lambda row: f"{row['children']:.0f}",
        "largest, MB": lambda row: f"{row['largest_mb']:.0f}",
        "jedi, s": lambda row: f"{row['seconds']:.1f}",
        "first answer, s": lambda row: f"{row['first']:.2f}",
    }
    table = [f"{'':14}" + "".join(f"{name:>17}" for name in columns)]
    for name, row in zip(("first start", "second start"), rows, strict=True):
        table.append(f"  {name:12}" + "".join(f"{cell(row):>17}" for cell in columns.values()))
    return table
