"""The test's `django_db` mark: `transaction=True` is added to it, or it goes where nothing uses the database."""

# ruff: noqa: E501 - a case is read best on one line

from __future__ import annotations

import pytest

from isolint.check.session import Session
from isolint.text.edits import Edit, apply
from tests.fixes.support import several, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

HEAD = "import pytest\n\nfrom shop.models import Order\nfrom shop.services import greet, open_order\n\n\n"
ASYNC = "@pytest.mark.asyncio\nasync def test_it():\n    await open_order()\n"


def offered(text: str, kind: str) -> str | None:
    """The text with what is offered for its first test; None when that is not offered; or why it cannot be done."""
    with several({"test_it.py": text}) as session:
        path = f"{session.root}/tests/test_it.py"
        return _offered(session, path, kind)


def _offered(session: Session, path: str, kind: str) -> str | None:
    (item, *_) = session.items(path)
    if kind not in {offer.kind for offer in session.offers(path, item.node_id)}:
        return None
    made = session.offered(path, item.node_id, kind)
    if isinstance(made, str):
        return made
    (file,) = made.files
    edits = [Edit(c.start, c.end, c.text.encode()) for c in file.changes]
    return apply(session.source(path), edits).decode()


@pytest.mark.parametrize(
    "before, after",
    [
        ("@pytest.mark.django_db\n", "@pytest.mark.django_db(transaction=True)\n"),
        ("@pytest.mark.django_db()  # why\n", "@pytest.mark.django_db(transaction=True)  # why\n"),
        ("@pytest.mark.django_db(databases=['default'])\n", "@pytest.mark.django_db(databases=['default'], transaction=True)\n"),
        ("@pytest.mark.django_db(\n    databases=['default'],\n)\n", "@pytest.mark.django_db(\n    databases=['default'], transaction=True,\n)\n"),
        ("@pytest.mark.django_db(transaction=False)\n", "@pytest.mark.django_db(transaction=True)\n"),
        ("@pytest.mark.django_db(False)\n", "@pytest.mark.django_db(True)\n"),
        (
            "pytestmark = pytest.mark.django_db(databases={'default'})\n\n\n",
            "pytestmark = pytest.mark.django_db(databases={'default'})\n\n\n@pytest.mark.django_db(transaction=True, databases={'default'})\n",
        ),
    ],
)  # fmt: skip
def test_transaction_is_added(before: str, after: str) -> None:
    assert offered(HEAD + before + ASYNC, "transaction") == HEAD + after + ASYNC


def test_transaction_for_a_fixture() -> None:
    text = ASYNC.replace("test_it()", "test_it(db)").replace("@pytest", "@mark")
    text = text.replace("@mark.mark", "@mark")
    head = HEAD.replace("import pytest\n", "from pytest import mark\n")
    assert (
        offered(head + text, "transaction")
        == head.replace("from pytest import", "import pytest\nfrom pytest import", 1)
        + "@pytest.mark.django_db(transaction=True)\n"
        + text
    )


def test_options_that_are_not_written_out() -> None:
    text = "SOME = ['default']\npytestmark = pytest.mark.django_db(databases=SOME)\n\n\n" + ASYNC
    assert offered(HEAD + text, "transaction") == "the options of its mark are not all literals"


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.django_db(transaction=True)\n" + ASYNC,
        ASYNC,
        "from django.test import TestCase\n\n\nclass TestIt(TestCase):\n    async def test_it(self):\n        await open_order()\n",
    ],
)
def test_transaction_is_not_offered(text: str) -> None:
    assert offered(HEAD + text, "transaction") is None


def test_a_mark_that_nothing_needs_goes() -> None:
    test = "@pytest.mark.asyncio\nasync def test_it(async_value):\n    assert await greet('x') and async_value\n"
    assert offered(HEAD + "@pytest.mark.django_db  # why\n" + test, "unused-mark") == HEAD + "# why\n" + test


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.asyncio\nasync def test_it():\n    assert await Order.objects.acount()\n",
        "@pytest.mark.asyncio\nasync def test_it(make_order):\n    assert await make_order.unknown()\n",
        "@pytest.mark.asyncio\nasync def test_it(nobody):\n    assert nobody\n",
        "@pytest.mark.asyncio\nasync def test_it():\n    assert await pytest.unknown()\n",
        "@pytest.mark.asyncio\nasync def test_it():\n    async with pytest.unknown() as order:\n        assert order\n",
        "@pytest.mark.asyncio\nasync def test_it(customer):\n    assert customer\n",  # its fixture calls something
        "def test_it():\n    assert greet\n",  # at home, what is called is not all known
        "@pytest.mark.asyncio\nasync def test_it():\n    await greet(await open_order())\n",
    ],
)
def test_a_mark_that_may_be_needed_stays(test: str) -> None:
    assert offered(HEAD + "@pytest.mark.django_db\n" + test, "unused-mark") is None
