"""Inlay hints and code lenses over the wire: what is shown in the text beside the findings.

Answered late, when the open files have been checked, so that a keystroke's findings never wait for them. What was
answered is remembered: when it is not true any more though its document is the same, the client is told to ask again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from isolint.lsp.analysis import Analysis
from isolint.lsp.buffers import Buffer
from isolint.lsp.capabilities import look_up
from isolint.lsp.convert import Json
from isolint.lsp.mailbox import Manner

if TYPE_CHECKING:
    from isolint.lsp.server import Server

Flag = Callable[[], bool]
_LATE = Manner(late=True)
Kind = Literal["inlayHint", "codeLens"]
KINDS: tuple[Kind, ...] = ("inlayHint", "codeLens")
REFRESH: dict[Kind, str] = {
    "inlayHint": types.WORKSPACE_INLAY_HINT_REFRESH,
    "codeLens": types.WORKSPACE_CODE_LENS_REFRESH,
}


def register(server: Server) -> None:
    """The handlers."""

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hint(params: types.InlayHintParams) -> object:
        def offset(buffer: Buffer, position: types.Position) -> int:
            return buffer.lines.offset(position.line, position.character, server.client.encoding)

        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> object:
            start, end = offset(buffer, params.range.start), offset(buffer, params.range.end)
            return analysis.notes.given(
                "inlayHint", buffer, cancelled, lambda flag: _hints(analysis, buffer, start, end, flag)
            )

        uri = params.text_document.uri
        return server.ask(uri, answer, [], _LATE) if server.offers("inlayHint", uri) else []

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def code_lens(params: types.CodeLensParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> object:
            return analysis.notes.given("codeLens", buffer, cancelled, lambda flag: _lenses(analysis, buffer, flag))

        uri = params.text_document.uri
        return server.ask(uri, answer, [], _LATE) if server.offers("codeLens", uri) else []

    @server.feature(types.CODE_LENS_RESOLVE)
    def code_lens_resolve(params: Any) -> object:
        if not isinstance(params, dict):
            raise JsonRpcInvalidParams
        uri, test = look_up(params, "data", "uri"), look_up(params, "data", "test")
        if not isinstance(uri, str) or not isinstance(test, str):
            return params

        def answer(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> Json:
            title = analysis.engine_for(buffer.path).pollution(buffer.path, test, cancelled)
            return {**params, "command": _words(title)}

        return server.ask(uri, answer, params, _LATE)


def _hints(analysis: Analysis, buffer: Buffer, start: int, end: int, cancelled: Flag) -> list[Json]:
    found = analysis.engine_for(buffer.path).inlay_hints(buffer.path, start, end, cancelled)
    return [
        {
            "position": analysis.places.range(buffer.lines, one.offset, one.offset)["start"],
            "label": one.label,
            "tooltip": one.tooltip,
            "paddingLeft": True,
        }
        for one in found
    ]


def _lenses(analysis: Analysis, buffer: Buffer, cancelled: Flag) -> list[Json]:
    lenses: list[Json] = []
    for one in analysis.engine_for(buffer.path).code_lenses(buffer.path, cancelled):
        lens: Json = {"range": analysis.places.range(buffer.lines, one.start, one.end)}
        if one.title is None:
            lens["data"] = {"uri": buffer.uri, "test": one.test}
        else:
            lens["command"] = _words(one.title)
        lenses.append(lens)
    return lenses


def _words(title: str) -> Json:
    """A lens that only says something: there is no command behind it."""
    return {"title": title, "command": ""}
