"""Extensions in native code: what stands in the project as a stub alone has no connection of Django."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

FILES = {
    "engine/__init__.py": "",
    "engine/_native.pyi": "class View:\n    def __init__(self, source: str) -> None: ...\n"
    "    def render(self) -> str: ...\n\n\n"
    "def inherit(source: str) -> str: ...\n",
    "engine/both.pyi": "def make() -> None: ...\n",
    "engine/both.py": "from models import Order\n\n\ndef make():\n    Order.objects.create(total=1)\n",
    "engine/use.py": "from asgiref.sync import sync_to_async\n\nfrom engine import _native\n"
    "from engine.both import make\n"
    "from engine.missing import other\n\n\n"
    "def render(source):\n    return _native.View(_native.inherit(source)).render().strip()\n\n\n"
    "async def rendered(source):\n    return await sync_to_async(render)(source)\n\n\n"
    "async def straight(source):\n    return await sync_to_async(_native.inherit)(source)\n\n\n"
    "async def made():\n    return await sync_to_async(make)()\n\n\n"
    "async def unknown():\n    return await sync_to_async(other)()\n",
}


def test_a_stub_without_source() -> None:
    check(
        """
from engine.use import made, rendered, straight, unknown

async def test_native():  #= safe
    await rendered("a")

async def test_native_behind_the_hop():  #= safe
    await straight("a")

async def test_the_source_counts_where_there_is_one():  #= leaks
    await made()  #: ISO101

async def test_neither():  #= undecided
    await unknown()
""",
        FILES,
    )
