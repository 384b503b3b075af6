"""Factories: building an object saves none, but what the factory declares is evaluated and may work on the database.

Which of these calls queried, and where, was measured with factory_boy 3.3 and pytest-factoryboy 2.8."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import HEAD, check

pytestmark = needs_environment

FACTORIES = """\
import factory
from django.db.models.signals import post_save
from factory.django import DjangoModelFactory, mute_signals
from models import Order, Tag


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"tag{n}")


class PureFactory(DjangoModelFactory):
    class Meta:
        model = "models.Tag"

    name = factory.LazyAttribute(lambda o: o.prefix.lower())

    class Params:
        prefix = factory.LazyFunction(str)


class CountingFactory(DjangoModelFactory):
    class Meta:
        model = Order

    total = factory.LazyFunction(lambda: Order.objects.count())


class AskingFactory(DjangoModelFactory):
    class Meta:
        model = Order

    @factory.lazy_attribute
    def total(self):
        return Order.objects.filter(parent=None).count()


class ChildFactory(DjangoModelFactory):
    class Meta:
        model = Order

    parent = factory.SubFactory("factories.CountingFactory")


class LookingFactory(DjangoModelFactory):
    class Meta:
        model = Order

    parent = factory.SubFactory(PureFactory)
    total = factory.LazyAttribute(lambda o: Tag.objects.filter(name=o.parent.name).count())


class TaggedFactory(DjangoModelFactory):
    class Meta:
        model = Order

    @factory.post_generation
    def tags(self, create, extracted, **kwargs):
        if not create or not extracted:
            return
        self.tags.add(*extracted)


class AfterFactory(DjangoModelFactory):
    class Meta:
        model = Order

    @factory.post_generation
    def remembered(self, create, extracted, **kwargs):
        Tag.objects.create(name="made")


class SavedFactory(TagFactory):
    saved = factory.PostGenerationMethodCall("save")


class WithTagFactory(DjangoModelFactory):
    class Meta:
        model = Order

    tag = factory.RelatedFactory(TagFactory, factory_related_name="order")


class EachFactory(TagFactory):
    name = factory.Iterator(Tag.objects.all())


class TextsFactory(TagFactory):
    name = factory.Iterator(["a", "b"])


class MadeFactory(TagFactory):
    other = factory.LazyFunction(TagFactory.create)


class OwnFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class(*args, **kwargs)


class SuperFactory(TagFactory):
    class Meta:
        django_get_or_create = ("name",)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return super()._create(model_class, *args, **kwargs)


class ManagerFactory(TagFactory):
    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return cls._get_manager(model_class).create(**kwargs)


class BuiltFactory(TagFactory):
    @classmethod
    def _build(cls, model_class, *args, **kwargs):
        return model_class.objects.create(**kwargs)


class AdjustedFactory(TagFactory):
    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        return {"name": str(Tag.objects.count())}


class EndedFactory(TagFactory):
    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        if not create:
            Tag.objects.create(name=instance.name)


class SwitchedFactory(DjangoModelFactory):
    class Meta:
        model = Order

    total = 1

    class Params:
        counted = factory.Trait(total=factory.LazyFunction(Order.objects.count))


class EitherFactory(DjangoModelFactory):
    class Meta:
        model = Order

    class Params:
        counted = False

    total = factory.Maybe("counted", yes_declaration=factory.LazyFunction(Order.objects.count), no_declaration=1)


class BuildingFactory(TagFactory):
    class Meta:
        strategy = factory.BUILD_STRATEGY


@mute_signals(post_save)
class MutedFactory(TagFactory):
    pass


class DataFactory(factory.DictFactory):
    name = "data"


class CountedDataFactory(factory.DictFactory):
    parts = factory.List([factory.LazyFunction(lambda: Order.objects.count())])


class FirstFactory(TagFactory):
    second = factory.RelatedFactory("factories.SecondFactory")


class SecondFactory(TagFactory):
    first = factory.SubFactory(FirstFactory)
"""

FILES = {"factories.py": FACTORIES}
HERE = HEAD + "import factory\nimport factories as made\n"


def test_building_evaluates_what_is_declared() -> None:
    check(
        """
async def test_pure():  #= safe
    await sync_to_async(made.TagFactory.build)()
    await sync_to_async(made.PureFactory.build)()
    await sync_to_async(made.TextsFactory.build_batch)(2)

async def test_a_function():  #= leaks
    await sync_to_async(made.CountingFactory.build)()  #: ISO101

async def test_an_attribute():  #= leaks
    await sync_to_async(made.AskingFactory.build)()  #: ISO101

async def test_the_value_is_given():  #= safe
    await sync_to_async(made.AskingFactory.build)(total=3)

async def test_the_value_given_is_a_declaration():  #= leaks
    await sync_to_async(made.TagFactory.build)(name=factory.LazyFunction(Tag.objects.count))  #: ISO101

async def test_a_factory_in_it():  #= leaks
    await asyncio.to_thread(made.ChildFactory.build)  #: ISO103

async def test_what_that_is_given():  #= safe
    await asyncio.to_thread(made.ChildFactory.build, parent__total=3)
    await asyncio.to_thread(made.ChildFactory.build, parent=None)

async def test_what_others_are_made_of():  #= leaks
    await asyncio.to_thread(made.LookingFactory.build_batch, 2)  #: ISO103

async def test_a_queryset_is_gone_through():  #= leaks
    await sync_to_async(made.EachFactory.build)()  #: ISO101

async def test_it_creates_another():  #= leaks
    await sync_to_async(made.MadeFactory.build)()  #: ISO101

async def test_a_stub():  #= leaks
    await sync_to_async(made.CountingFactory.stub)()  #: ISO101

async def test_a_stub_of_nothing():  #= safe
    await sync_to_async(made.TagFactory.stub)()
""",
        FILES,
        head=HERE,
    )


def test_what_comes_after_the_object_was_made() -> None:
    check(
        """
async def test_only_where_it_is_created():  #= safe
    await sync_to_async(made.TaggedFactory.build)(tags=[1])

async def test_whatever_is_done():  #= leaks
    await sync_to_async(made.AfterFactory.build)()  #: ISO101

async def test_a_method():  #= leaks
    await sync_to_async(made.SavedFactory.build)()  #: ISO101

async def test_another_factory_builds_too():  #= safe
    await sync_to_async(made.WithTagFactory.build)()

async def test_another_factory_creates_too():  #= leaks
    await sync_to_async(made.WithTagFactory.create)()  #: ISO101

async def test_the_end_of_it():  #= leaks
    await sync_to_async(made.EndedFactory.build)()  #: ISO101
""",
        FILES,
        head=HERE,
    )


def test_how_the_object_is_made() -> None:
    check(
        """
async def test_not_saved():  #= safe
    await sync_to_async(made.OwnFactory.create)()
    await sync_to_async(made.OwnFactory)()

async def test_saved_when_built():  #= leaks
    await sync_to_async(made.BuiltFactory.build)()  #: ISO101

async def test_created_by_the_base():  #= leaks
    await sync_to_async(made.SuperFactory)()  #: ISO101

async def test_built_by_the_base():  #= safe
    await sync_to_async(made.SuperFactory.build)()

async def test_by_the_manager():  #= leaks
    await sync_to_async(made.ManagerFactory.create_batch)(3)  #: ISO101

async def test_of_what_was_read():  #= leaks
    await sync_to_async(made.AdjustedFactory.build)()  #: ISO101

async def test_signals_are_muted():  #= leaks
    await sync_to_async(made.MutedFactory)()  #: ISO101

async def test_signals_are_muted_for_nothing():  #= safe
    await sync_to_async(made.MutedFactory.build)()

async def test_no_model():  #= safe
    await sync_to_async(made.DataFactory)()

async def test_no_model_but_a_query():  #= leaks
    await sync_to_async(made.CountedDataFactory)()  #: ISO101
""",
        FILES,
        head=HERE,
    )


def test_strategies_and_switches() -> None:
    check(
        """
async def test_the_class_says_build():  #= safe
    await sync_to_async(made.BuildingFactory)()

async def test_the_call_says_create():  #= leaks
    await sync_to_async(made.BuildingFactory.create)()  #: ISO101

async def test_asked_to_build():  #= safe
    await sync_to_async(made.TagFactory.simple_generate)(False)
    await sync_to_async(made.TagFactory.generate)(factory.BUILD_STRATEGY)

async def test_asked_to_create():  #= leaks
    await sync_to_async(made.TagFactory.simple_generate)(True)  #: ISO101
    await sync_to_async(made.TagFactory.generate_batch)("create", 2)  #: ISO101

async def test_a_trait():  #= leaks
    await sync_to_async(made.SwitchedFactory.build)(counted=True)  #: ISO101

async def test_no_trait():  #= safe
    await sync_to_async(made.SwitchedFactory.build)()

async def test_one_of_two():  #= leaks
    await sync_to_async(made.EitherFactory.build)(counted=True)  #: ISO101

async def test_the_other_one():  #= safe
    await sync_to_async(made.EitherFactory.build)()
""",
        FILES,
        head=HERE,
    )


def test_in_helpers_and_under_the_bridge() -> None:
    check(
        """
def arrange(saved):
    return made.TagFactory.create() if saved else made.TagFactory.build()

async def test_a_helper_builds():  #= safe
    await sync_to_async(arrange)(False)

async def test_a_helper_creates():  #= leaks
    await sync_to_async(arrange)(True)  #: ISO101

async def test_what_it_gives_is_of_the_model():  #= leaks
    tag = made.TagFactory.build()
    await tag.asave()  #: ISO102

def test_bridged():  #= safe
    async def work():
        await sync_to_async(made.AfterFactory.build)()
        await sync_to_async(made.CountingFactory)()
    async_to_sync(work)()

async def test_factories_of_each_other():  #= safe
    await sync_to_async(made.FirstFactory.build)()
""",
        FILES,
        head=HERE,
    )


def test_fixtures_of_pytest_factoryboy() -> None:
    check(
        """
from pytest_factoryboy import register
register(made.TagFactory)
register(made.TaggedFactory, "order")

async def test_the_factory_creates(tag_factory):  #= leaks
    await sync_to_async(tag_factory)()  #: ISO101

async def test_the_factory_builds(tag_factory):  #= safe
    await sync_to_async(tag_factory.build)()

async def test_the_object_is_saved(tag):  #= leaks
    await tag.asave()  #: ISO102

async def test_the_object_is_read(order):  #= leaks
    await asyncio.to_thread(order.children.count)  #: ISO103

async def test_nothing_is_done_with_it(tag):  #= safe
    await sync_to_async(str)(tag.name)

def test_bridged(tag, tag_factory):  #= safe
    async def work():
        await tag.asave()
        await sync_to_async(tag_factory)()
    async_to_sync(work)()
""",
        FILES,
        head=HERE,
    )
