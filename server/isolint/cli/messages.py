"""What the command line and its worker processes say to each other: plain data, in frames of msgpack, never pickle.

No process is started here, and nothing is analysed.
"""

from __future__ import annotations

import msgspec

from isolint.check.last_run import Ground
from isolint.check.report import FileReport
from isolint.names.origin import Answer, Question
from isolint.rules.finding import Finding
from isolint.workspace.files import Stamp
from isolint.workspace.shapes import Problem


class Start(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The first message: the project. `overrides` are the command line's settings as msgpack. There is no reply."""

    root: str
    overrides: bytes
    cache: bool


class Judge(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Judge these files of tests, besides those before."""

    files: tuple[str, ...]


class Learn(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Answers to what was wanted: judge all files again."""

    answers: tuple[tuple[Question, Answer], ...]


class Collect(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Hand over what was said of all files."""


Message = Start | Judge | Learn | Collect


class Judged(msgspec.Struct, frozen=True, array_like=True):
    """The reply to `Judge` and `Learn`: what is wanted now."""

    wanted: tuple[Question, ...]


class Collected(msgspec.Struct, frozen=True, array_like=True):
    """The reply to `Collect`: the reports, but for files where the engine failed; for each file what its tests say of
    other files (shared fixtures); what could not be read; the stamps of all that was read; and what the reports rest
    on."""

    reports: tuple[FileReport, ...]
    elsewhere: dict[str, tuple[Finding, ...]]
    unread: tuple[Problem, ...]
    stamps: dict[str, Stamp | None]
    told: Ground


encode = msgspec.msgpack.Encoder().encode
decode_message = msgspec.msgpack.Decoder(Message).decode
decode_judged = msgspec.msgpack.Decoder(Judged).decode
decode_collected = msgspec.msgpack.Decoder(Collected).decode
decode_overrides = msgspec.msgpack.Decoder(dict[str, object]).decode
