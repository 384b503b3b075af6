"""The rows: each names something that exists; the user's rows do what ours do."""

from __future__ import annotations

from collections import Counter

import pytest

from isolint.catalog.rows import Attribute, Cures, Extends, Row
from isolint.catalog.table import ROWS, table
from isolint.names.origin import Definition, NameQuestion
from tests.check.engine import jedi, needs_environment, verdicts

# Made at run time, by Python or Django: no source says that they exist, so jedi cannot find them.
MADE_AT_RUN_TIME = {
    "django.db.models.base.Model.objects",
    "django.db.models.base.Model.id",
    "django.db.models.base.Model._default_manager",
    "django.db.models.base.Model._base_manager",
    "channels.consumer.AsyncConsumer.channel_layer",
    "sys.modules.__getitem__",
    "builtins.vars.get",
    "builtins.vars.__getitem__",
    "django.template.backends.django.Template.template",
}

# Methods of classes made at run time, or answered by `__getattr__`, or of an object that behaves unlike its class.
MADE_CLASSES = (
    "_pytest.monkeypatch.MonkeyPatch.context().",
    "django.db.models.fields.related_descriptors.create_reverse_many_to_one_manager.RelatedManager",
    "django.utils.connection.ConnectionProxy.",
)

# They exist, and jedi does not see them; the rows are found through the class.
UNSEEN = {
    "factory.django.DjangoModelFactory.create",
    "factory.django.DjangoModelFactory.build",
    "django.utils.connection.BaseConnectionHandler._connections",
    "django.core.management.base.BaseCommand.stdout",
    "django.core.management.base.BaseCommand.stderr",
    "django.core.management.base.BaseCommand.style",
    "unittest.mock._patcher.__call__",
    "os._Environ.update",
    "unittest.mock._patcher.dict",
    "unittest.mock._patcher.object",
    "unittest.mock._patcher.multiple",
}

# In newer versions of Django, or of Python (3.12, 3.14), than the tests' environment need have.
NEWER = {
    "asyncio.events._AbstractEventLoopPolicy.new_event_loop",
    "django.db.models.query.QuerySet.fetch_mode",
    "typing.override",
    *(row.name for row in ROWS if row.name.startswith(("django.tasks.", "django.core.paginator.AsyncPaginator."))),
}

# In older versions of pytest (before 8.4).
OLDER = {"_pytest.python_api.raises"}

# Distributions that the environment of the tests does not have.
ELSEWHERE = (
    "model_bakery.",
    "ninja.",
    "ninja_extra.",
    "starlette.",
    "fastapi.",
    "mock.",
    "pytest_mock.",
    "pydantic.",
    "msgspec.",
    "django_redis.",
)


def named(row: Row) -> str:
    """The dotted name that must exist for a row: the class itself for the row of its call, and for what is replaced in
    it, which may be an attribute of objects alone, or of other versions."""
    if isinstance(row, Cures) and row.by == "replacement":
        return row.name.rpartition(".")[0]
    return row.name.removesuffix("()").removesuffix(".")


def reached(row: Row, found: Definition) -> bool:
    """Whether a row is found: under the canonical name, as another name of a class with a row, or as an inherited
    member (these are looked for in every class of the MRO)."""
    if found.canonical == named(row) or table().get(found.canonical) is not None:
        return True
    answer = jedi().answer(NameQuestion(named(row).rpartition(".")[0]))
    owner = None if answer is None else answer.found
    return owner is not None and found.canonical.rpartition(".")[0] in owner.mro


def test_no_name_has_two_rows() -> None:
    names = Counter((row.name, isinstance(row, Cures)) for row in ROWS if not isinstance(row, Extends))
    assert [name for name, count in names.items() if count > 1] == []


@needs_environment
def test_every_row_names_something() -> None:
    excused = MADE_AT_RUN_TIME | UNSEEN | NEWER | OLDER
    rows = [row for row in ROWS if not (isinstance(row, Cures) and row.by == "installation")]
    asked = [r for r in rows if not named(r).startswith((*ELSEWHERE, *MADE_CLASSES)) and r.name not in excused]
    for row in asked:
        jedi().answer(NameQuestion(named(row)))
        jedi().answer(NameQuestion(named(row).rpartition(".")[0]))
    while jedi().wanted():
        assert jedi().resolve(120)
    dead = []
    renamed = []
    for row in asked:
        answer = jedi().answer(NameQuestion(named(row)))
        found = None if answer is None else answer.found
        if found is None:
            dead.append(row.name)
        elif not isinstance(row, Attribute | Extends | Cures) and not reached(row, found):
            renamed.append((row.name, found.canonical))
    assert not dead, f"rows of nothing: {dead}"
    assert not renamed, f"rows are kept by canonical names, these would never be found: {renamed}"


def test_a_later_row_of_the_same_name_wins() -> None:
    from isolint.workspace.shapes import UserRows

    ours = table().get("asgiref.sync.sync_to_async")
    mine = table(UserRows(pure=frozenset({"asgiref.sync.sync_to_async"}))).get("asgiref.sync.sync_to_async")
    assert ours != mine
    assert len(table()) == len(table(UserRows(pure=frozenset({"asgiref.sync.sync_to_async"}))))


PROJECT = {
    "test_a.py": """\
import unheard_of
from asgiref.sync import sync_to_async
from models import Order


def make():
    return Order.objects.create()


async def test_it(db):
    {line}
""",
}
INI = "[pytest]\nasyncio_mode = auto\n"

USER_ROWS = [
    ("await unheard_of.hop(make)()", {}, "undecided", ()),
    ("await unheard_of.hop(make)()", {"hops": {"unheard_of.hop": "worker"}}, "leaks", ("ISO101",)),
    ("await unheard_of.hop(make)()", {"hops": {"unheard_of.hop": "pool"}}, "leaks", ("ISO103",)),
    ("await sync_to_async(unheard_of.work)()", {}, "undecided", ("ISO101",)),
    ("await sync_to_async(unheard_of.work)()", {"effects": {"unheard_of.work": "write"}}, "leaks", ("ISO101",)),
    ("await sync_to_async(unheard_of.work)()", {"effects": {"unheard_of.work": "read"}}, "leaks", ("ISO101",)),
    ("await sync_to_async(unheard_of.work)()", {"pure": ["unheard_of.work"]}, "safe", ()),
]


@needs_environment
@pytest.mark.parametrize("line, settings, verdict, codes", USER_ROWS)
def test_rows_of_the_settings(line: str, settings: dict[str, object], verdict: str, codes: tuple[str, ...]) -> None:
    files = {"test_a.py": PROJECT["test_a.py"].replace("{line}", line)}
    found = verdicts(files, INI, settings)["test_it"]
    assert (found.verdict, tuple(code for _, code, _ in found.findings)) == (verdict, codes)


OWN = """\
import tools
from asgiref.sync import sync_to_async


async def test_function(db):
    await tools.away(tools.make)()


async def test_method(db):
    await sync_to_async(tools.Store().put)()


async def test_pure(db):
    await sync_to_async(tools.log)()
"""
TOOLS = """\
from models import Order


def away(work):
    return plugin.load("away")(work)


def make():
    return Order.objects.create()


def log():
    Order.objects.create()


class Store:
    def put(self):
        return plugin.load("store")()
"""


@needs_environment
def test_rows_of_the_settings_for_functions_of_the_project() -> None:
    settings = {
        "hops": {"tools.away": "pool"},
        "effects": {"tools.Store.put": "write"},
        "pure": ["tools.log"],
    }
    found = verdicts({"test_a.py": OWN, "tools.py": TOOLS}, INI, settings)
    assert {name: (one.verdict, tuple(code for _, code, _ in one.findings)) for name, one in found.items()} == {
        "test_function": ("leaks", ("ISO103",)),
        "test_method": ("leaks", ("ISO101",)),
        "test_pure": ("safe", ()),
    }


@needs_environment
def test_a_hop_that_comes_home() -> None:
    text = (
        "from unheard_of import bridge\nfrom models import Order\n\n\n"
        "async def make():\n    await Order.objects.acreate()\n\n\n"
        "def test_it(db):\n    bridge(make)()\n"
    )
    assert verdicts({"test_a.py": text}, INI, {"hops": {"unheard_of.bridge": "home"}})["test_it"].verdict == "safe"


@needs_environment
def test_a_database_fixture_of_the_settings() -> None:
    text = "import pytest\nfrom models import Order\n\n\nasync def test_it(my_db):\n    await Order.objects.acreate()\n"
    conftest = "import pytest\n\n\n@pytest.fixture\ndef my_db():\n    yield\n"
    files = {"test_a.py": text, "conftest.py": conftest}
    assert verdicts(files, INI)["test_it"].verdict == "not-rollback"
    assert verdicts(files, INI, {"database-fixtures": {"my_db": "rollback"}})["test_it"].verdict == "leaks"
    assert verdicts(files, INI, {"database-fixtures": {"my_db": "flush"}})["test_it"].verdict == "not-rollback"
