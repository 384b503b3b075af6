"""Small projects, each a handful of pytest's rules: file name to text. `seen.here()` in a body records who runs it.

Every rule of `facts/pytest-model` sections A2 to A7 that the model implements has a test in one of them.
"""

from __future__ import annotations

from tests.pytest_model import again, strange, unusual

SETTINGS = """
SECRET_KEY = "x"
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIGRATION_MODULES = {"auth": None, "contenttypes": None}
"""

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

@pytest.mark.usefixtures(by_maker.__name__, by_partial.__name__)
def test_used_by_name(): pass

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
    "test_shared_functions.py": """
import unittest
from unittest import mock
import pytest
import seen
class TestFirst:
    async def test_inherited(self): seen.here()
    @pytest.mark.ma
    async def test_over(self): seen.here()
class TestSecond(TestFirst):
    async def test_own(self): seen.here()
@pytest.mark.mb
class TestThird(TestSecond):
    async def test_over(self): seen.here()
class CaseFourth(TestFirst, unittest.IsolatedAsyncioTestCase): pass
class Base:
    @pytest.mark.anyio
    @mock.patch.multiple("os", getpid=None)
    @staticmethod
    async def test_patched(other=1): pass
class CasePatched(Base, unittest.TestCase): pass
class CaseIsolated(Base, unittest.IsolatedAsyncioTestCase): pass
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
async def test_never_asks(request): request.getfixturevalue("db")
async def test_never_opens(django_db_blocker): django_db_blocker.unblock()
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

IGNORED = {
    "a/b/test_b.py": """
def test_one(): pass
def test_two(): pass
""",
    "a/conftest.py": """
collect_ignore = ["test_ci.py", "skipped"]
collect_ignore_glob = ["test_glob*"]
""",
    "a/skipped/test_s.py": """
def test_one(): pass
def test_two(): pass
""",
    "a/test_a.py": """
def test_one(): pass
def test_two(): pass
""",
    "a/test_ci.py": """
def test_one(): pass
def test_two(): pass
""",
    "a/test_glob_x.py": """
def test_one(): pass
def test_two(): pass
""",
    "a/test_x_glob.py": """
def test_one(): pass
def test_two(): pass
""",
    "a-b/test_ab.py": """
def test_one(): pass
def test_two(): pass
""",
    "conf_test.py": """
def test_one(): pass
def test_two(): pass
""",
    "conftest.py": """
collect_ignore = ["setup.py"]
collect_ignore += ["tests/x"]
collect_ignore.append("other.py")
""",
    "norec/q/test_q.py": """
def test_one(): pass
def test_two(): pass
""",
    "pytest.ini": """
[pytest]
DJANGO_SETTINGS_MODULE = settings
addopts = --ignore=a/b --ignore-glob=*_glob.py
norecursedirs = norec
""",
    "test_top.py": """
def test_one(): pass
def test_two(): pass
""",
    "tests/test_z.py": """
def test_one(): pass
def test_two(): pass
""",
    "tests/x/test_x.py": """
def test_one(): pass
def test_two(): pass
""",
}

CLASSES = {
    "helper_mod.py": """
def test_imported_in_class(self, tmp_path): pass
""",
    "pytest.ini": INI,
    "test_cls.py": """
import pytest, abc
from typing import Generic, TypeVar, NamedTuple, Protocol
T = TypeVar("T")
class Base(Generic[T]):
    def test_generic(self): pass
class TestG(Base[int]):
    def test_own(self): pass
class TestH(Base["TestG"], abc.ABC): pass
TestMade = type("TestMade", (Base,), {})
def _t(self): pass
TestMade2 = type("TestMade2", (Base,), {"test_x": _t, "test_l": lambda self: None})
class TestB(type("Inner", (Base,), {})):
    def test_b(self): pass
def factory(base):
    class TestInner(base):
        def test_in(self): pass
    return TestInner
TestF = factory(object)
test_lambda = lambda: None
import functools
def helper(a, tmp_path): pass
test_partial = functools.partial(helper, 1)
class C:
    def __call__(self): pass
test_instance = C()
class TestSlots:
    __slots__ = ()
    def test_s(self): pass
class TestEnum:
    x = 1
    test_val = 3
    def _inner(self): pass
    test_alias = _inner
    test_lam = lambda self, tmp_path: None
    test_part = functools.partialmethod(_inner)
    @property
    def test_prop(self): return 1
class TestDel:
    def test_a(self): pass
    def test_b(self): pass
    del test_a
for name in ("one", "two"):
    def test_loop(): pass
class TestNt(NamedTuple):
    x: int = 1
    def test_n(self): pass
class TestExc(Exception):
    def test_e(self): pass
class TestDict(dict):
    def test_d(self): pass
class TestObj(object):
    def test_o(self): pass
class Meta(type): pass
class TestMeta(metaclass=Meta):
    def test_m(self): pass
if True:
    class TestCond:
        def test_c(self): pass
else:
    class TestCond:
        def test_other(self): pass
with open(__file__) as fh:
    def test_with(): pass
class TestOuter:
    from helper_mod import test_imported_in_class
    class TestInner(Base):
        def test_i(self): pass
    class TestInner2(TestInner):
        def test_i2(self): pass
    TestAl = TestInner
test_a, test_b = (lambda: 1), (lambda: 2)
test_c = test_d = (lambda: 2)
def outer():
    def test_nested(): pass
    return test_nested
test_made = outer()
globals()["test_glob"] = lambda: 1
""",
}

FIXTURE_TREE = {
    "conftest.py": """
import pytest
import helpers
from helpers import *
from helpers import _private, fx as aliased
from pkg.fixtures import *
from pkg import relfix
pytest_plugins = "plug_comma1,plug_comma2,plug_list"
@pytest.fixture
def a(a): return "root"
mod_fix = helpers.fx
late = pytest.fixture(name="late_name")(helpers.plain)
@pytest.fixture(params=[1,2])
def many(request, a): pass
class Holder:
    @pytest.fixture
    def invisible(self): pass
in_class = Holder.invisible
try:
    import nothing_here
except ImportError:
    nothing_here = None
if nothing_here is None:
    @pytest.fixture
    def cond(): pass
else:
    @pytest.fixture
    def cond2(): pass
def deleted(): pass
deleted = pytest.fixture(deleted)
del deleted
scope_var = "session"
@pytest.fixture(scope=scope_var)
def session_scoped(): pass
def dyn(fixture_name, config): return "session"
@pytest.fixture(scope=dyn)
def dynamic_scope(): pass
@pytest.fixture
def kwonly(*, a, b=1): pass
@pytest.fixture
def defaulted(a=1): pass
import functools
@pytest.fixture
@functools.lru_cache
def cached(): pass
def deco(f):
    @functools.wraps(f)
    def inner(*a, **k): return f(*a, **k)
    return inner
@pytest.fixture
@deco
def decorated(a, only_cmd): pass
def fixture_factory(value, name):
    @pytest.fixture(name=name)
    def inner(a): return value
    return inner
made1 = fixture_factory(1, "made_one")
made2 = fixture_factory(2, None)
from unittest import mock
@pytest.fixture
@mock.patch("os.getcwd")
def patched_fx(m, a): pass
for _n in ("l1", "l2"):
    @pytest.fixture
    def loop_fx(): pass
""",
    "helpers.py": """
import pytest
__all__ = ["fx", "_starred"]
__all__ += ["added"]
@pytest.fixture
def fx(): pass
@pytest.fixture
def _starred(fx): pass
@pytest.fixture
def added(): pass
@pytest.fixture
def not_exported(): pass
@pytest.fixture
def _private(): pass
def plain(a): pass
""",
    "pkg/__init__.py": "",
    "pkg/cycle.py": """
from .fixtures import *
import pytest
@pytest.fixture
def cyc(): pass
""",
    "pkg/fixtures.py": """
import pytest
from .relfix import rel, rel as rel2
from . import relfix as rf
from .cycle import *
@pytest.fixture
def pkgfix(rel): pass
@pytest.fixture
def _hidden(): pass
again = rf.rel
""",
    "pkg/relfix.py": """
import pytest
@pytest.fixture
def rel(): pass
""",
    "plug_cmd.py": """
import pytest
pytest_plugins = ("plug_tuple",)
@pytest.fixture
def a(): return "cmd"
@pytest.fixture
def only_cmd(a): pass
""",
    "plug_comma1.py": """
import pytest
@pytest.fixture
def comma1(a): pass
""",
    "plug_comma2.py": """
import pytest
@pytest.fixture
def comma2(comma1): pass
""",
    "plug_deep.py": """
import pytest
@pytest.fixture
def a(a): return "deep"
""",
    "plug_list.py": """
import pytest
from pytest import fixture as F
import pytest as pt
@F(name="renamed", scope="module")
def _x(a): pass
@pt.fixture
def a(a): return "list"
PLUGS = ["plug_deep"]
pytest_plugins = PLUGS
""",
    "plug_tuple.py": """
import pytest
@pytest.fixture
def a(): return "tuple"
@pytest.fixture(autouse=True)
def tuple_auto(): pass
""",
    "pytest.ini": INI + "addopts = -p plug_cmd -p no:recwarn --strict-markers\nmarkers = x\n",
    "sub/conftest.py": """
import pytest
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from pkg.relfix import rel as typing_only
@pytest.fixture
def a(a, pkgfix): return "sub"
@pytest.fixture(autouse=True)
def z_auto(): pass
@pytest.fixture(autouse=True, scope="session")
def b_auto(renamed): pass
@pytest.fixture(autouse=True)
def a_auto(c_via): pass
@pytest.fixture
def c_via(a): pass
""",
    "sub/deep/conftest.py": """
import pytest
@pytest.fixture
def c_via(): pass
@pytest.fixture
def a(): return "deep: no self request"
""",
    "sub/deep/test_deep.py": """
import pytest
def test_a(a): pass
def test_b(only_cmd, made_one, made2): pass
@pytest.fixture
def a(request): request.getfixturevalue("a")
""",
    "sub/test_sub.py": """
import pytest
def test_a(a, only_cmd): pass
def test_c(comma2, renamed, cyc): pass
class TestX:
    @pytest.fixture(autouse=True)
    def m(self, a): pass
    @pytest.fixture
    def a(self, a): pass
    def test_m(self, rel2, again): pass
    class TestY:
        @pytest.fixture
        def a(self, a): pass
        def test_y(self, a): pass
""",
    "test_mod.py": """
import pytest
pytestmark = pytest.mark.parametrize("many", [1], indirect=True)
@pytest.fixture(scope="module", autouse=True)
def modauto(renamed): pass
def test_m(only_cmd, many): pass
def test_gen(gen1, many): pass
def pytest_generate_tests(metafunc):
    if "gen1" in metafunc.fixturenames:
        metafunc.parametrize("gen1", [1, 2])
    if "a" in metafunc.fixturenames:
        metafunc.parametrize("a", [1])
def test_gen2(a, comma1, many): pass
@pytest.fixture
def gen1(fx): pass
""",
    "test_top.py": """
import pytest
from unittest import TestCase
def test_names(fx, aliased, _starred, added, _private, mod_fix, late_name, many, cond): pass
def test_names2(session_scoped, kwonly, defaulted, decorated, patched_fx, loop_fx, in_class): pass
def test_cached(cached): pass
def test_dyn(dynamic_scope, a): pass
def test_list(a): pass
@pytest.fixture
def loop1(loop2): pass
@pytest.fixture
def loop2(loop1): pass
def test_loop(loop1): pass
@pytest.mark.usefixtures("a", "fx")
@pytest.mark.usefixtures("comma1")
class TestU:
    pytestmark = [pytest.mark.usefixtures("cond")]
    @pytest.mark.usefixtures("late_name")
    def test_u(self, kwonly): pass
class Mixin:
    @pytest.fixture
    def mx(self): pass
    @pytest.fixture(name="b_named")
    def mxn(self, mx): pass
class Base1(Mixin):
    @pytest.fixture
    def mx(self, mx): pass
class TestMro(Base1):
    def test_mro(self, b_named): pass
class TestUT(TestCase):
    @pytest.fixture(autouse=True)
    def auto(self, a): pass
    @pytest.mark.usefixtures("fx")
    def test_ut(self): pass
@pytest.mark.parametrize("a", [1])
class TestP:
    def test_p(self, only_cmd): pass
    def test_p2(self, a): pass
@pytest.mark.parametrize(argnames="fx,", argvalues=[(1,)])
def test_kw(fx, _starred): pass
@pytest.mark.parametrize(("a", "fx"), [(1, 2)], indirect=("a",))
def test_tuple(a, fx): pass
IND = ["a"]
@pytest.mark.parametrize("a,b", [(1, 2)], indirect=IND)
def test_var(a, b): pass
def test_self_patch(a): pass
""",
}

IMPERATIVE = {
    "conftest.py": """
import pytest

def made(db): return 1
def made_async(): return 1

def pytest_collection(session):
    pytest.register_fixture(name="imperative", func=made, node=session)

def pytest_collection_modifyitems(session, items):
    pass

@pytest.fixture
def asks(imperative): pass
""",
    "pytest.ini": INI,
    "test_reg.py": """
import pytest
def test_a(imperative): pass
def test_b(asks): pass
""",
}

FACTORIES = {
    "conftest.py": """
import pytest
from pytest_factoryboy import register, LazyFixture
from factories import *
register(AuthorFactory)
register(AuthorFactory, "second_author", name="second")
register(BookFactory)
register(HTTPThingFactory)
register(BookFactory, _name="third", author=LazyFixture("second_author"))
@register
class OtherFactory(AuthorFactory): pass
@register(_name="named_by_deco")
class DecoFactory(AuthorFactory): pass
""",
    "factories.py": """
import factory
from dataclasses import dataclass
@dataclass
class Author:
    name: str = ""
@dataclass
class Book:
    name: str = ""
    author: Author = None
    editor: Author = None
    tags: list = None
class AuthorFactory(factory.Factory):
    class Meta:
        model = Author
    name = "x"
class BaseBook(factory.Factory):
    class Meta:
        abstract = True
    name = factory.Faker("name")
class BookFactory(BaseBook):
    class Meta:
        model = Book
        exclude = ("hidden",)
    class Params:
        published = factory.Trait(name="p")
        plain_param = 3
    hidden = 1
    author = factory.SubFactory(AuthorFactory)
    editor = factory.SubFactory("factories.AuthorFactory", name="e")
    lazy = factory.LazyAttribute(lambda o: o.name)
    @factory.lazy_attribute
    def decorated(self): return 1
    @factory.post_generation
    def after(self, create, extracted, **kw): pass
    tags = factory.PostGeneration(lambda *a, **k: None)
    related = factory.RelatedFactory(AuthorFactory)
class HTTPThing:
    pass
class HTTPThingFactory(factory.Factory):
    class Meta:
        model = HTTPThing
""",
    "pytest.ini": INI,
    "test_fac.py": """
import pytest
from pytest_factoryboy import register
from factories import AuthorFactory
def test_author(author): pass
def test_author_factory(author_factory): pass
def test_second(second_author): pass
def test_second_name(second_author__name): pass
def test_book(book): pass
def test_book_author(book__author): pass
def test_third(third): pass
def test_http(http_thing, http_thing_factory): pass
def test_deco(named_by_deco): pass
@pytest.fixture
def author__name(tmp_path): return "o"
def test_over(author): pass
def test_over_book(book): pass
class TestC:
    register(AuthorFactory, "in_class")
    def test_in(self, in_class): pass
@pytest.mark.parametrize("author__name", ["a"])
def test_param(author): pass
""",
}

MARK_LIBRARY = {
    "marklib.py": """
import pytest
from pytest import mark, param
slow = pytest.mark.slow
SLOW_DB = [slow, pytest.mark.django_db(transaction=True)]
MARKS = {"db": pytest.mark.django_db, "x": mark.x}
def compose(*decs):
    def apply(f):
        for d in reversed(decs): f = d(f)
        return f
    return apply
class Marks:
    DB = pytest.mark.django_db
    ALL = (mark.one, mark.two)
full = compose(mark.c1, mark.c2)
def param_db(*a, **kw): return pytest.param(*a, marks=pytest.mark.django_db, **kw)
""",
    "pk/__init__.py": """
import pytest
pytestmark = pytest.mark.pk
""",
    "pk/test_star.py": """
from marklib import *
pytestmark = SLOW_DB
def test_star(): pass
async def test_auto(): pass
class TestX:
    async def test_auto2(self): pass
    @mark.asyncio
    async def test_auto3(self): pass
""",
    "pytest.ini": INI + "asyncio_mode = auto\n",
    "test_mk.py": """
import pytest, functools
from hypothesis import given, strategies as st, settings, example
from unittest import mock, TestCase
import marklib
from marklib import *
from marklib import Marks as M, full
import contextlib
pytestmark = [pytest.mark.mod, *marklib.SLOW_DB]

@given(st.integers())
def test_given(x): pass
@pytest.mark.top
@settings(max_examples=3)
@given(x=st.integers())
@example(x=1)
@pytest.mark.low
def test_given_kw(x, tmp_path_factory): pass
@given(st.integers(), st.integers())
async def test_given_async(tmp_path_factory, x, y): pass
class TestG(TestCase):
    @given(st.integers())
    def test_g(self, x): pass
@MARKS["db"]
@MARKS["x"]
def test_dict(): pass
@M.DB(databases=["default"])
@M.ALL[1]
def test_cls_attr(): pass
@full
@compose(mark.c3, mark.c4)
def test_compose(): pass
@pytest.mark.parametrize("v", [param(1, marks=mark.pm), param(2, marks=[mark.pm, mark.pn])])
@mark.near
def test_pm(v): pass
@pytest.mark.parametrize("v", [param_db(1), param_db(2)])
def test_helper_param(v): pass
VALUES = [param(1, marks=mark.pv), param(2, marks=(mark.pv,))]
@pytest.mark.parametrize(argnames="v", argvalues=VALUES)
def test_values(v): pass
@pytest.mark.parametrize("v", VALUES + [param(3, marks=mark.pv)])
def test_values_plus(v): pass
@pytest.mark.parametrize("v", [param(1, marks=mark.cp)])
class TestCP:
    pytestmark = mark.cpa
    def test_cp(self, v): pass
    @pytest.mark.parametrize("w", [param(1, marks=mark.cw)])
    @mark.own
    def test_cpw(self, v, w): pass
class A:
    pytestmark = [mark.a1, mark.a2]
    @mark.am
    def test_am(self): pass
@mark.b
class B(A):
    def test_am(self): pass
class C(A):
    pytestmark = [mark.c, *A.pytestmark]
class TestD(B, C):
    pytestmark = mark.d
class TestE(C, B): pass
@mark.f
class TestF(TestD): pass
class TestInner:
    @mark.i1
    class TestN(A):
        pytestmark = mark.i2
        def test_n(self): pass
@mark.skipif(True, reason="x")
@mark.xfail(reason="y")
@mark.usefixtures("tmp_path")
@mark.filterwarnings("ignore")
def test_builtin(): pass
def late(): pass
test_assigned = mark.assigned(late)
def late2(): pass
test_assigned2 = mark.two(mark.one(late2))
@(lambda f: mark.lam(f))
def test_lambda_deco(): pass
@mark.with_args(1, a=2).with_args(3)
def test_with_args_method(): pass
@mark.m0
@contextlib.contextmanager
def test_ctx(): yield
@mock.patch.dict("os.environ", {})
@mark.md
def test_md(): pass
test_alias = test_builtin
class TestLate:
    def test_l(self): pass
TestLate.pytestmark = [mark.set_outside]
class Meta:
    @classmethod
    @mark.cm
    def test_cm(cls): pass
class TestMeta(Meta):
    @staticmethod
    @mark.sm
    def test_sm(): pass
    @mark.sm2
    @staticmethod
    def test_sm2(): pass
def named(name):
    return getattr(mark, name)
@named("dyn")
def test_getattr(): pass
pytestmark += [mark.plus]
""",
}

MODES = {
    "apps/test_async.py": """
import pytest, seen, asyncio, unittest, functools
from django.test import TestCase, TransactionTestCase
pytestmark = pytest.mark.asyncio(loop_scope="module")
async def test_a(): seen.here()
class TestK:
    pytestmark = pytest.mark.anyio
    async def test_both(self): seen.here()
    @pytest.mark.trio
    async def test_trio(self): pass
    async def test_cm(self): seen.here()
class D(TestCase):
    async def test_d(self): seen.here()
    @pytest.mark.anyio
    async def test_any(self): seen.here()
class DT(TransactionTestCase):
    async def test_d(self): seen.here()
class I(unittest.IsolatedAsyncioTestCase):
    @pytest.mark.anyio
    async def test_any(self): seen.here()
async def helper(x): seen.here()
@pytest.mark.parametrize("n", [1, 2])
async def test_p(n): seen.here()
def test_returns_coro(): return None
@functools.wraps(helper)
def wrapped_sync(x): pass
test_wrapped = wrapped_sync
test_part = functools.partial(helper, 1)
""",
    "conftest.py": """
import pytest
@pytest.fixture
def ini_fx(): pass
@pytest.fixture
def both(db, transactional_db): pass
@pytest.fixture(scope="session")
def unblocked(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield
@pytest.fixture
def maybe(request):
    if request.node.get_closest_marker("never"):
        request.getfixturevalue("db")
@pytest.fixture
def by_request(request):
    return request.getfixturevalue("transactional_db")
@pytest.fixture
def live(live_server): pass
""",
    "pytest.ini": INI + "usefixtures = ini_fx\n",
    "sub/conftest.py": """
import pytest
@pytest.fixture(autouse=True)
def enable(db): pass
""",
    "sub/test_sub.py": """
import pytest, seen
def test_auto(): seen.here()
@pytest.mark.django_db(transaction=True)
def test_tx(): seen.here()
class TestX:
    @pytest.fixture(autouse=True)
    def enable(self): pass
    def test_disabled(self): seen.here()
@pytest.fixture
def db(): pass
""",
    "test_more.py": """
import unittest
import pytest, seen
from django.test import TestCase, TransactionTestCase, SimpleTestCase, LiveServerTestCase, override_settings, tag
from django.test.testcases import TestCase as TC
import django.test as dt
tx = pytest.mark.django_db(transaction=True)
OPTS = dict(transaction=True)
def test_both(both): seen.here()
@pytest.mark.django_db
def test_mark_both(both): seen.here()
def test_live(live): seen.here()
@pytest.mark.django_db
def test_live_mark(live_server): seen.here()
def test_unblocked(unblocked): seen.here()
def test_maybe(maybe): seen.here()
def test_dyn(by_request): seen.here()
@pytest.mark.django_db(False, True)
def test_pos2(): seen.here()
@pytest.mark.django_db(False, False, ["other"])
def test_pos3(): seen.here()
@pytest.mark.django_db(databases=("default", "other"), transaction=True)
def test_tup(): seen.here()
DBS = {"other"}
@pytest.mark.django_db(databases=DBS)
def test_var(): seen.here()
@pytest.mark.django_db(**OPTS)
def test_kw(): seen.here()
@pytest.mark.parametrize("x", [pytest.param(1, marks=tx)])
def test_param_tx(x): seen.here()
@pytest.mark.parametrize("db", [1])
def test_named_db(db): seen.here()
@pytest.mark.usefixtures("transactional_db")
class TestUse:
    def test_u(self): seen.here()
    @pytest.mark.django_db
    def test_u2(self): seen.here()
    def test_u3(self, db): seen.here()
class TestPlainIso(unittest.IsolatedAsyncioTestCase):
    @pytest.fixture(autouse=True)
    def _d(self, db): pass
    async def test_iso(self): pass
    def test_sync(self): seen.here()
@pytest.mark.usefixtures("db")
class TestUT(unittest.TestCase):
    def test_ut(self): seen.here()
class Sub(TC):
    databases = {"default", "other"}
    def test_a(self): seen.state()
class SubSub(Sub): pass
class Mixin:
    databases = "__all__"
class WithMixin(Mixin, dt.TestCase):
    def test_a(self): seen.state()
class Mixed(SimpleTestCase, unittest.IsolatedAsyncioTestCase):
    async def test_m(self): seen.here()
class Tx(TransactionTestCase):
    reset_sequences = True
    serialized_rollback = False
    def test_tx(self): seen.state()
    @tag("slow")
    def test_tag(self): pass
@override_settings(DEBUG=True)
class Overridden(TestCase):
    def test_o(self): seen.state()
@pytest.mark.usefixtures("transactional_db")
class Ignored(TestCase):
    def test_i(self): seen.state()
class Lazy(TestCase):
    databases = [*["default"], "other"]
    def test_l(self): seen.state()
""",
}


_ODD_TESTS = """
import pytest, unittest, enum, sys
from base_tests import BaseCase, PlainBase
import base_tests
from django.test import TestCase as DjangoCase
from unittest.mock import patch, MagicMock
class TestA(PlainBase):
    pass
class TestB(base_tests.PlainBase, metaclass=type): pass
class CaseX(BaseCase):
    @unittest.skip("x")
    def test_skip(self): pass
    @pytest.mark.skip
    def test_mskip(self): pass
    @unittest.expectedFailure
    def test_xf(self): pass
    def testCamel(self): pass
    test_attr = None
    test_lambda = lambda self: None
    @property
    def test_prop(self): return 1
    @staticmethod
    def test_st(): pass
    @classmethod
    def test_cl(cls): pass
class SubX(CaseX):
    test_skip = None
    def setUp(self): pass
@pytest.mark.parametrize("q", [1])
class TestParam:
    @patch("os.getcwd", new_callable=MagicMock)
    @patch.object(sys, "path", [])
    @patch.multiple("os", getpid=1)
    def test_p(self, m, q, tmp_path): pass
    @patch.multiple("os", getpid=__import__("unittest.mock").mock.DEFAULT)
    def test_multi(self, q, getpid=None): pass
class TestNone:
    test_x = None
    def test_y(self): pass
class TestGetattr:
    def __getattr__(self, name): raise AttributeError(name)
    def test_g(self): pass
class TestAsync:
    @pytest.mark.django_db
    async def test_as(self): pass
class TestEnumLike(enum.Enum):
    A = 1
    def test_e(self): pass
class TestSuper(unittest.IsolatedAsyncioTestCase, BaseCase):
    async def asyncSetUp(self): pass
    async def test_as(self): pass
class testlower:
    def test_no(self): pass
class TestWithCall:
    def __call__(self): pass
    def test_wc(self): pass
class TestSubclassHook:
    def __init_subclass__(cls, **kw): super().__init_subclass__(**kw)
    def test_h(self): pass
class TestSub(TestSubclassHook): pass
try:
    class TestTry:
        def test_t(self): pass
except Exception: pass
def test_kwargs(**kw): pass
def test_args(*args): pass
def test_default_fixture(tmp_path, x=1, *, tmp_path_factory): pass
async def test_async_plain(): pass
async def test_agen():
    yield
def test_inner_gen():
    def g(): yield 1
    list(g())
def Test_upper(): pass
testing = 1
def test(): pass
class Test:
    def test(self): pass
"""

ODD = {
    "base_tests.py": """
import pytest, unittest
class BaseCase(unittest.TestCase):
    def test_inherited(self): pass
class PlainBase:
    @pytest.fixture(autouse=True)
    def auto_base(self, tmp_path): pass
    def test_plain(self): pass
def test_helper_level(): pass
""",
    "ns/__init__.py": "",
    "ns/deep/__init__.py": "",
    "ns/deep/rel.py": """
def test_rel(tmp_path): pass
class TestRel:
    def test_r(self): pass
""",
    "ns/deep/test_rel.py": """
from .rel import *
from . import rel
from .rel import test_rel as test_renamed
from ..up import TestUp
""",
    "ns/deep/test_same_name.py": _ODD_TESTS,
    "ns/up.py": """
class TestUp:
    def test_u(self): pass
""",
    "pytest.ini": INI,
    "test_odd.py": _ODD_TESTS,
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
    "ignored": IGNORED,
    "classes": CLASSES,
    "fixture-tree": FIXTURE_TREE,
    "imperative": IMPERATIVE,
    "factories": FACTORIES,
    "mark-library": MARK_LIBRARY,
    "modes": MODES,
    "odd": ODD,
    **again.PROJECTS,
    **strange.PROJECTS,
    **unusual.PROJECTS,
}

NEEDS: dict[str, tuple[str, ...]] = {
    "factories": ("pytest-factoryboy",),
    "factories-again": ("pytest-factoryboy",),
    "mark-library": ("hypothesis",),
}
"""Distributions that a project needs beyond Django, pytest and its usual plugins."""

UNKNOWN: dict[str, list[str]] = {
    "classes": ["test_cls.py::TestF::test_in"],
    "modes": ["apps/test_async.py::test_part", "test_more.py::test_maybe"],
    "fixtures-sometimes": [
        f"test_some.py::{name}"
        for name in ("test_store", "test_flushed", "test_outer", "test_outer_plain", "test_marked_flushed")
    ],
    "generated-sets": ["test_g.py::test_some", "test_g.py::test_looped"],
    "marks-sometimes": [
        "test_decided.py::TestUnpacked::test_unpacked",
        "test_if.py::TestOneOfTwo::test_mode",
        "test_if.py::TestNotChanged::test_added",
        "test_if.py::TestChoice::test_mode",
        "test_try.py::TestMayRaise::test_raises",
        "test_try.py::TestLoop::test_loop",
    ],
    "sets": [
        "test_filled.py::test_either",
        "test_filled.py::test_parametrize_after_some",
        "test_filled.py::TestClass::test_override_asks",
        "test_sets.py::test_two_modes",
        "test_sets.py::test_two_databases",
        "test_sets.py::test_only_some",
        "test_sets.py::test_some_of_both",
        "test_sets.py::test_comprehension_over_marks",
        "test_sets.py::test_conditional",
        "test_sets.py::test_starred",
        "test_sets.py::test_sliced",
        "test_sets.py::test_grown",
        "test_sets.py::TestClass::test_over_class",
        "test_sets.py::test_two_runners",
        "test_sets.py::test_runner_of_some",
    ],
}
"""The tests whose runner or database mode only running could tell: a class made from a parameter, a partial, a fixture
asked for under a condition; or that have another with each parameter set."""

UNKNOWN_HOPS: dict[str, list[str]] = {
    "hops": ["test_hops.py::test_both"],
    "hops-auto": [f"test_hops.py::{name}" for name in ("test_anyio", "test_anyio_below", "test_backend", "test_both")],
    "hops-anyio": [
        f"test_hops.py::{name}"
        for name in ("test_asyncio", "test_asyncio_below", "test_asyncio_object", "test_both", "test_filled")
    ],
}
"""The tests under sync_to_async that two plugins run at once. Before Python 3.12 none does:
`inspect.iscoroutinefunction` does not see asgiref's object there, so pytest calls it and nobody awaits the result."""

_SKIPPED = "test_skipped.py::"
_MATRIX = "test_matrix.py::"
_PARAMETERS = "test_parameters.py::"

UNOBSERVED: dict[str, list[str]] = {
    "fixtures": ["test_fixtures.py::test_more"],
    "async-strict": ["test_strict.py::test_generator"],
    "fixture-tree": [
        "sub/deep/test_deep.py::test_a",
        "sub/deep/test_deep.py::test_b",
        "sub/test_sub.py::test_a",
        "sub/test_sub.py::test_c",
        "sub/test_sub.py::TestX::test_m",
        "sub/test_sub.py::TestX::TestY::test_y",
        "test_mod.py::test_m",
        "test_mod.py::test_gen",
        "test_mod.py::test_gen2",
        "test_top.py::test_names2",
        "test_top.py::test_loop",
        "test_top.py::TestMro::test_mro",
    ],
    "factories": ["test_fac.py::test_book", "test_fac.py::test_third", "test_fac.py::test_over_book"],
    "mark-library": ["test_mk.py::test_builtin", "test_mk.py::test_alias"],
    "modes": ["apps/test_async.py::test_wrapped"],
    "odd": [
        "ns/deep/test_same_name.py::CaseX::test_mskip",
        "ns/deep/test_same_name.py::SubX::test_mskip",
        "test_odd.py::CaseX::test_mskip",
        "test_odd.py::SubX::test_mskip",
    ],
    "broken": [
        "test_fine.py::test_fine",
        "test_yields_in_class.py::TestY::test_in_other_class",
        "test_yields_in_class.py::test_outside",
    ],
    "skipped": [
        f"{_SKIPPED}Skipped::test_skipped",
        f"{_SKIPPED}Skipped::test_skipped_async",
        f"{_SKIPPED}InheritsSkip::test_more",
        f"{_SKIPPED}InheritsSkip::test_skipped",
        f"{_SKIPPED}InheritsSkip::test_skipped_async",
        f"{_SKIPPED}SaysSo::test_says",
        f"{_SKIPPED}SkippedIf::test_skipped",
    ],
    "parameters": [f"{_PARAMETERS}test_empty", f"{_PARAMETERS}TestEmpty::test_empty_class"],
    "fixtures-again": ["test_uses.py::TestSetup::TestNested::test_nested"],
    "plugin-marks": ["test_added.py::test_generator", "test_added.py::TestY::test_generator_too"],
    "async-again": [
        f"{_MATRIX}TestAnyioBound::test_filled",
        f"{_MATRIX}test_anyio_on_param",
        f"{_MATRIX}test_anyio_on_params",
        f"{_MATRIX}test_not_taken",
        f"{_MATRIX}test_generator",
        f"{_MATRIX}TestGenerator::test_generator",
    ],
    "anyio-again": [
        "test_cases.py::Anew::test_m",
        "test_cases.py::Late::test_m",
        "test_names.py::test_of_class",
    ],
    "anyio-marked-again": ["test_cases.py::Late::test_m"],
    "trio-mode-all": [f"test_trio.py::{name}::test_generator" for name in ("TestA", "TestB", "TestC")],
    "generic": ["test_generic.py::TestInt::test_get", "test_generic.py::TestInt::test_aget"],
    "loops": ["test_async.py::test_forgotten"],
    "sets": ["test_filled.py::test_nothing", "test_sets.py::test_empty"],
    "sets-empty": [
        "test_empty.py::test_empty",
        "test_empty.py::test_fixture",
        "test_empty.py::test_fixture_too",
        "test_empty.py::test_twice",
    ],
    "no-django": ["test_plain.py::test_marked", "test_plain.py::test_plain"],
    "database-again": [
        "test_again.py::test_wrong_scope",
        "test_again.py::test_wrong_scope_too",
        "test_again.py::TestNamed::test_named_like_it",
    ],
}
"""The tests whose body pytest does not reach: skipped, refused, or failed while they were set up. Nothing is known of
their connections; of all others it is."""

UNOBSERVED_HOPS: dict[str, list[str]] = {name: ["test_hops.py::test_trio"] for name in UNKNOWN_HOPS}
"""The same before Python 3.12: pytest-trio refuses a test that it does not see to be a coroutine function."""
