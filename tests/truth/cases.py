"""The truth cases: small projects whose verdicts were measured by running them. They are the specification.

They lie beside the checkout (`../shared/truth`), or where ISOLINT_TRUTH says, and not in it. This module finds them,
lays each out as a project, and asks isolint about it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.support import INI, ROOT, isolint
from tests.truth.judge import Judgement, judge, marks_of

OPTION = re.compile(r"^# case:\s*(\w+)\s*=\s*(.+?)\s*$", re.MULTILINE)
NEVER_RAN = re.compile(r"NOT-COLLECTED|ERROR:Failed")


def find_truth() -> Path | None:
    """The folder of the truth cases, or None. One that is named and is not there is an error."""
    named = os.environ.get("ISOLINT_TRUTH")
    if named:
        folder = Path(named).resolve()
        if not (folder / "cases").is_dir():
            raise FileNotFoundError(f"ISOLINT_TRUTH names no truth cases: {folder}")
        return folder
    beside = ROOT.parent / "shared" / "truth"
    return beside if (beside / "cases").is_dir() else None


def case_names(truth: Path) -> list[str]:
    """The names of all cases, in order."""
    paths = sorted((truth / "cases").glob("g*.py"))
    return [path.stem for path in paths if not path.name.endswith(".conftest.py")]


def files_of(truth: Path, name: str) -> dict[str, str]:
    """The files of a case that carry marks: the test, and its conftest where it has one."""
    case = truth / "cases" / f"{name}.py"
    conftest = case.with_name(f"{name}.conftest.py")
    files = {"test_case.py": case.read_text()}
    if conftest.exists():
        files["conftest.py"] = conftest.read_text()
    return files


@cache
def _measured(truth: Path) -> Mapping[str, Any]:
    stored = truth / "measured.json"
    found: Mapping[str, Any] = json.loads(stored.read_text()) if stored.exists() else {}
    return found


def never_runs(truth: Path, name: str, text: str) -> bool:
    """Whether a test of the case was measured not to run at all."""
    backends = _measured(truth).get(name, {})
    verdicts = [result.get("verdict", "") for backend, result in backends.items() if not backend.startswith("django42")]
    return any(NEVER_RAN.search(verdict) for verdict in verdicts) or "never awaited" in text[:400]


def evaluate(truth: Path, name: str) -> Judgement:
    """Lay the case out, check and explain it, and judge."""
    files = files_of(truth, name)
    text = files["test_case.py"]
    options = dict(OPTION.findall(text))
    ini = INI + "".join(line.strip() + "\n" for line in options.get("ini", "").split(";"))
    variables = dict(pair.split("=", 1) for pair in options.get("env", "").split())
    with tempfile.TemporaryDirectory(prefix="truth-") as temporary:
        folder = Path(temporary) / "project"
        shutil.copytree(truth / "project", folder)
        for path, content in {**files, "pytest.ini": ini}.items():
            (folder / path).write_text(content)
        paths = sorted(files)
        json_output = ("--output-format", "json")
        findings = isolint("check", *json_output, *paths, folder=folder, variables=variables).findings()
        tests = isolint("explain", *json_output, "test_case.py", folder=folder, variables=variables).findings()
    return judge(marks_of(files), findings, tests, never_runs=never_runs(truth, name, text))
