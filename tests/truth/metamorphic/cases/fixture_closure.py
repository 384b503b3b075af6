"""The database through a fixture of a fixture."""

import pytest

from library.services import publish


@pytest.fixture
def shelf(db):
    return "shelf"


@pytest.fixture
def room(shelf):
    return [shelf]


@pytest.mark.asyncio
async def test_two_fixtures_away(room):
    book = await publish(room[0])  #: LEAK
    assert book.pk
