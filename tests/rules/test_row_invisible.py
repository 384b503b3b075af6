"""ISO201: what it says, whose place it takes, and what can be done about it; and what is said of rows that somebody saw
to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.check.engine import needs_environment, project
from tests.support import check

pytestmark = needs_environment

INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
FILES = {
    "settings.py": 'INSTALLED_APPS = ["shop"]\n',
    "shop/__init__.py": "",
    "shop/models.py": "from django.db import models\n\n\nclass Order(models.Model):\n    number = models.TextField()\n",
    "conftest.py": """\
import pytest
from shop.models import Order


@pytest.fixture
def order(db):
    return Order.objects.create(number="1")
""",
}
HEAD = "import pytest\nfrom shop.models import Order\n\npytestmark = pytest.mark.django_db\n\n\n"
TEST = HEAD + "async def test_it(order):\n    assert await Order.objects.acount() == 1  {}\n"

Said = tuple[str, str, str]


def said(text: str, settings: Mapping[str, object] | None = None) -> list[Said]:
    with project({**FILES, "test_a.py": text}, INI, settings) as (root, session):
        found = session.report(str(root / "test_a.py")).findings
    return [(one.code, one.severity, one.message) for one in found]


def codes(text: str, settings: Mapping[str, object] | None = None) -> list[str]:
    return [code for code, _, _ in said(text, settings)]


def test_who_made_the_row() -> None:
    (found,) = check({**FILES, "test_a.py": TEST.format("")}, INI)
    assert (found["code"], found["severity"], found["effect"]) == ("ISO201", "error", "read")
    assert found["message"] == (
        "Order, made by fixture order on the test's connection, is not seen by Order.objects.acount"
    )
    assert ("conftest.py", 7, "Order.objects.create") in [
        (one["path"], one["line"], one["message"]) for one in found["related"]
    ]
    assert found["fix"]["applicability"] == "safe"


def test_the_test_made_it() -> None:
    body = "    Order.objects.create()\n    asyncio.run(look())\n"
    look = "async def look():\n    await Order.objects.acount()\n"
    assert said(f"import asyncio\n{HEAD}def test_it():\n{body}\n\n{look}") == [
        ("ISO201", "error", "Order, made by test_it on the test's connection, is not seen by look")
    ]


def test_a_key_that_waits() -> None:
    body = 'async def test_it(order):\n    await Order.objects.aget_or_create(number="1")\n'
    assert [message.partition(": ")[2] for _, _, message in said(HEAD + body)] == [
        "it makes another one, or waits for ever where a key is unique"
    ]


@pytest.mark.parametrize(
    "settings, shown",
    [
        ({"select": ["ISO201"]}, ["ISO201"]),
        ({"select": ["ISO2"]}, ["ISO201"]),
        ({"select": ["ISO102"]}, ["ISO102"]),
        ({"ignore": ["row-invisible-to-async-test"]}, ["ISO102"]),
        ({"severity": {"ISO201": "off"}}, ["ISO102"]),
        ({"ignore": ["async-orm-in-db-test"]}, ["ISO201"]),
        ({"select": ["ISO101"]}, []),
    ],
)
def test_the_general_rule_is_back_where_this_one_is_off(settings: Mapping[str, object], shown: list[str]) -> None:
    assert codes(TEST.format(""), settings) == shown


@pytest.mark.parametrize(
    "comment",
    [
        "# isolint: ignore[row-invisible-to-async-test]",
        "# isolint: ignore[async-orm-in-db-test]",
        "# noqa: ISO102",
        "# noqa: ISO201",
        "# isolint: ignore",
    ],
)
def test_a_comment_for_either_rule_ignores_it(comment: str) -> None:
    assert codes(TEST.format(comment)) == []


def test_a_comment_for_a_third_rule_does_not() -> None:
    assert codes(TEST.format("# noqa: ISO101")) == ["ISO201", "ISO901"]


def test_it_is_fixed_like_the_general_one() -> None:
    with project({**FILES, "test_a.py": TEST.format("")}, INI) as (root, session):
        path = str(root / "test_a.py")
        (found,) = session.findings(path).findings
        fixed = session.fix(path, found.key)
        everything = session.fix_all(path)
    assert not isinstance(fixed, str)
    assert not isinstance(everything, str)
    assert (fixed.applicability, everything.applicability) == ("safe", "safe")
    assert fixed.files == everything.files


SEEN_TO = {
    "may not be reached": (
        "thing = await Order.objects.acreate()\n    await thing.adelete()",
        [
            (
                "warning",
                (
                    "Order.objects.acreate writes Order on another connection: the row outlives test_it unless "
                    "thing.adelete is reached, which removes it by hand"
                ),
            ),
            (
                "warning",
                "thing.adelete removes Order on another connection: it cleans up by hand after test_it",
            ),
        ],
    ),
    "always": (
        "try:\n        await Order.objects.acreate()\n    finally:\n        await Order.objects.all().adelete()",
        [
            (
                "warning",
                (
                    "Order.objects.acreate writes Order on another connection: the row outlives test_it, and "
                    "Order.objects.all().adelete is all that removes it"
                ),
            ),
        ],
    ),
    "distinct": (
        "await Order.objects.acreate(number=str(uuid4()))",
        [
            (
                "warning",
                (
                    "Order.objects.acreate writes Order on another connection: the row outlives test_it; "
                    "values of uuid4 keep such rows from clashing"
                ),
            ),
        ],
    ),
}


@pytest.mark.parametrize("body, wanted", SEEN_TO.values(), ids=SEEN_TO)
def test_what_is_said_of_rows_that_were_seen_to(body: str, wanted: list[tuple[str, str]]) -> None:
    found = said(f"from uuid import uuid4\n{HEAD}async def test_it():\n    {body}\n")
    assert [(severity, message) for _, severity, message in found][: len(wanted)] == wanted


def test_a_severity_that_is_the_rules_own_raises_none() -> None:
    text = f"{HEAD}async def test_it():\n    {SEEN_TO['may not be reached'][0]}\n"
    severities = [severity for _, severity, _ in said(text, {"severity": {"async-orm-in-db-test": "error"}})]
    assert severities == ["warning", "warning"]
    severities = [severity for _, severity, _ in said(text, {"severity": {"async-orm-in-db-test": "info"}})]
    assert severities == ["info", "info"]
