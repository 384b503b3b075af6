"""An async test without a database."""

import pytest

from library.services import word_count


@pytest.mark.asyncio
async def test_words():
    assert await word_count("one two") == 2  #: OK
