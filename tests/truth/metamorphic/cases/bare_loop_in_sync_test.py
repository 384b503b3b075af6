"""asyncio.run in a sync test, where async_to_sync would be right."""

import asyncio

import pytest

from library.services import publish


@pytest.mark.django_db
def test_bare_loop():
    book = asyncio.run(publish("a"))  #: LEAK
    assert book.pk
