"""The database by a fixture of the project, requested with usefixtures."""

import pytest
from asgiref.sync import sync_to_async

from library.services import store


@pytest.fixture
def shelf(db):
    return "shelf"


@pytest.mark.usefixtures("shelf")
@pytest.mark.asyncio
async def test_requested_by_name():
    book = await sync_to_async(store)("a")  #: LEAK
    assert book.pk
