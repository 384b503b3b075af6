"""What the shop does with orders. The shop runs under ASGI, so its services are async."""

from dataclasses import dataclass
from decimal import Decimal

from orders import rates
from orders.models import Order


@dataclass(frozen=True)
class Receipt:
    order_id: int
    total: Decimal


async def confirm(order):
    """Confirm an order and return its receipt."""
    order.status = Order.Status.CONFIRMED
    await order.asave(update_fields=["status"])
    return Receipt(order_id=order.pk, total=order.total)


async def quote(total, currency):
    """What a total is in another currency. Needs the rate service, not the database."""
    rate = await rates.fetch(currency)
    return (Decimal(total) * rate).quantize(Decimal("0.01"))
