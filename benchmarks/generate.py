"""Generated Django projects to measure on: test files of a given length with a given number of findings.

Everything is deterministic, so that two runs measure the same text. Nothing here starts a process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HEAD = '''\
"""Generated tests of orders."""

import json
from decimal import Decimal

import pytest
from asgiref.sync import sync_to_async

from shop.models import Order
from shop.services import archive, make_order, price_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(db):
    return make_order("fixture")


'''

_LEAK = """\
@pytest.mark.asyncio
async def test_{n}_async():
    # the helper is called on asgiref's worker thread
    made = await sync_to_async(make_order)("order {n}")
    label = f"order {{made.pk}}"
    assert label.startswith("order")


"""

_ASYNC_SAFE = """\
@pytest.mark.asyncio
async def test_{n}_prices():
    amounts = [price_of(n) for n in range({n}, {n} + 3)]
    total = sum(amounts, Decimal(0))
    text = json.dumps({{"total": str(total)}})
    assert "total" in text


"""

_SYNC = """\
def test_{n}_sync(order):
    other = make_order("other {n}")
    found = Order.objects.filter(pk=other.pk).first()
    # the two are not the same row
    assert found is not None
    assert found.pk != order.pk
    archive(found)
    assert found.archived, "archive() sets the flag"


"""

_CLASS = '''\
class TestOrders{n}:
    """Orders in groups."""

    size = {n}

    def total(self):
        return Order.objects.filter(size=self.size).count()

    def test_empty(self):
        assert self.total() == 0

    def test_one(self, order):
        order.size = self.size
        order.save()
        assert self.total() == 1


'''


@dataclass(frozen=True, slots=True)
class Generated:
    """A project on disk: its root, and the test files in it by their number of lines."""

    root: Path
    files: dict[int, Path]


def file_of(lines: int, findings: int = 50) -> str:
    """A test module of about `lines` lines in which `findings` tests leak, spread evenly over it."""
    parts, count, made, n = [_HEAD], _HEAD.count("\n"), 0, 0
    others = (_SYNC, _ASYNC_SAFE, _CLASS)
    while count < lines:
        n += 1
        due = made < findings and made * lines <= count * findings
        template = _LEAK if due else others[n % len(others)]
        made += due
        part = template.format(n=n)
        parts.append(part)
        count += part.count("\n")
    return "".join(parts).rstrip("\n") + "\n"


def project(
    root: Path, sizes: tuple[int, ...] = (2000, 5000, 10000), modules: int = 0, findings: int = 50
) -> Generated:
    """Write a project with one big test file a size, and `modules` small files beside them (a tenth of them tests)."""
    _write(root / "pyproject.toml", '[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = "shop.settings"\n')
    _write(root / "manage.py", "")
    _write(root / "shop" / "__init__.py", "")
    _write(root / "shop" / "settings.py", 'INSTALLED_APPS = ["shop"]\nSECRET_KEY = "x"\n')
    _write(
        root / "shop" / "models.py",
        "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.CharField(max_length=80)\n"
        "    size = models.IntegerField(default=0)\n    archived = models.BooleanField(default=False)\n",
    )
    _write(
        root / "shop" / "services.py",
        "from decimal import Decimal\n\nfrom shop.models import Order\n\n\n"
        "def make_order(name):\n    return Order.objects.create(name=name)\n\n\n"
        "def archive(order):\n    order.archived = True\n    order.save()\n\n\n"
        "def price_of(number):\n    return Decimal(number) / 2\n",
    )
    _write(root / "tests" / "__init__.py", "")
    _write(root / "tests" / "conftest.py", "import pytest\n\n\n@pytest.fixture\ndef name():\n    return 'name'\n")
    files = {}
    for size in sizes:
        files[size] = root / "tests" / f"test_big_{size}.py"
        _write(files[size], file_of(size, findings))
    for index in range(modules):
        package = root / f"app{index % 20}"
        _write(package / "__init__.py", "")
        if index % 10 == 0:
            _write(package / "tests" / f"test_small_{index}.py", file_of(200, 2))
        else:
            body = "\n\n".join(
                f"def work_{n}(value):\n    total = value + {n}\n    if total > 10:\n        return json.dumps(total)\n"
                f"    return str(total)\n"
                for n in range(40)
            )
            _write(package / f"module_{index}.py", f"import json\n\n\n{body}")
    return Generated(root, files)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
