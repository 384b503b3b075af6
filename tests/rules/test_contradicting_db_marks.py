"""ISO302: arguments of `django_db` marks that do not count. Which mark counts was seen in runs of pytest."""

from __future__ import annotations

import pytest

from tests.check.engine import INI, needs_environment, project

pytestmark = needs_environment

MARK = "@pytest.mark.django_db"
MODULE = "pytestmark = pytest.mark.django_db"
TEST = "def test_x():\n    pass\n"

LOST = {
    "module and function": (
        f"{MODULE}(transaction=True)\n\n{MARK}\n{TEST}",
        f"{MARK}\n",
        "transaction=True of the outer",
    ),
    "class and method": (
        (
            f"{MARK}(databases=['default', 'other'])\nclass TestX:\n    {MARK}(transaction=True)\n"
            "    def test_x(self):\n        pass\n"
        ),
        f"{MARK}(transaction=True)",
        "databases=['default', 'other'] of the outer",
    ),
    "by position": (
        f"{MODULE}(True)\n\n{MARK}\n{TEST}",
        f"{MARK}\n",
        "transaction=True of the outer",
    ),
    "several arguments": (
        f"{MODULE}(transaction=True, serialized_rollback=True)\n\n{MARK}\n{TEST}",
        f"{MARK}\n",
        "transaction=True, serialized_rollback=True of the outer",
    ),
    "a derived class": (
        (
            f"{MARK}\nclass Base:\n    pass\n\n{MARK}(transaction=True)\nclass TestX(Base):\n    def test_x(self):\n"
            "        pass\n"
        ),
        f"{MARK}(transaction=True)",
        "takes the django_db mark of the base class first",
    ),
    "a derived class that says no": (
        (
            f"{MARK}(transaction=True)\nclass Base:\n    pass\n\n{MARK}(transaction=False)\nclass TestX(Base):\n"
            "    def test_x(self):\n        pass\n"
        ),
        f"{MARK}(transaction=False)",
        "transaction=False does not count",
    ),
    "two on one function": (
        f"{MARK}(transaction=True)\n{MARK}\n{TEST}",
        f"{MARK}(transaction=True)",
        "of two django_db marks at one place",
    ),
}


@pytest.mark.parametrize("text, at, message", LOST.values(), ids=LOST)
def test_an_argument_that_does_not_count(text: str, at: str, message: str) -> None:
    text = f"import pytest\n\n{text}"
    with project({"test_a.py": text}, INI) as (root, session):
        found = [one for one in session.report(str(root / "test_a.py")).findings if one.code == "ISO302"]
    assert [(one.location.line, one.severity) for one in found] == [(text[: text.index(at)].count("\n") + 1, "warning")]
    assert message in found[0].message
    assert [place.role for place in found[0].related] == ["mode"]


AGREEING = {
    "one mark": f"{MARK}(transaction=True)\n{TEST}",
    "the nearer one asks for more": f"{MODULE}\n\n{MARK}(transaction=True)\n{TEST}",
    "the nearer one says no": f"{MODULE}(transaction=True)\n\n{MARK}(transaction=False)\n{TEST}",
    "the same twice": f"{MODULE}(transaction=True)\n\n{MARK}(transaction=True)\n{TEST}",
    "what holds anyway": f"{MODULE}(databases=['default'], transaction=False)\n\n{MARK}\n{TEST}",
    "a fixture asks for it too": f"{MODULE}(transaction=True)\n\n{MARK}\ndef test_x(transactional_db):\n    pass\n",
    "implied": f"{MODULE}(transaction=True)\n\n{MARK}(reset_sequences=True)\n{TEST}",
    "nobody can read it": f"{MODULE}(transaction=unheard_of())\n\n{MARK}\n{TEST}",
    "spread": f"{MODULE}(**unheard_of())\n\n{MARK}\n{TEST}",
    "under a condition": f"if unheard_of:\n    pytestmark = pytest.mark.django_db(transaction=True)\n\n{MARK}\n{TEST}",
    "Django's own class": "from django.test import TestCase\n\npytestmark = pytest.mark.django_db(transaction=True)\n\n"
    f"{MARK}\nclass TestX(TestCase):\n    def test_x(self):\n        pass\n",
}


@pytest.mark.parametrize("text", AGREEING.values(), ids=AGREEING)
def test_marks_that_agree(text: str) -> None:
    with project({"test_a.py": f"import pytest\n\n{text}"}, INI) as (root, session):
        report = session.report(str(root / "test_a.py"))
    assert [one for one in report.findings if one.code == "ISO302"] == []


def test_a_mark_of_a_class_is_reported_once_for_all_its_tests() -> None:
    text = (
        "import pytest\n\npytestmark = pytest.mark.django_db(transaction=True)\n\n"
        f"{MARK}\nclass TestX:\n    def test_x(self):\n        pass\n\n    def test_y(self):\n        pass\n"
    )
    with project({"test_a.py": text}, INI) as (root, session):
        (one,) = [f for f in session.report(str(root / "test_a.py")).findings if f.code == "ISO302"]
    assert (one.location.line, one.test) == (5, None)
    assert one.tests == ("test_a.py::TestX::test_x", "test_a.py::TestX::test_y")


def test_a_mark_of_another_file_is_reported_at_the_test() -> None:
    base = f"import pytest\n\n{MARK}\nclass Base:\n    def test_x(self):\n        pass\n"
    text = (
        "import pytest\nfrom base import Base\n\npytestmark = pytest.mark.django_db(transaction=True)\n\n"
        "class TestX(Base):\n    def test_y(self):\n        pass\n"
    )
    with project({"test_a.py": text, "base.py": base}, INI) as (root, session):
        found = [f for f in session.report(str(root / "test_a.py")).findings if f.code == "ISO302"]
    assert [(one.location.line, one.test) for one in found] == [(7, "test_a.py::TestX::test_y")]
