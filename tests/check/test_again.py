"""A run that takes over what it can of the last one says what one says that knows of none.

Random edits of a small project on disk, several between two runs, real ones: bodies, headers, comments, imports,
fixtures, hops put in and taken out, files that come, go and change places, configuration. After each the project is
judged as `isolint check` does it, with the last run, and by a session of its own.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from isolint.check.last_run import LastRun
from isolint.check.report import FileReport
from isolint.check.session import Session
from isolint.cli.engine import Opened, analyse
from isolint.cli.progress import Progress
from tests.check.engine import INI, MODELS, needs_environment, opened
from tests.support import lay_out

pytestmark = needs_environment

FILES = {
    "pytest.ini": INI,
    "models.py": MODELS,
    "helpers.py": """\
from asgiref.sync import async_to_sync, sync_to_async
from models import Order


def make(total=1):
    return Order.objects.create(total=total)


async def amake():
    return await sync_to_async(make)()


async def forward(func, *args):
    return await sync_to_async(func)(*args)
""",
    "calm.py": """\
import numbers_of
from models import Order


class Counter:
    def __init__(self):
        self.step = 1

    def up(self):
        return numbers_of.next_of(self.step)

    def total(self):
        return Order.objects.count()


def counter():
    return Counter()
""",
    "numbers_of.py": """\
def next_of(number):
    return number + 1


def before(number):
    return number - 1
""",
    "conftest.py": """\
import pytest
import pytest_asyncio
from helpers import amake, make


@pytest.fixture
def order(db):
    return make()


@pytest_asyncio.fixture
async def leaking(db):
    await amake()


@pytest.fixture
def number():
    return 3
""",
    "test_a.py": """\
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from helpers import amake, forward, make

pytestmark = pytest.mark.django_db


@pytest.mark.asyncio
async def test_direct():
    await sync_to_async(make)()


@pytest.mark.asyncio
async def test_leaking(leaking):
    await forward(make)


def test_sync(order):
    async_to_sync(amake)()
""",
    "test_calm.py": """\
import pytest
from calm import counter


@pytest.mark.django_db
def test_up(number):
    assert counter().up() < number


def test_total(db):
    assert not counter().total()
""",
    "sub/conftest.py": """\
import pytest


@pytest.fixture
def number(order):
    return order.total
""",
    "sub/test_b.py": """\
import helpers
import pytest


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_module(leaking):
    await helpers.forward(helpers.make)


def test_number(number):
    assert number
""",
}
NAMES = tuple(FILES)
NEW = ("sub/helpers.py", "test_c.py", "sub/__init__.py", "calmer.py", "sub/sub/test_d.py")
LINES = (
    "",
    "    # a comment",
    "    # isolint: ignore",
    "    pass",
    "    return",
    "    make()",
    "    await amake()",
    "    await forward(make)",
    "    amake()",
    "    import threading",
    "    import asyncio; asyncio.run(amake())",
    "        threading.Thread(target=make).start()",
    "        return make()",
    "        self.up = make",
    "    return numbers_of.before(number)",
    "    from asgiref.sync import async_to_sync",
    "import threading",
    "from helpers import amake, make",
    "from asgiref.sync import async_to_sync, sync_to_async",
    "from numbers_of import before as next_of",
    "from calm import *",
    "make = amake",
    "def next_of(number):",
    "    def up(self):",
    "    def total(self):",
    "def test_new(number, order):",
    "async def test_new(leaking):",
    "def make(total=2):",
    "async def amake():",
    "def number():",
    "def leaking(db):",
    "class Counter:",
    "@pytest.fixture",
    "@pytest.fixture(autouse=True)",
    "@pytest.mark.asyncio",
    "@pytest.mark.django_db",
    "@pytest.mark.django_db(transaction=True)",
    "pytestmark = pytest.mark.django_db",
    "    (",
    '"""',
)
CONFIGURATIONS = {
    "pytest.ini": (INI, "[pytest]\nasyncio_mode = auto\n", "[pytest]\npython_files = check_*.py\n", None),
    "pyproject.toml": (
        '[tool.isolint]\nignore = ["ISO101"]\n',
        '[tool.isolint.hops]\n"helpers.forward" = "home"\n',
        "[tool.isolint\n",
        None,
    ),
}

Texts = dict[str, str]
Edit = Callable[[Texts], None]


@st.composite
def _lines(draw: st.DrawFn) -> Edit:
    name, where, gone = draw(st.sampled_from(NAMES[1:])), draw(st.integers(0, 30)), draw(st.integers(0, 3))
    new = draw(st.lists(st.sampled_from(LINES), max_size=2))

    def edit(texts: Texts) -> None:
        lines = texts.get(name, "").split("\n")
        at = where % len(lines)
        texts[name] = "\n".join((*lines[:at], *new, *lines[at + gone :]))

    return edit


@st.composite
def _repaired(draw: st.DrawFn) -> Edit:
    name = draw(st.sampled_from(NAMES))
    return lambda texts: texts.update({name: FILES[name]})


@st.composite
def _moved(draw: st.DrawFn) -> Edit:
    """A file gets another name, is copied, or goes."""
    name, other = draw(st.sampled_from(NAMES[1:])), draw(st.sampled_from((*NEW, *NAMES[1:])))
    kept, made = draw(st.booleans()), draw(st.booleans())

    def edit(texts: Texts) -> None:
        text = texts.get(name)
        if text is not None:
            if made:
                texts[other] = text
            if not kept:
                texts.pop(name, None)

    return edit


@st.composite
def _configured(draw: st.DrawFn) -> Edit:
    name = draw(st.sampled_from(tuple(CONFIGURATIONS)))
    text = draw(st.sampled_from(CONFIGURATIONS[name]))
    return lambda texts: texts.pop(name, None) if text is None else texts.update({name: text})  # type: ignore[func-returns-value]


EDITS = st.one_of(_lines(), _lines(), _lines(), _repaired(), _moved(), _configured())
STEPS = st.lists(st.lists(EDITS, min_size=1, max_size=2), min_size=1, max_size=6)
EXAMPLES = int(os.environ.get("ISOLINT_EXAMPLES", "25"))


@pytest.fixture(scope="module", autouse=True)
def _recursion(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A session raises the interpreter's recursion limit; hypothesis objects to that in the middle of a test."""
    opened(tmp_path_factory.mktemp("first")).close()


def _judged(session: Session, root: Path, memory: LastRun | None) -> dict[str, FileReport]:
    files = session.files([str(root)])
    reports, failures = analyse(Opened(session, None, memory), files, Progress(wanted=False))
    assert not failures
    return reports


def again(root: Path, cache: Path) -> tuple[dict[str, FileReport], set[str]]:
    """What a run says that may take over the last one; and the files that it did judge."""
    session = opened(root, once=True)
    reports = _judged(session, root, LastRun(session, cache, clock=time.time_ns))
    return reports, {os.path.relpath(path, root) for path in reports if session.has_reported(path)}


def fresh(root: Path) -> dict[str, FileReport]:
    return _judged(opened(root, once=True), root, None)


def _write(root: Path, before: Texts, after: Texts) -> None:
    for name in before.keys() - after.keys():
        (root / name).unlink()
    for name, text in after.items():
        if before.get(name) != text:
            note(f"{name}: {text!r}")
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_the_last_run_changes_nothing(steps: list[list[Edit]]) -> None:
    with tempfile.TemporaryDirectory(prefix="isolint-") as folder:
        root, cache = Path(folder).resolve() / "project", Path(folder) / "cache"
        lay_out(root, FILES)
        texts = dict(FILES)
        again(root, cache)
        for edits in [*steps, []]:
            before = dict(texts)
            for edit in edits:
                edit(texts)
            _write(root, before, texts)
            note("judge")
            reports, _ = again(root, cache)
            assert reports == fresh(root)


def _judged_after(tmp_path: Path, name: str, old: str, new: str, files: Mapping[str, str] = FILES) -> set[str]:
    """The files that are judged again after an edit."""
    root, cache = tmp_path / "project", tmp_path / "cache"
    lay_out(root, files)
    again(root, cache)
    assert again(root, cache)[1] == set()
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new))
    reports, judged = again(root, cache)
    assert reports == fresh(root)
    assert again(root, cache)[1] == set()
    return judged


@pytest.mark.parametrize(
    "name, old, new, judged",
    [
        pytest.param("test_calm.py", "< number", "== number", {"test_calm.py"}, id="a body in a file of tests"),
        pytest.param("test_a.py", "def test_sync(", "def test_in_sync(", {"test_a.py"}, id="a header there"),
        pytest.param("numbers_of.py", "+ 1", "+ 2", set(), id="a product's body that reaches no hop"),
        pytest.param("models.py", "max_length=20", "max_length=30", {"test_a.py", "sub/test_b.py"}, id="a model"),
        pytest.param(
            "numbers_of.py", "return number + 1", "import threading; threading.Thread()", {"test_calm.py"}, id="a hop"
        ),
        pytest.param(
            "test_a.py",
            "async def test_leaking(leaking",
            "async def test_leaking(order",
            {"test_a.py", "conftest.py"},
            id="who requests what",
        ),
    ],
)
def test_what_is_judged_again(name: str, old: str, new: str, judged: set[str], tmp_path: Path) -> None:
    assert _judged_after(tmp_path, name, old, new) == judged


def test_a_suppression_is_judged_again_with_what_it_may_turn_off(tmp_path: Path) -> None:
    """Whether it is of use rests on all tests that request the fixture."""
    files = {
        **FILES,
        "conftest.py": FILES["conftest.py"].replace("    await amake()", "    await amake()  # isolint: ignore"),
    }
    assert files["conftest.py"] != FILES["conftest.py"]
    wanted = {"test_a.py", "conftest.py"}
    assert _judged_after(tmp_path, "test_a.py", "async_to_sync(amake)()", "pass", files) == wanted


def test_a_conftest_alone_is_judged_again_with_any_test(tmp_path: Path) -> None:
    """What is said of a fixture comes from tests that were not asked for."""
    root, cache = tmp_path / "project", tmp_path / "cache"
    lay_out(root, FILES)

    def run() -> tuple[dict[str, FileReport], bool]:
        session = opened(root, once=True)
        path = str(root / "conftest.py")
        reports, _ = analyse(Opened(session, None, LastRun(session, cache)), [path], Progress(wanted=False))
        return reports, session.has_reported(path)

    before, _ = run()
    assert run() == (before, False)
    text = (root / "test_a.py").read_text()
    (root / "test_a.py").write_text(text.replace("test_leaking(leaking", "test_leaking(order"))
    (root / "sub/test_b.py").unlink()
    (root / "sub/test_b.py").write_text("def test_module(): pass\n")
    after, judged = run()
    assert judged
    assert before != after
