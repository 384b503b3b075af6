from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolint.lsp.transport import Writer, decode, encode, frames


def _cut(data: bytes, sizes: list[int]) -> tuple[list[bytes], list[str]]:
    """The frames of bytes that arrive in pieces of the given sizes, and the complaints."""
    pieces, at = [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    pieces.append(data[at:])
    arriving = iter([piece for piece in pieces if piece])
    complaints: list[str] = []
    return list(frames(lambda _: next(arriving, b""), complaints.append)), complaints


@given(st.lists(st.binary(max_size=60), max_size=5), st.lists(st.integers(1, 40), max_size=30))
def test_bodies_come_out_however_the_bytes_arrive(bodies: list[bytes], sizes: list[int]) -> None:
    data = b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)
    assert _cut(data, sizes) == (bodies, [])


def test_other_headers_and_other_cases_are_accepted() -> None:
    data = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:  2 \r\n\r\nab"
    assert _cut(data, []) == ([b"ab"], [])


@pytest.mark.parametrize(
    "header", [b"Nonsense", b"Content-Length: abc", b"Content-Length: -1", b"Content-Length: 9999999999"]
)
def test_a_bad_header_is_skipped_and_told(header: bytes) -> None:
    bodies, complaints = _cut(header + b"\r\n\r\nContent-Length: 2\r\n\r\nab", [])
    assert bodies == [b"ab"]
    assert len(complaints) == 1


def test_a_flood_without_headers_is_not_collected() -> None:
    bodies, complaints = _cut(b"x" * 200_000 + b"\r\n\r\nContent-Length: 2\r\n\r\nab", [65536] * 3)
    assert bodies == [b"ab"]
    assert complaints


def test_a_body_cut_off_by_the_end_is_dropped() -> None:
    assert _cut(b"Content-Length: 5\r\n\r\nab", []) == ([], [])


def test_half_a_surrogate_pair_is_read_and_written() -> None:
    half = decode(b'{"text": "a\\ud83d"}')
    assert half == {"text": "a\ud83d"}
    assert decode(encode(half)) == half


def test_bytes_that_are_not_utf8_are_read_as_replacement_characters() -> None:
    assert decode(b'{"id": 1, "text": "\xff"}') == {"id": 1, "text": "\ufffd"}


def test_what_is_not_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="column"):
        decode(b'{"id": ')


def test_the_writer_keeps_the_order_and_drops_what_is_out_of_date() -> None:
    written: list[bytes] = []
    writer = Writer(written.append)
    writer.send(b"one")
    writer.send(b"two", lambda: False)
    writer.send(b"three", lambda: True)
    writer.close(10)
    assert written == [b"Content-Length: 3\r\n\r\none", b"Content-Length: 5\r\n\r\nthree"]


def test_a_slow_reader_does_not_block_the_sender() -> None:
    reading = threading.Event()
    written: list[bytes] = []

    def write(data: bytes) -> None:
        reading.wait(30)
        written.append(data)

    writer = Writer(write)
    for _ in range(100):
        writer.send(b"x")  # would never come back if it wrote
    assert not written
    reading.set()
    writer.close(30)
    assert len(written) == 100


def test_a_client_that_is_gone_is_no_error() -> None:
    def write(data: bytes) -> None:
        raise BrokenPipeError

    writer = Writer(write)
    writer.send(b"one")
    writer.send(b"two")
    writer.close(10)
