from __future__ import annotations

from pathlib import Path

import pytest

from isolint.cli.engine import project_root


@pytest.mark.parametrize(
    "files, paths, cwd, root",
    [
        (["pytest.ini", "tests/test_a.py"], ["tests/test_a.py"], ".", "."),
        (["pytest.ini", "tests/test_a.py"], ["tests/test_a.py"], "tests", "."),
        (["pytest.ini", "tests/test_a.py", "app/a.py"], ["tests", "app"], "tests", "."),
        ([".git/HEAD", "a/tests/test_a.py"], ["a/tests"], "a", "."),
        ([".git/HEAD", "back/pytest.ini", "back/tests/test_a.py"], ["back/tests"], "back", "back"),
        ([".git/HEAD", "back/pytest.ini", "back/tests/test_a.py"], ["back/tests"], ".", "."),
        (["back/pytest.ini", "back/tests/test_a.py"], ["back/tests"], ".", "back"),
        (["manage.py", "tests/pytest.ini", "tests/test_a.py"], ["tests"], ".", "."),
        (["a/tests/test_a.py"], ["a/tests"], "a", "a"),
        (["a/tests/test_a.py", "b/x.py"], ["a/tests"], "b", "a/tests"),
    ],
)
def test_root(files: list[str], paths: list[str], cwd: str, root: str, tmp_path: Path) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("[pytest]\n" if name.endswith(".ini") else "")
    absolute = [str(tmp_path / path) for path in paths]
    assert project_root(absolute, str(tmp_path / cwd)) == str(tmp_path / root)
