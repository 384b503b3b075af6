"""Django's async ORM in an async test."""

import pytest

from library.models import Book


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_acreate():
    book = await Book.objects.acreate(title="a")  #: LEAK
    assert book.pk
