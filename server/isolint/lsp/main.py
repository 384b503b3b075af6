"""The entry of `isolint server`: guards the streams, chooses the transport, and plugs the real engine into the server.

Nothing is imported before the guard stands: whatever prints, here or in a child process, must not reach the client.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isolint.inference.client import JediOrigin
    from isolint.lsp.engine import EngineFactory, Opened
    from isolint.workspace.shapes import Environment


def run(argv: Sequence[str]) -> int:
    """`isolint server ARGV`: standard input and output unless `--tcp` is given. Returns the exit code."""
    import argparse

    parser = argparse.ArgumentParser(prog="isolint server", description="The language server.")
    parser.add_argument("--stdio", action="store_true", help="serve on standard input and output (the default)")
    parser.add_argument("--tcp", action="store_true", help="serve one client on a TCP socket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=2087, help="0: any free one, printed on standard error")
    options = parser.parse_args(argv)
    if options.stdio and options.tcp:
        parser.error("--stdio and --tcp exclude each other")
    return serve(host=options.host, port=options.port) if options.tcp else serve()


def serve(host: str | None = None, port: int | None = None, make_engine: EngineFactory | None = None) -> int:
    """Serve one client: over TCP when a port is given, else over standard input and output. Returns the exit code.

    Ends the process itself when the analysis does not stop: a hung one must not outlive its editor."""
    read, write, close = _standard_streams() if port is None else _tcp_streams(host or "127.0.0.1", port)
    # The loop thread must not wait five milliseconds (the default) for an analysis in the middle of its work.
    sys.setswitchinterval(0.0005)

    from isolint.lsp.server import Server

    server = Server(make_engine or real_engine)
    try:
        code = server.serve(read, write)
    except KeyboardInterrupt:
        code = 130
    close()
    if server.is_hung:
        sys.stderr.flush()
        os._exit(code)
    return code


def _standard_streams() -> tuple[Callable[[int], bytes], Callable[[bytes], object], Callable[[], object]]:
    """Private copies of standard input and output; the originals become the null device and standard error, for us
    and for every child process."""
    sys.stdout.flush()
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(sink, view) :]

    # Bare descriptors: a buffered reader's lock, held by a thread that waits for input, would upset the end.
    return (lambda size: os.read(source, size)), write, (lambda: None)


def _tcp_streams(
    host: str, port: int
) -> tuple[Callable[[int], bytes], Callable[[bytes], object], Callable[[], object]]:
    """The first connection to a listening socket. The address is printed on standard error, for port 0."""
    import socket

    sys.stdout.flush()
    sys.stdout = sys.stderr
    with socket.create_server((host, port)) as listener:
        address = listener.getsockname()
        sys.stderr.write(f"isolint: listening on {address[0]}:{address[1]}\n")
        sys.stderr.flush()
        connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection.recv, connection.sendall, connection.close


def real_engine(root: str, overrides: Mapping[str, object], on_answers: Callable[[], None]) -> Opened:
    """The engine of one folder, with jedi behind it in its child process. Called, and so imported, on the analysis
    thread. No project code runs, here or there."""
    from isolint.inference.client import open_origin
    from isolint.lsp.editor import EditorSession
    from isolint.lsp.engine import Opened
    from isolint.workspace.environment import distribution_of

    origins: list[JediOrigin] = []

    def ask_jedi(environment: Environment, roots: Sequence[str]) -> JediOrigin:
        """The origin of an environment; the one before, of an environment that is no longer it, ends."""

        def owner(path: str) -> tuple[str, str] | None:
            found = distribution_of(environment, path)
            return (found.name, found.version) if found else None

        while origins:
            origins.pop().close()
        origins.append(open_origin(environment, roots, distribution_of=owner))
        origins[0].start_background(on_answers)
        return origins[0]

    session = EditorSession(root, overrides=overrides, open_origin=ask_jedi)

    def close() -> None:
        session.close()
        while origins:
            origins.pop().close()

    return Opened(session, close)
