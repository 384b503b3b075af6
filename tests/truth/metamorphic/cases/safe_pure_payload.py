"""A function without database work called through sync_to_async, and a coroutine without any."""

import pytest
from asgiref.sync import sync_to_async

from library.services import slug, word_count


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_pure():
    text = await sync_to_async(slug)("A Book")  #: OK
    assert await word_count(text) == 1  #: OK
