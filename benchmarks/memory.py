"""Memory of the server process, its child (jedi) apart: after opening a file, and over many edits. Linux only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.client import Client
from benchmarks.latency import strokes


def measure(
    root: Path, opened: Path, edits: int, environ: Mapping[str, str], isolint: Sequence[str]
) -> list[tuple[int, float]]:
    """(edits made, MiB of the server) at the start, after a tenth of the edits (warm), and then in steps."""
    client = Client([*isolint, "server"], root, environ)
    try:
        client.initialize(root)
        text = opened.read_text("utf-8")
        client.open(opened, text)
        client.settle(opened)
        seen = [(0, _resident(client.process.pid))]
        made = 0
        places = [stroke for stroke in strokes(text) if stroke.kind != "outline"]
        while made < edits:
            for stroke in places:
                at = (stroke.line, stroke.character)
                client.change(opened, at, at, stroke.text)
                client.published(opened, client.change(opened, at, stroke.end, ""))
                made += 2
                if made % max(edits // 10, 2) == 0:
                    seen.append((made, _resident(client.process.pid)))
                if made >= edits:
                    break
        return seen
    finally:
        client.close()


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")
