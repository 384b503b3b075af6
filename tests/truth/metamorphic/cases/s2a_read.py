"""A query through sync_to_async: nothing stays, but it is another connection."""

import pytest
from asgiref.sync import sync_to_async

from library.models import Book


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_read():
    count = await sync_to_async(Book.objects.count)()  #: READ
    assert count == 0
