"""What pytest decided about a project against what `isolint explain --output-format json` says: item by item.

Both sides are plain data read from outside: pytest's from the probe, isolint's from its public JSON. Used by the tests
here and by `python -m benchmarks model` on checkouts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent
ALWAYS = ("-q", "-p", "probe", "-p", "no:cacheprovider", "-W", "ignore", "--tb=short")

Json = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One fact about a test (or `order`, about a file) that is not the same on both sides."""

    test: str
    what: str
    ours: object
    pytests: object

    def __str__(self) -> str:
        return f"{self.test}: {self.what}\n    isolint {self.ours}\n    pytest  {self.pytests}"


# --- pytest's side ----------------------------------------------------------------------------------------------------


class Pytest:
    """The real pytest of an environment, kept warm: each run is a process forked from one that has imported all."""

    def __init__(self, python: str, aside: Path) -> None:
        self.aside = aside
        self.count = 0
        aside.mkdir(parents=True, exist_ok=True)
        for name in ("probe.py", "batch.py"):
            shutil.copy(HERE / name, aside / name)
        (aside / "seen.py").write_text("from probe import here, state\n")
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "DJANGO"))}
        keep |= {"PYTHONPATH": str(aside), "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [python, str(aside / "batch.py")],
            cwd=aside,
            env=keep,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.communicate()

    def ask(
        self, root: Path, *arguments: str, collect_only: bool = True, variables: Mapping[str, str] | None = None
    ) -> Json:
        """What pytest decides about the project in `root`; "text" is what it printed, "items" is missing when it did
        not get as far as collecting."""
        self.count += 1
        output = self.aside / f"probe-{self.count}.json"
        job = {
            "root": str(root),
            "output": str(output),
            "arguments": [*ALWAYS, *(["--collect-only"] if collect_only else []), *arguments],
            "variables": dict(variables or {}),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer: Json = json.loads(self.process.stdout.readline())
        return answer | (json.loads(output.read_text()) if output.exists() else {})


# --- the comparison ---------------------------------------------------------------------------------------------------


def differences(truth: Json, explained: Sequence[Json], folder: Path) -> list[Difference]:
    """All that is not equal. `explained` is the JSON of `isolint explain` run in `folder`."""
    root = Path(truth["root"])
    ours = {_absolute(folder, test["test"]): test for test in explained}
    theirs = {_absolute(root, node): item for node, item in truth["items"].items()}
    order = [_absolute(root, node) for node in dict.fromkeys(truth["order"])]
    # Of a file or a class that fails while it is collected pytest has no tests.
    broken = tuple(f"{_absolute(root, node)}::" for node in truth["errors"])
    ours = {node: test for node, test in ours.items() if not node.startswith(broken)}
    found = [Difference(node, "collected", False, True) for node in order if node not in ours]
    found += [Difference(node, "collected", True, False) for node in ours if node not in set(order)]
    both = [node for node in order if node in ours]
    seen = [node for node in ours if node in set(both)]
    if both != seen:
        first = next(i for i, (a, b) in enumerate(zip(both, seen, strict=True)) if a != b)
        found.append(
            Difference(both[first].partition("::")[0], "order", seen[first : first + 3], both[first : first + 3])
        )
    runs = {_absolute(root, node): kind for node, kind in truth["runs"].items()}
    states = _states(truth)
    for node in both:
        if node in theirs:
            found += _item(node, ours[node], theirs[node], folder)
            found += _ran(node, ours[node], runs.get(node), states.get(node, ()))
    return [Difference(d.test.replace(f"{folder}/", ""), d.what, d.ours, d.pytests) for d in found]


def _absolute(root: Path, node: str) -> str:
    path, separator, rest = node.partition("::")
    return f"{os.path.normpath(root / path)}{separator}{rest}"


def _item(node: str, ours: Json, real: Json, folder: Path) -> list[Difference]:
    found: list[Difference] = []

    def compare(what: str, mine: object, pytests: object) -> None:
        if mine != pytests:
            found.append(Difference(node, what, mine, pytests))

    file, line = real["written"]
    if file is not None:
        compare("place", [str(folder / ours["path"]), ours["line"]], [file, line])
    # A mark that only some parameter sets have is not certain for the test as a whole.
    everywhere = common(real["variants"])
    written = [m["name"] for m in ours["marks"]]
    known = [m["name"] for m in everywhere]
    if real["tags"] and sorted(written) == sorted(known):
        written = known  # several tags in one `@tag` are a set: their order is another in each process
    if "unknown" in (ours["runner"], ours["database"]["mode"]):
        # Another mark may be there: what is said must be true all the same.
        rest = iter(known)
        known = written if all(name in rest for name in written) else known
    compare("marks", written, known)
    mine = {n: [[str(folder / d["path"]), d["line"]] for d in defs] for n, defs in ours["fixtures"].items()}
    theirs = {n: d for n, d in real["fixtures"].items() if all(place[0] for place in d)}
    compare("fixtures", sorted(mine.keys() - real["fixtures"]), sorted(real["fixtures"].keys() - mine))
    # For the fixtures that pytest makes of set-up methods we name the methods, pytest its own function.
    unlike = [n for n in theirs if n in mine and mine[n] != theirs[n] and not n.startswith(("_xunit_", "_unittest_"))]
    compare("definitions", {n: mine[n] for n in unlike}, {n: theirs[n] for n in unlike})
    if ours["runner"] != "unknown":
        compare("runner", ours["runner"], real["runner"])
    mode = ours["database"]
    if mode["mode"] not in {"unknown", "unprotected"}:
        compare("mode", [mode["mode"], sorted(mode["databases"])], expected_mode(real, mode))
    return found


def common(variants: Sequence[Sequence[Json]]) -> list[Json]:
    """The marks that all parameter sets have, each as often as the set that has it least."""
    found: list[Json] = []
    for mark in variants[0]:
        if all(list(other).count(mark) > found.count(mark) for other in variants):
            found.append(mark)
    return found


def expected_mode(real: Json, ours: Json) -> list[object]:
    """The mode that follows from the values pytest-django itself looks at (pytest_django.fixtures._django_db_helper):
    the closest mark, the fixture names, the class. What only a run tells (a fixture asked for in a body, a class
    attribute patched later) is taken from our side and compared where tests run."""
    case, mark, names = real["class"], real["mark"], real["closure"]
    if case is not None:
        aliases = ["__all__"] if case["databases"] == "__all__" else case["databases"]
        kinds = {"TestCase": "rollback", "TransactionTestCase": "flush", "SimpleTestCase": "none"}
        return [kinds[case["kind"]] if aliases else "none", aliases]
    if mark is None and "_django_db_helper" not in names and "live_server" not in names:
        return [ours["mode"], sorted(ours["databases"])] if ours["mode"] == "rollback" else ["none", []]
    asked = mark or {"transaction": False, "reset_sequences": False, "databases": None}
    flush = asked["transaction"] or asked["reset_sequences"] or {"transactional_db", "live_server"} & set(names)
    aliases = sorted(ours["databases"]) if asked["databases"] is None else asked["databases"]
    return ["flush" if flush else "rollback", ["__all__"] if aliases == "__all__" else list(aliases)]


def unknown(explained: Sequence[Json]) -> list[str]:
    """The tests whose runner or mode is unknown: nothing is compared there, so somebody should look at their number."""
    return [test["test"] for test in explained if "unknown" in (test["runner"], test["database"]["mode"])]


STATES = {"rollback": "atomic", "flush": "open", "unprotected": "open", "none": "blocked"}


def _ran(node: str, ours: Json, run: str | None, states: Sequence[Json]) -> list[Difference]:
    """Who ran the body and how each connection looked, where the test was run: every parameter set that came as far as
    its body was observed."""
    found: list[Difference] = []
    # A plain function is one, whatever it calls, and whoever calls it.
    if run is not None and ours["runner"] not in {run, "unknown", "sync"}:
        found.append(Difference(node, "runner in the run", ours["runner"], run))
    mode = ours["database"]
    if mode["mode"] == "unknown":
        return found
    for state in states:
        aliases = list(state) if mode["mode"] == "none" or mode["databases"] == ["__all__"] else mode["databases"]
        # An alias that was not asked for is refused only while its connection is closed: nothing to compare.
        expected = dict.fromkeys(aliases, STATES[mode["mode"]])
        seen = {alias: word for alias, word in state.items() if alias in expected}
        if seen != expected:
            found.append(Difference(node, "connections", expected, seen))
            break
    return found


def _states(truth: Json) -> dict[str, list[Json]]:
    """The states that the parameter sets of each test saw."""
    found: dict[str, list[Json]] = {}
    for node, state in truth["states"].items():
        found.setdefault(_absolute(Path(truth["root"]), node.split("[")[0]), []).append(state)
    return found


def unobserved(truth: Json) -> list[str]:
    """The tests that were collected and of which no parameter set came as far as its body."""
    seen = {node.split("[")[0] for node in truth["states"]}
    return [node for node in truth["items"] if node not in seen]
