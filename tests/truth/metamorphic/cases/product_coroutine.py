"""A product coroutine that writes."""

import pytest

from library.services import publish


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_product_coroutine():
    book = await publish("a")  #: LEAK
    assert book.pk
