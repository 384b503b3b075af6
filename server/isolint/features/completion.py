"""Completion: names of fixtures, marks and rules where they can stand, in code that is only half typed.

What is around the cursor is read from the text, since it cannot be parsed yet; what the names in it mean, and which
fixtures are seen from there, is asked of `pytest_model`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from isolint.check.session import Session, never
from isolint.features.views import key_of
from isolint.names.symbols import ClassRef
from isolint.pytest_model.collect import matches
from isolint.pytest_model.evaluate import evaluate
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.markers import registered_marks
from isolint.pytest_model.objects import Context, FixtureMaker, MarkMaker, MarkNamespace
from isolint.pytest_model.registry import Node, holders, node_registry, registry
from isolint.pytest_model.shapes import SCOPES, FixtureDef
from isolint.rules.registry import rules
from isolint.syntax import facts as f
from isolint.syntax.parse import parse
from isolint.syntax.source import Chunk, SourceFile
from isolint.workspace.discovery import is_conftest


@dataclass(frozen=True, slots=True)
class Completion:
    """A name that can stand at the cursor, instead of the bytes from `start` to `end`."""

    label: str
    kind: Literal["fixture", "parameter", "mark", "rule"]
    detail: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Around:
    """What is open at the cursor: brackets with their offsets, the string or the comment that it is in (-1: none)."""

    brackets: tuple[tuple[int, int], ...]
    string: int
    comment: int


def completions(
    session: Session, path: str, offset: int, cancelled: Callable[[], bool] = never
) -> tuple[Completion, ...]:
    """The names that can stand at an offset; none where isolint has nothing to say."""
    with session.asked(cancelled):
        source = session.source_file(path)
        chunk = None if source is None else source.chunk_at(offset)
        if source is None or chunk is None:
            return ()
        return _Cursor(session, source, chunk, offset).completions()


class _Cursor:
    """An offset in a file; `chunk` is the piece of it that it is in."""

    def __init__(self, session: Session, source: SourceFile, chunk: Chunk, offset: int) -> None:
        self.session = session
        self.store = session.store
        self.path = source.path
        self.text = source.text
        self.source = source
        self.chunk = chunk
        self.offset = offset
        self.begin = min(source.start(chunk.key), offset)
        start = end = offset
        while start > 0 and _is_word(self.text[start - 1]):
            start -= 1
        while end < len(self.text) and _is_word(self.text[end]):
            end += 1
        self.start, self.end = start, end

    def completions(self) -> tuple[Completion, ...]:
        around = _around(self.text, self.begin, self.offset)
        if around.comment >= 0:
            return self._rules(self.text[around.comment : self.offset])
        if around.string >= 0:
            return self._in_string(around)
        return self._marks() or self._in_parameters(around)

    def _made(
        self, found: dict[str, str], kind: Literal["fixture", "parameter", "mark", "rule"]
    ) -> tuple[Completion, ...]:
        return tuple(Completion(label, kind, detail, self.start, self.end) for label, detail in found.items())

    # Rules and marks.

    def _rules(self, comment: bytes) -> tuple[Completion, ...]:
        if _IGNORING.search(comment) is None:
            return ()
        start = self.offset - len(_TAIL.search(comment)[0])  # type: ignore[index]  # it always matches
        return tuple(Completion(rule.name, "rule", rule.summary, start, self.end) for rule in rules())

    def _marks(self) -> tuple[Completion, ...]:
        dotted = _DOTTED.search(self.text, self.begin, self.start)
        if dotted is None or not isinstance(self._value(dotted[1]), MarkNamespace):
            return ()
        found: dict[str, str] = {}
        for one in registered_marks(self.store, self.path):
            found.setdefault(one.name, one.text)
        return self._made(found, "mark")

    def _value(self, written: bytes) -> object:
        """The object that a dotted name is where the cursor is."""
        expression = _expression(written)
        if expression is None:
            return None
        return evaluate(
            self.store, Context(self.path, self.chunk.key, next(reversed(self._classes()), None)), expression
        )

    # Fixtures.

    def _in_string(self, around: _Around) -> tuple[Completion, ...]:
        for byte, at in reversed(around.brackets):
            callee = _CALLEE.search(self.text, self.begin, at) if byte == 0x28 else None
            if callee is None:
                continue
            written = callee[1]
            if written.endswith(b".getfixturevalue"):
                return self._fixtures(None)
            made = self._value(written)
            if not isinstance(made, MarkMaker):
                return ()
            if made.mark.name == "usefixtures":
                return self._fixtures(None)
            argument = _argument(self.text, at, around.string) if made.mark.name == "parametrize" else ""
            if argument == "argnames":
                return self._parametrized(around)
            return self._fixtures(None) if argument == "indirect" else ()
        return ()

    def _parametrized(self, around: _Around) -> tuple[Completion, ...]:
        """The parameters of the function below that the names of a `parametrize` may be: those of a class's methods
        too, and none that the names say already."""
        found: dict[str, str] = {}
        for name, parameters in self._below(around):
            for parameter in parameters:
                if parameter not in ("self", "cls", "request"):
                    found.setdefault(parameter, f"parameter of {name}")
        first = around.brackets[-1][1] if around.brackets else around.string
        for word in _WORDS_IN_STRINGS.findall(self.text[first : self.start]):
            found.pop(word.decode("utf-8", "replace"), None)
        return self._made(found, "parameter")

    def _below(self, around: _Around) -> Iterator[tuple[str, list[str]]]:
        """The function that the decorator at the cursor is written over, with the names of its parameters; of a class
        its methods."""
        # What stands at the cursor is half typed, so the next definition is looked for in the text.
        begin = self.text.rfind(b"\n", 0, around.brackets[0][1]) + 1
        below = _DECORATED.search(self.text, self.offset)
        if below is None or not self.text[begin:].lstrip().startswith(b"@"):
            return  # `pytestmark = ...`, for all of a module
        if below["function"] is not None:
            chunks = [c for c in self.source.chunks if c.kind == "function" and c.name == _decoded(below["name"])]
            inside = [c for c in chunks if self.source.start(c.key) + c.size > below.start("definition")][:1]
        else:
            name = _decoded(below["name"])
            inside = [c for c in self.source.chunks if c.kind == "function" and c.owner[-1:] == (name,)]
        for chunk in inside:
            text = self.source.source(chunk.key)
            keyword = _ANY_DEF.search(text, max(0, below.start("definition") - self.source.start(chunk.key)))
            facts = parse(text[keyword.start() :], "function", chunk.indent) if keyword is not None else ()
            for function in facts[:1]:
                if isinstance(function, f.Function) and matches(
                    self.store.get(CONFIG, self.path).python_functions, function.name
                ):
                    yield function.name, [one.name for one in function.params if one.default is None]

    def _in_parameters(self, around: _Around) -> tuple[Completion, ...]:
        if not around.brackets or around.brackets[-1][0] != 0x28:
            return ()
        at = around.brackets[-1][1]
        header = _DEF.search(self.text, self.begin, at)
        if header is None or _ONLY_NAME.fullmatch(self.text, self._last_comma(at + 1), self.offset) is None:
            return ()
        name = header["name"].decode("utf-8", "replace")
        function = self._function(header.start("def"), name)
        if function is None:
            return ()
        maker = next(
            (made for decorator in function.decorators if isinstance(made := self._evaluated(decorator), FixtureMaker)),
            None,
        )
        if maker is None and not matches(self.store.get(CONFIG, self.path).python_functions, name):
            return ()
        given = {word.decode("utf-8", "replace") for word in _WORDS.findall(self.text[at + 1 : self.start])}
        own = None if maker is None else (maker.name or name)
        scope = "function" if maker is None else maker.scope
        return tuple(one for one in self._fixtures(own, scope) if one.label not in given)

    def _last_comma(self, start: int) -> int:
        """Behind the last comma between parameters: those inside of brackets do not count."""
        depth, last = 0, start
        for at in range(start, self.offset):
            byte = self.text[at]
            depth += (byte in b"([{") - (byte in b")]}")
            if byte == 0x2C and depth == 0:
                last = at + 1
        return last

    def _function(self, keyword: int, name: str) -> f.Function | None:
        """The function whose header is being typed, with its decorators: as if nothing stood behind its name."""
        text = self.text[self.begin : keyword] + b"def " + name.encode() + b"(): pass\n"
        found = [one for one in parse(text, "function", self.chunk.indent) if not isinstance(one, f.Simple)]
        last = found[-1] if found else None
        return last if isinstance(last, f.Function) and last.name == name else None

    def _evaluated(self, expression: f.Expr) -> object:
        context = Context(self.path, self.chunk.key, next(reversed(self._classes()), None))
        return evaluate(self.store, context, expression)

    def _classes(self) -> tuple[ClassRef, ...]:
        """The classes around the cursor, from the outermost."""
        found: list[ClassRef] = []
        for depth in range(1, len(self.chunk.owner) + 1):
            qualname = ".".join(self.chunk.owner[:depth])
            header = self.source.chunk(f"{qualname}(class)")
            if header is not None:
                classes = [statement for statement in header.facts if isinstance(statement, f.Class)]
                found += [ClassRef(self.path, header.key, one.span[0], qualname) for one in classes]
        return tuple(found)

    def _fixtures(self, own: str | None, scope: str | None = None) -> tuple[Completion, ...]:
        """The fixtures that are seen from here; of a fixture's own name only what it overrides, and of those for which
        its scope is too wide none: pytest refuses them."""
        if is_conftest(self.path):
            seen = registry(self.store, holders(self.store, self.path)).definitions
        else:
            seen = node_registry(self.store, Node(self.path, self._classes())).definitions
        found: dict[str, str] = {}
        for name, definitions in sorted(seen.items()):
            one = definitions[-1]
            if name == own:
                above = [each for each in definitions if each.ref is None or each.ref.path != self.path]
                if not above or key_of(above[-1]) == key_of(one):
                    continue
                one = above[-1]
            if one.xunit is not None or (scope in SCOPES and one.scope is not None and _narrower(one.scope, scope)):
                continue
            if not name.isidentifier() or (name.startswith("_") and self.text[self.start : self.offset] == b""):
                continue
            found[name] = _detail(one)
        return self._made(found, "fixture")


def _narrower(scope: str, than: str | None) -> bool:
    names: tuple[str, ...] = SCOPES
    return than is not None and names.index(scope) > names.index(than)


def _detail(one: FixtureDef) -> str:
    where = one.canonical.rpartition(".")[0] if one.ref is None else one.ref.path.rpartition("/")[2]
    return f"{one.scope or 'computed'} scope, {where}" if where else f"{one.scope or 'computed'} scope"


_WORD = rb"[\w\x80-\xff]"
_NAME = rb"(?:[A-Za-z_\x80-\xff]" + _WORD + rb"*+)"
_IGNORING = re.compile(rb"#\s*isolint:\s*ignore\[[^\]]*\Z", re.IGNORECASE)
_TAIL = re.compile(rb"[\w-]*\Z")
_DOTTED = re.compile(rb"(" + _NAME + rb"(?:\." + _NAME + rb")*)\.\Z")
_CALLEE = re.compile(rb"(" + _NAME + rb"(?:\." + _NAME + rb")*)[ \t]*\Z")
_DEF = re.compile(rb"(?P<def>(?:\basync[ \t]+)?\bdef[ \t]+(?P<name>" + _NAME + rb")[ \t]*)\Z")
_ONLY_NAME = re.compile(rb"\s*" + _WORD + rb"*")
_WORDS = re.compile(rb"(?:\A|[,(*\s])(" + _NAME + rb")")
_STRING = re.compile(
    rb"\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL
)
_KEYWORD = re.compile(rb"\s*(" + _NAME + rb")\s*=(?!=)")
_WORDS_IN_STRINGS = re.compile(rb"[\w\x80-\xff]+")
_ANY_DEF = re.compile(rb"\b(?:async[ \t]+)?def\b")
_DECORATED = re.compile(
    rb"(?m)^[ \t]*(?P<definition>(?:(?P<function>(?:async[ \t]+)?def)|class)[ \t]+(?P<name>" + _NAME + rb"))"
)
_CLOSING = {0x29: 0x28, 0x5D: 0x5B, 0x7D: 0x7B}


def _is_word(byte: int) -> bool:
    return byte >= 0x80 or byte == 0x5F or chr(byte).isalnum()


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "replace")


_POSITIONS = ("argnames", "argvalues", "indirect", "ids", "scope")
"""The parameters of `parametrize` by position (_pytest.python.Metafunc.parametrize)."""


def _argument(text: bytes, bracket: int, offset: int) -> str:
    """Which argument of the call whose bracket is at `bracket` is written at `offset`; "" for one past the last."""
    inside = text[bracket + 1 : offset]
    begin, count, at = 0, 0, 0
    depth = 0
    while at < len(inside):
        byte = inside[at]
        if byte in b"\"'":
            string = _STRING.match(inside, at)
            at = len(inside) if string is None else string.end()
            continue
        depth += (byte in b"([{") - (byte in b")]}")
        at += 1
        if byte == 0x2C and depth == 0:
            begin, count = at, count + 1
    keyword = _KEYWORD.match(inside, begin)
    if keyword is not None:
        return _decoded(keyword[1])
    return _POSITIONS[count] if count < len(_POSITIONS) else ""


def _expression(written: bytes) -> f.Expr | None:
    facts = parse(written, "statements", 0)
    only = facts[0] if len(facts) == 1 else None
    return only.value if isinstance(only, f.Evaluate) else None


def _around(text: bytes, begin: int, offset: int) -> _Around:
    """What is open at `offset`, read from `begin`, where nothing is."""
    brackets: list[tuple[int, int]] = []
    at = begin
    while at < offset:
        byte = text[at]
        if byte == 0x23:
            end = min((e for e in (text.find(b"\n", at), text.find(b"\r", at)) if e >= 0), default=len(text))
            if end >= offset:
                return _Around(tuple(brackets), -1, at)
            at = end
        elif byte in b"\"'":
            start = at
            quote = text[at : at + 3] if text[at : at + 3] == bytes((byte,)) * 3 else text[at : at + 1]
            at += len(quote)
            while at < offset and not text.startswith(quote, at):
                if len(quote) == 1 and text[at] in b"\r\n":
                    break  # left open: it ends with its line
                at += 2 if text[at] == 0x5C else 1
            if at >= offset:
                return _Around(tuple(brackets), start, -1)
            at += len(quote) if text.startswith(quote, at) else 1
        else:
            if byte in b"([{":
                brackets.append((byte, at))
            elif byte in b")]}" and brackets and brackets[-1][0] == _CLOSING[byte]:
                brackets.pop()
            at += 1
    return _Around(tuple(brackets), -1, -1)
