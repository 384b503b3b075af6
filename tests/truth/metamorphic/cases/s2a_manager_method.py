"""A manager's method called through sync_to_async."""

import pytest
from asgiref.sync import sync_to_async

from library.models import Book


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_manager_method():
    title = "a"
    book = await sync_to_async(Book.objects.create)(title=title)  #: LEAK
    assert book.pk
