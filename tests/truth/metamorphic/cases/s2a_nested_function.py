"""A nested function decorated with sync_to_async."""

import pytest
from asgiref.sync import sync_to_async

from library.models import Book


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_nested_function():
    @sync_to_async
    def write(title):
        return Book.objects.create(title=title)

    book = await write("a")  #: LEAK
    assert book.pk
