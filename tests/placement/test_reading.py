"""Reading an attribute may be work: properties, and relations that are not loaded, wherever the object comes from."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, check

pytestmark = needs_environment

BASKET = """\
from functools import cached_property

from models import Order


class Line:
    def __init__(self, basket=None):
        self.basket = basket

    @property
    def rows(self):
        return self.basket.rows


class Basket:
    limit = 3

    @property
    def rows(self):
        return Order.objects.count()

    @cached_property
    def doubled(self):
        return self.rows * 2

    @property
    def name(self):
        return f"basket {self.limit}"

    def said(self):
        return f"{self.doubled} rows"

    def pure(self):
        return self.name


def tell(basket):
    if basket.rows > 3:
        print(basket.name)


def tell_all(baskets):
    return [basket.rows for basket in baskets]


def tell_if(basket, loud=False):
    return basket.rows if loud else basket.name
"""


def test_properties_of_what_is_handed_over() -> None:
    check(
        """
@pytest.fixture
def basket():
    return Basket()

async def test_in_a_helper(basket):  #= leaks
    await sync_to_async(tell)(basket)  #: ISO101

async def test_in_a_lambda(basket):  #= leaks
    await sync_to_async(lambda: basket.doubled)()  #: ISO101

async def test_getattr(basket):  #= leaks
    await sync_to_async(getattr)(basket, "rows")  #: ISO101

async def test_in_a_method(basket):  #= leaks
    await sync_to_async(basket.said)()  #: ISO101

async def test_through_another_object():  #= leaks
    line = Line(Basket())
    await sync_to_async(lambda: line.rows)()  #: ISO101

async def test_in_a_thread(basket):  #= leaks
    await asyncio.to_thread(tell, basket)  #: ISO103

async def test_where_the_call_asks_for_it(basket):  #= leaks
    await sync_to_async(tell_if)(basket, loud=True)  #: ISO101

async def test_where_it_does_not(basket):  #= safe
    await sync_to_async(tell_if)(basket, loud=False)

async def test_nothing_is_asked(basket):  #= safe
    await sync_to_async(basket.pure)()
    await sync_to_async(getattr)(basket, "name")
    await sync_to_async(lambda: basket.limit)()

async def test_of_another_class(basket):  #= safe
    other = Mock()
    await sync_to_async(tell)(other)

async def test_a_default(basket):  #= safe
    await sync_to_async(getattr)(basket, "absent", 3)

def test_at_home(basket):  #= safe
    tell(basket)
    async_to_sync(sync_to_async(tell))(basket)
""",
        {"basket.py": BASKET},
        head=HEAD + "from basket import Basket, Line, tell, tell_all, tell_if\n",
    )
