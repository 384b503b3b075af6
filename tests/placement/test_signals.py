"""Signals: sending one calls what is connected to it, functions and coroutine functions each where Django runs them."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, INI, check

pytestmark = needs_environment

SIGNALS = """\
from django.dispatch import Signal, receiver
from models import Order

placed = Signal()
counted = Signal()
quiet = Signal()
aplaced = Signal()
unheard = Signal()


@receiver(placed)
def remember(sender, **kwargs):
    Order.objects.create()


@receiver([quiet])
def say(sender, **kwargs):
    print(sender)


@receiver(signal=aplaced)
async def aremember(sender, **kwargs):
    await Order.objects.acreate()


class Counter:
    @staticmethod
    def count(sender, **kwargs):
        return Order.objects.count()


counted.connect(Counter.count)
"""

FILES = {"signals.py": SIGNALS}
SIGNAL_HEAD = HEAD + "import signals\nfrom signals import aplaced, counted, placed, quiet, unheard\n"


def test_receivers_of_the_module_of_the_signal() -> None:
    check(
        """
async def test_it_writes():  #= leaks
    await placed.asend(sender=None)  #: ISO102

async def test_it_reads():  #= leaks
    await counted.asend_robust(None)  #: ISO102

async def test_another_name():  #= leaks
    send = signals.placed.asend
    await send(sender=Order)  #: ISO102

async def helper(signal):
    await signal.asend(sender=None)

async def test_through_a_helper():  #= leaks
    await helper(placed)  #: ISO102

async def test_another_signal_through_the_helper():  #= safe
    await helper(quiet)

async def test_a_coroutine_function():  #= leaks
    await aplaced.asend(sender=None)  #: ISO102

async def test_in_the_worker():  #= leaks
    await sync_to_async(placed.send)(sender=None)  #: ISO101

async def test_a_lambda_in_a_thread():  #= leaks
    await asyncio.to_thread(lambda: placed.send_robust(sender=None))  #: ISO103

async def test_nobody_listens():  #= safe
    await unheard.asend(sender=None)
    await sync_to_async(unheard.send)(sender=None)

async def test_it_is_not_awaited():  #= safe
    placed.asend(sender=None)

def test_at_home():  #= safe
    placed.send(sender=None)
    aplaced.send(sender=None)
    async_to_sync(placed.asend)(sender=None)
""",
        FILES,
        head=SIGNAL_HEAD,
    )


def test_receivers_that_tests_connect() -> None:
    check(
        """
def remember(sender, **kwargs):
    Order.objects.create()

def elsewhere(sender, **kwargs):
    threading.Thread(target=make).start()

@pytest.fixture
def listening():
    unheard.connect(remember)
    yield
    unheard.disconnect(remember)

@pytest.fixture
def connect():
    return lambda receiver, **options: unheard.connect(receiver, **options)

async def test_a_fixture(listening):  #= leaks
    await unheard.asend(sender=None)  #: ISO102

async def test_without_it():  #= safe
    await unheard.asend(sender=None)

async def test_a_fixture_that_connects(connect):  #= leaks
    connect(remember)
    await unheard.asend(sender=None)  #: ISO102

async def test_in_the_test():  #= leaks
    def receiver(sender, **kwargs):
        make()

    unheard.connect(receiver, weak=False)
    await unheard.asend(sender=None)  #: ISO102

async def test_another_sender():  #= safe
    unheard.connect(remember, sender=Tag)
    await unheard.asend(sender=Order)

async def test_the_sender():  #= leaks
    unheard.connect(remember, sender=Order)
    await unheard.asend(Order)  #: ISO102

async def test_a_mock_listens():  #= safe
    unheard.connect(Mock())
    await unheard.asend(sender=None)

def test_a_thread(connect):  #= leaks
    unheard.connect(elsewhere)
    unheard.send(sender=None)  #: ISO103
""",
        FILES,
        head=SIGNAL_HEAD,
    )


APPS = {
    "billing/__init__.py": "",
    "billing/apps.py": """\
from django.apps import AppConfig
from django.db.models.signals import post_save


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self):
        from billing import handlers
        from models import Tag

        post_save.connect(handlers.tag_saved, sender=Tag)
""",
    "billing/handlers.py": """\
import threading

from django.core.signals import request_finished
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from models import Order
from shop import make
from signals import unheard


@receiver(unheard)
def heard(sender, **kwargs):
    make()


@receiver(post_delete, sender=Order)
def order_deleted(sender, instance, **kwargs):
    threading.Thread(target=make).start()


def tag_saved(sender, instance, created, raw=False, **kwargs):
    if created and not raw:
        threading.Thread(target=make).start()


@receiver(post_save, sender=Order)
def order_saved(sender, instance, **kwargs):
    make()
""",
}


def test_what_app_configs_connect() -> None:
    check(
        """
async def test_imported_when_ready():  #= leaks
    await unheard.asend(sender=None)  #: ISO102

def test_a_receiver_that_stays():  #= safe
    Order.objects.create()

def test_a_receiver_that_starts_a_thread():  #= leaks
    Tag.objects.create(name="t")  #: ISO103

def test_the_thread_is_for_new_ones():  #= leaks
    Tag(name="t").save()  #~ ISO103

def test_deleting():  #= leaks
    Order().delete()  #: ISO103

def test_of_a_queryset():  #= leaks
    Order.objects.all().delete()  #: ISO103

def test_in_bulk():  #= safe
    Tag.objects.bulk_create([Tag()])
""",
        FILES | APPS,
        head=SIGNAL_HEAD,
    )


URLS = {
    "settings.py": 'ROOT_URLCONF = "urls"\n',
    "urls.py": """\
from django.http import HttpResponse
from django.urls import path


def pure(request):
    return HttpResponse("pure")


urlpatterns = [path("pure/", pure)]
""",
}


def test_the_signals_of_requests() -> None:
    check(
        """
from django.core.signals import request_finished, request_started

def receiver(sender, **kwargs):
    make()

@pytest.fixture
def finished():
    request_finished.connect(receiver)
    yield
    request_finished.disconnect(receiver)

@pytest.fixture
def started():
    request_started.connect(receiver)

async def test_finished(finished, async_client):  #= leaks
    await async_client.get("/pure/")  #~ ISO104

async def test_started(started, async_client):  #= leaks
    await async_client.get("/pure/")  #~ ISO104

async def test_neither(async_client):  #= safe
    await async_client.get("/pure/")

def test_finished_under_a_bridge(finished, async_client):  #= leaks
    async_to_sync(async_client.get)("/pure/")  #~ ISO104

def test_started_under_a_bridge(started, async_client):  #= safe
    async_to_sync(async_client.get)("/pure/")
""",
        URLS,
        INI + "DJANGO_SETTINGS_MODULE = settings\n",
        HEAD + "from shop import make\n",
    )
