"""The environment as files, held against what its own interpreter says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from isolint.workspace.environment import distribution_of, find_environment, read_environment
from tests.support import analysed_environment

# What importlib.metadata says, without our folders on its path: -I keeps PYTHONPATH and the working directory out.
ASK = """
import json, re, sys, sysconfig
from importlib.metadata import distributions, entry_points
seen = {}
for found in distributions():
    if found.metadata["Name"]:
        seen.setdefault(re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower(), found.version)
print(json.dumps({
    "version": list(sys.version_info[:2]),
    "distributions": seen,
    "pytest11": sorted([e.name, e.value, re.sub(r"[-_.]+", "-", e.dist.name).lower()]
                       for e in entry_points(group="pytest11")),
    "stdlib": sysconfig.get_path("stdlib"),
}))
"""


def interpreters() -> list[str]:
    found = [sys.executable, str(Path(sys.base_prefix) / "bin" / "python3")]
    other = analysed_environment()
    if other is not None:
        found.append(str(other / "bin" / "python"))
    return [path for path in dict.fromkeys(found) if os.path.exists(path)]


@pytest.mark.parametrize("python", interpreters())
def test_the_same_as_the_environments_own_interpreter(python: str) -> None:
    done = subprocess.run([python, "-I", "-c", ASK], capture_output=True, text=True, check=True)
    real: dict[str, Any] = json.loads(done.stdout)
    found = find_environment("/", python, {})
    ours = found.environment
    assert found.problems == ()
    assert list(ours.python_version or ()) == real["version"]
    assert ours.stdlib is not None
    assert os.path.samefile(ours.stdlib, real["stdlib"])
    # In the standard library's own folder importlib.metadata sees what site-packages does not hold (none, mostly).
    assert {name: item.version for name, item in ours.distributions.items()} == real["distributions"]
    assert sorted([e.name, e.module, e.distribution] for e in ours.entry_points) == real["pytest11"]


def test_who_owns_a_file() -> None:
    found = read_environment(sys.prefix)
    assert found is not None
    site = sysconfig.get_path("purelib")
    for path, name in [
        ("_pytest/fixtures.py", "pytest"),
        ("pluggy/__init__.py", "pluggy"),
        ("typing_extensions.py", "typing-extensions"),
        ("nowhere/at_all.py", None),
    ]:
        owner = distribution_of(found.environment, os.path.join(site, path))
        assert (owner.name if owner else None) == name
    assert distribution_of(found.environment, "/elsewhere/x.py") is None


def make(prefix: Path, *, version: str = "3.12", base: Path | None = None, config: str = "") -> Path:
    """A virtual environment with an empty site-packages, and the installation it was made from."""
    base = base or prefix.parent / "base"
    site = prefix / "lib" / f"python{version}" / "site-packages"
    site.mkdir(parents=True)
    library = base / "lib" / f"python{version}"
    library.mkdir(parents=True, exist_ok=True)
    (library / "os.py").touch()
    (library / "site-packages").mkdir(exist_ok=True)
    (base / "bin").mkdir(exist_ok=True)
    (base / "bin" / f"python{version}").touch()
    (prefix / "bin").mkdir()
    (prefix / "bin" / "python").symlink_to(base / "bin" / f"python{version}")
    (prefix / "pyvenv.cfg").write_text(f"home = {base / 'bin'}\nversion = {version}.1\n{config}")
    return site


def install(site: Path, name: str, version: str, metadata: str = "", **files: str) -> Path:
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}\n\nText: no\n"
    )
    for file, text in files.items():
        (folder / file.replace("_txt", ".txt")).write_text(text)
    return folder


def test_the_order_of_the_search(tmp_path: Path) -> None:
    root = tmp_path / "repo" / "project"
    root.mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    for name in ("conda", "active", "set"):
        make(tmp_path / name)
    environ = {"CONDA_PREFIX": str(tmp_path / "conda")}
    assert find_environment(str(root), None, environ).environment.how == "CONDA_PREFIX"
    make(tmp_path / "repo" / "venv")
    assert find_environment(str(root), None, environ).environment.prefix == str(tmp_path / "repo" / "venv")
    make(root / ".venv")
    assert find_environment(str(root), None, environ).environment.prefix == str(root / ".venv")
    environ["VIRTUAL_ENV"] = str(tmp_path / "active")
    assert find_environment(str(root), None, environ).environment.how == "VIRTUAL_ENV"
    found = find_environment(str(root), "../../set", environ).environment
    assert (found.prefix, found.how) == (str(tmp_path / "set"), "setting")


def test_not_above_the_repository(tmp_path: Path) -> None:
    make(tmp_path / ".venv")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    found = find_environment(str(tmp_path / "repo"), None, {})
    assert found.environment.prefix is None
    assert found.environment.looked_for == tuple(str(tmp_path / "repo" / name) for name in (".venv", "venv", "env"))
    assert found.problems == ()


def test_one_environment_below_the_root_is_taken_two_are_not(tmp_path: Path) -> None:
    make(tmp_path / "backend" / ".venv")
    assert find_environment(str(tmp_path), None, {}).environment.how == os.path.join("backend", ".venv")
    make(tmp_path / "worker" / ".venv")
    assert find_environment(str(tmp_path), None, {}).environment.prefix is None


@pytest.mark.parametrize(
    "setting", ["~/x", "${userHome}/x", "${workspaceFolder}/../x", "${env:WHERE}/x", "../x/bin/python"]
)
def test_the_spellings_of_the_setting(tmp_path: Path, setting: str) -> None:
    make(tmp_path / "x")
    (tmp_path / "root").mkdir()
    found = find_environment(str(tmp_path / "root"), setting, {"HOME": str(tmp_path), "WHERE": str(tmp_path)})
    assert (found.environment.prefix, found.problems) == (str(tmp_path / "x"), ())


def test_a_wrong_setting_is_said_and_nothing_else_taken(tmp_path: Path) -> None:
    make(tmp_path / ".venv")
    found = find_environment(str(tmp_path), "gone/bin/python", {})
    (problem,) = found.problems
    assert found.environment.prefix is None
    assert problem.fatal
    assert problem.path == str(tmp_path / "gone/bin/python")


def test_a_deleted_environment_is_said_and_the_next_taken(tmp_path: Path) -> None:
    make(tmp_path / ".venv")
    found = find_environment(str(tmp_path), None, {"VIRTUAL_ENV": str(tmp_path / "gone")})
    assert found.environment.prefix == str(tmp_path / ".venv")
    assert [problem.path for problem in found.problems] == [str(tmp_path / "gone")]


def test_a_folder_called_env_is_not_a_broken_environment(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "venv").symlink_to("gone")
    assert [problem.path for problem in find_environment(str(tmp_path), None, {}).problems] == [str(tmp_path / "venv")]


def test_a_base_that_is_gone(tmp_path: Path) -> None:
    make(tmp_path / "venv", base=tmp_path / "base")
    (tmp_path / "base" / "lib" / "python3.12" / "os.py").unlink()
    found = find_environment(str(tmp_path), None, {})
    assert found.environment.prefix == str(tmp_path / "venv")
    assert found.environment.stdlib is None
    assert len(found.problems) == 1


def test_pth_files_and_editable_finders_are_read_and_never_run(tmp_path: Path) -> None:
    site = make(tmp_path / "venv")
    for name in ("one/src", "two/src/pkg", "three/lib"):
        (tmp_path / name).mkdir(parents=True)
    trap = tmp_path / "trap"
    code = f"import os; open({str(trap)!r}, 'w')"
    (site / "a.pth").write_text(f"\ufeff# comment\n\n{code}\n{tmp_path / 'one/src'}\n/nowhere\n../../../../three/lib\n")
    (site / ".hidden.pth").write_text(str(tmp_path))
    (site / "__editable__.two.pth").write_text("import __editable___two_finder\n")
    mapping = {"pkg": str(tmp_path / "two/src/pkg"), "other": str(tmp_path / "two/src/pkg")}
    (site / "__editable___two_finder.py").write_text(
        f"{code}\nMAPPING: dict[str, str] = {mapping!r}\nNAMESPACES = {{}}\n"
    )
    found = find_environment(str(tmp_path), None, {}).environment
    expected = [site, tmp_path / "two/src", tmp_path / "one/src", tmp_path / "three/lib"]
    assert sorted(found.site_packages) == sorted(map(str, expected))
    assert found.site_packages[0] == str(site)
    assert not trap.exists()


def test_metadata(tmp_path: Path) -> None:
    site = make(tmp_path / "venv")
    requires = "Requires-Dist: Django>=4\nRequires-Dist: zope.interface (>=1)\nRequires-Dist: x; extra == 'dev'"
    entries = (
        "[console_scripts]\na = b:c\n[pytest11]\nmy_plugin = my.plugin:Class [extra]\nother=my.other\n[x]\ny = z\n"
    )
    install(site, "My.Package", "1.0", requires, entry_points_txt=entries, top_level_txt="my\n")
    install(site, "broken", "1").joinpath("METADATA").unlink()
    (site / "~ip-1.dist-info").mkdir()
    (site / "Old-2.0-py3.12.egg-info").mkdir()
    (site / "Old-2.0-py3.12.egg-info" / "PKG-INFO").write_text("Name: Old\nVersion: 2.0\n")
    (site / "Old-2.0-py3.12.egg-info" / "requires.txt").write_text("six\n\n[dev]\npytest\n")
    (site / "Flat-3.egg-info").write_text("Metadata-Version: 1.0\nName: Flat\nVersion: 3\n")
    found = find_environment(str(tmp_path), None, {}).environment
    assert {name: item.version for name, item in found.distributions.items()} == {
        "my-package": "1.0",
        "old": "2.0",
        "flat": "3",
    }
    assert found.distributions["my-package"].requires == {"django", "zope-interface"}
    assert found.distributions["my-package"].modules == {"my"}
    assert found.distributions["old"].requires == {"six"}
    assert [(e.name, e.module) for e in found.entry_points] == [("my_plugin", "my.plugin"), ("other", "my.other")]
    assert (found.version("my-package"), found.version("nope")) == ("1.0", None)


def test_system_site_packages(tmp_path: Path) -> None:
    make(tmp_path / "venv", config="include-system-site-packages = true\n")
    install(tmp_path / "base/lib/python3.12/site-packages", "shared", "1")
    assert find_environment(str(tmp_path), None, {}).environment.version("shared") == "1"


def test_windows_and_conda_layouts(tmp_path: Path) -> None:
    windows = tmp_path / "windows" / "Lib" / "site-packages"
    windows.mkdir(parents=True)
    install(windows, "a", "1")
    (tmp_path / "windows" / "Scripts").mkdir()
    (tmp_path / "windows" / "Scripts" / "python.exe").touch()
    (tmp_path / "windows" / "pyvenv.cfg").write_text("home = C:\\Python312\nversion_info = 3.12.1.final.0\n")
    found = find_environment(str(tmp_path), "windows/Scripts/python.exe", {}).environment
    assert (found.python_version, found.version("a")) == ((3, 12), "1")
    conda = tmp_path / "conda"
    for version in ("3.9", "3.11"):
        (conda / "lib" / f"python{version}" / "site-packages").mkdir(parents=True)
    (conda / "conda-meta").mkdir()
    (conda / "conda-meta" / "python-3.9.18-h955ad1f_0.json").touch()
    assert find_environment("/", str(conda), {}).environment.python_version == (3, 9)
