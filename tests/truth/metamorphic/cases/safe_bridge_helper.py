"""A sync test with the helper method around a coroutine object."""

import pytest
from asgiref.sync import async_to_sync

from library.models import Book
from library.services import publish


@pytest.mark.django_db
class TestPublishing:
    def _run_async(self, coro):
        async def _wrapper():
            return await coro

        return async_to_sync(_wrapper)()

    def test_helper(self):
        book = self._run_async(publish("a"))  #: OK
        assert Book.objects.get() == book
