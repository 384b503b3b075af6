"""Since which version of a distribution a rule holds. The rules themselves stand where they are applied."""

from __future__ import annotations

import re

from isolint.pytest_model.inputs import ENVIRONMENT
from isolint.store.memo import Store

_NUMBERS = re.compile(r"(\d+)(?:\.(\d+))?")


def since(store: Store, distribution: str, *version: int) -> bool:
    """Whether the environment has at least this version (major, minor) of a distribution; where there is none, or its
    version cannot be read, the newest rules hold."""
    found = _NUMBERS.match(store.get(ENVIRONMENT, "").version(distribution) or "")
    if found is None:
        return True
    return (int(found[1]), int(found[2] or 0)) >= version


def pytest_since(store: Store, *version: int) -> bool:
    """Whether the environment's pytest is at least this one."""
    return since(store, "pytest", *version)
