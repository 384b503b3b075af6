"""A product function that is decorated with sync_to_async where it is defined."""

import pytest

from library.services import shelve


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_decorated_product_function():
    book = await shelve("a")  #: LEAK
    assert book.pk
