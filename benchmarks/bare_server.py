"""The least that a pygls server can do: it publishes one list of diagnostics, read from a file, after every edit.

What it takes is what the protocol, pygls and the transport take; the rest of a server's time is its own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "0", text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
LISTED = get_converter().structure(
    json.loads(Path(sys.argv[1]).read_text("utf-8")) if len(sys.argv) > 1 else [], list[types.Diagnostic]
)


def _publish(uri: str, version: int | None) -> None:
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, LISTED, version))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(params: types.DidOpenTextDocumentParams) -> None:
    """A document was opened."""
    _publish(params.text_document.uri, params.text_document.version)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def did_change(params: types.DidChangeTextDocumentParams) -> None:
    """A document was edited."""
    _publish(params.text_document.uri, params.text_document.version)


if __name__ == "__main__":
    server.start_io()
