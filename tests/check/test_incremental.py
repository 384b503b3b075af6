"""Incremental equals from scratch: after any edits a session says what a new one says of the same texts.

Random edits of a small project (tests, helpers, conftests, models, pytest.ini), made as editors make them (buffers) and
as version control does (files on disk). Where a chunk is broken, a session that saw better days knows more than a new
one, on purpose; such states are passed through and not compared.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from isolint.check.report import FileReport
from isolint.check.session import OriginOf, Session
from isolint.syntax.source import SourceFile
from tests.check.engine import INI, MODELS, LateOrigin, needs_environment, opened, reports, settled
from tests.support import lay_out

pytestmark = needs_environment

FILES: Mapping[str, str] = {
    "pytest.ini": INI,
    "models.py": MODELS,
    "helpers.py": """\
from asgiref.sync import async_to_sync, sync_to_async
from models import Order


def make(total=1):
    return Order.objects.create(total=total)


def pure(total=1):
    return total + 1


@sync_to_async
def hopping():
    return make()


async def amake():
    return await sync_to_async(make)()


async def forward(func, *args):
    return await sync_to_async(func)(*args)


class Base:
    def setup_method(self):
        self.made = make

    async def run(self):
        return await sync_to_async(self.made)()
""",
    "conftest.py": """\
import os
from unittest import mock

import helpers
import pytest
from django.db import connection
from helpers import make


@pytest.fixture
def order(db):
    return make()


@pytest.fixture
def maker():
    return make


@pytest.fixture
async def leaking(db):
    await __import__("models").Order.objects.acreate()
""",
    "test_a.py": """\
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from helpers import Base, amake, forward, hopping, make, pure
from models import Order

pytestmark = pytest.mark.django_db


@pytest.mark.asyncio
async def test_direct():
    await sync_to_async(make)()


@pytest.mark.asyncio
async def test_helper(maker):
    await forward(maker, 3)
    await amake()


def test_sync(order):
    async_to_sync(amake)()
    assert order.total


class TestIn(Base):
    @pytest.mark.asyncio
    async def test_method(self):
        await self.run()
        await hopping()

    def test_plain(self):
        pure()
""",
    "sub/test_b.py": """\
import helpers
import pytest


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_module():
    await helpers.forward(helpers.make)
    async for order in helpers.Order.objects.all():
        print(order)


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_slow(maker):
    await helpers.hopping()
""",
}


@pytest.fixture(scope="module", autouse=True)
def _recursion(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A session raises the interpreter's recursion limit; hypothesis objects to that in the middle of a test."""
    opened(tmp_path_factory.mktemp("first")).close()


LINES = (
    "",
    "    pass",
    "    await amake()",
    "    await hopping()",
    "    await forward(make)",
    "    await sync_to_async(pure)()",
    "    await sync_to_async(unheard_of)()",
    "    return make()",
    "    return pure",
    "    return",
    "    make()",
    "    Order.objects.create()",
    "    await Order.objects.acreate()",
    "    if maker:",
    "        make()",
    "        self.made = pure",
    '    with mock.patch("helpers.make"):',
    '    mock.patch.object(helpers, "make", pure).start()',
    "    connection.inc_thread_sharing()",
    "connection.inc_thread_sharing()",
    "    helpers.make = mock.Mock()",
    'os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"',
    '    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"',
    "        await self.missing()",
    "import asyncio",
    "from helpers import *",
    "from helpers import pure as make",
    "from models import Order",
    "def make(total=2):",
    "async def amake():",
    "async def test_new(maker):",
    "def test_new(order):",
    "class TestNew(Base):",
    "class Base:",
    "    async def run(self):",
    "    def test_in_class(self):",
    "@pytest.mark.asyncio",
    "@pytest.mark.django_db",
    "@pytest.mark.django_db(transaction=True)",
    "@pytest.fixture",
    "@pytest.fixture(autouse=True)",
    "@sync_to_async",
    "async def leaking(db):",
    "def maker(order):",
    "pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]",
    "make = pure",
    '"""a string',
    "    (",
    "    )",
    "    # isolint: ignore",
)
INIS = (
    INI,
    "[pytest]\nasyncio_mode = auto\n",
    "[pytest]\npython_files = check_*.py\n",
    "[pytest]\npython_functions = try_*\n",
    "[pytest]\nusefixtures = leaking\n",
    "[pytest]\naddopts = -p no:asyncio\n",
    "[pytest\n",
)
SETTINGS = (
    '[tool.isolint]\nignore = ["ISO101"]\n',
    '[tool.isolint]\nselect = ["ISO102", "sync-to-async-in-db-test"]\n',
    '[tool.isolint.severity]\nISO101 = "hint"\nISO106 = "off"\n',
    '[tool.isolint.per-file-ignores]\n"sub/*" = ["ALL"]\n',
    '[tool.isolint]\npure = ["helpers.make"]\nexclude = ["sub"]\n',
    '[tool.isolint.hops]\n"helpers.forward" = "home"\n',
    "[tool.isolint\n",
    '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n',
)
NAMES = ("make", "pure", "amake", "forward", "maker", "order", "Base", "run", "made", "leaking", "test_direct", "Order")
PYTHON = tuple(name for name in FILES if name.endswith(".py"))
EXTRA = ("sub/conftest.py", "test_c.py", "sub/helpers.py", "sub/__init__.py")


@dataclass
class World:
    """The texts of a project: on disk, in buffers, and as they once were."""

    root: Path
    session: Session
    open_origin: OriginOf
    texts: dict[str, str]
    buffers: dict[str, bytes] = field(default_factory=dict)
    past: dict[str, list[str]] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        return self.texts.get(name)

    def put(self, name: str, text: str | None, buffered: bool) -> None:
        """Change a file: by a buffer, or on disk."""
        before = self.texts.get(name)
        if text == before:
            return
        note(_difference(name, before, text, buffered))
        if before is not None:
            self.past.setdefault(name, []).append(before)
        path = str(self.root / name)
        if buffered and text is not None:
            self.texts[name] = text
            self.buffers[path] = text.encode()
            self.session.set_buffer(path, text.encode())
            return
        if path in self.buffers:
            del self.buffers[path]
            self._write(path, text)
            self.session.set_buffer(path, None)
        else:
            self._write(path, text)
            self.session.touch([path])
        if text is None:
            self.texts.pop(name, None)
        else:
            self.texts[name] = text

    def _write(self, path: str, text: str | None) -> None:
        if text is None:
            if os.path.exists(path):
                os.remove(path)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_text(text)

    def fresh(self) -> dict[str, FileReport]:
        """What a new session says, with the same answers about installed names."""
        session = opened(self.root, open_origin=self.open_origin)
        for path, data in self.buffers.items():
            session.set_buffer(path, data)
        try:
            return reports(session, self.root)
        finally:
            session.close()

    def is_broken(self) -> bool:
        """Whether a chunk is broken, for the session or for a new one."""
        for name, text in self.texts.items():
            if not name.endswith(".py"):
                continue
            seen = self.session.source_file(str(self.root / name))
            for source in (seen, SourceFile.read(name, text.encode())):
                if source is not None and any(chunk.broken for chunk in source.chunks):
                    return True
        return False


Edit = Callable[[World], None]


def _difference(name: str, before: str | None, after: str | None, buffered: bool) -> str:
    how = "buffer" if buffered else "disk"
    if after is None or before is None:
        return f"{how} {name}: {'removed' if after is None else f'new {after!r}'}"
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return f"{how} {name}: " + " | ".join(line for line in lines if not line.startswith(("---", "+++")))


@st.composite
def _line_edit(draw: st.DrawFn) -> Edit:
    name, buffered = draw(st.sampled_from(PYTHON)), draw(st.booleans())
    where, many = draw(st.integers(0, 45)), draw(st.integers(0, 4))
    new = draw(st.lists(st.sampled_from(LINES), max_size=3))

    def edit(world: World) -> None:
        text = world.text(name)
        if text is not None:
            lines = text.split("\n")
            at = where % len(lines)
            world.put(name, "\n".join((*lines[:at], *new, *lines[at + many :])), buffered)

    return edit


@st.composite
def _character_edit(draw: st.DrawFn) -> Edit:
    name, buffered = draw(st.sampled_from(PYTHON)), draw(st.booleans())
    where, many = draw(st.integers(0, 900)), draw(st.integers(0, 3))
    new = draw(st.sampled_from(("", "(", ")", "x", "é", "\n", "    ", "#", '"', ".", "@", "await ", "async ")))

    def edit(world: World) -> None:
        text = world.text(name)
        if text is not None:
            at = where % (len(text) + 1)
            world.put(name, text[:at] + new + text[at + many :], buffered)

    return edit


@st.composite
def _rename(draw: st.DrawFn) -> Edit:
    name, buffered = draw(st.sampled_from(PYTHON)), draw(st.booleans())
    old, new = draw(st.sampled_from(NAMES)), draw(st.sampled_from((*NAMES, "other")))

    def edit(world: World) -> None:
        text = world.text(name)
        if text is not None:
            world.put(name, text.replace(old, new), buffered)

    return edit


@st.composite
def _move(draw: st.DrawFn) -> Edit:
    """A block between blank lines goes elsewhere in the file, or into another file."""
    name, target = draw(st.sampled_from(PYTHON)), draw(st.sampled_from(PYTHON))
    which, where, buffered = draw(st.integers(0, 9)), draw(st.integers(0, 9)), draw(st.booleans())

    def edit(world: World) -> None:
        text = world.text(name)
        if text is None or world.text(target) is None:
            return
        blocks = text.split("\n\n\n")
        moved = blocks.pop(which % len(blocks))
        world.put(name, "\n\n\n".join(blocks), buffered)
        blocks = (world.text(target) or "").split("\n\n\n")
        blocks.insert(where % (len(blocks) + 1), moved)
        world.put(target, "\n\n\n".join(blocks), buffered)

    return edit


@st.composite
def _back(draw: st.DrawFn) -> Edit:
    """A file becomes what it once was: repaired, created again, checked out."""
    name, far, buffered = draw(st.sampled_from((*PYTHON, *EXTRA))), draw(st.integers(1, 4)), draw(st.booleans())

    def edit(world: World) -> None:
        past = world.past.get(name)
        if past:
            world.put(name, past[-min(far, len(past))], buffered)

    return edit


@st.composite
def _file(draw: st.DrawFn) -> Edit:
    """A file comes (a copy of another) or goes."""
    name, source = draw(st.sampled_from((*PYTHON, *EXTRA))), draw(st.sampled_from(PYTHON))
    gone, buffered = draw(st.booleans()), draw(st.booleans())

    def edit(world: World) -> None:
        if gone:
            world.put(name, None, False)
        elif world.text(source) is not None and name != source:
            world.put(name, "" if name.endswith("__init__.py") else world.text(source), buffered)

    return edit


@st.composite
def _configuration(draw: st.DrawFn) -> Edit:
    buffered = draw(st.booleans())
    if draw(st.booleans()):
        settings_text = draw(st.sampled_from((*SETTINGS, None)))
        return lambda world: world.put("pyproject.toml", settings_text, buffered)
    text = draw(st.sampled_from((*INIS, None)))
    return lambda world: world.put("pytest.ini", text, buffered)


EDITS = st.one_of(_line_edit(), _character_edit(), _rename(), _move(), _back(), _file(), _configuration(), _line_edit())

# A step: edits, and which files are reported after it ("all": and compared with a new session).
STEPS = st.lists(
    st.tuples(st.lists(EDITS, min_size=1, max_size=3), st.sampled_from(("all", "one", "none"))), max_size=8
)


def _compare(world: World, seen: dict[str, FileReport]) -> None:
    wanted = world.fresh()
    assert sorted(seen) == sorted(wanted)
    for name, report in wanted.items():
        assert seen[name].problems == report.problems, name
        assert seen[name].findings == report.findings, name
        assert seen[name].tests == report.tests, name


def _run(
    steps: list[tuple[list[Edit], str]],
    examine: Callable[[World, str], None],
    open_origin: OriginOf = settled,
    open_new: OriginOf = settled,
) -> None:
    with tempfile.TemporaryDirectory(prefix="isolint-") as folder:
        root = Path(folder).resolve()
        lay_out(root, FILES)
        world = World(root, opened(root, open_origin=open_origin), open_new, dict(FILES))
        reports(world.session, root)
        for edits, look in [*steps, ([], "all")]:
            for edit in edits:
                edit(world)
            note(f"look at {look}")
            examine(world, look)


EXAMPLES = int(os.environ.get("ISOLINT_EXAMPLES", "25"))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_incremental_equals_from_scratch(steps: list[tuple[list[Edit], str]]) -> None:
    def examine(world: World, look: str) -> None:
        if look == "one":
            world.session.report(str(world.root / "test_a.py"))
        elif look == "all":
            seen = reports(world.session, world.root)
            if not world.is_broken():
                _compare(world, seen)

    _run(steps, examine)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.integers(1, 40))
def test_the_same_while_answers_arrive_late(steps: list[tuple[list[Edit], str]], pace: int) -> None:
    late = LateOrigin()

    def examine(world: World, look: str) -> None:
        seen = reports(world.session, world.root)
        if look != "none" and late.allow(pace):
            world.session.origin_changed()
            seen = reports(world.session, world.root)
        if look == "all" and not world.is_broken():
            _compare(world, seen)

    _run(steps, examine, lambda environment, roots: late, lambda environment, roots: late.frozen())
