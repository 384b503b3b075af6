"""A sync test that calls the coroutine through async_to_sync."""

import pytest
from asgiref.sync import async_to_sync

from library.models import Book
from library.services import publish


@pytest.mark.django_db
def test_bridge():
    book = async_to_sync(publish)("a")  #: OK
    assert Book.objects.get() == book
