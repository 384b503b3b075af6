"""What isolint says about the example: every leaking line, and nothing else."""

from __future__ import annotations

from tests.example.shop import SHOP
from tests.support import Finding, isolint


def findings() -> list[Finding]:
    return isolint("check", "--output-format", "json", ".", folder=SHOP).findings()


def test_every_leaking_line_is_found_and_nothing_else() -> None:
    lines = (SHOP / "tests" / "test_checkout.py").read_text().splitlines()
    awaits = {("tests/test_checkout.py", number) for number, line in enumerate(lines, 1) if "await " in line}
    assert len(awaits) == 5
    assert {(f["path"], f["line"]) for f in findings() if f["severity"] in {"error", "warning"}} == awaits


def test_the_slow_test_is_mentioned() -> None:
    assert {(f["path"], f["name"]) for f in findings() if f["severity"] == "info"} == {
        ("tests/test_payments.py", "transactional-test")
    }


def test_both_leaking_tests_can_be_fixed_safely() -> None:
    fixable = {f["test"] for f in findings() if f["fix"] and f["fix"]["applicability"] == "safe"}
    assert fixable == {
        "tests/test_checkout.py::test_confirming_gives_a_receipt",
        "tests/test_checkout.py::test_confirming_changes_the_status",
    }


def test_the_exit_code_says_that_there_are_errors() -> None:
    assert isolint("check", ".", folder=SHOP).code == 1
