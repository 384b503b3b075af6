"""Forms of models: saving one writes, unless it is told not to commit."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

FORMS = """\
from django.forms import ModelForm, modelform_factory
from models import Order


class OrderForm(ModelForm):
    class Meta:
        model = Order
        fields = ["total"]


def save(data):
    return OrderForm(data=data).save()


def prepare(data):
    return OrderForm(data=data).save(commit=False)


def save_made(data):
    return modelform_factory(Order, fields="__all__")(data=data).save()
"""


def test_saving_a_form() -> None:
    check(
        """
from forms import prepare, save, save_made

async def test_save():  #= leaks
    await sync_to_async(save)({"total": 1})  #: ISO101

async def test_made():  #= leaks
    await sync_to_async(save_made)({"total": 1})  #: ISO101

async def test_not_committed():  #= safe
    await sync_to_async(prepare)({"total": 1})
""",
        {"forms.py": FORMS},
    )
