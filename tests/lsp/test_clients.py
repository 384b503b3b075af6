"""The server with the capabilities that real editors sent, as pytest-lsp captured them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_lsp import client_capabilities

from tests.lsp.wire import CONVERTER, Inside


@pytest.mark.parametrize("editor", ["visual-studio-code", "neovim", "emacs"])
def test_what_an_editor_gets(inside: Inside, tmp_path: Path, editor: str) -> None:
    captured = client_capabilities(editor)
    capabilities = json.loads(json.dumps(CONVERTER.unstructure(getattr(captured, "capabilities", captured))))
    inside.start(tmp_path, capabilities=capabilities)
    if capabilities["workspace"].get("configuration"):
        question = inside.wait(lambda m: m.get("method") == "workspace/configuration")
        inside.send(id=question["id"], result=[None, None])
    uri = inside.open(tmp_path / "test_a.py", "def test_one():\n    leak()\n")
    (found,) = inside.published(uri, 1)
    assert found["range"]["start"] == {"line": 1, "character": 4}
    action = inside.actions(uri, 1, 5)[0]
    if "edit" not in action:
        action = inside.result("codeAction/resolve", action)
    assert "safe" in json.dumps(action["edit"])
    assert inside.answer(inside.hover(uri, 1, 5))["result"]["contents"]["value"] == "**leak**"
