"""`lookup`: what jedi says about installed names, modules and expressions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from isolint.inference.lookup import World, answer, open_world
from isolint.names.origin import Answer, Decorator, Param, PlaceQuestion
from tests.inference.support import (
    STDLIB,
    VERSION,
    find,
    members,
    own_world,
    targets_at,
    type_at,
    unknown,
    world_of,
    write_tree,
)

SITE = {
    "shop/__init__.py": "from .orders import ship as send_out\nfrom shop.deep import *\nfrom . import orders as o\n",
    "shop/orders.py": (
        "from base import Root, mixin\n"
        "import functools\n"
        "\n"
        "class Plain: pass\n"
        "class Left(Root): pass\n"
        "class Right(Root):\n"
        "    def only_right(self): return 1\n"
        "class Both(Left, Right, mixin.Mixed):\n"
        "    registry = Left()\n"
        "    def __init__(self):\n"
        "        self.inside = Plain()\n"
        "async def ship(order, /, *items: int, fast=False, **rest) -> Plain:\n"
        "    yield order\n"
        "def twice(f):\n"
        "    @functools.wraps(f)\n"
        "    def inner(*a): return f(*a)\n"
        "    return inner\n"
        "alias = ship\n"
        "both = Both()\n"
        "class Lost(Nowhere): pass\n"
        "class Loop(Loop): pass\n"
        "def build(): return Plain()\n"
        "built = build()\n"
        "def choose() -> type[Plain]: ...\n"
        "chosen = choose()\n"
        "doubled = twice(build)\n"
        "class Proxy:\n"
        "    def __getattr__(self, name) -> Plain: ...\n"
        "proxy = Proxy()\n"
        "try:\n"
        "    from shop.missing import fast\n"
        "except ImportError:\n"
        "    fast = None\n"
        "@functools.partial(twice)\n"
        "@twice\n"
        "def decorated(): pass\n"
    ),
    "shop/deep.py": "__all__ = ['shown']\ndef shown(): pass\ndef _hidden(): pass\n",
    "shop/time.py": "def now(): pass\n",
    "shop/broken.py": "def fine(): pass\ndef broken(:\n    x = [\nclass Later: pass\n",
    "base/__init__.py": "class Root:\n    def inherited(self): pass\n",
    "base/mixin.py": "class Mixed: pass\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(write_tree(tmp_path_factory.mktemp("site"), SITE))


@pytest.fixture(scope="module")
def own() -> World:
    return own_world()


def test_a_re_export_is_followed_to_its_definition(shop: World) -> None:
    found = find(shop, "shop.send_out")
    assert (found.canonical, found.kind, found.line) == ("shop.orders.ship", "function", 12)
    assert found.path.endswith("shop/orders.py")


def test_a_function_is_described(shop: World) -> None:
    found = find(shop, "shop.orders.ship")
    assert found.is_async
    assert found.is_generator
    assert found.returns == "shop.orders.Plain"
    assert found.params == (
        Param("order", "positional", False),
        Param("items", "args", False),
        Param("fast", "keyword", True),
        Param("rest", "kwargs", False),
    )


@pytest.mark.parametrize(
    "dotted, canonical",
    [
        ("shop.shown", "shop.deep.shown"),
        ("shop.orders.alias", "shop.orders.ship"),
        ("shop.o.ship", "shop.orders.ship"),
        ("shop.time.now", "shop.time.now"),
        ("shop.orders.Both.inherited", "base.Root.inherited"),
        ("shop.orders.Both.only_right", "shop.orders.Right.only_right"),
        ("shop.orders.both.only_right", "shop.orders.Right.only_right"),
        ("shop.broken.fine", "shop.broken.fine"),
        ("shop.broken.Later", "shop.broken.Later"),
    ],
)
def test_a_name_has_one_canonical_name(shop: World, dotted: str, canonical: str) -> None:
    assert find(shop, dotted).canonical == canonical


@pytest.mark.parametrize(
    "dotted",
    ["shop.nothing", "nowhere", "nowhere.at_all", "shop.orders.ship.x.y", "", "shop.", "shop.for", "a b"],
)
def test_what_does_not_exist_is_unknown(shop: World, dotted: str) -> None:
    assert unknown(shop, dotted)


def test_bases_are_in_pythons_order_over_packages(shop: World) -> None:
    found = find(shop, "shop.orders.Both")
    assert found.mro == (
        "shop.orders.Both",
        "shop.orders.Left",
        "shop.orders.Right",
        "base.Root",
        "base.mixin.Mixed",
    )
    assert found.complete


@pytest.mark.parametrize("dotted", ["shop.orders.Lost", "shop.orders.Loop"])
def test_a_base_that_cannot_be_found_makes_the_order_incomplete(shop: World, dotted: str) -> None:
    found = find(shop, dotted)
    assert found.mro == (dotted,)
    assert not found.complete


def test_an_instance_has_the_name_of_its_variable_and_a_type(shop: World) -> None:
    found = find(shop, "shop.orders.both")
    assert (found.canonical, found.kind, found.type) == ("shop.orders.both", "instance", "shop.orders.Both")
    assert found.mro[0] == "shop.orders.Both"
    assert "base.Root" in found.mro
    assert find(shop, "shop.orders.Both.registry").type == "shop.orders.Left"


def test_what_only_a_function_body_says_is_found_too(shop: World) -> None:
    assert find(shop, "shop.orders.both.inside").type == "shop.orders.Plain"
    assert find(shop, "shop.orders.built").type == "shop.orders.Plain"


def test_an_attribute_served_by_getattr_is_named_after_its_class(shop: World) -> None:
    found = find(shop, "shop.orders.proxy.anything")
    assert (found.canonical, found.kind, found.type) == ("shop.orders.Proxy.anything", "instance", "shop.orders.Plain")


def test_what_a_call_returns_is_no_other_name_for_a_class(shop: World) -> None:
    found = find(shop, "shop.orders.chosen")
    assert (found.canonical, found.kind) == ("shop.orders.chosen", "unknown")


def test_what_a_decorator_returns_keeps_the_name_of_its_variable(shop: World) -> None:
    found = find(shop, "shop.orders.doubled")
    assert (found.canonical, found.kind) == ("shop.orders.doubled", "function")


def test_a_fallback_for_a_missing_import_is_no_function(shop: World) -> None:
    assert find(shop, "shop.orders.fast").kind != "function"


def test_decorators_are_canonical_and_keep_their_text(shop: World) -> None:
    assert find(shop, "shop.orders.decorated").decorators == (
        Decorator("functools.partial", "functools.partial(twice)"),
        Decorator("shop.orders.twice", "twice"),
    )


def test_a_module(shop: World) -> None:
    found = find(shop, "shop.orders")
    assert (found.kind, found.canonical) == ("module", "shop.orders")
    assert found.path.endswith("shop/orders.py")


def test_a_question_does_not_depend_on_those_before(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, SITE)
    asked = ["shop.orders.Both", "shop.orders.both.inside", "shop.orders.Loop", "shop.send_out"]
    first, second = world_of(folder), world_of(folder)
    assert [find(first, each) for each in asked] == [find(second, each) for each in reversed(asked)][::-1]


@pytest.mark.parametrize(
    "dotted, canonical, kind",
    [
        ("asyncio.to_thread", "asyncio.threads.to_thread", "function"),
        ("asyncio.run", "asyncio.runners.run", "function"),
        ("threading.Thread", "threading.Thread", "class"),
        ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.thread.ThreadPoolExecutor", "class"),
        ("unittest.mock.AsyncMock", "unittest.mock.AsyncMock", "class"),
        ("functools.partial", "functools.partial", "class"),
        ("functools.wraps", "functools.wraps", "function"),
        ("contextlib.asynccontextmanager", "contextlib.asynccontextmanager", "function"),
        ("unittest.IsolatedAsyncioTestCase", "unittest.async_case.IsolatedAsyncioTestCase", "class"),
        ("unittest.TestCase.setUp", "unittest.case.TestCase.setUp", "function"),
        ("builtins.dict", "builtins.dict", "class"),
        ("collections.OrderedDict", "collections.OrderedDict", "class"),
        ("os.path.join", "os.path.join", "function"),
    ],
)
def test_the_standard_library_has_stable_names(shop: World, dotted: str, canonical: str, kind: str) -> None:
    found = find(shop, dotted)
    assert (found.canonical, found.kind) == (canonical, kind)


def test_the_standard_library_is_shown_in_its_real_source(shop: World) -> None:
    found = find(shop, "asyncio.to_thread")
    assert found.path == f"{STDLIB}/asyncio/threads.py"
    assert Path(found.path).read_text(encoding="utf-8").splitlines()[found.line - 1].startswith("async def to_thread")
    assert found.is_async
    assert [param.name for param in found.params] == ["func", "args", "kwargs"]
    assert found.decorators == ()


def test_classes_of_the_standard_library_have_the_bases_of_run_time(shop: World) -> None:
    assert find(shop, "builtins.dict").mro == ("builtins.dict",)
    assert find(shop, "collections.OrderedDict").mro == ("collections.OrderedDict", "builtins.dict")
    mock = find(shop, "unittest.mock.AsyncMock")
    assert mock.complete
    assert "unittest.mock.Mock" in mock.mro


def test_without_any_environment_the_standard_library_is_still_known() -> None:
    assert find(open_world([], [], (3, 12)), "asyncio.to_thread").canonical == "asyncio.threads.to_thread"


@pytest.mark.parametrize("version", [(3, 8), (3, 14), (3, 99)])
def test_any_python_version_is_answered(tmp_path: Path, version: tuple[int, int]) -> None:
    folder = write_tree(tmp_path, SITE)
    world = open_world([str(folder), STDLIB], [], version)
    assert find(world, "shop.orders.both").type == "shop.orders.Both"


def test_source_of_a_newer_grammar_is_read(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, {"new.py": "class Base: pass\nclass A[T](Base): pass\ndef f[T](x: T) -> T: pass\n"})
    world = open_world([str(folder), STDLIB], [], (3, 14))
    assert find(world, "new.A").mro == ("new.A", "new.Base")
    assert [param.name for param in find(world, "new.f").params] == ["x"]


def test_stubs_do_not_hide_source_and_serve_where_there_is_none(tmp_path: Path) -> None:
    files = {
        "both/__init__.py": "from both.real import thing\n",
        "both/__init__.pyi": "def thing(): ...\n",
        "both/real.py": "def thing(): pass\n",
        "only.pyi": "def stubbed(x: int) -> str: ...\n",
    }
    world = world_of(write_tree(tmp_path, files))
    assert find(world, "both.thing").canonical == "both.real.thing"
    assert find(world, "only.stubbed").canonical == "only.stubbed"


def test_bundled_stubs_do_not_hide_an_installed_package(tmp_path: Path) -> None:
    files = {
        "django/__init__.py": "",
        "django/db/__init__.py": "",
        "django/db/models/__init__.py": "from django.db.models.moved import Model\n",
        "django/db/models/moved.py": "class Model:\n    async def asave(self): pass\n",
    }
    world = world_of(write_tree(tmp_path, files))
    assert find(world, "django.db.models.Model").mro == ("django.db.models.moved.Model",)
    assert find(world, "django.db.models.Model.asave").is_async


def test_a_namespace_package(tmp_path: Path) -> None:
    world = world_of(write_tree(tmp_path, {"space/part/leaf.py": "def f(): pass\n"}))
    assert find(world, "space.part.leaf.f").canonical == "space.part.leaf.f"


def test_pytest_as_it_is_installed(own: World) -> None:
    assert find(own, "pytest.fixture").canonical == "_pytest.fixtures.fixture"
    mark = find(own, "pytest.mark")
    assert (mark.kind, mark.type) == ("instance", "_pytest.mark.structures.MarkGenerator")
    served = find(own, "pytest.mark.django_db")
    assert served.canonical == "_pytest.mark.structures.MarkGenerator.django_db"
    assert served.type == "_pytest.mark.structures.MarkDecorator"
    assert find(own, "pytest_asyncio.fixture").canonical == "pytest_asyncio.plugin.fixture"


PLUGIN = {
    "plugin/__init__.py": "",
    "plugin/entry.py": (
        "from typing import Any, overload\n"
        "import os, plugin.more as more\n"
        "from plugin.fixtures import (one, _two as two,\n"
        "    three)\n"
        "from plugin.star import *\n"
        "from plugin.listed import *\n"
        "from plugin.nowhere import gone\n"
        "import pytest\n"
        "SETTING = 'x'\n"
        "KEY: int = 3\n"
        "same = one\n"
        "@pytest.fixture\n"
        "def _here(one, request): yield 1\n"
        "class Helper: pass\n"
        "if SETTING:\n"
        "    def conditional(): pass\n"
        "hook = Helper()\n"
        "def plain(db): pass\n"
        "made = pytest.fixture(scope='module')(plain)\n"
        "name = other = factory()\n"
        "def factory(): return plain\n"
    ),
    "plugin/fixtures.py": (
        "import pytest as pt\n"
        "from pytest import fixture as fix, fixture\n"
        "session = fixture(scope='session')\n"
        "bare = pt.fixture\n"
        "@fix(autouse=True)\n"
        "async def one(two): pass\n"
        "@session\n"
        "def _two(): pass\n"
        "@bare\n"
        "def three(db=None): pass\n"
    ),
    "plugin/star.py": "from plugin.deeper import *\ndef starred(): pass\ndef _not_starred(): pass\n",
    "plugin/deeper.py": "def deeper(): pass\n",
    "plugin/listed.py": (
        "__all__ = ['listed']\n__all__ += ('_listed',)\n"
        "def listed(): pass\ndef _listed(): pass\ndef not_listed(): pass\n"
    ),
    "plugin/more.py": "",
    "pytest/__init__.py": "from _pytest.fixtures import fixture\n",
    "_pytest/fixtures.py": "def fixture(function=None, *, scope='function'): pass\n",
}

FIXTURE = "_pytest.fixtures.fixture"


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(write_tree(tmp_path_factory.mktemp("plugins"), PLUGIN))


def test_the_functions_of_a_module_come_with_imported_ones(plugin: World) -> None:
    found = members(plugin, "plugin.entry")
    assert {name: each.canonical for name, each in found.items() if each.kind == "function"} == {
        "_here": "plugin.entry._here",
        "_listed": "plugin.listed._listed",
        "conditional": "plugin.entry.conditional",
        "deeper": "plugin.deeper.deeper",
        "factory": "plugin.entry.factory",
        "listed": "plugin.listed.listed",
        "made": "plugin.entry.made",
        "one": "plugin.fixtures.one",
        "plain": "plugin.entry.plain",
        "same": "plugin.fixtures.one",
        "starred": "plugin.star.starred",
        "three": "plugin.fixtures.three",
        "two": "plugin.fixtures._two",
    }


def test_what_may_be_a_function_is_there_and_what_cannot_be_is_not(plugin: World) -> None:
    found = members(plugin, "plugin.entry")
    assert {name for name, each in found.items() if each.kind != "function"} == {"name", "other"}


def test_fixtures_are_decorated_by_pytest_whatever_it_is_called(plugin: World) -> None:
    found = members(plugin, "plugin.entry")
    assert found["one"].decorators == (Decorator(FIXTURE, "fix(autouse=True)"),)
    assert found["one"].is_async
    assert [param.name for param in found["one"].params] == ["two"]
    assert found["two"].decorators == (Decorator(FIXTURE, "fixture(scope='session')"),)
    assert found["three"].decorators == (Decorator(FIXTURE, "bare"),)
    assert found["three"].params == (Param("db", "normal", True),)
    assert found["made"].decorators == (Decorator(FIXTURE, "pytest.fixture(scope='module')"),)
    assert [param.name for param in found["made"].params] == ["db"]
    assert found["_here"].is_generator


def test_the_methods_of_a_class_that_is_a_plugin(own: World) -> None:
    found = members(own, "_pytest.legacypath.LegacyTmpdirPlugin")
    assert [each.canonical for each in found["tmpdir"].decorators] == [FIXTURE, "builtins.staticmethod"]
    assert [param.name for param in found["tmpdir"].params] == ["tmp_path"]


def test_the_members_of_nothing_are_none(plugin: World) -> None:
    assert members(plugin, "plugin.nowhere") == {}
    assert members(plugin, "plugin.more") == {}


def test_the_fixtures_of_pytest_itself(own: World) -> None:
    found = members(own, "_pytest.tmpdir")
    assert found["tmp_path"].decorators[0].canonical == FIXTURE
    assert found["tmp_path"].params[0].name == "request"
    assert members(own, "_pytest.monkeypatch")["monkeypatch"].is_generator


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> World:
    site = write_tree(tmp_path_factory.mktemp("project_site"), SITE)
    root = write_tree(
        tmp_path_factory.mktemp("project"),
        {"app/__init__.py": "", "app/models.py": "from shop.orders import Both\nclass Order(Both): pass\n"},
    )
    return open_world([str(site), STDLIB], [str(root)], VERSION)


@pytest.mark.parametrize(
    "source, expected",
    [
        ("from app.models import Order\no = Order()\no^.save()\n", "app.models.Order"),
        ("from app.models import Order\ndef test(o: Order):\n    o.inside^.x()\n", "shop.orders.Plain"),
        ("from shop.orders import build\nbuild()^.x\n", "shop.orders.Plain"),
        ("async def get() -> int: ...\nasync def test():\n    (await get())^\n", "builtins.int"),
        ("from app.models import Order\nx = Order() if y else None\nx^\n", "app.models.Order"),
        ("from app.models import Order\no = [Order()]\no[0]^.x(\n", "app.models.Order"),
    ],
)
def test_the_type_of_an_expression(project: World, source: str, expected: str) -> None:
    found = type_at(project, source)
    assert found is not None
    assert (found.kind, found.type, found.mro[0]) == ("instance", expected, expected)


@pytest.mark.parametrize(
    "source",
    [
        "unknown^\n",
        "x = 1 if y else 'a'\nx^\n",
        "^",
        "def f(:\n  (^\n",
        "from shop.orders import fast\nfast^\n",
    ],
)
def test_an_expression_of_no_single_type_is_unknown(project: World, source: str) -> None:
    assert type_at(project, source) is None


def test_an_expression_that_is_a_function_or_a_class(project: World) -> None:
    found = type_at(project, "from shop import send_out\nsend_out^\n")
    assert found is not None
    assert (found.kind, found.canonical) == ("function", "shop.orders.ship")
    found = type_at(project, "from app.models import Order\nOrder^\n")
    assert found is not None
    assert (found.kind, found.mro[:2]) == ("class", ("app.models.Order", "shop.orders.Both"))


@pytest.mark.parametrize(
    "source, kind, canonical, type_",
    [
        ("from app.models import Order\no = Order()\nprint(^o)\n", "statement", "o", "app.models.Order"),
        ("from app.models import Or^der\n", "class", "app.models.Order", ""),
        ("from app.models import Order as O\nO^()\n", "class", "app.models.Order", ""),
        ("import app.mo^dels\n", "module", "app.models", ""),
        ("from shop import send_out\nsend_o^ut()\n", "function", "shop.orders.ship", ""),
        ("from app.models import Order\ndef f(o: Order):\n    ^o.inside\n", "param", "o", "app.models.Order"),
        (
            "from app.models import Order\nOrder().ins^ide\n",
            "statement",
            "shop.orders.Both.__init__.inside",
            "shop.orders.Plain",
        ),
        ("from app.models import Order\nx = [Order()\nOrd^er(\n", "class", "app.models.Order", ""),
        ("'é😀'; from app.models import Or^der\n", "class", "app.models.Order", ""),
    ],
)
def test_what_a_name_stands_for(project: World, source: str, kind: str, canonical: str, type_: str) -> None:
    (found,) = targets_at(project, source)
    assert (found.kind, found.canonical, found.type) == (kind, canonical, type_)


def test_a_target_is_where_its_name_stands(project: World) -> None:
    (found,) = targets_at(project, "from app.models import Or^der\n")
    assert (Path(found.path).name, found.line, found.column, found.name) == ("models.py", 2, 6, "Order")


def test_a_target_says_how_it_is_called_and_what_it_does(project: World) -> None:
    source = 'def f(a, *, b: int = 1) -> str:\n    """Does it.\n\n    At length."""\n^f\n'
    (found,) = targets_at(project, source)
    assert (found.signature, found.doc) == ("(a, *, b: int=1) -> str", "Does it.")


def test_the_standard_library_is_gone_to_in_its_real_source(project: World) -> None:
    (found,) = targets_at(project, "from asyncio import to_thr^ead\n")
    assert (found.path, found.canonical) == (os.path.join(STDLIB, "asyncio", "threads.py"), "asyncio.threads.to_thread")
    assert found.signature.startswith("(func: ")


@pytest.mark.parametrize(
    "source", ["unkn^own\n", "# Or^der\n", "^", "x = 'Or^der'\n", "import nowh^ere\n", "def f(:\n  x.^y(\n"]
)
def test_what_stands_for_nothing_that_is_known(project: World, source: str) -> None:
    assert [one for one in targets_at(project, source) if one.kind != "statement"] == []


def test_a_place_that_is_not_in_the_text_has_no_target(project: World) -> None:
    assert answer(project, PlaceQuestion("/project/test_it.py", "x\n", 9, 0)) == (Answer(), "")


def test_names_are_asked_of_the_environment_alone(project: World) -> None:
    assert unknown(project, "app.models.Order")
