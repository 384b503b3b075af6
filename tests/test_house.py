"""What surrounds the code agrees with it: lock files, scripts, editor configuration, the README."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from isolint import __version__
from tests.support import ROOT

SCRIPTS = [ROOT / ".ci" / "run", *sorted((ROOT / "scripts").iterdir())]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
README = (ROOT / "README.md").read_text()


def pins(lock: Path) -> dict[str, Requirement]:
    """The pinned requirements of a lock file; a line without a hash fails the test."""
    found = {}
    for entry in re.split(r"\n(?=\S)", lock.read_text()):
        if entry.startswith("#"):
            continue
        head, *hashes = entry.split("--hash=sha256:")
        assert hashes, f"{lock.name}: no hash: {entry}"
        pin = Requirement(head.replace("\\", "").strip())
        found[canonicalize_name(pin.name)] = pin
    return found


def code_blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_files_pin_everything_and_name_no_index(lock: Path) -> None:
    assert len(pins(lock)) > 20
    assert not re.search(r"://|--(?:extra-)?index|--find-links", lock.read_text())


def test_the_lock_file_holds_what_the_package_depends_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = pins(ROOT / "requirements" / "dev.txt")
    for text in project["dependencies"]:
        wanted = Requirement(text)
        pin = pinned[canonicalize_name(wanted.name)]
        (version,) = (specifier.version for specifier in pin.specifier)
        assert wanted.specifier.contains(version), f"{pin} is not {wanted}"


@pytest.mark.parametrize("path", [path for path in SCRIPTS if path.suffix != ".sh"], ids=lambda path: path.name)
def test_scripts_can_be_run(path: Path) -> None:
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_parse(path: Path) -> None:
    done = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_editor_starts_only_what_exists() -> None:
    tasks = json.loads((ROOT / ".vscode" / "tasks.json").read_text())["tasks"]
    labels = {task["label"] for task in tasks}
    assert {name for task in tasks for name in task.get("dependsOn", ())} <= labels
    launch = json.loads((ROOT / ".vscode" / "launch.json").read_text())
    assert {entry["preLaunchTask"] for entry in launch["configurations"] if "preLaunchTask" in entry} <= labels
    started = {task["command"] for task in tasks if task.get("type") == "shell"}
    assert all(os.access(ROOT / command, os.X_OK) for command in started)
    npm_scripts = json.loads((ROOT / "vscode-extension" / "package.json").read_text())["scripts"]
    assert {task["script"] for task in tasks if task.get("type") == "npm"} <= set(npm_scripts)


def test_the_versions_agree() -> None:
    extension = json.loads((ROOT / "vscode-extension" / "package.json").read_text())
    assert extension["version"] == __version__
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_shows_the_example_as_it_is() -> None:
    tests = [path.read_text() for path in (ROOT / "examples" / "shop" / "tests").glob("test_*.py")]
    blocks = code_blocks(README, "python")
    assert len(blocks) == 2
    for block in blocks:
        code = re.sub(r" {2,}# .*", "", block)
        assert any(code in text for text in tests), code


def test_the_readme_shows_settings_that_are_valid(tmp_path: Path) -> None:
    from isolint.rules import registry
    from isolint.workspace.settings import resolve_settings

    (block,) = code_blocks(README, "toml")
    (tmp_path / "pyproject.toml").write_text(block)

    def read(path: str) -> bytes | None:
        file = Path(path)
        return file.read_bytes() if file.is_file() else None

    names = {name for rule in registry.rules() for name in (rule.name, rule.code)}
    settings = resolve_settings(str(tmp_path), read, rules=names)
    assert settings.problems == ()
    assert settings.ignore == ("transactional-test",)


def test_the_readme_links_to_files_that_exist() -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#]+)", README)
    assert len(links) >= 4
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_documentation_names_every_output_format() -> None:
    from isolint.cli.main import CHECK_FORMATS

    text = (ROOT / "docs" / "ci.md").read_text()
    assert [name for name in CHECK_FORMATS if f"\n| `{name}` |" not in text] == []
