"""Two async writes gathered."""

import asyncio

import pytest

from library.models import Author


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_gather():
    authors = await asyncio.gather(Author.objects.acreate(name="Ada"), Author.objects.acreate(name="Grace"))  #: LEAK
    assert len(authors) == 2
