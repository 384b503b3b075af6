"""What the model says where pytest's own answer cannot be asked for: doubts and their reasons, places, cut-offs, bad
code."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolint.names.symbols import Site
from isolint.pytest_model import collect
from isolint.pytest_model.cases import case_methods
from isolint.pytest_model.closures import closure
from isolint.pytest_model.database import database
from isolint.pytest_model.inputs import USER_DATABASE_FIXTURES
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.runners import runner
from isolint.workspace.shapes import Place
from tests.pytest_model.support import Model, require_truth

INI = "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"


@pytest.fixture(autouse=True)
def _truth() -> None:
    require_truth()


def model(tmp_path: Path, text: str, **files: str) -> Model:
    named = {name.replace("__", "/") + ".py": content for name, content in files.items()}
    return Model(tmp_path, {"pytest.ini": INI, "test_a.py": "import pytest\n" + text, **named})


def mode(tmp_path: Path, text: str, name: str = "test_a", **files: str) -> tuple[str, str]:
    found = model(tmp_path, text, **files).database(f"test_a.py::{name}")
    return found.mode, found.reasons[0][1]


def kind(tmp_path: Path, text: str, name: str = "test_a", **files: str) -> tuple[str, str]:
    found = model(tmp_path, text, **files).runner(f"test_a.py::{name}")
    return found.kind, found.reason


# --- doubt ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, reason",
    [
        ("if pytest.x:\n    pytestmark = pytest.mark.django_db\ndef test_a(): pass", "set under a condition"),
        ("pytestmark = marks()\ndef test_a(): pass", "marks is not bound in test_a.py"),
        ("@pytest.mark.django_db(transaction=bool(1))\ndef test_a(): pass", "the arguments of django_db"),
        ("@pytest.mark.django_db(**OPTIONS)\ndef test_a(): pass", "the arguments of django_db"),
        ("@made()\ndef test_a(): pass", "made is not bound in test_a.py"),
        (
            "@pytest.mark.parametrize('x', [1, pytest.param(2, marks=pytest.mark.django_db)])\ndef test_a(x): pass",
            "it depends on the parameter set: rollback with some, none with others",
        ),
        ("def test_a(request):\n    if x:\n        request.getfixturevalue('db')", "may be asked for at run time"),
        ("def test_a(request, name):\n    request.getfixturevalue(name)", "may be asked for at run time"),
        ("from nowhere import Base\nclass TestX(Base):\n    def test_a(self): pass", "a base of TestX is not known"),
    ],
)
def test_an_unclear_mode_is_unknown_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    name = "TestX::test_a" if "TestX" in text else "test_a"
    found, why = mode(tmp_path, text, name)
    assert found == "unknown"
    assert reason in why


def test_a_doubtful_mark_that_changes_nothing_is_no_doubt(tmp_path: Path) -> None:
    text = "pytestmark = pytest.mark.django_db\nif x:\n    pytestmark.append(pytest.mark.django_db)\ndef test_a(): pass"
    assert mode(tmp_path, text)[0] == "rollback"


def test_a_nearer_certain_mark_settles_a_doubt_further_out(tmp_path: Path) -> None:
    text = "if x:\n    pytestmark = pytest.mark.django_db(transaction=True)\n@pytest.mark.django_db\ndef test_a(): pass"
    assert mode(tmp_path, text)[0] == "rollback"


@pytest.mark.parametrize(
    "decorator", ["respx.mock", "respx.mock(assert_all_called=False)", "responses.activate", "httpretty.activate()"]
)
def test_a_decorator_that_adds_no_mark_is_no_doubt_without_its_package(tmp_path: Path, decorator: str) -> None:
    imports, marked = "import httpretty, respx, responses", f"@{decorator}\nasync def test_a(): pass"
    assert mode(tmp_path, f"{imports}\n@pytest.mark.django_db\n{marked}")[0] == "rollback"
    assert kind(tmp_path, f"{imports}\n@pytest.mark.asyncio\n{marked}")[0] == "pytest-asyncio"


@pytest.mark.parametrize(
    "mark, expected",
    [
        ("", "none"),
        ("@pytest.mark.asyncio\n", "unknown"),
        ("@pytest.mark.anyio\n", "unknown"),
        ("@pytest.mark.trio\n", "rollback"),
    ],
)
def test_what_a_body_asks_for_depends_on_who_runs_it(tmp_path: Path, mark: str, expected: str) -> None:
    found = mode(tmp_path, f"{mark}async def test_a(request): request.getfixturevalue('db')")
    assert found[0] == expected
    if expected == "unknown":
        assert "in an event loop" in found[1]


def test_a_hook_with_a_condition_leaves_the_mode_unknown(tmp_path: Path) -> None:
    hook = """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        if "integration" in str(item.path):
            item.add_marker(pytest.mark.django_db)
"""
    assert mode(tmp_path, "def test_a(): pass", conftest=hook) == (
        "unknown",
        "a mark is not certain: a hook adds it under a condition",
    )
    assert mode(tmp_path, "@pytest.mark.django_db\ndef test_a(): pass", conftest=hook)[0] == "rollback"


@pytest.mark.parametrize(
    "names, expected",
    [
        ("['slow', 'web']", ("none", "rollback")),
        ("('slow', 'django_db')", ("unknown", "rollback")),
        ("sorted(seen)", ("unknown", "rollback")),
    ],
)
def test_a_hook_that_names_its_marks_in_a_list(tmp_path: Path, names: str, expected: tuple[str, str]) -> None:
    hook = f"""
import pytest
seen = set()
def pytest_collection_modifyitems(items):
    for item in items:
        names = {names}
        for name in names:
            if name in item.path.parts:
                item.add_marker(getattr(pytest.mark, name))
"""
    bare, marked = "def test_a(): pass", "@pytest.mark.django_db\ndef test_a(): pass"
    assert (mode(tmp_path, bare, conftest=hook)[0], mode(tmp_path, marked, conftest=hook)[0]) == expected


def test_a_hook_that_adds_every_mark_of_a_list(tmp_path: Path) -> None:
    hook = """
def pytest_collection_modifyitems(items):
    for item in items:
        for name in ("slow", "django_db"):
            item.add_marker(name)
"""
    assert mode(tmp_path, "def test_a(): pass", conftest=hook)[0] == "rollback"
    stopping = hook + "            break\n"
    assert mode(tmp_path, "def test_a(): pass", conftest=stopping)[0] == "unknown"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("@unknown_thing\nasync def test_a(): pass", "unknown"),
        ("import os\n@os.fspath\nasync def test_a(): pass", "unknown"),
        ("import os\n@os.fspath\ndef test_a(): pass", "sync"),
        ("from nowhere import Base\nclass TestX(Base):\n    async def test_a(self): pass", "unknown"),
        ("if x:\n    pytestmark = pytest.mark.asyncio\nasync def test_a(): pass", "unknown"),
        (
            "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.anyio)])\nasync def test_a(x): pass",
            "never",
        ),
        ("from asgiref.sync import sync_to_async\n@sync_to_async\ndef test_a(): pass", "never"),
    ],
)
def test_the_runner_of_what_cannot_be_followed(tmp_path: Path, text: str, expected: str) -> None:
    assert kind(tmp_path, text, "TestX::test_a" if "TestX" in text else "test_a")[0] == expected


def test_without_an_environment_nothing_is_claimed(tmp_path: Path) -> None:
    text = (
        "import pytest\n@pytest.mark.asyncio\n@pytest.mark.django_db\nasync def test_a(db): pass\ndef test_b(): pass\n"
    )
    found = Model(tmp_path, {"test_a.py": text}, with_environment=False)
    assert found.runner("test_a.py::test_a").kind == "unknown"
    assert found.database("test_a.py::test_a").mode == "unknown"
    assert "no environment" in dict(found.closure("test_a.py::test_a").unknown)["db"]
    assert found.runner("test_a.py::test_b").kind == "sync"


def test_a_blocked_plugin_takes_its_branch_away(tmp_path: Path) -> None:
    text = "import pytest\n@pytest.mark.asyncio\nasync def test_a(): pass\n"
    found = Model(tmp_path, {"pytest.ini": "[pytest]\naddopts = -p no:asyncio -p no:django\n", "test_a.py": text})
    assert found.runner("test_a.py::test_a").kind == "never"
    assert found.database("test_a.py::test_a").reasons[0][1] == "pytest-django is not loaded"


def test_a_fixture_that_nobody_defines_is_no_doubt_about_the_mode(tmp_path: Path) -> None:
    found = model(tmp_path, "def test_a(missing): pass")
    assert dict(found.closure("test_a.py::test_a").unknown) == {"missing": "no fixture of this name is visible"}
    assert found.database("test_a.py::test_a").mode == "none"


def test_names_that_generate_tests_fills_are_no_missing_fixtures(tmp_path: Path) -> None:
    hook = "def pytest_generate_tests(metafunc):\n    metafunc.parametrize('value, other', [(1, 2)])\n"
    found = model(tmp_path, "def test_a(value, other): pass", conftest=hook)
    assert found.closure("test_a.py::test_a").unknown == ()


# --- where it is written ----------------------------------------------------------------------------------------------


def test_marks_stand_where_they_are_used(tmp_path: Path) -> None:
    text = """
from helpers import both, tx
pytestmark = [
    pytest.mark.first,
    both,
]
@tx
@pytest.mark.django_db(
    transaction=True)
def test_a(): pass
"""
    helpers = "import pytest\nboth = pytest.mark.both\ndef tx(f): return pytest.mark.tx(f)\n"
    found = model(tmp_path, text, helpers=helpers)
    lines = {m.name: found.line(m.site) for m in found.marks("test_a.py::test_a")}
    assert lines == {"django_db": 9, "tx": 8, "first": 5, "both": 6}
    mark = next(m for m in found.marks("test_a.py::test_a") if m.name == "django_db")
    assert found.text(mark.arguments) == "\n    transaction=True"


def test_reasons_name_the_place_that_asks(tmp_path: Path) -> None:
    text = "@pytest.fixture\ndef rows(db): pass\ndef test_a(rows): pass\ndef test_b(db): pass\n"
    found = model(tmp_path, text)
    assert told(found, "test_a.py::test_a") == [(3, "db is among its fixtures"), (4, "test_a requests rows")]
    assert told(found, "test_a.py::test_b") == [(5, "db is among its fixtures")]


def told(found: Model, test: str) -> list[tuple[int, str]]:
    return [(found.line(site), why) for site, why in found.database(test).reasons]


def test_reasons_tell_the_whole_way_to_the_database(tmp_path: Path) -> None:
    text = """\
@pytest.fixture
def rows(db): pass
@pytest.fixture
def more(rows): pass
@pytest.fixture(autouse=True)
def always(request): pass
@pytest.mark.usefixtures("more")
class TestX:
    def test_a(self): pass
class TestY:
    @pytest.fixture(autouse=True)
    def own(self, transactional_db): pass
    def test_a(self): pass
"""
    found = model(tmp_path, text)
    assert told(found, "test_a.py::TestX::test_a") == [
        (3, "db is among its fixtures"),
        (5, "more requests rows"),
        (8, "usefixtures names more"),
    ]
    assert told(found, "test_a.py::TestY::test_a") == [
        (13, "transactional_db is among its fixtures"),
        (13, "own is autouse"),
    ]


def test_reasons_in_the_configuration_have_its_line(tmp_path: Path) -> None:
    ini = "[pytest]\nusefixtures = db\nasyncio_mode = auto\n"
    found = Model(tmp_path, {"pytest.ini": ini, "test_a.py": "async def test_a(): pass\n"})
    path = str(tmp_path.resolve() / "pytest.ini")
    assert found.database("test_a.py::test_a").reasons[0][0] == Place(path, 2)
    assert found.runner("test_a.py::test_a").site == Place(path, 3)


# --- further rules ----------------------------------------------------------------------------------------------------


def test_user_declared_fixtures_give_the_database(tmp_path: Path) -> None:
    text = "@pytest.fixture\ndef own(): pass\ndef test_a(own): pass\ndef test_b(): pass\n"
    found = model(tmp_path, text)
    found.store.set(USER_DATABASE_FIXTURES, "", (("own", "flush"),))
    assert found.database("test_a.py::test_a").mode == "flush"
    assert found.database("test_a.py::test_b").mode == "none"


def test_a_conftest_may_set_the_databases_of_djangos_classes(tmp_path: Path) -> None:
    hook = "import django.test\ndef pytest_configure():\n    django.test.TestCase.databases = {'default', 'replica'}\n"
    text = "from django.test import TestCase\nclass Case(TestCase):\n    def test_a(self): pass\ndef test_b(db): pass\n"
    found = model(tmp_path, text, conftest=hook)
    assert set(found.database("test_a.py::Case::test_a").databases) == {"default", "replica"}
    assert set(found.database("test_a.py::test_b").databases) == {"default", "replica"}


@pytest.mark.parametrize(
    "fixture, backends",
    [
        ("", ("asyncio", "trio")),
        ("@pytest.fixture\ndef anyio_backend(): return 'asyncio'", ("asyncio",)),
        ("@pytest.fixture\ndef anyio_backend(): return 'trio', {'x': 1}", ()),
        ("@pytest.fixture(params=['trio'])\ndef anyio_backend(request): return request.param", ("trio",)),
        ("@pytest.fixture\ndef anyio_backend(): return chosen()", ()),
    ],
)
def test_the_backends_of_anyio(tmp_path: Path, fixture: str, backends: tuple[str, ...]) -> None:
    found = model(tmp_path, f"{fixture}\n@pytest.mark.anyio\nasync def test_a(): pass\n")
    assert found.runner("test_a.py::test_a").backends == backends


def test_the_methods_around_a_test_case(tmp_path: Path) -> None:
    text = """
from unittest import IsolatedAsyncioTestCase
from django.test import TestCase
class Mixin:
    def tearDown(self): pass
class Isolated(Mixin, IsolatedAsyncioTestCase):
    def setUp(self): pass
    async def asyncSetUp(self): pass
    async def test_a(self): pass
class Case(TestCase):
    @classmethod
    def setUpTestData(cls): pass
    def test_a(self): pass
"""
    found = model(tmp_path, text)

    def names(node: str) -> tuple[list[tuple[str, bool]], list[str]]:
        methods = found.settled(lambda: case_methods(found.store, found.ref(node)))
        return [(m.name, m.is_async) for m in methods.before], [m.name for m in methods.after]

    assert names("test_a.py::Isolated::test_a") == ([("setUp", False), ("asyncSetUp", True)], ["tearDown"])
    assert names("test_a.py::Case::test_a") == ([("setUpTestData", False)], [])


def test_fixtures_made_by_setup_methods_name_the_methods(tmp_path: Path) -> None:
    text = (
        "class TestX:\n"
        "    def setup_method(self): pass\n"
        "    def teardown_method(self): pass\n"
        "    def test_a(self): pass\n"
    )
    found = model(tmp_path, text).closure("test_a.py::TestX::test_a")
    ((_, (one,)),) = [pair for pair in found.fixtures if pair[1][-1].xunit]
    assert one.xunit is not None
    assert [ref.name for ref in one.xunit if ref is not None] == ["setup_method", "teardown_method"]


# --- edits ------------------------------------------------------------------------------------------------------------


def test_an_edit_in_a_body_computes_no_rule_again(tmp_path: Path) -> None:
    text = """
@pytest.fixture
def thing(db): return 1
@pytest.mark.asyncio
async def test_a(thing):
    assert thing
def test_b(thing): pass
"""
    found = model(tmp_path, text)

    def ask() -> list[object]:
        store = found.store
        items = collect.tests_of(store, found.path("test_a.py"))
        return [
            (i, marks_of(store, i.id), closure(store, i.id), runner(store, i.id), database(store, i.id)) for i in items
        ]

    before = found.settled(ask)
    found.store.computed.clear()
    found.edit("test_a.py", "import pytest\n" + text.replace("assert thing", "assert thing == 1"))
    assert ask() == before
    assert dict(found.store.computed) == {"dynamic requests": 1}
    found.edit("test_a.py", "import pytest\n" + text.replace("@pytest.mark.asyncio\n", ""))
    assert [type(x) for x in ask()] == [tuple, tuple]
    assert found.runner("test_a.py::test_a").kind == "never"


def everything(found: Model) -> list[object]:
    """All that the room says about `test_a.py`."""

    def ask() -> list[object]:
        store = found.store
        items = collect.tests_of(store, found.path("test_a.py"))
        return [
            (i, marks_of(store, i.id), closure(store, i.id), runner(store, i.id), database(store, i.id)) for i in items
        ]

    return found.settled(ask)


def test_after_any_edit_the_answers_are_those_from_scratch(tmp_path: Path) -> None:
    conftests = [
        "import pytest\n@pytest.fixture\ndef a(db): pass\n",
        "import pytest\n@pytest.fixture(autouse=True)\ndef a(transactional_db): pass\n",
        "def pytest_collection_modifyitems(items):\n    for i in items:\n        i.add_marker('django_db')\n",
        "def test_a(",
    ]
    texts = [f"import pytest\n{text}" for text in (*ODD, "@pytest.mark.django_db\nasync def test_a(a, tmp_path): pass")]
    edited = Model(tmp_path, {"pytest.ini": INI, "test_a.py": texts[0], "conftest.py": conftests[0]})
    everything(edited)
    for number, text in enumerate([*texts, *reversed(texts)]):
        files = {"test_a.py": text, "conftest.py": conftests[number % len(conftests)]}
        for name, content in files.items():
            edited.edit(name, content)
        assert everything(edited) == everything(Model(tmp_path, files)), text


# --- code that is broken or odd ---------------------------------------------------------------------------------------

ODD = [
    "def test_a(",
    "@pytest.mark.\ndef test_a(): pass",
    "@\ndef test_a(): pass",
    "pytestmark = [pytest.mark.django_db(",
    "class TestX(TestX):\n    def test_a(self): pass",
    "class A(B): pass\nclass B(A): pass\nclass TestX(A):\n    def test_a(self): pass",
    "from test_a import *\ndef test_a(): pass",
    "test_a = test_a\npytestmark = pytestmark",
    "def deco(f): return deco(f)\n@deco\ndef test_a(): pass",
    "def deco(f): return f(f)\n@deco\n@deco\ndef test_a(): pass",
    "f = lambda g: f(g)\n@f\ndef test_a(): pass",
    "@pytest.fixture\ndef a(b): pass\n@pytest.fixture\ndef b(a): pass\ndef test_a(a): pass",
    "@pytest.fixture\ndef a(a): pass\ndef test_a(a): pass",
    "pytest_plugins = ['test_a']\ndef test_a(): pass",
    "@pytest.mark.parametrize()\ndef test_a(): pass",
    "@pytest.mark.parametrize('a', indirect=x)\n@pytest.mark.usefixtures()\ndef test_a(a): pass",
    "@pytest.mark.usefixtures(1, *x)\ndef test_a(a): pass",
    "@pytest.fixture(scope=compute, autouse=maybe, name=x + y)\ndef a(): pass\ndef test_a(a): pass",
    "import test_a\n@test_a.test_a\ndef test_a(): pass",
    "x = [*x]\n@x[0]\n@x[-5]\n@{}['a']\ndef test_a(): pass",
    "class TestX:\n    class TestX:\n        pass\n    TestX = TestX\n    def test_a(self): pass",
    "\x00\xff def test_a(): pass",
    "def test_\u00e9(): pass\nclass Test\u00c9:\n    def test_\u00fc(self): pass",
]


@pytest.mark.parametrize("text", ODD)
def test_nothing_raises(tmp_path: Path, text: str) -> None:
    found = model(tmp_path, text, conftest="from conftest import *\npytest_plugins = 'conftest'\n")
    for item in found.tests("test_a.py"):
        assert isinstance(item.site, Site)
        node = "::".join(("test_a.py", *item.id.classes, item.id.name))
        found.marks(node)
        found.closure(node)
        found.runner(node)
        found.database(node)
