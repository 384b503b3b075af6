"""A lambda that writes, called through sync_to_async."""

import pytest
from asgiref.sync import sync_to_async

from library.models import Book


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_lambda():
    book = await sync_to_async(lambda: Book.objects.create(title="a"))()  #: LEAK
    assert book.pk
