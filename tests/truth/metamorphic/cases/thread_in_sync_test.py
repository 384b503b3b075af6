"""A thread of its own in a sync test."""

import threading

import pytest

from library.services import store


@pytest.mark.django_db
def test_thread():
    thread = threading.Thread(target=store, args=("a",))
    thread.start()  #: LEAK
    thread.join()
