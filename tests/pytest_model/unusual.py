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

PROJECTS: dict[str, dict[str, str]] = {
    "anyio-again": ANYIO_AGAIN,
    "anyio-marked-again": ANYIO_MARKED_AGAIN,
    "trio-mode-again": TRIO_MODE,
    "trio-mode-all": TRIO_MODE_ALL,
}
