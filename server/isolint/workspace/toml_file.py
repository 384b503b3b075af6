"""TOML files as people leave them: parsed leniently, with the line of a key.

Shared by pytest's configuration and by our own settings; knows neither. `tomllib` keeps no positions, so lines are
found by a scan that understands headers, dotted and quoted keys, and no more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isolint.workspace.shapes import Problem

_ERROR_LINE = re.compile(r"at line (\d+)")
_KEY_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = rf"{_KEY_PART}(?:\s*\.\s*{_KEY_PART})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY})\s*\]\]?")
_ASSIGNMENT = re.compile(rf"\s*({_KEY})\s*=")
_PART = re.compile(_KEY_PART)
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file: its document, its text, and what is wrong with it (the first error, as one fatal problem)."""

    path: str
    text: str
    document: dict[str, Any]
    problems: tuple[Problem, ...] = ()


def parse_toml(path: str, data: bytes) -> TomlFile:
    """Parse `data`. A statement that does not parse is left out and the rest read, so that one half-typed line in an
    editor does not take the whole configuration away. Never raises."""
    problems: list[Problem] = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(path, line, "not valid UTF-8", fatal=True))
        text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    for attempt in range(_ATTEMPTS):
        try:
            return TomlFile(path, text, tomllib.loads("\n".join(lines)), tuple(problems))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            found = _ERROR_LINE.search(str(error))
            first, end = _broken_statement(lines, int(found.group(1)) - 1 if found else len(lines))
            if not problems:
                problems.append(Problem(path, first + 1, f"invalid TOML: {error}", fatal=True))
            if not any(line.strip() for line in lines[first:end]):
                break
            # A broken header must still end the table before it, or its keys would be read as that table's.
            is_header = lines[first].lstrip().startswith("[")
            lines[first:end] = [f"[unreadable-{attempt}]" if is_header else "", *[""] * (end - first - 1)]
    return TomlFile(path, text, {}, tuple(problems))


def _broken_statement(lines: list[str], at: int) -> tuple[int, int]:
    """The lines (first, end exclusive, from 0) of the statement to blame for an error noticed on line `at`.

    A bracket or string that is never closed is noticed only where the next statement begins: so when the statement
    before does not parse by itself, it is the one."""
    starts = [index for index, line in enumerate(lines) if _HEADER.match(line) or _ASSIGNMENT.match(line)]
    before = max((index for index in starts if index < at), default=None)
    after = min((index for index in starts if index > at), default=len(lines))
    if before is not None and (at in starts or at >= len(lines)) and not _parses("\n".join(lines[before:at])):
        return before, min(at, len(lines))
    if at in starts or before is None or at >= len(lines) or _parses("\n".join(lines[before:at])):
        return min(at, len(lines) - 1), min(at, len(lines) - 1) + 1
    return before, after


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


def line_of(text: str, keys: Sequence[str]) -> int:
    """The line (from 1) of the key path `keys`, or of the longest part of it that has a line (an inline table stands on
    its parent's line); 0 when nothing of it is found."""
    wanted = tuple(keys)
    best, best_length = 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            found = table = _split_key(header.group(1))
        elif assignment := _ASSIGNMENT.match(line):
            found = table + _split_key(assignment.group(1))
        else:
            continue
        if len(found) > best_length and wanted[: len(found)] == found:
            best, best_length = number, len(found)
    return best


def _split_key(key: str) -> tuple[str, ...]:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in _PART.findall(key))
