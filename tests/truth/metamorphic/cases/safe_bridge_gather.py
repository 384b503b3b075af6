"""Several coroutines gathered inside one bridged function."""

import asyncio

import pytest
from asgiref.sync import async_to_sync

from library.models import Book
from library.services import publish


@pytest.mark.django_db
def test_gather():
    async def both():
        return await asyncio.gather(publish("a"), publish("b"))  #: OK

    async_to_sync(both)()  #: OK
    assert Book.objects.count() == 2
