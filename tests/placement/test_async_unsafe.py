"""Sync ORM where a loop runs, while `DJANGO_ALLOW_ASYNC_UNSAFE` is set: it works, on another connection."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import INI, check

pytestmark = needs_environment

VARIABLE = '"DJANGO_ALLOW_ASYNC_UNSAFE"'
LEAKS = "async def test_it({params}):  #= leaks\n    Order.objects.create()  #: ISO202\n"
RAISES = "async def test_it({params}):  #= safe\n    Order.objects.create()\n"
CONFTEST = {"conftest.py": f'import os\n\nos.environ[{VARIABLE}] = "true"\n'}

FOR_ALL = {
    "conftest": CONFTEST,
    "default": {"conftest.py": f'from os import environ\n\nenviron.setdefault({VARIABLE}, "true")\n'},
    "update": {"conftest.py": f'import os\n\nos.environ.update({{{VARIABLE}: "1"}})\n'},
    "keyword": {"conftest.py": 'import os\n\nos.environ.update(DJANGO_ALLOW_ASYNC_UNSAFE="1")\n'},
    "hook": {"conftest.py": f'import os\n\n\ndef pytest_configure(config):\n    os.environ[{VARIABLE}] = "true"\n'},
    "helper": {
        "unsafe.py": f'import os\n\nNAME = {VARIABLE}\n\n\ndef allow():\n    os.environ[NAME] = "true"\n',
        "conftest.py": "import unsafe\n\nunsafe.allow()\n",
    },
    "settings": {"conf.py": f'import os\n\nos.environ[{VARIABLE}] = "true"\n'},
    "settings, taken over": {
        "base.py": f'import os\n\nos.environ[{VARIABLE}] = "true"\n',
        "conf.py": "from base import *\n",
    },
    "fixture": {
        "conftest.py": "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef unsafe(monkeypatch):\n"
        f'    monkeypatch.setenv({VARIABLE}, "true")\n'
    },
}

FOR_NONE = {
    "empty": {"conftest.py": f'import os\n\nos.environ[{VARIABLE}] = ""\n'},
    "another": {"conftest.py": 'import os\n\nos.environ["DJANGO_SETTINGS_MODULE"] = "true"\n'},
    "condition": {"conftest.py": f'import os\n\nif os.environ.get("CI"):\n    os.environ[{VARIABLE}] = "true"\n'},
    "unknown": {"conftest.py": f"import os, sys\n\nos.environ[{VARIABLE}] = sys.argv[1]\n"},
    "mapping": {"conftest.py": f'environ = {{}}\nenviron[{VARIABLE}] = "true"\n'},
    "other folder": {"other/conftest.py": f'import os\n\nos.environ[{VARIABLE}] = "true"\n'},
}


@pytest.mark.parametrize("files", FOR_ALL.values(), ids=FOR_ALL)
def test_set_for_all_tests(files: dict[str, str]) -> None:
    check(LEAKS.format(params=""), files, f"{INI}DJANGO_SETTINGS_MODULE = conf\n")


@pytest.mark.parametrize("files", FOR_NONE.values(), ids=FOR_NONE)
def test_not_set(files: dict[str, str]) -> None:
    check(RAISES.format(params=""), files)


def test_set_by_pytest_env() -> None:
    check(LEAKS.format(params=""), None, f"{INI}env =\n    DJANGO_ALLOW_ASYNC_UNSAFE=true\n")


def test_set_by_the_test() -> None:
    check(
        """
import os

async def test_patched(monkeypatch):  #= leaks
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    Order.objects.create()  #: ISO202

async def test_of_a_mapping():  #= leaks
    with patch.dict(os.environ, {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"}):
        Order.objects.create()  #: ISO202

@patch.dict("os.environ", DJANGO_ALLOW_ASYNC_UNSAFE="true")
async def test_decorated():  #= leaks
    Order.objects.create()  #: ISO202

async def test_without():  #= safe
    Order.objects.create()
"""
    )


def test_what_works_then() -> None:
    check(
        """
from django.db import transaction
from django.test import TestCase

async def test_body():  #= leaks
    Order.objects.create()  #: ISO202

async def test_helper():  #= leaks
    make()  #: ISO202

async def test_transaction():  #= leaks
    with transaction.atomic():
        make()  #: ISO202

async def test_lazy():  #= leaks
    list(Order.objects.filter(total=1))  #: ISO202

async def test_worker():  #= leaks
    await sync_to_async(make)()  #: ISO101

async def test_mocked():  #= safe
    with patch("shop.Order.objects"):
        make()

async def test_none():  #= safe
    pure()

def test_sync():  #= safe
    Order.objects.create()

def test_bridged():  #= leaks
    async def body():
        make()
    async_to_sync(body)()  #: ISO202

def test_bridged_and_back():  #= safe
    async def body():
        await sync_to_async(make)()
    async_to_sync(body)()

class TestIt(TestCase):
    async def test_method(self):  #= leaks
        make()  #: ISO202

    def test_plain(self):  #= safe
        make()

@pytest.fixture
async def order(db):  #: ISO106
    return Order.objects.create()

async def test_fixture(order):  #= leaks
    pass
""",
        CONFTEST,
    )
