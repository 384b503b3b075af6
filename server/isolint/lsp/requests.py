"""What editors ask about code: parameters in, the protocol's JSON out. The answers are those of the engine.

Each feature can be switched off in the settings, since another Python server may run beside; then nothing is asked of
the analysis at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from isolint.lsp.actions import REQUEST_FAILED
from isolint.lsp.analysis import Analysis
from isolint.lsp.asking import NotYet
from isolint.lsp.buffers import Buffer
from isolint.lsp.convert import Json
from isolint.lsp.engine import Engine
from isolint.lsp.mailbox import SHORT, Manner
from isolint.lsp.progress import Progress
from isolint.lsp.pull import Sweep, pulled
from isolint.lsp.uris import to_path

if TYPE_CHECKING:
    from isolint.check.report import Location
    from isolint.features.expressions import Pointed
    from isolint.features.progress import Step
    from isolint.features.rename import Rename
    from isolint.features.symbols import Symbol
    from isolint.lsp.server import Server

Flag = Callable[[], bool]
_LONG = Manner(wide=True, long=True)
_COMPLETION = {"fixture": 6, "parameter": 6, "mark": 20, "rule": 12}  # Variable, EnumMember, Value
_SYMBOL = {"class": 5, "test": 12, "fixture": 14}  # Class, Function, Constant
_ROLES = {
    "definition": "Definition of the fixture",
    "parameter": "Request by a parameter",
    "string": "Request in a string",
    "import": "Import of the fixture",
}


def register(server: Server) -> None:
    """The handlers of all features."""
    mailbox = server.mailbox

    def ask(
        feature: str,
        params: Any,
        answer: Callable[[Analysis, Buffer, Flag], object],
        otherwise: object = None,
        manner: Manner = SHORT,
    ) -> object:
        uri = params.text_document.uri
        return server.ask(uri, answer, otherwise, manner) if server.offers(feature, uri) else otherwise

    def follow(
        title: str,
        feature: str,
        params: Any,
        answer: Callable[[Analysis, Buffer, Flag, Progress], object],
        otherwise: object = None,
    ) -> object:
        """Ask something that may take long: it is shown how far it is, and the user can end it."""
        progress = server.shown(title, params.work_done_token, cancellable=True)

        def watched(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> object:
            def flag() -> bool:
                progress.lasts()
                return cancelled()

            return answer(analysis, buffer, flag, progress)

        found = ask(feature, params, watched, otherwise, _LONG)
        if isinstance(found, Future):
            server.follow(progress, found)
        return found

    def offset(buffer: Buffer, position: types.Position) -> int:
        return buffer.lines.offset(position.line, position.character, server.client.encoding)

    def pointed(engine: Engine, buffer: Buffer, at: int, otherwise: object) -> Pointed | None:
        """What jedi says of a place where isolint knows nothing; None where that is switched off. Until it has answered
        the question waits. What is a parameter waits for our own answer, too: it may be a fixture."""
        if not server.offers("expressions", buffer.uri):
            return None
        found = engine.pointed(buffer.path, at)
        if found is None or (found.is_parameter and engine.wanted() > 0):
            raise NotYet(lambda: otherwise)
        return found

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> Json | None:
            engine, at = analysis.engine_for(buffer.path), offset(buffer, params.position)
            found = engine.hover(buffer.path, at, cancelled)
            if found is None and (name := pointed(engine, buffer, at, None)) is not None:
                said = engine.described(name)
                found = None if said is None else (said, name.start, name.end)
            if found is None:
                return None
            text, start, end = found
            kind = "markdown" if server.client.markdown else "plaintext"
            span = analysis.places.range(buffer.lines, start, end)
            return {"contents": {"kind": kind, "value": text}, "range": span}

        return ask("hover", params, answer, None, Manner(again=True))

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> list[Json]:
            engine, at = analysis.engine_for(buffer.path), offset(buffer, params.position)
            found = engine.definitions(buffer.path, at, cancelled)
            if not found and (name := pointed(engine, buffer, at, [])) is not None:
                found = engine.places(name)
            return [analysis.places.location(one) for one in found]

        return ask("definition", params, answer, [], Manner(wide=True, again=True))

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> object:
        parts = params.partial_result_token
        sent: set[Location] = set()

        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag, progress: Progress) -> list[Json]:
            engine, at = analysis.engine_for(buffer.path), offset(buffer, params.position)

            def send(found: Iterable[Location]) -> None:
                """A part of the result, to a client that takes parts: those that it has not yet."""
                new = dict.fromkeys(one for one in found if one not in sent)
                if parts is not None and new:
                    sent.update(new)
                    value = [analysis.places.location(one) for one in new]
                    server.protocol.notify_progress({"token": parts, "value": value})

            def tell(step: Step) -> None:
                _show(progress, step)
                send(step.found)

            found = engine.references(buffer.path, at, params.context.include_declaration, cancelled, tell)
            send(found)
            if not found and engine.wanted() > 0:
                raise NotYet(list)
            return [] if sent else [analysis.places.location(one) for one in found]

        return follow("isolint: finding references", "references", params, answer, [])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION)
    def completion(params: types.CompletionParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> list[Json]:
            engine, at = analysis.engine_for(buffer.path), offset(buffer, params.position)
            return [
                {
                    "label": one.label,
                    "kind": _COMPLETION[one.kind],
                    "detail": f"{one.detail} (isolint)" if one.detail else "isolint",
                    "textEdit": {
                        "range": analysis.places.range(buffer.lines, one.start, one.end),
                        "newText": one.label,
                    },
                }
                for one in engine.completions(buffer.path, at, cancelled)
            ]

        return ask("completion", params, answer, [])

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(params: types.DocumentSymbolParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> list[Json]:
            found = analysis.engine_for(buffer.path).document_symbols(buffer.path, cancelled)
            if server.client.outlines:
                return [_outline(analysis, buffer, one) for one in found]
            return [_flat(analysis, one, container) for one, container in _all(found, "")]

        return ask("documentSymbol", params, answer, [])

    @server.feature(types.WORKSPACE_SYMBOL)
    def workspace_symbol(params: types.WorkspaceSymbolParams) -> object:
        if not server.offers("workspaceSymbol", None):
            return []
        server.begin()

        def answer(analysis: Analysis, cancelled: Flag) -> list[Json]:
            found = [one for engine in analysis.engines() for one in engine.workspace_symbols(params.query, cancelled)]
            return [_flat(analysis, one, one.detail) for one in found]

        return mailbox.ask(answer, None, Manner(wide=True))

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare_rename(params: types.PrepareRenameParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag, _: Progress) -> Json | None:
            engine, at = analysis.engine_for(buffer.path), offset(buffer, params.position)
            found = engine.prepare_rename(buffer.path, at, cancelled)
            if isinstance(found, str):
                raise JsonRpcException(found, REQUEST_FAILED)
            if found is None:
                return None
            where, name = found
            return {"range": analysis.places.range(buffer.lines, where.start, where.end), "placeholder": name}

        return follow("isolint: looking at the name", "rename", params, answer)

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    def rename(params: types.RenameParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag, progress: Progress) -> Json | None:
            engine, at = analysis.engine_for(buffer.path), offset(buffer, params.position)
            found = engine.rename(buffer.path, at, params.new_name, cancelled, partial(_show, progress))
            if isinstance(found, str):
                raise JsonRpcException(found, REQUEST_FAILED)
            return None if found is None else rename_edit(analysis, found)

        return follow("isolint: renaming", "rename", params, answer)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC)
    def document_diagnostic(params: types.DocumentDiagnosticParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> Json:
            report = analysis.report_for_pull(buffer, cancelled)
            return pulled(report, params.previous_result_id, server.client, analysis.places)

        return server.ask(params.text_document.uri, answer, {"kind": "full", "items": []}, Manner(patient=True))

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    def workspace_diagnostic(params: types.WorkspaceDiagnosticParams) -> object:
        server.begin()
        known = {path: one.value for one in params.previous_result_ids if (path := to_path(one.uri)) is not None}
        future: Future[Any] = Future()
        first = not server.has_swept and server.sweeping()
        work = server.shown("isolint: checking the project", params.work_done_token, offered=first)
        server.has_swept = True
        sweep = Sweep(known, params.partial_result_token, work, future)
        mailbox.put_chore(lambda analysis: analysis.sweep(sweep))
        return future


def _show(progress: Progress, step: Step) -> None:
    progress.report(f"{step.done} of {step.total} files", 100 * step.done // max(step.total, 1))


def _outline(analysis: Analysis, buffer: Buffer, one: Symbol) -> Json:
    places = analysis.places
    return {
        "name": one.name,
        "detail": one.detail,
        "kind": _SYMBOL[one.kind],
        "range": places.range(buffer.lines, one.place.start, one.place.end),
        "selectionRange": places.range(buffer.lines, one.name_place.start, one.name_place.end),
        "children": [_outline(analysis, buffer, child) for child in one.children],
    }


def _all(symbols: Iterable[Symbol], container: str) -> Iterable[tuple[Symbol, str]]:
    for one in symbols:
        yield one, container
        yield from _all(one.children, one.name)


def _flat(analysis: Analysis, one: Symbol, container: str) -> Json:
    found: Json = {"name": one.name, "kind": _SYMBOL[one.kind], "location": analysis.places.location(one.name_place)}
    if container:
        found["containerName"] = container
    return found


def rename_edit(analysis: Analysis, found: Rename) -> Json:
    """The edits of a rename, each with what it is about where the client shows that. One that goes over several files,
    or leaves something to the reader, is to be looked at before it is done."""
    client, places = analysis.client, analysis.places
    by_file: dict[str, list[Json]] = {}
    for one in found.edits:
        _, _, lines = places.document(one.location.path)
        edit: Json = {"range": places.span(one.location, lines), "newText": found.new}
        if client.document_changes and client.annotations:
            edit["annotationId"] = one.role
        by_file.setdefault(one.location.path, []).append(edit)
    if not client.document_changes:
        return {"changes": {places.uri(path): edits for path, edits in by_file.items()}}
    changes = []
    for path, edits in by_file.items():
        uri, version, _ = places.document(path)
        changes.append({"textDocument": {"uri": uri, "version": version}, "edits": edits})
    if not client.annotations:
        return {"documentChanges": changes}
    look = len(by_file) > 1 or bool(found.doubts)
    said = "; ".join(found.doubts) or f"{found.old} becomes {found.new}"
    annotations = {
        role: {"label": _ROLES[role], "needsConfirmation": look, "description": said}
        for role in dict.fromkeys(one.role for one in found.edits)
    }
    return {"documentChanges": changes, "changeAnnotations": annotations}
