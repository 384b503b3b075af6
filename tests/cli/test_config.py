"""`isolint config`: the settings in force, each with the place it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

TOML = """\
[tool.isolint]
ignore = ["transactional-test"]
severity = { ISO102 = "warning" }
environment = ".venv"

[tool.isolint.per-file-ignores]
"tests/old/*" = ["ALL"]
"""


@pytest.fixture
def bare(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    (project / "pyproject.toml").write_text(TOML)
    return project


def rows(out: str) -> dict[str, tuple[str, str]]:
    """Setting to (value, origin)."""
    lines = [line.split("  ") for line in out.partition("\n\n")[0].splitlines()]
    parts = [[part.strip() for part in line if part.strip()] for line in lines]
    return {name: (value, origin) for name, value, origin in parts}


def test_every_setting_with_its_origin(run: Run, bare: Path) -> None:
    found = rows(run("config").out)
    assert found["select"] == ('["ALL"]', "default")
    assert found["ignore"] == ('["transactional-test"]', "pyproject.toml:2")
    assert found["severity.ISO102"] == ('"warning"', "pyproject.toml:3")
    assert found["environment"] == (f'"{bare / ".venv"}"', "pyproject.toml:4")
    assert found["per-file-ignores.tests/old/*"] == ('["ALL"]', "pyproject.toml:7")


def test_the_command_line_is_a_place_too(run: Run, bare: Path) -> None:
    found = rows(run("config", "--ignore", "ISO106", "--config", "severity.ISO101=off").out)
    # `--ignore` adds to what is ignored.
    assert found["ignore"] == ('["transactional-test", "ISO106"]', "command line")
    assert found["severity.ISO101"] == ('"off"', "command line")
    assert found["severity.ISO102"] == ('"warning"', "pyproject.toml:3")
    found = rows(run("config", "--select", "ISO3").out)
    # `--select` starts anew.
    assert (found["select"], found["ignore"]) == (('["ISO3"]', "command line"), ("[]", "default"))


def test_from_another_folder(run: Run, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "deep").mkdir()
    monkeypatch.chdir(bare / "deep")
    assert rows(run("config").out)["ignore"] == ('["transactional-test"]', "../pyproject.toml:2")


def test_as_json(run: Run, bare: Path) -> None:
    found = json.loads(run("config", "--output-format", "json").out)
    origins = {(one["name"], one["key"]): one["origin"] for one in found["settings"]}
    assert origins["select", None] == {"kind": "default"}
    assert origins["severity", "ISO102"] == {"kind": "file", "path": "pyproject.toml", "line": 3}
    assert (found["root"], found["settings_file"], found["pytest"]) == (str(bare), "pyproject.toml", "pytest.ini")


def test_what_is_wrong_is_said(run: Run, bare: Path) -> None:
    (bare / "pyproject.toml").write_text("[tool.isolint]\nselct = ['ISO1']\n")
    result = run("config")
    assert result.code == 0
    assert "isolint: pyproject.toml:2: unknown setting `selct`, did you mean `select`?\n" in result.err
    result = run("config", "--config", "selct=ISO1")
    assert result.code == 2
    assert "isolint: --config: unknown setting `selct`, did you mean `select`?\n" in result.err
    assert run("config", "nowhere").err == "isolint: no such file or folder: nowhere\n"
    assert run("config", "--select", "sync").err.startswith("isolint: no rule 'sync'")
