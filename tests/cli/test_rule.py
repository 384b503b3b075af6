from __future__ import annotations

import json

import pytest

from isolint.rules import registry
from tests.cli.conftest import Result, Run


@pytest.mark.parametrize("name", ["ISO101", "iso101", "sync-to-async-in-db-test", "sync_to_async_in_db_test"])
def test_a_page_by_name_or_code(name: str, run: Run) -> None:
    rule = registry.find("ISO101")
    assert rule is not None
    assert run("rule", name) == Result(0, registry.markdown(rule), "")


@pytest.mark.parametrize("arguments", [[], ["--all"]])
def test_the_list(arguments: list[str], run: Run) -> None:
    lines = run("rule", *arguments).out.splitlines()
    assert [line.split()[:3] for line in lines] == [[r.code, r.name, r.default_severity] for r in registry.rules()]


def test_json(run: Run) -> None:
    found = json.loads(run("rule", "--all", "--output-format", "json").out)
    assert [rule["code"] for rule in found] == [rule.code for rule in registry.rules()]
    one = json.loads(run("rule", "ISO301", "--output-format", "json").out)
    assert one in found
    assert {key: one[key] for key in ("name", "default_severity", "fixable")} == {
        "name": "transactional-test",
        "default_severity": "info",
        "fixable": False,
    }
    assert one["explanation"].startswith("# transactional-test (ISO301)\n")


def test_an_unknown_rule_names_the_nearest(run: Run) -> None:
    assert run("rule", "thread-in-test") == Result(
        2, "", "isolint: no rule 'thread-in-test'; did you mean thread-in-db-test?\n"
    )


def test_a_rule_and_all_exclude_each_other(run: Run) -> None:
    assert run("rule", "ISO101", "--all").code == 2


def test_colours_for_people(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = run("rule", "ISO101").out
    assert "\x1b[1msync-to-async-in-db-test (ISO101)\x1b[0m\n" in out
    assert "```" not in out
    assert "    \x1b[36mimport pytest\x1b[0m\n" in out
