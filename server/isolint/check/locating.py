"""What stands where: sites of the store as absolute places in the texts as they are now.

Who wants to know of which chunks places were asked has them noted (`Locator.noted`). What is found there is no business
of this module.
"""

from __future__ import annotations

from isolint.check.report import Location
from isolint.check.texts import Texts
from isolint.names.symbols import Site
from isolint.syntax.source import SourceFile
from isolint.workspace.shapes import Place


class Locator:
    """Places in these texts."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.noted: set[tuple[str, str]] | None = None
        """The chunks, by path and key, that places were asked of, where somebody wants to know."""

    def locate(self, site: Site | Place) -> Location | None:
        """A chunk-relative site, or a line of a configuration file, as an absolute location; None when it is gone."""
        if isinstance(site, Place):
            return Location(site.path, 0, 0, site.line, 1, site.line, 1)
        self._note(site)
        source, span = self._texts.source(site.path), self._texts.offsets(site)
        return None if source is None or span is None else location(source, *span)

    def text_at(self, site: Site) -> str:
        """The source at a site, "" when it is gone."""
        self._note(site)
        source, span = self._texts.source(site.path), self._texts.offsets(site)
        return "" if source is None or span is None else source.text[slice(*span)].decode("utf-8", "replace")

    def _note(self, site: Site) -> None:
        if self.noted is not None:
            self.noted.add((site.path, site.chunk))


def location(source: SourceFile, start: int, end: int) -> Location:
    """A span of absolute offsets with its line and column."""
    line, column = source.lines.position(start, "utf-32")
    end_line, end_column = source.lines.position(end, "utf-32")
    return Location(source.path, start, end, line + 1, column + 1, end_line + 1, end_column + 1)
