"""What a fix costs: its plan, its edits, and the edits with their proof, in a generated file with many findings.

In one process with the engine: what an editor waits for beside the protocol. Nothing is written.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isolint.check.session import Session
from isolint.fixes import to_sync
from isolint.inference.client import JediOrigin, open_origin
from isolint.placement.trace import trace
from isolint.workspace.shapes import Environment

ROUNDS = 100
"""Rounds of asking jedi."""


@dataclass(frozen=True)
class Fixes:
    """Seconds, one a test with a fix: the plan behind a Trace that is there, the edits alone, the proven edits. `every`
    is the time of all safe fixes of the file at once, `memory` the process's most, in MiB."""

    plans: list[float]
    edits: list[float]
    proven: list[float]
    every: float
    memory: float


def measure(root: Path, path: Path, environ: Mapping[str, str]) -> Fixes:
    """Plan and make the fix of every test of a file."""
    os.environ.update(environ)
    session = _opened(root, str(path))
    found = [f for f in session.findings(str(path)).findings if f.fix is not None and f.fix.applicability == "safe"]
    items = {item.node_id: item for item in session.items(str(path))}
    source = session.source_file(str(path))
    assert source is not None
    plans, edits, proven = [], [], []
    for finding in found:
        item = items[finding.test or ""]
        trace(session.store, item)
        # The plan itself is remembered: computed anew it tells what it costs.
        plans.append(_timed(lambda: to_sync.plan.compute(session.store, item)))  # noqa: B023
        edits.append(_timed(lambda: to_sync.edits(session.store, item, source, "direct")))  # noqa: B023
        proven.append(_timed(lambda: session.fix(str(path), finding.key)))  # noqa: B023
    every = _timed(lambda: session.fix_all(str(path)))
    return Fixes(plans, edits, proven, every, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _timed(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    result = work()
    assert not isinstance(result, str), result
    return time.perf_counter() - start


def _opened(root: Path, path: str) -> Session:
    """The engine as the server has it, with all questions about the file answered."""
    origins: list[JediOrigin] = []

    def opened(environment: Environment, roots: Sequence[str]) -> JediOrigin:
        origins.append(open_origin(environment, roots, cache=False))
        return origins[-1]

    session = Session(str(root), open_origin=opened)
    for _ in range(ROUNDS):
        session.report(path)
        if not origins[-1].wanted():
            break
        origins[-1].resolve(600)
        session.origin_changed()
    for origin in origins:
        origin.close()
    return session
