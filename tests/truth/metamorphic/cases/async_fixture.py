"""An async fixture that writes."""

import pytest
import pytest_asyncio

from library.models import Author


@pytest_asyncio.fixture
async def writer(db):
    return await Author.objects.acreate(name="Ada")  #: LEAK


@pytest.mark.asyncio
async def test_async_fixture(writer):
    assert writer.pk
