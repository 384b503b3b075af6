"""An async test without a database: there is nothing to isolate."""

from decimal import Decimal
from unittest.mock import patch

import pytest

from orders.services import quote


class TestQuote:
    @pytest.mark.asyncio
    async def test_uses_the_rate_of_the_day(self):
        with patch("orders.rates.fetch", return_value=Decimal("1.1")):
            assert await quote(40, "USD") == Decimal("44.00")
