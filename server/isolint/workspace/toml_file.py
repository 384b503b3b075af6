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
    """Parse `data`. A line that does not parse is left out and the rest read, so that one half-typed line in an editor
    does not take the whole configuration away. Never raises."""
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
            number = int(found.group(1)) if found else 0
            if not problems:
                problems.append(Problem(path, number or len(lines), f"invalid TOML: {error}", fatal=True))
            if not 0 < number <= len(lines) or not lines[number - 1].strip():
                break
            # A broken header must still end the table before it, or its keys would be read as that table's.
            is_header = lines[number - 1].lstrip().startswith("[")
            lines[number - 1] = f"[unreadable-{attempt}]" if is_header else ""
    return TomlFile(path, text, {}, tuple(problems))


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
