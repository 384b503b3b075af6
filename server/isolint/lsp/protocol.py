"""pygls' protocol with its faults taken out: every request is answered exactly once, and nothing is kept for nothing.

pygls brings the message types, the converter, the registry of handlers and the typed calls to the client. Replaced are
reading and writing (`transport`), decoding (a request that cannot be decoded is answered), dispatch (a handler runs at
once on the loop thread and answers, or returns a future that somebody else resolves), and the built-in handlers that
keep documents. No feature of the server lives here.
"""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any

import msgspec
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from isolint.lsp.changes import DidChange
from isolint.lsp.transport import Writer, decode, encode

# Their parameters are handed on as plain JSON: because a newer client may say more in them than our types know
# (`initialize`), because clients leave them out, or because they must come back with all that the client put in.
_PLAIN = frozenset(
    {
        types.INITIALIZE,
        types.INITIALIZED,
        types.SHUTDOWN,
        types.EXIT,
        types.WORKSPACE_DID_CHANGE_CONFIGURATION,
        types.CODE_ACTION_RESOLVE,
        types.CODE_LENS_RESOLVE,
    }
)


class Protocol(LanguageServerProtocol):
    """The server's end of the connection. Everything but `_send_*` and `log` belongs to the loop thread."""

    def __init__(self, server: Any, converter: Any) -> None:
        self.exit_code: int | None = None
        self._greeted = False
        self._out: Writer | None = None
        super().__init__(server, converter)

    def _register_builtin_features(self) -> None:
        """Only the end of the connection is built in: pygls' other handlers keep documents that nobody needs."""
        self.fm.add_builtin_feature(types.SHUTDOWN, self.lsp_shutdown)
        self.fm.add_builtin_feature(types.EXIT, self.lsp_exit)

    def connect(self, out: Writer) -> None:
        """From now on there is a client."""
        self._out = out

    # Input.

    def receive(self, body: bytes) -> None:
        """Handle one message body. Never raises."""
        try:
            message = decode(body)
        except (ValueError, RecursionError) as exc:
            self.log(2, f"isolint: a message that is not JSON was ignored: {exc}")
            self._send_response(None, error=JsonRpcParseError().to_response_error())
            return
        if not isinstance(message, dict):
            self._send_response(None, error=JsonRpcInvalidRequest().to_response_error())
            return
        msg_id, method = message.get("id"), message.get("method")
        if not (msg_id is None or isinstance(msg_id, (int, str))) or isinstance(msg_id, bool):
            self._send_response(None, error=JsonRpcInvalidRequest().to_response_error())
        elif method is None and msg_id is not None and ("result" in message or "error" in message):
            self._receive_response(msg_id, message)
        elif not isinstance(method, str) or message.get("jsonrpc") != self.VERSION:
            if "id" in message:
                self._send_response(msg_id, error=JsonRpcInvalidRequest().to_response_error())
        elif "id" in message:
            self._receive_request(msg_id, method, message)
        else:
            self._receive_notification(method, message)

    def _receive_request(self, msg_id: int | str | None, method: str, message: dict[str, Any]) -> None:
        try:
            self._admit(method)
            handler = self._get_handler(method)
            result = handler(self._params(method, message))
        except JsonRpcException as exc:
            self._send_response(msg_id, error=exc.to_response_error())
            return
        except Exception as exc:  # noqa: BLE001 - it becomes the answer
            self._send_failure(msg_id, method, exc)
            return
        if method == types.INITIALIZE:
            self._greeted = True
        if isinstance(result, Future):
            if msg_id is not None:
                self._request_futures[msg_id] = result
            result.add_done_callback(partial(self._send_outcome, msg_id, method))
        else:
            self._send_response(msg_id, result)

    def _admit(self, method: str) -> None:
        """Raise what the protocol answers to a request at the wrong time."""
        if self._shutdown:
            raise JsonRpcInvalidRequest("the server was shut down")
        if not self._greeted and method != types.INITIALIZE:
            raise JsonRpcServerNotInitialized
        if self._greeted and method == types.INITIALIZE:
            raise JsonRpcInvalidRequest("the server was initialized already")

    def _receive_notification(self, method: str, message: dict[str, Any]) -> None:
        if method == types.CANCEL_REQUEST:
            params = message.get("params")
            self._cancel(params.get("id") if isinstance(params, dict) else None)
            return
        if method != types.EXIT and (self._shutdown or not self._greeted):
            return
        try:
            handler = self._get_handler(method)
        except JsonRpcMethodNotFound:
            return  # of no use to us; the specification lets a server ignore it
        try:
            handler(self._params(method, message))
        except Exception:  # noqa: BLE001 - a fault must not end the connection
            self.log(1, f"isolint: {method} could not be handled\n{traceback.format_exc()}")

    def _params(self, method: str, message: dict[str, Any]) -> Any:
        """The parameters as the type that the protocol gives them. Raises JsonRpcInvalidParams."""
        if method == types.TEXT_DOCUMENT_DID_CHANGE:
            try:
                return msgspec.convert(message.get("params"), DidChange)
            except msgspec.ValidationError as exc:
                raise JsonRpcInvalidParams(f"{JsonRpcInvalidParams.MESSAGE}: {exc}") from exc
        kind = None if method in _PLAIN else self.get_message_type(method)
        if kind is None:
            return message.get("params")
        try:
            return self._converter.structure(message, kind).params
        except Exception as exc:
            raise JsonRpcInvalidParams(f"{JsonRpcInvalidParams.MESSAGE}: {_first_line(exc)}") from exc

    def _cancel(self, msg_id: Any) -> None:
        """Give up a request. Its future stays cancellable while its work runs, and answers itself when cancelled."""
        if isinstance(msg_id, (int, str)) and (future := self._request_futures.get(msg_id)) is not None:
            future.cancel()

    def _receive_response(self, msg_id: int | str, message: dict[str, Any]) -> None:
        """The client's answer to a request of ours. Both tables forget it, also when it is an error."""
        future = self._request_futures.pop(msg_id, None)
        kind = self._result_types.pop(msg_id, None)
        if future is None or future.done():
            return
        if "error" in message:
            error = message["error"] if isinstance(message["error"], dict) else {}
            future.set_exception(JsonRpcException(str(error.get("message", "")), error.get("code"), error.get("data")))
            return
        try:
            future.set_result(self._converter.structure(message, kind).result if kind else message.get("result"))
        except Exception as exc:  # noqa: BLE001 - what the converter raises is not documented
            future.set_exception(exc)

    # Output.

    def _send_outcome(self, msg_id: int | str | None, method: str, future: Future[Any]) -> None:
        """Answer a request whose future is done; runs on the thread that resolved or cancelled it."""
        if msg_id is not None:
            self._request_futures.pop(msg_id, None)
        try:
            result = future.result()
        except CancelledError:
            self._send_response(msg_id, error=JsonRpcRequestCancelled().to_response_error())
        except JsonRpcException as exc:
            self._send_response(msg_id, error=exc.to_response_error())
        except Exception as exc:  # noqa: BLE001 - it becomes the answer
            self._send_failure(msg_id, method, exc)
        else:
            self._send_response(msg_id, result)

    def _send_failure(self, msg_id: int | str | None, method: str, exc: Exception) -> None:
        """A fault of ours: the client gets one line, the log gets the rest."""
        self.log(1, f"isolint: {method} failed\n{''.join(traceback.format_exception(exc))}")
        self._send_response(msg_id, error=JsonRpcInternalError(_first_line(exc)).to_response_error())

    def _send_response(self, msg_id: Any, result: Any = None, error: types.ResponseError | None = None) -> None:
        body: dict[str, Any] = {"jsonrpc": self.VERSION, "id": msg_id}
        if error is not None:
            body["error"] = {"code": error.code, "message": error.message}
        else:
            body["result"] = result
        try:
            data = encode(self._plain(body))
        except Exception as exc:  # noqa: BLE001 - a result that is no JSON is our fault; there is an answer all the same
            body = {"jsonrpc": self.VERSION, "id": msg_id, "error": {"code": -32603, "message": _first_line(exc)}}
            data = encode(body)
        self.send(data)

    def _send_data(self, data: Any) -> None:
        """What pygls' typed calls to the client send through."""
        self.send(encode(self._plain(data)))

    def send(self, body: bytes, still: Callable[[], bool] | None = None) -> None:
        """Send an encoded message, from any thread, unless `still` says at the last moment that it is out of date."""
        if self._out is not None:
            self._out.send(body, still)

    def request(self, method: str, params: object) -> Future[Any]:
        """Ask the client, from any thread; parameters and result are plain JSON. Nobody has to wait for the future."""
        msg_id = str(uuid.uuid4())
        future: Future[Any] = Future()
        self._request_futures[msg_id] = future
        message = {"jsonrpc": self.VERSION, "id": msg_id, "method": method}
        self.send(encode(message if params is None else {**message, "params": params}))
        return future

    def notify_progress(self, params: dict[str, object]) -> None:
        """Tell the client of progress, or of a part of a result, from any thread."""
        self.send(encode({"jsonrpc": self.VERSION, "method": types.PROGRESS, "params": params}))

    def log(self, kind: int, text: str) -> None:
        """Write to the client's log, from any thread. Never a popup: a fault of ours must not interrupt anybody."""
        params = {"type": kind, "message": text}
        self.send(encode({"jsonrpc": self.VERSION, "method": "window/logMessage", "params": params}))

    def _plain(self, value: Any) -> Any:
        """Typed messages, also inside lists and dictionaries, as plain JSON."""
        if hasattr(value, "__attrs_attrs__"):
            return self._converter.unstructure(value)
        if isinstance(value, dict):
            return {key: self._plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._plain(item) for item in value]
        return value

    # The end.

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> None:  # type: ignore[override]  # no generator: it runs at once
        """Answer what is open, and let the server stop its work. The table changes while futures are cancelled."""
        self._shutdown = True
        if (handler := self.fm.features.get(types.SHUTDOWN)) is not None:
            handler(None)
        for future in list(self._request_futures.values()):
            future.cancel()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]
        """The loop ends after this message; the code is the one that the protocol asks for."""
        self.exit_code = 0 if self._shutdown else 1

    @property
    def was_shut_down(self) -> bool:
        """Whether the client said that it is done."""
        return self._shutdown


def _first_line(exc: BaseException) -> str:
    """One line about an error: the innermost cause of a failed decoding, not the converter's own wrapping."""
    while isinstance(exc, BaseExceptionGroup) and exc.exceptions:
        exc = exc.exceptions[0]
    text = str(exc).strip().splitlines()
    return f"{type(exc).__name__}: {text[0]}" if text else type(exc).__name__
