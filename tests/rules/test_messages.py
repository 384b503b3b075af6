"""What a finding calls the work that left: the function that a hop was given, or the one that is called."""

# ruff: noqa: E501 - a case is read best on one line

from __future__ import annotations

import pytest

from tests.support import analysed_environment, check

pytestmark = pytest.mark.skipif(analysed_environment() is None, reason="no environment with Django")

FILES = {
    "settings.py": """
SECRET_KEY = "x"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
""",
    "shop/__init__.py": "",
    "shop/models.py": """
from django.db import models


class Order(models.Model):
    total = models.IntegerField(default=1)
""",
}
HEAD = """
import asyncio
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async
from shop.models import Order


def store(total):
    return Order.objects.create(total=total)


@asynccontextmanager
async def opened(total):
    yield await Order.objects.acreate(total=total)


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it():
    """


@pytest.mark.parametrize(
    "line, said",
    [
        ("await sync_to_async(store)(1)", "store writes Order"),
        ("await sync_to_async(Order.objects.filter(total=1).first, thread_sensitive=True)()", "Order.objects.filter(...).first reads Order"),
        ("await asyncio.to_thread(store, 1)", "store writes Order"),
        ("await asyncio.to_thread(lambda: store(1))", "Order.objects.create writes Order"),
        ("await asyncio.get_running_loop().run_in_executor(None, store, 1)", "store writes Order"),
        ("await asyncio.get_event_loop().run_in_executor(None, lambda: Order.objects.create())", "Order.objects.create writes Order"),
        ("await Order.objects.acreate(total=1)", "Order.objects.acreate writes Order"),
        ("await Order.objects.filter(total=1).aexists()", "Order.objects.filter(...).aexists reads Order"),
        ("await Order.objects.filter(total=1).exclude(pk=2).adelete()", "Order.objects.filter(...).exclude(...).adelete writes Order"),
        ("async with opened(total=int(1)):\n        pass", "opened writes Order"),
        ("async with opened(int(1)) as x, opened(total=x):\n        pass", "opened writes Order"),
    ],
)  # fmt: skip
def test_the_work_has_the_name_of_what_does_it(line: str, said: str) -> None:
    findings = check({**FILES, "test_it.py": f"{HEAD}{line}\n"})
    assert findings
    assert {one["message"].partition(" on another connection")[0] for one in findings} == {said}
