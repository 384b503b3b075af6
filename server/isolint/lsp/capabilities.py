"""What the client can do, resolved once from its `initialize`, and what the server says it can do.

The client's capabilities are read from the plain JSON, not from decoded types: a client newer than our types may name
kinds and tags that they do not know, and must not fail to start because of that.
"""

from __future__ import annotations

from dataclasses import dataclass

from isolint.text.lines import Unit

COMMANDS = ("isolint.showStatus", "isolint.applyFix", "isolint.fixAll")
FIX_ALL = "source.fixAll.isolint"
KINDS = ("quickfix", "refactor.rewrite", FIX_ALL)


@dataclass(frozen=True, slots=True)
class Client:
    """The optional abilities of the client that change what is sent to it.

    `pulls`: it asks for diagnostics, and can be told to ask again. Without the latter it would not hear of what a
    conftest changes, so it is sent them. `refreshes`: what is shown in the text ("inlayHint", "codeLens") that it can
    be told to ask for again. `annotations`: it shows what an edit is about before it is done. `outlines`: symbols
    within symbols."""

    encoding: Unit = "utf-16"
    related: bool = False
    links: bool = False
    literals: bool = False
    preferred: bool = False
    disabled: bool = False
    resolves_edits: bool = False
    document_changes: bool = False
    applies_edits: bool = False
    markdown: bool = False
    configuration: bool = False
    watches: bool = False
    pulls: bool = False
    annotations: bool = False
    prepares: bool = False
    outlines: bool = False
    progress: bool = False
    refreshes: frozenset[str] = frozenset()


def look_up(value: object, *path: str) -> object:
    """`value[path[0]][path[1]]...` of plain JSON, None where something on the way is missing or of another kind."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _names(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def client_of(capabilities: object) -> Client:
    """Read the client's capabilities: any JSON, missing and malformed parts count as "not able"."""
    text = look_up(capabilities, "textDocument")
    workspace = look_up(capabilities, "workspace")
    actions = look_up(text, "codeAction")
    return Client(
        encoding=_encoding(look_up(capabilities, "general", "positionEncodings")),
        related=look_up(text, "publishDiagnostics", "relatedInformation") is True,
        links=look_up(text, "publishDiagnostics", "codeDescriptionSupport") is True,
        literals=isinstance(look_up(actions, "codeActionLiteralSupport"), dict),
        preferred=look_up(actions, "isPreferredSupport") is True,
        disabled=look_up(actions, "disabledSupport") is True,
        resolves_edits=look_up(actions, "dataSupport") is True
        and "edit" in _names(look_up(actions, "resolveSupport", "properties")),
        document_changes=look_up(workspace, "workspaceEdit", "documentChanges") is True,
        applies_edits=look_up(workspace, "applyEdit") is True,
        markdown="markdown" in _names(look_up(text, "hover", "contentFormat")),
        configuration=look_up(workspace, "configuration") is True,
        watches=look_up(workspace, "didChangeWatchedFiles", "dynamicRegistration") is True,
        pulls=isinstance(look_up(text, "diagnostic"), dict)
        and look_up(workspace, "diagnostics", "refreshSupport") is True,
        annotations=isinstance(look_up(workspace, "workspaceEdit", "changeAnnotationSupport"), dict),
        prepares=look_up(text, "rename", "prepareSupport") is True,
        outlines=look_up(text, "documentSymbol", "hierarchicalDocumentSymbolSupport") is True,
        progress=look_up(capabilities, "window", "workDoneProgress") is True,
        refreshes=frozenset(
            kind for kind in ("inlayHint", "codeLens") if look_up(workspace, kind, "refreshSupport") is True
        ),
    )


def _encoding(offered: object) -> Unit:
    """The client's first choice that we know; the protocol's default is UTF-16."""
    known: dict[object, Unit] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}
    return next((known[name] for name in _names(offered) if isinstance(name, str) and name in known), "utf-16")


TRIGGERS = ("(", ",", "[", ".", '"', "'")
"""The characters behind which a fixture or a mark may be named."""


def server_capabilities(client: Client, off: frozenset[str] = frozenset()) -> dict[str, object]:
    """The server's capabilities as the protocol's JSON; `off` are the features that the settings switch off."""
    features: dict[str, tuple[str, object]] = {
        "codeLens": ("codeLensProvider", {"resolveProvider": True}),
        "completion": ("completionProvider", {"triggerCharacters": list(TRIGGERS)}),
        "definition": ("definitionProvider", True),
        "documentSymbol": ("documentSymbolProvider", {"label": "isolint"}),
        "hover": ("hoverProvider", True),
        "inlayHint": ("inlayHintProvider", True),
        "references": ("referencesProvider", {"workDoneProgress": True}),
        "rename": (
            "renameProvider",
            {**({"prepareProvider": True} if client.prepares else {}), "workDoneProgress": True},
        ),
        "workspaceSymbol": ("workspaceSymbolProvider", True),
    }
    said: dict[str, object] = {
        "positionEncoding": client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        **{key: value for name, (key, value) in features.items() if name not in off},
        "codeActionProvider": {"codeActionKinds": list(KINDS), "resolveProvider": client.resolves_edits}
        if client.literals
        else True,
        "executeCommandProvider": {"commands": list(COMMANDS)},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }
    if client.pulls:
        said["diagnosticProvider"] = {
            "identifier": "isolint",
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
            "workDoneProgress": True,
        }
    return said
