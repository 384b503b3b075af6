"""Every rule once more, in another spelling and in other company than in `projects`: file name to text.

`rules` says which test stands for which rule. Nothing here is meant to be good style.
"""

from __future__ import annotations

INI = "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"

COLLECTION = {
    "pytest.ini": INI
    + "collect_imported_tests = false\npython_files = test_*.py *_spec.py\n"
    + "python_classes = Test *Spec\npython_functions = test it_*\nnorecursedirs = fixtures_* .*\n",
    "shared_cases.py": """
import unittest
class TestShared:
    def test_shared(self): pass
class BaseUnit(unittest.TestCase):
    def test_unit(self): pass
def test_loose(): pass
""",
    "test_imports.py": """
from shared_cases import *
from shared_cases import TestShared as TestOther
class TestHere(TestShared):
    def test_here(self): pass
class UnitHere(BaseUnit): pass
class TestUses:
    TestInside = TestShared
""",
    "calc_spec.py": """
class CalcSpec:
    def it_adds(self): pass
    def adds(self): pass
    class InnerSpec:
        def it_nests(self): pass
    class Inner:
        def it_does_not(self): pass
def it_works(): pass
def works(): pass
works.__test__ = True
def it_is_off(): pass
it_is_off.__test__ = False
""",
    "plain.py": "def test_no(): pass\n",
    "conftest.py": 'collect_ignore = ["legacy"]\ncollect_ignore_glob = ["*_old_spec.py", "deep/*_gone.py"]\n',
    "legacy/test_legacy.py": "def test_no(): pass\n",
    "a_old_spec.py": "def it_is_old(): pass\n",
    "deep/test_gone.py": "def test_gone(): pass\n",
    "deep/test_kept.py": "def test_kept(): pass\n",
    "fixtures_data/test_data.py": "def test_no(): pass\n",
    "test_shapes.py": """
import abc
import functools
import unittest
import pytest

class Made:
    def __call__(self): pass
test_instance = Made()
test_number = 1
def takes(tmp_path, value): pass
test_partial = functools.partial(takes, value=1)
test_lambda = lambda tmp_path: None
class TestBound:
    test_lambda = lambda self, tmp_path: None
    @staticmethod
    def test_static(tmp_path): pass
    @classmethod
    def test_class(cls, tmp_path): pass
class Parent(abc.ABC):
    @abc.abstractmethod
    def needed(self): pass
class TestStillAbstract(Parent):
    def test_no(self): pass
class TestFilledIn(Parent):
    def needed(self): pass
    def test_yes(self): pass
class Constructed:
    def __init__(self, x=1): pass
class TestConstructed(Constructed):
    def test_no(self): pass
class TestMadeNew:
    def __new__(cls, *args): return super().__new__(cls)
    def test_no(self): pass
class One:
    def test_shared(self): pass
    def test_one(self): pass
class Two:
    def test_shared(self, tmp_path): pass
    def test_two(self): pass
class TestDiamond(Two, One):
    def test_own(self): pass
class TestSwitched:
    __test__ = False
    def test_off(self): pass
class TestSwitchedSub(TestSwitched): pass
class SwitchedOn(TestSwitched):
    __test__ = True
class TestOuter:
    def test_outer(self): pass
    class TestInner:
        def test_inner(self): pass
        class Test:
            def test_innermost(self): pass
class lower_case_unit(unittest.TestCase):
    def test_z(self): pass
    def test_a(self): pass
    def testCamel(self): pass
    def it_is_no_unittest(self): pass
    class TestNotInside:
        def test_no(self): pass
class RunsItself(unittest.TestCase):
    def runTest(self): pass
    def check(self): pass
class HasBoth(RunsItself):
    def test_only_this(self): pass
class TurnedOff(lower_case_unit):
    __test__ = False
class TurnedOnAgain(TurnedOff):
    __test__ = True
    def test_more(self, tmp_path=None): pass
""",
}

BROKEN = {
    "pytest.ini": INI,
    "test_yields.py": "def test_yields():\n    yield\ndef test_beside(): pass\n",
    "test_yields_in_class.py": """
class TestX:
    def test_yields(self):
        yield 1
    def test_beside(self): pass
    class TestInside:
        def test_inside(self): pass
class TestY:
    def test_in_other_class(self): pass
def test_outside(): pass
""",
    "test_fine.py": "def test_fine(tmp_path): pass\n",
}

SKIPPED = {
    "pytest.ini": INI,
    "test_skipped.py": """
import os
import unittest
import pytest
from unittest import skip, skipIf as skip_if
from django.test import TestCase, TransactionTestCase
@unittest.skip("why")
class Skipped(TestCase):
    @pytest.fixture(autouse=True)
    def own(self): pass
    @classmethod
    def setUpClass(cls): super().setUpClass()
    def setup_method(self, method): pass
    def test_skipped(self): pass
    async def test_skipped_async(self): pass
class InheritsSkip(Skipped):
    def test_more(self): pass
class NoLonger(Skipped):
    __unittest_skip__ = False
    def test_again(self): pass
@skip_if(True, "why")
class SkippedIf(unittest.TestCase):
    def test_skipped(self): pass
@unittest.skipUnless(1, "why")
class NotSkipped(unittest.TestCase):
    def test_not(self): pass
class NotFilled(unittest.TestCase):
    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.lost)])
    def test_not_filled(self, x=1): pass
    @pytest.mark.parametrize("x", [])
    def test_not_empty(self, x=1): pass
class SaysSo(TransactionTestCase):
    __unittest_skip__ = True
    __unittest_skip_why__ = "so"
    def test_says(self): pass
class Methods(TestCase):
    @skip("why")
    async def test_skip(self): pass
    @unittest.skip
    async def test_bare(self): pass
    @skip_if(True, "why")
    async def test_if(self): pass
    @skip_if(False, "why")
    async def test_if_not(self): pass
    @unittest.skipUnless(False, "why")
    async def test_unless(self): pass
    @unittest.expectedFailure
    async def test_fails(self): assert False
@pytest.mark.asyncio
@unittest.skip("why")
async def test_function(tmp_path): pass
class TestPlain:
    @unittest.skip("why")
    @pytest.mark.asyncio
    async def test_method(self, tmp_path): pass
""",
}

PARAMETERS = {
    "pytest.ini": INI,
    "conftest.py": """
import pytest
@pytest.fixture
def value(): return 1
@pytest.fixture
def other(value): return 2
@pytest.fixture
def further(other): return 3
""",
    "test_parameters.py": """
import functools
from functools import partial
from unittest import mock
from unittest.mock import DEFAULT, patch
import pytest

def test_defaults(value, other=1, *, further, last=None): pass
def test_star(value, *args, further, **kwargs): pass
def test_positional(value, /, other): pass
class TestFirst:
    def test_self_is_dropped(this, value): pass
    @staticmethod
    def test_static_keeps(value): pass
    @classmethod
    def test_class_drops(klass, value): pass
    def test_positional_self(self, /, value): pass

def deco(func):
    @functools.wraps(func)
    def inner(*args, **kwargs): return func(*args, **kwargs)
    return inner
@deco
@deco
def test_wrapped_twice(value, other): pass
def helper(first, value, other): pass
test_part = partial(helper, 1, other=2)

@patch("os.getcwd")
@patch("os.getpid")
@patch.object(functools, "reduce")
def test_three_mocks(reduce, getpid, getcwd, value): pass
@mock.patch("os.getcwd", new=DEFAULT)
def test_new_default(getcwd, value): pass
@patch.object(functools, "reduce", mock.DEFAULT)
def test_new_default_by_position(reduce, value): pass
@patch("os.getcwd", autospec=True)
def test_autospec(getcwd, value): pass
@patch("os.getcwd", new=lambda: "")
@patch.object(functools, "reduce", None)
@patch.dict("os.environ")
@patch.multiple("os", getpid=1)
def test_none_counts(value): pass
@mock.patch.multiple("os", getcwd=mock.DEFAULT)
def test_multiple(value, getcwd=None): pass
@deco
@patch("os.getcwd")
def test_under_wraps(getcwd, value): pass
@patch("os.getcwd")
class TestAll:
    def test_one(self, getcwd, value): pass
    @patch("os.getpid")
    @staticmethod
    def test_static(getpid, getcwd, value): pass
    def helper(self, value): pass

@pytest.mark.parametrize("value", [1])
def test_filled(value, further): pass
@pytest.mark.parametrize(["value", "other"], [(1, 2)])
def test_listed(value, other): pass
@pytest.mark.parametrize("value,", [(1,)])
def test_trailing_comma(value): pass
@pytest.mark.parametrize(" value , other ", [(1, 2)])
def test_spaces(value, other): pass
@pytest.mark.parametrize("value", [1], indirect=True)
def test_indirect(value): pass
@pytest.mark.parametrize("value, other", [(1, 2)], indirect=["other"])
def test_partly_indirect(value, other): pass
@pytest.mark.parametrize("value", [])
def test_empty(value): pass
@pytest.mark.parametrize("other", ())
class TestEmpty:
    def test_empty_class(self, other): pass
@pytest.mark.parametrize("value", [1], ids=[pytest.HIDDEN_PARAM])
def test_hidden(value): pass
@pytest.mark.parametrize("value", [pytest.param(1, id=pytest.HIDDEN_PARAM)])
def test_hidden_param(value): pass
@pytest.mark.parametrize("value", [1])
class TestFilledInClass:
    def test_transitive(self, further): pass
    @pytest.mark.parametrize("other", [2])
    def test_both(self, value, other): pass
def test_request(request, value): request.node
class TestRequest:
    @pytest.fixture
    def asks(self, request): return request
    def test_request_of_fixture(self, asks): pass
""",
    "test_module_fill.py": """
import pytest
pytestmark = [pytest.mark.parametrize("other", [1]), pytest.mark.usefixtures("other")]
def test_filled_by_module(further): pass
class TestX:
    def test_filled_in_class(self, further, other): pass
""",
}

FIXTURES = {
    "pytest.ini": INI + "usefixtures = from_ini second_ini\naddopts = -p plug_first -p no:legacypath\n",
    "conftest.py": """
import pytest
from library import *
from library import given as taken, _private
from names import fix
pytest_plugins = ["plug_named"]
again = taken
@pytest.fixture
def from_ini(): pass
@pytest.fixture(scope="module")
def second_ini(): pass
@pytest.fixture(autouse=True)
def z_first(): pass
@pytest.fixture(autouse=True)
def a_second(): pass
@pytest.fixture
def layered(): return ["root"]
@pytest.fixture
def needs_layered(layered): return layered
@pytest.fixture
def shadowed(): return "conftest"
@pytest.fixture(name="twice")
def _twice_z(twice): return "z"
@pytest.fixture(name="twice")
def _twice_a(tmp_path): return "a"
@pytest.fixture
def redefined(tmp_path): pass
@pytest.fixture
def redefined(): pass
class Holder:
    @pytest.fixture
    def in_holder(self): pass
by_call = fix(scope="session")(lambda: None)
def plain(layered): pass
called = pytest.fixture(plain)
module_wide = pytest.fixture(scope="module")
@module_wide
def wide(): pass
try:
    import surely_not_there
except ImportError:
    @pytest.fixture
    def fallback(): pass
def maker(n):
    @pytest.fixture(name=n, scope="class")
    def one(layered_class): pass
    return one
first_made, second_made = maker("made_a"), maker("made_b")
@pytest.fixture(scope="class")
def layered_class(): pass
@pytest.fixture
def lazily(request): return request.getfixturevalue("only_lazily")
@pytest.fixture
def only_lazily(): pass
@pytest.fixture
def over_chain(needed_by_first): pass
@pytest.fixture
def needed_by_first(): pass
""",
    "names.py": "from pytest import fixture as fix\n",
    "library.py": """
import pytest
__all__ = ("exported", "_also")
@pytest.fixture
def exported(): pass
@pytest.fixture
def _also(): pass
@pytest.fixture
def not_exported(): pass
@pytest.fixture
def given(exported): pass
@pytest.fixture
def _private(): pass
""",
    "plug_first.py": """
import pytest
pytest_plugins = "plug_inner,plug_inner_two"
@pytest.fixture
def shadowed(): return "first"
@pytest.fixture
def inner(): return "first"
""",
    "plug_inner.py": "import pytest\n@pytest.fixture\ndef inner(inner): return 'inner'\n",
    "plug_inner_two.py": "import pytest\n@pytest.fixture\ndef inner(inner): return 'two'\n",
    "plug_named.py": """
import pytest
@pytest.fixture
def shadowed(): return "named"
@pytest.fixture
def named(shadowed): pass
""",
    "test_uses.py": """
import pytest
def test_attribute_name(taken, again): pass
def test_star(exported, _also, _private): pass
def test_call(by_call, called, wide): pass
def test_made(made_a, made_b): pass
def test_condition(fallback): pass
def test_twice(twice): pass
def test_redefined(redefined): pass
def test_plugins(inner, shadowed, named): pass
def test_lazily(lazily): pass
@pytest.fixture
def over_chain(over_chain): pass
def test_over_chain(over_chain): pass
class TestHidden:
    @classmethod
    @pytest.fixture
    def hidden(cls): pass
    def test_beside(self): pass
class Base:
    @pytest.fixture
    def inherited(self): return 1
    @pytest.fixture(name="renamed")
    def _renamed(self, inherited): pass
class TestInherits(Base):
    def test_inherited(self, renamed): pass
class TestOverrides(Base):
    @pytest.fixture
    def inherited(self, layered): return 2
    def test_overridden(self, renamed): pass
    class TestNested:
        @pytest.fixture
        def layered(self, layered): return 3
        def test_nested(self, inherited, layered): pass
class TestSetup:
    def setup_method(self): pass
    class TestNested:
        def test_nested(self): pass
@pytest.mark.usefixtures("named")
class TestOrder:
    @pytest.fixture(autouse=True, scope="class")
    def c_wide(self): pass
    @pytest.fixture(autouse=True)
    def b_narrow(self): pass
    @pytest.mark.usefixtures("wide", "exported")
    def test_order(self, by_call, taken): pass
""",
    "test_statics.py": """
import pytest
class TestStatics:
    @pytest.fixture
    @staticmethod
    def below(layered): pass
    @staticmethod
    @pytest.fixture
    def above(below): pass
    def test_statics(self, above): pass
class TestStaticsToo(TestStatics):
    def test_more(self, below): pass
""",
    "test_z_plugged.py": "pytest_plugins = 'plug_module'\ndef test_plugged(shadowed, module_only): pass\n",
    "plug_module.py": """
import pytest
pytest_plugins = ("plug_module_inner",)
@pytest.fixture
def shadowed(shadowed): return "module"
@pytest.fixture
def module_only(deepest): pass
""",
    "plug_module_inner.py": "import pytest\n@pytest.fixture\ndef deepest(shadowed): pass\n",
    "tree/conftest.py": """
import pytest
@pytest.fixture
def layered(layered): return [*layered, "tree"]
@pytest.fixture(autouse=True)
def m_auto(layered): pass
""",
    "tree/branch/conftest.py": """
import pytest
@pytest.fixture
def layered(layered, tmp_path): return [*layered, "branch"]
""",
    "tree/branch/test_leaf.py": """
import pytest
@pytest.fixture
def layered(needs_more, layered): return layered
@pytest.fixture
def needs_more(): pass
def test_leaf(needs_layered): pass
class TestLeaf:
    @pytest.fixture
    def layered(self): return "cut"
    def test_cut(self, needs_layered): pass
""",
    "tree/test_tree.py": "def test_tree(needs_layered): pass\n",
}

IMPERATIVE = {
    "pytest.ini": INI + "addopts = -p plug_registers\n",
    "plug_registers.py": """
import pytest
from pytest import register_fixture as reg
def _base(tmp_path): return 1
def pytest_collection(session):
    reg(name="registered", func=_base, node=session)
    reg(name="registered_auto", func=lambda: None, node=session, autouse=True)
""",
    "conftest.py": """
import pytest
def over(registered): return registered
def pytest_sessionstart(session): pass
def pytest_collection(session):
    pytest.register_fixture(name="from_conftest", func=over, node=session, scope="function")
@pytest.fixture
def registered(registered): return registered
""",
    "test_registered.py": """
def test_registered(registered): pass
def test_from_conftest(from_conftest): pass
""",
}

FACTORIES = {
    "pytest.ini": INI,
    "models.py": """
class Model:
    def __init__(self, **values): pass
class Shop(Model): pass
class OrderLine(Model): pass
class HTMLPage(Model): pass
""",
    "shop_factories.py": """
import factory
import models
class ShopFactory(factory.Factory):
    class Meta:
        model = models.Shop
    title = "x"
class OrderLineFactory(factory.Factory):
    class Meta:
        model = models.OrderLine
    shop = factory.SubFactory(ShopFactory, title="y")
    amount = factory.Sequence(int)
class PageFactory(factory.Factory):
    class Meta:
        model = models.HTMLPage
    url = factory.LazyAttributeSequence(lambda o, n: n)
class GoldShopFactory(ShopFactory):
    rank = 1
""",
    "conftest.py": """
import pytest_factoryboy as pf
import shop_factories as sf
pf.register(sf.ShopFactory)
pf.register(sf.OrderLineFactory)
pf.register(sf.PageFactory)
pf.register(sf.GoldShopFactory, "gold_shop", rank=2)
""",
    "test_shop.py": """
import pytest
def test_shop(shop, shop_factory): pass
def test_line(order_line): pass
def test_attribute(order_line__amount, shop__title): pass
def test_page(html_page, page_factory): pass
def test_gold(gold_shop, gold_shop__rank, gold_shop__title): pass
@pytest.fixture
def shop__title(tmp_path): return "z"
def test_overridden(order_line): pass
class TestIn:
    @pytest.fixture
    def shop(self, shop__title): return shop__title
    def test_in_class(self, order_line, shop): pass
""",
}

MARKS = {
    "pytest.ini": INI,
    "conftest.py": "import pytest\npytestmark = [pytest.mark.nowhere]\n",
    "pack/__init__.py": "import pytest\npytestmark = [pytest.mark.nowhere, pytest.mark.django_db]\n",
    "pack/conftest.py": "from pytest import mark\npytestmark = mark.nowhere\n",
    "pack/test_packed.py": "def test_packed(): pass\n",
    "test_again.py": """
import functools
import pytest
from pytest import mark, param
from django.test import SimpleTestCase, TestCase, tag
pytestmark = [mark.m1, mark.m2]

@mark.third
@mark.second(1)
@mark.first
def test_bottom_up(): pass
@mark.parametrize("a", [param(1, marks=[mark.p1, mark.p2])])
@mark.own
def test_param_after_own(a): pass
@mark.parametrize("a", [param(1, marks=mark.one)])
@mark.parametrize("b", [param(1, marks=mark.two)])
def test_two_params(a, b): pass
@mark.base_outer
@mark.base_inner
class Base:
    pytestmark = [mark.base_attr]
    def test_base(self): pass
@mark.mixin
class Mixin:
    def test_mixin(self): pass
@mark.top
class TestStack(Mixin, Base):
    pytestmark = mark.attr
    @mark.fn
    def test_stack(self): pass
    @mark.nested
    class TestNested(Mixin):
        def test_nested(self): pass

def deco(func):
    @functools.wraps(func)
    def inner(*a, **k): return func(*a, **k)
    return inner
@mark.above
@deco
@mark.below
@deco
def test_wrapped(): pass
@mark.chain(1).with_args(2)(x=1)
@mark.chain(3)
def test_chain(): pass
@tag("slow")
class Tagged(TestCase):
    @mark.own
    @tag("quick")
    def test_tagged(self): pass
@tag("outer_tag")
@mark.cls
class TaggedSimple(SimpleTestCase):
    def test_class_tag(self): pass

@mark.usefixtures("tmp_path")
@mark.usefixtures("tmp_path_factory")
class TestMerged:
    pytestmark = mark.usefixtures("capsys")
    @mark.usefixtures("monkeypatch")
    @mark.usefixtures("recwarn")
    def test_all_iterated(self): pass

pytestmark_elsewhere = mark.not_counted
""",
    "test_closest.py": """
import pytest
from pytest import mark, param
import seen
tx = mark.django_db(transaction=True)
pytestmark = [mark.django_db(databases=["other"]), mark.django_db(transaction=True)]
def test_first_of_list(): pass
@tx
@mark.django_db
def test_bottom_wins(): pass
@mark.parametrize("x", [param(1, marks=tx)])
@mark.django_db
def test_function_beats_param(x): pass
@mark.django_db
class TestClass:
    @mark.parametrize("x", [param(1, marks=tx)])
    def test_param_beats_class(self, x): pass
    def test_class_beats_module(self): pass
@mark.django_db
class Base: pass
@tx
class TestDerived(Base):
    def test_base_beats_derived(self): pass
@tx
class TestOuter:
    class TestInner:
        def test_outer_counts(self): pass
@mark.django_db(transaction=True)
class TestNoMerge:
    @mark.django_db(databases=["default", "other"])
    def test_no_merge(self): pass
""",
    "test_tags_many.py": """
from django.test import TestCase, tag
from pytest import mark
@tag("a")
class One(TestCase):
    @tag("b")
    @mark.own
    def test_one(self): pass
""",
}

HOOKS = {
    "pytest.ini": INI + "addopts = -p plug_hooks\n",
    "plug_hooks.py": """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.plugin_all)
def pytest_itemcollected(item):
    item.add_marker(pytest.mark.plugin_each)
""",
    "conftest.py": """
import pytest
def pytest_itemcollected(item):
    item.add_marker("root_each")
def pytest_collection_modifyitems(session, config, items):
    for item in list(items):
        if item.get_closest_marker("slow") is None:
            continue
        item.add_marker(pytest.mark.django_db(transaction=True))
    for number, item in enumerate(items):
        if not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db, append=False)
        if item.get_closest_marker("to_anyio"):
            item.add_marker(pytest.mark.anyio)
def pytest_generate_tests(metafunc):
    if "filled" in metafunc.fixturenames:
        metafunc.parametrize("filled", [1, 2])
@pytest.fixture
def filled(tmp_path): pass
@pytest.fixture
def via(filled): pass
""",
    "sub/conftest.py": """
import pytest
@pytest.hookimpl(trylast=True)
def pytest_itemcollected(item):
    item.add_marker(pytest.mark.sub_each)
""",
    "sub/test_sub.py": """
import pytest
@pytest.mark.own
def test_sub(): pass
class TestSub:
    pytestmark = pytest.mark.cls
    def test_in_class(self): pass
""",
    "test_hooks.py": """
import pytest
import seen
@pytest.mark.slow
def test_slow(): pass
@pytest.mark.to_anyio
async def test_made_anew(): seen.here()
def test_quick(): pass
@pytest.mark.django_db
def test_own(): pass
def test_filled(filled): pass
def test_filled_through_another(via): pass
class TestGenerates:
    def pytest_generate_tests(self, metafunc):
        if "number" in metafunc.fixturenames:
            metafunc.parametrize("number", [1])
    def test_number(self, number): pass
""",
}

PLUGIN_MARKS = {
    "pytest.ini": INI + "asyncio_mode = auto\nanyio_mode = auto\n",
    "test_added.py": """
import pytest
import seen
from pytest import mark
pytestmark = mark.module
@mark.own
async def test_asyncio_is_last(): pass
class TestX:
    pytestmark = mark.cls
    async def test_in_class(self): pass
    @mark.asyncio(loop_scope="class")
    async def test_marked_itself(self): pass
def test_sync(): pass
@mark.own
async def test_generator():
    yield
class TestY:
    async def test_generator_too(self):
        yield
@mark.anyio
async def test_anyio_too(): pass
@mark.anyio
class TestAnyio:
    @staticmethod
    async def test_static(): seen.here()
""",
}

ASYNC = {
    "pytest.ini": INI,
    "conftest.py": """
import pytest
import pytest_asyncio
@pytest.fixture
async def nobody_takes(): return 1
@pytest_asyncio.fixture
async def taken(): return 1
@pytest.fixture
def via(anyio_backend): return anyio_backend
@pytest.fixture
async def of_anyio(anyio_backend): return 1
@pytest.fixture
async def generated(anyio_backend):
    yield 1
""",
    "test_matrix.py": """
import asyncio
import functools
import unittest
import pytest
import seen
from asgiref.sync import async_to_sync, sync_to_async
from django.test import LiveServerTestCase, SimpleTestCase, TestCase, TransactionTestCase
from pytest import mark

@mark.trio
@mark.asyncio
async def test_trio_over_asyncio(): pass
@mark.trio
@mark.anyio
async def test_trio_over_anyio(): seen.here()
@mark.asyncio
@mark.anyio
async def test_asyncio_over_anyio(): seen.here()
async def test_backend_through_fixture(via): seen.here()
@mark.anyio
class TestAnyio:
    async def test_class_mark(self, of_anyio, generated): seen.here()
    def test_sync(self): seen.here()
@mark.anyio
class TestAnyioBound:
    @staticmethod
    async def test_static(): seen.here()
    @classmethod
    async def test_class(cls): seen.here()
    @mark.asyncio
    @staticmethod
    async def test_asyncio_too(): seen.here()
    @mark.parametrize("x", [1])
    @staticmethod
    async def test_filled(x): seen.here()
@mark.parametrize("x", [pytest.param(1, marks=mark.anyio)])
async def test_anyio_on_param(x): pass
@mark.parametrize("x", [pytest.param(1, marks=mark.anyio), pytest.param(2, marks=[mark.anyio])])
async def test_anyio_on_params(x): pass
async def test_nobody(): pass
class TestNobody:
    async def test_nobody(self): pass
@mark.asyncio
async def test_taken(taken): seen.here()
def test_taken_sync(taken): seen.here()
def test_not_taken(nobody_takes): pass
def blocking(func):
    @functools.wraps(func)
    def inner(*args, **kwargs): return asyncio.run(func(*args, **kwargs))
    return inner
@mark.asyncio
@blocking
async def test_blocking(): seen.here()
@mark.anyio
@blocking
async def test_blocking_anyio(): pass
class TestBound:
    @mark.asyncio
    @staticmethod
    async def test_static(taken): seen.here()
    @mark.asyncio
    @classmethod
    async def test_class(cls, taken): seen.here()
class IsolatedFirst(unittest.IsolatedAsyncioTestCase, SimpleTestCase):
    async def test_django(self): seen.here()
class DjangoFirst(TransactionTestCase, unittest.IsolatedAsyncioTestCase):
    async def test_django(self): seen.here()
class Isolated(unittest.IsolatedAsyncioTestCase):
    @mark.asyncio
    async def test_isolated(self): seen.here()
class SubIsolated(Isolated):
    async def test_more(self): seen.here()
class Plain(unittest.TestCase):
    @mark.asyncio
    async def test_passes_unrun(self): seen.here()
@mark.asyncio
class PlainMarked(unittest.TestCase):
    async def test_passes_unrun(self): seen.here()
class TakenPlain(unittest.TestCase):
    @mark.anyio
    async def test_taken(self): seen.here()
    @mark.trio
    async def test_trio(self): seen.here()
    @mark.anyio
    @mark.trio
    async def test_both(self): seen.here()
class TakenDjango(TestCase):
    @mark.anyio
    async def test_taken(self): pass
    @mark.anyio
    @mark.trio
    async def test_both(self): seen.here()
    @mark.trio
    async def test_wrapper_stays(self): seen.here()
class TakenIsolated(unittest.IsolatedAsyncioTestCase):
    @mark.trio
    async def test_trio(self): seen.here()
@mark.asyncio
async def test_generator():
    yield
@mark.asyncio
class TestGenerator:
    async def test_generator(self):
        yield
@sync_to_async
def test_refused(): pass
@async_to_sync
async def test_dropped(): pass
@mark.asyncio(loop_scope="module")
async def test_scoped(): seen.here()
@mark.asyncio(loop_scope="session")
class TestScoped:
    async def test_scoped(self): seen.here()
@mark.parametrize("x", [pytest.param(1, marks=mark.asyncio)])
async def test_asyncio_on_param(x): seen.here()
""",
    "test_module_mark.py": """
import seen
from pytest import mark
pytestmark = mark.anyio
async def test_by_module(): seen.here()
class TestX:
    @mark.asyncio
    async def test_own(self): seen.here()
""",
    "test_used.py": """
import seen
from pytest import mark
pytestmark = mark.usefixtures("anyio_backend")
async def test_used(): seen.here()
@mark.parametrize("anyio_backend", ["trio"])
async def test_filled(anyio_backend): seen.here()
""",
}

TRIO_MODE = {
    "pytest.ini": INI + "trio_mode = true\n",
    "conftest.py": """
import pytest
@pytest.fixture
async def of_trio(): return 1
""",
    "test_trio.py": """
import unittest
import seen
from pytest import mark
async def test_by_mode(of_trio): seen.here()
@mark.anyio
async def test_over_anyio(): seen.here()
class TestX:
    async def test_in_class(self): seen.here()
    @mark.trio
    async def test_marked(self): seen.here()
def test_sync(): seen.here()
class Plain(unittest.TestCase):
    async def test_unit(self): pass
""",
}

OPTIONS = {
    "pytest.ini": INI
    + "addopts = --asyncio-mode=auto -p plug_options -p no:anyio -p no:trio -o python_functions=check\n"
    + "  --import-mode=importlib\n",
    "plug_options.py": "import pytest\n@pytest.fixture\ndef optional(): pass\n",
    "conftest.py": "import pytest\n@pytest.fixture\nasync def taken(): return 1\n",
    "test_options.py": """
import unittest
import seen
from pytest import mark
async def check_async(optional, taken): seen.here()
def check_sync(optional): seen.here()
def test_no(): pass
@mark.anyio
async def check_anyio_is_blocked(): seen.here()
@mark.trio
async def check_trio_is_blocked(): seen.here()
class TestX:
    async def check_in_class(self): seen.here()
""",
}

BLOCKED = {
    "pytest.ini": INI + "addopts = -p no:asyncio\n",
    "test_blocked.py": """
import seen
from pytest import mark
@mark.asyncio
async def test_nobody(): pass
@mark.anyio
@mark.asyncio
async def test_anyio(): seen.here()
class TestX:
    @mark.asyncio
    async def test_nobody(self): pass
""",
}

NO_DJANGO = {
    "pytest.ini": INI + "addopts = -p no:django\n",
    "test_plain.py": """
import pytest
@pytest.mark.django_db
def test_marked(): pass
def test_plain(tmp_path): pass
""",
}

NO_CONFTEST = {
    "pytest.ini": INI + "addopts = --noconftest\n",
    "conftest.py": "import pytest\n@pytest.fixture(autouse=True)\ndef never(): raise AssertionError\n",
    "sub/conftest.py": "import pytest\n@pytest.fixture\ndef tmp_path(): raise AssertionError\n",
    "sub/test_below.py": "def test_bare(tmp_path): pass\n",
    "test_bare.py": "def test_bare(): pass\n",
}

DATABASE = {
    "pytest.ini": INI,
    "conftest.py": """
import pytest
@pytest.fixture
def via_db(db): pass
@pytest.fixture
def via_tx(via_db, transactional_db): pass
@pytest.fixture
def asks_later(request):
    yield request.getfixturevalue("db")
@pytest.fixture
def asks_later_tx(request): request.getfixturevalue("via_tx")
@pytest.fixture(scope="module")
def open_module(django_db_setup, django_db_blocker):
    django_db_blocker.unblock()
    yield
    django_db_blocker.restore()
@pytest.fixture(scope="module")
def wrong_scope(db): pass
@pytest.fixture(scope="session")
def wrong_scope_too(transactional_db): pass
""",
    "test_again.py": """
import unittest
import pytest
import seen
from django.test import LiveServerTestCase, SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from pytest import mark

class Roll(TestCase):
    def test_roll(self): seen.state()
class RollBoth(TestCase):
    databases = frozenset(["default", "other"])
    def test_both(self): seen.state()
class RollNone(Roll):
    databases = []
class FlushNone(TransactionTestCase):
    databases = set()
    def test_none(self): seen.state()
class FlushAll(TransactionTestCase):
    databases = "__all__"
    def test_all(self): seen.state()
@override_settings(STATIC_URL="/static/")
class Live(StaticLiveServerTestCase):
    def test_live(self): seen.state()
class LiveOther(LiveServerTestCase):
    databases = {"default", "other"}
    def test_live(self): seen.state()
class Simple(SimpleTestCase):
    @mark.django_db
    def test_simple(self): seen.state()
class SimpleAll(SimpleTestCase):
    databases = ("default", "other")
    def test_open(self): seen.state()
@mark.usefixtures("transactional_db")
class Marked(TestCase):
    @mark.django_db(transaction=True)
    def test_class_decides(self): seen.state()
class MarkedFlush(TransactionTestCase):
    @mark.django_db
    def test_class_decides(self): seen.state()

@mark.django_db
def test_mark(): seen.state()
@mark.django_db(False, False, "__all__")
def test_positional(): seen.state()
@mark.django_db(True, databases=["default"])
def test_positional_and_named(): seen.state()
@mark.django_db(available_apps=None, serialized_rollback=False)
def test_others(): seen.state()
def test_db_fixture(via_db): seen.state()
def test_tx_fixture(via_tx): seen.state()
@mark.django_db
def test_mark_and_tx(via_tx): seen.state()
@mark.django_db(reset_sequences=True, databases=["other"])
def test_sequences(): seen.state()
def test_sequences_fixture(django_db_reset_sequences): seen.state()
def test_serialized(django_db_serialized_rollback): seen.state()
@mark.django_db(serialized_rollback=True)
def test_serialized_mark(): seen.state()
def test_live(live_server): seen.state()
class TestLive:
    @pytest.fixture
    def served(self, live_server): pass
    def test_served(self, served): seen.state()
def test_user_model(django_user_model): seen.state()
def test_username_field(django_username_field): seen.state()
def test_blocked(client, rf, settings, mailoutbox): seen.state()
def test_blocked_async_client(async_client, async_rf, django_assert_num_queries): seen.state()
def test_later(asks_later): seen.state()
def test_later_tx(asks_later_tx): seen.state()
def test_in_body(request):
    request.getfixturevalue("via_db")
    seen.state()
def test_in_body_tx(request):
    request.getfixturevalue("transactional_db")
    seen.state()
class TestNever:
    async def test_asks(self, request): request.getfixturevalue("via_db")
    async def test_opens(self, django_db_blocker):
        with django_db_blocker.unblock():
            seen.state()
def test_open_module(open_module): seen.state()
def test_unblocks(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        seen.state()
def test_wrong_scope(wrong_scope): pass
def test_wrong_scope_too(wrong_scope_too): pass
@mark.django_db
class PlainUnit(unittest.TestCase):
    def test_unit(self): seen.state()
class IsolatedUnit(unittest.IsolatedAsyncioTestCase):
    @mark.django_db(transaction=True)
    def test_isolated(self): seen.state()
class TestNamed:
    @mark.django_db
    @mark.parametrize("live_server", [1])
    def test_named_like_it(self, live_server): seen.state()
""",
}

DATABASES_OF_ALL = {
    "pytest.ini": INI,
    "conftest.py": """
import django.test
import pytest
django.test.TestCase.databases = {"default", "other"}
django.test.TransactionTestCase.databases = {"default", "other"}
""",
    "test_all.py": """
import seen
from django.test import TestCase, TransactionTestCase
from pytest import mark
@mark.django_db
def test_mark(): seen.state()
def test_fixture(db): seen.state()
@mark.django_db(transaction=True)
def test_flush(): seen.state()
@mark.django_db(databases=["default"])
def test_own(): seen.state()
class Roll(TestCase):
    def test_roll(self): seen.state()
class Flush(TransactionTestCase):
    def test_flush(self): seen.state()
""",
}

PROJECTS: dict[str, dict[str, str]] = {
    "collection-again": COLLECTION,
    "broken": BROKEN,
    "skipped": SKIPPED,
    "parameters": PARAMETERS,
    "fixtures-again": FIXTURES,
    "imperative-again": IMPERATIVE,
    "factories-again": FACTORIES,
    "marks-again": MARKS,
    "hooks-again": HOOKS,
    "plugin-marks": PLUGIN_MARKS,
    "async-again": ASYNC,
    "trio-mode": TRIO_MODE,
    "options": OPTIONS,
    "blocked": BLOCKED,
    "no-django": NO_DJANGO,
    "no-conftest": NO_CONFTEST,
    "database-again": DATABASE,
    "databases-of-all": DATABASES_OF_ALL,
}
