"""A factory fixture called through sync_to_async."""

import pytest
from asgiref.sync import sync_to_async

from library.models import Book


@pytest.fixture
def make_book(db):
    def make(title="x"):
        return Book.objects.create(title=title)

    return make


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_factory(make_book):
    book = await sync_to_async(make_book)("a")  #: LEAK
    assert book.title == "a"
