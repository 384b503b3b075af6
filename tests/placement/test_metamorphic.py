"""What changes no meaning changes no verdict: other names, helpers in another module, unrelated code in between."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.check.engine import needs_environment, opened, verdicts
from tests.placement.marked import HEAD, INI, SHOP
from tests.placement.test_flows import CLASSES, FLOWS
from tests.placement.test_spellings import LEAKS, SILENT, UNDECIDED

pytestmark = needs_environment

TEXTS = [*LEAKS.values(), *SILENT.values(), *UNDECIDED.values(), *FLOWS.values(), *CLASSES.values()]

# Names of the test modules' own: none is an attribute of anything that is not theirs.
OWN = (
    "helper inner opened each down outer decorate in_worker Maker Service Helper Base Child Left Right Both Leaking "
    "Worker Opened TestIn amake waiting coroutine order choose build callback off"
).split()

Told = dict[str, tuple[str, tuple[tuple[str, str], ...]]]


def told(files: dict[str, str]) -> Told:
    """The verdict of each test, and the rules and severities of its findings in order."""
    found = verdicts({"shop.py": SHOP, **files}, INI)
    return {
        name.rpartition("::")[2]: (one.verdict, tuple((code, severity) for _, code, severity in one.findings))
        for name, one in found.items()
    }


def module(text: str) -> str:
    return f"{HEAD}\n\n{text}\n"


FRESH = st.lists(
    st.from_regex(r"[a-z]{3,8}_[a-z]{2,4}", fullmatch=True), min_size=len(OWN), max_size=len(OWN), unique=True
)


def renamed(text: str, names: list[str]) -> str:
    """The text with its own names replaced; those of attributes of the shop stay, since they are not its own."""
    for old, new in zip(OWN, names, strict=True):
        fresh = f"Test{new}" if old == "TestIn" else new.title().replace("_", "") if old[0].isupper() else new
        text = re.sub(rf"(?<!shop\.)\b{old}\b", fresh, text)
    return text


def moved(text: str) -> dict[str, str] | None:
    """Everything before the first test in a module of its own, beside the tests (elsewhere it would be product code,
    where conditions count); None when there is nothing to move."""
    start = re.search(r"^(?:@pytest\S*\n)*(?:async def test_|def test_|class Test)", text, re.MULTILINE)
    assert start is not None
    helpers, tests = text[: start.start()], text[start.start() :]
    if not helpers.strip() or "global " in helpers:
        return None
    head = HEAD.partition("\npytestmark")[0]
    return {
        "tests/helpers.py": f"{head}\n\n{helpers}",
        "tests/test_a.py": f"{HEAD}\nfrom helpers import *\n\n\n{tests}\n",
    }


NOISE = (
    "def unrelated():\n    return 1\n",
    "class Unrelated:\n    async def acreate(self):\n        return 1\n",
    "# a comment\n",
    "UNRELATED = {1: 'a'}\n",
    "import os as unrelated_module\n",
)


SETTINGS = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", autouse=True)
def _recursion(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A session raises the interpreter's recursion limit; hypothesis objects to that in the middle of a test."""
    opened(tmp_path_factory.mktemp("first")).close()


@SETTINGS
@given(st.sampled_from(TEXTS), FRESH)
def test_other_names(text: str, names: list[str]) -> None:
    assert told({"tests/test_a.py": module(text)}) == told({"tests/test_a.py": module(renamed(text, names))})


@SETTINGS
@given(st.sampled_from([text for text in TEXTS if moved(text) is not None]))
def test_helpers_in_another_module(text: str) -> None:
    files = moved(text)
    assert files is not None
    assert told({"tests/test_a.py": module(text)}) == told(files)


@SETTINGS
@given(st.sampled_from(TEXTS), st.lists(st.sampled_from(NOISE), min_size=1, max_size=3), st.booleans())
def test_unrelated_code(text: str, noise: list[str], before: bool) -> None:
    extra = "\n\n".join(noise)
    other = f"{extra}\n\n{text}" if before else f"{text}\n\n{extra}"
    assert told({"tests/test_a.py": module(text)}) == told({"tests/test_a.py": module(other)})
