"""asyncio.to_thread in an async test."""

import asyncio

import pytest

from library.services import store


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_to_thread():
    book = await asyncio.to_thread(store, "a")  #: LEAK
    assert book.pk
