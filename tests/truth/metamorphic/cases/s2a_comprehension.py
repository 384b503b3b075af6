"""The hop inside a comprehension of the test."""

import pytest
from asgiref.sync import sync_to_async

from library.services import store


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_comprehension():
    books = [await sync_to_async(store)(title) for title in ("a", "b")]  #: LEAK
    assert len(books) == 2
