"""A stand-in for isolint's server, to try the harness with: one error and one quick fix, found with a text search."""

from __future__ import annotations

import re

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("isolint", "0.0.1")
NAME = "sync-to-async-in-db-test"


def publish(uri: str) -> None:
    found = []
    for number, line in enumerate(server.workspace.get_text_document(uri).source.splitlines()):
        if "Customer.objects.acreate" in line:
            whole = types.Range(types.Position(number, 4), types.Position(number, 9))
            found.append(types.Diagnostic(whole, "neighbour", source="isolint", code="async-orm-in-db-test"))
        if hop := re.search(r"sync_to_async\(\w+\)\(.*\)", line):
            start, end = types.Position(number, hop.start()), types.Position(number, hop.end())
            found.append(
                types.Diagnostic(
                    types.Range(start, end),
                    "make_order writes Order on another connection: the row outlives test_confirming_gives_a_receipt",
                    severity=types.DiagnosticSeverity.Error,
                    source="isolint",
                    code=NAME,
                )
            )
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def opened(params: types.DidOpenTextDocumentParams) -> None:
    publish(params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def changed(params: types.DidChangeTextDocumentParams) -> None:
    publish(params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
    ours = [each for each in params.context.diagnostics if each.code == NAME]
    if not ours:
        return []
    uri = params.text_document.uri
    source = server.workspace.get_text_document(uri).source
    before = """@pytest.mark.asyncio
async def test_confirming_gives_a_receipt(make_order):
    order = await sync_to_async(make_order)(total=40)
    receipt = await confirm(order)
"""
    after = """def test_confirming_gives_a_receipt(make_order):
    order = make_order(total=40)
    receipt = async_to_sync(confirm)(order)
"""
    fixed = source.replace(before, after).replace("import sync_to_async", "import async_to_sync")
    whole = types.Range(types.Position(0, 0), types.Position(source.count("\n") + 1, 0))
    edit = types.WorkspaceEdit(changes={uri: [types.TextEdit(whole, fixed)]})
    title = "Convert test_confirming_gives_a_receipt to a sync test"
    return [types.CodeAction(title, types.CodeActionKind.QuickFix, ours, is_preferred=True, edit=edit)]


server.start_io()
