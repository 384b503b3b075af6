"""The output formats for CI servers, each held against what its readers ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from isolint.rules import registry
from tests.cli.conftest import Run

TEXT = """\
def make_order():
    pass


async def test_ship():
    order = await LEAK(make_order)()


async def test_wait():
    order = await LEAK(make_order)()  # warning


def test_fine():
    pass


def test_lost():
    helper()  # undecided


def test_plain():
    pass  # plain


async def test_noted():
    await LEAK  # info
"""


@pytest.fixture
def tests(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY", "BITBUCKET_CLONE_DIR"):
        monkeypatch.delenv(name, raising=False)
    (project / "test_a.py").write_text(TEXT)
    return project


# --- github ----------------------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def commands(out: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as a runner of GitHub Actions reads them."""

    def plain(text: str) -> str:
        for code, character in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
            text = text.replace(code, character)
        return text

    found = []
    for line in out.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        found.append((match[1], {name: plain(value) for name, value in properties.items()}, plain(match[3])))
    return found


def test_github(run: Run, tests: Path) -> None:
    result = run("check", "--output-format", "github")
    assert result.code == 1
    (level, properties, message), (other, _, _) = commands(result.out)
    assert (level, other) == ("error", "warning")
    assert properties == {
        "title": "sync-to-async-in-db-test (ISO101)",
        "file": "test_a.py",
        "line": "6",
        "endLine": "6",
        "col": "13",
        "endColumn": "35",
    }
    assert message.splitlines() == [
        "make_order writes Order on another connection: the row outlives test_ship",
        "chain: make_order (test_a.py:1) > Order.objects.create (test_a.py:6)",
        "fix: Convert test_ship to a sync test: isolint check --fix",
    ]
    # How many tests there are is read in the log.
    assert "5 rollback tests: 3 leak, 1 safe, 1 undecided" in result.err


def test_github_shows_infos_when_asked(run: Run, tests: Path) -> None:
    levels = [level for level, _, _ in commands(run("check", "--output-format", "github", "--show-info").out)]
    assert levels == ["error", "warning", "notice"]


def test_github_names_each_cause_before_it_repeats_one(run: Run, project: Path) -> None:
    body = "".join(f"async def test_{n}():\n    await LEAK(one)()\n" for n in range(3))
    text = f"def one():\n    pass\ndef two():\n    pass\n{body}async def test_b():\n    await LEAK(two)()\n"
    (project / "test_a.py").write_text(text)
    lines = [properties["line"] for _, properties, _ in commands(run("check", "--output-format", "github").out)]
    assert lines == ["6", "12", "8", "10"]


def test_github_reads_odd_file_names(run: Run, project: Path) -> None:
    (project / "test_a,b:c%.py").write_text("async def test_x():\n    await LEAK\n")
    ((_, properties, _),) = commands(run("check", "--output-format", "github").out)
    assert properties["file"] == "test_a,b:c%.py"


@pytest.mark.parametrize("server, name", [("GITHUB_WORKSPACE", "github"), ("CI_PROJECT_DIR", "gitlab")])
def test_paths_are_those_of_the_checkout(
    server: str, name: str, run: Run, tests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(server, str(tests.parent))
    assert f"{tests.name}/test_a.py" in run("check", "--output-format", name).out
    monkeypatch.setenv(server, "/somewhere/else")
    assert tests.name not in run("check", "--output-format", name).out


# --- gitlab ----------------------------------------------------------------------------------------------------------


def test_gitlab(run: Run, tests: Path) -> None:
    result = run("check", "--output-format", "gitlab")
    first, second = json.loads(result.out)
    assert result.code == 1
    assert first["check_name"] == "sync-to-async-in-db-test"
    assert first["description"].startswith("ISO101 make_order writes Order")
    assert (first["severity"], second["severity"]) == ("major", "minor")
    assert first["location"]["path"] == "test_a.py"
    assert first["location"]["lines"] == {"begin": 6, "end": 6}
    assert re.fullmatch(r"[0-9a-f]{32}", first["fingerprint"])
    assert first["fingerprint"] != second["fingerprint"]


def test_fingerprints_stay_when_lines_move_and_tell_twins_apart(run: Run, project: Path) -> None:
    text = "async def test_a():\n    await LEAK\n    await LEAK\n"
    (project / "test_a.py").write_text(text)
    before = [issue["fingerprint"] for issue in json.loads(run("check", "--output-format", "gitlab").out)]
    assert len(set(before)) == 2
    (project / "test_a.py").write_text(f"import os\n\n\n{text}")
    after = [issue["fingerprint"] for issue in json.loads(run("check", "--output-format", "gitlab").out)]
    assert after == before


# --- sarif -----------------------------------------------------------------------------------------------------------

ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    # What an object of the standard must have, and what else ours may have (the standard allows no other names).
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"results", "columnKind"}),
    "driver": ({"name"}, {"version", "informationUri", "rules"}),
    "rule": (
        {"id"},
        {"name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration", "properties"},
    ),
    "result": (
        {"message"},
        {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints", "relatedLocations", "codeFlows"}
        | {"properties"},
    ),
    "location": (set(), {"id", "physicalLocation", "logicalLocations", "message"}),
    "physical": (set(), {"artifactLocation", "region"}),
    "artifact": (set(), {"uri", "uriBaseId"}),
    "region": ({"startLine"}, {"startColumn", "endLine", "endColumn"}),
    "message": ({"text"}, {"markdown"}),
}


def is_a(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    required, optional = ALLOWED[kind]
    assert required <= value.keys() <= required | optional, (kind, value)
    return value


def located(value: dict[str, Any]) -> None:
    is_a("location", value)
    physical = is_a("physical", value["physicalLocation"])
    uri = is_a("artifact", physical["artifactLocation"])["uri"]
    assert re.fullmatch(r"(file://)?[A-Za-z0-9/._~%-]+", uri)
    region = is_a("region", physical["region"])
    assert all(isinstance(number, int) and number >= 1 for number in region.values())
    if "message" in value:
        is_a("message", value["message"])
    for logical in value.get("logicalLocations", ()):
        assert logical.keys() == {"fullyQualifiedName", "kind"}


def results(text: str) -> Iterator[dict[str, Any]]:
    """The results of a log, which is looked through on the way."""
    log = is_a("log", json.loads(text))
    assert log["version"] == "2.1.0"
    (one,) = log["runs"]
    is_a("run", one)
    rules = is_a("driver", one["tool"]["driver"])["rules"]
    for rule in rules:
        is_a("rule", rule)
        for name in ("shortDescription", "fullDescription", "help"):
            is_a("message", rule[name])
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    assert one["columnKind"] == "unicodeCodePoints"
    for result in one["results"]:
        is_a("result", result)
        is_a("message", result["message"])
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        flows = [
            step["location"] for flow in result.get("codeFlows", ()) for step in flow["threadFlows"][0]["locations"]
        ]
        for location in (*result["locations"], *result.get("relatedLocations", ()), *flows):
            located(location)
        yield result


def test_sarif(run: Run, tests: Path) -> None:
    done = run("check", "--output-format", "sarif", "--show-info")
    assert done.code == 1
    first, *others = results(done.out)
    assert [first["level"], *(one["level"] for one in others)] == ["error", "warning", "note"]
    (location,) = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "test_a.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "startColumn": 13, "endLine": 6, "endColumn": 35},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "test_a.py::test_ship", "kind": "function"}]
    (flow,) = first["codeFlows"]
    assert len(flow["threadFlows"][0]["locations"]) == 3
    assert first["properties"]["confidence"] == "certain"


def test_sarif_knows_all_rules(run: Run, tests: Path) -> None:
    rules = json.loads(run("check", "--output-format", "sarif").out)["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in registry.rules()]


def test_sarif_encodes_paths(run: Run, project: Path) -> None:
    (project / "test_a ü%.py").write_text("async def test_x():\n    await LEAK\n", encoding="utf-8")
    (result,) = results(run("check", "--output-format", "sarif").out)
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "test_a%20%C3%BC%25.py"


def test_sarif_without_findings(run: Run, project: Path) -> None:
    assert list(results(run("check", "--output-format", "sarif").out)) == []


SCHEMA = Path(__file__).parent / "sarif/node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json"
"""As the standard's committee publishes it; `scripts/test` installs the package that brings it."""


@pytest.mark.skipif(not SCHEMA.exists(), reason="the schema of SARIF is not installed: run scripts/test")
@pytest.mark.parametrize("arguments", [[], ["--show-info"], ["--select", "ISO301"]])
def test_sarif_by_the_published_schema(run: Run, tests: Path, arguments: list[str]) -> None:
    checker = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8-sig")))
    log = json.loads(run("check", "--output-format", "sarif", *arguments).out)
    assert log["runs"][0]["tool"]["driver"]["name"] == "isolint"
    assert [error.message for error in checker.iter_errors(log)] == []
    assert list(checker.iter_errors({**log, "runs": [{"tool": {}}]})), "the schema refuses what is wrong"


# --- junit -----------------------------------------------------------------------------------------------------------

# The elements and attributes of the schema that Jenkins publishes, as far as they are ours: what each must have, may
# have, and what may be in it, in this order.
JUNIT: dict[str, tuple[set[str], set[str], tuple[str, ...]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, ("testsuite",)),
    "testsuite": ({"name", "tests"}, {"failures", "errors", "skipped", "time"}, ("testcase",)),
    "testcase": ({"name", "classname"}, {"time"}, ("skipped", "error", "failure", "system-out")),
    "failure": (set(), {"type", "message"}, ()),
    "skipped": (set(), {"message"}, ()),
    "system-out": (set(), set(), ()),
}


def junit(text: str) -> ET.Element:
    """A document that is looked through: its shape, and that its numbers are those of its cases."""
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        required, optional, inside = JUNIT[element.tag]
        assert required <= set(element.keys()) <= required | optional, element.tag
        order = [inside.index(child.tag) for child in element]
        assert order == sorted(order)
    for suite in (root, *root):
        assert int(suite.get("tests", "")) == len(list(suite.iter("testcase")))
        assert int(suite.get("failures", "")) == len(list(suite.iter("failure")))
    return root


def test_junit(run: Run, tests: Path) -> None:
    done = run("check", "--output-format", "junit")
    assert done.code == 1
    (suite,) = junit(done.out)
    assert suite.attrib == {
        "name": "test_a.py",
        "tests": "5",
        "failures": "2",
        "errors": "0",
        "skipped": "1",
        "time": "0",
    }
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    # A test that does not rely on a rollback is not judged, and is no case.
    assert cases == {
        "test_ship": ["failure"],
        "test_wait": ["failure"],
        "test_fine": [],
        "test_lost": ["skipped"],
        "test_noted": [],
    }
    failure = suite[0][0]
    assert failure.get("type") == "sync-to-async-in-db-test"
    assert (failure.text or "").startswith("test_a.py:6:13 sync-to-async-in-db-test (ISO101)\nmake_order writes")
    assert suite[3][0].get("message") == "nobody can say what helper() is"


def test_junit_tells_infos_when_asked(run: Run, tests: Path) -> None:
    (suite,) = junit(run("check", "--output-format", "junit", "--show-info").out)
    assert [child.tag for child in suite[4]] == ["system-out"]


def test_junit_without_tests(run: Run, project: Path) -> None:
    assert len(junit(run("check", "--output-format", "junit").out)) == 0


def test_junit_says_what_xml_cannot(run: Run, project: Path) -> None:
    (project / "test_<&\"'\x01.py").write_text("async def test_x():\n    await LEAK\n")
    (suite,) = junit(run("check", "--output-format", "junit").out)
    assert suite.get("name") == "test_<&\"'\N{REPLACEMENT CHARACTER}.py"


# --- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["text", "json", "github", "gitlab", "sarif", "junit"])
def test_output_file(name: str, run: Run, tests: Path) -> None:
    arguments = ("check", "--output-format", name)
    out = run(*arguments).out
    result = run(*arguments, "-o", "report.out")
    assert (result.code, result.out) == (1, "")
    assert (tests / "report.out").read_text() == out
    # Whoever reads the log learns how it went all the same.
    assert "5 rollback tests: 3 leak" in result.err
    assert run(*arguments, "-o", "report.out", "-q").err == ""


def test_an_output_file_has_no_colours(run: Run, tests: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check").out
    run("check", "--output-file", "report.txt")
    assert "\x1b" not in (tests / "report.txt").read_text()


def test_an_output_file_that_cannot_be_written(run: Run, tests: Path) -> None:
    result = run("check", "-o", "nowhere/report.txt")
    assert (result.code, result.out) == (2, "")
    assert result.err == "isolint: nowhere/report.txt: cannot be written: No such file or directory\n"


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["--diff", "-o", "x"], "--diff writes a patch and no findings: no --output-file, no --statistics"),
        (["--diff", "--statistics"], "--diff writes a patch and no findings: no --output-file, no --statistics"),
        (
            ["--statistics", "--output-format", "sarif"],
            "--statistics can be written as text or json, not as sarif",
        ),
    ],
)
def test_contradictions(arguments: list[str], complaint: str, run: Run, tests: Path) -> None:
    result = run("check", *arguments)
    assert (result.code, result.out, result.err) == (2, "", f"isolint: {complaint}\n")


# --- statistics ------------------------------------------------------------------------------------------------------


def test_statistics(run: Run, tests: Path) -> None:
    result = run("check", "--statistics")
    assert result.code == 1
    assert result.out == (
        "1  error    ISO101  sync-to-async-in-db-test  1 fixable\n"
        "1  warning  ISO101  sync-to-async-in-db-test  1 fixable\n"
        "\n"
        "tests  through\n"
        "    2  make_order, test_a.py:1\n"
    )


def test_statistics_as_json(run: Run, tests: Path) -> None:
    found = json.loads(run("check", "--statistics", "--output-format", "json", "--show-info").out)
    assert [(one["code"], one["severity"], one["findings"]) for one in found["rules"]] == [
        ("ISO101", "error", 1),
        ("ISO101", "info", 1),
        ("ISO101", "warning", 1),
    ]
    assert found["causes"][0] == {"name": "make_order", "path": "test_a.py", "line": 1, "findings": 2, "tests": 2}


def test_statistics_of_nothing(run: Run, project: Path) -> None:
    (project / "test_a.py").write_text("def test_a():\n    pass\n")
    assert run("check", "--statistics").out == ""
