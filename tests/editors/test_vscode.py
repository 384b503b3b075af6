"""The packaged extension in the real VS Code: a user opens the example shop, sees the squiggle, applies the quick fix
from its menu, saves, and finds the test rewritten on disk. One editor is started for all the tests of this file.

`ISOLINT_VSCODE_PICTURES=docs/images` writes the pictures of the documentation.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import sys
import tempfile
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from isolint import __version__
from isolint.workspace.shapes import Settings, Severity
from tests.editors.code_server import EXTENSION, HERE, Seen, drive, required, set_up
from tests.support import ROOT, analysed_environment

SHOP = ROOT / "examples" / "shop"
NAME = "test_confirming_gives_a_receipt"


def _interpreter(folder: Path) -> Path:
    """This interpreter under a name of its own, which the test can take away without harm."""
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return script


@pytest.fixture(scope="module")
def run() -> Iterator[tuple[Seen, Path]]:
    """What was seen in the editor, and the project as it is on disk afterwards."""
    environment = analysed_environment()
    if environment is None:
        required("the VS Code test needs an environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT")
    pictures = os.environ.get("ISOLINT_VSCODE_PICTURES")
    paths = [os.environ.get("PYTHONPATH"), str(ROOT / "server")]
    folder = Path(tempfile.mkdtemp(prefix="isolint-vscode-"))
    try:
        chromium, vsix = set_up(folder)
        shop = folder / "shop"
        shutil.copytree(SHOP, shop, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3", ".*"))
        state = folder / "state"
        state.mkdir()
        interpreter = _interpreter(folder)
        seen = drive(
            {
                "folder": str(state),
                "vsix": str(vsix),
                "workspace": str(shop),
                "file": str(shop / "tests" / "test_checkout.py"),
                "line": "await sync_to_async(make_order)",
                "word": "make_order",
                "message": f"the row outlives {NAME}",
                "title": f"Convert {NAME}",
                "program": str(interpreter),
                "machine": {"isolint.interpreter": [str(interpreter)], "isolint.environment": str(environment)},
                "chromium": chromium,
                "images": str(Path(pictures).resolve()) if pictures else None,
                "limit": 120_000,
            },
            {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        yield seen, shop
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_the_finding_is_in_the_problems_panel(run: tuple[Seen, Path]) -> None:
    seen, _ = run
    assert seen["squiggles"] >= 1
    ours = [row for row in seen["problems"] if re.search(r"isolint ?\(?sync-to-async-in-db-test\b", row)]
    assert len(ours) == 1, seen["problems"]
    assert "[Ln 13, Col 19]" in ours[0]


def test_hovering_over_the_squiggle_explains_it(run: tuple[Seen, Path]) -> None:
    seen, _ = run
    assert "connection" in seen["hover"]
    assert "sync-to-async-in-db-test" in seen["hover"]


def test_the_quick_fix_converts_the_test_on_disk(run: tuple[Seen, Path]) -> None:
    seen, shop = run
    assert any(title.startswith(f"Convert {NAME}") for title in seen["actions"])
    before = (SHOP / "tests" / "test_checkout.py").read_text()
    expected = before
    for old, new in (
        ("import sync_to_async", "import async_to_sync"),
        (f"@pytest.mark.asyncio\nasync def {NAME}", f"def {NAME}"),
        ("await sync_to_async(make_order)(total=40)", "make_order(total=40)"),
        ("receipt = await confirm(order)", "receipt = async_to_sync(confirm)(order)"),
    ):
        assert expected.count(old) == 1, "the example has changed: so must this test"
        expected = expected.replace(old, new)
    assert (shop / "tests" / "test_checkout.py").read_text() == expected


def test_the_converted_test_leaves_the_problems_panel(run: tuple[Seen, Path]) -> None:
    seen, _ = run
    assert not [row for row in seen["problemsAfter"] if NAME in row]
    assert [row for row in seen["problemsAfter"] if "async-orm-in-db-test" in row], "the neighbour still leaks"


def test_the_status_page_says_what_runs(run: tuple[Seen, Path]) -> None:
    seen, _ = run
    for part in ("state running", "-P -m isolint server", "the setting isolint.interpreter"):
        assert part in re.sub(r" +", " ", seen["status"])


def test_a_missing_server_is_said_on_the_status_page(run: tuple[Seen, Path]) -> None:
    seen, _ = run
    assert "state missing" in re.sub(r" +", " ", seen["missing"])
    assert re.search(r"the setting isolint\.interpreter: \S+/python -P -m isolint: no such file", seen["missing"])


def test_neither_a_missing_nor_a_crashed_server_opens_a_message_box(run: tuple[Seen, Path]) -> None:
    seen, _ = run
    assert seen["steps"][-1].endswith("server back after a crash")
    assert seen["messageBoxes"] == []


def test_a_restart_brings_the_findings_back(run: tuple[Seen, Path]) -> None:
    seen, _ = run
    assert [row for row in seen["problemsBack"] if "async-orm-in-db-test" in row]
    assert not [row for row in seen["problemsBack"] if NAME in row]


def test_the_extension_speaks_of_this_server() -> None:
    """What is written down twice is the same: the version, the severities, the names of settings."""
    manifest = json.loads((EXTENSION / "package.json").read_text())
    settings = manifest["contributes"]["configuration"]["properties"]
    assert manifest["version"] == __version__
    assert settings["isolint.severity"]["additionalProperties"]["enum"] == list(typing.get_args(Severity))
    for_the_server = {"environment", "select", "ignore", "severity"}
    assert {f"isolint.{name}" for name in for_the_server} <= set(settings)
    assert for_the_server <= {field.name for field in dataclasses.fields(Settings)}


@pytest.mark.parametrize("folder", [EXTENSION, HERE], ids=["extension", "harness"])
def test_the_lock_file_names_no_registry(folder: Path) -> None:
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert len(packages) > 3
    assert not [name for name, package in packages.items() if "resolved" in package]
