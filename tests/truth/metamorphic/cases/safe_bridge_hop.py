"""sync_to_async under async_to_sync comes back to the test's thread."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from library.models import Book
from library.services import store


@pytest.mark.django_db
def test_hop_under_bridge():
    async def work():
        return await sync_to_async(store)("a")  #: OK

    async_to_sync(work)()  #: OK
    assert Book.objects.count() == 1
