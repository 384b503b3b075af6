"""`[tool.isolint]`, the editor and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isolint.workspace.files import Files, reader
from isolint.workspace.settings import SETTINGS, resolve_settings
from isolint.workspace.shapes import Settings

READ = reader(Files())
RULES = ("async-orm-in-db-test", "ISO102", "thread-in-db-test", "ISO103", "transactional-test", "ISO301")


def settings_of(folder: Path, toml: str = "", *command_line: str, **editor: Any) -> Settings:
    if toml:
        (folder / "pyproject.toml").write_text(toml)
    return resolve_settings(str(folder), READ, editor=editor, command_line=command_line, rules=RULES)


WHOLE = """\
[tool.isolint]
select = ["ISO1", "transactional-test"]
ignore = ["thread-in-db-test"]
exclude = ["legacy"]
environment = "env/here"
fix-form = "helper"
pure = ["app.text.slug"]

[tool.isolint.per-file-ignores]
"tests/old/*" = ["ALL"]
"*_slow.py" = ["ISO102"]

[tool.isolint.severity]
ISO301 = "off"

[tool.isolint.hops]
"app.tools.in_thread" = "pool"

[tool.isolint.effects]
app.models.save_all = "write"

[tool.isolint.database-fixtures]
tenant_db = "flush"
"""


def test_every_key(tmp_path: Path) -> None:
    found = settings_of(tmp_path, WHOLE)
    assert found.problems == ()
    assert found.source == str(tmp_path / "pyproject.toml")
    assert found.select == ("ISO1", "transactional-test")
    assert found.ignore == ("thread-in-db-test",)
    assert found.per_file_ignores == (("tests/old/*", ("ALL",)), ("*_slow.py", ("ISO102",)))
    assert found.severity == {"ISO301": "off"}
    assert found.exclude == ("legacy",)
    assert found.environment == str(tmp_path / "env/here")
    assert found.fix_form == "helper"
    assert found.rows.hops == {"app.tools.in_thread": "pool"}
    assert found.rows.effects == {"app.models.save_all": "write"}  # written without quotes
    assert found.rows.pure == {"app.text.slug"}
    assert found.rows.database_fixtures == {"tenant_db": "flush"}


def test_every_setting_of_the_table_is_understood(tmp_path: Path) -> None:
    named = {line.split(" = ")[0] for line in WHOLE.splitlines() if " = " in line and not line.startswith('"')}
    tables = {line.split(".")[2].rstrip("]") for line in WHOLE.splitlines() if line.startswith("[tool.isolint.")}
    assert {setting.name for setting in SETTINGS} <= named | tables
    assert all(setting.doc.endswith(".") for setting in SETTINGS)


@pytest.mark.parametrize(
    "text, line, message",
    [
        ("[tool.isolint]\nselct = []\n", 2, "unknown setting `selct`, did you mean `select`?"),
        ("[tool.isolint]\n\nselect = 'ISO1'\n", 3, "select: expected a list of strings, found 'ISO1'"),
        ("[tool.isolint]\nselect = [1]\n", 2, "select: expected a list of strings, found [1]"),
        ("[tool.isolint]\nenvironment = 3\n", 2, "environment: expected a string, found 3"),
        ("[tool.isolint]\nfix-form = 'helpr'\n", 2, "is none of direct, helper, did you mean `helper`?"),
        ("[tool.isolint]\nfix-form = []\n", 2, "fix-form: [] is none of direct, helper"),
        ("[tool.isolint]\nseverity = 'off'\n", 2, "severity: expected a table, found 'off'"),
        ("[tool.isolint.severity]\nISO102 = 'erorr'\n", 2, "did you mean `error`?"),
        ("[tool.isolint.severity]\nISO102 = 'off'\nISO109 = 'off'\n", 3, "severity: unknown rule `ISO109`"),
        ("[tool.isolint]\nignore = ['thread-in-db-tests']\n", 2, "did you mean `thread-in-db-test`?"),
        ("[tool.isolint.per-file-ignores]\n'a' = 'ALL'\n", 2, "per-file-ignores.a: expected a list"),
        ("[tool.isolint.hops]\n'a.b' = 'thread'\n", 2, "hops: 'thread' for `a.b` is none of worker, pool, home"),
        ("[tool.isolint.hops]\n'a b' = 'pool'\n", 2, "hops: 'a b' is not a dotted name"),
        ("[tool.isolint.effects]\na.b = {c = 'x'}\n", 2, "effects: 'x' for `a.b.c` is none of read, write"),
        ("[tool.isolint]\npure = ['a()']\n", 2, "pure: 'a()' is not a dotted name"),
        ("[tool]\nisolint = 3\n", 2, "tool.isolint: expected a table"),
        ("[tool.isolint]\nselect = [\n", 2, "invalid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    (problem,) = settings_of(tmp_path, text).problems
    assert message in problem.message
    assert problem.path == str(tmp_path / "pyproject.toml")
    assert problem.line == line or "invalid TOML" in message


def test_a_wrong_key_takes_nothing_else_away(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "[tool.isolint]\nwhat = 1\nexclude = ['a']\nselect = 1\n")
    assert (found.exclude, found.select, len(found.problems)) == (("a",), ("ALL",), 2)


def test_the_editor_over_toml_and_the_command_line_over_both(tmp_path: Path) -> None:
    toml = "[tool.isolint]\nignore = ['ISO1']\nfix-form = 'helper'\n[tool.isolint.severity]\nISO102 = 'hint'\n"
    found = settings_of(
        tmp_path,
        toml,
        "fix-form=direct",
        "severity.ISO301=off",
        'ignore = ["ISO3"]',
        "exclude=a,b",
        fixForm="helper",
        per_file_ignores={"x": ["ALL"]},
        severity={"ISO103": "info"},
        environment=None,
    )
    assert found.problems == ()
    assert found.fix_form == "direct"
    assert found.ignore == ("ISO1", "ISO3")
    assert found.exclude == ("a", "b")
    assert found.per_file_ignores == (("x", ("ALL",)),)
    assert found.severity == {"ISO102": "hint", "ISO103": "info", "ISO301": "off"}


def test_wrong_overrides_say_where_they_come_from(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "", "nonsense", "fix-form=", select="ISO1")
    assert [problem.path for problem in found.problems] == ["editor settings", "--config", "--config"]


def test_the_nearest_table_up_to_the_top_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.isolint]\nexclude = ['outside']\n")
    inner = tmp_path / "repo" / "a" / "b"
    inner.mkdir(parents=True)
    assert settings_of(inner).exclude == ("outside",)
    (tmp_path / "repo" / ".git").mkdir()
    assert settings_of(inner).exclude == ()
    (tmp_path / "repo" / "pyproject.toml").write_text("[tool.isolint]\nexclude = ['repo']\n")
    (tmp_path / "repo" / "a" / "pyproject.toml").write_text("[project]\nname = 'a'\n")  # has no table of ours
    assert settings_of(inner).exclude == ("repo",)


def test_without_rules_names_are_not_checked(tmp_path: Path) -> None:
    assert resolve_settings(str(tmp_path), READ, command_line=["select=whatever"]).problems == ()


def test_a_home_folder_is_left_for_the_search(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "[tool.isolint]\nenvironment = '~/envs/x'\n").environment == "~/envs/x"
    assert settings_of(tmp_path, "", environment="venv").environment == "venv"


def test_a_later_source_that_selects_starts_anew(tmp_path: Path) -> None:
    toml = "[tool.isolint]\nselect = ['ISO1']\nignore = ['ISO102']\n"
    found = settings_of(tmp_path, toml, select=["ISO102"])
    assert (found.select, found.ignore) == (("ISO102",), ())
    found = settings_of(tmp_path, toml, select=["ISO1"], ignore=["ISO103"])
    assert (found.select, found.ignore) == (("ISO1",), ("ISO103",))
    # Two options are one source, in whatever order.
    found = settings_of(tmp_path, toml, "ignore=ISO103", "select=ISO1")
    assert (found.select, found.ignore) == (("ISO1",), ("ISO103",))


@pytest.mark.parametrize("selector", ["all", "ALL", "iso102", "ISO1", "Async-ORM-in-db-test", "thread_in_db_test"])
def test_selectors_that_name_a_rule(selector: str, tmp_path: Path) -> None:
    assert settings_of(tmp_path, "", select=[selector]).problems == ()


@pytest.mark.parametrize("selector", ["async-orm", "ISO9", "", "O102"])
def test_selectors_that_name_none(selector: str, tmp_path: Path) -> None:
    # The first letters of a name select nothing, so they are no selector.
    assert "no rule is called" in settings_of(tmp_path, "", select=[selector]).problems[0].message


def test_where_each_setting_was_written(tmp_path: Path) -> None:
    toml = "[tool.isolint]\nexclude = ['a']\n\n[tool.isolint.severity]\nISO102 = 'hint'\nISO301 = 'off'\n"
    found = settings_of(tmp_path, toml, "severity.ISO301=info", fix_form="helper")
    places = {keys: (Path(place.path).name, place.line) for keys, place in found.origins.items()}
    assert places == {
        ("exclude",): ("pyproject.toml", 2),
        ("severity", "ISO102"): ("pyproject.toml", 5),
        ("severity", "ISO301"): ("--config", 0),
        ("fix-form",): ("editor settings", 0),
    }
