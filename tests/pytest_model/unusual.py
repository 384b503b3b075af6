"""Projects in which something is collected, marked or filled more than once, or only sometimes. File name to text.

`rules` says which test stands for which rule.
"""

from __future__ import annotations

INI = "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"

ANYIO_AGAIN = {
    "pytest.ini": INI + "anyio_mode = auto\n",
    "test_nested.py": """
import seen

class TestA:
    class TestInner:
        async def test_z(self): seen.here()
        async def test_y(self): seen.here()
    async def test_own(self): seen.here()

class TestB(TestA):
    class TestInner(TestA.TestInner):
        async def test_y(self): seen.here()
    async def test_more(self): seen.here()

class TestC(TestA): pass

class TestD(TestC, TestB): pass

TestE = TestA
""",
    "test_names.py": """
import pytest
import seen

async def test_one(): seen.here()
test_two = test_one

class TestA:
    async def test_x(self): seen.here()
    test_before_x = test_x

class TestB(TestA):
    test_a = TestA.test_x
    async def test_w(self): seen.here()

test_of_class = TestB.test_w
""",
    "test_cases.py": """
import unittest
import pytest
import seen

class Mixin:
    async def test_m(self): seen.here()

class Early(Mixin, unittest.IsolatedAsyncioTestCase): pass

class TestMixed(Mixin): pass

class Late(Mixin, unittest.IsolatedAsyncioTestCase): pass

@pytest.mark.anyio
class Anew(Mixin, unittest.IsolatedAsyncioTestCase): pass

class TestLast(Mixin): pass
""",
}

ANYIO_MARKED_AGAIN = {
    "pytest.ini": INI,
    "test_marked.py": """
import pytest
import seen

class TestPlain:
    class TestInner:
        @pytest.mark.anyio
        async def test_z(self): seen.here()
    async def test_not_taken(self): seen.here()

@pytest.mark.anyio
class TestMarked(TestPlain): pass

class TestAgain(TestMarked): pass
""",
    "test_cases.py": """
import unittest
import pytest
import seen

class Mixin:
    @pytest.mark.anyio
    async def test_m(self): seen.here()

class Early(Mixin, unittest.IsolatedAsyncioTestCase): pass

class TestMixed(Mixin): pass

class Late(Mixin, unittest.IsolatedAsyncioTestCase): pass

class TestLast(Mixin): pass
""",
}

_TRIO = """
import unittest
import pytest
import seen
from asgiref.sync import sync_to_async
from django.test import TestCase

class TestA:
    async def test_z(self): seen.here()
    @pytest.mark.anyio
    async def test_anyio(self): seen.here()
    @staticmethod
    async def test_static(): seen.here()
    @classmethod
    async def test_class(cls): seen.here()
    async def test_generator(self): yield
    @pytest.mark.anyio
    @staticmethod
    async def test_static_anyio(): seen.here()
    @pytest.mark.trio
    @staticmethod
    async def test_static_trio(): seen.here()
    @pytest.mark.parametrize("x", [1])
    @pytest.mark.anyio
    async def test_filled(self, x): seen.here()
    @pytest.mark.asyncio
    async def test_asyncio(self): seen.here()
    @sync_to_async
    def test_hop(self): seen.here()

class TestB(TestA):
    async def test_more(self): seen.here()

@pytest.mark.anyio
class TestC(TestA): pass

class Case(unittest.TestCase):
    @pytest.mark.anyio
    async def test_anyio(self): seen.here()
    @pytest.mark.trio
    async def test_trio(self): seen.here()

class Isolated(unittest.IsolatedAsyncioTestCase):
    @pytest.mark.anyio
    async def test_anyio(self): seen.here()

class Django(TestCase):
    async def test_plain(self): seen.here()
    @pytest.mark.anyio
    async def test_anyio(self): seen.here()
    @pytest.mark.anyio
    @pytest.mark.trio
    async def test_both(self): seen.here()

@sync_to_async
def test_hop(): seen.here()
"""

TRIO_MODE = {"pytest.ini": INI + "trio_mode = true\n", "test_trio.py": _TRIO}

TRIO_MODE_ALL = {
    "pytest.ini": INI + "trio_mode = true\nasyncio_mode = auto\nanyio_mode = auto\n",
    "test_trio.py": _TRIO,
}

_SETS = """
import pytest
import seen
from pytest import mark, param

DB = mark.django_db
TX = mark.django_db(transaction=True)
CASES = [param(1, marks=TX), param(2, marks=DB)]
NAMES = ["a", "b"]

@mark.parametrize("n", CASES)
def test_two_modes(n): seen.here()

@mark.parametrize("n", [param(1, marks=TX), param(2, marks=mark.django_db(transaction=True, databases=None))])
def test_two_that_are_one(n): seen.here()

@mark.parametrize("n", [param(1, marks=mark.django_db(databases=["default", "other"])), param(2, marks=DB)])
def test_two_databases(n): seen.here()

@mark.parametrize("n", [param(1, marks=TX), param(2, marks=[mark.ma, TX])])
def test_same_mode(n): seen.here()

@mark.django_db
@mark.parametrize("n", [param(1, marks=TX), 2])
def test_the_function_wins(n): seen.here()

@mark.parametrize("n", [param(1, marks=TX), 2])
def test_only_some(n): seen.here()

@mark.parametrize("n", [param(1, marks=TX), 2])
@mark.parametrize("m", [1, param(2, marks=TX)])
def test_some_of_both(n, m): seen.here()

@mark.parametrize("n", [param(1, marks=DB), param(2, marks=DB)])
@mark.parametrize("m", [1, param(2, marks=mark.django_db())])
def test_all_of_one(n, m): seen.here()

@mark.parametrize("n", [param(name, marks=TX) for name in NAMES])
def test_comprehension(n): seen.here()

@mark.parametrize("n", [param(n, marks=m) for n, m in ((1, DB), (2, mark.django_db(transaction=True)))])
def test_comprehension_over_marks(n): seen.here()

@mark.parametrize("n", [param(n, marks=DB) if n else n for n in range(2)])
def test_conditional(n): seen.here()

@mark.parametrize("n", [*CASES, 3])
def test_starred(n): seen.here()

@mark.parametrize("n", [*[param(n, marks=TX) for n in NAMES], param(3, marks=TX)])
def test_starred_comprehension(n): seen.here()

@mark.parametrize("n", CASES[:1] + [param(3, marks=TX)])
def test_sliced(n): seen.here()

@mark.parametrize("n", tuple(param(n, marks=DB) for n in NAMES))
def test_generator(n): seen.here()

def cases(*marks):
    return [param(n, marks=marks) for n in (1, 2)]

@mark.parametrize("n", cases(mark.mb, DB))
def test_made(n): seen.here()

def grown():
    found = []
    for n in range(2):
        found.append(param(n, marks=DB))
    return found

@mark.parametrize("n", grown())
def test_grown(n): seen.here()

@mark.parametrize("n", range(2))
def test_plain(n): seen.here()

@mark.parametrize("n", [])
@mark.parametrize("m", [])
def test_empty(n, m): seen.here()

@mark.django_db(databases=["other"])
class TestClass:
    @mark.parametrize("n", [param(1, marks=TX), 2])
    def test_over_class(self, n): seen.here()

    @mark.parametrize("n", [param(1, marks=TX), param(2, marks=mark.django_db(True))])
    def test_all_over_class(self, n): seen.here()

@mark.parametrize("n", [param(1, marks=mark.asyncio(loop_scope="module")), param(2, marks=mark.asyncio)])
async def test_async(n): seen.here()

@mark.parametrize("n", [param(1, marks=mark.asyncio), param(2, marks=mark.trio)])
async def test_two_runners(n): seen.here()

@mark.parametrize("n", [param(1, marks=mark.asyncio), 2])
async def test_runner_of_some(n): seen.here()
"""

_FILLED = """
import pytest
import seen
from pytest import mark, param

DB = mark.django_db
TX = mark.django_db(transaction=True)

@pytest.fixture(params=[param(1, marks=[TX, mark.ma]), param(2, marks=TX)])
def moved(request): pass

@pytest.fixture(params=[param(1, marks=DB), param(2, marks=TX)])
def either(request): pass

@pytest.fixture(params=[param(n, marks=mark.django_db(databases=["other"])) for n in (1, 2)])
def other(request): pass

@pytest.fixture(params=[1, 2])
def plain(request): pass

@pytest.fixture(params=[])
def nothing(): pass

@pytest.fixture
def through(moved): pass

@pytest.fixture(autouse=True, params=[param(1, marks=mark.mb)])
def always(): pass

def test_moved(moved): seen.here()
def test_through(through): seen.here()
def test_either(either): seen.here()
def test_other(other): seen.here()
def test_plain(plain): seen.here()
def test_nothing(nothing): seen.here()

@mark.parametrize("moved", [1])
def test_filled(moved): seen.here()

@mark.parametrize("moved", [param(1, marks=DB)], indirect=True)
def test_indirect(moved): seen.here()

@mark.parametrize("n", [param(1, marks=DB)])
def test_fixture_before_parametrize(n, moved): seen.here()

@mark.parametrize("n", [param(1, marks=DB)])
def test_parametrize_after_some(n, either): seen.here()

@mark.django_db
def test_the_function_wins(moved): seen.here()

@mark.usefixtures("moved", "plain")
class TestClass:
    def test_used(self): seen.here()

    @pytest.fixture
    def either(self, either): pass

    def test_override_asks(self, either): seen.here()

    @pytest.fixture
    def moved(self): pass

    def test_overridden(self, moved): seen.here()

    @pytest.fixture(params=[1])
    def through(self, through): pass

    def test_override_has_its_own(self, through): seen.here()

@pytest.fixture(params=[param(1, marks=mark.asyncio), param(2, marks=mark.asyncio)])
def looped(): pass

async def test_looped(looped): seen.here()

class TestLooped:
    async def test_looped(self, looped): seen.here()
"""

SETS = {"pytest.ini": INI, "test_sets.py": _SETS, "test_filled.py": _FILLED}

SETS_EMPTY = {
    "pytest.ini": INI + "empty_parameter_set_mark = xfail\n",
    "test_empty.py": """
import pytest
import seen

@pytest.fixture(params=())
def nothing(): pass

@pytest.mark.parametrize("n", [])
def test_empty(n): seen.here()

@pytest.mark.parametrize("n", ())
@pytest.mark.parametrize("m", [])
def test_twice(n, m): seen.here()

@pytest.mark.parametrize("n", [])
def test_fixture_too(n, nothing): seen.here()

@pytest.mark.django_db
def test_fixture(nothing): seen.here()

@pytest.mark.parametrize("nothing", [1])
def test_filled(nothing): seen.here()
""",
}

MARKS_SOMETIMES = {
    "pytest.ini": INI,
    "flags.py": """
import os
POSTGRES = bool(os.environ.get("NO_SUCH_VARIABLE"))
SLOW = False
""",
    "test_if.py": """
import pytest
import seen
from flags import POSTGRES

if POSTGRES:
    pytestmark = [pytest.mark.django_db(databases=["default"]), pytest.mark.ma]
else:
    pytestmark = pytest.mark.django_db(databases=("default",))

def test_of_both(): seen.here()

class TestOneOfTwo:
    if POSTGRES:
        pytestmark = pytest.mark.django_db(transaction=True)
    else:
        pytestmark = pytest.mark.django_db
    def test_mode(self): seen.here()

class TestAdded:
    pytestmark = [pytest.mark.mb]
    if POSTGRES:
        pytestmark.append(pytest.mark.mc)
    def test_added(self): seen.here()

class TestNotChanged:
    pytestmark = [pytest.mark.mb]
    if POSTGRES:
        pytestmark += [pytest.mark.django_db(transaction=True)]
    def test_added(self): seen.here()

class TestChoice:
    pytestmark = pytest.mark.django_db(transaction=True) if POSTGRES else pytest.mark.django_db
    def test_mode(self): seen.here()

class TestSameChoice:
    pytestmark = [pytest.mark.django_db(transaction=True) if POSTGRES else pytest.mark.django_db(transaction=True)]
    def test_mode(self): seen.here()
""",
    "test_decided.py": """
import pytest
import seen
from typing import TYPE_CHECKING
from flags import SLOW

pytestmark = pytest.mark.django_db
if SLOW:
    pytestmark = pytest.mark.django_db(transaction=True)
if TYPE_CHECKING:
    pytestmark = []

def test_mode(): seen.here()

class TestDeleted:
    pytestmark = pytest.mark.django_db(transaction=True)
    del pytestmark
    def test_deleted(self): seen.here()

class TestUnpacked:
    pytestmark, other = pytest.mark.django_db(transaction=True), 1
    def test_unpacked(self): seen.here()
""",
    "test_try.py": """
import pytest
import seen

try:
    import no_such_module
    pytestmark = pytest.mark.django_db(transaction=True)
except ImportError:
    pytestmark = pytest.mark.django_db

def test_missing(): seen.here()

class TestInstalled:
    try:
        import django.db
    except ImportError:
        pytestmark = pytest.mark.skip("no Django")
    else:
        pytestmark = pytest.mark.django_db(transaction=True)
    def test_installed(self): seen.here()

class TestMayRaise:
    try:
        int("x")
        pytestmark = pytest.mark.django_db(transaction=True)
    except ValueError:
        pytestmark = pytest.mark.django_db
    def test_raises(self): seen.here()

class TestFinally:
    try:
        pytestmark = []
    finally:
        pytestmark = [*pytestmark, pytest.mark.django_db(transaction=True)]
    def test_finally(self): seen.here()

class TestLoop:
    pytestmark = [pytest.mark.django_db]
    for name in ():
        pytestmark = [pytest.mark.django_db(transaction=True)]
    def test_loop(self): seen.here()
""",
    "test_left.py": """
import pytest
import seen
from flags import POSTGRES

if POSTGRES:
    pytestmark = pytest.mark.django_db(transaction=True)
    pytest.skip("not here", allow_module_level=True)
else:
    pytestmark = pytest.mark.django_db

def test_left(): seen.here()
""",
    "lib/__init__.py": "",
    "lib/marked.py": """
import pytest
pytestmark = pytest.mark.django_db(transaction=True)
hidden = pytest.fixture(lambda db: None)
@pytest.fixture
def kept(db): pass
@pytest.fixture
def dropped(db): pass
del pytestmark, hidden
""",
    "lib/again.py": """
from lib.marked import *
import pytest
del dropped
""",
    "conftest.py": """
import pytest
@pytest.fixture
def dropped(): pass
@pytest.fixture
def hidden(): pass
""",
    "test_star.py": """
import seen
from lib.again import *
def test_kept(kept): seen.here()
def test_dropped(dropped): seen.here()
def test_hidden(hidden): seen.here()
""",
}

FIXTURES_SOMETIMES = {
    "pytest.ini": INI,
    "flags.py": """
import os
NONE = os.environ.get("NO_SUCH_VARIABLE")
SOME = not NONE
""",
    "conftest.py": """
import pytest
from flags import NONE, SOME

if NONE:
    @pytest.fixture
    def store(): pass
else:
    @pytest.fixture
    def store(db): pass

if NONE:
    @pytest.fixture
    def same(tmp_path): pass
else:
    @pytest.fixture
    def same(): pass

if NONE:
    @pytest.fixture
    def flushed(transactional_db): pass
else:
    @pytest.fixture
    def flushed(db): pass

@pytest.fixture
def outer(db): pass

@pytest.fixture
def outer_plain(): pass

@pytest.fixture
def both_plain(): pass

if SOME:
    @pytest.fixture
    def alone(db): pass

try:
    import django
except ImportError:
    django = None
else:
    @pytest.fixture
    def tried(db): pass
""",
    "test_some.py": """
import pytest
import seen
from flags import NONE, SOME

if SOME:
    @pytest.fixture
    def outer(): pass

    @pytest.fixture
    def outer_plain(db): pass

    @pytest.fixture
    def both_plain(same): pass

def test_store(store): seen.here()
def test_same(same): seen.here()
def test_flushed(flushed): seen.here()
def test_outer(outer): seen.here()
def test_outer_plain(outer_plain): seen.here()
def test_both_plain(both_plain): seen.here()
def test_alone(alone): seen.here()
def test_tried(tried): seen.here()

@pytest.mark.django_db
def test_marked(store, outer): seen.here()

@pytest.mark.django_db
def test_marked_flushed(flushed): seen.here()

@pytest.mark.django_db(transaction=True)
def test_marked_too(flushed): seen.here()
""",
}

GENERIC = {
    "pytest.ini": INI + "asyncio_mode = auto\n",
    "base.py": """
from __future__ import annotations
from typing import Generic, TypeVar, ClassVar, Protocol
import abc
import pytest, seen
T = TypeVar("T")
class Repo(Generic[T]):
    model: ClassVar[type]
    pytestmark = [pytest.mark.django_db]
    @pytest.fixture
    def thing(self) -> T: pass
    def test_get(self, thing: T): seen.here()
    async def test_aget(self, thing: T): seen.here()
class Abstract(abc.ABC):
    @abc.abstractmethod
    def make(self): ...
    @pytest.mark.django_db(transaction=True)
    def test_abstract(self): seen.here()
class Lifecycle(Protocol[T]):
    def test_proto(self): seen.here()
""",
    "test_generic.py": """
import pytest, seen
from base import Repo, Abstract, Lifecycle
class TestInt(Repo[int]):
    @pytest.fixture
    def thing(self, thing, transactional_db): pass
class TestStr(Repo["str"]):
    pytestmark = pytest.mark.django_db(transaction=True)
class TestBoth(Abstract, Repo[dict[str, int]]):
    def make(self): pass
class TestStillAbstract(Abstract): pass
class TestProto(Lifecycle[int]): pass
class TestMixed(Repo[int], Lifecycle[int]): pass
""",
}


MADE_BY_TYPING = {
    "pytest.ini": INI,
    "test_c.py": """
import enum, threading, typing, collections
from typing import NamedTuple, Protocol, TypedDict, Generic, TypeVar
from types import SimpleNamespace
import pytest, seen
from django.db.models import TextChoices
T = TypeVar("T")
class TestTuple(NamedTuple):
    x: int
    def test_a(self): pass
class TestError(Exception):
    def test_a(self): pass
class TestEnum(enum.Enum):
    A = 1
    def test_a(self): pass
class TestChoices(TextChoices):
    A = "a"
    def test_a(self): pass
class TestThread(threading.Thread):
    def test_a(self): pass
class TestDict(dict):
    def test_a(self): pass
class Proto(Protocol):
    def test_p(self): pass
class TestProto(Proto):
    def test_a(self): pass
class TestGeneric(Generic[T]):
    def test_a(self): pass
class TestSpace(SimpleNamespace):
    def test_a(self): pass
class TestStr(str):
    def test_a(self): pass
class TestObject(object):
    def test_a(self): pass
class TestTyped(TypedDict):
    x: int
def test_one(): pass
""",
}


GENERATED_SETS = {
    "pytest.ini": INI,
    "conftest.py": """
import pytest
TX = pytest.mark.django_db(transaction=True)
def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", [pytest.param(name, marks=pytest.mark.django_db) for name in ("a", "b")])
    if "some" in metafunc.fixturenames:
        metafunc.parametrize("some", ["a", pytest.param("b", marks=[TX])], indirect=True)
    for name in ("looped",):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [pytest.param("b", marks=[TX])])
@pytest.fixture
def some(): pass
""",
    "test_g.py": """
import pytest, seen
def test_backend(backend): seen.here()
def test_some(some): seen.here()
def test_looped(looped): seen.here()
def test_plain(): seen.here()
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.django_db(transaction=True))])
def test_both(n, backend): seen.here()
""",
}


KEYWORDS = {
    "pytest.ini": INI,
    "conftest.py": """
import pytest
def pytest_collection_modifyitems(config, items):
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.django_db(transaction=True))
        if "django_db" not in item.keywords:
            item.add_marker(pytest.mark.fast)
""",
    "test_k.py": """
import pytest, seen
@pytest.mark.slow
def test_slow(): seen.here()
@pytest.mark.slow
class TestX:
    def test_in(self): seen.here()
def test_plain(): seen.here()
@pytest.mark.django_db
def test_db(): seen.here()
class Testslow:
    def test_named(self): seen.here()
""",
    "slow/test_in.py": """import seen
def test_in_folder(): seen.here()
""",
}


OVERRIDDEN = {
    "pytest.ini": INI + "addopts = -p plug\n",
    "plug.py": """
import pytest
@pytest.fixture
def client(client): return client
@pytest.fixture
def account(db): pass
@pytest.fixture
def db(db): pass
""",
    "conftest.py": """
import pytest
@pytest.fixture
def account(account): pass
@pytest.fixture(autouse=True)
def enable_db(account): pass
""",
    "a/__init__.py": "",
    "a/conftest.py": """
import pytest
@pytest.fixture
def enable_db(): pass
@pytest.fixture(name="account")
def plain_account(): pass
""",
    "a/test_a.py": """
import pytest, seen
def test_a(): seen.here()
def test_account(account): seen.here()
class TestOver:
    @pytest.fixture
    def enable_db(self, transactional_db): pass
    def test_over(self): seen.here()
    class TestInner:
        @pytest.fixture
        def enable_db(self): pass
        def test_inner(self): seen.here()
@pytest.mark.parametrize("enable_db", [None])
def test_filled(enable_db): seen.here()
""",
    "b/test_b.py": """
import pytest, seen
def test_b(): seen.here()
@pytest.mark.parametrize("account", [None])
def test_filled(account): seen.here()
@pytest.mark.parametrize("account", [None], indirect=True)
def test_indirect(account): seen.here()
@pytest.mark.usefixtures("transactional_db")
def test_tx(): seen.here()
def test_client(client): seen.here()
""",
}


LOOPS = {
    "pytest.ini": INI + "asyncio_default_fixture_loop_scope = session\nasyncio_default_test_loop_scope = module\n",
    "conftest.py": """
import pytest, pytest_asyncio
from pytest_asyncio import fixture as afixture
@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pool(): yield 1
@afixture
async def conn(pool): return 1
@afixture(loop_scope="module", name="named")
async def _named(db): yield
@pytest.fixture
async def forgotten(): return 1
module_fixture = pytest_asyncio.fixture(scope="module")
@module_fixture
async def shared(): return 2
""",
    "test_async.py": """
import pytest, seen
pytestmark = pytest.mark.asyncio(loop_scope="session")
async def test_conn(conn): seen.here()
async def test_named(named): seen.here()
async def test_forgotten(forgotten): seen.here()
async def test_shared(shared): seen.here()
def test_sync(conn, named): seen.here()
class TestIn:
    pytestmark = pytest.mark.django_db(transaction=True)
    async def test_in(self, conn): seen.here()
    @pytest.mark.anyio
    async def test_anyio(self, conn): seen.here()
    @pytest.mark.parametrize("conn", [1, 2], indirect=True)
    async def test_ind(self, conn): seen.here()
""",
}


MIXES = {
    "pytest.ini": INI,
    "test_type.py": """
import pytest, seen, unittest
from django.test import TestCase, TransactionTestCase
def cases(**named):
    def deco(f):
        return pytest.mark.parametrize("x", list(named.values()), ids=list(named))(f)
    return deco
class Base:
    def setup_method(self, method): pass
    @pytest.fixture(scope="class")
    def shared(self, django_db_setup): pass
@pytest.mark.usefixtures("shared", "db")
class TestUses(Base):
    def test_one(self): seen.here()
class TestUsesMore(TestUses):
    pytestmark = pytest.mark.usefixtures("transactional_db")
    def test_two(self): seen.here()
@cases(a=1, b=2)
@pytest.mark.django_db
def test_cases(x): seen.here()
class Plain(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _db(self, db): pass
    def test_plain(self): seen.here()
    async def test_async(self): seen.here()
@pytest.mark.usefixtures("transactional_db")
class Used(unittest.TestCase):
    def test_used(self): seen.here()
class Dj(Base, TestCase):
    databases = {"default", "other"}
    @pytest.fixture(autouse=True)
    def _more(self, transactional_db): pass
    def test_dj(self): seen.here()
class Tx(Dj, TransactionTestCase):
    def test_tx(self): seen.here()
""",
}


PROJECTS: dict[str, dict[str, str]] = {
    "anyio-again": ANYIO_AGAIN,
    "anyio-marked-again": ANYIO_MARKED_AGAIN,
    "trio-mode-again": TRIO_MODE,
    "trio-mode-all": TRIO_MODE_ALL,
    "marks-sometimes": MARKS_SOMETIMES,
    "fixtures-sometimes": FIXTURES_SOMETIMES,
    "sets": SETS,
    "generic": GENERIC,
    "made-by-typing": MADE_BY_TYPING,
    "generated-sets": GENERATED_SETS,
    "keywords": KEYWORDS,
    "overridden": OVERRIDDEN,
    "loops": LOOPS,
    "mixes": MIXES,
    "sets-empty": SETS_EMPTY,
}
