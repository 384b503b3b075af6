"""The hop inside a loop of the test."""

import pytest
from asgiref.sync import sync_to_async

from library.services import store


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_loop():
    for title in ("a", "b"):
        book = await sync_to_async(store)(title)  #: LEAK
        assert book.title == title
