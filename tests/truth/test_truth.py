"""Every truth case comes out no worse than the committed table says."""

from __future__ import annotations

import os

import pytest

from tests.support import analysed_environment
from tests.truth import table
from tests.truth.cases import case_names, evaluate, find_truth

TRUTH = find_truth()
CASES = case_names(TRUTH) if TRUTH else []

pytestmark = pytest.mark.skipif(
    TRUTH is None, reason="the truth cases are not beside this checkout (../shared/truth); ISOLINT_TRUTH may name them"
)


@pytest.fixture(scope="module")
def _environment() -> None:
    if analysed_environment() is None:
        reason = "no environment with Django to analyse: run scripts/test"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("_environment")
def test_no_case_got_worse(case: str) -> None:
    assert TRUTH is not None
    now = table.row_of(evaluate(TRUTH, case))
    assert table.worse(table.read().get(case), now) == []


def test_every_case_has_a_row() -> None:
    assert sorted(table.read()) == CASES


def test_a_worse_row_is_noticed() -> None:
    right = {"marks": {"test_case.py:2 LEAK": "right"}, "false": ["ISO101 test_case.py:9"]}
    missed = {"marks": {"test_case.py:2 LEAK": "missed"}, "false": []}
    accused = {"marks": {"test_case.py:2 LEAK": "right"}, "false": ["ISO101 test_case.py:9", "ISO103 test_case.py:9"]}
    assert table.worse(right, right) == []
    assert table.worse(missed, right) == ["ISO101 test_case.py:9 is a new false finding"]
    assert table.worse(right, missed) == ["test_case.py:2 LEAK was right, is missed"]
    assert table.worse(right, accused) == ["ISO103 test_case.py:9 is a new false finding"]
    assert table.worse(None, missed) == ["test_case.py:2 LEAK was right, is missed"]
