"""Tests as strings in, converted tests as strings out: what the text looks like afterwards."""

# ruff: noqa: E501 - a case is read best on one line

from __future__ import annotations

import pytest

from isolint.fixes.to_sync import Form
from tests.fixes.support import convert, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

IMPORTS = """\
import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async

from shop.models import Customer, Order
from shop.services import Warehouse, greet, ship, store

"""
MARKS = "\n@pytest.mark.django_db\n@pytest.mark.asyncio\n"


def body_of(lines: str, form: Form = "direct") -> str:
    """The body that a test with this body has when it is converted; each call leaves one `acount` behind, so that there is
    something to convert."""
    text = IMPORTS + MARKS + "async def test_it(make_order):\n    await Order.objects.acount()\n" + lines
    result = convert(text, form=form)
    assert result.reason == ""
    return result.text.partition("    Order.objects.count()\n")[2]


@pytest.mark.parametrize(
    "line",
    [
        "x = httpx.Response(200)",
        "x = httpx.ConnectError('down')",
        "x = aiohttp.ClientError",
        "x = aiohttp.http_exceptions.HttpProcessingError",
    ],
)
def test_what_a_client_gives_or_raises_is_no_client(line: str) -> None:
    """Answers and errors are bound to no loop and start no application: tests hand them to mocks."""
    text = f"import aiohttp\nimport httpx\n{IMPORTS}{MARKS}async def test_it():\n    {line}\n    await Order.objects.acount()\n"
    result = convert(text)
    assert (result.reason, result.plan.applicability) == ("", "safe")
    assert f"def test_it():\n    {line}\n    Order.objects.count()\n" in result.text


@pytest.mark.parametrize(
    "before, after",
    [
        ("await sync_to_async(make_order)(total=3)", "make_order(total=3)"),
        ("x = await sync_to_async(Order.objects.create)(total=3)", "x = Order.objects.create(total=3)"),
        ("await  sync_to_async( store )( 1 , )", "store( 1 , )"),
        ("await (sync_to_async(store))(1)", "store(1)"),
        ("await (sync_to_async(store)(1))", "store(1)"),
        ("await sync_to_async(store, thread_sensitive=True)()", "store()"),
        ("await sync_to_async(func=store)()", "store()"),
        ("await database_sync_to_async(store)(2)", "store(2)"),
        ("await database_sync_to_async(make_order)(\n        total=2,  # two\n    )", "make_order(\n        total=2,  # two\n    )"),
        ("x = (await sync_to_async(store)()).total", "x = store().total"),
        ("x = (await sync_to_async(list)('ab'))[0]", "x = list('ab')[0]"),
        ("x = (await Order.objects.aget_or_create())[0]", "x = Order.objects.get_or_create()[0]"),
        ("x = (  await sync_to_async(store)() ).total", "x = (  store() ).total"),
        ("x = 1 if(await sync_to_async(store)()).total else 2", "x = 1 if(store()).total else 2"),
        ("x = not await sync_to_async(store)()", "x = not store()"),
        ("assert await sync_to_async(store)(), 'no order'", "assert store(), 'no order'"),
        ("x = {'a': await sync_to_async(store)(), **{}}", "x = {'a': store(), **{}}"),
        ("x = f'{await sync_to_async(store)()!r}'", "x = f'{store()!r}'"),
        ("await sync_to_async(store if make_order else greet)('x')", "(store if make_order else greet)('x')"),
        ("await sync_to_async(make_order or store)()", "(make_order or store)()"),
        ("await sync_to_async(  # why\n        store\n    )(2)", "(  # why\n        store\n    )(2)"),
        ("x = (await sync_to_async(  # why\n        store,  # that\n    )(2)).total", "x = (  # why\n        store  # that\n    )(2).total"),
        (
            "x = await sync_to_async(\n        # why\n        lambda: Order.objects.count(),  # that\n    )()",
            "x = (\n        # why\n        Order.objects.count()  # that\n    )",
        ),
        ("x = await sync_to_async(  # why\n        lambda n: n,\n    )(3)", "x = (  # why\n        lambda n: n\n    )(3)"),
        ("await sync_to_async(lambda: Order.objects.count())()", "Order.objects.count()"),
        ("x = await sync_to_async(lambda: 1 == 2)()", "x = 1 == 2"),
        ("x = print(await sync_to_async(lambda: 1 == 2)())", "x = print(1 == 2)"),
        ("x = await sync_to_async(lambda: 1 + 2)() * 3", "x = (1 + 2) * 3"),
        ("x = (await sync_to_async(lambda: 1 + 2)()).real", "x = (1 + 2).real"),
        ("x = (await sync_to_async(lambda: 1)()).real", "x = (1).real"),
        ("x = await sync_to_async(lambda: (1, 2))()", "x = (1, 2)"),
        ("x = await sync_to_async(lambda: [o for o in 'ab'])()", "x = [o for o in 'ab']"),
        ("x = await sync_to_async(lambda n: n + 1)(3)", "x = (lambda n: n + 1)(3)"),
        ("x = await sync_to_async(lambda: (y := 3))()", "x = (lambda: (y := 3))()"),
        ("x = await sync_to_async((lambda: 4))()", "x = 4"),
        (
            "x = await sync_to_async(\n        lambda: Order.objects.create(\n            total=3,\n        )\n    )()",
            "x = Order.objects.create(\n        total=3,\n    )",
        ),
        (
            "x = await sync_to_async(\n        Order.objects\n        .create\n    )(total=3)",
            "x = (Order.objects\n    .create)(total=3)",
        ),
        (
            "x = await sync_to_async(lambda: Order.objects.filter(\n        total='''\n          3''',\n    ))()",
            "x = Order.objects.filter(\n        total='''\n          3''',\n    )",
        ),
        ("await sync_to_async(store)(await sync_to_async(len)('ab'))", "store(len('ab'))"),
        ("await ship(await sync_to_async(store)())", "async_to_sync(ship)(store())"),
        ("x = (await ship(1)).order", "x = async_to_sync(ship)(1).order"),
        ("await Warehouse().pack(1)", "async_to_sync(Warehouse().pack)(1)"),
        ("await (await Customer.objects.aget()).orders.acount()", "Customer.objects.get().orders.count()"),
        ("await (\n        ship(1)\n    )", "(\n        async_to_sync(ship)(1)\n    )"),
        ("x = [o for o in await greet('x')]", "x = [o for o in async_to_sync(greet)('x')]"),
        ("for o in await greet('x'): pass", "for o in async_to_sync(greet)('x'): pass"),
        ("await (ship)(1)", "async_to_sync(ship)(1)"),
        (
            "await ship(  # one\n        # two\n        1,\n    )  # three",
            "async_to_sync(ship)(  # one\n        # two\n        1,\n    )  # three",
        ),
        (
            "await (\n        Order.objects\n        # all of them\n        .acount()\n    )",
            "(\n        Order.objects\n        # all of them\n        .count()\n    )",
        ),
        ("async for o in Order.objects.all(): print(o)", "for o in Order.objects.all(): print(o)"),
        ("async  for o in Order.objects.aiterator(): pass", "for o in Order.objects.iterator(): pass"),
        ("x = [o async for o in Order.objects.all() if o]", "x = [o for o in Order.objects.all() if o]"),
        (
            "x = {\n        a: b\n        async for a, b in Order.objects.values_list('a', 'b')\n    }",
            "x = {\n        a: b\n        for a, b in Order.objects.values_list('a', 'b')\n    }",
        ),
    ],
)  # fmt: skip
def test_expressions(before: str, after: str) -> None:
    assert body_of(f"    {before}\n") == f"    {after}\n"


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "make = sync_to_async(store)\n    x = await make(1)\n    y = (await make(2)).total",
            "make = store\n    x = make(1)\n    y = make(2).total",
        ),
        (
            "make = database_sync_to_async(\n        lambda n: store(n)\n    )\n    await make(1)",
            "make = lambda n: store(n)\n    make(1)",
        ),
        (
            "@sync_to_async\n    def make(n):  # one\n        return store(n)\n\n    assert await make(1)",
            "def make(n):  # one\n        return store(n)\n\n    assert make(1)",
        ),
        (
            "# why\n    @database_sync_to_async()  # hops\n    def make():\n        return store()\n\n    await make()",
            "# why\n    # hops\n    def make():\n        return store()\n\n    make()",
        ),
        # not only awaited: it stays what it is, and its one await is bridged
        (
            "make = sync_to_async(store)\n    print(make)\n    x = await make(1)",
            "make = sync_to_async(store)\n    print(make)\n    x = async_to_sync(make)(1)",
        ),
    ],
)  # fmt: skip
def test_hops_with_a_name(before: str, after: str) -> None:
    assert body_of(f"    {before}\n") == f"    {after}\n"


def test_names_that_only_look_like_the_orm() -> None:
    lines = "    class View:\n        def aget(self): ...\n\n    await View().aget()\n"
    assert body_of(lines).endswith("    async_to_sync(View().aget)()\n")


# --- around the function ---------------------------------------------------------------------------------------------


def test_decorators_and_comments_stay() -> None:
    text = """\
import pytest

from shop.models import Order


# about the test
@pytest.mark.django_db  # rolled back
# about its loop
@pytest.mark.asyncio(loop_scope="function")  # a loop of its own
@pytest.mark.parametrize("n", [1])
async  def test_it(n: int) -> None:  # the test
    '''What it does.'''
    await Order.objects.acreate(total=n)  # make it
"""
    assert (
        convert(text).text
        == """\
import pytest

from shop.models import Order


# about the test
@pytest.mark.django_db  # rolled back
# about its loop
# a loop of its own
@pytest.mark.parametrize("n", [1])
def test_it(n: int) -> None:  # the test
    '''What it does.'''
    Order.objects.create(total=n)  # make it
"""
    )


def test_comment_inside_a_mark() -> None:
    text = "import pytest\nfrom shop.models import Order\n" + MARKS.replace(
        "asyncio\n", "asyncio(\n    # why\n    loop_scope='function')\n"
    )
    result = convert(text + "async def test_it():\n    await Order.objects.acreate()\n")
    assert result.reason == "a comment stands inside the mark that would go"


def test_asyncio_mark_as_a_list_element() -> None:
    text = """\
import pytest
from shop.models import Order

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db]


async def test_it():
    await Order.objects.acreate()
"""
    assert "pytestmark = [pytest.mark.django_db]\n\n\ndef test_it" in convert(text).text


def test_asyncio_mark_on_a_line_of_a_list() -> None:
    text = """\
import pytest
from shop.models import Order

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.asyncio,
]


async def test_it():
    await Order.objects.acreate()
"""
    assert "pytestmark = [\n    pytest.mark.django_db,\n]\n\n\ndef test_it" in convert(text).text


def test_asyncio_mark_of_the_module() -> None:
    text = """\
import pytest
from shop.models import Order

pytestmark = pytest.mark.asyncio


@pytest.mark.django_db
async def test_it():
    await Order.objects.acreate()
"""
    assert (
        convert(text).text
        == """\
import pytest
from shop.models import Order


@pytest.mark.django_db
def test_it():
    Order.objects.create()
"""
    )


def test_marks_that_other_tests_need() -> None:
    text = """\
import pytest
from shop.models import Order

pytestmark = pytest.mark.asyncio


@pytest.mark.asyncio
class TestOrders:
    pytestmark = [pytest.mark.asyncio]

    @pytest.mark.django_db
    async def test_it(self):
        await Order.objects.acreate()

    async def test_that(self):
        pass
"""
    expected = text.replace("async def test_it", "def test_it").replace(
        "await Order.objects.acreate", "Order.objects.create"
    )
    assert convert(text).text == expected


def test_marks_of_a_class_with_one_async_test() -> None:
    text = """\
import pytest
from shop.models import Order


@pytest.mark.asyncio
class TestOrders:
    pytestmark = pytest.mark.django_db

    async def test_it(self):
        await Order.objects.acreate()

    def test_that(self):
        pass


@pytest.mark.asyncio
async def test_other():
    pass
"""
    expected = text.replace("@pytest.mark.asyncio\nclass", "class").replace("async def test_it", "def test_it")
    assert convert(text).text == expected.replace("await Order.objects.acreate", "Order.objects.create")


def test_decorator_that_brings_more_than_the_mark() -> None:
    text = """\
import pytest
from shop.models import Order

MARKS = [pytest.mark.asyncio, pytest.mark.django_db]


def both(function):
    return pytest.mark.asyncio(pytest.mark.django_db(function))


@both
async def test_it():
    await Order.objects.acreate()


class TestOrders:
    pytestmark = [*MARKS]

    async def test_that(self):
        await Order.objects.acreate()
"""
    for test in ("test_it", "test_that"):
        expected = text.replace(f"async def {test}", f"def {test}")
        head, name, rest = expected.partition(f"def {test}")
        assert convert(text, test).text == head + name + rest.replace(
            "await Order.objects.acreate", "Order.objects.create", 1
        )


def test_anyio() -> None:
    text = """\
import pytest
from shop.models import Order


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.django_db
@pytest.mark.anyio
async def test_it():
    await Order.objects.acreate()
"""
    assert convert(text).text.endswith("@pytest.mark.django_db\ndef test_it():\n    Order.objects.create()\n")


def test_auto_mode() -> None:
    text = "from shop.models import Order\n\n\nasync def test_it(db):\n    await Order.objects.acreate()\n"
    expected = "from shop.models import Order\n\n\ndef test_it(db):\n    Order.objects.create()\n"
    assert convert(text, mode="auto").text == expected


# --- imports ---------------------------------------------------------------------------------------------------------


def imports_of(imports: str, body: str, rest: str = "") -> str:
    """The imports of the converted file."""
    text = imports + MARKS + f"async def test_it(make_order):\n    {body}\n" + rest
    result = convert(text)
    assert result.reason == ""
    return result.text.partition("\n@pytest.mark.django_db")[0]


SHIP = "await ship(await sync_to_async(make_order)())"
MAKE = "await sync_to_async(make_order)()"
PYTEST = "import pytest\n"


@pytest.mark.parametrize(
    "before, body, after",
    [
        # taken away: whole, first, last, in the middle, over lines
        ("from asgiref.sync import sync_to_async\n", MAKE, ""),
        ("from asgiref.sync import a, sync_to_async\n", MAKE, "from asgiref.sync import a\n"),
        ("from asgiref.sync import sync_to_async, z\n", MAKE, "from asgiref.sync import z\n"),
        ("from asgiref.sync import (a, sync_to_async, z)\n", MAKE, "from asgiref.sync import (a, z)\n"),
        (
            "from asgiref.sync import (\n    a,\n    sync_to_async,\n    z,\n)\n",
            MAKE,
            "from asgiref.sync import (\n    a,\n    z,\n)\n",
        ),
        (
            "from asgiref.sync import (\n    a,\n    sync_to_async\n)\n",
            MAKE,
            "from asgiref.sync import (\n    a\n)\n",
        ),
        ("from asgiref.sync import sync_to_async as hop\n", MAKE.replace("sync_to_async", "hop"), ""),
        ("import asgiref.sync\n", MAKE.replace("sync_to_async", "asgiref.sync.sync_to_async"), ""),
        ("import asgiref.sync, sys\n", MAKE.replace("sync_to_async", "asgiref.sync.sync_to_async"), "import sys\n"),
        # a comment beside it: it stays
        (
            "from asgiref.sync import (\n    sync_to_async,  # why\n    z,\n)\n",
            MAKE,
            "from asgiref.sync import (\n    sync_to_async,  # why\n    z,\n)\n",
        ),
        ("from asgiref.sync import sync_to_async  # why\n", MAKE, "from asgiref.sync import sync_to_async  # why\n"),
        # the bridge comes: in its place, beside others, sorted or not, over lines
        ("from asgiref.sync import sync_to_async\n", SHIP, "from asgiref.sync import async_to_sync\n"),
        ("from asgiref.sync import sync_to_async  # why\n", SHIP, "from asgiref.sync import async_to_sync  # why\n"),
        ("from asgiref.sync import (sync_to_async)\n", SHIP, "from asgiref.sync import (async_to_sync)\n"),
        ("from asgiref.sync import sync_to_async, z\n", SHIP, "from asgiref.sync import async_to_sync, z\n"),
        ("from asgiref.sync import a, sync_to_async\n", SHIP, "from asgiref.sync import a, async_to_sync\n"),
        ("from asgiref.sync import z, a, sync_to_async\n", SHIP, "from asgiref.sync import z, a, async_to_sync\n"),
        (
            "from asgiref.sync import (\n    sync_to_async,\n)\n",
            SHIP,
            "from asgiref.sync import (\n    async_to_sync,\n)\n",
        ),
        (
            "from asgiref.sync import (\n    a,\n    sync_to_async,\n    z,\n)\n",
            SHIP,
            "from asgiref.sync import (\n    a,\n    async_to_sync,\n    z,\n)\n",
        ),
        ("from channels.db import database_sync_to_async as sync_to_async\n", SHIP, "from asgiref.sync import async_to_sync\n"),
    ],
)  # fmt: skip
def test_imports(before: str, body: str, after: str) -> None:
    services = "from shop.services import ship\n"
    assert imports_of(PYTEST + before + services, body) == PYTEST + after + services


@pytest.mark.parametrize(
    "before",
    [
        "import pytest\n|from django.db import models\n\nfrom shop.models import Order\nfrom shop.services import ship\n",
        "import asyncio\n\nimport pytest\n|from shop.models import Order\nfrom shop.services import ship\n",
        "import pytest\nfrom anyio import sleep\n|\nfrom shop.models import Order\nfrom shop.services import ship\n",
        "from anyio import sleep  # go\n|import pytest\n\nfrom shop.models import Order\nfrom shop.services import ship\n",
        "import pytest\n|from django.db import (\n    models,\n)\n\nfrom shop.models import Order\nfrom shop.services import ship\n",
        "import pytest\n|from .x import y\nfrom shop.models import Order\nfrom shop.services import ship\n",
    ],
)
def test_import_where_a_sorter_would_put_it(before: str) -> None:
    text = f"from __future__ import annotations\n\n{before}\nX = 1\n"
    expected = text.replace("|", "from asgiref.sync import async_to_sync\n")
    assert imports_of(text.replace("|", ""), "await ship(await Order.objects.acreate())") == expected


def test_import_behind_the_last_one_where_nothing_installed_is_imported() -> None:
    text = "from shop.models import Order\nfrom shop.services import ship  # go\n\n\nasync def test_it(db):\n    await ship(await Order.objects.acreate())\n"
    expected = "from shop.models import Order\nfrom shop.services import ship  # go\nfrom asgiref.sync import async_to_sync\n\n\ndef"
    assert convert(text, mode="auto").text.startswith(expected)


def test_import_into_the_test() -> None:
    text = """\
import pytest

@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it():
    from asgiref.sync import sync_to_async
    from shop.services import ship, store

    await ship(await sync_to_async(store)())
"""
    assert (
        convert(text).text
        == """\
import pytest

@pytest.mark.django_db
def test_it():
    from asgiref.sync import async_to_sync
    from shop.services import ship, store

    async_to_sync(ship)(store())
"""
    )


@pytest.mark.parametrize(
    "rest",
    [
        "\n\ndef other():\n    return sync_to_async\n",
        "\n\nclass Other:\n    hop = staticmethod(sync_to_async)\n",
        "\n\n__all__ = ['sync_to_async']\n",
        "\n\nTARGET = 'tests.test_it.sync_to_async'\n",
        "\n\ndef other():\n    x = = sync_to_async\n",
    ],
)
def test_import_that_is_used_elsewhere(rest: str) -> None:
    imports = "import pytest\nfrom asgiref.sync import sync_to_async\n"
    assert imports_of(imports, MAKE, rest) == imports


@pytest.mark.parametrize(
    "rest",
    [
        "\n\n# sync_to_async was here\n",
        "\n\ndef other():\n    '''Once it used sync_to_async.'''\n    return my_sync_to_async, x.sync_to_async\n",
    ],
)
def test_import_that_is_only_spoken_of(rest: str) -> None:
    assert imports_of("import pytest\nfrom asgiref.sync import sync_to_async\n", MAKE, rest) == "import pytest\n"


def test_import_group_that_vanishes() -> None:
    text = "import os\n\nfrom asgiref.sync import sync_to_async\n\nimport pytest\n"
    assert imports_of(text, MAKE) == "import os\n\nimport pytest\n"


@pytest.mark.parametrize(
    "before, after",
    [
        ("from asgiref.sync import sync_to_async\n\n\n", ""),
        ("'''Doc.'''\n\nfrom asgiref.sync import sync_to_async\n\n\n", "'''Doc.'''\n\n\n"),
        ("import os\n\nfrom asgiref.sync import sync_to_async\n\n\n", "import os\n\n\n"),
        ("import os\nfrom asgiref.sync import sync_to_async\n\n\n", "import os\n\n\n"),
        ("from asgiref.sync import sync_to_async\nimport os\n\n\n", "import os\n\n\n"),
    ],
)
def test_empty_lines_around_an_import_that_goes(before: str, after: str) -> None:
    text = before + "async def test_it(db, make_order):\n    await sync_to_async(make_order)()\n"
    assert convert(text, mode="auto").text == after + "def test_it(db, make_order):\n    make_order()\n"


def test_empty_lines_around_an_import_in_the_test() -> None:
    text = IMPORTS + MARKS + "async def test_it(make_order):\n    from asgiref.sync import sync_to_async as hop\n\n"
    result = convert(text + "    await hop(make_order)()\n")
    assert result.text.endswith("def test_it(make_order):\n    make_order()\n")


def test_shortcut_and_its_import() -> None:
    text = "import pytest\nfrom django.shortcuts import aget_object_or_404, render\nfrom shop.models import Order\n"
    expected = text.replace("aget_object_or_404", "get_object_or_404")
    assert imports_of(text, "await aget_object_or_404(Order, pk=1)") == expected


def test_shortcut_that_is_used_elsewhere() -> None:
    text = "import pytest\nfrom django.shortcuts import aget_object_or_404\nfrom shop.models import Order\n"
    expected = text.replace("import aget", "import aget_object_or_404, get")
    found = imports_of(text, "await aget_object_or_404(Order, pk=1)", "\n\nX = aget_object_or_404\n")
    assert found == expected


# --- the helper form -------------------------------------------------------------------------------------------------

CLASS = """\
import pytest
from asgiref.sync import sync_to_async

from shop.services import ship, store


@pytest.mark.django_db
class TestOrders:
    '''Orders.'''

    total = 3

    # the test
    @pytest.mark.asyncio
    async def test_it(self):
        result = (await ship(await sync_to_async(store)(self.total))).total
        assert result
"""


def test_helper_is_added() -> None:
    assert (
        convert(CLASS, form="helper").text
        == """\
import pytest
from asgiref.sync import async_to_sync

from shop.services import ship, store


@pytest.mark.django_db
class TestOrders:
    '''Orders.'''

    total = 3

    def _run_async(self, coro):
        async def _wrapper():
            return await coro

        return async_to_sync(_wrapper)()

    # the test
    def test_it(self):
        result = self._run_async(ship(store(self.total))).total
        assert result
"""
    )


def test_helper_is_reused() -> None:
    helper = "    def _run_async(self, coro):\n        return coro\n\n    # the test\n"
    result = convert(CLASS.replace("    # the test\n", helper), form="helper").text
    assert "self._run_async(ship(store(self.total))).total" in result
    assert result.count("def _run_async") == 1
    assert "asgiref" not in result


def test_helper_of_a_base() -> None:
    base = "class Base:\n    def _run_async(self, coro):\n        return coro\n\n\n@pytest.mark.django_db\n"
    text = CLASS.replace("@pytest.mark.django_db\n", base).replace("TestOrders", "TestOrders(Base)")
    result = convert(text, form="helper").text
    assert result.count("def _run_async") == 1


def test_helper_form_of_a_function() -> None:
    text = IMPORTS + MARKS + "async def test_it():\n    await ship(await sync_to_async(store)())\n"
    assert convert(text, form="helper").text == convert(text).text


def test_helper_form_without_a_bridge() -> None:
    text = CLASS.replace("(await ship(await sync_to_async(store)(self.total))).total", "await sync_to_async(store)()")
    assert "_run_async" not in convert(text, form="helper").text


# --- bytes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["direct", "helper"])
def test_line_ends_of_windows(form: Form) -> None:
    expected = convert(CLASS, form=form).text
    assert convert(CLASS.replace("\n", "\r\n"), form=form).text == expected.replace("\n", "\r\n")


def test_tabs() -> None:
    expected = convert(CLASS, form="helper").text
    assert convert(CLASS.replace("    ", "\t"), form="helper").text == expected.replace("    ", "\t")


def test_other_characters() -> None:
    text = CLASS.replace("Orders.", "Örders \U0001f4e6").replace("# the test", "# 測試\f")
    expected = convert(CLASS).text.replace("Orders.", "Örders \U0001f4e6").replace("# the test", "# 測試\f")
    assert convert(text).text == expected


def test_title() -> None:
    assert convert(CLASS).plan.title == "Convert test_it to a sync test"
    assert convert(CLASS).plan.applicability == "safe"


def test_second_run() -> None:
    once = convert(CLASS).text
    again = convert(once)
    assert (again.text, again.reason) == (once, "it is a sync test already")
