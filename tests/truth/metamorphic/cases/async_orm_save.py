"""asave and adelete of an instance."""

import pytest

from library.models import Author


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_asave():
    author = Author(name="Ada")
    await author.asave()  #: LEAK
    await author.adelete()  #: LEAK
    assert author.pk is None
