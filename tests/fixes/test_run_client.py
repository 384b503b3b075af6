"""Tests that drive the application through Django's `AsyncClient`, converted and run by pytest on both databases: views
come home under `async_to_sync`, plain ones, async ones and those that stream."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fixes.judge import run
from tests.fixes.support import fixed_all, truth_python

PYTHON = truth_python()

pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

TESTS = """\
import pytest
from django.test import AsyncClient

from shop.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]


async def test_a_plain_view(async_client):
    response = await async_client.post("/orders/open/", {"total": 3})
    assert response.status_code == 200
    assert (await Order.objects.aget(pk=int(response.content))).total == 3


async def test_an_async_view():
    client = AsyncClient()
    response = await client.post("/orders/aopen/", {"total": 4})
    assert await Order.objects.filter(pk=int(response.content), total=4).aexists()


async def test_rows_of_the_test_are_seen(async_client):
    await Order.objects.acreate(total=1)
    assert (await async_client.get("/orders/")).content == b"1"


async def test_a_body_that_is_streamed(async_client):
    response = await async_client.get("/orders/stream/")
    parts = [part async for part in response.streaming_content]
    assert await Order.objects.filter(pk=int(parts[0])).aexists()


class TestOfAClass:
    async def test_twice(self, async_client):
        for total in (5, 6):
            await async_client.post("/orders/aopen/", {"total": total})
        assert await Order.objects.acount() == 2
"""


def test_they_come_home(tmp_path: Path, variables: Mapping[str, str]) -> None:
    assert PYTHON is not None
    (tmp_path / "before").mkdir()
    before = run(tmp_path / "before", TESTS, PYTHON, variables)
    assert before.failed() == [], before.output
    assert len(before.left) == len(before.elsewhere) == 5

    texts, refused = fixed_all({"test_it.py": TESTS})
    assert refused == {}
    (tmp_path / "after").mkdir()
    now = run(tmp_path / "after", texts["test_it.py"], PYTHON, variables)
    assert now.failed() == [], now.output
    assert "async def test" not in texts["test_it.py"]
    assert (now.elsewhere, now.left) == ({}, {})
    assert now.asserted == before.asserted


RECEIVER = """\
import pytest
from django.core.signals import request_finished

from shop.models import Order


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it(async_client):
    def record(sender, **more):
        Order.objects.create(total=8)

    request_finished.connect(record)
    assert (await async_client.post("/orders/open/")).status_code == 200
"""


def test_what_a_receiver_does_when_the_request_is_over_does_not() -> None:
    assert fixed_all({"test_it.py": RECEIVER})[0] == {"test_it.py": RECEIVER}
