"""A product function called through sync_to_async."""

import pytest
from asgiref.sync import sync_to_async

from library.services import store


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_product_function():
    book = await sync_to_async(store)("a")  #: LEAK
    assert book.pk
