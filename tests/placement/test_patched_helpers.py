"""Patches that stand on helpers: they hold while the helper runs, and no longer."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check
from tests.placement.test_patches import SERVICE

pytestmark = needs_environment


def test_a_decorated_helper_is_patched_while_it_runs() -> None:
    check(
        """
import service

@patch("service.amake", new_callable=AsyncMock)
async def booked(amake):
    return await service.book()

@patch.object(service, "amake", AsyncMock())
async def booked_by_object():
    await service.book()

async def test_inside():  #= safe
    await booked()

async def test_inside_by_object():  #= safe
    await booked_by_object()

async def test_behind():  #= leaks
    await booked()
    await service.book()  #: ISO102

async def test_before():  #= leaks
    await service.book()  #: ISO102
    await booked()
""",
        SERVICE,
    )


def test_methods_and_fixtures_that_call_a_decorated_helper() -> None:
    check(
        """
import service

class TestOrders:
    @patch("service.amake", AsyncMock())
    async def booked(self, count):
        for _ in range(count):
            await service.book()

    async def both(self):
        await self.booked(2)
        await service.book()

    async def test_inside(self):  #= safe
        await self.booked(1)

    async def test_deeper(self):  #= leaks
        await self.both()  #: ISO102

@patch("service.amake", AsyncMock())
async def prepared():
    await service.book()

@pytest.fixture
async def order():
    await prepared()

async def test_prepared(order):  #= safe
    pass
""",
        SERVICE,
    )


def test_the_mock_that_a_helper_is_given_does_no_work() -> None:
    check(
        """
import service

@patch("service.amake")
@patch("service.shop")
async def booked(shop, amake, times=1):
    amake.return_value = None
    await shop.amake()
    await amake(times)

async def test_it():  #= safe
    await booked()
    await booked(times=2)
""",
        SERVICE,
    )


def test_what_a_decorated_helper_is_handed_is_called_under_the_patch() -> None:
    check(
        """
import service

@patch("service.amake", AsyncMock())
async def run(work):
    await work()

async def test_handed():  #= safe
    await run(service.book)

async def test_another():  #= leaks
    await run(service.ship)  #: ISO102
""",
        SERVICE,
    )
