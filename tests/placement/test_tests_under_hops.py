"""Tests whose `def` stands under sync_to_async: where their bodies run, as who runs them awaits the wrapper.

What happens to each of these was seen in runs of pytest.
"""

from __future__ import annotations

import pytest

from tests.check.engine import body, needs_environment, verdicts

pytestmark = needs_environment

AUTO = "[pytest]\nasyncio_mode = auto\n"
CLASSES = """
from django.test import TestCase

class TestX:
    {hop}
    def test_x(self{params}):
        {body}

    @pytest.fixture
    def rows(self):
        return Order.objects.all()

class Case(TestCase):
    {hop}
    def test_case(self):
        {other}
"""
WRITES = "Order.objects.create(total=1)"
FOUND = {
    "thread-sensitive": ("@sync_to_async", "", WRITES, WRITES, ("leaks", "safe")),
    "of a pool": ("@sync_to_async(thread_sensitive=False)", "", WRITES, WRITES, ("leaks", "leaks")),
    "no work": ("@sync_to_async", "", "pass", "pass", ("safe", "safe")),
    "its fixture's rows": ("@sync_to_async", ", rows", "rows.first()", "pass", ("leaks", "safe")),
}


@pytest.mark.parametrize("hop, params, first, other, expected", FOUND.values(), ids=FOUND)
def test_where_the_body_runs(hop: str, params: str, first: str, other: str, expected: tuple[str, str]) -> None:
    text = CLASSES.format(hop=hop, params=params, body=first, other=other)
    found = verdicts(body(text), AUTO)
    assert (found["TestX::test_x"].verdict, found["Case::test_case"].verdict) == expected
