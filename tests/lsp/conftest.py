"""The servers that tests talk to. Both are ended and looked after, whatever the test did."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lsp.standin import Engines
from tests.lsp.wire import Inside, Process


@pytest.fixture
def engines() -> Engines:
    return Engines()


@pytest.fixture
def inside(engines: Engines) -> Iterator[Inside]:
    """A server in this process, not greeted yet."""
    wire = Inside(engines)
    yield wire
    wire.end()
    wire.check_types()


@pytest.fixture
def process() -> Iterator[Process]:
    """A server in a process of its own, not greeted yet."""
    wire = Process()
    yield wire
    wire.kill()
