"""run_in_executor in an async test."""

import asyncio

import pytest

from library.services import store


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_executor():
    loop = asyncio.get_running_loop()
    book = await loop.run_in_executor(None, store, "a")  #: LEAK
    assert book.pk
