"""The text edits that make a sync fixture of an async one, or put `async_to_sync` in the place of a loop in a sync one.

Body, decorator, annotation of what it gives, imports. Whether a fixture may be rewritten is decided in `fixture`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from isolint.fixes.awaits import RefusedError
from isolint.fixes.fixture import FixtureConversion
from isolint.fixes.imports import Wanted, pytest_in
from isolint.fixes.rewrite import body_edits
from isolint.fixes.rewriting import BRIDGE, Rewriting, renamed, rewritten
from isolint.fixes.walk import walk
from isolint.names.resolve import canonical, lookup
from isolint.names.symbols import External
from isolint.store.memo import Store
from isolint.syntax import facts as f
from isolint.syntax.source import SourceFile
from isolint.text.edits import Edit

_SYNC = {"AsyncIterator": "Iterator", "AsyncIterable": "Iterable", "AsyncGenerator": "Generator"}
"""What a generator is declared to give, and the same of a sync one."""
_TYPES = ("collections.abc", "typing", "typing_extensions")


def edits(store: Store, source: SourceFile, found: FixtureConversion) -> tuple[Edit, ...] | str:
    """The edits of a fixture in offsets of `source`, its file as the store knows it; or why there are none."""
    ref = found.definition.ref
    assert ref is not None
    path = ref.path
    return rewritten(source, ref.chunk, found.function, lambda text: _made(store, source, found, path, text))


def _made(store: Store, source: SourceFile, found: FixtureConversion, path: str, text: bytes) -> Rewriting:
    made = body_edits(text, found.function, found.steps, None, None)
    wanted = [BRIDGE] if found.is_bridged else []
    wanted += renamed(source, found.steps)
    if found.function.is_async:
        maker = found.function.decorators[0]
        if found.definition.maker == "pytest-asyncio":
            name, edit = _maker(store, source, path, text, maker)
            made += edit
            wanted += [Wanted("", "pytest")] if name == "pytest" else []
        if found.definition.is_generator and found.function.returns is not None:
            for edit_, want in _annotation(store, path, text, found.function.returns):
                made.append(edit_)
                wanted += want
    return Rewriting(made, wanted)


def _maker(store: Store, source: SourceFile, path: str, text: bytes, maker: f.Expr) -> tuple[str, list[Edit]]:
    """pytest's own decorator in the place of pytest-asyncio's; the name of pytest in the file, "" where the decorator
    has a name of its own and stays: it takes plain functions, too."""
    called = maker.func if isinstance(maker, f.Call) else maker
    if not isinstance(called, f.Attribute) or not isinstance(called.value, f.Name):
        return "", []
    name = pytest_in(source)
    if not name:
        name = "pytest"
        if any(canonical(store, symbol) != "pytest" for symbol in lookup(store, (path, name))):
            raise RefusedError("the name pytest stands for something else in its file")
    start, end = called.value.span
    found = [Edit(start, end, name.encode())]
    if isinstance(maker, f.Call):
        options = [k for k in maker.keywords if k.name == "loop_scope"]
        if options and len(maker.keywords) == 1 and not maker.args:
            found.append(_delete(text, called.span[1], maker.span[1]))
        elif options:
            found.append(_without(text, maker, options[0]))
    return name, found


def _without(text: bytes, maker: f.Call, option: f.Keyword) -> Edit:
    """One option of several goes with its comma."""
    spans = sorted([*(a.span for a in maker.args), *(k.span for k in maker.keywords)])
    index = spans.index(option.span)
    if index + 1 < len(spans):
        return _delete(text, option.span[0], spans[index + 1][0])
    return _delete(text, spans[index - 1][1], option.span[1])


def _delete(text: bytes, start: int, end: int) -> Edit:
    if b"#" in text[start:end]:
        raise RefusedError("a comment stands inside the decorator that would change")
    return Edit(start, end, b"")


def _annotation(store: Store, path: str, text: bytes, returns: f.Expr) -> Iterator[tuple[Edit, list[Wanted]]]:
    """`AsyncIterator[X]` becomes `Iterator[X]`, `AsyncGenerator[X, None]` becomes `Generator[X, None, None]`."""
    for node in walk(returns):
        word = node.id if isinstance(node, f.Name) else node.attr if isinstance(node, f.Attribute) else ""
        if word not in _SYNC:
            continue
        if isinstance(node, f.Attribute):
            yield Edit(*node.attr_span, _SYNC[word].encode()), []
        elif isinstance(node, f.Name):
            module = next(
                (s.dotted.rpartition(".")[0] for s in lookup(store, (path, word)) if isinstance(s, External)), ""
            )
            if module not in _TYPES:
                return
            yield Edit(*node.span, _SYNC[word].encode()), [Wanted(module, _SYNC[word])]
        outer = next((n for n in walk(returns) if isinstance(n, f.Subscript) and n.value == node), None)
        if word == "AsyncGenerator" and outer is not None:
            index = outer.index
            if isinstance(index, f.Collection) and len(index.items) == 2:
                yield Edit(index.items[-1].span[1], index.items[-1].span[1], b", None"), []
        if re.search(rb"['\"]", text[returns.span[0] : returns.span[1]]):
            return
