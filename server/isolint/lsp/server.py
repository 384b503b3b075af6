"""The wiring: which message does what. Handlers here only look at parameters and pass the work to the analysis thread.

The loop thread reads, splices and posts; it never analyses and never waits. All answers about code come from the
analysis thread (`analysis`), through a future.
"""

from __future__ import annotations

import json
import logging
import platform
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

import isolint
from isolint.lsp import decorations, requests
from isolint.lsp.actions import code_actions, edit_for, resolve
from isolint.lsp.analysis import Analysis
from isolint.lsp.buffers import Buffer, Documents
from isolint.lsp.capabilities import Client, client_of, look_up, server_capabilities
from isolint.lsp.changes import DidChange
from isolint.lsp.convert import Json, clearing
from isolint.lsp.decorations import Kind
from isolint.lsp.engine import EngineFactory
from isolint.lsp.engines import CONFIGURATION_FILES
from isolint.lsp.mailbox import SHORT, Mailbox, Manner
from isolint.lsp.outlet import Outlet
from isolint.lsp.progress import Progress
from isolint.lsp.protocol import Protocol
from isolint.lsp.settings import SECTION, Switches, overrides_of, switches_of
from isolint.lsp.transport import Writer, frames
from isolint.lsp.uris import to_path, to_uri

# How long the end waits for a client that does not read, and for an analysis that does not stop.
_GRACE = 2.0
# How long the first check waits for settings that the client said it has.
_PATIENCE = 1.0
# For how much longer than other questions a fix may wait for jedi: who chose it waits for it, or cancels.
_PROVING = 7.0
_STACK = 64 << 20


class _ToClient(logging.Handler):
    """What our own rooms log, jedi's client above all, goes to the log that the user can see."""

    def __init__(self, log: Callable[[int, str], None]) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log(1 if record.levelno >= logging.ERROR else 2, self.format(record))


class Server(LanguageServer):
    """pygls' server with our protocol. One object serves one connection."""

    protocol: Protocol

    def __init__(self, make_engine: EngineFactory) -> None:
        self.make_engine = make_engine
        self.documents = Documents()
        self.mailbox: Mailbox[Analysis] = Mailbox()
        self.client = Client()
        self.folders: dict[str, str] = {}  # path -> the client's URI
        self.initial_settings: dict[str, object] = {}
        self.switches: dict[str, Switches] = {}  # by the path of a folder; "" for all others
        self.analysis_thread: threading.Thread | None = None
        self.has_swept = False
        self.following: list[Progress] = []  # of questions that are not answered yet
        self._impatience: threading.Timer | None = None
        super().__init__("isolint", isolint.__version__, protocol_cls=Protocol, converter_factory=get_converter)
        _register(self)
        requests.register(self)
        decorations.register(self)

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 - pygls' signature
        """pygls' way to tell of a fault is a popup; ours is the log."""
        self.protocol.log(1, f"isolint: {type(error).__name__}: {error}")

    def serve(self, read: Callable[[int], bytes], write: Callable[[bytes], object]) -> int:
        """Serve one client until it says exit or its end of the input closes; the exit code the protocol asks for."""
        writer = Writer(write)
        self.protocol.connect(writer)
        to_client = _ToClient(self.protocol.log)
        logging.getLogger("isolint").addHandler(to_client)
        try:
            for body in frames(read, lambda text: self.protocol.log(2, f"isolint: {text}")):
                self.protocol.receive(body)
                if self.protocol.exit_code is not None:
                    break
        finally:
            self.mailbox.stop()
            if self._impatience is not None:
                self._impatience.cancel()
            if self.analysis_thread is not None:
                self.analysis_thread.join(_GRACE)
            logging.getLogger("isolint").removeHandler(to_client)
            writer.close(_GRACE)
        if self.protocol.exit_code is not None:
            return self.protocol.exit_code
        return 0 if self.protocol.was_shut_down else 1

    @property
    def is_hung(self) -> bool:
        """Whether the analysis did not stop when asked to."""
        return self.analysis_thread is not None and self.analysis_thread.is_alive()

    # Start.

    def greet(self, params: Any) -> Json:
        """Answer `initialize`. No project is looked at before."""
        if not isinstance(params, dict):
            raise JsonRpcInvalidParams
        self.client = client_of(params.get("capabilities"))
        self.documents.encoding = self.client.encoding
        folders = params.get("workspaceFolders")
        uris: list[object] = []
        if isinstance(folders, list):
            uris += [look_up(folder, "uri") for folder in folders]
        elif params.get("rootUri") is not None:
            uris.append(params["rootUri"])
        elif isinstance(params.get("rootPath"), str):
            uris.append(to_uri(params["rootPath"]))
        self.folders = {path: uri for uri in uris if isinstance(uri, str) and (path := to_path(uri)) is not None}
        self.initial_settings = overrides_of(params.get("initializationOptions"))
        self.switches = {"": switches_of(params.get("initializationOptions"))}
        return {
            "capabilities": server_capabilities(self.client, self.switches[""].off),
            "serverInfo": {"name": self.name, "version": self.version},
        }

    def begin(self) -> None:
        """`initialized`, or the first message that needs it from a client that forgets to say so: the analysis thread
        starts. Checking waits a moment for the settings when the client has some."""

        def publish(body: bytes, buffer: Buffer) -> None:
            self.protocol.send(body, lambda: self.documents.is_current(buffer))

        if self.analysis_thread is not None:
            return
        outlet = Outlet(publish, self.protocol.log, self.protocol.notify_progress, self._refresh, self._ask_again)
        analysis = Analysis(self.mailbox, self.make_engine, outlet, self.client)
        analysis.set_folders(self.folders)
        analysis.set_overrides(self.initial_settings, {})
        analysis.set_sweeping(self.sweeping())
        analysis.set_causes(lambda path: self.offers("cause", to_uri(path)))
        self.analysis_thread = threading.Thread(target=analysis.run, name="isolint-analysis", daemon=True)
        # Deeply nested code is compared and hashed recursively; some platforms give threads a tiny stack.
        usual = threading.stack_size(_STACK)
        self.analysis_thread.start()
        threading.stack_size(usual)
        if self.client.watches:
            self.protocol.request(types.CLIENT_REGISTER_CAPABILITY, _watchers())
        if self.client.configuration:
            self.pull_settings()
            self._impatience = threading.Timer(_PATIENCE, self.mailbox.put_chore, (Analysis.start,))
            self._impatience.daemon = True
            self._impatience.start()
        else:
            self.mailbox.put_chore(Analysis.start)

    def _refresh(self) -> None:
        """Let the client ask for its diagnostics again."""
        self.protocol.request(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)

    def _ask_again(self, kind: Kind) -> None:
        """Let the client ask for its inlay hints or lenses again, if it can be told to."""
        if kind in self.client.refreshes:
            self.protocol.request(decorations.REFRESH[kind], None)

    def shown(self, title: str, token: object, *, offered: bool = True, cancellable: bool = False) -> Progress:
        """What shows how far some work is: under the client's `token`, else, where it may be `offered` and the client
        can, under one that it is asked to take. `cancellable`: it will be followed (`follow`)."""

        def offer(progress: Progress) -> None:
            made = str(uuid.uuid4())

            def taken(future: Future[Any]) -> None:
                if not future.cancelled() and future.exception() is None:
                    progress.take(made)

            self.protocol.request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, {"token": made}).add_done_callback(taken)

        offers = offer if token is None and offered and self.client.progress else None
        return Progress(title, token, self.protocol.notify_progress, offers, cancellable=cancellable)

    def follow(self, progress: Progress, future: Future[Any]) -> None:
        """Work that is shown until there is an answer, and that the user can end there."""
        progress.cancels = future.cancel
        self.following.append(progress)

        def over(_: Future[Any]) -> None:
            progress.end()
            self.following.remove(progress)

        future.add_done_callback(over)

    # Settings.

    def offers(self, feature: str, uri: str | None) -> bool:
        """Whether a feature is switched on for a document (None: for the workspace as a whole)."""
        path = None if uri is None else to_path(uri)
        around = [folder for folder in self.switches if folder and path and path.startswith(folder.rstrip("/") + "/")]
        chosen = self.switches.get(max(around, key=len, default=""), Switches())
        return feature not in chosen.off

    def sweeping(self) -> bool:
        """Whether the whole project is checked for a client that asks for it."""
        return any(one.workspace for one in self.switches.values())

    def settings(self, answer: object) -> dict[str, object]:
        """What a client says now replaces what it said at the start; that counts while it says nothing."""
        return overrides_of(answer) if isinstance(answer, dict) else self.initial_settings

    def pull_settings(self) -> None:
        """Ask for the settings of every folder, and those outside of any."""
        folders = dict(self.folders)
        items = [{"scopeUri": uri, "section": SECTION} for uri in folders.values()]
        future = self.protocol.request(types.WORKSPACE_CONFIGURATION, {"items": [*items, {"section": SECTION}]})
        future.add_done_callback(partial(self._take_settings, folders))

    def _take_settings(self, folders: dict[str, str], future: Future[Any]) -> None:
        answer = None if future.cancelled() or future.exception() is not None else future.result()
        if isinstance(answer, (list, tuple)) and len(answer) == len(folders) + 1:
            default = self.settings(answer[-1])
            scoped = {path: self.settings(item) for path, item in zip(folders, answer, strict=False)}
            initial = self.switches.get("", Switches())
            said = [switches_of(item) if isinstance(item, dict) else initial for item in answer]
            self._switch({"": said[-1], **dict(zip(folders, said, strict=False))})
            sweeping = self.sweeping()
            self.mailbox.put_chore(lambda it: it.set_overrides(default, scoped))
            self.mailbox.put_chore(lambda it: it.set_sweeping(sweeping))
        self.mailbox.put_chore(Analysis.start)

    def _switch(self, switches: dict[str, Switches]) -> None:
        """What is shown in the text goes or comes with its switch."""
        before, self.switches = self.switches, switches
        if before != switches:
            for kind in decorations.KINDS:
                self._ask_again(kind)
            self.mailbox.put_chore(lambda it: it.set_causes(lambda path: self.offers("cause", to_uri(path))))

    # Questions.

    def ask(
        self,
        uri: str,
        answer: Callable[[Analysis, Buffer, Callable[[], bool]], object],
        otherwise: object,
        manner: Manner = SHORT,
    ) -> object:
        """A question about an open document for the analysis thread; `otherwise` when it is none that is analysed."""
        buffer = self.documents.get(uri)
        if buffer is None:
            return otherwise
        return self.mailbox.ask(lambda analysis, cancelled: answer(analysis, buffer, cancelled), buffer, manner)

    def status(self, analysis: Analysis) -> str:
        """What the server knows, as text for a bug report."""
        lines = [
            f"isolint {isolint.__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"position encoding: {self.client.encoding}",
            f"workspace folders: {', '.join(self.folders) or 'none'}",
        ]
        for root, status in analysis.statuses().items():
            lines.append(f"\n{root}")
            lines += [f"  {key}: {_shown(value)}" for key, value in status.items()]
        return "\n".join(lines)

    def apply(self, label: str, edit: Json) -> None:
        """Ask the client to apply edits."""
        self.protocol.request(types.WORKSPACE_APPLY_EDIT, {"label": label, "edit": edit})


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _watchers() -> Json:
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    names = ("*.py", "conftest.py", *CONFIGURATION_FILES)
    options = {"watchers": [{"globPattern": f"**/{name}"} for name in names]}
    return {"registrations": [{"id": method, "method": method, "registerOptions": options}]}


def _register(server: Server) -> None:
    """Every message that the server understands."""
    documents, mailbox = server.documents, server.mailbox

    @server.feature(types.INITIALIZE)
    def initialize(params: Any) -> Json:
        return server.greet(params)

    @server.feature(types.INITIALIZED)
    def initialized(_: Any) -> None:
        server.begin()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: Any) -> None:
        mailbox.stop()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        server.begin()
        it = params.text_document
        before = documents.get(it.uri)
        buffer = documents.open(it.uri, str(it.language_id), it.version, it.text)
        if buffer is not None:
            mailbox.put_buffer(buffer.path, buffer)
            if not server.client.watches:
                mailbox.put_chore(lambda analysis: analysis.touch_configuration(buffer.path))
        elif before is not None:  # opened again as another language
            mailbox.put_buffer(before.path, None)
            server.protocol.send(clearing(it.uri))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: DidChange) -> None:
        it = params.text_document
        buffer = documents.change(it.uri, it.version, params.splices())
        if buffer is not None:
            mailbox.put_buffer(buffer.path, buffer)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        buffer = documents.close(params.text_document.uri)
        if buffer is not None:
            mailbox.put_buffer(buffer.path, None)
            server.protocol.send(clearing(buffer.uri))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        path = to_path(params.text_document.uri)
        if path is None:
            return
        if server.client.watches:
            mailbox.put_chore(lambda analysis: analysis.touch([path]))
        else:
            mailbox.put_chore(lambda analysis: analysis.touch_configuration(path))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path for event in params.changes if (path := to_path(event.uri)) is not None]
        if paths:
            mailbox.put_chore(lambda analysis: analysis.touch(paths))

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for folder in params.event.removed:
            server.folders.pop(to_path(folder.uri) or "", None)
        for folder in params.event.added:
            if (path := to_path(folder.uri)) is not None:
                server.folders[path] = folder.uri
        folders = list(server.folders)
        mailbox.put_chore(lambda analysis: analysis.set_folders(folders))
        if server.client.configuration:
            server.pull_settings()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: Any) -> None:
        if server.client.configuration:
            server.pull_settings()
        elif isinstance(settings := look_up(params, "settings"), dict):
            overrides = overrides_of(settings)
            server._switch({"": switches_of(settings)})  # noqa: SLF001 - a handler of the same object
            sweeping = server.sweeping()
            mailbox.put_chore(lambda analysis: analysis.set_overrides(overrides, {}))
            mailbox.put_chore(lambda analysis: analysis.set_sweeping(sweeping))

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def work_done_progress_cancel(params: types.WorkDoneProgressCancelParams) -> None:
        for progress in list(server.following):
            if progress.token == params.token and progress.cancels is not None:
                progress.cancels()

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
    def code_action(params: types.CodeActionParams) -> object:
        def answer(analysis: Analysis, buffer: Buffer, cancelled: Callable[[], bool]) -> list[Json]:
            return code_actions(analysis, buffer, params, cancelled)

        return server.ask(params.text_document.uri, answer, [])

    @server.feature(types.CODE_ACTION_RESOLVE)
    def code_action_resolve(params: Any) -> object:
        if not isinstance(params, dict):
            raise JsonRpcInvalidParams
        server.begin()
        return mailbox.ask(
            lambda analysis, cancelled: resolve(analysis, params, cancelled), None, Manner(grace=_PROVING)
        )

    @server.feature(types.WORKSPACE_EXECUTE_COMMAND)
    def execute_command(params: types.ExecuteCommandParams) -> object:
        server.begin()
        arguments = list(params.arguments or ())
        if params.command == "isolint.showStatus":
            return mailbox.ask(lambda analysis, _: server.status(analysis), None)
        if params.command == "isolint.applyFix" and len(arguments) == 2:
            uri, key = arguments
        elif params.command == "isolint.fixAll" and len(arguments) == 1:
            uri, key = arguments[0], None
        else:
            raise JsonRpcInvalidParams(f"{params.command!r} with {len(arguments)} arguments is no command of isolint")

        def answer(analysis: Analysis, cancelled: Callable[[], bool]) -> None:
            server.apply("isolint: fix", edit_for(analysis, {"uri": uri, "key": key}, cancelled))

        return mailbox.ask(answer, None, Manner(grace=_PROVING))
