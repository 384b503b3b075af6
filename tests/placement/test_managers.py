"""Managers that come from elsewhere: made of a queryset in a class header, inherited from an installed model."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

MANAGERS = """
from django.contrib.auth.models import AbstractUser
from django.db import models


class BookQuerySet(models.QuerySet):
    def open(self):
        return self.filter(total=1)

    async def anew(self):
        return await self.acreate(total=1)


class BookManager(models.Manager.from_queryset(BookQuerySet)):
    async def anewer(self):
        return await self.acreate(total=2)


class NamedManager(models.Manager.from_queryset(BookQuerySet, "Named")):
    pass


class Book(models.Model):
    total = models.IntegerField(default=0)

    objects = BookManager()
    named = NamedManager()


class Reader(AbstractUser):
    pass
"""

USES = {
    "of the manager itself": "await Book.objects.anewer()  #: ISO102",
    "inherited from Manager": "await Book.objects.acreate(total=1)  #: ISO102",
    "from the queryset": "await Book.objects.anew()  #: ISO102",
    "lazy": "Book.objects.filter(total=1)",
    "lazy, then awaited": "await Book.objects.filter(total=1).acount()  #: ISO102",
    "lazy, then from the queryset": "await Book.objects.filter(total=1).open().anew()  #: ISO102",
    "named": "await Book.named.open().aexists()  #: ISO102",
    "user manager": "await Reader.objects.acreate_user('a')  #: ISO102",
    "user manager on the worker": "await sync_to_async(Reader.objects.create_user)('a')  #: ISO101",
    "user queryset": "await Reader.objects.filter(pk=1).adelete()  #: ISO102",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_manager(use: str) -> None:
    verdict = "leaks" if "#:" in use else "safe"
    text = f"from library import Book, Reader\n\n\nasync def test_it():  #= {verdict}\n    {use}"
    check(text, {"library.py": MANAGERS})
