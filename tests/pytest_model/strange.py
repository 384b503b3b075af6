"""Projects as strangers write them: what two or three rules of pytest make of each other. File name to text.

Each found a difference between the model and pytest once. `rules` says which test stands for which rule.
"""

from __future__ import annotations

INI = "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"

STARS = {
    "pytest.ini": INI,
    "conftest.py": """
pytest_plugins = ["fx"]
""",
    "fx/__init__.py": """
from .a import *
from .b import *
import pytest

@pytest.fixture
def before(): pass

from .c import *

if pytest.__version__ == "0":
    from .d import *
""",
    "fx/a.py": """
import pytest
@pytest.fixture
def base(): pass
@pytest.fixture
def both(base): pass
@pytest.fixture
def hidden(base): pass
""",
    "fx/b.py": """
import pytest
__all__ = ["both", "user"]
@pytest.fixture
def user(both): pass
@pytest.fixture
def both(base): pass
@pytest.fixture
def hidden(): pass
""",
    "fx/c.py": """
import pytest
@pytest.fixture
def before(db): pass
""",
    "fx/d.py": """
import pytest
@pytest.fixture
def never(): pass
""",
    "marked.py": """
import pytest
pytestmark = [pytest.mark.ma, pytest.mark.django_db]
class TestShared:
    def test_shared(self, user): pass
""",
    "plain.py": """
import pytest
pytestmark = pytest.mark.mb
class TestShared:
    def test_shared(self): pass
    def test_more(self): pass
""",
    "test_own_first.py": """
import pytest
pytestmark = pytest.mark.mc
from marked import *
def test_marks(user): pass
""",
    "test_own_last.py": """
import pytest
from marked import *
pytestmark = pytest.mark.mc
def test_marks(user): pass
""",
    "test_two.py": """
from marked import *
from plain import *
def test_marks(user): pass
""",
    "test_x.py": """
from marked import *
def test_user(user): pass
def test_both(both): pass
def test_hidden(hidden): pass
def test_before(before): pass
""",
}

STARS_AGAIN = {
    "pytest.ini": INI,
    "lib/__init__.py": "",
    "lib/late.py": """
from lib.rows import *
from lib.names import *
""",
    "lib/names.py": """
import pytest

@pytest.fixture
def name(): pass

@pytest.fixture
def row(db): pass

pytestmark = [pytest.mark.mn]
""",
    "lib/rows.py": """
import pytest
from lib.names import *

@pytest.fixture
def row(name): pass

pytestmark = pytest.mark.mr
""",
    "lib/tool.py": """
import pytest

@pytest.fixture
def one(db): pass

from lib.tools import *
""",
    "lib/tools.py": """
from lib.tool import one
from lib.names import *
""",
    "test_cycle.py": """
from lib.tool import *
def test_one(one, row): pass
""",
    "test_late.py": """
import pytest
from lib.late import *
pytestmark = [*pytestmark, pytest.mark.mx]
def test_row(row): pass
""",
    "test_named.py": """
from lib.late import pytestmark, row, name
def test_row(row): pass
""",
    "test_renamed.py": """
import pytest
from lib.late import row, name
from lib.rows import pytestmark as marks
pytestmark = [marks, pytest.mark.django_db]
def test_row(row): pass
""",
    "test_rows.py": """
from lib.rows import *
def test_row(row): pass
""",
}

_HOPS = """import unittest

import pytest
import seen
from asgiref.sync import SyncToAsync, sync_to_async
from django.test import SimpleTestCase, TestCase


@sync_to_async
def test_bare(): seen.here()

@sync_to_async(thread_sensitive=False)
def test_called(): seen.here()

@SyncToAsync
def test_object(): seen.here()

@pytest.mark.asyncio
@sync_to_async
def test_asyncio(): seen.here()

@sync_to_async
@pytest.mark.asyncio
def test_asyncio_below(): seen.here()

@pytest.mark.asyncio
@SyncToAsync
def test_asyncio_object(): seen.here()

@pytest.mark.anyio
@sync_to_async
def test_anyio(): seen.here()

@sync_to_async
@pytest.mark.anyio
def test_anyio_below(): seen.here()

@sync_to_async
def test_backend(anyio_backend): seen.here()

@pytest.mark.trio
@sync_to_async
def test_trio(): seen.here()

@pytest.mark.asyncio
@pytest.mark.anyio
@sync_to_async
def test_both(): seen.here()

@pytest.mark.django_db
@sync_to_async
def test_marked(tmp_path): seen.here()

@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.asyncio
@sync_to_async
def test_filled(n): seen.here()

def _plain(): seen.here()

test_alias = sync_to_async(_plain)


class TestPlain:
    @sync_to_async
    @pytest.mark.asyncio
    def test_asyncio_below(self): seen.here()

    @sync_to_async
    @pytest.mark.trio
    def test_trio_below(self): seen.here()

    @pytest.mark.django_db
    @pytest.mark.usefixtures("tmp_path_factory")
    @pytest.mark.parametrize("n", [1])
    @sync_to_async
    def test_marks_above(self, n): seen.here()

    @sync_to_async
    @pytest.mark.django_db
    @pytest.mark.usefixtures("tmp_path_factory")
    @pytest.mark.parametrize("n", [1])
    def test_marks_below(self, n): seen.here()

    @classmethod
    @sync_to_async
    def test_class(cls): seen.here()

    @pytest.mark.usefixtures("anyio_backend")
    @sync_to_async
    def test_backend_above(self): seen.here()

    @sync_to_async
    def test_bare(self): seen.here()

    @pytest.mark.asyncio
    @sync_to_async
    def test_asyncio(self): seen.here()

    @pytest.mark.anyio
    @sync_to_async
    def test_anyio(self): seen.here()

    @sync_to_async
    @pytest.mark.anyio
    def test_anyio_below(self): seen.here()

    @pytest.mark.trio
    @sync_to_async
    def test_trio(self): seen.here()

    @SyncToAsync
    def test_object(self, tmp_path): seen.here()

    @staticmethod
    @sync_to_async
    def test_static(): seen.here()

    @pytest.mark.asyncio
    @staticmethod
    @sync_to_async
    def test_static_asyncio(): seen.here()


@pytest.mark.asyncio
class TestMarked:
    @sync_to_async
    def test_bare(self): seen.here()

    @staticmethod
    @sync_to_async
    def test_static(): seen.here()


@pytest.mark.anyio
class TestAnyio:
    @sync_to_async
    def test_bare(self): seen.here()


@pytest.mark.trio
class TestTrio:
    @sync_to_async
    def test_bare(self): seen.here()


class Django(TestCase):
    @sync_to_async
    def test_bare(self): seen.here()

    @SyncToAsync
    def test_object(self): seen.here()

    @pytest.mark.anyio
    @sync_to_async
    def test_anyio(self): seen.here()

    @pytest.mark.trio
    @sync_to_async
    def test_trio(self): seen.here()


    @sync_to_async
    @pytest.mark.anyio
    def test_anyio_below(self): seen.here()

    @sync_to_async
    @pytest.mark.trio
    def test_trio_below(self): seen.here()


class Simple(SimpleTestCase):
    @sync_to_async
    def test_bare(self): seen.here()


class Plain(unittest.TestCase):
    @sync_to_async
    def test_bare(self): seen.here()

    @pytest.mark.asyncio
    @sync_to_async
    def test_asyncio(self): seen.here()

    @pytest.mark.anyio
    @sync_to_async
    def test_anyio(self): seen.here()

    @pytest.mark.trio
    @sync_to_async
    def test_trio(self): seen.here()


    @sync_to_async
    @pytest.mark.anyio
    def test_anyio_below(self): seen.here()

    @sync_to_async
    @pytest.mark.trio
    def test_trio_below(self): seen.here()


class Isolated(unittest.IsolatedAsyncioTestCase):
    @sync_to_async
    def test_bare(self): seen.here()

    @sync_to_async(thread_sensitive=False)
    def test_object(self): seen.here()

    @pytest.mark.anyio
    @sync_to_async
    def test_anyio(self): seen.here()
"""

HOPS = {"pytest.ini": INI, "test_hops.py": _HOPS}

HOPS_AUTO = {"pytest.ini": INI + "asyncio_mode = auto\n", "test_hops.py": _HOPS}

HOPS_ANYIO = {"pytest.ini": INI + "anyio_mode = auto\n", "test_hops.py": _HOPS}

PROJECTS: dict[str, dict[str, str]] = {
    "stars": STARS,
    "stars-again": STARS_AGAIN,
    "hops": HOPS,
    "hops-auto": HOPS_AUTO,
    "hops-anyio": HOPS_ANYIO,
}
