"""Patches of what is no module-level name: objects in variables and fixtures, patchers made elsewhere, assignments.

What a patch replaces is found by running the test through, so these are all one mechanism.
"""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

HEAD = "import pytest\n\npytestmark = pytest.mark.django_db\n"

SERVICE = {
    "service.py": """\
import concurrent.futures

import shop
from models import Order
from shop import amake


async def book():
    return await amake()


async def ship():
    return await shop.amake()


class Backend:
    async def fetch(self):
        return await amake()


class Service:
    def __init__(self):
        self.backend = Backend()

    async def fetch(self):
        return await self.backend.fetch()

    _executor = concurrent.futures.ThreadPoolExecutor(max_workers=4)

    async def run(self):
        return await self._inner()

    async def _inner(self):
        return await amake()

    @classmethod
    def cached(cls):
        return cls._executor.submit(Order.objects.count).result()
"""
}


def test_patch_imported_where_it_is_used() -> None:
    check(
        """
async def test_in_the_body():  #= safe
    from unittest.mock import AsyncMock, patch
    import service
    with patch("service.amake", new=AsyncMock()):
        await service.book()

async def test_object_in_the_body():  #= safe
    from unittest import mock
    import service
    with mock.patch.object(service, "amake", new=mock.AsyncMock()):
        await service.book()

@pytest.fixture
def patched():
    from unittest.mock import AsyncMock, patch
    with patch("service.amake", new=AsyncMock()):
        yield

async def test_in_a_fixture(patched):  #= safe
    from service import book
    await book()
""",
        SERVICE,
        head=HEAD,
    )


def test_method_of_a_local_object() -> None:
    check(
        """
from service import Service

async def test_local():  #= safe
    service = Service()
    with patch.object(service, "_inner", new=AsyncMock()):
        await service.run()

async def test_assigned():  #= safe
    service = Service()
    service._inner = AsyncMock()
    await service.run()

async def test_set():  #= safe
    service = Service()
    setattr(service, "_inner", AsyncMock())
    await service.run()

async def test_another_method():  #= leaks
    service = Service()
    with patch.object(service, "_other", new=AsyncMock(), create=True):
        await service.run()  #: ISO102

async def test_several():  #= safe
    service = Service()
    with patch.multiple(service, _inner=AsyncMock(), _other=AsyncMock(), create=True):
        await service.run()

class Fake:
    async def fetch(self):
        return 1

async def test_a_fake():  #= safe
    service = Service()
    service.backend = Fake()
    await service.fetch()

async def test_a_fake_class(monkeypatch):  #= safe
    monkeypatch.setattr("service.Backend", Fake)
    await Service().fetch()

async def test_no_fake():  #= leaks
    await Service().fetch()  #: ISO102

async def test_not_assigned():  #= leaks
    service = Service()
    service.total = 3
    await service.run()  #: ISO102
""",
        SERVICE,
    )


def test_method_of_a_fixture() -> None:
    check(
        """
from service import Service

@pytest.fixture
def service():
    return Service()

async def test_fixture(service):  #= safe
    with patch.object(service, "_inner", new=AsyncMock()):
        await service.run()

async def test_monkeypatched(service, monkeypatch):  #= safe
    monkeypatch.setattr(service, "_inner", AsyncMock())
    await service.run()

async def test_named(service, monkeypatch):  #= safe
    monkeypatch.setattr(target=service, name="_inner", value=AsyncMock())
    await service.run()

async def test_own_monkeypatch(service):  #= safe
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(service, "_inner", AsyncMock())
        await service.run()

async def test_neither(service):  #= leaks
    await service.run()  #: ISO102

class TestSetUp:
    def setup_method(self):
        self.service = Service()
        self.service._inner = AsyncMock()

    async def test_set_up(self):  #= safe
        await self.service.run()
""",
        SERVICE,
    )


def test_object_in_a_class_attribute() -> None:
    check(
        """
from service import Service

async def test_executor():  #= safe
    with patch.object(Service._executor, "submit", return_value=Mock()):
        Service.cached()

async def test_the_class_of_it():  #= safe
    with patch("service.Service._executor.submit", return_value=Mock()):
        Service.cached()

async def test_unpatched():  #= leaks
    Service.cached()  #: ISO103
""",
        SERVICE,
    )


def test_patchers_that_are_entered_elsewhere() -> None:
    check(
        """
import service

no_booking = patch("service.amake", new=AsyncMock())

@contextlib.contextmanager
def nothing_booked():
    with patch.object(service, "amake", AsyncMock()):
        yield

def patch_it(target):
    return patch(target, AsyncMock())

async def test_with():  #= safe
    with no_booking:
        await service.book()

@no_booking
async def test_decorated():  #= safe
    await service.book()

async def test_by_a_manager():  #= safe
    with nothing_booked():
        await service.book()

async def test_by_a_helper():  #= safe
    with patch_it("service.amake"):
        await service.book()

async def test_of_a_stack():  #= safe
    with contextlib.ExitStack() as stack:
        stack.enter_context(no_booking)
        await service.book()

async def test_never_entered():  #= leaks
    no_booking
    await service.book()  #: ISO102

class TestSetUp:
    def setup_method(self):
        self.patcher = no_booking
        self.patcher.start()

    async def test_started(self):  #= safe
        await service.book()
""",
        SERVICE,
    )


def test_what_stands_in_is_followed() -> None:
    check(
        """
import service

async def nothing(*args):
    return 1

async def elsewhere(*args):
    return await Order.objects.acount()

async def test_harmless(monkeypatch):  #= safe
    monkeypatch.setattr(service, "amake", nothing)
    await service.book()

async def test_it_leaks_itself(monkeypatch):  #= leaks
    monkeypatch.setattr("service.amake", elsewhere)
    await service.book()  #: ISO102

async def test_a_method():  #= safe
    with patch.object(service.Service, "_inner", lambda self: nothing()):
        await service.Service().run()
""",
        SERVICE,
    )
