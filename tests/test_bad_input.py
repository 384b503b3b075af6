"""Bad input: whatever lies in a project, the command line says so in a line with its place, and goes on.

Exit code 2 is for a run that could do nothing; a file that cannot be read stops no other. Nothing here may end in a
traceback, a hang, or silence.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.support import Run, analysed_environment, isolint, lay_out

pytestmark = pytest.mark.skipif(analysed_environment() is None, reason="no environment with Django to analyse")

MODELS = "from django.db import models\n\n\nclass Order(models.Model):\n    total = models.IntegerField()\n"
INI = "[pytest]\nasyncio_mode = auto\n"
LEAKING = """\
import pytest
from models import Order


@pytest.mark.django_db
async def test_leak():
    await Order.objects.acreate()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    lay_out(folder, {"models.py": MODELS, "test_good.py": LEAKING}, INI)
    return folder


def run(project: Path, *arguments: str, variables: dict[str, str] | None = None) -> Run:
    return isolint("check", "--output-format", "json", *arguments, folder=project, variables=variables)


def goes_on(done: Run) -> None:
    """The good file's finding came out all the same, and nothing failed inside."""
    assert done.code == 1, done.err
    assert [(one["path"], one["code"]) for one in done.findings() if one["path"] == "test_good.py"] == [
        ("test_good.py", "ISO102")
    ]
    assert "internal error" not in done.err, done.err
    assert "Traceback" not in done.err, done.err


HALF_TYPED = {
    "a syntax error": "def test_a(:\n    pass\n",
    "an open bracket": "import pytest\n\n\ndef test_a(db):\n    print((\n\n\ndef test_b(db):\n    pass\n",
    "an open string": 'def test_a(db):\n    x = """never closed\n\n\ndef test_b(db):\n    pass\n',
    "a half-typed await": "async def test_a(db):\n    await \n",
    "a half-typed attribute": "async def test_a(db):\n    await Order.objects.\n",
    "a half-typed import": "from asgiref.sync import\n\n\ndef test_a(db):\n    pass\n",
    "a half-typed decorator": "import pytest\n\n\n@pytest.mark.\nasync def test_a():\n    pass\n",
    "a lone def": "def",
    "a lone at": "@",
    "an unexpected indentation": "    def test_a(db):\n        pass\n  def test_b(db):\n    pass\n",
    "tabs and spaces": "def test_a(db):\n\tif 1:\n        pass\n\t\tpass\n",
    "merge markers": "<<<<<<< HEAD\ndef test_a(db):\n    pass\n=======\ndef test_b(db):\n    pass\n>>>>>>> other\n",
    "Python 2": "def test_a(db):\n    print 'hello'\n    exec 'code'\n",
    "a template": "{% if x %}\ndef test_{{ name }}(db):\n    pass\n{% endif %}\n",
    "nothing": "",
    "only blank": "\n\n   \n\t\n",
    "only a comment": "# coding: utf-8",
    "no last newline": "def test_a(db):\n    pass",
    "carriage returns": "def test_a(db):\r\n    pass\r\n",
    "old Mac line ends": "def test_a(db):\r    pass\r",
    "form feeds": "\f\ndef test_a(db):\n\f    pass\n",
    "a NUL": "def test_a(db):\n    x = '\0'\n",
    "a byte order mark": "\ufeffdef test_a(db):\n    pass\n",
    "a byte order mark inside": "def test_a(db):\n    \ufeffpass\n",
    "other scripts": "def test_прим(db):\n    变量 = '🎉'\n",
    "no recursion": "def test_a(db):\n    return test_a(db)\n",
    "names that shadow": "import pytest\npytest = 1\n\n\n@pytest.mark.django_db\ndef test_a():\n    pass\n",
    "an import of itself": "from test_bad import *\nimport test_bad\nx = test_bad.x\n\n\ndef test_a(db):\n    x()\n",
    "a class that is its own base": "class TestA(TestA):\n    def test_a(self, db):\n        self.x()\n",
    "a fixture that asks for itself": (
        "import pytest\n\n\n@pytest.fixture\ndef one(one):\n    pass\n\n\ndef test_a(one, db):\n    pass\n"
    ),
    "fixtures in a circle": (
        "import pytest\n\n\n@pytest.fixture\ndef one(two):\n    pass\n\n\n"
        "@pytest.fixture\ndef two(one):\n    pass\n\n\ndef test_a(one, db):\n    pass\n"
    ),
}


@pytest.mark.parametrize("text", HALF_TYPED.values(), ids=HALF_TYPED)
def test_half_typed_code(project: Path, text: str) -> None:
    (project / "test_bad.py").write_bytes(text.encode())
    goes_on(run(project))


def test_half_typed_code_keeps_the_other_tests_of_the_file(project: Path) -> None:
    broken = "\n\n@pytest.mark.django_db\nasync def test_broken():\n    await Order.objects.acreate(\n\n\n"
    (project / "test_bad.py").write_text(LEAKING + broken + LEAKING.replace("test_leak", "test_after"))
    done = run(project)
    goes_on(done)
    tests = {one["test"] for one in done.findings() if one["path"] == "test_bad.py"}
    assert {"test_bad.py::test_leak", "test_bad.py::test_after"} <= tests


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "not UTF-8": (b"def test_a(db):\n    x = '\xff\xfe'\n", "test_bad.py:2"),
    "UTF-16": ("def test_a(db):\n    pass\n".encode("utf-16"), "test_bad.py"),
    "an unknown encoding": (b"# coding: klingon\ndef test_a(db):\n    pass\n", "test_bad.py:1"),
    "a binary": (bytes(range(256)) * 40, "test_bad.py"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "test_bad.py"),
    "too large": (b"x = 1\n" * 1_000_000, "test_bad.py"),
}


@pytest.mark.parametrize("data, place", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_said_with_its_place(project: Path, data: bytes, place: str) -> None:
    (project / "test_bad.py").write_bytes(data)
    done = run(project)
    goes_on(done)
    lines = [line for line in done.err.splitlines() if "test_bad.py" in line]
    assert len(lines) == 1, done.err
    assert place in lines[0]


def test_only_what_cannot_be_read(project: Path) -> None:
    (project / "test_bad.py").write_bytes(b"x = '\xff'\n")
    done = run(project, "test_bad.py")
    assert (done.code, done.findings()) == (2, [])
    assert "test_bad.py:1" in done.err


def test_a_large_file_of_tests_is_read(project: Path) -> None:
    text = LEAKING + "".join(f"\n\ndef test_{n}(db):\n    assert {n}\n" for n in range(3_000))
    (project / "test_bad.py").write_text(text)
    goes_on(run(project))


DEEP = {
    "10,000 brackets": "def test_a(db):\n    x = " + "(" * 10_000 + ")" * 10_000 + "\n",
    "10,000 open brackets": "def test_a(db):\n    x = " + "[" * 10_000 + "\n",
    "500 nested functions": "".join(f"{' ' * n}def f{n}(db):\n" for n in range(500)) + " " * 500 + "pass\n",
    "500 nested classes": "".join(f"{' ' * n}class Test{n}:\n" for n in range(500)) + " " * 500 + "pass\n",
    "500 nested ifs": "def test_a(db):\n"
    + "".join(f"{' ' * (n + 1)}if {n}:\n" for n in range(500))
    + " " * 501
    + "pass\n",
    "3,000 terms": "def test_a(db):\n    x = " + " + ".join(["1"] * 3_000) + "\n",
    "3,000 calls in a chain": "def test_a(db):\n    x" + ".y()" * 3_000 + "\n",
    "3,000 attributes": "def test_a(db):\n    x" + ".y" * 3_000 + "\n",
    "3,000 lambdas": "def test_a(db):\n    x = " + "lambda: " * 3_000 + "1\n",
    "3,000 awaits": "async def test_a(db):\n    x = " + "await " * 3_000 + "y()\n",
    "3,000 nots": "def test_a(db):\n    x = " + "not " * 3_000 + "1\n",
    "3,000 elifs": "def test_a(db):\n    if 1:\n        pass\n"
    + "".join(f"    elif {n}:\n        pass\n" for n in range(3_000)),
    "3,000 helpers in a row": "".join(f"def h{n}():\n    return h{n + 1}()\n\n\n" for n in range(3_000))
    + "def test_a(db):\n    h0()\n",
    "1,000 bases in a row": "class B0:\n    pass\n\n\n"
    + "".join(f"class B{n}(B{n - 1}):\n    pass\n\n\n" for n in range(1, 1_000))
    + "class TestA(B999):\n    def test_a(self, db):\n        self.x()\n",
    "1,000 aliases in a row": "n0 = print\n"
    + "".join(f"n{n} = n{n - 1}\n" for n in range(1, 1_000))
    + "\n\ndef test_a(db):\n    n999()\n",
    "200 fixtures in a row": "import pytest\n\n"
    + "".join(f"\n\n@pytest.fixture\ndef f{n}({f'f{n - 1}' if n else ''}):\n    return 1\n" for n in range(200))
    + "\n\ndef test_a(db, f199):\n    pass\n",
    "a line of a megabyte": "def test_a(db):\n    x = '" + "x" * 1_000_000 + "'\n",
    "100,000 lines": "x = 1\n" * 100_000 + "\n\ndef test_a(db):\n    pass\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_deep_and_long(project: Path, text: str) -> None:
    (project / "test_bad.py").write_text(text)
    goes_on(run(project))


def test_links_in_a_circle(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "up").symlink_to(project)
    (project / "sub" / "test_loop.py").symlink_to(project / "sub" / "test_loop.py")
    (project / "sub" / "test_gone.py").symlink_to(project / "nowhere.py")
    goes_on(run(project))


def test_what_is_no_file(project: Path) -> None:
    (project / "test_folder.py").mkdir()
    os.mkfifo(project / "test_pipe.py")
    goes_on(run(project))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads every folder")
def test_a_folder_that_must_not_be_read(project: Path) -> None:
    closed = project / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        done = run(project)
        goes_on(done)
        assert "closed" in done.err
    finally:
        closed.chmod(0o700)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads every file")
def test_a_file_that_must_not_be_read(project: Path) -> None:
    (project / "test_bad.py").write_text(LEAKING)
    (project / "test_bad.py").chmod(0)
    done = run(project)
    goes_on(done)
    assert "test_bad.py" in done.err


NAMES = [
    "test_with spaces.py",
    "test_ünïcödé.py",
    "test_🎉.py",
    "test_new\nline.py",
    "test_'quote\".py",
    "test_[1]*.py",
    "test_-o.py",
]


@pytest.mark.parametrize("name", NAMES)
def test_strange_names(project: Path, name: str) -> None:
    (project / name).write_text(LEAKING)
    done = run(project)
    goes_on(done)
    assert name in {one["path"] for one in done.findings()}
    text = isolint("check", folder=project)
    assert text.code == 1
    assert "Traceback" not in text.err


def test_a_name_that_is_no_text(project: Path) -> None:
    raw = os.fsencode(project) + b"/test_\xff.py"
    with open(raw, "wb") as stream:
        stream.write(LEAKING.encode())
    goes_on(run(project))
    assert isolint("check", folder=project).code == 1


CONFIGURATIONS = {
    "pyproject.toml": ("[tool.isolint\n", "pyproject.toml:1"),
    "pytest.ini": ("[pytest\nx = 1\n", "pytest.ini:1"),
    "tox.ini": ("[pytest\n", ""),
    "setup.cfg": ("[tool:pytest\n", ""),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_broken_configuration(project: Path, name: str) -> None:
    text, place = CONFIGURATIONS[name]
    (project / name).write_text(text)
    done = run(project)
    assert done.code in (1, 2), done.err
    assert "Traceback" not in done.err
    assert "internal error" not in done.err
    assert place in done.err
    if place:
        assert name in done.err


def test_a_wrong_setting_is_said_with_its_line(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.isolint]\nselect = ["ISO101"]\nselectt = 3\n')
    done = run(project)
    assert "pyproject.toml:3" in done.err
    assert "selectt" in done.err


def test_configuration_that_is_no_text(project: Path) -> None:
    (project / "pyproject.toml").write_bytes(b"\xff\xfe[tool.isolint]")
    (project / "pytest.ini").write_bytes(b"\xff\xfe")
    done = run(project)
    assert done.code in (1, 2)
    assert "Traceback" not in done.err


def test_no_django_and_no_pytest(project: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    (empty / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    (empty / "bin").mkdir()
    (empty / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.0\n")
    done = run(project, variables={"VIRTUAL_ENV": str(empty)})
    assert "Traceback" not in done.err
    assert "internal error" not in done.err
    assert not [one for one in done.findings() if one["severity"] == "error"]


def test_an_environment_that_is_gone(project: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    done = run(project, "--config", f'environment="{gone}"')
    assert str(gone) in done.err or "gone" in done.err
    assert "Traceback" not in done.err
    assert "internal error" not in done.err


def test_an_empty_project(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.findings() == []
    assert "Traceback" not in done.err


def test_a_path_that_is_not_there(project: Path) -> None:
    done = run(project, "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err
    both = run(project, "nowhere.py", "test_good.py")
    assert "nowhere.py" in both.err
    assert "Traceback" not in both.err


def test_a_file_that_is_no_python(project: Path) -> None:
    (project / "notes.txt").write_text("def test_a(: nothing")
    done = run(project, "notes.txt", "test_good.py")
    assert "Traceback" not in done.err
    assert "internal error" not in done.err


def test_explain_of_bad_input(project: Path) -> None:
    (project / "test_bad.py").write_text(HALF_TYPED["an open bracket"])
    (project / "test_worse.py").write_bytes(b"\xff\xfe")
    done = isolint("explain", "--output-format", "json", ".", folder=project)
    assert {one["path"] for one in json.loads(done.out)} >= {"test_good.py"}
    assert "Traceback" not in done.err


def test_a_project_that_goes_away(project: Path) -> None:
    shutil.rmtree(project / "sub", ignore_errors=True)
    (project / "models.py").unlink()
    done = run(project)
    assert "Traceback" not in done.err
    assert "internal error" not in done.err
