"""How long a patch holds: what is done again behind its block is done for real."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check
from tests.placement.test_patches import SERVICE

pytestmark = needs_environment


def test_behind_a_block_the_name_is_what_it_was() -> None:
    check(
        """
import service

async def test_inside():  #= safe
    with patch("service.amake", AsyncMock()):
        await service.book()

async def test_behind():  #= leaks
    with patch("service.amake", AsyncMock()):
        await service.book()
    await service.book()  #: ISO102

async def test_before():  #= leaks
    await service.book()  #: ISO102
    with patch.object(service, "amake", AsyncMock()):
        await service.book()

async def test_two_blocks():  #= leaks
    with patch("service.amake", AsyncMock()):
        await service.book()
        await service.ship()  #: ISO102
    with patch("shop.amake", AsyncMock()):
        await service.book()  #: ISO102
        await service.ship()

async def test_one_in_the_other():  #= leaks
    with patch("service.amake", AsyncMock()):
        with patch("shop.amake", AsyncMock()):
            await service.book()
            await service.ship()
        await service.ship()  #: ISO102

async def test_together():  #= safe
    with patch("service.amake", AsyncMock()), patch("shop.amake", AsyncMock()):
        await service.book()
        await service.ship()

async def test_in_a_loop():  #= leaks
    for _ in range(2):
        with patch("service.amake", AsyncMock()):
            await service.book()
        await service.book()  #: ISO102

async def test_in_a_branch():  #= leaks
    if Order:
        with patch("service.amake", AsyncMock()):
            await service.book()
    else:
        await service.book()  #: ISO102
    await service.ship()  #: ISO102

async def test_the_coroutine_runs_behind():  #= leaks
    with patch("service.amake", AsyncMock()):
        booking = service.book()
    await booking  #: ISO102

async def test_the_coroutine_runs_inside():  #= safe
    booking = service.book()
    with patch("service.amake", AsyncMock()):
        await booking
""",
        SERVICE,
    )


def test_objects_in_variables_and_fixtures() -> None:
    check(
        """
import service

@pytest.fixture
def backend():
    return service.Backend()

async def test_fixture(backend):  #= leaks
    with patch.object(backend, "fetch", AsyncMock()):
        await backend.fetch()
    await backend.fetch()  #: ISO102

async def test_variable():  #= leaks
    backend = service.Backend()
    with patch.object(backend, "fetch"):
        await backend.fetch()
    await backend.fetch()  #: ISO102

class TestBackend:
    def make(self):
        return service.Backend()

    async def test_method(self):  #= leaks
        backend = self.make()
        with patch.object(backend, "fetch"):
            await backend.fetch()
        await backend.fetch()  #: ISO102

async def fetched(backend):
    with patch.object(backend, "fetch"):
        await backend.fetch()

async def test_of_a_parameter(backend):  #= safe
    await fetched(backend)

async def used(backend):
    with patch("service.amake", AsyncMock()):
        await backend.fetch()

async def test_a_parameter_is_used_in_it(backend):  #= leaks
    await used(backend)
    await backend.fetch()  #: ISO102
""",
        {
            "service.py": "from shop import amake\n\n\nclass Backend:\n    async def fetch(self):\n"
            "        return await amake()\n"
        },
    )


def test_managers_of_the_project_and_stacks() -> None:
    check(
        """
import service

@contextlib.contextmanager
def nothing_booked(name="service.amake"):
    with patch(name, AsyncMock()):
        yield

@contextlib.contextmanager
def nothing_at_all():
    with nothing_booked(), nothing_booked("shop.amake"):
        yield

async def test_manager():  #= leaks
    with nothing_booked():
        await service.book()
    await service.book()  #: ISO102

async def test_twice():  #= leaks
    for _ in range(2):
        with nothing_booked():
            await service.book()
    with nothing_booked():
        await service.book()
    await service.book()  #: ISO102

async def test_manager_of_managers():  #= leaks
    with nothing_at_all():
        await service.book()
        await service.ship()
    await service.ship()  #: ISO102

async def test_stack():  #= leaks
    with contextlib.ExitStack() as stack:
        await service.book()  #: ISO102
        stack.enter_context(patch("service.amake", AsyncMock()))
        await service.book()
    await service.book()  #: ISO102

async def test_patcher_in_a_variable():  #= leaks
    patcher = patch("service.amake", AsyncMock())
    with patcher:
        await service.book()
    await service.book()  #: ISO102
""",
        SERVICE,
    )


def test_what_lasts_longer() -> None:
    check(
        """
import service

@pytest.fixture
def no_booking():
    with patch("service.amake", AsyncMock()):
        yield

@pytest.fixture
async def booked_in_it():
    with patch("service.amake", AsyncMock()):
        await service.book()

async def test_fixture(no_booking):  #= safe
    await service.book()

async def test_fixture_that_has_ended_it(booked_in_it):  #= leaks
    await service.book()  #: ISO102

def start():
    patch("service.amake", AsyncMock()).start()

async def test_started():  #= safe
    start()
    with patch("shop.amake", AsyncMock()):
        await service.ship()
    await service.book()

async def test_also_in_a_block(no_booking):  #= safe
    with patch("service.amake", AsyncMock()):
        await service.book()
    await service.book()

async def test_for_the_test(monkeypatch):  #= leaks
    monkeypatch.setattr("service.amake", AsyncMock())
    with patch("shop.amake", AsyncMock()):
        await service.ship()
    await service.book()
    await service.ship()  #: ISO102
""",
        SERVICE,
    )


def test_what_is_reached_past_a_mock_stays_undecided() -> None:
    check(
        """
import product

async def test_mocked():  #= undecided
    with patch("product.find", AsyncMock(return_value=None)):
        await product.book()
    assert product.book

async def test_behind():  #= leaks
    with patch("product.find", AsyncMock(return_value=None)):
        await product.other()
    await product.book()  #~ ISO102
""",
        {
            "product.py": "from models import Order\n\n\nasync def find():\n    return None\n\n\n"
            "async def book():\n    if await find():\n        await Order.objects.acreate(total=1)\n\n\n"
            "async def other():\n    pass\n"
        },
    )


def test_patchers_that_are_started_and_stopped() -> None:
    check(
        """
import service

async def test_stopped():  #= leaks
    patcher = patch("service.amake", AsyncMock())
    patcher.start()
    await service.book()
    patcher.stop()
    await service.book()  #: ISO102

async def test_stopped_in_the_end():  #= safe
    patcher = patch("service.amake", AsyncMock())
    mocked = patcher.start()
    try:
        await service.book()
    finally:
        patcher.stop()

async def test_stopped_perhaps(request):  #= safe
    patcher = patch("service.amake", AsyncMock())
    patcher.start()
    if request.config:
        patcher.stop()
    await service.book()

def started():
    patcher = patch("service.amake", AsyncMock())
    patcher.start()
    return patcher

async def test_stopped_by_another():  #= leaks
    patcher = started()
    await service.book()
    patcher.stop()
    await service.book()  #: ISO102

async def test_once_more():  #= safe
    patcher = started()
    patcher.stop()
    with patcher:
        await service.book()

class TestSetUp:
    def setup_method(self):
        self.patcher = patch("service.amake", AsyncMock())
        self.patcher.start()

    def teardown_method(self):
        self.patcher.stop()

    async def test_of_the_class(self):  #= safe
        await service.book()
        with patch("shop.amake", AsyncMock()):
            await service.ship()

@pytest.fixture
def no_booking():
    patcher = patch("service.amake", AsyncMock())
    patcher.start()
    yield
    patcher.stop()

async def test_of_a_fixture(no_booking):  #= safe
    await service.book()
    with patch("shop.amake", AsyncMock()):
        await service.ship()
""",
        SERVICE,
    )


def test_contexts_of_monkeypatch_and_of_test_cases() -> None:
    check(
        """
import unittest
from django.test import TestCase

import service

async def test_context(monkeypatch):  #= leaks
    with monkeypatch.context() as patches:
        patches.setattr(service, "amake", AsyncMock())
        await service.book()
    await service.book()  #: ISO102

async def test_context_of_the_class():  #= leaks
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr("service.amake", AsyncMock())
        await service.book()
    await service.book()  #: ISO102

class TestEntered(TestCase):
    def setUp(self):
        self.enterContext(patch("service.amake", AsyncMock()))

    async def test_set_up(self):  #= safe
        await sync_to_async(pure)()

def leave():
    pass

class TestThread(TestCase):
    def tearDown(self):
        thread = threading.Thread(target=service.late)
        thread.start()
        thread.join()

    def test_entered(self):  #= safe
        self.enterContext(patch("service.late"))
        with patch("shop.pure"):
            service.late()
""".replace("sync_to_async(pure)", "sync_to_async(shop.pure)"),
        {**SERVICE, "service.py": SERVICE["service.py"] + "\n\ndef late():\n    shop.make()\n"},
    )


def test_an_object_that_was_patched_does_its_other_work() -> None:
    check(
        """
import product

async def test_for_the_test(monkeypatch):  #= leaks
    view = product.View()
    monkeypatch.setattr(view, "event", lambda: None)
    await view.post(1)  #~ ISO102

async def test_for_a_block():  #= leaks
    view = product.View()
    with patch.object(view, "event", lambda: None):
        await view.post(1)  #~ ISO102
    assert view
""",
        {
            "product.py": "from models import Order\n\nENABLED = compute()\n\n\nclass View:\n    def event(self):\n"
            "        return 1\n\n    async def post(self, wanted):\n        event = self.event()\n"
            "        if ENABLED.all or event:\n            await Order.objects.acreate(total=1)\n"
        },
    )
