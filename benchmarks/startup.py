"""Start to `initialize` answered and to the first diagnostics, beside bare pygls and ruff's server."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.client import Client


def measure(
    root: Path, opened: Path, rounds: int, ruff: str | None, environ: Mapping[str, str], isolint: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    """Seconds by server and step; the servers take turns."""
    commands: dict[str, tuple[list[str], Path]] = {
        "isolint": ([*isolint, "server"], root),
        "bare pygls": ([sys.executable, "-m", "benchmarks.bare_server"], Path.cwd()),
    }
    if ruff:
        commands["ruff"] = ([ruff, "server"], root)
    text = opened.read_text("utf-8")
    times: dict[str, dict[str, list[float]]] = {name: {"initialize": [], "diagnostics": []} for name in commands}
    for _ in range(rounds):
        for name, (command, folder) in commands.items():
            client = Client(command, folder, environ)
            client.initialize(root)
            times[name]["initialize"].append(client.arrived - client.started)
            client.open(opened, text)
            if name == "ruff":
                client.pulled(opened)
            else:
                client.published(opened, 1)
            times[name]["diagnostics"].append(client.arrived - client.started)
            client.close()
    return times
