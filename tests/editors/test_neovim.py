"""The real Neovim, configured as docs/editors/neovim.md says, with the server found on PATH."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from tests.editors.neovim import MISSING, User, user, version
from tests.support import ROOT, analysed_environment

pytestmark = pytest.mark.skipif(version() < (0, 11), reason=MISSING)


def _user(home: Path, *arguments: str) -> User:
    """A user whose `isolint` is this Python with the arguments given."""
    return user(home, f'"{sys.executable}" {" ".join(arguments)}')


def _user_of_the_real_engine(home: Path) -> User:
    """A user of isolint itself, with an environment that has Django."""
    environment = analysed_environment()
    if environment is None:
        pytest.skip("no environment with Django to analyse: ISOLINT_TRUTH_ENVIRONMENT")
    home.mkdir()
    someone = _user(home, "-m", "isolint")
    settings = f"{{ settings = {{ isolint = {{ environment = '{environment}' }} }} }}"
    someone.init.write_text(f"vim.lsp.config('isolint', {settings})\n{someone.init.read_text()}")
    return someone


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\n")
    return project


def test_a_finding_is_shown_and_fixed(tmp_path: Path, project: Path) -> None:
    """On a small engine of the tests: what is tested is the way there and back."""
    (tmp_path / "home").mkdir()
    someone = _user(tmp_path / "home", "-m", "tests.lsp.standin")
    file = project / "test_a.py"
    file.write_text("def test_one():\n    '😀é'; leak()\n\n\ndef test_two():\n    leak()\n", encoding="utf-8")
    seen = someone.edit(file, "leaks")
    assert seen["server"]["name"] == "isolint"
    assert seen["root"] == str(project)
    assert seen["encoding"] == "utf-8"
    assert [(found["line"], found["column"]) for found in seen["findings"]] == [(1, 14), (5, 4)]
    assert {found["source"] for found in seen["findings"]} == {"isolint"}
    assert {found["code"] for found in seen["findings"]} == {"sync-to-async-in-db-test"}
    assert any("leaks" in line for line in seen["shown"])
    assert seen["hover"]["answer"]["contents"]["value"] == "**leak**"
    expected = "def test_one():\n    '😀é'; safe()\n\n\ndef test_two():\n    leak()\n"
    assert file.read_text(encoding="utf-8") == expected


def test_the_shipped_example(tmp_path: Path) -> None:
    """The real engine, told by Neovim's settings where the packages of the example are."""
    someone = _user_of_the_real_engine(tmp_path / "home")
    shutil.copytree(ROOT / "examples" / "shop", tmp_path / "shop")
    file = tmp_path / "shop" / "tests" / "test_checkout.py"
    seen = someone.edit(file, "^make_order writes .* outlives")
    assert seen["root"] == str(tmp_path / "shop")
    assert "sync-to-async-in-db-test" in {found["code"] for found in seen["findings"]}
    assert any("outlives" in line for line in seen["shown"])
    text = file.read_text(encoding="utf-8")
    assert "    order = make_order(total=40)\n    receipt = async_to_sync(confirm)(order)\n" in text
    assert "\n@pytest.mark.django_db\ndef test_confirming_gives_a_receipt(make_order):\n" in text
    assert "async def test_confirming_changes_the_status" in text  # the other test is left alone


def _snippet(words: str) -> str:
    """The piece of Lua in the documentation that contains these words."""
    page = (ROOT / "docs" / "editors" / "neovim.md").read_text(encoding="utf-8")
    (found,) = [piece for piece in re.findall(r"```lua\n(.*?)```", page, re.DOTALL) if words in piece]
    return textwrap.dedent(found)


def test_the_pieces_of_the_documentation_do_what_it_says(tmp_path: Path, project: Path) -> None:
    (tmp_path / "home").mkdir()
    someone = _user(tmp_path / "home", "-m", "tests.lsp.standin")
    pieces = ["positionEncodings", "settings", "BufWritePre", "virtual_text", "vim.lsp.enable"]
    someone.init.write_text("\n".join(map(_snippet, pieces)), encoding="utf-8")
    file = project / "test_a.py"
    file.write_text("'😀'; leak()\nleak-unsafe\nleak()\n", encoding="utf-8")
    seen = someone.edit(file, "leaks", "write")
    assert seen["encoding"] == "utf-16"
    assert file.read_text(encoding="utf-8") == "'😀'; safe()\nleak-unsafe\nsafe()\n"


def test_definition_references_hover_and_rename_of_a_fixture(tmp_path: Path, project: Path) -> None:
    """The real engine under Neovim's own commands."""
    someone = _user_of_the_real_engine(tmp_path / "home")
    conftest, other = project / "conftest.py", project / "test_b.py"
    conftest.write_text("import pytest\n\n\n@pytest.fixture(scope='module')\ndef thing():\n    return '😀'\n")
    other.write_text("import pytest\n\n\n@pytest.mark.usefixtures('thing')\ndef test_b():\n    thing = 1\n")
    file = project / "test_a.py"
    file.write_text("def test_a(tmp_path, thing):\n    '😀', thing\n", encoding="utf-8")
    path = os.pathsep.join(filter(None, sys.path))
    seen = someone.run("neovim_navigate.lua", project, str(file), "thing", "place", "3", PYTHONPATH=path)
    assert any("thing" in line for line in seen["hover"])
    assert any("module" in line for line in seen["hover"])
    assert any("conftest.py" in line for line in seen["hover"])
    assert seen["definition"] == {"file": "conftest.py", "line": 5, "column": 5}
    assert sorted((one["file"], one["line"], one["column"]) for one in seen["references"]) == [
        ("conftest.py", 5, 5),
        ("test_a.py", 1, 22),
        ("test_b.py", 4, 27),
    ]
    assert conftest.read_text().splitlines()[4] == "def place():"
    assert file.read_text(encoding="utf-8") == "def test_a(tmp_path, place):\n    '😀', place\n"
    assert other.read_text() == "import pytest\n\n\n@pytest.mark.usefixtures('place')\ndef test_b():\n    thing = 1\n"


def test_hints_lenses_and_the_note_at_a_helper(tmp_path: Path, project: Path) -> None:
    """The real engine; an edit of the helper reaches what is shown in the test file."""
    someone = _user_of_the_real_engine(tmp_path / "home")
    (project / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    helper, file = project / "helpers.py", project / "test_a.py"
    helper.write_text(
        "from asgiref.sync import sync_to_async\nfrom django.contrib.auth.models import User\n\n\n"
        "async def make():\n    await sync_to_async(User.objects.create)()\n"
    )
    file.write_text(
        "import pytest\nfrom django.contrib.auth.models import User\nfrom helpers import make\n\n"
        "pytestmark = pytest.mark.django_db\n\n\n"
        "async def test_one():\n    '😀'; await make()\n\n\nasync def test_two():\n    await make()\n\n\n"
        "def test_three():\n    assert not User.objects.exists()\n",
        encoding="utf-8",
    )
    path = os.pathsep.join(filter(None, sys.path))
    arguments = (str(file), str(helper), "3", "await sync_to_async(User.objects.create)()", "pass")
    seen = someone.run("neovim_decorations.lua", project, *arguments, PYTHONPATH=path)
    assert seen["hints"] == [{"line": line, "label": "other connection"} for line in (8, 12)]
    assert sorted((one["line"], one["title"]) for one in seen["lenses"]) == [
        (7, "may pollute 1 test"),
        (11, "may pollute 1 test"),
        (15, "rolls back"),
    ]
    (note,) = seen["note"]
    assert note["line"] == 4
    assert note["message"].startswith("2 tests leak here (in open files): make writes on another connection")
