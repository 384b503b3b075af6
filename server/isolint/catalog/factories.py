"""Rows of what makes objects of models for tests: factory_boy and model_bakery."""

from __future__ import annotations

from isolint.catalog.django_orm import SAVING
from isolint.catalog.rows import Acts, Bakes, Declares, Generates, Gives, Row

_BASE = "factory.base.BaseFactory"
_DJANGO = "factory.django.DjangoModelFactory"
_DECLARATIONS = "factory.declarations"
_HELPERS = "factory.helpers"
BAKED = "model_bakery.baker.Baker.instance"
"""Where model_bakery saves an object."""
ITERATED = "model_bakery.recipe.Recipe._mapping"
"""Where a recipe asks whether there are rows already, to begin an iterator anew."""
RELATED = "model_bakery.recipe.foreign_key"
ITERATOR = "builtins.generator"
_BAKER = "model_bakery.baker"
_RECIPE = "model_bakery.recipe.Recipe"

FACTORIES: tuple[Row, ...] = (
    # factory_boy: the class is called like a function (factory/base.py FactoryMetaClass.__call__).
    Generates(f"{_BASE}.()", "chosen"),
    Generates(f"{_BASE}.build", "build"),
    Generates(f"{_BASE}.create", "create"),
    Generates(f"{_BASE}.stub", "stub"),
    Generates(f"{_BASE}.build_batch", "build", many=True),
    Generates(f"{_BASE}.create_batch", "create", many=True),
    Generates(f"{_BASE}.stub_batch", "stub", many=True),
    Generates(f"{_BASE}.generate", "asked", keyword="strategy"),
    Generates(f"{_BASE}.generate_batch", "asked", many=True, keyword="strategy"),
    Generates(f"{_BASE}.simple_generate", "asked", keyword="create"),
    Generates(f"{_BASE}.simple_generate_batch", "asked", many=True, keyword="create"),
    # How the object is made of what was declared (factory/base.py, factory/django.py).
    Gives(f"{_BASE}._build", "model"),
    Gives(f"{_BASE}._create", "model"),
    Acts(f"{_DJANGO}._create", "write", gives="model", sends=SAVING, rows="built"),
    Acts(f"{_DJANGO}._get_or_create", "write", gives="model", sends=SAVING, rows="built"),
    Gives(f"{_DJANGO}._get_manager", "manager"),
    # What the body of a factory declares (factory/declarations.py), and the decorators for it (factory/helpers.py).
    Declares(f"{_DECLARATIONS}.LazyFunction", "calls"),
    Declares(f"{_DECLARATIONS}.LazyAttribute", "calls", ("object",)),
    Declares(f"{_DECLARATIONS}.Sequence", "calls", ("number",)),
    Declares(f"{_DECLARATIONS}.LazyAttributeSequence", "calls", ("object", "number")),
    Declares(f"{_DECLARATIONS}.ContainerAttribute", "calls", ("object", "number")),
    Declares(f"{_DECLARATIONS}.Iterator", "iterates"),
    Declares(f"{_DECLARATIONS}.SubFactory", "makes"),
    Declares(f"{_DECLARATIONS}.Dict", "holds"),
    Declares(f"{_DECLARATIONS}.List", "holds"),
    Declares(f"{_DECLARATIONS}.Maybe", "chooses"),
    Declares(f"{_DECLARATIONS}.Trait", "sets"),
    Declares(f"{_DECLARATIONS}.PostGeneration", "calls", after=True),
    Declares(f"{_DECLARATIONS}.PostGenerationMethodCall", "asks", after=True),
    Declares(f"{_DECLARATIONS}.RelatedFactory", "makes", after=True),
    Declares(f"{_DECLARATIONS}.RelatedFactoryList", "makes", after=True),
    Declares(f"{_HELPERS}.lazy_attribute", "calls", ("object",)),
    Declares(f"{_HELPERS}.sequence", "calls", ("number",)),
    Declares(f"{_HELPERS}.lazy_attribute_sequence", "calls", ("object", "number")),
    Declares(f"{_HELPERS}.container_attribute", "calls", ("object", "number")),
    Declares(f"{_HELPERS}.post_generation", "calls", after=True),
    # model_bakery (model_bakery/baker.py, model_bakery/recipe.py).
    Bakes(f"{_BAKER}.make", saves=True),
    Bakes(f"{_BAKER}.prepare", saves=False),
    Bakes(f"{_BAKER}.make_recipe", saves=True, of="name"),
    Bakes(f"{_BAKER}.prepare_recipe", saves=False, of="name"),
    Bakes(f"{_RECIPE}.make", saves=True, of="recipe"),
    Bakes(f"{_RECIPE}.prepare", saves=False, of="recipe"),
    Declares(_RECIPE, "holds"),
    Declares(RELATED, "holds"),
    Gives(f"{_RECIPE}.extend", "self"),
    Gives("model_bakery.utils.seq", cls=ITERATOR),
    Acts(BAKED, "write", gives="model", sends=SAVING, rows="built"),
    Acts(ITERATED, "read"),
)
