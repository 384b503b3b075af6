"""A product coroutine that iterates over a queryset."""

import pytest

from library.services import titles_of


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_titles():
    titles = await titles_of("Ada")  #: READ
    assert titles == []
