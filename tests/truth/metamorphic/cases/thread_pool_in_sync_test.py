"""A thread pool in a sync test."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from library.services import store


@pytest.mark.django_db
def test_pool():
    with ThreadPoolExecutor() as pool:
        book = pool.submit(store, "a").result()  #: LEAK
    assert book.pk
