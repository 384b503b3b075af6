"""pytest's configuration, held against pytest itself."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from isolint.workspace.files import Files, reader, with_buffer
from isolint.workspace.pytest_config import config_finder, find_config
from isolint.workspace.shapes import Place, PytestConfig

READ = reader(Files())
ORACLE = Path(__file__).with_name("pytest_oracle.py")
COMPARED = (
    "inifile",
    "rootdir",
    "confcutdir",
    "python_files",
    "python_classes",
    "python_functions",
    "testpaths",
    "norecursedirs",
    "usefixtures",
    "pythonpath",
    "collect_imported_tests",
    "import_mode",
    "noconftest",
    "filterwarnings",
    "warnings",
    "asyncio_mode",
    "blocked",
)


@dataclass(frozen=True)
class Layout:
    files: Mapping[str, str]
    args: Sequence[str] = ()
    cwd: str = "."
    environ: Mapping[str, str] = field(default_factory=dict)


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def model(config: PytestConfig) -> dict[str, Any]:
    found = {name: getattr(config, name) for name in COMPARED}
    found["blocked"] = sorted(config.blocked)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def ask_pytest(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the probe brings the one plugin that is compared
    done = subprocess.run(
        [sys.executable, str(ORACLE)], input=json.dumps(runs), capture_output=True, text=True, env=environ, check=True
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def compare(root: Path, layouts: Sequence[Layout]) -> tuple[list[str], int]:
    """Differences, and in how many runs pytest itself started."""
    runs = []
    for number, layout in enumerate(layouts):
        home = root / str(number)
        write(home, layout.files)
        (home / layout.cwd).mkdir(parents=True, exist_ok=True)
        cwd = str(home / layout.cwd)
        runs.append({"cwd": cwd, "args": list(layout.args), "environ": dict(layout.environ)})
    differences = []
    started = 0
    for layout, run, real in zip(layouts, runs, ask_pytest(runs), strict=True):
        config = find_config(str(run["cwd"]), layout.args, layout.environ, READ)
        fatal = any(problem.fatal for problem in config.problems)
        if real.get("error"):
            if not fatal:
                differences.append(f"{layout}: pytest refuses, the model does not: {real['why']}")
            continue
        started += 1
        if fatal:
            differences.append(f"{layout}: the model refuses, pytest does not: {config.problems}")
        ours = model(config)
        differences.extend(
            f"{layout}: {name}: pytest {real[name]!r}, model {ours[name]!r}"
            for name in COMPARED
            if real[name] != ours[name]
        )
    return differences, started


INI = "[pytest]\n"
OPTIONS = "[tool.pytest.ini_options]\n"
NATIVE = "[tool.pytest]\n"
CFG = "[tool:pytest]\n"
A_TEST = {"sub/test_a.py": "def test_a(): pass\n"}

LAYOUTS = {
    "nothing": Layout(A_TEST),
    "nothing, a file": Layout(A_TEST, ["sub/test_a.py"]),
    "setup.py": Layout({"setup.py": "", **A_TEST}, ["sub/test_a.py"], cwd="."),
    "setup.py above the working directory": Layout({"setup.py": "", "w/test_a.py": ""}, cwd="w"),
    "empty pytest.ini": Layout({"pytest.ini": "", "setup.cfg": CFG + "python_files = x.py\n"}),
    "pytest.ini without a section": Layout({"pytest.ini": "[other]\na = 1\n"}),
    ".pytest.ini": Layout({".pytest.ini": INI + "python_files = a.py b.py\n"}),
    "pytest.toml before pytest.ini": Layout(
        {"pytest.toml": "[pytest]\npython_files = ['t.py']\n", "pytest.ini": INI + "python_files = a.py\n"}
    ),
    "empty .pytest.toml": Layout({".pytest.toml": "", "pytest.ini": INI + "python_files = a.py\n"}),
    "empty [tool.pytest]": Layout({"pyproject.toml": NATIVE, "setup.cfg": CFG + "python_files = c.py\n"}),
    "empty ini_options": Layout({"pyproject.toml": OPTIONS, "setup.cfg": CFG + "python_files = c.py\n"}),
    "bare pyproject": Layout({"pyproject.toml": "[project]\nname = 'x'\n", **A_TEST}, ["sub/test_a.py"]),
    "bare pyproject below a real one": Layout(
        {"pytest.ini": INI + "python_files = z.py\n", "sub/pyproject.toml": "[project]\n", **A_TEST}, ["sub"]
    ),
    "native TOML": Layout(
        {
            "pyproject.toml": NATIVE + "python_files = ['a.py', 'b*.py']\npythonpath = ['src', '.']\n"
            "collect_imported_tests = false\nasyncio_mode = 'auto'\nusefixtures = ['db']\n"
        }
    ),
    "native TOML, addopts as string": Layout({"pyproject.toml": NATIVE + "addopts = '-q'\n"}),
    "native TOML, bool as string": Layout({"pytest.toml": "[pytest]\ncollect_imported_tests = 'false'\n"}),
    "native TOML, a number in a list": Layout({"pytest.toml": "[pytest]\npython_files = ['a', 1]\n"}),
    "both tables": Layout({"pyproject.toml": NATIVE + "python_files = ['a']\n" + OPTIONS + "python_files = 'b'\n"}),
    "ini_options with lists and strings": Layout(
        {"pyproject.toml": OPTIONS + "python_files = ['a b.py', 'c.py']\npython_classes = 'Test *Case'\n"}
    ),
    "ini_options with a bool": Layout({"pyproject.toml": OPTIONS + "collect_imported_tests = false\n"}),
    "broken TOML": Layout({"pyproject.toml": "[tool.pytest.ini_options\npython_files = 'a.py'\n"}),
    "broken TOML beside pytest.ini": Layout({"pytest.ini": INI, "pyproject.toml": "a = = 1\n"}),
    "options outside [pytest]": Layout({"pytest.toml": "python_files = ['a']\n"}),
    "tox.ini": Layout({"tox.ini": INI + "python_files = tox.py\n"}),
    "tox.ini of something else": Layout({"tox.ini": "[tox]\nenvlist = py\n", "setup.cfg": CFG + "testpaths = sub\n"}),
    "[pytest] in setup.cfg": Layout({"setup.cfg": INI + "python_files = a.py\n"}),
    "[pytest] in setup.cfg beside pytest.ini": Layout({"pytest.ini": INI, "setup.cfg": INI}),
    "duplicate name": Layout({"pytest.ini": INI + "testpaths = a\ntestpaths = b\n"}),
    "unexpected line": Layout({"pytest.ini": INI + "what is this\npython_files = a.py\n"}),
    "colon": Layout({"pytest.ini": INI + "python_files: a.py\n"}),
    "byte order mark": Layout({"pytest.ini": "\ufeff" + INI + "python_files = a.py\n"}),
    "no inline comments": Layout({"pytest.ini": INI + "python_files = a.py # b.py\n"}),
    "continuation with a comment": Layout({"pytest.ini": INI + "python_files =\n  a.py\n  # no\n  b.py\n"}),
    "carriage returns": Layout({"pytest.ini": "[pytest]\r\npython_files =\r\n    a.py\r\n    b.py\r\n"}),
    "open quote": Layout({"pytest.ini": INI + "python_files = 'a.py\n"}),
    "bool words": Layout({"pytest.ini": INI + "collect_imported_tests = OFF\n"}),
    "bad bool": Layout({"pytest.ini": INI + "collect_imported_tests = maybe\n"}),
    "nearest for a file": Layout(
        {
            "pytest.ini": INI + "python_files = a.py\n",
            "sub/pyproject.toml": OPTIONS + "python_files = ['b.py']\n",
            **A_TEST,
        },
        ["sub/test_a.py::test_a"],
    ),
    "common ancestor": Layout(
        {"a/pytest.ini": INI + "testpaths = x\n", "b/test_b.py": "", "a/test_a.py": ""}, ["a/test_a.py", "b/test_b.py"]
    ),
    "per argument, last resort": Layout(
        {"a/pytest.ini": INI + "testpaths = x\n", "b/test_b.py": "", "a/test_a.py": ""}, ["b", "a"]
    ),
    "missing argument": Layout({"sub/pytest.ini": INI, **A_TEST}, ["nowhere/test_x.py", "sub"]),
    "a late option": Layout({"auto/pytest.ini": INI + "testpaths = x\n"}, ["--asyncio-mode", "auto"]),
    "-c ini": Layout({"conf/ci.ini": INI + "python_files = c.py\npythonpath = lib\n"}, ["-c", "conf/ci.ini"]),
    "-c ini without section": Layout({"conf/ci.ini": "[other]\n"}, ["-c", "conf/ci.ini"]),
    "-c toml": Layout({"ci.toml": "[pytest]\npython_files = ['c.py']\n"}, ["-cci.toml"]),
    "-c toml with tool tables": Layout({"ci.toml": OPTIONS + "python_files = 'c.py'\n"}, ["--config-file=ci.toml"]),
    "-c toml with both": Layout({"ci.toml": "[pytest]\na=1\n" + OPTIONS}, ["-c", "ci.toml"]),
    "-c missing": Layout({}, ["-c", "nope.ini"]),
    "-c folder": Layout({"d/x": ""}, ["-c", "d"]),
    "-c null": Layout({"pytest.ini": INI + "python_files = a.py\n"}, ["-c", os.devnull]),
    "-c yaml": Layout({"a.yaml": ""}, ["-c", "a.yaml"]),
    "-c through the environment": Layout({"x/pytest.ini": INI}, environ={"PYTEST_ADDOPTS": "-c x/pytest.ini"}),
    "-c in addopts is too late": Layout({"pytest.ini": INI + "addopts = -c other.ini\n", "other.ini": INI}),
    "rootdir": Layout({"sub/pytest.ini": INI + "pythonpath = lib\n", **A_TEST}, ["--rootdir=.", "sub"]),
    "rootdir in addopts is too late": Layout({"sub/pytest.ini": INI + "addopts = --rootdir ..\n", **A_TEST}, ["sub"]),
    "rootdir missing": Layout({}, ["--rootdir=nope"]),
    "rootdir from a variable": Layout({"r/x": ""}, ["--rootdir=$WHERE"], environ={"WHERE": "r"}),
    "-o": Layout({"pytest.ini": INI + "python_files = a.py\n"}, ["-o", "python_files=b.py c.py"]),
    "-o in addopts": Layout({"pytest.ini": INI + "addopts = -o python_files=b.py -ousefixtures=x\n"}),
    "-o in addopts, twice": Layout({"pytest.ini": INI + "addopts = -o python_files=b.py -o python_files=c.py\n"}),
    "-o in addopts and outside": Layout({"pytest.ini": INI + "addopts = -o testpaths=b\n"}, ["-otestpaths=c"]),
    "-o replaces addopts": Layout({"pytest.ini": INI + "addopts = --import-mode=append\n"}, ["-o", "addopts="]),
    "-o over TOML": Layout({"pytest.toml": "[pytest]\npython_files = ['a']\n"}, ["-o", "python_files=b c"]),
    "-o without a value": Layout({}, ["-o", "python_files"]),
    "paths without a file": Layout({"sub/x": ""}, ["-o", "pythonpath=lib", "sub"]),
    "paths above": Layout({"c/pytest.ini": INI + "pythonpath = .. ./lib lib/\n"}, cwd="c"),
    "PYTEST_ADDOPTS": Layout(
        {"pytest.ini": INI + "addopts = --import-mode=append\n"}, environ={"PYTEST_ADDOPTS": "--import-mode importlib"}
    ),
    "PYTEST_ADDOPTS with a path": Layout({"sub/pytest.ini": INI + "testpaths=q\n"}, environ={"PYTEST_ADDOPTS": "sub"}),
    "bad import mode": Layout({"pytest.ini": INI + "addopts = --import-mode=never\n"}),
    "confcutdir": Layout({"pytest.ini": INI + "addopts = --confcutdir=sub\n", **A_TEST}),
    "confcutdir missing": Layout({"pytest.ini": INI + "addopts = --confcutdir=nope\n"}),
    "noconftest": Layout({"pytest.ini": INI + "addopts = --noconftest\n"}),
    "asyncio auto": Layout({"pytest.ini": INI + "asyncio_mode = auto\n"}),
    "asyncio option over ini": Layout({"pytest.ini": INI + "asyncio_mode = auto\naddopts = --asyncio-mode=strict\n"}),
    "asyncio nonsense": Layout({"pytest.ini": INI + "asyncio_mode = sometimes\n"}),
    "essential plugin": Layout({"pytest.ini": INI + "addopts = -p no:fixtures\n"}),
    "option without its value": Layout({"pytest.ini": INI + "addopts = -q --confcutdir\n"}),
    "filters of warnings": Layout(
        {"pytest.ini": INI + "filterwarnings =\n  error\n  ignore::UserWarning\naddopts = -Werror -W 'ignore:a b'\n"},
        ["--pythonwarnings=once"],
        environ={"PYTEST_ADDOPTS": "-W default"},
    ),
    "filters of warnings, native TOML": Layout({"pyproject.toml": NATIVE + "filterwarnings = ['error:b', 'once']\n"}),
    "combined short options": Layout({"pytest.ini": INI + "addopts = -vvsx -rA --tb short sub\n", **A_TEST}),
}  # fmt: skip


def test_each_rule_as_pytest_has_it(tmp_path: Path) -> None:
    differences, started = compare(tmp_path, list(LAYOUTS.values()))
    assert not differences, "\n".join(differences)
    assert started > 50  # the rest are the layouts that pytest refuses


def generated(number: int, draw: random.Random) -> Layout:
    """A random tree of three levels with several configuration files, some of them broken, and a random command."""
    pieces = {
        "pytest.ini": ["", INI, INI + "python_files = {0}.py\n", INI + "addopts = -o testpaths={0}\n", "[x]\ny = 1\n"],
        ".pytest.ini": [INI + "usefixtures = {0}\n"],
        "pytest.toml": ["", "[pytest]\npython_files = ['{0}']\n", "[pytest]\naddopts = ['--import-mode', 'append']\n"],
        "pyproject.toml": [
            "",
            "[project]\nname = '{0}'\n",
            NATIVE,
            OPTIONS,
            NATIVE + "usefixtures = ['{0}']\n",
            OPTIONS + "python_files = '{0}'\n",
            OPTIONS + "addopts = '-p no:doctest'\npythonpath = ['{0}']\n",
            "[tool.other]\n",
        ],
        "tox.ini": ["[tox]\n", INI + "asyncio_mode = auto\n", INI + "python_classes = {0}\n"],
        "setup.cfg": ["[metadata]\n", CFG + "testpaths = {0}\n", CFG + "addopts = --noconftest\n"],
        "setup.py": [""],
    }
    folders = ["", "a/", "a/b/", "c/"]
    files = {"a/b/test_x.py": "", "c/test_y.py": ""}
    for folder in folders:
        for name in draw.sample(sorted(pieces), draw.choice((0, 0, 1, 1, 2))):
            files[folder + name] = draw.choice(pieces[name]).format(f"n{draw.randrange(99)}")
    commands = [
        [],
        ["a"],
        ["a/b/test_x.py"],
        ["c", "a/b"],
        ["a/b/test_x.py", "c/test_y.py::T"],
        ["--rootdir", "a", "c"],
    ]
    environments: list[dict[str, str]] = [{}, {}, {}, {"PYTEST_ADDOPTS": "-o python_functions=check"}]
    return Layout(files, draw.choice(commands), draw.choice((".", ".", "a")), draw.choice(environments))


def test_generated_layouts_as_pytest_has_them(tmp_path: Path) -> None:
    draw = random.Random(20)
    differences, started = compare(tmp_path, [generated(number, draw) for number in range(400)])
    assert not differences, "\n".join(differences)
    assert started > 250


def config_of(root: Path, files: Mapping[str, str], *targets: str, **environ: str) -> PytestConfig:
    write(root, files)
    return find_config(str(root), targets, environ, READ)


def test_the_places_of_mode_and_usefixtures(tmp_path: Path) -> None:
    ini = tmp_path / "pytest.ini"
    config = config_of(tmp_path, {"pytest.ini": "[pytest]\n# a comment\nasyncio_mode = auto\nusefixtures =\n    db\n"})
    assert config.asyncio_mode_place == Place(str(ini), 3)
    assert config.usefixtures_place == Place(str(ini), 4)
    config = config_of(tmp_path, {"pytest.ini": INI + "testpaths = a\naddopts = -q\n  --asyncio-mode=auto\n"})
    assert (config.asyncio_mode, config.asyncio_mode_place) == ("auto", Place(str(ini), 3))


@pytest.mark.parametrize(
    "text, line",
    [
        ('[tool.pytest.ini_options]\nx = 1\nasyncio_mode = "auto"\n', 3),
        ('[tool.pytest]\n"asyncio_mode" = "auto"\n', 2),
        ('[project]\nname = "a"\n[tool]\npytest.ini_options.asyncio_mode = "auto"\n', 4),
        ('[tool.pytest]\nini_options = { asyncio_mode = "auto" }\n', 2),
        ('asyncio_mode = "no"\n[ tool . pytest ]\nasyncio_mode = "auto"\n', 3),
    ],
)
def test_the_place_in_toml(tmp_path: Path, text: str, line: int) -> None:
    config = config_of(tmp_path, {"pyproject.toml": text})
    assert (config.asyncio_mode, config.asyncio_mode_place) == ("auto", Place(str(tmp_path / "pyproject.toml"), line))


def test_what_comes_from_the_environment_has_no_place(tmp_path: Path) -> None:
    config = config_of(tmp_path, {"pytest.ini": INI}, PYTEST_ADDOPTS="--asyncio-mode=auto")
    assert (config.asyncio_mode, config.asyncio_mode_place) == ("auto", None)


@pytest.mark.parametrize(
    "files, line, word",
    [
        ({"pytest.ini": INI + "testpaths = a\nnonsense\npython_files = kept.py\n"}, 3, "unexpected line"),
        ({"pytest.toml": "[pytest]\npython_files = ['kept.py']\naddopts = [\n"}, 3, "TOML"),
        ({"pytest.toml": "[pytest]\ntestpaths = ['a'\naddopts = [\n'-q',\n]\npython_files = ['kept.py']\n"}, 2, "TOML"),
        ({"pytest.toml": "[pytest]\ntestpaths = [\n 'a',\n b,\n 'c',\n]\npython_files = ['kept.py']\n"}, 2, "TOML"),
        ({"pytest.toml": "[pytest]\npython_files = ['kept.py']\n[unclosed\npython_files = 3\n"}, 3, "TOML"),
        ({"pytest.toml": "[pytest]\nasyncio_mode = \npython_files = ['kept.py']\n"}, 2, "TOML"),
        ({"pyproject.toml": "[tool.pytest]\npython_files = ['kept.py']\nusefixtures = 'db'\n"}, 3, "usefixtures"),
        ({"pyproject.toml": NATIVE + "python_files=['kept.py']\n" + OPTIONS + "testpaths = 'a'\n"}, 3, "together"),
        ({"setup.cfg": "[x]\na=1\n" + INI, "tox.ini": INI + "python_files = kept.py\n"}, 3, "[tool:pytest]"),
        ({"pytest.ini": INI + "python_files = kept.py\naddopts = -q 'open\n"}, 3, "addopts"),
    ],
)
def test_an_error_is_a_problem_with_its_line_and_the_rest_is_read(
    tmp_path: Path, files: dict[str, str], line: int, word: str
) -> None:
    config = config_of(tmp_path, files)
    problem = config.problems[0]
    assert (problem.line, problem.fatal, word in problem.message) == (line, True, True), problem
    assert os.path.dirname(problem.path) == str(tmp_path)
    assert config.python_files == ("kept.py",)


def test_django_settings_and_the_other_plugins(tmp_path: Path) -> None:
    ini = {"pytest.ini": INI + "DJANGO_SETTINGS_MODULE = a.ini\ntrio_mode = yes\nanyio_mode = auto\n"}
    assert config_of(tmp_path, ini).django_settings == "a.ini"
    assert config_of(tmp_path, ini, DJANGO_SETTINGS_MODULE="b.env").django_settings == "b.env"
    config = config_of(tmp_path, ini, "--ds=c.option", DJANGO_SETTINGS_MODULE="b.env")
    assert (config.django_settings, config.trio_mode, config.anyio_mode) == ("c.option", True, "auto")
    assert config_of(tmp_path, ini, "--anyio-mode=strict").anyio_mode == "auto"  # either of them turns it on
    config = config_of(tmp_path, {"pytest.ini": INI + "addopts = -p a -p b\n"}, PYTEST_PLUGINS="c,d")
    assert config.plugins == ("a", "b", "c", "d")
    assert config_of(tmp_path, {"pytest.ini": INI}, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1").autoload is False


@pytest.mark.parametrize(
    "lines, unsafe",
    [("DJANGO_ALLOW_ASYNC_UNSAFE=1", True), ("D:DJANGO_ALLOW_ASYNC_UNSAFE=true", True), ("OTHER=1", False)],
)
def test_async_unsafe_is_read_from_the_settings_of_pytest_env(tmp_path: Path, lines: str, unsafe: bool) -> None:
    assert config_of(tmp_path, {"pytest.ini": INI + f"env =\n  A=b\n  {lines}\n"}).async_unsafe is unsafe
    assert config_of(tmp_path, {}, DJANGO_ALLOW_ASYNC_UNSAFE="1").async_unsafe is True


def test_older_versions_know_no_native_toml(tmp_path: Path) -> None:
    write(tmp_path, {"pytest.toml": "[pytest]\n", "pyproject.toml": NATIVE + "testpaths = ['a']\n"})
    assert find_config(str(tmp_path), (), {}, READ, version=(8, 4)).style == "pyproject.toml"
    assert find_config(str(tmp_path), (), {}, READ, version=(8, 4)).testpaths == ()
    assert find_config(str(tmp_path), (), {}, READ, version=(7, 4)).inifile is None


def test_the_finder_gives_each_file_its_nearest_configuration(tmp_path: Path) -> None:
    write(tmp_path, {"pytest.ini": INI, "a/pyproject.toml": OPTIONS, "a/b/c/test_x.py": "", "d/test_y.py": ""})
    config_for = config_finder(str(tmp_path), {}, READ)
    assert config_for(str(tmp_path / "a/b/c/test_x.py")).inifile == str(tmp_path / "a/pyproject.toml")
    assert config_for(str(tmp_path / "d/test_y.py")).inifile == str(tmp_path / "pytest.ini")
    assert config_for(str(tmp_path / "a/t.py")) is config_for(str(tmp_path / "a/b/c/new.py"))


def test_the_finder_agrees_with_a_single_search(tmp_path: Path) -> None:
    draw = random.Random(7)
    for number in range(40):
        root = tmp_path / str(number)
        write(root, generated(number, draw).files)
        config_for = config_finder(str(root), {}, READ)
        for name in ("a/b/test_x.py", "c/test_y.py"):
            # pytest itself looks at the folder of a file only
            assert config_for(str(root / name)) == find_config(str(root), (str(root / name),), {}, READ)


def test_an_unsaved_buffer_counts(tmp_path: Path) -> None:
    write(tmp_path, {"pytest.ini": INI})
    files = with_buffer(Files(), str(tmp_path / "pytest.ini"), b"[pytest]\nasyncio_mode = auto\n")
    assert find_config(str(tmp_path), (), {}, reader(files)).asyncio_mode == "auto"


@pytest.mark.parametrize("name", ["pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "pytest.toml"])
def test_any_bytes_are_survived(tmp_path: Path, name: str) -> None:
    draw = random.Random(name)
    seeds = [INI, CFG, OPTIONS, NATIVE, "[", "=", "a = [", '"""', "\0", "\xff", "é", "\r", "a.b.c = 1\n", "]", " x\n"]
    for _ in range(150):
        data = "".join(draw.choice(seeds) for _ in range(draw.randrange(8))).encode(draw.choice(("utf-8", "latin-1")))
        (tmp_path / name).write_bytes(data)
        assert find_config(str(tmp_path), (), {}, READ).rootdir
