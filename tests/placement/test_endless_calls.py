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
