"""Go to definition and references of fixtures, over the protocol, held against what pytest itself resolves.

pytest collects a project with a probe that writes down every place where a collected test, or a fixture that it uses,
names a fixture, and the definition that it gets there. Two servers are then asked at these places: isolint and
pytest-language-server. Neither is told anything about the other or the judge.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.client import Client, Json
from isolint.lsp.uris import to_path
from tests.pytest_model.projects import PROJECTS
from tests.pytest_model.test_against_pytest import SETTINGS

_SEEN = "def here(): pass\ndef state(): pass\n"
"""A module that the small projects of the tests import."""

_GRACE = 20.0

Spot = tuple[str, int]
"""A file and a line from 1."""

GRADES = ("right", "partly", "wrong", "empty")
"""Exactly what pytest resolves; a part of it and nothing else; something else among it; nothing."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place that names a fixture, and the definitions that pytest gives there (one, or several for a fixture's own
    parameter). `kind`: "parameter", "fixture" (a fixture's parameter), "string", "filled" (by `parametrize`)."""

    kind: str
    path: str
    line: int
    column: int
    name: str
    expected: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What pytest said of a project. `files` are those it collected tests from; `bodies` the lines of functions that
    are tests or fixtures; `parameters` the parameters of all fixtures, used or not; `defined` where fixtures are."""

    points: tuple[Point, ...]
    files: frozenset[str]
    bodies: tuple[tuple[str, int, int], ...]
    parameters: frozenset[Spot]
    defined: frozenset[Spot]


def judge(root: Path, python: str, environ: Mapping[str, str], limit: float) -> Judged:
    """Collect a project with the probe. RuntimeError when pytest gave nothing."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(Path(__file__).with_name("navigation_probe.py"), folder)
        Path(folder, "seen.py").write_text(_SEEN, "utf-8")
        output = Path(folder) / "output.json"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "DJANGO"))}
        path = os.pathsep.join(filter(None, [folder, environ.get("PYTHONPATH")]))
        kept |= {"PYTHONDONTWRITEBYTECODE": "1", **environ, "PYTHONPATH": path, "NAVIGATION_OUTPUT": str(output)}
        options = ["-q", "-p", "navigation_probe", "-p", "no:cacheprovider", "-W", "ignore"]
        command = [python, "-m", "pytest", "--collect-only", "--continue-on-collection-errors", *options]
        done = subprocess.run(command, cwd=root, env=kept, capture_output=True, text=True, check=False, timeout=limit)
        if not output.exists():
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        said = json.loads(output.read_text("utf-8"))
    points = tuple(
        Point(
            one["kind"],
            one["path"],
            one["line"],
            one["column"],
            one["name"],
            tuple((path, line, column) for path, line, column, _ in one["expected"]),
        )
        for one in said["points"]
        if one["path"].startswith(f"{root}/") and (one["expected"] or one["kind"] == "filled")
    )
    return Judged(
        points,
        frozenset(said["files"]),
        tuple({(path, first, last) for path, first, last in said["bodies"]}),
        frozenset((path, line) for path, line, _ in said["parameters"]),
        frozenset((path, line) for path, line in said["defined"]),
    )


class Asked:
    """A server that is asked about a project. A document is open while it is asked about."""

    def __init__(self, command: Sequence[str], root: Path, environ: Mapping[str, str]) -> None:
        self.client = Client(command, root, environ)
        self.client.initialize(root)
        self.root = root
        self._open: Path | None = None
        self._texts: dict[str, list[str]] = {}

    def _position(self, path: str, line: int, column: int) -> Json:
        """The position, in UTF-16 units, of a column that the syntax tree counts in bytes."""
        text = self._texts.get(path)
        if text is None:
            text = self._texts[path] = Path(path).read_text("utf-8", "replace").split("\n")
        before = text[line - 1].encode()[:column].decode("utf-8", "replace")
        character = len(before.encode("utf-16-le")) // 2
        return {"textDocument": {"uri": Path(path).as_uri()}, "position": {"line": line - 1, "character": character}}

    def _show(self, path: str) -> None:
        if self._open == Path(path):
            return
        if self._open is not None:
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": self._open.as_uri()}})
        self._open = Path(path)
        self.client.open(self._open, self._open.read_text("utf-8", "replace"))

    def definition(self, point: Point) -> set[Spot]:
        """Where the server goes from a place."""
        self._show(point.path)
        answer = self.client.request("textDocument/definition", self._position(point.path, point.line, point.column))
        return _spots(answer)

    def references(self, path: str, line: int, column: int) -> set[Spot]:
        """Where the server sees references of a definition."""
        self._show(path)
        params = {**self._position(path, line, column), "context": {"includeDeclaration": False}}
        return _spots(self.client.request("textDocument/references", params))

    def settle(self, points: Sequence[Point], limit: float) -> None:
        """Ask until the answers stay the same: servers look through the project, and at its packages, when asked."""
        started = time.monotonic()
        before: list[set[Spot]] = []
        same = 0
        while points and time.monotonic() < started + limit and same < 3:
            now = [self.definition(one) for one in points]
            # A server that knows nothing of these may not know it yet.
            same = same + 1 if now == before and (any(now) or time.monotonic() > started + _GRACE) else 0
            before = now
            time.sleep(1)


def _spots(answer: Json) -> set[Spot]:
    found = answer.get("result") or []
    spots = set()
    for one in found if isinstance(found, list) else [found]:
        uri = one.get("uri") or one.get("targetUri")
        span = one.get("range") or one.get("targetSelectionRange")
        path = to_path(uri)
        if path is not None:
            spots.add((os.path.realpath(path), span["start"]["line"] + 1))
    return spots


def graded(answer: set[Spot], expected: set[Spot]) -> str:
    """The grade of an answer."""
    if answer == expected:
        return "right"
    if not answer:
        return "empty"
    return "partly" if answer < expected else "wrong"


def grade_definitions(
    asked: Asked, judged: Judged, points: Iterable[Point]
) -> tuple[dict[str, Counter[str]], list[str]]:
    """The grades by kind of place, and a line for each that is not right. For a name that `parametrize` fills, any
    fixture is wrong; nothing is right, and so is a place in the file that defines none."""
    grades: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for point in points:
        answer = asked.definition(point)
        if point.kind == "filled":
            grade = "wrong" if any(s in judged.defined or s[0] != point.path for s in answer) else "right"
        else:
            grade = graded(answer, {(path, line) for path, line, _ in point.expected})
        grades[point.kind][grade] += 1
        if grade != "right":
            wrong.append(f"definition {grade}: {point}\n    {sorted(answer)}")
    return grades, wrong


def grade_references(
    asked: Asked, judged: Judged, wanted: Sequence[tuple[str, int, int]]
) -> tuple[Counter[str], list[str]]:
    """The grades of the references of definitions. Places that pytest did not collect, imports, and uses of a fixture's
    variable in a body are left out of the answers: the judge cannot tell. So is the definition itself."""
    by_definition: dict[Spot, set[Spot]] = defaultdict(set)
    known: set[Spot] = set()
    for point in judged.points:
        known.add((point.path, point.line))
        for path, line, _ in point.expected:
            by_definition[path, line].add((point.path, point.line))
    grades: Counter[str] = Counter()
    wrong = []
    for path, line, column in wanted:
        expected = by_definition[path, line]
        answer = {
            spot
            for spot in asked.references(path, line, column)
            if spot in expected or (spot != (path, line) and (spot in known or not _is_beyond(judged, *spot)))
        }
        grade = graded(answer, expected)
        grades[grade] += 1
        if grade != "right":
            extra, missing = sorted(answer - expected), sorted(expected - answer)
            wrong.append(f"references {grade}: {path}:{line}\n    extra {extra[:5]}\n    missing {missing[:5]}")
    return grades, wrong


def _is_beyond(judged: Judged, path: str, line: int) -> bool:
    """Whether the judge cannot tell about a place."""
    return (
        path not in judged.files
        or (path, line) in judged.parameters
        or _is_import(path, line)
        or any(path == body and first < line <= last for body, first, last in judged.bodies)
    )


def _is_import(path: str, line: int) -> bool:
    text = Path(path).read_text("utf-8", "replace").split("\n")
    return line <= len(text) and text[line - 1].lstrip().startswith(("import ", "from "))


def small_projects(folder: Path) -> list[tuple[str, Path]]:
    """The projects that the tests hold against pytest, each with a few of its rules, laid out in a folder."""
    found = []
    for name, files in PROJECTS.items():
        root = (folder / name).resolve()
        for file, text in {"settings.py": SETTINGS, **files}.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text, "utf-8")
        found.append((name, root))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One server on one project."""

    project: str
    server: str
    definitions: dict[str, Counter[str]]
    references: Counter[str]
    seconds: float


def navigation(
    roots: Sequence[tuple[str, Path]],
    servers: Mapping[str, Sequence[str]],
    python: str,
    environ: Mapping[str, str],
    most: int,
    limit: float,
    kept: Path | None,
) -> list[Row]:
    """Ask all servers about all projects: at most `most` places and definitions of each, the same of all servers."""
    rows = []
    for name, root in roots:
        # Some projects are imported from a folder of their own, as their own configuration or documentation says.
        inner = [folder for folder in ("python", "src") if (root / folder).is_dir()]
        judged = judge(root, python, {"PYTHONPATH": os.pathsep.join(str(root / each) for each in inner)}, limit)
        chance = random.Random(1)
        points = list(judged.points)
        chosen = sorted(chance.sample(points, min(most, len(points))), key=lambda one: (one.path, one.line))
        inside = f"{root}/"
        defined = sorted({each for one in points for each in one.expected if each[0].startswith(inside)})
        wanted = sorted(chance.sample(defined, min(most, len(defined))))
        for server, command in servers.items():
            asked = Asked(command, root, environ)
            try:
                asked.settle(chosen[:: max(1, len(chosen) // 20)], 180)
                started = time.perf_counter()
                definitions, wrong = grade_definitions(asked, judged, chosen)
                references, more = grade_references(asked, judged, wanted)
                seconds = time.perf_counter() - started
            finally:
                asked.client.close()
            rows.append(Row(name, server, definitions, references, seconds))
            if kept:
                kept.mkdir(parents=True, exist_ok=True)
                text = "\n".join([*wrong, *more])
                (kept / f"{name}.{server}.txt").write_text(text.replace(inside, "") + "\n", "utf-8")
    return rows


def table(rows: Iterable[Row]) -> Iterable[str]:
    """The rows as a table: how many of each grade."""
    kinds: dict[str, str] = {
        "parameter": "a test's parameter",
        "fixture": "a fixture's parameter",
        "string": "in a string",
        "filled": "filled by parametrize",
    }
    header = ("project", "server", *kinds.values(), "references", "seconds")
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join(['---'] * len(header))} |"
    for row in rows:
        cells = [_cell(row.definitions.get(kind, Counter())) for kind in kinds]
        yield f"| {' | '.join([row.project, row.server, *cells, _cell(row.references), f'{row.seconds:.0f}'])} |"


def _cell(grades: Counter[str]) -> str:
    total: Any = sum(grades.values())
    return " / ".join(str(grades[grade]) for grade in GRADES) if total else ""
