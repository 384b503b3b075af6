"""A file as chunks: the immutable `SourceFile` that an edit turns into the next one.

A chunk is what is parsed at once: one outermost function, one class header, one method, or one other statement.
Chunks tile the file: the end of one is the start of the next. A chunk knows its size, not its place: the places are
kept beside the chunks, so that an edit shares every chunk it does not touch. What is in a chunk is known by `facts`;
nothing here looks at what they say.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from isolint.syntax.facts import Facts, Span
from isolint.syntax.moved import moved
from isolint.syntax.parse import parse_flawed
from isolint.syntax.scan import ChunkKind, Frame, Piece, State, pieces, step
from isolint.text.edits import Edit, difference
from isolint.text.lines import LineTable


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """One chunk of a file.

    `key` names it in its file and stays while other chunks change: "test_a", "TestX.test_a", "TestX.test_a#2" for the
    second of that name in the same owner, "TestX(class)" for a class header, "<import>" and "TestX.<size>#2" for other
    statements, by their first `word`. `owner` are the names of the enclosing classes, outermost first.
    `indent` is the column of its first line. `size` and the spans in `facts` are in bytes from the chunk's start.

    `broken`: a bracket or string in it is not closed. Its facts are then the last good ones, moved where the text
    moved, when there were any. `flawed`: the grammar found an error in it, or it is broken; the facts say where with
    `Missing` and `Simple("missing")`, but what surrounds an error may be misread too.
    """

    key: str
    kind: ChunkKind
    owner: tuple[str, ...]
    name: str | None
    indent: int
    size: int
    facts: Facts
    broken: bool
    flawed: bool
    head: int
    """The length of the first logical line, with what stands before it in the first chunk of a file."""
    frames: tuple[Frame, ...]
    """The enclosing classes with their indentations: where the scan stands at the chunk's start."""
    word: bytes
    """The first word of a chunk of kind "statements"."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """A file: its text in UTF-8, its chunks in order, where each begins, and its line table.

    `parsed` is the number of chunks that were parsed to make this version of it. `replaced` is (low, high, end): the
    chunks of the version before from `low` to `high` have become those from `low` to `end`; all others are the same
    objects.
    """

    path: str
    text: bytes
    chunks: tuple[Chunk, ...]
    starts: tuple[int, ...]
    lines: LineTable
    parsed: int
    indices: dict[str, int]
    """The index of each chunk by its key."""
    replaced: tuple[int, int, int]

    @classmethod
    def read(cls, path: str, text: bytes) -> SourceFile:
        """The file from its text. Never raises, whatever the text."""
        found, _ = pieces(text, 0, len(text))
        return _assembled(path, text, LineTable.of(text), found)

    def updated(self, text: bytes, edit: Edit | None = None) -> SourceFile:
        """The file with a new text; `edit` is what makes it of the old one, for a caller that knows.

        Only the chunks that the edit touches are scanned, and only those whose bytes changed are parsed. Where the
        result has no broken chunk, it is what `read` gives for the text. A bracket or string that is left open breaks
        the chunk it is in and no other, until the file as a whole is in order again.
        """
        lines = None
        if edit is not None and 0 <= edit.start <= edit.end <= len(self.text):
            lines = self.lines.spliced(edit.start, edit.end, edit.text)
        if edit is None or lines is None or lines.text != text:
            edit = difference(self.text, text)
            if edit is None:
                return self
            lines = self.lines.spliced(edit.start, edit.end, edit.text)
        return _updated(self, lines, edit)

    def chunk(self, key: str) -> Chunk | None:
        """The chunk of that key, None when there is none (any more)."""
        index = self.indices.get(key)
        return None if index is None else self.chunks[index]

    def chunk_at(self, offset: int) -> Chunk | None:
        """The chunk that holds the byte at `offset`; at the end of the file the last one. None in an empty file."""
        if not self.chunks:
            return None
        return self.chunks[min(max(bisect_right(self.starts, offset) - 1, 0), len(self.chunks) - 1)]

    def start(self, key: str) -> int:
        """The offset at which a chunk begins. KeyError when there is no such chunk."""
        return self.starts[self.indices[key]]

    def absolute(self, key: str, span: Span) -> tuple[int, int]:
        """A span of a chunk's facts as offsets in the file. KeyError when there is no such chunk."""
        start = self.starts[self.indices[key]]
        return start + span[0], start + span[1]

    def source(self, key: str) -> bytes:
        """The bytes of a chunk. KeyError when there is no such chunk."""
        index = self.indices[key]
        start = self.starts[index]
        return self.text[start : start + self.chunks[index].size]


_MAX_EXTENSIONS = 4  # chunks that are added to the scanned region before the whole file is scanned


def _assembled(path: str, text: bytes, lines: LineTable, found: list[Piece]) -> SourceFile:
    """The file of its pieces, all parsed."""
    keys = _keys([_named(piece) for piece in found])
    chunks = []
    for piece, key in zip(found, keys, strict=True):
        facts, flawed = parse_flawed(text[piece.start : piece.end], piece.kind, piece.indent)
        chunks.append(_chunk(piece, key, facts, flawed))
    starts = tuple([piece.start for piece in found])
    return SourceFile(path, text, tuple(chunks), starts, lines, len(chunks), _indices(keys), (0, 0, len(chunks)))


def _indices(keys: list[str]) -> dict[str, int]:
    return dict(zip(keys, range(len(keys)), strict=True))


def _updated(old: SourceFile, lines: LineTable, edit: Edit) -> SourceFile:
    region = _region(old, lines.text, edit)
    if region is None:
        return _replaced(old, lines, edit, 0, len(old.chunks), pieces(lines.text, 0, len(lines.text))[0])
    low, high, found = region
    if (not all(piece.clean for piece in found) or _closes(old, edit)) and any(
        chunk.broken for index, chunk in enumerate(old.chunks) if not low <= index < high
    ):
        # Two chunks are open. It may be one string that begins in the first and ends in the second. Or what was open in
        # the first may end in the second, which is in order as it stands.
        whole, _ = pieces(lines.text, 0, len(lines.text))
        if all(piece.clean for piece in whole):
            return _replaced(old, lines, edit, 0, len(old.chunks), whole)
    return _replaced(old, lines, edit, low, high, found)


_CLOSING = re.compile(rb"[()\[\]{}'\"\\]")


def _closes(old: SourceFile, edit: Edit) -> bool:
    """Whether an edit adds or takes away what opens or closes a bracket or a string."""
    return bool(_CLOSING.search(edit.text) or _CLOSING.search(old.text, edit.start, edit.end))


def _region(old: SourceFile, text: bytes, edit: Edit) -> tuple[int, int, list[Piece]] | None:
    """The chunks from `low` to `high` (exclusive) that the edit touches, and what they have become.

    All other chunks keep their boundaries, and the classes they are in. None when the whole file must be scanned.
    """
    count = len(old.chunks)
    if not count:
        return None
    low = max(bisect_left(old.starts, edit.start) - 1, 0)
    high = max(bisect_right(old.starts, edit.end), low + 1)
    if low and edit.start <= old.starts[low] + old.chunks[low].head:
        low -= 1  # whether a chunk begins there is decided by its first line, together with what is before
    for _ in range(_MAX_EXTENSIONS):
        start = old.starts[low] if low else 0
        stop = old.starts[high] + edit.shift if high < count else len(text)
        found, state = pieces(text, start, stop, old.chunks[low].frames if low else ())
        if not state.kind:  # no logical line is left in it
            if low:
                low -= 1
            elif high < count:
                high += 1
            else:
                return low, high, found
            continue
        if high == count:
            return low, high, found
        if _begins(state, old.chunks[high]):
            return low, high, found
        high += 1
    return None


_WORDS: dict[ChunkKind, bytes] = {"function": b"def", "class": b"class", "statements": b""}


def _begins(state: State, chunk: Chunk) -> bool:
    """Whether a chunk still begins where it began, in the same classes, when the scan arrives there in `state`."""
    following, begins = step(state, chunk.indent, _WORDS[chunk.kind] or chunk.word, "")
    return begins and following.frames == chunk.frames


def _replaced(old: SourceFile, lines: LineTable, edit: Edit, low: int, high: int, found: list[Piece]) -> SourceFile:
    """The file in which the old chunks from `low` to `high` have become `found`; those with the same bytes keep
    their facts."""
    text = lines.text
    before, after = old.chunks[:low], old.chunks[high:]
    keys = [chunk.key for chunk in old.chunks[low:high]]
    indices = old.indices
    rest_keys: list[str] | None = None
    if [_named(piece) for piece in found] != [_named(chunk) for chunk in old.chunks[low:high]]:
        all_keys = _keys([*map(_named, before), *map(_named, found), *map(_named, after)])
        indices = _indices(all_keys)
        keys = all_keys[low : low + len(found)]
        rest_keys = all_keys[low + len(found) :]
    if rest_keys is not None:
        after = tuple([_renamed(chunk, key) for chunk, key in zip(after, rest_keys, strict=True)])
    same = dict(zip(old.starts[low:high], old.chunks[low:high], strict=True))
    touched = _touched(old, edit) if len(found) > 1 else {}
    behind = edit.start + len(edit.text)
    parsed = 0
    made: list[Chunk] = []
    for piece, key in zip(found, keys, strict=True):
        chunk = _unchanged(piece, same, edit, behind)
        if chunk is None and piece.clean:
            chunk = touched.get((piece.kind, text[piece.start : piece.end]))
        if chunk is None and not piece.clean:
            chunk = _last_good(old, piece, key, text)
        if chunk is not None:
            made.append(_chunk(piece, key, chunk.facts, chunk.flawed))
        else:
            facts, flawed = parse_flawed(text[piece.start : piece.end], piece.kind, piece.indent)
            made.append(_chunk(piece, key, facts, flawed))
            parsed += 1
    shift = edit.shift
    starts = (
        *old.starts[:low],
        *[piece.start for piece in found],
        *([start + shift for start in old.starts[high:]] if shift else old.starts[high:]),
    )
    replaced = (low, high, low + len(made)) if rest_keys is None else (low, len(old.chunks), len(starts))
    return SourceFile(old.path, text, (*before, *made, *after), starts, lines, parsed, indices, replaced)


def _renamed(chunk: Chunk, key: str) -> Chunk:
    return chunk if chunk.key == key else replace(chunk, key=key)


def _touched(old: SourceFile, edit: Edit) -> dict[tuple[ChunkKind, bytes], Chunk]:
    """The old chunks at the edit by their bytes: a deleted line, say, may take a neighbour's indentation and leave its
    own."""
    first = max(bisect_left(old.starts, edit.start) - 1, 0)
    found = old.chunks[first : bisect_right(old.starts, edit.end)]
    return {(chunk.kind, old.source(chunk.key)): chunk for chunk in found if not chunk.broken}


def _unchanged(piece: Piece, same: dict[int, Chunk], edit: Edit, behind: int) -> Chunk | None:
    """The old chunk with the very bytes of a piece, if the edit lies outside of it."""
    if piece.end <= edit.start:
        chunk = same.get(piece.start)
    elif piece.start >= behind:
        chunk = same.get(piece.start - edit.shift)
    else:
        return None
    if chunk is None or chunk.size != piece.end - piece.start or chunk.kind != piece.kind:
        return None
    return None if chunk.broken or not piece.clean else chunk


def _last_good(old: SourceFile, piece: Piece, key: str, text: bytes) -> Chunk | None:
    """What was known of a chunk that is open now, its spans moved."""
    chunk = old.chunk(key)
    if chunk is None or chunk.kind != piece.kind:
        return None
    edit = difference(old.source(key), text[piece.start : piece.end])
    return chunk if edit is None else replace(chunk, facts=moved(chunk.facts, edit))


def _chunk(piece: Piece, key: str, facts: Facts, flawed: bool) -> Chunk:
    return Chunk(
        key=key,
        kind=piece.kind,
        owner=tuple([frame.name for frame in piece.frames]),
        name=piece.name,
        indent=piece.indent,
        size=piece.end - piece.start,
        facts=facts,
        broken=not piece.clean,
        flawed=flawed or not piece.clean,
        head=piece.head,
        frames=piece.frames,
        word=piece.word,
    )


_Named = tuple[ChunkKind, str | None, bytes, tuple[Frame, ...]]


def _named(one: Piece | Chunk) -> _Named:
    """What the key of a chunk is made of."""
    return one.kind, one.name, one.word, one.frames


def _keys(sequence: list[_Named]) -> list[str]:
    """The keys of the chunks of a whole file, in order."""
    counts: dict[str, int] = {}
    owners: list[str] = []
    keys: list[str] = []
    for kind, name, word, frames in sequence:
        depth = len(frames)
        owner = owners[depth - 1] + "." if depth else ""
        if kind == "statements":
            plain = f"{owner}<{word.decode('utf-8', 'replace')}>"
            count = counts[plain] = counts.get(plain, 0) + 1
            keys.append(plain if count == 1 else f"{plain}#{count}")
            continue
        plain = owner + (name or "<def>")
        mark = "(class)" if kind == "class" else ""
        count = counts.get(plain + mark, 0) + 1
        counts[plain + mark] = count
        unique = plain if count == 1 else f"{plain}#{count}"
        keys.append(unique + mark)
        if kind == "class":
            del owners[depth:]
            owners.append(unique)
    return keys
