"""From `didChange` sent to the diagnostics of that version received: isolint, bare pygls and ruff's server by turns.

Every edit is made and taken back; both are measured. The servers take turns edit by edit, so that whatever else the
machine does hits all of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client, Json
from benchmarks.generate import Generated

KINDS = ("mid-line", "block end", "broken", "comment", "outline")


@dataclass(frozen=True, slots=True)
class Stroke:
    """One edit, at (line, character), and how it is taken back: `text` is inserted, then removed."""

    kind: str
    line: int
    character: int
    text: str

    @property
    def end(self) -> tuple[int, int]:
        """The end of the inserted text."""
        lines = self.text.split("\n")
        return (self.line + len(lines) - 1, len(lines[-1]) + (self.character if len(lines) == 1 else 0))


@dataclass(slots=True)
class Measured:
    """Seconds by server and kind of edit."""

    lines: int
    findings: int
    times: dict[str, dict[str, list[float]]]


def strokes(text: str, parts: Sequence[float] = (0.1, 0.5, 0.9)) -> list[Stroke]:
    """The edits at these parts of a generated file."""
    lines = text.split("\n")
    found = []
    for part in parts:
        start = int(len(lines) * part)

        def next_line(sign: str, start: int = start) -> int:
            near = [n for n in range(start, len(lines)) if sign in lines[n]]
            return near[0] if near else max(n for n in range(len(lines)) if sign in lines[n])

        inside = next_line("sync_to_async(make_order)")
        found.append(
            Stroke("mid-line", inside, lines[inside].index("order {") if "order {" in lines[inside] else 20, "x")
        )
        inside = next_line("other = make_order(")
        found.append(Stroke("mid-line", inside, lines[inside].index("make_order(") + 12, "ab"))
        end = next_line('assert found.archived, "archive() sets the flag"')
        found.append(Stroke("block end", end, len(lines[end]), "\n    other.save()"))
        end = next_line('assert label.startswith("order")')
        found.append(Stroke("block end", end, len(lines[end]), "\n"))
        inside = next_line("found = Order.objects.filter(")
        found.append(Stroke("broken", inside, len(lines[inside]), "("))
        found.append(Stroke("broken", inside, lines[inside].index("Order"), '"'))
        inside = next_line("# the helper is called")
        found.append(Stroke("comment", inside, 10, "z"))
        header = next_line("@pytest.mark.asyncio")
        found.append(Stroke("outline", header, len(lines[header]), "x"))
    found.append(Stroke("outline", 2, len(lines[2]), "x"))
    found.append(Stroke("outline", next(n for n, line in enumerate(lines) if "pytestmark" in line), 11, " "))
    return found


def measure(
    generated: Generated, size: int, rounds: int, ruff: str | None, environ: Mapping[str, str], isolint: Sequence[str]
) -> Measured:
    """The times of all servers on the generated file of `size` lines."""
    path = generated.files[size]
    text = path.read_text("utf-8")
    ours = Client([*isolint, "server"], generated.root, environ)
    ours.initialize(generated.root)
    ours.open(path, text)
    listed = ours.settle(path)
    servers: dict[str, Client] = {"isolint": ours}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "diagnostics.json"
        table.write_text(json.dumps(listed), "utf-8")
        servers["bare pygls"] = Client([sys.executable, "-m", "benchmarks.bare_server", str(table)], Path.cwd())
        if ruff:
            servers["ruff"] = Client([ruff, "server"], generated.root)
        try:
            for name, client in servers.items():
                if name != "isolint":
                    client.initialize(generated.root)
                    client.open(path, text)
                    _answer(client, path, 1)
            times: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in KINDS} for name in servers}
            for turn in range(rounds + 1):
                for stroke in strokes(text):
                    for start, end, new in _there_and_back(stroke):
                        for name, client in servers.items():
                            begun = time.perf_counter()
                            version = client.change(path, start, end, new)
                            _answer(client, path, version)
                            if turn:  # the first turn warms up
                                times[name][stroke.kind].append(client.arrived - begun)
        finally:
            for client in servers.values():
                client.close()
    return Measured(text.count("\n"), len(listed), times)


AROUND = ("quiet", "hints and lenses", "references asked", "fixture edited", "fixture added", "jedi at work")
"""What else happens when a key is struck: nothing; inlay hints and code lenses of the whole file are asked for right
behind it; the whole project is asked about; the body of a fixture in the conftest of the file is another since a moment
ago; all tests of the file have one fixture more; jedi is asked about packages that nobody has named before."""

_AUTOUSE = "\n\n@pytest.fixture(autouse=True)\ndef more():\n    pass\n"
# Modules that take jedi some time each.
_HEAVY = ("decimal", "asyncio", "typing", "unittest", "logging", "email", "http", "xml", "json", "sqlite3", "ctypes")


def measure_disturbed(
    generated: Generated, size: int, rounds: int, environ: Mapping[str, str], isolint: Sequence[str]
) -> dict[str, list[float]]:
    """The times of edits in bodies, by what else happens; by turns in one server."""
    path = generated.files[size]
    text = path.read_text("utf-8")
    conftest = path.with_name("conftest.py")
    other = path.with_name("test_other.py")
    known = conftest.read_text("utf-8")
    at = (known.count("\n"), 0)
    added = (at[0] + _AUTOUSE.count("\n"), 0)
    inside, behind = (at[0] - 1, 11), (at[0] - 1, 12)  # in a word that the last fixture returns
    times: dict[str, list[float]] = {name: [] for name in AROUND}
    edits = [stroke for stroke in strokes(text) if stroke.kind in ("mid-line", "block end")]
    line = next(n for n, each in enumerate(text.split("\n")) if "def test_" in each and "make_order" not in each)
    with tempfile.TemporaryDirectory() as cache:
        client = Client([*isolint, "server"], generated.root, {**environ, "XDG_CACHE_HOME": cache})
        try:
            client.initialize(generated.root)
            client.open(conftest, known)
            client.open(other, "")
            client.open(path, text)
            client.settle(path)
            for turn in range(rounds + 1):
                for number, stroke in enumerate(edits):
                    for name in AROUND:
                        for back, (start, end, new) in enumerate(_there_and_back(stroke)):
                            fixture = (conftest, (at, added) if name == "fixture added" else (inside, behind))
                            _disturb(client, name, fixture, (other, turn * 100 + number), (path, line), back)
                            begun = time.perf_counter()
                            version = client.change(path, start, end, new)
                            asked = _decorate(client, path, version) if name == "hints and lenses" else ()
                            _answer(client, path, version)
                            if turn:
                                times[name].append(client.arrived - begun)
                            for each in asked:  # they come behind the diagnostics, in this order
                                client.until(lambda message, each=each: message.get("id") == each)
        finally:
            client.close()
    return times


def _decorate(client: Client, path: Path, version: int) -> tuple[str, ...]:
    """Ask for what an editor shows in the text of a file; the ids."""
    document = {"uri": path.as_uri()}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 1_000_000, "character": 0}}
    hints, lenses = f"hints {version}", f"lenses {version}"
    client.send({"id": hints, "method": "textDocument/inlayHint", "params": {"textDocument": document, "range": whole}})
    client.send({"id": lenses, "method": "textDocument/codeLens", "params": {"textDocument": document}})
    return hints, lenses


def _disturb(
    client: Client,
    name: str,
    conftest: tuple[Path, tuple[tuple[int, int], tuple[int, int]]],
    other: tuple[Path, int],
    asked: tuple[Path, int],
    back: int,
) -> None:
    """Begin what is to happen beside the next edit; nothing is waited for."""
    if name == "references asked":
        position = {"line": asked[1], "character": 4}
        document = {"uri": asked[0].as_uri()}
        params = {"textDocument": document, "position": position, "context": {"includeDeclaration": True}}
        client.send({"id": f"references {other[1]} {back}", "method": "textDocument/references", "params": params})
    elif name.startswith("fixture"):
        path, (start, end) = conftest
        if back:
            client.change(path, start, end, "")
        else:
            client.change(path, start, start, _AUTOUSE if name == "fixture added" else "x")
    elif name == "jedi at work":
        module = _HEAVY[other[1] % len(_HEAVY)]
        code = f"from {module} import a{other[1]}_{back}\n\n\ndef test_a():\n    a{other[1]}_{back}()\n"
        whole = {"line": 0, "character": 0}, {"line": 100, "character": 0}
        uri = other[0].as_uri()
        client.versions[uri] += 1
        changes = [{"range": {"start": whole[0], "end": whole[1]}, "text": code}]
        document = {"uri": uri, "version": client.versions[uri]}
        client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})


def _there_and_back(stroke: Stroke) -> Iterator[tuple[tuple[int, int], tuple[int, int], str]]:
    at = (stroke.line, stroke.character)
    yield at, at, stroke.text
    yield at, stroke.end, ""


def _answer(client: Client, path: Path, version: int) -> list[Json]:
    if client.process.args and "ruff" in str(client.process.args[0]):  # type: ignore[index]
        answer = client.pulled(path)
        return list(answer.get("result", {}).get("items", ()))
    return client.published(path, version)


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of the values lie; nan without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")
