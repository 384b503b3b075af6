"""A small real engine that the server is tested on: it finds the word `leak`, and does what other words in a file say.

Run as a program it serves on standard input and output (or on the TCP port given). A test file may contain:
`leak` a finding on the word (`leak-unsafe`, `leak-nofix`, `leak-refused` say what becomes of its fix, `leak-far` has a
related place in conftest.py, `leak-shared` is caused by `word` in it, the fix of `leak-both` changes that file, too,
that of `leak-unproven` waits for jedi);
`boom` an engine that fails; `noise` one that prints; `endless` one that never returns. `soon` is a word that hover
knows nothing about before jedi has answered, `abroad` one that only jedi knows; where one is open, answers of jedi are
about that alone. A parameter is called `abroad_too`.
The word after `# word:` in the conftest.py beside a file is part of its messages, so that files depend on another file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from isolint.check.ignoring import ignore
from isolint.check.report import (
    Change,
    FileChanges,
    FileReport,
    Fix,
    FixEdits,
    Location,
    Offer,
    PlacedFinding,
    RelatedPlace,
    TestVerdict,
    Unproven,
)
from isolint.features.completion import Completion
from isolint.features.expressions import Pointed
from isolint.features.hints import Hint
from isolint.features.lenses import Lens
from isolint.features.progress import Step, Tell, nobody
from isolint.features.rename import Rename, Renamed
from isolint.features.symbols import Symbol
from isolint.lsp.engine import Opened
from isolint.names.origin import Target
from isolint.syntax.source import SourceFile
from isolint.text.lines import LineTable
from isolint.workspace.shapes import Problem


class Cancelled(Exception):  # noqa: N818 - named like the real one
    """The check was given up."""


def never() -> bool:
    """The flag of work that nobody cancels."""
    return False


Hook = Callable[[str, Callable[[], bool]], None]


class Engines:
    """Builds the engines of a server, and remembers: `log` says what was called, in order. `before_report(path,
    cancelled)` runs at the start of every report, on the analysis thread."""

    def __init__(self) -> None:
        self.log: list[tuple[str, object]] = []
        self.built: list[StandIn] = []
        self.before_report: Hook | None = None

    def __call__(self, root: str, overrides: Mapping[str, object], on_answers: Callable[[], None]) -> Opened:
        engine = StandIn(self, root, overrides, on_answers)
        self.built.append(engine)
        return Opened(engine, lambda: self.log.append(("close", root)))

    def count(self, what: str) -> int:
        return sum(kind == what for kind, _ in self.log)


class StandIn:
    """The engine of one folder; see the module."""

    def __init__(
        self, engines: Engines, root: str, overrides: Mapping[str, object], on_answers: Callable[[], None]
    ) -> None:
        self.engines = engines
        self.log = engines.log
        self.root = root
        self.overrides = dict(overrides)
        self.on_answers = on_answers
        self.answers = 0
        self.waiting = 0
        self.buffers: dict[str, bytes] = {}
        self.reported: dict[str, tuple[bytes, str, int]] = {}
        self.log.append(("engine", (root, dict(overrides))))

    @property
    def problems(self) -> tuple[Problem, ...]:
        ini = os.path.join(self.root, "pytest.ini")
        return (Problem(ini, 2, "no such option"),) if b"nonsense" in self.text(ini) else ()

    def text(self, path: str) -> bytes:
        if path in self.buffers:
            return self.buffers[path]
        try:
            return Path(path).read_bytes()
        except OSError:
            return b""

    def set_buffer(self, path: str, text: bytes | None) -> None:
        if text is not None and b"indigestible" in text:
            raise ValueError("this cannot be taken")
        if text is None:
            self.buffers.pop(path, None)
        else:
            self.buffers[path] = text

    def touch(self, paths: Iterable[str]) -> None:
        self.log.append(("touch", tuple(paths)))

    def _depends(self, path: str) -> tuple[bytes, str, int]:
        conftest = self.text(os.path.join(os.path.dirname(path), "conftest.py"))
        word = re.search(rb"# word: (\w+)", conftest)
        return self.text(path), word[1].decode() if word else "", self.answers

    def affected(self, paths: Iterable[str]) -> list[str]:
        paths = list(paths)
        self.log.append(("affected", tuple(paths)))
        return [path for path in paths if self.reported.get(path) != self._depends(path)]

    def users(self, files: Iterable[str]) -> list[str]:
        """A conftest is told of by all files."""
        return [user for path in files for user in (self.each_file() if path.endswith("conftest.py") else [path])]

    def report(self, path: str, cancelled: Callable[[], bool] = never) -> FileReport:
        self.log.append(("report", path))
        text = self.text(path)
        if self.engines.before_report is not None:
            self.engines.before_report(path, cancelled)
        if cancelled():
            raise Cancelled
        if b"noise" in text:
            print("noise")
            os.write(1, b"noise")
            subprocess.run([sys.executable, "-c", "print('noise')"], check=True)
        if b"boom" in text:
            raise RuntimeError("boom")
        if b"endless" in text:
            sys.stderr.write("from now on for ever\n")
            sys.stderr.flush()
            threading.Event().wait()
        self.reported[path] = self._depends(path)
        findings = tuple(self._finding(path, text, m, n) for n, m in enumerate(re.finditer(rb"leak(-\w+)?", text)))
        tests = tuple(
            _test(path, text, found.start(), found.end())
            for found in re.finditer(rb"(?m)^def (\w+)(?:.*\n(?:[ \t].*\n|\n)*)", text)
        )
        problems = ("no environment found",) if b"lonely" in text else ()
        return FileReport(path, findings, tests, problems)

    def findings(self, path: str, cancelled: Callable[[], bool] = never) -> FileReport:
        return replace(self.report(path, cancelled), tests=())

    def _finding(self, path: str, text: bytes, match: re.Match[bytes], number: int) -> PlacedFinding:
        how = (match[1] or b"")[1:].decode()
        related = [RelatedPlace(locate(path, text, match.start(), match.end()), "chain of one", "chain")]
        if how == "far":
            conftest = os.path.join(os.path.dirname(path), "conftest.py")
            other = self.text(conftest)
            at = other.find(b"word")
            related.append(RelatedPlace(locate(conftest, other, at, at + 4), "told here", "mode"))
        if how == "long":
            related *= 20
        cause = None
        if how == "shared":
            conftest = os.path.join(os.path.dirname(path), "conftest.py")
            at = self.text(conftest).find(b"word")
            cause = locate(conftest, self.text(conftest), at, at + 4)
        names = re.findall(rb"(?m)^def (\w+)", text[: match.start()])
        applicability = {"unsafe": "unsafe", "nofix": "none"}.get(how, "safe")
        return PlacedFinding(
            location=locate(path, text, match.start(), match.end()),
            code="ISO101",
            name="sync-to-async-in-db-test",
            severity={"info": "info", "hint": "hint", "warn": "warning"}.get(how, "error"),  # type: ignore[arg-type]
            confidence="certain",
            message=f"leaks {self._depends(path)[1]}".strip(),
            note="",
            test=names[-1].decode() if names else None,
            effect="write",
            place="worker",
            cause=cause,
            cause_name="word" if cause else "",
            related=tuple(related),
            tests=(),
            fix=Fix(applicability, f"Plug leak {number}", "because" if applicability != "safe" else ""),  # type: ignore[arg-type]
            url="https://example.invalid/sync-to-async-in-db-test",
            key=f"leak:{number}",
        )

    def _matches(self, path: str) -> list[re.Match[bytes]]:
        return list(re.finditer(rb"leak(-\w+)?", self.text(path)))

    def fix(self, path: str, key: str) -> FixEdits | Unproven | str:
        self.log.append(("fix", key))
        number = int(key.partition(":")[2])
        matches = self._matches(path)
        if number >= len(matches):
            return "the finding is gone"
        match = matches[number]
        if match[1] == b"-refused":
            return "refused on second thoughts"
        if match[1] == b"-unproven" and not self.answers:
            return Unproven("not proven yet")
        change = Change(match.start(), match.end(), "safe")
        files = [FileChanges(path, (change,))]
        if match[1] == b"-both":
            conftest = os.path.join(os.path.dirname(path), "conftest.py")
            at = self.text(conftest).find(b"word")
            files.append(FileChanges(conftest, (Change(at, at + 4, "wort"),)))
        return FixEdits(f"Plug leak {number}", "safe", tuple(files))

    def offers(self, path: str, test: str) -> tuple[Offer, ...]:
        if b"offer" not in self.text(path):
            return ()
        return Offer("transaction", f"Flush {test}"), Offer("unused-mark", f"Unmark {test}")

    def offered(self, path: str, test: str, kind: str) -> FixEdits | str:
        at = self.text(path).find(b"offer")
        return FixEdits(kind, "unsafe", (FileChanges(path, (Change(at, at + 5, kind),)),)) if at >= 0 else "it is gone"

    def fix_all(self, path: str, *, below: str = "") -> FixEdits | Unproven | str:
        self.log.append(("fix_all", path))
        proven = (None, b"-unproven") if self.answers else (None,)
        changes = tuple(Change(m.start(), m.end(), "safe") for m in self._matches(path) if m[1] in proven)
        made = FixEdits("all", "safe", (FileChanges(path, changes),)) if changes else None
        if not self.answers and any(m[1] == b"-unproven" for m in self._matches(path)):
            return Unproven("not proven yet", made)
        return made or "nothing to fix"

    def ignore(self, path: str, finding: PlacedFinding) -> tuple[Change, ...]:
        return ignore(SourceFile.read(path, self.text(path)), [finding]).changes

    # The features take a word for the same as every other place with that word. `fixed` is one that has no new name.

    def _words(self, word: bytes) -> list[Location]:
        return [where for path in self.each_file() for where in self._words_in(path, word)]

    def _words_in(self, path: str, word: bytes) -> list[Location]:
        matches = re.finditer(rb"\b%b\b" % re.escape(word), self.text(path))
        return [locate(path, self.text(path), found.start(), found.end()) for found in matches]

    def _word_at(self, path: str, offset: int) -> tuple[bytes, Location] | None:
        text = self.text(path)
        for match in re.finditer(rb"\w+", text):
            if match.start() <= offset <= match.end():
                return match[0], locate(path, text, match.start(), match.end())
        return None

    def _ask(self, what: str, argument: object, cancelled: Callable[[], bool]) -> None:
        self.log.append((what, argument))
        if self.engines.before_report is not None:
            self.engines.before_report(what, cancelled)
        if cancelled():
            raise Cancelled

    def definitions(self, path: str, offset: int, cancelled: Callable[[], bool] = never) -> tuple[Location, ...]:
        self._ask("definitions", offset, cancelled)
        found = self._word_at(path, offset)
        return () if found is None or b"abroad" in found[0] else tuple(self._words(found[0])[:1])

    def pointed(self, path: str, offset: int) -> Pointed | None:
        self._ask("pointed", offset, never)
        found = self._word_at(path, offset)
        if found is None or b"abroad" not in found[0]:
            return Pointed("", offset, offset, ())
        kind = "param" if b"too" in found[0] else "function"
        name = found[0].decode()
        target = Target(name=name, kind=kind, canonical=name, path=path, line=1)
        return Pointed(name, found[1].start, found[1].end, (target,)) if self.answers else None

    def described(self, found: Pointed) -> str | None:
        return f"*{found.name}*" if found.targets else None

    def places(self, found: Pointed) -> tuple[Location, ...]:
        return tuple(locate(one.path, self.text(one.path), 0, 1) for one in found.targets)

    def references(
        self, path: str, offset: int, declaration: bool, cancelled: Callable[[], bool] = never, tell: Tell = nobody
    ) -> tuple[Location, ...]:
        self._ask("references", offset, cancelled)
        word = self._word_at(path, offset)
        found: list[Location] = []
        files = list(self.each_file())
        for number, file in enumerate(files, 1):
            self._ask(f"references in {os.path.basename(file)}", number, cancelled)
            new = () if word is None else self._words_in(file, word[0])
            found += new
            tell(Step(number, len(files), tuple(new[0 if declaration or number > 1 else 1 :])))
        return tuple(found[0 if declaration else 1 :])

    def completions(self, path: str, offset: int, cancelled: Callable[[], bool] = never) -> tuple[Completion, ...]:
        self._ask("completions", offset, cancelled)
        found = self._word_at(path, offset)
        if found is None:
            return ()
        return (Completion("leak", "fixture", "function scope", found[1].start, found[1].end),)

    def document_symbols(self, path: str, cancelled: Callable[[], bool] = never) -> tuple[Symbol, ...]:
        tests = self.report(path, cancelled).tests
        symbols = tuple(Symbol(one.test, "test", one.mode, one.location, one.name) for one in tests)
        return (Symbol("All", "class", "", tests[0].location, tests[0].name, symbols),) if tests else ()

    def workspace_symbols(self, query: str, cancelled: Callable[[], bool] = never) -> tuple[Symbol, ...]:
        self._ask("workspace_symbols", query, cancelled)
        return tuple(Symbol(query, "fixture", "", where, where) for where in self._words(query.encode()))

    def inlay_hints(self, path: str, start: int, end: int, cancelled: Callable[[], bool] = never) -> tuple[Hint, ...]:
        self._ask("inlay_hints", path, cancelled)
        found = [match.end() for match in self._matches(path)]
        return tuple(Hint(at, "other connection", self._depends(path)[1]) for at in found if start <= at <= end)

    def code_lenses(self, path: str, cancelled: Callable[[], bool] = never) -> tuple[Lens, ...]:
        self._ask("code_lenses", path, cancelled)
        text = self.text(path)
        return tuple(
            Lens(one.test, one.name.start, one.name.end, None if leaks else "ok")
            for one in self.report(path, cancelled).tests
            for leaks in [b"leak" in text[one.location.start : one.location.end]]
        )

    def pollution(self, path: str, test: str, cancelled: Callable[[], bool] = never) -> str:
        self._ask("pollution", test, cancelled)
        return f"may pollute {len(self._matches(path))} tests"

    def prepare_rename(
        self, path: str, offset: int, cancelled: Callable[[], bool] = never
    ) -> tuple[Location, str] | str | None:
        self._ask("prepare_rename", offset, cancelled)
        found = self._word_at(path, offset)
        if found is None:
            return None
        return "it is fixed" if found[0] == b"fixed" else (found[1], found[0].decode())

    def rename(
        self, path: str, offset: int, new: str, cancelled: Callable[[], bool] = never, tell: Tell = nobody
    ) -> Rename | str | None:
        self._ask("rename", new, cancelled)
        found = self._word_at(path, offset)
        if found is None or found[0] == b"fixed":
            return None if found is None else "it is fixed"
        tell(Step(1, 1))
        edits = tuple(Renamed(where, "parameter") for where in self._words(found[0]))
        return Rename(found[0].decode(), new, edits, ("look at it",) if b"doubtful" in self.text(path) else ())

    def read_ahead(self) -> bool:
        return False

    def each_file(self) -> Iterator[str]:
        found = {str(path) for path in Path(self.root).rglob("*.py")}
        yield from sorted(found | {path for path in self.buffers if path.startswith(f"{self.root}/")})

    def hover(self, path: str, offset: int, cancelled: Callable[[], bool] = never) -> tuple[str, int, int] | None:
        for match in re.finditer(rb"[^\s()]+", self.text(path)):
            if match.start() <= offset <= match.end():
                if match[0] == b"soon" and not self.answers:
                    self.log.append(("hover", "nothing"))
                    return None
                if b"abroad" in match[0]:
                    return None
                return f"**{match[0].decode()}**", match.start(), match.end()
        return None

    def origin_changed(self) -> bool:
        self.answers += 1
        return b"abroad" not in b"".join(self.buffers.values())

    def wanted(self) -> int:
        return self.waiting or (0 if self.answers else sum(b"soon" in text for text in self.buffers.values()))

    def status(self) -> dict[str, object]:
        return {"engine": "stand-in", "overrides": self.overrides}


def locate(path: str, text: bytes, start: int, end: int) -> Location:
    """A location with its line and column, as the real engine makes them."""
    lines = LineTable.of(text)
    line, column = lines.position(start, "utf-32")
    end_line, end_column = lines.position(end, "utf-32")
    return Location(path, start, end, line + 1, column + 1, end_line + 1, end_column + 1)


def _test(path: str, text: bytes, start: int, end: int) -> TestVerdict:
    name = re.match(rb"def (\w+)", text[start:end])
    assert name is not None
    span = locate(path, text, start, end)
    where = locate(path, text, start + name.start(1), start + name.end(1))
    title = name[1].decode()
    return TestVerdict(title, span, where, "sync", "rollback", (), (), (), (), (), "home", "leaks", ())


if __name__ == "__main__":
    from isolint.lsp.main import serve

    port = next((int(argument) for argument in sys.argv[1:] if argument.isdigit()), None)
    sys.exit(serve(port=port, make_engine=Engines()))
