from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from isolint.rules import registry
from isolint.rules.registry import Rule

ROOT = Path(__file__).resolve().parents[2]
EVERY_RULE = pytest.mark.parametrize("rule", registry.rules(), ids=lambda rule: rule.code)


def test_rules_are_sorted_and_unique() -> None:
    codes = [rule.code for rule in registry.rules()]
    names = [rule.name for rule in registry.rules()]
    assert codes == sorted(set(codes))
    assert len(set(names)) == len(names)
    assert {"ISO101", "ISO102", "ISO103", "ISO301"} <= set(codes)


@EVERY_RULE
def test_metadata(rule: Rule) -> None:
    module = registry.module(rule)
    assert rule == module.RULE
    assert module.__name__.rpartition(".")[2] == rule.name.replace("-", "_")
    assert re.fullmatch(r"ISO\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert not rule.summary.endswith(".")
    assert "\n" not in rule.summary


@EVERY_RULE
def test_a_page_has_all_sections_in_order(rule: Rule) -> None:
    page = registry.page(rule)
    assert tuple(heading for heading, _ in page.sections) == registry.SECTIONS
    assert page.headline.endswith(".")
    assert all(text.strip() for _, text in page.sections)


@EVERY_RULE
def test_the_code_on_a_page_is_python(rule: Rule) -> None:
    for heading, text in registry.page(rule).sections:
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        assert blocks or heading not in ("Example", "Use instead")
        for block in blocks:
            ast.parse(block)


@EVERY_RULE
def test_references_to_other_rules_are_right(rule: Rule) -> None:
    for name, code in re.findall(r"`([a-z-]+)` \((ISO\d+)\)", registry.markdown(rule)):
        other = registry.find(name)
        assert other is not None
        assert other.code == code


@pytest.mark.parametrize(
    "selector, codes",
    [
        ("ISO101", {"ISO101"}),
        ("iso101", {"ISO101"}),
        ("ISO10", {"ISO101", "ISO102", "ISO103"}),
        ("thread-in-db-test", {"ISO103"}),
        ("thread", set()),
        ("IS", set()),
        ("", set()),
    ],
)
def test_selectors(selector: str, codes: set[str]) -> None:
    known = [rule for rule in registry.rules() if rule.code in {"ISO101", "ISO102", "ISO103", "ISO301"}]
    assert {rule.code for rule in known if registry.matches(rule, selector)} == codes


def test_all_selects_all() -> None:
    assert all(registry.matches(rule, "all") for rule in registry.rules())


@pytest.mark.parametrize("text", ["", "ISO1", "ISO1010", "x"])
def test_find_knows_whole_names_only(text: str) -> None:
    assert registry.find(text) is None


def test_a_rule_without_a_module_has_no_page() -> None:
    with pytest.raises(LookupError):
        registry.page(Rule("ISO999", "no-such-rule", "error", "x", False))


def test_the_pages_in_the_documentation_are_those_of_the_rules() -> None:
    wanted = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    found = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert found == wanted, "run docs/generate.py"


def test_rules_are_found_whatever_loads_modules_that_look_like_tests(tmp_path: Path) -> None:
    # pytest rewrites the assertions of what matches its default `python_files`; many rules are called `..._test.py`.
    codes = [rule.code for rule in registry.rules()]
    same = f"assert [rule.code for rule in registry.rules()] == {codes}"
    (tmp_path / "a_test.py").write_text(f"from isolint.rules import registry\n\n\ndef test_it():\n    {same}\n")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT / 'server'}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "a_test.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
