"""From the analysis' plain data to the protocol's JSON: ranges, diagnostics, edits.

Written as plain dictionaries and encoded by msgspec, because this is done on every keystroke: ten findings with four
related places each take a twentieth of what the typed classes and their converter take. Nothing here decides what is
found or fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from isolint.check.report import FileReport, FixEdits, Location, PlacedFinding, RelatedPlace
from isolint.lsp.buffers import Buffer
from isolint.lsp.capabilities import Client
from isolint.lsp.transport import encode
from isolint.lsp.uris import to_uri
from isolint.text.lines import LineTable, Unit
from isolint.workspace.files import text_on_disk

Json = dict[str, object]

SOURCE = "isolint"
MOST_RELATED = 8
_SEVERITY = {"error": 1, "warning": 2, "info": 3, "hint": 4}
_MOST_TABLES = 64


class Places:
    """Ranges in the client's units. Line tables of files that are not open are read once and kept until forgotten."""

    def __init__(self, encoding: Unit, open_buffer: Callable[[str], Buffer | None]) -> None:
        self.encoding = encoding
        self._open_buffer = open_buffer
        self._closed: dict[str, LineTable | None] = {}
        self.encoded: dict[str, dict[str, tuple[PlacedFinding, bytes]]] = {}

    def forget(self, path: str) -> None:
        """The file on disk may have changed."""
        self._closed.pop(path, None)

    def forget_names(self) -> None:
        """A file was opened or closed: the client may spell its name otherwise."""
        self.encoded.clear()

    def uri(self, path: str) -> str:
        """The client's own spelling for an open file."""
        buffer = self._open_buffer(path)
        return buffer.uri if buffer else to_uri(path)

    def range(self, lines: LineTable, start: int, end: int) -> Json:
        """The range of two byte offsets."""
        line, column = lines.position(start, self.encoding)
        end_line, end_column = lines.position(end, self.encoding)
        return {
            "start": {"line": line, "character": column},
            "end": {"line": end_line, "character": end_column},
        }

    def document(self, path: str) -> tuple[str, int | None, LineTable | None]:
        """The URI of a file, its version if it is open, and its lines if they can be had."""
        buffer = self._open_buffer(path)
        return self.uri(path), buffer.version if buffer else None, self._lines(path)

    def span(self, location: Location, lines: LineTable | None) -> Json:
        """The range of a location. Its line and column, in code points, are what the client counts wherever the line is
        ASCII up to there, which is nearly always, and much cheaper to see than a column is to count."""
        line, column = location.line - 1, location.column - 1
        end_line, end_column = location.end_line - 1, location.end_column - 1
        if lines is not None:
            if not lines.text[lines.start(line) : location.start].isascii():
                line, column = lines.position(location.start, self.encoding)
            if not lines.text[lines.start(end_line) : location.end].isascii():
                end_line, end_column = lines.position(location.end, self.encoding)
        return {
            "start": {"line": line, "character": column},
            "end": {"line": end_line, "character": end_column},
        }

    def location(self, location: Location) -> Json:
        """A place in any file."""
        return {"uri": self.uri(location.path), "range": self.span(location, self._lines(location.path))}

    def _lines(self, path: str) -> LineTable | None:
        buffer = self._open_buffer(path)
        if buffer is not None:
            return buffer.lines
        if path not in self._closed:
            if len(self._closed) >= _MOST_TABLES:
                del self._closed[next(iter(self._closed))]
            self._closed[path] = _read_lines(path)
        return self._closed[path]


def _read_lines(path: str) -> LineTable | None:
    text = text_on_disk(path)
    return None if text is None else LineTable.of(text)


def elided(related: Sequence[RelatedPlace]) -> list[RelatedPlace]:
    """At most eight places: of a long way to the database, and of a long chain of calls, the middle is left out, which
    is said; all else is kept."""
    result = list(related)
    for role, what in (("mode", "requests"), ("chain", "calls")):
        if len(result) > MOST_RELATED:
            calls = 0 if role == "chain" else min(3, sum(place.role == "chain" for place in result))
            others = sum(place.role not in (role, "chain") for place in result)
            result = _without_middle(result, role, max(3, MOST_RELATED - others - calls), what)
    return result[:MOST_RELATED]


def _without_middle(related: list[RelatedPlace], role: str, room: int, what: str) -> list[RelatedPlace]:
    """The places with those of one role cut down to `room`; they stand where the first of them did."""
    own = [place for place in related if place.role == role]
    if len(own) <= room:
        return related
    head = room // 2
    tail = room - 1 - head
    mark = RelatedPlace(own[head].location, f"({len(own) - head - tail} {what} in between)", role)
    at = related.index(own[0])
    others = [place for place in related if place.role != role]
    return [*others[:at], *own[:head], mark, *own[len(own) - tail :], *others[at:]]


def diagnostic(finding: PlacedFinding, lines: LineTable | None, client: Client, places: Places) -> Json:
    """A finding as the protocol's diagnostic; `data` is what the code actions need to find it again."""
    fix = finding.fix
    result: Json = {
        "range": places.span(finding.location, lines),
        "severity": _SEVERITY[finding.severity],
        "code": finding.name,
        "source": SOURCE,
        "message": finding.message,
        "data": {
            "key": finding.key,
            "code": finding.code,
            "test": finding.test,
            "fix": {"applicability": fix.applicability, "title": fix.title, "reason": fix.reason} if fix else None,
        },
    }
    if client.links and finding.url:
        result["codeDescription"] = {"href": finding.url}
    if client.related and finding.related:
        result["relatedInformation"] = [
            {"location": places.location(place.location), "message": place.message} for place in elided(finding.related)
        ]
    return result


def publication(report: FileReport, buffer: Buffer, client: Client, places: Places) -> bytes:
    """The whole notification that shows a report. Diagnostics that look as they did last time are not made again."""
    before = places.encoded.get(buffer.path, {})
    now: dict[str, tuple[PlacedFinding, bytes]] = {}
    bodies = []
    for finding in report.findings:
        known = before.get(finding.key)
        if known is not None and _looks_same(known[0], finding):
            body = known[1]
        else:
            body = encode(diagnostic(finding, buffer.lines, client, places))
        now[finding.key] = (finding, body)
        bodies.append(body)
    places.encoded[buffer.path] = now
    params = {"uri": buffer.uri, "version": buffer.version, "diagnostics": ()}
    frame = encode({"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params})
    return frame[:-3] + b",".join(bodies) + frame[-3:]  # the list is the last thing in it: "[]}}"


def _looks_same(old: PlacedFinding, new: PlacedFinding) -> bool:
    """Whether a finding, known from before, has the same diagnostic still.

    One that was only moved keeps its very key and everything it says, and the text around its places; it looks the
    same unless a line changed."""
    if old is new:
        return True
    if old.key is not new.key or not _same_lines(old.location, new.location):
        return False
    return all(a is b or _same_lines(a.location, b.location) for a, b in zip(old.related, new.related, strict=True))


def _same_lines(old: Location, new: Location) -> bool:
    return old.line == new.line and old.end_line == new.end_line


def clearing(uri: str) -> bytes:
    """The notification that takes all diagnostics of a document away."""
    params = {"uri": uri, "diagnostics": ()}
    return encode({"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params})


def workspace_edit(edits: FixEdits, client: Client, places: Places) -> Json | None:
    """The edits of a fix, or None when one of its files cannot be read any more."""
    documents: list[Document] = []
    for file in edits.files:
        uri, version, lines = places.document(file.path)
        if lines is None:
            return None
        changes: list[Json] = [
            {"range": places.range(lines, change.start, change.end), "newText": change.text} for change in file.changes
        ]
        documents.append((uri, version, changes))
    return text_edits(documents, client)


Document = tuple[str, int | None, list[Json]]
"""The URI of a document, its version (None: it is not open), and its edits in the client's units."""


def text_edits(documents: Sequence[Document], client: Client) -> Json:
    """The edits of some documents. With a client that can check it, they say to which versions they belong."""
    if client.document_changes:
        return {
            "documentChanges": [
                {"textDocument": {"uri": uri, "version": version}, "edits": changes}
                for uri, version, changes in documents
            ]
        }
    return {"changes": {uri: changes for uri, _, changes in documents}}
