"""What a fix offers for one test, before any text is touched: plain data, no decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Plan:
    """An offer to rewrite a test: "safe", "unsafe" with the reason for the warning, or "none" with the reason why not.

    `title` is what the action is called; `reason` is one sentence without a full stop, empty for a safe plan.
    """

    applicability: Literal["safe", "unsafe", "none"]
    title: str
    reason: str = ""
