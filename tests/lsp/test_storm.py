"""Anything in any order: every request is answered once, and what is shown at the end is what is true of the text."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.wire import Inside, at

ALLOWED = {-32800, -32801, -32803, -32602}  # cancelled, content modified, request failed, invalid parameters

KINDS = ["edit"] * 6 + ["hover", "actions", "actions", "cancel", "resolve", "close", "disk", "save"]
LINES = ["    leak()\n", "    pass 😀\n", "def test_x():\n", "    leak-unsafe\n", "# word: w\n", ""]


@pytest.mark.parametrize("seed", range(6))
def test_a_storm(inside: Inside, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    inside.start(tmp_path)
    paths = [tmp_path / name for name in ("conftest.py", "test_a.py", "test_b.py", "test_c.py")]
    texts: dict[str, list[str]] = {}
    versions: dict[str, int] = {}
    requests: list[int] = []
    for _ in range(400):
        path = chance.choice(paths)
        uri = path.as_uri()
        kind = chance.choice(
            ["edit"] * 6 + ["hover", "actions", "actions", "cancel", "resolve", "close", "disk", "save"]
        )
        if uri not in texts:
            texts[uri] = [f"def test_{n}():\n" if n % 3 == 0 else "    pass 😀\n" for n in range(9)]
            versions[uri] = 1
            inside.open(path, "".join(texts[uri]))
        elif kind == "edit":
            line = chance.randrange(len(texts[uri]))
            new = chance.choice(LINES)
            versions[uri] += 1
            if len(texts[uri]) > 1:
                texts[uri][line : line + 1] = [new] if new else []
                inside.change(uri, versions[uri], new, (line, 0, line + 1, 0))
            else:
                texts[uri] = ["    leak()\n"] * 5
                inside.change(uri, versions[uri], "".join(texts[uri]))
        elif kind == "hover":
            requests.append(inside.ask("textDocument/hover", at(uri, chance.randrange(12), chance.randrange(12))))
        elif kind == "actions":
            start, end = sorted([chance.randrange(12), chance.randrange(12)])
            span = {"start": {"line": start, "character": 0}, "end": {"line": end, "character": 5}}
            params = {"textDocument": {"uri": uri}, "range": span, "context": {"diagnostics": []}}
            requests.append(inside.ask("textDocument/codeAction", params))
        elif kind == "cancel" and requests:
            inside.notify("$/cancelRequest", {"id": chance.choice(requests[-3:])})
        elif kind == "resolve":
            data: Any = {"uri": uri, "key": f"leak:{chance.randrange(3)}"}
            requests.append(inside.ask("codeAction/resolve", {"title": "x", "data": data}))
        elif kind == "close":
            inside.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            del texts[uri], versions[uri]
        elif kind == "disk":
            paths[0].write_text(f"# word: w{chance.randrange(9)}\n")
            event = {"uri": paths[0].as_uri(), "type": 2}
            inside.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
        elif kind == "save":
            inside.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    for request in requests:
        answer = inside.answer(request)
        assert "result" in answer or answer["error"]["code"] in ALLOWED, answer
    idle = threading.Event()
    while not idle.wait(0.001):
        inside.server.mailbox.put_chore(lambda analysis: idle.set() if not analysis._has_work() else None)
    inside.result("workspace/executeCommand", {"command": "isolint.showStatus"})
    answered = [message["id"] for message in inside.messages if "id" in message and "method" not in message]
    assert sorted(answered) == sorted(set(answered))
    assert inside.server.protocol._request_futures == {}
    for path in paths:
        uri = path.as_uri()
        shown = inside.publications(uri)
        if uri in texts:
            assert shown[-1]["version"] == versions[uri]
            assert len(shown[-1]["diagnostics"]) == "".join(texts[uri]).count("leak")
            buffer = inside.server.documents.get(uri)
            assert buffer is not None
            assert buffer.text.decode() == "".join(texts[uri])
        elif shown:
            assert shown[-1]["diagnostics"] == []
    assert inside.logged() == []
