"""The converted tests under real pytest, on both databases: they pass, assert as much as before, work on their own
connection, leave no row, and fail where the tests that they were made of fail."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from isolint.check.findings import CURED
from isolint.fixes.to_sync import Form
from tests.fixes.judge import Verdict, run
from tests.fixes.support import APP, convert_all, open_text, truth_python

PYTHON = truth_python()
FILES = {"test_leaking.py": 20, "test_loops.py": 45}
"""The files with leaking tests, and how many these are at least."""

# Each breaks what the tests of a file are there for: the file, the module of the shop, and a replacement in it.
_STORE = "return Order.objects.create(total=total)"
_SHIP = "    order.shipped = True\n    await order.asave()\n    return Shipped"
_EXIT = "        self.is_open = False\n\n    async def put"
_SLOW = "return await sync_to_async(store)(total)"
_WORK = "await sync_to_async(store)(total)\n\n    async def put"
MUTANTS = {
    "shipped": ("test_leaking.py", "services", "order.shipped = True\n    await", "await"),
    "total": ("test_leaking.py", "services", _STORE, _STORE.replace("=total", "=total + 1")),
    "greeting": ("test_leaking.py", "services", 'f"hello {name}"', 'f"hallo {name}"'),
    "refusal": ("test_loops.py", "services", "raise ValueError", "raise TypeError"),
    "not saved": ("test_loops.py", "services", _SHIP, "    return Shipped"),
    "another object": ("test_loops.py", "services", "        return self\n", "        return None\n"),
    "session": ("test_loops.py", "loops", _EXIT, _EXIT.replace("self.is_open = False", "pass")),
    "stream": ("test_loops.py", "loops", "        yield order\n", "        yield order\n        return\n"),
    "callbacks": ("test_loops.py", "loops", "for number in range(count)]", "for number in range(count - 1)]"),
    "worker": ("test_loops.py", "loops", _WORK, _WORK.replace("total", "-total")),
    "customer": ("test_loops.py", "loops", "    await customer.adelete()\n", "    pass\n"),
    "slow": ("test_loops.py", "loops", _SLOW, _SLOW.replace("total", "total + 1")),
}

pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")


@cache
def leaking(name: str) -> str:
    """The tests of a file as they are."""
    return (APP / "tests" / name).read_text()


@cache
def converted(name: str, form: Form) -> str:
    """The leaking tests of a file, all converted."""
    text, refused = convert_all(leaking(name), form)
    assert refused == {}
    assert "async def test" not in text
    return text


def judged(folder: Path, text: str, variables: Mapping[str, str], product: Mapping[str, str] | None = None) -> Verdict:
    """One run in a folder of its own."""
    assert PYTHON is not None
    folder.mkdir()
    return run(folder, text, PYTHON, variables, product)


@pytest.mark.parametrize("name", FILES)
def test_they_pass_assert_the_same_and_leave_nothing(tmp_path: Path, variables: Mapping[str, str], name: str) -> None:
    before = judged(tmp_path / "before", leaking(name), variables)
    assert before.failed() == [], before.output
    assert len(before.left) > FILES[name] - 3
    assert before.elsewhere.keys() == before.outcomes.keys()

    forms: tuple[Form, ...] = ("direct", "helper")
    for form in forms:
        after = judged(tmp_path / form, converted(name, form), variables)
        assert after.failed() == [], after.output
        assert after.elsewhere == {}
        assert after.left == {}
        assert after.outcomes.keys() == before.outcomes.keys()
        assert len(after.outcomes) > FILES[name]
        assert after.asserted == before.asserted
        assert sum(after.asserted.values()) > 40


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("form", ["direct", "helper"])
def test_nothing_is_found_in_them(name: str, form: Form) -> None:
    session, path, items = open_text(converted(name, form))
    assert [f for f in session.findings(path).findings if f.code in CURED] == []
    assert len(items) > FILES[name]
    again, _ = convert_all(converted(name, form), form)
    assert again == converted(name, form)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_they_fail_where_they_failed_before(tmp_path: Path, mutant: str) -> None:
    name, module, old, new = MUTANTS[mutant]
    path = f"shop/{module}.py"
    text = (APP / path).read_text()
    assert text.count(old) == 1
    product = {path: text.replace(old, new)}
    before = judged(tmp_path / "before", leaking(name), {}, product)
    after = judged(tmp_path / "after", converted(name, "direct"), {}, product)
    assert before.failed() == after.failed(), after.output
    assert after.failed()
