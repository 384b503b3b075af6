"""Which marks of a runner go with a conversion, which stay, and what is said of one that stays where pytest-asyncio's
warning about it is an error."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from textwrap import indent

import pytest

from tests.fixes.support import APP, convert, truth_python
from tests.support import isolint

PYTHON = truth_python()
pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

HEAD = "import pytest\nfrom shop.models import Order\n\n"
LEAK = "await Order.objects.acreate()"


def test_mark_of_a_base_class_that_another_class_needs() -> None:
    text = f"""{HEAD}
@pytest.mark.asyncio
class Base:
    pass


@pytest.mark.django_db
class TestOne(Base):
    async def test_one(self):
        {LEAK}


class TestTwo(Base):
    async def test_two(self):
        pass
"""
    assert "@pytest.mark.asyncio\nclass Base" in convert(text, "test_one").text
    sync = text.replace("async def test_two", "def test_two")
    assert "@pytest.mark.asyncio" not in convert(sync, "test_one").text


def test_mark_under_a_name_of_its_own() -> None:
    text = f"""{HEAD}
in_loop = pytest.mark.asyncio(loop_scope="function")
marks = [pytest.mark.asyncio]


@in_loop
@pytest.mark.django_db
async def test_one():
    {LEAK}


class TestOrders:
    pytestmark = [pytest.mark.django_db, in_loop]

    async def test_two(self):
        {LEAK}


class TestMore:
    pytestmark = marks

    @pytest.mark.django_db
    async def test_three(self):
        {LEAK}
"""
    assert "\n\n\n@pytest.mark.django_db\ndef test_one" in convert(text, "test_one").text
    assert "    pytestmark = [pytest.mark.django_db]\n" in convert(text, "test_two").text
    assert "    pytestmark = marks\n" in convert(text, "test_three").text


@pytest.mark.parametrize(
    "body, applicability",
    [
        ("return pytest.mark.asyncio(pytest.mark.django_db(function))", "safe"),
        ("function = pytest.mark.asyncio(function)\n    return pytest.mark.django_db(function)", "safe"),
        (
            "assert iscoroutinefunction(function)\n    return pytest.mark.asyncio(pytest.mark.django_db(function))",
            "unsafe",
        ),
        (
            (
                "if not iscoroutinefunction(function):\n        raise TypeError\n"
                "    return pytest.mark.asyncio(pytest.mark.django_db(function))"
            ),
            "unsafe",
        ),
        (
            (
                "mark = pytest.mark.asyncio if iscoroutinefunction(function) else pytest.mark.skip\n"
                "    return pytest.mark.asyncio(pytest.mark.django_db(function))"
            ),
            "unsafe",
        ),
    ],
)
@pytest.mark.parametrize("of_class", [False, True])
def test_decorator_of_the_project_that_may_mind(body: str, applicability: str, of_class: bool) -> None:
    text = f"from inspect import iscoroutinefunction\n{HEAD}\ndef both(function):\n    {body}\n\n\n@both\n"
    test = f"async def test_it(self):\n    {LEAK}\n" if of_class else f"async def test_it():\n    {LEAK}\n"
    text += "class TestIt:\n" + indent(test, "    ") if of_class else test
    plan = convert(text, "test_it").plan
    assert plan.applicability == applicability
    assert plan.reason.startswith("the decorator both decides by what it is given" if plan.reason else "")


# --- where the warning is an error, judged by running ---

BOTH = f"""{HEAD}
pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]


async def test_it():
    {LEAK}


async def test_other():
    pass
"""
ALONE = BOTH.partition("\n\n\nasync def test_other")[0] + "\n"
SEQUENCE = ALONE.replace("pytestmark = [", "MARKS = [") + "\n\npytestmark = MARKS\n"
DECORATOR = f"""{HEAD}
def both(function):
    return pytest.mark.asyncio(pytest.mark.django_db(function))


@both
async def test_it():
    {LEAK}
"""
SHIELDED = BOTH.replace("\n\n\nasync def", "\n\n\n@pytest.mark.filterwarnings('ignore:The test')\nasync def", 1)
UNSHIELDED = SHIELDED.replace("ignore:The test", "ignore:Another")
VARIANTS = {
    "nothing": ("", BOTH, "safe"),
    "error": ("filterwarnings = error", BOTH, "unsafe"),
    "alone": ("filterwarnings = error", ALONE, "safe"),
    "sequence": ("filterwarnings = error", SEQUENCE, "unsafe"),
    "sequence_warned": ("", SEQUENCE, "safe"),
    "decorator": ("filterwarnings = error", DECORATOR, "unsafe"),
    "category": ("filterwarnings = error::UserWarning", BOTH, "unsafe"),
    "pytest_category": ("filterwarnings = e:the test <function:pytest.PytestWarning", BOTH, "unsafe"),
    "other_category": ("filterwarnings = error::DeprecationWarning", BOTH, "safe"),
    "other_message": ("filterwarnings = error:.*event loop", BOTH, "safe"),
    "ignored_later": ("filterwarnings =\n    error\n    ignore:.*marked with", BOTH, "safe"),
    "ignored_before": ("filterwarnings =\n    ignore:.*marked with\n    error", BOTH, "unsafe"),
    "addopts": ("addopts = -W error", BOTH, "unsafe"),
    "addopts_joined": ("addopts = -Werror::pytest.PytestWarning", BOTH, "unsafe"),
    "addopts_after_all": ("filterwarnings = error\naddopts = -W ignore::UserWarning", BOTH, "safe"),
    "plain_in_addopts": ("addopts = '-W error:The .*'", BOTH, "safe"),
    "no_filters": ("filterwarnings = error\naddopts = -p no:warnings", BOTH, "safe"),
    "shielded": ("filterwarnings = error", SHIELDED, "safe"),
    "unshielded": ("filterwarnings = error", UNSHIELDED, "unsafe"),
}


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each variant, with a configuration of pytest and a test file of its own."""
    project = tmp_path_factory.mktemp("filters")
    shutil.copytree(APP / "shop", project / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(APP / "settings.py", project)
    for name, (ini, text, _) in VARIANTS.items():
        folder = project / name
        folder.mkdir()
        base = "[pytest]\nDJANGO_SETTINGS_MODULE = settings\npythonpath = ..\nasyncio_mode = strict\n"
        (folder / "pytest.ini").write_text(f"{base}asyncio_default_fixture_loop_scope = function\n{ini}\n")
        (folder / f"test_{name}.py").write_text(text)
    return project


def test_safe_only_where_the_warning_is_no_error(variants: Path) -> None:
    found = isolint("check", "--output-format", "json", ".", folder=variants).findings()
    said = {Path(one["path"]).parent.name: one["fix"]["applicability"] for one in found}
    assert said == {name: expected for name, (_, _, expected) in VARIANTS.items()}
    isolint("check", "--fix", "--unsafe-fixes", ".", folder=variants)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO", "PYTHON"))}
    for name, (_, _, expected) in VARIANTS.items():
        assert "\ndef test_it" in (variants / name / f"test_{name}.py").read_text()
        command = [str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "test_it", "."]
        done = subprocess.run(command, cwd=variants / name, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == (0 if expected == "safe" else 1), (name, done.stdout)
        assert ("is marked with" in done.stdout and "1 failed" in done.stdout) is (expected == "unsafe"), done.stdout
