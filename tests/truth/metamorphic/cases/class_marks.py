"""Both marks on the class."""

import pytest

from library.services import publish


@pytest.mark.django_db
@pytest.mark.asyncio
class TestPublishing:
    async def test_one(self):
        book = await publish("a")  #: LEAK
        assert book.pk
