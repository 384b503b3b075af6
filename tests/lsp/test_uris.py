from __future__ import annotations

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolint.lsp.uris import to_path, to_uri

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX paths")

NAMES = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_path_survives_the_way_there_and_back(names: list[str]) -> None:
    path = "/" + "/".join(names)
    assert to_path(to_uri(path)) == path


def test_a_path_that_is_not_utf8_survives() -> None:
    path = os.fsdecode(b"/tmp/caf\xe9.py")
    assert to_path(to_uri(path)) == path


@pytest.mark.parametrize(
    "uri, path",
    [
        ("file:///a/b.py", "/a/b.py"),
        ("file:///a/b%20c%23d%3Fe.py", "/a/b c#d?e.py"),
        ("file:///a/b;v=1.py", "/a/b;v=1.py"),
        ("file:///a/x/../b.py", "/a/b.py"),
        ("FILE:///a/b.py", "/a/b.py"),
        ("file://localhost/a/b.py", "/a/b.py"),
    ],
)
def test_spellings_of_a_path(uri: str, path: str) -> None:
    assert to_path(uri) == path


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:Untitled-1",
        "vscode-notebook-cell:/a/n.ipynb#W0",
        "git:/a/b.py?x",
        "file:",
        "",
        "http://[",
        "file:///a%00b",
    ],
)
def test_what_has_no_path(uri: str) -> None:
    assert to_path(uri) is None
