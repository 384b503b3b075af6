"""Plain database work in a sync test, through a helper."""

import pytest

from library.models import Author
from library.services import store


def store_two(first, second):
    return store(first), store(second)


@pytest.mark.django_db
def test_sync():
    Author.objects.create(name="Ada")  #: OK
    books = store_two("a", "b")  #: OK
    assert len(books) == 2
