"""Modules in folders that a conftest puts on `sys.path`: found where there is only one of that name."""

from __future__ import annotations

from isolint.names.resolve import lookup
from isolint.names.symbols import External, FunctionSymbol
from tests.check.engine import needs_environment, project

pytestmark = needs_environment

CONFTEST = 'import os\nimport sys\n\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), "site"))\n'
TEST = "from shop.tools import make\n\ndef test_it(): make()\n"


def found(files: dict[str, str], test: str = TEST) -> object:
    with project({"conftest.py": CONFTEST, "test_a.py": test, **files}) as (root, session):
        (symbol,) = lookup(session.store, (str(root / "test_a.py"), "make"))
        return symbol


def test_the_only_one() -> None:
    symbol = found({"site/shop/__init__.py": "", "site/shop/tools.py": "def make(): pass\n"})
    assert isinstance(symbol, FunctionSymbol)
    assert symbol.ref.path.endswith("site/shop/tools.py")


def test_several_of_that_name() -> None:
    files = {
        f"{site}/shop/{name}.py": "def make(): pass\n" for site in ("one", "two") for name in ("__init__", "tools")
    }
    assert found(files) == External("shop.tools.make")


def test_an_installed_one_counts() -> None:
    symbol = found({"vendored/django/__init__.py": "make = 1\n"}, "from django import make\n")
    assert symbol == External("django.make")


def test_a_package_inside_another_is_no_top_level_one() -> None:
    files = {"site/__init__.py": "", "site/shop/__init__.py": "", "site/shop/tools.py": "def make(): pass\n"}
    assert found(files) == External("shop.tools.make")


def test_a_project_below_the_folder_that_is_looked_at() -> None:
    """pytest finds the configuration of `backend` from a test there, and pytest-django its `manage.py`; the folder is a
    package, so that nothing else says that `shop` is to be imported from it."""
    files = {
        "backend/__init__.py": "",
        "backend/manage.py": "from django.core.management import execute_from_command_line\n",
        "backend/pytest.ini": "[pytest]\n",
        "backend/shop/__init__.py": "",
        "backend/shop/tools.py": "def make(): pass\n",
        "backend/shop/tests/__init__.py": "",
        "backend/shop/tests/test_b.py": TEST,
    }
    with project(files) as (root, session):
        (symbol,) = lookup(session.store, (str(root / "backend/shop/tests/test_b.py"), "make"))
        assert isinstance(symbol, FunctionSymbol)
