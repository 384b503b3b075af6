"""A skip that hides a hole fails where CI is set, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ACCOUNTED
from tests.support import ROOT

SKIPPED = """\
import pytest


def test_skipped():
    pytest.skip({0!r})


@pytest.mark.skipif(True, reason={0!r})
def test_skipped_by_mark():
    pass


@pytest.mark.xfail(strict=True)
def test_that_is_to_fail():
    raise AssertionError
"""


@pytest.mark.parametrize(
    "reason, ci, outcome",
    [
        ("nobody knows why", "true", "1 failed, 1 xfailed, 1 error"),
        ("nobody knows why", "", "2 skipped, 1 xfailed"),
        (ACCOUNTED[0], "true", "2 skipped, 1 xfailed"),
    ],
)
def test_a_skip_in_ci(tmp_path: Path, reason: str, ci: str, outcome: str) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_runtest_makereport\n")
    (tmp_path / "test_a.py").write_text(SKIPPED.format(reason))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "."],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f" {outcome} in " in done.stdout, done.stdout + done.stderr
