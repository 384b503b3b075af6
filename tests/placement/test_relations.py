"""Relations: reading one that is not loaded is a query, of an object that is known to lack it."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, check

pytestmark = needs_environment

MODELS = """\
from django.db import models


class Tag(models.Model):
    name = models.CharField(max_length=20)


class Order(models.Model):
    total = models.IntegerField(default=0)
    tags = models.ManyToManyField(Tag)


class Owned(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("order")


class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    tag = models.OneToOneField("Tag", null=False, on_delete=models.CASCADE)

    objects = models.Manager()
    owned = Owned()

    @property
    def total(self):
        return self.order.total

    def is_root(self):
        return self.parent_id is None
"""
FILES = {"models.py": MODELS}
LINE_HEAD = HEAD.replace("import Order, Tag", "import Line, Order, Tag")


def test_what_was_fetched() -> None:
    check(
        """
@pytest.fixture
def line():
    return Line.objects.get(pk=1)

@pytest.fixture
def lines():
    return list(Line.objects.filter(pk=1).order_by("pk"))

@pytest.fixture
def selected():
    return Line.objects.select_related("order", "tag__name").first()

@pytest.fixture
def all_selected():
    return Line.objects.select_related().first()

@pytest.fixture
def by_its_manager():
    return Line.owned.get()

def total_of(line):
    return line.order.total if line else 0

async def test_a_lambda(line):  #= leaks
    await sync_to_async(lambda: line.order)()  #: ISO101

async def test_getattr(line):  #= leaks
    await sync_to_async(getattr)(line, "order")  #: ISO101

async def test_a_helper(line):  #= leaks
    assert await sync_to_async(total_of)(line)  #: ISO101

async def test_a_property(line):  #= leaks
    assert await asyncio.to_thread(lambda: line.total)  #: ISO103

async def test_of_a_list(lines):  #= leaks
    assert await sync_to_async(lambda: lines[0].tag)()  #: ISO101

async def test_it_may_be_none(line):  #= leaks
    assert await sync_to_async(lambda: line.parent)() is None  #~ ISO101

async def test_selected(selected):  #= safe
    await sync_to_async(lambda: selected.order)()
    await sync_to_async(getattr)(selected, "tag")

async def test_all_that_is_not_null_is_selected(all_selected):  #= safe
    await sync_to_async(lambda: all_selected.order)()

async def test_selected_by_the_manager(by_its_manager):  #= safe
    await sync_to_async(total_of)(by_its_manager)

async def test_its_key(line):  #= safe
    await sync_to_async(line.is_root)()
    await sync_to_async(lambda: line.order_id)()

async def test_in_a_loop_it_is_loaded(line):  #= safe
    assert line.order

def test_at_home(line):  #= safe
    assert total_of(line)
    assert async_to_sync(sync_to_async(total_of))(line)
""",
        FILES,
        head=LINE_HEAD,
    )


def test_what_was_made() -> None:
    check(
        """
@pytest.fixture
def order():
    return Order.objects.create()

async def test_of_its_key_alone(order):  #= leaks
    line = Line(pk=1, order_id=order.pk)
    assert await sync_to_async(getattr)(line, "order")  #: ISO201

async def test_of_the_object(order):  #= safe
    line = Line(pk=1, order=order)
    assert await sync_to_async(lambda: line.order)()

async def test_of_neither():  #= safe
    line = Line(pk=1)
    assert await sync_to_async(lambda: line.parent)() is None

async def test_set_later(order):  #= safe
    line = Line(pk=1, order_id=order.pk)
    line.order = order
    assert await sync_to_async(lambda: line.order)()

async def test_of_anything(order):  #= safe
    fields = dict(order_id=order.pk)
    line = Line(**fields, **read)
    assert await sync_to_async(lambda: line.order)()
""",
        FILES,
        head=LINE_HEAD + "from shop import read\n",
    )


def test_what_was_prefetched() -> None:
    check(
        """
@pytest.fixture
def prefetched():
    return Order.objects.prefetch_related("tags", "lines").get()

@pytest.fixture
def order():
    return Order.objects.get()

async def test_it_is_there(prefetched):  #= safe
    assert [tag.name for tag in prefetched.tags.all()] == []
    assert await sync_to_async(lambda: list(prefetched.lines.all()))() == []

async def test_it_is_not(order):  #= leaks
    assert await sync_to_async(lambda: list(order.tags.all()))() == []  #: ISO101
""",
        FILES,
        head=LINE_HEAD,
    )


def test_each_of_a_queryset() -> None:
    check(
        """
async def test_written_one_by_one(order_made):  #= leaks
    async for order in order_made:
        await order.asave()  #: ISO102

async def test_a_list():  #= leaks
    orders = [order async for order in Order.objects.all()]  #: ISO102
    await orders[0].adelete()  #: ISO102

@pytest.fixture
def order_made():
    class Given:
        async def __aiter__(self):
            yield Order()

    return Given()

@pytest.fixture
def orders():
    return list(Order.objects.all())

async def test_of_a_fixture(orders):  #= leaks
    await orders[0].asave()  #: ISO102
""",
        FILES,
        head=LINE_HEAD,
    )
