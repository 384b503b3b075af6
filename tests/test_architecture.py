"""The arrows between the rooms: who may import whom, and what the command line may not load."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support import ROOT

SERVER = ROOT / "server"
ROOMS = {path.parent.name for path in (SERVER / "isolint").glob("*/__init__.py")}


def contracts() -> list[dict[str, object]]:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    found: list[dict[str, object]] = tools["importlinter"]["contracts"]
    return found


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SERVER)}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def lint_imports(config: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(sys.argv[1], no_cache=True))"
    return run_python(code, str(config))


def test_the_arrows_hold() -> None:
    done = lint_imports(ROOT / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_arrow_is_noticed(tmp_path: Path) -> None:
    # The same contracts against a house of the same rooms in which the lowest imports the highest.
    for room in ROOMS:
        (tmp_path / "isolint" / room).mkdir(parents=True)
        (tmp_path / "isolint" / room / "__init__.py").touch()
    (tmp_path / "isolint" / "__init__.py").touch()
    (tmp_path / "isolint" / "text" / "edit.py").write_text(
        "import asyncio\nimport isolint.names\nimport isolint.inference\n"
    )
    code = (
        "import os, sys; from importlinter.cli import lint_imports; sys.path.insert(0, os.getcwd()); "
        "sys.exit(lint_imports(sys.argv[1], no_cache=True))"
    )
    command = [sys.executable, "-c", code, str(ROOT / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Contracts: 3 kept, 3 broken." in done.stdout, done.stdout


def test_every_room_is_in_the_contracts() -> None:
    by_id = {contract["id"]: contract for contract in contracts()}
    layers = {room.strip() for layer in by_id["arrows"]["layers"] for room in str(layer).split("|")}  # type: ignore[attr-defined]
    assert layers == ROOMS

    def sources(contract: str) -> set[str]:
        return {name.removeprefix("isolint.") for name in by_id[contract]["source_modules"]}  # type: ignore[attr-defined]

    assert sources("protocol") == ROOMS - {"lsp", "cli"}
    assert sources("jedi") == ROOMS - {"lsp", "cli", "inference"}


def modules_of(room: str) -> list[str]:
    modules = sorted((SERVER / "isolint" / room).rglob("*.py"))
    return [".".join(path.relative_to(SERVER).with_suffix("").parts).removesuffix(".__init__") for path in modules]


def loaded_by(code: str) -> set[str]:
    done = run_python(f"{code}\nimport sys\nprint('\\n'.join(sys.modules))")
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_command_line_loads_no_protocol_no_event_loop_and_no_jedi() -> None:
    assert not loaded_by("import isolint.cli.main") & {"pygls", "lsprotocol", "jedi", "parso", "asyncio"}


ALONE = """
import importlib, sys
for name in {names}:
    for loaded in [one for one in sys.modules if one.partition(".")[0] == "isolint"]:
        del sys.modules[loaded]
    importlib.import_module(name)
"""


@pytest.mark.parametrize("room", sorted(ROOMS - {"lsp", "cli", "inference"}))
def test_every_module_can_be_imported_first(room: str) -> None:
    """Modules of a room may need each other, but not in order to be loaded."""
    loaded_by(ALONE.format(names=modules_of(room)))


@pytest.mark.parametrize("room", sorted(ROOMS - {"lsp", "cli", "inference"}))
def test_no_room_of_the_engine_loads_them_either(room: str) -> None:
    code = "\n".join(f"import {name}" for name in modules_of(room))
    assert not loaded_by(code) & {"pygls", "lsprotocol", "jedi", "parso", "asyncio"}
