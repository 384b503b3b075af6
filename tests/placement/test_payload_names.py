"""What a finding calls the work that leaves: by the callee or by what the hop was given, however it is written."""

from __future__ import annotations

import pytest

from tests.check.engine import HEAD, needs_environment, project

pytestmark = needs_environment

AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"


@pytest.mark.parametrize(
    "statement, name",
    [
        ("await Order.objects.acreate(total=1)", "Order.objects.acreate"),
        ("await Order.objects.all().adelete()", "Order.objects.all().adelete"),
        ("await Order.objects.filter(total=1).adelete()", "Order.objects.filter(...).adelete"),
        ("await (Order.objects.all() \\\n        .adelete())", "Order.objects.all().adelete"),
        ("await sync_to_async(Order.objects.create)(total=1)", "Order.objects.create"),
        ("await sync_to_async(Order.objects.filter(total=1).delete)()", "Order.objects.filter(...).delete"),
        ("await sync_to_async(Order.objects.create, thread_sensitive=True)(total=1)", "Order.objects.create"),
    ],
)
def test_name(statement: str, name: str) -> None:
    with project({"test_a.py": f"{HEAD}\n\nasync def test_x():\n    {statement}\n"}, AUTO) as (root, session):
        (found,) = session.report(str(root / "test_a.py")).findings
    assert found.cause_name == name
