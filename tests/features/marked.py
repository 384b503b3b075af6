"""Projects as one string: what is pointed at and what is expected stand in it.

`#- PATH` on a line of its own begins a file. `$0` is the cursor. `«name»` is an expected place, `«1 name»` one whose
turn among them counts. No test lives here.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from isolint.check.report import Location
from isolint.check.session import Session
from tests.check.engine import INI, project

Spot = tuple[str, int, int]
"""A relative path and a span of bytes."""


@dataclass(frozen=True)
class Marked:
    """A project without its markers, and what they said."""

    files: dict[str, str]
    cursor: tuple[str, int] | None
    spots: list[Spot]
    numbered: bool


def marked(text: str) -> Marked:
    """Read a string with markers."""
    files: dict[str, str] = {}
    cursor = None
    spots: list[tuple[int, Spot]] = []
    numbered = False
    for part in re.split(r"(?m)^#- ", dedent(text))[1:]:
        name, _, body = part.partition("\n")
        clean = b""
        position = 0
        data = body.encode()
        # The cursor may stand inside of a place.
        for token in re.finditer(rb"\$0|\xc2\xab(?:(\d+) )?|\xc2\xbb", data):
            clean += data[position : token.start()]
            position = token.end()
            if token[0] == b"$0":
                cursor = (name, len(clean))
            elif token[0] == b"\xc2\xbb":
                turn, (path, start, _) = spots[-1]
                spots[-1] = (turn, (path, start, len(clean)))
            else:
                numbered = numbered or token[1] is not None
                spots.append((int(token[1] or 0), (name, len(clean), -1)))
        files[name.strip()] = (clean + data[position:]).decode()
    return Marked(files, cursor, [spot for _, spot in sorted(spots, key=lambda one: one[0])], numbered)


@contextlib.contextmanager
def opened(text: str, ini: str = INI) -> Iterator[tuple[Session, Path, Marked]]:
    """The session of a project with markers."""
    said = marked(text)
    with project(said.files, said.files.get("pytest.ini", ini)) as (root, session):
        yield session, root, said


def spots_of(found: list[Location] | tuple[Location, ...], root: Path) -> list[Spot]:
    """Locations as spots, those outside of the project by the end of their path and without a span."""
    spots: list[Spot] = []
    for one in found:
        if one.path.startswith(f"{root}/"):
            spots.append((one.path[len(str(root)) + 1 :], one.start, one.end))
        else:
            spots.append(("/".join(one.path.split("/")[-2:]), -1, -1))
    return spots
