"""Where the results of the analysis thread go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from isolint.lsp.buffers import Buffer
from isolint.lsp.convert import Json


@dataclass(frozen=True, slots=True)
class Outlet:
    """`publish` a notification as long as the buffer is current, `log` a text for the user's log (kinds as the protocol
    numbers them: 1 error, 2 warning, 3 information), `progress` a part of a result or how far one is, `refresh` the
    wish that the client asks for its diagnostics again, `ask_again` the same for a kind of what is shown in the text.
    """

    publish: Callable[[bytes, Buffer], None]
    log: Callable[[int, str], None]
    progress: Callable[[Json], None]
    refresh: Callable[[], None]
    ask_again: Callable[[Any], None]
