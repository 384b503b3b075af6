"""Both marks on the module."""

import pytest

from library.models import Book

pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]


async def test_one():
    book = await Book.objects.acreate(title="a")  #: LEAK
    assert book.pk
