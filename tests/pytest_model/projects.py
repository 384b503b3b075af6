"""Small projects, each a handful of pytest's rules: file name to text. `seen.here()` in a body records who runs it.

Every rule of `facts/pytest-model` sections A2 to A7 that the model implements has a test in one of them.
"""

from __future__ import annotations

INI = "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"

COLLECTION = {
    "pytest.ini": INI + "python_files = test_*.py check_*.py\n",
    "helpers.py": """
class Shared:
    def test_from_shared(self): pass
    def helper(self): pass

class TestImported:
    def test_in_imported(self): pass

def test_imported(): pass

def make():
    def inner(tmp_path): pass
    return inner
""",
    "test_functions.py": """
import functools
import pytest
from helpers import *
from helpers import TestImported as TestRenamed
from helpers import make

def testfoo(): pass
def tests_too(): pass
def not_a_test(): pass
def test_with_default(a=1): pass
def test_flagged(): pass
test_flagged.__test__ = False
def checked(): pass
checked.__test__ = True
test_lambda_made = make()
def test_yields(tmp_path):
    yield 1
test_value = 3
class TestValue: value = 1
test_alias = testfoo
def test_twice(tmp_path): pass
def test_twice(): pass
if 1:
    def test_conditional(): pass
try:
    import nothing_like_it
except ImportError:
    def test_in_handler(): pass
def test_posonly(tmp_path, /): pass
def test_keyword_only(*, tmp_path): pass
del tests_too
""",
    "test_classes.py": """
import abc
import dataclasses
import pytest
from helpers import Shared

class TestOrder:
    def test_z(self): pass
    def test_a(self): pass
    @staticmethod
    def test_static(tmp_path): pass
    @classmethod
    def test_class(cls, tmp_path): pass
    class TestNested:
        def test_inside(self): pass
        class TestDeeper:
            def test_deep(self): pass
    class NotCollected:
        def test_no(self): pass

class TestInherits(Shared):
    def test_own(self): pass

class Base:
    def test_base_first(self): pass
    def test_overridden(self): pass

class TestDerived(Base, Shared):
    def test_own(self): pass
    def test_overridden(self): pass

class TestWithInit:
    def __init__(self): pass
    def test_no(self): pass

class TestWithInheritedInit(TestWithInit):
    def test_no(self): pass

class TestWithNew:
    def __new__(cls): return object.__new__(cls)
    def test_no(self): pass

@dataclasses.dataclass
class TestData:
    x: int = 1
    def test_no(self): pass

class TestAbstract(abc.ABC):
    @abc.abstractmethod
    def todo(self): pass
    def test_a(self): pass

class TestConcrete(TestAbstract):
    def todo(self): pass

class TestOff:
    __test__ = False
    def test_no(self): pass

class TestOffToo(TestOff):
    def test_no(self): pass

class TestOnAgain(TestOff):
    __test__ = True

class Chosen:
    __test__ = True
    def test_yes(self): pass

class TestSelfPositional:
    def test_pos(self, /, tmp_path): pass
""",
    "test_unittest.py": """
import unittest
from django.test import TestCase, SimpleTestCase, TransactionTestCase

class Plain(unittest.TestCase):
    def test_b(self): pass
    def test_a(self): pass
    def helper(self): pass
    def runTest(self): pass

class OnlyRun(unittest.TestCase):
    def runTest(self): pass

class Sub(Plain):
    def test_c(self): pass

class Off(unittest.TestCase):
    __test__ = False
    def test_a(self): pass

class OffSub(Off):
    def test_b(self): pass

class OnSub(Off):
    __test__ = True

class Django(TestCase):
    def test_x(self): pass
    class TestNested:
        def test_not_nested(self): pass
""",
    "check_other.py": "def test_in_other(): pass\n",
    "tests.py": "def test_not_by_default(): pass\n",
}

GLOBS = {
    "pytest.ini": INI + "python_files = check*.py\npython_classes = *Suite Check\npython_functions = *_check should\n",
    "check_a.py": """
class DbSuite:
    def should_work(self): pass
    def test_no(self): pass
class CheckThis:
    def a_check(self): pass
class TestNot:
    def should_not(self): pass
def should_run(): pass
def it_check(): pass
def test_no(): pass
""",
}

MARKS = {
    "pytest.ini": INI,
    "conftest.py": """
import pytest
pytestmark = pytest.mark.from_conftest
""",
    "marks.py": """
from functools import partial, wraps
import pytest
from pytest import mark as m

db_test = pytest.mark.django_db
db_all = partial(pytest.mark.django_db, databases="__all__")
both = [pytest.mark.one, pytest.mark.two]

def deco(func):
    return pytest.mark.outer(pytest.mark.inner(func))

def with_args(*marks):
    def apply(func):
        for mark in marks:
            func = mark(func)
        return func
    return apply

def conditional(func=None, *, name="x"):
    if func is None:
        return lambda f: pytest.mark.late(f)
    return pytest.mark.early(func)

def wrapping(func):
    @wraps(func)
    def inner(*args, **kwargs):
        return func(*args, **kwargs)
    return inner

def database(**options):
    return pytest.mark.django_db(**options)

def transactional(flag):
    return pytest.mark.django_db(transaction=flag)
""",
    "test_marks.py": """
import pytest
import marks
from marks import db_test, db_all, deco, m, with_args, conditional, both, wrapping, transactional

mark = pytest.mark
pytestmark = [mark.module_one, mark.module_two(1), *both]

@mark.top
@mark.bottom
def test_order(): pass

@db_test
def test_alias(): pass

@db_all()
def test_partial(): pass

@deco
def test_deco(): pass

@with_args(mark.a, mark.b)
def test_with_args(): pass

@conditional
def test_conditional(): pass

@conditional(name="y")
def test_conditional_called(): pass

@m.chained(1)(2)(x=3)
def test_chained(): pass

@mark.outside
@wrapping
@mark.inside
def test_wrapped(tmp_path): pass

@both[0]
def test_subscript(): pass

@transactional(True)
def test_flag(): pass

@marks.db_test(transaction=True)
def test_dotted(): pass

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.per_param)])
@mark.near
def test_param_marks(x): pass

@mark.cls_top
@mark.cls_bottom
class TestClass:
    pytestmark = mark.cls_attr
    @mark.fn
    def test_m(self): pass
    class TestInner:
        pytestmark = [mark.inner]
        def test_n(self): pass

@mark.base_deco
class Base:
    pytestmark = [mark.base_attr]
    @mark.base_fn
    def test_from_base(self): pass

@mark.derived_deco
class TestDerived(Base):
    pytestmark = mark.derived_attr
    def test_own(self): pass

class TestMixed(TestDerived, TestClass):
    pass

local = mark.local
def test_later(): pass
test_later = mark.applied(test_later)
""",
    "test_augmented.py": """
import pytest
pytestmark = [pytest.mark.one]
pytestmark += [pytest.mark.two]
pytestmark.append(pytest.mark.three)
pytestmark = [pytest.mark.zero, *pytestmark]
def test_a(): pass
""",
    "test_imported_mark.py": """
from test_augmented2 import pytestmark
def test_a(): pass
""",
    "test_augmented2.py": """
import pytest
pytestmark = pytest.mark.shared
def test_b(): pass
""",
    "sub/__init__.py": "import pytest\npytestmark = pytest.mark.from_package\n",
    "sub/test_sub.py": "def test_in_package(): pass\n",
    "test_tags.py": """
from django.test import SimpleTestCase, TestCase, tag
import pytest

@tag("slow")
@pytest.mark.written
class Tagged(SimpleTestCase):
    def test_plain(self): pass
    @pytest.mark.own
    @tag("fast")
    def test_tagged(self): pass

class Child(Tagged):
    pass
""",
}

FIXTURES = {
    "pytest.ini": INI + "usefixtures = from_ini\n",
    "conftest.py": """
import pytest
from lib_fixtures import imported, original as renamed
from star_fixtures import *

pytest_plugins = ["plug_a"]

@pytest.fixture
def from_ini(): pass

@pytest.fixture(autouse=True)
def root_auto(): pass

@pytest.fixture
def over(): return "root"

@pytest.fixture(scope="session")
def wide(): pass

@pytest.fixture
def needs_wide(wide, over): pass

@pytest.fixture
def plug(): return "conftest"

@pytest.fixture(name="public")
def _private(needs_wide): pass

@pytest.fixture(name="dup")
def a_dup(): pass

@pytest.fixture(name="dup")
def b_dup(dup): pass

@pytest.fixture
def transitive(value): pass
""",
    "lib_fixtures.py": """
import pytest
from pytest import fixture as fix

@fix
def imported(original): pass

@pytest.fixture()
def original(): pass
""",
    "star_fixtures.py": """
import pytest
__all__ = ["starred", "_under"]
@pytest.fixture
def starred(): pass
@pytest.fixture
def _under(): pass
@pytest.fixture
def hidden(): pass
""",
    "plug_a.py": """
import pytest
pytest_plugins = "plug_b"
@pytest.fixture
def plug(): return "a"
@pytest.fixture
def chain(): return "a"
@pytest.fixture(autouse=True)
def plug_auto(): pass
""",
    "plug_b.py": """
import pytest
@pytest.fixture
def plug(): return "b"
@pytest.fixture
def chain(chain): return "b"
""",
    "sub/conftest.py": """
import pytest
@pytest.fixture
def over(over): return "sub"
@pytest.fixture(autouse=True, scope="module")
def sub_auto(): pass
""",
    "sub/test_sub.py": """
import pytest
@pytest.fixture
def over(over, tmp_path): return "module"
def test_chain(over): pass
def test_transitive_override(needs_wide): pass
class TestClass:
    @pytest.fixture
    def over(self, over): return "class"
    def test_class_chain(self, over): pass
    @pytest.fixture(autouse=True)
    def cls_auto(self, chain): pass
    class TestNested:
        @pytest.fixture
        def nested(self, over): pass
        def test_nested(self, nested): pass
""",
    "test_fixtures.py": """
import functools
import pytest
import pytest_asyncio

fixture = pytest.fixture(scope="module")
session = functools.partial(pytest.fixture, scope="session")

@fixture
def by_maker(wide): pass

@session()
def by_partial(): pass

def plain(): return 1
assigned = pytest.fixture(plain)
assigned_called = pytest.fixture(scope="class")(plain)
alias = assigned

def make_fixture(name):
    @pytest.fixture(name=name)
    def made(tmp_path): pass
    return made
one = make_fixture("made_one")

if True:
    @pytest.fixture
    def conditional(): pass

@pytest_asyncio.fixture
async def athing(public): pass

@pytest.fixture(params=[1, 2])
def many(request): return request.param

def test_names(by_maker, by_partial, assigned, alias, made_one, conditional): pass
def test_more(assigned_called, public, dup, renamed, imported, starred, _under): pass
def test_plugins(plug, chain): pass
async def test_async_fixture(athing): pass
def test_many(many): pass
@pytest.mark.usefixtures("over", "public")
def test_used(): pass

@pytest.mark.usefixtures("by_maker")
class TestUsed:
    @pytest.mark.usefixtures("over")
    def test_both(self, tmp_path): pass

@pytest.mark.parametrize("over", [1])
def test_direct(over, needs_wide): pass
@pytest.mark.parametrize("a, over", [(1, 2)], indirect=["over"])
def test_indirect(a, over): pass
@pytest.mark.parametrize("over", [1], indirect=True)
def test_all_indirect(over): pass
@pytest.mark.parametrize("value", [1])
def test_param_over_transitive(transitive, value): pass

class Mixin:
    @pytest.fixture
    def mixed(self): pass
    @pytest.fixture(autouse=True)
    def mixed_auto(self, mixed): pass

class TestMixin(Mixin):
    @pytest.fixture
    def mixed(self, tmp_path): pass
    def test_mixed(self, mixed): pass
    @staticmethod
    @pytest.fixture
    def static_above(tmp_path): pass
    @pytest.fixture
    @staticmethod
    def static_below(tmp_path): pass
    def test_static(self, static_below): pass

class NotATest:
    @pytest.fixture
    def invisible(self): pass
""",
    "test_late_plugin.py": """
pytest_plugins = ("plug_late",)
def test_late(plug, late): pass
""",
    "plug_late.py": """
import pytest
@pytest.fixture
def plug(): return "late"
@pytest.fixture
def late(): pass
""",
    "test_mock.py": """
from unittest import mock
from unittest.mock import patch
import pytest

@patch("os.getcwd")
def test_patched(getcwd, tmp_path): pass
@patch("os.getcwd", 1)
def test_with_new(tmp_path): pass
@patch.object(pytest, "raises")
@mock.patch("os.getcwd")
def test_two(getcwd, raises, tmp_path): pass
@patch.dict("os.environ", {"A": "b"})
def test_dict(tmp_path): pass
@patch("os.getcwd", new_callable=mock.Mock)
def test_new_callable(getcwd, tmp_path): pass

@patch("os.getcwd")
class TestPatched:
    def test_method(self, getcwd, tmp_path): pass
    @patch("os.getpid")
    def test_two(self, getpid, getcwd, tmp_path): pass

class Inherited:
    def test_z(self, *args): pass
    def test_a(self, *args): pass
@patch("os.getcwd", str)
class TestPatchedBase(Inherited):
    def test_own(self): pass
""",
    "test_xunit.py": """
import unittest
def setup_module(module): pass
def setup_function(function): pass
def test_function(): pass
class TestSetup:
    @classmethod
    def setup_class(cls): pass
    def teardown_method(self, method): pass
    def test_method(self): pass
class Case(unittest.TestCase):
    def setUp(self): pass
    def test_case(self): pass
""",
}

ASYNC_STRICT = {
    "pytest.ini": INI,
    "conftest.py": "",
    "test_strict.py": """
import asyncio
import functools
import unittest
import pytest
import seen
from asgiref.sync import async_to_sync
from django.test import SimpleTestCase, TestCase, override_settings, TransactionTestCase

@pytest.mark.asyncio
async def test_marked(): seen.here()
async def test_unmarked(): seen.here()
@pytest.mark.asyncio
def test_sync_marked(): seen.here()
@pytest.mark.anyio
async def test_anyio(): seen.here()
@pytest.mark.anyio
@pytest.mark.asyncio
async def test_both(): seen.here()
@pytest.mark.trio
async def test_trio(): seen.here()
async def test_backend(anyio_backend): seen.here()
@pytest.mark.usefixtures("anyio_backend")
async def test_used_backend(): seen.here()
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_param_backend(anyio_backend): seen.here()
@pytest.mark.asyncio
async def test_generator():
    seen.here()
    yield 1

def bridged(func):
    @functools.wraps(func)
    def inner(*args, **kwargs):
        return async_to_sync(func)(*args, **kwargs)
    return inner

@bridged
async def test_bridged(tmp_path): seen.here()

@bridged
@pytest.mark.asyncio
async def test_bridged_marked(tmp_path): seen.here()

def awaiting(func):
    @functools.wraps(func)
    async def inner(*args, **kwargs):
        return await func(*args, **kwargs)
    return inner

@pytest.mark.asyncio
@awaiting
async def test_awaiting(tmp_path): seen.here()

@pytest.mark.asyncio
@override_settings(DEBUG=True)
async def test_overridden(): seen.here()

@async_to_sync
async def test_gone(): seen.here()

class TestMarked:
    pytestmark = pytest.mark.asyncio
    async def test_in_class(self): seen.here()
    def test_sync(self): seen.here()
    @staticmethod
    async def test_static(): seen.here()

class Plain(unittest.TestCase):
    async def test_never(self): seen.here()
    @pytest.mark.asyncio
    async def test_never_marked(self): seen.here()
    @async_to_sync
    async def test_bridged(self): pass
    def test_sync(self): seen.here()

class Isolated(unittest.IsolatedAsyncioTestCase):
    async def test_isolated(self): seen.here()
    def test_sync(self): pass

class Django(SimpleTestCase):
    async def test_django(self): seen.here()
    @pytest.mark.asyncio
    async def test_django_marked(self): seen.here()
    def test_sync(self): seen.here()

class Mixed(unittest.IsolatedAsyncioTestCase, SimpleTestCase):
    async def test_mixed(self): seen.here()

class PlainAnyio(unittest.TestCase):
    @pytest.mark.anyio
    async def test_anyio(self): seen.here()
""",
}

ASYNC_AUTO = {
    "pytest.ini": INI + "asyncio_mode = auto\n",
    "test_auto.py": """
import functools
import unittest
import pytest
import seen
from django.test import SimpleTestCase

@pytest.fixture
async def thing(): return 1
async def test_unmarked(thing): seen.here()
def test_sync(thing): seen.here()
@pytest.mark.anyio
async def test_anyio_loses(): seen.here()
@pytest.mark.trio
async def test_trio_mark(): pass
class TestClass:
    async def test_method(self): seen.here()
class Plain(unittest.TestCase):
    async def test_never(self): seen.here()
class Django(SimpleTestCase):
    async def test_django(self): seen.here()

def sync_wrapper(func):
    def inner():
        import asyncio
        return asyncio.run(func())
    return inner
@sync_wrapper
async def test_wrapped(): pass
""",
}

ANYIO_AUTO = {
    "pytest.ini": INI + "anyio_mode = auto\n",
    "conftest.py": """
import pytest
@pytest.fixture
def anyio_backend(): return "asyncio"
""",
    "test_auto.py": """
import pytest
import seen
@pytest.fixture
async def thing(): return 1
async def test_unmarked(thing): seen.here()
@pytest.mark.asyncio
async def test_asyncio(): seen.here()
def test_sync(): seen.here()
""",
}

DATABASE = {
    "pytest.ini": INI,
    "conftest.py": """
import pytest
@pytest.fixture
def rows(db): pass
@pytest.fixture
def tx_rows(transactional_db): pass
@pytest.fixture
def later(request): request.getfixturevalue("db")
@pytest.fixture
def later_tx(request): request.getfixturevalue("transactional_db")
""",
    "test_modes.py": """
import unittest
import pytest
import seen

def test_none(): seen.here()
@pytest.mark.django_db
def test_mark(): seen.here()
@pytest.mark.django_db(transaction=True)
def test_transaction(): seen.here()
@pytest.mark.django_db(True)
def test_positional(): seen.here()
@pytest.mark.django_db(transaction=False)
def test_false(): seen.here()
@pytest.mark.django_db(reset_sequences=True)
def test_sequences(): seen.here()
@pytest.mark.django_db(databases="__all__")
def test_all(): seen.here()
@pytest.mark.django_db(databases=["other"])
def test_other(): seen.here()
@pytest.mark.django_db(databases={"default", "other"})
def test_set(): seen.here()
@pytest.mark.django_db(serialized_rollback=True)
def test_serialized(): seen.here()
def test_db(db): seen.here()
def test_tx(transactional_db): seen.here()
def test_rows(rows): seen.here()
def test_tx_rows(rows, tx_rows): seen.here()
@pytest.mark.usefixtures("db")
def test_used(): seen.here()
def test_client(client): seen.here()
def test_admin(admin_user): seen.here()
def test_reset(django_db_reset_sequences): seen.here()
@pytest.mark.django_db(transaction=True)
@pytest.mark.django_db
def test_nearest(): seen.here()
@pytest.mark.django_db
def test_mark_and_tx(transactional_db): seen.here()
@pytest.mark.django_db
@pytest.mark.parametrize("transactional_db", [1])
def test_named_like_it(transactional_db): seen.here()
def test_later(later): seen.here()
def test_later_tx(later_tx): seen.here()
@pytest.mark.asyncio
@pytest.mark.django_db
async def test_async(): seen.here()

class TestClass:
    pytestmark = pytest.mark.django_db(transaction=True)
    def test_class(self): seen.here()
    @pytest.mark.django_db
    def test_own(self): seen.here()

class Base:
    pytestmark = pytest.mark.django_db
class TestDerived(Base):
    pytestmark = pytest.mark.django_db(transaction=True)
    def test_base_wins(self): seen.here()

@pytest.mark.django_db
class Plain(unittest.TestCase):
    def test_plain(self): seen.here()
@pytest.mark.django_db
class Isolated(unittest.IsolatedAsyncioTestCase):
    async def test_isolated(self): seen.here()

@pytest.fixture
def opened(django_db_blocker):
    with django_db_blocker.unblock():
        yield
def test_opened(opened): seen.here()
@pytest.fixture
def opened_briefly(django_db_blocker):
    with django_db_blocker.unblock():
        pass
def test_opened_briefly(opened_briefly): seen.here()
""",
    "test_module.py": """
import pytest
import seen
pytestmark = [pytest.mark.django_db, pytest.mark.django_db(transaction=True)]
def test_first_wins(): seen.here()
""",
    "over/conftest.py": """
import pytest
@pytest.fixture
def db(transactional_db): pass
""",
    "over/test_over.py": """
import seen
def test_overridden(db): seen.here()
""",
    "own/conftest.py": """
import pytest
@pytest.fixture
def db(): pass
""",
    "own/test_own.py": """
import seen
def test_own_db(db): seen.here()
""",
    "test_django.py": """
import pytest
import seen
from asgiref.sync import sync_to_async
from django.test import LiveServerTestCase, SimpleTestCase, TestCase, TransactionTestCase

class Rollback(TestCase):
    def test_a(self): seen.state()
    async def test_b(self): await sync_to_async(seen.state)()
    @pytest.mark.django_db(transaction=True)
    def test_c(self): seen.state()
class RollbackAll(TestCase):
    databases = "__all__"
    def test_a(self): seen.state()
class RollbackOther(Rollback):
    databases = {"other"}
class Empty(TestCase):
    databases = set()
    def test_a(self): seen.state()
class Flush(TransactionTestCase):
    databases = ["default", "other"]
    def test_a(self): seen.state()
class Simple(SimpleTestCase):
    def test_a(self): seen.state()
@pytest.mark.django_db
class SimpleOpen(SimpleTestCase):
    databases = {"default"}
    def test_a(self): seen.state()
class Live(LiveServerTestCase):
    def test_a(self): seen.state()
""",
}

HOOKS = {
    "pytest.ini": INI,
    "conftest.py": """
import inspect
import pytest

def pytest_collection_modifyitems(config, items):
    for item in items:
        item.add_marker(pytest.mark.django_db)
        item.add_marker("named")
        item.add_marker(pytest.mark.front, append=False)
        if inspect.iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.asyncio)
        if item.get_closest_marker("own"):
            item.add_marker(pytest.mark.had_own)
        if not item.get_closest_marker("own"):
            item.add_marker(pytest.mark.had_none)
""",
    "test_hooked.py": """
import pytest
import seen
pytestmark = pytest.mark.module
@pytest.mark.own
def test_marked(): seen.here()
def test_plain(): seen.here()
async def test_async(): seen.here()
""",
}

PROJECTS: dict[str, dict[str, str]] = {
    "collection": COLLECTION,
    "globs": GLOBS,
    "marks": MARKS,
    "fixtures": FIXTURES,
    "async-strict": ASYNC_STRICT,
    "async-auto": ASYNC_AUTO,
    "anyio-auto": ANYIO_AUTO,
    "database": DATABASE,
    "hooks": HOOKS,
}
