from __future__ import annotations

import pytest

from isolint.cli.errors import CommandError
from isolint.cli.options import overrides


@pytest.mark.parametrize(
    "config, result",
    [
        (["fix-form=helper"], {"fix-form": "helper"}),
        (["fix-form = 'helper'"], {"fix-form": "helper"}),
        (["environment=.venv"], {"environment": ".venv"}),
        (["environment=C:\\venv"], {"environment": "C:\\venv"}),
        (["a=1", "b=true", "c=['x', 'y']"], {"a": 1, "b": True, "c": ["x", "y"]}),
        (["severity.ISO301=error"], {"severity": {"ISO301": "error"}}),
        (["severity.ISO301=error", "severity.ISO101=off"], {"severity": {"ISO301": "error", "ISO101": "off"}}),
        (["a=1", "a=2"], {"a": 2}),
        (["a="], {"a": ""}),
        (["a=b=c"], {"a": "b=c"}),
        (["select=ISO101"], {"select": ["ISO101"]}),
        (["select=ISO101, ISO2"], {"select": ["ISO101", "ISO2"]}),
        (["exclude="], {"exclude": []}),
        (["per-file-ignores.'tests/*'=ALL"], {"per-file-ignores": {"tests/*": ["ALL"]}}),
        ([], {}),
    ],
)
def test_config(config: list[str], result: dict[str, object]) -> None:
    assert overrides(config, None, None) == result


@pytest.mark.parametrize("config", [["a"], ["=1"], [" = 1"], ["a b=1"], ["a.b=1", "a=2"], ["a=2", "a.b=1"], ["a]=1"]])
def test_bad_config_is_one_clear_line(config: list[str]) -> None:
    with pytest.raises(CommandError, match=r"--config.*") as caught:
        overrides(config, None, None)
    assert "\n" not in caught.value.message


def test_rules_are_split_at_commas_and_win_over_config() -> None:
    result = overrides(["select=['ISO301']"], ["ISO101, thread-in-db-test", "iso3"], ["ALL"])
    assert result == {"select": ["ISO101", "thread-in-db-test", "iso3"], "ignore": ["ALL"]}


@pytest.mark.parametrize(
    "selector, hint",
    [
        ("XYZ99", "isolint rule --all"),
        ("thread-in-db-tests", "did you mean thread-in-db-test?"),
        ("X", "isolint rule --all"),
        ("", "isolint rule --all"),
        ("is", "isolint rule --all"),
    ],
)
def test_an_unknown_rule(selector: str, hint: str) -> None:
    with pytest.raises(CommandError, match="no rule") as caught:
        overrides([], [selector], None)
    assert hint in caught.value.message
