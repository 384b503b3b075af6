"""What a text names: views and handlers that are looked up in a module by a name that a call gives."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = {
    "handlers.py": """\
import shop


class Saves:
    async def run(self):
        return await shop.amake()


class Counts:
    async def run(self):
        return 1
""",
    "service.py": """\
import importlib
import sys

from django.utils.module_loading import import_string


def by_namespace(path):
    module_path, name = path.rsplit(".", 1)
    module = importlib.import_module(module_path)
    return vars(module).get(name)


def by_dictionary(path):
    module_path, name = path.rsplit(".", 1)
    return importlib.import_module(module_path).__dict__[name]


def by_attribute(path):
    module_path, name = path.rsplit(".", 1)
    return getattr(sys.modules[module_path], name)


def by_path(path):
    return import_string(path)


async def run(path, find=by_namespace):
    handler = find(path)()
    return await handler.run()


async def dispatch(target, event):
    handler = getattr(target, event, None)
    return await handler()
""",
}


def test_classes_found_by_a_text() -> None:
    check(
        """
from service import by_attribute, by_dictionary, by_path, run

async def test_namespace():  #= leaks
    await run("handlers.Saves")  #: ISO102

async def test_namespace_of_another():  #= safe
    await run("handlers.Counts")

async def test_dictionary():  #= leaks
    await run("handlers.Saves", by_dictionary)  #: ISO102

async def test_attribute():  #= leaks
    await run("handlers.Saves", by_attribute)  #: ISO102

async def test_path():  #= leaks
    await run("handlers.Saves", by_path)  #: ISO102

async def test_path_of_another():  #= safe
    await run("handlers.Counts", by_path)

async def test_computed(request):  #= undecided
    await run(request.node.name)
""",
        SERVICE,
    )


def test_classes_that_the_test_puts_into_its_module() -> None:
    check(
        """
import sys
from service import run

NAME = __name__

class Local:
    async def run(self):
        return await shop.amake()

class Quiet:
    async def run(self):
        return 1

def register(cls):
    setattr(sys.modules[__name__], cls.__name__, cls)
    return f"{__name__}.{cls.__name__}"

async def test_written_there():  #= leaks
    await run(f"{NAME}.Local")  #: ISO102

async def test_written_there_and_quiet():  #= safe
    await run(f"{NAME}.Quiet")

async def test_set():  #= leaks
    class Inner(Local):
        pass
    await run(register(Inner))  #: ISO102

async def test_set_and_quiet():  #= safe
    class Inner(Quiet):
        pass
    await run(register(Inner))

async def test_a_format_is_another_text():  #= undecided
    await run(f"{NAME:>20}.Local")
""",
        SERVICE,
    )


def test_attributes_of_a_name_that_a_call_gives() -> None:
    check(
        """
from handlers import Counts, Saves
from service import dispatch

async def test_does():  #= leaks
    await dispatch(Saves(), "run")  #: ISO102

async def test_does_not():  #= safe
    await dispatch(Counts(), "run")

async def test_computed(request):  #= undecided
    await dispatch(Saves(), request.node.name)
""",
        SERVICE,
    )


def test_a_factory_whose_model_is_a_text() -> None:
    files = {
        "shops/__init__.py": "",
        "shops/models.py": "from django.db import models\n\n\nclass Shop(models.Model):\n    pass\n\n\n"
        "class Desk(models.Model):\n    shop = models.ForeignKey(Shop, models.CASCADE, related_name='desks')\n",
        "factories.py": "import factory\n\n\nclass ShopFactory(factory.django.DjangoModelFactory):\n"
        "    class Meta:\n        model = 'shops.Shop'\n\n\n"
        "class OtherFactory(factory.django.DjangoModelFactory):\n"
        "    class Meta:\n        model = 'elsewhere.Shop'\n",
        "service.py": "from asgiref.sync import sync_to_async\n\n\n"
        "async def save(thing):\n    await thing.asave()\n\n\n"
        "async def desks(shop):\n    return await sync_to_async(list)(shop.desks.all())\n",
    }
    check(
        """
from factories import OtherFactory, ShopFactory
from service import desks, save

async def test_saved():  #= leaks
    await save(ShopFactory.build())  #: ISO102

async def test_its_relations():  #= leaks
    await desks(ShopFactory.build())  #: ISO101

async def test_of_an_application_that_is_not_here():  #= undecided
    await save(OtherFactory.build())
""",
        files,
    )
