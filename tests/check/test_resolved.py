"""What a verdict names as resolved outside the project: a project in, names with their owners out."""

from __future__ import annotations

from textwrap import dedent

from isolint.check.report import Resolved
from tests.check.engine import needs_environment, opened, project, settled

pytestmark = needs_environment

TEXT = """
    from asgiref.sync import sync_to_async as away
    from django.test import TestCase
    from models import Order
    import json
    import threading
    import pytest

    @pytest.fixture
    def order(client):
        return Order.objects.create()

    @pytest.mark.asyncio
    @pytest.mark.django_db
    async def test_alias(order):
        json.dumps(await away(Order.objects.count)())

    class TestBase(TestCase):
        def test_base(self):
            threading.Thread(target=print).start()
"""


def names(once: bool = False) -> dict[str, dict[str, Resolved]]:
    with project({"test_a.py": dedent(TEXT)}) as (root, _):
        session = opened(root, open_origin=settled, once=once)
        path = str(root / "test_a.py")
        session.report(path)
        found = session.resolved(path)
        assert all(len(set(each)) == len(each) for each in found.values())
        return {test.rpartition("::")[2]: {one.canonical: one for one in each} for test, each in found.items()}


def test_hops_receivers_fixtures_and_bases_are_named_with_their_owners() -> None:
    found = names()
    assert {"asgiref.sync.sync_to_async", "pytest_django.fixtures.client"} <= found["test_alias"].keys()
    assert {"django.test.testcases.TestCase", "threading.Thread"} <= found["test_base"].keys()
    assert found["test_alias"]["asgiref.sync.sync_to_async"].distribution == "asgiref"
    assert (
        found["test_alias"]["pytest_django.fixtures.client"]
        .sentence()
        .startswith("pytest_django.fixtures.client (pytest-django 4.")
    )
    assert found["test_base"]["threading.Thread"].sentence() == "threading.Thread (Python)"


def test_what_no_rule_asks_about_is_not_named() -> None:
    assert not {"json.dumps", "json", "models.Order", "threading"} & names()["test_alias"].keys()


def test_what_the_machine_was_spared_rests_on_no_name_of_a_body() -> None:
    text = "import pytest\nfrom django.utils.timezone import now\n\n@pytest.mark.django_db\ndef test_a(db): now()\n"
    with project({"test_a.py": text}) as (root, _):
        session = opened(root, open_origin=settled, once=True)
        path = str(root / "test_a.py")
        session.report(path)
        before = session.store.computed.copy()
        (found,) = session.resolved(path).values()
        assert session.store.computed == before
        assert "pytest_django.fixtures.db" in {one.canonical for one in found}
        assert "django.utils.timezone.now" not in {one.canonical for one in found}
