"""What holds of every conversion, on files put together at random from pieces of real tests."""

# ruff: noqa: E501 - a piece is read best on one line

from __future__ import annotations

import ast
import io
import re
import tokenize
from textwrap import dedent, indent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isolint.fixes.to_sync import Form
from tests.fixes import cases_around, cases_awaits, cases_loops
from tests.fixes.cases import Case
from tests.fixes.support import convert, project, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

IMPORTS = [
    "from asgiref.sync import sync_to_async",
    "from asgiref.sync import iscoroutinefunction, sync_to_async",
    "from asgiref.sync import (\n    iscoroutinefunction,\n    sync_to_async,\n)",
    "from asgiref.sync import async_to_sync, sync_to_async",
]
OTHER = """\
import asyncio

import pytest
from channels.db import database_sync_to_async
from shop.models import Order
from shop.loops import Depot, slow, stream
from shop.services import ship, store"""
STATEMENTS = [
    "x = await sync_to_async(make_order)(total=3)  # c{n}",
    "assert await sync_to_async(lambda: Order.objects.count())() >= 0",
    "x = await sync_to_async(\n    lambda: Order.objects.filter(\n        total=3,  # c{n}\n    )\n    .count()\n)()",
    "x = [await database_sync_to_async(store)(n) for n in (1, 2)]",
    "if x:\n    # c{n}\n    await Order.objects.acreate(\n        total=4,\n    )  # d{n}",
    "for _ in range(2):\n    await Order.objects.acount()",
    "async for o in Order.objects.all():\n    print(o, 'ü')  # c{n}",
    "x = {o.pk async for o in Order.objects.aiterator()}",
    "assert (await Order.objects.aget_or_create(total=9))[0].total == 9",
    "with pytest.raises(ValueError):\n    await sync_to_async(int)('x')",
    "x = (\n    # c{n}\n    await Order.objects.acount()  # d{n}\n)",
    "x = await sync_to_async(lambda: 1 + 2)() * 3",
    "x = '''\n  await sync_to_async(store)()  # not a comment\n'''",
]
LOOPED = [
    "async with Depot() as depot:  # c{n}\n    # d{n}\n    x = await depot.put(3)\n    # after",
    "async for x in stream(2):\n    y{n} = x\nelse:\n    print(y{n})  # c{n}",
    "y{n} = [o async for o in stream(2)]  # c{n}\nprint(y{n})",
    "lock = asyncio.Lock()\nasync with lock:\n    assert lock.locked()  # c{n}",
    "x = await asyncio.wait_for(slow(1), 9)  # c{n}",
    "first, *rest{n} = await asyncio.gather(\n    slow(1),  # c{n}\n    slow(2),\n)\nprint(rest{n})",
    "async def callback(n):\n    # c{n}\n    return await slow(n)\n\nx = await callback(3)\ny{n} = await make_order.send(callback)",
    "def late():\n    return z{n}  # c{n}\n\nz{n} = await make_order.one()\nx = late()",
    "y{n} = await make_order.one(x)\nassert y{n}  # c{n}",
    "with pytest.raises(ValueError) as y{n}:\n    z{n} = await make_order.one()  # c{n}\nassert y{n}",
    "text = f\"\"\"\n  {await slow(1)}\n# not a comment\n\"\"\"\nasync with Depot():\n    text = '''\n  # not a comment\n'''  # c{n}",
    "try:\n    async with Depot() as depot:\n        x = await depot.put(1)  # c{n}\nfinally:\n    y{n} = x",
    "if x:\n    return  # c{n}",
    "for z{n} in (1, 2):\n    # c{n}\n    await ship(x)\n    await slow(z{n})",
]
THREADED = [
    "x = await asyncio.to_thread(store, 1)  # c{n}",
    "x = (await asyncio.to_thread(\n    store,\n    total=2,  # c{n}\n)).total",
    "x = await asyncio.get_running_loop().run_in_executor(\n    None,\n    lambda: store(\n        3,  # c{n}\n    ),\n)",
    "loop{n} = asyncio.get_running_loop()\nx = await loop{n}.run_in_executor(None, store, 4)  # c{n}",
]
BRIDGED = [
    "await ship(x)",
    "result = (await ship(await sync_to_async(store)(1))).total",
    "result = await ship(\n    # c{n}\n    await Order.objects.acreate(),\n)  # d{n}",
    "with pytest.raises(ValueError):\n    await (  # c{n}\n        ship(x)\n    )",
]


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Open the project first: it raises the recursion limit, which must not change while Hypothesis runs."""
    project()


@st.composite
def files(draw: st.DrawFn) -> str:
    """A test file with one async test that can be converted: with one other await, with some that share a loop, or with
    threads of its own."""
    pieces = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=5))
    more = draw(st.sampled_from([BRIDGED, BRIDGED + LOOPED, BRIDGED + THREADED]))
    for piece in draw(st.lists(st.sampled_from(more), max_size=3)):
        pieces.insert(draw(st.integers(0, len(pieces))), piece)
    pieces = ["x = await Order.objects.acreate()", *(p.replace("{n}", str(i)) for i, p in enumerate(pieces))]
    in_class = draw(st.booleans())
    marks = draw(st.permutations(["@pytest.mark.django_db", "@pytest.mark.asyncio  # loop"]))
    lines = [*marks, f"async def test_it({'self, ' if in_class else ''}make_order):"]
    lines += [f"    {line}" if line else line for piece in pieces for line in piece.split("\n")]
    if in_class:
        lines = ["class TestIt:", *(f"    {line}" for line in lines), "", "    def test_that(self):", "        pass"]
    text = "\n".join([draw(st.sampled_from(IMPORTS)), OTHER, "", "", *lines])
    if draw(st.booleans()):
        text = re.sub(r"^( {4})+", lambda m: "\t" * (len(m[0]) // 4), text, flags=re.MULTILINE)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text + draw(st.sampled_from(["", "\n", "\n\n"])).replace("\n", "\r\n" if "\r\n" in text else "\n")


def strings(text: str) -> list[str]:
    """The strings of the test that go over lines."""
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = [n for f in functions if f.name == "test_it" for n in ast.walk(f) if isinstance(n, ast.Constant)]
    return sorted(n.value for n in found if isinstance(n.value, str) and "\n" in n.value)


def comments(text: str) -> list[str]:
    """The comments of a file, in order."""
    return re.findall(r"# (?:[cd]\d+|loop|after|not a comment)", text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files(), st.sampled_from(["direct", "helper"]))
def test_every_conversion(text: str, form: Form) -> None:
    result = convert(text, form=form)
    assert result.reason == ""
    tree = ast.parse(result.text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "test_it"]
    assert len(functions) == 1
    compile(result.text, "<converted>", "exec")
    assert strings(result.text) == strings(text)
    assert comments(result.text) == comments(text)
    assert result.text.count("\r\n") == (result.text.count("\n") if "\r\n" in text else 0)
    again = convert(result.text, "test_it", form)
    assert (again.text, again.reason) == (result.text, "it is a sync test already")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files())
def test_only_the_planned_ranges_change(text: str) -> None:
    result = convert(text)
    old, new = text.encode(), result.text.encode()
    at = moved = 0
    for edit in result.edits:
        assert old[at : edit.start] == new[at + moved : edit.start + moved]
        assert edit.text != old[edit.start : edit.end]
        moved += len(edit.text) - (edit.end - edit.start)
        at = edit.end
    assert old[at:] == new[at + moved :]
    assert sum(e.end - e.start for e in result.edits) < len(old) / 2


# --- the cases of the judge, among other code ---

BODIES = [c for c in (*cases_awaits.CASES, *cases_loops.CASES, *cases_around.CASES) if c.test and not c.module]
NEIGHBOURS = [
    "LIMIT = 3  # n{n}",
    "# n{n}\n\nNAMES = [\n    'a',  # of n{n}\n]",
    "def helper_{n}(x):\n    # n{n}\n    return x\n\n\n# after n{n}",
    "@pytest.mark.django_db\ndef test_before_{n}(make_order):\n    order = make_order()  # n{n}\n    assert order.total",
    "@pytest.mark.asyncio\n@pytest.mark.django_db\nasync def test_other_{n}():\n    # n{n}\n    await sync_to_async(make)()\n    await asyncio.sleep(0)",
    "@pytest.mark.asyncio\nclass TestOther{n}:\n    def test_sync(self):\n        '{n}'\n\n    async def test_async(self):\n        await asyncio.sleep(0)",
    "if LIMIT_{n} := False:\n    from shop import services as n{n}",
]


@st.composite
def surrounded(draw: st.DrawFn) -> tuple[Case, str, list[str]]:
    """A case's test among other code: the case, the file, and the pieces of it that are not the test's business."""
    case = draw(st.sampled_from(BODIES))
    around = [n.replace("{n}", str(i)) for i, n in enumerate(draw(st.lists(st.sampled_from(NEIGHBOURS), max_size=4)))]
    place = draw(st.integers(0, len(around)))
    pieces = [dedent(case.product).strip("\n"), *around]
    extra = draw(st.lists(st.sampled_from(STATEMENTS), max_size=2))
    body = [p.replace("make_order", "store").replace("{n}", str(i)) for i, p in enumerate(extra)]
    body.insert(draw(st.integers(0, len(body))), dedent(case.test).strip("\n"))
    marks = [*dedent(case.around).strip().splitlines(), "@pytest.mark.django_db", "@pytest.mark.asyncio"]
    start = "x = await Order.objects.acreate()\n"
    test = "\n".join([*marks, f"async def test_it({case.params}):", indent(start + "\n".join(body), "    ")])
    head = f"{IMPORTS[0]}\n{OTHER}\nfrom functools import partial\nfrom shop.models import Customer\n"
    head += "from unittest.mock import AsyncMock, Mock, patch"
    text = "\n\n\n".join([head, *pieces[: place + 1], test, *pieces[place + 1 :]]) + "\n"
    return case, text, pieces


def all_comments(text: str) -> list[str]:
    """Every comment of a file, in order."""
    return [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]


def imported(text: str) -> set[str]:
    """The names that the imports at the top of a file bind."""
    found = [n for n in ast.parse(text).body if isinstance(n, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name for node in found for alias in node.names}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(surrounded(), st.sampled_from(["direct", "helper"]))
def test_nothing_but_the_test_and_its_imports_changes(made: tuple[Case, str, list[str]], form: Form) -> None:
    case, text, pieces = made
    result = convert(text, "test_it", form)
    assert result.reason == "", case.name
    compile(result.text, "<converted>", "exec")
    assert all_comments(result.text) == all_comments(text)
    at = -1
    for piece in pieces:
        at = result.text.find(piece, at + 1)
        assert at >= 0, piece
    hops = {"sync_to_async", "database_sync_to_async", "asyncio"}
    assert imported(text) - hops <= imported(result.text) <= imported(text) | {"async_to_sync"}
    again = convert(result.text, "test_it", form)
    assert (again.text, again.reason) == (result.text, "it is a sync test already")
