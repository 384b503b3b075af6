"""The same hop in flush mode: slower, and nothing stays."""

import pytest
from asgiref.sync import sync_to_async

from library.services import store


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_flush():
    book = await sync_to_async(store)("a")  #: SLOW
    assert book.pk
