"""A client of the protocol for tests: writes frames, reads frames on a thread, and waits for messages, never for time.

Every wait has a limit that only a failing test meets; what was received until then is in the failure.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from lsprotocol.converters import get_converter

from isolint.lsp.engine import EngineFactory
from isolint.lsp.server import Server

LIMIT = 120.0
CONVERTER = get_converter()
FULL: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {"workspaceEdit": {"documentChanges": True}, "applyEdit": True},
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True, "codeDescriptionSupport": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
}


def without(*path: str) -> dict[str, Any]:
    """The full capabilities without one of them."""
    result: dict[str, Any] = json.loads(json.dumps(FULL))
    at = result
    for name in path[:-1]:
        at = at[name]
    del at[path[-1]]
    return result


class Wire:
    """One connection. `messages` holds everything received, in order."""

    def __init__(self, write: Callable[[bytes], object], read: Callable[[int], bytes]) -> None:
        self.messages: list[dict[str, Any]] = []
        self.ended = False
        self._write = write
        self._read = read
        self._arrived = threading.Condition()
        self._next_id = 0
        self._asked: dict[int, str] = {}
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        pending = b""
        while True:
            try:
                piece = self._read(1 << 16)
            except OSError:
                piece = b""
            pending += piece
            while b"\r\n\r\n" in pending:
                head, _, rest = pending.partition(b"\r\n\r\n")
                # Anything else on the stream is an error.
                length = int(head.split(b"\r\n")[0].removeprefix(b"Content-Length: "))
                if len(rest) < length:
                    break
                pending = rest[length:]
                with self._arrived:
                    self.messages.append(json.loads(rest[:length]))
                    self._arrived.notify_all()
            if not piece:
                with self._arrived:
                    self.ended = True
                    self._arrived.notify_all()
                return

    def raw(self, body: bytes) -> None:
        self._write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def send(self, **message: Any) -> None:
        self.raw(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def notify(self, method: str, params: Any = None) -> None:
        self.send(method=method, params=params)

    def ask(self, method: str, params: Any = None) -> int:
        """Send a request and go on; its id."""
        self._next_id += 1
        self._asked[self._next_id] = method
        self.send(id=self._next_id, method=method, params=params)
        return self._next_id

    def wait(self, wanted: Callable[[dict[str, Any]], bool], since: int = 0) -> dict[str, Any]:
        """The first message from index `since` on that is wanted."""
        deadline = time.monotonic() + LIMIT
        with self._arrived:
            while True:
                for message in self.messages[since:]:
                    if wanted(message):
                        return message
                if self.ended or not self._arrived.wait(deadline - time.monotonic()):
                    raise AssertionError(
                        f"not received ({'ended' if self.ended else 'no time left'}): {self.messages[since:]}"
                    )

    def answer(self, msg_id: int | str) -> dict[str, Any]:
        """The whole response to a request."""
        return self.wait(lambda m: m.get("id") == msg_id and "method" not in m)

    def result(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for its result."""
        message = self.answer(self.ask(method, params))
        assert "error" not in message, message
        return message["result"]

    def resolved(self, action: dict[str, Any]) -> dict[str, Any]:
        """The edit of a code action. One that is refused since jedi has not answered yet is asked for again, as a user
        does."""
        deadline = time.monotonic() + LIMIT
        while True:
            message = self.answer(self.ask("codeAction/resolve", action))
            if "error" not in message:
                edit: dict[str, Any] = message["result"]["edit"]
                return edit
            assert "jedi is still asked" in message["error"]["message"], message
            assert time.monotonic() < deadline, message

    def error(self, method: str, params: Any = None) -> int:
        """Send a request and wait for its error's code."""
        code: int = self.answer(self.ask(method, params))["error"]["code"]
        return code

    def published(self, uri: str, version: int | None, since: int = 0) -> list[dict[str, Any]]:
        """The diagnostics published for a version of a document."""
        message = self.wait(
            lambda m: (
                m.get("method") == "textDocument/publishDiagnostics"
                and m["params"]["uri"] == uri
                and m["params"].get("version") == version
            ),
            since,
        )
        diagnostics: list[dict[str, Any]] = message["params"]["diagnostics"]
        return diagnostics

    def publications(self, uri: str | None = None) -> list[dict[str, Any]]:
        """The parameters of all publications so far, of one document or all."""
        found = [m["params"] for m in self.messages if m.get("method") == "textDocument/publishDiagnostics"]
        return [params for params in found if uri in (None, params["uri"])]

    def logged(self) -> list[str]:
        return [m["params"]["message"] for m in self.messages if m.get("method") == "window/logMessage"]

    def check_types(self) -> None:
        """Everything the server said is what the protocol's types say, to the last field."""
        for message in self.messages:
            if "method" not in message and message["id"] is None:
                continue  # an answer to what could not be read, which the types do not provide for
            if "method" in message:
                kind = types.METHOD_TO_TYPES[message["method"]][0]
            elif "error" in message:
                kind = types.ResponseErrorMessage
            else:
                kind = types.METHOD_TO_TYPES[self._asked[message["id"]]][1] if message["id"] in self._asked else None
            if kind is not None:
                understood = json.loads(json.dumps(CONVERTER.unstructure(CONVERTER.structure(message, kind))))
                assert understood == message

    # What every editor does.

    def start(self, *folders: Path, capabilities: Any = FULL, **more: Any) -> Any:
        """initialize, initialized; the result of the first."""
        named = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        result = self.result(
            "initialize",
            {"processId": None, "rootUri": None, "capabilities": capabilities, "workspaceFolders": named, **more},
        )
        self.notify("initialized", {})
        return result

    def open(self, path: Path | str, text: str, version: int = 1, language: str = "python") -> str:
        uri = path if isinstance(path, str) else path.as_uri()
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, version: int, text: str, at: tuple[int, int, int, int] | None = None) -> None:
        """Replace the range (line, character, line, character), or everything."""
        change: dict[str, Any] = {"text": text}
        if at is not None:
            change["range"] = {
                "start": {"line": at[0], "character": at[1]},
                "end": {"line": at[2], "character": at[3]},
            }
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        self.notify("textDocument/didChange", params)

    def hover(self, uri: str, line: int, character: int) -> int:
        return self.ask("textDocument/hover", at(uri, line, character))

    def actions(self, uri: str, line: int, character: int = 0, only: list[str] | None = None) -> list[dict[str, Any]]:
        place = {"line": line, "character": character}
        context: dict[str, Any] = {"diagnostics": []}
        if only is not None:
            context["only"] = only
        params = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": context}
        actions: list[dict[str, Any]] = self.result("textDocument/codeAction", params)
        return actions

    def leave(self) -> None:
        """shutdown, exit."""
        self.result("shutdown")
        self.notify("exit")


def at(uri: str, line: int, character: int) -> dict[str, Any]:
    """The parameters of a request about a position."""
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def apply(text: str, edits: list[dict[str, Any]]) -> str:
    """The text after edits in UTF-16 units, as an editor would apply them."""
    lines = text.splitlines(keepends=True) if "\x0c" not in text else [part + "\n" for part in text.split("\n")]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode("utf-16-le")))
    data = text.encode("utf-16-le")

    def offset(place: dict[str, int]) -> int:
        return starts[place["line"]] + 2 * place["character"]

    for edit in sorted(edits, key=lambda e: offset(e["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        data = data[:start] + edit["newText"].encode("utf-16-le") + data[end:]
    return data.decode("utf-16-le")


class Process(Wire):
    """A server in a process of its own, over standard input and output."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *(arguments or ("-m", "tests.lsp.standin"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self.errors = b""
        self._told = threading.Condition()
        self._draining = threading.Thread(target=self._drain, daemon=True)
        self._draining.start()
        source, sink = self.process.stdout, self.process.stdin
        assert source is not None
        assert sink is not None
        self._sink = sink

        def write(data: bytes) -> None:
            sink.write(data)
            sink.flush()

        super().__init__(write, lambda size: os.read(source.fileno(), size))

    def _drain(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._told:
                self.errors += line
                self._told.notify_all()

    def wait_error(self, pattern: bytes) -> re.Match[bytes]:
        """Wait until something was written to standard error."""
        with self._told:
            assert self._told.wait_for(lambda: re.search(pattern, self.errors), LIMIT), self.errors
            found = re.search(pattern, self.errors)
        assert found is not None
        return found

    def hang_up(self) -> None:
        """Close the server's input."""
        self._sink.close()

    def code(self) -> int:
        """The exit code, once the process ended."""
        return self.process.wait(LIMIT)

    def kill(self) -> None:
        """Make sure that nothing of it is left, whatever the test did."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(LIMIT)
        self._thread.join(LIMIT)
        self._draining.join(LIMIT)
        with contextlib.suppress(OSError):
            self._sink.close()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


class Inside(Wire):
    """A server in this process, with its own threads, over two pipes: its insides can be looked at."""

    def __init__(self, make_engine: EngineFactory) -> None:
        server_in, self._to_server = os.pipe()
        from_server, server_out = os.pipe()
        self.server = Server(make_engine)
        self.exit_code: int | None = None

        def serve() -> None:
            self.exit_code = self.server.serve(
                lambda size: os.read(server_in, size), lambda data: _write_all(server_out, data)
            )
            os.close(server_out)
            os.close(server_in)

        self._serving = threading.Thread(target=serve, daemon=True)
        self._serving.start()
        super().__init__(lambda data: _write_all(self._to_server, data), lambda size: os.read(from_server, size))
        self._from_server = from_server

    def end(self) -> None:
        """Hang up and wait until the server has ended."""
        os.close(self._to_server)
        self._serving.join(LIMIT)
        assert not self._serving.is_alive()
        self._thread.join(LIMIT)
        os.close(self._from_server)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
