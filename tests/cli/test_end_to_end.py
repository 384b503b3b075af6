"""The real engine behind the real command line, on a small project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from isolint.rules import registry
from tests.support import analysed_environment, isolint, lay_out

pytestmark = pytest.mark.skipif(analysed_environment() is None, reason="no environment with Django to analyse")

FILES = {
    "models.py": "from django.db import models\n\n\nclass Order(models.Model):\n    total = models.IntegerField()\n",
    "tests/conftest.py": """\
import pytest
from models import Order


@pytest.fixture
def make_order():
    def make(total=1):
        return Order.objects.create(total=total)

    return make
""",
    "tests/test_orders.py": """\
import pytest
from asgiref.sync import sync_to_async
from models import Order


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_ship(make_order):
    order = await sync_to_async(make_order)()
    assert order.pk


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_total():
    await Order.objects.acreate(total=3)


@pytest.mark.django_db
def test_sync(make_order):
    assert make_order().pk


@pytest.mark.django_db(transaction=True)
def test_slow(make_order):
    assert make_order().pk


def test_pure():
    assert 1
""",
}


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One cache of jedi's answers for all tests here: each would ask the same again, which takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(tmp_path_factory.mktemp("cache"))
        for name in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA", "USERPROFILE"):
            patch.setenv(name, folder)
        yield


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, FILES)
    return tmp_path


def test_check(project: Path) -> None:
    run = isolint("check", folder=project)
    assert (run.code, run.err) == (1, "")
    assert "tests/test_orders.py:9:19 error sync-to-async-in-db-test (ISO101)\n" in run.out
    assert "   9 |     order = await sync_to_async(make_order)()\n" in run.out
    assert " async-orm-in-db-test (ISO102)\n" in run.out
    assert "\n3 rollback tests: 2 leak, 1 safe, 0 undecided." in run.out


def test_selecting(project: Path) -> None:
    for arguments, codes in [
        ((), {"ISO101", "ISO102", "ISO301"}),
        (("--select", "ISO102"), {"ISO102"}),
        (("--ignore", "async-orm-in-db-test,ISO3"), {"ISO101"}),
        (("--config", "severity.ISO101=off"), {"ISO102", "ISO301"}),
    ]:
        run = isolint("check", "--output-format", "json", *arguments, folder=project)
        assert {finding["code"] for finding in run.findings()} == codes


def test_a_wrong_setting_is_exit_code_2(project: Path) -> None:
    run = isolint("check", "--config", "fix-frm=helper", folder=project)
    assert run.code == 2
    assert "isolint: --config: " in run.err
    assert "fix-frm" in run.err


def test_explain(project: Path) -> None:
    run = isolint("explain", "--output-format", "json", "tests", folder=project)
    verdicts = {test["test"].rpartition("::")[2]: test["verdict"] for test in json.loads(run.out)}
    assert verdicts == {
        "test_ship": "leaks",
        "test_total": "leaks",
        "test_sync": "safe",
        "test_slow": "not-rollback",
        "test_pure": "not-rollback",
    }


def test_stdin_wins_over_the_disk(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    text = FILES["tests/test_orders.py"].replace("await sync_to_async(make_order)()", "make_order")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    arguments = ("check", "--output-format", "json", "--stdin-filename", "tests/test_orders.py", "-")
    found = isolint(*arguments, folder=project).findings()
    assert {finding["code"] for finding in found} == {"ISO102", "ISO301"}


def test_without_an_environment(project: Path) -> None:
    run = isolint("check", folder=project, variables={"VIRTUAL_ENV": "", "PATH": ""})
    assert "isolint: no Python environment found" in run.err
    assert "looked for: " in run.err
    assert run.out.splitlines()[-1].endswith("tells why).") or "0 undecided" not in run.out


SITE = {
    "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n",
    "settings.py": 'ROOT_URLCONF = "urls"\n',
    "urls.py": """\
from django.http import HttpResponse
from django.urls import path
from models import Order


def ship(request):
    Order.objects.create(total=1)
    return HttpResponse("ok")


urlpatterns = [path("ship/", ship)]
""",
}
"""The application whose address `/ship/` the examples know."""


def examples() -> list[tuple[str, str, str]]:
    found = []
    for rule in registry.rules():
        sections = dict(registry.page(rule).sections)
        for heading in ("Example", "Use instead"):
            code = re.findall(r"```python\n(.*?)```", sections[heading], re.DOTALL)[0]
            found.append((rule.code, heading, code))
    return found


@pytest.mark.parametrize("code, heading, text", examples(), ids=lambda value: value if len(value) < 12 else "")
def test_the_examples_on_the_rule_pages_are_true(code: str, heading: str, text: str, tmp_path: Path) -> None:
    tests = f"from models import Order, ship\n{text}\n\ndef test_user(order):\n    pass\n"
    models = FILES["models.py"] + "\n\nasync def ship(order):\n    await order.asave()\n    return order\n"
    conftest = FILES["tests/conftest.py"] + (
        "\n\n@pytest.fixture\ndef order(make_order):\n    return make_order()\n" if "def order" not in text else ""
    )
    lay_out(tmp_path, {"models.py": models, "tests/conftest.py": conftest, "tests/test_a.py": tests, **SITE})
    found = isolint("check", "--output-format", "json", folder=tmp_path).findings()
    assert (code in {finding["code"] for finding in found}) is (heading == "Example")


def test_what_is_accepted_is_clean_afterwards(project: Path) -> None:
    (project / "tests" / "test_more.py").write_text(
        "import pytest\nfrom models import Order\n\npytestmark = [pytest.mark.django_db, pytest.mark.asyncio]\n\n\n"
        'async def test_text():\n    await Order.objects.filter(name="""\n    """).adelete()  # noqa: E501\n\n\n'
        "async def test_lines():\n    await Order.objects.all() \\\n        .adelete()\n"
    )
    run = isolint("check", "--baseline", "base.json", "--add-ignores", folder=project)
    assert (run.code, run.err) == (0, "isolint: base.json: 4 entries, 4 new, 0 taken out\n")
    run = isolint("check", "--add-ignores", folder=project)
    assert (run.code, run.err) == (0, "Ignored 4 findings in 2 files.\n")
    assert isolint("check", folder=project).code == 0  # and no comment is of no use
    run = isolint("check", "--baseline", "base.json", "--output-format", "json", folder=project)
    assert [(one["path"], one["line"], one["code"]) for one in run.findings() if one["severity"] != "info"] == [
        ("base.json", line, "ISO901") for line in (4, 5, 6, 7)
    ]


def test_what_a_fixture_does_is_told_with_the_test_too(tmp_path: Path) -> None:
    conftest = (
        "import pytest\nimport pytest_asyncio\nfrom models import Order\n\n\n"
        "@pytest.fixture\ndef base(db):\n    pass\n\n\n"
        "@pytest_asyncio.fixture\nasync def slow(base):\n    await Order.objects.acreate(total=1)\n"
    )
    tests = "def test_a(slow):\n    pass\n\n\ndef test_b(slow):\n    pass\n"
    lay_out(tmp_path, {"models.py": FILES["models.py"], "conftest.py": conftest, "test_a.py": tests})
    (found,) = isolint("check", "--output-format", "json", folder=tmp_path).findings()
    assert (found["path"], found["line"], found["tests"]) == (
        "conftest.py",
        12,
        ["test_a.py::test_a", "test_a.py::test_b"],
    )
    out = isolint("explain", "test_a.py::test_b", folder=tmp_path).out
    assert "because    slow writes Order on another connection: the row outlives test_b (conftest.py, line 12)\n" in out
    assert "chain      Order.objects.acreate (conftest.py:13)\n" in out
    assert (
        "database   rollback of default: db is among its fixtures, conftest.py:7\n"
        "              slow requests base, conftest.py:12\n"
        "              test_b requests slow, test_a.py:5\n"
    ) in out


FACTORY = {
    "models.py": FILES["models.py"],
    "factories.py": """\
import factory
from models import Order


class OrderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Order

    total = 1
""",
    "test_a.py": """\
import pytest
from asgiref.sync import sync_to_async
from factories import OrderFactory


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_made():
    order = await sync_to_async(OrderFactory)()
    assert order.pk
""",
    "test_b.py": """\
import pytest
from asgiref.sync import sync_to_async


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_page(client):
    response = await sync_to_async(client.get)("/")
    assert response.status_code == 200
""",
}
"""Converting the first file asks for a name of a package that no check of it asks for (`factory.django`)."""


def test_what_is_fixed_does_not_depend_on_what_jedi_was_asked_before(tmp_path: Path) -> None:
    lay_out(tmp_path / "project", FACTORY)
    never_asked = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = isolint("check", "--fix", "--diff", folder=tmp_path / "project", variables=never_asked)
    assert first.err == "Would convert 2 tests in 2 files:\n   test_a.py: test_made\n   test_b.py: test_page\n"
    again = isolint("check", "--fix", "--diff", folder=tmp_path / "project", variables=never_asked)
    assert again == first
