"""The save method of an instance called through sync_to_async."""

import pytest
from asgiref.sync import sync_to_async

from library.models import Author


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_save():
    author = Author(name="Ada")
    await sync_to_async(author.save)()  #: LEAK
    assert author.pk
