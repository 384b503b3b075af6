"""Diagnostics for clients that ask for them: of one document, or of the whole project, file by file.

A result's id is a digest of what it says: a client that shows the same already is told so. A sweep over the project is
done by the analysis thread when it has nothing better to do, one file at a time, and waits when all is told: the client
asks again as soon as it is answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from isolint.check.report import FileReport
from isolint.lsp.capabilities import Client
from isolint.lsp.convert import Json, Places, diagnostic
from isolint.lsp.progress import Progress
from isolint.lsp.transport import encode

NOTHING = ""
"""The id of a result without diagnostics: the same as none."""


def full(report: FileReport, client: Client, places: Places) -> Json:
    """A document's diagnostics with their id."""
    _, _, lines = places.document(report.path)
    items = [diagnostic(finding, lines, client, places) for finding in report.findings]
    digest = hashlib.blake2b(encode(items), digest_size=8).hexdigest() if items else NOTHING
    return {"kind": "full", "resultId": digest, "items": items}


def pulled(report: FileReport, previous: str | None, client: Client, places: Places) -> Json:
    """The answer to a client that has the result `previous`."""
    now = full(report, client, places)
    return {"kind": "unchanged", "resultId": previous} if now["resultId"] == previous else now


@dataclass(slots=True, eq=False)
class Sweep:
    """A request for the diagnostics of the whole project.

    `known` are the ids of the results that the client has, by path. Results are sent as they come when there is a
    `token` for that. `left` are the files that are still to be looked at, None before the first; `seen` those that
    were, with the ids of their results; `told` whether anything was; `stale` whether something changed since the first
    was looked at. `has_causes`: all tests were looked at, and the files of what they leak through come last, maybe a
    second time. A `scout` answers nobody: it looks whether the client should ask again."""

    known: Mapping[str, str]
    token: object
    work: Progress
    future: Future[Any]
    left: Iterator[str] | None = None
    items: list[Json] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    told: bool = False
    stale: bool = False
    scout: bool = False
    has_causes: bool = False

    def scouting(self) -> Sweep:
        """What looks out for changes of what this one told."""
        return Sweep({**self.known, **self.seen}, None, Progress("", None, _nobody), Future(), scout=True)

    def again(self) -> None:
        """Look at every file anew."""
        self.left = None
        self.seen.clear()
        self.stale = False
        self.has_causes = False

    def gone(self) -> list[FileReport]:
        """Files of which the client has results, and that are not there any more."""
        return [FileReport(path, (), ()) for path in self.known if path not in self.seen]

    def take(self, report: FileReport, version: int | None, client: Client, places: Places) -> Json | None:
        """A file was checked: what to send of it now, None when that is nothing."""
        now = full(report, client, places)
        before = self.seen.get(report.path, self.known.get(report.path, NOTHING))
        self.seen[report.path] = str(now["resultId"])
        if now["resultId"] == before:
            return None
        self.told = True
        item: Json = {"uri": places.uri(report.path), "version": version, **now}
        if self.token is None:
            self.items = [*(one for one in self.items if one["uri"] != item["uri"]), item]
            return None
        return {"token": self.token, "value": {"items": [item]}}


def _nobody(_: Json) -> None:
    """Progress that nobody is shown."""
