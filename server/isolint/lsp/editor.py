"""The session as an editor uses it: `check`'s session and the features on top of it. No protocol here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from isolint.check.ignoring import ignore
from isolint.check.report import Change, Location, PlacedFinding
from isolint.check.session import Session, never
from isolint.features import completion, expressions, hints, hover, lenses, navigation, rename, symbols
from isolint.features.progress import Tell, nobody

Flag = Callable[[], bool]


class EditorSession(Session):
    """A session that also answers what editors ask."""

    _revision = 0
    """Counts what may change the answer to anything: see `features.expressions`."""

    def set_buffer(self, path: str, text: bytes | None) -> None:
        """As in `Session`."""
        self._revision += 1
        super().set_buffer(path, text)

    def touch(self, paths: Iterable[str]) -> None:
        """As in `Session`."""
        self._revision += 1
        super().touch(paths)

    def pointed(self, path: str, offset: int) -> expressions.Pointed | None:
        """See `features.expressions`."""
        return expressions.pointed(self, path, offset, self._revision)

    def described(self, found: expressions.Pointed) -> str | None:
        """See `features.expressions`."""
        return expressions.described(self, found)

    def places(self, found: expressions.Pointed) -> tuple[Location, ...]:
        """See `features.expressions`."""
        return expressions.places(self, found)

    def hover(self, path: str, offset: int, cancelled: Flag = never) -> tuple[str, int, int] | None:
        """Markdown and the span (bytes) it is about; None where there is nothing to say."""
        return hover.hover(self, path, offset, cancelled)

    def definitions(self, path: str, offset: int, cancelled: Flag = never) -> tuple[Location, ...]:
        """See `features.navigation`."""
        return navigation.definitions(self, path, offset, cancelled)

    def references(
        self, path: str, offset: int, declaration: bool, cancelled: Flag = never, tell: Tell = nobody
    ) -> tuple[Location, ...]:
        """See `features.navigation`."""
        return navigation.references(self, path, offset, declaration, cancelled, tell)

    def completions(self, path: str, offset: int, cancelled: Flag = never) -> tuple[completion.Completion, ...]:
        """See `features.completion`."""
        return completion.completions(self, path, offset, cancelled)

    def document_symbols(self, path: str, cancelled: Flag = never) -> tuple[symbols.Symbol, ...]:
        """See `features.symbols`."""
        return symbols.document_symbols(self, path, cancelled)

    def workspace_symbols(self, query: str, cancelled: Flag = never) -> tuple[symbols.Symbol, ...]:
        """See `features.symbols`."""
        return symbols.workspace_symbols(self, query, cancelled)

    def prepare_rename(self, path: str, offset: int, cancelled: Flag = never) -> tuple[Location, str] | str | None:
        """See `features.rename`."""
        return rename.prepare(self, path, offset, cancelled)

    def rename(
        self, path: str, offset: int, new: str, cancelled: Flag = never, tell: Tell = nobody
    ) -> rename.Rename | str | None:
        """See `features.rename`."""
        return rename.rename(self, path, offset, new, cancelled, tell)

    def inlay_hints(self, path: str, start: int, end: int, cancelled: Flag = never) -> tuple[hints.Hint, ...]:
        """See `features.hints`."""
        return hints.inlay_hints(self, path, start, end, cancelled)

    def code_lenses(self, path: str, cancelled: Flag = never) -> tuple[lenses.Lens, ...]:
        """See `features.lenses`."""
        return lenses.code_lenses(self, path, cancelled)

    def pollution(self, path: str, test: str, cancelled: Flag = never) -> str:
        """See `features.lenses`."""
        return lenses.pollution(self, path, test, cancelled)

    def ignore(self, path: str, finding: PlacedFinding) -> tuple[Change, ...]:
        """See `check.ignoring`."""
        source = self.source_file(path)
        return () if source is None else ignore(source, [finding]).changes

    def each_file(self) -> Iterator[str]:
        """The files that a check of the whole project reports on, found one by one."""
        return self.listing.found([self.root])

    def read_ahead(self) -> bool:
        """See `check.searching`."""
        return self.search.read_ahead()
