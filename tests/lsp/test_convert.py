from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isolint.check.report import Location, RelatedPlace
from isolint.lsp.convert import elided
from tests.lsp.wire import FULL, Inside

HERE = Location("/a.py", 0, 1, 1, 1, 1, 2)


def _places(roles: str) -> list[RelatedPlace]:
    names = {"c": "chain", "m": "mode", "r": "runner"}
    return [RelatedPlace(HERE, f"{role}{n}", names[role]) for n, role in enumerate(roles)]


@pytest.mark.parametrize(
    "roles, expected",
    [
        ("", []),
        ("mrcccccc", ["m0", "r1", "c2", "c3", "c4", "c5", "c6", "c7"]),
        ("mrccccccc", ["m0", "r1", "c2", "c3", "c4", "(2 calls in between)", "c7", "c8"]),
        ("cccccccccccc", ["c0", "c1", "c2", "c3", "(5 calls in between)", "c9", "c10", "c11"]),
        ("cccccccccm", ["c0", "c1", "c2", "(3 calls in between)", "c6", "c7", "c8", "m9"]),
        ("mmmmmmmmmm", ["m0", "m1", "m2", "m3", "(3 requests in between)", "m7", "m8", "m9"]),
        ("mmmmmmrccccc", ["m0", "m1", "(3 requests in between)", "m5", "r6", "c7", "(3 calls in between)", "c11"]),
        ("mmmmmmrc", ["m0", "m1", "m2", "m3", "m4", "m5", "r6", "c7"]),
    ],
)
def test_a_long_chain_loses_its_middle(roles: str, expected: list[str]) -> None:
    assert [place.message for place in elided(_places(roles))] == expected


def test_related_places_are_capped_and_reach_into_other_files(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("'😀' # word: far\n", encoding="utf-8")
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-long leak-far\n")
    long, far = inside.published(uri, 1)
    assert len(long["relatedInformation"]) == 8
    other = far["relatedInformation"][1]
    assert other["message"] == "told here"
    assert other["location"] == {
        "uri": (tmp_path / "conftest.py").as_uri(),
        "range": {"start": {"line": 0, "character": 7}, "end": {"line": 0, "character": 11}},
    }


def test_a_related_place_in_another_file_follows_that_file(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("# word: far\n")
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-far\n")
    inside.published(uri, 1)
    before = len(inside.messages)
    (tmp_path / "conftest.py").write_text("'😀'\n'é' # word: new\n", encoding="utf-8")
    event = {"uri": (tmp_path / "conftest.py").as_uri(), "type": 2}
    inside.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    (found,) = inside.published(uri, 1, before)
    assert found["relatedInformation"][1]["location"]["range"]["start"] == {"line": 1, "character": 6}


def test_a_related_place_in_a_file_in_another_encoding(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_bytes("# coding: latin-1\n'é' # word: far\n".encode("latin-1"))
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", "leak-far\n")
    assert len(inside.published(uri, 1)) == 1


@pytest.mark.parametrize("how, severity", [("", 1), ("-warn", 2), ("-info", 3), ("-hint", 4)])
def test_what_a_diagnostic_says(inside: Inside, tmp_path: Path, how: str, severity: int) -> None:
    inside.start(tmp_path)
    uri = inside.open(tmp_path / "test_a.py", f"leak{how}\n")
    (found,) = inside.published(uri, 1)
    assert found["severity"] == severity
    assert found["source"] == "isolint"
    assert found["code"] == "sync-to-async-in-db-test"
    assert found["codeDescription"] == {"href": "https://example.invalid/sync-to-async-in-db-test"}
    assert found["data"]["key"] == "leak:0"
    assert found["data"]["code"] == "ISO101"
    assert found["data"]["fix"]["title"] == "Plug leak 0"


@pytest.mark.parametrize("missing", ["relatedInformation", "codeDescriptionSupport"])
def test_what_the_client_does_not_know_is_left_out(inside: Inside, tmp_path: Path, missing: str) -> None:
    capabilities: Any = json.loads(json.dumps(FULL))
    del capabilities["textDocument"]["publishDiagnostics"][missing]
    inside.start(tmp_path, capabilities=capabilities)
    uri = inside.open(tmp_path / "test_a.py", "leak\n")
    (found,) = inside.published(uri, 1)
    assert ("relatedInformation" in found) == (missing != "relatedInformation")
    assert ("codeDescription" in found) == (missing != "codeDescriptionSupport")
