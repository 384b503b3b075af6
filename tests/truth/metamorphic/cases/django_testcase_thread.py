"""to_thread in an async method of Django's TestCase."""

import asyncio

from django.test import TestCase

from library.services import store


class PublishingTests(TestCase):
    async def test_to_thread(self):
        book = await asyncio.to_thread(store, "a")  #: LEAK
        assert book.pk
