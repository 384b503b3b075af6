"""An async method of Django's TestCase runs under async_to_sync."""

from django.test import TestCase

from library.models import Book
from library.services import publish


class PublishingTests(TestCase):
    async def test_publish(self):
        book = await publish("a")  #: OK
        assert await Book.objects.aget() == book  #: OK
