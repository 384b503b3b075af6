"""Views, plain and async."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from shop.models import Order
from shop.services import open_order


def orders(request: HttpRequest) -> HttpResponse:
    """How many orders there are."""
    return HttpResponse(str(Order.objects.count()))


def open_an_order(request: HttpRequest) -> HttpResponse:
    """Opens an order."""
    return HttpResponse(str(Order.objects.create(total=int(request.POST.get("total", 1))).pk))


async def aopen_an_order(request: HttpRequest) -> HttpResponse:
    """Opens an order, async."""
    return HttpResponse(str((await open_order(int(request.POST.get("total", 1)))).pk))


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Opens an order while its body is read."""

    async def body():
        order = await Order.objects.acreate(total=7)
        yield str(order.pk).encode()

    return StreamingHttpResponse(body())
