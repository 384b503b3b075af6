"""What a patch cuts: the name at the path that Python looks up, and nothing else."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "service.py": "import shop\nfrom shop import amake\n\n\nasync def book():\n    return await amake()\n\n\n"
    "async def ship():\n    return await shop.amake()\n"
}


def test_a_name_is_cut_where_it_is_looked_up() -> None:
    check(
        """
from service import book, ship

@patch("service.amake", new_callable=AsyncMock)
async def test_cut(amake):  #= safe
    await book()

@patch("shop.amake", new_callable=AsyncMock)
async def test_another_module_imported_it_before(amake):  #= leaks
    await book()  #: ISO102

@patch("shop.amake", new_callable=AsyncMock)
async def test_read_at_run_time(amake):  #= safe
    await ship()

@patch("service.amake", new_callable=AsyncMock)
async def test_the_other_path_stays(amake):  #= leaks
    await ship()  #: ISO102
""",
        SERVICE,
    )


def test_patches_as_context_managers_and_of_attributes() -> None:
    check(
        """
import service

async def test_with():  #= safe
    with patch("service.amake", AsyncMock()):
        await service.book()

async def test_object_of_a_module():  #= safe
    with patch.object(service, "amake", AsyncMock()):
        await service.book()

async def test_objects_of_a_model():  #= safe
    with patch("models.Order.objects") as objects:
        objects.acreate = AsyncMock()
        await Order.objects.acreate(total=1)

async def test_method_of_a_model():  #= safe
    with patch.object(Order, "asave", AsyncMock()):
        await Order().asave()

async def test_method_of_a_manager():  #= safe
    with patch.object(Order.objects, "acreate", AsyncMock()):
        await Order.objects.acreate(total=1)
""",
        SERVICE,
    )


def test_a_patch_is_no_blanket_excuse() -> None:
    check(
        """
import service

async def test_something_else_is_patched():  #= leaks
    with patch("shop.read"):
        await service.book()  #: ISO102

async def test_it_leaks_beside_the_patch():  #= leaks
    with patch("service.amake", AsyncMock()):
        await service.book()
        await Order.objects.acreate(total=1)  #: ISO102
""",
        SERVICE,
    )


def test_monkeypatch_and_fixtures_that_patch() -> None:
    check(
        """
import service

async def test_by_name(monkeypatch):  #= safe
    monkeypatch.setattr("service.amake", AsyncMock())
    await service.book()

async def test_by_object(monkeypatch):  #= safe
    monkeypatch.setattr(service, "amake", AsyncMock())
    await service.book()

@pytest.fixture
def no_booking():
    with patch("service.amake", AsyncMock()):
        yield

async def test_by_a_fixture(no_booking):  #= safe
    await service.book()

@patch("service.amake", AsyncMock())
class TestPatched:
    async def test_by_the_class(self):  #= safe
        await service.book()
""",
        SERVICE,
    )


def test_what_is_reached_past_a_mock_under_a_condition_is_undecided() -> None:
    check(
        """
import product

async def test_mocked():  #= undecided
    with patch("product.find", AsyncMock(return_value=None)):
        await product.book()

async def test_not_mocked():  #= leaks
    await product.book()  #~ ISO102
""",
        {
            "product.py": "from models import Order\n\n\nasync def find():\n    return None\n\n\n"
            "async def book():\n    if await find():\n        await Order.objects.acreate(total=1)\n"
        },
    )


def test_an_import_inside_a_function_reads_the_name_when_it_runs() -> None:
    files = {
        "late.py": "async def who(scope):\n    from channels.auth import get_user\n    return await get_user(scope)\n",
        "early.py": "from channels.auth import get_user\n\n\nasync def who(scope):\n    return await get_user(scope)\n",
    }
    check(
        """
import early
import late

@patch("channels.auth.get_user", AsyncMock())
async def test_cut():  #= safe
    await late.who({})

@patch("channels.auth.get_user", AsyncMock())
async def test_imported_before():  #= undecided
    await early.who({})
""",
        files,
    )
