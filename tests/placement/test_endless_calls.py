"""Calls that lead back to themselves through symbolic receivers: they end, quickly, with the same verdicts."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

VISITOR = """
from asgiref.sync import sync_to_async
from shop import make


class Visitor:
    async def visit(self, node):
        await self.left(node)
        await self.right(node)
        await self.inner(node)

    async def left(self, node):
        await self.visit(node.left)
        await self.leaf(node)

    async def right(self, node):
        await self.visit(node.right)
        await self.leaf(node)

    async def inner(self, node):
        for child in node.children:
            await self.visit(child)
            await self.left(child)
            await self.right(child)

    async def leaf(self, node):
        pass


class Saver(Visitor):
    async def leaf(self, node):
        await sync_to_async(make)(node.total)
"""


def test_a_visitor_that_calls_itself_through_self() -> None:
    check(
        """
from visitor import Saver, Visitor

async def test_nothing(tmp_path):  #= safe
    await Visitor().visit(tmp_path)

async def test_saved():  #= leaks
    await Saver().visit(object())  #: ISO101
""",
        {"visitor.py": VISITOR},
    )


def test_callbacks_handed_on_to_each_other() -> None:
    steps = "\n\n\n".join(
        f"async def step{n}(go, value):\n    await go(step{(n + 1) % 6}, value)\n    await go(step{(n + 2) % 6}, value)"
        for n in range(6)
    )
    check(
        """
from steps import step0

async def go(step, value):
    await step(go, value)

async def save(step, value):
    await sync_to_async(make)()

async def test_in_a_circle():  #= safe
    await step0(go, 1)

async def test_to_an_end():  #= leaks
    await step0(save, 1)  #: ISO101
""",
        {"steps.py": steps + "\n"},
    )


def test_a_text_that_grows_with_every_call() -> None:
    check(
        """
async def grow(text):
    await grow(text.replace("a", "aa"))
    await grow(text.removesuffix("b"))

async def test_it():  #= safe
    await grow("ab")
"""
    )


PARTS = """
def encode(obj):
    if isinstance(obj, dict):
        return {k: encode(v) for k, v in obj.items()}
    if isinstance(obj, (list, tuple)):
        return [encode(v) for v in obj]
    return obj


def normalize(value, depth=0):
    if value is None:
        return value
    if isinstance(value, dict):
        return {k: normalize(v, depth) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [normalize(item, depth) for item in value]
    if isinstance(value, set):
        try:
            items = sorted(value)
        except TypeError:
            items = list(value)
        return [normalize(item, depth) for item in items]
    if hasattr(value, "model"):
        return [normalize(item, depth) for item in value]
    return normalize(value.to_dict(), depth + 1)


async def settle(value):
    for part in value.parts():
        await settle(part)
        await settle(part.again())
    await value.save()


class Part:
    def parts(self):
        return [self, Saved()]

    def again(self):
        return self

    async def save(self):
        pass


class Saved(Part):
    async def save(self):
        from shop import hop

        await hop()
"""


def test_a_function_that_calls_itself_with_parts_of_what_it_was_given() -> None:
    check(
        """
from parts import Part, encode, normalize, settle

async def test_encoded():  #= safe
    await sync_to_async(encode)({"a": [1, (2, 3)]})

async def test_normalized():  #= safe
    await sync_to_async(normalize)({"a": [1, (2, 3)]})

async def test_a_queryset_inside():  #= leaks
    await sync_to_async(normalize)({"a": Order.objects.all()})  #~ ISO101

async def test_saved_inside():  #= leaks
    await settle(Part())  #: ISO101
""",
        {"parts.py": PARTS},
    )
