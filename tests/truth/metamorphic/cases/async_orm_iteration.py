"""async for over a queryset."""

import pytest

from library.models import Book


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_iteration():
    titles = []
    async for book in Book.objects.all():  #: READ
        titles.append(book.title)
    assert titles == []
