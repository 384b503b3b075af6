"""A project put together, and where Python imports its code from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from isolint.workspace.files import Files, reader
from isolint.workspace.project import find_root, import_roots, open_project, project_roots

READ = reader(Files())


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_root(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "site/manage.py": "", "site/app/tests/test_a.py": ""})
    assert find_root(str(tmp_path)) == (str(tmp_path), "the folder given")
    assert find_root(str(tmp_path / "site/app/tests/test_a.py"))[0] == str(tmp_path / "site")
    assert find_root(str(tmp_path / "new.py")) == (str(tmp_path), "the nearest pyproject.toml above new.py")


def test_a_project(tmp_path: Path) -> None:
    write(
        tmp_path, {"pyproject.toml": "[tool.isolint]\nwhat = 1\n", "setup.cfg": "[tool:pytest]\nasyncio_mode = auto\n"}
    )
    project = open_project(str(tmp_path), READ, {"VIRTUAL_ENV": sys.prefix}, command_line=["exclude=x"])
    assert project.settings.exclude == ("x",)
    assert project.environment.version("pytest") == pytest.__version__
    assert project.config_for(str(tmp_path / "t.py")).asyncio_mode == "auto"
    assert ["unknown setting" in problem.message for problem in project.problems] == [True]
    assert project == open_project(str(tmp_path), READ, {"VIRTUAL_ENV": sys.prefix}, command_line=["exclude=x"])


# At import: later, set-up of a package puts that package's folder in front once more.
PROBE = "import json, sys\nprint('PATH=' + json.dumps(sys.path))\ndef test_a(): pass\n"
LAYOUTS = {
    "flat": {"tests/test_a.py": PROBE},
    "packages": {"tests/__init__.py": "", "tests/sub/__init__.py": "", "tests/sub/test_a.py": PROBE},
    "conftests": {"conftest.py": "", "t/conftest.py": "", "t/u/conftest.py": "", "t/u/test_a.py": PROBE},
    "conftest of a package": {"c/__init__.py": "", "c/conftest.py": "", "c/t/test_a.py": PROBE},
    "no identifier": {"my-tests/__init__.py": "", "my-tests/test_a.py": PROBE},
    "pythonpath": {
        "pytest.ini": "[pytest]\npythonpath = src lib\n",
        "src/x.py": "",
        "lib/y.py": "",
        "t/test_a.py": PROBE,
    },
    "append": {"pytest.ini": "[pytest]\naddopts = --import-mode=append\n", "conftest.py": "", "t/test_a.py": PROBE},
    "importlib": {
        "pytest.ini": "[pytest]\naddopts = --import-mode=importlib\n",
        "conftest.py": "",
        "t/test_a.py": PROBE,
    },
    "confcutdir": {"conftest.py": "", "s/pytest.ini": "", "s/conftest.py": "", "s/t/test_a.py": PROBE},
    "src": {"src/pkg/__init__.py": "", "tests/test_a.py": PROBE},
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_order_is_that_of_a_run(tmp_path: Path, name: str) -> None:
    write(tmp_path, LAYOUTS[name])
    (tmp_path / "extra").mkdir()
    (file,) = tmp_path.rglob("test_a.py")
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environ |= {"PYTHONPATH": "extra", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", str(file)]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    (line,) = [line for line in done.stdout.splitlines() if "PATH=" in line]
    real = json.loads(line.partition("PATH=")[2])
    inside = list(dict.fromkeys(path for path in real if path.startswith(str(tmp_path))))
    project = open_project(str(tmp_path), READ, {"VIRTUAL_ENV": sys.prefix, "PYTHONPATH": "extra"})
    ours = [
        path
        for path in import_roots(project, project.config_for(str(file)), str(file))
        if path.startswith(str(tmp_path))
    ]
    guess = str(tmp_path / "src")
    assert [path for path in ours if path != guess or guess in inside] == inside


def test_the_folder_of_manage_py(tmp_path: Path) -> None:
    write(tmp_path, {"site/manage.py": "", "site/app/tests/test_a.py": "", "pytest.ini": ""})
    file = str(tmp_path / "site/app/tests/test_a.py")
    project = open_project(str(tmp_path), READ, {})
    assert str(tmp_path / "site") in import_roots(project, project.config_for(file), file)
    write(tmp_path, {"pytest.ini": "[pytest]\ndjango_find_project = false\n"})
    project = open_project(str(tmp_path), READ, {})
    assert str(tmp_path / "site") not in import_roots(project, project.config_for(file), file)
    write(tmp_path, {"pytest.ini": "[pytest]\naddopts = -p no:django\n"})
    project = open_project(str(tmp_path), READ, {})
    assert str(tmp_path / "site") not in import_roots(project, project.config_for(file), file)


def test_one_order_for_all_files(tmp_path: Path) -> None:
    """What most runs have in front comes first, then the folders of tests from the outside in; what only some tests
    have, last."""
    write(
        tmp_path,
        {
            "pytest.ini": "[pytest]\npythonpath = lib\n",
            "conftest.py": "",
            "b/deep/test_b.py": "",
            "a/test_a.py": "",
            "pkg/__init__.py": "",
            "pkg/test_c.py": "",
            "site/manage.py": "",
            "site/app/__init__.py": "",
            "site/app/test_d.py": "",
            "down/pytest.ini": "[pytest]\npythonpath = only\n",
            "down/test_e.py": "",
        },
    )
    project = open_project(str(tmp_path), READ, {})
    tests = [str(path) for path in tmp_path.rglob("test_*.py")]
    config = project.config_for(str(tmp_path / "test_.py"))
    roots = project_roots(project, config, tests, [str(tmp_path / "conftest.py")], READ)
    own = [os.path.relpath(root, tmp_path) for root in roots]
    assert own == [".", "lib", "a", "down", "site", "b/deep", "src", "down/only"]
