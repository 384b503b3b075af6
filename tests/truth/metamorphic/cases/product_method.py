"""A method of a product class that writes."""

import pytest

from library.services import Catalogue


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_method():
    catalogue = Catalogue()
    book = await catalogue.add("a", "Ada")  #: LEAK
    assert book.pk
