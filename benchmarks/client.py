"""A client of the language server protocol that does one thing at a time: writes a message, reads until the answer.

No threads and no event loop, so that what is measured is the server. Times are seconds of the monotonic clock.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

LIMIT = 120.0
Json = dict[str, Any]


class Client:
    """One server process over its standard input and output."""

    def __init__(self, command: Sequence[str], cwd: Path, environ: Mapping[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._pending = bytearray()
        self._next = 0
        self.versions: dict[str, int] = {}
        self.arrived = self.started
        """When the last message was there as a whole, not yet decoded."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._stdin, self._stdout = self.process.stdin.fileno(), self.process.stdout.fileno()

    # --- messages ------------------------------------------------------------------------------------------------

    def send(self, message: Json) -> None:
        """Write one message."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        data = memoryview(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        while data:
            data = data[os.write(self._stdin, data) :]

    def read(self, limit: float = LIMIT) -> Json:
        """The next message. TimeoutError after `limit` seconds, EOFError when the server is gone."""
        deadline = time.perf_counter() + limit
        while (body := self._frame()) is None:
            left = deadline - time.perf_counter()
            if left <= 0 or not select.select([self._stdout], [], [], left)[0]:
                raise TimeoutError(f"{self.process.args!r}: no message in {limit} s")
            piece = os.read(self._stdout, 1 << 20)
            if not piece:
                raise EOFError(f"{self.process.args!r} ended")
            self._pending += piece
        self.arrived = time.perf_counter()
        message: Json = msgspec.json.decode(body)
        if "id" in message and "method" in message:  # a request of the server: nothing is refused
            self.send({"id": message["id"], "result": None})
        return message

    def _frame(self) -> bytes | None:
        end = self._pending.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._pending[:end]).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self._pending) < end + 4 + length:
            return None
        body = bytes(self._pending[end + 4 : end + 4 + length])
        del self._pending[: end + 4 + length]
        return body

    def until(self, wanted: Callable[[Json], bool], limit: float = LIMIT) -> Json:
        """Read until a message fits."""
        while True:
            message = self.read(limit)
            if wanted(message):
                return message

    def request(self, method: str, params: object) -> Json:
        """Ask, and wait for the answer."""
        self._next += 1
        number = self._next
        self.send({"id": number, "method": method, "params": params})
        return self.until(lambda m: m.get("id") == number and "method" not in m)

    def notify(self, method: str, params: object) -> None:
        """Tell the server something."""
        self.send({"method": method, "params": params})

    # --- a session -----------------------------------------------------------------------------------------------

    def initialize(self, root: Path, options: object = None) -> Json:
        """Greet the server: related places, links and versions are understood, settings and file watching are not."""
        published = {"relatedInformation": True, "versionSupport": True, "codeDescriptionSupport": True}
        answer = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": root.as_uri(),
                "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
                "capabilities": {
                    "general": {"positionEncodings": ["utf-16"]},
                    "textDocument": {"publishDiagnostics": published, "diagnostic": {"dynamicRegistration": False}},
                },
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        return answer

    def open(self, path: Path, text: str) -> None:
        """Open a document."""
        self.versions[path.as_uri()] = 1
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, start: tuple[int, int], end: tuple[int, int], text: str) -> int:
        """Replace a range, (line, character) from 0; the new version."""
        uri = path.as_uri()
        self.versions[uri] += 1
        span = {
            "start": {"line": start[0], "character": start[1]},
            "end": {"line": end[0], "character": end[1]},
        }
        document = {"uri": uri, "version": self.versions[uri]}
        self.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [{"range": span, "text": text}]}
        )
        return self.versions[uri]

    def published(self, path: Path, version: int | None, limit: float = LIMIT) -> list[Json]:
        """Wait for the diagnostics of a version (None: of any)."""
        uri = path.as_uri()
        message = self.until(
            lambda m: (
                m.get("method") == "textDocument/publishDiagnostics"
                and m["params"]["uri"] == uri
                and (version is None or m["params"].get("version") == version)
            ),
            limit,
        )
        return list(message["params"]["diagnostics"])

    def pulled(self, path: Path) -> Json:
        """Ask for the diagnostics."""
        return self.request("textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}})

    def settle(self, path: Path, quiet: float = 3.0) -> list[Json]:
        """The diagnostics once no message has come for `quiet` seconds: late answers about packages are in them."""
        found = self.published(path, None)
        while True:
            try:
                message = self.read(quiet)
            except TimeoutError:
                return found
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == path.as_uri():
                found = list(message["params"]["diagnostics"])

    def close(self) -> None:
        """End the server as the protocol wants it, or kill it."""
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self.process.wait(10)
        except (OSError, EOFError, TimeoutError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
