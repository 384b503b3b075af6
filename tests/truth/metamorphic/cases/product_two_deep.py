"""A product coroutine whose own helper writes."""

import pytest

from library.services import publish_series


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_series():
    books = await publish_series("a", "b")  #: LEAK
    assert len(books) == 2
