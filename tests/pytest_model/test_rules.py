"""The list of rules is true: each has two cases at least, and each case is there."""

from __future__ import annotations

import ast

import pytest

from tests.pytest_model.projects import PROJECTS
from tests.pytest_model.rules import RULES
from tests.workspace.test_pytest_config import LAYOUTS


def is_there(case: str) -> bool:
    """Whether a case names something that is written: a layout, a file, or a definition in it."""
    project, name, *path = case.split("::")
    if project == "layouts":
        return name in LAYOUTS and not path
    text = PROJECTS.get(project, {}).get(name)
    if text is None:
        return False
    body: list[ast.stmt] = ast.parse(text).body
    for part in path:
        found = [node for node in body if part in _bound(node)]
        if not found:
            return False
        body = found[-1].body if isinstance(found[-1], ast.ClassDef) else []
    return True


def _bound(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Assign():
            return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_two_cases_that_are_there(rule: str) -> None:
    cases = RULES[rule]
    assert len(set(cases)) > 1
    assert [case for case in cases if not is_there(case)] == []


def test_what_is_not_there_is_noticed() -> None:
    assert is_there("database::test_modes.py::TestClass::test_own")
    for case in (
        "nothing::a.py",
        "database::nothing.py",
        "database::test_modes.py::TestClass::test_gone",
        "layouts::x",
    ):
        assert not is_there(case)


def test_every_section_and_every_project_is_in_the_list() -> None:
    assert {rule.split()[0] for rule in RULES} == {f"A{number}" for number in range(1, 8)}
    named = {case.split("::")[0] for cases in RULES.values() for case in cases}
    assert set(PROJECTS) - named == set()
