"""Requests of a URL that is a formatted text: what is written out of it decides which view answers."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, check
from tests.placement.test_web import PROJECT, WITH_SETTINGS

pytestmark = needs_environment

MORE = PROJECT | {
    "urls.py": PROJECT["urls.py"]
    + """
urlpatterns += [
    path("things/<uuid:pk>/", views.make),
    path("pages/<slug:name>/", views.pure),
]

if settings.DEBUG:
    urlpatterns += [
        path("either/<int:pk>/", views.make),
        path("either/<slug:name>/", views.pure),
    ]
"""
}


def test_formatted() -> None:
    check(
        """
PREFIX = "/orders"

@pytest.fixture
def order():
    return Order.objects.create()

async def test_a_key(async_client, order):  #= leaks
    await async_client.get(f"/orders/{order.pk}/")  #: ISO201

async def test_another_method(async_client, order):  #= safe
    await async_client.delete(f"/orders/{order.pk}/")

async def test_a_constant(async_client, order):  #= leaks
    await async_client.get(f"{PREFIX}/{order.pk!s}/")  #: ISO201

async def test_a_query(async_client, order):  #= leaks
    url = f"/orders/{order.pk}/?page={1}"
    await async_client.get(url)  #: ISO201

async def test_a_uuid(async_client, order):  #= leaks
    await async_client.get(f"/things/{order.key}/")  #~ ISO104

async def test_a_name(async_client, order):  #= safe
    await async_client.get(f"/pages/{order.name}/")

async def test_joined(async_client, order):  #= leaks
    await async_client.get("/orders" f"/{order.pk:d}/")  #: ISO201

async def fetch(client, key):
    return await client.get(f"/orders/{key}/")

async def test_in_a_helper(async_client, order):  #= leaks
    await fetch(async_client, order.pk)  #: ISO201

async def test_either_may_answer(async_client, order):  #= undecided
    await async_client.get(f"/either/{order.pk}/")

async def test_nothing_is_written_out(async_client, order):  #= undecided
    await async_client.get(f"{order.url}/")
""",
        MORE,
        WITH_SETTINGS,
        HEAD,
    )
