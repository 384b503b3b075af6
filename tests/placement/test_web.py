"""Requests of test clients and communicators: the view or consumer that answers is found, and runs where it runs."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import INI, check

pytestmark = needs_environment

WITH_SETTINGS = INI + "DJANGO_SETTINGS_MODULE = settings\n"

PROJECT = {
    "settings.py": 'ROOT_URLCONF = "urls"\nMIDDLEWARE = ["django.middleware.common.CommonMiddleware"]\n',
    "urls.py": """\
from django.urls import include, path, re_path
from django.views.generic import View

import views

urlpatterns = [
    path("make/", views.make, name="make"),
    path("amake/", views.amake),
    path("pure/", views.pure, name="pure"),
    path("apure/", views.apure),
    path("orders/<int:pk>/", views.Orders.as_view(), name="order"),
    re_path(r"^old/(?P<pk>[0-9]+)/$", views.make),
    path("shop/", include("shop_urls")),
    path("list/", include(([path("make/", views.make, name="listed")], "listing"))),
]
""",
    "shop_urls.py": """\
from django.urls import path

import views

app_name = "shop"
urlpatterns = [path("make/", views.make, name="make"), path("", views.pure, name="home")]
""",
    "views.py": """\
from django.http import HttpResponse
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from models import Order


@csrf_exempt
def make(request, pk=0):
    if request.method == "GET":
        Order.objects.create(total=request.GET.get("total"))
    return HttpResponse("ok")


async def amake(request):
    await Order.objects.acreate()
    return HttpResponse("ok")


def pure(request):
    return HttpResponse("pure")


async def apure(request):
    return HttpResponse("pure")


class Orders(View):
    def get(self, request, pk):
        return HttpResponse(str(Order.objects.get(pk=pk)))

    async def post(self, request, pk):
        await Order.objects.acreate(pk=pk)
        return HttpResponse("ok")

    def delete(self, request, pk):
        return HttpResponse("no")
""",
}

HEAD = """\
import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.testing import WebsocketCommunicator
from django.core.asgi import get_asgi_application
from django.test import AsyncClient, AsyncRequestFactory
from django.urls import reverse

pytestmark = pytest.mark.django_db
"""


def web(text: str, files: dict[str, str] | None = None, ini: str = WITH_SETTINGS) -> None:
    check(text, {**PROJECT, **(files or {})}, ini, HEAD)


def test_views_behind_paths() -> None:
    web("""
async def test_plain(async_client):  #= leaks
    await async_client.get("/make/")  #~ ISO104

async def test_coroutine():  #= leaks
    client = AsyncClient()
    await client.get("/amake/?page=1")  #~ ISO104

async def test_pure(async_client):  #= safe
    await async_client.get("/pure/")
    await async_client.get("http://testserver/apure/")

async def test_nothing_there(async_client):  #= safe
    await async_client.get("/nowhere/")

async def test_regular_expression(async_client):  #= leaks
    await async_client.get("/old/12/")  #~ ISO104

async def test_included(async_client):  #= leaks
    await async_client.get("/shop/make/")  #~ ISO104

async def test_included_home(async_client):  #= safe
    await async_client.get("/shop/")

async def test_included_list(async_client):  #= leaks
    await async_client.get("/list/make/")  #~ ISO104
""")


def test_the_urls_mark_names_another_module() -> None:
    web("""
from django.urls import path
import views

urlpatterns = [path("here/", views.make), path("pure/", views.make)]
OTHER = "shop_urls"

@pytest.mark.urls(__name__)
async def test_of_this_module(async_client):  #= leaks
    await async_client.get("/here/")  #~ ISO104

@pytest.mark.urls("shop_urls")
async def test_of_another(async_client):  #= leaks
    await async_client.get("/make/")  #~ ISO104

@pytest.mark.urls("shop_urls")
async def test_the_projects_own_do_not_count(async_client):  #= safe
    await async_client.get("/amake/")

@pytest.mark.urls(OTHER)
async def test_computed(async_client):  #= undecided
    await async_client.get("/make/")

async def test_without(async_client):  #= safe
    await async_client.get("/pure/")
""")


def test_class_based_views_answer_by_method() -> None:
    web("""
async def test_get(async_client):  #= leaks
    await async_client.get("/orders/1/")  #~ ISO104

async def test_post(async_client):  #= leaks
    await async_client.post("/orders/1/", {"total": 1})  #~ ISO104

async def test_delete(async_client):  #= safe
    await async_client.delete("/orders/1/")

async def test_not_the_projects(async_client):  #= undecided
    await async_client.put("/orders/1/")
""")


def test_views_behind_names() -> None:
    web("""
async def test_named(async_client):  #= leaks
    await async_client.get(reverse("order", args=[1]))  #~ ISO104

async def test_variable(async_client):  #= leaks
    url = reverse("make")
    await async_client.get(url)  #~ ISO104

async def test_namespace(async_client):  #= leaks
    await async_client.get(reverse("shop:make"))  #~ ISO104

async def test_namespace_of_a_list(async_client):  #= leaks
    await async_client.get(reverse("listing:listed"))  #~ ISO104

async def test_pure(async_client):  #= safe
    await async_client.get(reverse("pure"))
    await async_client.get(reverse("shop:home"))

async def test_no_such_name(async_client):  #= undecided
    await async_client.get(reverse("home"))
""")


def test_what_is_not_known_is_undecided() -> None:
    web("""
async def test_url(async_client, settings):  #= undecided
    await async_client.get(settings.LOGIN_URL)
""")
    check(
        """
async def test_no_settings(async_client):  #= undecided
    await async_client.get("/make/")
""",
        PROJECT,
        head=HEAD,
    )


def test_a_pattern_that_is_not_written_out_may_be_the_one() -> None:
    web(
        """
async def test_written_out(async_client):  #= leaks
    await async_client.get("/make/")  #~ ISO104

async def test_other(async_client):  #= undecided
    await async_client.get("/other/")
""",
        {
            "urls.py": "import views\nfrom django.urls import path\nfrom somewhere import more\n\n"
            'urlpatterns = [path("make/", views.make), *more()]\n'
        },
    )


def test_a_bridge_brings_the_client_home_and_not_the_asgi_handler() -> None:
    web("""
def test_client(async_client):  #= safe
    async_to_sync(async_client.get)("/make/")

def test_in_a_coroutine():  #= safe
    async def body():
        await AsyncClient().get("/amake/")
    async_to_sync(body)()

def test_communicator():  #= leaks
    async def body():
        scope = AsyncRequestFactory()._base_scope(path="/make/")
        communicator = ApplicationCommunicator(get_asgi_application(), scope)
        await communicator.send_input({"type": "http.request"})
        await communicator.wait()
    async_to_sync(body)()  #~ ISO104
""")


def test_communicators() -> None:
    web("""
async def test_scope():  #= leaks
    communicator = ApplicationCommunicator(get_asgi_application(), {"type": "http", "path": "/amake/"})
    await communicator.send_input({"type": "http.request"})  #~ ISO104

async def test_pure():  #= safe
    communicator = ApplicationCommunicator(get_asgi_application(), {"type": "http", "path": "/apure/"})
    await communicator.send_input({"type": "http.request"})

async def app(scope, receive, send):
    from models import Order
    await Order.objects.acreate()

async def test_an_application_of_ones_own():  #= leaks
    communicator = ApplicationCommunicator(app, {"type": "http", "path": "/"})
    await communicator.send_input({"type": "http.request"})  #~ ISO104
""")


def test_consumers_behind_a_communicator_that_is_read_message_by_message() -> None:
    web(
        """
from consumers import Quiet, Saving


async def test_quiet():  #= safe
    communicator = WebsocketCommunicator(Quiet.as_asgi(), "/")
    await communicator.connect()
    await communicator.send_json_to({})
    await communicator.receive_output(timeout=1)
    await communicator.disconnect()

async def test_saving():  #= leaks
    communicator = WebsocketCommunicator(Saving.as_asgi(), "/")
    await communicator.send_input({"type": "websocket.connect"})  #~ ISO104
    await communicator.receive_output()
""",
        {
            "consumers.py": """\
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from shop import hop


class Quiet(AsyncJsonWebsocketConsumer):
    async def connect(self):
        await self.channel_layer.group_add("all", self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        if self.channel_layer:
            await self.channel_layer.group_discard("all", self.channel_name)


class Saving(Quiet):
    async def receive_json(self, content):
        await hop()
"""
        },
    )


def test_middleware_of_the_project_sees_every_request() -> None:
    web(
        """
async def test_pure(async_client):  #= leaks
    await async_client.get("/pure/")  #~ ISO104
""",
        {
            "settings.py": 'ROOT_URLCONF = "urls"\nMIDDLEWARE = ["middleware.Counting"]\n',
            "middleware.py": """\
from models import Order


class Counting:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        Order.objects.create()
        return self.get_response(request)
""",
        },
    )


@pytest.mark.parametrize("name", ["login", "force_login"])
def test_logging_in(name: str) -> None:
    web(f"""
async def test_it(async_client):  #= leaks
    await async_client.a{name}(username="a")  #~ ISO104
""")


def test_what_a_helper_is_given() -> None:
    web("""
async def fetch(url, client=None):
    client = client or AsyncClient()
    return await client.get(url)

async def sent(app, path):
    communicator = ApplicationCommunicator(app, {"type": "http", "path": path})
    await communicator.send_input({"type": "http.request"})

async def test_url():  #= leaks
    await fetch("/make/")  #~ ISO104

async def test_pure():  #= safe
    await fetch(reverse("pure"))

async def test_application():  #= leaks
    await sent(get_asgi_application(), "/make/")  #~ ISO104

@pytest.mark.parametrize("url", ["/pure/", "/apure/"])
async def test_parametrized(url, async_client):  #= safe
    await async_client.get(url)
""")


def test_templates_go_through_the_querysets_of_their_context() -> None:
    web(
        """
from asgiref.sync import sync_to_async
from django.template import engines
from django.template.loader import get_template, render_to_string
from models import Order

async def test_queryset():  #= leaks
    await sync_to_async(render_to_string)("a.html", {"orders": Order.objects.all()})  #: ISO101

async def test_plain_context():  #= safe
    await sync_to_async(render_to_string)("a.html", {"total": 1})

async def test_template():  #= leaks
    template = get_template("a.html")
    await sync_to_async(template.render)({"orders": Order.objects.filter(total=1)})  #: ISO101

async def test_from_text():  #= leaks
    template = engines["django"].from_string("{{ orders }}")
    await sync_to_async(template.render)({"orders": Order.objects.all()})  #: ISO101

async def test_a_view_that_renders(async_client):  #= leaks
    await async_client.get("/orders/")  #~ ISO104
""",
        {
            "urls.py": """\
from django.shortcuts import render
from django.urls import path

from models import Order


def listed(request):
    return render(request, "a.html", {"orders": Order.objects.all()})


urlpatterns = [path("orders/", listed)]
"""
        },
    )
