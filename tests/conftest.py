"""What every test may ask for: a Python with Django, a PostgreSQL server and database.

The helpers that are no fixtures are in `support.py`.
"""

from __future__ import annotations

import os

import pytest

from tests.example import shop
from tests.postgres import postgres, postgres_database

__all__ = ["postgres", "postgres_database"]


@pytest.fixture(scope="session")
def interpreter() -> str:
    """A Python that has Django, pytest and pytest-django; in CI it must be there."""
    found = shop.python()
    if found:
        return found
    reason = "no Python with Django for the example: run scripts/test, or set ISOLINT_EXAMPLE_PYTHON"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
