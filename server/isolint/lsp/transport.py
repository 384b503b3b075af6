"""Bytes in, bytes out: cuts the input into message bodies, and writes bodies from one thread only.

No message is understood here. pygls' own reader and writer are not used: its reader shares a thread pool with the
handlers, so that busy handlers starve the input, and it writes from whichever thread has an answer.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import msgspec

_CHUNK = 1 << 16
_LONGEST_HEADER = 1 << 16
_LONGEST_BODY = 1 << 30


def frames(read: Callable[[int], bytes], complain: Callable[[str], None]) -> Iterator[bytes]:
    """The bodies of the messages that `read(n)` delivers (at most n bytes at once, b"" at the end), until it ends.

    A header without a usable `Content-Length` is skipped and complained about. A body cut off by the end is dropped.
    """
    pending = bytearray()

    def more() -> bool:
        try:
            piece = read(_CHUNK)
        except OSError:  # reset by the client: an end like any other
            piece = b""
        pending.extend(piece)
        return bool(piece)

    while True:
        end = pending.find(b"\r\n\r\n")
        if end < 0:
            if len(pending) > _LONGEST_HEADER:
                complain("input without a message header was skipped")
                del pending[:-3]
            if not more():
                return
            continue
        length = _content_length(bytes(pending[:end]))
        del pending[: end + 4]
        if length is None:
            complain("a message header without a usable Content-Length was skipped")
            continue
        while len(pending) < length:
            if not more():
                return
        body = bytes(memoryview(pending)[:length])
        del pending[:length]
        yield body


def _content_length(header: bytes) -> int | None:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        value = value.strip()
        if name.strip().lower() == b"content-length" and value.isdigit() and len(value) < 12:
            length = int(value)
            return length if length <= _LONGEST_BODY else None
    return None


def encode(message: object) -> bytes:
    """A message as JSON in UTF-8. Half a surrogate pair, which an editor may send and we may quote, is escaped."""
    try:
        return msgspec.json.encode(message)
    except UnicodeEncodeError:
        return json.dumps(message).encode()


def decode(body: bytes) -> object:
    """A message body as plain data. Raises ValueError when it is not JSON.

    The fast decoder refuses half surrogate pairs, which JSON may contain and editors do send; the standard one reads
    them. Bytes that are not UTF-8 are read as replacement characters: better than a request that is never answered.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(body.decode("utf-8", "replace"))


class Writer:
    """Writes bodies in the order they were sent, from one thread, so that a slow reader never blocks the sender."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._queue: SimpleQueue[tuple[bytes, Callable[[], bool] | None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="isolint-writer", daemon=True)
        self._thread.start()

    def send(self, body: bytes, still: Callable[[], bool] | None = None) -> None:
        """Write a message, from any thread. `still` is asked at the last moment: false means that it is out of date."""
        self._queue.put((body, still))

    def close(self, seconds: float) -> None:
        """Write what was sent so far, waiting at most `seconds` for a client that does not read."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        broken = False
        while (item := self._queue.get()) is not None:
            body, still = item
            if broken or (still is not None and not still()):
                continue
            try:
                self._write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            except (OSError, ValueError):  # the client is gone; its end of our input ends the server
                broken = True
