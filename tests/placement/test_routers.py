"""Routers and their test clients: the function that answers is found, and runs where the package has it run."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import INI, check
from tests.support import analysed_environment

pytestmark = needs_environment


def _has(package: str) -> bool:
    """Whether the environment that is analysed has a package."""
    folder = analysed_environment()
    return folder is not None and any(folder.glob(f"lib/python3*/site-packages/{package}"))


NINJA = """\
import pytest
from ninja import NinjaAPI, Router
from ninja.testing import TestAsyncClient, TestClient

from models import Order
from shop import make

pytestmark = pytest.mark.django_db
"""

FAST = """\
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from models import Order
from shop import make, pure

pytestmark = pytest.mark.django_db
"""


def ninja(text: str, files: dict[str, str] | None = None) -> None:
    check(text, files, INI, NINJA)


def fast(text: str, files: dict[str, str] | None = None) -> None:
    check(text, files, INI, FAST)


def test_an_operation_is_found_by_method_and_path() -> None:
    ninja("""
router = Router()

@router.get("/orders")
async def listed(request):
    return {}

@router.post("/orders")
async def made(request):
    await Order.objects.acreate()

@router.get("/orders/{order_id}")
async def read(request, order_id: int):
    return await Order.objects.aget(pk=order_id)

@router.get("/orders/first")
async def first(request):
    return {}

@router.api_operation(["PUT", "PATCH"], path="/orders/{int:order_id}/lines")
async def changed(request, order_id):
    await Order.objects.aupdate(total=1)

async def test_nothing():  #= safe
    await TestAsyncClient(router).get("/orders?page=2")

async def test_post():  #= leaks
    client = TestAsyncClient(router)
    response = await client.post("orders", json={"total": 1})  #~ ISO104
    assert response.json()

async def test_read():  #= leaks
    await TestAsyncClient(router_or_app=router).get("/orders/3")  #~ ISO104

async def test_the_more_special_path():  #= safe
    await TestAsyncClient(router).get("/orders/first")

@pytest.mark.parametrize("number", [1, 2])
async def test_a_path_with_a_hole(number):  #= leaks
    await TestAsyncClient(router).patch(f"/orders/{number}/lines")  #~ ISO104

async def test_another_method():  #= safe
    await TestAsyncClient(router).delete("/orders/3")

async def test_the_method_as_an_argument():  #= leaks
    await TestAsyncClient(router).request("PUT", "/orders/3/lines")  #~ ISO104

async def test_no_such_path_is_known():  #= undecided
    await TestAsyncClient(router).get("/nowhere")

async def test_any_path(path):  #= undecided
    await TestAsyncClient(router).get(path)

@pytest.fixture
def path():
    return input()
""")


def test_a_plain_operation_leaves_only_beside_a_coroutine_function() -> None:
    ninja("""
router = Router()

@router.get("/both")
async def one(request):
    return {}

@router.post("/both")
def other(request):
    make()

@router.put("/both")
def orders(request):
    return Order.objects.all()

@router.post("/plain")
def alone(request):
    make()

async def test_beside():  #= leaks
    await TestAsyncClient(router).post("/both")  #~ ISO104

async def test_a_queryset_is_read_there():  #= leaks
    await TestAsyncClient(router).put("/both")  #~ ISO104

async def test_it_raises_in_the_loop():  #= safe
    with pytest.raises(Exception):
        await TestAsyncClient(router).post("/plain")

def test_where_the_test_is():  #= safe
    assert TestClient(router).post("/plain").status_code == 200
""")


def test_what_a_plain_operation_does_counts_in_a_sync_test() -> None:
    ninja("""
import threading

router = Router()

@router.post("/orders")
def other(request):
    threading.Thread(target=make).start()

client = TestClient(router)

def test_thread():  #= leaks
    client.post("/orders")  #: ISO103
""")


@pytest.mark.skipif(not _has("ninja"), reason="the bases of a class are asked of the package itself")
def test_a_client_of_the_suite() -> None:
    ninja("""
router = Router()

@router.post("/orders")
async def made(request):
    await Order.objects.acreate()

class Client(TestAsyncClient):
    def login(self, token):
        self.headers["Authorization"] = token

@pytest.fixture
def client():
    made = Client(router)
    made.login("token")
    return made

async def test_made(client):  #= leaks
    await client.post("/orders")  #~ ISO104
""")


def test_routers_below_prefixes() -> None:
    ninja(
        """
from api import api, routers

@pytest.fixture
def client():
    return TestAsyncClient(api)

async def test_nested(client):  #= leaks
    await client.post("/shop/orders/")  #~ ISO104

async def test_at_the_top(client):  #= safe
    await client.get("/ping")

async def test_in_a_loop(client):  #= leaks
    await client.get("/more/second")  #~ ISO104

async def test_registered_elsewhere(client):  #= leaks
    await client.get("/shop/far")  #~ ISO104

async def test_a_router_by_itself():  #= leaks
    await TestAsyncClient(routers.orders).post("/")  #~ ISO104
""",
        {
            "api.py": """\
from ninja import NinjaAPI

import far
import more
import routers

api = NinjaAPI()


@api.get("/ping")
async def ping(request):
    return {}


api.add_router("/shop", routers.shop)
for prefix in ("/more",):
    api.add_router(prefix, router=more.router)
""",
            "routers.py": """\
from ninja import Router

from models import Order

shop = Router()
orders = Router(tags=["orders"])


@orders.post("/")
async def made(request):
    await Order.objects.acreate()


shop.add_router("/orders", orders)
""",
            "far.py": """\
from models import Order
from routers import shop


@shop.get("/far")
async def far(request):
    return await Order.objects.acount()
""",
            "more.py": """\
from ninja import Router

from models import Order

router = Router()


@router.get("/first")
async def operation(request):
    return {}


@router.get("/second")
async def operation(request):
    return await Order.objects.acount()
""",
        },
    )


def test_a_router_that_a_function_makes() -> None:
    ninja(
        """
from factory import create

async def test_in_the_test():  #= leaks
    router = Router()

    @router.get("/count")
    async def count(request):
        return await Order.objects.acount()

    await TestAsyncClient(router).get("/count")  #~ ISO104

async def test_in_a_helper():  #= leaks
    await TestAsyncClient(create()).get("/count")  #~ ISO104

made = create()

async def test_in_a_helper_once():  #= leaks
    await TestAsyncClient(made).get("/count")  #~ ISO104
""",
        {
            "factory.py": """\
from ninja import NinjaAPI

from models import Order


async def count(request):
    return await Order.objects.acount()


def create():
    api = NinjaAPI()
    api.get("/count")(count)
    return api
""",
        },
    )


def test_callbacks_are_called_first() -> None:
    ninja("""
def known(request):
    return Order.objects.exists()

async def aknown(request):
    return await Order.objects.aexists()

router = Router(auth=known)

@router.get("/secret")
async def secret(request):
    return {}

@router.get("/open", auth=None)
async def opened(request):
    return {}

@router.get("/other", auth=[aknown])
async def other(request):
    return {}

async def test_of_the_router():  #= leaks
    await TestAsyncClient(router).get("/secret")  #~ ISO104

async def test_none():  #= safe
    await TestAsyncClient(router).get("/open")

async def test_of_the_operation():  #= leaks
    await TestAsyncClient(router).get("/other")  #~ ISO104
""")


def test_an_api_behind_the_urls_of_the_project() -> None:
    check(
        """
async def test_operation(async_client):  #= leaks
    await async_client.post("/api/orders")  #~ ISO104

async def test_nothing(async_client):  #= safe
    await async_client.get("/api/orders")

async def test_plain(async_client):  #= leaks
    await async_client.get("/api/plain")  #~ ISO104
""",
        {
            "settings.py": 'ROOT_URLCONF = "urls"\n',
            "urls.py": """\
from django.urls import path

from api import api

urlpatterns = [path("api/", api.urls)]
""",
            "api.py": """\
from ninja import NinjaAPI

from models import Order

api = NinjaAPI()


@api.post("/orders")
async def made(request):
    await Order.objects.acreate()


@api.get("/orders")
async def listed(request):
    return []


@api.get("/plain")
def plain(request):
    return Order.objects.count()
""",
        },
        INI + "DJANGO_SETTINGS_MODULE = settings\n",
        NINJA,
    )


@pytest.mark.skipif(not _has("ninja_extra"), reason="what a controller inherits is asked of the package itself")
def test_controllers() -> None:
    check(
        """
@api_controller("/orders")
class Orders:
    @http_get("/{order_id}")
    async def read(self, order_id: int):
        return await Order.objects.aget(pk=order_id)

    @route.get("/")
    async def listed(self):
        return []

    @route.post("/")
    def made(self):
        make()

class Base(ControllerBase):
    @http_get("/base")
    async def base(self):
        return await self.counted()

    async def counted(self):
        return await Order.objects.acount()

@api_controller
class Derived(Base):
    @http_get("/own")
    async def own(self):
        return {}

api = NinjaExtraAPI()
api.register_controllers(Orders, Derived)

async def test_read():  #= leaks
    await TestAsyncClient(Orders).get("/3")  #~ ISO104

async def test_listed():  #= safe
    await TestAsyncClient(Orders).get("/")

async def test_beside():  #= leaks
    await TestAsyncClient(Orders).post("/")  #~ ISO104

async def test_inherited():  #= leaks
    await TestAsyncClient(Derived).get("/base")  #~ ISO104

async def test_own():  #= safe
    await TestAsyncClient(Derived).get("/own")

async def test_registered():  #= leaks
    await TestAsyncClient(api).get("/orders/3")  #~ ISO104

async def test_not_known():  #= undecided
    await TestAsyncClient(Orders).get("/elsewhere/3")
""",
        head="""\
import pytest
from ninja_extra import ControllerBase, NinjaExtraAPI, api_controller, http_get, route
from ninja_extra.testing import TestAsyncClient

from models import Order
from shop import make

pytestmark = pytest.mark.django_db
""",
    )


def test_starlette_runs_requests_of_its_client_in_other_threads() -> None:
    fast("""
router = APIRouter(prefix="/orders")

@router.post("")
async def made():
    await Order.objects.acreate()

@router.get("/{order_id}")
def read(order_id: int):
    return Order.objects.get(pk=order_id)

@router.get("/{order_id}/pure")
def nothing(order_id: int):
    return pure()

app = FastAPI()
app.include_router(router, prefix="/api")

@pytest.fixture
def client():
    with TestClient(app) as made:
        yield made

def test_coroutine_function(client):  #= leaks
    client.post("/api/orders")  #: ISO103

def test_function(client):  #= leaks
    client.get("/api/orders/3")  #: ISO103

def test_nothing(client):  #= safe
    client.get("/api/orders/3/pure")

def test_one_slash_more(client):  #= leaks
    client.post("/api/orders/")  #: ISO103

def test_unknown_application(unknown):  #= undecided
    TestClient(unknown).get("/")

@pytest.fixture
def unknown():
    return __import__("elsewhere").app
""")


def test_routes_that_are_written_out() -> None:
    fast("""
async def made(request):
    await Order.objects.acreate()

def read(request):
    return Order.objects.count()

def nothing(request):
    return pure()

app = Starlette(routes=[
    Route("/made", made, methods=["POST"]),
    Mount("/below", routes=[Route("/read", read), Route("/nothing", endpoint=nothing)]),
])

inner = FastAPI()
inner.get("/read")(read)
outer = FastAPI()
outer.mount("/v1", app=inner)

def test_route():  #= leaks
    TestClient(app).post("/made")  #: ISO103

def test_mounted():  #= leaks
    TestClient(app).get("/below/read")  #: ISO103

def test_nothing():  #= safe
    TestClient(app).get("/below/nothing")

def test_mounted_application():  #= leaks
    TestClient(outer).get("/v1/read")  #: ISO103
""")


def test_httpx_drives_an_application_in_the_loop_of_the_test() -> None:
    fast("""
app = FastAPI()

@app.post("/plain")
def plain():
    make()

@app.post("/coroutine")
async def coroutine():
    await Order.objects.acreate()

@app.get("/nothing")
def nothing():
    return pure()

@pytest.fixture
def transport():
    return httpx.ASGITransport(app=app)

async def test_plain(transport):  #= leaks
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.post("/plain")  #~ ISO104

async def test_coroutine(transport):  #= leaks
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.post("http://test/coroutine")  #~ ISO104

async def test_nothing(transport):  #= safe
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/nothing")
""")


def test_dependencies_run_first() -> None:
    fast("""
def order():
    return Order.objects.first()

async def inner(found=Depends(order)):
    return found

async def harmless():
    return None

app = FastAPI()
guarded = APIRouter(dependencies=[Depends(order)])

@app.get("/default")
async def default(found=Depends(order)):
    return {}

@app.get("/annotated")
async def annotated(found: Annotated[Order, Depends(order)]):
    return {}

@app.get("/nested")
async def nested(found=Depends(inner)):
    return {}

@app.get("/nothing")
async def nothing(found=Depends(harmless)):
    return {}

@app.get("/decorator", dependencies=[Depends(order)])
async def decorated():
    return {}

@guarded.get("/router")
async def of_the_router():
    return {}

app.include_router(guarded)

def test_default():  #= leaks
    TestClient(app).get("/default")  #: ISO103

def test_annotated():  #= leaks
    TestClient(app).get("/annotated")  #: ISO103

def test_nested():  #= leaks
    TestClient(app).get("/nested")  #: ISO103

def test_nothing():  #= safe
    TestClient(app).get("/nothing")

def test_decorator():  #= leaks
    TestClient(app).get("/decorator")  #: ISO103

def test_router():  #= leaks
    TestClient(app).get("/router")  #: ISO103
""")


def test_overridden_dependencies() -> None:
    fast("""
def order():
    return Order.objects.first()

def fake():
    return None

app = FastAPI()

@app.get("/order")
async def read(found=Depends(order)):
    return {}

@pytest.fixture
def client():
    app.dependency_overrides[order] = fake
    yield TestClient(app)
    app.dependency_overrides.clear()

def test_by_a_fixture(client):  #= safe
    client.get("/order")

def test_in_the_test():  #= safe
    app.dependency_overrides[order] = lambda: None
    TestClient(app).get("/order")

def test_not():  #= leaks
    TestClient(app).get("/order")  #: ISO103

def test_by_one_that_works():  #= leaks
    app.dependency_overrides[order] = make
    TestClient(app).get("/order")  #: ISO103
""")
