"""How the parent and the child of `inference` talk: length-prefixed msgpack frames and the messages in them.

Shared by both processes, so it imports nothing but the standard library, msgspec and the questions themselves. No
process is started here and no question is answered.
"""

from __future__ import annotations

import struct
from typing import IO

import msgspec

from isolint.names.origin import Answer, Question

_LENGTH = struct.Struct(">I")

LARGEST_FRAME = 1 << 28
"""Bytes; a longer frame means that the two sides lost step."""


PATIENCE = 30
"""How many times `Hello.limit` may pass on the wall clock: only for what waits and does not work, such as a file on a
network that is gone, and for systems that cannot limit processor time."""


LONGEST_LOOK = 3.0
"""Processor seconds that a `PlaceQuestion` may take: nobody waits longer who points at something, and all that is
asked meanwhile has to."""


class Hello(msgspec.Struct, frozen=True, array_like=True):
    """The first message to a child: the world it is asked about.

    `sys_path` are the import roots of the analysed environment (site-packages, standard library), `roots` those of
    the project itself (used by questions about the project's own text alone), `python_version` (major, minor) that of
    the environment, `limit` the processor seconds after which a question ends the child, `niceness` how far it steps
    back for others."""

    sys_path: tuple[str, ...]
    roots: tuple[str, ...]
    python_version: tuple[int, int]
    limit: float
    niceness: int = 0


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """One answer, the child's resident memory in bytes (0 where the system does not tell), the CPU seconds the question
    took, and what went wrong inside jedi ("" when nothing did)."""

    answer: Answer
    memory: int
    seconds: float
    error: str = ""


class ChildEnded(Exception):  # noqa: N818 (ending is no error of ours)
    """The child is gone: it crashed, ran out of time, was ended, or never started."""


encode = msgspec.msgpack.Encoder().encode
decode_hello = msgspec.msgpack.Decoder(Hello).decode
decode_question = msgspec.msgpack.Decoder(Question).decode
decode_reply = msgspec.msgpack.Decoder(Reply).decode


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Send one frame. Raises OSError when the other side is gone."""
    stream.write(_LENGTH.pack(len(payload)) + payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame, or None at the end of the stream, also when it ends or makes no sense in the middle."""
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    if length > LARGEST_FRAME:
        return None
    payload = stream.read(length)
    return payload if len(payload) == length else None
