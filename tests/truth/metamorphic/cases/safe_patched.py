"""The writing coroutine is patched away for the test."""

from unittest.mock import patch

import pytest

from library import services


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_patched():
    with patch("library.services.publish", return_value="book"):
        assert await services.publish("a") == "book"  #: OK
