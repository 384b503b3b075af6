"""Which files there are, and which pytest collects."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from _pytest.pathlib import fnmatch_ex

from isolint.workspace.discovery import collected_files, conftests_for, discover, is_conftest, is_test_file, matches
from isolint.workspace.shapes import PytestConfig


def config(root: Path, **fields: object) -> PytestConfig:
    return PytestConfig(inifile=None, rootdir=str(root), confcutdir=str(root), **fields)  # type: ignore[arg-type]


def grow(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(root: Path, *exclude: str, **fields: object) -> list[str]:
    result = discover(str(root), config(root, **fields), exclude)
    return [os.path.relpath(path, root) for path in result.files]


def test_what_is_left_out(tmp_path: Path) -> None:
    grow(
        tmp_path,
        *("a.py", "pkg/b.py", "pkg/c.txt", "pkg/deep/er/d.py", "x.pyi"),
        *("node_modules/n.py", ".git/g.py", ".tox/t.py", "build/b.py", "pkg/__pycache__/p.py", "a.egg/e.py"),
        *("myenv/pyvenv.cfg", "myenv/lib/e.py", "conda/conda-meta/history", "conda/c.py", "lib/site-packages/s.py"),
    )
    (tmp_path / "folder.py").mkdir()
    grow(tmp_path, "folder.py/inside.py")
    assert found(tmp_path) == ["a.py", "folder.py/inside.py", "pkg/b.py", "pkg/deep/er/d.py"]


def test_norecursedirs_are_the_projects_own(tmp_path: Path) -> None:
    grow(tmp_path, "build/a.py", "x/skip/b.py", "skip/c.py", "keep/d.py")
    assert found(tmp_path, norecursedirs=("x/sk*",)) == ["build/a.py", "keep/d.py", "skip/c.py"]
    assert found(tmp_path, norecursedirs=()) == ["build/a.py", "keep/d.py", "skip/c.py", "x/skip/b.py"]


def test_exclude(tmp_path: Path) -> None:
    grow(tmp_path, "old/a.py", "new/old/b.py", "new/c.py", "new/gen_x.py", "new/sub/d.py")
    assert found(tmp_path, "old") == ["new/c.py", "new/gen_x.py", "new/sub/d.py"]
    assert found(tmp_path, "new/old", "gen_*.py") == ["new/c.py", "new/sub/d.py", "old/a.py"]
    assert found(tmp_path, "./new/**") == ["old/a.py"]


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    grow(root, "real/a.py", "z.py")
    grow(tmp_path, "outside/o.py")
    (root / "alias").symlink_to("real")
    (root / "real" / "up").symlink_to("..")
    (root / "above").symlink_to(tmp_path)
    (root / "other").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to("loop")
    (root / "loop.py").symlink_to("loop.py")
    (root / "dangling.py").symlink_to("nowhere")
    os.mkfifo(root / "fifo.py")
    assert found(root) == ["other/o.py", "real/a.py", "z.py"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_an_unreadable_folder_is_a_problem(as_plain_user: Path) -> None:
    grow(as_plain_user, "a.py", "closed/b.py")
    (as_plain_user / "closed").chmod(0)
    result = discover(str(as_plain_user), config(as_plain_user))
    (as_plain_user / "closed").chmod(0o700)
    assert [problem.path for problem in result.problems] == [str(as_plain_user / "closed")]


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    result = discover(str(tmp_path / "gone"), config(tmp_path))
    assert (result.files, len(result.problems)) == ((), 1)


PATTERNS = ("test_*.py", "*_test.py", "tests.py", "tests/*.py", "**/t*/test_*.py", "a/b/*", "/p/*.py", "*", "[ab]*.py")
PATHS = ("/p/test_a.py", "/p/a_test.py", "/p/tests/x.py", "/p/tests/y/z.py", "/p/a/b/c.py", "/q/tests.py", "/p/b.py")


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("path", PATHS)
def test_matching_is_pytests(pattern: str, path: str) -> None:
    assert matches(pattern, path) == fnmatch_ex(pattern, path)


def test_which_files_are_tests(tmp_path: Path) -> None:
    own = config(tmp_path, python_files=("tests.py", "unit/*.py"))
    paths = ["/p/test_a.py", "/p/tests.py", "/p/unit/x.py", "/p/unit/x.txt"]
    assert collected_files(paths, lambda _: own) == ("/p/tests.py", "/p/unit/x.py")
    assert is_test_file("/p/test_a.py", config(tmp_path))
    assert not is_test_file("/p/tests.py", config(tmp_path))  # Django's name is not in pytest's default
    assert is_conftest("/p/conftest.py")


def test_conftests_of_a_file() -> None:
    def exists(path: str) -> bool:
        return path in {"/conftest.py", "/p/conftest.py", "/p/a/b/conftest.py", "/q/conftest.py"}

    own = PytestConfig(inifile=None, rootdir="/p", confcutdir="/p")
    assert conftests_for("/p/a/b/test_x.py", own, exists) == ("/p/conftest.py", "/p/a/b/conftest.py")
    assert conftests_for("/q/test_x.py", own, exists) == ("/q/conftest.py",)
    silent = PytestConfig(inifile=None, rootdir="/p", confcutdir="/p", noconftest=True)
    assert conftests_for("/p/a/b/test_x.py", silent, exists) == ()
