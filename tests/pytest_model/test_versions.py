"""Rules that changed between versions, asked of the model with another version of pytest in its environment.

That they are pytest's own was seen by running the comparison with pytest 7.4 and 8.3.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from isolint.pytest_model.ignored import collection_order
from isolint.pytest_model.inputs import ENVIRONMENT
from tests.pytest_model.support import Model, environment, require_truth


@pytest.fixture(autouse=True)
def _truth() -> None:
    require_truth()


def model(tmp_path: Path, version: str, **files: str) -> Model:
    found = Model(tmp_path, {"pytest.ini": "[pytest]\n", **{f"{name}.py": text for name, text in files.items()}})
    known = dict(environment().distributions)
    known["pytest"] = replace(known["pytest"], version=version)
    found.store.set(ENVIRONMENT, "", replace(environment(), distributions=MappingProxyType(known)))
    return found


@pytest.mark.parametrize("version, walked", [("8.3.5", False), ("8.4.2", False), ("9.0.0", True), ("9.2.0", True)])
def test_what_an_overridden_definition_requests(tmp_path: Path, version: str, walked: bool) -> None:
    conftest = "import pytest\n@pytest.fixture\ndef needed(): pass\n@pytest.fixture\ndef fx(needed): pass\n"
    test = "import pytest\n@pytest.fixture\ndef fx(fx): pass\ndef test_a(fx): pass\n"
    found = model(tmp_path, version, conftest=conftest, test_a=test)
    assert ("needed" in found.closure("test_a.py::test_a").names) is walked


@pytest.mark.parametrize("version, wins", [("9.0.2", "conftest.py"), ("9.1.0", "plug.py")])
def test_a_plugin_of_a_test_module_against_the_root_conftest(tmp_path: Path, version: str, wins: str) -> None:
    fixture = "import pytest\n@pytest.fixture\ndef fx(): pass\n"
    test = "pytest_plugins = 'plug'\ndef test_a(fx): pass\n"
    found = model(tmp_path, version, conftest=fixture, plug=fixture, test_a=test)
    definitions = found.closure("test_a.py::test_a").definitions("fx")
    assert definitions[-1].ref is not None
    assert Path(definitions[-1].ref.path).name == wins


@pytest.mark.parametrize("version, names", [("8.3.5", ()), ("8.4.0", ("tmp_path",))])
def test_a_method_whose_self_is_positional_only(tmp_path: Path, version: str, names: tuple[str, ...]) -> None:
    found = model(tmp_path, version, test_a="class TestX:\n    def test_a(self, /, tmp_path): pass\n")
    item = found.item("test_a.py::TestX::test_a")
    assert item is not None
    assert item.params == names


@pytest.mark.parametrize("version, marks", [("8.3.5", [["xfail"]]), ("8.4.0", [])])
def test_a_test_that_yields(tmp_path: Path, version: str, marks: list[list[str]]) -> None:
    found = model(tmp_path, version, test_a="def test_a():\n    yield\n")
    assert [[m.name for m in found.marks(node)] for node in found.ids("test_a.py")] == marks


@pytest.mark.parametrize("version, who", [((3, 11), "never"), ((3, 12), "anyio")])
def test_sync_to_async_is_seen_by_inspect(tmp_path: Path, version: tuple[int, int], who: str) -> None:
    hop = "from asgiref.sync import sync_to_async\n"
    test = f"{hop}import pytest\npytestmark = pytest.mark.anyio\n@sync_to_async\ndef test_a(): pass\n"
    found = Model(tmp_path, {"pytest.ini": "[pytest]\n", "test_a.py": test})
    found.store.set(ENVIRONMENT, "", replace(environment(), python_version=version))
    assert found.runner("test_a.py::test_a").kind == who


@pytest.mark.parametrize(
    "version, order",
    [
        ("7.4.4", ["/b.py", "/d.py", "/a/c.py", "/a-b/d.py", "/c/e.py"]),
        ("8.0.0", ["/a/__init__.py", "/a/_.py", "/a/c.py", "/a-b/d.py", "/b.py", "/c/e.py", "/d.py"]),
    ],
)
def test_the_order_of_files_and_folders(tmp_path: Path, version: str, order: list[str]) -> None:
    store = model(tmp_path, version).store
    assert sorted(order, key=collection_order(store)) == order
