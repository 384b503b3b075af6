"""Models that are named by a text: in factories, in fields of relations, and by the registry of apps."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, check

pytestmark = needs_environment

FILES = {
    "stock/__init__.py": "",
    "stock/models.py": """\
from django.db import models


class Box(models.Model):
    shelf = models.ForeignKey("shelves.Shelf", on_delete=models.CASCADE)

    def fill(self):
        Box.objects.create()

    def size(self):
        return 3
""",
    "shelves/__init__.py": "",
    "shelves/models/__init__.py": "from shelves.models.shelf import Shelf\n",
    "shelves/models/shelf.py": """\
from django.db import models


class Shelf(models.Model):
    def clear(self):
        self.delete()
""",
    "factories.py": """\
import factory


class BoxFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = "stock.Box"


class GroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = "auth.Group"
""",
}


def test_by_their_label() -> None:
    check(
        """
from django.apps import apps

@pytest.fixture
def box():
    return BoxFactory()

async def test_a_factory(box):  #= leaks
    await sync_to_async(box.fill)()  #: ISO101

async def test_its_pure_method(box):  #= safe
    await sync_to_async(box.size)()

async def test_its_async_methods(box):  #= leaks
    await box.asave()  #: ISO102

async def test_a_field(box):  #= leaks
    await sync_to_async(box.shelf.clear)()  #: ISO101

async def test_of_django():  #= leaks
    group = GroupFactory.build()
    await group.asave()  #: ISO102

async def test_the_registry():  #= leaks
    await apps.get_model("stock.Box").objects.acreate()  #: ISO102

async def test_the_registry_in_two_parts():  #= leaks
    Shelf = apps.get_model("shelves", model_name="Shelf")
    await sync_to_async(Shelf().clear)()  #: ISO101

async def test_nobody_knows_it():  #= undecided
    await apps.get_model("elsewhere.Thing").objects.acreate()
""",
        FILES,
        head=HEAD + "from factories import BoxFactory, GroupFactory\n",
    )
