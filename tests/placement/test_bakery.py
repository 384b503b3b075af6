"""model_bakery: `make` saves, `prepare` does not, but for what it is related to where it is told so, and for what
values and recipes do. Measured with model_bakery 1.24."""

from __future__ import annotations

import pytest

from tests.check.engine import environment, needs_environment
from tests.placement.marked import HEAD, check
from tests.support import analysed_environment

pytestmark = [
    needs_environment,
    pytest.mark.skipif(
        analysed_environment() is None or "model-bakery" not in environment().distributions,
        reason="no model_bakery in the environment that is analysed",
    ),
]

RECIPES = """\
from model_bakery.recipe import Recipe, foreign_key, seq
from models import Order, Tag

tag = Recipe(Tag, name="tag")
counted = Recipe(Tag, name=seq("tag"))
child = Recipe(Order, parent=foreign_key(tag))
counted_child = Recipe(Order, parent=foreign_key(counted))
asking = Recipe(Order, total=lambda: Order.objects.count())
"""

FILES = {
    "shop_app/__init__.py": "",
    "shop_app/models.py": "from models import Order, Tag\n",
    "shop_app/baker_recipes.py": RECIPES,
}
HERE = HEAD + "from model_bakery import baker\nfrom shop_app import baker_recipes as recipes\n"


def test_making_and_preparing() -> None:
    check(
        """
async def test_made():  #= leaks
    await sync_to_async(baker.make)(Tag)  #: ISO101

async def test_made_by_name():  #= leaks
    await asyncio.to_thread(baker.make, "shop_app.Tag", name="x")  #: ISO103

async def test_several():  #= leaks
    for order in await sync_to_async(baker.make)(Order, _quantity=2):  #: ISO101
        await order.adelete()  #: ISO102

async def test_prepared():  #= safe
    await sync_to_async(baker.prepare)(Order, total=3)
    await sync_to_async(baker.prepare)(Order, _quantity=2, parent__total=1)

async def test_prepared_with_what_it_is_related_to():  #= leaks
    await sync_to_async(baker.prepare)(Order, _save_related=True)  #: ISO101

async def test_prepared_of_a_query():  #= leaks
    await sync_to_async(baker.prepare)(Order, total=lambda: Order.objects.count())  #: ISO101

async def test_prepared_and_saved():  #= leaks
    await baker.prepare(Order).asave()  #: ISO102

def test_bridged():  #= safe
    async def work():
        await sync_to_async(baker.make)(Order, _quantity=2)
    async_to_sync(work)()
""",
        FILES,
        head=HERE,
    )


def test_recipes() -> None:
    check(
        """
async def test_made():  #= leaks
    await sync_to_async(recipes.tag.make)()  #: ISO101
    await sync_to_async(recipes.child.extend(total=2).make)()  #: ISO101

async def test_prepared():  #= safe
    await sync_to_async(recipes.tag.prepare)()
    await sync_to_async(recipes.child.prepare)(_quantity=2)

async def test_a_sequence_asks_for_rows():  #= leaks
    await sync_to_async(recipes.counted.prepare)()  #: ISO101

async def test_the_sequence_is_not_needed():  #= safe
    await sync_to_async(recipes.counted.prepare)(name="x")

async def test_a_sequence_of_what_it_is_related_to():  #= leaks
    await sync_to_async(recipes.counted_child.prepare)()  #: ISO101

async def test_a_value_asks_for_rows():  #= leaks
    await sync_to_async(recipes.asking.prepare)()  #: ISO101

async def test_by_name():  #= leaks
    await sync_to_async(baker.make_recipe)("shop_app.tag")  #: ISO101

async def test_prepared_by_name():  #= safe
    await sync_to_async(baker.prepare_recipe)("shop_app.tag")
""",
        FILES,
        head=HERE,
    )
