"""A small engine with the interface of the real one, for the tests of the command line.

It is no mock: it reads real files and buffers, and its one rule is simple enough to see through. A test whose body has
a line with `LEAK` (optionally `LEAK(helper)`, the cause) leaks there; the fix turns `await LEAK` into `safe`. Words in
the line's comment steer the rest: `unsafe`, `nofix`, `undecided`, `broken` (the fix does not parse), `warning`, `info`,
`with NAME` (the fix turns the first LEAK of that file beside it into `safe`, too).
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isolint.check.report import (
    Change,
    FileChanges,
    FileReport,
    Fix,
    FixEdits,
    Location,
    PlacedFinding,
    RelatedPlace,
    Resolved,
    TestVerdict,
)
from isolint.cli.engine import Opened
from isolint.rules.registry import Rule
from isolint.workspace.shapes import Environment, Problem, Severity

_TEST = re.compile(rb"(?m)^(?:async )?def (test_\w+)\(.*\n(?:[ \t]+.*\n?|\r?\n)*")
_LEAK = re.compile(rb"(?:await )?LEAK(?:\((\w+)\))?")


class StandIn:
    """The engine. `problems`, `environment` and `answers` (rounds of questions for jedi) are what a test sets."""

    def __init__(
        self,
        root: str,
        *,
        problems: tuple[Problem, ...] = (),
        environment: Environment | None = None,
        rounds: int = 0,
        failing: str = "",
    ) -> None:
        self.root = root
        self.problems = problems
        self.environment = environment or Environment(prefix="/env")
        self.rounds = rounds
        self.questions: list[str] = []
        self.failing = failing
        self.closed = False
        self.told = 0
        self.overrides: Mapping[str, object] = {}
        self.cache = True
        self.touched: list[list[str]] = []
        self._buffers: dict[str, bytes] = {}

    def opener(self, root: str, overrides: Mapping[str, object], cache: bool) -> Opened:
        self.root, self.overrides, self.cache = root, overrides, cache
        return Opened(self, Answers(self), state=lambda: {path: Path(path).read_bytes() for path in self.files([root])})

    def files(self, paths: Sequence[str]) -> list[str]:
        found = set()
        for path in paths:
            if os.path.isfile(path):
                found.add(path)
            for folder, _, names in os.walk(path):
                found |= {os.path.join(folder, name) for name in names if name.startswith("test_")}
        return sorted(found)

    def set_buffer(self, path: str, text: bytes | None) -> None:
        if text is None:
            self._buffers.pop(path, None)
        else:
            self._buffers[path] = text

    def source(self, path: str) -> bytes:
        if path in self._buffers:
            return self._buffers[path]
        with open(path, "rb") as file:
            raw = file.read()
        if b"coding: latin-1" in raw:
            return raw.decode("latin-1").encode()
        return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").encode()

    def touch(self, paths: Iterable[str]) -> None:
        self.touched.append(sorted(os.path.relpath(path, self.root) for path in paths))

    def report(self, path: str) -> FileReport:
        if self.failing and path.endswith(self.failing):
            raise ZeroDivisionError("a defect")
        if self.rounds and not self.questions:
            self.questions.append("what is x?")
        text = self.source(path)
        findings = []
        tests = []
        for found in _TEST.finditer(text):
            leaks = [
                self._finding(path, text, found, leak)
                for leak in _LEAK.finditer(text, found.start(), found.end())
                if b"# isolint: ignore" not in text[leak.end() :].partition(b"\n")[0]
            ]
            findings += leaks
            tests.append(self._verdict(path, text, found, bool(leaks)))
        return FileReport(path, tuple(findings), tuple(tests))

    def resolved(self, path: str) -> dict[str, tuple[Resolved, ...]]:
        text = self.source(path)
        known = Resolved("asgiref.sync.sync_to_async", "asgiref", "3.8.1")
        return {self._id(path, found): (known,) for found in _TEST.finditer(text) if b"LEAK" in found[0]}

    def fix_all(self, path: str, unsafe: bool = False, within: Container[str] | None = None) -> FixEdits | str:
        text = self.source(path)
        changes = []
        for leak in re.finditer(rb"await LEAK([^\n#]*)(#[^\n]*)?", text):
            comment = leak[2] or b""
            if b"nofix" in comment or (b"unsafe" in comment and not unsafe):
                continue
            new = ")(" if b"broken" in comment else "safe" + leak[1].decode() + (leak[2] or b"").decode()
            changes.append(Change(leak.start(), leak.end(), new))
        files = [FileChanges(path, tuple(changes))]
        for found in re.finditer(rb"await LEAK[^\n]*# with (\w+\.py)", text):
            other = os.path.join(os.path.dirname(path), found[1].decode())
            at = self.source(other).find(b"LEAK")
            if within is not None and other not in within:
                return f"it would change {found[1].decode()} as well"
            files.append(FileChanges(other, (Change(at, at + 4, "safe"),)))
        return FixEdits("Convert", "unsafe" if unsafe else "safe", tuple(files)) if changes else "nothing to fix"

    def severity(self, rule: Rule, path: str) -> Severity:
        return rule.default_severity

    def wanted(self) -> int:
        return len(self.questions)

    def origin_changed(self) -> bool:
        self.told += 1
        return True

    def close(self) -> None:
        self.closed = True

    def _id(self, path: str, found: re.Match[bytes]) -> str:
        return f"{os.path.relpath(path, self.root)}::{found[1].decode()}"

    def _verdict(self, path: str, text: bytes, found: re.Match[bytes], leaks: bool) -> TestVerdict:
        undecided = b"undecided" in found[0]
        here = locate(path, text, found.start(), found.end())
        mark = RelatedPlace(locate(path, text, found.start(), found.start()), "@pytest.mark.django_db", "mode")
        plain = b"plain" in found[0]
        return TestVerdict(
            test=self._id(path, found),
            location=here,
            name=locate(path, text, found.start(1), found.end(1)),
            runner="pytest-asyncio" if found[0].startswith(b"async") else "sync",
            mode="none" if plain else "rollback",
            databases=() if plain else ("default",),
            mode_reason=() if plain else (mark,),
            runner_reason=(RelatedPlace(here, "@pytest.mark.asyncio", "runner"),) if found[0][:1] == b"a" else (),
            marks=() if plain else (("django_db", None, here), ("slow", "reason='x'", here)),
            fixtures=(("db", (here,)), ("make_order", (locate(path, text, 0, 0), here))),
            place="the main thread, in pytest-asyncio's loop",
            verdict="not-rollback" if plain else "leaks" if leaks else "undecided" if undecided else "safe",
            reasons=("nobody can say what helper() is",) if undecided else (),
            cure=RelatedPlace(locate(path, text, 0, 0), "fixture lend lends it: who knows", "cure")
            if b"cured" in found[0]
            else None,
        )

    def _finding(self, path: str, text: bytes, test: re.Match[bytes], leak: re.Match[bytes]) -> PlacedFinding:
        end_of_line = text.find(b"\n", leak.start())
        comment = text[leak.end() : end_of_line if end_of_line >= 0 else len(text)]
        helper = leak[1].decode() if leak[1] else ""
        here = locate(path, text, leak.start(), leak.end())
        cause, chain = None, []
        if helper:
            at = text.index(b"def " + helper.encode())
            cause = locate(path, text, at, at + 4 + len(helper))
            chain = [RelatedPlace(cause, helper, "chain"), RelatedPlace(here, "Order.objects.create", "chain")]
        name = test[1].decode()
        fix: Fix | None = Fix("safe", f"Convert {name} to a sync test", "")
        if b"unsafe" in comment:
            fix = Fix("unsafe", f"Convert {name} to a sync test", "it closes its connection")
        elif b"nofix" in comment:
            fix = Fix("none", "", "the test is about concurrency")
        return PlacedFinding(
            location=here,
            code="ISO101",
            name="sync-to-async-in-db-test",
            severity="warning" if b"warning" in comment else "info" if b"info" in comment else "error",
            confidence="likely" if b"warning" in comment else "certain",
            message=f"{helper or 'LEAK'} writes Order on another connection: the row outlives {name}",
            note="asgiref's worker thread, not the test's transaction",
            test=self._id(path, test),
            effect="write",
            place="worker",
            cause=cause or here,
            cause_name=helper or "LEAK",
            related=tuple(chain),
            tests=(),
            fix=fix,
            url="https://example.org/rule",
            key=f"{name}:ISO101:{helper}",
        )


@dataclass
class Answers:
    """Who answers. Each report asks one question more until `rounds` are over, as answers lead to questions."""

    engine: StandIn

    def wanted(self) -> Sequence[object]:
        return self.engine.questions

    def resolve(self, timeout: float) -> int:
        self.engine.questions.clear()
        self.engine.rounds -= 1
        return 1

    def complete(self) -> bool:
        return not self.engine.questions

    def close(self) -> None:
        self.engine.questions.clear()


def locate(path: str, text: bytes, start: int, end: int) -> Location:
    """The location of a span of bytes; lines end at line feeds, columns count code points."""

    def at(offset: int) -> tuple[int, int]:
        line_start = text.rfind(b"\n", 0, offset) + 1
        return text.count(b"\n", 0, offset) + 1, len(text[line_start:offset].decode()) + 1

    return Location(path, start, end, *at(start), *at(end))
