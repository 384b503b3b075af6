"""What a mock does that is told to do something: side effects, what it wraps, what it gives."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check
from tests.placement.test_patches import SERVICE

pytestmark = needs_environment

HELPERS = """
import service

async def nothing(*args, **kwargs):
    return None

async def elsewhere(*args, **kwargs):
    return await Order.objects.acreate(total=1)

def make_it(*args, **kwargs):
    return Order.objects.create(total=1)
"""


def test_a_side_effect_runs_where_the_mock_is_called() -> None:
    check(
        f"""{HELPERS}
async def test_given():  #= leaks
    with patch("service.amake", side_effect=elsewhere):
        await service.book()  #: ISO102

async def test_harmless():  #= safe
    with patch("service.amake", side_effect=nothing):
        await service.book()

async def test_of_a_mock():  #= leaks
    with patch("service.amake", AsyncMock(side_effect=elsewhere)):
        await service.book()  #: ISO102

async def test_called_directly():  #= leaks
    send = AsyncMock(side_effect=elsewhere)
    await send()  #: ISO102

async def test_passed_on():  #= leaks
    await sync_to_async(Mock(side_effect=make_it))()  #: ISO101

async def test_nobody_calls_it():  #= safe
    with patch("service.amake", side_effect=elsewhere):
        await sync_to_async(shop.pure)()

async def test_only_the_real_one_is_harmless():  #= leaks
    with patch("shop.pure", side_effect=make_it):
        await sync_to_async(shop.pure)()  #: ISO101

async def test_a_sync_one_in_a_loop():  #= safe
    with patch("shop.pure", side_effect=make_it):
        shop.pure()

async def test_behind_the_block():  #= safe
    with patch("service.amake", side_effect=elsewhere):
        pass
    with patch("service.amake", AsyncMock()):
        await service.book()
""",
        SERVICE,
    )


def test_what_is_assigned_later() -> None:
    check(
        f"""{HELPERS}
async def test_of_a_variable():  #= leaks
    send = AsyncMock()
    send.side_effect = elsewhere
    await send()  #: ISO102

async def test_of_a_block():  #= leaks
    with patch("service.amake") as amake:
        amake.side_effect = elsewhere
        await service.book()  #: ISO102

async def test_before_the_block():  #= leaks
    amake = AsyncMock()
    with patch("service.amake", amake):
        await service.book()
        amake.side_effect = elsewhere
        await service.book()  #: ISO102

@patch("service.amake")
async def test_of_a_decorator(amake):  #= leaks
    amake.side_effect = elsewhere
    await service.book()  #: ISO102

@pytest.fixture
def amake():
    with patch("service.amake") as mocked:
        yield mocked

async def test_of_a_fixture(amake):  #= leaks
    amake.side_effect = elsewhere
    await service.book()  #: ISO102

async def test_left_as_it_is(amake):  #= safe
    await service.book()

async def test_of_an_attribute():  #= leaks
    backend = MagicMock()
    backend.client.fetch = AsyncMock(side_effect=elsewhere)
    await backend.client.fetch()  #: ISO102

async def test_of_a_method():  #= leaks
    with patch("service.shop") as shop_mock:
        shop_mock.amake.side_effect = elsewhere
        await service.ship()  #: ISO102

async def test_taken_back():  #= safe
    send = AsyncMock(side_effect=elsewhere)
    send.side_effect = None
    await send()
""",
        {"service.py": SERVICE["service.py"]},
    )


def test_what_a_mock_wraps_is_called() -> None:
    check(
        f"""{HELPERS}
async def test_wrapped():  #= leaks
    with patch("service.amake", wraps=service.amake):
        await service.book()  #: ISO102

async def test_object():  #= leaks
    with patch.object(service, "amake", wraps=service.amake) as amake:
        await service.book()  #: ISO102
    assert amake.await_count == 1

async def test_mock_that_wraps():  #= leaks
    with patch("service.amake", new=AsyncMock(wraps=elsewhere)):
        await service.book()  #: ISO102

async def test_wrapped_module():  #= leaks
    with patch("service.shop", wraps=shop):
        await service.ship()  #: ISO102

async def test_a_side_effect_comes_first():  #= safe
    with patch("service.amake", wraps=service.amake, side_effect=nothing):
        await service.book()

async def test_a_result_comes_first():  #= safe
    with patch("service.amake", wraps=service.amake, return_value=None):
        await service.book()
""",
        SERVICE,
    )


def test_what_stands_in_by_its_kind() -> None:
    check(
        f"""{HELPERS}
async def test_new():  #= leaks
    with patch("service.amake", new=elsewhere):
        await service.book()  #: ISO102

async def test_new_harmless():  #= safe
    with patch("service.amake", nothing):
        await service.book()

async def test_new_callable():  #= safe
    with patch("service.amake", new_callable=AsyncMock, return_value=1):
        await service.book()

async def test_new_callable_gives_a_function():  #= leaks
    with patch("service.amake", new_callable=lambda: elsewhere):
        await service.book()  #: ISO102

async def test_autospec():  #= safe
    with patch("service.amake", autospec=True):
        await service.book()

async def test_autospec_with_a_side_effect():  #= leaks
    with patch("service.amake", autospec=True, side_effect=elsewhere):
        await service.book()  #: ISO102
""",
        SERVICE,
    )


PRODUCT = {
    "product.py": """\
from models import Order


async def find():
    return await Order.objects.afirst()


async def notify():
    pass


async def book():
    found = await find()
    if found is None:
        await Order.objects.acreate(total=1)


async def tell():
    await notify()
    await Order.objects.acreate(total=1)


async def tell_and_go_on():
    try:
        await notify()
        await Order.objects.acreate(total=1)
    except ValueError:
        pass


async def tell_and_keep():
    try:
        await notify()
    except ValueError:
        pass
    await Order.objects.acreate(total=1)
"""
}


def test_what_a_mock_gives_decides() -> None:
    check(
        """
import product

async def test_none():  #= leaks
    with patch("product.find", AsyncMock(return_value=None)):
        await product.book()  #: ISO102

async def test_something():  #= safe
    with patch("product.find", return_value=MagicMock()):
        await product.book()

async def test_set_later():  #= leaks
    with patch("product.find") as find:
        find.return_value = None
        await product.book()  #: ISO102

async def test_a_mock_is_not_none():  #= safe
    with patch("product.find"):
        await product.book()

async def test_nobody_knows(settings):  #= undecided
    with patch("product.find", AsyncMock(return_value=settings.FOUND)):
        await product.book()

async def test_what_it_gives_is_used():  #= leaks
    with patch("product.find", AsyncMock(return_value=shop.amake)):
        made = await product.find()
        await made()  #: ISO102
""",
        PRODUCT,
    )


def test_what_follows_an_exception_of_a_mock_is_not_reached() -> None:
    check(
        """
import product

async def test_raised():  #= safe
    with patch("product.notify", side_effect=ValueError("no")):
        with pytest.raises(ValueError):
            await product.tell()

async def test_class_of_it():  #= safe
    with patch("product.notify", AsyncMock(side_effect=ValueError)):
        with pytest.raises(ValueError):
            await product.tell()

async def test_caught():  #= safe
    with patch("product.notify", side_effect=ValueError):
        await product.tell_and_go_on()

async def test_it_goes_on():  #= leaks
    with patch("product.notify", side_effect=ValueError):
        await product.tell_and_keep()  #: ISO102

async def test_one_by_one():  #= leaks
    with patch("product.notify", side_effect=[None, ValueError]):
        await product.tell()  #: ISO102

async def test_behind_the_raise_of_the_test():  #= leaks
    with patch("product.notify", side_effect=ValueError):
        with pytest.raises(ValueError):
            await product.notify()
    await product.tell()  #: ISO102

async def test_perhaps():  #= leaks
    notify = AsyncMock()
    if product:
        notify.side_effect = ValueError
    with patch("product.notify", notify):
        try:
            await product.tell()  #: ISO102
        except ValueError:
            pass
""",
        PRODUCT,
    )


def test_what_nobody_can_name_of_what_a_mock_gives_is_data() -> None:
    check(
        """
import product
from elsewhere import build

async def test_result():  #= safe
    with patch("product.repositories") as repositories:
        repositories.fetch.return_value = build()
        assert await product.fetched()

async def test_one_by_one():  #= safe
    with patch("product.repositories", autospec=True) as repositories:
        repositories.fetch.side_effect = [build(), build()]
        assert await product.fetched()

async def test_attribute():  #= safe
    with patch("product.repositories") as repositories:
        repositories.fetch = build()
        assert await product.fetched()
""",
        {
            "repositories.py": "from models import Order\n\n\nasync def fetch():\n"
            "    return await Order.objects.afirst()\n",
            "product.py": "import repositories\n\n\nasync def fetched():\n    return await repositories.fetch()\n",
        },
    )
