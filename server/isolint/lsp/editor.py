"""The session as an editor uses it: `check`'s session and the features on top of it. No protocol here."""

from __future__ import annotations

from isolint.check.session import Session
from isolint.features import hover


class EditorSession(Session):
    """A session that also answers what editors ask."""

    def hover(self, path: str, offset: int) -> tuple[str, int, int] | None:
        """Markdown and the span (bytes) it is about; None where there is nothing to say."""
        return hover.hover(self, path, offset)
